"""`python -m wirelab` is the command `wirelab`."""

import sys

from wirelab.cli import main

if __name__ == "__main__":
    sys.exit(main())
