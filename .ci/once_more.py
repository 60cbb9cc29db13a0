"""Run tests; the few that fail are run once more, by themselves, and named whatever comes of it.

    once_more.py COMMAND ... [-- WORDS ...]     WORDS are for the first run only, as are the files to test

A computer that runs three tests at a time on two cores, beside a browser, is late now and then. A test that fails
by itself too has found something; one that passes then is printed as shaky, and has to be mended all the same.
Where more than FEW fail, nothing is run again.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FAILED = Path(".pytest_cache/v/cache/lastfailed")  # pytest's own: which tests its last run saw fail
FEW = 5
TESTS_FAILED = 1  # pytest's exit code


def main(command: Sequence[str], first: Sequence[str]) -> int:
    """Exit code 0 where all tests passed, in the first run or by themselves."""
    FAILED.unlink(missing_ok=True)
    code = subprocess.call([*command, *first])
    failed = by_themselves(json.loads(FAILED.read_text(encoding="utf-8"))) if FAILED.exists() else []
    if code != TESTS_FAILED or not 0 < len(failed) <= FEW:
        return code
    print("\nOnce more, by themselves:", *failed, sep="\n  ", flush=True)
    if code := subprocess.call([*command, "-n", "0", *failed]):
        return code
    print("\nSHAKY, as they failed beside others and passed by themselves:", *failed, sep="\n  ", flush=True)
    return 0


def by_themselves(failed: Sequence[str]) -> list[str]:
    """What to run: the tests; of a notebook all of it, as a cell needs those before it."""
    return list(dict.fromkeys(one.partition("::")[0] if ".ipynb::" in one else one for one in failed))


if __name__ == "__main__":
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    sys.exit(main(words[:cut], words[cut + 1 :]))
