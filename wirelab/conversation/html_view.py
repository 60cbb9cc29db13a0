"""Draw a conversation as HTML: two lanes, an arrow for each message, everything else folded away."""

from collections.abc import Iterator, Sequence

from wirelab.conversation import text_view
from wirelab.conversation.formatting import moment, visible
from wirelab.conversation.recording import Side
from wirelab.conversation.shown_messages import SHOWN_IN_FULL, Row, heading, rows
from wirelab.conversation.viewable import Part, Viewable
from wirelab.notebook import markup

NEWEST = 8  # messages in a view that grows: with the number of a connection before each, a screen of a projector
LANES = {Side.CLIENT: ("→", "client to server"), Side.SERVER: ("←", "server to client")}

# JupyterLab's own variables, with values for where there are none; no rule reaches beyond .wirelab-wire.
STYLE = """
.wirelab-wire { max-width: 60em; line-height: 1.5; font-size: var(--jp-content-font-size1, 14px);
  --mono: var(--jp-code-font-family, monospace); --line: var(--jp-border-color1, #9e9e9e);
  --client: var(--jp-brand-color1, #1565c0); --server: #8e24aa; --bad: var(--jp-error-color1, #c62828);
  --care: var(--jp-warn-color1, #b26a00); color: var(--jp-content-font-color1, #1f1f1f) }
[data-jp-theme-light="false"] .wirelab-wire { --server: #d79be8 }
.wirelab-wire .ends { display: flex; justify-content: space-between; gap: 1em; font-weight: 600 }
.wirelab-wire .ends span:last-child { text-align: right }
.wirelab-wire .lanes { border: solid var(--line); border-width: 0 3px; padding: 6px 0 10px }
.wirelab-wire .between { display: none }
.wirelab-wire .aloud { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
.wirelab-wire details { margin: 0 }
.wirelab-wire summary { cursor: pointer; display: block; padding: 0; list-style: none }
.wirelab-wire summary::-webkit-details-marker { display: none }
.wirelab-wire summary:focus-visible { outline: 3px solid var(--client); outline-offset: -3px }
.wirelab-wire .label { display: flex; flex-wrap: wrap; gap: 0 .7em; align-items: baseline; padding: 5px 12px 0 }
.wirelab-wire .server .label { justify-content: flex-end }
.wirelab-wire .line { font-family: var(--mono); font-weight: 600; overflow-wrap: anywhere }
.wirelab-wire .brief .label { flex-wrap: nowrap } .wirelab-wire .brief .few { flex: none }
.wirelab-wire .brief .line { white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
.wirelab-wire .fold::before { content: "▸ " } .wirelab-wire [open] > summary .fold::before { content: "▾ " }
.wirelab-wire .few, .wirelab-wire .title, .wirelab-wire .connection { opacity: .8; font-size: .93em }
.wirelab-wire .arrow { display: flex; align-items: center; color: var(--client); height: 14px }
.wirelab-wire .server .arrow { flex-direction: row-reverse; color: var(--server) }
.wirelab-wire .arrow::before { content: ""; flex: 1; border-top: 3px solid }
.wirelab-wire .arrow::after { content: ""; border: 0 solid transparent; border-width: 7px 0 7px 13px;
  border-left-color: currentColor }
.wirelab-wire .server .arrow::after { border-width: 7px 13px 7px 0; border-right-color: currentColor }
.wirelab-wire .end .arrow::before { border-top-style: dashed } .wirelab-wire .end .arrow::after { display: none }
.wirelab-wire .bad .arrow { color: var(--bad) } .wirelab-wire .care .arrow { color: var(--care) }
.wirelab-wire .trouble { border-left: 4px solid var(--bad); margin: 2px 10px; padding: 1px 10px }
.wirelab-wire .inside { margin: 2px 10px 8px 10px; border-left: 3px solid var(--client); padding-left: 12px }
.wirelab-wire .server .inside { border-left-color: var(--server) }
.wirelab-wire .title { margin-top: 4px }
.wirelab-wire .code { font-family: var(--mono); font-size: var(--jp-code-font-size, 13px); white-space: pre-wrap;
  margin: 0; padding: 0; border: 0; background: none; color: inherit; line-height: inherit;
  overflow-wrap: anywhere; tab-size: 4 }
.wirelab-wire .inside summary { padding: 2px 0 }
.wirelab-wire .connection { text-align: center; padding: 6px 10px 0 }
.wirelab-wire .legend summary { padding: 4px 0 }
.wirelab-wire .legend ul { margin: 2px 0; padding-left: 1.4em }
"""

# JupyterLab takes the style away until a cell has run; then this parts the words, and lines stay lines.
BETWEEN = '<span class="between"> · </span>'

