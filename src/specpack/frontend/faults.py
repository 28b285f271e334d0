"""Wording of what reading a pack reports: sources, manifest, composition, encoding, identity file.

Path: **faults** -> catalogue -> diagnostics.
"""

from specpack.frontend.rules import Rule
from specpack.model.diagnostic import Severity

_E, _I = Severity.ERROR, Severity.INFORMATION

_ABSENT = "required document or pack missing"
_UNSAFE = "unsafe member of an archive or folder"
_LARGE = "pack too large"
_UNREADABLE = "pack cannot be read"
_ENTRY = "wrong entry in the manifest"
_EXTENDS = "packs extend each other wrongly"
_ENCODING = "document is not UTF-8 text"
_IDENTITY = "identity file broken"
_INFERRED = "inferred because nobody declared it"
_DECLARE = "declare it in `specpack.toml`"
_MOVE = "move it to another list of `[documents]` where it belongs elsewhere"
_OWN = "take the topic out of `[precedence]` where the document does not decide it"
_SMALLER = "keep a pack to its documents, and data and pictures elsewhere"
_KNOWN = "known here: {known}"
_MEANT = "did you mean `{near}`"


def _absent(case: str, message: str, help: str, near: str = "") -> Rule:
    return Rule("SP001", _ABSENT, _E, message, help, case, near)


def _unsafe(case: str, fault: str) -> Rule:
    cure = "take it out, or store it as a regular file under a plain relative name"
    return Rule("SP002", _UNSAFE, _E, f"{{holder}} holds `{{member}}`, which {fault}", cure, case)


def _large(case: str, reason: str) -> Rule:
    return Rule("SP003", _LARGE, _E, f"{{holder}} {reason}", _SMALLER, case)


def _entry(case: str, message: str, help: str, near: str = "") -> Rule:
    return Rule("SP005", _ENTRY, _E, f"`{{document}}` {message}", help, case, near)


