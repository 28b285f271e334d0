"""YAML and JSON texts to trees: places, strictness, limits."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packs_of_text import codes, make_document, make_pack

from specpack.frontend.schemas.jsontree import compose_json
from specpack.frontend.schemas.nodes import Node, Shape
from specpack.frontend.schemas.yamltree import compose_yaml
from specpack.frontend.understand import understand_pack

TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def rebuild(node: Node, text: str) -> object:
    """Return the value of a tree, scalars by their own places in the text."""
    if node.shape is Shape.MAPPING:
        return {entry.key: rebuild(entry.node, text) for entry in node.entries}
    if node.shape is Shape.SEQUENCE:
        return [rebuild(item, text) for item in node.items]
    return json.loads(text[node.start : node.end])


@given(TREES, st.sampled_from([None, 1, 4]))
def test_json_is_read_as_the_standard_library_reads_it(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    composed = compose_json(text)
    assert composed.faults == ()
    assert composed.root is not None
    assert rebuild(composed.root, text) == value
    assert (composed.root.start, composed.root.end) == (0, len(text))


@given(st.text(alphabet='{}[]:,"\\ atrue01.-\n', max_size=20))
def test_what_is_no_json_is_a_fault(text: str) -> None:
    try:
        json.loads(text)
    except ValueError:
        broken = True
    else:
        broken = False
    composed = compose_json(text)
    if text.strip():
        assert any(fault.code == "SP023" for fault in composed.faults) is broken
        assert (composed.root is None) is broken


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("a: b: c", ""),
        ("a:\n\tb: 1", ""),
        ("a: [1", ""),
        ("a: *nobody", ""),
        ("a: \x01", ""),
        ('a: "\\U99999999"', ""),
        ("a: &a [*a]", "circle"),
        ("[" * 200, "depth"),
        ("a: " + "[" * 99 + "]" * 99 + "\nb: " + "[" * 200, "depth"),
        ("# " + "x" * (4 << 20), "large"),
    ],
)
def test_what_is_no_yaml_is_a_fault(text: str, case: str) -> None:
    (fault,) = compose_yaml(text).faults
    assert (fault.code, fault.case) == ("SP023", case)


def test_aliases_that_swell_are_a_fault() -> None:
    lines = ["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (fault,) = compose_yaml("\n".join(lines)).faults
    assert (fault.code, fault.case) == ("SP023", "aliases")
    assert compose_yaml("\n".join(lines[:4])).faults == ()


def test_yaml_keeps_words_as_they_are_written() -> None:
    text = "on: yes\n200: 012\n'x': !t &k {a: 1}\nk: *k\nm: {<<: *k, b: 2}\n"
    root = compose_yaml(text).root
    assert root is not None
    assert [entry.key for entry in root.entries] == ["on", "200", "x", "k", "m"]
    assert (root.text("on"), root.text("200"), root.is_true("on")) == ("yes", "012", False)
    merged = root.find("m")
    assert merged is not None
    assert (merged.text("a"), merged.text("b")) == ("1", "2")
    assert [text[entry.start : entry.end] for entry in root.entries[:2]] == ["on: yes", "200: 012"]


def test_deep_and_swelling_documents_are_reported() -> None:
    deep = make_document("[" * 100_000, "deep.json")
    bomb = make_document("openapi: &a [*a]\n", "bomb.yaml")
    assert codes(understand_pack(make_pack(deep, bomb))) == ["SP023", "SP023"]


def test_the_yaml_library_is_not_loaded_for_markdown() -> None:
    script = (
        "import sys\nfrom specpack.frontend.understand import understand_pack\n"
        "sys.path.insert(0, sys.argv[1])\nfrom packs_of_text import understand\n"
        "understand('## A\\n\\nThe desk MUST open.\\n')\nassert 'yaml' not in sys.modules\n"
    )
    from pathlib import Path

    subprocess.run([sys.executable, "-c", script, str(Path(__file__).parent)], check=True)
