"""Certificates that stand in for those that applications registered, since no world file holds their private keys.

A sender that signs with a certificate is judged as if it held the right key: by the registered end date, audience and
time, through the endpoint. So the world that is judged registers one of our own in the place of each.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jwt
from joserfc.jwk import RSAKey

from relaylab.domain.directory import AppRegistration, KeyCredential

if TYPE_CHECKING:
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World

_NAME: Final = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relaylab stand-in")])
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _StandIn:
    """A key, and its certificate as PEM and by SHA-256."""

    key: RSAKey
    pem: str
    thumbprint: str


def with_stand_ins(world: World) -> World:
    """Give the world in which every certificate that an application registered is ours; their ends stay."""
    if not any(app.key_credentials for tenant in world.tenants for app in tenant.app_registrations):
        return world
    return replace(world, tenants=tuple(map(_of_tenant, world.tenants)))


def assertion(client_id: str, audience: str, now: datetime, until: datetime) -> str:
    """Sign a client assertion with the stand-in's key (facts OA-CA-01 and OA-CA-03)."""
    stand_in = _stand_in()
    claims = {"aud": audience, "iss": client_id, "sub": client_id, "jti": client_id}
    times = {"nbf": int(now.timestamp()), "iat": int(now.timestamp()), "exp": int(until.timestamp())}
    header = {"alg": "PS256", "typ": "JWT", "x5t#S256": stand_in.thumbprint}
    return jwt.encode(header, claims | times, stand_in.key, algorithms=["PS256"])


def _of_tenant(tenant: Tenant) -> Tenant:
    return replace(tenant, app_registrations=tuple(map(_of_app, tenant.app_registrations)))


def _of_app(app: AppRegistration) -> AppRegistration:
    if not app.key_credentials:
        return app
    ends = max(map(_end, app.key_credentials))
    ours = KeyCredential(key=_stand_in().pem, end_date_time=None if ends == _NEVER else ends)
    return replace(app, key_credentials=(ours,))


def _end(credential: KeyCredential) -> datetime:
    """Give when a registration or its certificate ends, whichever is first; its last second is good."""
    registered = credential.end_date_time or _NEVER
    if credential.key is None:
        return registered
    certificate = x509.load_pem_x509_certificate(credential.key.encode())
    return min(registered, certificate.not_valid_after_utc + timedelta(seconds=1))


@cache
def _stand_in() -> _StandIn:
    private = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    builder = x509.CertificateBuilder(_NAME, _NAME, private.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(datetime(2000, 1, 1, tzinfo=UTC)).not_valid_after(datetime(3000, 1, 1, tzinfo=UTC))
    certificate = dated.sign(private, SHA256())
    thumbprint = urlsafe_b64encode(certificate.fingerprint(SHA256())).rstrip(b"=").decode()
    return _StandIn(RSAKey.import_key(private), certificate.public_bytes(Encoding.PEM).decode(), thumbprint)
