"""Replies that are one JSON object, as a provider gets them that constrains the model's output.

Path: questions -> **structured** -> provider; reply -> **structured** -> framing. An object's properties are the nonces
of the questions, each with the data block of its answer; code never travels so.
"""

import json
from collections.abc import Sequence

from specpack.middle.framing import label_nonce, render_end, render_marker
from specpack.model.question import Expected, Label, Question

DATA = Expected(kind="data")


def render_schema(questions: Sequence[Question]) -> str:
    """Return the JSON schema of a reply to these questions; empty where one of them expects more than data."""
    forms = {q.label: q.expected[0].form for q in questions if len(q.expected) == 1 and q.expected[0].form}
    if len(forms) < len(questions):
        return ""
    from specpack.middle.codec import build_schema

    return json.dumps(build_schema({label_nonce(label): form for label, form in forms.items() if form}))


def unwrap_reply(text: str, labels: Sequence[Label]) -> str:
    """Return a reply of one JSON object as framed blocks; any other reply as it is."""
    if not text.lstrip().startswith("{"):
        return text
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return text
    known = {label_nonce(label): label for label in labels}
    if not data or not data.keys() <= known.keys():
        return text
    blocks = []
    for nonce, value in data.items():
        label = known[nonce]
        blocks += [render_marker(DATA, label), json.dumps(value, indent=1, ensure_ascii=False), render_end(label)]
    return "\n".join(blocks) + "\n"
