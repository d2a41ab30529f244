"""In clear, nothing is taken: no sign-in and no message. Some clients must be forced to try; some never would."""

import asyncio
import smtplib
from pathlib import Path

import aiosmtplib
import pytest

from tests.clients.curl import Curl
from tests.clients.errand import MailClient, Refused, refusing_rules, submit
from tests.clients.msmtp import Msmtp
from tests.clients.nodemailer import Nodemailer
from tests.clients.python_smtplib import Smtplib
from tests.clients.swaks import Swaks
from tests.conftest import Emulate

pytestmark = pytest.mark.clients

UNRECOGNISED = (504, "5.7.4", "Unrecognized authentication type")
TLS_COMES_FIRST = "submission.auth.tls_comes_first"
STARTTLS_IS_REQUIRED = "submission.mail.starttls_is_required"


def test_a_message_in_clear_is_refused(client: MailClient, emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()

    outcome = client.send(submit(emulator, user=None, tls=False), tmp_path)

    assert client.refused[Refused.SENDER] == outcome.ended, outcome.output
    assert outcome.answer is not None
    answer = outcome.answer
    assert (451, "5.7.3", "STARTTLS is required to send mail") == (answer.code, answer.enhanced, answer.text)
    assert [STARTTLS_IS_REQUIRED] == refusing_rules(emulator)


def test_curl_made_to_sign_in_in_clear_is_refused(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()
    errand = submit(emulator, user=None, tls=False)
    curl = Curl()

    outcome = curl.run(tmp_path, *curl.connection(errand), "--request", "AUTH LOGIN")

    assert 8 == outcome.ended
    assert outcome.answer is not None
    assert UNRECOGNISED == (outcome.answer.code, outcome.answer.enhanced, outcome.answer.text)
    assert [TLS_COMES_FIRST] == refusing_rules(emulator)


def test_smtplib_made_to_sign_in_in_clear_is_refused(emulate: Emulate) -> None:
    emulator = emulate()
    where = emulator.endpoints["submission"]

    with smtplib.SMTP(where.host, where.port) as client:
        client.user, client.password = "scanner@contoso.com", "fake tray 2"
        client.ehlo()
        with pytest.raises(smtplib.SMTPAuthenticationError, match=r"5\.7\.4 Unrecognized authentication") as raised:
            client.auth("LOGIN", client.auth_login)

    assert 504 == raised.value.smtp_code
    assert [TLS_COMES_FIRST] == refusing_rules(emulator)


def test_aiosmtplib_made_to_sign_in_in_clear_is_refused(emulate: Emulate) -> None:
    emulator = emulate()
    where = emulator.endpoints["submission"]

    async def sign_in() -> tuple[int, str]:
        async with aiosmtplib.SMTP(hostname=where.host, port=where.port, start_tls=False) as client:
            await client.ehlo()
            return await client.execute_command(b"AUTH", b"LOGIN")

    code, text = asyncio.run(sign_in())

    assert 504 == code
    assert text.startswith("5.7.4 Unrecognized authentication type")
    assert [TLS_COMES_FIRST] == refusing_rules(emulator)


def test_nodemailer_made_to_sign_in_in_clear_is_refused(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()

    outcome = Nodemailer().send(submit(emulator, tls=False), tmp_path, forceAuth=True, authMethod="LOGIN")

    assert "EAUTH" == outcome.ended
    assert outcome.answer is not None
    assert UNRECOGNISED == (outcome.answer.code, outcome.answer.enhanced, outcome.answer.text)
    assert [TLS_COMES_FIRST] == refusing_rules(emulator)


@pytest.mark.parametrize(
    ("client", "ended", "said"),
    [
        (Msmtp(), 69, "the server does not support authentication"),
        (Swaks(), 28, "Host did not advertise authentication"),
        (Smtplib(), "SMTPNotSupportedError", "SMTP AUTH extension not supported by server"),
    ],
    ids=["msmtp", "swaks", "smtplib"],
)
def test_some_clients_give_up_when_nothing_is_offered_in_clear(
    client: MailClient, ended: int | str, said: str, emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate()

    outcome = client.send(submit(emulator, tls=False), tmp_path)

    assert ended == outcome.ended
    assert said in outcome.output
    assert [] == refusing_rules(emulator)


@pytest.mark.parametrize("client", [Curl(), Nodemailer()], ids=["curl", "nodemailer"])
def test_some_clients_leave_the_sign_in_out_without_a_word_and_are_refused_at_mail(
    client: MailClient, emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate()

    outcome = client.send(submit(emulator, tls=False), tmp_path)

    assert client.refused[Refused.SENDER] == outcome.ended
    assert [STARTTLS_IS_REQUIRED] == refusing_rules(emulator)


def test_swaks_for_which_a_sign_in_is_optional_is_refused_at_mail(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()
    swaks = Swaks()

    outcome = swaks.send(submit(emulator, tls=False), tmp_path, "--auth-optional")

    assert swaks.refused[Refused.SENDER] == outcome.ended
    assert [STARTTLS_IS_REQUIRED] == refusing_rules(emulator)
