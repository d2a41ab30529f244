"""For whom a token is: Exchange, Graph or the client itself; what it then holds, and what SMTP makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jwt
import pytest

from relaylab.domain.event import Judged
from tests.clients.oauth import FIRMWARE, FOR_GRAPH, INVOICES, USER_SCOPE, OAuthLab

GRAPH = "https://graph.microsoft.com"
CLIENT = {"grant_type": "client_credentials", "client_id": INVOICES, "client_secret": "fake-secret-1"}
V1 = "/contoso.com/oauth2/token"


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


@pytest.mark.parametrize(
    ("app_id", "secret", "scope"),
    [
        (INVOICES, "fake-secret-1", f"{GRAPH}/.default"),
        (FOR_GRAPH, "fake-secret-7", "https://outlook.office365.com/.default"),
    ],
)
def test_a_token_for_graph_does_not_hold_the_role_of_exchange(
    oauth_lab: OAuthLab, tmp_path: Path, app_id: str, secret: str, scope: str
) -> None:
    token = oauth_lab.app_token(app_id, secret, scope)

    assert GRAPH == claims_of(token)["aud"]
    assert "roles" not in claims_of(token)
    assert "SMTPAuthenticationError" == oauth_lab.send("app@contoso.com", token, tmp_path).ended
    assert "submission.auth.token_is_for_another_service" == oauth_lab.last_rule()


def test_an_id_token_shown_to_smtp_is_told_from_a_forgery(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    given = oauth_lab.user_token(scope=f"openid {USER_SCOPE}")

    outcome = oauth_lab.send("scanner@contoso.com", given["id_token"], tmp_path)

    assert "SMTPAuthenticationError" == outcome.ended
    assert "submission.auth.token_is_an_id_token" == oauth_lab.last_rule()
    decision = next(
        entry.event.decision
        for entry in reversed(oauth_lab.emulator.store.events)
        if isinstance(entry.event, Judged) and entry.event.decision.rule == oauth_lab.last_rule()
    )
    assert decision.fix.startswith("Send access_token of the token endpoint's answer, not id_token")
    assert f"the token's aud {FIRMWARE}" in "\n".join(decision.because)
    assert "sent" == oauth_lab.send("scanner@contoso.com", given["access_token"], tmp_path).ended


def test_who_asks_for_openid_alone_gets_a_token_for_graph(oauth_lab: OAuthLab) -> None:
    given = oauth_lab.user_token(scope="openid profile offline_access")

    assert GRAPH == claims_of(given["access_token"])["aud"]
    assert "openid profile" == given["scope"] == claims_of(given["access_token"])["scp"]
    assert "scanner@contoso.com" == claims_of(given["id_token"])["preferred_username"]
    assert given["refresh_token"]


def test_the_old_endpoint_asks_for_a_resource(oauth_lab: OAuthLab) -> None:
    with oauth_lab.http() as http:
        without = http.post(V1, data=CLIENT | {"scope": "https://outlook.office365.com/.default"}).json()
        with_it = http.post(V1, data=CLIENT | {"resource": "https://outlook.office365.com"}).json()

    assert [900144] == without["error_codes"]
    assert "must contain the following parameter: 'resource'" in without["error_description"]
    assert "https://outlook.office365.com" == with_it["resource"] == claims_of(with_it["access_token"])["aud"]


def test_the_old_endpoint_gives_an_id_token_besides_the_resource(oauth_lab: OAuthLab) -> None:
    form = {"client_id": FIRMWARE, "username": "scanner@contoso.com", "password": "fake tray 2", "scope": "openid"}
    with oauth_lab.http() as http:
        asked = form | {"grant_type": "password", "resource": "https://outlook.office365.com"}
        given = http.post(V1, data=asked).json()

    assert "https://outlook.office365.com" == claims_of(given["access_token"])["aud"]
    assert FIRMWARE == claims_of(given["id_token"])["aud"]


@pytest.mark.parametrize(
    ("name", "code"), [("common", 9001023), ("consumers", 9001023), ("organizations", 50194), ("contoso.com", None)]
)
def test_a_password_is_taken_at_a_tenant_only_by_an_application_of_one_tenant(
    oauth_lab: OAuthLab, name: str, code: int | None
) -> None:
    answer = oauth_lab.ask(
        tenant=name,
        grant_type="password",
        client_id=FIRMWARE,
        scope=USER_SCOPE,
        username="scanner@contoso.com",
        password="fake tray 2",
    ).json()

    assert code == (answer["error_codes"][0] if "error_codes" in answer else None)
    if code == 50194:
        assert "Usage of the /organizations endpoint is not supported" in answer["error_description"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/CONTOSO.COM/V2.0/.Well-Known/OpenID-Configuration"),
        ("GET", "/contoso.com/Discovery/V2.0/Keys"),
        ("POST", "/Contoso.com/OAuth2/v2.0/Token"),
        ("GET", "/Common/UserRealm/scanner@contoso.com"),
    ],
)
def test_paths_are_taken_in_capitals_too(oauth_lab: OAuthLab, method: str, path: str) -> None:
    form = CLIENT | {"scope": "https://outlook.office365.com/.default"}
    with oauth_lab.http() as http:
        answer = http.request(method, path, data=form if method == "POST" else None)

    assert 200 == answer.status_code
