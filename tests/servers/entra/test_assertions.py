"""Assertions whose certificate holds a key that Entra does not take, and those of a clock that is fast."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from relaylab.domain.clock import iso, parse_instant
from tests.app.worlds import SMALL, problems
from tests.clients.oauth import DEFAULT_SCOPE, JWT_BEARER, OAuthLab, oauth_world
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

    form = {"client_id": APP, "scope": DEFAULT_SCOPE, "client_assertion": assertion}
    answer = lab.ask(grant_type="client_credentials", client_assertion_type=JWT_BEARER, **form)

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
        form |= {"client_assertion_type": JWT_BEARER}
        said: dict[str, object] = lab.ask(grant_type="client_credentials", **form).json()
        return said

    assert "access_token" in answer("2034-01-01T00:05:00Z")
    assert [700024] == answer("2034-01-01T00:05:01Z")["error_codes"]


def test_a_registration_and_a_certificate_that_have_ended_are_told_from_a_key_that_is_unknown(emulate: Emulate) -> None:
    certificate = registered_certificate()
    table = certificate.registered().replace("'''\n  [[", "'''\n    end_date_time = 2027-01-01\n  [[", 1)
    lab = OAuthLab(emulate("2026-12-31T23:59:59Z", world=oauth_world(table)))

    def answer(app_id: str = CERTIFIED) -> dict[str, object]:
        audience = f"{lab.authority}/oauth2/v2.0/token"
        form = {"client_assertion": certificate.assertion(app_id, audience, "2050-01-01")}
        form |= {"client_id": app_id, "scope": DEFAULT_SCOPE, "client_assertion_type": JWT_BEARER}
        said: dict[str, object] = lab.ask(grant_type="client_credentials", **form).json()
        return said

    assert "access_token" in answer()
    lab.emulator.travel(parse_instant("2027-01-01"))
    assert "[Reason - The key used is expired.]" in str(answer()["error_description"])
    assert "entra.token.assertion_key_has_expired" == lab.last_rule()


def test_a_certificate_is_good_until_its_own_end(emulate: Emulate) -> None:
    certificate = registered_certificate()
    last = certificate.certificate.not_valid_after_utc
    lab = OAuthLab(emulate(iso(last), world=oauth_world(certificate.registered())))

    def code() -> object:
        assertion = certificate.assertion(CERTIFIED, f"{lab.authority}/oauth2/v2.0/token", "2050-01-01")
        form = {"client_assertion": assertion, "client_assertion_type": JWT_BEARER}
        form |= {"client_id": CERTIFIED, "scope": DEFAULT_SCOPE}
        return lab.ask(grant_type="client_credentials", **form).json().get("error_codes")

    assert code() is None
    lab.emulator.advance(timedelta(seconds=1))
    assert [700027] == code()
