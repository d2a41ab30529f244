"""Handshakes with something wrong in them: certificates, chains, versions and suites, made when first asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, assert_never

from relaylab.domain.handshake import Certificate, Chain, Handshake
from relaylab.domain.handshake import TlsVersion as Version
from relaylab.domain.peer import TlsFacts
from relaylab.servers.asking_tls import AskingTls
from relaylab.servers.tls import OUTDATED, ServerTls, TlsError, TlsVersion
from relaylab_certs import KeyKind, Leaf, ServerChain, TestAuthority, Validity, leaves

if TYPE_CHECKING:
    from relaylab.servers.chains import ChainJudge
    from relaylab.servers.tls import TlsEngine, TlsServer

_HANDSHAKE_FAILURE: Final = bytes.fromhex("15 03 01 00 02 02 28")  # RFC 8446 §6: a record with a fatal alert
_VERSIONS: Final[dict[Version, TlsVersion]] = {
    Version.TLS1_0: "TLSv1",
    Version.TLS1_1: "TLSv1.1",
    Version.TLS1_2: "TLSv1.2",
    Version.TLS1_3: "TLSv1.3",
}
# The shape of the chain where the fault is about that; else the emulator's own.
_SHAPES: Final = {Chain.LONG: ServerChain.LONG, Chain.ANOTHER_ORDER: ServerChain.G2}
_OUT_OF_TIME: Final = frozenset({Certificate.EXPIRED, Certificate.NOT_YET_VALID})
_END: Final = b"-----END CERTIFICATE-----\n"
_OLD_SUITES: Final = "DEFAULT:@SECLEVEL=0"
# What Microsoft 365 lists for TLS 1.2; its two suites of TLS 1.3 are among those that OpenSSL takes by itself.
_SERVICE_SUITES: Final = (
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256"
)


class FaultyTls:
    """Makes the server's end of faulty handshakes, in the key and chain shape of the emulator.

    ``validity`` is that of certificates in which something else is wrong; None: around now. ``lab_names`` stand in
    every certificate whose fault is not its name. Where the listener asks for a client certificate, its faulty
    handshakes do so too, and ``judge`` judges what comes.

    One fault cannot be had together with asking: a key that OpenSSL takes only below its usual level of security.
    """

    def __init__(  # noqa: PLR0913 - each is a choice of its own
        self,
        authority: TestAuthority,
        key: KeyKind,
        chain: ServerChain,
        validity: Validity | None = None,
        *,
        judge: ChainJudge,
        lab_names: tuple[str, ...] = (),
    ) -> None:
        self._authority = authority
        self._key = key
        self._judge = judge
        self._names = lab_names
        self._chain = chain
        self._validity = validity
        self._made = lru_cache(maxsize=64)(self._make)

    def server(self, handshake: Handshake, *, is_lenient: bool, asks: bool) -> TlsServer:
        """Give whoever begins such a handshake.

        ``is_lenient``: from TLS 1.0 on, where the fault does not say. ``asks``: for a client certificate.
        """
        return _Alerting() if handshake.ends_with_alert else self._made(handshake, is_lenient, asks)

    def _make(self, handshake: Handshake, is_lenient: bool, asks: bool) -> TlsServer:  # noqa: FBT001 - lru_cache's key
        leaf = self._leaf(handshake)
        if self._validity is not None and handshake.certificate not in _OUT_OF_TIME:
            leaf = replace(leaf, validity=self._validity)
        issued = self._authority.issue(leaf, _SHAPES.get(handshake.chain, self._chain))
        lowest: TlsVersion = "TLSv1" if is_lenient or handshake.maximum is not None else "TLSv1.2"
        is_weak = handshake.certificate is Certificate.WEAK_KEY
        suites = _SERVICE_SUITES if handshake.service_suites_only else None
        sent = _arranged(issued.chain_pem, handshake.chain)
        minimum = _VERSIONS[handshake.minimum] if handshake.minimum is not None else lowest
        maximum = _VERSIONS[handshake.maximum] if handshake.maximum is not None else None
        if asks and not is_weak:
            ciphers = _OLD_SUITES if minimum in OUTDATED else suites
            return AskingTls(sent, issued.key_pem, self._judge, minimum=minimum, maximum=maximum, ciphers=ciphers)
        ciphers = _OLD_SUITES if is_weak else suites
        return ServerTls(sent, issued.key_pem, minimum=minimum, maximum=maximum, ciphers=ciphers)

    def _leaf(self, handshake: Handshake) -> Leaf:  # noqa: PLR0911 - one line a certificate
        match handshake.certificate:
            case Certificate.GOOD:
                return leaves.good(*self._names, key=self._key)
            case Certificate.UNTRUSTED:
                return leaves.untrusted(*self._names, key=self._key)
            case Certificate.OTHER_NAME:
                return replace(leaves.wrong_host(key=self._key), names=(handshake.name,))
            case Certificate.EXPIRED:
                return leaves.expired(*self._names, key=self._key)
            case Certificate.NOT_YET_VALID:
                return leaves.good(*self._names, key=self._key, validity=leaves.FUTURE)
            case Certificate.NAME_IN_SUBJECT_ONLY:
                return replace(leaves.wrong_host(key=self._key), names=(handshake.name,), has_alternative_names=False)
            case Certificate.WEAK_KEY:
                return leaves.good(*self._names, key=KeyKind.RSA_1024)
            case _:
                assert_never(handshake.certificate)


class _Alerting:
    """Ends every handshake with a fatal alert, whatever the client offers."""

    def accept(self) -> TlsEngine:
        """Begin with nothing."""
        return _AlertingEngine()


class _AlertingEngine:
    """An engine that answers the first octets with an alert and never speaks TLS."""

    def __init__(self) -> None:
        self._outgoing = b""

    def feed(self, cipher: bytes | memoryview) -> None:
        """Drop whatever comes."""

    def take(self) -> bytes:
        """Give the alert, once."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def handshake(self) -> bool:
        """Fail."""
        self._outgoing = _HANDSHAKE_FAILURE
        raise TlsError("ended with an alert, as a fault has it")

    def read(self) -> bytes | None:
        """Give nothing."""
        return None

    def write(self, clear: bytes) -> None:
        """Drop it: there is nobody to read it."""

    def close(self) -> None:
        """Say nothing more."""

    def facts(self) -> TlsFacts:
        """Tell that nothing was agreed on."""
        return TlsFacts("", "")


def _arranged(chain: bytes, wanted: Chain) -> bytes:
    """Give the certificates that are sent, in the order in which they are."""
    leaf, *above = [part + _END for part in chain.split(_END) if part.strip()]
    match wanted:
        case Chain.NORMAL | Chain.LONG:
            return chain
        case Chain.LEAF_ONLY:
            return leaf
        case Chain.ANOTHER_ORDER:
            return b"".join([leaf, *reversed(above)])
        case _:
            assert_never(wanted)
