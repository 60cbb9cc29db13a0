# %% [markdown]
# # Exercise 26: readings one can rely on
#
# You need [lesson 26](../notebooks/26-a-service-to-trust.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
import json
from hashlib import sha256
from http import HTTPStatus

from flask import Flask, request
from flask.views import MethodView
from werkzeug.exceptions import HTTPException

from wirelab import check, hint, launch, show_me, stop_all


# %% [markdown]
# ## 26.1 Say what went wrong
#
# Write `problem`. It returns the three things that a Flask view may return, as a tuple:
#
# - a problem document: a dictionary with `type` (here always `about:blank`), `title`, `status` and `detail`, and nothing else. `status` and `detail`
#   stand in it as they are given, the status as a number,
# - the status again, as a number,
# - the headers, a dictionary: `Content-Type` is `application/problem+json`.
#
# The `title` is what the status means: `HTTPStatus(404).phrase` is `Not Found`. `problem` works for every status that `HTTPStatus` knows.

# %% [markdown] tags=["solution"]
# For `about:blank` RFC 9457 (§4.2.1) recommends the phrase of the status as title, so that the same kind of problem has the same title
# everywhere. What is special about this one belongs into the detail. Flask sends a dictionary as `application/json`; the header in the
# third place takes precedence.

# %% exercise="26.1"
def problem(status, detail):
    ### BEGIN SOLUTION
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return document, status, {"Content-Type": "application/problem+json"}
    ### END SOLUTION

# %% wrong="26.1" caught_by="gives a tuple of three" says="Commas make a tuple of three"
def problem(status, detail):
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}

# %% wrong="26.1" caught_by="says as title what 404 means" says="The title is the same for every problem"
- document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
+ document = {"type": "about:blank", "title": detail, "status": status, "detail": detail}

# %% wrong="26.1" caught_by="says in Content-Type that it is a problem, for 404" says="the media type is that of a problem"
- return document, status, {"Content-Type": "application/problem+json"}
+ return document, status, {"Content-Type": "application/json"}

# %% wrong="26.1" caught_by="says the status 404 as a number" says="got: '404'"
- document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
+ document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": str(status), "detail": detail}

# %% wrong="26.1" caught_by="says as title what 505 means" says="got: 'Http Version Not Supported'"
- document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
+ title = HTTPStatus(status).name.replace("_", " ").title()
+ document = {"type": "about:blank", "title": title, "status": status, "detail": detail}

# %% wrong="26.1" caught_by="gives a tuple of three" says="it has the phrases of all of them" whole=1
def problem(status, detail):
    titles = {400: "Bad Request", 404: "Not Found", 409: "Conflict"}
    document = {"type": "about:blank", "title": titles[status], "status": status, "detail": detail}
    return document, status, {"Content-Type": "application/problem+json"}

# %% wrong="26.1" caught_by="gives the status 409 as the second" says="got: 404"
- return document, status, {"Content-Type": "application/problem+json"}
+ return document, 404, {"Content-Type": "application/problem+json"}

# %% wrong="26.1" caught_by="says in Content-Type that it is a problem, for 404" says="a dictionary of headers"
- return document, status, {"Content-Type": "application/problem+json"}
+ return document, status, "application/problem+json"

# %% wrong="26.1" caught_by="gives first a dictionary with type, title, status and detail, for 404" says="The document is a dictionary"
- return document, status, {"Content-Type": "application/problem+json"}
+ return json.dumps(document), status, {"Content-Type": "application/problem+json"}

# %% right="26.1" style="http.client knows the phrases"
from http.client import responses


def problem(status, detail):
    document = dict(type="about:blank", title=responses[status], status=status, detail=detail)
    return document, HTTPStatus(status), {"Content-Type": "application/problem+json"}

# %% right="26.1" style="small letters in the header, step by step"
def problem(status, detail):
    document = {}
    document["type"] = "about:blank"
    document["title"] = HTTPStatus(status).phrase
    document["status"] = int(status)
    document["detail"] = detail
    headers = {"content-type": "application/problem+json; charset=utf-8"}
    return (document, status, headers)

# %% right="26.1" style="a data class"
from dataclasses import asdict, dataclass, field


@dataclass
class Problem:
    status: HTTPStatus
    detail: str
    title: str = field(init=False)
    type: str = "about:blank"

    def __post_init__(self):
        self.title = self.status.phrase


