"""Launch servers, look at the wire, check answers: what the notebooks import."""

from wirelab import prepare
from wirelab.check import check
from wirelab.doctor import doctor
from wirelab.launch import Server, launch, servers, stop_all
from wirelab.show import show
from wirelab.tap import Tap, wire

__version__ = "0.1.0"
__all__ = ["Server", "Tap", "check", "doctor", "launch", "servers", "show", "stop_all", "wire"]

prepare.past_proxies()
prepare.interruptible()
prepare.helpful_about_missing_names()
prepare.without_a_word_about_fonts()
