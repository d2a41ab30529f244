"""What applications show besides secrets: certificates made for the tests, and assertions signed by hand."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from relaylab.domain.clock import parse_instant
from tests.clients.oauth_requests import Credential

CERTIFIED, BY_THUMBPRINT = "b0000000-0000-4000-8000-000000000001", "b0000000-0000-4000-8000-000000000002"
OBJECT_ID = "50000000-0000-4000-8000-0000000000b1"


class Certificate:
    """A certificate of an application, made for one run."""

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
        self.sha256 = self.certificate.fingerprint(SHA256()).hex()

    def registered(self) -> str:
        """The tables of two applications with this certificate: by itself, and by its thumbprint."""
        return f"""
  [[tenant.app_registration]]
  app_id = "{CERTIFIED}"
  roles = ["SMTP.SendAsApp"]
    [[tenant.app_registration.key_credential]]
    key = '''{self.pem}'''
  [[tenant.service_principal]]
  app_id = "{CERTIFIED}"
  object_id = "{OBJECT_ID}"
  full_access = ["app@contoso.com"]
  [[tenant.app_registration]]
  app_id = "{BY_THUMBPRINT}"
    [[tenant.app_registration.key_credential]]
    thumbprint = "{self.sha1}"
"""

    def assertion(self, app_id: str, audience: str, expires: str, begins: str = "2020-01-01") -> str:
        """Sign an assertion by hand, as devices do."""
        fingerprint = urlsafe_b64encode(self.certificate.fingerprint(SHA256())).decode()
        claims: dict[str, Any] = {"aud": audience, "iss": app_id, "sub": app_id}
        claims |= {"exp": parse_instant(expires).timestamp(), "nbf": parse_instant(begins).timestamp()}
        return jwt.encode(claims, self.key, "PS256", {"x5t#S256": fingerprint})


@cache
def registered_certificate() -> Certificate:
    """The one that the world's applications have registered."""
    return Certificate()


@cache
def strange_certificate() -> Certificate:
    """One that no application has registered."""
    return Certificate()


@dataclass(frozen=True, slots=True)
class Shown:
    """A credential: exactly one of the three is there."""

    secret: str = ""
    certificate: Certificate | None = None
    assertion: str = ""

    @property
    def for_msal(self) -> Any:  # noqa: ANN401 - a union of MSAL's own
        """As MSAL for Python takes it."""
        if self.certificate is not None:
            return {"private_key": self.certificate.key_pem, "public_certificate": self.certificate.pem}
        return {"client_assertion": lambda: self.assertion} if self.assertion else self.secret


def shown(credential: str | Credential, app_id: str, audience: str) -> Shown:
    """Make what a request says is shown, for a token endpoint with this audience."""
    registered = registered_certificate()
    match credential:
        case Credential.REGISTERED:
            return Shown(certificate=registered)
        case Credential.CERTIFICATE:
            return Shown(certificate=strange_certificate())
        case Credential.NO_JWT:
            return Shown(assertion="a.b.c")
        case Credential.OLD_ASSERTION:
            return Shown(assertion=registered.assertion(app_id, audience, "2020-01-01"))
        case Credential.ASSERTION_FOR_ANOTHER:
            return Shown(assertion=registered.assertion(app_id, "https://sts.example/token", "2100-01-01"))
        case _:
            return Shown(secret=credential)
