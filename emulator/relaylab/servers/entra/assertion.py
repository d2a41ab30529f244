"""Client assertions: a JWT that an application signs with the key of a certificate it has registered.

The times in it are those of the client's own clock, which is the machine's unless the client runs under another: an
assertion counts when it is in its time by the machine's clock or by the simulated one. A clock may be a little fast,
and msal-node rounds the second up, so ``nbf`` has a leeway (RFC 7519 §4.1.5, "no more than a few minutes"; inferred).
"""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode, urlsafe_b64encode
from datetime import timedelta
from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from relaylab.domain.entra import Proof
from relaylab.servers.clocks import SystemClock
from relaylab.servers.entra.jws import Unverified, is_signed_by, take_apart

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.directory import AppRegistration, KeyCredential

_MACHINE: Final = SystemClock()
_LEEWAY: Final = timedelta(minutes=5)
_ALGORITHMS: Final = ["PS256", "RS256"]
_PEM: Final = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def judge_assertion(assertion: str, app: AppRegistration, audiences: frozenset[str], now: datetime) -> Proof:
    """Tell what an assertion is worth; ``audiences`` are the spellings of this token endpoint, without a last slash."""
    token = take_apart(assertion)
    if token is None or token.header.get("alg") not in _ALGORITHMS:
        return Proof.UNREADABLE_ASSERTION
    found = _registered(token.header, app)
    certificate = next((one for one, credential in found if _is_good(one, credential, now)), None)
    if certificate is None:
        return Proof.EXPIRED_KEY if found else Proof.UNKNOWN_KEY
    key = _rsa_key(certificate)
    if key is None:
        return Proof.UNKNOWN_KEY
    if not is_signed_by(assertion, key, _ALGORITHMS):
        return Proof.BAD_SIGNATURE
    audience = token.claims.get("aud")
    named = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    fits = any(isinstance(one, str) and one.rstrip("/").lower() in audiences for one in named)
    if not fits or not token.text("iss") == token.text("sub") == app.app_id:
        return Proof.WRONG_ASSERTION
    return Proof.CERTIFICATE if any(_is_in_time(token, at) for at in (_MACHINE.now(), now)) else Proof.EXPIRED_ASSERTION


def _is_in_time(token: Unverified, now: datetime) -> bool:
    begins, ends = token.instant("nbf"), token.instant("exp")
    return ends is not None and now < ends and (begins is None or begins <= now + _LEEWAY)


def _rsa_key(certificate: x509.Certificate) -> RSAKey | None:
    """Give the public key of a certificate; None for another kind of key, or one that nobody can read."""
    try:
        public = certificate.public_key()
        return RSAKey.import_key(public.public_bytes(*_PEM)) if isinstance(public, RSAPublicKey) else None
    except (ValueError, UnsupportedAlgorithm, JoseError):
        return None


def _registered(header: dict[str, Any], app: AppRegistration) -> list[tuple[x509.Certificate, KeyCredential]]:
    """Find the registered certificates that the header names; one known by thumbprint alone must come in ``x5c``."""
    shown = _shown(header)
    known = [(_of(credential, shown), credential) for credential in app.key_credentials]
    return [(one, credential) for one, credential in known if one is not None and _is_named(header, one)]


def _is_good(certificate: x509.Certificate, credential: KeyCredential, now: datetime) -> bool:
    """Tell whether certificate and registration have not ended; notAfter is the last good instant (RFC 5280 §4.1)."""
    return not credential.has_ended(now) and now <= certificate.not_valid_after_utc


def _of(credential: KeyCredential, shown: x509.Certificate | None) -> x509.Certificate | None:
    if credential.key is not None:
        return x509.load_pem_x509_certificate(credential.key.encode())
    if shown is None or credential.thumbprint is None:
        return None
    der = shown.public_bytes(Encoding.DER)
    prints = (sha1(der, usedforsecurity=False).hexdigest(), sha256(der).hexdigest())
    return shown if any(hmac.compare_digest(one, credential.thumbprint) for one in prints) else None


def _is_named(header: dict[str, Any], certificate: x509.Certificate) -> bool:
    """Tell whether the header names this certificate; MSAL for Python leaves the padding on, others do not."""
    der = certificate.public_bytes(Encoding.DER)
    old = sha1(der, usedforsecurity=False)
    names = {"x5t#S256": {_short(sha256(der).digest())}, "x5t": {_short(old.digest())}}
    names["kid"] = names["x5t"] | {old.hexdigest()}
    for name, spellings in names.items():
        if isinstance(given := header.get(name), str):
            return given.rstrip("=") in spellings or given.lower() in spellings
    return "x5c" in header


def _shown(header: dict[str, Any]) -> x509.Certificate | None:
    chain = header.get("x5c")
    first = chain[0] if isinstance(chain, list) and chain else chain
    if not isinstance(first, str):
        return None
    try:
        # MSAL for Python leaves the line ends of the PEM in.
        return x509.load_der_x509_certificate(b64decode("".join(first.split()), validate=True))
    except (binascii.Error, ValueError):
        return None


def _short(digest: bytes) -> str:
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
