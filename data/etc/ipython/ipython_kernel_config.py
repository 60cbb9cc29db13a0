"""For kernels of the course's environment: the first cell runs with the kit's help, and notebooks name no version.

The kit tells which cell to run first where a name is missing, and it is missing above all when a learner begins in
the middle of a notebook. It is imported as late as this because it needs the kernel's event loop to run.

JupyterLab writes what a kernel says of its language into the notebook. The version of Python differs from learner
to learner: with it, every notebook would be changed, and marked as not saved, as soon as it is opened.
"""

from ipykernel.ipkernel import IPythonKernel

IPythonKernel.language_info["version"] = "3"

c = get_config()  # noqa: F821
c.InteractiveShellApp.exec_lines = [
    """
def _with_help(info, shell=get_ipython()):
    shell.events.unregister("pre_run_cell", _with_help)
    try:
        import wirelab
    except ImportError:
        pass

get_ipython().events.register("pre_run_cell", _with_help)
"""
]
