"""Meridian EUID, a small library: the text and the suite of one source distribution (CC-BY-4.0).

Path: sdist -> **meridian** -> pack, judge.

What the suite addresses in its own reference implementation is left out: two tests read its packaged data files, one
builds and installs its wheel. The wording of messages is not judged, because the specification fixes none. The three
tests that loop over the shared vectors count once a vector instead.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from benchmarks.external.case import (
    RESULTS,
    Case,
    Place,
    Reference,
    Result,
    place_below,
    read_brief,
    read_folder,
    read_judge,
)
from benchmarks.external.fetch import fetch_sdist
from benchmarks.external.outcome import read_result

from specpack.model.target import Sandbox
from specpack.targets.python.environment import find_python, find_toolchain

REQUIREMENT = "meridian-euid-spec==0.4.5"
DIGEST = "7fbbc8df0e98b9f20084508f3e9a22d527b4f5872c118b5f31eca03c530d490c"
PACKAGE = "meridian_euid"
TEXTS = ("SPEC.md", "checksum_elaboration.md", "meridian_clinical_lab_profile.md")
REGISTRIES = ("domain_code_registry.json", "prefix_ownership_registry.json")
LEFT_OUT = (
    "test_packaged_registries_match_repo_root",
    "test_reserved_domain_metadata",
    "test_governance_helpers_work_from_installed_wheel",
)
_PYTHON = "reference-implementations/python"
_SUITE = ("tests/test_api.py", "tests/test_cli.py", "tests/test_governance.py", "tests/__init__.py")

FLOOR = f'''"""Does nothing."""


def _nothing(*arguments, **options):
    return None


BIGINT_MIN = BIGINT_MAX = None
{"".join(f"{name} = " for name in ("compute_check_character", "encode", "is_valid", "parse", "validate"))}_nothing
validate_domain_code = validate_prefix = load_domain_registry = load_prefix_ownership_registry = _nothing
assert_registered_domain = validate_issuer_app_code = resolve_prefix_issuer_app_code = _nothing
assert_prefix_issuer_app_code = validate_registries_consistent = _nothing


class EUIDError(ValueError):
    pass


EUIDFormatError = EUIDChecksumError = EUIDDomainCodeError = EUIDGovernanceError = EUIDError
EUIDIssuerAppCodeError = EUIDPrefixOwnershipError = EUIDError
'''


def prepare(place: Place, source: Path | None) -> Mapping[str, str]:
    """Fetch the sdist; keep its tests and vectors as the suite; return its text, and its registries as samples."""
    del source
    sdist = fetch_sdist(REQUIREMENT, DIGEST, place.download)
    shutil.rmtree(place.suite, ignore_errors=True)
    for name in (*(f"{_PYTHON}/{path}" for path in _SUITE), "test-vectors/v3.json", *REGISTRIES):
        target = place.suite / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sdist / name, target)
    documents = {f"behaviour/{name.lower()}": (sdist / name).read_text(encoding="utf-8") for name in TEXTS}
    documents["behaviour/registries.md"] = render_registries(
        {name: (sdist / name).read_text(encoding="utf-8") for name in REGISTRIES}
    )
    return documents


def render_registries(registries: Mapping[str, str]) -> str:
    """Return a document that holds the checked-in registries word for word."""
    parts = ["# Checked-in registries", "The files that the specification names, as they stand."]
    for name, text in registries.items():
        parts += [f"## {name}", f"```json\n{text.strip()}\n```"]
    return "\n\n".join(parts) + "\n"


def score(place: Place, tree: Mapping[str, bytes], environment: Path, sandbox: Sandbox) -> Result:
    """Run the sdist's tests with our adapter, and its vectors one by one."""
    files = place_below("product", tree) | place_below("suite", read_folder(place.suite))
    files[f"suite/{_PYTHON}/tests/test_each_vector.py"] = read_judge("meridian_vectors")
    files["run.py"] = read_judge("pytest_suite")
    command = [str(find_python(environment)), "run.py", f"suite/{_PYTHON}/tests", json.dumps(LEFT_OUT)]
    told = sandbox.run(
        command,
        tree=files,
        read_only=find_toolchain(environment),
        environment={"PYTHONPATH": "/tree/product", "PYTHONDONTWRITEBYTECODE": "1"},
        harvest=[RESULTS],
        seconds=300.0,
    )
    return read_result(told)


def read_reference(place: Place) -> Reference:
    """Return the sdist's own implementation."""
    folder = fetch_sdist(REQUIREMENT, DIGEST, place.download) / _PYTHON / PACKAGE
    return Reference(files=place_below(PACKAGE, read_folder(folder)))


CASE = Case(
    name="meridian",
    pack="meridian-euid",
    licence="CC-BY-4.0",
    gold=88,
    floor={f"{PACKAGE}/__init__.py": FLOOR, f"{PACKAGE}/cli.py": "def main(argv=None):\n    return None\n"},
    prepare=prepare,
    score=score,
    brief=lambda: read_brief("meridian"),
    reference=read_reference,
)
