"""azure-identity for Python, unmodified, with the settings of its documentation."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.identity import ClientSecretCredential, DeviceCodeCredential, EnvironmentCredential

from relaylab.domain.clock import parse_instant
from tests.clients.oauth import DEFAULT_SCOPE, FIRMWARE, INVOICES, TENANT, USER_SCOPE, OAuthLab, oauth_world
from tests.clients.oauth_assertions import CERTIFIED, registered_certificate
from tests.clients.oauth_azure import AzureIdentity, pointed
from tests.clients.oauth_requests import Credential, ForItself, WithCode
from tests.conftest import Emulate

pytestmark = pytest.mark.clients


def test_a_client_secret_gets_a_token_that_sends(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    with ClientSecretCredential(TENANT, INVOICES, "fake-secret-1", **pointed(oauth_lab)) as credential:
        first, second = credential.get_token(DEFAULT_SCOPE), credential.get_token(DEFAULT_SCOPE)

    assert first.token == second.token
    assert "sent" == oauth_lab.send("app@contoso.com", first.token, tmp_path).ended


def test_the_environment_points_a_credential_too(oauth_lab: OAuthLab, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "AZURE_AUTHORITY_HOST": oauth_lab.url,
        "AZURE_TENANT_ID": TENANT,
        "AZURE_CLIENT_ID": INVOICES,
        "AZURE_CLIENT_SECRET": "fake-secret-1",
        "REQUESTS_CA_BUNDLE": oauth_lab.ca,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    with EnvironmentCredential(disable_instance_discovery=True) as credential:
        assert credential.get_token(DEFAULT_SCOPE).token


def test_a_device_signs_in(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    def user_at_the_page(_uri: str, user_code: str, _expires: object) -> None:
        oauth_lab.type_in(user_code, "scanner@contoso.com", "fake tray 2")

    settings = pointed(oauth_lab)
    with DeviceCodeCredential(FIRMWARE, tenant_id=TENANT, prompt_callback=user_at_the_page, **settings) as credential:
        token = credential.get_token(USER_SCOPE).token

    assert "sent" == oauth_lab.send("scanner@contoso.com", token, tmp_path).ended


def test_a_certificate_gets_a_token_that_sends(emulate: Emulate, oauth_lab: OAuthLab, tmp_path: Path) -> None:
    lab = OAuthLab(emulate(world=oauth_world(registered_certificate().registered())))

    token = AzureIdentity().ask(lab, ForItself(app_id=CERTIFIED, secret=Credential.REGISTERED))

    assert "sent" == lab.send("app@contoso.com", token, tmp_path).ended


def test_a_code_from_the_page_gets_a_token_that_sends(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    token = AzureIdentity().ask(oauth_lab, WithCode())

    assert "sent" == oauth_lab.send("scanner@contoso.com", token, tmp_path).ended


def signs_in(lab: OAuthLab, at: list[str]) -> DeviceCodeCredential:
    """A device whose user signs in at once; ``at`` hears of each code that is shown."""

    def user_at_the_page(_uri: str, user_code: str, _expires: object) -> None:
        at.append(user_code)
        lab.type_in(user_code, "scanner@contoso.com", "fake tray 2")

    return DeviceCodeCredential(FIRMWARE, tenant_id=TENANT, prompt_callback=user_at_the_page, **pointed(lab))


def test_a_token_is_kept_while_it_lives(oauth_lab: OAuthLab) -> None:
    shown: list[str] = []

    with signs_in(oauth_lab, shown) as credential:
        first, second = credential.get_token(USER_SCOPE), credential.get_token(USER_SCOPE)

    assert (1, first.token) == (len(shown), second.token)


def test_a_token_that_lives_for_minutes_is_refreshed_without_the_user(
    emulate: Emulate, oauth_lab: OAuthLab, tmp_path: Path
) -> None:
    lab = OAuthLab(emulate(world=oauth_world("  [tenant.token_service]\n  access_token_lifetime = 240\n")))
    shown: list[str] = []

    with signs_in(lab, shown) as credential:
        first = credential.get_token(USER_SCOPE)
        lab.emulator.travel(parse_instant("2026-12-01T00:04:01Z"))
        second = credential.get_token(USER_SCOPE)

    assert 1 == len(shown)
    assert "sent" != lab.send("scanner@contoso.com", first.token, tmp_path).ended
    assert "sent" == lab.send("scanner@contoso.com", second.token, tmp_path).ended


def test_a_refresh_token_that_is_dead_brings_the_user_back(emulate: Emulate, oauth_lab: OAuthLab) -> None:
    lab = OAuthLab(emulate(world=oauth_world("  [tenant.token_service]\n  access_token_lifetime = 240\n")))
    shown: list[str] = []

    with signs_in(lab, shown) as credential:
        credential.get_token(USER_SCOPE)
        lab.emulator.travel(parse_instant("2027-02-28T23:59:59Z"))
        credential.get_token(USER_SCOPE)
        before = len(shown)
        lab.emulator.travel(parse_instant("2027-05-29T23:59:59Z"))
        credential.get_token(USER_SCOPE)

    assert (1, 2) == (before, len(shown))
    assert "entra.token.refresh_token_was_inactive" in lab.rules()
