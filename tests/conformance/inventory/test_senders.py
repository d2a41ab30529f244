"""Who sends, from where and by what: each sender with the sentence of an export that says so, and how sure it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from relaylab.domain.estate import Method
from relaylab.domain.source import Confidence
from relaylab_conformance.inventory.found import NoteKind
from relaylab_conformance.inventory.inventory import FoundSender, Inventory
from relaylab_conformance.inventory.origin import ExportError
from relaylab_conformance.inventory.writing import merged
from tests.conformance.inventory.importing import csv, put, take

DOMAINS = csv(
    ("DomainName", "DomainType"), ("contoso.com", "Authoritative"), ("contoso.onmicrosoft.com", "Authoritative")
)
REPORT = ("Sender address", "Domain", "TLS 1.0 (percent)", "TLS 1.1 (percent)", "TLS 1.2 (percent)", "Messages sent")
PROTOCOL = "Authentication Protocol"
SIGN_INS = ("Username", "IP address", "Client app", "Status", "Sign-in error code", "User agent")
TRACE = ("Received", "SenderAddress", "RecipientAddress", "Status", "FromIP", "MessageTraceId")
CONNECTORS = ("Name", "ConnectorType", "Enabled", "SenderIPAddresses", "SenderDomains")


def found_in(folder: Path, **files: str) -> Inventory:
    return take(put(folder, {"domains.csv": DOMAINS, **{f"{name}.csv": text for name, text in files.items()}}))


def only(inventory: Inventory) -> FoundSender:
    (sender,) = inventory.senders
    return sender


def report(*rows: tuple[str, ...]) -> str:
    return csv(REPORT, *rows)


def signed_in(user: str, ip: str, *, app: str = "Authenticated SMTP", error: str = "0") -> tuple[str, ...]:
    return (user, ip, app, "Success" if error == "0" else "Failure", error, "BAV2ROPC")


def traced(  # noqa: PLR0913 - a column each
    sender: str, to: str, ip: str = "", *, day: int = 1, trace_id: str = "1", status: str = "Delivered"
) -> tuple[str, ...]:
    return (f"2026-11-{day:02}T06:00:00Z", sender, to, status, ip, trace_id)


def test_a_cell_with_both_methods_says_neither(tmp_path: Path) -> None:
    both = "Basic Authentication, Modern Authentication"
    rows = csv((*REPORT, PROTOCOL), ("a@contoso.com", "contoso.com", "0", "0", "100", "1,400", both))

    sender = only(found_in(tmp_path, report=rows))

    assert (Method.SMTP_AUTH_BASIC, Confidence.INFERRED) == (sender.method, sender.confidence)


@pytest.mark.parametrize(
    ("said", "method"),
    [
        ("Basic Authentication", Method.SMTP_AUTH_BASIC),
        ("Basic", Method.SMTP_AUTH_BASIC),
        ("Modern Authentication", Method.SMTP_AUTH_OAUTH),
        ("OAuth", Method.SMTP_AUTH_OAUTH),
    ],
)
def test_the_report_says_the_method_where_it_has_the_column(tmp_path: Path, said: str, method: Method) -> None:
    rows = csv((*REPORT, PROTOCOL), ("a@contoso.com", "contoso.com", "0", "25.5", "74,5 %", "1,400", said))

    sender = only(found_in(tmp_path, report=rows))

    assert (method, Confidence.DOCUMENTED, 200) == (sender.method, sender.confidence, sender.messages_per_day)
    assert {"1.1": 25.5, "1.2": 74.5} == sender.tls
    assert "report.csv row 2" in str(sender.evidence[0])


def test_without_the_column_a_password_is_assumed_and_said_to_be(tmp_path: Path) -> None:
    sender = only(found_in(tmp_path, report=report(("a@contoso.com", "contoso.com", "0", "0", "100", "7"))))

    assert (Method.SMTP_AUTH_BASIC, Confidence.INFERRED) == (sender.method, sender.confidence)
    assert "taken for a password" in str(sender.evidence[0])


def test_an_address_by_both_methods_is_two_senders(tmp_path: Path) -> None:
    rows = [("a@contoso.com", "contoso.com", "0", "0", "100", n, p) for n, p in (("7", "Basic"), ("70", "OAuth"))]

    inventory = found_in(tmp_path, report=csv((*REPORT, PROTOCOL), *rows))

    assert {(Method.SMTP_AUTH_BASIC, 1), (Method.SMTP_AUTH_OAUTH, 10)} == {
        (one.method, one.messages_per_day) for one in inventory.senders
    }
    assert 2 == len({one.key for one in inventory.senders})


@pytest.mark.parametrize(
    "columns",
    [
        ("Absenderadresse", "Domäne", "TLS1,0%", "TLS1,1%", "TLS1,2%", "Anzahl der Nachrichten"),
        (
            "Adresse de l'expéditeur",
            "Domaine",
            "TLS 1.0 (pourcent)",
            "TLS 1.1 (pourcent)",
            "TLS 1.2 (pourcent)",
            "Envoyés",
        ),
        ("送信者アドレス", "ドメイン", "TLS 1.0 (パーセント)", "TLS 1.1 (パーセント)", "TLS 1.2 (パーセント)", "送信"),
        ("Sender address", "Domain", "TLS1.0%", "TLS1.1%", "TLS1.2%", "Message count"),
    ],
    ids=["german", "french", "japanese", "english until 2021"],
)
def test_headings_of_another_language_are_understood(tmp_path: Path, columns: tuple[str, ...]) -> None:
    rows = (
        ("a@contoso.com", "contoso.com", "0", "0", "100", "70"),
        ("b@contoso.com", "contoso.com", "0", "0", "100", "7"),
    )

    inventory = found_in(tmp_path, report=csv(columns, *rows))

    assert [("a@contoso.com", 10), ("b@contoso.com", 1)] == [
        (str(one.address), one.messages_per_day) for one in inventory.senders
    ]


def test_headings_that_were_guessed_are_said_to_be(tmp_path: Path) -> None:
    columns = ("Expéditeur", "Domaine", "TLS 1.0", "TLS 1.1", "TLS 1.2", "Envoyés")

    inventory = found_in(tmp_path, report=csv(columns, ("a@contoso.com", "contoso.com", "0", "0", "100", "7")))

    assert any(NoteKind.INFERRED is note.kind and "told by what stands below" in note.what for note in inventory.notes)


def test_other_column_orders_do_not_matter(tmp_path: Path) -> None:
    order = (5, 2, 0, 4, 3, 1)
    row = ("a@contoso.com", "contoso.com", "0", "0", "100", "70")

    inventory = found_in(tmp_path, report=csv([REPORT[n] for n in order], [row[n] for n in order]))

    assert 10 == only(inventory).messages_per_day


@pytest.mark.parametrize("app", ["Authenticated SMTP", "SMTP", "smtp"])
def test_the_sign_in_log_gives_the_site(tmp_path: Path, app: str) -> None:
    logged = csv(
        SIGN_INS,
        signed_in("A@contoso.com", "203.0.113.7", app=app),
        signed_in("b@contoso.com", "1.2.3.4", app="Browser"),
    )

    sender = only(found_in(tmp_path, signins=logged))

    assert ("a@contoso.com | 203.0.113.7", "203.0.113.7", Method.SMTP_AUTH_BASIC) == (
        sender.key,
        sender.ip,
        sender.method,
    )
    assert ("BAV2ROPC",) == sender.user_agents


def test_one_mailbox_at_two_addresses_is_two_senders_with_their_shares(tmp_path: Path) -> None:
    logged = csv(SIGN_INS, *[signed_in("a@contoso.com", "203.0.113.7")] * 3, signed_in("a@contoso.com", "203.0.113.8"))

    inventory = found_in(
        tmp_path, report=report(("a@contoso.com", "contoso.com", "0", "0", "100", "280")), signins=logged
    )

    assert [("203.0.113.7", 30), ("203.0.113.8", 10)] == [(one.ip, one.messages_per_day) for one in inventory.senders]


def test_who_only_fails_to_sign_in_is_no_sender_and_is_told(tmp_path: Path) -> None:
    inventory = found_in(tmp_path, signins=csv(SIGN_INS, signed_in("a@contoso.com", "203.0.113.7", error="50126")))

    assert () == inventory.senders
    assert any("only fails to sign in from 203.0.113.7 (50126)" in note.what for note in inventory.notes)


def test_what_comes_in_from_a_listed_address_came_by_the_connector(tmp_path: Path) -> None:
    listed = csv(CONNECTORS, ("Relay", "OnPremises", "True", "203.0.113.0/28", "smtp:*;1"))
    rows = csv(TRACE, traced("a@contoso.com", "x@example.net", "203.0.113.7"))

    sender = only(found_in(tmp_path, trace=rows, connectors=listed))

    assert (Method.CONNECTOR_RELAY, "203.0.113.7", ("x@example.net",)) == (sender.method, sender.ip, sender.to)
    assert 'which the connector "Relay" lists' in str(sender.evidence[0])


@pytest.mark.parametrize(
    "row", [("Relay", "OnPremises", "False", "203.0.113.7", "*"), ("Relay", "Partner", "True", "203.0.113.7", "*")]
)
def test_a_connector_that_is_off_or_a_partners_relays_nothing(tmp_path: Path, row: tuple[str, ...]) -> None:
    rows = csv(TRACE, traced("a@contoso.com", "b@contoso.com", "203.0.113.7"))

    assert Method.DIRECT_SEND is only(found_in(tmp_path, trace=rows, connectors=csv(CONNECTORS, row))).method


def test_what_comes_in_from_elsewhere_for_inside_is_direct_send_or_forged(tmp_path: Path) -> None:
    sender = only(found_in(tmp_path, trace=csv(TRACE, traced("a@contoso.com", "b@contoso.com", "198.51.100.9"))))

    assert (Method.DIRECT_SEND, Confidence.INFERRED) == (sender.method, sender.confidence)
    assert "or somebody who forges" in sender.unknown["today"]


def test_what_went_outside_from_nowhere_known_is_left_out_and_told(tmp_path: Path) -> None:
    inventory = found_in(tmp_path, trace=csv(TRACE, traced("a@contoso.com", "x@example.net", "198.51.100.9")))

    assert () == inventory.senders
    assert any(NoteKind.LEFT_OUT is note.kind and "stands on no connector" in note.what for note in inventory.notes)


@pytest.mark.parametrize(
    "row",
    [
        traced("outsider@example.net", "b@contoso.com", "198.51.100.9"),
        traced("person@contoso.com", "x@example.net"),
        traced("a@contoso.com", "b@contoso.com", "40.107.1.1"),
        traced("a@contoso.com", "b@contoso.com", "10.1.2.3"),
        traced("a@contoso.com", "b@contoso.com", "198.51.100.9", status="Failed"),
        traced("<>", "b@contoso.com", "198.51.100.9"),
    ],
    ids=["another's mail", "a person's mail", "from Microsoft", "from inside", "never came", "a bounce"],
)
def test_other_rows_of_a_trace_are_no_senders(tmp_path: Path, row: tuple[str, ...]) -> None:
    assert () == found_in(tmp_path, trace=csv(TRACE, row)).senders


def test_the_trace_says_how_often_and_to_whom(tmp_path: Path) -> None:
    rows = [
        traced("a@contoso.com", to, "203.0.113.7", day=day, trace_id=f"{day}-{count}")
        for day in (1, 2)
        for count in range(3)
        for to in ("in@contoso.com", "also@contoso.com")
    ]

    sender = only(found_in(tmp_path, trace=csv(TRACE, *rows)))

    assert (3, 12, 0) == (sender.messages_per_day, sender.recipients_inside, sender.recipients_outside)
    assert ("in@contoso.com", "also@contoso.com") == sender.to


def test_a_subdomain_is_inside_where_its_domain_takes_them_in(tmp_path: Path) -> None:
    wide = csv(("DomainName", "DomainType", "MatchSubDomains"), ("contoso.com", "Authoritative", "True"))
    files = {"wide.csv": wide, "trace.csv": csv(TRACE, traced("a@plant.contoso.com", "b@contoso.com", "198.51.100.9"))}

    assert 1 == len(take(put(tmp_path, files), tenant="contoso").senders)


def test_mail_of_an_hve_account_is_seen_as_such(tmp_path: Path) -> None:
    accounts = csv(("PrimarySmtpAddress", "HVEAccount"), ("bulk@contoso.com", "True"))

    sender = only(found_in(tmp_path, trace=csv(TRACE, traced("bulk@contoso.com", "b@contoso.com")), hve=accounts))

    assert Method.HVE_BASIC is sender.method
    assert "a password is assumed" in sender.unknown["today"]


def test_a_list_that_sends_by_smtp_auth_has_no_account_and_is_told(tmp_path: Path) -> None:
    lists = csv(("PrimarySmtpAddress", "GroupType"), ("all@contoso.com", "Universal"))

    inventory = found_in(tmp_path, report=report(("all@contoso.com", "contoso.com", "0", "0", "100", "7")), lists=lists)

    assert () == inventory.senders
    assert any("is no mailbox, but a distribution group" in note.what for note in inventory.notes)


def test_a_sender_whose_switch_is_off_contradicts_the_report(tmp_path: Path) -> None:
    boxes = csv(("PrimarySmtpAddress", "SmtpClientAuthenticationDisabled"), ("a@contoso.com", ""))
    organisation = csv(("SmtpClientAuthenticationDisabled",), ("True",))

    inventory = found_in(
        tmp_path, report=report(("a@contoso.com", "contoso.com", "0", "0", "100", "7")), cas=boxes, org=organisation
    )

    assert any("SMTP AUTH is off for a@contoso.com, yet the report" in note.what for note in inventory.notes)


def test_what_no_export_says_is_asked(tmp_path: Path) -> None:
    sender = only(found_in(tmp_path, report=report(("a@contoso.com", "contoso.com", "0", "0", "100", "7"))))

    assert {"profile", "site", "to", "today"} == set(sender.unknown)
    assert "export message trace" in sender.unknown["to"]


@pytest.mark.parametrize(
    ("direction", "ip"), [("1", "203.0.113.7"), ("Incoming", "203.0.113.7"), ("2", None), ("Originating", None)]
)
def test_the_portals_summary_says_where_inbound_mail_came_from(tmp_path: Path, direction: str, ip: str | None) -> None:
    columns = ("origin_timestamp_utc", "sender_address", "recipient_status", "original_client_ip", "directionality")
    reached = "b@contoso.com##Receive, Deliver;x@example.net##Receive, Fail"
    rows = csv(columns, ("2026-11-01T06:00:00Z", "a@contoso.com", reached, "203.0.113.7", direction))

    inventory = found_in(tmp_path, trace=rows)

    assert ([ip] if ip else []) == [one.ip for one in inventory.senders]
    assert all(one.to == ("b@contoso.com",) for one in inventory.senders)


def test_a_recipient_without_a_status_is_refused_with_its_cell(tmp_path: Path) -> None:
    columns = ("origin_timestamp_utc", "sender_address", "recipient_status", "original_client_ip", "directionality")
    rows = csv(columns, ("2026-11-01T06:00:00Z", "a@contoso.com", "b@contoso.com", "203.0.113.7", "1"))

    with pytest.raises(ExportError, match=r"row 2, recipient_status \(column C\).*is not of the form address##status"):
        found_in(tmp_path, trace=rows)


def test_the_days_of_the_report_are_those_of_our_advice_and_stand_beside_the_number(tmp_path: Path) -> None:
    (tmp_path / "domains.csv").write_text(DOMAINS)
    (tmp_path / "report.csv").write_text(report(("scan@contoso.com", "contoso.com", "0", "0", "100", "900,000")))

    assumed, said = take(tmp_path, report_days=None), take(tmp_path, report_days=30)

    assert 10_000 == only(assumed).messages_per_day
    assert "# 900000 in 90 days of the report" in merged(assumed, None).text
    assert ["does not say how many days it covers: 90 are assumed, the default"] == [one.what for one in assumed.notes]
    assert (30_000, "900000 in 30 days of the report", ()) == (
        only(said).messages_per_day,
        only(said).counted,
        said.notes,
    )


def test_a_log_of_which_every_row_is_passed_over_is_said(tmp_path: Path) -> None:
    rows = csv(SIGN_INS, signed_in("scan@contoso.com", "203.0.113.9", app="SMTP authentifié"))

    (note,) = (one for one in found_in(tmp_path, signins=rows).notes if one.where == "signins.csv")

    assert note.what.startswith('all 1 rows are passed over: none is by Authenticated SMTP, they are by "SMTP auth')
