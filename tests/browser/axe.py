"""What axe-core finds wrong with a page, for people who see, hear or move less well."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page

axe_core_python = pytest.importorskip(
    "axe_core_python", reason="axe-core is not here: pip install -r requirements-proof.lock"
)

PROGRAM = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
# `excused` tells of a rule which elements may break it: those of somebody else.
RUN = """async ([outside, excused]) => {
  const {violations} = await axe.run({exclude: outside.map(one => [one])}, {resultTypes: ["violations"]});
  const ours = (rule, node) => !excused[rule] || !document.querySelector(node.target[0]).closest(excused[rule]);
  return violations.flatMap(rule => rule.nodes.filter(node => ours(rule.id, node)).map(
    node => `${rule.id}: ${node.target[0]}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
}"""
UNFOLD = "document.querySelectorAll('details').forEach(one => { one.open = true })"


def violations(page: Page, *, outside: Sequence[str] = (), excused: Mapping[str, str] = {}) -> list[str]:
    """One line for each element that breaks a rule, with everything that is folded away unfolded."""
    page.evaluate(UNFOLD)
    page.evaluate(PROGRAM)
    found: list[str] = page.evaluate(RUN, [list(outside), dict(excused)])
    return found
