"""GET /emails/operations/{id}: an operation moves with the simulated clock, and ends well or badly."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from relaylab.app.emulator import Settings
from relaylab.domain.event import DeliveryReported, Judged, OperationEnded
from relaylab.domain.message import Placement
from tests.acs_rest_lab import UNLUCKY, VERSION, AcsLab, a_message, acs_world
from tests.conftest import Emulate


def test_an_operation_runs_for_thirty_seconds_and_has_succeeded_then(acs_lab: AcsLab) -> None:
    operation = acs_lab.send().json()["id"]
    at_once = acs_lab.status(operation)
    acs_lab.advance(seconds=29.999999)
    before = acs_lab.status(operation)
    acs_lab.advance(seconds=0.000001)
    then = acs_lab.status(operation)

    running = {"id": operation, "status": "Running", "error": None}
    assert (200, running, "30") == (at_once.status_code, at_once.json(), at_once.headers["retry-after"])
    assert running == before.json()
    assert {"id": operation, "status": "Succeeded", "error": None} == then.json()
    assert "retry-after" not in then.headers


def test_going_back_in_time_an_operation_runs_again(acs_lab: AcsLab) -> None:
    operation = acs_lab.send().json()["id"]
    acs_lab.advance(seconds=30)
    acs_lab.advance(seconds=-1)

    assert "Running" == acs_lab.status(operation).json()["status"]


@pytest.mark.parametrize("name", ["nothing", "0e000000-0000-4000-8000-000000000001", "%00", ".."])
def test_an_operation_that_there_is_not_is_not_found(acs_lab: AcsLab, name: str) -> None:
    answer = acs_lab.status(name)

    assert (404, "NotFound") == (answer.status_code, answer.json()["error"]["code"])


def test_an_operation_belongs_to_its_resource(acs_lab: AcsLab) -> None:
    operation = acs_lab.send().json()["id"]

    assert 404 == acs_lab.status(operation, resource=UNLUCKY).status_code


def test_the_status_is_denied_to_who_has_no_key(acs_lab: AcsLab) -> None:
    operation = acs_lab.send().json()["id"]

    assert 401 == acs_lab.status(operation, headers={"Authorization": ""}).status_code


def test_a_double_slash_is_verified_as_it_came(acs_lab: AcsLab) -> None:
    operation = acs_lab.send().json()["id"]

    assert 200 == acs_lab.request("GET", f"//emails/operations/{operation}?api-version={VERSION}").status_code


@pytest.mark.parametrize(
    ("sender", "status", "code", "said"),
    [
        ("dropped", "Failed", "EmailDropped", "Email was dropped after several attempts to deliver."),
        ("canceled", "Canceled", "OperationCanceled", "The operation was canceled."),
    ],
)
def test_an_operation_can_end_badly_and_says_why(
    acs_lab: AcsLab, sender: str, status: str, code: str, said: str
) -> None:
    operation = acs_lab.send(a_message(f"{sender}@contoso.com"), resource=UNLUCKY).json()["id"]
    acs_lab.advance(seconds=30)
    answer = acs_lab.status(operation, resource=UNLUCKY)

    error: dict[str, Any] = answer.json()["error"]
    assert (200, status) == (answer.status_code, answer.json()["status"])
    assert (code, said) == (error["code"], error["message"])
    assert {"target", "details", "additionalInfo"} <= set(error)
    (kept,) = acs_lab.emulator.store.mail.messages()
    assert [Placement.NONE] == [copy.placed for copy in kept.copies]


def test_a_message_all_of_whose_recipients_are_suppressed_fails(acs_lab: AcsLab) -> None:
    operation = acs_lab.send(a_message("orders@contoso.com", "never@fabrikam.com")).json()["id"]
    acs_lab.advance(seconds=30)

    error = acs_lab.status(operation).json()["error"]
    assert ("EmailDroppedAllRecipientsSuppressed", "Message dropped because all recipients were suppressed") == (
        error["code"],
        error["message"],
    )
    (ended,) = acs_lab.events(OperationEnded)
    assert ("Failed", "EmailDroppedAllRecipientsSuppressed") == (ended.status, ended.error)


def test_a_message_some_of_whose_recipients_are_suppressed_succeeds(acs_lab: AcsLab) -> None:
    acs_lab.send(a_message("orders@contoso.com", "never@fabrikam.com", "anna@northwind.example"))
    acs_lab.advance(seconds=30)

    assert ["Succeeded"] == [ended.status for ended in acs_lab.events(OperationEnded)]
    assert {"never@fabrikam.com": "Suppressed", "anna@northwind.example": "Delivered"} == {
        report.recipient: report.about for report in acs_lab.events(DeliveryReported)
    }


def _fate(lab: AcsLab, recipient: str) -> str:
    lab.send(a_message("orders@contoso.com", recipient, "anna@northwind.example"))
    lab.advance(seconds=30)
    return next(str(one.about) for one in reversed(lab.events(DeliveryReported)) if one.recipient == recipient)


def test_a_hard_bounce_suppresses_an_address_for_a_day_and_each_send_lengthens_that(acs_lab: AcsLab) -> None:
    gone = "gone@contoso.com"

    assert "Bounced" == _fate(acs_lab, gone)
    acs_lab.advance(hours=23)
    assert "Suppressed" == _fate(acs_lab, gone)  # 48 hours from here
    acs_lab.advance(hours=47)
    assert "Suppressed" == _fate(acs_lab, gone)  # 96 hours from here
    acs_lab.advance(hours=97)
    assert "Bounced" == _fate(acs_lab, gone)


def test_polling_too_often_is_told_to_wait(acs_lab: AcsLab) -> None:
    operation = acs_lab.send().json()["id"]
    answers = [acs_lab.status(operation).status_code for _ in range(61)]

    assert [200] * 60 + [429] == answers
    decision = acs_lab.events(Judged)[-1].decision
    assert "acs_rest.status.rate_is_used_up" == decision.rule
    assert "A status is given 60 times in a minute and 200 times in an hour" in decision.fix
    assert "need not be sent again" in decision.fix, "it is the question that comes too often, and no message"


def test_how_fast_a_resource_works_is_the_world_s_to_say(emulate: Emulate) -> None:
    lab = AcsLab(
        emulate(world=acs_world("\n    [tenant.acs_resource.rest]\n    seconds_to_send = 0\n    retry_after = 1\n"))
    )
    answer = lab.send()

    assert ("Running", "1") == (answer.json()["status"], answer.headers["retry-after"]), "a 202 never tells the end"
    assert "retry-after" not in lab.status(answer.json()["id"]).headers
    assert "Succeeded" == lab.status(answer.json()["id"]).json()["status"]


def test_operations_begin_again_with_the_emulator_and_come_back_with_a_snapshot(acs_lab: AcsLab) -> None:
    operation = acs_lab.send().json()["id"]
    snapshot = acs_lab.emulator.snapshot()
    acs_lab.emulator.reset()

    assert 404 == acs_lab.status(operation).status_code
    acs_lab.emulator.roll_back(snapshot)
    acs_lab.advance(seconds=30)
    assert "Succeeded" == acs_lab.status(operation).json()["status"]
    assert 1 == len(acs_lab.events(OperationEnded))


@pytest.mark.parametrize(("method", "path"), [("GET", "/emails:send"), ("POST", "/emails/operations/x"),
                                               ("GET", "/"), ("PUT", "/emails")])  # fmt: skip
def test_what_is_no_request_of_the_interface_is_an_error_in_its_form(acs_lab: AcsLab, method: str, path: str) -> None:
    answer = acs_lab.request(method, path)

    assert answer.status_code in {404, 405}
    assert {"code", "message"} == set(answer.json()["error"])


@pytest.mark.parametrize("path", ["/", "/nothing", "/emails/a/b?api-version=2025-09-01"])
def test_a_path_that_there_is_not_is_not_found_at_the_endpoint_of_a_connection_string_too(
    acs_lab: AcsLab, path: str
) -> None:
    answer = acs_lab.request("GET", path, host=urlsplit(acs_lab.url).netloc)

    assert (404, "NotFound") == (answer.status_code, answer.headers["x-ms-error-code"])
    assert "NotFound" == answer.json()["error"]["code"]
    assert "acs_rest.connect.path_is_unknown" in acs_lab.rules()


def test_an_unsigned_request_for_no_service_hears_which_there_are(acs_lab: AcsLab) -> None:
    with acs_lab.http() as http:
        answer = http.get(f"{acs_lab.url}/nothing")

    assert 404 == answer.status_code
    assert "/nothing belongs to none of the services here, which are: Azure Communication" in answer.json()["error"]


def test_the_same_seed_gives_the_same_ids(emulate: Emulate) -> None:
    one, other = (AcsLab(emulate(world=acs_world())).send().json()["id"] for _ in range(2))

    assert one == other


def test_a_slow_answer_is_the_right_one_and_counts(emulate: Emulate) -> None:
    slow = '\n    [[tenant.acs_resource.rest.fault]]\n    kind = "slow"\n    seconds = 0\n    times = 1\n'
    lab = AcsLab(emulate(world=acs_world(slow)))

    assert [202, 202] == [lab.send().status_code for _ in range(2)]


def test_mail_is_kept_in_a_file_as_any_other(emulate: Emulate, tmp_path: Path) -> None:
    lab = AcsLab(emulate(world=acs_world(), settings=Settings(store=tmp_path / "mail.db")))
    lab.send()
    lab.send(a_message("orders@contoso.com", "never@fabrikam.com"))

    first, second = lab.emulator.store.mail.messages()
    assert ("acs_rest", "Your order") == (first.endpoint, first.head.subject)
    assert second.decision is not None
    assert "acs_rest.outcome.all_recipients_are_suppressed" == second.decision.rule


def test_what_comes_back_is_a_verdict_of_its_own(acs_lab: AcsLab) -> None:
    acs_lab.send(a_message("orders@contoso.com", "never@fabrikam.com", "gone@contoso.com"))

    assert ["acs_rest.delivery.recipient_is_on_a_list", "acs_rest.delivery.recipient_is_unknown"] == acs_lab.rules()
    commands = [one.command for one in acs_lab.events(Judged) if one.decision.rule]
    assert ["delivery to never@fabrikam.com", "delivery to gone@contoso.com"] == commands
