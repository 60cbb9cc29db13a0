"""Read a Dockerfile, and what .dockerignore leaves out; as much of both as the course's own use."""

import json
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Instruction:
    """As in RUN and what comes after it, on one line."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """A JSON list, or words as a shell splits them; of HEALTHCHECK, those of its command."""
        text = self.text.partition("CMD")[2].strip() if self.name == "HEALTHCHECK" else self.text
        return list(json.loads(text)) if text.startswith("[") else shlex.split(text)


def instructions(file: Path) -> list[Instruction]:
    """All of them, in their order."""
    text = re.sub(r"^\s*#.*\n", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\s*\\\n\s*", " ", text).splitlines()
    found = [line.partition(" ") for line in lines if line.strip()]
    return [Instruction(name, rest.strip()) for name, _, rest in found]


def build_context(folder: Path) -> None:
    """Take away from a clone what .dockerignore names."""
    lines = (folder / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for pattern in (line for line in lines if line and not line.startswith("#")):
        for path in list(folder.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
