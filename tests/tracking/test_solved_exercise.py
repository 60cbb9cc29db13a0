"""A solution is read from its notebook, with its reasons and a second answer."""

from pathlib import Path

import nbformat

from wirelab.building.second_answers import solution
from wirelab.tracking.solved_exercise import SolvedExercise, solved_exercise

SOURCE = '''# %% [markdown] tags=["solution"]
# Twice is two times.

# %% exercise="1.1"
def double(n):
    ### BEGIN SOLUTION
    return 2 * n
    ### END SOLUTION

# %% right="1.1" style="a sum"
- return 2 * n
+ return n + n

# %% right="1.1" style="a shift"
- return 2 * n
+ return n << 1

# %% checks="1.1" points=1
check("1.1", double)

# %%
stop_all()
'''


def test_all_of_a_solution_is_read(tmp_path: Path) -> None:
    nbformat.write(solution(SOURCE, "1-x"), tmp_path / "1-x.ipynb")
    assert solved_exercise(tmp_path / "1-x.ipynb", "1.1") == SolvedExercise(
        code="def double(n):\n    return 2 * n",
        reasoning="Twice is two times.",
        other_code="def double(n):\n    return n + n",
        other_style="a sum",
    )


def test_what_is_not_there_is_empty(tmp_path: Path) -> None:
    nbformat.write(solution(SOURCE, "1-x"), tmp_path / "1-x.ipynb")
    assert solved_exercise(tmp_path / "1-x.ipynb", "1.2") == SolvedExercise()
    assert solved_exercise(tmp_path / "none.ipynb", "1.1") == SolvedExercise()


def test_the_card_stands_before_the_last_cell_and_is_locked() -> None:
    card, last = solution(SOURCE, "12-x").cells[-2:]
    assert card.source == 'from wirelab import summary\n\nsummary("12")'
    assert card.metadata.nbgrader.locked
    assert last.source == "stop_all()"
