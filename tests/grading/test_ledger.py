"""A grade that was changed is found, wherever it stands."""

import json
from pathlib import Path

import pytest

from wirelab.grading.ledger import BEGINNING, Ledger
from wirelab.grading.results import Evidence, Grade, Record, ResultStore, key_of


@pytest.fixture
def store(tmp_path: Path) -> ResultStore:
    """Two learners, each with a grade."""
    store, ledger = ResultStore(tmp_path), Ledger(tmp_path)
    for learner, earned in (("anna", 2.0), ("bert", 0.5)):
        sha = store.keep_submission(learner.encode())
        record = Record("12-web-server", sha, "course", [Grade("12.1", "passed", earned, 2)])
        store.write(key_of(sha), record, Evidence())
        ledger.add(learner, "12-web-server.ipynb", key_of(sha), record)
    return store


def faults(store: ResultStore) -> list[str]:
    return list(Ledger(store.folder).faults(store))


def test_what_was_not_changed_has_no_faults(store: ResultStore) -> None:
    assert faults(store) == []
    assert Ledger(store.folder).head != BEGINNING


def test_a_changed_result_is_found(store: ResultStore) -> None:
    path = sorted((store.folder / "results").iterdir())[0]
    path.write_text(path.read_text().replace('"earned": 0.5', '"earned": 2.0').replace("2.0", "1.5"))
    [said] = faults(store)
    assert "its result was changed" in said


def test_a_missing_result_is_found(store: ResultStore) -> None:
    sorted((store.folder / "results").iterdir())[0].unlink()
    assert ["its result is gone" in said for said in faults(store)] == [True]


def test_a_changed_line_is_found_at_the_next_one(store: ResultStore) -> None:
    ledger = store.folder / "ledger.jsonl"
    ledger.write_text(ledger.read_text().replace('"learner": "anna"', '"learner": "dora"'))
    assert faults(store) == [
        "line 2 of ledger.jsonl does not fit the line before it: one of them was changed, added or taken out"
    ]


def test_a_line_taken_out_is_found(store: ResultStore) -> None:
    ledger = store.folder / "ledger.jsonl"
    ledger.write_text(ledger.read_text().partition("\n")[2])
    assert [said[:28] for said in faults(store)] == ["line 1 of ledger.jsonl does "]


def test_a_changed_submission_is_found(store: ResultStore) -> None:
    sorted((store.folder / "submissions").iterdir())[0].write_bytes(b"other")
    assert ["submission that was kept was changed" in said for said in faults(store)] == [True]


def test_another_last_line_has_another_hash(store: ResultStore) -> None:
    head, ledger = Ledger(store.folder).head, store.folder / "ledger.jsonl"
    ledger.write_text(ledger.read_text().replace('"learner": "bert"', '"learner": "dora"'))
    assert Ledger(store.folder).head != head


def test_a_line_that_was_cut_short_is_cut_off_and_written_again(store: ResultStore) -> None:
    ledger = store.folder / "ledger.jsonl"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole[:-30])
    entry = json.loads(whole.splitlines()[1])
    opened = Ledger(store.folder)
    record = store.record(entry["result"])
    assert record
    opened.add(entry["learner"], entry["file"], entry["result"], record)
    assert ledger.read_bytes() == whole


def test_the_same_grade_is_one_line(store: ResultStore) -> None:
    opened = Ledger(store.folder)
    before, entry = opened.head, opened.entries[0]
    record = store.record(entry["result"])
    assert record
    opened.add(entry["learner"], entry["file"], entry["result"], record)
    assert opened.head == before


def test_another_submission_of_the_same_notebook_is_known_to_be_later(store: ResultStore) -> None:
    opened = Ledger(store.folder)
    assert opened.earlier("anna", "12-web-server", "another")
    assert not opened.earlier("anna", "12-web-server", opened.entries[0]["submission"])
    assert not opened.earlier("dora", "12-web-server", "another")
