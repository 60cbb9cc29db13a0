"""Write down every grade in lines that chain, so that a change shows.

Each line holds the SHA-256 of the line before it. A changed line does not fit the next one any more. If all
that follow are changed too, the last one has another hash than the one that the instructor has seen.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wirelab.grading.results import Record, ResultStore

BEGINNING = "0" * 64  # stands for the line before the first one
UNREADABLE_LINE = "line {} of ledger.jsonl cannot be read"
BROKEN = "line {} of ledger.jsonl does not fit the line before it: one of them was changed, added or taken out"
GONE = "line {} of ledger.jsonl, {} of {}: its result is gone (results/{}.json)"
RESULT_CHANGED = "line {} of ledger.jsonl, {} of {}: its result was changed (results/{}.json)"
NOT_THE_SAME = "line {} of ledger.jsonl, {} of {}: the submission that was kept was changed"


class Ledger:
    """The lines of a ledger: one for each submission that was graded, in order."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ledger.jsonl"
        self._lines = self._whole_lines()
        self._entries = [_entry(line) for line in self._lines]
        self._known = {_essence(entry) for entry in self._entries}

    def _whole_lines(self) -> list[str]:
        """The lines that are whole. What was cut short when the computer stopped is cut off."""
        data = self.path.read_bytes() if self.path.exists() else b""
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            with self.path.open("r+b") as stream:
                stream.truncate(len(whole))
        return whole.decode("utf-8", "replace").splitlines()

    @property
    def head(self) -> str:
        """The hash of the last line: it stands for all of them."""
        return _hash(self._lines[-1]) if self._lines else BEGINNING

    @property
    def entries(self) -> list[Mapping[str, Any]]:
        """What the lines say; an empty dictionary for one that cannot be read."""
        return list(self._entries)

    def add(self, learner: str, file: str, key: str, record: Record) -> None:
        """Write a line, unless it is there already."""
        entry = {
            "learner": learner,
            "file": file,
            "notebook": record.notebook,
            "submission": record.submission,
            "result": key,
            "record": _hash(record.text()),
            "earned": record.earned,
            "points": record.points,
        }
        if _essence(entry) in self._known:
            return
        line = json.dumps({**entry, "previous": self.head}, ensure_ascii=True, sort_keys=True)
        with self.path.open("ab", buffering=0) as stream:
            stream.write(f"{line}\n".encode())
        self._lines.append(line)
        self._entries.append(_entry(line))
        self._known.add(_essence(entry))

    def earlier(self, learner: str, notebook: str, submission: str) -> bool:
        """Whether another submission of this notebook by the same learner was graded before."""
        of_both = (
            one for one in self._entries if (one.get("learner"), one.get("notebook")) == (learner, notebook)
        )
        return any(one.get("submission") != submission for one in of_both)

    def faults(self, store: ResultStore) -> Iterator[str]:
        """What is not as it was written: lines, results and submissions."""
        previous = BEGINNING
        for number, (line, entry) in enumerate(zip(self._lines, self.entries, strict=True), 1):
            if not entry:
                yield UNREADABLE_LINE.format(number)
            elif entry.get("previous") != previous:
                yield BROKEN.format(number)
            else:
                yield from _faults_of(number, entry, store)
            previous = _hash(line)


def _faults_of(number: int, entry: Mapping[str, Any], store: ResultStore) -> Iterator[str]:
    key, sha = str(entry.get("result")), str(entry.get("submission"))
    told = (number, entry.get("notebook"), entry.get("learner"))
    record = store.record(key)
    if not record:
        yield GONE.format(*told, key)
    elif _hash(record.text()) != entry.get("record") or record.text() != _text(store.result(key)):
        yield RESULT_CHANGED.format(*told, key)
    kept = store.submission(sha)
    if kept.exists() and hashlib.sha256(kept.read_bytes()).hexdigest() != sha:
        yield NOT_THE_SAME.format(*told)


def _essence(entry: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((name, str(value)) for name, value in entry.items() if name != "previous"))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _entry(line: str) -> Mapping[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
