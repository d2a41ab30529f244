"""Every error that Entra can give is reached over a socket, by a state of a world file or by a request.

Law: the table below has a row for each error there is; one that nothing reaches has no place in the catalogue.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from relaylab.app.config import LoadedWorld, load_document
from relaylab.domain.clock import parse_instant
from relaylab.domain.reply import OAuthError
from relaylab.rules.entra.errors import ERRORS
from tests.clients.oauth import (
    BLOCKED,
    DEFAULT_SCOPE,
    FIRMWARE,
    INVOICES,
    JWT_BEARER,
    OFF,
    STRANGER,
    USER_SCOPE,
    OAuthLab,
    form_of,
    oauth_world,
)
from tests.conftest import Emulate

SIGNS, LOOPS, FAILS, THROTTLED, DOWN, GATEWAY, LATE, SLOWED, EVERYWHERE = (
    f"b0000000-0000-4000-8000-0000000001{number:02x}" for number in range(9)
)
FAULTS: Final = {
    LOOPS: "loop",
    FAILS: "server_error",
    THROTTLED: "throttled",
    DOWN: "unavailable",
    GATEWAY: "bad_gateway",
    LATE: "gateway_timeout",
}
URI = "http://localhost"
AUTHORIZE = {"client_id": FIRMWARE, "response_type": "code", "scope": USER_SCOPE, "redirect_uri": URI}
SCANNER = {"login": "scanner@contoso.com", "passwd": "fake tray 2", "action": "accept"}


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


@cache
def certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "invoices")])
    builder = x509.CertificateBuilder(name, name, key().public_key(), x509.random_serial_number())
    began, ended = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
    return builder.not_valid_before(began).not_valid_after(ended).sign(key(), SHA256())


@cache
def world() -> LoadedWorld:
    """The world of the OAuth tests, an application that signs, and one for each bad day."""
    pem = certificate().public_bytes(Encoding.PEM).decode()
    tables = [
        f"""
  [tenant.token_service]
  sign_in_frequency_hours = 4800
  [[tenant.app_registration]]
  app_id = "{SIGNS}"
    [[tenant.app_registration.key_credential]]
    key = '''{pem}'''
  [[tenant.app_registration]]
  app_id = "{SLOWED}"
  scopes = ["SMTP.Send"]
  is_fallback_public_client = true
  [[tenant.token_fault]]
  app_id = "{SLOWED}"
  kind = "slow_down"
  times = 1
  [[tenant.app_registration]]
  app_id = "{EVERYWHERE}"
  scopes = ["SMTP.Send"]
  redirect_uris = ["{URI}"]
  is_fallback_public_client = true
  sign_in_audience = "AzureADMultipleOrgs"
