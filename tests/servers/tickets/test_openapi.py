"""The ticket service's description is true: what it says is what the service does, whatever is sent."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from servers import ticket_service
from servers.tickets.openapi import PATHS, description
from servers.tickets.schemas import SCHEMAS
from servers.tickets.store import Store
from wirelab import Server, launch

METHODS = {"get", "put", "post", "delete", "patch"}


def test_it_has_every_route_and_every_method() -> None:
    told = {(path, method.upper()) for path, item in PATHS.items() for method in item}
    app = ticket_service.create_app(Store())
    served = {
        (re.sub("<int:(.*?)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.endpoint.startswith(("docs.", "static", "openapi"))
    }
    assert told == served


def test_every_reference_leads_somewhere() -> None:
    told = description()
    for address in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(told)):
        found = told
        for step in address.split("/"):
            found = found[step]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


def test_nothing_in_it_is_newer_than_openapi_3_0() -> None:
    told = json.dumps(description())
    assert not re.findall(r'"(const|\$defs|prefixItems|webhooks|examples|if|contains|type": \[)"', told)


def test_the_entry_point_leads_to_it_and_to_its_page(api: Server) -> None:
    links = requests.get(api.url, timeout=10).json()["_links"]
    told = requests.get(api.url + links["service-desc"]["href"], timeout=10)
    assert (told.json()["openapi"], told.headers["Content-Type"]) == ("3.1.0", "application/json")
    page = requests.get(api.url + links["service-doc"]["href"], timeout=10)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_the_page_asks_no_other_host_for_anything(api: Server) -> None:
    page = requests.get(api.url + "/docs", timeout=10)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {"docs/swagger-ui-bundle.js", "docs/swagger-ui.css", "docs/start.js"} < set(addresses)
    for address in addresses:
        assert ":" not in address and not address.startswith("/")
        assert requests.get(f"{api.url}/{address}", timeout=10).status_code == 200
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self';")


@pytest.mark.parametrize(
    "path", ["/docs/", "/docs/../swagger.py", "/docs/%2e%2e/x", "/docs/index.html", "/docs/swagger-ui.js.map"]
)
def test_the_page_has_no_other_files(api: Server, path: str) -> None:
    assert requests.get(api.url + path, timeout=10).status_code == 404


def test_behind_a_proxy_it_names_the_prefix(api: Server) -> None:
    told = requests.get(api.url + "/openapi.json", headers={"X-Forwarded-Prefix": "/user/ada"}, timeout=10).json()
    assert told["servers"] == [{"url": "/user/ada"}]


# Schemathesis: hundreds of requests for each operation, right ones and wrong ones -----------------------

EXAMPLES = {"the counter": 100, "a customer": 30}
SEMANTIC = re.compile(r"there is no show \d+|[A-Z][A-Za-z ]+ has seats 1 to \d+")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Server]:
    """The real thing: a process of its own, waitress, and a file."""
    with launch("servers.ticket_service", port=0, args=["--database", str(tmp_path / "office.db")]) as server:
        yield server


def settings(url: str, examples: int, token: str | None = None) -> dict[str, Any]:
    """Every check is on. One knows nothing of two statuses that a right request can get as well:

    412, where If-Match is well-formed and names what is not there now; and 422, where the body is as the schema
    says, but nobody plays show 2147483646. Which 422 that may be is looked at in `refused_for_a_reason`.
    """
    accepted = ["2xx", "3xx", "401", "403", "404", "409", "412", "422"]
    return {
        "base-url": url,
        "seed": 1,
        "generation": {"max-examples": examples, "deterministic": True, "mode": "all"},
        "continue-on-failure": True,
        "checks": {
            "positive_data_acceptance": {"expected-statuses": accepted},
            # 428 is the status for a missing If-Match (RFC 6585 §3); the check does not know it.
            "missing_required_header": {"expected-statuses": ["400", "401", "403", "404", "415", "422", "428"]},
        },
        "auth": {"openapi": {"token": {"bearer": token}}} if token else {},
    }


def faults(url: str, config: dict[str, Any]) -> tuple[int, list[str]]:
    """How many requests Schemathesis made, and what it found wrong."""
    schemathesis = pytest.importorskip("schemathesis", reason="it is in the extra `proof`")
    from schemathesis.engine import events, from_schema

    def refused_for_a_reason(context: Any, response: Any, case: Any) -> None:
        if response.status_code == 422 and case.meta and case.meta.generation.mode.is_positive:
            assert SEMANTIC.fullmatch(response.json()["detail"]), response.text

    schemathesis.check(refused_for_a_reason)
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json", config=schemathesis.Config.from_dict(config))
    tried, found = 0, []
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            tried += len(event.recorder.cases)
            checks = [check for checks in event.recorder.checks.values() for check in checks]
            found += [str(check.failure_info.failure) for check in checks if check.failure_info]
        elif isinstance(event, events.NonFatalError):
            found.append(str(event.value))
        elif isinstance(event, events.FatalError):
            raise event.exception
    return tried, found


@pytest.mark.proof
@pytest.mark.parametrize("who", EXAMPLES)
def test_schemathesis_finds_nothing(service: Server, who: str) -> None:
    token = None
    if who == "a customer":
        token = requests.post(service.url + "/customers", json={"name": "Ada"}, timeout=10).json()["token"]
    tried, found = faults(service.url, settings(service.url, EXAMPLES[who], token))
    assert found == []
    assert tried > EXAMPLES[who] * len(PATHS)


@pytest.mark.proof
def test_schemathesis_does_find_a_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    lie = json.loads(json.dumps(description()))
    lie["components"]["schemas"]["Show"]["properties"]["title"] = {"type": "integer"}
    monkeypatch.setattr(ticket_service, "description", lambda root: lie)
    api = launch(ticket_service.create_app(Store()), port=0)
    few = settings(api.url, 3) | {"generation": {"max-examples": 3, "deterministic": True}}
    assert "is not of type" in "".join(faults(api.url, few)[1])
