"""Rules that leave one half open: what opens a slot, what closes it, how the openings are ranked."""

from dataclasses import replace
from pathlib import Path

import pytest
from packs_of_text import codes, make_document, make_pack, understand

from specpack.frontend.asymmetry import CODES, find_asymmetries, list_openings
from specpack.frontend.understand import understand_pack
from specpack.model.clause import ClauseId
from specpack.model.pack import Disposition
from specpack.model.slots import SlotName
from specpack.model.understanding import Understanding
from specpack.reading import read_pack

ROOT = Path(__file__).parents[2]
TITLE = "# Shop\n\n## Rules\n\n"

OPEN = [
    ("SP501", "The tests MUST use fakes for the gateway."),
    ("SP501", "Every printer MUST be replaced by a stub."),
    ("SP502", "The shop MUST use the package `pricing` to compute totals."),
    ("SP502", "Stock MUST be read through the module `store`."),
    ("SP503", "If the customer is a member, the shop MUST grant a discount."),
    ("SP503", "When the cart is empty, the shop MUST show a hint."),
    ("SP504", "Once the import succeeds, the shop MUST publish the catalogue."),
    ("SP504", "On success, the shop MUST ring a bell."),
    ("SP504", "The shop MUST answer `POST /orders` with status 201."),
    ("SP504", "When the printer fails, the shop MUST ring a bell."),
    ("SP505", "An order MUST hold at least one line."),
    ("SP505", "The comment MUST be at most 200 characters."),
    ("SP506", "The country MUST be one of `DE`, `FR` and `IT`."),
    ("SP506", "The shop MUST accept only orders in euro."),
    ("SP506", "The priority MUST be one of:\n\n- `low`\n- `high`"),
    ("SP507", "The shop MUST send a receipt after the payment is booked."),
    ("SP507", "The shop MUST validate the address before it stores the order."),
    ("SP508", "The shop MAY cache the catalogue."),
]

CLOSED = [
    "The tests MUST use fakes for the gateway only.",
    "The tests MUST use fakes for the gateway.\n\nThe tests MUST NOT simulate any other part.",
    "The shop MUST compute totals by the package `pricing` and by nothing else.",
    "The shop MUST use the package `pricing` for totals.\n\nThe shop MUST NOT compute totals without `pricing`.",
    "A total MUST be encoded using the module `json`.",
    "If the customer is a member, the shop MUST grant a discount; otherwise it grants none.",
    "If the customer is a member, the shop MUST grant a discount.\n\nIf the customer is no member, the shop MUST wait.",
    "If the token is missing, the shop MUST refuse the order.",
    "When a lamp is pressed, the shop MUST ring.",
    "The shop MUST show a hint only if the cart is empty.",
    "Once the import succeeds, the shop MUST publish it.\n\nWhen the import fails, the shop MUST keep the old one.",
    "The shop MUST answer `GET /` with status 200, whatever it says.",
    "The shop MUST answer `GET /` with status 200.\n\nThe shop MUST answer `GET /` with status 404 at night.",
    "An order MUST hold at least one and at most 100 lines.",
    "An order MUST hold at least one line, and there is no limit.",
    "The shop MUST retry at most 3 times.",
    "The shop MUST warn when the order has more than 100 lines.",
    "The country MUST be one of `DE` and `FR`; any other one gives `country-unknown`.",
    "The shop MUST print one of the three labels.",
    "The country MUST be one of:\n\n- `DE`\n- `FR`\n\nThe shop MUST refuse every other country.",
    "The shop MUST send a receipt only after the payment is booked.",
    "The shop MUST send a receipt after the payment is booked.\n\nThe shop MUST NOT book a payment without a receipt "
    "before noon.",
    "The shop MUST forget a cart 8 minutes after its creation.",
    "The shop MAY cache the catalogue for at most 60 seconds.",
    "The shop MAY write the lines in any order.",
    "The shop MAY cache the catalogue.\n\nThe shop MUST NOT cache a price of the catalogue.",
    "The shop SHOULD use fakes for the gateway.",
    "The shop MUST NOT use the package `pricing`.",
]


def log(understanding: Understanding) -> list[tuple[str, str]]:
    """Return code and words of each opening, in the order of the log."""
    return [(diagnostic.code, opening.word) for opening, diagnostic in find_asymmetries(understanding)]


@pytest.mark.parametrize(("code", "sentence"), OPEN, ids=[sentence for _, sentence in OPEN])
def test_a_rule_alone_is_open(code: str, sentence: str) -> None:
    assert [found for found, _ in log(understand(TITLE + sentence))] == [code]


@pytest.mark.parametrize("text", CLOSED)
def test_a_word_a_sibling_a_complement_or_a_freedom_closes(text: str) -> None:
    assert log(understand(TITLE + text)) == []


def test_a_complement_elsewhere_in_the_document_closes() -> None:
    rule = TITLE + "The shop MUST send a receipt after the payment is booked.\n\n"
    far = "## Bans\n\nThe shop MUST NOT send a receipt before the payment is booked.\n"
    strange = "## Bans\n\nThe shop MUST NOT open its doors before noon.\n"
    assert log(understand(rule + far)) == []
    assert log(understand(rule + strange)) == [("SP507", "after the payment is booked")]


def test_code_opens_nothing() -> None:
    assert log(understand(TITLE + "The shop MUST print `use fakes after the import succeeds`.")) == []


def test_a_clause_has_one_finding_and_it_is_of_the_worst_family() -> None:
    text = "Once the import succeeds, the tests MUST use fakes for at least one printer through the module `lamp`."
    assert log(understand(TITLE + text)) == [("SP501", "use fakes")]


