"""Asks of Entra that are in order: name what matters to the test, leave the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from relaylab.domain.directory import AppRegistration
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.entra import (
    AdminConsentAsk,
    AuthorizeAsk,
    DeviceAsk,
    DiscoveryAsk,
    Grant,
    InstanceAsk,
    Proof,
    SignInPageAsk,
    TokenAsk,
)
from relaylab.domain.secret import Secret
from relaylab.domain.token import TokenFacts
from tests.builders import TODAY, a_mailbox, a_peer, a_tenant, at

APP_ID: Final = "a0000000-0000-4000-8000-000000000001"
OBJECT_ID: Final = "50000000-0000-4000-8000-000000000001"
EXCHANGE: Final = "https://outlook.office365.com"


def an_app(**changes: object) -> AppRegistration:
    """An application with a secret, the role and admin consent."""
    app = AppRegistration(
        APP_ID,
        Secret("fake-secret"),
        roles=("SMTP.SendAsApp",),
        scopes=("SMTP.Send",),
        redirect_uris=("http://localhost",),
    )
    return replace(app, **changes)  # type: ignore[arg-type]


def a_token(**changes: object) -> TokenFacts:
    """The token of an application that is in order on the day of all builders."""
    token = TokenFacts(
        id="uti-1",
        issuer=f"https://sts.windows.net/{a_tenant().id}/",
        audience=EXCHANGE,
        tenant_id=a_tenant().id,
        not_before=at("2020-01-01"),
        expires=at("2100-01-01"),
        app_id=APP_ID,
        object_id=OBJECT_ID,
        roles=("SMTP.SendAsApp",),
    )
    return replace(token, **changes)  # type: ignore[arg-type]


def _directory(now: str | datetime, scope: str) -> dict[str, Any]:
    return {
        "endpoint": Endpoint.ENTRA,
        "now": at(now),
        "peer": a_peer(),
        "tenant_name": "contoso.com",
        "tenant": a_tenant(),
        "client_id": APP_ID,
        "app": an_app(),
        "scope": scope,
    }


def a_discovery_ask(*, now: str | datetime = TODAY, **changes: object) -> DiscoveryAsk:
    ask = DiscoveryAsk(**_directory(now, "") | {"client_id": "", "app": None})
    return replace(ask, **changes)  # type: ignore[arg-type]


def an_instance_ask(*, now: str | datetime = TODAY, **changes: object) -> InstanceAsk:
    ask = InstanceAsk(endpoint=Endpoint.ENTRA, now=at(now), peer=a_peer(), instance="login.microsoftonline.com")
    return replace(ask, **changes)  # type: ignore[arg-type]


def an_authorize_ask(*, now: str | datetime = TODAY, **changes: object) -> AuthorizeAsk:
    ask = AuthorizeAsk(**_directory(now, f"{EXCHANGE}/SMTP.Send"), redirect_uri="http://localhost")
    return replace(ask, **changes)  # type: ignore[arg-type]


def a_device_ask(*, now: str | datetime = TODAY, **changes: object) -> DeviceAsk:
    return replace(DeviceAsk(**_directory(now, f"{EXCHANGE}/SMTP.Send")), **changes)  # type: ignore[arg-type]


def an_admin_s_ask(*, now: str | datetime = TODAY, **changes: object) -> AdminConsentAsk:
    ask = AdminConsentAsk(**_directory(now, ""), redirect_uri="http://localhost")
    return replace(ask, **changes)  # type: ignore[arg-type]


def a_page_ask(*, now: str | datetime = TODAY, **changes: object) -> SignInPageAsk:
    """The scanner signs in at the page."""
    ask = SignInPageAsk(**_directory(now, f"{EXCHANGE}/SMTP.Send"), user_name="scanner@contoso.com", user=a_mailbox())
    return replace(ask, **changes)  # type: ignore[arg-type]


def an_app_s_ask(*, now: str | datetime = TODAY, **changes: object) -> TokenAsk:
    """The application asks for itself, with its secret."""
    ask = TokenAsk(
        **_directory(now, f"{EXCHANGE}/.default"),
        is_for_a_user=False,
        grant=Grant.CLIENT_CREDENTIALS,
        grant_name="client_credentials",
        proof=Proof.SECRET,
    )
    return replace(ask, **changes)  # type: ignore[arg-type]


def a_user_s_ask(grant: Grant = Grant.PASSWORD, *, now: str | datetime = TODAY, **changes: object) -> TokenAsk:
    """The application asks for the scanner's user."""
    ask = TokenAsk(
        **_directory(now, f"{EXCHANGE}/SMTP.Send"),
        user_name="scanner@contoso.com",
        user=a_mailbox(),
        grant=grant,
        grant_name=grant.value,
        proof=Proof.SECRET,
        issued="2026-08-01T00:00:00.0000000Z",
    )
    return replace(ask, **changes)  # type: ignore[arg-type]
