"""Where the course is on this computer."""

from pathlib import Path

COURSE = Path(__file__).parent.parent
SANITIZE = Path("sources/sanitize.cfg")  # below it: what differs from run to run in outputs
