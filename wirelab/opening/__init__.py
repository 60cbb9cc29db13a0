"""Open the course in JupyterLab: quietly, once, and where one was."""
