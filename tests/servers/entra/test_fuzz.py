"""Random requests to every endpoint of Entra over real sockets and TLS: no 500, no stack trace, nobody falls silent.

Those of ``test_bad_input`` come to the application directly; these pass the HTTP server and the dispatch as well.
"""

from __future__ import annotations

import json
import ssl
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from relaylab.app.emulator import Emulator
from relaylab.domain.clock import parse_instant
from relaylab.domain.token import TokenFacts
from relaylab_certs import TestAuthority
from tests.clients.oauth import DEFAULT_SCOPE, FIRMWARE, INVOICES, JWT_BEARER, USER_SCOPE, oauth_world

ELLIPTIC, SIGNS = "b0000000-0000-4000-8000-0000000002e0", "b0000000-0000-4000-8000-0000000002e1"
QUIET: Final = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def certified(key: CertificateIssuerPrivateKeyTypes) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "invoices")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    began, ended = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
    return builder.not_valid_before(began).not_valid_after(ended).sign(key, SHA256())


RSA_KEY, EC_KEY = (
    rsa.generate_private_key(public_exponent=65_537, key_size=2048),
    ec.generate_private_key(ec.SECP256R1()),
)
RSA_CERTIFICATE, EC_CERTIFICATE = certified(RSA_KEY), certified(EC_KEY)
SHOWN = [b64encode(one.public_bytes(Encoding.DER)).decode() for one in (RSA_CERTIFICATE, EC_CERTIFICATE)]
PRINTS = [one.fingerprint(SHA1()).hex() for one in (RSA_CERTIFICATE, EC_CERTIFICATE)]
TABLES = f"""
  [[tenant.app_registration]]
  app_id = "{ELLIPTIC}"
    [[tenant.app_registration.key_credential]]
    thumbprint = "{PRINTS[1]}"
  [[tenant.app_registration]]
  app_id = "{SIGNS}"
    [[tenant.app_registration.key_credential]]
    key = '''{RSA_CERTIFICATE.public_bytes(Encoding.PEM).decode()}'''
"""


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    authority = TestAuthority.open(tmp_path_factory.mktemp("authority"))
    with Emulator(oauth_world(TABLES), at=parse_instant("2026-12-01"), authority=authority) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def http(emulator: Emulator) -> Iterator[httpx.Client]:
    url = emulator.https_url.replace("127.0.0.1", "localhost")
    trust = ssl.create_default_context(cafile=emulator.ca_file)
    with httpx.Client(base_url=url, verify=trust, trust_env=False, timeout=30) as client:
        yield client


def checked(answer: httpx.Response) -> httpx.Response:
    """Make sure that the service answered for itself."""
    assert answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text
    return answer


def endpoints(emulator: Emulator) -> list[tuple[str, str]]:
    """Every method and path there is."""
    routes = [route for route in emulator.entra.app.routes if isinstance(route, Route)]
    return [(method, route.path) for route in routes for method in sorted(route.methods or ()) if method != "HEAD"]


NAMES: Final = [
    "grant_type", "client_id", "client_secret", "client_assertion", "scope", "code", "device_code", "refresh_token",
    "username", "password", "redirect_uri", "code_verifier", "code_challenge", "code_challenge_method", "state",
    "response_mode", "response_type", "prompt", "login_hint", "nonce", "login", "passwd", "action", "consent",
    "user_code", "resource", "authorization_endpoint", "post_logout_redirect_uri",
]  # fmt: skip
VALUES: Final = st.one_of(
    st.sampled_from(
        [
            "client_credentials", "device_code", "authorization_code", "refresh_token", "password", INVOICES, FIRMWARE,
            ELLIPTIC, "fake-secret-1", DEFAULT_SCOPE, USER_SCOPE, "openid", "http://localhost", "http://[", "code",
            "id_token", "none", "consent", "S256", "form_post", "fragment", "accept", "1", "scanner@contoso.com",
            "https://[::1", "https://login.microsoftonline.com/common", "fake tray 2", "a.b.c", "\r\nA: b", "\x00",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)  # fmt: skip
WORDS: Final = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(
    data=st.data(), tenant=st.one_of(st.sampled_from(["contoso.com", "common", "CONSUMERS", "%00", "..", "%ff"]), WORDS)
)
@QUIET
def test_no_form_at_any_endpoint_makes_a_500(
    emulator: Emulator, http: httpx.Client, data: st.DataObject, tenant: str
) -> None:
    method, path = data.draw(st.sampled_from(endpoints(emulator)))
    form = data.draw(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=10))
    cookie = data.draw(st.sampled_from(["", "ESTSAUTH=x", 'ESTSAUTH="', "=;=", "a" * 2_000]))
    path = path.replace("{tenant}", _quoted(tenant).replace("/", "%2F")).replace("{user}", "a")
    in_body = method == "POST" and data.draw(st.booleans())
    headers = {"Cookie": cookie} if cookie else {}

    checked(
        http.request(method, path, headers=headers, data=form if in_body else None, params=None if in_body else form)
    )


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]),
    path=st.lists(st.one_of(WORDS, st.sampled_from(["oauth2", "v2.0", "token", "..", "%2e", "error"])), max_size=6),
)
@QUIET
def test_no_path_and_no_method_makes_a_500(http: httpx.Client, method: str, path: list[str]) -> None:
    checked(http.request(method, "/contoso.com/" + "/".join(map(_quoted, path))))


