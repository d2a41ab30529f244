"""Faulty handshakes as a strict client meets them: what it is shown, and what OpenSSL says of it."""

from __future__ import annotations

import ssl
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509

from relaylab.domain.handshake import Certificate, Chain, Handshake, TlsVersion
from relaylab.servers.chains import ChainJudge
from relaylab.servers.faulty_tls import FaultyTls
from relaylab.servers.tls import TlsEngine, TlsError
from relaylab_certs import KeyKind, ServerChain, TestAuthority, leaves
from tests.servers.certificates import ClientEnd


@pytest.fixture
def faulty(authority: TestAuthority, judge: ChainJudge) -> FaultyTls:
    return FaultyTls(authority, KeyKind.P256, ServerChain.G2, judge=judge)


def shake(engine: TlsEngine, context: ssl.SSLContext, name: str = "smtp.office365.com") -> ssl.SSLObject:
    """Go through a handshake in memory; what fails, fails as at a client."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=name)
    for _ in range(10):
        with suppress(ssl.SSLWantReadError):
            client.do_handshake()
            return client
        engine.feed(outgoing.read())
        with suppress(TlsError):
            engine.handshake()
        incoming.write(engine.take())
    raise AssertionError("no end of the handshake")


@pytest.mark.parametrize("asks", [False, True])
@pytest.mark.parametrize(
    ("handshake", "complaint"),
    [
        (Handshake(certificate=Certificate.UNTRUSTED), "unable to get local issuer certificate"),
        (Handshake(certificate=Certificate.OTHER_NAME, name="elsewhere.example"), "Hostname mismatch"),
        (Handshake(certificate=Certificate.EXPIRED), "certificate has expired"),
        (Handshake(certificate=Certificate.NOT_YET_VALID), "certificate is not yet valid"),
        (Handshake(certificate=Certificate.WEAK_KEY), "EE certificate key too weak"),
        (Handshake(chain=Chain.LEAF_ONLY), "unable to get local issuer certificate"),
        (Handshake(minimum=TlsVersion.TLS1_1, maximum=TlsVersion.TLS1_1), "PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL"),
        (Handshake(ends_with_alert=True), "HANDSHAKE_FAILURE"),
    ],
)
def test_a_strict_client_refuses_what_is_wrong(
    handshake: Handshake, complaint: str, faulty: FaultyTls, client_tls: ssl.SSLContext, *, asks: bool
) -> None:
    with pytest.raises(ssl.SSLError, match=complaint):
        shake(faulty.server(handshake, is_lenient=not asks, asks=asks).accept(), client_tls)


@pytest.mark.parametrize("asks", [False, True])
@pytest.mark.parametrize(
    ("handshake", "version"),
    [
        (Handshake(), "TLSv1.3"),
        (Handshake(maximum=TlsVersion.TLS1_2), "TLSv1.2"),
        (Handshake(minimum=TlsVersion.TLS1_3), "TLSv1.3"),
        (Handshake(certificate=Certificate.OTHER_NAME, name="*.office365.com"), "TLSv1.3"),
        (Handshake(service_suites_only=True, maximum=TlsVersion.TLS1_2), "TLSv1.2"),
        (Handshake(chain=Chain.ANOTHER_ORDER), "TLSv1.3"),
    ],
)
def test_a_strict_client_takes_what_is_only_unusual(
    handshake: Handshake, version: str, faulty: FaultyTls, client_tls: ssl.SSLContext, *, asks: bool
) -> None:
    assert version == shake(faulty.server(handshake, is_lenient=False, asks=asks).accept(), client_tls).version()


@pytest.mark.parametrize("looks_at_subjects", [True, False])
def test_a_name_in_the_subject_only_is_enough_for_who_still_looks_there(
    faulty: FaultyTls, client_tls: ssl.SSLContext, *, looks_at_subjects: bool
) -> None:
    wanted = Handshake(certificate=Certificate.NAME_IN_SUBJECT_ONLY, name="smtp.office365.com")
    server = faulty.server(wanted, is_lenient=False, asks=False)
    client_tls.hostname_checks_common_name = looks_at_subjects  # Python's default is still True

    if looks_at_subjects:
        assert "TLSv1.3" == shake(server.accept(), client_tls).version()
    else:
        with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
            shake(server.accept(), client_tls)


def test_a_long_chain_has_five_certificates_and_is_trusted(faulty: FaultyTls, authority: TestAuthority) -> None:
    issued = authority.issue(leaves.good(), ServerChain.LONG)

    assert 5 == len(x509.load_pem_x509_certificates(issued.chain_pem))
    client = ssl.create_default_context(cafile=authority.ca_file)
    server = faulty.server(Handshake(chain=Chain.LONG), is_lenient=False, asks=False)
    assert "TLSv1.3" == shake(server.accept(), client).version()


def test_what_was_made_once_is_not_made_again(faulty: FaultyTls) -> None:
    wanted = Handshake(certificate=Certificate.EXPIRED)

    assert faulty.server(wanted, is_lenient=False, asks=False) is faulty.server(wanted, is_lenient=False, asks=False)


def test_for_clients_of_another_year_only_the_fault_is_wrong(authority: TestAuthority, judge: ChainJudge) -> None:
    faulty = FaultyTls(authority, KeyKind.P256, ServerChain.G2, leaves.WIDE, judge=judge)
    careless = ssl.create_default_context(cafile=authority.ca_file)
    careless.check_hostname = False

    wanted = Handshake(certificate=Certificate.OTHER_NAME, name="elsewhere.example")
    shown = shake(faulty.server(wanted, is_lenient=False, asks=False).accept(), careless).getpeercert(binary_form=True)

    assert shown is not None
    assert 2000 == x509.load_der_x509_certificate(shown).not_valid_before_utc.year


@pytest.mark.parametrize(
    "handshake", [Handshake(maximum=TlsVersion.TLS1_2), Handshake(certificate=Certificate.EXPIRED)]
)
def test_a_listener_that_asks_for_a_certificate_asks_in_a_faulty_handshake_too(
    handshake: Handshake, faulty: FaultyTls, authority: TestAuthority, tmp_path: Path
) -> None:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    issued = authority.issue(leaves.client("mail.contoso.com"), ServerChain.G2)
    chain.write_bytes(issued.chain_pem)
    key.write_bytes(issued.key_pem)
    careless = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    careless.check_hostname, careless.verify_mode = False, ssl.CERT_NONE
    careless.load_cert_chain(chain, key)

    engine = faulty.server(handshake, is_lenient=False, asks=True).accept()
    shown = ClientEnd(engine, careless).shake_hands().client_certificate

    assert shown is not None
    assert "mail.contoso.com" == shown.subject
