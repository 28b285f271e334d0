"""The log of rules that say one half and leave the other open: ranked, grouped by topic, as text or JSON lines.

Path: asymmetry -> **log** -> terminal, scripts.
"""

import json
from collections.abc import Sequence

from specpack.cli.rendering.lines import encode_diagnostic
from specpack.cli.rendering.text import render_diagnostic
from specpack.frontend.asymmetry import find_asymmetries
from specpack.frontend.catalogue import count_things
from specpack.model.diagnostic import Diagnostic
from specpack.model.slots import Opening
from specpack.model.understanding import Understanding

TOP = 10
"""Openings that are shown where nobody asks for all."""

Ranked = Sequence[tuple[Opening, Diagnostic]]


def count_openings(understanding: Understanding) -> str:
    """Return how many rules leave one half open and are no diagnostic, in words; empty for none."""
    number = sum(not opening.certain for opening, _ in find_asymmetries(understanding))
    if not number:
        return ""
    if number == 1:
        return "1 rule says one half and leaves the other open"
    return f"{number} rules say one half and leave the other open"


def print_asymmetry(understanding: Understanding, *, everything: bool, as_json: bool) -> None:
    """Print the log; as text its top ten, unless everything is asked for."""
    ranked = find_asymmetries(understanding)
    if as_json:
        for rank, (opening, diagnostic) in enumerate(ranked, 1):
            print(encode_opening(rank, opening, diagnostic))
    else:
        print(render_asymmetry(understanding, ranked, len(ranked) if everything else TOP))


def render_asymmetry(understanding: Understanding, ranked: Ranked, most: int) -> str:
    """Return the first openings below the names of their topics, and a line of counts."""
    if not ranked:
        return "no rule leaves one half open"
    texts = {document.name: document.text for document in understanding.pack.documents}
    pieces: list[str] = []
    topic = ""
    for opening, diagnostic in ranked[:most]:
        title = _name_topic(opening)
        if title != topic:
            topic = title
            pieces.append(title)
        pieces.append(render_diagnostic(diagnostic, texts))
    topics = count_things(len({_name_topic(opening) for opening, _ in ranked}), "topic")
    total = count_things(len(ranked), "rule")
    told = f"{total} in {topics}, worst first"
    if len(ranked) > most:
        told = f"{most} of {told}; `--all` shows the rest"
    return "\n\n".join([*pieces, told])


def encode_opening(rank: int, opening: Opening, diagnostic: Diagnostic) -> str:
    """Return one opening as a JSON object on one line: its diagnostic, and why it stands where it stands."""
    told = json.loads(encode_diagnostic(diagnostic))
    told |= {
        "rank": rank,
        "topic": list(opening.topic.section),
        "slot": opening.slot.value,
        "heat": opening.topic.heat,
        "prohibitions": opening.topic.prohibitions,
        "edits": opening.topic.edits,
        "observability": opening.observability,
        "certain": opening.certain,
    }
    return json.dumps(told, ensure_ascii=False)


def _name_topic(opening: Opening) -> str:
    """Return the document, its headings, and what has been argued about them."""
    topic = opening.topic
    place = " > ".join([str(opening.span.document), *topic.section[1:]])
    heat = [
        count_things(number, noun)
        for number, noun in ((topic.prohibitions, "prohibition"), (topic.edits, "edited rule"))
        if number
    ]
    return f"{place} ({', '.join(heat)})" if heat else place
