"""A packed body is unpacked up to a limit, and what was not unpacked is told."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import examples

from wirelab.conversation.unpacking import Unpacked
from wirelab.conversation.unpacking import unpack as unpack_up_to

TEXT = b"curtain up"
MOST = 1000


def unpack(body: bytes, encoding: str) -> Unpacked:
    return unpack_up_to(body, encoding, MOST)


def gzipped(data: bytes) -> bytes:
    """The same bytes each time, so that tests have the same names."""
    return gzip.compress(data, mtime=0)


def bare(data: bytes) -> bytes:
    """deflate without the header and the sum of zlib."""
    return zlib.compress(data)[2:-4]


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzipped(TEXT), "gzip"),
        (gzipped(TEXT), " X-Gzip , identity"),
        (zlib.compress(TEXT), "Deflate"),
        (bare(TEXT), "deflate"),
        (gzipped(TEXT[:4]) + gzipped(TEXT[4:]), "gzip"),
        (gzipped(zlib.compress(TEXT)), "deflate, gzip"),
    ],
)
def test_what_can_be_unpacked_is(packed: bytes, encoding: str) -> None:
    found = unpack(packed, encoding)
    assert (found.data, found.is_whole) == (TEXT, True)
    assert found.story == f"unpacked from {encoding.strip()} to 10 bytes"


@pytest.mark.parametrize("encoding", ["br", "gzip", "deflate", "gzip, br", "br, gzip", "utf-8"])
def test_what_cannot_be_unpacked_stays_as_it_is_and_is_told(encoding: str) -> None:
    found = unpack(TEXT, encoding)
    assert (found.data, found.is_unpacked) == (TEXT, False)
    assert found.story == f"packed with {encoding}, and not unpacked"


@pytest.mark.parametrize(("body", "encoding"), [(TEXT, ""), (TEXT, "identity"), (b"", "gzip")])
def test_what_is_not_packed_has_no_story(body: bytes, encoding: str) -> None:
    found = unpack(body, encoding)
    assert (found.data, found.story, found.is_whole) == (body, "", True)


@pytest.mark.parametrize("pack", [gzipped, zlib.compress, bare])
@pytest.mark.parametrize(("more", "story"), [(-1, "999"), (0, "1,000"), (1, "more than 1,000")])
def test_the_limit_is_no_size(pack: object, more: int, story: str) -> None:
    encoding = "gzip" if pack is gzipped else "deflate"
    found = unpack(pack(bytes(MOST + more)), encoding)  # type: ignore[operator]
    assert found.story == f"unpacked from {encoding} to {story} bytes"
    assert (len(found.data), found.has_more) == (MOST + min(more, 0), more > 0)


def test_the_limit_counts_all_members_together() -> None:
    half = gzipped(bytes(MOST // 2))
    assert not unpack(half * 2, "gzip").has_more
    assert unpack(half * 2 + gzipped(b"a"), "gzip").has_more


def test_what_stands_behind_the_packed_bytes_is_counted() -> None:
    found = unpack(gzipped(TEXT) + b"curtain", "gzip")
    assert (found.data, found.is_whole) == (TEXT, False)
    assert found.story == "unpacked from gzip to 10 bytes, and 7 bytes behind them not unpacked"
    assert unpack(gzipped(b"a") * 1000, "gzip").behind


def test_a_packed_body_is_unpacked_as_far_as_it_has_come() -> None:
    found = unpack(gzipped(TEXT)[:-9], "gzip")
    assert (found.data, found.is_ended) == (TEXT, False)
    assert found.story == "unpacked from gzip to 10 bytes, without its end"


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "gzip, deflate", "br", ""]))
@examples(300)
def test_nothing_is_claimed_of_bytes_that_are_not_packed(body: bytes, encoding: str) -> None:
    found = unpack(body, encoding)
    assert found.is_unpacked or found.data is body
