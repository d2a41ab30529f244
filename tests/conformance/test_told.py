"""Events as lines for people: what a line holds, and which lines stand below it."""

from __future__ import annotations

import json

from relaylab.domain.connector import ConnectorType
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Attributed, Authenticated
from relaylab.domain.tenant import Tenant
from relaylab.store.events import as_json
from relaylab.store.shapes import message_json
from relaylab_conformance.steering.told import event_lines, message_lines
from tests.builders import OFFICE_IP, TLS, a_connector, a_tenant, a_world, at
from tests.session.lines import Lab
from tests.store.builders import a_message

PARTNER = a_connector(name="gateway", connector_type=ConnectorType.PARTNER)
LETTER = b"From: scanner@contoso.com\r\n\r\nx\r\n"


def lines_of_an_attribution(*tenants: Tenant) -> list[str]:
    lab = Lab(a_world(*tenants))
    line = lab.connect_mx(OFFICE_IP).secure(TLS)
    for said in ("MAIL FROM:<scanner@contoso.com>", "RCPT TO:<desk@fabrikam.com>", "DATA"):
        line.say(said)
    line.message(LETTER)
    event = next(event for event in lab.events if isinstance(event, Attributed))
    return list(event_lines(json.loads(json.dumps(as_json(event, 5)))))


def test_an_attribution_is_a_line_and_one_below_for_each_connector() -> None:
    head, *below = lines_of_an_attribution(a_tenant(inbound_connectors=(PARTNER, a_connector())))

    assert head.endswith("attributed  originating, tenant contoso, connector 'hq' by address")
    assert 2 == len(below)
    assert below[0].startswith("        not this: connector 'gateway' of tenant contoso, Partner: ")
    assert below[1].startswith(f"        decided: connector 'hq' of tenant contoso, OnPremises: {OFFICE_IP} is on ")
    assert not any("{" in line for line in (head, *below))


def test_an_attribution_to_nobody_says_so() -> None:
    head, *below = lines_of_an_attribution(a_tenant(inbound_connectors=(PARTNER,)))

    assert head.endswith("attributed  incoming, tenant (none)")
    assert 1 == len(below)


def test_a_risk_has_a_line_of_its_own() -> None:
    other = a_tenant("fabrikam", inbound_connectors=(a_connector(),))
    head, risk, *connectors = lines_of_an_attribution(a_tenant(inbound_connectors=(a_connector(),)), other)

    assert head.endswith(", at risk")
    assert risk.startswith(f"        at risk: {OFFICE_IP} is also on a connector of tenant fabrikam: ")
    assert 2 == len(connectors)


def test_what_nobody_found_out_about_a_sender_is_no_hole() -> None:
    event = Authenticated(
        at=at("2026-12-01"),
        session="s-000001",
        endpoint=Endpoint.MX,
        message="m-1",
        hop="arrival",
        receiver="",
        ip=OFFICE_IP,
        spf="none",
        dkim=(),
        dmarc="fail",
        compauth="",
        because=("it has no record",),
    )
    (line,) = event_lines(json.loads(json.dumps(as_json(event, 6))))

    assert line.endswith(f"m-1 at arrival for {OFFICE_IP}: spf=none, dkim=none, dmarc=fail, compauth=none")


def test_the_event_of_a_report_stands_in_its_line_as_json() -> None:
    event = {
        "seq": 7,
        "at": "2026-12-01T12:00:00Z",
        "session": "a-000001",
        "endpoint": "acs_rest",
        "kind": "delivery_reported",
        "operation": "5b",
        "recipient": "a@b.example",
        "document": {"id": "7c", "data": {"status": "Failed", "deliveryStatusDetails": None}},
    }

    (line,) = event_lines(event)

    assert {"id": "7c", "data": {"status": "Failed", "deliveryStatusDetails": None}} == (
        json.loads(line.partition("document ")[2])
    )


def test_a_message_over_rest_shows_its_operation() -> None:
    by_rest, by_smtp = (message_json(a_message(operation=one)) for one in ("5b6c0c5e", None))

    assert "  operation   5b6c0c5e" in list(message_lines(by_rest, {"attachments": []}, "2027-01-01T00:00:00Z"))
    assert not [
        line for line in message_lines(by_smtp, {"attachments": []}, "2027-01-01T00:00:00Z") if "operation" in line
    ]
