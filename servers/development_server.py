"""Run the ticket service on Flask's development server: to compare with, and not to use.

python -m servers.development_server
curl -i http://127.0.0.1:8003/shows
"""

from servers.commands.server_command import server_parser
from servers.ticket_service import create_app
from servers.tickets.store import Store

HOST, PORT = "127.0.0.1", 8003


def main() -> None:
    options = server_parser("The ticket service on Flask's development server.", PORT).parse_args()
    create_app(Store()).run(HOST, options.port)  # until Ctrl+C, which it catches itself


if __name__ == "__main__":
    main()
