"""An issuer signs: roots, intermediates and leaves, with all extensions that OpenSSL's strict mode asks for.

RFC 5280 §4.2.1: key identifiers on both sides, critical basicConstraints and keyUsage on every authority. No name of
an issuer is anybody's but ours, and each carries a part of its key's identifier: two runs, or two machines, never
share a name with different keys, which some trust stores cannot hold.
"""

from dataclasses import dataclass, field
from typing import Final, Self, TypeAlias, assert_never

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from relaylab_certs.leaves import MAX_COMMON_NAME, WIDE, KeyKind, Leaf, LeafUse, Validity, parse_name

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

_RSA_BITS: Final = {KeyKind.RSA: 2048, KeyKind.RSA_1024: 1024}
_RSA_EXPONENT: Final = 65537


@dataclass(frozen=True, slots=True)
class Issuer:
    """A certificate of an authority, with its key."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)

    @classmethod
    def root(cls, name: str, key: PrivateKey) -> Self:
        """Make a self-signed root, valid from 2000 to 3000."""
        subject = _authority_name(name, key)
        unsigned = _authority(subject, key, issuer_name=subject, issuer_key=key.public_key(), below=None)
        return cls(unsigned.sign(key, hashes.SHA256()), key)

    def subordinate(self, name: str, kind: KeyKind, *, below: int) -> "Issuer":
        """Make an authority under this one, with at most ``below`` further authorities under it."""
        key = new_key(kind)
        unsigned = _authority(
            _authority_name(name, key),
            key,
            issuer_name=self.certificate.subject,
            issuer_key=self.key.public_key(),
            below=below,
        )
        return Issuer(unsigned.sign(self.key, hashes.SHA256()), key)

    def sign(self, leaf: Leaf, public_key: PublicKey) -> x509.Certificate:
        """Make the leaf's certificate for a key."""
        builder = _builder(_leaf_name(leaf), public_key, leaf.validity)
        alternatives = [_alternative_name(name) for name in leaf.names if leaf.has_alternative_names]
        purposes = _purposes(leaf.use)
        extensions: tuple[tuple[x509.ExtensionType | None, bool], ...] = (
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (x509.SubjectAlternativeName(alternatives) if alternatives else None, False),
            (_key_usage(leaf_key=leaf.key), True),
            (x509.ExtendedKeyUsage(purposes) if purposes else None, False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False),
        )
        for extension, is_critical in extensions:
            if extension is not None:
                builder = builder.add_extension(extension, critical=is_critical)
        return builder.issuer_name(self.certificate.subject).sign(self.key, hashes.SHA256())


def new_key(kind: KeyKind) -> PrivateKey:
    """Make a key from the operating system's randomness: keys are the one thing that no seed may repeat."""
    match kind:
        case KeyKind.P256:
            return ec.generate_private_key(ec.SECP256R1())
        case KeyKind.RSA | KeyKind.RSA_1024:
            return rsa.generate_private_key(_RSA_EXPONENT, _RSA_BITS[kind])
        case _:
            assert_never(kind)


def key_to_pem(key: PrivateKey) -> bytes:
    """Write a key as PKCS #8, not encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certificate_to_pem(certificate: x509.Certificate) -> bytes:
    """Write a certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def _authority(
    subject: x509.Name, key: PrivateKey, *, issuer_name: x509.Name, issuer_key: PublicKey, below: int | None
) -> x509.CertificateBuilder:
    extensions = (
        (x509.BasicConstraints(ca=True, path_length=below), True),
        (_key_usage(leaf_key=None), True),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), False),
    )
    builder = _builder(subject, key.public_key(), WIDE).issuer_name(issuer_name)
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, critical=is_critical)
    return builder


def _builder(subject: x509.Name, public_key: PublicKey, validity: Validity) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.since)
        .not_valid_after(validity.until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _authority_name(name: str, key: PrivateKey) -> x509.Name:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest.hex()
    return _name(f"relaylab test {name} {identifier[:8]}")


def _leaf_name(leaf: Leaf) -> x509.Name:
    """A host name may be longer than a common name: then the alternative names alone carry it."""
    first = leaf.names[0]
    return _name(first if len(first) <= MAX_COMMON_NAME else "relaylab test leaf")


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "relaylab, for tests only"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _alternative_name(name: str) -> x509.GeneralName:
    parsed = parse_name(name)
    return x509.DNSName(parsed) if isinstance(parsed, str) else x509.IPAddress(parsed)


def _purposes(use: LeafUse) -> list[x509.ObjectIdentifier]:
    match use:
        case LeafUse.SERVER:
            return [ExtendedKeyUsageOID.SERVER_AUTH]
        case LeafUse.CLIENT:
            return [ExtendedKeyUsageOID.CLIENT_AUTH]
        case LeafUse.UNSTATED:
            return []
        case _:
            assert_never(use)


def _key_usage(*, leaf_key: KeyKind | None) -> x509.KeyUsage:
    """An authority signs certificates; a leaf signs the handshake, and an RSA leaf may decrypt TLS 1.2's secret."""
    is_authority = leaf_key is None
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_encipherment=leaf_key is not None and leaf_key.is_rsa,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
