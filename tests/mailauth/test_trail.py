"""Which address is judged behind a gateway (fact MX-CON-08)."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaylab.mailauth import judged_address

GATEWAY = ip_address("198.51.100.1")
GATEWAYS = ip_network("198.51.100.0/24")
TRAIL = (
    b"Received: from inner.gateway.example (inner.gateway.example [198.51.100.2])\r\n by out.gateway.example; now\r\n"
    b"Received: from mail.fabrikam.com (203.0.113.9) by inner.gateway.example (198.51.100.2)\r\n with SMTP\r\n"
    b"Subject: hello\r\n\r\nbody\r\n"
)


def test_without_enhanced_filtering_the_connecting_address_is_judged() -> None:
    assert GATEWAY == judged_address(TRAIL, GATEWAY).ip


def test_the_last_address_is_skipped_alone() -> None:
    judged = judged_address(TRAIL, GATEWAY, skip_last_ip=True)

    assert ip_address("198.51.100.2") == judged.ip
    assert "EFSkipLastIP skips 198.51.100.1" in judged.because[0]


def test_every_listed_address_is_skipped() -> None:
    judged = judged_address(TRAIL, GATEWAY, skips=GATEWAYS.__contains__)

    assert ip_address("203.0.113.9") == judged.ip


def test_an_address_that_is_not_listed_is_judged_itself() -> None:
    stranger = ip_address("192.0.2.77")

    assert stranger == judged_address(TRAIL, stranger, skips=GATEWAYS.__contains__).ip


def test_a_message_without_a_trail_is_judged_by_who_connected() -> None:
    assert GATEWAY == judged_address(b"Subject: x\r\n\r\n", GATEWAY, skip_last_ip=True).ip


@pytest.mark.parametrize(
    "clause",
    [
        b"from a.b ([203.0.113.9])",
        b"from [203.0.113.9] (helo=x)",
        b"from x (EHLO y) (203.0.113.9)",
        b"from x (unknown [IPv6:2001:db8::9])",
        b"from 1.2.3.4.5 ([1.2.3.4.5] [203.0.113.9])",
    ],
)
def test_the_address_is_found_however_it_is_bracketed(clause: bytes) -> None:
    judged = judged_address(b"Received: " + clause + b" by z; now\r\n\r\n", GATEWAY, skip_last_ip=True)

    assert judged.ip in {ip_address("203.0.113.9"), ip_address("2001:db8::9")}


@given(value=st.binary(max_size=200))
def test_no_trail_raises(value: bytes) -> None:
    assert judged_address(b"Received: " + value + b"\r\n\r\n", GATEWAY, skip_last_ip=True)
