"""``relaylab explain`` on errors of ACS over REST: by code, by body, and as a client prints them."""

from __future__ import annotations

import pytest

from relaylab.rules.acs_rest.errors import ERRORS
from relaylab.rules.catalogue import rulebook
from relaylab.rules.faults import CONDUCTS
from relaylab_conformance.errors.rest import RestCode, rest_codes
from relaylab_conformance.explain import UnknownError, explain

BOOK = rulebook()


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ("DomainNotLinked", "acs_rest.send.domain_is_not_linked"),
        (
            '{"error":{"code":"Denied","message":"Denied by the resource provider."}}',
            "acs_rest.send.nothing_proves_who_asks",
        ),
        (
            "(BadRequest) Request body validation error. See property 'attachments[0].contentType'",
            "acs_rest.send.property_is_wrong",
        ),
        ("The specified sender domain has not been linked.", "acs_rest.send.domain_is_not_linked"),
        (
            "azure.core.exceptions.HttpResponseError: (TooManyRequests) The limit of requests has been reached. Try ag",
            "acs_rest.send.rate_is_used_up",
        ),
        ("RestError: The specified sender domain has not been linked.", "acs_rest.send.domain_is_not_linked"),
        ("TooManyRequests", "acs_rest.send.rate_is_used_up"),
        ("EmailDroppedAllRecipientsSuppressed", "acs_rest.outcome.all_recipients_are_suppressed"),
        ("401 Denied", "acs_rest.send.nothing_proves_who_asks"),
        ("401 Denied by the resource provider.", "acs_rest.send.nothing_proves_who_asks"),
        ("HTTP/1.1 429 Too Many Requests", "acs_rest.send.rate_is_used_up"),
        ("429", "acs_rest.send.rate_is_used_up"),
        (
            "r-000001 POST /emails:send -> 401 Denied by the resource provider.  [acs_rest.send.key_is_wrong]",
            "acs_rest.send.nothing_proves_who_asks",
        ),
        ("operation 5b -> Failed EmailDropped  [acs_rest: it was accepted]", "acs_rest.outcome.message_is_dropped"),
        (
            "401 The given request could not be resolved. The time difference between the originating client...",
            "acs_rest.send.date_is_too_far_off",
        ),
    ],
)
def test_an_error_is_explained_by_the_rules_that_give_it(asked: str, rule: str) -> None:
    found = explain(asked, BOOK)

    errors = found.document["errors"]
    assert isinstance(errors, list)
    assert rule in [name for error in errors for name in error["rules"]]
    assert "Fix" in found.text


@pytest.mark.parametrize("code", sorted({error.error for error in ERRORS}))
def test_every_code_is_explained(code: str) -> None:
    assert "acs_rest" == explain(code, BOOK).document["kind"]


def test_a_body_with_a_code_that_several_texts_share_is_explained_by_its_text() -> None:
    body = '{"error": {"code": "BadRequest", "message": "The number of recipients is over the limit of 50."}}'

    errors = explain(body, BOOK).document["errors"]
    assert isinstance(errors, list)
    assert [["acs_rest.send.recipients_are_too_many"]] == [error["rules"] for error in errors]


def the_errors(asked: str) -> list[tuple[str, int]]:
    errors = explain(asked, BOOK).document["errors"]
    assert isinstance(errors, list)
    return [(error["error"], error["status"]) for error in errors]


@pytest.mark.parametrize("code", rest_codes(), ids=lambda code: code.code)
def test_what_a_page_of_the_errors_is_headed_with_is_explained(code: RestCode) -> None:
    assert [(error.error, int(error.code)) for error in code.errors] == the_errors(code.title)


def test_errors_that_say_the_same_are_headed_by_their_causes() -> None:
    text = explain("Denied", BOOK).text

    assert "Denied by the resource provider. (who asks has not proved it)\n" in text
    assert "Denied by the resource provider. (there is no such resource)\n" in text


def test_a_status_beside_a_code_leaves_out_what_comes_with_another() -> None:
    assert [("DomainNotLinked", 403)] == the_errors("DomainNotLinked, HTTP 403")


@pytest.mark.parametrize("status", sorted({int(error.code) for error in ERRORS}))
def test_a_status_stands_for_every_code_that_comes_with_it(status: int) -> None:
    coming = [(error.error, status) for error in ERRORS if int(error.code) == status]

    assert coming == the_errors(str(status)) == the_errors(f"HTTP {status}")


