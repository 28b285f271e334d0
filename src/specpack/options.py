"""What a build is asked to do, and where its pack keeps its state.

Path: command line -> **options** -> stamp, driver.
"""

from dataclasses import dataclass
from pathlib import Path

from specpack.model.conclusion import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """One call of `specpack build`."""

    pack: Path
    output: Path | None = None
    model: str = ""
    relay: Path | None = None
    locked: bool = False
    frozen: bool = False
    fresh: bool = False
    upgrade: bool = False
    pause_after: Phase | None = None
    jobs: int = 8
    window: int = 200_000
    repairs: int = 3


@dataclass(frozen=True, slots=True)
class Home:
    """Where the state of a pack lies: in the pack's folder, or beside its archive in `ARCHIVE.specpack/`."""

    pack: Path

    @property
    def root(self) -> Path:
        """Folder of the lock and of `.specpack`."""
        return self.pack if self.pack.is_dir() else self.pack.with_name(f"{self.pack.name}.specpack")

    @property
    def lock(self) -> Path:
        """Pins, committed beside the pack."""
        return self.root / "specpack.lock"

    @property
    def identities(self) -> Path:
        """Clause identity, committed beside the pack."""
        return self.root / "specpack.ids"

    @property
    def state(self) -> Path:
        """All that need not be committed."""
        return self.root / ".specpack"

    @property
    def store(self) -> Path:
        """Questions, replies, answers."""
        return self.state / "store"

    @property
    def recording(self) -> Path:
        """A store that ships with the pack, read only."""
        return self.root / "recording"

    @property
    def relay(self) -> Path:
        """Default folder of relay."""
        return self.state / "relay"


def archive_path(options: BuildOptions, name: str) -> Path:
    """Return where the zip goes: `-o`, else `build/NAME.zip` below the working folder."""
    return options.output or Path("build") / f"{name}.zip"
