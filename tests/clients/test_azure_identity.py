"""azure-identity for Python, unmodified, with the settings of its documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    AuthorizationCodeCredential,
    ClientSecretCredential,
    DeviceCodeCredential,
    EnvironmentCredential,
)

from tests.clients.oauth import DEFAULT_SCOPE, FIRMWARE, INVOICES, TENANT, USER_SCOPE, OAuthLab

pytestmark = pytest.mark.clients


def pointed(lab: OAuthLab) -> dict[str, Any]:
    """What points a credential at the emulator."""
    return {
        "authority": lab.url,
        "disable_instance_discovery": True,
        "connection_verify": lab.ca,
        "retry_total": 0,
    }


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


@pytest.mark.parametrize(
    ("tenant", "secret", "said"),
    [(TENANT, "wrong", "AADSTS7000215"), (TENANT, "fake-secret-old", "AADSTS7000222")],
)
def test_a_refusal_is_the_library_s_own_exception(oauth_lab: OAuthLab, tenant: str, secret: str, said: str) -> None:
    with (
        ClientSecretCredential(tenant, INVOICES, secret, **pointed(oauth_lab)) as credential,
        pytest.raises(ClientAuthenticationError, match=said),
    ):
        credential.get_token(DEFAULT_SCOPE)


def test_a_device_signs_in(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    def user_at_the_page(_uri: str, user_code: str, _expires: object) -> None:
        oauth_lab.type_in(user_code, "scanner@contoso.com", "fake tray 2")

    settings = pointed(oauth_lab)
    with DeviceCodeCredential(FIRMWARE, tenant_id=TENANT, prompt_callback=user_at_the_page, **settings) as credential:
        token = credential.get_token(USER_SCOPE).token

    assert "sent" == oauth_lab.send("scanner@contoso.com", token, tmp_path).ended


def test_a_device_that_its_user_declines_is_the_library_s_own_exception(oauth_lab: OAuthLab) -> None:
    def user_declines(_uri: str, user_code: str, _expires: object) -> None:
        oauth_lab.type_in(user_code, "", "", action="decline")

    settings = pointed(oauth_lab)
    with (
        DeviceCodeCredential(FIRMWARE, tenant_id=TENANT, prompt_callback=user_declines, **settings) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS70018"),
    ):
        credential.get_token(USER_SCOPE)


def test_a_code_that_nobody_gave_is_the_library_s_own_exception(oauth_lab: OAuthLab) -> None:
    credential = AuthorizationCodeCredential(TENANT, FIRMWARE, "invented", "http://localhost", **pointed(oauth_lab))
    with credential, pytest.raises(ClientAuthenticationError, match="AADSTS9002313"):
        credential.get_token(USER_SCOPE)
