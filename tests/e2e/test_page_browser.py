"""The page of `specpack trace` in a browser: what a reader sees, finds and is spared."""

import re
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.builds.sample import HOSTILE, TEST, write_sample

from specpack.backend.deliver import beside
from specpack.cli.main import main

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((path for path in map(shutil.which, BROWSERS) if path), "")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --enable-logging=stderr --hide-scrollbars"
).split()
NARROW = 360

pytestmark = pytest.mark.skipif(not BROWSER, reason=f"none of {', '.join(BROWSERS)} is installed")

Browse = Callable[..., "subprocess.CompletedProcess[str]"]


class Seen(HTMLParser):
    """Collects the ids that a reader sees and those that are hidden, the text by id, the title, and the tags."""

    def __init__(self, dom: str) -> None:
        super().__init__()
        self.shown: set[str] = set()
        self.hidden: set[str] = set()
        self.opened: set[str] = set()
        self.words: dict[str, str] = {}
        self.tags: list[str] = []
        self._open: list[tuple[str, str, bool]] = []
        self.feed(dom)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.tags.append(tag)
        name = held.get("id") or ""
        covered = "hidden" in held or any(hidden for _, _, hidden in self._open)
        (self.hidden if covered else self.shown).add(name)
        if "open" in held:
            self.opened.add(name)
        if tag not in {"meta", "img", "input", "br"}:
            self._open.append((tag, name or tag, covered))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _, name, _ in self._open:
            self.words[name] = self.words.get(name, "") + data


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sample = write_sample(tmp_path_factory.mktemp("page"))
    assert main(["trace", str(sample.pack), "-o", str(sample.archive), "--format", "html"]) == 0
    return beside(sample.archive, "trace.html")


@pytest.fixture
def browse(tmp_path: Path) -> Browse:
    """Return a call that opens a page with some flags and fails where the console has a line."""

    def browse(page: Path, fragment: str, *flags: str) -> "subprocess.CompletedProcess[str]":
        command = [BROWSER, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", *flags, f"{page.as_uri()}{fragment}"]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=True)
        assert not [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
        return done

    return browse


def look(browse: Browse, page: Path, fragment: str = "") -> Seen:
    return Seen(browse(page, fragment, "--dump-dom").stdout)


def count_colours(png: bytes) -> tuple[int, int, int]:
    """Return width, height, and how many different bytes the filtered rows hold: a blank picture has a handful."""
    width, height = struct.unpack(">II", png[16:24])
    data, at = b"", 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + size]
        at += size + 12
    return width, height, len(set(zlib.decompress(data)))


def test_whole_page_is_shown_without_a_search(browse: Browse, page: Path) -> None:
    seen = look(browse, page)
    assert {"greet.known", "greet.twice", "greet.empty", "greet.hostile", "greet.smile", "review.narrow"} <= seen.shown
    assert re.search(r"\b\d+ clauses$", seen.words["output"])
    assert "form" in seen.words
    assert HOSTILE in seen.words["greet.hostile"]
    assert "img" not in seen.tags
    assert seen.words["title"] == "greeter: trace"


@pytest.mark.parametrize(
    ("fragment", "found"),
    [
        ("#q=name-empty", {"greet.empty"}),
        ("#q=NAME%20person", {"greet.known"}),
        (f"#q={TEST.partition('::')[2]}", {"greet.known"}),
        ("#q=%22greet%20a%20person%22", {"greet.twice"}),
        ("#q=onerror%3D%22document", {"greet.hostile"}),
        ("#q=nowhere-to-be-found", set()),
        ("#document=greet.md&standing=claimed", {"greet.empty", "greet.hostile"}),
        ("#unit=greeting&q=blank", {"greet.empty"}),
    ],
)
def test_search_in_the_address_shows_what_it_finds_only(
    browse: Browse, page: Path, fragment: str, found: set[str]
) -> None:
    seen = look(browse, page, fragment)
    own = {f"greet.{name}" for name in ("known", "twice", "empty", "hostile", "smile")}
    assert seen.shown & own == found
    assert seen.hidden & own == own - found
    assert "review.narrow" in seen.hidden
    assert re.match(rf"{len(found)} of \d+ clauses$", seen.words["output"])


def test_search_reaches_assumptions_units_and_code(browse: Browse, page: Path) -> None:
    seen = look(browse, page, "#q=blank")
    assert {"assume.blank", "tests/test_greet.py"} <= seen.shown
    assert {"unit:greeting", "greeter/greet.py", "deviation:greet.twice"} <= seen.hidden


def test_address_of_a_line_opens_its_file(browse: Browse, page: Path) -> None:
    seen = look(browse, page, "#greeter/greet.py:2")
    assert "greeter/greet.py" in seen.opened
    assert "tests/test_greet.py" not in seen.opened
    assert "greet.known" in seen.shown


def test_page_can_be_read_without_its_script(browse: Browse, page: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.html"
    bare.write_text(re.sub(r"<script>.*</script>", "", page.read_text(encoding="utf-8"), flags=re.S), encoding="utf-8")
    seen = look(browse, bare, "#q=name-empty")
    assert {"greet.known", "greet.empty", "review.narrow", "assume.blank"} <= seen.shown
    assert not seen.words.get("output")


def test_console_is_listened_to(browse: Browse, page: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    broken.write_text(page.read_text(encoding="utf-8") + "<img src=x onerror=1>", encoding="utf-8")
    with pytest.raises(AssertionError, match="CONSOLE"):
        look(browse, broken)


def test_narrow_screen_does_not_scroll_sideways(browse: Browse, page: Path, tmp_path: Path) -> None:
    frame = page.read_text(encoding="utf-8").replace("&", "&amp;").replace('"', "&quot;")
    holder = tmp_path / "holder.html"
    script = 'document.title = document.querySelector("iframe").contentDocument.documentElement.scrollWidth'
    holder.write_text(
        f'<!doctype html><meta charset="utf-8"><title></title><iframe width="{NARROW}" height="800" frameborder="0" '
        f'srcdoc="{frame}"></iframe><script>onload = () => {{ {script} }}</script>',
        encoding="utf-8",
    )
    assert look(browse, holder).words["title"] == str(NARROW)


def test_picture_is_not_blank_and_dark_differs_from_light(browse: Browse, page: Path, tmp_path: Path) -> None:
    blank = tmp_path / "blank.html"
    blank.write_text("<!doctype html><title>blank</title>", encoding="utf-8")
    pictures = {}
    for name, target, flags in (
        ("blank", blank, ()),
        ("light", page, ("--blink-settings=preferredColorScheme=1",)),
        ("dark", page, ("--blink-settings=preferredColorScheme=0",)),
    ):
        file = tmp_path / f"{name}.png"
        browse(target, "", f"--screenshot={file}", "--window-size=1000,900", *flags)
        pictures[name] = file.read_bytes()
    assert count_colours(pictures["blank"])[2] < 8
    for name in ("light", "dark"):
        width, height, colours = count_colours(pictures[name])
        assert (width, height) == (1000, 900)
        assert colours > 100
    assert pictures["light"] != pictures["dark"]
