"""What a pack without a manifest seems to be: the role of each document and the owner of each topic, with reasons.

Path: understand -> **inference** -> the manifest that `new --from` writes. A guess from names is refined by words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.documents import find_role_word
from specpack.frontend.markdown import is_markdown
from specpack.frontend.precedence import is_about
from specpack.frontend.references import find_documents
from specpack.model.clause import Bearer, Block, BlockKind
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Document, Role
from specpack.model.span import DocumentName, Span, locate
from specpack.model.understanding import Understanding

_ABOVE_ALL = re.compile(
    r"\b(?:this (?:document|file)|these (?:rules|decisions|interventions))\s+(?:MUST\s+|SHALL\s+)?(?:takes?|ha(?:s|ve)|"
    r"outranks?|overrides?)\s*(?:precedence\s+over\s+)?(?:all|every|any)\b(?:\s+the)?\s+other\b",
    re.I,
)
_FILE = r"[`\[(]*((?:[\w.-]+/)*[\w-][\w.-]*\.(?:md|markdown))"
_NAMED = r"(?P<topic>[A-Za-z][\w-]*(?:[ \t]+[\w-]+){0,3})"
_ELSEWHERE = re.compile(
    rf"(?:\A|[.;]\s+)[\s*+-]*(?:(?:the|all|every|each)\s+)?{_NAMED}\s+(?:is|are)\s+(?:defined|specified|governed|decided|owned)\s+"
    rf"(?:only\s+)?(?:in|by)\s+(?:the\s+)?(?:document\s+|file\s+)?{_FILE}",
    re.I,
)
_HERE = re.compile(
    r"\bthis (?:document|file)\s+(?:owns|decides|governs|is\s+the\s+(?:only|sole|single|one|authoritative)\s+"
    rf"(?:source|authority|place)\s+(?:of\s+truth\s+)?(?:of|for|on|about))\s+(?:the\s+|all\s+)?{_NAMED}\s*(?:[.,;:]|\Z)",
    re.I,
)
_TITLES = ((Role.INTERVENTION, ("intervention",)), (Role.PLATFORM, ("platform", "architect", "deploy")))
_PROSE = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE)
_ABOUT_CODE = (Bearer.GENERATOR, Bearer.TESTS, Bearer.REPOSITORY, Bearer.PACK)
_FEWEST_RULES = 3
_SHARE = 2 / 3
"""Share of a document's rules that must bind whoever writes the code, so that it is a policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """The role of one document, why, and where the reason stands; None for one that lies in its name."""

    document: Document
    role: Role
    reason: str
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """A topic, the document that decides it, and the words that say so."""

    topic: str
    path: str
    reason: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """What a manifest would declare; `contested` are topics that two documents are told to own, left out."""

    guesses: tuple[Guess, ...]
    owners: tuple[Ownership, ...]
    contested: tuple[str, ...] = ()


def infer_manifest(understanding: Understanding) -> Inference:
    """Return the roles and owners of the pack's own documents, by rank of the role, then as they were read."""
    pack = understanding.pack
    own = [document for document in pack.documents if document.pack == pack.layers[-1]]
    guesses = sorted(
        (_guess_role(understanding, document) for document in own), key=lambda guess: list(Role).index(guess.role)
    )
    found: dict[str, list[Ownership]] = {}
    for document in own:
        for ownership in _find_owners(understanding, document, [d.path for d in own]):
            found.setdefault(ownership.topic, []).append(ownership)
    agreed = {topic: told for topic, told in found.items() if len({one.path for one in told}) == 1}
    owners = tuple(told[0] for topic, told in sorted(agreed.items()) if _is_known(understanding, told[0]))
    return Inference(guesses=tuple(guesses), owners=owners, contested=tuple(sorted(found.keys() - agreed.keys())))


