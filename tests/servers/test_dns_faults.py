"""Faults of DNS over real sockets: which questions fail, how often, and where no such fault can be."""

from __future__ import annotations

import dns.exception
import dns.message
import dns.query
import pytest

from relaylab.app.emulator import Settings
from relaylab.app.faults import FaultError, parse_spec
from relaylab.domain.event import Faulted
from tests.conftest import Emulate
from tests.servers.dns_questions import code, over_tcp, over_udp


@pytest.mark.parametrize(("behaviour", "answered"), [("servfail", "SERVFAIL"), ("refused", "REFUSED")])
def test_a_fault_fails_the_questions_for_a_name_and_what_lies_below_it(
    emulate: Emulate, behaviour: str, answered: str
) -> None:
    emulator = emulate(settings=Settings(dns=True), faults=[f"dns={behaviour},name=office365.com"])
    where = emulator.endpoints["dns"]

    assert answered == code(over_udp(where, "smtp.office365.com"))
    assert answered == code(over_tcp(where, "smtp.office365.com"))
    assert "NOERROR" == code(over_udp(where, "in-addr.arpa", "SOA"))
    acts = [entry.event for entry in emulator.store.events if isinstance(entry.event, Faulted)]
    assert [("f-1", behaviour, "smtp.office365.com A")] * 2 == [(one.fault, one.behaviour, one.command) for one in acts]


def test_a_fault_that_counts_lets_questions_pass_when_it_is_used_up(emulate: Emulate) -> None:
    emulator = emulate(settings=Settings(dns=True), faults=["dns=timeout,times=1"])
    where = emulator.endpoints["dns"]

    with pytest.raises(dns.exception.Timeout):
        dns.query.udp(dns.message.make_query("smtp.office365.com", "A"), where.host, 0.2, where.port)
    assert "NOERROR" == code(over_udp(where, "smtp.office365.com"))
    assert 1 == emulator.faults.used("f-1")


def test_the_dice_of_a_fault_fall_alike_after_a_reset(emulate: Emulate) -> None:
    emulator = emulate(settings=Settings(dns=True), faults=["dns=refused,chance=0.5"])
    where = emulator.endpoints["dns"]

    first = [code(over_udp(where, "smtp.office365.com")) for _ in range(12)]
    emulator.reset(seed=7)

    assert first == [code(over_udp(where, "smtp.office365.com")) for _ in range(12)]
    assert {"NOERROR", "REFUSED"} == set(first)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("mx=servfail", "listener: servfail is nothing that mx does; scope it by dns"),
        ("dns=nostarttls", "listener: nostarttls is nothing that dns does; scope it by an SMTP listener"),
        ("smtp.office365.com=timeout", "host: a question to DNS has none; give name="),
    ],
)
def test_a_fault_of_dns_acts_there_and_nowhere_else(spec: str, said: str) -> None:
    with pytest.raises(FaultError, match=said):
        parse_spec(spec)
