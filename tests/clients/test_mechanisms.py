"""LOGIN and XOAUTH2 in the forms that real clients speak them; nothing else is recognised."""

import base64
import smtplib
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from relaylab.app.emulator import Emulator
from relaylab.domain.event import Judged
from tests.clients.curl import Curl
from tests.clients.errand import Errand, MailClient, Outcome, Refused, refusing_rules, submit
from tests.clients.msmtp import Msmtp
from tests.clients.nodemailer import Nodemailer
from tests.clients.python_aiosmtplib import Aiosmtplib
from tests.clients.python_smtplib import Smtplib
from tests.clients.swaks import Swaks
from tests.conftest import Emulate

pytestmark = pytest.mark.clients

SPEAK_XOAUTH2: tuple[MailClient, ...] = (Curl(), Msmtp(), Smtplib(), Aiosmtplib(), Nodemailer())

TOKEN = base64.b64encode(b"user=app@contoso.com\x01auth=Bearer fake-token-app\x01\x01").decode()

speaker = pytest.mark.parametrize("client", SPEAK_XOAUTH2, ids=lambda client: type(client).__name__.lower())


@speaker
def test_a_token_goes_on_after_the_end_of_passwords(client: MailClient, emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate("2027-01-04")
    errand = submit(emulator, user="app@contoso.com", token="fake-token-app")

    outcome = client.send(errand, tmp_path)

    assert client.sent == outcome.ended, outcome.output
    (kept,) = emulator.store.mail.messages()
    assert errand.content == emulator.store.mail.raw(kept.id)
    assert "AUTH XOAUTH2" == commands(emulator)[0]


@speaker
def test_a_token_that_nobody_gave_is_refused(client: MailClient, emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate("2027-01-04")

    outcome = client.send(submit(emulator, user="app@contoso.com", token="another-token"), tmp_path)

    assert client.refused[Refused.SIGN_IN] == outcome.ended, outcome.output
    assert outcome.answer is not None
    answer = outcome.answer
    assert (535, "5.7.3", "Authentication unsuccessful") == (answer.code, answer.enhanced, answer.text)
    assert {"submission.auth.token_is_unreadable"} == set(refusing_rules(emulator))


def test_curl_waits_for_the_empty_challenge(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()

    outcome = Curl().send(submit(emulator, user="app@contoso.com", token="fake-token-app"), tmp_path)

    assert 0 == outcome.ended
    assert ["> AUTH XOAUTH2", "< 334", f"> {TOKEN}", "< 235 2.7.0 Authentication successful"] == exchange(outcome)


def test_curl_with_sasl_ir_says_all_in_one_line(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()

    outcome = Curl().send(submit(emulator, user="app@contoso.com", token="fake-token-app"), tmp_path, "--sasl-ir")

    assert 0 == outcome.ended
    assert [f"> AUTH XOAUTH2 {TOKEN}", "< 235 2.7.0 Authentication successful"] == exchange(outcome)


@pytest.mark.parametrize("in_one_step", [True, False])
def test_smtplib_says_a_token_in_one_step_or_two(emulate: Emulate, *, in_one_step: bool) -> None:
    emulator = emulate()
    where = emulator.endpoints["submission"]
    token = "user=app@contoso.com\x01auth=Bearer fake-token-app\x01\x01"

    with smtplib.SMTP(where.host, where.port) as client:
        client.starttls(context=ssl.create_default_context(cafile=emulator.ca_file))
        client.ehlo()
        code, text = client.auth("XOAUTH2", lambda challenge=None: token, initial_response_ok=in_one_step)

    assert (235, b"2.7.0 Authentication successful") == (code, text)


def test_msmtp_chooses_login_by_itself(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()

    outcome = Msmtp().send(submit(emulator), tmp_path, "auth on")

    assert 0 == outcome.ended, outcome.output
    assert "AUTH LOGIN" == commands(emulator)[0]


def test_smtplib_gives_the_user_name_with_auth_login(emulate: Emulate) -> None:
    emulator = emulate()
    where = emulator.endpoints["submission"]
    user = base64.b64encode(b"scanner@contoso.com").decode()

    with smtplib.SMTP(where.host, where.port) as client:
        client.starttls(context=ssl.create_default_context(cafile=emulator.ca_file))
        client.ehlo()
        asked = client.docmd("AUTH", f"LOGIN {user}")
        answered = client.docmd(base64.b64encode(b"fake tray 2").decode())

    assert (334, b"UGFzc3dvcmQ6") == asked
    assert (235, b"2.7.0 Authentication successful") == answered


def test_smtplib_that_forgets_to_say_hello_takes_the_refusal_for_a_sign_in(emulate: Emulate) -> None:
    emulator = emulate()
    errand = submit(emulator)

    with smtplib.SMTP(errand.where.host, errand.where.port) as client:
        client.starttls(context=ssl.create_default_context(cafile=emulator.ca_file))
        client.user, client.password = str(errand.user), str(errand.password)
        code, text = client.auth("LOGIN", client.auth_login)  # raises nothing: in smtplib a 503 means "already"
        with pytest.raises(smtplib.SMTPSenderRefused, match=r"5\.7\.57 Client not authenticated") as raised:
            client.sendmail(errand.mail_from, errand.to, errand.content)

    assert 503 == code
    assert text.startswith(b"5.5.2 Send hello first")
    assert 530 == raised.value.smtp_code
    assert ["submission.mail.sender_is_anonymous"] == refusing_rules(emulator)


def plain_by_smtplib(errand: Errand, folder: Path) -> Outcome:
    with smtplib.SMTP(errand.where.host, errand.where.port) as client:
        client.starttls(context=ssl.create_default_context(cafile=errand.ca_file))
        client.ehlo()
        client.user, client.password = str(errand.user), str(errand.password)
        with pytest.raises(smtplib.SMTPAuthenticationError) as raised:
            client.auth("PLAIN", client.auth_plain)
    return Outcome("SMTPAuthenticationError", None, f"{raised.value.smtp_code} {raised.value.smtp_error!r}")


def plain_by_nodemailer(errand: Errand, folder: Path) -> Outcome:
    return Nodemailer().send(errand, folder, authMethod="PLAIN")


@pytest.mark.parametrize("try_plain", [plain_by_smtplib, plain_by_nodemailer])
def test_plain_is_not_recognised(
    try_plain: Callable[[Errand, Path], Outcome], emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate()

    outcome = try_plain(submit(emulator), tmp_path)

    assert "504" in outcome.output
    assert "5.7.4 Unrecognized authentication type" in outcome.output
    assert ["submission.auth.mechanism_is_not_offered"] == refusing_rules(emulator)


def test_swaks_told_to_use_plain_sees_that_it_is_not_offered(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()

    outcome = Swaks().send(submit(emulator), tmp_path, "--auth", "PLAIN")

    assert 28 == outcome.ended
    assert "Auth not attempted, requested type not available" in outcome.output
    assert [] == refusing_rules(emulator)


def exchange(outcome: Outcome) -> list[str]:
    """What curl and the server said from AUTH to the verdict."""
    said = [line.rstrip() for line in outcome.output.splitlines() if line[:1] in {"<", ">"}]
    first = next(number for number, line in enumerate(said) if line.startswith("> AUTH"))
    last = next(number for number, line in enumerate(said) if line.startswith("< 235"))
    return said[first : last + 1]


def commands(emulator: Emulator) -> list[str]:
    """The commands that were judged."""
    return [entry.event.command for entry in emulator.store.events if isinstance(entry.event, Judged)]
