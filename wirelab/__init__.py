"""Launch servers, look at the wire, check answers: what the notebooks import."""

from wirelab import prepare
from wirelab.launch import Server, launch, servers, stop_all

__version__ = "0.1.0"
__all__ = ["Server", "launch", "servers", "stop_all"]

prepare.past_proxies()
prepare.interruptible()
