"""The course on The Littlest JupyterHub: a file for /opt/tljh/config/jupyterhub_config.d/ (docs/class-server.md).

It is a configuration file of JupyterHub's, 5 or 6. So it serves any Hub on which learners have accounts of the
computer.
"""

import os

COURSE = os.environ.get("WIRELAB_COURSE", "/opt/wirelab-course")  # the clone, which root owns
c = get_config()  # noqa: F821

c.Spawner.cmd = [f"{COURSE}/deploy/start-singleuser"]
c.Spawner.default_url = "/lab/tree/wirelab-course/notebooks/00-start-here.ipynb"

# A class presses Start at once, and two cores need a minute or more for 30 learners. The default is 30 seconds.
c.Spawner.start_timeout = 180
c.Spawner.http_timeout = 180

# What one learner may use; LocalProcessSpawner has no limits, SystemdSpawner keeps them.
c.Spawner.mem_limit = "1G"
c.Spawner.cpu_limit = 1.0

# Somebody who logs out needs no server. What they wrote is in their files.
c.JupyterHub.shutdown_on_logout = True

# Other people's programs run on this computer, so no page comes through Jupyter's proxy (see the page above).
c.Spawner.environment.update({"WIRELAB_ALONE": "0"})
