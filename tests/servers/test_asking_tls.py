"""TLS that asks for a client certificate, takes any, requires none and never resumes; without a socket."""

from __future__ import annotations

import ssl
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from relaylab.domain.certificate import ChainFault
from relaylab.servers.asking_tls import AskingTls
from relaylab.servers.chains import ChainJudge
from relaylab.servers.tls import TlsError
from relaylab_certs import CertifiedKey, ClientKind, KeyKind, ServerChain, TestAuthority, issue_client, leaves
from tests.servers.certificates import AN_AUTHORITY, ClientEnd, Made

MAIL = "mail.contoso.com"
NOW = datetime(2026, 12, 1, tzinfo=UTC)
TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.fixture(params=[TLS_1_2, TLS_1_3], ids=["1.2", "1.3"])
def client(client_tls: ssl.SSLContext, request: pytest.FixtureRequest) -> ssl.SSLContext:
    client_tls.minimum_version = client_tls.maximum_version = request.param
    return client_tls


def test_a_client_without_a_certificate_is_served(asking_tls: AskingTls, client: ssl.SSLContext) -> None:
    facts = ClientEnd(asking_tls.accept(), client).shake_hands()

    assert facts.client_certificate is None


@pytest.fixture(params=[(kind, key) for kind in ClientKind for key in (KeyKind.P256, KeyKind.RSA)], ids="-".join)
def shown(authority: TestAuthority, request: pytest.FixtureRequest) -> CertifiedKey:
    """Each kind of client certificate in turn, with each kind of key."""
    kind, key = request.param
    return issue_client(authority, kind, MAIL, key=key)


def test_every_kind_of_certificate_gets_through_the_handshake_and_is_seen_whole(
    shown: CertifiedKey, asking_tls: AskingTls, client: ssl.SSLContext, judge: ChainJudge, tmp_path: Path
) -> None:
    client.load_cert_chain(*shown.write_to(tmp_path))

    facts = ClientEnd(asking_tls.accept(), client).shake_hands()

    sent = [ssl.PEM_cert_to_DER_cert(f"{pem}-----END CERTIFICATE-----\n") for pem in _certificates(shown)]
    assert judge.judge(sent) == facts.client_certificate


def _certificates(shown: CertifiedKey) -> list[str]:
    return [pem.lstrip() for pem in shown.chain_pem.decode().split("-----END CERTIFICATE-----")[:-1]]


@pytest.mark.parametrize(
    ("shown", "fault"),
    [
        (Made.by_itself(MAIL, ()), ChainFault.SELF_SIGNED),
        (Made.by_itself().issue(MAIL), ChainFault.INCOMPLETE_CHAIN),
        (Made.by_itself().issue(MAIL, until=datetime(2021, 1, 1, tzinfo=UTC)), ChainFault.INCOMPLETE_CHAIN),
        (Made.by_itself(MAIL, AN_AUTHORITY), ChainFault.SELF_SIGNED),
        (Made.by_itself().issue(MAIL, key=rsa.generate_private_key(65537, 1024)), ChainFault.INCOMPLETE_CHAIN),
    ],
    ids=["its own issuer", "an unknown issuer", "expired too", "an authority's own", "a short key"],
)
def test_a_strangers_certificate_gets_through_the_handshake(
    shown: Made, fault: ChainFault, asking_tls: AskingTls, client: ssl.SSLContext, tmp_path: Path
) -> None:
    client.set_ciphers("DEFAULT:@SECLEVEL=0")  # or the client itself would not load the short key
    client.load_cert_chain(*shown.write_to(tmp_path))

    facts = ClientEnd(asking_tls.accept(), client).shake_hands()

    assert facts.client_certificate is not None
    assert (MAIL, fault) == (facts.client_certificate.subject, facts.client_certificate.fault_at(NOW))


def test_a_second_connection_is_not_resumed_and_shows_the_chain_again(
    asking_tls: AskingTls, client: ssl.SSLContext, authority: TestAuthority, tmp_path: Path
) -> None:
    client.load_cert_chain(*issue_client(authority, ClientKind.GOOD, MAIL).write_to(tmp_path))
    first = ClientEnd(asking_tls.accept(), client)
    facts = first.shake_hands()
    second = ClientEnd(asking_tls.accept(), client, session=first.tls.session)

    assert facts == second.shake_hands()
    assert facts.client_certificate is not None
    assert not second.tls.session_reused