def problem(status, detail):
    return asdict(Problem(HTTPStatus(status), detail)), status, {"Content-Type": "application/problem+json"}

# %% checks="26.1" points=2
check("26.1", problem)

# %% [markdown]
# The services below use your `problem` also where Flask refuses by itself, for example with 400 for a body that is no JSON:

# %%
def as_problem(error):
    return problem(error.code, error.description)

# %% [markdown]
# ## 26.2 Believe nothing
#
# A reading looks like this: `{"station": 2, "degrees": 17.5}`. It has these two fields and no other. `station` is 1, 2 or 3, and `degrees` is a
# number from -90 to 60, both included, whole or not. Write
#
# - `is_reading`, which tells `post` whether what was sent is a reading. JSON may bring anything: a list, `null`, a string for a number, `true`, and
#   with Python even `NaN`,
# - `post`: it answers 201 with the reading as it was sent, or 422 with a problem document whose `detail` says something.
#
# `if` will do. If you like, take a pydantic model, as in the lesson.

# %% [markdown] tags=["solution"]
# `type(station) is int` instead of `isinstance`, because `True` counts as an int there. The range is written as what is right:
# `-90 <= degrees <= 60` is false for NaN, as every comparison with NaN is. The other way round,
# `degrees < -90 or degrees > 60`, is false for NaN too, and lets it in.
#
# As a pydantic model it is `station: Annotated[int, Field(ge=1, le=3)]` and `degrees: Annotated[float, Field(ge=-90, le=60)]`, with
# `ConfigDict(strict=True, extra="forbid")`.

# %% exercise="26.2"
def is_reading(sent):
    ### BEGIN SOLUTION
    if not isinstance(sent, dict) or set(sent) != {"station", "degrees"}:
        return False
    station, degrees = sent["station"], sent["degrees"]
    is_station = type(station) is int and 1 <= station <= 3
    return is_station and type(degrees) in (int, float) and -90 <= degrees <= 60
    ### END SOLUTION


class Readings(MethodView):
    def post(self):
        sent = request.get_json()
        ### BEGIN SOLUTION
        if not is_reading(sent):
            return problem(422, "a reading has a station, 1 to 3, and degrees, from -90 to 60")
        return sent, 201
        ### END SOLUTION

# %% wrong="26.2" caught_by="answers 422 where degrees are NaN" says="no comparison with it is true"
- return is_station and type(degrees) in (int, float) and -90 <= degrees <= 60
+ return is_station and type(degrees) in (int, float) and not (degrees < -90 or degrees > 60)

# %% wrong="26.2" caught_by="answers 422 where the station is true" says="True is a kind of 1"
- is_station = type(station) is int and 1 <= station <= 3
+ is_station = isinstance(station, int) and 1 <= station <= 3

# %% wrong="26.2" caught_by="answers 422 where there is a field too many" says="whatever their order"
- if not isinstance(sent, dict) or set(sent) != {"station", "degrees"}:
+ if not isinstance(sent, dict) or "station" not in sent or "degrees" not in sent:

# %% wrong="26.2" caught_by="your code crashed" says="TypeError"
def is_reading(sent):
    return set(sent) == {"station", "degrees"} and sent["station"] in (1, 2, 3) and -90 <= sent["degrees"] <= 60

# %% wrong="26.2" caught_by="sends 422 as a problem document each time" says="The function problem makes one"
- return problem(422, "a reading has a station, 1 to 3, and degrees, from -90 to 60")
+ return {"message": "this is no reading"}, 422

# %% wrong="26.2" caught_by="answers 422 where the station is 0" says="There are the stations 1, 2 and 3"
- is_station = type(station) is int and 1 <= station <= 3
+ is_station = type(station) is int and station in range(4)

# %% wrong="26.2" caught_by="answers 422 where the station is a list" says="unhashable type"
- is_station = type(station) is int and 1 <= station <= 3
+ is_station = station in {1, 2, 3} and station is not True

# %% wrong="26.2" caught_by="answers 201 Created to {'station': 2, 'degrees': 17.5}" says="That is a reading"
- return is_station and type(degrees) in (int, float) and -90 <= degrees <= 60
+ return is_station and type(degrees) in (int, float) and degrees in range(-90, 61)

