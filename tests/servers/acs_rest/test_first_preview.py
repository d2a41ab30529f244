"""The first preview, 2021-10-01-preview: its names, its repeatable requests, its status."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from relaylab.domain.message import Placement
from tests.acs_rest_lab import AcsLab

VERSION = "2021-10-01-preview"
REPEATABLE = {
    "repeatability-request-id": "0e000000-0000-4000-8000-00000000000a",
    "repeatability-first-sent": "Tue, 01 Dec 2026 00:00:00 GMT",
}


def a_first_message(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {
        "sender": "orders@contoso.com",
        "content": {"subject": "Your order", "plainText": "Thank you."},
        "recipients": {
            "to": [],
            "CC": [{"email": "anna@northwind.example"}],
            "bCC": [{"email": "helpdesk@contoso.com"}],
        },
        **more,
    }


def send(lab: AcsLab, message: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> httpx.Response:
    body = json.dumps(message or a_first_message()).encode()
    return lab.request("POST", f"/emails:send?api-version={VERSION}", body, headers=REPEATABLE | (headers or {}))


def status(lab: AcsLab, message: str, version: str = VERSION) -> httpx.Response:
    return lab.request("GET", f"/emails/{message}/status?api-version={version}")


def test_a_message_in_the_first_words_is_kept_and_answered_without_a_body(acs_lab: AcsLab) -> None:
    answer = send(acs_lab)

    message = answer.headers["x-ms-request-id"]
    (kept,) = acs_lab.emulator.store.mail.messages()
    assert (202, b"", "accepted") == (answer.status_code, answer.content, answer.headers["repeatability-result"])
    assert answer.headers["operation-location"].endswith(f"/emails/{message}/status?api-version={VERSION}")
    assert [Placement.OUTSIDE, Placement.INBOX] == [copy.placed for copy in kept.copies]


def test_it_is_queued_and_then_out_for_delivery(acs_lab: AcsLab) -> None:
    message = send(acs_lab).headers["x-ms-request-id"]
    before = status(acs_lab, message)
    acs_lab.advance(seconds=30)

    assert {"messageId": message, "status": "queued"} == before.json()
    assert {"messageId": message, "status": "outForDelivery"} == status(acs_lab, message).json()


def test_a_message_that_goes_nowhere_is_dropped(acs_lab: AcsLab) -> None:
    recipients = {"to": [{"email": "never@fabrikam.com"}]}
    message = send(acs_lab, a_first_message(recipients=recipients)).headers["x-ms-request-id"]
    acs_lab.advance(seconds=30)

    assert "dropped" == status(acs_lab, message).json()["status"]


def test_a_repeat_sends_nothing_twice_and_has_the_first_answer(acs_lab: AcsLab) -> None:
    first, again = send(acs_lab), send(acs_lab)
    another = send(acs_lab, headers={"repeatability-request-id": "another"})

    assert first.headers["operation-location"] == again.headers["operation-location"]
    assert first.headers["operation-location"] != another.headers["operation-location"]
    assert 2 == len(acs_lab.emulator.store.mail)


@pytest.mark.parametrize("missing", list(REPEATABLE))
def test_both_headers_are_required(acs_lab: AcsLab, missing: str) -> None:
    assert 400 == send(acs_lab, headers={missing: ""}).status_code
    assert ["acs_rest.send.repeatability_is_missing"] == acs_lab.rules()


def test_attachments_headers_and_importance_are_taken_over(acs_lab: AcsLab) -> None:
    attachment = {"name": "a.pdf", "attachmentType": "pdf", "contentBytesBase64": base64.b64encode(b"%PDF").decode()}
    more = {"attachments": [attachment], "headers": [{"name": "X-Order", "value": "42"}], "importance": "high"}
    send(acs_lab, a_first_message(**more))

    raw = acs_lab.emulator.store.mail.raw("a-000001-1") or b""
    assert all(part in raw for part in (b"application/pdf", b"X-Order: 42", b"Importance: high"))


@pytest.mark.parametrize(
    ("changes", "code", "at"),
    [
        ({"sender": None}, "BadRequest", "sender"),
        ({"recipients": {"to": [{"email": "nobody"}]}}, "InvalidEmailAddress", ""),
        ({"recipients": {"to": [{"address": "a@northwind.example"}]}}, "BadRequest", "recipients.to[0].email"),
        ({"attachments": [{"name": "a", "attachmentType": "pdf"}]}, "BadRequest", "attachments[0].contentBytesBase64"),
        ({"headers": {"X-Order": "42"}}, "BadRequest", "headers"),
    ],
)
def test_what_is_wrong_is_named_in_its_own_words(acs_lab: AcsLab, changes: dict[str, Any], code: str, at: str) -> None:
    answer = send(acs_lab, a_first_message(**changes))

    assert (400, code) == (answer.status_code, answer.json()["error"]["code"])
    assert at in answer.json()["error"]["message"]


def test_each_version_has_its_own_way_to_the_status(acs_lab: AcsLab) -> None:
    message = send(acs_lab).headers["x-ms-request-id"]
    by_a_later_version = status(acs_lab, message, "2025-09-01")
    by_the_first = acs_lab.request("GET", f"/emails/operations/{message}?api-version={VERSION}")

    assert [400, 400] == [by_a_later_version.status_code, by_the_first.status_code]
