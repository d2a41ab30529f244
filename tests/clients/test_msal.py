# ruff: noqa: ANN401 - MSAL has no types
"""MSAL for Python, unmodified, pointed at the emulator as its documentation says: applications, and their tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jwt
import pytest

from relaylab.servers.clocks import SystemClock
from tests.clients.oauth import (
    BAD_DAY,
    BY_ROLE,
    DEFAULT_SCOPE,
    FOR_GRAPH,
    INVOICES,
    STRANGER,
    TENANT,
    WRONG_OBJECT_ID,
    OAuthLab,
    form_of,
    oauth_world,
)
from tests.clients.oauth_assertions import BY_THUMBPRINT, CERTIFIED, registered_certificate
from tests.clients.oauth_msal import confidential
from tests.conftest import Emulate

pytestmark = pytest.mark.clients


def for_client(app: Any, scope: str = DEFAULT_SCOPE) -> dict[str, Any]:
    answer: dict[str, Any] = app.acquire_token_for_client([scope])
    return answer


# Applications ---------------------------------------------------------------------------------------------------------


def test_an_application_with_a_secret_gets_a_token_keeps_it_and_sends(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    app = confidential(oauth_lab, INVOICES, "fake-secret-1")

    first, second = for_client(app), for_client(app)

    assert ("identity_provider", "cache") == (first["token_source"], second["token_source"])
    assert first["access_token"] == second["access_token"]
    assert 3599 == first["expires_in"]
    assert "sent" == oauth_lab.send("app@contoso.com", first["access_token"], tmp_path).ended
    assert 1 == len(oauth_lab.emulator.store.mail)


def test_a_token_that_lives_for_minutes_is_not_kept(emulate: Emulate, oauth_lab: OAuthLab) -> None:
    lab = OAuthLab(emulate(world=oauth_world("  [tenant.token_service]\n  access_token_lifetime = 240\n")))
    app = confidential(lab, INVOICES, "fake-secret-1")

    assert for_client(app)["access_token"] != for_client(app)["access_token"]


@pytest.mark.parametrize("discovery", ["instance", "oidc"])
def test_the_other_documented_ways_to_point_msal_elsewhere_work(oauth_lab: OAuthLab, discovery: str) -> None:
    ways: dict[str, dict[str, Any]] = {
        "instance": {"instance_discovery": f"{oauth_lab.url}/common/discovery/instance"},
        "oidc": {"authority": None, "oidc_authority": f"{oauth_lab.url}/{TENANT}/v2.0", "instance_discovery": None},
    }

    assert "access_token" in for_client(confidential(oauth_lab, INVOICES, "fake-secret-1", **ways[discovery]))


@pytest.fixture
def certified_lab(emulate: Emulate, oauth_lab: OAuthLab) -> OAuthLab:
    return OAuthLab(emulate(world=oauth_world(registered_certificate().registered())))


@pytest.mark.parametrize(
    ("app_id", "names"),
    [
        (CERTIFIED, ("public_certificate",)),
        (CERTIFIED, ("thumbprint",)),
        (BY_THUMBPRINT, ("thumbprint", "public_certificate")),
    ],
)
def test_an_application_with_a_certificate_gets_a_token(
    certified_lab: OAuthLab, app_id: str, names: tuple[str, ...]
) -> None:
    certificate = registered_certificate()
    shown = {"thumbprint": certificate.sha1, "public_certificate": certificate.pem}
    credential = {"private_key": certificate.key_pem} | {name: shown[name] for name in names}

    answer = for_client(confidential(certified_lab, app_id, credential))

    assert "access_token" in answer, (answer, certified_lab.last_rule())
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert "2" == claims["appidacr"]


def test_an_unknown_tenant_is_an_error_at_discovery(oauth_lab: OAuthLab) -> None:
    with pytest.raises(ValueError, match="Unable to get authority configuration"):
        confidential(oauth_lab, INVOICES, "fake-secret-1", authority=f"{oauth_lab.url}/northwind.example")

    assert "entra.discovery.tenant_is_unknown" == oauth_lab.last_rule()


def test_a_throttled_msal_is_told_when_to_come_back_and_fails_on_503(oauth_lab: OAuthLab) -> None:
    throttled = for_client(confidential(oauth_lab, BAD_DAY, "fake-secret-8"))

    assert [90055] == throttled["error_codes"]
    with pytest.raises(Exception, match="503"):
        for_client(confidential(oauth_lab, BAD_DAY, "fake-secret-8"))
    assert "access_token" in for_client(confidential(oauth_lab, BAD_DAY, "fake-secret-8"))


@pytest.mark.parametrize(
    ("app_id", "secret", "user", "ended", "rule"),
    [
        (STRANGER, "fake-secret-3", "app@contoso.com", 535, "submission.auth.app_lacks_the_role"),
        (
            WRONG_OBJECT_ID,
            "fake-secret-4",
            "app@contoso.com",
            535,
            "submission.auth.service_principal_has_another_object_id",
        ),
        (FOR_GRAPH, "fake-secret-7", "app@contoso.com", 535, "submission.auth.token_is_for_another_service"),
        (INVOICES, "fake-secret-1", "closed@contoso.com", 430, "submission.data.application_may_not_open_the_mailbox"),
        (INVOICES, "fake-secret-1", "off@contoso.com", 535, "submission.auth.smtp_auth_is_disabled_for_the_mailbox"),
        (INVOICES, "fake-secret-1", "desk@fabrikam.com", 535, "submission.auth.token_is_of_another_tenant"),
        (BY_ROLE, "fake-secret-5", "closed@contoso.com", 535, "submission.auth.app_lacks_the_role"),
    ],
)
def test_a_token_that_msal_got_is_refused_at_smtp_for_a_reason_that_is_told(  # noqa: PLR0913, PLR0917 - a table
    oauth_lab: OAuthLab, tmp_path: Path, app_id: str, secret: str, user: str, ended: int, rule: str
) -> None:
    token = for_client(confidential(oauth_lab, app_id, secret))["access_token"]

    outcome = oauth_lab.send(user, token, tmp_path)

    assert outcome.answer is not None
    assert ended == outcome.answer.code
    assert rule == oauth_lab.last_rule()


def test_rbac_for_applications_needs_no_permission_and_no_full_access(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    token = for_client(confidential(oauth_lab, BY_ROLE, "fake-secret-5"))["access_token"]

    assert "sent" == oauth_lab.send("app@contoso.com", token, tmp_path).ended


def test_an_administrator_s_consent_gives_the_application_its_role(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    before = for_client(confidential(oauth_lab, STRANGER, "fake-secret-3"))["access_token"]
    with oauth_lab.http() as http:
        page = http.get(
            "/contoso.com/v2.0/adminconsent",
            params={"client_id": STRANGER, "redirect_uri": "https://client.example/answer", "state": "7"},
        )
        action, hidden = form_of(page.text)
        back = http.post(action, data=hidden | {"action": "accept"})
    after = for_client(confidential(oauth_lab, STRANGER, "fake-secret-3"))["access_token"]

    assert f"https://client.example/answer?tenant={TENANT}&admin_consent=True&state=7" == back.headers["location"]
    assert "sent" != oauth_lab.send("app@contoso.com", before, tmp_path).ended
    assert "sent" == oauth_lab.send("app@contoso.com", after, tmp_path).ended


def test_msal_s_own_clock_makes_it_refresh(oauth_lab: OAuthLab, monkeypatch: pytest.MonkeyPatch) -> None:
    app = confidential(oauth_lab, INVOICES, "fake-secret-1")
    first = for_client(app)["access_token"]
    later = SystemClock().now().timestamp() + 3600
    monkeypatch.setattr("msal.token_cache.time.time", lambda: later)

    assert first != for_client(app)["access_token"]
