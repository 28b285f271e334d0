"""A proof that cannot fail is none: each thing that may be lost is found, and white space is no loss."""

import pytest
from packs_of_text import make_document, make_pack, understand

from specpack.frontend.proof import find_losses
from specpack.frontend.understand import understand_pack

TEXT = """\
# Gate

## Rules (MUST)

The gate closes at night. {#close}

It MUST log "the first name" and `a b`:

- the time
  - status: 404
- the [name](names.md)

```text
a  b
```

| field | rule |
|---|---|
| x | MUST be 1 |

<!-- kept by hand -->

## Rationale

It is dark.
"""


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("Rules (MUST)", "Rules (SHOULD)", "lose its force"),
        ("Rules (MUST)", "Rules", "lose its force"),
        ("Rules (MUST)", "Rules (LOCKED, MUST)", "change its lock"),
        ("It MUST", "It SHOULD", ""),
        ("at night", "at noon", "change its words"),
        ("{#close}", "{#shut}", "be gone"),
        ("It MUST log", "Tests MUST log", ""),
        ("  - status: 404", "- status: 404", ""),
        ("status: 404", "status: 405", ""),
        ("- the time", "- the Time", "change its words"),
        ("- the time", "the time", ""),
        ('"the first name"', "the first name", ""),
        ("`a b`", "a b", ""),
        ("(names.md)", "(others.md)", ""),
        ("a  b\n", "a b\n", ""),
        ("| x |", "| y |", ""),
        ("kept by hand", "kept  by hand", "the comment would be read otherwise"),
        ("## Rationale", "### Rationale", ""),
        ("It is dark.", "", ""),
    ],
)
def test_a_loss_is_found(old: str, new: str, reason: str) -> None:
    assert TEXT.count(old) >= 1
    losses = find_losses(understand(TEXT), understand(TEXT.replace(old, new)))
    assert losses
    assert any(reason in loss.reason for loss in losses)


def test_order_counts() -> None:
    one, other = "The gate MUST close.", "The bell MUST ring."
    losses = find_losses(understand(f"{one}\n\n{other}\n"), understand(f"{other}\n\n{one}\n"))
    assert any("stand in another place" in loss.reason for loss in losses)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("closes at night", "closes\n  at   night"),
        ("- the", "* the"),
        ("## Rules (MUST)", "##  MUST: Rules  ##"),
        ("\n\n", "\n\n\n"),
        ("# Gate\n", "Gate\n====\n"),
    ],
)
def test_layout_is_no_loss(old: str, new: str) -> None:
    assert old in TEXT
    assert not find_losses(understand(TEXT), understand(TEXT.replace(old, new)))


def test_a_force_may_become_explicit_but_not_implied() -> None:
    implied, explicit = understand("The gate must close.\n"), understand("The gate MUST close.\n")
    assert not find_losses(implied, explicit)
    assert find_losses(explicit, implied)


def test_the_place_names_the_document() -> None:
    first, second = make_document("The gate MUST close.\n", "a.md"), make_document("The bell MUST ring.\n", "b.md")
    changed = make_document("The bell MAY ring.\n", "b.md")
    before, after = (understand_pack(make_pack(first, other)) for other in (second, changed))
    assert {loss.span.document for loss in find_losses(before, after)} == {"b.md"}