LEGEND = [
    "Each arrow is one message, the first one on top. Click on the line above it to open and close the rest.",
    "An arrow to the right goes from the client to the server, one to the left comes back.",
    "[0] is the message's number: tap[0] shows it alone. +3 ms is when it began, counted from the first message.",
    "In the raw bytes, \\r\\n is the end of a line: the bytes 13 and 10. \\x00 is a byte that is no letter.",
    "An arrow in the colour of errors is followed by a sentence that says what is wrong.",
]


def conversation(
    messages: Sequence[Viewable], numbers: Sequence[int], *, server: str, unrecorded: int = 0
) -> str:
    """All messages, or the first and last of very many. `numbers` stand before them, if there are any."""
    if not messages:
        return markup.panel(markup.text(text_view.conversation(messages, numbers, server=server)), [])
    drawn = "".join(_rows(messages, numbers))
    legend = "".join(f"<li>{markup.text(line)}</li>" for line in LEGEND)
    how_much = markup.text(heading(messages, "", unrecorded))
    return (
        f'{_begin(server)}{drawn}</div>'
        f'<details class="legend"><summary><span class="few fold">{how_much} · how to read this</span></summary>'
        f"<ul>{legend}</ul></details></div>"
    )


def growing(messages: Sequence[Viewable], numbers: Sequence[int], *, server: str) -> str:
    """The newest messages, one line each, for a view that is drawn anew with each message."""
    if not messages:
        return markup.panel(markup.text(f"nothing has crossed the wire to {server} yet"), [])
    start, newest = messages[0].at, range(max(len(messages) - NEWEST, 0), len(messages))
    found = rows([messages[place] for place in newest], [numbers[place] for place in newest], full=True)
    drawn = "".join(_growing_row(row, start) for row in found)
    more = " · the newest of them are shown" if newest.start else ""
    how_much = markup.text(heading(messages, ""))
    return (
        f'{_begin(server)}{drawn}</div>'
        f'<div class="few">live · {how_much}{more}</div></div>'
    )


def _growing_row(row: Row, start: float) -> str:
    headings = "".join(f'<div class="connection">{heading}</div>' for heading in row.headings)
    head, trouble = _head(row, start, is_folded=False)
    return f'{headings}<div class="{_classes(row)} brief">{head}</div>{trouble}'


def _begin(server: str) -> str:
    """All that comes before the first row."""
    where = f"server {server}" if server else "server"
    ends = f'<div class="ends"><span>client</span>{BETWEEN}<span>{markup.text(where)}</span></div>'
    return f'<div class="wirelab-wire"><style>{STYLE}</style>{ends}<div class="lanes">'


def _rows(messages: Sequence[Viewable], numbers: Sequence[int]) -> Iterator[str]:
    is_open = len(messages) <= SHOWN_IN_FULL
    for row in rows(messages, numbers):
        yield from (f'<div class="connection">{heading}</div>' for heading in row.headings)
        yield _row(row, messages[0].at, is_open=is_open)


def _row(row: Row, start: float, *, is_open: bool) -> str:
    head, trouble = _head(row, start, is_folded=True)
    parts = row.message.parts()
    inside = "".join(_part(part) for part in parts if not part.is_repeated)
    brief = " brief" if any(part.name == "frame" for part in parts) else ""  # its payload stands inside
    opened = " open" if is_open else ""
    return (
        f'<details class="{_classes(row)}{brief}"{opened}><summary>{head}</summary>'
        f'<div class="inside">{inside}</div></details>{trouble}'
    )


def _classes(row: Row) -> str:
    return f"{row.message.side} {row.message.tone}{' end' if row.message.is_end else ''}"


def _head(row: Row, start: float, *, is_folded: bool) -> tuple[str, str]:
    """The line with its arrow, and the trouble below it, if there is one."""
    words = markup.text(visible(row.message.trouble))
    trouble = f'<div class="trouble">⚠ {words}</div>' if row.message.trouble else ""
    label = _label(row, start, is_folded=is_folded)
    return f'<span class="label">{label}</span><span class="arrow" aria-hidden="true"></span>', trouble


def _label(row: Row, start: float, *, is_folded: bool) -> str:
    """The line above the arrow."""
    message = row.message
    arrow, direction = LANES[message.side]
    aloud = f'<span class="aloud" role="img" aria-label="{direction}">{arrow}</span>'
    words = [
        f'<span class="few{" fold" if is_folded else ""}">{row.number}</span>',
        f'<span class="line">{aloud} {markup.text(visible(message.first_line))}</span>',
        f'<span class="few">{markup.text(message.summary)}</span>',
        f'<span class="few">{moment(message.at - start)}</span>',
    ]
    return BETWEEN.join(words)


def _part(part: Part) -> str:
    code = f'<pre class="code">{markup.text(chr(10).join(part.lines))}</pre>'
    title = markup.text(part.title)
    if part.name == "raw":
        return f'<details><summary><span class="title fold">{title}</span></summary>{code}</details>'
    return code if part.name == "headers" else f'<div class="title">{title}</div>{code}'