READING = (
    _absent("pack", "there is no pack at `{path}`", "name a folder, a zip or a tar that exists"),
    _absent("extended", "there is no pack at `{path}` to extend", "give the path from this pack's folder to it"),
    _absent("inside", "there is no `specpack.toml` here, but in {shown}", "did you mean {shown}"),
    _absent(
        "document",
        "`{path}` is {what}, not a pack",
        "name the folder, zip or tar that holds it",
        "the pack that holds it is `{near}`",
    ),
    _absent("documents", "pack `{pack}` has no documents", "write a document, or list one under `[documents]`"),
    _absent("entry", "`{glob}` matches no document", "write the document, or take the entry out"),
    _absent(
        "owner",
        "topic `{topic}` is owned by `{path}`, which is not a document of the pack",
        "name the path of a document",
    ),
    _unsafe("link", "is a link"),
    _unsafe("leaving", "is a link that leaves the folder"),
    _unsafe("device", "is a device or another special file"),
    _unsafe("irregular", "is not a regular file"),
    _unsafe("no name", "has no name"),
    _unsafe("case", "differs from `{other}` only in the case of letters"),
    _unsafe("both", "needs `{other}` to be a file and a folder at once"),
    _unsafe("twice", "stands there twice"),
    _unsafe("long", "has a name longer than {most} characters"),
    _unsafe("control", "has control characters or undecodable bytes in its name"),
    _unsafe("absolute", "is an absolute path"),
    _unsafe("drive", "begins with a drive letter"),
    _unsafe("outside", "leads out of the pack"),
    _unsafe("backslash", "has a backslash in its name"),
    _unsafe("unicode", "has a name that is not in the Unicode form NFC"),
    Rule(
        "SP002",
        _UNSAFE,
        _E,
        "{holder} holds {count} more unsafe members",
        "build the archive again from a clean folder",
        "more",
    ),
    _large("entries", "holds more than {most} files and folders, the limit"),
    _large("members", "holds more than {most} members, the limit"),
    _large("file", "holds `{member}`, which is larger than {most} MiB unpacked"),
    _large("total", "unpacks to more than {most} MiB, reached in `{member}`"),
    _large("directory", "has a directory of more than {most} MiB"),
    _large("header", "has an extended header of {size} bytes, or many of them"),
    Rule(
        "SP004",
        _UNREADABLE,
        _E,
        "{holder} cannot be read{where}: {reason}",
        "name a folder, a zip or a tar; if this is one, make it again",
    ),
    Rule(
        "SP004",
        _UNREADABLE,
        _E,
        "{holder} holds `{member}`, which is encrypted",
        "store it without a password",
        "encrypted",
    ),
    Rule(
        "SP004",
        _UNREADABLE,
        _E,
        "{holder} holds `{member}`, packed by method {method}",
        "make the zip with the usual method, deflate",
        "method",
    ),
    _entry("table", "has no use for `{key}`", _KNOWN, _MEANT),
    _entry("key", "has no use for `{key}` in `[{table}]`", _KNOWN, _MEANT),
    _entry("not a table", "needs `{key}` to be a table", "write its entries below a line such as `[{key}]`"),
    _entry(
        "name",
        "needs a pack name of lower-case letters, digits and hyphens that begins with a letter",
        "the name becomes that of the zip and of the package",
        "`{near}` would do",
    ),
    _entry("version", "needs a version of three numbers", 'write it like `version = "1.2.3"`'),
    _entry("target", "names the target `{target}`, which is not installed", "installed here: {known}", _MEANT),
    _entry(
        "topic",
        "gives the topic `{topic}` an owner, and no heading or clause holds its words",
        "use the words of a heading, or take the entry out",
    ),
    _entry("missing", "does not say `{key}` in `[{table}]`", 'add `{key} = "..."` there'),
    _entry("text", "needs `{key}` to be a text that is not empty", 'write `{key} = "..."`'),
    _entry("extends", "needs `extends` to be a list", 'write it like `extends = ["std"]`'),
    _entry(
        "extended",
        'needs each of `extends` to be "std" or {{ path, digest }}',
        'write another pack as `{{ path = "../house" }}`, with its digest where it is pinned',
    ),
    _entry(
        "no such pack",
        "extends `{named}`, which is no pack that comes with specpack",
        'only `"std"` goes by its name; write another pack as `{{ path = "../{named}" }}`',
        _MEANT,
    ),
    _entry("absolute", "needs `{path}` to be relative to the pack", "give the path from this pack's folder to it"),
    _entry(
        "digest",
        "needs a digest to be `sha256:` and 64 hexadecimal digits",
        "take the entry `digest` out to pin nothing",
    ),
    _entry("globs", "needs `{key}` to be a list of globs", 'write it like `{key} = ["*.md"]`'),
    _entry("glob", "needs `{glob}` to be a plain relative path or glob", "begin at the pack's folder, without `..`"),
    _entry(
        "unlock",
        "needs each of `ids` to have an id and a reason",
        'write it like `ids = [{{ id = "{id}", reason = "..." }}]` or `ids = {{ "{id}" = "..." }}`',
    ),
    Rule(
        "SP005",
        _ENTRY,
        _E,
        "two packs of the composition are called `{pack}`",
        "give one of them another name",
        "two names",
    ),
    Rule("SP005", _ENTRY, _E, "the standard pack extends nothing", "remove the entry", "std"),
    Rule(
        "SP006",
        "manifest is not TOML",
        _E,
        "`{document}` is not TOML at line {line}, column {column}",
        "mend the file there",
    ),
    Rule(
        "SP007",
        _EXTENDS,
        _E,
        "packs extend each other: {circle}",
        "take one of them out of `extends`",
    ),
    Rule(
        "SP007",
        _EXTENDS,
        _E,
        "`extends` ranks a pack below one that it extends",
        "list a pack after the packs that it extends itself",
        "rank",
    ),
    Rule(
        "SP007",
        _EXTENDS,
        _E,
        "packs extend each other more than {most} deep",
        "extend fewer packs through each other",
        "depth",
    ),
    Rule(
        "SP008",
        "pack of another edition",
        _E,
        "pack `{pack}` is of edition `{theirs}`, this specpack speaks `{ours}`",
        "use the specpack of that edition, or move the pack to `{ours}`",
    ),
    Rule(
        "SP009",
        "extended pack is not the pinned one",
        _E,
        "pack `{path}` is not the one whose digest the manifest pins",
        'look at what changed, then pin `digest = "sha256:{digest}"`',
    ),
    Rule(
        "SP015",
        _ENCODING,
        _E,
        "byte 0x{byte} of `{document}` is not UTF-8",
        "save the file as UTF-8 text",
    ),
    Rule("SP015", _ENCODING, _E, "`{document}` holds a NUL", "save the file as UTF-8 text", "nul"),
    Rule(
        "SP016",
        "document with two roles",
        _E,
        "`{path}` is given two roles, {first} and {second}",
        "leave it in one of the two lists",
    ),
    Rule(
        "SP017",
        "document replaced by a higher pack",
        _I,
        "`{document}` replaces `{lower}`",
        "give it another name to keep both",
    ),
    Rule(
        "SP018",
        _IDENTITY,
        _E,
        "a line of `{document}` is not the record of a clause",
        "settle the merge that left it, or take the line from the last version",
    ),
    Rule(
        "SP018",
        _IDENTITY,
        _E,
        "`{id}` stands for two clauses in `{document}`",
        "keep the line whose text is in the documents",
        "twice",
    ),
    Rule(
        "SP102",
        _INFERRED,
        _I,
        "pack `{pack}` declares no documents, so the roles of {count} are inferred",
        "add the lines to its `specpack.toml`, each document in the list where it belongs",
    ),
    Rule(
        "SP102",
        _INFERRED,
        _I,
        "the pack declares nothing, so the name `{pack}`, the target `{target}` and the roles of {count} are inferred",
        "write the lines to `specpack.toml`, each document in the list where it belongs",
        "all",
    ),
    Rule("SP102", _INFERRED, _I, "pack `{pack}` names no target; `{target}` is taken", _DECLARE, "target"),
    Rule("SP102", _INFERRED, _I, "read as outside the pack: {shown}", _DECLARE, "outside"),
    Rule("SP102", _INFERRED, _I, "`{path}` is taken for {role}, rank {rank} of {ranks}", _MOVE, "role"),
    Rule("SP102", _INFERRED, _I, "`{path}` is taken for the owner of `{topic}`", _OWN, "owner"),
)
"""Rules of the reading half, in the order of their codes."""
