"""Gate `syntax`: every file compiles without a warning and keeps the contract of its unit.

Path: intake -> **syntax** -> dependencies.
"""

import warnings
from collections.abc import Iterator

from specpack.model.finding import Finding, GateResult
from specpack.model.target import Verification
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.verdict import conclude
from specpack.targets.python.gates.view import View, read_file, read_view
from specpack.targets.python.layout import find_owner
from specpack.targets.python.unit import check_form

GATE = "syntax"


def check_tree(verification: Verification) -> GateResult:
    """Compile each file and check each unit's. Reports: GT005, GT006, GT046 to GT055."""
    view = read_view(verification)
    found = [*_compile_files(view)]
    for path, owner in view.layout.units.items() if verification.facts is None else ():
        unit = find_owner(verification.design.units, owner)
        if unit is not None and path in view.product:
            found += check_form(read_file(view, path), verification.design, unit, GATE)
    return conclude(GATE, found, (("python files", str(len(view.texts))),))


def _compile_files(view: View) -> Iterator[Finding]:
    for path, text in view.texts.items():
        unit = view.layout.find_unit(path)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                compile(text, path, "exec", dont_inherit=True)
            except (SyntaxError, ValueError, RecursionError) as error:
                line = error.lineno if isinstance(error, SyntaxError) else None
                told = error.msg if isinstance(error, SyntaxError) else str(error)
                message = f"`{path}` does not parse: {told}"
                yield reject(Code.SYNTAX, GATE, message, unit=unit, path=path, line=line)
        for warning in caught:
            message = f"`{path}`: the compiler warns: {warning.message}"
            yield reject(Code.SYNTAX_WARNING, GATE, message, unit=unit, path=path, line=warning.lineno)