"""
    ]
    tables += [
        f'  [[tenant.app_registration]]\n  app_id = "{app_id}"\n  client_secret = "fake"\n'
        f'  [[tenant.token_fault]]\n  app_id = "{app_id}"\n  kind = "{kind}"\n'
        for app_id, kind in FAULTS.items()
    ]
    document = copy.deepcopy(dict(oauth_world("\n".join(tables)).document))
    document["tenant"][1]["service_principal"] = [{"app_id": EVERYWHERE, "object_id": SIGNS}]
    return load_document(document, "world")


def changed(lab: OAuthLab, change: Callable[[dict[str, object]], None]) -> None:
    """Put a world in force that differs in its first tenant."""
    document = copy.deepcopy(dict(world().document))
    change(document["tenant"][0])
    lab.emulator.put(world=load_document(document, "world"))


# Requests ------------------------------------------------------------------------------------------------------------


def app(tenant: str = "contoso.com", **changes: str) -> Callable[[OAuthLab], httpx.Response]:
    """Ask as an application, in order but for the changes."""
    form = {
        "grant_type": "client_credentials",
        "client_id": INVOICES,
        "client_secret": "fake-secret-1",
        "scope": DEFAULT_SCOPE,
    }
    return lambda lab: lab.ask(tenant=tenant, **form | changes)


def user(
    name: str = "scanner@contoso.com", password: str = "fake tray 2", tenant: str = "contoso.com", **changes: str
) -> Callable[[OAuthLab], httpx.Response]:
    """Ask for a user with a password."""
    form = {"grant_type": "password", "client_id": FIRMWARE, "scope": USER_SCOPE, "username": name}
    return lambda lab: lab.ask(tenant=tenant, **form | {"password": password} | changes)


def signed(
    *, signer: rsa.RSAPrivateKey | None = None, kid: str = "", **claims: object
) -> Callable[[OAuthLab], httpx.Response]:
    """Ask with an assertion that is in order but for what is given."""

    def ask(lab: OAuthLab) -> httpx.Response:
        now = lab.emulator.clock.now()
        aud = f"{lab.authority}/oauth2/v2.0/token"
        own = {"aud": aud, "iss": SIGNS, "sub": SIGNS, "exp": now + timedelta(minutes=5)}
        header = {"kid": kid or certificate().fingerprint(SHA1()).hex()}
        assertion = jwt.encode(own | claims, signer or key(), "RS256", header)
        form = {"client_id": SIGNS, "scope": DEFAULT_SCOPE, "client_assertion": assertion}
        return lab.ask(grant_type="client_credentials", client_assertion_type=JWT_BEARER, **form)

    return ask


def authorize(tenant: str = "contoso.com", **changes: str) -> Callable[[OAuthLab], httpx.Response]:
    """Come to authorize with a browser."""

    def ask(lab: OAuthLab) -> httpx.Response:
        with lab.http() as http:
            return http.get(f"/{tenant}/oauth2/v2.0/authorize", params=AUTHORIZE | changes)

    return ask


def page(**filled: str) -> Callable[[OAuthLab], httpx.Response]:
    """Fill the sign-in page in."""

    def ask(lab: OAuthLab) -> httpx.Response:
        with lab.http() as http:
            shown = http.get("/contoso.com/oauth2/v2.0/authorize", params=AUTHORIZE)
            action, hidden = form_of(shown.text)
            return http.post(action, data=hidden | SCANNER | filled)

    return ask


def got(path: str, **query: str) -> Callable[[OAuthLab], httpx.Response]:
    """Get a document."""

    def ask(lab: OAuthLab) -> httpx.Response:
        with lab.http() as http:
            return http.get(path, params=query)

    return ask


def a_code(lab: OAuthLab, **changes: str) -> str:
    """Sign in at the page, and give the code."""
    with lab.http() as http:
        shown = http.get("/contoso.com/oauth2/v2.0/authorize", params=AUTHORIZE | changes)
        action, hidden = form_of(shown.text)
        answer = http.post(action, data=hidden | SCANNER)
    found = re.search(r"[?&]code=([^&]+)", answer.headers["location"])
    assert found is not None
    return found[1]


def redeemed(
    tenant: str = "contoso.com", at: str = "", times: int = 1, asked: Mapping[str, str] | None = None, **changes: str
) -> Callable[[OAuthLab], httpx.Response]:
    """Redeem a code, so many times, at an instant."""

    def ask(lab: OAuthLab) -> httpx.Response:
        form = {"grant_type": "authorization_code", "client_id": FIRMWARE, "redirect_uri": URI}
        form |= {"code": a_code(lab, **(asked or {}))} | changes
        if at:
            lab.emulator.travel(parse_instant(at))
        return [lab.ask(tenant=tenant, **form) for _ in range(times)][-1]

    return ask


def refreshed(
    at: str = "", change: Callable[[dict[str, object]], None] | None = None
) -> Callable[[OAuthLab], httpx.Response]:
    """Refresh at an instant, in a world that may have changed."""

    def ask(lab: OAuthLab) -> httpx.Response:
        refresh = lab.user_token()["refresh_token"]
        if change is not None:
            changed(lab, change)
        if at:
            lab.emulator.travel(parse_instant(at))
        return lab.ask(grant_type="refresh_token", client_id=FIRMWARE, refresh_token=refresh)

    return ask


def revoke(tenant: dict[str, object]) -> None:
    scanner = next(one for one in tenant["mailbox"] if one["address"] == "scanner@contoso.com")  # type: ignore[attr-defined]
    scanner["sign_in_sessions_valid_from"] = "2026-12-01T00:00:01Z"


def often(tenant: dict[str, object]) -> None:
    tenant["token_service"] = {"sign_in_frequency_hours": 24}


def guarded(tenant: dict[str, object]) -> None:
    tenant["security_defaults"] = True


def ended(tenant: dict[str, object]) -> None:
    signs = next(one for one in tenant["app_registration"] if one["app_id"] == SIGNS)  # type: ignore[attr-defined]
    signs["key_credential"][0]["end_date_time"] = "2026-11-30"


def polled(
    client_id: str = FIRMWARE, at: str = "", action: str = "", device_code: str = ""
) -> Callable[[OAuthLab], httpx.Response]:
    """Ask for a device code, and poll once."""

    def ask(lab: OAuthLab) -> httpx.Response:
        with lab.http() as http:
            asked = {"client_id": client_id, "scope": USER_SCOPE}
            given = http.post("/contoso.com/oauth2/v2.0/devicecode", data=asked).json()
        if action:
            lab.type_in(given["user_code"], "scanner@contoso.com", "fake tray 2", action=action)
        if at:
            lab.emulator.travel(parse_instant(at))
        form = {"client_id": client_id, "device_code": device_code or given["device_code"]}
        return lab.ask(grant_type="device_code", **form)

    return ask


def device_code(tenant: str, client_id: str = FIRMWARE) -> Callable[[OAuthLab], httpx.Response]:
    """Ask for a device code."""

    def ask(lab: OAuthLab) -> httpx.Response:
        with lab.http() as http:
            form = {"client_id": client_id, "scope": USER_SCOPE}
            return http.post(f"/{tenant}/oauth2/v2.0/devicecode", data=form)

    return ask


def after(
    change: Callable[[dict[str, object]], None], ask: Callable[[OAuthLab], httpx.Response]
) -> Callable[[OAuthLab], httpx.Response]:
    """Ask in a changed world."""

    def asked(lab: OAuthLab) -> httpx.Response:
        changed(lab, change)
        return ask(lab)

    return asked


def old_endpoint(lab: OAuthLab) -> httpx.Response:
    """Ask the v1.0 endpoint for a user of an application that registered no permission."""
    form = {
        "grant_type": "password",
        "client_id": INVOICES,
        "client_secret": "fake-secret-1",
        "username": "app@contoso.com",
    }
    with lab.http() as http:
        data = form | {"password": "fake app 1", "resource": "https://outlook.office365.com"}
        return http.post("/contoso.com/oauth2/token", data=data)


def declining(lab: OAuthLab) -> httpx.Response:
    """Be the administrator who does not accept."""
    form = {"client_id": FIRMWARE, "redirect_uri": URI, "action": "decline"}
    with lab.http() as http:
        return http.post("/contoso.com/adminconsent/answer", data=form)


CHALLENGED: Final = {"code_challenge": "a" * 43, "code_challenge_method": "S256"}
INSTANCE: Final = "/common/discovery/instance"
ROWS: Final[Mapping[str, Callable[[OAuthLab], httpx.Response]]] = {
    "wrong_secret": app(client_secret="wrong"),
    "expired_secret": app(client_secret="fake-secret-old"),
    "no_credential": app(client_secret=""),
    "public_client": user(client_secret="none of mine"),
    "assertion_unreadable": app(client_assertion="a.b.c", client_assertion_type=JWT_BEARER),
    "assertion_type": app(client_assertion="a.b.c", client_assertion_type="urn:something:else"),
    "assertion_key_expired": after(ended, signed()),
    "assertion_key": signed(kid="somebody-else-s"),
    "assertion_signature": signed(signer=rsa.generate_private_key(public_exponent=65_537, key_size=2048)),
    "assertion_audience": signed(aud="https://elsewhere.example"),
    "assertion_time": signed(exp=datetime(2020, 1, 1, tzinfo=UTC)),
    "app_not_found": app(client_id="99999999-9999-4999-8999-999999999999"),
    "app_disabled": app(client_id=OFF, client_secret="fake-secret-6"),
    "tenant_not_found": app("northwind.example"),
    "tenant_not_found_at_discovery": got("/northwind.example/v2.0/.well-known/openid-configuration"),
    "tenant_malformed": app("con toso"),
    "client_credentials_on_common": app("common"),
    "device_code_on_common": device_code("common"),
    "single_tenant": authorize("organizations"),
    "not_for_consumers": authorize("consumers"),
    "instance_unknown": got(INSTANCE, authorization_endpoint="https://evil.example/contoso.com/oauth2/v2.0/authorize"),
    "instance_request_malformed": got(INSTANCE),
    "missing_parameter": app(scope=""),
    "resource_not_supported": app(resource="https://outlook.office365.com"),
    "unknown_grant": app(grant_type="implicit"),
    "scope_not_default": app(scope="SMTP.SendAsApp"),
    "scope_invalid": user(scope="https://outlook.office.com/SMTP.Sned"),
    "scope_without_resource": user(scope="offline_access"),
    "two_resources": user(scope=f"{USER_SCOPE} https://graph.microsoft.com/Mail.Send"),
    "resource_not_found": app(scope="https://x.example/.default"),
    "resource_not_asked": old_endpoint,
    "redirect_uri": authorize(redirect_uri="https://elsewhere.example"),
    "challenge_malformed": authorize(code_challenge="short", code_challenge_method="S256"),
    "challenge_missing": authorize(code_challenge_method="S256"),
    "id_token_not_enabled": authorize(response_type="id_token"),
    "token_not_enabled": authorize(response_type="token"),
    "response_type_unknown": authorize(response_type="magic"),
    "response_mode_unknown": authorize(response_mode="web_message"),
    "prompt_unknown": authorize(prompt="please"),
    "nobody_signed_in": authorize(prompt="none"),
    "wrong_password": user(password="wrong"),
    "user_not_found": user("nobody@contoso.com"),
    "null_password": user("helpdesk@contoso.com", "anything"),
    "security_defaults": after(guarded, user()),
    "locked": user("locked@contoso.com", "fake locked"),
    "password_expired": user("expired@contoso.com", "fake expired"),
    "user_disabled": user("disabled@contoso.com", "fake disabled"),
    "second_factor": user("careful@contoso.com", "fake careful"),
    "second_factor_to_register": user("newcomer@contoso.com", "fake newcomer"),
    "blocked": user("risky@contoso.com", "fake risky"),
    "app_blocked": app(client_id=BLOCKED, client_secret="fake-secret-9"),
    "declined_by_user": page(action="decline"),
    "admin_canceled": declining,
    "no_consent": user(client_id=STRANGER, client_secret="fake-secret-3"),
    "pending": polled(),
    "pending_as_at_v1": polled(),
    "slow_down": polled(SLOWED),
    "declined": polled(action="decline"),
    "device_code_unknown": polled(device_code="invented"),
    "device_code_expired": polled(at="2026-12-01T00:15:00Z"),
    "device_code_expired_as_documented": polled(at="2026-12-01T00:15:00Z"),
    "code_invalid": redeemed(at="2026-12-01T00:10:00Z"),
    "code_unknown": redeemed(code="invented"),
    "code_redeemed": redeemed(times=2),
    "verifier_wrong": redeemed(asked=CHALLENGED, code_verifier="b" * 43),
    "code_of_another_tenant": redeemed("fabrikam.com", client_id=EVERYWHERE, asked={"client_id": EVERYWHERE}),
    "refresh_inactive": refreshed("2027-03-01"),
    "refresh_revoked": refreshed("2026-12-01T00:00:01Z", revoke),
    "signed_in_too_long_ago": refreshed("2026-12-02", often),
    "throttled": app(client_id=THROTTLED, client_secret="fake"),
    "client_loop": app(client_id=LOOPS, client_secret="fake"),
    "unavailable": app(client_id=DOWN, client_secret="fake"),
    "server_error": app(client_id=FAILS, client_secret="fake"),
    "bad_gateway": app(client_id=GATEWAY, client_secret="fake"),
    "gateway_timeout": app(client_id=LATE, client_secret="fake"),
}
READINGS: Final = {
    "device_code_on_common": {"device_code_on_common": "90133"},
    "pending_as_at_v1": {"authorization_pending_text": "end_user"},
    "device_code_expired_as_documented": {"device_code_expired": "70019"},
}


def test_every_error_has_a_row() -> None:
    assert {error.name for error in ERRORS} == set(ROWS)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.name)
def test_every_error_is_reached(emulate: Emulate, error: OAuthError) -> None:
    lab = OAuthLab(emulate(world=world(), readings=READINGS.get(error.name, {})))

    answer = ROWS[error.name](lab)

    told = answer.headers.get("location") or answer.text
    if answer.headers.get("content-type") == "application/json":
        said = answer.json()
        assert (int(error.code), error.error, [error.number]) == (
            answer.status_code,
            said["error"],
            said["error_codes"],
        )
    elif answer.is_redirect:
        assert f"error={error.error}" in told
        assert f"AADSTS{error.number}%3A" in told or not error.number
    else:
        assert int(error.code) == answer.status_code
        assert (f"AADSTS{error.number}:" if error.number else error.text) in told


@pytest.mark.parametrize("number", sorted({error.number for error in ERRORS if error.number}))
def test_the_page_behind_error_uri_says_what_it_is(oauth_lab: OAuthLab, number: int) -> None:
    answer = got("/error", code=str(number))(oauth_lab)

    assert 200 == answer.status_code
    assert f"AADSTS{number}" in answer.text


def test_the_page_of_an_error_that_there_is_not_says_so(oauth_lab: OAuthLab) -> None:
    assert 404 == got("/error", code="<script>")(oauth_lab).status_code


def test_a_slow_endpoint_is_slow_in_refusing_too(emulate: Emulate) -> None:
    table = f'  [[tenant.token_fault]]\n  kind = "slow"\n  app_id = "{INVOICES}"\n  seconds = 7\n  times = 2\n'
    entra = emulate(world=oauth_world(table)).entra
    form = {"grant_type": "client_credentials", "client_id": INVOICES, "scope": DEFAULT_SCOPE}
    path = "/contoso.com/oauth2/v2.0/token"

    answers = [entra.posted(path, form | {"client_secret": secret}) for secret in ("wrong", "fake-secret-1", "wrong")]

    assert [(401, 7), (200, 7), (401, 0)] == [(answer.status, answer.delay) for answer in answers]


def test_a_device_that_was_told_to_slow_down_goes_on(emulate: Emulate) -> None:
    lab = OAuthLab(emulate(world=world()))
    with lab.http() as http:
        given = http.post("/contoso.com/oauth2/v2.0/devicecode", data={"client_id": SLOWED, "scope": USER_SCOPE}).json()
    form = {"grant_type": "device_code", "client_id": SLOWED, "device_code": given["device_code"]}

    said = [lab.ask(**form).json()["error"] for _ in range(2)]

    assert ["slow_down", "authorization_pending"] == said