# %% wrong="26.2" caught_by="answers 201 Created to {'station': 3, 'degrees': 0}" says="That is a reading"
- return is_station and type(degrees) in (int, float) and -90 <= degrees <= 60
+ return is_station and type(degrees) in (int, float) and bool(degrees) and -90 <= degrees <= 60

# %% wrong="26.2" caught_by="not right yet" says="A stub is still there, in post"
class Readings(MethodView):
    def post(self):
        sent = request.get_json()
        raise NotImplementedError("your code here")

# %% wrong="26.2" caught_by="answers 422 where a field has another name" says="KeyError"
- if not isinstance(sent, dict) or set(sent) != {"station", "degrees"}:
+ if not isinstance(sent, dict) or len(sent) != 2:

# %% right="26.2" style="a model"
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    station: Annotated[int, Field(ge=1, le=3)]
    degrees: Annotated[float, Field(ge=-90, le=60)]


def is_reading(sent):
    try:
        return bool(Model.model_validate(sent))
    except ValidationError:
        return False

# %% right="26.2" style="a pattern"
def is_reading(sent):
    match sent:
        case {"station": int(station), "degrees": int(degrees) | float(degrees), **rest} if not rest:
            return bool not in (type(station), type(degrees)) and 0 < station < 4 and -90 <= degrees <= 60
    return False

# %% right="26.2" style="one expression in post, and assertions"
def is_reading(sent):
    try:
        assert sent.keys() == {"station", "degrees"}
        assert type(sent["station"]) is int and sent["station"] in (1, 2, 3)
        assert not isinstance(sent["degrees"], (bool, str))
        assert abs(sent["degrees"] + 15) <= 75
    except (AssertionError, AttributeError, TypeError):
        return None
    return sent


class Readings(MethodView):
    def post(self):
        sent = request.get_json()
        return (sent, HTTPStatus.CREATED) if is_reading(sent) else problem(422, f"this is no reading: {sent!r}")

# %%
app = Flask("readings")
app.add_url_rule("/readings", view_func=Readings.as_view("readings"))
app.register_error_handler(HTTPException, as_problem)

readings = launch(app)
readings

# %% checks="26.2" points=4
check("26.2", readings)

# %% [markdown]
# ## 26.3 Change what you have seen
#
# Two people correct the data of station 2, and neither may lose the other's work. `tag` gives a version a name. Write
#
# - `get`: 200 with the station, and its tag as `ETag`, in quotation marks,
# - `put`: 428 without `If-Match`, 412 if the tag of the station as it is now is not among the tags in `If-Match`. There may be several:
#   `"1a2b", "3c4d"`. In both cases nothing changes. Otherwise what was sent takes the place of all that was there, and the answer is 200 with
#   the station as it is then.
#
# Both answer 404 if there is no station with this number. Each refusal is a problem document with a `detail`.
#
# (What comes with a right `If-Match` need not be validated here. `If-Match: *` is not asked for, and one client at a time is enough.)

# %% [markdown] tags=["solution"]
# First the questions, then the change. `request.if_match` is the header, already taken apart: it is false where nothing was sent, and
# `contains` knows lists, quotation marks and `*`. The answer to a PUT has no `ETag`: HTTP allows one there only if the bytes are kept just
# as they were sent (RFC 9110 §9.3.4), and Flask writes them anew. A client that wants to change more sends a GET first.
#
# With several threads, the comparison and the change would need a lock around both, as in the lesson, or a transaction.

# %% exercise="26.3"
STATIONS = {2: {"name": "Hiltop", "degrees": 12.25}}


def tag(station):
    return sha256(json.dumps(station, sort_keys=True).encode()).hexdigest()[:8]


class Station(MethodView):
    def get(self, id):
        ### BEGIN SOLUTION
        if id not in STATIONS:
            return problem(404, f"there is no station {id}")
        return STATIONS[id], 200, {"ETag": f'"{tag(STATIONS[id])}"'}
        ### END SOLUTION

    def put(self, id):
        ### BEGIN SOLUTION
        if id not in STATIONS:
            return problem(404, f"no station has the number {id}")
        if not request.if_match:
            return problem(428, "send If-Match, with the ETag of what you have seen")
        if not request.if_match.contains(tag(STATIONS[id])):
            return problem(412, "this is not what you have seen: GET it again")
        STATIONS[id] = request.get_json()
        return STATIONS[id]
        ### END SOLUTION

