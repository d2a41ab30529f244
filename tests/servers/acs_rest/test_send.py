"""POST /emails:send: the answer, the body, the sender, the limits, and what a repeat gets."""

from __future__ import annotations

import base64
import email.policy
import json
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from relaylab.domain.event import Judged
from relaylab.domain.message import Placement
from tests.acs_rest_lab import MANAGED, UNLUCKY, VERSION, AcsLab, a_message, acs_world, sign
from tests.conftest import Emulate

BAD = "Request body validation error. See property "
PIXEL = base64.b64encode(b"\x89PNG pixel").decode()


def an_attachment(**more: str) -> dict[str, str]:
    return {"name": "a.txt", "contentType": "text/plain", "contentInBase64": PIXEL, **more}


def sent(lab: AcsLab) -> EmailMessage:
    """The newest message, read as a recipient's program does."""
    kept = lab.emulator.store.mail.messages()[-1]
    raw = lab.emulator.store.mail.raw(kept.id)
    assert raw is not None
    return email.message_from_bytes(raw, policy=email.policy.default)


def test_an_accepted_message_is_an_operation_that_the_answer_names(acs_lab: AcsLab) -> None:
    answer = acs_lab.send()

    said = answer.json()
    assert 202 == answer.status_code
    assert {"id": str(UUID(said["id"])), "status": "Running", "error": None} == said
    assert (
        f"{acs_lab.endpoint()}/emails/operations/{said['id']}?api-version={VERSION}"
        == answer.headers["operation-location"]
    )
    assert "Tue, 01 Dec 2026 00:00:00 GMT" == answer.headers["date"]
    assert ("30", "CONFIG_NOCACHE") == (answer.headers["retry-after"], answer.headers["x-cache"])
    assert "application/json; charset=utf-8" == answer.headers["content-type"]
    assert UUID(answer.headers["mise-correlation-id"])
    assert "2025-09-01" in answer.headers["api-supported-versions"]


@pytest.mark.parametrize("version", ["2023-01-15-preview", "2023-03-31", "2024-07-01-preview", "2025-01-15-preview"])
def test_every_version_is_answered_in_its_own_name(acs_lab: AcsLab, version: str) -> None:
    answer = acs_lab.send(version=version)

    assert 202 == answer.status_code
    assert f"api-version={version}" == urlsplit(answer.headers["operation-location"]).query


@pytest.mark.parametrize(
    ("path", "code"),
    [("/emails:send", "ApiVersionUnspecified"), ("/emails:send?api-version=2022-02-22", "UnsupportedApiVersion")],
)
def test_a_request_must_name_a_version_that_there_is(acs_lab: AcsLab, path: str, code: str) -> None:
    answer = acs_lab.request("POST", path, json.dumps(a_message()).encode())

    assert (400, code) == (answer.status_code, answer.json()["error"]["code"])


def test_the_version_is_asked_for_before_the_key(acs_lab: AcsLab) -> None:
    assert 400 == acs_lab.request("POST", "/emails:send", headers={"Authorization": ""}).status_code


def test_a_message_is_kept_as_mail_with_everything_that_was_said(acs_lab: AcsLab) -> None:
    message = a_message(
        recipients={
            "to": [{"address": "anna@northwind.example", "displayName": "Ännä, with a comma"}],
            "cc": [{"address": "helpdesk@contoso.com"}],
            "bcc": [{"address": "silent@northwind.example"}],
        },
        content={"subject": "Grüße", "plainText": "Zeile eins\nZeile zwei", "html": "<p>Hallo</p>"},
        replyTo=[{"address": "service@contoso.com", "displayName": "Service"}],
        headers={"X-Order": "42", "Message-ID": "<order-42@contoso.com>", "From": "evil@elsewhere.example"},
        attachments=[an_attachment(name="Rechnung März.pdf", contentType="application/pdf")],
    )
    acs_lab.send(message)

    mail = sent(acs_lab)
    assert "orders@contoso.com" == mail["From"]
    assert ["anna@northwind.example"] == [one.addr_spec for one in mail["To"].addresses]
    assert "Ännä, with a comma" == mail["To"].addresses[0].display_name
    assert ("helpdesk@contoso.com", None) == (mail["Cc"], mail["Bcc"])
    assert ("Grüße", "42", "<order-42@contoso.com>") == (mail["Subject"], mail["X-Order"], mail["Message-ID"])
    assert "service@contoso.com" in mail["Reply-To"]
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert ["Zeile eins", "Zeile zwei"] == plain.get_content().splitlines()
    assert "<p>Hallo</p>" == html.get_content().strip()
    (attachment,) = mail.iter_attachments()
    assert ("Rechnung März.pdf", b"\x89PNG pixel") == (attachment.get_filename(), attachment.get_payload(decode=True))


