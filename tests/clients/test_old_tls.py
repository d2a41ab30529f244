"""TLS 1.0 and 1.1, as printers of 2010 speak them: where the handshake is refused, where the sign-in, where nothing."""

import smtplib
import ssl
import warnings
from pathlib import Path

import pytest

from relaylab.domain.event import TlsFailed, TlsStarted
from relaylab.servers.fleet import Listening
from relaylab_certs import TestAuthority
from tests.clients.curl import Curl
from tests.clients.errand import a_message, refusing_rules, submit
from tests.conftest import Emulate

pytestmark = pytest.mark.clients

OLD = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)
NAMES = {ssl.TLSVersion.TLSv1: "TLSv1", ssl.TLSVersion.TLSv1_1: "TLSv1.1"}

by_version = pytest.mark.parametrize("version", OLD, ids=NAMES.values())


def only(version: ssl.TLSVersion, authority: TestAuthority) -> ssl.SSLContext:
    """A client that verifies the server and knows one version."""
    context = ssl.create_default_context(cafile=authority.ca_file)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = context.maximum_version = version
    return context


def connected(where: Listening) -> smtplib.SMTP:
    return smtplib.SMTP(where.host, where.port, local_hostname="old-printer.example")


@by_version
def test_a_tenant_that_allows_old_tls_is_served_at_the_legacy_host(
    version: ssl.TLSVersion, emulate: Emulate, authority: TestAuthority
) -> None:
    emulator = emulate()
    content = a_message("old-scanner@fabrikam.com", "desk@fabrikam.com")

    with connected(emulator.endpoints["submission_legacy"]) as client:
        client.starttls(context=only(version, authority))
        client.login("old-scanner@fabrikam.com", "fake-fabrikam-tray")
        client.sendmail("old-scanner@fabrikam.com", "desk@fabrikam.com", content)

    (kept,) = emulator.store.mail.messages()
    assert content == emulator.store.mail.raw(kept.id)
    (started,) = [entry.event for entry in emulator.store.events if isinstance(entry.event, TlsStarted)]
    assert NAMES[version] == started.version


@by_version
def test_a_tenant_that_has_not_allowed_old_tls_is_refused_at_the_legacy_host(
    version: ssl.TLSVersion, emulate: Emulate, authority: TestAuthority
) -> None:
    emulator = emulate()

    with connected(emulator.endpoints["submission_legacy"]) as client:
        client.starttls(context=only(version, authority))
        with pytest.raises(smtplib.SMTPAuthenticationError, match=r"5\.7\.67 TLS 1\.0 and 1\.1 are not") as raised:
            client.login("scanner@contoso.com", "fake tray 2")

    assert 550 == raised.value.smtp_code
    assert ["submission.auth.organisation_has_not_opted_in_to_old_tls"] == refusing_rules(emulator)


@by_version
def test_the_main_host_takes_the_handshake_and_ends_the_sign_in(
    version: ssl.TLSVersion, emulate: Emulate, authority: TestAuthority
) -> None:
    emulator = emulate()
    client = connected(emulator.endpoints["submission"])

    client.starttls(context=only(version, authority))
    with pytest.raises(smtplib.SMTPAuthenticationError, match=r"4\.7\.66 TLS 1\.0 and 1\.1 are not") as raised:
        client.login("old-scanner@fabrikam.com", "fake-fabrikam-tray")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()

    assert 421 == raised.value.smtp_code
    assert ["submission.auth.tls_is_too_old"] == refusing_rules(emulator)


@by_version
@pytest.mark.parametrize("endpoint", ["mx", "submission"])
def test_a_handshake_can_be_refused(
    endpoint: str, version: ssl.TLSVersion, emulate: Emulate, authority: TestAuthority
) -> None:
    emulator = emulate(readings={"old_tls": "handshake"} if endpoint == "submission" else None)

    with connected(emulator.endpoints[endpoint]) as client:
        with pytest.raises(ssl.SSLError, match=r"(?i)alert protocol version"):
            client.starttls(context=only(version, authority))
        client.close()

    (failed,) = [entry.event for entry in emulator.store.events if isinstance(entry.event, TlsFailed)]
    assert "unsupported protocol" == failed.reason


def test_curl_with_tls_1_0_is_served_at_the_legacy_host(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()
    errand = submit(
        emulator,
        user="old-scanner@fabrikam.com",
        password="fake-fabrikam-tray",
        to=("desk@fabrikam.com",),
        door="submission_legacy",
    )

    outcome = Curl().send(errand, tmp_path, "--tlsv1.0", "--tls-max", "1.0", "--ciphers", "DEFAULT:@SECLEVEL=0")

    assert 0 == outcome.ended, outcome.output
    assert 1 == len(emulator.store.mail)
    (started,) = [entry.event for entry in emulator.store.events if isinstance(entry.event, TlsStarted)]
    assert "TLSv1" == started.version
