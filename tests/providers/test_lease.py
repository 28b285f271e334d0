"""A request is in one pair of hands at a time, also across processes."""

import os
import subprocess
import sys
import time
from pathlib import Path

from specpack.providers.lease import LEASE_SECONDS, Leases


def test_a_request_is_leased_once_until_the_lease_is_old(tmp_path: Path):
    now = time.time()
    first, second = Leases(tmp_path, lambda: now), Leases(tmp_path, lambda: now)
    assert first.take("a")
    assert not first.take("a")
    assert not second.take("a")
    assert second.take("b")
    later = Leases(tmp_path, lambda: now + LEASE_SECONDS + 60)
    assert later.take("a")
    os.utime(tmp_path / "a.lease-2", (now + LEASE_SECONDS + 60,) * 2)
    assert not later.take("a")


def test_a_sign_of_life_begins_the_time_anew_unless_it_ran_out(tmp_path: Path):
    clock = [time.time()]
    mine = Leases(tmp_path, lambda: clock[0])
    assert mine.take("a")
    os.utime(tmp_path / "a.lease-1", (clock[0] - LEASE_SECONDS + 10,) * 2)
    mine.refresh("a")
    clock[0] += 60
    assert not Leases(tmp_path, lambda: clock[0]).take("a")
    clock[0] += LEASE_SECONDS
    before = (tmp_path / "a.lease-1").stat().st_mtime
    mine.refresh("a")
    assert (tmp_path / "a.lease-1").stat().st_mtime == before


def test_what_is_answered_or_given_back_leaves_no_lease(tmp_path: Path):
    mine = Leases(tmp_path)
    for name in ("a", "b", "[c]"):
        assert mine.take(name)
    mine.end("a")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["[c].lease-1", "b.lease-1"]
    other = Leases(tmp_path)
    other.release()
    assert not other.take("b")
    mine.release()
    assert list(tmp_path.iterdir()) == []
    assert other.take("[c]")


def test_processes_that_ask_at_once_get_different_requests(tmp_path: Path):
    """Half of the leases lie there already, too old: taking them over is the harder case."""
    for number in range(0, 200, 2):
        lease = tmp_path / f"q{number}.lease-1"
        lease.touch()
        os.utime(lease, (1_000_000_000, 1_000_000_000))
    program = """
import sys
from pathlib import Path
from specpack.providers.lease import Leases
leases = Leases(Path(sys.argv[1]))
print(*[number for number in range(200) if leases.take(f"q{number}")])
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    taken = [number for process in running for number in process.communicate()[0].split()]
    assert len(taken) == len(set(taken))
    assert len(taken) >= 190
