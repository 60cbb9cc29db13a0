"""Run the ticket service on waitress as it comes, without limits on time: to compare with.

python -m servers.waitress_server
curl -i http://127.0.0.1:8003/shows
"""

import waitress

from servers.commands.server_command import one_line_end, server_parser
from servers.ticket_service import create_app
from servers.tickets.store import Store

HOST, PORT = "127.0.0.1", 8003


def main() -> None:
    options = server_parser("The ticket service on waitress as it comes.", PORT).parse_args()
    with one_line_end(options.port, "the port is free again"):
        server = waitress.create_server(create_app(Store()), host=HOST, port=options.port)
        print(f"Started REST service at http://{HOST}:{server.effective_port}/shows, Ctrl+C ends it", flush=True)
        server.run()  # until Ctrl+C, which it catches itself


if __name__ == "__main__":
    main()
