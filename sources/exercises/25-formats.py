# %% [markdown]
# # Exercise 25: formats of a weather station
#
# You need [lesson 25](../notebooks/25-formats.ipynb). Run the cells from the top, replace each line that raises
# `NotImplementedError`, and check as often as you like.

# %%
from flask import Flask, Response, jsonify, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from wirelab import check, hint, launch, show_me, stop_all


# %% [markdown]
# ## 25.1 What would you like?
#
# `accept` is the value of a client's header `Accept`, and `offered` is a list of the formats that the server has, such as
# `["application/json", "text/plain"]`. Write `choose`. It returns
#
# - the format in `offered` with the largest weight `q`. Without a `q`, the weight is 1. If one star fits several formats, take the first of
#   them in `offered`,
# - never a format with the weight 0,
# - `None` if no format will do,
# - the first format in `offered` if `accept` is an empty string.
#
# If two ranges fit a format, the more specific one gives its weight, wherever it stands: a name before `text/*`, and `text/*` before `*/*`. So
# JSON has 0.5 in `application/json;q=0.5, */*`. There may be spaces after commas and semicolons, or none. If different ranges give two formats
# the same weight, you may return either of them.
#
# You may use werkzeug's parser, which is imported above.

# %% [markdown] tags=["solution"]
# The header is a small language, with weights, stars and rules about which range counts. Reading it is work for a parser that many
# have tested. What it cannot know is what *nothing* means: a client without `Accept` takes anything.

# %% exercise="25.1"
def choose(accept, offered):
    ### BEGIN SOLUTION
    ranges = parse_accept_header(accept, MIMEAccept)
    return ranges.best_match(offered) if accept else offered[0]
    ### END SOLUTION

# %% wrong="25.1" caught_by="takes the first format where the client says nothing: an empty Accept" says="the client takes anything"
def choose(accept, offered):
    return parse_accept_header(accept, MIMEAccept).best_match(offered)

# %% wrong="25.1" caught_by="takes the format with the largest weight: text/plain;q=0.3, application/xml;q=0.8" says="q is the weight"
def choose(accept, offered):
    named = [part.split(";")[0].strip() for part in accept.split(",")]
    found = [kind for kind in named if kind in offered]
    return found[0] if found else None if accept else offered[0]

# %% wrong="25.1" caught_by="does not take one name for a part of another: application/xhtml+xml, text/plain;q=0.1" says="got: 'application/xml'"
def choose(accept, offered):
    if not accept or accept == "*/*":
        return offered[0]
    return next((kind for kind in offered if kind.split("/")[1] in accept), None)

# %% wrong="25.1" caught_by="never takes what has the weight 0: application/json;q=0, */*" says="got: 'application/json'"
- return ranges.best_match(offered) if accept else offered[0]
+ return next((kind for kind in offered if kind in ranges), None) if accept else offered[0]

# %% wrong="25.1" caught_by="lets the most specific range count, not the first one: */*;q=0.5, application/json;q=0.1" says="Two ranges fit"
def choose(accept, offered):
    best, most = None, 0
    for part in accept.split(",") if accept else ["*/*"]:
        kind, _, weight = part.strip().partition(";q=")
        for one in offered:
            fits = kind in ("*/*", one, one.split("/")[0] + "/*")
            if fits and float(weight or 1) > most:
                best, most = one, float(weight or 1)
    return best

# %% wrong="25.1" caught_by="takes 1 where no weight is given: application/xml;q=0.9, text/html" says="got: 'application/xml'"
def choose(accept, offered):
    if not accept:
        return offered[0]
    weights = {}
    for part in accept.split(","):
        kind, _, weight = part.replace(" ", "").partition(";q=")
        weights[kind] = float(weight) if weight else 0
    return max(offered, key=lambda kind: weights.get(kind, 0))

# %% wrong="25.1" caught_by="gives None where no format will do: image/png" says="got: ''"
- return ranges.best_match(offered) if accept else offered[0]
+ return ranges.best_match(offered, "") if accept else offered[0]

# %% wrong="25.1" caught_by="takes the first of those that a star fits: text/*" says="a name from offered"
- return ranges.best_match(offered) if accept else offered[0]
+ return ranges.best if accept else offered[0]

# %% wrong="25.1" caught_by="compares all digits of a weight: text/plain;q=0.84, application/xml;q=0.82" says="The largest one wins"
def choose(accept, offered):
    if not accept:
        return offered[0]
    weights = {}
    for part in accept.split(","):
        name, _, weight = part.partition(";")
        weights[name.strip()] = float(weight.strip()[2:5] or 1)

    def weight_of(kind):
        ranges = [kind, kind.split("/")[0] + "/*", "*/*"]
        return next((weights[name] for name in ranges if name in weights), 0)

    best = max(offered, key=weight_of)
    return best if weight_of(best) else None

