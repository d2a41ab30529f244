"""Why: by rule, by pasted line, by code and text, by event and message."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from relaylab.domain.decision import ReplyFacts
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import DeliveryReported, Event, Faulted, OperationEnded
from relaylab.domain.fault import Behaviour
from relaylab.domain.message import KeptMessage
from relaylab.rules.catalogue import RULES, rulebook
from relaylab.rules.faults import CONDUCTS
from relaylab.rules.replies import REPLIES
from relaylab.store.events import as_json
from relaylab.store.shapes import message_json
from relaylab_conformance.explain import UnknownError, explain
from relaylab_conformance.explain.answer import cited
from relaylab_conformance.explain.matching import best_match, said_in
from relaylab_conformance.explain.records import Run
from relaylab_conformance.report.folder import write
from tests.conformance.estates import a_mixed_certificate
from tests.store.builders import DECISION, a_message

NOON: Final = datetime(2026, 12, 1, 12, tzinfo=UTC)
OFF = "submission.auth.basic_auth_is_off_by_default"
TENANT_SWITCH = (
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit "
    "https://aka.ms/smtp_auth_disabled for more information."
)
TRAILER = "[PN0PR01CA0035.INDPRD01.PROD.OUTLOOK.COM 2026-09-25T06:55:39.914Z 08DF19A9E2389312]"


def matched(pasted: str) -> str | None:
    found = best_match(said_in(pasted))
    return str(found) if found else None


POSTFIX_LOG = (
    "Jan  4 09:00:01 relay postfix/smtp[4321]: 4Zx: to=<a@b.example>, relay=smtp.office365.com[52.97.1.1]:587, "
    "delay=1.2, dsn=4.7.139, status=deferred (SASL authentication failed; server smtp.office365.com[52.97.1.1] said: "
)


@pytest.mark.parametrize(
    "pasted",
    [
        TENANT_SWITCH,
        f"{TENANT_SWITCH} {TRAILER}",
        f"(535, b'{TENANT_SWITCH[4:]} {TRAILER}')",
        f"{POSTFIX_LOG}{TENANT_SWITCH} {TRAILER})",
        TENANT_SWITCH[4:],
        TENANT_SWITCH[12:],
        TENANT_SWITCH[:95],
        f"SMTP ERROR: {TENANT_SWITCH[:95]}...",
        TENANT_SWITCH.upper(),
        "  ".join(TENANT_SWITCH.split(" ")),
    ],
)
def test_a_reply_is_found_however_a_log_quotes_it(pasted: str) -> None:
    assert TENANT_SWITCH == matched(pasted)


@pytest.mark.parametrize("reply", [one for one in REPLIES if one.text], ids=lambda one: one.name)
def test_every_reply_of_the_table_is_found_by_its_own_line(reply: object) -> None:
    line = str(reply).split("\n", 1)[0]

    found = matched(line)
    assert found is not None
    assert line == found.split("\n", 1)[0]


@pytest.mark.parametrize(
    ("pasted", "line"),
    [
        ("550 5.7.30 Basic auth", "550 5.7.30 Basic authentication is not supported for Client Submission."),
        (
            "530 5.7.57 Client not authenticated to send mail. Error: 535 5.7.3 Authentication unsuccessful",
            "530 5.7.57 Client not authenticated to send mail. Error: {failure}",
        ),
        (
            "554 5.2.252 SendAsDenied; a@contoso.com not allowed to send as b@contoso.com; STOREDRV.Submission",
            "554 5.2.252 SendAsDenied; {mailbox} not allowed to send as {sender}; STOREDRV.Submission",
        ),
    ],
)
def test_blanks_hold_anything_and_ends_may_be_missing(pasted: str, line: str) -> None:
    assert (matched(pasted) or "").startswith(line)


@pytest.mark.parametrize(
    "pasted",
    [
        "hello",
        "535 5.7.8 Username and Password not accepted",
        "550 5.7.30 Your mail was refused since DKIM does not pass",
        "2027-01-04",
        "Authentication failed",
        "\x00\xff",
    ],
)
def test_what_microsoft_365_does_not_say_is_no_reply_of_it(pasted: str) -> None:
    assert matched(pasted) is None


def test_a_line_is_explained_by_the_rule_that_says_it_first_the_one_in_force() -> None:
    text = explain("550 5.7.30 Basic authentication is not supported for Client Submission.", rulebook()).text

    assert text.index(OFF) < text.index("submission.auth.basic_auth_is_removed")
    assert "from 2026-12-31 (basic_auth_off_by_default)" in text
    assert "Which line does Basic get while it is off by default? No line is published for that phase." in text
    assert "Fix       Move the sender to OAuth 2.0" in text


@pytest.mark.parametrize(
    ("tag", "line"),
    [
        ("ATTR36", "550 5.7.64 Relay Access Denied ATTR36."),
        ("attr49", "452 4.5.3 Too many recipients ATTR49"),
        (" ATTR35 ", "451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35."),
        ("AS(1440)", "550 5.7.1 Service unavailable, Client host"),
    ],
)
def test_a_bare_tag_finds_the_texts_that_hold_it(tag: str, line: str) -> None:
    found = explain(tag, rulebook())

    assert found.text.startswith(line)
    assert found.document["text_is_known"] is True


@pytest.mark.parametrize("tag", ["ATTR3", "TTR36", "ATTR360"])
def test_a_part_of_a_tag_is_no_tag(tag: str) -> None:
    with pytest.raises(UnknownError):
        explain(tag, rulebook())


def test_a_moved_date_shows_in_the_explanation() -> None:
    moved = rulebook(None, {"basic_auth_off_by_default": None})

    assert "from a day that is not named yet (basic_auth_off_by_default)" in explain(OFF, moved).text


def test_the_same_code_with_another_text_is_told_to_be_somebody_elses() -> None:
    found = explain("550 5.7.30 Your mail was refused since DKIM does not pass", rulebook())

    assert found.text.startswith("The code 5.7.30 is known, and the text is not")
    assert "Gmail" in found.text
    assert "REQUIRETLS" in found.text
    assert found.document["text_is_known"] is False


def test_a_code_alone_names_every_line_that_has_it_and_its_other_owners() -> None:
    text = explain("5.7.139", rulebook()).text

    assert "user is locked by your organization's security defaults policy" in text
    assert "SmtpClientAuthentication is disabled for the Mailbox" in text
    assert "Careful" not in text
    assert "Careful: 5.7.30 has other owners" in explain("5.7.30", rulebook()).text


@pytest.mark.parametrize("detail", [121, 122, 123, 125, 126])
def test_a_malformed_argument_of_high_volume_email_is_known_by_each_code_of_its_family(detail: int) -> None:
    for asked in (f"5.5.{detail}", f"501 5.5.{detail} Invalid XOAUTH2 argument"):
        text = explain(asked, rulebook()).text
        assert "High Volume Email answers 501 5.5.121 to 5.5.126" in text
        assert "HVE-ERR-03" in text


def test_an_unknown_code_names_its_family() -> None:
    with pytest.raises(UnknownError, match=r"of its family there are .*5\.7\.30"):
        explain("5.7.31", rulebook())


@pytest.mark.parametrize("name", dict.fromkeys(rule.id for rule in RULES))
def test_every_rule_can_be_explained(name: str) -> None:
    found = explain(name, rulebook())

    assert found.text.startswith(name)
    assert "Source" in found.text
    assert {"kind": "rule", "rule": name} == {key: found.document[key] for key in ("kind", "rule")}


@pytest.mark.parametrize("name", dict.fromkeys(rule.id for rule in RULES))
def test_no_blank_of_a_rule_is_left_open(name: str) -> None:
    assert not re.search(r"\{[a-z_]*\}", explain(name, rulebook()).text)


@pytest.mark.parametrize("code", dict.fromkeys(str(one.enhanced or int(one.code)) for one in REPLIES))
def test_no_blank_of_a_reply_is_left_open(code: str) -> None:
    assert not re.search(r"\{[a-z_]*\}", explain(code, rulebook()).text)


def test_the_refusal_to_relay_is_explained_in_words() -> None:
    text = explain("550 5.7.64 TenantAttribution; Relay Access Denied", rulebook()).text

    assert "Put <the client's address> on a connector: New-InboundConnector" in text
    assert "(<the names of the client's certificate>)" in text


def test_the_end_of_a_rules_id_is_enough_where_it_is_the_only_one() -> None:
    assert explain("basic_auth_is_off_by_default", rulebook()).text.startswith(OFF)


def test_an_end_that_several_rules_have_is_asked_about() -> None:
    with pytest.raises(UnknownError, match="more than one rule ends so"):
        explain("recipient_is_unknown", rulebook())


@pytest.mark.parametrize("typed", ["basic_auth_is_off_by_defalt", "submission.auth.basic_auth_is_of_by_default"])
def test_a_rule_that_is_nearly_right_is_asked_back(typed: str) -> None:
    with pytest.raises(UnknownError, match=f'did you mean "{OFF}"'):
        explain(typed, rulebook())


@pytest.mark.parametrize("typed", ["", "   ", "hello world", "535 5.7.8 Username and Password not accepted", "17"])
def test_what_cannot_be_explained_ends_with_a_way_out(typed: str) -> None:
    with pytest.raises(UnknownError, match=r"paste|name|nearest|--run"):
        explain(typed, rulebook())


# Records of a run ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("run")
    write(a_mixed_certificate(), folder)
    return Run(folder)


def test_an_event_of_a_run_is_explained_with_rule_evidence_source_and_fix(run: Run) -> None:
    outcome = a_mixed_certificate().report.senders[0].cells[-2].outcomes[0]

    text = explain(str(outcome.event), rulebook(), run).text
    assert f"Rule      {OFF} (stage auth, refuse)" in text
    assert "LOGIN as scanner@contoso.com, a mailbox of tenant contoso" in text
    assert outcome.source is not None
    assert outcome.source.title in text
    assert f"transcripts/{outcome.transcript}" in text


def test_a_message_of_a_run_is_explained_with_where_it_went(run: Run) -> None:
    outcome = a_mixed_certificate().report.senders[0].cells[0].outcomes[0]

    text = explain(str(outcome.message), rulebook(), run).text
    assert "Placed    desk@contoso.com: inbox, customer@example.net: outside" in text


def test_a_message_at_the_tenant_mx_is_explained_with_what_each_connector_had_to_do_with_it(run: Run) -> None:
    cells = [cell for sender in a_mixed_certificate().report.senders for cell in sender.cells]
    relayed = next(cell.outcomes[0] for cell in cells if cell.method == "connector-relay" and cell.status == "PASS")

    for asked in (relayed.message, relayed.event):
        text = explain(str(asked), rulebook(), run).text
        assert "Belongs   originating of tenant contoso, by address" in text
        assert "Connector 'Office' of tenant contoso, OnPremises: 203.0.113.42 is on connector 'Office'" in text


def test_what_was_not_relayed_is_explained_with_what_each_connector_lacked(run: Run) -> None:
    cells = [cell for sender in a_mixed_certificate().report.senders for cell in sender.cells]
    directly = next(cell.outcomes[0] for cell in cells if cell.method == "connector-relay" and cell.status != "PASS")

    text = explain(str(directly.message), rulebook(), run).text
    assert "Belongs   incoming" in text
    assert "'Office' of tenant contoso, OnPremises: 198.51.100.7 is not among its sender_ip_addresses" in text


def test_a_relayed_message_is_explained_with_what_each_side_gets_and_what_the_far_end_sees(run: Run) -> None:
    cells = [cell for sender in a_mixed_certificate().report.senders for cell in sender.cells]
    relayed = next(cell.outcomes[0] for cell in cells if cell.method == "connector-relay" and cell.status == "PASS")

    text = explain(str(relayed.message), rulebook(), run).text
    assert "Version   inside contoso: desk@contoso.com" in text
    assert "Version   outside: customer@example.net" in text
    assert "Sender    at example.net 52.101.72.71 is seen: spf=none, dkim=" in text
    assert "Because   leaves from 52.101.72.71" in text
    assert any(one.startswith("at example.net 52.101.72.71 is seen: ") for one in relayed.seen)


def test_each_judge_of_a_sender_is_an_event_of_the_run(run: Run) -> None:
    cells = [cell for sender in a_mixed_certificate().report.senders for cell in sender.cells]
    relayed = next(cell.outcomes[0] for cell in cells if cell.method == "connector-relay" and cell.status == "PASS")
    events = [json.loads(line) for line in (run.folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    (seen,) = [one for one in events if one["kind"] == "authenticated" and one["message"] == relayed.message]

    text = explain(str(seen["seq"]), rulebook(), run).text
    assert ("far_end", "example.net") == (seen["hop"], seen["receiver"])
    assert "Spf       none" in text
    assert "Because   leaves from 52.101.72.71" in text


class _Told:
    """Records that hold one event, and messages."""

    def __init__(self, event: Event, *messages: KeptMessage) -> None:
        self._event = as_json(event, 1)
        self._messages = [message_json(message) for message in messages]

    def event(self, number: int) -> Mapping[str, Any] | None:
        return self._event if number == 1 else None

    def messages(self) -> Sequence[Mapping[str, Any]]:
        return self._messages

    def events_of(self, session: str) -> Sequence[Mapping[str, Any]]:
        return [self._event] if self._event["session"] == session else []

    def has_come(self, instant: datetime) -> bool:
        return instant <= NOON


def test_an_event_of_a_fault_cites_its_source_once_and_as_every_other() -> None:
    conduct = CONDUCTS[Behaviour.MAIL4XX]
    event = Faulted(
        at=NOON,
        session="s-000001",
        endpoint=Endpoint.MX,
        fault="f-1",
        behaviour="mail4xx",
        command="MAIL FROM:<a@b.example>",
        did=conduct.sentence,
        reply=ReplyFacts(432, "4.3.2", "Not now"),
        source=conduct.source,
    )

    text = explain("1", rulebook(), _Told(event)).text
    assert 1 == text.count("Source ")
    assert cited(conduct.source).partition("\n")[0] in text
    assert "{" not in text


def test_a_report_that_an_event_holds_is_shown_as_json() -> None:
    event = DeliveryReported(
        at=NOON,
        session="r-000001",
        endpoint=Endpoint.ACS_REST,
        operation="5b",
        recipient="a@b.example",
        type="Microsoft.Communication.EmailDeliveryReportReceived",
        about="Bounced",
        document={"data": {"status": "Bounced", "isSent": None}},
    )

    assert 'Document  {"data": {"status": "Bounced", "isSent": null}}' in explain("1", rulebook(), _Told(event)).text


def test_a_message_that_is_nearly_right_is_asked_back(run: Run) -> None:
    with pytest.raises(UnknownError, match='did you mean "s-000001-1"'):
        explain("s-000001-9", rulebook(), run)


def test_an_event_that_is_not_there_is_told_so(run: Run) -> None:
    with pytest.raises(UnknownError, match="is no event or message there"):
        explain("99999", rulebook(), run)


def test_with_a_run_lines_and_rules_are_still_explained(run: Run) -> None:
    assert explain(OFF, rulebook(), run).text.startswith(OFF)


def test_a_folder_that_is_no_run_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UnknownError, match="name the folder that --out of certify wrote"):
        explain("17", rulebook(), Run(tmp_path))


def test_a_damaged_run_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text("{", encoding="utf-8")

    with pytest.raises(UnknownError, match="certify again"):
        explain("17", rulebook(), Run(tmp_path))


OPERATION = "5b6c0c5e-8f0e-4d2a-9a53-0d6a2f2f3c11"


def test_the_end_of_an_operation_names_its_message_and_where_it_failed_what_to_change() -> None:
    kept = a_message("a-000001-1", operation=OPERATION, decision=replace(DECISION, fix="Take it off the list."))
    ended = OperationEnded(
        at=NOON,
        session="a-000001",
        endpoint=Endpoint.ACS_REST,
        operation=OPERATION,
        status="Failed",
        error="EmailDropped",
        said="Email was dropped after several attempts to deliver.",
    )

    text = explain("1", rulebook(), _Told(ended, kept)).text
    well = explain("1", rulebook(), _Told(replace(ended, status="Succeeded", error="", said=""), kept)).text
    assert "  Message   a-000001-1\n" in text
    assert "  Fix       Take it off the list." in text
    assert well.endswith("  Message   a-000001-1")
    for asked in (OPERATION, OPERATION.upper()):
        told = explain(asked, rulebook(), _Told(ended, kept)).text
        assert told.startswith("Message a-000001-1: accepted at ")
        assert f"  Operation {OPERATION}\n" in told


def test_an_operation_that_there_is_not_asks_for_the_run_or_names_what_there_is() -> None:
    report = DeliveryReported(
        at=NOON, session="a-000001", endpoint=Endpoint.ACS_REST, operation=OPERATION, recipient="a@b.example",
        type="", about="Delivered", document={},
    )  # fmt: skip

    with pytest.raises(UnknownError, match="say of which run: --run DIR or --control URL"):
        explain(OPERATION, rulebook())
    with pytest.raises(UnknownError, match="is no event or message there; events have numbers"):
        explain(OPERATION, rulebook(), _Told(report))