def test_the_kept_message_says_from_whom_to_whom_and_where_the_copies_went(acs_lab: AcsLab) -> None:
    acs_lab.send(a_message("orders@contoso.com", "all@contoso.com", "anna@northwind.example"))

    (kept,) = acs_lab.emulator.store.mail.messages()
    assert ("acs_rest", "contoso", "orders@contoso.com") == (kept.endpoint, kept.tenant, str(kept.envelope.mail_from))
    assert {
        "helpdesk@contoso.com": Placement.INBOX,
        "accounting@contoso.com": Placement.INBOX,
        "anna@northwind.example": Placement.OUTSIDE,
    } == {str(copy.recipient): copy.placed for copy in kept.copies}
    assert kept.accepted_at < kept.delivered_at


def test_an_attachment_with_a_content_id_is_inline_with_the_html(acs_lab: AcsLab) -> None:
    content = {"subject": "Logo", "html": '<img src="cid:logo">'}
    acs_lab.send(a_message(content=content, attachments=[an_attachment(contentType="image/png", contentId="logo")]))

    mail = sent(acs_lab)
    image = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert "multipart/related" == mail.get_content_type()
    assert ("<logo>", "inline") == (image["Content-ID"], image.get_content_disposition())


def test_before_inline_attachments_a_content_id_was_passed_over(acs_lab: AcsLab) -> None:
    content = {"subject": "Logo", "html": '<img src="cid:logo">'}
    message = a_message(content=content, attachments=[an_attachment(contentType="image/png", contentId="logo")])
    acs_lab.send(message, version="2023-03-31")

    assert ["image/png"] == [part.get_content_type() for part in sent(acs_lab).iter_attachments()]


@pytest.mark.parametrize("field", ["subject", "displayName", "name"])
def test_nothing_that_is_written_into_a_field_gets_into_another(acs_lab: AcsLab, field: str) -> None:
    injected = "x\r\nBcc: victim@elsewhere.example\r\n\r\nbody"
    message = a_message()
    if field == "subject":
        message["content"]["subject"] = injected
    elif field == "displayName":
        message["recipients"]["to"][0]["displayName"] = injected
    else:
        message["attachments"] = [an_attachment(name=injected)]
    answer = acs_lab.send(message)

    if answer.status_code == 202:
        assert sent(acs_lab)["Bcc"] is None
        assert "Thank you." in sent(acs_lab).as_string()
    else:
        assert "attachments[0].name" in answer.json()["error"]["message"]


def _without(message: dict[str, Any], *path: str) -> dict[str, Any]:
    inner = message
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return message


