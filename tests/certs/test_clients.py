"""The certificates of clients: what each kind says, and the command that writes them."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from relaylab_certs import CertifiedKey, ClientKind, KeyKind, TestAuthority, issue_client, leaves
from relaylab_certs.__main__ import main
from relaylab_certs.leaves import LeafUse

MAIL = "mail.contoso.com"


def leaf_of(certified: CertifiedKey) -> x509.Certificate:
    return x509.load_pem_x509_certificates(certified.chain_pem)[0]


def purposes(certificate: x509.Certificate) -> list[x509.ObjectIdentifier]:
    return list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def alternatives(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return found.value.get_values_for_type(x509.DNSName)


@pytest.mark.parametrize("kind", ClientKind)
def test_each_kind_differs_from_the_good_one_in_one_thing(authority: TestAuthority, kind: ClientKind) -> None:
    certified = issue_client(authority, kind, MAIL)
    leaf = leaf_of(certified)
    root = x509.load_pem_x509_certificate(authority.ca_file.read_bytes())
    sent = x509.load_pem_x509_certificates(certified.chain_pem)
    seen = {
        ClientKind.EXPIRED: 2001 == leaf.not_valid_after_utc.year,
        ClientKind.UNTRUSTED: len(sent) > 1 and sent[-1].issuer != root.subject,
        ClientKind.WRONG_NAME: MAIL != leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value,
        ClientKind.WITHOUT_INTERMEDIATES: 1 == len(sent),
        ClientKind.CN_ONLY: [] == alternatives(leaf),
        ClientKind.SERVER_ONLY: [ExtendedKeyUsageOID.SERVER_AUTH] == purposes(leaf),
    }

    assert [kind] * (kind is not ClientKind.GOOD) == [special for special, is_so in seen.items() if is_so]


def test_a_client_certificate_is_valid_in_every_year_that_a_simulation_visits(authority: TestAuthority) -> None:
    leaf = leaf_of(issue_client(authority, ClientKind.GOOD, MAIL))

    assert (2000, 3000) == (leaf.not_valid_before_utc.year, leaf.not_valid_after_utc.year)


def test_a_leaf_need_not_say_what_it_is_for(authority: TestAuthority) -> None:
    leaf = leaf_of(authority.issue(leaves.Leaf((MAIL,), leaves.WIDE, use=LeafUse.UNSTATED)))

    with pytest.raises(x509.ExtensionNotFound):
        purposes(leaf)


def test_a_name_that_is_too_long_for_a_subject_cannot_stand_there_alone(authority: TestAuthority) -> None:
    with pytest.raises(ValueError, match="too long for a subject"):
        issue_client(authority, ClientKind.CN_ONLY, f"{'x' * 60}.contoso.com")


def test_the_command_writes_the_good_certificate_as_a_client_loads_it(directory: Path, tmp_path: Path) -> None:
    code = main(["client", MAIL, "contoso.com", "--out", str(tmp_path), "--ca", str(directory), "--key", "rsa"])

    assert 0 == code
    assert ["ca", "client-key.pem", "client.pem"] == sorted(file.name for file in tmp_path.iterdir())
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(tmp_path / "client.pem", tmp_path / "client-key.pem")
    leaf, above = x509.load_pem_x509_certificates((tmp_path / "client.pem").read_bytes())
    assert [MAIL, "contoso.com"] == alternatives(leaf)
    above.verify_directly_issued_by(x509.load_der_x509_certificate(TestAuthority.open(directory).der))


def test_the_command_writes_every_kind_at_once(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["client", MAIL, "--out", str(tmp_path), "--ca", str(directory), "--kind", "all"])

    written = {file.stem for file in tmp_path.glob("client*.pem") if not file.stem.endswith("-key")}
    assert {"client", *(f"client-{kind}" for kind in ClientKind if kind is not ClientKind.GOOD)} == written
    assert [kind.value for kind in ClientKind] == [
        line.rpartition(": ")[2] for line in capsys.readouterr().out.splitlines()
    ]


def test_the_command_takes_dates(directory: Path, tmp_path: Path) -> None:
    dates = ["--since", "2026-01-01", "--until", "2026-12-31T12:00:00Z"]
    main(["client", MAIL, "--out", str(tmp_path), "--ca", str(directory), *dates])

    leaf = x509.load_pem_x509_certificates((tmp_path / "client.pem").read_bytes())[0]
    assert datetime(2026, 1, 1, tzinfo=UTC) == leaf.not_valid_before_utc
    assert datetime(2026, 12, 31, 12, tzinfo=UTC) == leaf.not_valid_after_utc


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (["a b"], '"a b" is neither an IP address nor a host name'),
        ([], "required: domain"),
        ([MAIL, "--kind", "lost"], "choose from"),
        ([MAIL, "--since", "soon"], '"soon" is not a date; write it as 2026-12-31'),
        ([MAIL, "--since", "2027-01-01", "--until", "2026-01-01"], "--until is not after --since"),
    ],
)
def test_bad_input_ends_with_exit_code_2_and_writes_nothing(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: list[str], complaint: str
) -> None:
    out = tmp_path / "out"

    with pytest.raises(SystemExit) as end:
        main(["client", *wrong, "--out", str(out), "--ca", str(directory)])

    assert 2 == end.value.code
    assert complaint in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("key", KeyKind)
def test_the_key_and_the_intermediate_are_of_one_kind(authority: TestAuthority, key: KeyKind) -> None:
    leaf, above = x509.load_pem_x509_certificates(issue_client(authority, ClientKind.GOOD, MAIL, key=key).chain_pem)

    assert type(leaf.public_key()) is type(above.public_key())
