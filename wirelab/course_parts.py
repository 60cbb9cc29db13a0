"""Tell which files make up the course. The build of a wheel runs this too, so the standard library is enough."""

import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

# What flit packs without being told; the rest stands in pyproject.toml, where flit reads it for the sdist.
ALWAYS = ("wirelab", "data", "pyproject.toml", "README.md", "LICENSE")
# What learners and programs make within the course's folders; names, and patterns of names.
NOT_PACKED = ("__pycache__", ".ipynb_checkpoints", "packed_course", "*.db", "*.old-*", "my_*")


def course_files(course: Path) -> Iterator[str]:
    """Each file of the course in the folder `course`, as a path below it with slashes, always in the same order.

    What a learner has added beside the course's folders is not among them.
    """
    settings = tomllib.loads((course / "pyproject.toml").read_text(encoding="utf-8"))
    named = settings["tool"]["flit"]["sdist"]["include"]
    for name in sorted({*ALWAYS, *(entry.rstrip("/") for entry in named)}):
        found = sorted((course / name).rglob("*")) if (course / name).is_dir() else [course / name]
        for path in found:
            below = path.relative_to(course)
            if path.is_file() and not any(fnmatch(part, left) for part in below.parts for left in NOT_PACKED):
                yield below.as_posix()
