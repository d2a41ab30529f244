"""The authority: opens the root that a machine keeps, and issues leaves in one of two chain shapes."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, NamedTuple, Self, assert_never

import platformdirs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from relaylab_certs.dkim import DkimKey
from relaylab_certs.issuer import Issuer, certificate_to_pem, key_to_pem, new_key
from relaylab_certs.leaves import KeyKind, Leaf
from relaylab_certs.root import CERTIFICATE_FILE, open_root


class ServerChain(StrEnum):
    """The reading ``server_chain``: what a server sends with its leaf. The first two shapes were seen in 2026.

    G1 is the tenants' MX until August 2026. G2 is the newer public chain; a server that forgets its cross-signed step
    breaks every client that has not imported the second root. What smtp.office365.com and the MX have sent since
    August 2026 is not public. Shapes only: no issuer here carries a real authority's name.
    """

    G1 = "g1"  # leaf <- intermediate <- root: two certificates sent
    G2 = "g2"  # leaf <- intermediate <- second root, cross-signed by the root: three certificates sent
    LONG = "long"  # leaf <- four intermediates <- root: five certificates sent, for clients with little room


class KeyFiles(NamedTuple):
    """Where a certified key was written: the two arguments of ``SSLContext.load_cert_chain``."""

    chain: Path
    key: Path


@dataclass(frozen=True, slots=True)
class CertifiedKey:
    """A private key, and the certificates that its holder sends: the leaf first, never the root."""

    chain_pem: bytes
    key_pem: bytes = field(repr=False)

    def without_intermediates(self) -> "CertifiedKey":
        """Give the leaf alone: what a device sends whose owner imported nothing else."""
        leaf, *_ = x509.load_pem_x509_certificates(self.chain_pem)
        return CertifiedKey(certificate_to_pem(leaf), self.key_pem)

    def write_to(self, directory: Path, stem: str = "server") -> KeyFiles:
        """Write ``stem.pem`` and ``stem-key.pem``, the key for its owner only: OpenSSL reads files, not bytes."""
        files = KeyFiles(directory / f"{stem}.pem", directory / f"{stem}-key.pem")
        files.chain.write_bytes(self.chain_pem)
        files.key.unlink(missing_ok=True)
        files.key.touch(mode=0o600, exist_ok=False)
        files.key.write_bytes(self.key_pem)
        return files


class TestAuthority:
    """A certificate authority that nobody but the machines under test should trust.

    Intermediates are made when they are first needed and live as long as this object; so does the root of the
    untrusted leaf.
    """

    __test__: ClassVar = False  # pytest: the name starts with Test, and this is none

    def __init__(self, root: Issuer, ca_file: Path) -> None:
        self._root = root
        self._ca_file = ca_file
        self._chains: dict[tuple[bool, ServerChain, KeyKind], tuple[Issuer, ...]] = {}
        self._dkim_keys: dict[str, DkimKey] = {}

    @classmethod
    def open(cls, directory: Path | None = None) -> Self:
        """Open the root kept in a directory (default: the user's data folder), which is made on first use.

        Raises:
            AuthorityError: The directory or a file in it cannot be used; the message says which, and the way out.
        """
        directory = directory or platformdirs.user_data_path("relaylab", appauthor=False) / "ca"
        return cls(open_root(directory), directory / CERTIFICATE_FILE)

    @property
    def ca_file(self) -> Path:
        """The root's certificate as a PEM file: what a client is to trust."""
        return self._ca_file

    @property
    def der(self) -> bytes:
        """The root's certificate as DER: the form that most devices import."""
        return self._root.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """The root's SHA-256 fingerprint as devices show it: ``A1:B2:...``."""
        return self._root.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def sha1_fingerprint(self) -> str:
        """The same by SHA-1, which many devices show instead: good to tell roots apart, not to prove anything."""
        return self._root.certificate.fingerprint(hashes.SHA1()).hex(":").upper()  # noqa: S303 - as above

    def issue(self, leaf: Leaf, chain: ServerChain = ServerChain.G2) -> CertifiedKey:
        """Make a key and a certificate for a leaf, with the intermediates that its holder sends."""
        issuers = self._issuers(leaf, chain)
        key = new_key(leaf.key)
        certificates = (issuers[0].sign(leaf, key.public_key()), *(issuer.certificate for issuer in issuers))
        return CertifiedKey(b"".join(certificate_to_pem(each) for each in certificates), key_to_pem(key))

    def dkim_key(self, selector: str) -> DkimKey:
        """Give the key that mail is signed with under a selector, kept beside the root and made on first use.

        Raises:
            AuthorityError: Its file cannot be used; the message says which, and the way out.
        """
        if selector not in self._dkim_keys:
            self._dkim_keys[selector] = DkimKey.open(self._ca_file.parent, selector)
        return self._dkim_keys[selector]

    def _issuers(self, leaf: Leaf, chain: ServerChain) -> tuple[Issuer, ...]:
        """The authorities between a leaf and its root, nearest to the leaf first."""
        wanted = (leaf.is_trusted, chain, leaf.key)
        if wanted not in self._chains:
            root = self._root if leaf.is_trusted else Issuer.root("untrusted root", new_key(leaf.key))
            self._chains[wanted] = _descend(root, chain, leaf.key)
        return self._chains[wanted]


def _descend(root: Issuer, chain: ServerChain, kind: KeyKind) -> tuple[Issuer, ...]:
    """All keys below the root are of the leaf's kind: a device that cannot read one cannot read the other."""
    match chain:
        case ServerChain.G1:
            return (root.subordinate("intermediate", kind, below=0),)
        case ServerChain.G2:
            second_root = root.subordinate("second root", kind, below=1)
            return (second_root.subordinate("intermediate", kind, below=0), second_root)
        case ServerChain.LONG:
            above = [root]
            for below in (3, 2, 1, 0):
                above.append(above[-1].subordinate(f"intermediate {below + 1}", kind, below=below))
            return tuple(reversed(above[1:]))
        case _:
            assert_never(chain)
