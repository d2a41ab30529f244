"""Assertions whose certificate holds a key that Entra does not take, and those of a clock that is fast."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from tests.app.worlds import SMALL, problems
from tests.clients.oauth import DEFAULT_SCOPE, OAuthLab, oauth_world
from tests.clients.oauth_assertions import CERTIFIED, registered_certificate
from tests.conftest import Emulate

APP = "b0000000-0000-4000-8000-000000000006"


def elliptic() -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "invoices")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    began, ended = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
    return builder.not_valid_before(began).not_valid_after(ended).sign(key, SHA256())


def test_an_assertion_with_an_elliptic_certificate_is_700027(emulate: Emulate) -> None:
    certificate = elliptic()
    table = f"""
  [[tenant.app_registration]]
  app_id = "{APP}"
    [[tenant.app_registration.key_credential]]
    thumbprint = "{certificate.fingerprint(SHA1()).hex()}"
"""
    lab = OAuthLab(emulate(world=oauth_world(table)))
    shown = b64encode(certificate.public_bytes(Encoding.DER)).decode()
    signer = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    assertion = jwt.encode({"iss": APP, "sub": APP}, signer, "RS256", {"x5c": [shown]})

    answer = lab.ask(grant_type="client_credentials", client_id=APP, scope=DEFAULT_SCOPE, client_assertion=assertion)

    assert (401, [700027]) == (answer.status_code, answer.json()["error_codes"])


def test_a_world_with_an_elliptic_certificate_is_refused_and_told_that_rsa_is_needed() -> None:
    pem = elliptic().public_bytes(Encoding.PEM).decode()
    table = f"""
[[tenant.app_registration]]
app_id = "{APP}"
  [[tenant.app_registration.key_credential]]
  key = '''{pem}'''
"""
    (said,) = problems(SMALL + table)

    assert "tenant[0].app_registration[0].key_credential[0].key" in said
    assert "is a certificate without an RSA key; make one with an RSA key" in said


def test_the_clock_of_an_assertion_may_be_five_minutes_fast(emulate: Emulate) -> None:
    # In a year that the machine's own clock does not know.
    certificate = registered_certificate()
    lab = OAuthLab(emulate("2034-01-01", world=oauth_world(certificate.registered())))

    def answer(begins: str) -> dict[str, object]:
        audience = f"{lab.authority}/oauth2/v2.0/token"
        assertion = certificate.assertion(CERTIFIED, audience, "2034-01-01T00:10:00Z", begins)
        form = {"client_id": CERTIFIED, "scope": DEFAULT_SCOPE, "client_assertion": assertion}
        said: dict[str, object] = lab.ask(grant_type="client_credentials", **form).json()
        return said

    assert "access_token" in answer("2034-01-01T00:05:00Z")
    assert [700024] == answer("2034-01-01T00:05:01Z")["error_codes"]
