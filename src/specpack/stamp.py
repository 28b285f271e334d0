"""Know in milliseconds that there is nothing to do.

Path: options -> **stamp** -> driver. Neither clauses nor answers are looked at: what a build depends on is the pack's
bytes, the lock, the edition and this version.
"""

import hashlib
import json
from pathlib import Path

from specpack import EDITION, __version__
from specpack.options import BuildOptions, Home, archive_path


def describe_inputs(pack_digest: str, lock: str, options: BuildOptions) -> dict[str, str]:
    """Return what decides the output, by name."""
    return {
        "edition": EDITION,
        "lock": hashlib.sha256(lock.encode()).hexdigest(),
        "options": f"{options.upgrade}",
        "pack": pack_digest,
        "tool": __version__,
    }


def write_stamp(home: Home, inputs: dict[str, str], archive: Path, digest: str) -> None:
    """Remember that the archive was built from the inputs and verified."""
    home.state.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**inputs, "archive": str(archive.resolve()), "digest": digest}, sort_keys=True)
    (home.state / "stamp.json").write_text(text, encoding="utf-8")


def is_current(home: Home, inputs: dict[str, str], options: BuildOptions, name: str) -> Path | None:
    """Return the archive where it was built from exactly these inputs and still is what was built; else None."""
    if options.fresh or options.pause_after:
        return None
    try:
        stamp: dict[str, str] = json.loads((home.state / "stamp.json").read_text(encoding="utf-8"))
        archive = archive_path(options, name)
        if any(stamp.get(key) != value for key, value in inputs.items()):
            return None
        if stamp.get("archive") != str(archive.resolve()):
            return None
        return archive if hashlib.sha256(archive.read_bytes()).hexdigest() == stamp.get("digest") else None
    except (OSError, ValueError):
        return None
