"""DNS over real sockets: what is answered, what is refused, what is bounded, and how time and worlds change it."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import replace
from ipaddress import ip_address

import dns.flags
import dns.message
import dns.opcode
import dns.query
import pytest

from relaylab.app.config import LoadedWorld
from relaylab.app.emulator import Emulator, Settings
from relaylab.domain.clock import parse_instant
from relaylab.domain.world import World
from relaylab.domain.zone import TTL, Lab, View
from relaylab.servers import dns as dns_server
from relaylab.servers.dns_wire import PAYLOAD
from relaylab.servers.fleet import Listening
from tests.conftest import Emulate
from tests.rules.dns.publishing import a_record
from tests.servers.dns_questions import code, datagram, over_tcp, over_udp, questions, values

MX_HOST = "contoso-com.mail.protection.outlook.com"
WITH_DNS = Settings(dns=True)
LONG = tuple(a_record("long.example", "TXT", f"{number:03d} " + "x" * 200) for number in range(40))
RECORDS = (
    a_record("contoso.com", "MX", f"0 {MX_HOST}"),
    a_record("contoso.com", "TXT", "v=spf1 include:spf.protection.outlook.com -all"),
    a_record("quoted.example", "TXT", 'a "quote" and a \\ and ü'),
    a_record("nothing.example", "MX", "0 ."),
    a_record("broken.example", "SERVFAIL"),
    a_record("silent.example", "TIMEOUT"),
    *LONG,
)


@pytest.fixture
def world(small_world: LoadedWorld) -> LoadedWorld:
    return replace(small_world, world=replace(small_world.world, dns=RECORDS))


@pytest.fixture
def emulator(emulate: Emulate, world: LoadedWorld) -> Emulator:
    return emulate(world=world, settings=WITH_DNS)


@pytest.fixture
def where(emulator: Emulator) -> Listening:
    return emulator.endpoints["dns"]


# What is answered ---------------------------------------------------------------------------------------------------


def test_dns_is_off_unless_it_is_asked_for(emulate: Emulate) -> None:
    assert "dns" not in emulate().endpoints


@pytest.mark.parametrize("ask", [over_udp, over_tcp])
def test_a_question_is_answered_with_authority_over_udp_and_tcp(where: Listening, ask: object) -> None:
    answer = ask(where, "Contoso.COM", "MX")  # type: ignore[operator]

    assert [f"0 {MX_HOST}."] == [value.lower() for value in values(answer)]
    assert "AA" in dns.flags.to_text(answer.flags)
    assert "RA" not in dns.flags.to_text(answer.flags)
    assert TTL == answer.answer[0].ttl


def test_a_service_leads_to_where_relaylab_listens(where: Listening) -> None:
    for name in ("smtp.office365.com", MX_HOST, "smtp.hve.mx.microsoft", "login.microsoftonline.com"):
        assert [where.host] == values(over_udp(where, name))[-1:]
        assert where.host not in values(over_udp(where, name, "AAAA"))


def test_the_view_of_the_world_can_be_served_instead(emulate: Emulate) -> None:
    emulator = emulate(settings=Settings(dns=True, dns_view=View.WORLD))
    in_process = emulator.zone().look_up(MX_HOST, "A").values("A")

    assert list(in_process) == values(over_udp(emulator.endpoints["dns"], MX_HOST))
    assert "127.0.0.1" not in in_process


def test_in_process_both_views_can_be_asked(emulator: Emulator) -> None:
    host = emulator.settings.host

    assert host not in emulator.zone().look_up(MX_HOST, "A").values("A")
    assert (host,) == emulator.zone(_lab(host)).look_up(MX_HOST, "A").values("A")


def test_the_host_that_an_mx_record_should_name_is_one_that_answers(emulator: Emulator, where: Listening) -> None:
    hosts = emulator.mail_hosts()

    assert MX_HOST == hosts["contoso.com"]
    assert [where.host] * len(hosts) == [values(over_udp(where, host))[0] for host in hosts.values()]


def test_a_text_comes_through_as_the_world_writes_it(where: Listening) -> None:
    (rrset,) = over_udp(where, "quoted.example", "TXT").answer

    assert 'a "quote" and a \\ and ü'.encode() == b"".join(rrset[0].strings)


def test_a_domain_that_takes_no_mail_says_so(where: Listening) -> None:
    assert ["0 ."] == values(over_udp(where, "nothing.example", "MX"))


def test_a_key_longer_than_a_string_is_cut_into_strings(where: Listening, emulator: Emulator) -> None:
    name = "selector1-contoso-com._domainkey.contoso.onmicrosoft.com"
    (rrset,) = over_udp(where, name, "TXT").answer

    assert 2 == len(rrset[0].strings)
    assert emulator.authority.dkim_key("selector1").public_key.encode() in b"".join(rrset[0].strings)


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("contoso.com", "AAAA", "NOERROR"),
        ("contoso.com", "HTTPS", "NOERROR"),
        ("nosuch.contoso.com", "A", "NXDOMAIN"),
        ("www.example.org", "A", "REFUSED"),
        (".", "NS", "REFUSED"),
        ("contoso.com", "AXFR", "REFUSED"),
        ("broken.example", "TXT", "SERVFAIL"),
        ("deep.broken.example", "A", "SERVFAIL"),
        (r"a\.contoso.com", "A", "REFUSED"),  # one label that holds a dot: it lies below com, which is nobody's
        (r"b\.a.contoso.com", "A", "NXDOMAIN"),
    ],
)
def test_what_has_no_answer_says_why(where: Listening, name: str, kind: str, expected: str) -> None:
    answer = over_tcp(where, name, kind) if kind != "AXFR" else _transfer(where, name)

    assert expected == code(answer)
    assert [] == answer.answer
    assert (expected in {"NOERROR", "NXDOMAIN"}) is ("AA" in dns.flags.to_text(answer.flags))
    assert (expected in {"NOERROR", "NXDOMAIN"}) is bool(answer.authority)


def test_any_is_answered_with_one_small_record(where: Listening) -> None:
    assert ['"RFC8482" ""'] == values(over_udp(where, "contoso.com", "ANY"))


def test_where_the_world_lets_nobody_answer_nothing_comes_back_and_the_next_question_is_heard(
    where: Listening, emulator: Emulator
) -> None:
    silent = dns.message.make_query("silent.example", "TXT").to_wire()
    heard = dns.message.make_query("contoso.com", "MX").to_wire()
    with socket.create_connection((where.host, where.port), dns_server.IDLE) as client:
        for octets in (silent, heard):
            client.sendall(len(octets).to_bytes(2, "big") + octets)
        answer = client.recv(65_535)

    assert heard[:2] == answer[2:4]
    assert [("silent.example", "TXT", "TIMEOUT"), ("contoso.com", "MX", "NOERROR")] == questions(emulator)
    assert emulator.zone().look_up("silent.example", "TXT").is_silent


# EDNS and truncation ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "most"), [({"edns": -1}, 512), ({"payload": 600}, 600), ({"payload": 9000}, PAYLOAD)]
)
def test_an_answer_too_large_for_udp_is_cut_and_whole_over_tcp(
    where: Listening, options: dict[str, int], most: int
) -> None:
    cut = over_udp(where, "long.example", "TXT", **options)
    whole = over_tcp(where, "long.example", "TXT")

    assert "TC" in dns.flags.to_text(cut.flags)
    assert len(cut.to_wire()) <= most
    assert len(LONG) == len(values(whole))
    assert "TC" not in dns.flags.to_text(whole.flags)


def test_edns_is_answered_with_edns_and_only_then(where: Listening) -> None:
    assert -1 == over_udp(where, "contoso.com", "MX", edns=-1).edns
    assert (0, PAYLOAD) == ((answer := over_udp(where, "contoso.com", "MX", payload=4096)).edns, answer.payload)


def test_a_later_version_of_edns_is_told_which_one_is_known(where: Listening) -> None:
    assert "BADVERS" == code(over_udp(where, "contoso.com", "MX", edns=1))


# What is no question ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "octets",
    [
        b"\x12\x34\x01\x00" + bytes(8),  # no question in it
        b"\x12\x34\x01\x00\x00\x02" + bytes(6),
        b"\x12\x34\x01\x00\x00\x01" + bytes(6) + b"\x3fshort",
        b"\x12\x34\x01\x00\x00\x01" + bytes(6) + b"\xc0\x0c\x00\x01\x00\x01",  # a name that points to itself
        dns.message.make_query("contoso.com", "MX").to_wire() + b"trailing",
    ],
    ids=["no question", "two questions", "a short name", "a name in a circle", "more octets"],
)
def test_octets_that_are_no_question_are_answered_with_their_number_and_formerr(
    where: Listening, octets: bytes
) -> None:
    answer = datagram(where, octets)

    assert octets[:2] == answer[:2]
    assert (12, 0x81, 1) == (len(answer), answer[2], answer[3])


def test_what_deserves_no_answer_gets_none_and_does_no_harm(where: Listening, emulator: Emulator) -> None:
    an_answer = dns.message.make_response(dns.message.make_query("contoso.com", "MX")).to_wire()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(dns_server.IDLE)
        for octets in (b"", b"x", an_answer, dns.message.make_query("contoso.com", "MX").to_wire()):
            client.sendto(octets, (where.host, where.port))
        answer = client.recv(65_535)

    assert [f"0 {MX_HOST}."] == values(dns.message.from_wire(answer))
    assert [("contoso.com", "MX", "NOERROR")] == questions(emulator)


def test_other_operations_and_other_classes_are_refused(where: Listening) -> None:
    update = dns.message.make_query("contoso.com", "SOA")
    update.set_opcode(dns.opcode.NOTIFY)
    chaos = dns.message.make_query("version.bind", "TXT", "CH")

    for question in (update, chaos):
        assert "REFUSED" == code(dns.query.udp(question, where.host, 10, where.port))


# Connections --------------------------------------------------------------------------------------------------------


def test_questions_may_come_in_pieces_and_several_at_once(where: Listening) -> None:
    queries = [dns.message.make_query("contoso.com", kind, use_edns=-1) for kind in ("MX", "TXT", "A")]
    framed = b"".join(len(wire).to_bytes(2, "big") + wire for wire in (query.to_wire() for query in queries))
    with socket.create_connection((where.host, where.port), 10) as client:
        for at in range(0, len(framed), 7):
            client.sendall(framed[at : at + 7])
        answers = [dns.query.receive_tcp(client)[0] for _ in queries]

    assert [query.id for query in queries] == [answer.id for answer in answers]


def test_a_message_that_is_too_long_ends_its_connection(where: Listening) -> None:
    with socket.create_connection((where.host, where.port), 10) as client:
        client.sendall(b"\xff\xff" + bytes(100))

        assert _is_over(client)


def test_there_are_no_more_connections_than_the_bound(where: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns_server, "MOST_CONNECTIONS", 3)
    with ExitStack() as open_ones:
        for _ in range(3):
            client = open_ones.enter_context(socket.create_connection((where.host, where.port), 10))
            dns.query.send_tcp(client, dns.message.make_query("contoso.com", "MX"))
            dns.query.receive_tcp(client)
        one_more = open_ones.enter_context(socket.create_connection((where.host, where.port), 10))

        assert _is_over(one_more)
    assert [f"0 {MX_HOST}."] == values(over_udp(where, "contoso.com", "MX"))


def test_a_silent_connection_is_ended(where: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns_server, "IDLE", 0.01)
    with socket.create_connection((where.host, where.port), 10) as client:
        assert _is_over(client)


def test_beginning_again_ends_connections_and_forgets_questions(where: Listening, emulator: Emulator) -> None:
    over_udp(where, "contoso.com", "MX")
    with socket.create_connection((where.host, where.port), 10) as client:
        dns.query.send_tcp(client, dns.message.make_query("contoso.com", "MX"))
        dns.query.receive_tcp(client)
        emulator.reset()

        assert _is_over(client)
    assert [] == questions(emulator)
    assert [f"0 {MX_HOST}."] == values(over_udp(where, "contoso.com", "MX"))


def test_the_end_of_the_emulator_ends_both_listeners(emulate: Emulate, world: LoadedWorld) -> None:
    emulator = emulate(world=world, settings=WITH_DNS)
    where = emulator.endpoints["dns"]
    emulator.__exit__(None, None, None)
    emulator.__enter__()

    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as taken:
            taken.bind((where.host, where.port))


# Time, worlds and the log -------------------------------------------------------------------------------------------


def test_answers_follow_the_clock_at_once_and_back_again(emulate: Emulate) -> None:
    emulator = emulate("2024-10-15", settings=Settings(dns=True, dns_view=View.WORLD))
    where = emulator.endpoints["dns"]

    seen = []
    for day in ("2024-10-15", "2024-10-16", "2024-10-15"):
        emulator.travel(parse_instant(day))
        seen.append(bool(values(over_udp(where, MX_HOST, "AAAA"))))

    assert [False, True, False] == seen


def test_answers_follow_another_world_at_once(where: Listening, emulator: Emulator, world: LoadedWorld) -> None:
    before = values(over_udp(where, "contoso.com", "TXT"))
    other = (a_record("contoso.com", "TXT", "v=spf1 -all"), a_record("new.example", "A", "192.0.2.7"))
    emulator.reset(world=replace(world.world, dns=other))

    assert ['"v=spf1 include:spf.protection.outlook.com -all"'] == before
    assert ['"v=spf1 -all"'] == values(over_udp(where, "contoso.com", "TXT"))
    assert ["192.0.2.7"] == values(over_udp(where, "new.example"))
    assert "REFUSED" == code(over_udp(where, "quoted.example", "TXT"))


def test_a_moved_milestone_moves_the_answers(where: Listening, emulator: Emulator) -> None:
    emulator.reset(milestones={"hve_host_at_mx_microsoft": None})

    assert "NXDOMAIN" == code(over_udp(where, "smtp.hve.mx.microsoft"))


def test_every_question_is_an_event_with_who_asked_what_and_the_code(where: Listening, emulator: Emulator) -> None:
    over_udp(where, "Contoso.com", "MX")
    over_tcp(where, "www.example.org", "AAAA")
    datagram(where, b"\x12\x34" + bytes(10))

    assert [("Contoso.com", "MX", "NOERROR"), ("www.example.org", "AAAA", "REFUSED"), ("", "", "FORMERR")] == questions(
        emulator
    )
    assert {("dns", "dns", "127.0.0.1")} == {
        (entry.event.session, entry.event.endpoint, entry.event.client)  # type: ignore[union-attr]
        for entry in emulator.store.events
    }


def test_a_record_that_a_program_made_wrong_is_a_failure_and_no_error(emulate: Emulate, world: LoadedWorld) -> None:
    wrong = tuple(a_record(f"{kind}.example", kind, "nonsense of no type") for kind in ("A", "MX", "TLSA"))
    emulator = emulate(world=replace(world, world=World(tenants=world.world.tenants, dns=wrong)), settings=WITH_DNS)
    where = emulator.endpoints["dns"]

    assert ["SERVFAIL"] * 3 == [code(over_udp(where, one.name.name, one.type)) for one in wrong]


def _lab(host: str) -> Lab:
    return Lab((ip_address(host),))


def _transfer(where: Listening, name: str) -> dns.message.Message:
    octets = dns.message.make_query(name, "AXFR").to_wire()
    with socket.create_connection((where.host, where.port), 10) as client:
        client.sendall(len(octets).to_bytes(2, "big") + octets)
        return dns.query.receive_tcp(client)[0]


def _is_over(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True