# %% wrong="25.1" caught_by="reads 0.000 as the weight 0: text/plain;q=0.000" says="Is the weight a string in your code?"
def choose(accept, offered):
    if not accept:
        return offered[0]
    weights = {}
    for part in accept.split(","):
        kind, _, q = part.replace(" ", "").partition(";q=")
        weights[kind] = q or "1"
    best, chosen = "0", None
    for kind in offered:
        for span in (kind, kind.split("/")[0] + "/*", "*/*"):
            if span in weights:
                if weights[span] > best:
                    best, chosen = weights[span], kind
                break
    return chosen

# %% right="25.1" style="nothing means anything"
def choose(accept, offered):
    return parse_accept_header(accept or "*/*", MIMEAccept).best_match(offered)

# %% right="25.1" style="the largest quality"
def choose(accept, offered):
    ranges = parse_accept_header(accept or "*/*", MIMEAccept)
    best = max(offered, key=ranges.quality)
    return best if ranges.quality(best) else None

# %% right="25.1" style="by hand"
def choose(accept, offered):
    if accept == "":
        return offered[0]
    weights = {}
    for part in accept.split(","):
        kind, *parameters = [piece.strip() for piece in part.split(";")]
        weights[kind] = next((float(one[2:]) for one in parameters if one.startswith("q=")), 1.0)

    def weight(kind):
        for one in (kind, kind.split("/")[0] + "/*", "*/*"):
            if one in weights:
                return weights[one]
        return 0

    return max(filter(weight, offered), key=weight, default=None)

# %% checks="25.1" points=3
check("25.1", choose)

# %% [markdown]
# ## 25.2 May the cache use it?
#
# A cache has stored an answer. Now another request comes for the same address. Write `may_use`. It returns `True` if the cache may answer
# with the stored answer, and `False` if it has to ask the server.
#
# - `vary` is the value of `Vary` in the stored answer, or an empty string if the answer has none. It names request headers, with commas between
#   them. There may be spaces around the commas, or none. The names may be in capital or small letters.
# - `earlier` and `later` are dictionaries with the headers of the request that led to the stored answer, and of the new request. Their names
#   are in small letters, as in `{"accept": "text/html"}`.
#
# The answer may be used if each header that `vary` names has the same value in both requests, or is missing in both. Other headers do not
# matter. A star among the names means: never use it.

# %% [markdown] tags=["solution"]
# `get` gives `None` for a header that is missing, so two requests without the header are alike, and a request with it differs from one
# without it. `"".split(",")` is a list with one empty string; no request has a header without a name, so it does no harm. (RFC 9111 §4.1 allows a
# cache to compare more cleverly, for example to ignore the order in `Accept`. It may never be less careful.)

# %% exercise="25.2"
def may_use(vary, earlier, later):
    ### BEGIN SOLUTION
    names = [name.strip().lower() for name in vary.split(",")]
    return "*" not in names and all(earlier.get(name) == later.get(name) for name in names)
    ### END SOLUTION

# %% wrong="25.2" caught_by="gives False for Vary: accept in small letters and another Accept" says="differs"
- return "*" not in names and all(earlier.get(name) == later.get(name) for name in names)
+ return "*" not in names and all(name in earlier and name in later for name in names)

# %% wrong="25.2" caught_by="gives False for Vary: Accept, Accept-Language and another Accept-Language" says="each of the headers"
- return "*" not in names and all(earlier.get(name) == later.get(name) for name in names)
+ return "*" not in names and any(earlier.get(name) == later.get(name) for name in names)

# %% wrong="25.2" caught_by="gives False for Vary: Accept and another Accept" says="small letters"
- names = [name.strip().lower() for name in vary.split(",")]
+ names = [name.strip() for name in vary.split(",")]

# %% wrong="25.2" caught_by="gives False for Vary: Accept, Accept-Language and another Accept-Language" says="strip"
- names = [name.strip().lower() for name in vary.split(",")]
+ names = vary.lower().split(",")

# %% wrong="25.2" caught_by="gives True for no Vary and another Accept" says="Only the headers that vary names"
- return "*" not in names and all(earlier.get(name) == later.get(name) for name in names)
+ return "*" not in names and earlier == later

# %% wrong="25.2" caught_by="gives False for Vary: * and the same request" says="star"
- return "*" not in names and all(earlier.get(name) == later.get(name) for name in names)
+ return all(earlier.get(name) == later.get(name) for name in names)

# %% wrong="25.2" caught_by="gives True for Vary: Accept-Language, which both lack" says="KeyError"
- return "*" not in names and all(earlier.get(name) == later.get(name) for name in names)
+ return "*" not in names and all(not name or earlier[name] == later[name] for name in names)

