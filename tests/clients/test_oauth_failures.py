"""Each documented failure of the token service, in the own words of real clients: MSAL, azure-identity, msal-node."""

from __future__ import annotations

import pytest

from tests.clients.oauth import OAuthLab
from tests.clients.oauth_azure import AzureIdentity
from tests.clients.oauth_failures import FAILURES, Failure
from tests.clients.oauth_msal import MsalPython
from tests.clients.oauth_msal_node import MsalNode
from tests.clients.oauth_requests import OAuthClient, Told
from tests.conftest import Emulate

pytestmark = pytest.mark.clients

CLIENTS: tuple[OAuthClient, ...] = (MsalPython(), AzureIdentity(), MsalNode())


# Each failure with each client that has the flow in which it is met.
MET = [(client, failure) for client in CLIENTS for failure in FAILURES if client.does(failure.request)]


@pytest.fixture
def failing_lab(oauth_lab: OAuthLab, emulate: Emulate, failure: Failure) -> OAuthLab:
    """The world of the failure."""
    readings = dict([failure.reading]) if failure.reading else None
    return OAuthLab(emulate(world=failure.world, readings=readings))


@pytest.mark.parametrize(
    ("client", "failure"), MET, ids=[f"{type(client).__name__.lower()}-{failure.name}" for client, failure in MET]
)
def test_a_failure_is_told_in_the_client_s_own_words(
    client: OAuthClient, failure: Failure, failing_lab: OAuthLab
) -> None:
    told = client.refusal(failing_lab, failure.request)

    # What a client has no place for, it need not tell.
    expected = Told(
        kind=client.kind(failure.request, interaction=failure.interaction),
        text=told.text,
        error=told.error and failure.error,
        code=told.code and failure.code,
        suberror=told.error and failure.suberror,
    )
    assert expected == told
    assert f"AADSTS{failure.code}: " in told.text or told.text == told.error


@pytest.mark.parametrize("failure", FAILURES, ids=[failure.name for failure in FAILURES])
def test_each_failure_is_met_by_some_client(failure: Failure) -> None:
    assert [client for client in CLIENTS if client.does(failure.request)]
