"""The ticket service on Flask's development server: to compare with, and not to use.

python -m servers.development_server
curl -i http://127.0.0.1:8003/shows
"""

import argparse

from servers.ticket_service import create_app
from servers.ticket_store import Store

HOST, PORT = "127.0.0.1", 8003


def main() -> None:
    parser = argparse.ArgumentParser(description="The ticket service on Flask's development server.")
    parser.add_argument("--port", type=int, default=PORT)
    create_app(Store()).run(HOST, parser.parse_args().port)  # until Ctrl+C, which it catches itself


if __name__ == "__main__":
    main()
