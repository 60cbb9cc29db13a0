"""The class board as a service of the Hub: a file for /opt/tljh/config/jupyterhub_config.d/, beside wirelab.py.

Instructors are the administrators and the members of the Hub's group `instructors`; their page is
/services/board/instructor/. Before the Hub starts: sudo install --directory --owner=nobody /var/lib/wirelab-board
"""

import os

COURSE = os.environ.get("WIRELAB_COURSE", "/opt/wirelab-course")
PYTHON = os.environ.get("WIRELAB_PYTHON", "/opt/tljh/user/bin/python")
HUB = os.environ.get(
    "WIRELAB_HUB", "http://127.0.0.1"
)  # where a notebook on this computer reaches the Hub's proxy
c = get_config()  # noqa: F821

c.JupyterHub.services.append(
    {
        "name": "board",
        "url": "http://127.0.0.1:10110",
        "command": [PYTHON, "-m", "wirelab", "board", "--keep"],
        "cwd": COURSE,
        "user": "nobody",
        "environment": {"WIRELAB_BOARD_FOLDER": "/var/lib/wirelab-board", "HOME": "/var/lib/wirelab-board"},
        "oauth_no_confirm": True,
    }
)
c.JupyterHub.load_groups.update({"instructors": {"users": []}})

# The board asks the Hub who is an instructor. Learners may open the board, and so may the token of their notebook.
OPEN_THE_BOARD = "access:services!service=board"
c.JupyterHub.load_roles.extend(
    [
        {"name": "board", "services": ["board"], "scopes": ["read:users"]},
        {"name": "user", "scopes": ["self", OPEN_THE_BOARD]},
        {"name": "server", "scopes": ["users:activity!user", "access:servers!server", OPEN_THE_BOARD]},
    ]
)
c.Spawner.environment.update({"WIRELAB_BOARD": f"{HUB}/services/board/"})
