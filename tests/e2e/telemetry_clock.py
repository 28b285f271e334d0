"""A system clock that the probe sets, seen by the generated code alone; Python loads it as `sitecustomize`.

Path: probe -> file `now` -> **clock** -> generated code -> `time-in-future`, `internal-error`.

It reads the wanted time from the file `now` beside it; the text `fail` makes the clock raise. Libraries and the
framework keep the real clock: only callers below the folder in `CLOCK_ROOT` are answered from the file.
"""

import datetime
import os
import sys
import time
from pathlib import Path

_ROOT = os.environ["CLOCK_ROOT"] + os.sep
_NOW = Path(__file__).with_name("now")
_real_datetime = datetime.datetime
_real_time, _real_time_ns = time.time, time.time_ns


class ClockFailure(Exception):
    """What the clock raises when it is told to fail."""


def _find_set_time() -> datetime.datetime | None:
    """Return the time that was set, or None where the caller of the clock is not the generated code."""
    caller = os.path.abspath(sys._getframe(2).f_code.co_filename)  # noqa: PTH100
    if not caller.startswith(_ROOT):
        return None
    text = _NOW.read_text(encoding="ascii")
    if text == "fail":
        raise ClockFailure("secret-clock")
    return _real_datetime.fromisoformat(text)


class _Kind(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _real_datetime)


class _SetDatetime(_real_datetime, metaclass=_Kind):
    @classmethod
    def now(cls, tz=None):
        wanted = _find_set_time()
        if wanted is None:
            return _real_datetime.now(tz)
        return wanted.astimezone(tz) if tz else wanted.replace(tzinfo=None)

    @classmethod
    def utcnow(cls):
        wanted = _find_set_time()
        return (wanted or _real_datetime.now(datetime.UTC)).replace(tzinfo=None)


def _set_time() -> float:
    wanted = _find_set_time()
    return wanted.timestamp() if wanted else _real_time()


def _set_time_ns() -> int:
    wanted = _find_set_time()
    return round(wanted.timestamp() * 1_000_000) * 1_000 if wanted else _real_time_ns()


datetime.datetime = _SetDatetime
time.time, time.time_ns = _set_time, _set_time_ns