# %% wrong="26.3" caught_by="answers 428 to PUT without If-Match" says="Ask that first"
- if not request.if_match:
-     return problem(428, "send If-Match, with the ETag of what you have seen")

# %% wrong="26.3" caught_by="answers 404 to GET of a station that is not there" says="KeyError"
- if id not in STATIONS:
-     return problem(404, f"there is no station {id}")

# %% wrong="26.3" caught_by="answers 404 to PUT of a station that is not there" says="KeyError"
- if id not in STATIONS:
-     return problem(404, f"no station has the number {id}")

# %% wrong="26.3" caught_by="answers 412 where the tag is but the end of another" says="compare whole tags"
- if not request.if_match.contains(tag(STATIONS[id])):
+ if tag(STATIONS[id]) not in request.headers["If-Match"]:

# %% wrong="26.3" caught_by="stores what was sent then: {'name': 'Upper Hilltop'}" says="in the place of all that was there"
- STATIONS[id] = request.get_json()
+ STATIONS[id].update(request.get_json())

# %% wrong="26.3" caught_by="sends the same ETag while nothing changes" says="not from the time"
def tag(station):
    return __import__("uuid").uuid4().hex

# %% wrong="26.3" caught_by="answers that PUT with the station" says="as it is now"
- STATIONS[id] = request.get_json()
- return STATIONS[id]
+ before, STATIONS[id] = STATIONS[id], request.get_json()
+ return before

# %% wrong="26.3" caught_by="sends 428 as a problem document to PUT without If-Match" says="The function problem"
- return problem(428, "send If-Match, with the ETag of what you have seen")
+ return {"message": "send If-Match"}, 428

# %% wrong="26.3" caught_by="sends an ETag in quotation marks" says="The quotation marks are a part of the tag"
- return STATIONS[id], 200, {"ETag": f'"{tag(STATIONS[id])}"'}
+ return STATIONS[id], 200, {"ETag": tag(STATIONS[id])}

# %% wrong="26.3" caught_by="sends an ETag in quotation marks" says="A view can return headers too"
- return STATIONS[id], 200, {"ETag": f'"{tag(STATIONS[id])}"'}
+ return STATIONS[id], 200

# %% wrong="26.3" caught_by="finds the right one among several tags" says="Werkzeug has taken them apart already"
- if not request.if_match.contains(tag(STATIONS[id])):
+ if request.headers["If-Match"] not in ("*", f'"{tag(STATIONS[id])}"'):

# %% wrong="26.3" caught_by="answers 200 OK to PUT with the ETag of what is there" says="with its quotation marks"
- if not request.if_match.contains(tag(STATIONS[id])):
+ if request.headers["If-Match"] not in ("*", tag(STATIONS[id])):

# %% wrong="26.3" caught_by="keeps the change of the first client" says="Compare before you store"
- if not request.if_match.contains(tag(STATIONS[id])):
-     return problem(412, "this is not what you have seen: GET it again")
- STATIONS[id] = request.get_json()
+ before, STATIONS[id] = STATIONS[id], request.get_json()
+ if not request.if_match.contains(tag(before)):
+     return problem(412, "this is not what you have seen: GET it again")

# %% wrong="26.3" caught_by="has another ETag after a change" says="made from what is there now"
def tag(station):
    return "version-2"

# %% right="26.3" style="jsonify and set_etag"
from flask import jsonify


class Station(MethodView):
    def dispatch_request(self, id):
        return super().dispatch_request(id=id) if id in STATIONS else problem(404, "not here")

    def get(self, id):
        response = jsonify(STATIONS[id])
        response.set_etag(tag(STATIONS[id]))
        return response

    def put(self, id):
        if "If-Match" not in request.headers:
            return problem(428, "If-Match is missing")
        if tag(STATIONS[id]) not in request.if_match:
            return problem(412, "somebody else was quicker")
        STATIONS[id] = request.json
        return jsonify(STATIONS[id])

# %% right="26.3" style="the header taken apart by hand"
def tags_in(header):
    return [part.strip().strip('"') for part in header.split(",")]


