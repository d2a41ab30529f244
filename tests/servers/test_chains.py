"""What is said of a chain that a client sent: trusted from when to when, or what is wrong with it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from relaylab.domain.certificate import ChainFault, ClientCertificate
from relaylab.domain.clock import Window
from relaylab.servers.chains import ChainJudge
from relaylab_certs import CertifiedKey, ClientKind, KeyKind, ServerChain, TestAuthority, Validity, issue_client, leaves
from tests.servers.certificates import AN_AUTHORITY, SINCE, UNTIL, Made

MAIL = "mail.contoso.com"
NOW = datetime(2026, 12, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ROOT = Made.by_itself()
NO_SIGNER = x509.KeyUsage(
    digital_signature=True,
    key_cert_sign=False,
    crl_sign=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


def judged(*sent: Made | bytes, roots: tuple[Made, ...] = (ROOT,)) -> ClientCertificate:
    judge = ChainJudge([root.certificate for root in roots])
    return judge.judge([one.der if isinstance(one, Made) else one for one in sent])


def judged_by(authority: TestAuthority, certified: CertifiedKey) -> ClientCertificate:
    sent = x509.load_pem_x509_certificates(certified.chain_pem)
    judge = ChainJudge.of_pem(authority.ca_file.read_bytes())
    return judge.judge([one.public_bytes(serialization.Encoding.DER) for one in sent])


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (ClientKind.GOOD, None),
        (ClientKind.EXPIRED, ChainFault.EXPIRED),
        (ClientKind.UNTRUSTED, ChainFault.UNTRUSTED_ROOT),
        (ClientKind.WRONG_NAME, None),
        (ClientKind.WITHOUT_INTERMEDIATES, ChainFault.INCOMPLETE_CHAIN),
        (ClientKind.CN_ONLY, None),
        (ClientKind.SERVER_ONLY, None),
    ],
)
@pytest.mark.parametrize("key", [KeyKind.P256, KeyKind.RSA])
def test_each_kind_of_client_certificate_is_judged_for_what_is_special_about_it(
    authority: TestAuthority, key: KeyKind, kind: ClientKind, fault: ChainFault | None
) -> None:
    assert fault == judged_by(authority, issue_client(authority, kind, MAIL, key=key)).fault_at(NOW)


def test_a_chain_with_keys_too_short_for_any_verifier_is_unsuitable(authority: TestAuthority) -> None:
    shown = issue_client(authority, ClientKind.GOOD, MAIL, key=KeyKind.RSA_1024)

    assert ChainFault.UNSUITABLE is judged_by(authority, shown).fault_at(NOW)


@pytest.mark.parametrize("shape", ServerChain)
def test_both_shapes_of_a_chain_lead_to_the_root(authority: TestAuthority, shape: ServerChain) -> None:
    assert judged_by(authority, authority.issue(leaves.client(MAIL), shape)).is_trusted_at(NOW)


def test_a_certificate_is_trusted_through_the_last_second_that_it_names(authority: TestAuthority) -> None:
    last = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    shown = judged_by(authority, issue_client(authority, ClientKind.GOOD, MAIL, validity=Validity(NOW, last)))

    assert Window(NOW, last + SECOND) == shown.trusted
    assert (NOW, last) == (shown.not_before, shown.not_after)


def test_what_the_certificate_says_is_read_as_it_is_written(authority: TestAuthority) -> None:
    certified = issue_client(authority, ClientKind.GOOD, MAIL, "*.contoso.com")
    leaf, above = x509.load_pem_x509_certificates(certified.chain_pem)
    digest = hashlib.sha256(leaf.public_bytes(serialization.Encoding.DER)).hexdigest()

    shown = judged_by(authority, certified)

    assert (MAIL, (MAIL, "*.contoso.com")) == (shown.subject, shown.names)
    assert above.subject.rfc4514_string() == shown.issuer
    assert digest.upper() == shown.fingerprint.replace(":", "")


def test_a_certificate_with_no_extension_at_all_is_trusted() -> None:
    shown = judged(ROOT.issue(MAIL))

    assert shown.is_trusted_at(NOW)
    assert (MAIL, ()) == (shown.subject, shown.names)


def test_a_certificate_may_be_for_mail_only_and_its_key_short() -> None:
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    short = rsa.generate_private_key(65537, 1024)

    assert judged(ROOT.issue(MAIL, [(purpose, False)], key=short)).is_trusted_at(NOW)


def test_the_names_are_those_of_the_last_common_name_and_the_dns_names_only() -> None:
    alternatives = x509.SubjectAlternativeName([x509.RFC822Name("a@contoso.com"), x509.DNSName("b.contoso.com")])

    assert ("b.contoso.com",) == judged(ROOT.issue(MAIL, [(alternatives, False)])).names


def test_the_window_is_that_of_the_whole_chain() -> None:
    begins, ends = datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    between = ROOT.issue("between", AN_AUTHORITY, until=ends)
    shown = judged(between.issue(MAIL, since=begins), between)

    assert Window(begins, ends + SECOND) == shown.trusted
    assert ChainFault.EXPIRED == shown.fault_at(NOW)


def test_a_second_way_to_a_root_keeps_the_chain_trusted_when_the_first_ends() -> None:
    other = Made.by_itself("other")
    between = ROOT.issue("between", AN_AUTHORITY, until=datetime(2025, 1, 1, tzinfo=UTC))
    again = other.issue("between", AN_AUTHORITY, key=between.key)
    shown = judged(between.issue(MAIL), between, again, roots=(ROOT, other))

    assert Window(SINCE, UNTIL + SECOND) == shown.trusted


def test_a_chain_with_a_gap_is_trusted_in_its_later_part() -> None:
    gap = (datetime(2023, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
    first = ROOT.issue("between", AN_AUTHORITY, until=gap[0])
    second = ROOT.issue("between", AN_AUTHORITY, since=gap[1], key=first.key)
    shown = judged(first.issue(MAIL), first, second)

    assert Window(gap[1], UNTIL + SECOND) == shown.trusted


def test_certificates_that_are_above_nobody_do_not_matter() -> None:
    stranger = Made.by_itself("stranger").issue("nobody", AN_AUTHORITY, until=datetime(2025, 1, 1, tzinfo=UTC))

    assert Window(SINCE, UNTIL + SECOND) == judged(ROOT.issue(MAIL), stranger).trusted


def test_a_certificate_without_an_end_is_trusted_without_one() -> None:
    forever = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    eternal = ROOT.issue("eternal", AN_AUTHORITY, until=forever)

    assert Window(SINCE, None) == judged(eternal.issue(MAIL, until=forever), roots=(eternal,)).trusted


BETWEEN = ROOT.issue("between", AN_AUTHORITY)
IMPOSTOR = Made.by_itself("between")
UNKNOWN = Made.by_itself("unknown")
NEVER_MORE = ROOT.issue("between", AN_AUTHORITY, until=SINCE + SECOND)
FALSE_ROOT = Made.by_itself("root")


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ([Made.by_itself(MAIL, ())], ChainFault.SELF_SIGNED),
        ([BETWEEN.issue(MAIL)], ChainFault.INCOMPLETE_CHAIN),
        ([UNKNOWN.issue(MAIL)], ChainFault.INCOMPLETE_CHAIN),
        ([UNKNOWN.issue(MAIL), UNKNOWN], ChainFault.UNTRUSTED_ROOT),
        ([(unknown := UNKNOWN.issue("b", AN_AUTHORITY)).issue(MAIL), unknown], ChainFault.UNTRUSTED_ROOT),
        ([IMPOSTOR.issue(MAIL), BETWEEN], ChainFault.BAD_SIGNATURE),
        ([FALSE_ROOT.issue(MAIL)], ChainFault.BAD_SIGNATURE),
        ([(mail := ROOT.issue("mail")).issue(MAIL), mail], ChainFault.UNSUITABLE),
        ([(mute := ROOT.issue("mute", [*AN_AUTHORITY, (NO_SIGNER, True)])).issue(MAIL), mute], ChainFault.UNSUITABLE),
        ([NEVER_MORE.issue(MAIL, since=SINCE + 9 * SECOND), NEVER_MORE], ChainFault.UNSUITABLE),
        (
            [ROOT.issue(MAIL, [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), True)])],
            ChainFault.UNSUITABLE,
        ),
        ([b"no certificate"], ChainFault.UNREADABLE),
        ([BETWEEN.issue(MAIL), b"no certificate"], ChainFault.UNREADABLE),
        (
            [ROOT.issue(MAIL, [(x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), b"\5\0"), False)])],
            ChainFault.UNREADABLE,
        ),
    ],
    ids=[
        "its own issuer",
        "trusted issuer's issuer, intermediate not sent",
        "unknown issuer, alone",
        "unknown root, sent",
        "unknown root, intermediate sent",
        "an intermediate of the right name that did not sign",
        "a root of the right name that did not sign",
        "issued by what is no authority",
        "issued by an authority that may not sign",
        "steps that are never valid at once",
        "an extension that must be understood and is not",
        "no certificate",
        "no certificate above it",
        "alternative names that are none",
    ],
)
def test_what_is_wrong_with_a_chain_is_told_apart(sent: list[Made | bytes], fault: ChainFault) -> None:
    shown = judged(*sent)

    assert fault == shown.fault_at(NOW)
    assert shown.trusted is None


def test_an_unreadable_certificate_still_has_its_fingerprint() -> None:
    assert hashlib.sha256(b"noise").hexdigest().upper() == judged(b"noise").fingerprint.replace(":", "")


def test_of_a_chain_that_is_too_long_only_the_beginning_counts() -> None:
    strangers = [Made.by_itself(f"stranger {number}") for number in range(20)]
    chain = [BETWEEN.issue(MAIL), *strangers, BETWEEN]

    assert ChainFault.INCOMPLETE_CHAIN == judged(*chain).fault_at(NOW)


def test_a_root_of_the_world_is_trusted_beside_the_test_root(authority: TestAuthority) -> None:
    judge = ChainJudge.of_pem(authority.ca_file.read_bytes(), UNKNOWN.pem)

    assert judge.judge([UNKNOWN.issue(MAIL).der]).is_trusted_at(NOW)


def test_a_text_without_a_certificate_is_no_root() -> None:
    with pytest.raises(ValueError, match="PEM"):
        ChainJudge.of_pem(b"nothing")


LEAF = BETWEEN.issue(MAIL, [(x509.SubjectAlternativeName([x509.DNSName(MAIL)]), False)])
AN_OCTET = st.tuples(st.integers(0, 1), st.integers(0, 1_000), st.integers(1, 255))
JUDGE = ChainJudge([ROOT.certificate])


@settings(deadline=None, max_examples=300)
@given(AN_OCTET)
def test_nothing_that_is_signed_can_change_in_a_chain_and_be_trusted(change: tuple[int, int, int]) -> None:
    which, at, by = change
    sent = [bytearray(LEAF.der), bytearray(BETWEEN.der)]
    sent[which][at % len(sent[which])] ^= by

    shown = JUDGE.judge([bytes(one) for one in sent])

    assert hashlib.sha256(sent[0]).hexdigest().upper() == shown.fingerprint.replace(":", "")
    if shown.is_trusted_at(NOW):
        for before, after in zip((LEAF, BETWEEN), sent, strict=True):
            read = x509.load_der_x509_certificate(bytes(after))
            assert before.certificate.tbs_certificate_bytes == read.tbs_certificate_bytes
            assert before.certificate.signature == read.signature


def test_how_many_bits_of_a_signature_are_unused_is_not_signed() -> None:
    leaf = next(one for one in iter(lambda: BETWEEN.issue(MAIL), None) if one.certificate.signature[-1] % 2 == 0)
    sent = bytearray(leaf.der)
    count = len(sent) - len(leaf.certificate.signature) - 1  # the octet before the signature's first
    assert 0 == sent[count]
    sent[count] = 1

    read = x509.load_der_x509_certificate(bytes(sent))

    assert leaf.certificate.tbs_certificate_bytes == read.tbs_certificate_bytes
    assert leaf.certificate.signature == read.signature
    assert JUDGE.judge([bytes(sent), BETWEEN.der]).is_trusted_at(NOW)


def test_the_same_chain_unchanged_is_trusted() -> None:
    assert JUDGE.judge([LEAF.der, BETWEEN.der]).is_trusted_at(NOW)
