"""What a build is asked to do, and where its pack keeps its state.

Path: command line -> **options** -> stamp, driver.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from specpack.model.conclusion import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """One call of `specpack build`."""

    pack: Path
    output: Path | None = None
    model: str = ""
    """Whom to ask, as `PROVIDER[:MODEL]`; empty to ask nobody."""
    models: Mapping[Phase, str] = field(default_factory=dict)
    """Whom to ask in single phases instead."""
    relay: Path | None = None
    locked: bool = False
    frozen: bool = False
    fresh: bool = False
    upgrade: bool = False
    pause_after: Phase | None = None
    jobs: int = 8
    window: int = 200_000
    output_limit: int = 32_000
    """Most tokens of one reply."""
    repairs: int = 3

    def model_for(self, phase: Phase) -> str:
        """Return whom a phase asks."""
        return self.models.get(phase, self.model)


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
