"""Verifying the DKIM signatures of a message at an instant (RFC 6376 §6, RFC 8301, RFC 8463).

Law of this module: verification never raises, and its time is linear in the message, and bounded: a body is brought
into each canonical form at most once and hashed at most once for each length, signatures beyond the first ten are not
looked at (RFC 6376 §6.1 leaves it to the verifier), neither is a message or a header block that is longer than any that
is sent in earnest, nor a key of more than 4,096 bits (RFC 8301 §3.2).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from relaylab.domain.authentication import DkimCheck, DkimResult
from relaylab.domain.zone import Rcode
from relaylab.mailauth.dkim.canonical import Form, canonical_body, canonical_field
from relaylab.mailauth.dkim.keys import LEAST_BITS, KeyRecordError, PublicKey, parse_key
from relaylab.mailauth.dkim.signature import Algorithm, Signature, SignatureError, parse_signature
from relaylab.mailauth.fields import Field, SplitMessage, split_message
from relaylab.mailauth.names import is_askable

if TYPE_CHECKING:
    from relaylab.domain.zone import Zone

MOST_SIGNATURES: Final = 10
LONGEST_MESSAGE: Final = 40 * 1024 * 1024  # octets
LONGEST_HEADER: Final = 256 * 1024  # octets of the fields
MOST_BITS: Final = 4_096
_MOST_HASHES: Final = 3  # of one body: of its two canonical forms, and once of a part of it
_CLOCK_DRIFT: Final = timedelta(minutes=5)  # as opendkim allows by default; RFC 6376 §3.5 leaves it open

# The texts in brackets as Exchange Online prints them (fact MX-HDR-04).
NOT_SIGNED: Final = "message not signed"
VERIFIED: Final = "signature was verified"
BODY_CHANGED: Final = "body hash did not verify"
NOT_VERIFIED: Final = "signature did not verify"
NO_KEY: Final = "no key for signature"
KEY_TIMEOUT: Final = "key query timeout"
SYNTAX: Final = "signature syntax error"
EXPIRED: Final = "signature expired"
UNUSABLE_KEY: Final = "invalid public key"
TOO_LONG: Final = "message too large"


def verify(zone: Zone, content: bytes | bytearray, now: datetime) -> tuple[DkimCheck, ...]:
    """Verify every signature, from the top of the header down; one check with NONE where there is none."""
    message = split_message(content)
    fields = message.named("dkim-signature")
    if not fields:
        return (DkimCheck(result=DkimResult.NONE, reason=NOT_SIGNED, because=("DKIM: the message is not signed",)),)
    if len(content) > LONGEST_MESSAGE or sum(len(field.raw) for field in message.fields) > LONGEST_HEADER:
        because = f"DKIM: {len(fields)} signatures of a message of {len(content)} octets, which is too long to verify"
        return (DkimCheck(result=DkimResult.NEUTRAL, reason=TOO_LONG, because=(because,)),)
    verifier = _Verifier(zone, message, now)
    checks = [verifier.check(field) for field in fields[:MOST_SIGNATURES]]
    if len(fields) > MOST_SIGNATURES:
        because = f"DKIM: {len(fields)} signatures; those after the first {MOST_SIGNATURES} are not looked at"
        checks.append(DkimCheck(result=DkimResult.NEUTRAL, reason=SYNTAX, because=(because,)))
    return tuple(checks)


def signed_header(fields: tuple[Field, ...], names: tuple[str, ...], form: Form, unsigned: bytes) -> bytes:
    """Give the octets that a signature covers: the named fields, each name's last one first, then itself (§3.7)."""
    left: dict[str, list[Field]] = defaultdict(list)
    for field in fields:
        left[field.name].append(field)
    chosen = (left[name].pop() for name in names if left.get(name))
    lines = [canonical_field(field.raw, form) for field in chosen]
    return b"\r\n".join([*lines, canonical_field(unsigned, form)])


class _VerificationError(Exception):
    """A check that ended early: its result, Microsoft's words for it, and ours."""

    def __init__(self, result: DkimResult, reason: str, because: str) -> None:
        super().__init__(because)
        self.result = result
        self.reason = reason
        self.because = because


