"""The checks of lesson 25: choosing a representation by Accept, and telling caches about it."""

import re
from collections.abc import Sequence

from checks.json_documents import JSON
from checks.media_types import media_type
from wirelab.checking import Expect, FunctionProbe, Probe, Reply, exercise

XML, HTML, TEXT = "application/xml", "text/html", "text/plain"
OFFERED = [JSON, XML, HTML, TEXT]
BROWSER_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PARSER_HINT = "werkzeug's parser knows all this: parse_accept_header(accept, MIMEAccept).best_match(offered)"
NAME_HINTS = ("Which of the formats in offered does accept name?", PARSER_HINT)
OFFERED_HINTS = ("What comes back is a name from offered: what the client names may not be there.", PARSER_HINT)
SPACE_HINTS = ("There may be spaces after commas and semicolons, or none. strip() takes them away.", PARSER_HINT)
WEIGHT_HINTS = (
    "q is the weight, from 0 to 1; without a q it is 1. The largest one wins, wherever it stands.",
    PARSER_HINT,
)
STAR_HINTS = (
    "text/* fits every format that begins with text/, and */* fits all. Take the first of those in offered.",
    PARSER_HINT,
)
SPECIFIC_RANGE_HINTS = (
    "Two ranges fit this format. The more specific one counts, wherever it stands.",
    PARSER_HINT,
)
ZERO_WEIGHT_HINTS = (
    "q=0 means: never this one. Having a name in the header is not the same as being wanted.",
    PARSER_HINT,
)
ZERO_NUMBER_HINTS = (
    "0, 0.0 and 0.000 are one number. Is the weight a string in your code?",
    PARSER_HINT,
)
WHOLE_NAME_HINTS = (
    "A format fits by its whole name, or by a star. A part of a name is another name.",
    PARSER_HINT,
)
NOTHING_FITS_HINTS = (
    "If no format fits, the answer is None, which is neither an empty string nor an exception.",
    PARSER_HINT,
)
NO_ACCEPT_HINTS = (
    "An empty string: the client takes anything.",
    "The parser finds nothing in it, and gives None: so ask first. ... if accept else offered[0]",
)
CHOICES: list[tuple[str, list[str], str | None, str, Sequence[str]]] = [  # Accept, offered, right, what, hints
    (TEXT, OFFERED, TEXT, "takes the one format that is named", NAME_HINTS),
    (f"{TEXT};q=0.3, {XML};q=0.8", OFFERED, XML, "takes the format with the largest weight", WEIGHT_HINTS),
    (f"{XML};q=0.9, {HTML}", OFFERED, HTML, "takes 1 where no weight is given", WEIGHT_HINTS),
    (BROWSER_ACCEPT, [JSON, TEXT, XML], XML, "understands a browser", WEIGHT_HINTS),
    ("text/*", OFFERED, HTML, "takes the first of those that a star fits", STAR_HINTS),
    ("*/*", [TEXT, JSON], TEXT, "takes the first format where anything will do", STAR_HINTS),
    (f"image/*, {TEXT};q=0.2", OFFERED, TEXT, "sees which formats a star does not fit", STAR_HINTS),
    (
        f"*/*;q=0.5, {JSON};q=0.1",
        OFFERED,
        XML,
        "lets the most specific range count, not the first one",
        SPECIFIC_RANGE_HINTS,
    ),
    (
        f"{JSON};q=0.1, */*;q=0.5",
        OFFERED,
        XML,
        "lets the most specific range count, not the last one",
        SPECIFIC_RANGE_HINTS,
    ),
    (
        f"text/*, {HTML};q=0.2, */*;q=0.6",
        OFFERED,
        TEXT,
        "leaves the other formats to the star",
        SPECIFIC_RANGE_HINTS,
    ),
    (
        "*/*;q=0.9, text/*;q=0.1",
        [TEXT, HTML, XML],
        XML,
        "knows which of two stars is more specific",
        SPECIFIC_RANGE_HINTS,
    ),
    (f"{JSON};q=0, */*", OFFERED, XML, "never takes what has the weight 0", ZERO_WEIGHT_HINTS),
    (f"*/*, {JSON};q=0.0", OFFERED, XML, "never takes what has the weight 0.0", ZERO_WEIGHT_HINTS),
    (
        "application/xhtml+xml, text/plain;q=0.1",
        OFFERED,
        TEXT,
        "does not take one name for a part of another",
        WHOLE_NAME_HINTS,
    ),
    ("application/atom+xml, text/htm", OFFERED, None, "wants the whole name", WHOLE_NAME_HINTS),
    (f"{XML};q=0.75,{TEXT};q=0.8,{JSON};q=0.1", OFFERED, TEXT, "reads it without spaces too", SPACE_HINTS),
    (f"{XML}; q=0.9, {HTML}; q=0.85", OFFERED, XML, "reads a space before q too", SPACE_HINTS),
    ("image/png", OFFERED, None, "gives None where no format will do", NOTHING_FITS_HINTS),
    (f"{TEXT};q=0.84, {XML};q=0.82", OFFERED, TEXT, "compares all digits of a weight", WEIGHT_HINTS),
    ("application/*", [TEXT, HTML], None, "takes application/* for no other types", STAR_HINTS),
    (f"{JSON};q=0", OFFERED, None, "gives None where the only format named is refused", ZERO_WEIGHT_HINTS),
    (f"{TEXT};q=0.000", OFFERED, None, "reads 0.000 as the weight 0", ZERO_NUMBER_HINTS),
    (
        "application/*;q=0, */*",
        [JSON, XML],
        None,
        "gives None where a star refuses all that is offered",
        ZERO_WEIGHT_HINTS,
    ),
    ("", OFFERED, JSON, "takes the first format where the client says nothing", NO_ACCEPT_HINTS),
    (
        "",
        [TEXT, JSON],
        TEXT,
        "takes the first format of another list where the client says nothing",
        NO_ACCEPT_HINTS,
    ),
    (
        "application/atom+xml, */*;q=0.1",
        [TEXT, "application/atom+xml"],
        "application/atom+xml",
        "chooses among any formats",
        NAME_HINTS,
    ),
]


