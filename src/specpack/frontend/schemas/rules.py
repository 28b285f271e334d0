"""Wording of what YAML and JSON documents bring up: notation, names given twice, path parameters, references.

Path: rules -> **rules of schemas** -> catalogue -> diagnostics.
"""

from specpack.frontend.rules import Rule
from specpack.model.diagnostic import Severity

_E, _W = Severity.ERROR, Severity.WARNING
_DANGLING = "dangling reference"
_PATHS = "path and its parameters differ"


def _broken(case: str, message: str, help: str) -> Rule:
    return Rule("SP023", "document is not YAML or JSON that can be read", _E, message, help, case)


SCHEMAS = (
    _broken("", "`{document}` is not {notation} here", "mend the file there"),
    _broken("depth", "`{document}` nests more than {most} deep", "split it, and refer to the pieces by `$ref`"),
    _broken("circle", "an alias of `{document}` stands inside its own anchor", "refer by `$ref` to what holds itself"),
    _broken(
        "aliases",
        "`{document}` has more than {unfolded} nodes with its aliases unfolded",
        "write what is repeated once, and refer to it by `$ref`",
    ),
    _broken("large", "`{document}` is larger than {size} MiB, the limit for YAML", "write it as JSON, or split it"),
    Rule(
        "SP024",
        "key given twice",
        _E,
        "the key `{key}` stands twice in one mapping of `{document}`",
        "keep one of them; readers differ in which they take",
    ),
    Rule(
        "SP025",
        "operation id given twice",
        _E,
        "two operations have the id `{name}`",
        "give the second another `operationId`; the first keeps the ids of its clauses",
    ),
    Rule(
        "SP026",
        _PATHS,
        _E,
        "no parameter of `{label}` declares `{name}`, which its path holds in braces",
        "add a parameter `{name}` with `in: path` and `required: true`",
    ),
    Rule(
        "SP026",
        _PATHS,
        _E,
        "the path `{label}` has no `{{{name}}}` for its parameter `{name}`",
        "put the name into the path in braces, or take the parameter out",
        "unused",
    ),
    Rule(
        "SP203",
        "pointer that cannot be followed",
        _W,
        "a `$ref` leads out of the pack, to `{target}`, so nobody sees what it names",
        "copy what it names into a document of the pack, and refer to that",
    ),
    Rule(
        "SP208",
        _DANGLING,
        _E,
        "the `$ref` names `{name}`, which is not there",
        "name a place that is there",
        "pointer",
        "the nearest is `{near}`",
    ),
    Rule(
        "SP208",
        _DANGLING,
        _E,
        "`security` names the scheme `{name}`, which the document does not define",
        "define it below `securitySchemes`",
        "scheme",
        "the nearest is `{near}`",
    ),
)
"""Rules of YAML and JSON documents, in the order of their codes."""
