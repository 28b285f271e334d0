"""Same rule with two forces, one term with two meanings: what settles them, so that nothing is reported."""

import pytest
from packs_of_text import codes, make_document, make_pack, understand

from specpack.frontend.understand import understand_pack
from specpack.model.pack import Role

LOANS = "# A\n\n## Loans\n\nThe shelf MUST log each loan.\n"
SHOULD = "# B\n\n## Habits\n\nThe shelf SHOULD log each loan.\n"


def test_two_forces_of_one_rank_are_reported_once_for_each_repetition() -> None:
    found = understand_pack(make_pack(make_document(LOANS, "a.md"), make_document(SHOULD * 2, "b.md"))).diagnostics
    assert [d.code for d in found] == ["SP402", "SP402", "SP411"]
    assert {d.secondary[0].span.document for d in found if d.code == "SP402"} == {"a.md"}


@pytest.mark.parametrize(
    ("first", "second", "more"),
    [
        (LOANS.replace("Loans", "Loans (LOCKED)"), SHOULD, {}),
        (LOANS, SHOULD, {"owns": {"loans": "a.md"}}),
        (LOANS, SHOULD.replace("SHOULD", "MAY"), {}),
        (LOANS, SHOULD.replace("each loan", "each loan of a map"), {}),
        (LOANS, SHOULD.replace("The shelf", "The tests"), {}),
    ],
    ids=["locked", "owner", "permission", "narrower", "bearer"],
)
def test_two_forces_are_silent(first: str, second: str, more: dict[str, object]) -> None:
    pack = make_pack(make_document(first, "a.md"), make_document(second, "b.md"), **more)
    assert "SP402" not in codes(understand_pack(pack))


def test_lower_pack_and_other_role_are_ranked() -> None:
    house = make_document(SHOULD, "b.md", pack="house")
    policy = make_document(SHOULD, "c.md", role=Role.POLICY)
    assert "SP402" not in codes(understand_pack(make_pack(house, make_document(LOANS, "a.md"), policy)))


def test_definitions_compete_only_where_they_hold_everywhere() -> None:
    terms = "# A\n\n## Definitions\n\n- **loan**: a book that is out\n"
    other = "\n## Terms\n\n- **Loan**: a map that is out\n"
    label = "\n## Lending\n\n- **loan**: answers with the title\n"
    told = "\n## Lending\n\n`loan` means a map that is out.\n"
    same = "\n## Lending\n\n`loan` means a book that is out.\n"
    assert [codes(understand(terms + rest)) for rest in (other, label, told, same)] == [["SP207"], [], ["SP207"], []]


def test_rank_and_ownership_settle_definitions() -> None:
    one = "# A\n\n## Definitions\n\n- **loan**: a book that is out\n"
    two = "# A\n\n## Definitions\n\n- **loan**: a map that is out\n"
    app = make_document(one, "a.md")
    assert codes(understand_pack(make_pack(make_document(two, "b.md", pack="house"), app))) == []
    assert codes(understand_pack(make_pack(app, make_document(two, "b.md", role=Role.PLATFORM)))) == []
    assert codes(understand_pack(make_pack(app, make_document(two, "b.md"), owns={"loan": "a.md"}))) == []
    assert codes(understand_pack(make_pack(app, make_document(two, "b.md")))) == ["SP207"]