def _quoted(text: str) -> str:
    return "".join(
        f"%{octet:02x}" if octet > 126 or octet < 33 or octet in b"?#" else chr(octet) for octet in text.encode()
    )


# JSON Web Tokens ------------------------------------------------------------------------------------------------------

ODD: Final = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False), st.text(max_size=12),
    st.lists(st.text(max_size=4), max_size=3), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip
HEADERS: Final = st.fixed_dictionaries(
    {},
    optional={
        "alg": st.one_of(st.sampled_from(["none", "None", "RS256", "PS256", "ES256", "HS256", "RS512"]), ODD),
        "typ": ODD,
        "kid": st.one_of(st.sampled_from(PRINTS), ODD),
        "x5t": st.one_of(st.sampled_from(PRINTS), ODD),
        "x5t#S256": ODD,
        "x5c": st.one_of(st.sampled_from(SHOWN), st.sampled_from([[one] for one in SHOWN]), ODD),
        "crit": ODD,
        "b64": ODD,
        "zip": ODD,
    },
)
CLAIMS: Final = st.dictionaries(
    st.sampled_from(
        ["aud", "iss", "sub", "exp", "nbf", "iat", "jti", "upn", "tid", "appid", "oid", "roles", "scp", "ver", "uti"]
    ),
    st.one_of(st.sampled_from([SIGNS, "https://sts.windows.net/c0000000-0000-4000-8000-000000000001/", "2.0"]), ODD),
    max_size=8,
)


@st.composite
def tokens(draw: st.DrawFn) -> str:
    """A token with odd contents: unsigned, signed by nobody, rightly signed, cut, or no token at all."""
    header, claims = draw(HEADERS), draw(CLAIMS)
    way = draw(st.sampled_from(["parts", "rsa", "elliptic", "cut", "text"]))
    if way == "text":
        return draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
    if way in {"rsa", "elliptic"}:
        odd = {
            name: value
            for name, value in header.items()
            if name in {"x5c", "x5t", "kid"} and isinstance(value, str | list)
        }
        odd = {name: value for name, value in odd.items() if name != "kid" or isinstance(value, str)}
        signer: Any = RSA_KEY if way == "rsa" else EC_KEY
        plain = {
            name: value
            for name, value in claims.items()
            if name not in {"exp", "nbf", "iat", "iss", "sub", "aud", "jti"}
        }
        return jwt.encode(plain | {"iss": SIGNS, "sub": SIGNS}, signer, "RS256" if way == "rsa" else "ES256", odd)
    text = ".".join([_part(header), _part(claims), draw(st.sampled_from(["", "AAAA", "!", "x" * 342]))])
    return text[: draw(st.integers(0, len(text)))] if way == "cut" else text


def _part(document: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


@given(token=tokens(), app_id=st.sampled_from([SIGNS, ELLIPTIC, INVOICES, FIRMWARE]))
@QUIET
def test_no_assertion_makes_a_500_or_opens_anything(http: httpx.Client, token: str, app_id: str) -> None:
    form = {"grant_type": "client_credentials", "client_id": app_id, "scope": DEFAULT_SCOPE}

    form |= {"client_assertion": token, "client_assertion_type": JWT_BEARER}
    answer = checked(http.post("/contoso.com/oauth2/v2.0/token", data=form))

    assert answer.status_code in {400, 401}
    assert answer.json()["error_description"].startswith("AADSTS")


@pytest.mark.parametrize("size", [100_000, 1_000_000])
@pytest.mark.parametrize("name", ["client_assertion", "refresh_token", "code", "device_code", "client_id", "scope"])
def test_a_huge_field_is_answered(http: httpx.Client, name: str, size: int) -> None:
    form = {"grant_type": "client_credentials", "client_id": SIGNS, "scope": DEFAULT_SCOPE, name: "e30." * (size // 4)}

    assert checked(http.post("/contoso.com/oauth2/v2.0/token", data=form)).status_code in {400, 401}


@given(token=st.one_of(tokens(), st.text(max_size=200)))
@QUIET
def test_whatever_smtp_is_shown_is_read_in_bounds(emulator: Emulator, token: str) -> None:
    facts = emulator.entra.tokens.read(token)

    assert isinstance(facts, TokenFacts)
    assert facts.flaw is not None
    assert len(" ".join(facts.evidence())) < 30_000
    assert all(line.isprintable() for line in facts.evidence())


def test_who_comes_after_all_that_is_served(http: httpx.Client) -> None:
    form = {"grant_type": "client_credentials", "client_id": INVOICES, "client_secret": "fake-secret-1"}

    assert 200 == http.post("/contoso.com/oauth2/v2.0/token", data=form | {"scope": DEFAULT_SCOPE}).status_code
