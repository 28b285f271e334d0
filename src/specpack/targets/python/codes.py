"""Every kind of finding of the Python target, with its cure.

Path: design, answer or tree -> gate -> **code** -> finding.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypedDict, Unpack

from specpack.model.finding import Finding


class Code(StrEnum):
    """One code a kind of finding; a code is never used again for something else."""

    # intake and syntax
    FILE_MISSING = "GT001"
    FILE_STRAY = "GT002"
    FILE_UNREADABLE = "GT003"
    MAKEFILE = "GT004"
    SYNTAX = "GT005"
    SYNTAX_WARNING = "GT006"
    UNSETTLED = "GT007"
    # design
    UNIT_PATH = "GT020"
    PATH_TWICE = "GT021"
    GROUP_PATH = "GT022"
    DRIVER_MISSING = "GT023"
    BLOCK_MISSING = "GT024"
    BLOCK_STRAY = "GT025"
    BLOCK_SYNTAX = "GT026"
    BLOCK_BODY = "GT027"
    BLOCK_DEFAULT = "GT028"
    BLOCK_STATEMENT = "GT029"
    BLOCK_NAME = "GT030"
    BLOCK_EMPTY = "GT031"
    ENTRY_POINT = "GT032"
    DEPENDS_UNKNOWN = "GT033"
    DEPENDS_CYCLE = "GT034"
    DEPENDS_UNDECLARED = "GT035"
    PACKAGE_NAME = "GT036"
    PACKAGE_STDLIB = "GT037"
    PACKAGE_TWICE = "GT038"
    UNIT_UNKNOWN = "GT039"
    IMPORT_UNKNOWN = "GT040"
    BLOCK_ANNOTATION = "GT041"
    # units
    FILE_SET = "GT045"
    NAME_MISSING = "GT046"
    NAME_EXTRA = "GT047"
    SIGNATURE = "GT048"
    IMPORT_UNDECLARED = "GT049"
    IMPORT_WORK = "GT050"
    SUPPRESSION = "GT051"
    MUTABLE_STATE = "GT052"
    TEST_ONLY_PATH = "GT053"
    IMPORT_TESTS = "GT054"
    IMPORT_STAR = "GT055"
    # test groups
    CITATION_MISSING = "GT060"
    CITATION_FORM = "GT061"
    TEST_IMPORT = "GT062"
    PATCHED = "GT063"
    SKIPPED = "GT064"
    NO_ASSERTION = "GT065"
    EMPTY_ASSERTION = "GT066"
    BROAD_RAISES = "GT067"
    SWALLOWED_ASSERTION = "GT068"
    SLEEP = "GT069"
    NETWORK = "GT070"
    TEST_PLACE = "GT071"
    TEST_TWICE = "GT072"
    NO_TEST = "GT073"
    HARNESS = "GT074"
    SOURCE_READ = "GT075"
    ASSERTION_SILENT = "GT076"
    EQUAL_TO_ALL = "GT077"
    # suite
    TEST_FAILED = "GT090"
    COLLECTION = "GT091"
    SUITE_SKIPPED = "GT092"
    SUITE_UNFINISHED = "GT093"
    SUITE_UNSTABLE = "GT094"
    SUITE_EMPTY = "GT095"
    SUITE_UNHEARD = "GT096"
    # dependencies
    PACKAGE_UNDECLARED = "GT100"
    PACKAGE_UNUSED = "GT101"
    # literals
    EMBEDDED_JSON = "GT110"
    EMBEDDED_SQL = "GT111"
    EMBEDDED_HTML = "GT112"
    REGEX_LOOK = "GT113"
    REGEX_REFERENCE = "GT114"
    REGEX_LONG = "GT115"
    REGEX_NESTED = "GT116"
    LONG_TEXT = "GT117"
    # review
    BLIND_EXCEPT = "GT120"
    SWALLOWED = "GT121"
    CONCURRENCY = "GT122"
    LONG_FUNCTION = "GT123"
    DEEP_NESTING = "GT124"
    LONG_FILE = "GT125"
    # language
    PRODUCT_ASSERT = "GT160"
    REFLECTION = "GT161"
    CAUSE_LOST = "GT162"
    MUTABLE_DEFAULT = "GT163"
    DATACLASS_OPEN = "GT164"
    IMPORT_PLACE = "GT165"
    MODULE_DOCSTRING = "GT166"
    DOCSTRING = "GT167"
    # structure
    ORPHAN = "GT130"
    UNUSED_NAME = "GT131"
    CLONE = "GT132"
    INIT_CONTENT = "GT133"
    LAYER = "GT134"
    # test statics over the whole tree
    ERROR_UNWITNESSED = "GT140"
    CITATION_UNKNOWN = "GT141"
    HELPER_EMPTY = "GT142"
    FAKE_IMPORT = "GT143"
    # stubs
    UNIT_UNTESTED = "GT150"
    UNIT_UNCITED = "GT151"
    # reach and mutation
    CORE_UNREACHED = "GT180"
    BRANCH_UNREACHED = "GT181"
    CORE_PSEUDO = "GT182"
    CORE_CRASHES = "GT183"
    BETRAYAL = "GT184"
    SHADOW = "GT185"
    # canary, witness, ablation
    CANARY = "GT186"
    ERROR_UNASSERTED = "GT187"
    ERROR_UNRAISED = "GT188"
    ERROR_UNDECLARED = "GT189"
    PACKAGE_INERT = "GT190"
    # closed world
    VARIABLE_UNNAMED = "GT191"
    HOST_UNNAMED = "GT192"
    ROUTE_UNNAMED = "GT193"
    # trees of other origin
    SHADOW_MODULE = "GT135"


CURES: Mapping[Code, str] = {
    Code.FILE_MISSING: "answer with every path that the design gives to the unit or group",
    Code.FILE_STRAY: "leave the file out, or give its path to a unit in design",
    Code.FILE_UNREADABLE: "write UTF-8 text below 1 MiB under a relative path",
    Code.MAKEFILE: "let `test` run the whole suite and nothing that hides its status",
    Code.SYNTAX: "write a file that Python 3.11 can compile",
    Code.SYNTAX_WARNING: "write the expression so that the compiler has nothing to warn about",
    Code.UNSETTLED: "simplify the file until formatting it again changes nothing",
    Code.UNIT_PATH: "put the file below the package, or at the root if an entry point names it",
    Code.PATH_TWICE: "give each path to one unit or group",
    Code.GROUP_PATH: "name the file `tests/test_<topic>.py`",
    Code.DRIVER_MISSING: "add a group `driver` that owns `tests/driver.py` and, if needed, `tests/fakes.py`",
    Code.BLOCK_MISSING: "write one `signatures` block for the file",
    Code.BLOCK_STRAY: "remove the block, or give its path to a unit",
    Code.BLOCK_SYNTAX: "write the block as Python declarations whose bodies are `...`",
    Code.BLOCK_BODY: "replace the body by `...`; a docstring may stand before it",
    Code.BLOCK_DEFAULT: "write the default as a literal or as `...`",
    Code.BLOCK_STATEMENT: "keep to imports, functions, classes, `NAME: type` and type aliases",
    Code.BLOCK_NAME: "import the name in the block or declare it there",
    Code.BLOCK_EMPTY: "declare what other files may use of this file",
    Code.ENTRY_POINT: "write `module:name` with a name that the unit's signatures declare",
    Code.DEPENDS_UNKNOWN: "name the id of a unit of this design",
    Code.DEPENDS_CYCLE: "move what both units need into a third one",
    Code.DEPENDS_UNDECLARED: "add the unit to `depends`",
    Code.PACKAGE_NAME: "write the name in the registry and the dotted module that it provides",
    Code.PACKAGE_STDLIB: "leave it out of `packages`; the standard library is always there",
    Code.PACKAGE_TWICE: "list each package and each import name once",
    Code.UNIT_UNKNOWN: "name the id of a unit of this design",
    Code.IMPORT_UNKNOWN: "import from the standard library, a listed package or a file of the design",
    Code.BLOCK_ANNOTATION: "annotate every parameter and the result",
    Code.FILE_SET: "answer with exactly the paths of the design",
    Code.NAME_MISSING: "define the name as the design declares it",
    Code.NAME_EXTRA: "begin the name with `_`, or declare it in design",
    Code.SIGNATURE: "keep the signature of the design word for word",
    Code.IMPORT_UNDECLARED: "use what the design allows: the standard library, listed packages, units in `depends`",
    Code.IMPORT_WORK: "move the work into a function; a module only declares",
    Code.SUPPRESSION: "remove the comment and mend what it hides",
    Code.MUTABLE_STATE: "hold the state in an object that is passed to its users",
    Code.TEST_ONLY_PATH: "reach the branch through an input or a setting that the design declares",
    Code.IMPORT_TESTS: "let the product know nothing of tests",
    Code.IMPORT_STAR: "name what is imported",
    Code.CITATION_MISSING: "end the test's docstring with a line `Clauses: id, id`",
    Code.CITATION_FORM: "list the ids after `Clauses:`, parted by commas, at the end of the docstring",
    Code.TEST_IMPORT: "reach the product through `tests.driver` and `tests.fakes` alone",
    Code.PATCHED: "seed a fake of a boundary through the driver instead of patching",
    Code.SKIPPED: "remove the marker; a test runs or does not exist",
    Code.NO_ASSERTION: "assert what the cited clause says is seen from outside",
    Code.EMPTY_ASSERTION: "compare what the product gave with a value from the specification",
    Code.BROAD_RAISES: "name the narrow exception that the interface declares",
    Code.SWALLOWED_ASSERTION: "let the failing assertion leave the test",
    Code.SLEEP: "drive the clock through a fake",
    Code.NETWORK: "reach the product through the driver",
    Code.TEST_PLACE: "define tests as functions `test_*` at the top of `tests/test_*.py`",
    Code.TEST_TWICE: "give each test of a file its own name",
    Code.NO_TEST: "write at least one test, or leave the file out of the group",
    Code.HARNESS: "remove what changes how tests are run or reported",
    Code.SOURCE_READ: "assert behaviour, not the text of the source",
    Code.ASSERTION_SILENT: 'write `assert ..., "message"` with what the cited clause expects',
    Code.EQUAL_TO_ALL: "compare what makes two values the same",
    Code.TEST_FAILED: "compare the test and the unit with the cited clauses",
    Code.COLLECTION: "make the file importable with the packages of the design",
    Code.SUITE_SKIPPED: "let the test run",
    Code.SUITE_UNFINISHED: "find what ends or blocks the run before its last test",
    Code.SUITE_UNSTABLE: "remove what carries over from one test to the next",
    Code.SUITE_EMPTY: "write tests that pytest can collect",
    Code.SUITE_UNHEARD: "define tests so that pytest runs each of them",
    Code.PACKAGE_UNDECLARED: "list the package in design, or do without it",
    Code.PACKAGE_UNUSED: "use the package in code that an entry point reaches, or take it out of design",
    Code.EMBEDDED_JSON: "build the value from Python objects and encode it with `json`",
    Code.EMBEDDED_SQL: "hold the whole statement as one constant in capitals at the top of a boundary's module",
    Code.EMBEDDED_HTML: "build the document with a library or a template of its own",
    Code.REGEX_LOOK: "match the simple pattern and look at the surroundings in code",
    Code.REGEX_REFERENCE: "match the parts and compare them in code",
    Code.REGEX_LONG: "parse in steps, each with a short pattern or with string methods",
    Code.REGEX_NESTED: "repeat one level at a time",
    Code.LONG_TEXT: "hold the text as a tuple of lines",
    Code.BLIND_EXCEPT: "name the exceptions that can be met, or raise again",
    Code.SWALLOWED: "handle the error, or say in a comment there why nothing is to be done",
    Code.CONCURRENCY: "do without, or let design import it in the unit's signatures",
    Code.LONG_FUNCTION: "cut the function where its steps part",
    Code.DEEP_NESTING: "return early or move the inner block into a function",
    Code.LONG_FILE: "cut the file by topic in design",
    Code.PRODUCT_ASSERT: "raise an exception of the product where the condition does not hold",
    Code.REFLECTION: "name what is called; choose between functions with a table or a branch",
    Code.CAUSE_LOST: "write `raise ... from error` with the caught error",
    Code.MUTABLE_DEFAULT: "take `None` or a tuple as default and make the value inside",
    Code.DATACLASS_OPEN: "write `@dataclass(frozen=True)`",
    Code.IMPORT_PLACE: "import by absolute names at the top of the file",
    Code.MODULE_DOCSTRING: "open the file with one line that says what it holds and where it stands",
    Code.DOCSTRING: "say result, failures and side effects in a docstring",
    Code.ORPHAN: "import the module where it is needed, or leave it out of design",
    Code.UNUSED_NAME: "use the name or take it out of design",
    Code.CLONE: "keep the lines in one place and call them from both",
    Code.INIT_CONTENT: "keep to a docstring and imports; move the rest into a module",
    Code.LAYER: "let the entry point use the unit, not the other way round",
    Code.FAKE_IMPORT: "import the boundary's interface and its types alone",
    Code.ERROR_UNWITNESSED: "write a test that provokes the error and asserts its id",
    Code.CITATION_UNKNOWN: "cite ids of the clauses and assumptions that the question shows",
    Code.HELPER_EMPTY: "let the helper assert, or assert in the test",
    Code.UNIT_UNTESTED: "assert what the unit's clauses say so that the test fails without the unit",
    Code.UNIT_UNCITED: "write a test that cites one of the unit's clauses",
    Code.CORE_UNREACHED: "drive it through the public interface, or take out what no clause needs",
    Code.BRANCH_UNREACHED: "write the input that the clause names for this case, or take the branch out",
    Code.CORE_PSEUDO: "assert the value or the effect that the cited clause fixes, not that something came back",
    Code.CORE_CRASHES: "assert values: a test that only breaks says nothing of what is right",
    Code.BETRAYAL: "take the helper out and assert the product's own result against a literal of the clause",
    Code.SHADOW: "take the copy out and assert the product's own result",
    Code.CANARY: "remove what changes how tests are run or reported",
    Code.ERROR_UNASSERTED: "assert the id itself where the condition of its clause holds",
    Code.ERROR_UNRAISED: "raise it where its clause says, in code that an entry point comes to",
    Code.ERROR_UNDECLARED: "use the id that the pack declares for this condition",
    Code.PACKAGE_INERT: "assert an outcome that only the package brings about, or use what it gives",
    Code.VARIABLE_UNNAMED: "take the setting from where a clause says, or leave it out",
    Code.HOST_UNNAMED: "reach only what a clause names",
    Code.SHADOW_MODULE: "test what the entry points come to, and take the module out",
    Code.ROUTE_UNNAMED: "serve only what a clause names",
}
"""Code -> what to do about it; becomes the finding's help."""


