"""What Content-Type says is read however it is written, and what is no media type is none."""

import pytest

from checks.media_types import charset, is_utf_8, media_type, page_text


@pytest.mark.parametrize(
    "value",
    ["text/plain", "Text/Plain;charset=UTF-8", "Text/PLAIN ;a=b;charset=utf-8", 'text/plain;charset="x"'],
)
def test_a_media_type_is_read_without_its_parameters(value: str) -> None:
    assert media_type(value) == "text/plain"


@pytest.mark.parametrize("value", ["", "charset=utf-8", "text/plain, charset=utf-8", "text", None, ("a/b", 0)])
def test_what_is_no_media_type_is_an_empty_string(value: object) -> None:
    assert media_type(value) == charset(value) == ""


@pytest.mark.parametrize("value", ["a/b; charset=utf-8", 'a/b;Charset="UTF-8"', "a/b; c=d; charset=utf8"])
def test_utf_8_is_found_among_the_parameters(value: str) -> None:
    assert is_utf_8(value)


@pytest.mark.parametrize("value", ["a/b", "a/b; charset=latin-1", "a/b; charset", "charset=utf-8"])
def test_what_does_not_say_utf_8_does_not(value: str) -> None:
    assert not is_utf_8(value)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("é".encode(), "text/html; charset=utf-8"),
        (b"\xe9", "text/html; charset=latin-1"),
        (b"\xe9", "text/html"),
        ("<meta charset=utf-8>é".encode(), "text/html"),
        ("<META http-equiv='Content-Type' content='text/html; charset=utf-8'>é".encode(), ""),
        ("<meta charset='utf-8'>é".encode(), "text/html; charset=utf-8x"),
        (b"<meta charset=utf-8>\xe9", "text/html; charset=iso-8859-1"),
    ],
)
def test_a_page_is_decoded_as_its_header_says_or_else_the_page_itself(content: bytes, value: str) -> None:
    assert page_text(content, value).endswith("é")


@pytest.mark.parametrize("value", ["text/html", "text/html; charset=utf-8x", "text/html; charset=a\0b", "", None])
def test_a_page_whose_encoding_nothing_names_is_no_utf_8(value: object) -> None:
    assert page_text("é".encode(), value) == "Ã©"
