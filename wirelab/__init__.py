"""Launch servers, look at the wire, check answers: what the notebooks import."""

from wirelab.checking.attempts import attempts
from wirelab.checking.runner import check
from wirelab.classroom.own_place import join, leave, lower_hand, pace, raise_hand, report, share, vote
from wirelab.launching.launcher import launch, servers, stop_all
from wirelab.launching.server import Server
from wirelab.notebook import cell_history, exit_guard, kernel_setup
from wirelab.notebook.source_view import show
from wirelab.system_check import doctor
from wirelab.tapping.tap import Tap, wire
from wirelab.tracking.course_map import progress
from wirelab.tracking.exercise_card import summary
from wirelab.tracking.help_on_request import hint, show_me

__version__ = "0.1.0"
__all__ = [
    "Server",
    "Tap",
    "check",
    "doctor",
    "hint",
    "join",
    "launch",
    "leave",
    "lower_hand",
    "pace",
    "progress",
    "raise_hand",
    "servers",
    "share",
    "show",
    "show_me",
    "stop_all",
    "summary",
    "vote",
    "wire",
]

attempts.listeners.append(report)
cell_history.watch_cells()
exit_guard.guard_exits()
kernel_setup.past_proxies()
kernel_setup.interruptible()
kernel_setup.helpful_about_missing_names()
kernel_setup.without_a_word_about_fonts()
