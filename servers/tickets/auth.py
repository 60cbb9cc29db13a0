"""Keep the customers of a box office, each known by a token that only the customer has."""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe

from servers.tickets.transactions import Database


@dataclass(frozen=True)
class Customer:
    """A customer, without the token: it is not kept."""

    id: int
    name: str


def fingerprint(secret: str) -> str:
    """What is kept of a secret. The secret is long and random, so one round of SHA-256 is enough."""
    return sha256(secret.encode()).hexdigest()


class Customers:
    """The customers in a database. Any thread may use it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, name: str) -> tuple[Customer, str]:
        """A new customer, and the token: a number and a secret. Nobody can read the token here again."""
        secret = token_urlsafe(32)
        with self._database.writing() as db:
            into = "INSERT INTO customers (name, fingerprint) VALUES (?, ?)"
            id = db.execute(into, [name, fingerprint(secret)]).lastrowid or 0
        return Customer(id, name), f"{id}.{secret}"

    def with_token(self, token: str) -> Customer | None:
        """The customer who was given this token, or None. The comparison takes equally long for any token."""
        number, _, secret = token.partition(".")
        with self._database.reading() as db:
            row = db.execute("SELECT id, name, fingerprint FROM customers WHERE id = ?", [number]).fetchone()
        id, name, kept = row or (0, "", fingerprint(""))
        right = compare_digest(kept, fingerprint(secret)) and row is not None
        return Customer(id, name) if right else None
