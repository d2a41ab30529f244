import ssl
from pathlib import Path

import pytest

from relaylab_certs import KeyKind, Leaf, ServerChain, TestAuthority, leaves
from tests.certs.handshake import a_client, a_server, shake_hands

HOSTS = (
    "smtp.office365.com",
    "contoso-com.mail.protection.outlook.com",
    "contoso.h-v1.mx.microsoft",
    "localhost",
    "127.0.0.1",
    "::1",
    "192.0.2.7",
    "printer-lab.example",
)


@pytest.mark.parametrize("chain", ServerChain)
@pytest.mark.parametrize("key", [KeyKind.P256, KeyKind.RSA])
def test_a_strict_client_that_trusts_the_root_accepts_the_good_leaf_under_every_name(
    authority: TestAuthority, tmp_path: Path, key: KeyKind, chain: ServerChain
) -> None:
    server = a_server(authority.issue(leaves.good("192.0.2.7", "Printer-Lab.example", key=key), chain), tmp_path)
    client = a_client(authority.ca_file)

    for host in HOSTS:
        seen, _ = shake_hands(client, server, host=host)

        assert "TLSv1.3" == seen.version()


@pytest.mark.parametrize("chain", ServerChain)
@pytest.mark.parametrize(
    ("leaf", "complaint"),
    [
        (leaves.expired(), "certificate has expired"),
        (leaves.wrong_host(), "Hostname mismatch"),
        (leaves.untrusted(), "unable to get local issuer certificate"),
        (leaves.client("smtp.office365.com"), "unsuitable certificate purpose"),
    ],
    ids=["expired", "wrong_host", "untrusted", "client"],
)
def test_a_client_refuses_every_other_leaf_for_the_one_thing_that_is_wrong_with_it(
    authority: TestAuthority, tmp_path: Path, leaf: Leaf, complaint: str, chain: ServerChain
) -> None:
    server = a_server(authority.issue(leaf, chain), tmp_path)

    with pytest.raises(ssl.SSLCertVerificationError) as refusal:
        shake_hands(a_client(authority.ca_file), server, host="smtp.office365.com")

    assert complaint in refusal.value.verify_message


def test_a_server_that_asks_for_a_client_certificate_reads_the_subject_of_the_client_leaf(
    authority: TestAuthority, tmp_path: Path
) -> None:
    server = a_server(authority.issue(leaves.good()), tmp_path)
    server.load_verify_locations(authority.ca_file)
    server.verify_mode = ssl.CERT_REQUIRED
    server.verify_flags |= ssl.VERIFY_X509_STRICT
    client = a_client(authority.ca_file)
    client.load_cert_chain(*authority.issue(leaves.client("mail.contoso.com")).write_to(tmp_path, "client"))

    _, seen = shake_hands(client, server, host="contoso-com.mail.protection.outlook.com")

    shown = seen.getpeercert()
    assert shown is not None
    assert (("DNS", "mail.contoso.com"),) == shown["subjectAltName"]


def test_a_client_without_the_root_refuses_both_chain_shapes(authority: TestAuthority, tmp_path: Path) -> None:
    client = ssl.create_default_context()

    for chain in ServerChain:
        server = a_server(authority.issue(leaves.good(), chain), tmp_path)
        with pytest.raises(ssl.SSLCertVerificationError):
            shake_hands(client, server, host="smtp.office365.com")
