"""Finds fragments of another language inside string literals, and regular expressions that ask too much.

Path: unit -> **literals** -> findings. A fragment is parsed as what it looks like before it is reported.
"""

import ast
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser

from specpack.targets.python.codes import Code
from specpack.targets.python.layout import find_docstrings
from specpack.targets.python.signatures import Problem

REGEX_LENGTH = 80
"""Characters of the longest regular expression that is not reported."""

TEXT_LENGTH = 200
"""Characters of the longest string literal that is not reported."""

_SQL = re.compile(
    r"\s*(?:select\s.+\sfrom\s+[\w\"`\[{]|insert\s+(?:or\s+\w+\s+)?into\s+[\w\"`\[{]|update\s+[\w\"`.{}]+\s+set\s"
    r"|delete\s+from\s+[\w\"`\[{]|(?:create|drop|alter)\s+(?:unique\s+)?(?:table|index|view|trigger)\s"
    r"|with\s+\w+\s+as\s*\()",
    re.IGNORECASE | re.DOTALL,
)
_SQL_WORD = re.compile(r"(?:SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|WITH)\s")
_SQL_SIGN = re.compile(r"[*=?();,%]|:\w")
_SQL_FIELD = re.compile(r"%\(\w+\)s|%s|\$\d+|\{[^{}]*\}")
_FORMAT_FIELD = re.compile(r"\{[^{}\"':,]*\}")
_PERCENT_FIELD = re.compile(r"%(?:\(\w+\))?[sdifr]")
_REGEX_CALLS = frozenset({"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"})
_REGEX_KEYWORDS = frozenset({"pattern", "regex"})
_NESTED = re.compile(r"[*+}]\??\)(?:[*+]|\{\d*,)")
_LOOK = re.compile(r"\(\?(?:=|!|<=|<!)")
_REFERENCE = re.compile(r"\\[1-9]|\(\?P=|\(\?\(")
_ELEMENTS = frozenset(
    {"html", "head", "title", "body", "header", "footer", "main", "nav", "section", "article", "aside", "h1", "h2"}
    | {"h3", "h4", "h5", "h6", "p", "div", "span", "a", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody"}
    | {"tr", "td", "th", "form", "input", "button", "select", "option", "textarea", "label", "img", "br", "hr"}
    | {"strong", "em", "b", "i", "u", "pre", "code", "script", "style", "link", "meta", "iframe", "svg"}
)


def check_literals(tree: ast.Module) -> Iterator[Problem]:
    """Give (code, line, message) for embedded JSON, SQL and HTML, and for regular expressions.

    Docstrings are exempt; so is a whole SQL statement that is a named constant of its module.

    Reports: GT110 to GT117.
    """
    statements = _find_named_texts(tree)
    for line, text in _find_texts(tree):
        if _is_json(text):
            yield Code.EMBEDDED_JSON, line, f"string holds JSON: `{_shorten(text)}`"
        elif _is_sql(text) and (line, text) not in statements:
            yield Code.EMBEDDED_SQL, line, f"string holds SQL: `{_shorten(text)}`"
        elif _is_html(text):
            yield Code.EMBEDDED_HTML, line, f"string holds HTML: `{_shorten(text)}`"
        elif len(text) > TEXT_LENGTH and (line, text) not in statements:
            yield Code.LONG_TEXT, line, f"string has {len(text)} characters, over {TEXT_LENGTH}: `{_shorten(text)}`"
    for line, pattern in _find_patterns(tree):
        plain = _strip_escapes(pattern)
        if _LOOK.search(plain):
            yield Code.REGEX_LOOK, line, f"regular expression looks ahead or behind: `{_shorten(pattern)}`"
        if _REFERENCE.search(plain):
            yield Code.REGEX_REFERENCE, line, f"regular expression refers back to a group: `{_shorten(pattern)}`"
        if _NESTED.search(plain):
            yield Code.REGEX_NESTED, line, f"regular expression repeats a repetition: `{_shorten(pattern)}`"
        if len(pattern) > REGEX_LENGTH:
            yield Code.REGEX_LONG, line, f"regular expression has {len(pattern)} characters, over {REGEX_LENGTH}"


def render_literal(node: ast.expr, constants: Mapping[str, ast.expr] | None = None) -> str | None:
    """Return the text that an expression of literals has, unknown parts as `0`, or None if it is no such text.

    Sees constants, f-strings, `+`, `%`, `.format` and `.join` of a display; names through `constants`.
    """
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(v.value if isinstance(v, ast.Constant) and isinstance(v.value, str) else "0" for v in values)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            first, second = render_literal(left, constants), render_literal(right, constants)
            return None if first is None and second is None else (first or "0") + (second or "0")
        case ast.BinOp(op=ast.Mod(), left=left):
            formatted = render_literal(left, constants)
            return None if formatted is None else _PERCENT_FIELD.sub("0", formatted)
        case ast.Call(func=ast.Attribute(value=value, attr="format")):
            template = render_literal(value, constants)
            return None if template is None else _FORMAT_FIELD.sub("0", template).replace("{{", "{").replace("}}", "}")
        case ast.Call(func=ast.Attribute(value=value, attr="join"), args=[ast.List(elts=elts) | ast.Tuple(elts=elts)]):
            glue = render_literal(value, constants)
            parts = [render_literal(element, constants) for element in elts]
            return None if glue is None or all(p is None for p in parts) else glue.join(p or "0" for p in parts)
        case ast.Name(id=name) if constants and name in constants:
            return render_literal(constants[name])
    return None


def _find_texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Give the outermost texts of the file, each once."""
    docstrings = find_docstrings(tree)
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.expr) and id(node) not in docstrings:
            text = render_literal(node)
            if text is not None:
                yield node.lineno, text
                if isinstance(node, ast.Constant | ast.BinOp):
                    continue
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".format"):
                    pending.extend([*node.args, *node.keywords])
                    continue
        if not isinstance(node, ast.JoinedStr):
            pending.extend(ast.iter_child_nodes(node))


def _is_json(text: str) -> bool:
    stripped = text.strip()
    if stripped[:1] not in ("{", "["):
        return False
    for attempt in (stripped, stripped.replace("{{", "{").replace("}}", "}")):
        try:
            value = json.loads(attempt)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and value:
            return True
        return isinstance(value, list) and (len(value) > 1 or any(isinstance(item, dict | list) for item in value))
    return False


def _is_sql(text: str) -> bool:
    """Return whether the text is a statement: keywords in capitals, or signs of SQL and SQLite can parse it."""
    if not _SQL.match(text):
        return False
    if _SQL_WORD.match(text.lstrip()):
        return True
    if not _SQL_SIGN.search(text):
        return False
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("EXPLAIN " + _SQL_FIELD.sub("?", text))
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        return "syntax error" not in str(error) and "unrecognized token" not in str(error)
    finally:
        connection.close()
    return True


class _Elements(HTMLParser):
    """Counts known elements that open and close."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = 0
        self.closed = 0
        self.doctype = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Count a start tag that names a known element."""
        self.opened += tag in _ELEMENTS

    def handle_endtag(self, tag: str) -> None:
        """Count an end tag that names a known element."""
        self.closed += tag in _ELEMENTS

    def handle_decl(self, decl: str) -> None:
        """Note a document type."""
        self.doctype = self.doctype or decl.lower().startswith("doctype html")


def _is_html(text: str) -> bool:
    if "<" not in text or ">" not in text:
        return False
    elements = _Elements()
    try:
        elements.feed(text)
    except AssertionError:
        return False
    return elements.doctype or (elements.opened > 0 and elements.closed > 0) or elements.opened > 1


def _find_patterns(tree: ast.Module) -> Iterator[tuple[int, str]]:
    constants = {
        target.id: statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        expressions = [keyword.value for keyword in node.keywords if keyword.arg in _REGEX_KEYWORDS]
        called, _, last = ast.unparse(node.func).rpartition(".")
        if called in ("re", "regex") and last in _REGEX_CALLS and node.args:
            expressions.append(node.args[0])
        for expression in expressions:
            pattern = render_literal(expression, constants)
            if pattern is not None:
                yield node.lineno, pattern


def _strip_escapes(pattern: str) -> str:
    """Return the pattern without escaped punctuation and without the contents of character classes."""
    return re.sub(r"\[(?:\\.|[^\]\\])+\]", "[]", re.sub(r"\\[^\w]", "", pattern))


def _find_named_texts(tree: ast.Module) -> frozenset[tuple[int, str]]:
    """Return (line, text) of each plain SQL statement that a module holds under a name in capitals."""
    found: set[tuple[int, str]] = set()
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        value = getattr(statement, "value", None)
        named = all(isinstance(target, ast.Name) and target.id.isupper() for target in targets)
        if named and isinstance(value, ast.Constant) and isinstance(value.value, str) and _is_sql(value.value):
            found.add((value.lineno, value.value))
    return frozenset(found)


def _shorten(text: str) -> str:
    folded = " ".join(text.split()).replace("`", "'")
    return folded if len(folded) <= 48 else folded[:45] + "..."