@exercise(
    "25.1", "What would you like?", points=3, of="function", writes=["choose"],
    learned="Accept ranks media types by q-values, and the server chooses the best that it has.",
)
def what_would_you_like(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from the value of Accept and a list of media types to the type that the client prefers.

    None where no type will do; an empty Accept takes the first. Raises Stopped where it hangs.
    """
    for accept, offered, right, what, hints in CHOICES:
        got = function.returns(accept, list(offered))
        met = got is None if right is None else got == right
        hint = OFFERED_HINTS if isinstance(got, str) and got and got not in offered else hints
        expect(met, f"{what}: {accept or 'an empty Accept'}", expected=right, got=got, hint=hint)


VALUE_HINTS = (
    "A header that differs makes another answer: compare its two values.",
    "earlier.get(name) == later.get(name)",
)
ALL_HINTS = (
    "It has to be the same in each of the headers that vary names: none of them may differ.",
    "all(earlier.get(name) == later.get(name) for name in names)",
)
CASE_HINTS = (
    "vary says Accept, and the dictionaries have names in small letters: accept.",
    "[name.strip().lower() for name in vary.split(',')]",
)
SPLIT_HINTS = (
    "There may be spaces around the commas, or none: strip() takes them away.",
    "[name.strip().lower() for name in vary.split(',')]",
)
OTHERS_HINTS = ("Only the headers that vary names are compared. The others may differ.", ALL_HINTS[1])
PART_HINTS = (
    "accept is a part of another name, accept-language: compare whole names.",
    "[name.strip().lower() for name in vary.split(',')] is a list of whole names.",
)
STAR_VARY_HINTS = ("A star among the names: the cache may never use the answer.", 'if "*" in names: return False')
MISSING_HINTS = (
    "A header may be missing in one request or in both. Square brackets raise KeyError then.",
    "earlier.get(name) is None where the header is missing.",
)
LANGUAGE = "accept-language"
WANTS_JSON, WANTS_HTML = {"accept": JSON, "user-agent": "curl"}, {"accept": HTML, "user-agent": "curl"}
BY_BROWSER, HTML_IN_GERMAN = {"accept": JSON, "user-agent": "Firefox"}, {"accept": HTML, LANGUAGE: "de"}
IN_GERMAN, IN_ENGLISH = {"accept": JSON, LANGUAGE: "de"}, {"accept": JSON, LANGUAGE: "en"}
REUSES: list[tuple[str, dict[str, str], dict[str, str], bool, str, Sequence[str]]] = [
    ("accept", WANTS_JSON, WANTS_HTML, False, "Vary: accept in small letters and another Accept", VALUE_HINTS),
    ("Accept", WANTS_JSON, WANTS_HTML, False, "Vary: Accept and another Accept", CASE_HINTS),
    ("Accept", WANTS_JSON, WANTS_JSON, True, "Vary: Accept and the same request", VALUE_HINTS),
    ("Accept", WANTS_JSON, BY_BROWSER, True, "Vary: Accept and another User-Agent", OTHERS_HINTS),
    ("", WANTS_JSON, WANTS_HTML, True, "no Vary and another Accept", OTHERS_HINTS),
    ("", {}, {}, True, "no Vary and no headers at all", MISSING_HINTS),
    (
        "Accept, Accept-Language",
        IN_GERMAN,
        IN_ENGLISH,
        False,
        "Vary: Accept, Accept-Language and another Accept-Language",
        (ALL_HINTS[0] + " " + SPLIT_HINTS[0], ALL_HINTS[1]),
    ),
    ("Accept-Language,ACCEPT", IN_GERMAN, WANTS_HTML, False, "names without spaces, and both differ", SPLIT_HINTS),
    ("Accept-Language ,Accept", WANTS_JSON, WANTS_HTML, False, "a space before the comma", SPLIT_HINTS),
    ("Accept, Accept-Language", IN_GERMAN, dict(IN_GERMAN), True, "two names and the same values", ALL_HINTS),
    ("Accept-Language", IN_GERMAN, HTML_IN_GERMAN, True, "Vary: Accept-Language and another Accept", PART_HINTS),
    ("Accept-Language", WANTS_JSON, WANTS_HTML, True, "Vary: Accept-Language, which both lack", MISSING_HINTS),
    (
        "Accept-Language",
        WANTS_JSON,
        IN_GERMAN,
        False,
        "Vary: Accept-Language, which only the new request has",
        ("A header that is missing in one request and not in the other differs.", ALL_HINTS[1]),
    ),
    (
        "Accept-Language",
        IN_GERMAN,
        WANTS_JSON,
        False,
        "Vary: Accept-Language, which only the earlier request has",
        ("A header that is missing in one request and not in the other differs.", ALL_HINTS[1]),
    ),
    ("*", WANTS_JSON, dict(WANTS_JSON), False, "Vary: * and the same request", STAR_VARY_HINTS),
    ("Accept, *", WANTS_JSON, dict(WANTS_JSON), False, "a star among other names", STAR_VARY_HINTS),
    ("*, Accept", WANTS_JSON, dict(WANTS_JSON), False, "a star before other names", STAR_VARY_HINTS),
    (
        "Accept-Language",
        WANTS_JSON,
        {**WANTS_JSON, LANGUAGE: ""},
        False,
        "Vary: Accept-Language, which is missing in one request, and empty in the other",
        ("An empty value is a value. A header that is missing has none.", ALL_HINTS[1]),
    ),
    (
        "Prefer",
        {"prefer": "units=C"},
        {"prefer": "units=c"},
        False,
        "Vary: Prefer and a value in other letters",
        ("Names of headers have no case, but values may have one: compare them as they are.", ALL_HINTS[1]),
    ),
]


@exercise(
    "25.2", "May the cache use it?", points=3, of="function", writes=["may_use"],
    learned="Vary names the headers that must be equal before a cache uses one answer for two requests.",
)
def may_the_cache_use_it(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a value of Vary and the headers of two requests to whether a cache may use its answer.

    See RFC 9111 §4.1. Raises Stopped where it hangs.
    """
    for vary, earlier, later, right, what, hints in REUSES:
        got = function.returns(vary, dict(earlier), dict(later))
        expect.equal(got, right, f"gives {right} for {what}", hint=hints)


NOW_PATH = "/now"
READING = {"station": "Hilltop", "degrees": 12.25}
LINE = "Hilltop: 12.25 °C\n"
ROUTE_HINTS = (
    'There is nothing at /now. @app.get("/now") has to stand above the function.',
    "Run the cell with the class or function, and the launch cell, again.",
)
BEST_MATCH_HINTS = (
    "Let werkzeug weigh the formats, as lesson 25 does in Break it: request.accept_mimetypes.best_match([...])",
    "best_match gives one of your formats, or None.",
)
PYTHON_TEXT_HINTS = (
    "That is a dictionary as Python writes it. JSON has double quotes.",
    "jsonify(READING) makes a response of it.",
)
JSON_HINTS = ("READING goes out as it stands, as a JSON object.", "jsonify(READING) makes a response of it.")
TEXT_HINTS = (
    "It is the name, a colon, a space, the number, a space, °C, and a line break at the end.",
    "Response(f\"{READING['station']}: {READING['degrees']} °C\\n\", mimetype=\"text/plain\")",
)
TYPE_HINTS = ("A Response is HTML, if you do not say what it is.", 'Response(text, mimetype="text/plain")')
REFUSED_HINTS = (
    "415 is about what a client sends. It is 406 for what it would like to get.",
    BEST_MATCH_HINTS[1] + " For None, answer 406.",
)
NO_ACCEPT_HEADER_HINTS = (
    "Without Accept there is nothing to match, so best_match gives None. That does not mean 406.",
    "best_match(...) if request.accept_mimetypes else the first of your formats",
)
VARY_HINTS = (
    "A cache that has kept this answer has to know too that Accept made a difference.",
    'Make the response first, whatever it is; then response.vary.add("Accept"), and return it.',
)
TAG_HINTS = (
    "An ETag has quotation marks, which are a part of it. Those of Python are not sent.",
    "response.add_etag() makes one from the bytes of the body.",
)
OWN_TAG_HINTS = ("Other bytes need another tag.", "response.add_etag() makes one from the bytes of the body.")
SAME_TAG_HINTS = (
    "The same bytes have the same tag: otherwise nobody can ask whether they have changed.",
    "response.add_etag() makes one from the bytes of the body.",
)
PREFERENCES = [  # Accept, the type that is right, what the client does
    (f"{JSON};q=0.4, {TEXT}", TEXT, "likes plain text more"),
    (f"{TEXT};q=0.4,{JSON};q=0.6", JSON, "likes JSON more"),
    (f"{TEXT}, {JSON}", JSON, "likes both the same"),
    (f"text/html, {JSON}", JSON, "likes pages and JSON"),
    (f"text/html, {TEXT};q=0.1", TEXT, "likes pages and plain text"),
    ("text/*", TEXT, "likes any text"),
    ("*/*", JSON, "takes anything"),
    (f"{TEXT};q=0, */*", JSON, "likes anything but plain text"),
    (f"*/*, {JSON};q=0", TEXT, "likes anything but JSON"),
    (BROWSER_ACCEPT, JSON, "is a browser, and takes anything at last"),
]
REFUSED = [  # Accept, what the client does
    ("image/png", "likes pictures alone"),
    ("text/html", "likes pages alone"),
    (f"{JSON};q=0, {TEXT};q=0", "refuses both"),
]


@exercise(
    "25.3", "Two formats, one address", points=5, writes=["now"],
    learned="One address can have several representations, and 406 says that none of them suits.",
)
def two_formats_one_address(service: Probe, expect: Expect) -> None:
    """Check a service whose `GET /now` answers in JSON or in plain text, by Accept, or with 406.

    Every answer has `Vary: Accept`, each representation its own ETag. Raises Stopped where no answer comes.
    """
    as_json = service.get(NOW_PATH, headers={"Accept": JSON})
    hint = ROUTE_HINTS if as_json.status in (404, 405) else BEST_MATCH_HINTS
    expect.equal(as_json.status, 200, "answers 200 OK to a client that likes JSON", hint=hint)
    if as_json.status in (404, 405):
        return
    expect.equal(_type(as_json), JSON, "calls it application/json", hint=JSON_HINTS)
    hint = PYTHON_TEXT_HINTS if as_json.text.strip() == str(READING) else JSON_HINTS
    expect.equal(as_json.json(), READING, "sends the reading as JSON", hint=hint)
    as_text = service.get(NOW_PATH, headers={"Accept": TEXT})
    expect.equal(_type(as_text), TEXT, "calls plain text text/plain", hint=TYPE_HINTS)
    expect.equal(as_text.text.replace("\r\n", "\n"), LINE, "sends the reading as plain text", hint=TEXT_HINTS)
    _try_preferences(service, expect)
    _try_without_accept(service, expect)
    for accept, what in REFUSED:
        refused = service.get(NOW_PATH, headers={"Accept": accept})
        expect.equal(
            refused.status, 406, f"answers 406 Not Acceptable to a client that {what}", hint=REFUSED_HINTS
        )
    _compare_cache_headers(service, expect)


def _try_preferences(service: Probe, expect: Expect) -> None:
    """GET with each Accept, and compare the media type that comes."""
    for accept, right, what in PREFERENCES:
        reply = service.get(NOW_PATH, headers={"Accept": accept})
        expect.equal(_type(reply), right, f"sends {right} to a client that {what}", hint=BEST_MATCH_HINTS)


def _try_without_accept(service: Probe, expect: Expect) -> None:
    """GET without an Accept: the probe and curl would send one of their own."""
    request = f"GET {NOW_PATH} HTTP/1.1\r\nHost: {service.host}\r\n\r\n"
    reply = service.send(request.encode(), "GET /now without Accept")
    expect.asked = f"curl -i -H 'Accept:' http://{service.host}{NOW_PATH}"
    expect.equal(
        _type(reply),
        JSON,
        "sends application/json to a client that does not say what it likes",
        hint=NO_ACCEPT_HEADER_HINTS,
    )


def _compare_cache_headers(service: Probe, expect: Expect) -> None:
    """Look for Vary in each answer, and compare the ETags, those of the same bytes too."""
    tags = []
    for accept, what in [("image/png", "the 406"), (JSON, "the JSON"), (TEXT, "the plain text")]:
        reply = service.get(NOW_PATH, headers={"Accept": accept})
        named = [name.strip().lower() for name in reply.header("Vary").split(",")]
        expect("accept" in named, f"says Vary: Accept with {what}", got=reply.header("Vary"), hint=VARY_HINTS)
        tags.append(reply.header("ETag"))
    for tag, what in zip(tags[1:], ["the JSON", "the plain text"], strict=True):
        is_tag = re.fullmatch(r'(W/)?"[\x21\x23-\x7e\x80-\xff]+"', tag)
        expect(is_tag, f"has an ETag in quotation marks with {what}", got=tag, hint=TAG_HINTS)
    expect(tags[1] != tags[2], "gives each representation an ETag of its own", got=tags[1:], hint=OWN_TAG_HINTS)
    again = [service.get(NOW_PATH, headers={"Accept": accept}).header("ETag") for accept in (JSON, TEXT)]
    expect.equal(again, tags[1:], "gives the same bytes the same ETag again", hint=SAME_TAG_HINTS)


def _type(reply: Reply) -> str:
    """The media type of an answer without its parameters; behind the status, where that is not 200."""
    kind = media_type(reply.header("Content-Type"))
    return kind if reply.status == 200 else f"{reply.status} {kind}"
