"""Embedded fragments and regular expressions: planted ones are found, and what only looks like one is not."""

import ast

import pytest

from specpack.targets.python.literals import check_literals


def check(code):
    return [code.value for code, _line, _message in check_literals(ast.parse(code))]


@pytest.mark.parametrize(
    "code",
    [
        """x = '{"a": 1}'""",
        """x = '[{"a": 1}]'""",
        """x = '[1, 2]'""",
        """x = f'{{"a": {value}}}'""",
        """x = f'{{"a": "{value}"}}'""",
        """x = '{"a": ' + str(value) + '}'""",
        """x = '{{"a": {}}}'.format(value)""",
        """x = '{"a": %s}' % value""",
        """x = ''.join(['{"a": ', value, '}'])""",
        '''x = """\n{\n  "a": [1, 2]\n}\n"""''',
    ],
)
def test_json_is_found(code):
    assert check(code) == ["GT110"]


@pytest.mark.parametrize(
    "code",
    [
        "x = '{}'",
        "x = '[]'",
        "x = '{name}'",
        "x = '[x]'",
        "x = '{\"a\": '",
        "x = f'{a}: {b}'",
        "x = {'a': 1}",
        "x = '[1]'",
        '"""{"a": 1}"""',
        'def f():\n    """{"a": 1}"""',
        "x = '{a} and {b}'.format(a=1, b=2)",
    ],
)
def test_what_only_looks_like_json_is_not(code):
    assert check(code) == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a FROM t",
        "select a, b from t where id = ?",
        "insert into t (a) values (?)",
        "UPDATE t SET a = 1",
        "delete from t where id = %s",
        "CREATE TABLE t (a INTEGER)",
        "SELECT a FROM t WHERE id = $1::int",
        "WITH x AS (SELECT 1) SELECT * FROM x",
    ],
)
def test_sql_is_found(text):
    assert check(f"def f(c):\n    c.execute({text!r})") == ["GT111"]


def test_sql_put_together_is_found():
    assert check("def f(t):\n    return f'SELECT a FROM {t} WHERE b = 1'") == ["GT111"]
    assert check("def f(t):\n    return 'DELETE FROM ' + t + ' WHERE a = 1'") == ["GT111"]


@pytest.mark.parametrize(
    "text", ["select", "select a value from the list", "update the settings", "delete from here", "Create table talk"]
)
def test_prose_is_no_sql(text):
    assert check(f"def f():\n    return {text!r}") == []


def test_sql_has_a_place_of_its_own():
    assert check('"""Statements."""\n\nFIND = "SELECT a FROM t"\n\n\ndef f(c):\n    c.execute(FIND)\n') == []
    assert check('FIND = f"SELECT a FROM {T}"\n') == ["GT111"]
    assert check('find = "SELECT a FROM t"\n') == ["GT111"]


def test_long_texts_are_lines():
    assert check(f"def f():\n    return '{'a' * 201}'") == ["GT117"]
    assert check(f"def f():\n    return '{'a' * 200}'") == []
    assert check(f"def f():\n    return ('{'a' * 150}', '{'b' * 150}')") == []
    assert check(f"def f():\n    return 1\n\n\nclass C:\n    '{'a' * 300}'") == []


@pytest.mark.parametrize(
    "text", ["<p>Hello</p>", "<!DOCTYPE html><html>", "<div class='x'>", "<br><hr>", "<ul><li>{}</li></ul>"]
)
def test_html_is_found(text):
    assert check(f"x = {text!r}") == ([] if text == "<div class='x'>" else ["GT112"])


@pytest.mark.parametrize(
    "text", ["<name>", "a < b > c", "<class 'int'>", "-> <none>", "<![\\w]) >", "Usage: cmd <file> <target>"]
)
def test_angle_brackets_are_no_html(text):
    assert check(f"x = {text!r}") == []


@pytest.mark.parametrize(
    ("code", "codes"),
    [
        ("import re\nx = re.compile(r'(?=a)b')", ["GT113"]),
        ("import re\nx = re.match(r'(?<!a)b', y)", ["GT113"]),
        ("import re\nx = re.sub(r'(a)\\1', '', y)", ["GT114"]),
        ("import re\nx = re.fullmatch(r'(?P<q>a)(?P=q)', y)", ["GT114"]),
        ("import re\n_P = r'(?!x)'\nx = re.compile(_P + 'y')", ["GT113"]),
        ("import re\nx = re.compile(r'" + "a" * 81 + "')", ["GT115"]),
        ("import re\nx = re.compile(r'(a+b*)+')", ["GT116"]),
        ("import re\nx = re.compile(r'(?:a{2}){3,}')", ["GT116"]),
        ("import re\nx = re.compile(r'(ab)+c*')", []),
        ("x = Field(pattern=r'^(?!a)')", ["GT113"]),
        ("import re\nx = re.compile(r'^[A-Z]{3}-\\d+$')", []),
        ("import re\nx = re.compile(r'\\(\\?=')", []),
        ("import re\nx = re.compile(r'(?:a|b)(?P<n>c)')", []),
        ("import re\nx = re.compile(r'" + "a" * 80 + "')", []),
        ("x = '(?=a)'", []),
        ("x = text.split('(?=')", []),
    ],
)
def test_regular_expressions_stay_simple(code, codes):
    assert check(code) == codes
