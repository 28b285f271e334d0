"""The statement beside the archive: what it was built from, for whoever wants to build it again and compare.

Path: lock, archive -> **attestation** -> delivered file.
"""

import json
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from specpack import __version__
from specpack.model.pack import Digest

STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "https://slsa.dev/provenance/v1"
BUILD_TYPE: Final = "urn:specpack:build:v1"
BUILDER: Final = "urn:specpack:driver"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def digest_answers(answers: Iterable[Digest]) -> Digest:
    """Return one digest for a set of answers: SHA-256 over their digests, sorted, each once, one a line with its LF."""
    return Digest(sha256("".join(f"{answer}\n" for answer in sorted(set(answers))).encode("ascii")).hexdigest())


def render_attestation(
    *,
    subject: str,
    digest: Digest,
    pack: Digest,
    lock: Digest,
    edition: str,
    target: str,
    options: Mapping[str, str | int | bool],
    answers: Iterable[Digest],
    tool: str = __version__,
) -> str:
    """Return an in-toto Statement v1 with SLSA provenance v1 as JSON, unsigned, the same on any machine.

    It holds no time, cost, host or path, so that a replay gives it byte for byte.

    Args:
        subject: Name of the archive, without folders.
        digest: The archive's SHA-256.
        pack: Digest of the pack.
        lock: Digest of the lock's text.
        edition: Edition of the build.
        target: Name of the target.
        options: Options of the build that can change the archive, by name; () where all are at their default.
        answers: Digests of all answers that the build used.
        tool: Version of specpack.

    Raises:
        ValueError: The subject is a path instead of a name.
    """
    if "/" in subject or "\\" in subject:
        raise ValueError(f"subject `{subject}` is a path, give the name of the archive alone")
    statement = {
        "_type": STATEMENT,
        "subject": [{"name": subject, "digest": {"sha256": digest}}],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "edition": edition,
                    "lock": {"sha256": lock},
                    "options": dict(options),
                    "pack": {"sha256": pack},
                    "target": target,
                },
                "resolvedDependencies": [
                    {"name": "answers", "digest": {"sha256": digest_answers(answers)}},
                    {"name": "specpack", "uri": f"pkg:pypi/specpack@{tool}"},
                ],
            },
            "runDetails": {"builder": {"id": BUILDER, "version": {"specpack": tool}}},
        },
    }
    return json.dumps(statement, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def read_subject_digest(text: str) -> Digest | None:
    """Return the SHA-256 of the first subject that has one, None where `text` is no statement that we understand."""
    try:
        statement = json.loads(text)
    except (ValueError, RecursionError):
        return None
    subjects = statement.get("subject") if isinstance(statement, dict) else None
    for subject in subjects if isinstance(subjects, list) else ():
        digests = subject.get("digest") if isinstance(subject, dict) else None
        value = digests.get("sha256") if isinstance(digests, dict) else None
        if isinstance(value, str) and _DIGEST.fullmatch(value.lower()):
            return Digest(value.lower())
    return None
