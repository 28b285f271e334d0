"""What requests cost, added up."""

from specpack.middle.spending import add_usages, render_spending
from specpack.model.question import Usage


def test_sums_are_exact_and_say_what_is_not_known():
    usages = [
        Usage(input=1_000, output=20, cached=400, cost="0.1"),
        Usage(input=500, output=3, cost="0.2"),
        Usage(input=7, output=1),
    ]
    assert add_usages(usages) == Usage(input=1_507, output=24, cached=400, cost="0.3")
    assert render_spending(usages) == (
        "asked 3 requests: 1,507 tokens in (400 of them cached), 24 out, $0.3000 without 1 of unknown price"
    )


def test_estimates_are_called_so_and_no_price_is_invented():
    assert render_spending([Usage(input=10, output=2, estimated=True)]) == "asked 1 request: about 10 tokens in, 2 out"


def test_a_cost_that_is_no_number_is_unknown():
    assert add_usages([Usage(input=1, output=1, cost="free"), Usage(input=1, output=1, cost="NaN")]).cost == ""
