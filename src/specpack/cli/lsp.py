"""`specpack lsp`: serve an editor over standard input and output."""

import argparse
import contextlib
import os
import sys
from importlib.metadata import entry_points

from specpack.model.failure import Unavailable


def run(options: argparse.Namespace) -> int:  # noqa: ARG001 - standard input and output are the only way there is
    """Serve until the editor says that it is done; exit status 1 where it went away without a word.

    What anything else prints goes to standard error, so that it cannot stand between the answers.

    Raises:
        Unavailable: The library of the protocol is not installed.
    """
    try:
        from specpack.server.service import make_service
    except ModuleNotFoundError as error:
        if error.name and error.name.partition(".")[0] in ("pygls", "lsprotocol", "cattrs", "attrs"):
            raise Unavailable(
                "the language server needs `pygls`, which is not installed", help="`pip install 'specpack[lsp]'`"
            ) from error
        raise
    service = make_service([entry.name for entry in entry_points(group="specpack.targets")])
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers, contextlib.redirect_stdout(sys.stderr):
        service.start_io(stdout=answers)
    return 0 if service.finished else 1
