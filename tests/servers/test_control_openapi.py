"""The description of the control plane is fresh, and what it describes is what there is: schemathesis tries it."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi

from relaylab.app.faults import COMMON, SCOPE, fault_json, parse_spec
from relaylab.domain.fault import Behaviour
from relaylab.rules.faults import CONDUCTS
from relaylab.servers import control
from relaylab.servers.control.app import DESCRIPTION, OPERATIONS
from relaylab.servers.control.openapi import description, text
from tests.clients.by_socket import send_directly
from tests.clients.controlled import Controlled

COPY = Path(control.__file__).parent / DESCRIPTION
TRIED = [one for one in OPERATIONS if one.path != "/events/stream"]  # which never ends


def test_the_copy_of_the_description_is_fresh() -> None:
    way_out = "python -m relaylab.servers.control.openapi > emulator/relaylab/servers/control/openapi.json"

    assert text() == COPY.read_text(encoding="utf-8"), way_out


def test_the_description_is_answered(controlled: Controlled) -> None:
    answer = controlled.client.get("/openapi.json")

    assert "application/json" == answer.headers["Content-Type"]
    assert "3.1.0" == answer.json()["openapi"]
    assert description() == answer.json()


def test_every_operation_says_what_it_does_under_a_name_of_its_own() -> None:
    described = [one for path in description()["paths"].values() for one in path.values()]

    assert len(OPERATIONS) == len({one["operationId"] for one in described})
    assert all(one.summary.endswith(".") for one in OPERATIONS)


def test_every_kind_of_event_fits_its_description(controlled: Controlled) -> None:
    send_directly(controlled.mx)
    document = description()

    for event in controlled.get("/events")["events"]:
        schema = {"$ref": "#/components/schemas/Event", "components": document["components"]}
        jsonschema.validate(event, schema)


def test_the_body_of_a_fault_is_described_with_every_key_there_is() -> None:
    body = description()["paths"]["/faults"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    taken = {key for conduct in CONDUCTS.values() for key in conduct.takes}

    assert {"behaviour", "scope", *COMMON, *taken} == set(body["properties"])
    assert set(SCOPE) == set(body["properties"]["scope"]["properties"])
    assert set(Behaviour) == set(body["properties"]["behaviour"]["enum"])


@pytest.mark.parametrize(
    "spec",
    [
        "mx=mail4xx,times=3,per=triplet,chance=0.5,since=2026-12-01,until=2026-12-02,sender=@contoso.com,close=yes",
        "smtp.office365.com=reply,step=rcpt,nth=2+,code=451,enhanced=4.7.1,text=later,site=hq,recipient=a@b.example",
        "reply,step=auth,says=concurrent,session=s-000001",
        "tls,minimum=TLSv1.2,maximum=TLSv1.3",
        "wrongname,name=mail.example",
        "without,keywords=PIPELINING+CHUNKING",
        "offer,mechanisms=PLAIN,layer=clear",
        "hangup,step=data,when=before",
        "drip,octets=3,seconds=0.5",
        "smallsize,size=5000",
        "multiline,lines=4",
    ],
)
def test_a_fault_as_it_is_listed_fits_the_description_of_what_is_sent(spec: str) -> None:
    shown = fault_json(parse_spec(spec))

    del shown["id"], shown["used"]
    body = description()["paths"]["/faults"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    jsonschema.validate(shown, body)


@pytest.mark.slow
@pytest.mark.parametrize("operation", TRIED, ids=lambda one: f"{one.method} {one.path}")
def test_whatever_is_sent_is_answered_as_described(operation: Any, controlled: Controlled) -> None:  # noqa: ANN401
    send_directly(controlled.mx)
    send_directly(controlled.mx)
    controlled.client.post("/snapshots")
    controlled.client.post("/faults", json={"behaviour": "noenhanced", "scope": {"listener": "submission"}})
    schema = schemathesis.openapi.from_dict(json.loads(text()))
    path = operation.path.replace(":path", "")
    tried = schema[path][operation.method]
    steps = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in REAL_STEPS.items()})
    headers = {"Authorization": f"Bearer {controlled.server.token}"}

    @settings(
        max_examples=15,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(tried.as_strategy(), st.booleans(), steps)
    def ask(case: schemathesis.Case[Any], with_real_steps: bool, real: dict[str, str]) -> None:  # noqa: FBT001
        if with_real_steps and case.path_parameters:
            case.path_parameters = {name: real[name] for name in case.path_parameters}
        answer = case.call(base_url=controlled.server.url, headers=headers, timeout=60)
        case.validate_response(answer, checks=CHECKS, headers=headers)

    ask()


# What is there in the emulator that is tried, so that not everything is answered with 404.
REAL_STEPS = {
    "id": ["s-000001-1", "s-000002-1", "snapshot-1", "f-1"],
    "name": ["contoso-mail", "none-such"],
    "number": ["1"],
    "seq": ["1", "2"],
    "tenant": ["contoso", "fabrikam"],
    "path": ["organization_config", "mailbox/0"],
}
CHECKS: list[Any] = [
    checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
]


def test_every_operation_asks_for_the_token(controlled: Controlled) -> None:
    for operation in OPERATIONS:
        path = operation.path.replace(":path", "").replace("{", "%7B").replace("}", "%7D")
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            answer = httpx.request(operation.method, controlled.server.url + path, headers=headers, trust_env=False)
            assert HTTPStatus.UNAUTHORIZED == answer.status_code, f"{operation.method} {path} {headers}"


def test_every_error_has_the_shape_of_all_errors(controlled: Controlled) -> None:
    for operation in TRIED:
        path = operation.path.replace(":path", "").replace("{", "%7B").replace("}", "%7D")
        answer = controlled.client.request(operation.method, path, content=b"[" if operation.body else None)
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            assert {"error"} == set(answer.json()), f"{operation.method} {path}"
