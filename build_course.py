"""Build the course's wheel: the kit, with the whole course inside of it, which `wirelab course FOLDER` copies out.

A build backend (PEP 517). All of it is flit's, from a temporary folder where the course stands within the kit.
"""

import runpy
import shutil
import tempfile
from contextlib import chdir
from pathlib import Path

from flit_core import buildapi
from flit_core.buildapi import (  # noqa: F401
    build_editable,
    build_sdist,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)


def build_wheel(
    wheel_directory: str, config_settings: object = None, metadata_directory: str | None = None
) -> str:
    """Write the wheel into `wheel_directory`; returns its name."""
    course, target = Path.cwd(), str(Path(wheel_directory).absolute())
    files = runpy.run_path("wirelab/course_parts.py")["course_files"]
    with tempfile.TemporaryDirectory() as folder:
        for name in files(course):
            for place in (Path(folder, name), Path(folder, "wirelab", "packed_course", name)):
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(course / name, place)
        with chdir(folder):
            return buildapi.build_wheel(target)
