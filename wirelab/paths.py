"""Where the course is on this computer, and what stands beside a file."""

import itertools
from pathlib import Path

COURSE = Path(__file__).parent.parent
SANITIZE = Path("sources/sanitize.cfg")  # below it: what differs from run to run in outputs
KEPT_SUFFIX = ".old-"  # in the name of a file that is kept beside a newer one: 12-web-server.old-1.ipynb


def aside(path: Path) -> Path:
    """The first free name under which to keep a file beside a newer one."""
    names = (path.with_suffix(f"{KEPT_SUFFIX}{number}{path.suffix}") for number in itertools.count(1))
    return next(name for name in names if not name.exists())
