"""Show a page of a running server inside the notebook."""

import html
from collections.abc import Mapping
from urllib.parse import urlencode

from wirelab.launching.browser_links import links
from wirelab.notebook import markup


class Page:
    """A page in a frame, with a link that opens it beside the notebook."""

    def __init__(self, url: str, port: int, path: str, query: Mapping[str, object], height: int) -> None:
        self.path = path.lstrip("/") + (f"?{urlencode(query)}" if query else "")
        self.url, self.height = f"{url}/{self.path}", height
        where = links(url, port)
        # Through Jupyter first: whoever sees this notebook reaches Jupyter, but not always this computer.
        self.address, self.why = where.proxied or where.direct, where.why

    def __repr__(self) -> str:
        return f"The page {self.url}, which a browser shows."

    def _repr_html_(self) -> str:
        if self.address is None:
            return markup.panel(markup.strong(self.url), [markup.text(self.why)])
        address = self.address + self.path
        title = html.escape(f"The page /{self.path}")  # two frames of one name cannot be told apart by ear
        border = f"border: 1px solid var({markup.NEUTRAL_COLOUR}); border-radius: 4px"
        style = f"box-sizing: border-box; width: 100%; height: {self.height}px; {border}"
        frame = f'<iframe src="{html.escape(address)}" title="{title}" style="{style}"></iframe>'
        return markup.panel(markup.strong(self.url) + " · " + markup.link(address, "open it"), [frame])