class Station(MethodView):
    def get(self, id):
        try:
            return STATIONS[id], {"ETag": '"%s"' % tag(STATIONS[id])}
        except KeyError:
            return problem(HTTPStatus.NOT_FOUND, f"{id}?")

    def put(self, id):
        sent = request.headers.get("If-Match")
        if STATIONS.get(id) is None:
            return self.get(id)
        if sent is None:
            return problem(HTTPStatus.PRECONDITION_REQUIRED, "which version have you seen?")
        if tag(STATIONS[id]) in tags_in(sent):
            STATIONS.update({id: request.get_json()})
            return self.get(id)
        return problem(HTTPStatus.PRECONDITION_FAILED, f"it is {tag(STATIONS[id])} now")

# %% right="26.3" style="a set of tags, and the old dictionary filled anew"
from flask import abort


class Station(MethodView):
    def get(self, id):
        station = STATIONS.get(id) or abort(404)
        return station, 200, [("ETag", json.dumps(tag(station)))]

    def put(self, id):
        station, sent = STATIONS.get(id) or abort(404), request.get_json()
        tags = request.if_match.as_set()
        if not tags:
            return problem(428, "no If-Match")
        if {tag(station)} - tags:
            return problem(412, "too late")
        station.clear()
        station.update(sent)
        return dict(station), 200

# %%
app = Flask("stations")
app.add_url_rule("/stations/<int:id>", view_func=Station.as_view("station"))
app.register_error_handler(HTTPException, as_problem)

stations = launch(app)
stations

# %% checks="26.3" points=4
check("26.3", stations)

# %% [markdown]
# ## 26.4 Who may read it?
#
# Each observer has a notebook of private notes, and a token. `TOKENS` has the owner of each token. Write `get` for `/notes/1`, `/notes/2` and so on:
#
# - 401 if the request has no token, or one that is not in `TOKENS`. The answer has the header `WWW-Authenticate: Bearer`.
# - 404 if there is no note with this number. A client without a right token must not learn that: 401 comes first.
# - 403 if the note belongs to another observer,
# - otherwise 200 with the note as it stands in `NOTES`.
#
# The token comes in the header `Authorization`, as in `Bearer k7Qz`. The word `Bearer` may be in capital or small letters; any other word in its place
# gets 401, too. Each refusal is a problem document with a `detail`.

# %% [markdown] tags=["solution"]
# The order of the questions matters: who are you, is it there, may you. `problem` returns three values, so the header for 401 is added to the
# third one. `TOKENS.get` gives `None` for a token that nobody has. (With real tokens a service stores a hash of each, and compares in a way that
# takes equally long for all of them: `secrets.compare_digest`.)

# %% exercise="26.4"
TOKENS = {"k7Qz": "Ada", "p2Xw": "Ben"}
NOTES = {
    1: {"owner": "Ada", "text": "Frost at dawn."},
    2: {"owner": "Ben", "text": "The vane is stuck."},
    3: {"owner": "Ada", "text": "Föhn, 17 °C at night."},
}


class Note(MethodView):
    def get(self, id):
        ### BEGIN SOLUTION
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        name = TOKENS.get(token)
        if scheme.lower() != "bearer" or name is None:
            document, status, headers = problem(401, "send the token of an observer")
            return document, status, {**headers, "WWW-Authenticate": "Bearer"}
        if id not in NOTES:
            return problem(404, f"there is no note {id}")
        if NOTES[id]["owner"] != name:
            return problem(403, "this note belongs to another observer")
        return NOTES[id]
        ### END SOLUTION

# %% wrong="26.4" caught_by="answers 401 without a token" says="KeyError"
- scheme, _, token = request.headers.get("Authorization", "").partition(" ")
+ scheme, _, token = request.headers["Authorization"].partition(" ")

# %% wrong="26.4" caught_by="has WWW-Authenticate: Bearer with the 401" says="what to send"
- document, status, headers = problem(401, "send the token of an observer")
- return document, status, {**headers, "WWW-Authenticate": "Bearer"}
+ return problem(401, "send the token of an observer")

# %% wrong="26.4" caught_by="answers 403 to Ben for a note of Ada" says="belongs to somebody else"
- if NOTES[id]["owner"] != name:
-     return problem(403, "this note belongs to another observer")
- return NOTES[id]
+ return NOTES[id]

# %% wrong="26.4" caught_by="answers 401 where nobody has the token" says="403 is for"
- if scheme.lower() != "bearer" or name is None:
-     document, status, headers = problem(401, "send the token of an observer")
-     return document, status, {**headers, "WWW-Authenticate": "Bearer"}
+ if not token:
+     document, status, headers = problem(401, "send the token of an observer")
+     return document, status, {**headers, "WWW-Authenticate": "Bearer"}
+ if name is None:
+     return problem(403, "nobody has this token")

