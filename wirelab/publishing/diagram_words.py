"""Say a diagram in words, from Mermaid's text, for those who do not see it.

It reads what the course draws, as Mermaid's documentation describes it: sequence diagrams, flowcharts and packets.
"""

import re
from collections.abc import Iterator

_KIND = re.compile(r"sequenceDiagram|flowchart \w+|packet(-beta)?")
_PARTICIPANT = re.compile(r"(?:participant|actor) (\w+) as (.+)")
_MESSAGE = re.compile(r"(\w+)\s*-{1,2}(>>|>|x|\))\s*(\w+)\s*:\s*(.+)")
_NOTE = re.compile(r"Note (?:over|left of|right of) ([\w, ]+):\s*(.+)")
_BLOCK = re.compile(r"(?:loop|alt|else|opt|par) (.+)")
_BITS = re.compile(r"(\d+)(?:-(\d+))?: \"(.+)\"")
_SHAPE = r"\(\[.*?\]\)|\[\(.*?\)\]|\(\(.*?\)\)|\[.*?\]|\(.*?\)|\{.*?\}"
_NODE = re.compile(rf'(\w+)((?:\["[^"]*"\])|(?:\{{"[^"]*"\}})|{_SHAPE})?')
_INSIDE = re.compile(r'^[\[({]+"?(?=[^\[({])|(?<=[^\])}])"?[\])}]+$|^\W+$')
_ARROW = re.compile(
    r"\s*(?:(?P<both><)?-->|-\.->|--\s+(?P<plain>.+?)\s+-->|-\.\s+(?P<dotted>.+?)\s+\.->)(?:\|(?P<label>[^|]*)\|)?\s*"
)


def words(source: str) -> list[str]:
    """A sentence for each arrow, note or field of a diagram, in their order."""
    lines = [line.strip() for line in source.strip().splitlines()]
    kind = next((line for line in lines if _KIND.fullmatch(line)), "")
    tellers = {"sequenceDiagram": _of_sequence, "packet": _of_packet, "packet-beta": _of_packet}
    told = tellers.get(kind, _of_flowchart)(lines[lines.index(kind) + 1 :] if kind else lines)
    return [sentence if sentence[-1] in ".?…" else f"{sentence}." for sentence in told]


def _of_sequence(lines: list[str]) -> Iterator[str]:
    names = {match[1]: match[2] for match in map(_PARTICIPANT.fullmatch, lines) if match}
    for line in lines:
        if found := _MESSAGE.fullmatch(line):
            sender, arrow, receiver = (names.get(word, word) for word in found.group(1, 2, 3))
            lost = " (it does not arrive)" if arrow == "x" else ""
            yield f"{sender} to {receiver}{lost}: {_plain(found[4])}"
        elif found := _NOTE.fullmatch(line):
            over = " and ".join(names.get(word.strip(), word.strip()) for word in found[1].split(","))
            yield f"{over}: {_plain(found[2])}"
        elif found := _BLOCK.fullmatch(line):
            yield _plain(found[1])


def _of_packet(lines: list[str]) -> Iterator[str]:
    for first, last, name in (found.groups() for found in map(_BITS.fullmatch, lines) if found):
        yield f"bits {first} to {last}: {name}" if last else f"bit {first}: {name}"


def _of_flowchart(lines: list[str]) -> Iterator[str]:
    names: dict[str, str] = {}
    chains = [chain for line in lines if (chain := list(_chain(line, names)))]
    for chain in chains:
        for here, arrow, there in chain:
            label = _plain(arrow["label"] or arrow["plain"] or arrow["dotted"] or "")
            ends = [f'"{names[end]}"' for end in (here, there)]
            joined = f"{' and '.join(ends)}, in both directions" if arrow["both"] else " leads to ".join(ends)
            yield f"{joined}: {label}" if label else joined


def _chain(line: str, names: dict[str, str]) -> Iterator[tuple[str, re.Match[str], str]]:
    """Each arrow of a line between its two nodes. Learns from the line what nodes are called."""
    found = _node(line, 0, names)
    while found:
        here, end = found
        arrow = _ARROW.match(line, end)
        found = _node(line, arrow.end(), names) if arrow else None
        if arrow and found:
            yield here, arrow, found[0]


def _node(line: str, place: int, names: dict[str, str]) -> tuple[str, int] | None:
    """The node that stands at a place of the line, and where it ends."""
    found = _NODE.match(line, place)
    if not found:
        return None
    name, shape = found.groups()
    if shape:
        names[name] = _plain(_INSIDE.sub("", shape)) or name
    names.setdefault(name, name)
    return name, found.end()


def _plain(label: str) -> str:
    """A label without quotation marks, and in one line."""
    return re.sub(r"<br ?/?>", " ", label.strip().strip('"')).strip()
