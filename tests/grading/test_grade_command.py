"""`start.py grade`: what it refuses, what it writes, and that it goes on."""

import json
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from graded import apart, grade, hand_in, left_processes, rows
from hostile_submissions import HOSTILE, Hostile, write_submission
from waiting import wait_until

from wirelab.building.answers import Answer, right_answers, up_to_check, with_answer, wrong_answers
from wirelab.grading.feedback import page_name
from wirelab.grading.submissions import Learner
from wirelab.paths import COURSE


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{}/nothing", "--out", "{}/g"], "There is no"),
        (["{}", "--out", "{}/g"], "is inside of the folder"),
        (["{}", "--out", "{}/../g", "--shard", "3/2"], "--shard 3/2 makes no sense"),
        (["{}", "--out", "{}/../g", "--deadline", "soon"], "--deadline soon is no time"),
        (["--out", "{}/g"], "Name the folder"),
    ],
)
def test_words_that_make_no_sense_are_refused(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "in"
    place.mkdir()
    assert grade(*(word.format(place) for word in words)) == 1
    assert said in capsys.readouterr().err


@apart
def test_a_class_gets_tables_and_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place, out = tmp_path / "in", tmp_path / "out"
    hand_in(place, "anna", "solutions/12-web-server", "solutions/11-http-messages")
    hand_in(place, "=bert", "exercises/12-web-server")
    (place / "=bert" / "11-http-messages.ipynb").write_text("{", encoding="utf-8")
    roster = tmp_path / "class.csv"
    roster.write_text("id,name,email\nanna,Anna Bell,anna@example.org\ncarl,Carl,\n", encoding="utf-8")
    export = tmp_path / "export.csv"
    export.write_text(
        "Student,ID,SIS Login ID,Section,12-web-server (7),11-http-messages (8)\n"
        "Points Possible,,,,11,7\nAnna Bell,1,anna,A,,\n",
        encoding="utf-8",
    )
    assert grade(place, "--out", out, "--roster", roster, "--canvas", export) == 0
    book = {row["learner"]: row for row in rows(out / "gradebook.csv")}
    assert (book["anna"]["12-web-server"], book["anna"]["earned"]) == ("11", "18")
    assert (book["'=bert"]["12-web-server"], "cannot be read as JSON" in book["'=bert"]["notes"]) == ("0", True)
    assert book["carl"]["notes"] == "nothing handed in"
    assert rows(out / "canvas.csv")[1]["12-web-server (7)"] == "11"
    assert rows(out / "canvas.csv")[0]["12-web-server (7)"] == "11"
    assert rows(out / "moodle.csv")[1]["Email address"] == "anna@example.org"
    page = (out / "feedback" / page_name(Learner("anna", "anna"))).read_text(encoding="utf-8")
    assert "Anna Bell" in page
    assert "bert" not in page
    assert "11 of 11 points" in page
    assert "Not in export.csv: =bert" in capsys.readouterr().out
    assert grade("--verify", "--out", out) == 0


QUICK = ("patched verdicts", "a result as output", "files of the course", "the network outside", "another process")
QUICK += ("a process that will not end",)


@apart
def test_a_forged_verdict_wins_nothing_and_nothing_is_reached(tmp_path: Path) -> None:
    assert _not_as_said([one for one in HOSTILE if one.name in QUICK], tmp_path) == []
    assert left_processes() == []


@apart
@pytest.mark.proof
def test_hostile_submissions_get_what_they_earn(tmp_path: Path) -> None:
    assert _not_as_said(HOSTILE, tmp_path) == []
    assert not (COURSE / "wirelab" / "planted.py").exists()


def _not_as_said(given: list[Hostile], folder: Path) -> list[str]:
    """The names of those that got other points, or another verdict, than they may."""
    for number, one in enumerate(given):
        write_submission(folder / "in" / f"{number:02}" / "12-web-server.ipynb", one.code)
    assert grade(folder / "in", "--out", folder / "out") == 0
    grades: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows(folder / "out" / "grades.csv"):
        grades[row["learner"]].append(row)
    return [one.name for number, one in enumerate(given) if not _is_as_said(one, grades[f"{number:02}"])]


def _is_as_said(one: Hostile, grades: list[dict[str, str]]) -> bool:
    first, *others = (float(grade["earned"]) for grade in grades)
    is_first = one.points is None or first == one.points
    is_rest = one.rest is None or sum(others) == one.rest
    return is_first and is_rest and any(one.verdict in grade["verdict"] for grade in grades)


@apart
@pytest.mark.proof
def test_every_solution_gets_all_points_and_every_untouched_exercise_none(tmp_path: Path) -> None:
    stems = sorted(path.stem for path in (COURSE / "solutions").glob("[0-9]*.ipynb"))
    hand_in(tmp_path / "in", "solved", *(f"solutions/{stem}" for stem in stems))
    hand_in(tmp_path / "in", "untouched", *(f"exercises/{stem}" for stem in stems))
    assert grade(tmp_path / "in", "--out", tmp_path / "out") == 0
    found = rows(tmp_path / "out" / "grades.csv")
    assert {row["notebook"] for row in found} == set(stems)
    solved = [row for row in found if row["learner"] == "solved" and row["verdict"] != "passed"]
    untouched = [row for row in found if row["learner"] == "untouched" and row["earned"] != "0"]
    assert (solved, untouched) == ([], [])


def answers() -> Iterator[tuple[Path, Answer]]:
    """A wrong answer of each notebook, and those that are right or wrong by more than a plain value."""
    special = ("leaves the list as it is", "a named tuple", "an id, the columns by name, a response")
    for path in sorted((COURSE / "sources" / "exercises").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        wrong = wrong_answers(text, path.stem)
        chosen = [
            one for one in [*wrong, *right_answers(text, path.stem)] if {one.caught_by, one.style} & {*special}
        ]
        yield from ((path, one) for one in [wrong[-1], *chosen])


@apart
@pytest.mark.proof
def test_answers_get_what_their_check_gives_them_in_a_notebook(tmp_path: Path) -> None:
    given = list(answers())
    for number, (path, answer) in enumerate(given):
        notebook = up_to_check(with_answer(path.read_text(encoding="utf-8"), path.stem, answer), answer.exercise)
        (tmp_path / "in" / f"{number}").mkdir(parents=True)
        nbformat.write(notebook, tmp_path / "in" / f"{number}" / f"{path.stem}.ipynb")
    assert grade(tmp_path / "in", "--out", tmp_path / "out") == 0
    found = {(row["learner"], row["exercise"]): row for row in rows(tmp_path / "out" / "grades.csv")}
    for number, (_, answer) in enumerate(given):
        row = found[f"{number}", answer.exercise]
        assert (row["verdict"] == "passed") == answer.is_right, (answer, row)
        assert (float(row["earned"]) == float(row["points"])) == answer.is_right, (answer, row)


@apart
def test_after_a_sigkill_it_goes_on_to_the_same_ledger(tmp_path: Path) -> None:
    place = tmp_path / "in"
    for number in range(6):
        hand_in(place, f"{number}", "solutions/11-http-messages")
        with (place / f"{number}" / "11-http-messages.ipynb").open("a") as stream:
            stream.write("\n" * number)  # each is another submission
    broken, whole = tmp_path / "broken", tmp_path / "whole"
    command = [sys.executable, "-m", "wirelab", "grade", str(place), "--jobs", "1", "--out", str(broken)]
    with subprocess.Popen(command, cwd=COURSE, stderr=subprocess.DEVNULL) as process:
        assert wait_until(lambda: any((broken / "results").glob("*.json")), 60)
        process.send_signal(signal.SIGKILL)
    done = {path.name: path.stat().st_mtime_ns for path in (broken / "results").iterdir()}
    assert len(done) < 6
    assert grade(place, "--out", broken) == 0
    assert grade(place, "--out", whole) == 0
    assert (broken / "ledger.jsonl").read_bytes() == (whole / "ledger.jsonl").read_bytes()
    assert {name: (broken / "results" / name).stat().st_mtime_ns for name in done} == done


@apart
def test_parts_come_to_the_same_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place, out, whole = tmp_path / "in", tmp_path / "out", tmp_path / "whole"
    for stem in ("00-start-here", "11-http-messages", "12-web-server", "21-what-is-rest"):
        hand_in(place, "anna", f"exercises/{stem}")
    for part in ("1/3", "2/3", "3/3"):
        assert grade(place, "--out", out, "--shard", part) == 0
    assert capsys.readouterr().out.count("When all parts are done") == 3
    assert len(list((out / "results").iterdir())) == 4
    for folder in (out, whole):
        assert grade(place, "--out", folder) == 0
    assert (out / "ledger.jsonl").read_bytes() == (whole / "ledger.jsonl").read_bytes()


@apart
def test_a_submission_that_was_changed_after_it_was_graded_is_told(tmp_path: Path) -> None:
    place, out = hand_in(tmp_path / "in", "anna", "exercises/11-http-messages"), tmp_path / "out"
    assert grade(place, "--out", out) == 0
    hand_in(place, "anna", "solutions/11-http-messages")
    assert grade(place, "--out", out, "--deadline", "2020-01-01T00:00") == 0
    [row] = rows(out / "gradebook.csv")
    assert row["earned"] == "7"
    assert "handed in after the deadline" in row["notes"]
    assert "changed after it was graded" in row["notes"]
    assert len((out / "ledger.jsonl").read_text().splitlines()) == 2


def test_with_trust_a_fresh_process_runs_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place, out = hand_in(tmp_path / "in", "anna", "solutions/11-http-messages"), tmp_path / "out"
    assert grade(place, "--out", out, "--trust") == 0
    assert [row["earned"] for row in rows(out / "gradebook.csv")] == ["7"]
    assert "NOT APART" in capsys.readouterr().err


def test_without_namespaces_it_refuses_and_names_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "plan9")
    assert grade(hand_in(tmp_path / "in", "anna", "exercises/11-http-messages"), "--out", tmp_path / "out") == 1
    said = capsys.readouterr().err
    assert "cannot be run apart on this computer (this is plan9, and namespaces are Linux's)" in said
    assert "--trust" in said


@apart
def test_the_executed_notebook_is_kept(tmp_path: Path) -> None:
    place, out = hand_in(tmp_path / "in", "anna", "solutions/11-http-messages"), tmp_path / "out"
    assert grade(place, "--out", out) == 0
    [path] = (out / "executed").iterdir()
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    checked = [cell for cell in cells if cell["source"].startswith("check(")]
    assert len(checked) == 4
    assert all("passed" in cell["outputs"][0]["data"]["text/plain"] for cell in checked)
