"""A cell that failed is remembered until another one gives its names a value."""

from wirelab.notebook.cell_history import CellHistory

GOOD, BAD = "def answer(line):\n    return 1", "def answer(line:\n    return 1"


def history(*cells: tuple[str, BaseException | None]) -> CellHistory:
    made = CellHistory()
    for cell, error in cells:
        made.cell_ran(cell, error)
    return made


def test_a_name_whose_cell_failed_is_known() -> None:
    assert history((BAD, SyntaxError()), ("1 + 1", None)).failure_of("answer") == "SyntaxError"


def test_a_cell_that_failed_while_it_ran_counts_too() -> None:
    made = history(("answer = 1 / 0", ZeroDivisionError()), ("2", None))
    assert made.failure_of("answer") == "ZeroDivisionError"


def test_a_cell_that_went_well_since_makes_up_for_it() -> None:
    assert history((BAD, SyntaxError()), (GOOD, None)).failure_of("answer") == ""


def test_the_last_cell_is_known_whatever_it_makes() -> None:
    made = history((GOOD, None), ("launch(answer)", NameError()))
    assert (made.failure_of("answer"), made.last_failure) == ("", "NameError")


def test_another_name_is_another_matter() -> None:
    assert history((BAD, SyntaxError()), ("2", None)).failure_of("other") == ""
