"""Whom the clients trust: the test authority once they are told to, and nobody else; by the service's own name too."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from relaylab.domain.event import TlsFailed, TlsStarted
from relaylab_certs import TestAuthority
from tests.clients.curl import Curl
from tests.clients.errand import MailClient, submit
from tests.clients.msmtp import Msmtp
from tests.clients.nodemailer import Nodemailer
from tests.clients.programs import PATIENCE, program
from tests.clients.python_aiosmtplib import Aiosmtplib
from tests.clients.python_smtplib import Smtplib
from tests.clients.swaks import Swaks
from tests.conftest import Emulate

pytestmark = pytest.mark.clients

SERVICE = "smtp.office365.com"

# How each client ends, and what it says, when it does not know the root.
REFUSALS: tuple[tuple[MailClient, int | str, str], ...] = (
    (Curl(), 60, "SSL certificate problem: unable to get local issuer certificate"),
    (Msmtp(), 69, "TLS certificate verification failed"),
    (Swaks(), 29, "certificate verify failed"),
    (Smtplib(), "SSLCertVerificationError", "unable to get local issuer certificate"),
    (Aiosmtplib(), "SSLCertVerificationError", "unable to get local issuer certificate"),
    (Nodemailer(), "ESOCKET", "unable to get local issuer certificate"),
)


@pytest.mark.parametrize(
    ("client", "ended", "said"), REFUSALS, ids=[type(client).__name__.lower() for client, *_ in REFUSALS]
)
def test_a_verifying_client_refuses_an_authority_that_it_does_not_know(
    client: MailClient, ended: int | str, said: str, emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate()

    outcome = client.send(replace(submit(emulator), ca_file=None), tmp_path)

    assert ended == outcome.ended, outcome.output
    assert said in outcome.output
    assert [] == emulator.store.mail.messages()


@pytest.mark.parametrize("chain", ["g1", "g2"])
@pytest.mark.parametrize("endpoint", ["submission", "mx", "submission_legacy"])
def test_openssl_verifies_both_shapes_of_the_chain(
    endpoint: str, chain: str, emulate: Emulate, authority: TestAuthority
) -> None:
    emulator = emulate(readings={"server_chain": chain})
    where = emulator.endpoints[endpoint]
    name = where.name or "contoso-com.mail.protection.outlook.com"

    ran = subprocess.run(
        [
            *(program("openssl"), "s_client", "-starttls", "smtp", "-connect", f"{where.host}:{where.port}"),
            *("-CAfile", str(authority.ca_file), "-servername", name, "-verify_hostname", name),
            *("-verify_return_error", "-showcerts"),
        ],
        input="QUIT\n",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert 0 == ran.returncode, ran.stderr
    assert "Verify return code: 0 (ok)" in ran.stdout
    assert {"g1": 2, "g2": 3}[chain] == ran.stdout.count("-----BEGIN CERTIFICATE-----")
    (started,) = [entry.event for entry in emulator.store.events if isinstance(entry.event, TlsStarted)]
    assert name == started.sni


def test_openssl_without_the_root_does_not_verify(emulate: Emulate) -> None:
    emulator = emulate()
    where = emulator.endpoints["submission"]

    ran = subprocess.run(
        [
            *(program("openssl"), "s_client", "-starttls", "smtp", "-connect", f"{where.host}:{where.port}"),
            "-verify_return_error",
        ],
        input="QUIT\n",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert 0 != ran.returncode
    assert "unable to get local issuer certificate" in ran.stderr
    (failed,) = [entry.event for entry in emulator.store.events if isinstance(entry.event, TlsFailed)]
    assert "unknown ca" in failed.reason


def test_curl_verifies_the_name_of_the_service(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()
    errand = submit(emulator)
    where = errand.where

    outcome = Curl().send(
        replace(errand, where=replace(where, host=SERVICE, port=587)),
        tmp_path,
        *("--connect-to", f"{SERVICE}:587:{where.host}:{where.port}"),
    )

    assert 0 == outcome.ended, outcome.output
    assert 1 == len(emulator.store.mail)


def test_curl_refuses_a_name_that_is_not_on_the_certificate(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()
    errand = submit(emulator)
    where = errand.where

    outcome = Curl().send(
        replace(errand, where=replace(where, host="mail.contoso.com", port=587)),
        tmp_path,
        *("--connect-to", f"mail.contoso.com:587:{where.host}:{where.port}"),
    )

    assert 60 == outcome.ended
    assert "no alternative certificate subject name matches target host name 'mail.contoso.com'" in outcome.output


def test_msmtp_verifies_the_name_of_the_service(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()

    outcome = Msmtp().send(submit(emulator), tmp_path, f"tls_host_override {SERVICE}")

    assert 0 == outcome.ended, outcome.output


def test_nodemailer_verifies_the_name_of_the_service_with_an_authority_from_the_environment(
    emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate()
    errand = replace(submit(emulator), ca_file=None)
    options = {
        "host": errand.where.host,
        "port": errand.where.port,
        "requireTLS": True,
        "tls": {"servername": SERVICE},
        "auth": {"user": errand.user, "pass": errand.password},
    }

    outcome = Nodemailer().run(errand, tmp_path, options, {"NODE_EXTRA_CA_CERTS": str(emulator.ca_file)})

    assert "sent" == outcome.ended, outcome.output
