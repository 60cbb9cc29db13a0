"""Numbers beside a yardstick. Nothing here fails a build.

A module with a function `rows() -> list[Row]` (see benches.table) is a bench: `python -m benches` finds it.
"""
