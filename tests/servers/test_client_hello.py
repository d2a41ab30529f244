"""A ClientHello is read as it comes; whatever else comes asks for nothing, and nothing breaks."""

from __future__ import annotations

import ssl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relaylab.domain.peer import ClientHello
from relaylab.servers.client_hello import LONGEST, read_client_hello


def hello_of(name: str | None, version: ssl.TLSVersion) -> bytes:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.maximum_version = version
    outgoing = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name).do_handshake()
    return outgoing.read()


@pytest.mark.parametrize("name", [None, "smtp.office365.com", "a" * 60 + ".example"])
@pytest.mark.parametrize(("version", "is_new"), [(ssl.TLSVersion.TLSv1_2, False), (ssl.TLSVersion.TLSv1_3, True)])
def test_name_and_newest_version_are_read(name: str | None, version: ssl.TLSVersion, *, is_new: bool) -> None:
    assert ClientHello(name, is_new) == read_client_hello(hello_of(name, version))


def test_as_long_as_octets_are_missing_nothing_is_decided() -> None:
    hello = hello_of("smtp.office365.com", ssl.TLSVersion.TLSv1_3)

    assert {None} == {read_client_hello(hello[:length]) for length in range(len(hello))}


def test_a_hello_may_be_spread_over_records() -> None:
    whole = hello_of("smtp.office365.com", ssl.TLSVersion.TLSv1_3)
    message = whole[5:]
    parts = (message[:3], message[3:50], message[50:])
    spread = b"".join(b"\x16\x03\x01" + len(part).to_bytes(2, "big") + part for part in parts)

    assert read_client_hello(whole) == read_client_hello(spread)


@given(st.binary(max_size=300).map(lambda octets: b"\x16\x03\x01" + octets))
@example(b"\x16\x03\x01\x00\x04\x01\x00\x00\x00")
@example(b"\x16\x03\x01\xff\xff" + b"\x01" * LONGEST)
def test_whatever_comes_is_read_or_waited_for(octets: bytes) -> None:
    assert isinstance(read_client_hello(octets), ClientHello | None)


@pytest.mark.parametrize(
    "octets", [b"EHLO a\r\n", b"\x15\x03\x01\x00\x02\x02\x28", b"\x16\x03\x01\x00\x04\x02\x00\x00\x00"]
)
def test_what_is_no_client_hello_asks_for_nothing(octets: bytes) -> None:
    assert ClientHello() == read_client_hello(octets)
