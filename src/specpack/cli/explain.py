"""`specpack explain`: print the page of a code."""

import argparse

from specpack.model.failure import WrongUse


def run(options: argparse.Namespace) -> int:
    """Print the page: an example, the reason, the cure."""
    from specpack.frontend.catalogue import find_page

    page = find_page(options.code.upper())
    if page is None:
        raise WrongUse(f"there is no page for the code `{options.code}`", help="codes look like `SP208`")
    print(page.rstrip())
    return 0
