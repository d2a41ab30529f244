# ruff: noqa: ANN401 - MSAL has no types
"""MSAL for Python, unmodified, pointed at the emulator as its documentation says; what its tokens are worth at SMTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import msal  # type: ignore[import-untyped]
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from relaylab.domain.clock import parse_instant
from relaylab.servers.clocks import SystemClock
from tests.clients.oauth import (
    BAD_DAY,
    BLOCKED,
    BY_ROLE,
    DEFAULT_SCOPE,
    FIRMWARE,
    FOR_GRAPH,
    INVOICES,
    OFF,
    STRANGER,
    TENANT,
    USER_SCOPE,
    WRONG_OBJECT_ID,
    OAuthLab,
    form_of,
    oauth_world,
)
from tests.conftest import Emulate

pytestmark = [
    pytest.mark.clients,
    pytest.mark.filterwarnings("ignore:response_mode='form_post' is recommended"),  # the other modes are tried too
]


def confidential(lab: OAuthLab, app_id: str = INVOICES, credential: object = "fake-secret-1", **more: Any) -> Any:
    settings = {"authority": lab.authority, "instance_discovery": False, "verify": lab.ca} | more
    return msal.ConfidentialClientApplication(app_id, credential, **settings)


def public(lab: OAuthLab, **more: Any) -> Any:
    settings = {"authority": lab.authority, "instance_discovery": False, "verify": lab.ca} | more
    return msal.PublicClientApplication(FIRMWARE, **settings)


def for_client(app: Any, scope: str = DEFAULT_SCOPE) -> dict[str, Any]:
    answer: dict[str, Any] = app.acquire_token_for_client([scope])
    return answer


# Applications ---------------------------------------------------------------------------------------------------------


def test_an_application_with_a_secret_gets_a_token_keeps_it_and_sends(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    app = confidential(oauth_lab)

    first, second = for_client(app), for_client(app)

    assert ("identity_provider", "cache") == (first["token_source"], second["token_source"])
    assert first["access_token"] == second["access_token"]
    assert 3599 == first["expires_in"]
    assert "sent" == oauth_lab.send("app@contoso.com", first["access_token"], tmp_path).ended
    assert 1 == len(oauth_lab.emulator.store.mail)


@pytest.mark.parametrize("discovery", ["instance", "oidc"])
def test_the_other_documented_ways_to_point_msal_elsewhere_work(oauth_lab: OAuthLab, discovery: str) -> None:
    ways: dict[str, dict[str, Any]] = {
        "instance": {"instance_discovery": f"{oauth_lab.url}/common/discovery/instance"},
        "oidc": {"authority": None, "oidc_authority": f"{oauth_lab.url}/{TENANT}/v2.0", "instance_discovery": None},
    }

    assert "access_token" in for_client(confidential(oauth_lab, **ways[discovery]))


def test_pyjwt_verifies_the_token_with_the_published_keys(oauth_lab: OAuthLab) -> None:
    token = for_client(confidential(oauth_lab))["access_token"]

    with oauth_lab.http() as http:
        configuration = http.get("/contoso.com/v2.0/.well-known/openid-configuration").json()
        keys = jwt.PyJWKSet.from_dict(http.get(configuration["jwks_uri"]).json())
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}  # by our clock, not the machine's
    claims = jwt.decode(
        token,
        keys[jwt.get_unverified_header(token)["kid"]].key,
        algorithms=["RS256"],
        audience="https://outlook.office365.com",
        issuer=f"https://sts.windows.net/{TENANT}/",
        options=options,
    )

    assert ["SMTP.SendAsApp"] == claims["roles"]
    assert ("1.0", "app", "1") == (claims["ver"], claims["idtyp"], claims["appidacr"])
    assert "50000000-0000-4000-8000-000000000001" == claims["oid"] == claims["sub"]
    assert 3900 == claims["exp"] - claims["iat"]
    assert datetime(2026, 11, 30, 23, 55, tzinfo=UTC).timestamp() == claims["nbf"]


class Certificate:
    """A certificate of an application, made for one test."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "invoices")])
        builder = x509.CertificateBuilder(name, name, self.key.public_key(), x509.random_serial_number())
        began = datetime(2026, 1, 1, tzinfo=UTC)
        builder = builder.not_valid_before(began).not_valid_after(began + timedelta(days=3650))
        self.certificate = builder.sign(self.key, SHA256())
        self.pem = self.certificate.public_bytes(Encoding.PEM).decode()
        self.key_pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        self.sha1 = self.certificate.fingerprint(SHA1()).hex()

    def registered(self, app_id: str = "b0000000-0000-4000-8000-000000000001") -> str:
        """The tables of an application with this certificate."""
        return f"""
  [[tenant.app_registration]]
  app_id = "{app_id}"
  roles = ["SMTP.SendAsApp"]
    [[tenant.app_registration.key_credential]]
    key = '''{self.pem}'''
  [[tenant.app_registration]]
  app_id = "b0000000-0000-4000-8000-000000000002"
    [[tenant.app_registration.key_credential]]
    thumbprint = "{self.sha1}"
"""


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return Certificate()


