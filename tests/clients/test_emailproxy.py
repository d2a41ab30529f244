"""emailproxy bridges a device that knows nothing but a password: end to end, the package as it is."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from relaylab.domain.clock import parse_instant
from relaylab.domain.event import Judged
from relaylab.rules import replies
from tests.clients.emailproxy import Watch, free_port, log_of, proxy, scan
from tests.clients.oauth import DEFAULT_SCOPE, FIRMWARE, INVOICES, USER_SCOPE, OAuthLab, oauth_world
from tests.clients.oauth_assertions import CERTIFIED, registered_certificate
from tests.conftest import Emulate

pytestmark = pytest.mark.clients

SCANNER = "scanner@contoso.com"
# Tokens that the proxy refreshes before each use, and a device that asks every second.
MINUTES = "  [tenant.token_service]\n  access_token_lifetime = 599\n  device_code_interval = 1\n"
EVERY_SECOND = "  [tenant.token_service]\n  device_code_interval = 1\n"


def as_application(lab: OAuthLab, user: str = "app@contoso.com", **changes: str) -> str:
    settings = {
        "token_url": f"{lab.authority}/oauth2/v2.0/token",
        "oauth2_scope": DEFAULT_SCOPE,
        "oauth2_flow": "client_credentials",
        "client_id": INVOICES,
        "client_secret": "fake-secret-1",
    } | changes
    return account(user, settings)


def as_user(lab: OAuthLab, **changes: str) -> str:
    settings = {
        "token_url": f"{lab.authority}/oauth2/v2.0/token",
        "oauth2_scope": f"{USER_SCOPE} offline_access",
        "client_id": FIRMWARE,
    } | changes
    return account(SCANNER, settings)


def account(user: str, settings: dict[str, str]) -> str:
    return "\n".join([f"[{user}]", *(f"{name} = {value}" for name, value in settings.items() if value), ""])


def grants(lab: OAuthLab) -> list[str]:
    """What the token endpoint was asked for, in order."""
    judged = [entry.event for entry in lab.emulator.store.events if isinstance(entry.event, Judged)]
    return [event.command.removeprefix("token ") for event in judged if event.command.startswith("token ")]


# Applications ---------------------------------------------------------------------------------------------------------


def test_a_device_with_a_password_sends_through_an_application_s_token(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    with proxy(oauth_lab, tmp_path, as_application(oauth_lab)) as port:
        scan(port, "app@contoso.com")

    (message,) = oauth_lab.emulator.store.mail.messages()
    assert "Scan 42" == message.head.subject
    assert "app@contoso.com" == str(message.envelope.mail_from)


def test_the_device_is_told_when_the_proxy_gets_no_token(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    with (
        proxy(oauth_lab, tmp_path, as_application(oauth_lab, client_secret="wrong")) as port,
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


def test_a_device_sends_through_an_application_with_a_certificate(
    emulate: Emulate, oauth_lab: OAuthLab, tmp_path: Path
) -> None:
    certificate = registered_certificate()
    lab = OAuthLab(emulate(world=oauth_world(certificate.registered())))
    files = {"jwt_certificate_path": tmp_path / "app.pem", "jwt_key_path": tmp_path / "app.key"}
    files["jwt_certificate_path"].write_text(certificate.pem, encoding="ascii")
    files["jwt_key_path"].write_text(certificate.key_pem, encoding="ascii")
    paths = {name: str(path) for name, path in files.items()}

    with proxy(lab, tmp_path, as_application(lab, client_id=CERTIFIED, client_secret="", **paths)) as port:
        scan(port, "app@contoso.com")

    assert 1 == len(lab.emulator.store.mail)


# Users ----------------------------------------------------------------------------------------------------------------


def test_a_device_sends_through_its_user_s_token(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    with proxy(oauth_lab, tmp_path, as_user(oauth_lab, oauth2_flow="password")) as port:
        scan(port, SCANNER, "fake tray 2")  # with the password grant it is the user's own

    assert 1 == len(oauth_lab.emulator.store.mail)


def at_the_page(lab: OAuthLab) -> Watch:
    """The person who reads what the proxy prints, and types the device code in or opens the address."""

    def watch(line: str) -> None:
        if found := re.search(r"use code (\w+)", line):
            lab.type_in(found[1], SCANNER, "fake tray 2")
        elif found := re.search(r"Please visit the following URL to authenticate account \S+ (\S+)", line):
            back = lab.sign_in(found[1], SCANNER, "fake tray 2")
            httpx.get(back.headers["location"], trust_env=False)

    return watch


def by_device_code(lab: OAuthLab) -> str:
    return as_user(lab, oauth2_flow="device", permission_url=f"{lab.authority}/oauth2/v2.0/devicecode")


def by_the_page(lab: OAuthLab) -> str:
    return as_user(
        lab,
        oauth2_flow="authorization_code",
        permission_url=f"{lab.authority}/oauth2/v2.0/authorize",
        redirect_uri=f"http://localhost:{free_port()}",
        use_pkce="True",
    )


@pytest.mark.parametrize("flow", [by_device_code, by_the_page])
def test_a_user_signs_in_once_and_the_device_sends_from_then_on(
    emulate: Emulate, oauth_lab: OAuthLab, tmp_path: Path, flow: Callable[[OAuthLab], str]
) -> None:
    lab = OAuthLab(emulate(world=oauth_world(EVERY_SECOND)))

    with proxy(lab, tmp_path, flow(lab), at_the_page(lab)) as port:
        scan(port, SCANNER)
        asked = len(grants(lab))
        scan(port, SCANNER)

    assert 2 == len(lab.emulator.store.mail)
    assert asked == len(grants(lab))


# The clock ------------------------------------------------------------------------------------------------------------


def test_after_a_travel_the_proxy_refreshes_what_lives_for_minutes(
    emulate: Emulate, oauth_lab: OAuthLab, tmp_path: Path
) -> None:
    lab = OAuthLab(emulate(world=oauth_world(MINUTES)))

    with proxy(lab, tmp_path, by_device_code(lab), at_the_page(lab)) as port:
        scan(port, SCANNER)
        lab.emulator.travel(parse_instant("2026-12-01T01:00:00Z"))
        scan(port, SCANNER)

    assert 2 == len(lab.emulator.store.mail)
    assert "refresh_token" == grants(lab)[-1]


def test_a_refresh_token_that_is_dead_sends_the_user_to_the_page_again(
    emulate: Emulate, oauth_lab: OAuthLab, tmp_path: Path
) -> None:
    lab = OAuthLab(emulate(world=oauth_world(MINUTES)))

    with proxy(lab, tmp_path, by_device_code(lab), at_the_page(lab)) as port:
        scan(port, SCANNER)
        lab.emulator.travel(parse_instant("2027-03-01"))
        scan(port, SCANNER)

    assert 2 == len(lab.emulator.store.mail)
    assert "entra.token.refresh_token_was_inactive" in lab.rules()
    assert "AADSTS700082" in log_of(tmp_path)


def test_a_token_that_the_proxy_keeps_by_its_own_clock_is_refused_after_a_travel(
    oauth_lab: OAuthLab, tmp_path: Path
) -> None:
    with proxy(oauth_lab, tmp_path, as_application(oauth_lab)) as port:
        scan(port, "app@contoso.com")
        oauth_lab.emulator.travel(parse_instant("2026-12-01T01:00:00Z"))
        with pytest.raises(smtplib.SMTPException):  # the proxy hands the 535 on and hangs up: a device may see either
            scan(port, "app@contoso.com")

    assert "535 5.7.3 Authentication unsuccessful" in log_of(tmp_path)
    assert "submission.auth.token_has_expired" == oauth_lab.last_rule()


# Failures -------------------------------------------------------------------------------------------------------------

LISTS_NOTHING = """
  [[tenant.app_registration]]
  app_id = "b0000000-0000-4000-8000-00000000000a"
  is_fallback_public_client = true
