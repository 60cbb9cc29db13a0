"""Numbers beside a yardstick. Nothing here fails a build.

`mutants` alone has a test as well, tests/course/test_mutants.py, which does.

A module with a function `rows() -> list[Row]` (see benches.table) is a bench: `python -m benches` finds it.
"""
