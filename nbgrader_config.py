"""For instructors who use nbgrader: `solutions/` is its source. Copy this file into the folder of your nbgrader course.

Then, for each assignment: `source/12-web-server/12-web-server.ipynb` is a copy of `solutions/12-web-server.ipynb`, and
`nbgrader generate_assignment 12-web-server` makes what students get. The Python in which nbgrader runs notebooks needs
the course installed: `pip install -e .`
"""

from nbconvert.preprocessors import TagRemovePreprocessor
from nbgrader.converters import GenerateAssignment

c = get_config()  # noqa: F821

# The stub that the course's own exercises have: its exception tells "not started yet" from "your code crashed".
c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("your code here")'}

# The reasoning is for solutions alone.
c.TagRemovePreprocessor.enabled = True
c.TagRemovePreprocessor.remove_cell_tags = {"solution"}
c.GenerateAssignment.preprocessors = [TagRemovePreprocessor, *GenerateAssignment.preprocessors.default()]
