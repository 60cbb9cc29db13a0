"""What lesson 26 says of a page from another origin is what a browser does."""

from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

from wirelab.building.kernel_client import Kernel

pytest.importorskip("playwright", reason="Playwright is not here: pip install -r requirements-proof.lock")

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.proof
LESSON = Path(__file__).parents[2] / "notebooks" / "26-a-service-to-trust.ipynb"


def test_a_page_reads_another_origin_only_where_that_permits_it(browser: "Browser") -> None:
    cells = [cell.source for cell in nbformat.read(LESSON, as_version=4).cells if cell.cell_type == "code"]
    with Kernel(LESSON.parent) as kernel, browser.new_page() as page:
        for source in cells[:-1]:
            assert kernel.run(source).status == "ok", source
        pages = kernel.evaluate("pages.url").strip("'")
        lines = int(kernel.evaluate("careful.log.total"))
        page.goto(f"{pages}/first")
        page.get_by_text("no answer for this page").wait_for()
        assert "GET /shows/1 HTTP/1.1 → 200" in kernel.evaluate(f"careful.log.wait({lines + 1})[-1]")
        page.goto(f"{pages}/second")
        page.get_by_text("Hamlet").wait_for()
        kernel.run(cells[-1])
