"""The certificate, the versions and the name of a listener's TLS, without a socket."""

from __future__ import annotations

import ssl
from contextlib import suppress
from pathlib import Path

import pytest

from relaylab.domain.peer import TlsFacts
from relaylab.servers.tls import ServerTls, TlsEngine, TlsError
from relaylab_certs import CertifiedKey


class Peer:
    """A client's end, joined to an engine octet for octet."""

    def __init__(self, engine: TlsEngine, context: ssl.SSLContext, name: str | None = "localhost") -> None:
        self.engine = engine
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=name)

    def shake_hands(self) -> TlsFacts:
        is_done = False
        while not is_done:
            with suppress(ssl.SSLWantReadError):
                self.tls.do_handshake()
            self.engine.feed(self.outgoing.read())
            is_done = self.engine.handshake()
            self.incoming.write(self.engine.take())
        self.tls.do_handshake()
        return self.engine.facts()


@pytest.fixture
def trusting(client_tls: ssl.SSLContext) -> ssl.SSLContext:
    client_tls.check_hostname = False
    return client_tls


def test_chain_and_key_may_be_octets(certified: CertifiedKey, client_tls: ssl.SSLContext) -> None:
    tls = ServerTls(certified.chain_pem, certified.key_pem)

    assert "localhost" == Peer(tls.accept(), client_tls).shake_hands().sni


def test_chain_and_key_may_be_files(certified: CertifiedKey, client_tls: ssl.SSLContext, tmp_path: Path) -> None:
    files = certified.write_to(tmp_path)
    tls = ServerTls(files.chain, files.key)

    assert "localhost" == Peer(tls.accept(), client_tls).shake_hands().sni


def test_the_key_may_stand_with_its_chain(certified: CertifiedKey, client_tls: ssl.SSLContext) -> None:
    tls = ServerTls(certified.key_pem + certified.chain_pem)

    assert "localhost" == Peer(tls.accept(), client_tls).shake_hands().sni


def test_a_client_may_ask_for_no_name(server_tls: ServerTls, trusting: ssl.SSLContext) -> None:
    assert Peer(server_tls.accept(), trusting, None).shake_hands().sni is None


def test_interleaved_handshakes_keep_their_names_apart(server_tls: ServerTls, trusting: ssl.SSLContext) -> None:
    names = ["one.example", None, "two.example"]
    peers = [Peer(server_tls.accept(), trusting, name) for name in names]
    for peer in peers:
        with pytest.raises(ssl.SSLWantReadError):
            peer.tls.do_handshake()
        peer.engine.feed(peer.outgoing.read())
    for peer in peers:
        peer.engine.handshake()
        peer.incoming.write(peer.engine.take())

    assert names == [peer.shake_hands().sni for peer in peers]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_a_resumed_session_still_has_the_name_it_asked_for(
    server_tls: ServerTls, client_tls: ssl.SSLContext, version: ssl.TLSVersion
) -> None:
    client_tls.minimum_version = client_tls.maximum_version = version
    first = Peer(server_tls.accept(), client_tls)
    first.shake_hands()
    with pytest.raises(ssl.SSLWantReadError):
        first.tls.read()  # takes the ticket
    second = Peer(server_tls.accept(), client_tls)
    second.tls.session = first.tls.session
    facts = second.shake_hands()

    assert second.tls.session_reused
    assert "localhost" == facts.sni


def test_a_minimum_version_is_kept(certified: CertifiedKey, client_tls: ssl.SSLContext) -> None:
    client_tls.maximum_version = ssl.TLSVersion.TLSv1_2
    tls = ServerTls(certified.chain_pem, certified.key_pem, minimum="TLSv1.3")

    with pytest.raises(TlsError, match="unsupported protocol"):
        Peer(tls.accept(), client_tls).shake_hands()


def test_large_text_passes_in_records(server_tls: ServerTls, client_tls: ssl.SSLContext) -> None:
    peer = Peer(server_tls.accept(), client_tls)
    peer.shake_hands()
    peer.engine.write(b"x" * 100_000)
    peer.incoming.write(peer.engine.take())

    assert b"x" * 100_000 == b"".join(peer.tls.read(100_000) for _ in range(7))
    with pytest.raises(ssl.SSLWantReadError):
        peer.tls.read()


def test_reading_tells_nothing_yet_from_closed(server_tls: ServerTls, client_tls: ssl.SSLContext) -> None:
    peer = Peer(server_tls.accept(), client_tls)
    peer.shake_hands()
    assert peer.engine.read() is None

    with pytest.raises(ssl.SSLWantReadError):
        peer.tls.unwrap()
    peer.engine.feed(peer.outgoing.read())

    assert b"" == peer.engine.read()
    peer.engine.close()
    peer.incoming.write(peer.engine.take())
    assert b"" == peer.engine.read()
    peer.tls.unwrap()


def test_a_listener_does_not_renegotiate(server_tls: ServerTls) -> None:
    options = server_tls._context.options

    assert options & ssl.OP_NO_RENEGOTIATION
    assert options & ssl.OP_NO_COMPRESSION