def report_inference(inference: Inference) -> tuple[Diagnostic, ...]:
    """Return each inference as a note with its reason.

    Reports: SP102.
    """
    roles = list(Role)
    told = []
    for guess in inference.guesses:
        rank = str(roles.index(guess.role) + 1)
        fields = {"path": guess.document.path, "role": guess.role.value, "rank": rank, "ranks": str(len(roles))}
        told.append(build_diagnostic("SP102", guess.span, case="role", fields=fields, notes=[guess.reason]))
    for owner in inference.owners:
        fields = {"path": owner.path, "topic": owner.topic}
        told.append(build_diagnostic("SP102", owner.span, case="owner", fields=fields, notes=[owner.reason]))
    return tuple(told)


def _guess_role(understanding: Understanding, document: Document) -> Guess:
    """Return the role of a document: as its name tells, else as its words do."""
    named = find_role_word(document.path)
    if named:
        return Guess(document=document, role=named[0], reason=f"its path has the word `{named[1]}`")
    by_name = Guess(document=document, role=document.role, reason="neither its path nor its words tell another role")
    if not is_markdown(document.path):
        return replace(by_name, reason="it is a schema")
    blocks = understanding.blocks[document.name]
    for block in _list_prose(blocks):
        if match := _ABOVE_ALL.search(block.text):
            span = _locate(document, block, match)
            return Guess(document=document, role=Role.INTERVENTION, reason="it says that it outranks others", span=span)
    return _guess_by_bearers(understanding, document) or _guess_by_title(document, blocks) or by_name


def _guess_by_bearers(understanding: Understanding, document: Document) -> Guess | None:
    """Return policy for a document whose rules bind the writer of the code and its tests, not the system."""
    rules = [c for c in understanding.clauses.values() if c.document == document.name and c.force is not None]
    bound = [clause for clause in rules if clause.bearer in _ABOUT_CODE]
    if len(rules) < _FEWEST_RULES or len(bound) < len(rules) * _SHARE:
        return None
    reason = f"{len(bound)} of its {len(rules)} rules bind the generator, the tests or the repository"
    return Guess(document=document, role=Role.POLICY, reason=reason, span=bound[0].span)


def _guess_by_title(document: Document, blocks: Sequence[Block]) -> Guess | None:
    """Return the role that the first heading tells."""
    heading = next((block for block in blocks if block.kind is BlockKind.HEADING), None)
    title = heading.section[-1] if heading and heading.section else ""
    words = re.findall(r"[a-z]+", title.lower())
    for role, starts in _TITLES:
        if heading and any(word.startswith(starts) for word in words):
            return Guess(document=document, role=role, reason=f"its title is `{title}`", span=heading.span)
    return None


def _find_owners(understanding: Understanding, document: Document, paths: Sequence[str]) -> Iterator[Ownership]:
    """Yield the owners that the sentences of a document name."""
    known: Mapping[str, Sequence[str]] = {document.pack: paths}
    for block in _list_prose(understanding.blocks.get(document.name, ())):
        for match in _HERE.finditer(block.text):
            yield _make_ownership(document, block, match, document.path)
        for match in _ELSEWHERE.finditer(block.text):
            targets = find_documents(document, match[2], known)
            if len(targets) == 1 and targets[0] != document.path:
                yield _make_ownership(document, block, match, targets[0])


def _make_ownership(document: Document, block: Block, match: re.Match[str], path: str) -> Ownership:
    words = " ".join(match[0].replace("`", "").split()).lstrip("-*+.; ")
    topic = " ".join(match["topic"].lower().split())
    return Ownership(topic=topic, path=path, reason=f'the words are "{words}"', span=_locate(document, block, match))


def _is_known(understanding: Understanding, owner: Ownership) -> bool:
    """Whether a clause of the owner is about the topic, so that owning it can decide something."""
    names = {DocumentName(d.name) for d in understanding.pack.documents if d.path == owner.path}
    return any(c.document in names and is_about(c, owner.topic) for c in understanding.clauses.values())


def _list_prose(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks whose sentences speak for the document."""
    return (block for block in blocks if block.kind in _PROSE and not block.informative)


def _locate(document: Document, block: Block, match: re.Match[str]) -> Span:
    return locate(document.name, document.text, block.span.start + match.start(), block.span.start + match.end())