@pytest.mark.parametrize("name", ["localhost", None])
def test_the_name_that_the_client_asked_for_is_known(
    name: str | None, asking_tls: AskingTls, client: ssl.SSLContext
) -> None:
    client.check_hostname = False

    assert name == ClientEnd(asking_tls.accept(), client, name).shake_hands().sni


@pytest.mark.parametrize("shape", ServerChain)
@pytest.mark.parametrize("key", [KeyKind.P256, KeyKind.RSA])
def test_a_strict_client_accepts_both_shapes_of_the_servers_chain(
    shape: ServerChain, key: KeyKind, authority: TestAuthority, client: ssl.SSLContext, judge: ChainJudge
) -> None:
    served = authority.issue(leaves.good(key=key), shape)
    client.verify_flags |= ssl.VERIFY_X509_STRICT

    facts = ClientEnd(AskingTls(served.chain_pem, served.key_pem, judge).accept(), client).shake_hands()

    assert client.maximum_version.name.replace("_", ".") == facts.version


def test_old_tls_is_refused_in_the_handshake(asking_tls: AskingTls, client_tls: ssl.SSLContext) -> None:
    engine = asking_tls.accept()
    # What a client of TLS 1.1 begins with, since a current library will not say it: RFC 4346 §7.4.1.2.
    hello = b"\x03\x02" + bytes(32) + b"\0" + b"\0\x02\0\x2f" + b"\x01\0"
    engine.feed(b"\x16\x03\x01\0\x2d\x01\0\0\x29" + hello)

    with pytest.raises(TlsError, match="unsupported protocol"):
        engine.handshake()

    assert b"\x15\x03" == engine.take()[:2]  # an alert


def test_the_suites_up_to_tls_1_2_are_those_of_the_other_listeners(
    asking_tls: AskingTls, client_tls: ssl.SSLContext
) -> None:
    client_tls.maximum_version = TLS_1_2
    client_tls.set_ciphers("AES128-SHA")

    with pytest.raises(TlsError, match="no shared cipher"):
        ClientEnd(asking_tls.accept(), client_tls).shake_hands()


def test_what_is_no_tls_is_told(asking_tls: AskingTls) -> None:
    engine = asking_tls.accept()
    engine.feed(memoryview(b"EHLO client.example\r\n"))

    with pytest.raises(TlsError) as error:
        engine.handshake()

    assert error.value.args[0] == error.value.args[0].lower()
    assert "_" not in error.value.args[0]


def test_the_clients_alert_is_told_in_openssls_words(asking_tls: AskingTls, tmp_path: Path) -> None:
    stranger = ssl.create_default_context()
    client = ClientEnd(asking_tls.accept(), stranger)
    with pytest.raises(ssl.SSLCertVerificationError):
        client.shake_hands()
    client.engine.feed(client.outgoing.read())

    with pytest.raises(TlsError, match="alert unknown ca"):
        client.engine.handshake() and client.engine.read()


def test_large_text_passes_both_ways(asking_tls: AskingTls, client: ssl.SSLContext) -> None:
    end = ClientEnd(asking_tls.accept(), client)
    end.shake_hands()
    end.engine.write(b"x" * 100_000)
    end.incoming.write(end.engine.take())
    end.tls.write(b"y" * 100_000)
    end.engine.feed(memoryview(end.outgoing.read()))
    received = b""
    while clear := end.engine.read():
        received += clear

    assert b"x" * 100_000 == b"".join(end.tls.read(100_000) for _ in range(7))
    assert b"y" * 100_000 == received


def test_reading_tells_nothing_yet_from_closed(asking_tls: AskingTls, client: ssl.SSLContext) -> None:
    end = ClientEnd(asking_tls.accept(), client)
    end.shake_hands()
    assert b"" == end.engine.take()
    assert end.engine.read() is None

    with suppress(ssl.SSLWantReadError):
        end.tls.unwrap()
    end.engine.feed(end.outgoing.read())

    assert b"" == end.engine.read()
    end.engine.close()
    end.incoming.write(end.engine.take())
    end.tls.unwrap()


def test_a_broken_record_is_told(asking_tls: AskingTls, client: ssl.SSLContext) -> None:
    end = ClientEnd(asking_tls.accept(), client)
    end.shake_hands()
    end.engine.feed(b"\x17\x03\x03\0\x20" + bytes(32))

    with pytest.raises(TlsError, match=r"^[a-z ]+$"):
        end.engine.read()


def test_a_key_that_old_devices_cannot_read_is_refused(certified: CertifiedKey, judge: ChainJudge) -> None:
    key = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    with pytest.raises(TypeError, match="RSA or of an elliptic curve"):
        AskingTls(certified.chain_pem, key, judge)
