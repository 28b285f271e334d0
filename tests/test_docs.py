"""What README and docs say of the command line and of each other must be true."""

import argparse
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from specpack.cli.main import make_parser

ROOT = Path(__file__).parent.parent
NOT_OURS = {"examples", "tests", "build", "dist"}
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def list_pages() -> list[Path]:
    """Return the Markdown pages of the repository that belong to no pack of an example or a test."""
    found = []
    for page in sorted(ROOT.rglob("*.md")):
        folders = page.relative_to(ROOT).parts[:-1]
        if not any(name in NOT_OURS or name.startswith(".") for name in folders):
            found.append(page)
    return found


def parse_page(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8"))


def list_inlines(page: Path) -> Iterator[Token]:
    for token in parse_page(page):
        yield from token.children or ()


def list_command_lines() -> list[tuple[str, str]]:
    """Return (page, line) for each line of a fence that calls specpack."""
    found = []
    for page in GUIDES:
        for token in parse_page(page):
            if token.type == "fence":
                lines = (line.strip().removeprefix("$ ") for line in token.content.splitlines())
                found += [(page.name, line) for line in lines if re.match(r"specpack(\s|$)", line)]
    return found


def list_links() -> list[tuple[str, str]]:
    """Return (page relative to the root, target) for each link that stays in the repository."""
    found = []
    for page in list_pages():
        for token in list_inlines(page):
            target = str(token.attrs.get("href") or token.attrs.get("src") or "")
            if target and not re.match(r"[a-z][a-z0-9+.-]*:", target):
                found.append((page.relative_to(ROOT).as_posix(), target))
    return found


def slug_heading(text: str) -> str:
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", text.lower()).strip())


def list_slugs(page: Path) -> set[str]:
    pairs = pairwise(parse_page(page))
    return {slug_heading(after.content) for token, after in pairs if token.type == "heading_open"}


def find_commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    choices = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(choices[0])


def test_the_command_table_names_exactly_the_commands_of_the_parser():
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## Commands", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    named = re.findall(r"`specpack ([a-z]+)", "\n".join(row.split("|")[1] for row in rows))
    assert sorted(named) == sorted(find_commands(make_parser()))


def test_the_guides_hold_command_lines_and_links():
    pages = {page for page, _ in list_command_lines()}
    assert {"README.md", "packs.md", "relay.md", "builds.md"} <= pages
    assert ("README.md", "docs/packs.md") in list_links()


@pytest.mark.parametrize(("page", "line"), list_command_lines())
def test_a_command_line_of_a_guide_parses(page, line, capsys):
    _, *arguments = shlex.split(line, comments=True)
    try:
        make_parser().parse_args(arguments)
    except SystemExit as left:
        assert left.code == 0, f"{page}: `{line}`: {capsys.readouterr().err}"


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_a_guide_mentions_only_commands_that_exist(page):
    spans = [token.content for token in list_inlines(page) if token.type == "code_inline"]
    mentioned = {match[1] for span in spans if (match := re.match(r"specpack ([a-z]+)", span))}
    assert mentioned <= find_commands(make_parser()).keys()


@pytest.mark.parametrize(("page", "target"), list_links())
def test_a_relative_link_leads_somewhere(page, target):
    path, _, anchor = target.partition("#")
    place = (ROOT / page).parent / path if path else ROOT / page
    assert place.exists(), f"{page}: {target}"
    if anchor and place.suffix == ".md":
        assert anchor in list_slugs(place), f"{page}: {target}"


def list_options() -> list[tuple[str, str]]:
    """Return (command, option) for each long option, or the short one where there is no long."""
    parser = make_parser()
    found = []
    for command, owner in {"specpack": parser, **find_commands(parser)}.items():
        for action in owner._actions:
            if action.option_strings and "--help" not in action.option_strings:
                found.append((command, max(action.option_strings, key=len)))
    return found


@pytest.mark.parametrize(("command", "option"), list_options())
def test_an_option_of_the_parser_is_mentioned(command, option):
    text = "\n".join(page.read_text(encoding="utf-8") for page in GUIDES)
    assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text), f"`{option}` of `{command}` is in no guide"
