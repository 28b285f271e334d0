"""What no build rests on goes, and nothing that one rests on."""

import os
import time
from pathlib import Path

import pytest

from specpack.middle.canonical import digest_bytes
from specpack.middle.store import Missing, Store, Tampered, verify_store
from specpack.middle.sweeping import DAY, sweep_store
from specpack.model.pack import Digest

QUESTION = digest_bytes(b"question")


def put_answer(store: Store, text: str) -> tuple[Digest, Digest]:
    """Return an answer and the text that it reaches, both filed."""
    reached = store.put_bytes(text.encode())
    answer = store.put_value({"question": QUESTION, "blocks": [["file", "a.py", reached]]})
    store.add_answer(QUESTION, answer)
    return answer, reached


def age(store: Store, days: float) -> None:
    past = time.time() - days * DAY
    for path in store.root.glob("objects/*/*"):
        os.utime(path, (past, past))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_what_a_root_reaches_stays_and_the_rest_goes(store: Store) -> None:
    kept, gone = put_answer(store, "kept"), put_answer(store, "gone")
    age(store, 40)
    planned = sweep_store(store, [kept[0]], days=30, dry=True)
    assert set(store.list_objects()) == {*kept, *gone}
    swept = sweep_store(store, [kept[0]], days=30)
    assert swept == planned
    assert (swept.objects, swept.entries, swept.kept) == (2, 1, 2)
    assert swept.size > 0
    assert set(store.list_objects()) == set(kept)
    assert store.find_answers(QUESTION) == (kept[0],)
    assert verify_store(store) == ()


def test_what_is_young_stays(store: Store) -> None:
    kept, young = put_answer(store, "kept"), put_answer(store, "young")
    assert sweep_store(store, [kept[0]], days=30).objects == 0
    assert set(store.list_objects()) == {*kept, *young}


def test_layers_are_never_written(store: Store, tmp_path: Path) -> None:
    layer = Store(tmp_path / "layer")
    other = put_answer(layer, "of the layer")
    age(layer, 99)
    both = Store(store.root, layers=[layer.root])
    assert sweep_store(both, [], days=0).objects == 0
    assert set(layer.list_objects()) == set(other)


def test_a_root_that_is_absent_or_damaged_stops_the_sweep(store: Store) -> None:
    kept, gone = put_answer(store, "kept"), put_answer(store, "gone")
    age(store, 40)
    with pytest.raises(Missing):
        sweep_store(store, [digest_bytes(b"nowhere")], days=30)
    path = store.root / "objects" / kept[1][:2] / kept[1]
    path.chmod(0o644)
    path.write_bytes(b"other")
    with pytest.raises(Tampered):
        sweep_store(store, [kept[0]], days=30)
    assert set(store.list_objects()) == {*kept, *gone}


def test_a_sweep_that_was_killed_leaves_no_entry_that_leads_nowhere(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, _ = put_answer(store, "kept")
    put_answer(store, "gone")
    age(store, 40)
    unlink, count = Path.unlink, 0

    def fail(path: Path, missing_ok: bool = False) -> None:
        nonlocal count
        count += 1
        if count > 2:
            raise KeyboardInterrupt
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", fail)
    with pytest.raises(KeyboardInterrupt):
        sweep_store(store, [kept], days=30)
    monkeypatch.undo()
    assert verify_store(store) == ()
