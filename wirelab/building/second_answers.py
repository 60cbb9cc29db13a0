"""Put a second right answer below each solution, for whoever has solved the exercise."""

import nbformat
from nbformat import NotebookNode

from wirelab.building.answers import Answer, code_with, right_answers
from wirelab.building.notebook_source import make_notebook, shown_cells, with_card

OTHER = """<details><summary>Another right answer</summary>

**Another right answer:** {}.

```python
{}
```

</details>"""


def solution(text: str, name: str) -> NotebookNode:
    """The solved notebook, with the first of the other right answers below each solution. Raises SourceError."""
    others = {answer.exercise: answer for answer in reversed(right_answers(text, name))}
    cells = []
    for cell in shown_cells(text, name):
        cells.append(cell)
        if answer := others.get(cell.metadata.get("exercise")):
            cells.append(_second_answer(text, name, answer))
    return make_notebook(with_card(cells, name), name)


def _second_answer(text: str, name: str, answer: Answer) -> NotebookNode:
    source = OTHER.format(answer.style, code_with(text, name, answer).rstrip())
    made: NotebookNode = nbformat.v4.new_markdown_cell(source, metadata={"tags": ["solution"]})  # type: ignore[no-untyped-call]
    return made