# %% wrong="25.2" caught_by="gives False for Vary: Accept-Language, which only the new request has" says="missing in one"
- return "*" not in names and all(earlier.get(name) == later.get(name) for name in names)
+ return "*" not in names and all(earlier[name] == later.get(name) for name in names if name in earlier)

# %% wrong="25.2" caught_by="gives True for Vary: Accept-Language and another Accept" says="a part of another name"
- return "*" not in names and all(earlier.get(name) == later.get(name) for name in names)
+ return "*" not in vary and all(earlier.get(name) == later.get(name) for name in earlier | later if name in vary.lower())

# %% wrong="25.2" caught_by="gives False for Vary: Accept-Language, which is missing in one request, and empty in the other" says="An empty value is a value"
- return "*" not in names and all(earlier.get(name) == later.get(name) for name in names)
+ return "*" not in names and all(earlier.get(name, "") == later.get(name, "") for name in names)

# %% wrong="25.2" caught_by="gives False for Vary: Prefer and a value in other letters" says="compare them as they are"
def may_use(vary, earlier, later):
    names = [name.strip().lower() for name in vary.split(",")]
    return "*" not in names and all(earlier.get(name, "-").lower() == later.get(name, "-").lower() for name in names)

# %% wrong="25.2" caught_by="gives False for a star before other names" says="A star among the names"
- return "*" not in names and all(earlier.get(name) == later.get(name) for name in names)
+ return names[-1] != "*" and all(earlier.get(name) == later.get(name) for name in names)

# %% right="25.2" style="a loop"
def may_use(vary, earlier, later):
    if "*" in vary:
        return False
    for name in vary.lower().replace(" ", "").split(","):
        if earlier.get(name) != later.get(name):
            return False
    return True

# %% right="25.2" style="what differs, as a set"
def may_use(vary, earlier, later):
    named = {part.strip().casefold() for part in vary.split(",")}
    either = earlier.keys() | later.keys()
    changed = {name for name in either if earlier.get(name) != later.get(name)}
    return named.isdisjoint(changed | {"*"})

# %% right="25.2" style="werkzeug's parser"
from werkzeug.http import parse_set_header


def may_use(vary, earlier, later):
    names = parse_set_header(vary)
    if names.find("*") >= 0:
        return False
    return [earlier.get(name.lower()) for name in names] == [later.get(name.lower()) for name in names]

# %% checks="25.2" points=3
check("25.2", may_use)

# %% [markdown]
# ## 25.3 Two formats, one address
#
# The last reading of a station, at `/now`. Write `now`. It answers by the `Accept` of the request:
#
# - 200 in JSON, with `READING` as it stands. Clients get that, too, if they send no `Accept`, take anything, or name both formats with the same
#   weight,
# - 200 in plain text (`text/plain`), with `Hilltop: 12.25 °C` and a line break, to clients that like that more,
# - 406 to clients that like neither, or refuse both with the weight 0.
#
# Each answer, the 406 too, says `Vary: Accept`. The two representations have an `ETag` in quotation marks, each its own, which stays the same as
# long as the bytes do. (`jsonify` makes a response of a dictionary, and `Response` one of a string, as in the lesson. `response.add_etag()`
# makes an `ETag` from the bytes of a response.)

# %% [markdown] tags=["solution"]
# Three answers, and what they have in common is done once, at the end: so none of them can lack `Vary`. Where no `Accept` came,
# `best_match` finds nothing and gives `None`, which would be a 406: so that is asked first. `add_etag` makes the tag from the
# bytes; so it differs where these differ, and changes when the reading does.

# %% exercise="25.3"
READING = {"station": "Hilltop", "degrees": 12.25}
app = Flask("now")


@app.get("/now")
def now():
    ### BEGIN SOLUTION
    formats, accept = ["application/json", "text/plain"], request.accept_mimetypes
    kind = accept.best_match(formats) if accept else formats[0]
    if kind is None:
        response = Response("this comes as JSON or plain text\n", 406, mimetype="text/plain")
    elif kind == "text/plain":
        response = Response(f"{READING['station']}: {READING['degrees']} °C\n", mimetype=kind)
    else:
        response = jsonify(READING)
    response.vary.add("Accept")
    response.add_etag()
    return response
    ### END SOLUTION

# %% wrong="25.3" caught_by="sends application/json to a client that likes anything but plain text" says="Let werkzeug weigh the formats"
- kind = accept.best_match(formats) if accept else formats[0]
+ kind = "text/plain" if "plain" in str(accept) else "application/json"

# %% wrong="25.3" caught_by="answers 406 Not Acceptable to a client that likes pictures alone" says="got: 200"
- if kind is None:
-     response = Response("this comes as JSON or plain text\n", 406, mimetype="text/plain")
- elif kind == "text/plain":
+ if kind == "text/plain":