class Place(TypedDict, total=False):
    """Where a finding stands and what it was seen by; the fields are those of `Finding`."""

    unit: str | None
    test: str | None
    path: str | None
    line: int | None
    clauses: tuple[str, ...]
    expected: str
    observed: str
    evidence: tuple[str, ...]
    tests: bool


def reject(code: Code, gate: str, message: str, **place: Unpack[Place]) -> Finding:
    """Return the finding of `code` with its cure as help."""
    return Finding(code=code.value, gate=gate, message=message, help=CURES[code], **place)


_SUBJECTS = (
    (1, "The files of a tree and their syntax"),
    (20, "The design"),
    (45, "The files of a unit"),
    (60, "The files of a test group"),
    (90, "A run of the whole suite"),
    (100, "The packages of the design against what the code imports"),
    (110, "Fragments of other languages in literals"),
    (120, "The code as a reviewer reads it"),
    (130, "How the files of the tree hang together"),
    (140, "The tests of the whole tree"),
    (150, "The tests, run once more with a unit replaced by a stub"),
    (160, "The language document of Python"),
    (180, "The tests, judged by what they notice when the product changes"),
    (191, "What the product takes from outside"),
)
"""First number -> what the gates of the numbers from there on look at."""


def find_page(code: str) -> str | None:
    """Return the page that explains a code (what is looked at, cure), or None where there is none."""
    known = next((known for known in Code if known == code), None)
    if known is None:
        return None
    subject = [text for first, text in _SUBJECTS if first <= int(code.removeprefix("GT"))][-1]
    name = known.name.lower().replace("_", " ")
    cure = CURES[known][:1].upper() + CURES[known][1:]
    return (
        f"# {code}: {name}\n\n## Reason\n\n{subject}: a gate of the Python target rejects what was generated there. "
        f"The finding names the file, the line and the clauses.\n\n## Cure\n\n{cure}. The driver asks the unit or the "
        "test again with this finding; nothing generated is edited by hand.\n"
    )
