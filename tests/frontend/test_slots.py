"""Slots of clauses and junctions of groups, read off sentences of many styles."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packs_of_text import understand

from specpack.frontend.junctions import find_junction
from specpack.frontend.slots import parse_slots
from specpack.model.clause import Kind
from specpack.model.slots import Junction, SlotName, Slots

SENTENCES: list[tuple[str, dict[str, str]]] = [
    (
        "The service MUST reject a `POST` with status 415 when the header is absent.",
        {
            "when": "when the header is absent",
            "bearer": "The service",
            "action": "reject",
            "object": "a `POST` with status 415",
        },
    ),
    (
        "If the token is missing, the server MUST answer 401 within 5 seconds.",
        {
            "when": "If the token is missing",
            "bearer": "the server",
            "action": "answer",
            "object": "401",
            "quantity": "5 seconds",
            "time": "within 5 seconds",
        },
    ),
    (
        "When a user logs in, and the account is locked, then the system MUST show a message.",
        {
            "when": "When a user logs in, and the account is locked",
            "bearer": "the system",
            "action": "show",
            "object": "a message",
        },
    ),
    (
        "For each row, if the value is empty, the parser MUST skip it.",
        {
            "when": "if the value is empty",
            "bearer": "the parser",
            "action": "skip",
            "object": "it",
            "scope": "For each row",
        },
    ),
    (
        "The library MUST NOT call `clock`, nor `random_bytes`, unless the generator is new.",
        {
            "bearer": "The library",
            "action": "call",
            "object": "`clock`, nor `random_bytes`",
            "exception": "unless the generator is new",
        },
    ),
    (
        "A password MUST be stored by the server as a hash.",
        {"bearer": "the server", "action": "be stored", "object": "A password"},
    ),
    (
        "The file MUST be closed before the lock is released.",
        {"action": "be closed", "object": "The file", "time": "before the lock is released"},
    ),
    (
        "The tests MUST use fakes for each boundary.",
        {"bearer": "The tests", "action": "use", "means": "fakes", "scope": "for each boundary"},
    ),
    (
        "The client MUST use the package `httpx` to send requests.",
        {"bearer": "The client", "action": "use", "object": "send requests", "means": "the package `httpx`"},
    ),
    (
        "A request MUST be signed using HMAC-SHA256 in every environment.",
        {"action": "be signed", "object": "A request", "means": "using HMAC-SHA256", "scope": "in every environment"},
    ),
    (
        "The server MUST retry at most 3 times, except for a `POST`.",
        {
            "bearer": "The server",
            "action": "retry",
            "object": "at most 3 times",
            "quantity": "at most 3 times",
            "exception": "except for a `POST`",
        },
    ),
    (
        "Each page MUST hold at least one link and no more than 20 images.",
        {
            "bearer": "Each page",
            "action": "hold",
            "object": "at least one link and no more than 20 images",
            "quantity": "at least one",
        },
    ),
    (
        "The worker MAY cache the answer for 60 seconds.",
        {
            "bearer": "The worker",
            "action": "cache",
            "object": "the answer",
            "quantity": "60 seconds",
            "time": "for 60 seconds",
        },
    ),
    (
        "After payment, the shop MUST send a receipt to the customer.",
        {"bearer": "the shop", "action": "send", "object": "a receipt to the customer", "time": "After payment"},
    ),
    (
        "Once the migration has finished, the old table MUST be dropped.",
        {"action": "be dropped", "object": "the old table", "time": "Once the migration has finished"},
    ),
    (
        "The value MUST be one of `red`, `green` and `blue`.",
        {"bearer": "The value", "action": "be", "object": "one of `red`, `green` and `blue`"},
    ),
    (
        "The name MUST be between 1 and 64 characters long.",
        {
            "bearer": "The name",
            "action": "be",
            "object": "between 1 and 64 characters long",
            "quantity": "between 1 and 64 characters",
        },
    ),
    (
        "The report MUST be written in ascending order of date, by sorting on the server.",
        {"action": "be written", "object": "The report", "means": "by sorting", "scope": "on the server"},
    ),
    (
        "While the valve is open the pump MUST run.",
        {"when": "While the valve is open", "bearer": "the pump", "action": "run"},
    ),
    (
        "Only administrators MUST see the audit log.",
        {"bearer": "Only administrators", "action": "see", "object": "the audit log"},
    ),
    (
        "The bucket is named `x` in every region.",
        {"action": "is named", "object": "The bucket", "scope": "in every region"},
    ),
    (
        "Answer every request within 2 seconds.",
        {"action": "Answer", "object": "every request", "quantity": "2 seconds", "time": "within 2 seconds"},
    ),
    (
        "In production, the worker MUST write logs to standard output.",
        {"bearer": "the worker", "action": "write", "object": "logs to standard output", "scope": "In production"},
    ),
    (
        "Before each deploy, the team MUST run the migration script.",
        {"bearer": "the team", "action": "run", "object": "the migration script", "time": "Before each deploy"},
    ),
    (
        "Unless the flag `--force` is given, the tool MUST ask for confirmation.",
        {
            "bearer": "the tool",
            "action": "ask",
            "object": "for confirmation",
            "exception": "Unless the flag `--force` is given",
        },
    ),
    (
        "The system shall, when the pressure exceeds 3 bar, open the valve.",
        {
            "when": "when the pressure exceeds 3 bar",
            "bearer": "The system",
            "action": "open",
            "object": "the valve",
            "quantity": "3",
        },
    ),
    (
        "A user who is not logged in MUST NOT see prices.",
        {"bearer": "A user who is not logged in", "action": "see", "object": "prices"},
    ),
    (
        "Every response MUST carry a `Date` header, except a response with status 304.",
        {
            "bearer": "Every response",
            "action": "carry",
            "object": "a `Date` header",
            "exception": "except a response with status 304",
        },
    ),
    (
        "The cache MUST be emptied by the operator after each release.",
        {"bearer": "the operator", "action": "be emptied", "object": "The cache", "time": "after each release"},
    ),
    ("Access MUST be granted only to administrators.", {"action": "be granted", "object": "Access"}),
    (
        "The queue MUST hold between 10 and 20 jobs per worker.",
        {
            "bearer": "The queue",
            "action": "hold",
            "object": "between 10 and 20 jobs",
            "scope": "per worker",
            "quantity": "between 10 and 20",
        },
    ),
    (
        "The exporter MUST NOT write more than 100 rows at once.",
        {
            "bearer": "The exporter",
            "action": "write",
            "object": "more than 100 rows",
            "quantity": "more than 100",
            "time": "at once",
        },
    ),
    (
        "On failure, the client MUST retry up to 5 times within 30 seconds.",
        {
            "when": "On failure",
            "bearer": "the client",
            "action": "retry",
            "object": "up to 5 times",
            "quantity": "up to 5 times",
            "time": "within 30 seconds",
        },
    ),
    (
        "The key MUST be generated with the help of `secrets`.",
        {"action": "be generated", "object": "The key", "means": "with the help of `secrets`"},
    ),
    ("Passwords MUST NOT be logged.", {"action": "be logged", "object": "Passwords"}),
    (
        "Where the vehicle has a trailer, the brake assistant MUST be off.",
        {"when": "Where the vehicle has a trailer", "bearer": "the brake assistant", "action": "be", "object": "off"},
    ),
    (
        "While the upload runs, the button MUST stay grey.",
        {"when": "While the upload runs", "bearer": "the button", "action": "stay", "object": "grey"},
    ),
    (
        "It is REQUIRED that the report names the author.",
        {"bearer": "It", "object": "that the report names the author"},
    ),
    ("The `id` field is REQUIRED in every record.", {"bearer": "The `id` field", "scope": "in every record"}),
    (
        "**The server** MUST *always* close the connection.",
        {"bearer": "The server", "action": "close", "object": "the connection"},
    ),
    (
        "The module `a` MUST import `b` via the facade.",
        {"bearer": "The module `a`", "action": "import", "object": "`b`", "means": "via the facade"},
    ),
    (
        "As soon as the sensor answers, the light MUST turn green.",
        {"bearer": "the light", "action": "turn", "object": "green", "time": "As soon as the sensor answers"},
    ),
    (
        "The service MUST sort results by name; equal names keep their order.",
        {"bearer": "The service", "action": "sort", "object": "results by name"},
    ),
    ("Do not edit generated files.", {"action": "edit", "object": "generated files"}),
    (
        "Each tenant has exactly one owner.",
        {"bearer": "Each tenant", "action": "has", "object": "exactly one owner", "quantity": "exactly one"},
    ),
    (
        "Files are kept for 30 days.",
        {"action": "are kept", "object": "Files", "quantity": "30 days", "time": "for 30 days"},
    ),
    (
        "The total MUST equal the sum of the lines, rounded to two decimals.",
        {
            "bearer": "The total",
            "action": "equal",
            "object": "the sum of the lines, rounded to two decimals",
            "quantity": "two",
        },
    ),
    (
        "For every tenant, the job MUST run once per day.",
        {"bearer": "the job", "action": "run", "object": "once", "scope": "For every tenant", "quantity": "once"},
    ),
    (
        "If a name is empty, too long or not unique, the form MUST show an error.",
        {
            "when": "If a name is empty, too long or not unique",
            "bearer": "the form",
            "action": "show",
            "object": "an error",
        },
    ),
    (
        "The driver MUST stop, unless told otherwise.",
        {"bearer": "The driver", "action": "stop", "exception": "unless told otherwise"},
    ),
    ("Users may not delete invoices.", {"bearer": "Users", "action": "delete", "object": "invoices"}),
    (
        "The index must be rebuilt before the search starts.",
        {"action": "be rebuilt", "object": "The index", "time": "before the search starts"},
    ),
    (
        "The gateway MUST forward the request to the first healthy node without changing its body.",
        {
            "bearer": "The gateway",
            "action": "forward",
            "object": "the request to the first healthy node without changing its body",
        },
    ),
    (
        "The tool MUST exit with status 2 if the file does not exist.",
        {"when": "if the file does not exist", "bearer": "The tool", "action": "exit", "object": "with status 2"},
    ),
    ("No module MAY import `os`.", {"bearer": "No module", "action": "import", "object": "`os`"}),
    (
        "Whenever a job ends, its temporary files MUST be removed within one minute by the janitor.",
        {
            "when": "Whenever a job ends",
            "bearer": "the janitor",
            "action": "be removed",
            "object": "its temporary files",
            "time": "within one minute",
        },
    ),
]


def fill(text: str) -> list[tuple[str, Slots]]:
    """Return the words and the slots of each clause of a section."""
    understanding = understand(f"# Title\n\n## Section\n\n{text}\n")
    return [(clause.text, understanding.slots[clause.id]) for clause in understanding.clauses.values()]


def show(slots: Slots) -> dict[str, str]:
    return {name.value: filling.text for name, filling in slots.filled()}


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES, ids=[sentence for sentence, _ in SENTENCES])
def test_slots_of_a_sentence(sentence: str, expected: dict[str, str]) -> None:
    [(_, slots)] = fill(sentence)
    assert show(slots) == expected


def test_each_filling_stands_where_it_says() -> None:
    text = "# Title\n\n## Section\n\nIf `x` is **old**,\nthe *clerk* MUST ask [the head](a.md) twice.\n"
    understanding = understand(text)
    [clause] = understanding.clauses.values()
    found = dict(understanding.slots[clause.id].filled())
    assert {name.value: filling.text for name, filling in found.items()} == {
        "when": "If `x` is old",
        "bearer": "the clerk",
        "action": "ask",
        "object": "the head twice",
        "quantity": "twice",
    }
    cut = {name: text[filling.span.start : filling.span.end] for name, filling in found.items()}
    assert cut[SlotName.WHEN] == "If `x` is **old"
    assert cut[SlotName.ACTION] == "ask"
    assert cut[SlotName.QUANTITY] == "twice"


def test_code_is_opaque() -> None:
    [(_, slots)] = fill("The tool MUST print `if x unless y before z`.")
    assert show(slots) == {"bearer": "The tool", "action": "print", "object": "`if x unless y before z`"}


def test_items_have_the_slots_of_their_lead_in() -> None:
    group, first, second = fill("If the card is old, the gate MUST:\n\n- ring\n- show a lamp in every hall\n")
    assert group[1].junction is Junction.IMPLICIT
    assert show(first[1]) == {"when": "If the card is old", "bearer": "the gate", "action": "ring"}
    assert show(second[1]) == {
        "when": "If the card is old",
        "bearer": "the gate",
        "action": "show",
        "object": "a lamp",
        "scope": "in every hall",
    }
    assert [filling.inherited for _, filling in second[1].filled()] == [True, True, False, False, False]


def test_items_that_are_things_have_the_action_of_their_lead_in() -> None:
    _, first, _ = fill("The gate MUST contain:\n\n- a lamp\n- a bell\n")
    assert show(first[1]) == {"bearer": "The gate", "action": "contain", "object": "a lamp"}


def test_the_second_part_of_a_sentence_has_the_subject_of_the_first() -> None:
    _, (text, second) = fill("If asked, the clerk SHOULD say the reason but MUST NOT name the person.")
    assert text == "MUST NOT name the person."
    assert show(second) == {
        "when": "If asked",
        "bearer": "the clerk",
        "action": "name",
        "object": "the person",
    }


def test_what_is_no_prose_has_empty_slots() -> None:
    rows = fill("| name | rule |\n|---|---|\n| a | The clerk MUST ask. |\n")
    assert [show(slots) for _, slots in rows] == [{}]


def test_slots_change_no_revision() -> None:
    understanding = understand("# Title\n\n## Section\n\nThe clerk MUST ask.\n")
    [clause] = understanding.clauses.values()
    before = clause.rev
    assert understanding.slots[clause.id].bearer is not None
    assert understand("# Title\n\n## Section\n\nThe clerk MUST ask.\n").clauses[clause.id].rev == before


GROUPS = [
    ("The gate MUST do all of the following:", ("a", "b"), Junction.ALL),
    ("The gate MUST accept each of:", ("a", "b"), Junction.ALL),
    ("The gate MUST accept any of the following cards:", ("a", "b"), Junction.ANY),
    ("The gate MUST show at least one of:", ("a", "b"), Junction.ANY),
    ("The gate MUST open via:", ("a", "b"), Junction.ANY),
    ("Tests MUST reach it by varying:", ("a", "b"), Junction.ANY),
    ("The gate MUST show exactly one of these:", ("a", "b"), Junction.ONE),
    ("The gate MUST accept one of:", ("a", "b"), Junction.ONE),
    ("The gate MUST accept either:", ("a", "b"), Junction.ONE),
    ("The gate MUST accept and/or:", ("a", "b"), Junction.AND_OR),
    ("The gate MUST accept:", ("a, and/or", "b"), Junction.AND_OR),
    ("The gate MUST accept:", ("a; or", "b"), Junction.ANY),
    ("The gate MUST accept:", ("a,", "or b"), Junction.ANY),
    ("The gate MUST accept:", ("a, and", "b"), Junction.ALL),
    ("The gate MUST accept:", ("a", "b"), Junction.IMPLICIT),
    ("One gate MUST hold one:", ("a", "b"), Junction.IMPLICIT),
    ("Each gate MUST hold:", ("a", "b"), Junction.IMPLICIT),
    ("Either of the gates MUST hold:", ("a", "b"), Junction.ONE),
    ("The gate MUST run in this order:", ("a", "b"), Junction.ALL),
]


@pytest.mark.parametrize(("lead", "members", "expected"), GROUPS, ids=[f"{g[0]} {'|'.join(g[1])}" for g in GROUPS])
def test_junction_of_a_group(lead: str, members: tuple[str, ...], expected: Junction) -> None:
    assert find_junction(lead, members) is expected


def test_each_member_of_a_prohibition_is_forbidden() -> None:
    assert find_junction("The gate MUST NOT:", ("beep; or", "ring"), forbidden=True) is Junction.ALL
    [group, *_] = fill("The gate MUST NOT:\n\n- beep\n- ring\n")
    assert group[1].junction is Junction.ALL


def test_only_a_group_has_a_junction() -> None:
    clauses = fill("The gate MUST do one of the following:\n\n- ring\n- flash\n")
    assert [slots.junction for _, slots in clauses] == [Junction.ONE, None, None]
    understanding = understand("# T\n\n## S\n\nThe gate MUST do one of the following:\n\n- ring\n- flash\n")
    assert [clause.kind for clause in understanding.clauses.values()] == [
        Kind.GROUP,
        Kind.ALTERNATIVE,
        Kind.ALTERNATIVE,
    ]


WORDS = (
    "if when MUST , . ; : by the a unless before after only one of or and use be used 5 at least in for not is".split()
)


@given(st.lists(st.sampled_from(WORDS), max_size=30), st.booleans())
def test_any_text_has_slots_that_lie_in_it_and_apart(words: list[str], continues: bool) -> None:
    text = " ".join(words)
    at = text.find("MUST")
    found = parse_slots(text, (at, at + 4) if at >= 0 else None, continues=continues)
    assert all(0 <= start < end <= len(text) for start, end in found.values())
    assert all(text[start:end].strip(" ,") == text[start:end] for start, end in found.values())
    ranges = sorted(place for name, place in found.items() if name is not SlotName.QUANTITY)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(ranges))
