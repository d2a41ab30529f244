"""DKIM where a sender chooses every octet: canonical forms, bounds, and parsers that never raise."""

from __future__ import annotations

import contextlib
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaylab.domain.authentication import DkimResult
from relaylab.domain.zone import DnsAnswer
from relaylab.mailauth.dkim import verify
from relaylab.mailauth.dkim.canonical import Form, canonical_body, canonical_field
from relaylab.mailauth.dkim.keys import KeyRecordError, parse_key
from relaylab.mailauth.dkim.signature import SignatureError, parse_signature, without_value
from relaylab.mailauth.dkim.tags import TagError, parse_tags
from relaylab.mailauth.dkim.verify import LONGEST_HEADER, MOST_SIGNATURES
from relaylab.mailauth.fields import Field, split_message
from tests.mailauth.dkim.letters import DOMAIN, HEADER, MESSAGES, SELECTOR, key_zone, put_on_top
from tests.mailauth.zones import LiteralZone

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MESSAGE = MESSAGES["plain"]
TAGS = f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={DOMAIN}; s={SELECTOR}"


def test_obsolete_space_before_the_colon_is_no_part_of_the_name() -> None:
    assert b"subject:a scan" == canonical_field(b"SUBJECT \t:  a \r\n\t scan  ", Form.RELAXED)


def test_only_the_value_of_b_is_emptied_and_not_that_of_bh() -> None:
    raw = b"DKIM-Signature: v=1; bh=abc=;\r\n\tb = x\r\n y=; d=contoso.com"

    assert b"DKIM-Signature: v=1; bh=abc=;\r\n\tb =; d=contoso.com" == without_value(raw)


def test_a_flood_of_signatures_is_not_verified_to_its_end() -> None:
    message = MESSAGE
    for _ in range(MOST_SIGNATURES + 5):
        message = put_on_top(f"DKIM-Signature: {TAGS}; h=From; bh=AAAA; b=AAAA", message)
    asked: list[str] = []

    class Counting(LiteralZone):
        def look_up(self, name: str, record_type: str) -> DnsAnswer:
            asked.append(name)
            return super().look_up(name, record_type)

    checks = verify(Counting(), message, NOON)

    assert MOST_SIGNATURES == len(asked)
    assert DkimResult.NEUTRAL is checks[-1].result


@pytest.mark.parametrize(("length", "result"), [(LONGEST_HEADER - 2_000, "fail"), (LONGEST_HEADER, "neutral")])
def test_a_header_block_longer_than_any_in_earnest_is_not_verified(length: int, result: str) -> None:
    padding = f"X-Padding: {'x' * 900}"
    message = put_on_top(f"DKIM-Signature: {TAGS}; h=From; bh=AAAA; b=AAAA", MESSAGE)
    for _ in range(length // (len(padding) + 2) + 1 if result == "neutral" else length // (len(padding) + 2) - 2):
        message = put_on_top(padding, message)

    (check,) = verify(key_zone(), message, NOON)

    assert result == check.result


def test_bodies_signed_in_part_are_hashed_for_a_few_lengths_only() -> None:
    message = MESSAGE
    for length in range(1, 6):
        message = put_on_top(f"DKIM-Signature: {TAGS}; l={length}; h=From; bh=AAAA; b=AAAA", message)

    found = [check.result for check in verify(key_zone(), message, NOON)]

    assert [DkimResult.FAIL] * 3 + [DkimResult.NEUTRAL] * 2 == found


@pytest.mark.parametrize(
    "body",
    [
        b" " * 4_000_000,
        b"\r\n" * 2_000_000,
        b" \t" * 2_000_000 + b"x",
        (b" " * 30 + b"\r\n") * 100_000,
        b"\n" * 4_000_000,
    ],
    ids=["spaces", "empty lines", "spaces and a letter", "lines of spaces", "bare line feeds"],
)
def test_bodies_made_to_be_slow_take_no_more_memory_than_a_few_copies(body: bytes) -> None:
    """A canonical form that went back over what it had read would not end here within the time that a test has."""
    tracemalloc.start()
    for form in Form:
        canonical_body(body, form)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert most < 5 * len(body)


@given(content=st.binary(max_size=300))
def test_no_content_makes_verification_raise(content: bytes) -> None:
    for message in (
        content,
        HEADER + content,
        b"DKIM-Signature: " + content,
        put_on_top(b"DKIM-Signature:" + content, MESSAGE),
    ):
        assert verify(key_zone(), message, NOON)


@given(text=st.text(max_size=120))
def test_no_text_makes_the_parsers_raise_anything_but_their_own_errors(text: str) -> None:
    for parse, error in ((parse_tags, TagError), (parse_key, KeyRecordError)):
        try:
            parse(text)
        except error:
            continue
    with contextlib.suppress(SignatureError):
        parse_signature(Field("dkim-signature", b"DKIM-Signature:" + text.encode("utf-8", "replace")))


@given(
    header=st.lists(
        st.sampled_from([b"From: a@b.c", b"X: 1\r\n\t2", b"To:", b": x", b"no colon", b" fold", b""]), max_size=8
    ),
    body=st.binary(max_size=60),
)
def test_splitting_a_message_loses_no_octet_of_its_body(header: list[bytes], body: bytes) -> None:
    head = b"\r\n".join(line for line in header if line)
    content = (head + b"\r\n\r\n" if head else b"\r\n") + body

    assert body == split_message(content).body


@given(
    body=st.binary(max_size=200).map(
        lambda octets: octets.translate(bytes.maketrans(bytes(range(64)), b" \t\r\nab" * 10 + b"\r\n\r\n"))
    )
)
def test_a_canonical_body_is_its_own_canonical_form(body: bytes) -> None:
    for form in Form:
        once = canonical_body(body, form)

        assert once == canonical_body(once, form)
