"""What stands in data/ reaches JupyterLab and its kernels."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from wirelab.building.notebook_source import LANGUAGE_INFO

SCHEMAS = Path(sys.prefix) / "share/jupyter/lab/schemas"
TOLD = """
import json, sys
from ipykernel.ipkernel import IPythonKernel
from traitlets.config import Config
exec(open(sys.argv[1]).read(), {"get_config": Config})
print(json.dumps(IPythonKernel.language_info))
"""


def test_a_kernel_says_of_its_language_what_the_notebooks_say(course: Path) -> None:
    config = course / "data/etc/ipython/ipython_kernel_config.py"
    done = subprocess.run([sys.executable, "-c", TOLD, str(config)], check=True, capture_output=True)
    assert json.loads(done.stdout) == LANGUAGE_INFO


def test_each_setting_is_one_that_jupyterlab_knows(course: Path) -> None:
    text = (course / "data/share/jupyter/lab/settings/overrides.json").read_text(encoding="utf-8")
    for plugin, values in json.loads(text).items():
        schema = SCHEMAS / f"{plugin.replace(':', '/')}.json"
        if not schema.exists():
            pytest.skip("JupyterLab's schemas are not in this environment")
        assert set(values) <= set(json.loads(schema.read_text(encoding="utf-8"))["properties"]), plugin
