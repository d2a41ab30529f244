"""The keys that mail is signed with stay what DNS has shown."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_private_key

from relaylab_certs import AuthorityError, TestAuthority


def test_a_key_is_made_once_and_is_another_one_for_each_selector(tmp_path: Path) -> None:
    first = TestAuthority.open(tmp_path).dkim_key("selector1")
    again = TestAuthority.open(tmp_path).dkim_key("selector1")
    other = TestAuthority.open(tmp_path).dkim_key("selector2")

    assert first == again
    assert first.public_key != other.public_key


def test_what_dns_shows_is_the_public_half_of_the_key_that_signs(tmp_path: Path) -> None:
    key = TestAuthority.open(tmp_path).dkim_key("selector1")
    private = load_pem_private_key(key.private_pem, None)

    assert isinstance(private, rsa.RSAPrivateKey)
    assert 2048 == private.key_size
    assert private.public_key() == load_der_public_key(base64.b64decode(key.public_key))


def test_the_private_key_is_for_its_owner_only_and_in_no_text(tmp_path: Path) -> None:
    key = TestAuthority.open(tmp_path).dkim_key("selector1")
    (file,) = tmp_path.glob("dkim-*")

    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert "PRIVATE" not in repr(key)


def test_a_damaged_key_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "dkim-selector1-key.pem").write_bytes(b"no key")

    with pytest.raises(AuthorityError, match=r"dkim-selector1-key\.pem .*delete dkim-selector1-key\.pem"):
        TestAuthority.open(tmp_path).dkim_key("selector1")
