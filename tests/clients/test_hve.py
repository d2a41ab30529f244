"""Real clients, unmodified, at High Volume Email: STARTTLS, passwords, tokens, and what they are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import msal  # type: ignore[import-untyped]
import pytest

from relaylab.app.config import LoadedWorld, load_world
from relaylab.app.emulator import Emulator
from relaylab.domain.message import Placement
from tests.clients.conftest import CLIENTS
from tests.clients.errand import MailClient, Refused, refusing_rules, submit
from tests.clients.oauth import OAuthLab
from tests.clients.python_smtplib import Smtplib
from tests.clients.swaks import Swaks
from tests.conftest import Emulate

pytestmark = pytest.mark.clients

BULK = {"user": "bulk@contoso.com", "password": "fake bulk", "door": "hve"}
SENDS, SENDS_AS_SMTP, DEVICE = (f"a0000000-0000-4000-8000-{number:012x}" for number in (1, 2, 3))


@pytest.fixture(scope="session")
def hve_world() -> LoadedWorld:
    return load_world(Path(__file__).with_name("hve_world.toml"))


@pytest.fixture
def lab(emulate: Emulate, hve_world: LoadedWorld, oauth_lab: OAuthLab) -> OAuthLab:
    """An emulator of this world, with the roots of the environment out of the way."""
    return OAuthLab(emulate(world=hve_world))


def send(emulator: Emulator, folder: Path, **how: object) -> tuple[object, str]:
    """Send by smtplib; give how it ended and the enhanced code that it was told."""
    outcome = Smtplib().send(submit(emulator, **(BULK | how)), folder)  # type: ignore[arg-type]
    return outcome.ended, outcome.answer.enhanced if outcome.answer else ""


def raw(emulator: Emulator, message: str) -> bytes:
    """What is kept of a message."""
    content = emulator.store.mail.raw(message)
    assert content is not None
    return bytes(content)


def test_every_client_sends_inside_with_a_password_after_starttls(
    client: MailClient, emulate: Emulate, hve_world: LoadedWorld, tmp_path: Path
) -> None:
    emulator = emulate("2027-01-04", world=hve_world)
    errand = submit(emulator, **BULK)  # type: ignore[arg-type]

    outcome = client.send(errand, tmp_path)

    assert client.sent == outcome.ended, outcome.output
    (kept,) = emulator.store.mail.messages()
    assert errand.content == emulator.store.mail.raw(kept.id)
    assert ("hve", "contoso") == (kept.endpoint.value, kept.tenant)
    assert [Placement.INBOX] == [copy.placed for copy in kept.copies]
    assert [] == refusing_rules(emulator)


def test_every_client_hears_that_nobody_outside_is_reached(
    client: MailClient, emulate: Emulate, hve_world: LoadedWorld, tmp_path: Path
) -> None:
    emulator = emulate(world=hve_world)

    outcome = client.send(submit(emulator, to=("customer@example.net",), **BULK), tmp_path)  # type: ignore[arg-type]

    assert client.refused[Refused.RECIPIENT] == outcome.ended, outcome.output
    assert outcome.answer is not None
    assert (550, "5.5.105") == (outcome.answer.code, outcome.answer.enhanced)
    assert "External sending is not supported for High Volume Email accounts" == outcome.answer.text
    assert ["hve.rcpt.recipient_is_outside"] == refusing_rules(emulator)


def test_every_client_hears_that_its_password_is_wrong(
    client: MailClient, emulate: Emulate, hve_world: LoadedWorld, tmp_path: Path
) -> None:
    emulator = emulate(world=hve_world)

    outcome = client.send(submit(emulator, **(BULK | {"password": "fake wrong"})), tmp_path)  # type: ignore[arg-type]

    assert client.refused[Refused.SIGN_IN] == outcome.ended, outcome.output
    assert "hve.auth.password_is_wrong" == refusing_rules(emulator)[0]
    assert [] == list(emulator.store.mail.messages())


def test_without_starttls_nobody_sends(emulate: Emulate, hve_world: LoadedWorld, tmp_path: Path) -> None:
    emulator = emulate(world=hve_world)

    assert ("SMTPSenderRefused", "5.7.3") == send(emulator, tmp_path, tls=False, user=None, sender="bulk@contoso.com")


def test_a_site_s_port_is_high_volume_email_as_seen_from_there(
    emulate: Emulate, hve_world: LoadedWorld, tmp_path: Path
) -> None:
    emulator = emulate(world=hve_world)
    errand = replace(submit(emulator, **BULK), where=emulator.sites["hq"].endpoints["hve"])  # type: ignore[arg-type]

    assert "sent" == Smtplib().send(errand, tmp_path).ended
    (kept,) = emulator.store.mail.messages()
    assert ("hve", "hq") == (kept.endpoint.value, kept.site)


def test_a_group_is_expanded_and_its_member_outside_comes_back(
    emulate: Emulate, hve_world: LoadedWorld, tmp_path: Path
) -> None:
    emulator = emulate(world=hve_world)

    assert ("sent", "") == send(emulator, tmp_path, to=("all@contoso.com",))
    kept, report = emulator.store.mail.messages()
    assert [("partner@fabrikam.example", "none")] == [
        (str(copy.recipient), copy.placed.value) for copy in kept.copies if copy.placed is not Placement.INBOX
    ]
    assert kept.id == report.report_of
    assert b"550 5.5.105 External sending is not supported" in raw(emulator, report.id)
    assert [Placement.NONE] == [copy.placed for copy in report.copies]  # the account has no mailbox


def test_reports_go_to_the_reply_to_address_under_the_other_reading(
    emulate: Emulate, hve_world: LoadedWorld, tmp_path: Path
) -> None:
    emulator = emulate(world=hve_world, readings={"hve_reports": "reply_to"})

    send(emulator, tmp_path, to=("all@contoso.com",))
    _, report = emulator.store.mail.messages()

    assert [("helpdesk@contoso.com", Placement.INBOX)] == [(str(one.recipient), one.placed) for one in report.copies]


def test_the_account_s_reply_to_is_written_above_the_message(
    emulate: Emulate, hve_world: LoadedWorld, tmp_path: Path
) -> None:
    emulator = emulate(world=hve_world)
    own = submit(emulator, **BULK)  # type: ignore[arg-type]
    for content in (own.content, b"Reply-To: <own@contoso.com>\r\n" + own.content):
        Smtplib().send(replace(own, content=content), tmp_path)

    without, with_its_own = emulator.store.mail.messages()

    assert ("Reply-To: helpdesk@contoso.com",) == without.headers
    assert () == with_its_own.headers
    assert "<own@contoso.com>" == message_from_bytes(raw(emulator, with_its_own.id))["Reply-To"]


def test_an_account_without_a_billing_policy_stops_when_billing_begins(
    emulate: Emulate, hve_world: LoadedWorld, tmp_path: Path
) -> None:
    unpaid = {"user": "unpaid@contoso.com", "password": "fake unpaid"}

    assert ("sent", "") == send(emulate("2026-05-31T23:59:59Z", world=hve_world), tmp_path, **unpaid)
    assert ("SMTPSenderRefused", "5.7.1") == send(emulate("2026-06-01", world=hve_world), tmp_path, **unpaid)


def test_a_mailbox_signs_in_and_cannot_send(emulate: Emulate, hve_world: LoadedWorld, tmp_path: Path) -> None:
    emulator = emulate(world=hve_world)

    refused = send(emulator, tmp_path, user="scanner@contoso.com", password="fake tray 2")

    assert ("SMTPSenderRefused", "5.2.240") == refused


def test_a_foreign_sender_is_refused_and_a_proxy_address_is_not(
    emulate: Emulate, hve_world: LoadedWorld, tmp_path: Path
) -> None:
    emulator = emulate(world=hve_world)

    assert ("SMTPSenderRefused", "5.7.62") == send(emulator, tmp_path, sender="helpdesk@contoso.com")
    assert ("sent", "") == send(emulator, tmp_path, sender="news@contoso.com")


def test_fifty_recipients_are_taken_and_the_next_is_put_off(
    emulate: Emulate, hve_world: LoadedWorld, tmp_path: Path
) -> None:
    emulator = emulate(world=hve_world)
    send(emulator, tmp_path, to=tuple(f"person{number}@contoso.com" for number in range(51)))

    kept = next(message for message in emulator.store.mail.messages() if message.report_of is None)

    assert 50 == len(kept.envelope.recipients)
    assert "hve.rcpt.message_has_its_fifty_recipients" in refusing_rules(emulator)


def test_passwords_end_in_september_2028_and_tokens_go_on(
    emulate: Emulate, hve_world: LoadedWorld, tmp_path: Path
) -> None:
    emulator = emulate("2028-09-30T23:59:59Z", world=hve_world)

    assert ("sent", "") == send(emulator, tmp_path)
    emulator.reset(at=emulator.rulebook.calendar.at("hve_basic_auth_ends"))
    assert ("SMTPAuthenticationError", "5.7.139") == send(emulator, tmp_path)
    assert ("sent", "") == send(emulator, tmp_path, token="fake-token-bulk", password=None)


# Tokens of the token endpoint ----------------------------------------------------------------------------------------


def application(lab: OAuthLab, app_id: str, secret: str) -> str:
    app = msal.ConfidentialClientApplication(
        app_id, secret, authority=lab.authority, instance_discovery=False, verify=lab.ca
    )
    token: str = app.acquire_token_for_client(["https://outlook.office.com/.default"])["access_token"]
    return token


def test_msal_s_token_with_mail_send_opens_the_account_that_allows_the_application(
    lab: OAuthLab, tmp_path: Path
) -> None:
    token = application(lab, SENDS, "fake-secret-1")

    assert ("sent", "") == send(lab.emulator, tmp_path, token=token, password=None)
    closed = {"user": "closed@contoso.com", "password": None, "token": token}
    assert ("SMTPSenderRefused", "5.7.240") == send(lab.emulator, tmp_path, **closed)


def test_msal_s_token_with_smtp_send_as_app_does_not(lab: OAuthLab, tmp_path: Path) -> None:
    token = application(lab, SENDS_AS_SMTP, "fake-secret-2")

    assert ("SMTPAuthenticationError", "5.7.144") == send(lab.emulator, tmp_path, token=token, password=None)


def test_a_token_that_ends_soon_is_refused_and_one_that_has_ended_too(lab: OAuthLab, tmp_path: Path) -> None:
    token = application(lab, SENDS, "fake-secret-1")

    for minutes, code in ((54, ""), (55, "5.7.142"), (60, "5.7.143")):
        lab.emulator.travel(lab.emulator.started + timedelta(minutes=minutes))
        _, told = send(lab.emulator, tmp_path, token=token, password=None)
        assert code == told, minutes


def test_the_account_itself_is_a_user_who_may_sign_in_for_a_device(lab: OAuthLab, tmp_path: Path) -> None:
    form = {"client_id": DEVICE, "scope": "https://outlook.office.com/Mail.Send offline_access"}
    answer = lab.user_token("bulk@contoso.com", "fake bulk", **form)
    token = answer["access_token"]

    # The device's application is not on the account's list, which holds the other one.
    assert ("SMTPSenderRefused", "5.7.240") == send(lab.emulator, tmp_path, token=token, password=None)
    assert "hve.mail.application_is_not_allowed" == lab.last_rule()


@pytest.mark.parametrize("kind", [one for one in CLIENTS if one is not Swaks], ids=lambda kind: kind.__name__.lower())
def test_a_client_that_knows_xoauth2_sends_with_a_token(
    kind: type[MailClient], emulate: Emulate, hve_world: LoadedWorld, tmp_path: Path
) -> None:
    emulator = emulate("2028-12-01", world=hve_world)
    by_token = BULK | {"password": None, "token": "fake-token-bulk"}

    outcome = kind().send(submit(emulator, **by_token), tmp_path)  # type: ignore[arg-type]

    assert kind().sent == outcome.ended, outcome.output
    assert 1 == len(emulator.store.mail)
