"""For every test and notebook: ports that do not collide with what runs beside it."""

import os

os.environ["WIRELAB_PORTS"] = "free"
