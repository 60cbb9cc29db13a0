"""Book seats at the ticket service: a client that knows one address, and follows links from there.

python -m servers.ticket_service
python -m servers.ticket_client shows
"""

import argparse
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence

from servers.tickets.rest_session import Document, Problem, RestSession, document_in, items, link

URL = "http://127.0.0.1:8003/"


def numbered(documents: Iterable[Document], id: int) -> Document:
    """The document with this number. Raises Problem if there is none."""
    for item in documents:
        if item["id"] == id:
            return item
    raise Problem(0, f"nothing has the number {id} here")


class TicketClient(RestSession):
    """A client of the ticket service. Its methods raise Problem."""

    def shows(self) -> Iterator[Document]:
        """All shows."""
        return self.collection("shows")

    def seats(self, show: int) -> Document:
        """The seats of the show with this number, and which are taken."""
        return self.get(link(numbered(self.shows(), show), "seats"))

    def book(self, show: int, seat: int, name: str) -> Document:
        where = link(numbered(self.shows(), show), "bookings")
        reply = self.send("POST", where, json={"show": show, "seat": seat, "name": name})
        booking = document_in(reply.content)
        self.keep(link(booking, "self"), reply)
        return booking

    def bookings(self) -> Iterator[Document]:
        """The bookings that this client may see: with a token, those of the customer too."""
        return self.collection("bookings")

    def cancel(self, which: int | str) -> None:
        """Cancel the booking with this number, or at this link."""
        self.delete(which if isinstance(which, str) else link(numbered(self.bookings(), which), "self"))

    def collection(self, name: str) -> Iterator[Document]:
        """The items of a collection that the entry point links to, page by page."""
        page, seen = self.get(link(self.get(self.url), name)), set[str]()
        yield from items(page, name)
        while "next" in page["_links"]:
            following = link(page, "next")
            if following in seen:
                raise Problem(0, "these pages have no end", f"{following} comes twice")
            seen.add(following)
            page = self.get(following)
            yield from items(page, name)


def show_line(show: Document) -> str:
    """A show as a line for people."""
    starts = str(show["starts"]).replace("T", " ")
    return f"{show['id']!s:>3}  {starts}  {show['title']}, {show['seats']} seats"


def booking_line(booking: Document) -> str:
    """A booking as a line for people."""
    return f"{booking['id']!s:>3}  show {booking['show']}, seat {booking['seat']}, for {booking['name']}"


Command = Callable[[TicketClient, Namespace], Iterable[str]]


def list_shows(client: TicketClient, options: Namespace) -> Iterable[str]:
    """A line for each show."""
    return map(show_line, client.shows())


def list_seats(client: TicketClient, options: Namespace) -> Iterable[str]:
    """A line about the seats of the show `options.show`."""
    seats = client.seats(options.show)
    taken = ", ".join(map(str, seats["taken"])) or "none"
    return [f"{seats['seats']} seats. Taken: {taken}"]


def book(client: TicketClient, options: Namespace) -> Iterable[str]:
    """Book `options.seat` of `options.show` for `options.name`; a line about the booking."""
    return [booking_line(client.book(options.show, options.seat, options.name))]


def list_bookings(client: TicketClient, options: Namespace) -> Iterable[str]:
    """A line for each booking."""
    return map(booking_line, client.bookings())


def cancel(client: TicketClient, options: Namespace) -> Iterable[str]:
    """Cancel `options.booking`, a number or a link; a line that says so."""
    client.cancel(int(options.booking) if options.booking.isdecimal() else options.booking)
    return [f"{options.booking} is cancelled"]


COMMANDS: list[tuple[str, Command, dict[str, type], str]] = [  # name, function, arguments, purpose
    ("shows", list_shows, {}, "list the shows"),
    ("seats", list_seats, {"show": int}, "tell which seats of a show are taken"),
    ("book", book, {"show": int, "seat": int, "name": str}, "book a seat"),
    ("bookings", list_bookings, {}, "list the bookings"),
    ("cancel", cancel, {"booking": str}, "cancel a booking, by its number or its link"),
]


def parser() -> argparse.ArgumentParser:
    """The parser of the command line, with a command for each of COMMANDS."""
    parser = argparse.ArgumentParser(description="Book seats at the ticket service.")
    parser.add_argument("--url", default=URL, help="the one address to know (default: %(default)s)")
    parser.add_argument("--token", default="", help="of a customer, from POST /customers")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, arguments, purpose in COMMANDS:
        command = commands.add_parser(name, help=purpose, description=purpose)
        command.set_defaults(run=run)
        for argument, kind in arguments.items():
            command.add_argument(argument, type=kind)
    return parser


def main(words: Sequence[str] | None = None) -> None:
    options = parser().parse_args(words)
    try:
        with TicketClient(options.url, options.token) as client:
            for line in options.run(client, options):
                print(line, flush=True)
    except Problem as problem:
        raise SystemExit(str(problem)) from None
    except KeyboardInterrupt:
        raise SystemExit("Ctrl+C received") from None


if __name__ == "__main__":
    main()