@pytest.fixture
def certified_lab(emulate: Emulate, certificate: Certificate, oauth_lab: OAuthLab) -> OAuthLab:
    return OAuthLab(emulate(world=oauth_world(certificate.registered())))


@pytest.mark.parametrize(
    ("app", "names"), [(1, ("public_certificate",)), (1, ("thumbprint",)), (2, ("thumbprint", "public_certificate"))]
)
def test_an_application_with_a_certificate_gets_a_token(
    certified_lab: OAuthLab, certificate: Certificate, app: int, names: tuple[str, ...]
) -> None:
    shown = {"thumbprint": certificate.sha1, "public_certificate": certificate.pem}
    credential = {"private_key": certificate.key_pem} | {name: shown[name] for name in names}

    answer = for_client(confidential(certified_lab, f"b0000000-0000-4000-8000-{app:012d}", credential))

    assert "access_token" in answer, (answer, certified_lab.last_rule())
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert "2" == claims["appidacr"]


def test_a_certificate_that_is_not_registered_is_700027(certified_lab: OAuthLab) -> None:
    other = Certificate()
    credential = {"private_key": other.key_pem, "public_certificate": other.pem}

    answer = for_client(confidential(certified_lab, "b0000000-0000-4000-8000-000000000001", credential))

    assert ("invalid_client", [700027]) == (answer["error"], answer["error_codes"])


@pytest.mark.parametrize(
    ("app_id", "secret", "error", "code"),
    [
        (INVOICES, "fake-secret-id", "invalid_client", 7000215),
        (INVOICES, "fake-secret-old", "invalid_client", 7000222),
        ("a0000000-0000-4000-8000-0000000000ee", "fake", "unauthorized_client", 700016),
        (OFF, "fake-secret-6", "unauthorized_client", 7000112),
        (BLOCKED, "fake-secret-9", "access_denied", 53003),
        (FIRMWARE, "fake", "invalid_client", 700025),
    ],
)
def test_msal_reports_what_is_wrong_with_an_application(
    oauth_lab: OAuthLab, app_id: str, secret: str, error: str, code: int
) -> None:
    answer = for_client(confidential(oauth_lab, app_id, secret))

    assert (error, [code]) == (answer["error"], answer["error_codes"])
    assert answer["error_description"].startswith(f"AADSTS{code}: ")
    assert answer["correlation_id"] in answer["error_description"]


@pytest.mark.parametrize(("scope", "code"), [(USER_SCOPE, 1002012), ("https://elsewhere.example/.default", 500011)])
def test_msal_reports_a_scope_that_is_wrong_for_an_application(oauth_lab: OAuthLab, scope: str, code: int) -> None:
    assert [code] == for_client(confidential(oauth_lab), scope)["error_codes"]


def test_an_unknown_tenant_is_an_error_at_discovery(oauth_lab: OAuthLab) -> None:
    with pytest.raises(ValueError, match="Unable to get authority configuration"):
        confidential(oauth_lab, authority=f"{oauth_lab.url}/northwind.example")

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
            "submission.auth.service_principal_is_not_registered",
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


