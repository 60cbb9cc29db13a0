"""Print what was measured, each number beside its yardstick."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table, as in Row("GET, keep-alive", 5300, 5200, "per s", beside="bare handler")."""

    name: str
    ours: float
    yardstick: float
    unit: str
    beside: str  # what the yardstick is

    @property
    def ratio(self) -> float:
        return self.ours / self.yardstick if self.yardstick else float("nan")


def table(rows: Sequence[Row]) -> str:
    """The rows as text. Whether more is better, the unit tells."""
    cells = [("name", "ours", "yardstick", "ratio", "")]
    cells += [
        (f"{row.name}, {row.unit}", number(row.ours), number(row.yardstick), f"{row.ratio:.2f}", row.beside)
        for row in rows
    ]
    wide = max(len(cell[0]) for cell in cells)
    return "\n".join(
        f"{name:{wide}} | {ours:>9} | {beside:>9} | {ratio:>5} | {what}".rstrip(" |")
        for name, ours, beside, ratio, what in cells
    )


def number(value: float) -> str:
    """Three digits, or all that stand before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def show(rows: Callable[[], list[Row]]) -> None:
    """What `python -m benches.NAME` prints, where it has no table of its own."""
    print(table(rows()))