@pytest.mark.parametrize(
    ("message", "at"),
    [
        (_without(a_message(), "senderAddress"), "senderAddress"),
        (_without(a_message(), "content"), "content"),
        (_without(a_message(), "content", "subject"), "content.subject"),
        (_without(a_message(), "content", "plainText"), "content.plainText"),
        (_without(a_message(), "recipients"), "recipients"),
        (_without(a_message(), "recipients", "to"), "recipients.to"),
        (a_message(recipients={"to": []}), "recipients.to"),
        (a_message(recipients={"to": [{"displayName": "x"}]}), "recipients.to[0].address"),
        (a_message(recipients={"to": ["anna@northwind.example"]}), "recipients.to[0]"),
        (a_message(content={"subject": 1, "plainText": "x"}), "content.subject"),
        (a_message(headers={"X-Order": 42}), "headers['X-Order']"),
        (a_message(headers={"X Order": "42"}), "headers['X Order']"),
        (a_message(headers={"X-Order": "4\r\n2"}), "headers['X-Order']"),
        (a_message(userEngagementTrackingDisabled="yes"), "userEngagementTrackingDisabled"),
        (a_message(attachments=[an_attachment(contentInBase64="not base64!")]), "attachments[0].contentInBase64"),
        (a_message(attachments=[an_attachment(contentType="pdf")]), "attachments[0].contentType"),
        (a_message(attachments=[an_attachment(), {"name": "b"}]), "attachments[1].contentType"),
        (a_message(attachments=[an_attachment(contentId="a")] * 2), "attachments[1].contentId"),
        (a_message(replyTo={"address": "x@contoso.com"}), "replyTo"),
        ([], "body"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_body_that_is_not_in_order_is_refused_and_the_property_named(acs_lab: AcsLab, message: Any, at: str) -> None:  # noqa: ANN401 - JSON
    answer = acs_lab.request("POST", f"/emails:send?api-version={VERSION}", json.dumps(message).encode())

    assert 400 == answer.status_code
    assert {"error": {"code": "BadRequest", "message": f"{BAD}'{at}'"}} == answer.json()
    assert "BadRequest" == answer.headers["x-ms-error-code"]


@pytest.mark.parametrize("address", ["anna", "anna@", "@northwind.example", "Anna <anna@northwind.example>", "a@b"])
def test_an_address_must_be_one(acs_lab: AcsLab, address: str) -> None:
    answer = acs_lab.send(a_message("orders@contoso.com", address))

    assert (400, "InvalidEmailAddress", "Invalid format for email address") == (
        answer.status_code,
        answer.json()["error"]["code"],
        answer.json()["error"]["message"],
    )


def test_copies_alone_are_enough(acs_lab: AcsLab) -> None:
    recipients = {"to": [], "cc": [{"address": "anna@northwind.example"}]}

    assert 202 == acs_lab.send(a_message(recipients=recipients)).status_code


def test_reserved_headers_allow_what_is_refused_without_them_and_are_not_sent(acs_lab: AcsLab) -> None:
    twice = [an_attachment(contentId="a"), an_attachment(contentId="a")]
    reserved = "x-ms-acsemail-ignore-duplicate-content-id"
    broken = [an_attachment(contentInBase64="!"), an_attachment(name="fine.txt")]
    dropping = "x-ms-acsemail-suppress-invalid-attachment"

    assert 202 == acs_lab.send(a_message(attachments=twice, headers={reserved: "true"})).status_code
    assert sent(acs_lab)[reserved] is None
    assert 202 == acs_lab.send(a_message(attachments=broken, headers={dropping: "True"})).status_code
    assert ["fine.txt"] == [part.get_filename() for part in sent(acs_lab).iter_attachments()]


def test_a_message_id_that_is_none_or_used_is_replaced_or_refused_on_request(acs_lab: AcsLab) -> None:
    validate = {"x-ms-acsemail-validate-message-id": "true"}
    first = acs_lab.send(a_message(headers={"Message-ID": "<1@contoso.com>"}))
    again = acs_lab.send(a_message(headers={"Message-ID": "<1@contoso.com>"}))

    assert [202, 202] == [first.status_code, again.status_code]
    assert "<1@contoso.com>" != sent(acs_lab)["Message-ID"]
    for used in ("<1@contoso.com>", "no id"):
        assert 400 == acs_lab.send(a_message(headers={"Message-ID": used, **validate})).status_code


@pytest.mark.parametrize(
    ("sender", "status", "code", "rule"),
    [
        ("orders@fabrikam.com", 404, "DomainNotLinked", "domain_is_not_linked"),
        ("orders@mail.contoso.com", 404, "DomainNotLinked", "domain_is_not_linked"),
        ("news@lapsed.example", 404, "DomainNotLinked", "domain_is_not_verified"),
        ("billing@contoso.com", 400, "InvalidSenderUserName", "sender_username_is_unknown"),
    ],
)
def test_a_sender_must_be_one_of_the_resource(acs_lab: AcsLab, sender: str, status: int, code: str, rule: str) -> None:
    answer = acs_lab.send(a_message(sender))

    assert (status, code) == (answer.status_code, answer.json()["error"]["code"])
    assert [f"acs_rest.send.{rule}"] == acs_lab.rules()


def test_the_texts_about_a_sender_are_those_that_were_seen(acs_lab: AcsLab) -> None:
    unlinked = acs_lab.send(a_message("orders@fabrikam.com")).json()["error"]["message"]
    unknown = acs_lab.send(a_message("billing@contoso.com")).json()["error"]["message"]

    assert "The specified sender domain has not been linked." == unlinked
    assert unknown.startswith("Invalid email sender username: 'billing'. Please use a username from the list")


def test_under_a_reading_an_unlinked_domain_is_403(emulate: Emulate) -> None:
    lab = AcsLab(emulate(world=acs_world(), readings={"acs_domain_not_linked": "403"}))

    assert 403 == lab.send(a_message("orders@fabrikam.com")).status_code


def test_fifty_recipients_are_let_through_and_one_more_is_not(acs_lab: AcsLab) -> None:
    to = [f"one{number}@northwind.example" for number in range(51)]

    assert [202, 400] == [acs_lab.send(a_message("orders@contoso.com", *to[:n])).status_code for n in (50, 51)]
    assert ["acs_rest.send.recipients_are_too_many"] == acs_lab.rules()


def test_ten_megabytes_of_request_are_let_through_and_one_octet_more_is_not(acs_lab: AcsLab) -> None:
    def of_size(octets: int) -> bytes:
        empty = len(json.dumps(a_message(attachments=[an_attachment(contentInBase64="")])).encode())
        filler = octets - empty
        body = json.dumps(a_message(attachments=[an_attachment(contentInBase64="A" * (filler - filler % 4))])).encode()
        return body + b" " * (octets - len(body))

    path = f"/emails:send?api-version={VERSION}"

    assert 202 == acs_lab.request("POST", path, of_size(10_485_760)).status_code
    assert 400 == acs_lab.request("POST", path, of_size(10_485_761)).status_code
    assert ["acs_rest.send.request_is_too_large"] == acs_lab.rules()


def test_a_request_out_of_all_bounds_is_cut_off(acs_lab: AcsLab) -> None:
    answer = acs_lab.request("POST", f"/emails:send?api-version={VERSION}", b" " * (33 * 1024 * 1024))

    assert 413 == answer.status_code


# Rates ---------------------------------------------------------------------------------------------------------------


def test_the_thirty_first_message_of_a_minute_is_told_when_to_come_back_and_then_goes_through(acs_lab: AcsLab) -> None:
    acs_lab.send()
    acs_lab.advance(seconds=20)
    answers = [acs_lab.send() for _ in range(30)]

    assert [202] * 29 + [429] == [one.status_code for one in answers]
    # The one that was refused counts too: there is room when those of the twentieth second are a minute old.
    assert ("60", "TooManyRequests") == (answers[-1].headers["retry-after"], answers[-1].headers["x-ms-error-code"])
    acs_lab.advance(seconds=60)
    assert 202 == acs_lab.send().status_code


def test_the_hundred_and_first_message_of_an_hour_may_have_to_wait_for_nearly_an_hour(acs_lab: AcsLab) -> None:
    for _ in range(4):
        assert {202} == {acs_lab.send().status_code for _ in range(25)}
        acs_lab.advance(minutes=1)
    answer = acs_lab.send()

    assert 429 == answer.status_code
    assert 3_360 == int(answer.headers["retry-after"])


def test_an_azure_managed_domain_sends_five_a_minute_and_ten_an_hour(acs_lab: AcsLab) -> None:
    of_a_minute = [acs_lab.send(a_message(MANAGED)).status_code for _ in range(6)]
    acs_lab.advance(minutes=1)
    later = [acs_lab.send(a_message(MANAGED)).status_code for _ in range(5)]

    assert [202] * 5 + [429] == of_a_minute
    assert [202] * 4 + [429] == later, "the one that was refused has counted as well"
    assert 202 == acs_lab.send().status_code, "custom domains have a quota of their own"


def test_who_is_refused_for_something_else_has_used_nothing_of_the_quota(acs_lab: AcsLab) -> None:
    for _ in range(40):
        acs_lab.send(a_message("billing@contoso.com"))

    assert 202 == acs_lab.send().status_code


def test_smtp_and_rest_share_the_quota_unless_a_reading_parts_them(emulate: Emulate) -> None:
    lab = AcsLab(emulate(world=acs_world()))
    for _ in range(30):
        lab.send()

    judged = lab.events(Judged)[-1]
    assert "29 of 30 sends used in the minute up to now" in judged.decision.because
    assert 429 == lab.send().status_code
    assert ("acs_quota", "shared") in lab.events(Judged)[-1].decision.reading


# Repeats -------------------------------------------------------------------------------------------------------------

MINE = {"Operation-Id": "0E000000-0000-4000-8000-000000000001"}


def test_the_caller_may_choose_the_id_of_the_operation(acs_lab: AcsLab) -> None:
    assert "0e000000-0000-4000-8000-000000000001" == acs_lab.send(headers=MINE).json()["id"]


def test_a_repeated_operation_id_sends_nothing_twice(acs_lab: AcsLab) -> None:
    first, again = acs_lab.send(headers=MINE), acs_lab.send(headers=MINE)

    assert [202, 409] == [first.status_code, again.status_code]
    assert 1 == len(acs_lab.emulator.store.mail)


def test_under_a_reading_a_repeat_gets_the_first_answer_once_more(emulate: Emulate) -> None:
    lab = AcsLab(emulate(world=acs_world(), readings={"acs_repeated_operation": "202"}))
    first, again = lab.send(headers=MINE), lab.send(headers=MINE)

    assert 202 == again.status_code
    assert first.json() == again.json()
    assert 1 == len(lab.emulator.store.mail)


def test_an_operation_id_must_be_a_guid(acs_lab: AcsLab) -> None:
    assert 400 == acs_lab.send(headers={"Operation-Id": "order 42"}).status_code
    assert ["acs_rest.send.operation_id_is_malformed"] == acs_lab.rules()


# Bad days ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "status", "code"),
    [("busy", 429, "TooManyRequests"), ("down", 503, "ServiceUnavailable"), ("broken", 500, "InternalServerError")],
)
def test_a_bad_day_of_the_world_meets_those_it_is_meant_for(
    acs_lab: AcsLab, sender: str, status: int, code: str
) -> None:
    answer = acs_lab.send(a_message(f"{sender}@contoso.com"), resource=UNLUCKY)

    assert (status, code) == (answer.status_code, answer.headers["x-ms-error-code"])
    assert ("3600" if status == 429 else None) == answer.headers.get("retry-after")


def test_a_bad_day_ends_after_as_many_requests_as_it_was_meant_for(acs_lab: AcsLab) -> None:
    message = a_message("twice@contoso.com")

    assert [503, 503, 202] == [acs_lab.send(message, resource=UNLUCKY).status_code for _ in range(3)]


def test_a_client_gets_its_request_id_back_when_it_asks(acs_lab: AcsLab) -> None:
    mine = "11111111-2222-3333-4444-555555555555"
    wanted = {"x-ms-client-request-id": mine, "x-ms-return-client-request-id": "true"}

    assert mine == acs_lab.send(headers=wanted).headers["x-ms-client-request-id"]
    assert "x-ms-client-request-id" not in acs_lab.send(headers={"x-ms-client-request-id": mine}).headers


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "rule"),
    [
        ("POST", "/emails", 404, "NotFound", "path_is_unknown"),
        ("GET", "/emails:send", 405, "MethodNotAllowed", "method_is_not_allowed"),
        ("DELETE", "/emails/operations/1", 405, "MethodNotAllowed", "method_is_not_allowed"),
    ],
)
def test_a_request_that_there_is_not_is_judged_and_logged(  # noqa: PLR0913, PLR0917 - one row
    acs_lab: AcsLab, method: str, path: str, status: int, code: str, rule: str
) -> None:
    answer = acs_lab.request(method, path)

    assert (status, code) == (answer.status_code, answer.headers["x-ms-error-code"])
    assert [f"acs_rest.connect.{rule}"] == acs_lab.rules()