# Users ----------------------------------------------------------------------------------------------------------------


def device_flow(app: Any) -> dict[str, Any]:
    flow: dict[str, Any] = app.initiate_device_flow([USER_SCOPE])
    return flow


def poll_once(app: Any, flow: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = app.acquire_token_by_device_flow(dict(flow), exit_condition=lambda _: True)
    return answer


def test_a_device_waits_for_its_user_and_then_sends_refreshes_and_keeps(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    app = public(oauth_lab)
    flow = device_flow(app)

    waiting = poll_once(app, flow)
    oauth_lab.type_in(flow["user_code"], "scanner@contoso.com", "fake tray 2")
    got = app.acquire_token_by_device_flow(flow)
    account = app.get_accounts()[0]
    kept = app.acquire_token_silent([USER_SCOPE], account=account)
    fresh = app.acquire_token_silent([USER_SCOPE], account=account, force_refresh=True)

    assert ("authorization_pending", [70016]) == (waiting["error"], waiting["error_codes"])
    assert "scanner@contoso.com" == account["username"]
    assert got["access_token"] == kept["access_token"] != fresh["access_token"]
    assert "sent" == oauth_lab.send("scanner@contoso.com", fresh["access_token"], tmp_path).ended


def test_a_device_is_told_that_its_user_declined(oauth_lab: OAuthLab) -> None:
    app = public(oauth_lab)
    flow = device_flow(app)
    oauth_lab.type_in(flow["user_code"], "", "", action="decline")

    assert "authorization_declined" == poll_once(app, flow)["error"]


def test_a_device_code_is_good_for_fifteen_minutes_of_simulated_time(oauth_lab: OAuthLab) -> None:
    app = public(oauth_lab)
    flow = device_flow(app)
    oauth_lab.emulator.travel(parse_instant("2026-12-01T00:14:59Z"))
    before = poll_once(app, flow)
    oauth_lab.emulator.travel(parse_instant("2026-12-01T00:15:00Z"))

    assert "authorization_pending" == before["error"]
    after = poll_once(app, flow)
    assert ("expired_token", [70020]) == (after["error"], after["error_codes"])


def test_a_device_code_that_nobody_gave_is_a_bad_one(oauth_lab: OAuthLab) -> None:
    app = public(oauth_lab)
    flow = device_flow(app) | {"device_code": "invented"}

    assert "bad_verification_code" == poll_once(app, flow)["error"]


@pytest.mark.parametrize("mode", ["query", "form_post", "fragment"])
def test_a_user_signs_in_with_a_code_and_pkce(oauth_lab: OAuthLab, tmp_path: Path, mode: str) -> None:
    app = public(oauth_lab)
    flow = app.initiate_auth_code_flow([USER_SCOPE], redirect_uri="http://localhost:54321", response_mode=mode)

    back = oauth_lab.sign_in(flow["auth_uri"], "scanner@contoso.com", "fake tray 2")
    answer = answered(back, mode)
    got = app.acquire_token_by_auth_code_flow(flow, answer)

    assert "scanner@contoso.com" == got["id_token_claims"]["preferred_username"]
    assert USER_SCOPE == got["scope"]
    assert "sent" == oauth_lab.send("scanner@contoso.com", got["access_token"], tmp_path).ended
    again = app.acquire_token_by_auth_code_flow(flow, answer)
    assert [54005] == again["error_codes"]


def answered(back: Any, mode: str) -> dict[str, str]:
    """What the application is told, whichever way it is."""
    if mode == "form_post":
        return form_of(back.text)[1]
    where = urlsplit(unescape(back.headers["location"]))
    return dict(parse_qsl(where.fragment if mode == "fragment" else where.query))


def test_a_user_who_declines_sends_the_application_an_error(oauth_lab: OAuthLab) -> None:
    app = public(oauth_lab)
    flow = app.initiate_auth_code_flow([USER_SCOPE], redirect_uri="http://localhost:54321", response_mode="query")

    back = oauth_lab.sign_in(flow["auth_uri"], "", "", action="decline")
    got = app.acquire_token_by_auth_code_flow(flow, answered(back, "query"))

    assert "access_denied" == got["error"]


@pytest.mark.parametrize(
    ("user", "password", "code"),
    [
        ("scanner@contoso.com", "wrong", 50126),
        ("nobody@contoso.com", "fake", 50034),
        ("locked@contoso.com", "fake locked", 50053),
        ("expired@contoso.com", "fake expired", 50055),
        ("disabled@contoso.com", "fake disabled", 50057),
        ("newcomer@contoso.com", "fake newcomer", 50079),
        ("risky@contoso.com", "fake risky", 53003),
    ],
)
def test_the_page_tells_a_user_what_is_wrong(oauth_lab: OAuthLab, user: str, password: str, code: int) -> None:
    flow = public(oauth_lab).initiate_auth_code_flow([USER_SCOPE], redirect_uri="http://localhost:1")

    shown = oauth_lab.sign_in(flow["auth_uri"], user, password)

    assert 400 == shown.status_code
    assert f"AADSTS{code}:" in shown.text


def test_who_must_consent_is_asked_once(oauth_lab: OAuthLab) -> None:
    app = confidential(oauth_lab, STRANGER, "fake-secret-3")
    flow = app.initiate_auth_code_flow([USER_SCOPE], redirect_uri="http://localhost", response_mode="query")

    refused = oauth_lab.sign_in(flow["auth_uri"], "scanner@contoso.com", "fake tray 2")
    oauth_lab.sign_in(flow["auth_uri"], "scanner@contoso.com", "fake tray 2", consent="1")
    back = oauth_lab.sign_in(flow["auth_uri"], "scanner@contoso.com", "fake tray 2")

    assert "AADSTS65001" in refused.text
    assert "access_token" in app.acquire_token_by_auth_code_flow(flow, answered(back, "query"))


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


# Time -----------------------------------------------------------------------------------------------------------------


def test_one_travel_moves_token_refresh_and_smtp_together(oauth_lab: OAuthLab, tmp_path: Path) -> None:
    # MSAL keeps tokens by the machine's clock, and ours does not move that: it is asked to refresh by name.
    app = public(oauth_lab)
    flow = device_flow(app)
    oauth_lab.type_in(flow["user_code"], "scanner@contoso.com", "fake tray 2")
    token = app.acquire_token_by_device_flow(flow)["access_token"]
    account = app.get_accounts()[0]

    oauth_lab.emulator.travel(parse_instant("2026-12-01T00:59:59Z"))
    assert "sent" == oauth_lab.send("scanner@contoso.com", token, tmp_path).ended
    oauth_lab.emulator.travel(parse_instant("2026-12-01T01:00:00Z"))
    assert "sent" != oauth_lab.send("scanner@contoso.com", token, tmp_path).ended
    assert "submission.auth.token_has_expired" == oauth_lab.last_rule()

    fresh = app.acquire_token_silent([USER_SCOPE], account=account, force_refresh=True)
    assert "sent" == oauth_lab.send("scanner@contoso.com", fresh["access_token"], tmp_path).ended

    oauth_lab.emulator.travel(parse_instant("2027-03-02T01:00:00Z"))  # more than ninety days later
    dead = app.acquire_token_silent_with_error([USER_SCOPE], account=account, force_refresh=True)
    assert ("invalid_grant", [700082]) == (dead["error"], dead["error_codes"])


def test_msal_s_own_clock_makes_it_refresh(oauth_lab: OAuthLab, monkeypatch: pytest.MonkeyPatch) -> None:
    app = confidential(oauth_lab)
    first = for_client(app)["access_token"]
    later = SystemClock().now().timestamp() + 3600
    monkeypatch.setattr("msal.token_cache.time.time", lambda: later)

    assert first != for_client(app)["access_token"]


def test_the_answer_of_a_step_that_names_no_time_stays_the_same(oauth_lab: OAuthLab, emulate: Emulate) -> None:
    other = OAuthLab(emulate(world=oauth_world()))

    codes = [device_flow(public(lab))["user_code"] for lab in (oauth_lab, other)]

    assert codes[0] == codes[1], "one seed, one device code"