def test_a_number_that_is_one_of_smtp_too_is_explained_as_both() -> None:
    found = explain("503", BOOK)

    assert "503 5.5.2 Send hello first" in found.text
    assert [("ServiceUnavailable", 503)] == the_errors("503")
    assert "reply" == found.document["kind"]
    assert "acs_rest" == explain("HTTP 503", BOOK).document["kind"]


def test_a_status_that_nothing_comes_with_ends_with_those_that_there_are() -> None:
    with pytest.raises(UnknownError, match=r"they come with 200, 400, 401, .* AADSTS"):
        explain("HTTP 418", BOOK)


@pytest.mark.parametrize("line", ["550 5.7.506 Access Denied, Bad HELO", "501 5.1.7 The specified sender domain has"])
def test_a_line_of_smtp_stays_one(line: str) -> None:
    assert "reply" == explain(line, BOOK).document["kind"]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("Delivered", "The recipient's side has taken the copy"),
        ("Expanded", "relaylab never reports it"),
        ("FilteredSpam", "Fault     filteredspam"),
        ("Quarantined", "Fault     quarantined"),
        ("Bounced", "\nacs_smtp.delivery.recipient_is_unknown\n"),
        ("Suppressed", "\nacs_rest.delivery.recipient_is_on_a_list\n"),
        ("Failed", "\nacs_rest.delivery.recipient_takes_mail_from_inside_only\n"),
    ],
)
def test_a_status_of_a_delivery_is_explained_with_what_has_a_report_say_it(status: str, said: str) -> None:
    for asked in (
        status,
        status.lower(),
        f'{{"status": "{status}"}}',
        f"report on a@b.example -> {status}  [operation 5b]",
    ):
        found = explain(asked, BOOK)
        assert said in found.text
        assert "Fix  " in found.text or status in {"Delivered", "Expanded"}
        assert "https://learn.microsoft.com/" in found.text
        assert ("delivery_status", status) == (found.document["kind"], found.document["status"])


def test_a_status_names_the_fault_that_says_so_of_itself() -> None:
    for behaviour, conduct in CONDUCTS.items():
        if conduct.kind.name == "COPY":
            status = conduct.sentence.rpartition("says ")[2].rstrip(".")
            assert behaviour.value == explain(status, BOOK).document["fault"]


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("Succeeded", "Succeeded", "out for delivery, which is not delivered"),
        ('{"id":"5b","status":"Succeeded","error":null}', "Succeeded", "delivery reports of Event Grid"),
        ("operation 5b -> Succeeded  [acs_rest: it was accepted with 202 before]", "Succeeded", "out for delivery"),
        ('{"id":"5b","status":"Running","error":null}', "Running", "Retry-After"),
        ("notstarted", "NotStarted", "does not send it at present"),
        ("Canceled", "Canceled", "OperationCanceled, HTTP 200"),
        ('{"id":"5b","status":"Failed","error":{}}', "Failed", "EmailDroppedAllRecipientsSuppressed, HTTP 200"),
        ("operation 5b -> Failed", "Failed", "EmailDropped, HTTP 200"),
    ],
)
def test_a_status_of_an_operation_is_explained_with_the_errors_that_come_with_it(
    asked: str, status: str, said: str
) -> None:
    found = explain(asked, BOOK)

    assert ("operation_status", status) == (found.document["kind"], found.document["status"])
    assert said in found.text
    assert "\n  Fix  " in found.text


def test_a_report_that_has_an_id_of_its_own_stays_one() -> None:
    event = '[{"id": "7c", "data": {"recipient": "a@b.example", "messageId": "5b", "status": "Failed"}}]'

    assert "delivery_status" == explain(event, BOOK).document["kind"]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("DomainNotLinkd", "DomainNotLinked"),
        ("DomainNotLinkd, HTTP 404", "DomainNotLinked"),
        ('{"error": {"code": "ToManyRequests", "message": "..."}}', "TooManyRequests"),
        ("Suppresed", "Suppressed"),
        ("Faild", "Failed"),
        ("Cancelled", "Canceled"),
    ],
)
def test_a_word_that_is_nearly_one_ends_with_the_one_that_was_meant(asked: str, meant: str) -> None:
    with pytest.raises(UnknownError, match=rf'did you mean "{meant}"\?$'):
        explain(asked, BOOK)
