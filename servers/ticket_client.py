"""Book seats at the ticket service: a client that knows one address, and finds its way by links.

python -m servers.ticket_service
python -m servers.ticket_client shows
"""

import argparse
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence

from servers.rest_session import Document, Problem, RestSession, document_in, items, link

URL = "http://127.0.0.1:8003/"


def numbered(found: Iterable[Document], id: int) -> Document:
    for item in found:
        if item["id"] == id:
            return item
    raise Problem(0, f"nothing has the number {id} here")


class TicketClient(RestSession):
    def shows(self) -> Iterator[Document]:
        return self.collection("shows")

    def seats(self, show: int) -> Document:
        return self.get(link(numbered(self.shows(), show), "seats"))

    def book(self, show: int, seat: int, name: str) -> Document:
        where = link(numbered(self.shows(), show), "bookings")
        reply = self.send("POST", where, json={"show": show, "seat": seat, "name": name})
        booking = document_in(reply.content)
        self.keep(link(booking, "self"), reply)
        return booking

    def bookings(self) -> Iterator[Document]:
        """Yours, with a token; those made at the counter, without one."""
        return self.collection("bookings")

    def cancel(self, which: int | str) -> None:
        """Cancel the booking with this number, or at this link."""
        self.delete(which if isinstance(which, str) else link(numbered(self.bookings(), which), "self"))

    def collection(self, name: str) -> Iterator[Document]:
        """Its items, from one page to the next."""
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
    starts = str(show["starts"]).replace("T", " ")
    return f"{show['id']!s:>3}  {starts}  {show['title']}, {show['seats']} seats"


def booking_line(booking: Document) -> str:
    return f"{booking['id']!s:>3}  show {booking['show']}, seat {booking['seat']}, for {booking['name']}"


Command = Callable[[TicketClient, Namespace], Iterable[str]]


def list_shows(client: TicketClient, wanted: Namespace) -> Iterable[str]:
    return map(show_line, client.shows())


def list_seats(client: TicketClient, wanted: Namespace) -> Iterable[str]:
    seats = client.seats(wanted.show)
    taken = ", ".join(map(str, seats["taken"])) or "none"
    return [f"{seats['seats']} seats. Taken: {taken}"]


def book(client: TicketClient, wanted: Namespace) -> Iterable[str]:
    return [booking_line(client.book(wanted.show, wanted.seat, wanted.name))]


def list_bookings(client: TicketClient, wanted: Namespace) -> Iterable[str]:
    return map(booking_line, client.bookings())


def cancel(client: TicketClient, wanted: Namespace) -> Iterable[str]:
    client.cancel(int(wanted.booking) if wanted.booking.isdecimal() else wanted.booking)
    return [f"{wanted.booking} is cancelled"]


COMMANDS: list[tuple[str, Command, dict[str, type], str]] = [  # name, what does it, what it takes, what it is for
    ("shows", list_shows, {}, "list the shows"),
    ("seats", list_seats, {"show": int}, "tell which seats of a show are taken"),
    ("book", book, {"show": int, "seat": int, "name": str}, "book a seat"),
    ("bookings", list_bookings, {}, "list the bookings"),
    ("cancel", cancel, {"booking": str}, "cancel a booking, by its number or its link"),
]


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(description="Book seats at the ticket service.")
    found.add_argument("--url", default=URL, help="the one address to know (default: %(default)s)")
    found.add_argument("--token", default="", help="of a customer, from POST /customers")
    commands = found.add_subparsers(required=True, metavar="COMMAND")
    for name, run, takes, purpose in COMMANDS:
        command = commands.add_parser(name, help=purpose, description=purpose)
        command.set_defaults(run=run)
        for argument, kind in takes.items():
            command.add_argument(argument, type=kind)
    return found


def main(words: Sequence[str] | None = None) -> None:
    wanted = parser().parse_args(words)
    try:
        with TicketClient(wanted.url, wanted.token) as client:
            for line in wanted.run(client, wanted):
                print(line, flush=True)
    except Problem as problem:
        raise SystemExit(str(problem)) from None
    except KeyboardInterrupt:
        raise SystemExit("Ctrl+C received") from None


if __name__ == "__main__":
    main()
