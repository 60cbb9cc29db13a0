"""What axe-core finds wrong with a page, for people who see, hear or move less well."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="Playwright is not here: pip install -r requirements-proof.lock")
axe_core_python = pytest.importorskip(
    "axe_core_python", reason="axe-core is not here: pip install -r requirements-proof.lock"
)
from playwright.sync_api import Page  # noqa: E402

PROGRAM = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN = """async ([inside, excused, only]) => {
  // What is in a frame is a server's page, of another origin: it is looked at by itself.
  const how = {resultTypes: ["violations"], iframes: false, ...(only.length && {runOnly: only})};
  const {violations} = await axe.run(inside, how);
  const ours = (rule, node) => !excused[rule] || !document.querySelector(node.target[0]).closest(excused[rule]);
  return violations.flatMap(rule => rule.nodes.filter(node => ours(rule.id, node)).map(
    node => `${rule.id}: ${node.target[0]}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
}"""
NOBODY: Mapping[str, str] = {}
UNFOLD = (
    "document.querySelectorAll('details:not([open])').forEach(one => { one.open = true; one.dataset.folded = '' })"
)
FOLD = "document.querySelectorAll('[data-folded]').forEach(one => { one.open = false; delete one.dataset.folded })"


def violations(
    page: Page,
    *,
    inside: str = "html",
    excused: Mapping[str, str] = NOBODY,
    only: Sequence[str] = (),
) -> list[str]:
    """One line for each element that breaks a rule, with everything that is folded away unfolded.

    `inside` is a selector; `excused` names for a rule the elements that may break it; `only` names the rules to
    look at, else all are.
    """
    page.evaluate(UNFOLD)
    page.evaluate(PROGRAM)
    found: list[str] = page.evaluate(RUN, [inside, dict(excused), list(only)])
    page.evaluate(FOLD)
    return found
