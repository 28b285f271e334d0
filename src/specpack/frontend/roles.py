"""Which document plays which role: as the manifest's globs say, else by the names of files.

Path: sources, manifest, documents -> **roles** -> packs.
"""

from collections.abc import Iterable, Mapping

from specpack.frontend.catalogue import build_diagnostic, count_things
from specpack.frontend.documents import infer_role, match_glob
from specpack.frontend.manifest import Pattern, render_manifest
from specpack.model.diagnostic import Diagnostic
from specpack.model.pack import Role
from specpack.model.span import Span

_RANKS = list(Role)
_MOST_SHOWN = 5


def match_roles(paths: Iterable[str], patterns: Iterable[Pattern]) -> tuple[dict[str, Role], list[Diagnostic]]:
    """Return path -> role by globs, sorted by role, then as listed.

    Reports: SP001 (a glob that matches nothing), SP016 (a document with two roles).
    """
    owners: dict[str, tuple[Role, Span]] = {}
    problems: list[Diagnostic] = []
    known = sorted(paths)
    for pattern in patterns:
        matching = [path for path in known if match_glob(path, pattern.glob)]
        if not matching:
            problems.append(build_diagnostic("SP001", pattern.span, case="entry", fields={"glob": pattern.glob}))
        for path in matching:
            role, first = owners.setdefault(path, (pattern.role, pattern.span))
            if role is not pattern.role:
                fields = {"path": path, "first": role.value, "second": pattern.role.value}
                label = (first, f"{role.value} here")
                problems.append(build_diagnostic("SP016", pattern.span, fields=fields, secondary=[label]))
    roles = sorted(((path, role) for path, (role, _) in owners.items()), key=lambda pair: _RANKS.index(pair[1]))
    return dict(roles), problems


def infer_roles(files: Mapping[str, bytes], prefix: str) -> tuple[dict[str, Role], list[Diagnostic]]:
    """Return path -> role by the names of files, sorted by role, and a note on what stays outside.

    Reports: SP102 (documents outside the pack).
    """
    inferred: list[tuple[Role, str]] = []
    outside: list[str] = []
    for path in sorted(files):
        role = infer_role(path, files[path].decode("utf-8", "replace"))
        if role:
            inferred.append((role, path))
        else:
            outside.append(path)
    roles = {path: role for role, path in sorted(inferred, key=lambda pair: (_RANKS.index(pair[0]), pair[1]))}
    if not outside:
        return roles, []
    shown = ", ".join(f"`{prefix}{path}`" for path in outside[:_MOST_SHOWN])
    more = f" and {len(outside) - _MOST_SHOWN} more" if len(outside) > _MOST_SHOWN else ""
    return roles, [build_diagnostic("SP102", None, case="outside", fields={"shown": shown + more})]


def report_inferred(
    roles: Mapping[str, Role], *, name: str, target: str, edition: str, whole: bool, place: Span | None
) -> Diagnostic:
    """Return the note on inferred roles, with the lines that would declare them; all of a manifest where `whole`."""
    lines = render_manifest(tuple(roles.items()), (name, target, edition) if whole else None)
    return build_diagnostic(
        "SP102",
        place,
        case="all" if whole else "",
        fields={"pack": name, "target": target, "count": count_things(len(roles), "document")},
        notes=[f"the lines:\n\n{lines}\n"],
    )
