"""`specpack explain`: print the page of a code."""

import argparse

from specpack.model.failure import WrongUse


def run(options: argparse.Namespace) -> int:
    """Print the page: an example, the reason, the cure."""
    page = find_page(options.code.strip().upper())
    if page is None:
        cure = "codes look like `SP208`, `GT065` or `BU101` and stand in brackets before a message"
        raise WrongUse(f"there is no page for the code `{options.code}`", help=cure)
    print(page.rstrip())
    return 0


def find_page(code: str) -> str | None:
    """Return the page of a code: of the pack (`SP`), of a reply (`BU`), of a target's gates (`GT`); None for others."""
    from specpack.frontend import catalogue
    from specpack.middle import codes
    from specpack.targets.python import codes as gates

    pages = {"SP": catalogue.find_page, "BU": codes.find_page, "GT": gates.find_page}
    find = pages.get(code[:2])
    return find(code) if find else None