def test_an_opening_says_its_slot_and_its_place() -> None:
    text = TITLE + "An order MUST hold at least one line."
    [(opening, diagnostic)] = find_asymmetries(understand(text))
    assert (opening.slot, opening.certain) == (SlotName.QUANTITY, False)
    assert diagnostic.span is not None
    assert text[diagnostic.span.start : diagnostic.span.end] == "at least one"


def test_check_shows_what_is_certain_and_nothing_else() -> None:
    shown = {code for code, sentence in OPEN if code in codes(understand(TITLE + sentence))}
    assert shown == {"SP501", "SP504", "SP506"}
    assert "SP504" not in codes(understand(TITLE + "The shop MUST answer `POST /orders` with status 201."))


def test_a_word_for_it_anywhere_in_the_pack_takes_the_certainty() -> None:
    rule = TITLE + "The level MUST be one of `low` and `high`.\n\n"
    other = understand(rule + "## Dust\n\nThe lamp MUST ignore dust.\n")
    assert "SP506" not in codes(other)
    assert [code for code, _ in log(other)] == ["SP506"]


def test_topics_are_ranked_by_family_then_by_heat() -> None:
    text = (
        "# Shop\n\n## Cold\n\nAn order MUST hold at least one line.\n\n"
        "## Hot\n\nA van MUST carry at least two spades.\n\nThe van MUST NOT honk.\n\nThe shop MAY delay a letter.\n\n"
        "## Worse\n\nThe tests MUST use fakes for the gateway.\n"
    )
    found = find_asymmetries(understand(text))
    assert [(d.code, o.topic.section[-1], o.topic.heat) for o, d in found] == [
        ("SP501", "Worse", 0),
        ("SP505", "Hot", 1),
        ("SP508", "Hot", 1),
        ("SP505", "Cold", 0),
    ]


def test_an_edited_rule_heats_its_topic() -> None:
    first = understand(TITLE + "An order MUST hold at least one line.")
    document = make_document(TITLE + "An order MUST hold at least two lines.")
    second = understand_pack(make_pack(document, identities={"app": first.identities}))
    [(opening, _)] = find_asymmetries(second)
    assert (opening.topic.edits, opening.topic.heat) == (1, 2)
    same = understand_pack(
        make_pack(make_document(TITLE + "An order MUST hold at least one line."), identities={"app": first.identities})
    )
    assert find_asymmetries(same)[0][0].topic.edits == 0


@pytest.mark.parametrize(
    ("sentence", "observability"),
    [
        ("The shop MUST print at least 5 lines.", 3),
        ("The shop MUST print at least one line.", 2),
        ("The shop MUST hold at least one line.", 1),
        ("The pack MUST hold at least one line.", 0),
    ],
)
def test_observability(sentence: str, observability: int) -> None:
    [(opening, _)] = find_asymmetries(understand(TITLE + sentence))
    assert opening.observability == observability


def test_an_extended_pack_is_not_judged_and_still_closes() -> None:
    extended = make_document(TITLE + "The tests MUST use fakes for the gateway.", path="base.md", pack="base")
    own = make_document(TITLE + "The shop MUST ring.")
    assert find_asymmetries(understand_pack(make_pack(extended, own))) == ()
    limit = make_document(TITLE + "The tests MUST NOT replace a part by a stub.", path="base.md", pack="base")
    rule = make_document(TITLE + "The tests MUST use fakes for the gateway.")
    assert log(understand_pack(make_pack(limit, rule))) == []


def test_a_disposition_takes_an_opening_out_until_its_clause_changes() -> None:
    text = TITLE + "An order MUST hold at least one line."
    plain = understand(text)
    [(opening, diagnostic)] = find_asymmetries(plain)
    assert diagnostic.span is not None
    rev = plain.clauses[opening.clause].rev
    line = Disposition(code="SP505", clause=opening.clause, rev=rev, reason="carts are small", span=diagnostic.span)
    accepted = understand_pack(make_pack(make_document(text), accepted=(line,)))
    assert log(accepted) == []
    assert [(d.code, reason) for d, reason in accepted.accepted] == [("SP505", "carts are small")]
    assert codes(accepted) == []
    old = understand_pack(make_pack(make_document(text), accepted=(replace(line, rev="0" * 12),)))
    [(_, raised)] = find_asymmetries(old)
    assert raised.notes == (f"accepted for an earlier wording of `{opening.clause}`: carts are small",)
    assert codes(old) == []


def test_a_disposition_that_no_opening_needs_is_reported() -> None:
    text = TITLE + "An order MUST hold exactly one line."
    [name] = understand(text).clauses
    span = understand(text).clauses[name].span
    line = Disposition(code="SP505", clause=name, rev="0" * 12, reason="old", span=span)
    assert codes(understand_pack(make_pack(make_document(text), accepted=(line,)))) == ["SP902"]


@pytest.mark.parametrize("pack", ["src/specpack/std/pack", "examples/ulid", "examples/telemetry"])
def test_well_written_packs_show_nothing_and_log_little(pack: str) -> None:
    understanding = read_pack(ROOT / pack)
    assert not CODES & set(codes(understanding))
    binding = sum(clause.force is not None and clause.force.binding for clause in understanding.clauses.values())
    openings = list_openings(understanding.pack, understanding.clauses, understanding.slots)  # type: ignore[arg-type]
    assert len(openings) * 50 <= binding


def test_slots_of_a_clause_that_does_not_exist_are_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError):
        understand(TITLE).slots[ClauseId("shop.zzzzz")]
