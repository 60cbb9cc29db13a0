"""A result says the same as text, as HTML and as JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from recorded import GET, OK, conversation

from wirelab.checking.result import MIME, Finding, Result, Verdict

TALK = conversation((">", GET), ("<", OK))
MET = Finding("answers 200 OK", True)
MISSED = Finding(
    "says hello",
    False,
    expected="'hello'",
    got="'<script>'",
    hints=("letter by letter",),
    asked="curl -i http://127.0.0.1:8001/",
    printed="here",
    explained="It differs.",
    wire=TALK,
)
HOSTILE = "\x00\x1b[31m\ud800</details><script>alert(1)</script>&\r\n\"'"


def result(*findings: Finding, verdict: Verdict = Verdict.WRONG, **more: Any) -> Result:
    return Result("12.1", "Say hello", 2, verdict, findings, **more)


@pytest.fixture(scope="module")
def schema(course: Path) -> Draft202012Validator:
    text = (course / "docs" / "check-result.schema.json").read_text(encoding="utf-8")
    Draft202012Validator.check_schema(json.loads(text))
    return Draft202012Validator(json.loads(text))


# As text ------------------------------------------------------------------------------------------------


def test_a_passed_result_is_a_line_for_each_expectation() -> None:
    assert repr(result(MET, verdict=Verdict.PASSED)) == "Exercise 12.1, Say hello: passed\n  ✓ answers 200 OK"


def test_what_is_missed_is_told_with_all_there_is_to_it() -> None:
    assert repr(result(MET, MISSED, hints=("letter by letter",))).splitlines() == [
        "Exercise 12.1, Say hello: not right yet",
        "  ✗ says hello",
        "    expected: 'hello'",
        "    got: '<script>'",
        "    try it: curl -i http://127.0.0.1:8001/",
        "    printed: here",
        "    It differs.",
        "Hint: letter by letter",
        "Beside it:",
        "  ✓ answers 200 OK",
    ]


def test_what_is_met_needs_no_words() -> None:
    assert Finding("answers", True, expected="1", got="1", asked="curl").told() == []


def test_the_text_can_be_printed_anywhere() -> None:
    assert repr(result(Finding(HOSTILE, False, got=HOSTILE), said=HOSTILE)).encode("utf-8", "strict")


# As HTML ---------------------------------------------------------------------------------------------------


def test_the_bytes_are_folded_away() -> None:
    html = result(MISSED)._html()
    before, _, folded = html.partition("<details><summary>Look at the bytes</summary>")
    assert "Content-Length" not in before
    assert "Content-Length" in folded


def test_nothing_is_folded_where_there_are_no_bytes() -> None:
    assert "<details>" not in result(MET, verdict=Verdict.PASSED)._html()


def test_very_many_that_are_met_are_folded_away() -> None:
    few, many = (result(*[MET] * count, verdict=Verdict.PASSED)._repr_mimebundle_() for count in (8, 9))
    assert "<details" not in few["text/html"] and few["text/html"].count("✓ answers 200 OK") == 8
    folded = many["text/html"].partition("<summary>All 9 expectations are met</summary>")[2]
    assert folded.count("✓ answers 200 OK") == 9
    assert many["text/plain"].count("✓ answers 200 OK") == 9


@pytest.mark.parametrize("place", ["what", "expected", "got", "asked"])
def test_whatever_a_learner_sends_is_text_in_html(place: str) -> None:
    html = result(Finding(**{"what": "x", "passed": False, place: HOSTILE}))._html()
    assert "<script>" not in html
    assert "</details>" not in html
    assert html.encode("utf-8", "strict")


def test_words_and_hints_are_text_in_html() -> None:
    assert "<script>" not in result(MISSED, said=HOSTILE, hints=(HOSTILE,))._html()


def test_evidence_is_text_in_html() -> None:
    talk = conversation((">", GET), ("<", b"HTTP/1.1 200 OK\r\nX: <script>\r\n\r\n<script>"))
    assert "<script>" not in result(Finding("x", False, wire=talk))._html()


def test_the_colour_repeats_what_the_words_say() -> None:
    right, wrong = result(MET, verdict=Verdict.PASSED)._html(), result(MISSED)._html()
    assert "--jp-success-color1" in right and "<strong>passed</strong>" in right
    assert "--jp-warn-color1" in wrong and "<strong>not right yet</strong>" in wrong


# As JSON ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("findings", [(), (MET,), (MET, MISSED)])
def test_every_verdict_keeps_to_the_schema(
    schema: Draft202012Validator, verdict: Verdict, findings: tuple[Finding, ...]
) -> None:
    made = result(*findings, verdict=verdict, said="Run the cell again.", hints=["letter by letter"])
    schema.validate(json.loads(json.dumps(made._repr_mimebundle_()[MIME])))


def test_the_schema_tells_of_every_field(schema: Draft202012Validator) -> None:
    known = schema.schema
    sent = result(MISSED).json()
    assert set(known["properties"]) == set(sent)
    assert set(known["$defs"]["finding"]["properties"]) == set(sent["findings"][0])
    for about in [known, known["$defs"]["finding"]]:
        assert about["additionalProperties"] is False
        assert all(field["description"] for field in about["properties"].values())


def test_the_schema_has_the_verdicts_there_are(schema: Draft202012Validator) -> None:
    assert schema.schema["properties"]["verdict"]["enum"] == [str(verdict) for verdict in Verdict]


def test_a_result_that_is_none_is_refused(schema: Draft202012Validator) -> None:
    assert not schema.is_valid({**result(MISSED).json(), "verdict": "nearly"})
    assert not schema.is_valid({**result(MISSED).json(), "more": 1})


def test_what_crossed_the_wire_is_in_it_as_text() -> None:
    [finding] = result(MISSED).json()["findings"]
    assert finding["wire"] == TALK.text()
    assert "wire" not in result(MET).json()["findings"][0]


def test_of_very_many_messages_the_first_are_in_it() -> None:
    talk = conversation(*[(">", GET), ("<", OK)] * 500)
    [finding] = result(Finding("x", False, wire=talk)).json()["findings"]
    assert finding["wire"].endswith("\n… 970 messages more")
    assert len(finding["wire"]) < 20_000


def test_json_can_be_written_whatever_is_in_it() -> None:
    made = result(Finding(HOSTILE, False, got=HOSTILE, asked=HOSTILE), said=HOSTILE)
    assert json.dumps(made.json(), ensure_ascii=False).encode("utf-8", "strict")


# Points ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "findings", "earned"),
    [
        (Verdict.PASSED, (MET,), 2.0),
        (Verdict.PASSED, (), 2.0),
        (Verdict.WRONG, (MET, MISSED), 1.0),
        (Verdict.WRONG, (MISSED,), 0.0),
        (Verdict.WRONG, (), 0.0),
        (Verdict.CRASHED, (MET,), 1.0),
        (Verdict.CRASHED, (), 0.0),
        (Verdict.NOT_RUNNING, (MET,), 0.0),
        (Verdict.NOT_STARTED, (MET,), 0.0),
    ],
)
def test_points_are_the_share_of_what_is_met(
    verdict: Verdict, findings: tuple[Finding, ...], earned: float
) -> None:
    assert result(*findings, verdict=verdict).earned == earned


def test_the_evidence_is_that_of_the_first_expectation_missed() -> None:
    assert result(MET, MISSED, Finding("y", False)).wire is TALK
    assert result(MET).wire is None