# %% wrong="26.4" caught_by="answers 401 without a token, for a note that is not there" says="401 comes first"
- scheme, _, token = request.headers.get("Authorization", "").partition(" ")
+ if id not in NOTES:
+     return problem(404, f"there is no note {id}")
+ scheme, _, token = request.headers.get("Authorization", "").partition(" ")

# %% wrong="26.4" caught_by="answers 401 where the word is Basic" says="another word"
- if scheme.lower() != "bearer" or name is None:
+ if name is None:

# %% wrong="26.4" caught_by="takes bearer in small letters" says="capital or small letters"
- if scheme.lower() != "bearer" or name is None:
+ if scheme != "Bearer" or name is None:

# %% wrong="26.4" caught_by="answers 404 where there is no such note" says="KeyError"
- if id not in NOTES:
-     return problem(404, f"there is no note {id}")

# %% wrong="26.4" caught_by="sends 403 as a problem document to Ben" says="The function problem makes one"
- return problem(403, "this note belongs to another observer")
+ return {"message": "this note belongs to another observer"}, 403

# %% wrong="26.4" caught_by="answers 401 where the token is but a part of one" says="whole token"
- name = TOKENS.get(token)
+ name = next((TOKENS[known] for known in TOKENS if token and known.startswith(token)), None)

# %% wrong="26.4" caught_by="answers 401 where the token begins with one, and goes on" says="Only the whole token counts"
- name = TOKENS.get(token)
+ name = next((owner for known, owner in TOKENS.items() if token.startswith(known)), None)

# %% wrong="26.4" caught_by="answers 401 where the word is Bearers" says="With another word in its place"
- if scheme.lower() != "bearer" or name is None:
+ if not scheme.lower().startswith("bearer") or name is None:

# %% wrong="26.4" caught_by="answers 401 where the name of an observer stands in place of the token" says="With a token that nobody has"
- name = TOKENS.get(token)
+ name = token if token in TOKENS.values() else TOKENS.get(token)

# %% right="26.4" style="request.authorization"
class Note(MethodView):
    def get(self, id):
        sent = request.authorization
        name = TOKENS.get(sent.token) if sent and sent.type == "bearer" else None
        if not name:
            return *problem(401, "who are you?")[:2], {
                "Content-Type": "application/problem+json",
                "WWW-Authenticate": 'Bearer realm="notes"',
            }
        note = NOTES.get(id)
        if note is None:
            return problem(404, "no such note")
        return note if note["owner"] == name else problem(403, "not yours")

# %% right="26.4" style="a method that tells who it is, and split"
class Note(MethodView):
    def who(self):
        words = request.headers.get("Authorization", "").split()
        if len(words) == 2 and words[0].upper() == "BEARER":
            return TOKENS.get(words[1])

    def get(self, id):
        name = self.who()
        match name, NOTES.get(id):
            case None, _:
                answer = problem(401, "a token, please")
                answer[2]["www-authenticate"] = "bearer"
                return answer
            case _, None:
                return problem(404, "there is nothing")
            case _, {"owner": owner} if owner != name:
                return problem(403, f"it is {owner}'s")
        return NOTES[id], 200

# %% right="26.4" style="a response"
from flask import make_response


class Note(MethodView):
    def get(self, id):
        header = request.headers.get("Authorization") or ""
        known = {f"bearer {token}".lower(): (token, name) for token, name in TOKENS.items()}
        token, name = known.get(header.lower(), (None, None))
        if token is None or not header.endswith(" " + token):
            response = make_response(problem(401, "no token that is known here"))
            response.www_authenticate.type = "bearer"
            response.headers["WWW-Authenticate"] = "Bearer"
            return response
        try:
            note = NOTES[id]
        except KeyError:
            return problem(404, "nothing at this address")
        if name != note["owner"]:
            return problem(403, "you may not read this")
        return dict(note)

# %%
app = Flask("notes")
app.add_url_rule("/notes/<int:id>", view_func=Note.as_view("note"))
app.register_error_handler(HTTPException, as_problem)

notes = launch(app)
notes

# %% checks="26.4" points=4
check("26.4", notes)

# %%
stop_all()
