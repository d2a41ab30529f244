"""The header of the PROXY protocol, as a balancer writes it and as nobody should."""

from ipaddress import ip_address
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaylab.servers.proxy_header import HeaderReader, ProxyHeader, ProxyHeaderError

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
V1 = b"PROXY TCP4 203.0.113.42 192.0.2.1 56324 25\r\n"
V1_IPV6 = b"PROXY TCP6 2001:db8::7 2001:db8::1 56324 25\r\n"
V2 = SIGNATURE + bytes([0x21, 0x11, 0, 12, 203, 0, 113, 42, 192, 0, 2, 1, 0xDC, 4, 0, 25])
V2_IPV6 = SIGNATURE + bytes([0x21, 0x21, 0, 36]) + ip_address("2001:db8::7").packed + bytes(20)
V1_MAPPED = b"PROXY TCP6 ::ffff:203.0.113.42 ::1 56324 25\r\n"
V2_MAPPED = SIGNATURE + bytes([0x21, 0x21, 0, 36]) + ip_address("::ffff:203.0.113.42").packed + bytes(20)
V2_WITH_TLV = SIGNATURE + bytes([0x21, 0x11, 0, 16]) + V2[16:] + b"\x04\x00\x01\x00"


@pytest.mark.parametrize(
    ("octets", "source"),
    [
        (V1, "203.0.113.42"),
        (V1_IPV6, "2001:db8::7"),
        (V2, "203.0.113.42"),
        (V2_IPV6, "2001:db8::7"),
        (V1_MAPPED, "203.0.113.42"),
        (V2_MAPPED, "203.0.113.42"),
        (V2_WITH_TLV, "203.0.113.42"),
        (b"PROXY UNKNOWN\r\n", None),
        (b"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", None),
        (SIGNATURE + b"\x20\x00\x00\x00", None),
        (SIGNATURE + b"\x21\x00\x00\x02xx", None),
    ],
)
@pytest.mark.parametrize("rest", [b"", b"EHLO first\r\n"])
def test_a_header_names_the_client_and_takes_nothing_behind_it(octets: bytes, source: str | None, rest: bytes) -> None:
    header = HeaderReader().take(octets + rest)

    assert ProxyHeader(ip_address(source) if source else None, rest) == header


@pytest.mark.parametrize("octets", [V1, V1_IPV6, V2, V2_IPV6, V2_WITH_TLV])
@given(cuts=st.lists(st.integers(0, 60), max_size=5))
def test_however_a_header_is_cut_into_segments_it_says_the_same(octets: bytes, cuts: list[int]) -> None:
    reader, edges = HeaderReader(), sorted({0, len(octets), *(cut for cut in cuts if cut < len(octets))})

    headers = [reader.take(octets[start:end]) for start, end in pairwise(edges)]

    assert [None] * (len(headers) - 1) == headers[:-1]
    assert headers[-1] == HeaderReader().take(octets)


@pytest.mark.parametrize(
    "octets",
    [
        b"EHLO client\r\n",
        b"PROXY TCP4 203.0.113.42 192.0.2.1 56324\r\n",
        b"PROXY TCP4 2001:db8::7 192.0.2.1 56324 25\r\n",
        b"PROXY TCP4 203.0.113.042 192.0.2.1 56324 25\r\n",
        b"PROXY TCP4 203.0.113.42 192.0.2.1 65536 25\r\n",
        b"PROXY TCP4 203.0.113.42 192.0.2.1 056 25\r\n",
        b"PROXY TCP4  203.0.113.42 192.0.2.1 56324 25\r\n",
        b"PROXY UDP4 203.0.113.42 192.0.2.1 56324 25\r\n",
        b"PROXY " + b"x" * 101,
        SIGNATURE + b"\x31\x11\x00\x00",
        SIGNATURE + b"\x22\x11\x00\x00",
        SIGNATURE + b"\x21\x12\x00\x0c" + bytes(12),
        SIGNATURE + b"\x21\x11\x00\x04" + bytes(4),
    ],
)
def test_what_is_no_header_is_told_so(octets: bytes) -> None:
    with pytest.raises(ProxyHeaderError):
        HeaderReader().take(octets)


@given(st.binary(max_size=200))
def test_any_octets_are_a_header_part_of_one_or_told_to_be_none(octets: bytes) -> None:
    try:
        header = HeaderReader().take(octets)
    except ProxyHeaderError:
        return

    assert header is None or octets.endswith(header.rest)
