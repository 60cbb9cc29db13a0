"""End a thread that cannot be asked to end."""

import ctypes
import threading


class ThreadInterrupted(SystemExit):
    """Raised in a thread that is to end; an endless loop in it would slow all that follows."""


def interrupt_thread(thread: threading.Thread) -> None:
    """Raise ThreadInterrupted in the thread; it arrives when the thread next runs Python code.

    https://docs.python.org/3/c-api/init.html#c.PyThreadState_SetAsyncExc
    """
    if thread.is_alive() and thread.ident:
        number, exception = ctypes.c_ulong(thread.ident), ctypes.py_object(ThreadInterrupted)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(number, exception)
