"""Run JavaScript in V8 for another process: code in, a value or an error out, each a line of JSON.

    python v8_process.py SECONDS BYTES

This process ends by itself where a script takes longer (exit code 75) or, with another code, where it takes more
memory. So nobody has to end a script in V8, where mini-racer 0.14 may crash: it would take the kernel with it.
"""

import json
import os
import signal
import sys
import threading
import time
from typing import Any

TOO_LONG = 75
CLOCK_INTERVAL = 0.02  # seconds between two looks at the clock


def main(seconds: float, memory: int) -> None:
    """Answer line after line, until no more come."""
    from py_mini_racer import MiniRacer

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the kernel
    racer = MiniRacer()
    for line in sys.stdin:
        over = threading.Event()
        threading.Thread(target=_end_in_time, args=(seconds, over), daemon=True).start()
        outcome = _outcome(racer, json.loads(line), memory)
        over.set()
        print(json.dumps(outcome), flush=True)
    os._exit(0)  # without taking V8 apart


def _end_in_time(seconds: float, over: threading.Event) -> None:
    """End the process, unless its work is over in time: that of the processor, which others do not use up."""
    began, latest = time.process_time(), time.monotonic() + 4 * seconds
    while time.process_time() - began < seconds and time.monotonic() < latest:
        if over.wait(CLOCK_INTERVAL):
            return
    os._exit(TOO_LONG)


def _outcome(racer: Any, code: str, memory: int) -> dict[str, Any]:
    from py_mini_racer import JSEvalException, JSOOMException

    try:
        value = racer.eval(code, max_memory=memory)
    except JSOOMException:
        os._exit(1)
    except JSEvalException as error:
        return {"error": str(error)}
    return {"value": value if isinstance(value, str | int | float | bool) else None}


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
