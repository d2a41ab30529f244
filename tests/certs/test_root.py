import hashlib
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from relaylab_certs import AuthorityError, TestAuthority, leaves
from tests.certs.handshake import a_client, a_server, shake_hands

OPENERS = 6
OPEN_WHEN_TOLD = """
import sys
from pathlib import Path
from relaylab_certs import TestAuthority
print("ready", flush=True)
sys.stdin.readline()
print(TestAuthority.open(Path(sys.argv[1])).fingerprint)
"""


def test_the_root_is_made_once_and_found_again(directory: Path) -> None:
    first = TestAuthority.open(directory)
    second = TestAuthority.open(directory)

    assert first.fingerprint == second.fingerprint
    assert directory / "ca.pem" == second.ca_file


def test_the_root_is_valid_from_2000_to_3000(directory: Path) -> None:
    root = x509.load_pem_x509_certificate(TestAuthority.open(directory).ca_file.read_bytes())

    assert "2000-01-01 00:00:00+00:00" == str(root.not_valid_before_utc)
    assert "3000-01-01 00:00:00+00:00" == str(root.not_valid_after_utc)


def test_der_and_pem_are_the_same_certificate(authority: TestAuthority) -> None:
    assert x509.load_der_x509_certificate(authority.der) == x509.load_pem_x509_certificate(
        authority.ca_file.read_bytes()
    )


def test_the_fingerprints_are_those_of_the_octets_that_a_device_imports(authority: TestAuthority) -> None:
    assert hashlib.sha256(authority.der).hexdigest().upper() == authority.fingerprint.replace(":", "")
    assert hashlib.sha1(authority.der).hexdigest().upper() == authority.sha1_fingerprint.replace(":", "")


def test_without_a_directory_the_root_is_kept_in_the_users_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_data_path", lambda name, appauthor: tmp_path / name)

    assert tmp_path / "relaylab" / "ca" / "ca.pem" == TestAuthority.open().ca_file


@pytest.mark.skipif(os.name == "nt", reason="on Windows the folder's rights decide, not the file's mode")
def test_only_the_owner_may_read_a_key(directory: Path, tmp_path: Path) -> None:
    authority = TestAuthority.open(directory)
    files = authority.issue(leaves.good()).write_to(tmp_path)

    for key_file in (directory / "ca-key.pem", files.key):
        assert 0o600 == stat.S_IMODE(key_file.stat().st_mode)
    assert 0o644 == stat.S_IMODE(authority.ca_file.stat().st_mode)


def test_no_key_is_shown_by_repr(authority: TestAuthority) -> None:
    certified = authority.issue(leaves.good())

    assert "PRIVATE" not in repr(certified)


def test_threads_that_open_a_new_directory_at_once_all_get_the_same_root(directory: Path) -> None:
    together = Barrier(OPENERS)

    def open_together(_: int) -> str:
        together.wait()
        return TestAuthority.open(directory).fingerprint

    with ThreadPoolExecutor(OPENERS) as threads:
        fingerprints = set(threads.map(open_together, range(OPENERS)))

    assert {TestAuthority.open(directory).fingerprint} == fingerprints
    assert ["ca-key.pem", "ca.pem"] == sorted(file.name for file in directory.iterdir())


def test_processes_that_open_a_new_directory_at_once_all_get_the_same_root(directory: Path) -> None:
    command = [sys.executable, "-c", OPEN_WHEN_TOLD, str(directory)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(OPENERS)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()

    fingerprints = set()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        fingerprints.add(process.communicate()[0].strip())
        assert 0 == process.returncode

    assert {TestAuthority.open(directory).fingerprint} == fingerprints


def test_a_certificate_made_again_from_its_key_needs_no_new_import(directory: Path, tmp_path: Path) -> None:
    imported = tmp_path / "imported.pem"
    imported.write_bytes(TestAuthority.open(directory).ca_file.read_bytes())
    (directory / "ca.pem").unlink()

    server = a_server(TestAuthority.open(directory).issue(leaves.good()), tmp_path)

    shake_hands(a_client(imported), server, host="smtp.office365.com")


def an_ed25519_key() -> bytes:
    return ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.mark.parametrize(
    ("name", "content", "complaint", "way_out"),
    [
        ("ca-key.pem", b"", "is not an unencrypted private key", "delete ca-key.pem and ca.pem"),
        ("ca-key.pem", b"\0" * 9, "is not an unencrypted private key", "delete ca-key.pem and ca.pem"),
        ("ca-key.pem", an_ed25519_key(), "is neither an RSA nor an elliptic-curve key", "delete ca-key.pem and ca.pem"),
        ("ca.pem", b"", "is damaged", "delete it to have it made again"),
        ("ca.pem", b"-----BEGIN CERTIFICATE-----\nMIID", "is damaged", "delete it to have it made again"),
    ],
    ids=["key empty", "key noise", "key of a third kind", "certificate empty", "certificate cut off"],
)
def test_a_damaged_file_is_named_with_the_way_out(
    directory: Path, name: str, content: bytes, complaint: str, way_out: str
) -> None:
    TestAuthority.open(directory)
    (directory / name).write_bytes(content)

    with pytest.raises(AuthorityError) as error:
        TestAuthority.open(directory)

    assert f"{directory / name} {complaint}" in str(error.value)
    assert way_out in str(error.value)


def test_one_flipped_bit_in_the_certificates_signature_is_damage(directory: Path) -> None:
    authority = TestAuthority.open(directory)
    flipped = bytearray(authority.der)
    flipped[-1] ^= 1
    pem = x509.load_der_x509_certificate(bytes(flipped)).public_bytes(serialization.Encoding.PEM)
    authority.ca_file.write_bytes(pem)

    with pytest.raises(AuthorityError, match="is damaged"):
        TestAuthority.open(directory)


def test_a_certificate_of_another_root_is_named_as_such(directory: Path, authority: TestAuthority) -> None:
    TestAuthority.open(directory).ca_file.write_bytes(authority.ca_file.read_bytes())

    with pytest.raises(AuthorityError, match=r"ca\.pem is not the certificate of ca-key\.pem"):
        TestAuthority.open(directory)


def test_a_certificate_whose_key_is_lost_is_not_replaced_in_silence(directory: Path) -> None:
    TestAuthority.open(directory)
    (directory / "ca-key.pem").unlink()

    with pytest.raises(AuthorityError, match=r"ca-key\.pem is missing"):
        TestAuthority.open(directory)


def test_a_directory_that_is_a_file_is_refused_with_the_option_that_helps(tmp_path: Path) -> None:
    in_the_way = tmp_path / "ca"
    in_the_way.touch()

    with pytest.raises(AuthorityError, match="--ca DIR") as error:
        TestAuthority.open(in_the_way)

    assert str(in_the_way) in str(error.value)
