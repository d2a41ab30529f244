"""emailproxy bridges a device that knows nothing but a password: end to end, the package as it is."""

from __future__ import annotations

import os
import shutil
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest

from relaylab.rules import replies
from tests.clients.oauth import DEFAULT_SCOPE, FIRMWARE, INVOICES, USER_SCOPE, OAuthLab
from tests.clients.programs import PATIENCE, missing

pytestmark = pytest.mark.clients

DEVICE_PASSWORD = "fake device password"  # the proxy locks its store with it; the service never sees it
MESSAGE = "From: {}\r\nTo: helpdesk@contoso.com\r\nSubject: Scan 42\r\n\r\nPage 1\r\n"


def emailproxy() -> str:
    """Where the command of the package is, beside the Python that runs this."""
    found = shutil.which("emailproxy", path=str(Path(sys.executable).parent)) or shutil.which("emailproxy")
    return found or missing("emailproxy", "pip install emailproxy")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def proxy(lab: OAuthLab, folder: Path, account: str) -> Iterator[int]:
    """Run the proxy with one account; give the port that the device is set to."""
    port = free_port()
    server = f"""\
        [SMTP-{port}]
        local_address = 127.0.0.1
        server_address = localhost
        server_port = {lab.emulator.endpoints["submission"].port}
        server_starttls = True
        """
    with proxied(lab, folder, dedent(server) + "\n" + account):
        yield port


@contextmanager
def proxied(lab: OAuthLab, folder: Path, settings: str) -> Iterator[None]:
    """Run the proxy with these settings."""
    config = folder / "emailproxy.config"
    config.write_text(settings, encoding="utf-8")
    command = [emailproxy(), "--no-gui", "--debug", "--config-file", str(config), "--log-file", str(folder / "log")]
    environment = {"PATH": os.environ["PATH"], "SSL_CERT_FILE": lab.ca, "PYTHONUNBUFFERED": "1", "HOME": str(folder)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        try:
            assert run.stdout is not None
            for line in run.stdout:
                if "Initialised Email OAuth 2.0 Proxy" in line:
                    break
            yield
        finally:
            run.terminate()
            run.communicate(timeout=PATIENCE)


def scan(port: int, user: str, password: str = DEVICE_PASSWORD, to: str = "helpdesk@contoso.com") -> None:
    """Be the device: no TLS, a user name and a password."""
    with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE, local_hostname="mfp.example") as device:
        device.login(user, password)
        device.sendmail(user, [to], MESSAGE.format(user))


def as_application(lab: OAuthLab, user: str = "app@contoso.com", secret: str = "fake-secret-1") -> str:
    return dedent(f"""\
        [{user}]
        token_url = {lab.authority}/oauth2/v2.0/token
        oauth2_scope = {DEFAULT_SCOPE}
        oauth2_flow = client_credentials
        client_id = {INVOICES}
        client_secret = {secret}
        """)


def test_a_device_with_a_password_sends_through_an_application_s_token(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    with proxy(oauth_lab, tmp_path, as_application(oauth_lab)) as port:
        scan(port, "app@contoso.com")

    (message,) = oauth_lab.emulator.store.mail.messages()
    assert "Scan 42" == message.head.subject
    assert "app@contoso.com" == str(message.envelope.mail_from)


def test_a_device_sends_through_its_user_s_token(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    account = dedent(f"""\
        [scanner@contoso.com]
        token_url = {oauth_lab.authority}/oauth2/v2.0/token
        oauth2_scope = {USER_SCOPE} offline_access
        oauth2_flow = password
        client_id = {FIRMWARE}
        """)
    with proxy(oauth_lab, tmp_path, account) as port:
        scan(port, "scanner@contoso.com", "fake tray 2")  # with the password grant it is the user's own

    assert 1 == len(oauth_lab.emulator.store.mail)


def test_the_device_is_told_when_the_proxy_gets_no_token(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    with (
        proxy(oauth_lab, tmp_path, as_application(oauth_lab, secret="wrong")) as port,
        pytest.raises(smtplib.SMTPAuthenticationError),
    ):
        scan(port, "app@contoso.com")

    assert "entra.token.secret_is_wrong" in oauth_lab.rules()
    assert 0 == len(oauth_lab.emulator.store.mail)


def test_a_device_meets_the_430_of_a_mailbox_without_full_access(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    with (
        proxy(oauth_lab, tmp_path, as_application(oauth_lab, user="closed@contoso.com")) as port,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        scan(port, "closed@contoso.com")

    assert replies.MAILBOX_LOGON_FAILURE.code == refused.value.smtp_code