"""
UNAVAILABLE = '  [[tenant.token_fault]]\n  kind = "unavailable"\n'


@pytest.mark.parametrize(
    ("code", "changes", "state"),
    [
        (7000215, {"client_secret": "wrong"}, ""),
        (7000222, {"client_secret": "fake-secret-old"}, ""),
        (7000218, {"client_secret": ""}, ""),
        (700016, {"client_id": "a0000000-0000-4000-8000-0000000000ee"}, ""),
        (90002, {"token_url": "northwind.example/oauth2/v2.0/token"}, ""),
        (900023, {"token_url": "con_toso/oauth2/v2.0/token"}, ""),
        (1002012, {"oauth2_scope": USER_SCOPE}, ""),
        (90033, {}, UNAVAILABLE),
        (
            650057,
            {
                "token_url": "contoso.com/oauth2/token",
                "oauth2_flow": "password",
                "oauth2_scope": "",
                "oauth2_resource": "https://outlook.office365.com",
                "client_id": "b0000000-0000-4000-8000-00000000000a",
                "client_secret": "",
            },
            LISTS_NOTHING,
        ),
    ],
)
def test_the_proxy_logs_why_and_its_device_is_refused(  # noqa: PLR0913, PLR0917 - a table
    emulate: Emulate, oauth_lab: OAuthLab, tmp_path: Path, code: int, changes: dict[str, str], state: str
) -> None:
    lab = OAuthLab(emulate(world=oauth_world(state)))
    url = {"token_url": f"{lab.url}/{changes['token_url']}"} if "token_url" in changes else {}

    with (
        proxy(lab, tmp_path, as_application(lab, **(changes | url))) as port,
        pytest.raises(smtplib.SMTPAuthenticationError),
    ):
        scan(port, "app@contoso.com", "fake app 1")

    assert f"AADSTS{code}: " in log_of(tmp_path)
    assert 0 == len(lab.emulator.store.mail)
