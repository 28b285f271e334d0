"""Gate `witness`: with another word in the place of a declared error id, a test must fail by what it asserts.

Path: canary -> **witness** -> ablation.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from specpack.model.finding import Finding, GateResult
from specpack.model.target import Verification
from specpack.targets.python.citation import is_test_path
from specpack.targets.python.codes import Code, reject
from specpack.targets.python.gates.running import read_contents
from specpack.targets.python.gates.verdict import conclude, refuse
from specpack.targets.python.gates.view import View, find_reached, read_view
from specpack.targets.python.mutation.rounds import Round, run_rounds
from specpack.targets.python.mutation.words import Holding, find_holdings, swap_words

GATE = "witness"


def check_tree(verification: Verification) -> GateResult:
    """Swap each declared error id in turn. Reports: GT187, GT188, GT189."""
    view = read_view(verification)
    reached = find_reached(verification, view)
    product = {path: tree for path, tree in view.product.items() if path in reached}
    holdings = find_holdings(product, verification.error_ids)
    held = {holding.word for holding in holdings}
    static = [*_check_unheld(verification, view, held), *_check_undeclared(verification, view, product)]
    if static or not held:
        return conclude(GATE, static, (("error ids", str(len(verification.error_ids))),))
    if verification.sandbox is None:
        return refuse(GATE, "no sandbox works on this machine")
    if verification.environment is None:
        return refuse(GATE, "the environment of the codebase could not be prepared")
    rounds = _run_rounds(verification, view, product, holdings)
    cut = sorted(word for word in held if not rounds[f"word {word}"].whole and not rounds[f"word {word}"].asserted)
    if cut:
        return refuse(GATE, f"the run with another word for `{cut[0]}` did not come to its end")
    return conclude(GATE, _check_rounds(view, holdings, rounds), (("error ids", str(len(held))),))


def _run_rounds(
    verification: Verification, view: View, product: Mapping[str, ast.Module], holdings: Sequence[Holding]
) -> Mapping[str, Round]:
    """Return round -> what became of it: first over the files that hold the word, then over all where none noticed."""
    paths = [path for path in view.texts if is_test_path(path)]
    swapped = swap_words(view.texts, product, holdings)
    contents = read_contents(verification)
    words = sorted({holding.word for holding in holdings})
    likely = {f"word {w}": [p for p in paths if w in view.texts[p]] or paths for w in words}
    rounds = dict(run_rounds(verification, contents, swapped, likely))
    open_ = {name: paths for name, told in rounds.items() if not told.asserted and likely[name] != paths}
    return {**rounds, **(run_rounds(verification, contents, swapped, open_) if open_ else {})}


def _check_rounds(view: View, holdings: Sequence[Holding], rounds: Mapping[str, Round]) -> Iterator[Finding]:
    for word in sorted({holding.word for holding in holdings}):
        told = rounds[f"word {word}"]
        if not told.asserted:
            place = next(holding for holding in holdings if holding.word == word)
            crashed = f"{len(told.crashed)} crashed" if told.crashed else "none noticed"
            yield reject(
                Code.ERROR_UNASSERTED,
                GATE,
                f"the product can answer another word for `{word}` and no test asserts the difference",
                unit=view.layout.find_unit(place.path),
                path=place.path,
                line=place.line,
                evidence=(f"{told.ran} tests ran: {crashed}",),
                tests=True,
            )


def _check_unheld(verification: Verification, view: View, held: set[str]) -> Iterator[Finding]:
    """Report declared ids that no value in reach of an entry point holds, not even as a piece of a longer text."""
    texts = [n.value for t in view.product.values() for n in ast.walk(t) if isinstance(n, ast.Constant) if n.value]
    pieces = {text for text in texts if isinstance(text, str)}
    names = {n.id for t in view.product.values() for n in ast.walk(t) if isinstance(n, ast.Name)}
    for error in verification.error_ids:
        built = re.sub(r"\W", "_", error).upper() in names or any(error in text for text in pieces - held)
        if error not in held and not built:
            yield reject(
                Code.ERROR_UNRAISED, GATE, f"no code that an entry point comes to holds the error id `{error}`"
            )


def _check_undeclared(verification: Verification, view: View, product: Mapping[str, ast.Module]) -> Iterator[Finding]:
    """Report words that stand where only declared error ids stand elsewhere, and are none."""
    declared = frozenset(verification.error_ids)
    carried: defaultdict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for path, tree in product.items():
        for carrier, node in _list_carried(tree):
            carried[carrier].append((str(node.value), path, node.lineno))
    for carrier, words in carried.items():
        known = [word for word, _, _ in words if word in declared]
        if len(known) < 2 or 2 * len(known) < len(words):
            continue
        for word, path, line in words:
            if word not in declared and any(_looks_alike(word, other) for other in known):
                message = f"`{word}` stands where {len(known)} declared error ids stand, and is none of them"
                unit = view.layout.find_unit(path)
                yield reject(Code.ERROR_UNDECLARED, GATE, message, unit=unit, path=path, line=line, evidence=(carrier,))


def _list_carried(tree: ast.Module) -> Iterator[tuple[str, ast.Constant]]:
    """Yield text constants with what carries them: a parameter of a call, a key of a dict, a class of constants."""
    for node in ast.walk(tree):
        for carrier, value in _list_values(node):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield carrier, value


def _list_values(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    match node:
        case ast.Call(func=func, args=args, keywords=keywords):
            name = ast.unparse(func).rpartition(".")[2]
            yield from ((f"argument {index} of {name}", argument) for index, argument in enumerate(args))
            yield from ((f"{keyword.arg} of {name}", keyword.value) for keyword in keywords)
        case ast.Dict(keys=keys, values=values):
            yield from ((f"key {ast.unparse(key)}", value) for key, value in zip(keys, values, strict=True) if key)
        case ast.ClassDef(name=name, body=body):
            yield from ((f"class {name}", s.value) for s in body if isinstance(s, ast.Assign | ast.AnnAssign))


def _looks_alike(word: str, other: str) -> bool:
    """Whether two words have the form of the same kind of identifier."""
    shape = [re.sub(r"[a-z0-9]+", "a", re.sub(r"[A-Z]+", "A", text)) for text in (word, other)]
    return " " not in word and bool(re.search(r"\W|_", other)) and set(shape[0]) == set(shape[1])