class _Verifier:
    """The signatures of one message; remembers the body's canonical forms."""

    def __init__(self, zone: Zone, message: SplitMessage, now: datetime) -> None:
        self._zone = zone
        self._message = message
        self._now = now
        self._bodies: dict[Form, bytes] = {}
        self._hashes: dict[tuple[Form, int], bytes] = {}

    def check(self, field: Field) -> DkimCheck:
        try:
            signature = parse_signature(field)
        except SignatureError as error:
            because = f"DKIM: a signature cannot be read: {error}"
            return DkimCheck(result=DkimResult.PERMERROR, reason=SYNTAX, because=(because,))
        result, reason, because = DkimResult.PASS, VERIFIED, "the signature verifies"
        whole = True
        try:
            whole = self._verify(field, signature)
        except _VerificationError as failure:
            result, reason, because = failure.result, failure.reason, failure.because
        name = f"DKIM d={signature.domain} s={signature.selector}"
        return DkimCheck(
            result=result,
            reason=reason,
            domain=signature.domain,
            selector=signature.selector,
            algorithm=signature.algorithm,
            covers_whole_body=whole,
            because=(f"{name}: {result}: {because}",),
        )

    def _verify(self, field: Field, signature: Signature) -> bool:
        """Verify one signature; tell whether it covers the whole body."""
        self._check_dates(signature)
        if signature.algorithm is Algorithm.RSA_SHA1:
            raise _VerificationError(DkimResult.PERMERROR, NOT_VERIFIED, "rsa-sha1 is not verified any more (RFC 8301)")
        key = self._key(signature)
        whole = self._check_body(signature)
        # The field itself comes last and emptied; other signatures may be among what it signs (§3.5, h=).
        others = tuple(other for other in self._message.fields if other is not field)
        signed = signed_header(others, signature.names, signature.header_form, signature.unsigned)
        if not key.verifies(signature.value, signed):
            raise _VerificationError(DkimResult.FAIL, NOT_VERIFIED, "the signed header fields are not what was signed")
        return whole

    def _check_dates(self, signature: Signature) -> None:
        now = self._now.timestamp()
        if signature.expires_at is not None and signature.expires_at < now:
            raise _VerificationError(DkimResult.PERMERROR, EXPIRED, f"it expired at {signature.expires_at} (x=)")
        if signature.signed_at is not None and signature.signed_at > now + _CLOCK_DRIFT.total_seconds():
            raise _VerificationError(
                DkimResult.PERMERROR, NOT_VERIFIED, f"it was made in the future, at {signature.signed_at} (t=)"
            )

    def _key(self, signature: Signature) -> PublicKey:
        name = signature.key_name
        if not is_askable(name):
            raise _VerificationError(DkimResult.PERMERROR, NO_KEY, f"{name[:80]!r} is not a name that DNS can hold")
        answer = self._zone.look_up(name, "TXT")
        texts = answer.values("TXT")
        if answer.rcode is Rcode.SERVFAIL:
            raise _VerificationError(DkimResult.TEMPERROR, KEY_TIMEOUT, f"TXT {name}: DNS did not answer")
        if not texts:
            raise _VerificationError(DkimResult.PERMERROR, NO_KEY, f"TXT {name}: {answer.rcode}, no key is there")
        try:
            key = parse_key(texts[0])
        except KeyRecordError as error:
            raise _VerificationError(DkimResult.PERMERROR, UNUSABLE_KEY, f"the key at {name}: {error}") from None
        reason = _why_not(key, signature)
        if reason is not None:
            raise _VerificationError(DkimResult.PERMERROR, UNUSABLE_KEY, f"the key at {name}: {reason}")
        return key

    def _check_body(self, signature: Signature) -> bool:
        form = signature.body_form
        body = self._bodies.get(form)
        if body is None:
            body = self._bodies[form] = canonical_body(self._message.body, form)
        length = len(body) if signature.body_length is None else signature.body_length
        if length > len(body):
            raise _VerificationError(
                DkimResult.FAIL, BODY_CHANGED, f"l={length}, and the body has only {len(body)} octets in canonical form"
            )
        found = self._hashes.get((form, length))
        if found is None:
            if len(self._hashes) == _MOST_HASHES:
                raise _VerificationError(DkimResult.NEUTRAL, SYNTAX, "too many signatures of different lengths (l=)")
            found = self._hashes[form, length] = hashlib.sha256(memoryview(body)[:length]).digest()
        if found != signature.body_hash:
            raise _VerificationError(DkimResult.FAIL, BODY_CHANGED, "the body is not the one that was signed")
        return length == len(body)


def _why_not(key: PublicKey, signature: Signature) -> str | None:
    """Say why a key does not allow a signature, or None when it does (RFC 6376 §6.1.2)."""
    if key.kind != signature.algorithm.key_kind:
        return f"it is an {key.kind} key, the signature says {signature.algorithm}"
    if key.hashes and "sha256" not in key.hashes:
        return f"it allows {', '.join(key.hashes)} only"
    if key.strict and signature.identity != signature.domain:
        return f"it wants i= to be {signature.domain} exactly (t=s)"
    if key.kind == "rsa" and key.bits < LEAST_BITS:
        return f"{key.bits} bits are too few (RFC 8301)"
    if key.kind == "rsa" and key.bits > MOST_BITS:
        return f"{key.bits} bits are more than anybody has to verify (RFC 8301)"
    return None
