"""`specpack log`: assumptions, deviations and disputes of the last build."""

import argparse
from pathlib import Path

from specpack.model.failure import WrongUse


def run(options: argparse.Namespace) -> int:
    """Print the logs from the zip."""
    from specpack.backend.archive import read_archive

    archive = find_archive(options.pack, options.output)
    members = read_archive(archive)
    for name in ("assumptions", "deviations", "disputes"):
        print(members[f"logs/{name}.md"].decode().rstrip() + "\n")
    return 0


def find_archive(pack: Path, output: Path | None) -> Path:
    """Return the zip of a pack's build. Raises `WrongUse` where there is none."""
    from specpack.composing import compose
    from specpack.options import BuildOptions, archive_path

    archive = archive_path(BuildOptions(pack=pack, output=output), compose(pack)[0].name)
    if not archive.is_file():
        raise WrongUse(f"there is no zip at `{archive}`", help="build the pack first, or name the zip with `-o`")
    return archive
