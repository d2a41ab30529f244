"""Clients that are told only whom to trust: login.microsoftonline.com leads here, as a hosts file would have it.

This is also where passwords are handed over: MSAL for Python asks for a user's realm on port 443 only.
"""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import msal  # type: ignore[import-untyped]
import pytest
from azure.identity import ClientSecretCredential

from relaylab.app.emulator import Settings
from relaylab.servers.fleet import HTTPS_OFFSET
from tests.clients.errand import Outcome, submit
from tests.clients.oauth import DEFAULT_SCOPE, FIRMWARE, INVOICES, TENANT, USER_SCOPE, OAuthLab
from tests.clients.oauth_azure import AzureIdentity
from tests.clients.oauth_failures import OF_PASSWORDS, Failure
from tests.clients.oauth_msal import MsalPython
from tests.clients.oauth_requests import OAuthClient, Told, WithPassword
from tests.clients.python_smtplib import Smtplib
from tests.conftest import Emulate
from tests.servers.labs import ALONE, can_listen

HTTPS = 443
SERVICE, SMTP = "login.microsoftonline.com", "smtp.office365.com"

pytestmark = [
    pytest.mark.clients,
    pytest.mark.skipif(not can_listen(ALONE, HTTPS), reason="ports below 1024 need leave here; see docs/lab.md"),
]


class Named(OAuthLab):
    """The emulator by its service's own name."""

    @property
    def url(self) -> str:
        return f"https://{SERVICE}"

    def send(self, user: str, token: str, folder: Path, sender: str | None = None) -> Outcome:
        errand = submit(self.emulator, user=user, password=None, token=token, sender=sender)
        return Smtplib().send(replace(errand, where=replace(errand.where, host=SMTP)), folder)


@pytest.fixture
def names_lead_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a line in the hosts file does, for this process only."""
    real = socket.getaddrinfo

    def found(host: Any, *more: Any, **named: Any) -> Any:  # noqa: ANN401 - as getaddrinfo
        return real(ALONE if host in {SERVICE, SMTP} else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", found)


def by_name(emulate: Emulate, failure: Failure | None = None) -> Named:
    settings = Settings(host=ALONE, port_base=HTTPS - HTTPS_OFFSET)
    return Named(emulate(world=(failure or OF_PASSWORDS[0]).world, settings=settings))


@pytest.fixture
def named_lab(oauth_lab: OAuthLab, names_lead_here: None, emulate: Emulate) -> Named:
    return by_name(emulate)


# Passwords ------------------------------------------------------------------------------------------------------------

CLIENTS: tuple[OAuthClient, ...] = (MsalPython(), AzureIdentity())
MET = [
    (client, failure)
    for client in CLIENTS
    for failure in OF_PASSWORDS
    if isinstance(failure.request, WithPassword) and not failure.request.secret  # these two are public clients
]


@pytest.mark.parametrize(
    ("client", "failure"), MET, ids=[f"{type(client).__name__.lower()}-{failure.name}" for client, failure in MET]
)
def test_a_password_that_gets_no_token_is_told_in_the_client_s_own_words(
    oauth_lab: OAuthLab, names_lead_here: None, emulate: Emulate, client: OAuthClient, failure: Failure
) -> None:
    told = client.refusal(by_name(emulate, failure), failure.request)

    expected = Told(
        kind=client.kind(failure.request, interaction=failure.interaction),
        text=told.text,
        error=told.error and failure.error,
        code=failure.code,
        suberror=told.error and failure.suberror,
    )
    assert expected == told
    assert f"AADSTS{failure.code}: " in told.text


def test_msal_signs_a_user_in_with_a_password(named_lab: Named, tmp_path: Path) -> None:
    got = MsalPython().ask(named_lab, WithPassword())

    assert "sent" == named_lab.send("scanner@contoso.com", got["access_token"], tmp_path).ended


@pytest.mark.filterwarnings("ignore:UsernamePasswordCredential is deprecated", "ignore:This API has been deprecated")
def test_azure_identity_signs_a_user_in_with_a_password(named_lab: Named, tmp_path: Path) -> None:
    token = AzureIdentity().ask(named_lab, WithPassword())

    assert "sent" == named_lab.send("scanner@contoso.com", token, tmp_path).ended


@pytest.mark.parametrize(("user", "password"), [("careful", "fake careful"), ("risky", "fake risky")])
def test_what_a_policy_wants_comes_as_claims_for_the_next_request(named_lab: Named, user: str, password: str) -> None:
    refused = MsalPython().ask(named_lab, WithPassword(user=f"{user}@contoso.com", password=password))

    assert "capolids" in json.loads(refused["claims"])["access_token"]


# No setting at all ----------------------------------------------------------------------------------------------------


def test_msal_and_azure_identity_need_no_setting_but_the_root(
    named_lab: Named, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", named_lab.ca)
    app = msal.ConfidentialClientApplication(
        INVOICES, "fake-secret-1", authority="https://login.microsoftonline.com/contoso.com"
    )
    by_msal = app.acquire_token_for_client([DEFAULT_SCOPE])["access_token"]
    with ClientSecretCredential(TENANT, INVOICES, "fake-secret-1", retry_total=0) as credential:
        by_azure = credential.get_token(DEFAULT_SCOPE).token

    for token in (by_msal, by_azure):
        assert "sent" == named_lab.send("app@contoso.com", token, tmp_path).ended


def test_a_device_shows_the_service_s_own_address(named_lab: Named) -> None:
    app = msal.PublicClientApplication(FIRMWARE, authority=f"{named_lab.url}/contoso.com", verify=named_lab.ca)

    assert f"https://{SERVICE}/" in app.initiate_device_flow([USER_SCOPE])["message"]
