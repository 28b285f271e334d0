"""What is wrong with YAML and JSON documents, and with what they refer to.

Path: reading -> **checks** -> diagnostics.
"""

import posixpath
from collections.abc import Iterator

from specpack.frontend.catalogue import build_diagnostic
from specpack.frontend.nearest import Suggester
from specpack.frontend.reading import Reading
from specpack.model.diagnostic import Diagnostic

_PLAIN = ("SP023", "SP024", "SP025", "SP026", "SP203")


def check_schemas(reading: Reading) -> Iterator[Diagnostic]:
    """Report broken notation, names given twice, path parameters, and references that lead nowhere.

    Reports: SP023, SP024, SP025, SP026, SP201, SP203, SP208.
    """
    for code in _PLAIN:
        for remark, _ in reading.remarks.get(code, ()):
            fields = dict(remark.fields)
            case, note = fields.pop("case", ""), fields.pop("note", "")
            yield build_diagnostic(
                code,
                remark.span,
                case=case,
                fields={"document": remark.span.document, **fields},
                secondary=remark.secondary,
                notes=[note] if note else [],
            )
    suggester = Suggester()
    for remark, _ in reading.remarks.get("SP201", ()):
        paths = {posixpath.basename(path): path for path in remark.fields["paths"].split("\n")}
        target = remark.fields["target"]
        near = suggester.find_nearest(posixpath.basename(target), tuple(paths))
        fields = {"target": target, "near": paths[near] if near else ""}
        yield build_diagnostic("SP201", remark.span, fields=fields)
    for remark, _ in reading.remarks.get("SP208", ()):
        near = suggester.find_nearest(remark.fields["name"], tuple(filter(None, remark.fields["near"].split("\n"))))
        fields, case = {"name": remark.fields["name"], "near": near or ""}, remark.fields["case"]
        yield build_diagnostic("SP208", remark.span, case=case, fields=fields)
