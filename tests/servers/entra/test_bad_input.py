"""Whatever is sent to Entra's endpoints, nothing is a 500 and no answer shows a stack trace."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relaylab.app.emulator import Emulator
from relaylab.domain.clock import parse_instant
from relaylab_certs import TestAuthority
from tests.clients.oauth import DEFAULT_SCOPE, FIRMWARE, INVOICES, USER_SCOPE, oauth_world

TENANTS = ["contoso.com", "common", "c0000000-0000-4000-8000-000000000001", "%00", "..", "a b", "x" * 300, "%ff"]
PATHS = [
    "oauth2/v2.0/token", "oauth2/token", "oauth2/v2.0/devicecode", "oauth2/v2.0/authorize", "login",
    "oauth2/v2.0/logout", "v2.0/adminconsent", "adminconsent/answer", "discovery/v2.0/keys", "discovery/instance",
    "v2.0/.well-known/openid-configuration", "userrealm/%00", "oauth2/deviceauth",
]  # fmt: skip
NAMES = [
    "grant_type", "client_id", "client_secret", "client_assertion", "scope", "code", "device_code", "refresh_token",
    "username", "password", "redirect_uri", "code_verifier", "code_challenge", "code_challenge_method", "state",
    "response_mode", "login", "passwd", "action", "consent", "user_code", "resource", "authorization_endpoint",
]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        [
            "client_credentials", "device_code", "authorization_code", "refresh_token", "password", INVOICES, FIRMWARE,
            "fake-secret-1", DEFAULT_SCOPE, USER_SCOPE, "http://localhost", "http://[", "http://localhost:x/\r\nA: b",
            "S256", "form_post", "fragment", "accept", "1", "scanner@contoso.com", "fake tray 2", "a.b.c", "e30.e30.x",
            "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJSUzI1NiIsIng1YyI6WyJBQUFBIl19.e30.AAAA", "x" * 3000, "\x00", "@",
        ]
    ),
    st.text(max_size=40),
)  # fmt: skip


class Client:
    """A client without sockets; an exception of the application comes out here."""

    def __init__(self, emulator: Emulator, runner: asyncio.Runner) -> None:
        transport = httpx.ASGITransport(app=emulator.entra.app, raise_app_exceptions=True)
        self._http = httpx.AsyncClient(transport=transport, base_url="https://localhost")
        self._runner = runner

    def request(self, method: str, path: str, **parts: Any) -> httpx.Response:  # noqa: ANN401 - what httpx takes
        return self._runner.run(self._http.request(method, path, **parts))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    authority = TestAuthority.open(tmp_path_factory.mktemp("authority"))
    emulator = Emulator(oauth_world(), at=parse_instant("2026-12-01"), authority=authority)
    with asyncio.Runner() as runner:
        yield Client(emulator, runner)


@given(
    method=st.sampled_from(["GET", "POST"]),
    tenant=st.sampled_from(TENANTS),
    path=st.sampled_from(PATHS),
    form=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8),
    place=st.sampled_from(["data", "params"]),
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_form_makes_a_500(  # noqa: PLR0913, PLR0917 - what a request is made of
    client: Client, method: str, tenant: str, path: str, form: dict[str, str], place: str
) -> None:
    encodable = {name: value.encode("utf-8", "replace").decode() for name, value in form.items()}
    place = place if method == "POST" else "params"

    answer = client.request(method, f"/{tenant}/{path}", **{place: encodable})

    assert answer.status_code < 500
    assert "Traceback" not in answer.text


@given(body=st.binary(max_size=200), kind=st.sampled_from(["application/json", "multipart/form-data", "", "text/xml"]))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_body_makes_a_500(client: Client, body: bytes, kind: str) -> None:
    answer = client.request("POST", "/contoso.com/oauth2/v2.0/token", content=body, headers={"Content-Type": kind})

    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"client_assertion=" + b"x" * 100_000 + b"&client_id=" + INVOICES.encode(), 400),
        (b"&".join(b"a%d=1" % number for number in range(1_000)), 400),
        (b"x" * 2_000_000, 413),
    ],
    ids=["a long assertion", "a thousand fields", "two megabytes"],
)
def test_what_is_too_much_is_refused(client: Client, body: bytes, status: int) -> None:
    assert status == client.request("POST", "/contoso.com/oauth2/v2.0/token", content=body).status_code


@pytest.mark.parametrize("header", ["Basic !", "Basic", "Basic " + "A" * 9, "Bearer x", "Basic /////w=="])
def test_a_broken_authorization_header_is_no_credential(client: Client, header: str) -> None:
    form = {"grant_type": "client_credentials", "scope": DEFAULT_SCOPE, "client_id": INVOICES}

    answer = client.request("POST", "/contoso.com/oauth2/v2.0/token", data=form, headers={"Authorization": header})

    assert [7000218] == answer.json()["error_codes"]


@pytest.mark.parametrize("host", ["evil.example/path", "a b", "", "login.microsoftonline.com:99999999"])
def test_a_host_that_is_none_does_not_get_into_the_documents(client: Client, host: str) -> None:
    answer = client.request("GET", "/common/v2.0/.well-known/openid-configuration", headers={"Host": host})

    assert answer.json()["token_endpoint"].startswith("https://login.microsoftonline.com/common/")


def test_what_a_client_writes_is_logged_in_bounds_and_harmless(client: Client) -> None:
    form = {
        "grant_type": "password",
        "client_id": "x" * 5_000,
        "username": "\x1b[2J" * 500,
        "password": "fake",
        "scope": "y",
    }

    said = client.request("POST", "/contoso.com/oauth2/v2.0/token", data=form).json()["error_description"]

    assert len(said) < 1_500
    assert said.isprintable()
