"""OAuth clients that are not told of the test root, or of another tenant: their own errors, and what our log says."""

from __future__ import annotations

import smtplib
from pathlib import Path

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.identity import ClientSecretCredential

from relaylab.domain.event import TlsFailed
from relaylab_certs import TestAuthority
from tests.clients.curl import Curl
from tests.clients.emailproxy import log_of, proxy, scan
from tests.clients.oauth import DEFAULT_SCOPE, INVOICES, TENANT, OAuthLab, oauth_world
from tests.clients.oauth_azure import pointed
from tests.clients.oauth_failures import fault
from tests.clients.oauth_msal import confidential
from tests.clients.oauth_msal_node import MsalNode
from tests.clients.oauth_requests import ForItself
from tests.clients.served import Served
from tests.clients.test_emailproxy import as_application
from tests.conftest import WORLD_FILE, Emulate

pytestmark = pytest.mark.clients


def failed_handshakes(lab: OAuthLab) -> set[str]:
    """What the event log says of handshakes that failed, once whatever came before has been read."""
    with lab.http() as http:
        http.get("/contoso.com/discovery/v2.0/keys")
    return {entry.event.reason for entry in lab.emulator.store.events if isinstance(entry.event, TlsFailed)}


def msal_python(lab: OAuthLab, _: Path) -> str:
    with pytest.raises(Exception, match="certificate verify failed") as raised:
        confidential(lab, INVOICES, "fake-secret-1", verify=True)
    return type(raised.value).__name__


def azure_identity(lab: OAuthLab, _: Path) -> str:
    settings = pointed(lab) | {"connection_verify": True}
    with (
        ClientSecretCredential(TENANT, INVOICES, "fake-secret-1", **settings) as credential,
        pytest.raises(ClientAuthenticationError, match="certificate verify failed") as raised,
    ):
        credential.get_token(DEFAULT_SCOPE)
    return type(raised.value).__name__


def curl(lab: OAuthLab, folder: Path) -> str:
    return str(Curl().run(folder, f"{lab.authority}/oauth2/v2.0/token", "--data", "grant_type=password").ended)


def emailproxy(lab: OAuthLab, folder: Path) -> str:
    with (
        proxy(lab, folder, as_application(lab), trusting=False) as port,
        pytest.raises(smtplib.SMTPException) as raised,
    ):
        scan(port, "app@contoso.com")
    assert "CERTIFICATE_VERIFY_FAILED" in log_of(folder)
    return type(raised.value).__name__


@pytest.mark.parametrize(
    ("client", "told"),
    [
        (msal_python, "SSLError"),
        (azure_identity, "ClientAuthenticationError"),
        (curl, "60"),
        (emailproxy, "SMTPServerDisconnected"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_client_that_does_not_trust_the_root_says_so_and_so_does_the_log(
    oauth_lab: OAuthLab, tmp_path: Path, client: object, told: str
) -> None:
    assert callable(client)

    assert told == client(oauth_lab, tmp_path)
    assert {"tlsv1 alert unknown ca"} == failed_handshakes(oauth_lab)
    assert [] == oauth_lab.rules()


def test_node_does_not_trust_the_root_and_keeps_it_to_itself(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    # It hangs up without an alert: of that no server can tell.
    said = MsalNode().converse(oauth_lab, ForItself(), tmp_path, trusting=False)

    assert ("ClientAuthError", "endpoints_resolution_error") == (said["name"], said["errorCode"])
    assert set() == failed_handshakes(oauth_lab)
    assert [] == oauth_lab.rules()


def test_a_client_that_trusts_the_root_leaves_no_failed_handshake(oauth_lab: OAuthLab) -> None:
    assert oauth_lab.app_token()

    assert set() == failed_handshakes(oauth_lab)


def test_serve_prints_a_line_that_asks_for_the_root(authority: TestAuthority, tmp_path: Path) -> None:
    with Served(str(WORLD_FILE), "--at", "2026-12-01", "--ca", str(authority.ca_file.parent)) as served:
        url = next(line.split()[1] for line in served.introduction() if line.split()[0] == "https")
        Curl().run(tmp_path, f"{url.replace('127.0.0.1', 'localhost')}/contoso.com/oauth2/v2.0/token")

        line = served.line()

    assert "TLS handshake -> failed: tlsv1 alert unknown ca  [does the client trust the test root" in line


# The tenant, and a service that is down -------------------------------------------------------------------------------

TENANTS = [
    ("northwind.example", "AADSTS90002", "entra.discovery.tenant_is_unknown"),
    ("con_toso", "AADSTS900023", "entra.discovery.tenant_is_malformed"),
]


@pytest.mark.parametrize(("tenant", "code", "rule"), TENANTS)
def test_msal_cannot_be_made_for_a_tenant_that_does_not_exist(
    oauth_lab: OAuthLab, tenant: str, code: str, rule: str
) -> None:
    with pytest.raises(ValueError, match="Unable to get authority configuration"):
        confidential(oauth_lab, INVOICES, "fake-secret-1", authority=f"{oauth_lab.url}/{tenant}")

    assert rule == oauth_lab.last_rule()


def test_azure_identity_is_told_that_the_tenant_does_not_exist(oauth_lab: OAuthLab) -> None:
    with (
        ClientSecretCredential("northwind.example", INVOICES, "fake-secret-1", **pointed(oauth_lab)) as credential,
        pytest.raises(ClientAuthenticationError, match="Unable to get authority configuration"),
    ):
        credential.get_token(DEFAULT_SCOPE)

    assert "entra.discovery.tenant_is_unknown" == oauth_lab.last_rule()


@pytest.mark.parametrize(("tenant", "code", "rule"), TENANTS)
def test_msal_node_is_told_that_the_tenant_does_not_exist(
    oauth_lab: OAuthLab, tenant: str, code: str, rule: str
) -> None:
    said = MsalNode().ask(oauth_lab, ForItself(tenant=tenant))

    assert ("ClientAuthError", "endpoints_resolution_error") == (said["name"], said["errorCode"])
    assert rule == oauth_lab.last_rule()


def test_a_service_that_is_down_is_an_exception_of_each_client(emulate: Emulate, oauth_lab: OAuthLab) -> None:
    lab = OAuthLab(emulate(world=oauth_world(fault("unavailable"))))

    with pytest.raises(Exception, match="503") as of_msal:
        confidential(lab, INVOICES, "fake-secret-1").acquire_token_for_client([DEFAULT_SCOPE])
    with (
        ClientSecretCredential(TENANT, INVOICES, "fake-secret-1", **pointed(lab)) as credential,
        pytest.raises(HttpResponseError) as of_azure,
    ):
        credential.get_token(DEFAULT_SCOPE)
    of_node = MsalNode().ask(lab, ForItself())

    assert ("MsalServiceError", "ClientAuthenticationError") == (
        type(of_msal.value).__name__,
        type(of_azure.value).__name__,
    )
    assert ("ServerError", "90033") == (of_node["name"], str(of_node["errorNo"]))
    assert {"entra.token.endpoint_is_unavailable"} == set(lab.rules())
