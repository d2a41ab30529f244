"""What a server sends, read certificate by certificate."""

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.verification import PolicyBuilder, Store

from relaylab_certs import CertifiedKey, KeyKind, ServerChain, TestAuthority, leaves


def certificates(certified: CertifiedKey) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(certified.chain_pem)


def root_of(authority: TestAuthority) -> x509.Certificate:
    return x509.load_pem_x509_certificate(authority.ca_file.read_bytes())


@pytest.mark.parametrize(("chain", "sent"), [(ServerChain.G1, 2), (ServerChain.G2, 3)])
def test_each_certificate_that_is_sent_is_issued_by_the_next_and_the_last_by_the_root(
    authority: TestAuthority, chain: ServerChain, sent: int
) -> None:
    chained = certificates(authority.issue(leaves.good(), chain))

    assert sent == len(chained)
    for below, above in zip(chained, [*chained[1:], root_of(authority)], strict=True):
        below.verify_directly_issued_by(above)


def test_the_g2_chain_is_sent_unless_another_is_asked_for(authority: TestAuthority) -> None:
    assert 3 == len(certificates(authority.issue(leaves.good())))


def test_no_issuer_carries_the_name_of_a_real_authority(authority: TestAuthority) -> None:
    for chain in ServerChain:
        for certificate in certificates(authority.issue(leaves.good(), chain)):
            assert "CN=relaylab test " in certificate.issuer.rfc4514_string()


def test_a_device_without_ecdsa_can_read_every_certificate_of_the_rsa_chain(authority: TestAuthority) -> None:
    chained = certificates(authority.issue(leaves.good(key=KeyKind.RSA)))

    for certificate in (*chained, root_of(authority)):
        key = certificate.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        assert 2048 == key.key_size


def test_no_rsa_key_is_made_for_a_p256_leaf(authority: TestAuthority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(rsa, "generate_private_key")

    authority.issue(leaves.good())
    authority.issue(leaves.untrusted())


def test_leaves_of_one_run_share_their_intermediates(authority: TestAuthority) -> None:
    first, second = (certificates(authority.issue(leaves.good())) for _ in range(2))

    assert first[1:] == second[1:]
    assert first[0] != second[0]


@pytest.mark.parametrize("chain", ServerChain)
@pytest.mark.parametrize("at", [datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)])
def test_a_client_with_a_clock_of_its_own_accepts_the_wide_leaf_from_2000_to_3000(
    authority: TestAuthority, chain: ServerChain, at: datetime
) -> None:
    leaf, *between = certificates(authority.issue(leaves.good(validity=leaves.WIDE), chain))
    client = PolicyBuilder().store(Store([root_of(authority)])).time(at)

    client.build_server_verifier(x509.DNSName("smtp.office365.com")).verify(leaf, between)


def test_a_leaf_is_valid_for_397_days_and_no_longer(authority: TestAuthority) -> None:
    leaf, *_ = certificates(authority.issue(leaves.good()))

    assert timedelta(days=397) == leaf.not_valid_after_utc - leaf.not_valid_before_utc


@pytest.mark.clients
@pytest.mark.parametrize("chain", ServerChain)
@pytest.mark.parametrize("key", KeyKind)
def test_openssl_verifies_what_is_sent(
    authority: TestAuthority, tmp_path: Path, key: KeyKind, chain: ServerChain
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        assert "RELAYLAB_REQUIRE_CLIENTS" not in os.environ, "openssl is not installed"
        pytest.skip("openssl is not installed")
    sent, _ = authority.issue(leaves.good(key=key), chain).write_to(tmp_path)

    command = [openssl, "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "smtp.office365.com"]
    command += ["-CAfile", str(authority.ca_file), "-untrusted", str(sent), str(sent)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (0, f"{sent}: OK\n", "") == (answer.returncode, answer.stdout, answer.stderr)
