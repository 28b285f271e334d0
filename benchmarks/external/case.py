"""What a case is: a frozen description and three functions.

Path: fetch -> **case** -> pack, control, build -> score.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from specpack.model.target import Sandbox

HERE = Path(__file__).parent
RESULTS = "results.json"
"""Where a judge writes its result, below the folder in which it runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a suite said: ids of the cases that passed, and why each other one did not."""

    passed: tuple[str, ...]
    failed: Mapping[str, str]
    note: str = ""
    """What the judge itself printed where it did not come to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An implementation that validates the judge: its files and the packages that it needs."""

    files: Mapping[str, bytes]
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one case below the work folder."""

    root: Path

    @property
    def download(self) -> Path:
        """What the package registries gave."""
        return self.root / "download"

    @property
    def suite(self) -> Path:
        """What the judge needs; no build and no control is shown anything of it."""
        return self.root / "suite"

    @property
    def pack(self) -> Path:
        """The pack that every draw is made from."""
        return self.root / "pack"

    def draw(self, kind: str, number: int) -> Path:
        """Return the folder of one draw, such as `build-1`."""
        return self.root / f"{kind}-{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One measured specification."""

    name: str
    pack: str
    """Name of the pack; the package of the codebase is called so, with underscores."""
    licence: str
    gold: int
    """Number of suite cases that a conforming implementation passes."""
    needs_source: bool = False
    """Whether `--source DIR` must name a folder with the specification."""
    floor: Mapping[str, str]
    """A do-nothing implementation."""
    prepare: Callable[[Place, Path | None], Mapping[str, str]]
    """Fetch, fill `Place.suite`, and return the pack's documents: path -> text. Raises `Failure` where it cannot."""
    score: Callable[[Place, Mapping[str, bytes], Path, Sandbox], Result]
    """Judge a tree with a prepared environment, in the sandbox."""
    brief: Callable[[], str]
    """Return the interface brief, our own words."""
    reference: Callable[[Place], Reference] | None = None


def read_brief(name: str) -> str:
    """Return one of our briefs."""
    return (HERE / "briefs" / f"{name}.md").read_text(encoding="utf-8")


def read_judge(name: str) -> bytes:
    """Return one of the scripts that run in the sandbox beside the judged code."""
    return (HERE / "judges" / f"{name}.py").read_bytes()


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the regular files below a folder by POSIX path, without compiled ones."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and "__pycache__" not in path.parts
    }


def place_below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files with their paths below `folder`."""
    return {f"{folder}/{path}": content for path, content in files.items()}
