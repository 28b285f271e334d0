"""Structure of lists and headings: what the builders of clauses remarked.

Path: reading -> **checks** -> diagnostics.
"""

from collections.abc import Iterator

from specpack.frontend.catalogue import build_diagnostic, count_things
from specpack.frontend.drafts import Drafting
from specpack.frontend.headings import KNOWN
from specpack.frontend.reading import Reading
from specpack.frontend.tags import suggest_tag
from specpack.model.clause import BlockKind, ClauseId
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Role

_SAYS_NOTHING = (BlockKind.HEADING, BlockKind.COMMENT, BlockKind.FRONT_MATTER)
_PLAIN = ("SP011", "SP012", "SP112", "SP113", "SP116", "SP117")


def check_structure(reading: Reading) -> Iterator[Diagnostic]:
    """Report what reading the blocks brought up, one diagnostic a cause.

    Reports: SP010, SP011, SP012, SP013, SP021, SP022, SP101, SP112, SP113, SP116, SP117.
    """
    yield from _check_fragments(reading)
    for drafting in reading.draftings.values():
        yield from _check_blocks(drafting)
    for remark, ids in reading.remarks.get("SP013", ()):
        rules = [(reading.clauses[rule].span, "could belong to this rule") for rule in reversed(ids[1:])]
        yield build_diagnostic("SP013", remark.span, fields=dict(remark.fields), secondary=rules, clauses=ids)
    for remark, _ in reading.remarks.get("SP101", ()):
        fields = {"tag": remark.fields["tag"], "near": suggest_tag(remark.fields["tag"], KNOWN)}
        yield build_diagnostic("SP101", remark.span, fields=fields)
    for code in _PLAIN:
        for remark, ids in reading.remarks.get(code, ()):
            secondary = [(reading.clauses[ids[1]].span, "the lead-in")] if code in ("SP012", "SP112") else []
            yield build_diagnostic(code, remark.span, fields=dict(remark.fields), secondary=secondary, clauses=ids)


def _check_blocks(drafting: Drafting) -> Iterator[Diagnostic]:
    """Report fences that are never closed, and a behaviour document without anything to read."""
    for block in drafting.blocks:
        if block.unclosed:
            end = len(block.text.partition("\n")[0])
            yield build_diagnostic("SP021", drafting.span(block, 0, end), fields={"mark": block.unclosed})
    document = drafting.document
    if document.role is Role.BEHAVIOUR and all(block.kind in _SAYS_NOTHING for block in drafting.blocks):
        yield build_diagnostic("SP022", drafting.places.span(0, 0), fields={"document": document.name})


def _check_fragments(reading: Reading) -> Iterator[Diagnostic]:
    """Report items without a verb, one diagnostic a section."""
    groups: dict[tuple[str, tuple[str, ...]], list[ClauseId]] = {}
    for _, ids in reading.remarks.get("SP010", ()):
        clause = reading.clauses[ids[0]]
        groups.setdefault((clause.document, clause.section), []).append(clause.id)
    for fragments in groups.values():
        clause = reading.clauses[fragments[0]]
        one = len(fragments) == 1
        fields = {
            "count": count_things(len(fragments), "item"),
            "tag": clause.force.value if clause.force else "",
            "verb": "has" if one else "have",
            "them": "it" if one else "them",
        }
        yield build_diagnostic("SP010", clause.span, fields=fields, clauses=fragments)