def test_a_request_out_of_all_bounds_is_judged_and_logged(acs_lab: AcsLab) -> None:
    answer = acs_lab.request("POST", f"/emails:send?api-version={VERSION}", b" " * (32 * 1024 * 1024 + 1))

    assert (413, "RequestTooLarge") == (answer.status_code, answer.headers["x-ms-error-code"])
    assert ["acs_rest.connect.request_is_too_large_to_read"] == acs_lab.rules()


def test_paths_are_told_without_regard_to_case(acs_lab: AcsLab) -> None:
    path = f"/Emails:Send?api-version={VERSION}"
    body = json.dumps(a_message()).encode()
    signed = sign("POST", path, acs_lab.url.removeprefix("https://"), body, acs_lab.key(), acs_lab.now)
    with acs_lab.http() as http:
        at_the_root = http.post(f"{acs_lab.url}{path}", content=body, headers=signed)

    assert [202, 202] == [at_the_root.status_code, acs_lab.request("POST", path, body).status_code]


def test_the_log_names_the_custom_headers_that_are_not_taken(acs_lab: AcsLab) -> None:
    acs_lab.send(a_message(headers={"From": "boss@contoso.com", "To": "all@contoso.com", "X-Order": "7"}))

    (judged,) = acs_lab.events(Judged)
    assert "custom headers not taken, since the service writes its own: From, To" in judged.decision.because


@pytest.mark.parametrize(("reading", "kept"), [("taken", True), ("left_out", False)])
def test_whether_a_custom_header_may_name_another_sender_is_a_reading(
    emulate: Emulate, reading: str, *, kept: bool
) -> None:
    lab = AcsLab(emulate(world=acs_world(), readings={"acs_sender_headers": reading}))
    named = {"Sender": "boss@contoso.com", "Return-Path": "<boss@contoso.com>", "resent-from": "boss@contoso.com"}

    assert 202 == lab.send(a_message(headers={**named, "X-Order": "7"})).status_code

    raw = lab.emulator.store.mail.raw(lab.emulator.store.mail.messages()[-1].id) or b""
    assert [kept] * 3 == [f"\r\n{name}: ".encode() in raw for name in named]
    assert b"\r\nX-Order: 7\r\n" in raw
    (judged,) = lab.events(Judged)
    assert kept != any(", ".join(named) in said for said in judged.decision.because)