# %% wrong="25.3" caught_by="answers 406 Not Acceptable to a client that likes pages alone" says="415 is about what a client sends"
- response = Response("this comes as JSON or plain text\n", 406, mimetype="text/plain")
+ response = Response("this comes as JSON or plain text\n", 415, mimetype="text/plain")

# %% wrong="25.3" caught_by="sends application/json to a client that does not say what it likes" says="That does not mean 406"
- kind = accept.best_match(formats) if accept else formats[0]
+ kind = accept.best_match(formats)

# %% wrong="25.3" caught_by="says Vary: Accept with the 406" says="A cache that has kept this answer"
- response = Response("this comes as JSON or plain text\n", 406, mimetype="text/plain")
+ return Response("this comes as JSON or plain text\n", 406, mimetype="text/plain")

# %% wrong="25.3" caught_by="gives each representation an ETag of its own" says="Other bytes need another tag"
- response.add_etag()
+ response.set_etag(str(READING["degrees"]))

# %% wrong="25.3" caught_by="has an ETag in quotation marks with the JSON" says="quotation marks, which are a part of it"
- response.add_etag()
+ response.headers["ETag"] = response.mimetype.replace("/", "-")

# %% wrong="25.3" caught_by="gives the same bytes the same ETag again" says="The same bytes have the same tag"
- response.add_etag()
+ response.set_etag(str(__import__("uuid").uuid4()))

# %% wrong="25.3" caught_by="sends application/json to a client that likes both the same" says="Let werkzeug weigh"
- kind = accept.best_match(formats) if accept else formats[0]
+ kind = accept.best_match(formats[::-1]) if accept else formats[0]

# %% wrong="25.3" caught_by="sends text/plain to a client that likes any text" says="got: '406 text/plain'"
- kind = accept.best_match(formats) if accept else formats[0]
+ kind = accept.best if accept else formats[0]
+ kind = formats[0] if kind == "*/*" else kind if kind in formats else None

# %% wrong="25.3" caught_by="sends the reading as JSON" says="a dictionary as Python writes it"
- response = jsonify(READING)
+ response = Response(str(READING), mimetype="application/json")

# %% wrong="25.3" caught_by="sends the reading as JSON" says="as it stands"
- response = jsonify(READING)
+ response = jsonify({"reading": READING})

# %% wrong="25.3" caught_by="answers 200 OK to a client that likes JSON" says="There is nothing at /now"
- @app.get("/now")
+ @app.get("/")

# %% right="25.3" style="a table of bodies"
@app.get("/now")
def now():
    text = f"{READING['station']}: {READING['degrees']} °C\n"
    bodies = {"application/json": app.json.dumps(READING), "text/plain": text}
    kind = (request.accept_mimetypes or MIMEAccept([("*/*", 1)])).best_match(list(bodies))
    if kind is None:
        return "", 406, {"Vary": "Accept"}
    response = Response(bodies[kind], headers={"Vary": "Accept"}, mimetype=kind)
    response.add_etag()
    return response

# %% right="25.3" style="weights compared, headers by hand"
import hashlib


@app.get("/now")
def now():
    ranges = request.accept_mimetypes
    json_weight, text_weight = (ranges.quality(kind) for kind in ("application/json", "text/plain"))
    if ranges.provided and not (json_weight or text_weight):
        return {"error": "JSON or plain text"}, 406, [("vary", "accept")]
    if text_weight > json_weight:
        text = f"{READING['station']}: {READING['degrees']} °C\r\n"
        body, kind = text.encode("latin-1"), "Text/Plain;charset=ISO-8859-1"
    else:
        body, kind = app.json.dumps(READING).encode(), "application/json"
    tag = f'W/"{hashlib.md5(body).hexdigest()}"'
    return body, 200, {"Content-Type": kind, "Vary": "Accept-Encoding, ACCEPT", "ETag": tag}

# %% right="25.3" style="one helper, and abort"
from flask import abort, make_response


def finished(body, status=200, mimetype="application/json"):
    response = make_response(body, status)
    response.mimetype = mimetype
    response.headers["Vary"] = "Accept"
    response.add_etag()
    return response


@app.get("/now")
def now():
    accept = request.headers.get("Accept", "*/*")
    match parse_accept_header(accept, MIMEAccept).best_match(["application/json", "text/plain"]):
        case "application/json":
            return finished(READING)
        case "text/plain":
            return finished("{station}: {degrees} °C\n".format(**READING), mimetype="text/plain")
    abort(finished("neither", 406, "text/plain"))

# %%
service = launch(app)
service

# %% checks="25.3" points=5
check("25.3", service)

# %%
stop_all()
