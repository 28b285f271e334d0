"""The watch on functions: notes which ran, and makes one of them return something else.

Path: instrumented tree -> **probe**, inside the sandbox -> evidence_plugin. Its text is put beside the tree; specpack
never imports it. It knows the standard library only, and works in subprocesses of a test too: they are told by the
environment which mutant is on, and leave what they saw in a folder.
"""

import atexit
import dataclasses
import datetime
import enum
import functools
import inspect
import os

active = frozenset()
operator = ""
applied = False
hits = set()
raised = set()
returned = {}
product = frozenset()
"""Numbers of the product's functions; empty where nobody asks who calls whom."""
driving = set()
"""Functions of the tests in which the product ran."""
served = set()
"""Functions of the tests that the product called."""
stack = []

_FOLDER = os.environ.get("SPECPACK_HITS", "")
_KEPT = (bool, int, float, str, bytes)


def watch(number):
    """Return a decorator that watches one function, of any kind."""

    def decorate(function):
        if inspect.isasyncgenfunction(function):
            wrapper = _watch_stream(number, function)
        elif inspect.iscoroutinefunction(function):
            wrapper = _watch_coroutine(number, function)
        elif inspect.isgeneratorfunction(function):
            wrapper = _watch_generator(number, function)
        else:
            wrapper = _watch_call(number, function)
        return functools.wraps(function)(wrapper)

    return decorate


def take(number):
    """Note that a branch was taken."""
    hits.add(number)


def _watch_call(number, function):
    def wrapper(*args, **kwargs):
        hits.add(number)
        if number in active and operator == "nothing":
            return _leave()
        if product:
            _enter(number)
        try:
            value = function(*args, **kwargs)
        except Exception:
            raised.add(number)
            raise
        finally:
            if product and stack:
                stack.pop()
        return _settle(number, value)

    return wrapper


def _enter(number):
    """Note who runs inside of whom, for plain calls alone."""
    if number in product:
        driving.update(stack)
    elif any(other in product for other in stack):
        served.add(number)
    stack.append(number)


def _watch_coroutine(number, function):
    async def wrapper(*args, **kwargs):
        hits.add(number)
        if number in active and operator == "nothing":
            return _leave()
        try:
            value = await function(*args, **kwargs)
        except Exception:
            raised.add(number)
            raise
        return _settle(number, value)

    return wrapper


def _watch_generator(number, function):
    def wrapper(*args, **kwargs):
        hits.add(number)
        if number in active and operator == "nothing":
            return _leave()
        generator = function(*args, **kwargs)
        if number in active and operator == "nudge" and next(generator, generator) is not generator:
            _leave()
        try:
            return (yield from generator)
        except Exception:
            raised.add(number)
            raise

    return wrapper


def _watch_stream(number, function):
    async def wrapper(*args, **kwargs):
        hits.add(number)
        if number in active and operator == "nothing":
            _leave()
            return
        skip = number in active and operator == "nudge"
        async for value in function(*args, **kwargs):
            if skip:
                skip = False
                _leave()
                continue
            yield value

    return wrapper


def _leave():
    global applied
    applied = True


def _settle(number, value):
    """Return the value of a call as the active mutant has it, and keep the first plain one."""
    global applied
    if number in active:
        if operator == "const" and number in returned and returned[number] != value:
            applied = True
            return returned[number]
        if operator == "nudge":
            try:
                nudged = nudge(value)
            except Exception:
                return value
            if nudged is not value:
                applied = True
            return nudged
    elif number not in returned and isinstance(value, _KEPT):
        returned[number] = value
    return value


def nudge(value, depth=0):
    """Return a value of the same type that differs a little; the value itself where none is known."""
    if isinstance(value, enum.Enum):
        members = list(type(value))
        return members[(members.index(value) + 1) % len(members)]
    if isinstance(value, bool):
        return not value
    if isinstance(value, datetime.datetime | datetime.date):
        return value + datetime.timedelta(days=1)
    if isinstance(value, int | float):
        return type(value)(value + 1) if type(value) in (int, float) else value + 1
    if isinstance(value, str):
        return value + "~" if type(value) is str else value
    if isinstance(value, bytes):
        return value + b"~"
    if isinstance(value, tuple) and hasattr(value, "_replace") and depth < 3:
        return _nudge_fields(value, value._fields, lambda name, new: value._replace(**{name: new}), depth)
    if isinstance(value, list | tuple):
        return value[:-1] if value else value
    if isinstance(value, dict):
        return dict(list(value.items())[:-1]) if type(value) is dict and value else value
    if isinstance(value, set | frozenset):
        return type(value)(list(value)[:-1]) if value else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and depth < 3:
        names = [field.name for field in dataclasses.fields(value) if field.init]
        return _nudge_fields(value, names, lambda name, new: dataclasses.replace(value, **{name: new}), depth)
    return value


def _nudge_fields(value, names, change, depth):
    for name in names:
        old = getattr(value, name)
        new = nudge(old, depth + 1)
        if new is not old:
            return change(name, new)
    return value


def _leave_word():
    """Tell the test's own process what ran in this one."""
    if os.getpid() == _PID:
        with open(os.path.join(_FOLDER, str(_PID)), "a", encoding="ascii") as file:
            file.write(repr((sorted(hits), sorted(raised), applied)) + "\n")


_PID = os.getpid()
if _FOLDER:
    operator, *numbers = os.environ.get("SPECPACK_MUTANT", "none").split()
    active = frozenset(map(int, numbers))
    atexit.register(_leave_word)
