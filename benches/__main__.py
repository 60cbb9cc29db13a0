"""Run the benches and print one table: `python -m benches`, or `python -m benches launching tap` for some."""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Callable

import benches
from benches.table import Row, table

Bench = Callable[[], list[Row]]


def found() -> dict[str, Bench]:
    """The modules of this folder that have rows to show."""
    names = [module.name for module in pkgutil.iter_modules(benches.__path__) if module.name != "__main__"]
    modules = {name: importlib.import_module(f"benches.{name}") for name in names}
    return {name: module.rows for name, module in modules.items() if hasattr(module, "rows")}


def run(name: str, bench: Bench) -> list[Row]:
    """The rows of one bench; none if it cannot run here."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    try:
        return bench()
    except Exception as error:  # a bench is no test: the others go on
        print(f"{name} has no numbers: {type(error).__name__}: {error}", file=sys.stderr)
        return []


def main() -> None:
    benches_found = found()
    parser = argparse.ArgumentParser(prog="python -m benches", description="What it costs, beside a yardstick.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these of: {', '.join(benches_found)}")
    names = parser.parse_args().names or list(benches_found)
    if unknown := set(names) - set(benches_found):
        parser.error(f"no bench {', '.join(sorted(unknown))}; there are {', '.join(benches_found)}")
    print(table([row for name in names for row in run(name, benches_found[name])]))


if __name__ == "__main__":
    main()
