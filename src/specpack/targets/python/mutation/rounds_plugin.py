"""Runs the whole suite once for each round, each from before any module of the tree is loaded.

Path: swapped tree -> **rounds_plugin**, inside the sandbox -> `rounds.jsonl` -> gates `witness`, `ablation`.

A pytest plug-in. It is never imported by specpack: its text is put beside the tree and it runs there. A round gives
another word for a declared one, or puts something inert in the place of a package, and ends with the first test that
notices by an assertion.
"""

import contextlib
import functools
import importlib
import importlib.abc
import importlib.machinery
import inspect
import json
import os
import resource
import signal
import sys
import tempfile
import time
import types
from pathlib import Path

import pytest
import specpack_words as words
from _pytest.outcomes import Failed

FOLDER = Path("/tree/.specpack")
RESULTS = FOLDER / "out" / "rounds.jsonl"
BYTES = 2 << 30
CRASHES = 20
state = {"round": None, "crashes": 0, "ran": 0}


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Fork a child for each round; it goes on as a run of its own, and this process ends when all have."""
    plan = json.loads((FOLDER / "rounds.json").read_text(encoding="utf-8"))
    # What one round compiles the next one reads.
    sys.dont_write_bytecode, sys.pycache_prefix = False, tempfile.mkdtemp()
    load(plan["loaded"])
    waiting, running, end = list(plan["rounds"]), {}, time.monotonic() + plan["seconds"]
    while waiting or running:
        while waiting and len(running) < plan["jobs"]:
            current = waiting.pop(0)
            child = os.fork()
            if child == 0:
                config.args[:] = plan["rounds"][current]
                begin(current, plan["round"])
                return None
            running[child] = (current, time.monotonic() + plan["round"])
        for child, (current, limit) in list(running.items()):
            ended = os.waitpid(child, os.WNOHANG)[0]
            if not ended and time.monotonic() > min(limit, end):
                with contextlib.suppress(OSError):
                    os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                write({"round": current, "end": "cut"})
                ended = child
            if ended:
                del running[child]
        time.sleep(0.002)
    return 0


def load(names):
    """Load the packages that the product uses once for all rounds; one that is taken away is forgotten again."""
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def begin(current, seconds):
    """Set up one round in this process."""
    state["round"] = current
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 5, int(seconds) + 5))
    kind, _, name = current.partition(" ")
    if kind == "word":
        words.active = name
        os.environ["SPECPACK_WORD"] = name
    elif name == "pydantic":
        loosen_pydantic()
    else:
        for loaded in [known for known in sys.modules if f"{known}.".startswith(f"{name}.")]:
            del sys.modules[loaded]
        sys.meta_path.insert(0, Emptied(name))


def pytest_collection_modifyitems(items):
    """Let tests that hold the word go first."""
    _, _, name = state["round"].partition(" ")
    items.sort(key=lambda item: not holds(item, name))


def holds(item, word):
    """Return whether the body of a test, or one of its parameters, holds a word."""
    return word in repr(getattr(getattr(item, "callspec", None), "params", "")) or word in list_texts(
        getattr(item, "function", None)
    )


@functools.cache
def list_texts(function):
    """Return all constants of a function and of what stands in it, as one text; source would have to be parsed."""
    waiting, texts = [getattr(inspect.unwrap(function), "__code__", None)], []
    while waiting:
        code = waiting.pop()
        for constant in code.co_consts if code else ():
            if isinstance(constant, types.CodeType):
                waiting.append(constant)
            else:
                texts.append(repr(constant))
    return "\n".join(texts)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Write down who noticed, and end the round where it was an assertion."""
    yield
    if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
        how = "assert" if call.excinfo.errisinstance((AssertionError, Failed)) else "crash"
        write({"round": state["round"], "by": item.nodeid, "how": how})
        state["crashes"] += how == "crash"
        if how == "assert" or state["crashes"] >= CRASHES:
            item.session.shouldstop = "noticed"
    state["ran"] += call.when == "call"


def pytest_sessionfinish(session):
    """Tell the end of a round, and how much of the suite it met."""
    if state["round"]:
        write({"round": state["round"], "end": "done", "ran": state["ran"], "collected": session.testscollected})


class Emptied(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives modules of one package that hold whatever is asked of them, and do nothing."""

    def __init__(self, name):
        self.name = name

    def find_spec(self, name, path=None, target=None):
        """Return a specification for the package, what is in it, and the packages that it stands in."""
        if name == self.name or name.startswith(f"{self.name}."):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        """Return a module that has every name."""
        return Hollow(spec.name)

    def exec_module(self, module):
        """Do nothing."""


class Hollow(types.ModuleType):
    """A module that has every name."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return make_inert(name)


def make_inert(name):
    """Return an exception class for the name of one, else a value that takes part in everything."""
    if name.endswith(("Error", "Exception", "Warning")):
        return type(name, (Exception,), {})
    return Inert()


class Inert:
    """Can be called, used as a decorator, entered, read, iterated, and inherited from, to no effect."""

    def __call__(self, *args, **kwargs):
        """Return what is decorated, else itself."""
        return args[0] if len(args) == 1 and not kwargs and callable(args[0]) else self

    def __getattr__(self, name):
        """Return an inert value."""
        if name.startswith("__"):
            raise AttributeError(name)
        return make_inert(name)

    def __getitem__(self, key):
        """Return an inert value."""
        return self

    def __mro_entries__(self, bases):
        """Be no base at all."""
        return ()

    def __iter__(self):
        """Hold nothing."""
        return iter(())

    def __enter__(self):
        """Be entered."""
        return self

    def __exit__(self, *error):
        """Let errors pass."""
        return False


def loosen_pydantic():
    """Let models take whatever they are given."""
    import pydantic

    def construct(self, **values):
        other = type(self).model_construct(**values)
        object.__setattr__(self, "__dict__", other.__dict__)
        for name in ("__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"):
            object.__setattr__(self, name, getattr(other, name, None))

    pydantic.BaseModel.__init__ = construct
    pydantic.BaseModel.model_validate = classmethod(lambda model, value, **_: model.model_construct(**value))
    pydantic.TypeAdapter.validate_python = lambda self, value, **_: value


def write(value):
    """Write one line at once."""
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(value) + "\n")
