"""Have Sphinx make a website of a folder of pages, without asking the network for anything."""

import io
import os
import re
import shutil
from pathlib import Path
from typing import Any

from wirelab.errors import BookFailed

_UNCOLOURED = re.compile(r"\x1b\[[\d;]*m")
OWN_FILES = Path(__file__).parent
SPHINX_SETTINGS: dict[str, Any] = {
    "project": "Wirelab: Python on the wire",
    "author": "",
    "project_copyright": "",
    "extensions": ["myst_nb", "sphinx_book_theme"],
    "root_doc": "index",
    "html_theme": "sphinx_book_theme",
    "html_title": "Wirelab",
    "html_static_path": [str(OWN_FILES / "static")],
    "templates_path": [str(OWN_FILES / "templates")],
    "html_sidebars": {"**": ["book-title.html", "search-button-field.html", "book-contents.html"]},
    "html_css_files": ["book.css"],
    "html_js_files": ["book.js"],
    "html_copy_source": False,
    "html_use_index": False,
    "html_show_sphinx": False,
    "suppress_warnings": ["misc.highlighting_failure"],  # a cell that writes a page, highlighted as Python's
    "language": "en",
    "highlight_language": "none",  # where a block does not say which it is
    "nb_execution_mode": "off",  # the outputs are stored, and proven by nbval
    "nb_merge_streams": True,
    "nb_code_prompt_show": "Show what happens",
    "nb_code_prompt_hide": "Hide what happens",
    "nb_ipywidgets_js": {},
    "nb_render_markdown_format": "myst",  # so that links in outputs lead to pages
    "myst_heading_anchors": 4,
    "myst_links_external_new_tab": False,
    "pygments_style": "a11y-high-contrast-light",
}
THEME: dict[str, Any] = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "footer_content_items": [],
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
}


def build(pages: Path, out: Path, work: Path, *, parts: list[dict[str, Any]], repository: str) -> None:
    """Make the website of `pages` in `out`; `work` is where Sphinx keeps what it has read.

    `parts` are those of the list of pages, as the template has them. `repository` is the address of the course's
    repository, or nothing. Raises BookFailed with what Sphinx warns of.
    """
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError

    links = {"repository_url": repository, "use_repository_button": True} if repository else {}
    settings = SPHINX_SETTINGS | {"html_context": {"book_parts": parts}, "html_theme_options": THEME | links}
    warnings = io.StringIO()
    try:
        app = Sphinx(
            pages, None, out, work, "html", settings, status=None, warning=warnings, parallel=os.cpu_count() or 1
        )
        app.build()
    except SphinxError as error:
        raise BookFailed(f"Sphinx could not build the book: {error}") from error
    except OSError as error:
        raise BookFailed(f"the book could not be written ({error}): choose another folder with --out") from None
    _delete_pages_of_before(out, app.env.found_docs | {"search"})
    if warned := warnings.getvalue().strip():
        shutil.rmtree(work)  # else Sphinx would not read the faulty page again, and not warn
        raise BookFailed(f"the book has faults, as Sphinx says:\n{_UNCOLOURED.sub('', warned)}")


def _delete_pages_of_before(out: Path, names: set[str]) -> None:
    """Delete the pages that the book had once, and has no more."""
    for path in out.rglob("*.html"):
        if path.relative_to(out).as_posix().removesuffix(".html") not in names and "_static" not in path.parts:
            path.unlink()
