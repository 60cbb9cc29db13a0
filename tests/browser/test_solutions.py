"""Every solution does in JupyterLab, in a real browser, what its stored outputs promise."""

import pytest
from promises import *  # noqa: F403  # the tests themselves
from promises import desks

pytestmark = pytest.mark.proof
desk = desks("solutions")
