"""The frame of a page that stands by itself: light and dark, without scripts, with nothing from elsewhere."""

import html
from collections.abc import Iterable, Sequence

STYLE_SHEET = """
:root { color-scheme: light dark; --line: #c9ced6; --soft: #f4f5f7; --jp-success-color1: #2e7d32;
  --jp-warn-color1: #b26a00; --jp-border-color1: #9e9e9e; --jp-code-font-size: 14px;
  --jp-content-font-color1: #1b1b1b; --jp-ui-font-color1: #1b1b1b; --jp-layout-color0: #fff;
  --jp-layout-color1: #fff; --jp-layout-color2: #eee; --text: #1b1b1b; --page: #fff; }
@media (prefers-color-scheme: dark) { :root { --line: #4a4f57; --soft: #23262b; --jp-success-color1: #81c784;
  --jp-warn-color1: #ffb74d; --jp-border-color1: #757575; --jp-content-font-color1: #eee;
  --jp-ui-font-color1: #eee; --jp-layout-color0: #17191c; --jp-layout-color1: #17191c;
  --jp-layout-color2: #2a2d33; --text: #eee;
  --page: #17191c; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); margin: 2rem auto;
  max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; } th, td { border: 1px solid var(--line); padding: .3rem .6rem;
  text-align: left; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
section { margin: 1.5rem 0; } .wide { overflow-x: auto; } h2 { margin-top: 2.5rem; }
.exercise { margin: 1rem 0; } a { color: inherit; } code, pre { font-family: ui-monospace, monospace; }
.bar { display: inline-block; height: .8rem; background: var(--jp-success-color1); vertical-align: middle; }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(title: str, parts: Iterable[str]) -> str:
    """A whole page; its parts are HTML."""
    head = (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{html.escape(title)}</title>'
    )
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    body = "\n".join(parts)
    top = f"{head}\n{policy}\n{view}\n<style>{STYLE_SHEET}</style>\n</head>"
    return f"{top}\n<body>\n<main>\n<h1>{html.escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> str:
    """A table; its cells are HTML, and those in the columns `numbers` stand to the right."""

    def line(cells: Sequence[str], tag: str) -> str:
        kinds = [' class="number"' if place in numbers else "" for place in range(len(cells))]
        return "".join(f"<{tag}{kind}>{cell}</{tag}>" for cell, kind in zip(cells, kinds, strict=True))

    body = "\n".join(f"<tr>{line(row, 'td')}</tr>" for row in rows)
    top = f"<thead><tr>{line(head, 'th')}</tr></thead>"
    return f'<div class="wide"><table>\n{top}\n<tbody>\n{body}\n</tbody></table></div>'
