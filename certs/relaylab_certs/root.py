"""The root on disk: made once, then only read, so that a device imports it once.

Laws: a file appears complete or not at all, and never replaces another. The key comes first and the certificate is
made from it, so any number of processes may open the same directory at once, and one that dies between the two files
leaves nothing to repair.
"""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from relaylab_certs.issuer import Issuer, PrivateKey, certificate_to_pem, key_to_pem, new_key
from relaylab_certs.leaves import KeyKind

CERTIFICATE_FILE: Final = "ca.pem"
KEY_FILE: Final = "ca-key.pem"

# The oldest devices know no ECDSA, and a chain is only as readable as its root.
_KIND: Final = KeyKind.RSA
_NAME: Final = "root"
_OWNER_ONLY: Final = 0o600
_FOR_EVERYBODY: Final = 0o644
_START_ANEW: Final = (
    f"restore it from a copy, or delete {KEY_FILE} and {CERTIFICATE_FILE} to have a new root made, "
    "which every device must then import"
)


class AuthorityError(Exception):
    """The root cannot be used; the message names the file and the way out."""


def open_root(directory: Path) -> Issuer:
    """Read the root of a directory, and make it first where there is none.

    The key is readable by its owner only; on Windows the folder's own rights decide.

    Raises:
        AuthorityError: The directory cannot be used, or a file in it is damaged, missing or of another root.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return _open(directory / CERTIFICATE_FILE, directory / KEY_FILE)
    except OSError as error:
        where = error.filename or directory
        raise AuthorityError(f"{where}: {error.strerror}; name another folder for the test root (--ca DIR)") from error


def _open(certificate_file: Path, key_file: Path) -> Issuer:
    # The certificate is looked for before the key: they appear in the other order, so one that has just been made
    # by another process cannot be taken for one whose key was lost.
    if not certificate_file.exists():
        if not key_file.exists():
            _publish(key_file, key_to_pem(new_key(_KIND)), _OWNER_ONLY)
        made = Issuer.root(_NAME, _read_key(key_file)).certificate
        _publish(certificate_file, certificate_to_pem(made), _FOR_EVERYBODY)
    if not key_file.exists():
        raise AuthorityError(f"{key_file} is missing, and {CERTIFICATE_FILE} is of no use without it: {_START_ANEW}")
    key = _read_key(key_file)
    return Issuer(_read_certificate(certificate_file, key), key)


def kept_key(file: Path, kind: KeyKind) -> PrivateKey:
    """Read another key that is kept in the directory of the root, and make it first where there is none.

    Raises:
        AuthorityError: The directory cannot be used, or the file is damaged.
    """
    try:
        if not file.exists():
            _publish(file, key_to_pem(new_key(kind)), _OWNER_ONLY)
        return _read_key(file, f"restore it from a copy, or delete {file.name} to have another made")
    except OSError as error:
        where = error.filename or file
        raise AuthorityError(f"{where}: {error.strerror}; name another folder for the test root (--ca DIR)") from error


def _read_key(file: Path, way_out: str = _START_ANEW) -> PrivateKey:
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise AuthorityError(f"{file} is not an unencrypted private key in PEM form: {way_out}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise AuthorityError(f"{file} is neither an RSA nor an elliptic-curve key: {way_out}")
    return key


def _read_certificate(file: Path, key: PrivateKey) -> x509.Certificate:
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        is_of_key = certificate.public_key() == key.public_key()
        if is_of_key:
            certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise AuthorityError(
            f"{file} is damaged: delete it to have it made again from {KEY_FILE}; "
            "devices that hold the old one need no change"
        ) from error
    if not is_of_key:
        raise AuthorityError(f"{file} is not the certificate of {KEY_FILE}: {_START_ANEW}")
    return certificate


def _publish(file: Path, content: bytes, mode: int) -> None:
    """Put a complete file in its place, unless another process was faster: then its file stays."""
    descriptor, name = tempfile.mkstemp(prefix=f"{file.name}.", dir=file.parent)  # 0600 from its first instant
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        with contextlib.suppress(FileExistsError):
            if os.name == "nt":
                temporary.rename(file)  # on Windows this fails where the file exists
            else:
                os.link(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)
