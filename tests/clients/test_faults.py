"""Real clients meet the faults, and do what the captures show them doing; those without captures do what is known."""

from __future__ import annotations

import asyncio
import io
import re
import smtplib
import ssl
from contextlib import redirect_stderr, suppress
from dataclasses import replace
from pathlib import Path

import aiosmtplib
import pytest

from relaylab.app.emulator import Emulator, Settings
from relaylab.domain.event import Faulted, TlsStarted
from tests.clients.curl import Curl
from tests.clients.errand import Errand, a_message, submit
from tests.clients.msmtp import Msmtp
from tests.clients.nodemailer import Nodemailer
from tests.clients.swaks import Swaks
from tests.conftest import Emulate
from tests.scenarios.capture import capture, captures

pytestmark = pytest.mark.clients

VERBS = {"EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "RSET", "QUIT"}
BOTH = ("helpdesk@contoso.com", "app@contoso.com")


def captured(sender: str) -> list[str]:
    return [one.behaviour for one in captures() if one.sender == sender]


def verbs(lines: list[str]) -> list[str]:
    """What a client said, without what it said it about; answers to prompts are dots."""
    words = [(line.split() or [""])[0].upper() for line in lines]
    return [word if word in VERBS else "..." for word in words]


def as_captured(sender: str, behaviour: str) -> list[str]:
    """What the client said in the (first) session of the capture."""
    return verbs([event.data for event in capture(sender, behaviour).sessions[0] if event.kind == "C"])


def acted(emulator: Emulator) -> set[str]:
    return {entry.event.behaviour for entry in emulator.store.events if isinstance(entry.event, Faulted)}


@pytest.mark.parametrize("behaviour", captured("curl"))
def test_curl_does_under_each_behaviour_what_it_was_seen_doing(
    behaviour: str, emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate(faults=[f"submission={behaviour}"])
    errand = submit(emulator, to=BOTH)
    more: tuple[str, ...] = ()
    match behaviour:
        case "json334":
            errand = submit(emulator, user="app@contoso.com", token="fake-token-app", to=BOTH)
        case "plainrelay":
            errand = submit(emulator, user=None, tls=False, to=BOTH)
        case "starttlsplain":
            errand, more = replace(errand, tls=False), ("--ssl",)

    outcome = send_with_curl(errand, tmp_path, more, implicit=behaviour == "implicit")

    said = verbs(re.findall(r"^> ?(.*)$", outcome, re.MULTILINE))
    assert without_quit(as_captured("curl", behaviour)) == without_quit(said), outcome
    assert ({behaviour} if behaviour != "m365" else set()) == acted(emulator)


def without_quit(said: list[str]) -> list[str]:
    """Curl does not always show the last thing it says."""
    return said[:-1] if said[-1:] == ["QUIT"] else said


def send_with_curl(errand: Errand, folder: Path, more: tuple[str, ...], *, implicit: bool) -> str:
    curl = Curl()
    if not implicit:
        return curl.send(errand, folder, *more).output
    (folder / "message.eml").write_bytes(errand.content)
    words = list(curl.connection(errand))
    words[1] = words[1].replace("smtp://", "smtps://")
    envelope = ["--mail-from", errand.mail_from, *(word for one in errand.to for word in ("--mail-rcpt", one))]
    return curl.run(folder, *words, *envelope, "--upload-file", str(folder / "message.eml")).output


@pytest.mark.parametrize("verifies", [True, False], ids=["verifying", "careless"])
@pytest.mark.parametrize("behaviour", captured("python-smtplib"))
def test_smtplib_does_under_each_behaviour_what_it_was_seen_doing(
    behaviour: str, emulate: Emulate, *, verifies: bool
) -> None:
    sender = "python-smtplib-verifying" if verifies else "python-smtplib"
    if behaviour not in captured(sender):
        pytest.skip(f"{sender} was not captured under {behaviour}")
    emulator = emulate(faults=[f"submission={behaviour}"])

    said = send_with_smtplib(emulator, behaviour, verifies=verifies)

    assert as_captured(sender, behaviour) == verbs(said)
    assert ({behaviour} if behaviour != "m365" else set()) == acted(emulator)


def send_with_smtplib(emulator: Emulator, behaviour: str, *, verifies: bool) -> list[str]:
    """As its documentation has it, without a ``with``; give the lines it sent."""
    context = ssl.create_default_context(cafile=emulator.ca_file) if verifies else None
    where, said = emulator.endpoints["submission"], io.StringIO()
    client: smtplib.SMTP | None = None
    with redirect_stderr(said), suppress(smtplib.SMTPException, OSError):
        if behaviour == "implicit":
            trusting = context or ssl._create_unverified_context()
            client = smtplib.SMTP_SSL(local_hostname="client.example", context=trusting)
        else:
            client = smtplib.SMTP(local_hostname="client.example")
        client._host = where.host  # type: ignore[attr-defined]
        client.set_debuglevel(1)
        code, text = client.connect(where.host, where.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)
        if behaviour not in {"implicit", "plainrelay"}:
            client.starttls(context=context)
        if behaviour != "plainrelay":
            client.login("scanner@contoso.com", "fake tray 2")
        client.sendmail("scanner@contoso.com", BOTH, a_message("scanner@contoso.com", BOTH[0]))
        client.quit()
    if client is not None:
        client.close()
    return re.findall(r"^send: '(.*)\\r\\n'$", said.getvalue(), re.MULTILINE)


# Those that have no captures here. -----------------------------------------------------------------------------------


def test_nodemailer_answers_the_json_challenge_with_an_empty_line_and_is_refused(
    emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate(faults=["submission=json334"])

    outcome = Nodemailer().send(submit(emulator, user="app@contoso.com", token="fake-token-app"), tmp_path)

    assert "EAUTH" == outcome.ended, outcome.output
    said = [entry.event.reply for entry in emulator.store.events if isinstance(entry.event, Faulted)]
    assert [334, 535] == [reply.code for reply in said if reply][:2]


def test_nodemailer_sends_its_password_in_clear_where_starttls_is_stripped(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate(faults=["submission=starttlsplain"])

    outcome = Nodemailer().send(submit(emulator), tmp_path, requireTLS=False, ignoreTLS=False)

    assert "sent" == outcome.ended, outcome.output
    assert 1 == len(emulator.store.mail)
    assert [] == [entry for entry in emulator.store.events if isinstance(entry.event, TlsStarted)]


def test_aiosmtplib_understands_keywords_in_lower_case(emulate: Emulate) -> None:
    emulator = emulate(faults=["submission=lower"])

    asyncio.run(_send_with_aiosmtplib(emulator))

    assert 1 == len(emulator.store.mail)
    assert {"lower"} == acted(emulator)


def test_aiosmtplib_sends_its_password_in_clear_where_starttls_is_stripped(emulate: Emulate) -> None:
    emulator = emulate(faults=["submission=starttlsplain"])

    asyncio.run(_send_with_aiosmtplib(emulator))

    assert 1 == len(emulator.store.mail)


async def _send_with_aiosmtplib(emulator: Emulator) -> None:
    where = emulator.endpoints["submission"]
    context = ssl.create_default_context(cafile=emulator.ca_file)
    async with aiosmtplib.SMTP(hostname=where.host, port=where.port, tls_context=context) as client:
        await client.login("scanner@contoso.com", "fake tray 2")
        await client.sendmail("scanner@contoso.com", "helpdesk@contoso.com", b"Subject: x\r\n\r\nx\r\n")


def test_msmtp_goes_no_further_when_starttls_is_put_off(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate(faults=["submission=starttls454"])

    outcome = Msmtp().send(submit(emulator), tmp_path)

    assert 0 != outcome.ended
    assert outcome.answer is not None
    assert (454, "4.7.0") == (outcome.answer.code, outcome.answer.enhanced)
    assert [] == emulator.store.mail.messages()


@pytest.mark.parametrize("behaviour", ["selfsigned", "wrongname", "expired"])
def test_swaks_takes_any_certificate_unless_it_is_told_to_look(
    behaviour: str, emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate(faults=[f"submission={behaviour}"])
    errand = submit(emulator)

    careless = Swaks().send(replace(errand, tls=False, ca_file=None), tmp_path, "--tls")
    careful = Swaks().send(errand, tmp_path)

    assert 0 == careless.ended, careless.output
    assert (29 == careful.ended) == (behaviour != "wrongname")  # swaks looks at the chain, never at the name


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("expired", "certificate has expired"),
        ("notyetvalid", "certificate is not yet valid"),
        ("leafonly", "unable to get local issuer certificate"),
        ("weakkey", "EE certificate key too weak"),
        ("tls11", "alert protocol version|unsupported protocol|internal error"),
        ("tlsalert", "alert handshake failure"),
    ],
)
def test_curl_refuses_a_handshake_that_is_wrong(fault: str, said: str, emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate(faults=[f"submission={fault}"])

    outcome = Curl().send(submit(emulator), tmp_path)

    assert outcome.ended in {35, 60}, outcome.output
    assert re.search(said, outcome.output), outcome.output


@pytest.mark.parametrize("fault", ["longchain", "chainorder", "tls12", "tls13", "tlssuites", "nosni"])
def test_curl_takes_a_handshake_that_is_only_unusual(fault: str, emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate(faults=[f"submission={fault}"])
    errand = submit(emulator)
    where = replace(errand.where, host="localhost")  # so that it names a host in TLS

    outcome = Curl().send(replace(errand, where=where), tmp_path)

    assert 0 == outcome.ended, outcome.output


@pytest.mark.parametrize(
    "fault",
    [
        *("delay,seconds=0.05", "drip,seconds=0,octets=3", "split,seconds=0.001", "onebyone", "multiline", "unknown"),
        *("longtext,octets=4096", "reword", "noenhanced", "shuffle", "starttlsagain", "prompts", "challenge"),
    ],
)
def test_smtplib_bears_what_the_rfc_has_it_bear(fault: str, emulate: Emulate) -> None:
    emulator = emulate(faults=[fault], settings=Settings(total=120))

    send_with_smtplib(emulator, fault, verifies=True)

    assert 1 == len(emulator.store.mail)
    assert {fault.partition(",")[0]} == acted(emulator)
