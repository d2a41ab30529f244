import json
from dataclasses import replace
from datetime import timedelta

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.message import Envelope, MessageHead
from relaylab.store import decision_json, message_json
from tests.store.builders import BOUNCE, DECISION, NOON, a_message


def test_a_message_as_json_has_the_promised_names_in_the_promised_order() -> None:
    shown = message_json(a_message(delivered_at=NOON + timedelta(minutes=1, milliseconds=500)))

    assert {
        "id": "m-1",
        "endpoint": "submission",
        "tenant": "contoso",
        "site": "hq",
        "session": "s-000042",
        "accepted_at": "2026-12-01T12:00:00Z",
        "delivered_at": "2026-12-01T12:01:00.500000Z",
        "mail_from": "Scanner@contoso.com",
        "recipients": ["all@contoso.com"],
        "size": 24,
        "subject": "Scan",
        "message_id": "<1@contoso.com>",
        "placed": {"helpdesk@contoso.com": "inbox", "desk@fabrikam.com": "none"},
        "copies": [
            {"recipient": "helpdesk@contoso.com", "through": "all@contoso.com", "placed": "inbox", "verdict": None},
            {
                "recipient": "desk@fabrikam.com",
                "through": "all@contoso.com",
                "placed": "none",
                "verdict": decision_json(BOUNCE),
            },
        ],
        "verdict": decision_json(DECISION),
        "report_of": None,
        "shown_from": "Scanner@contoso.com",
        "headers": [],
        "versions": [],
        "authentication": [],
        "reported": [],
        "operation": None,
    } == json.loads(json.dumps(shown))
    assert "id endpoint tenant site session accepted_at delivered_at mail_from recipients size subject message_id" == (
        " ".join(list(shown)[:12])
    )


def test_a_report_of_the_service_has_no_sender_and_no_verdict() -> None:
    report = a_message(
        tenant=None,
        envelope=Envelope(None, ()),
        head=MessageHead(),
        decision=None,
        report_of="m-1",
        endpoint=Endpoint.MX,
    )

    shown = message_json(report)

    assert (None, None, None, "m-1") == (shown["mail_from"], shown["verdict"], shown["subject"], shown["report_of"])


def test_a_verdict_as_json_has_the_promised_names_in_the_promised_order() -> None:
    shown = decision_json(DECISION)

    assert "effect reply rule stage at reading because source fix" == " ".join(shown)
    assert {"code": 250, "enhanced": "2.0.0", "text": "OK"} == shown["reply"]
    assert {
        "title": "A document",
        "url": "https://learn.microsoft.com/",
        "date": "2026-09",
        "confidence": "observed",
        "fact": "CS-DATA-01",
    } == shown["source"]


def test_a_silent_verdict_has_no_reply() -> None:
    assert decision_json(replace(DECISION, reply=None))["reply"] is None
