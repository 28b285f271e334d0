"""Wording of what understanding reports: structure, modality, references, definitions, conflicts, errors, identity.

Path: **rules** -> catalogue -> diagnostics.
"""

from dataclasses import dataclass

from specpack.model.diagnostic import Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be reported. `message`, `help` and `near` are templates whose fields the check fills.

    A code with several causes has a row for each, told apart by `case`; the first row names the code.
    """

    code: str
    name: str
    severity: Severity
    message: str
    help: str
    case: str = ""
    near: str = ""
    """The help where a field `near` says what the author may have meant."""


_NOT_EXTENDED = "`[precedence] overrides` names `{name}`, which no extended pack has"
_REPEATED = "row repeated in the table of errors"
_ANCHOR_IT = "give the clause an anchor such as `{{#name}}` to settle it"


def _dangling(case: str, message: str, help: str, near: str = "") -> Rule:
    return Rule("SP208", "dangling reference", _E, message, help, case, near)


UNDERSTANDING = (
    Rule(
        "SP001",
        "required document missing",
        _E,
        "the pack requires `{file}`, which it does not hold",
        "add `{file}` to the pack and to `specpack.toml`, or drop the requirement",
    ),
    Rule(
        "SP010",
        "items without a verb under a normative heading",
        _W,
        "{count} below a heading tagged `{tag}` {verb} no verb, so nobody can obey {them}",
        "introduce the list by a sentence that ends in a colon, or write each item as a sentence",
    ),
    Rule(
        "SP011",
        "enumeration without list markup",
        _W,
        "{count} bare lines are read as an enumeration because of their line breaks alone",
        'begin each of them with "- "',
    ),
    Rule(
        "SP012",
        "sentence continues after its list",
        _W,
        "this sentence began above the list, so the bullets are read as its condition or subject",
        "put the rule before the list and end it in a colon",
    ),
    Rule(
        "SP013",
        "consequence attaches to several rules",
        _E,
        "this consequence follows {count} rules of one list and could belong to each of them",
        "nest it under the rule that it belongs to",
    ),
    Rule(
        "SP014",
        "rule number used more than once",
        _W,
        "`rule {number}` is said, and {count} rules of this document have that number",
        "number the rules without restarting, or cite the rule by an anchor",
    ),
    Rule(
        "SP014",
        "rule number used more than once",
        _W,
        "an earlier rule of this document is `rule {number}` as well",
        "number the rules without restarting, or give them anchors",
        "label",
    ),
    Rule(
        "SP019",
        "anchor given twice",
        _E,
        "the anchor `{anchor}` stands twice in this document",
        "give the second clause another anchor; the first keeps the id",
    ),
    Rule(
        "SP020",
        _REPEATED,
        _E,
        "the error `{value}` stands in two rows of the table of errors",
        "join the conditions in one row, or give the second condition an id of its own",
        "error",
    ),
    Rule(
        "SP020",
        _REPEATED,
        _E,
        "the step {value} stands in two rows of the table of errors",
        "number the rows anew, so that their order is known",
        "step",
    ),
    Rule(
        "SP021",
        "fence is never closed",
        _W,
        "the fence that opens here is never closed, so all below it is read as a sample",
        "close it by a line that holds its mark alone: {mark}",
    ),
    Rule(
        "SP022",
        "behaviour document says nothing",
        _W,
        "`{document}` has the role behaviour and says nothing",
        "write what a user of the system can see, or take it out of `[documents]`",
    ),
    Rule(
        "SP101",
        "unknown heading tag",
        _E,
        "`{tag}` is no tag that a heading can have",
        "write a tag such as MUST or LOCKED, or end the title in words",
        near="the nearest tag is `{near}`",
    ),
    Rule(
        "SP111",
        "modality in lower case or only implied",
        _W,
        "{count} of `{document}` {binds} by wording that is no keyword, such as `{word}`",
        "write the keyword in upper case where a rule is meant, and another word where none is",
    ),
    Rule(
        "SP112",
        "item fights its lead-in",
        _E,
        "an item says `{force}` below a lead-in that says `{lead}`",
        "move the item to a list of its own, or take one of the keywords away",
    ),
    Rule(
        "SP113",
        "polarity borrowed from elsewhere",
        _E,
        "whether this demands or forbids is said elsewhere; it is read as `{force}`",
        "write `{force}` into this sentence",
    ),
    Rule(
        "SP114",
        "imperative without modality",
        _W,
        "{count} of `{document}` {gives} an order without a keyword, such as `{word}`",
        "say MUST, SHOULD or MAY where the order binds",
    ),
    Rule(
        "SP116",
        "sentence weaker than its section tag",
        _I,
        "a sentence says `{force}` below a heading tagged `{tag}`; the sentence counts",
        "move it to a section without the tag where that is not meant",
    ),
    Rule(
        "SP117",
        "several forces in one sentence",
        _W,
        "one sentence says {forces}",
        "write one sentence for each keyword",
    ),
    Rule(
        "SP203",
        "pointer that cannot be followed",
        _W,
        "`{word}` names no document and no section, so nobody can follow it",
        "name the place, or write here what it says",
        "elsewhere",
    ),
    Rule(
        "SP120",
        "keyword in an informative text",
        _I,
        "`{document}` is outside the pack and uses a keyword; it binds nobody",
        "list the document in `specpack.toml` where its rules are meant, else write the word in lower case",
        "outside",
    ),
    Rule(
        "SP120",
        "keyword in an informative text",
        _I,
        "{count} of `{document}` {uses} a keyword where the text only informs; it binds nobody",
        "move the rule out of the rationale or note where it is one",
    ),
    Rule(
        "SP201",
        "reference to a missing document",
        _E,
        "`{target}` is not a document of the pack",
        "add it to the pack, or take the reference out",
        near="the nearest document is `{near}`",
    ),
    Rule(
        "SP207",
        "competing definitions",
        _E,
        "`{term}` is defined twice, differently, in documents of one rank",
        "keep one of the definitions, or give the second thing another name",
    ),
    _dangling(
        "clause",
        "the text refers to `{name}`, which no document defines",
        "name a clause that is there",
        "the nearest id is `{near}`",
    ),
    _dangling("removed", "the text refers to `{name}`, which was removed", "name a clause that is there"),
    _dangling(
        "rule",
        "the text refers to `rule {name}`, which this document does not have",
        "this document numbers no rules; cite a heading, or a clause by its anchor",
        "the highest number of a rule here is {near}",
    ),
    _dangling(
        "step",
        "the text refers to `step {name}`, which no table of this document has",
        "cite a step that is there",
        "the highest step here is {near}",
    ),
    _dangling(
        "section of",
        "the text refers to the section `{name}`, which `{document}` does not have",
        "name a heading that is there",
        "the nearest is `{near}`",
    ),
    _dangling(
        "place",
        "the text refers to the {kind} `{name}`, which the pack does not have",
        "name a heading or anchor that is there",
        "the nearest is `{near}`",
    ),
    _dangling("overrides", _NOT_EXTENDED, "take it out, or extend the pack that has it", "the nearest id is `{near}`"),
    _dangling("own", _NOT_EXTENDED, "edit the clause itself; only clauses of an extended pack are set aside"),
    Rule(
        "SP402",
        "same rule with different force",
        _E,
        "`{first}` and `{second}` say the same with `{force}` here and `{other}` there, and nothing ranks them",
        "keep the one that is meant, or say in which case each holds",
    ),
    Rule(
        "SP403",
        "opposite demands on one action",
        _E,
        "`{first}` and `{second}` demand and forbid the same, and nothing ranks them",
        "drop one of them, or say in which case each holds",
    ),
    Rule(
        "SP406",
        "conflict without a precedence",
        _E,
        "`{first}` and `{second}` conflict, and no declared rank decides",
        "declare the roles of both documents in `specpack.toml`, or the owner of the topic under `[precedence] owns`",
    ),
    Rule(
        "SP409",
        "conflict resolved",
        _I,
        "`{winner}` overrides `{loser}` by {reason}",
        "drop `{loser}` or say in which case it holds, if that is not meant",
    ),
    Rule(
        "SP411",
        "same rule stated twice",
        _W,
        "`{first}` and `{second}` say the same in the same words",
        "keep one of them, so that an edit cannot leave the other behind",
    ),
    Rule(
        "SP603",
        "error without stimulus",
        _E,
        "no clause says when the error `{id}` occurs",
        "add the condition to its row, or a sentence that names the id and says when",
    ),
    Rule(
        "SP603",
        "error without stimulus",
        _E,
        "the error `{id}` stands in no row of the table of errors",
        "add a row for it to the table",
        "unlisted",
        "the nearest id is `{near}`",
    ),
    Rule(
        "SP603",
        "error without stimulus",
        _W,
        "the tables at {shown} could each be the closed list of errors, and none holds all ids",
        "put all ids into one table; another table may then repeat some of them",
        "tables",
    ),
    Rule(
        "SP806",
        "locked clause edited",
        _E,
        "the locked clause `{id}` was edited without being unlocked",
        'restore the text, or write `ids = [{{ id = "{id}", reason = "..." }}]` below `[unlock]` in `specpack.toml`',
    ),
    Rule(
        "SP807",
        "clause identity uncertain",
        _I,
        "this clause is taken for `{id}` with a likeness of {score}",
        _ANCHOR_IT,
    ),
    Rule(
        "SP807",
        "clause identity uncertain",
        _I,
        "this clause resembles `{id}` and is taken for a new one",
        _ANCHOR_IT,
        "new",
    ),
    Rule(
        "SP901",
        "text not understood",
        _W,
        "{percent} % of the words of the behaviour documents stand in no clause, definition, sample, table or grammar",
        "write sentences with a verb, lists with a lead-in, tables or definitions; above 30 % the build stops",
    ),
)
"""Rules of the understanding half, in the order of their codes."""
