"""Write values as JSON, and read them again: plain ones by value, all others by reference.

Nothing is ever built by running what came: no pickle, no class, no code. What is neither plain nor small becomes a
reference, a number by which the other side can be asked about it.
"""

import base64
import datetime
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

MAX_ITEMS = 100_000  # of a value that is sent by value
MAX_DEPTH = 50
TAG = "$"  # the one key of a dictionary that stands for a value that JSON lacks

BASES: tuple[type, ...] = (int, float, str, bytes, tuple, list, dict, set)

Refer = Callable[[Any], dict[str, Any]]  # makes a description of a value that is not plain
Resolve = Callable[[dict[str, Any]], Any]  # makes a value of such a description


class TooLarge(ValueError):
    """A value has too many parts to be sent, or goes too deep."""


def encode(value: Any, refer: Refer) -> Any:
    """A value as JSON can hold it. Raises TooLarge."""
    return _Encoder(refer).encode(value, 0)


def decode(told: Any, resolve: Resolve) -> Any:
    """The value again. Raises ValueError for what encode() does not make."""
    if isinstance(told, list):
        return [decode(one, resolve) for one in told]
    if not isinstance(told, dict):
        return told
    if len(told) != 1 or TAG not in told:
        raise ValueError("that is no encoded value")
    kind, content = told[TAG]
    if kind == "ref":
        return resolve(content)
    if kind not in _READERS:
        raise ValueError(f"there are no values of kind {kind!r}")
    return _READERS[kind](content, resolve)


class _Encoder:
    def __init__(self, refer: Refer) -> None:
        self._refer, self._items = refer, 0

    def encode(self, value: Any, depth: int) -> Any:
        self._items += 1
        if self._items > MAX_ITEMS or depth > MAX_DEPTH:
            raise TooLarge("the value has too many parts to be sent")
        for types, write in _WRITERS:
            if type(value) in types:
                return write(value, lambda inner: self.encode(inner, depth + 1))
        for kind in BASES:  # as HTTPStatus is an int, and a named tuple is a tuple
            if isinstance(value, kind):
                return self.encode(kind(value), depth + 1)
        if isinstance(value, PurePath):
            return {TAG: ["path", str(value)]}
        return {TAG: ["ref", self._refer(value)]}


_Inner = Callable[[Any], Any]


def _many(kind: str) -> Callable[[Any, _Inner], Any]:
    return lambda value, inner: {TAG: [kind, [inner(one) for one in list(value)]]}


def _base64(value: bytes | bytearray) -> str:
    return base64.b64encode(bytes(value)).decode("ascii")


_WRITERS: list[tuple[tuple[type, ...], Callable[[Any, _Inner], Any]]] = [
    ((type(None), bool, int, float, str), lambda value, _: value),
    ((list,), lambda value, inner: [inner(one) for one in list(value)]),
    ((dict,), lambda value, inner: {TAG: ["dict", [[inner(k), inner(v)] for k, v in list(value.items())]]}),
    ((tuple,), _many("tuple")),
    ((set,), _many("set")),
    ((frozenset,), _many("frozenset")),
    ((bytes,), lambda value, _: {TAG: ["bytes", _base64(value)]}),
    ((bytearray,), lambda value, _: {TAG: ["bytearray", _base64(value)]}),
    ((type(...),), lambda value, _: {TAG: ["ellipsis", None]}),
    ((datetime.date,), lambda value, _: {TAG: ["date", value.isoformat()]}),
    ((datetime.datetime,), lambda value, _: {TAG: ["datetime", value.isoformat()]}),
]

_READERS: dict[str, Callable[[Any, Resolve], Any]] = {
    "dict": lambda told, resolve: {decode(k, resolve): decode(v, resolve) for k, v in told},
    "tuple": lambda told, resolve: tuple(decode(one, resolve) for one in told),
    "set": lambda told, resolve: {decode(one, resolve) for one in told},
    "frozenset": lambda told, resolve: frozenset(decode(one, resolve) for one in told),
    "bytes": lambda told, _: base64.b64decode(told),
    "bytearray": lambda told, _: bytearray(base64.b64decode(told)),
    "path": lambda told, _: Path(told),
    "ellipsis": lambda told, _: ...,
    "date": lambda told, _: datetime.date.fromisoformat(told),
    "datetime": lambda told, _: datetime.datetime.fromisoformat(told),
}
