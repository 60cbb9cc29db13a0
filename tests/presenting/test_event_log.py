"""What happened comes back in order, whatever else stands in the file."""

from pathlib import Path

from wirelab.presenting.event_log import append, read


def test_events_come_back_in_their_order(tmp_path: Path) -> None:
    append(tmp_path / "events", "reached", "a")
    append(tmp_path / "events", "pause")
    assert [(event.kind, event.cell) for event in read(tmp_path / "events")] == [("reached", "a"), ("pause", "")]


def test_no_file_is_no_event(tmp_path: Path) -> None:
    assert read(tmp_path / "events") == []


def test_a_line_that_was_cut_short_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "events"
    append(path, "runs", "a")
    with path.open("ab") as stream:
        stream.write(b'\n{"time": 1, "ki\n[]\n{}\n\xff')
    append(path, "ran", "a")
    assert [event.kind for event in read(path)] == ["runs", "ran"]
