"""DKIM against what others wrote: dkimpy, opendkim, and messages that they, Gmail and Exim have signed."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import dkim as dkimpy
import pytest

from relaylab.domain.authentication import DkimResult
from relaylab.mailauth.dkim import seal, sign, verify
from relaylab.mailauth.dkim.keys import SigningKey
from tests.clients.programs import run
from tests.mailauth.dkim.letters import (
    DOMAIN,
    MESSAGES,
    SELECTOR,
    ed25519_key,
    key_record,
    key_zone,
    pem,
    put_on_top,
    rsa_key,
    signing_key,
)
from tests.mailauth.dkim.opendkim import OpenDkim, administrators_program
from tests.mailauth.zones import a_zone

FOREIGN = Path(__file__).with_name("dkimpy")
LATER = datetime(2100, 1, 1, tzinfo=UTC)  # the others sign by the machine's clock
FORMS = [b"simple", b"relaxed"]

every_message = pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
# opendkim's test mode hands fields over as a mail server does, without the white space after the colon, and wants a
# body to end in a line end.
HARD_FOR_OPENDKIM = {"two spaces after the colon", "no final line end"}
messages_for_opendkim = pytest.mark.parametrize(
    "message", [message for name, message in MESSAGES.items() if name not in HARD_FOR_OPENDKIM]
)
every_form = pytest.mark.parametrize(("header", "body"), list(product(FORMS, FORMS)))

# The public keys of dkimpy's own tests, a name and its TXT record a line.
PUBLISHED = a_zone(
    {
        name: [("TXT", record)]
        for name, _, record in (line.partition(" ") for line in (FOREIGN / "keys.txt").read_text("ascii").splitlines())
    }
)


def foreign(name: str) -> bytes:
    """A message of dkimpy's tests with the line ends of the wire."""
    return re.sub(rb"\r?\n", b"\r\n", (FOREIGN / name).read_bytes())


def dkimpy_says(message: bytes, record: str) -> bool:
    return bool(dkimpy.verify(message, dnsfunc=lambda name, timeout=5: record.encode()))


def ours(message: bytes, record: str | None = None) -> list[DkimResult]:
    return [check.result for check in verify(key_zone(record), message, LATER)]


def change_the_body(message: bytes) -> bytes:
    return message + b"one line more\r\n"


def change_a_field(message: bytes) -> bytes:
    return message.replace(b"scanner@contoso.com", b"sc4nner@contoso.com", 1)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rfc6376.signed.msg", [DkimResult.PASS, DkimResult.PASS]),
        ("rfc6376.signed.rsa.msg", [DkimResult.PASS]),
        ("test2.message", [DkimResult.PASS]),
        ("ed25519test2.msg", [DkimResult.PASS]),
    ],
)
def test_messages_that_others_have_signed_verify(name: str, expected: list[DkimResult]) -> None:
    checks = verify(PUBLISHED, foreign(name), LATER)

    assert expected == [check.result for check in checks], [check.because for check in checks]


@every_message
@every_form
@pytest.mark.parametrize("length", [False, True], ids=["whole", "with l="])
def test_what_dkimpy_signs_verifies(message: bytes, header: bytes, body: bytes, *, length: bool) -> None:
    signature = dkimpy.sign(
        message, SELECTOR.encode(), DOMAIN.encode(), pem(rsa_key()), canonicalize=(header, body), length=length
    )

    assert [DkimResult.PASS] == ours(put_on_top(signature, message))


@every_message
def test_what_dkimpy_signs_with_ed25519_verifies(message: bytes) -> None:
    key = ed25519_key().private_bytes_raw()
    signature = dkimpy.sign(
        message, SELECTOR.encode(), DOMAIN.encode(), b64encode(key), signature_algorithm=b"ed25519-sha256"
    )

    assert [DkimResult.PASS] == ours(put_on_top(signature, message), key_record(ed25519_key()))


@every_message
@every_form
@pytest.mark.parametrize("change", [change_the_body, change_a_field])
def test_both_see_a_change(message: bytes, header: bytes, body: bytes, change: Callable[[bytes], bytes]) -> None:
    signature = dkimpy.sign(message, SELECTOR.encode(), DOMAIN.encode(), pem(rsa_key()), canonicalize=(header, body))
    changed = change(put_on_top(signature, message))

    assert ([DkimResult.FAIL], False) == (ours(changed), dkimpy_says(changed, key_record()))


@every_message
@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_dkimpy_verifies_what_we_sign(message: bytes, kind: str) -> None:
    key = rsa_key() if kind == "rsa" else ed25519_key()
    signed = put_on_top(sign(message, signing_key(key)), message)

    assert dkimpy_says(signed, key_record(key))
    assert [DkimResult.PASS] == ours(signed, key_record(key))


@every_message
def test_dkimpy_verifies_the_arc_set_that_we_add(message: bytes) -> None:
    key = SigningKey.from_pem(pem(rsa_key()), domain=DOMAIN, selector=SELECTOR)
    for line in reversed(seal(message, "mx.microsoft.com 1; spf=pass; dkim=none; arc=none (0)", key)):
        message = put_on_top(line, message)

    validation, instances, reason = dkimpy.arc_verify(message, dnsfunc=lambda name, timeout=5: key_record().encode())

    assert (b"pass", 1) == (validation, len(instances)), reason


@pytest.fixture
def opendkim(tmp_path: Path) -> OpenDkim:
    return OpenDkim(administrators_program("opendkim", "opendkim"), tmp_path)


@pytest.mark.clients
@messages_for_opendkim
def test_opendkim_verifies_what_we_sign(message: bytes, opendkim: OpenDkim) -> None:
    signed = put_on_top(sign(message, signing_key()), message)

    assert f"verification (s={SELECTOR}, d={DOMAIN}, 2048-bit key) succeeded" in opendkim.verify(signed)
    assert "failed" in opendkim.verify(change_a_field(signed))


@pytest.mark.clients
@messages_for_opendkim
@every_form
def test_what_opendkim_signs_verifies(message: bytes, header: bytes, body: bytes, opendkim: OpenDkim) -> None:
    told = opendkim.sign(
        message,
        Canonicalization=f"{header.decode()}/{body.decode()}",
        SignatureAlgorithm="rsa-sha256",
        OversignHeaders="From,Reply-To",
    )
    value = re.search(r"hname='DKIM-Signature' hvalue='(.*?)'", told, re.DOTALL)
    assert value, told
    signature = "DKIM-Signature: " + value[1].replace("\n", "\r\n")

    assert [DkimResult.PASS] == ours(put_on_top(signature, message))
    assert [DkimResult.FAIL] == ours(put_on_top(signature, put_on_top("Reply-To: x@evil.example", message)))


@pytest.mark.clients
def test_the_old_algorithm_that_opendkim_testmsg_signs_with_is_not_verified(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(pem(rsa_key()))
    testmsg = administrators_program("opendkim-testmsg", "opendkim-tools")
    command: list[str | Path] = [testmsg, "-C", "-d", DOMAIN, "-s", SELECTOR, "-k", key]
    signed = run(command, tmp_path, given=MESSAGES["plain"]).stdout

    check = verify(key_zone(), signed, LATER)[0]

    assert (DkimResult.PERMERROR, "rsa-sha1") == (check.result, check.algorithm)
