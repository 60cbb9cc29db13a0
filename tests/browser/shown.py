"""What has to hold of every notebook that a browser shows."""

from pathlib import Path
from typing import Any

from axe import violations
from lab import NARROW, PROJECTOR, Desk, stored

OURS = '.wirelab-wire, [style^="border-left: 4px solid"]'  # the wire view; looks.panel
# Our boxes that are wider inside than they are, or than the cell's output.
CUT_OFF = rf"""() => [...document.querySelectorAll('.jp-OutputArea-output :is({OURS})')]
  .filter(box => box.scrollWidth > box.clientWidth + 1
    || box.getBoundingClientRect().right > box.closest(".jp-OutputArea-output").getBoundingClientRect().right + 1)
  .map(box => box.innerText.slice(0, 200))"""


def differences(desk: Desk, path: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Cells that do not show what is stored, as (shown, stored)."""
    return [pair for pair in zip(desk.look(), stored(path), strict=True) if pair[0] != pair[1]]


def cut_off(desk: Desk) -> list[str]:
    """The texts of our boxes that do not fit on a projector, or in a narrow window."""
    found = []
    for size in (PROJECTOR, NARROW):
        desk.page.set_viewport_size(size)
        found += [f"{size['width']} px: {text}" for text in desk.page.evaluate(CUT_OFF)]
    desk.picture(f"{desk.path.parent.name}-{desk.path.stem}-narrow")
    desk.page.set_viewport_size(PROJECTOR)
    return found


def unreadable(desk: Desk, *only: str) -> list[str]:
    """What axe-core finds wrong with our boxes, by the rules named, or else by all."""
    return violations(desk.page, inside=OURS, only=only) if desk.page.locator(OURS).count() else []
