"""Every client is refused as documented, shows the line in its own way, and the event log names the rule."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from relaylab.app.emulator import Emulator
from relaylab.domain.event import Connected
from tests.clients.errand import Errand, MailClient, Refused, hand_over, refusing_rules, submit
from tests.clients.msmtp import Msmtp
from tests.conftest import Emulate

pytestmark = pytest.mark.clients

BASIC_IS_GONE = "submission.auth.basic_auth_is_off_by_default"
RELAY_DENIED = "TenantAttribution; Relay Access Denied"
VISIT = "Visit https://aka.ms/smtp_auth_disabled for more information."
UNKNOWN = "Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A sign-in that is refused: when, under which reading, who tries it, and what is said by which rule."""

    at: str = "2026-12-01"
    reading: str = "5.7.30"
    user: str = "scanner@contoso.com"
    password: str = "fake tray 2"
    said: tuple[int, str, str]
    rule: str


SIGN_INS = {
    "basic is off by default": SignIn(
        at="2027-01-04",
        said=(550, "5.7.30", "Basic authentication is not supported for Client Submission."),
        rule=BASIC_IS_GONE,
    ),
    "basic is off by default, the other reading": SignIn(
        at="2027-01-04",
        reading="5.7.139",
        said=(535, "5.7.139", "Authentication unsuccessful, basic authentication is disabled."),
        rule=BASIC_IS_GONE,
    ),
    "the password is wrong": SignIn(
        password="fake tray 3",
        said=(535, "5.7.139", "Authentication unsuccessful, the user credentials were incorrect."),
        rule="submission.auth.password_is_wrong",
    ),
    "the mailbox switch is off": SignIn(
        user="locked-out@contoso.com",
        password="fake-tray-6",
        said=(
            535,
            "5.7.139",
            f"Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. {VISIT}",
        ),
        rule="submission.auth.smtp_auth_is_disabled_for_the_mailbox",
    ),
    "the tenant switch is off": SignIn(
        user="franking@northwind.example",
        password="fake-franking",
        said=(
            535,
            "5.7.139",
            f"Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. {VISIT}",
        ),
        rule="submission.auth.smtp_auth_is_disabled_for_the_tenant",
    ),
}


@pytest.mark.parametrize("case", SIGN_INS.values(), ids=SIGN_INS)
def test_a_sign_in_is_refused(client: MailClient, case: SignIn, emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate(case.at, readings={"basic_auth_refusal": case.reading})

    said = refusal(client, submit(emulator, user=case.user, password=case.password), tmp_path, Refused.SIGN_IN)

    assert case.said == said[:3]
    assert session_of(emulator) == said[3]
    assert {case.rule} == set(refusing_rules(emulator))
    assert [] == emulator.store.mail.messages()


def test_a_recipient_outside_is_refused_at_the_end_of_a_message_sent_directly(
    client: MailClient, emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate()

    said = refusal(client, hand_over(emulator, to=("customer@example.net",)), tmp_path, Refused.MESSAGE)

    assert (550, "5.7.64", RELAY_DENIED, session_of(emulator)) == said
    assert ["mx.data.relay_is_denied"] == refusing_rules(emulator)
    assert [] == emulator.store.mail.messages()


def test_an_office_that_is_on_no_connector_may_not_relay(client: MailClient, emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()

    said = refusal(client, hand_over(emulator, site="shop", to=("customer@example.net",)), tmp_path, Refused.MESSAGE)

    assert (550, "5.7.64", RELAY_DENIED, session_of(emulator)) == said
    assert ["mx.data.relay_is_denied"] == refusing_rules(emulator)


def test_an_unknown_recipient_is_refused_at_the_edge(client: MailClient, emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()

    said = refusal(client, hand_over(emulator, to=("nobody@contoso.com",)), tmp_path, Refused.RECIPIENT)

    assert (550, "5.4.1", UNKNOWN, session_of(emulator)) == said
    assert ["mx.rcpt.recipient_is_unknown"] == refusing_rules(emulator)


def test_a_tenant_that_rejects_direct_send_refuses_its_own_domain(
    client: MailClient, emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate()
    errand = hand_over(emulator, sender="old-scanner@fabrikam.com", to=("desk@fabrikam.com",))

    said = refusal(client, errand, tmp_path, Refused.RECIPIENT)

    text = "TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized sources"
    assert (550, "5.7.68", text, session_of(emulator)) == said
    assert ["mx.rcpt.direct_send_is_rejected"] == refusing_rules(emulator)


def test_a_mailbox_may_not_send_as_another(client: MailClient, emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()
    errand = submit(emulator, sender="helpdesk@contoso.com")

    if isinstance(client, Msmtp):
        outcome = client.send(errand, tmp_path)

        # The line has more than 2,000 octets: msmtp calls it invalid and shows nothing of it (fact CS-SA-02).
        assert 76 == outcome.ended
        assert "the server sent an invalid reply" in outcome.output
    else:
        code, enhanced, text, trailer = refusal(client, errand, tmp_path, Refused.MESSAGE)

        assert (554, "5.2.252") == (code, enhanced)
        assert text.startswith("SendAsDenied; scanner@contoso.com not allowed to send as helpdesk@contoso.com; STORE")
        assert trailer.startswith("Hostname=")
    assert ["submission.data.mailbox_may_not_send_as"] == refusing_rules(emulator)
    assert [] == emulator.store.mail.messages()


def refusal(client: MailClient, errand: Errand, folder: Path, refused: Refused) -> tuple[int, str, str, str]:
    """Send, be refused as the client tells it, and give code, enhanced code, text, and session id or trailer."""
    outcome = client.send(errand, folder)
    assert client.refused[refused] == outcome.ended, outcome.output
    assert outcome.answer is not None, outcome.output
    answer = outcome.answer
    return answer.code, answer.enhanced, answer.text, answer.trailer.rpartition(" ")[2]


def session_of(emulator: Emulator) -> str:
    """The id of the only session, by which a line that a user quotes is found again."""
    (session,) = {entry.event.session_id for entry in emulator.store.events if isinstance(entry.event, Connected)}
    return session
