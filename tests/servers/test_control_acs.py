"""The control plane's view of Azure Communication Services: connection strings, keys, and what recipients do."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from relaylab.domain.acs_settings import ENGAGEMENT_REPORT
from tests.acs_rest_lab import MAIL, AcsLab, a_message
from tests.clients.controlled import Controlled


@pytest.fixture
def controlled_acs(acs_lab: AcsLab) -> Iterator[Controlled]:
    controlled = Controlled(acs_lab.emulator)
    yield controlled
    controlled.close()


def test_every_resource_is_listed_with_what_a_client_is_made_with(controlled_acs: Controlled, acs_lab: AcsLab) -> None:
    first, *others = controlled_acs.get("/acs")["resources"]

    https = acs_lab.emulator.https_url
    assert ["contoso-unlucky", "latecomer-mail"] == [one["name"] for one in others]
    assert {
        "name": MAIL,
        "tenant": "contoso",
        "url": f"{https}/acs/{MAIL}",
        "host_name": "contoso-mail.communication.azure.com",
        "connection_string": f"endpoint={https}/;accesskey={acs_lab.key()}",
        "primary_key": acs_lab.key(),
        "secondary_key": acs_lab.key(which=1),
    } == first


@pytest.mark.parametrize(("which", "answers"), [("primary", [401, 202]), ("secondary", [202, 401])])
def test_a_key_is_made_anew(controlled_acs: Controlled, acs_lab: AcsLab, which: str, answers: list[int]) -> None:
    old = [acs_lab.key(which=number) for number in (0, 1)]

    answer = controlled_acs.client.post(f"/acs/{MAIL}/keys", json={"key": which})

    assert acs_lab.key(which=0) == answer.json()["primary_key"]
    assert answers == [acs_lab.send(key=one).status_code for one in old]


def test_what_cannot_be_rotated_is_told_with_a_way_out(controlled_acs: Controlled) -> None:
    nobody = controlled_acs.client.post("/acs/nobody/keys", json={"key": "primary"})
    third = controlled_acs.client.post(f"/acs/{MAIL}/keys", json={"key": "third"})

    assert (404, "no ACS resource is named 'nobody'; GET /acs lists them") == (
        nobody.status_code,
        nobody.json()["error"],
    )
    assert (400, 'key: "third" is not one of primary, secondary') == (third.status_code, third.json()["error"])


def _engage(controlled: Controlled, operation: str, **body: str) -> httpx.Response:
    return controlled.client.post(f"/acs/operations/{operation}/engagement", json=body)


def test_a_recipient_clicks_and_a_report_follows(controlled_acs: Controlled, acs_lab: AcsLab) -> None:
    operation = acs_lab.send(a_message(content={"subject": "Offer", "html": "<p>x</p>"})).json()["id"]
    early = _engage(controlled_acs, operation, kind="view")
    acs_lab.advance(seconds=30)
    clicked = _engage(controlled_acs, operation, kind="click", url="https://contoso.com")

    assert [400, 204] == [early.status_code, clicked.status_code]
    last = controlled_acs.get("/events", kind="delivery_reported")["events"][-1]
    assert (ENGAGEMENT_REPORT, "click", "https://contoso.com") == (
        last["type"],
        last["about"],
        last["document"]["data"]["engagementContext"],
    )


def test_an_engagement_that_cannot_be_is_told(controlled_acs: Controlled, acs_lab: AcsLab) -> None:
    operation = acs_lab.send().json()["id"]

    assert 404 == _engage(controlled_acs, "nothing", kind="view").status_code
    assert 400 == _engage(controlled_acs, operation, kind="look").status_code


def test_a_message_is_had_by_the_operation_that_sent_it(controlled_acs: Controlled, acs_lab: AcsLab) -> None:
    operation = acs_lab.send().json()["id"]
    (listed,) = controlled_acs.get("/messages")["messages"]

    assert operation == listed["operation"]
    for name in (operation, operation.upper()):
        assert listed == controlled_acs.get(f"/messages/{name}")
        assert listed == controlled_acs.get("/explain", what=name)["document"]["message"]
        assert b"Subject: " in controlled_acs.client.get(f"/messages/{name}/raw").content
    assert 404 == controlled_acs.client.get(f"/messages/{operation[::-1]}").status_code
    assert 404 == controlled_acs.client.get("/explain", params={"what": operation[:-4] + "0000"}).status_code
    assert 204 == controlled_acs.client.delete(f"/messages/{operation}").status_code
