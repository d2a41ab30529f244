"""What only a transport can do for a fault: pace, endings, a look at the ClientHello. By hand, then over sockets."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

import pytest

from relaylab.app.emulator import Emulator, Settings
from relaylab.app.faults import parse_spec
from relaylab.domain.event import Closed, Faulted, TlsStarted
from relaylab.domain.handshake import Handshake
from relaylab.domain.peer import ClientHello
from relaylab.servers.desk import StreamLimits
from relaylab.servers.fleet import LISTENERS
from relaylab.servers.tls import ServerTls, TlsServer
from relaylab.session.moment import Moment
from relaylab.session.turn import Ending, Manner, Then, Turn
from tests.clients.by_socket import MESSAGE, Wire, signed_in
from tests.conftest import Emulate
from tests.servers.by_hand import HandConnection, HandTls
from tests.servers.scripted import ScriptedDesk, ScriptedDialogue

REPLY = b"250-one\r\n250 two\r\n"


@dataclass(slots=True)
class OddDialogue(ScriptedDialogue):
    """Gives its one turn to every line but NOOP, and its handshake to every ClientHello."""

    odd: Turn = Turn()  # noqa: RUF009 - frozen
    handshake: Handshake | None = None

    def receive_line(self, line: bytes, moment: Moment) -> Turn:
        self.note("line", line)
        return Turn(b"250 noop\r\n") if line == b"NOOP" else self.odd

    def client_hello(self, hello: ClientHello, moment: Moment) -> Turn:
        self.note("client hello", hello)
        return Turn(then=Then.START_TLS, manner=Manner(handshake=self.handshake))


@dataclass(slots=True)
class OddDesk(ScriptedDesk):
    odd: Turn = Turn()  # noqa: RUF009 - frozen
    handshake: Handshake | None = None
    other_tls: TlsServer | None = None

    def open(self, remote: tuple[str, int], moment: Moment) -> ScriptedDialogue:
        dialogue = OddDialogue(self.message_limit, odd=self.odd, handshake=self.handshake)
        self.dialogues.append(dialogue)
        return dialogue

    def faulty_tls(self, handshake: Handshake) -> TlsServer:
        assert self.other_tls is not None
        return self.other_tls


def connected(server_tls: ServerTls, turn: Turn, **more: object) -> HandConnection:
    connection = HandConnection(OddDesk(server_tls, odd=turn, **more))  # type: ignore[arg-type]
    connection.take_written()
    return connection


# By hand --------------------------------------------------------------------------------------------------------------


def test_a_reply_is_written_piece_by_piece_and_input_waits(server_tls: ServerTls) -> None:
    connection = connected(server_tls, Turn(REPLY, manner=Manner(piece=5, pause=0.1)))
    before = len(connection.transport.writes)

    connection.feed(b"ODD\r\nNOOP\r\n")
    for _ in range(4):
        connection.loop.step(0.1)

    assert [REPLY[:5], REPLY[5:10], REPLY[10:15], REPLY[15:] + b"250 noop\r\n"] == [
        *connection.transport.writes[before : before + 3],
        b"".join(connection.transport.writes[before + 3 :]),
    ]


@pytest.mark.parametrize(
    ("manner", "writes"),
    [(Manner(piece=5, pause=0.1), [REPLY[:5]]), (Manner(ending=Ending.RESET), [REPLY]), (Manner(alone=True), [REPLY])],
    ids=["piece", "ending", "alone"],
)
def test_a_manner_counts_for_a_line_that_comes_by_itself(
    server_tls: ServerTls, manner: Manner, writes: list[bytes]
) -> None:
    connection = connected(server_tls, Turn(REPLY, manner=manner))
    connection.company()
    before = len(connection.transport.writes)

    connection.stream.data_received(b"ODD\r\n")

    assert writes == connection.transport.writes[before:]
    if manner.ending is not None:
        connection.loop.step(0.1)
        assert connection.transport.closed


def test_replies_that_stand_alone_are_not_joined(server_tls: ServerTls) -> None:
    connection = connected(server_tls, Turn(b"250 ok\r\n", manner=Manner(alone=True)))
    before = len(connection.transport.writes)

    connection.feed(b"NOOP\r\nONE\r\nTWO\r\n")

    assert [b"250 noop\r\n", b"250 ok\r\n", b"250 ok\r\n"] == connection.transport.writes[before:]


def test_a_reply_in_pieces_is_written_whole_when_the_connection_ends_meanwhile(server_tls: ServerTls) -> None:
    connection = connected(server_tls, Turn(REPLY, manner=Manner(piece=5, pause=60)))
    connection.feed(b"ODD\r\n")

    connection.stream.shut()

    assert REPLY == connection.take_written()


@pytest.mark.parametrize("ending", [Ending.RESET, Ending.HANG_UP])
def test_a_connection_ends_a_moment_behind_the_reply_and_the_dialogue_hears_nothing_more(
    ending: Ending, server_tls: ServerTls
) -> None:
    connection = connected(server_tls, Turn(REPLY, Then.CLOSE, manner=Manner(ending=ending, pause=0.05)))
    connection.feed(b"ODD\r\nNOOP\r\n")
    assert (REPLY, False) == (connection.take_written(), connection.transport.closed)

    connection.loop.step(0.05)
    connection.stream.connection_lost(None)

    assert connection.transport.closed
    assert [("line", b"ODD")] == connection.desk.heard
    assert b"" == connection.take_written()


@pytest.mark.parametrize("end", ["lost", "too old", "stopped"])
def test_a_dialogue_that_is_over_hears_nothing_while_its_last_reply_waits(end: str, server_tls: ServerTls) -> None:
    turn = Turn(REPLY, Then.CLOSE, delay=60, manner=Manner(ending=Ending.RESET, pause=0.05))
    connection = connected(server_tls, turn)
    connection.feed(b"ODD\r\n")

    match end:
        case "lost":
            connection.stream.connection_lost(ConnectionResetError())
        case "too old":
            connection.stream.check(connection.loop.now + 1e6)
        case _:
            connection.stream.shut()

    assert [("line", b"ODD")] == connection.desk.heard


def test_a_connection_ends_at_once_in_place_of_a_reply(server_tls: ServerTls) -> None:
    connection = connected(server_tls, Turn(b"", Then.CLOSE, manner=Manner(ending=Ending.HANG_UP, pause=0.05)))

    connection.feed(b"ODD\r\n")

    assert connection.transport.closed


def test_a_silent_connection_hears_and_says_nothing_until_it_times_out(server_tls: ServerTls) -> None:
    desk = OddDesk(server_tls, StreamLimits(idle=10.0), odd=Turn(manner=Manner(ending=Ending.SILENCE)))
    connection = HandConnection(desk)
    connection.take_written()

    connection.feed(b"ODD\r\nNOOP\r\n", b"NOOP\r\n")
    connection.loop.step(5.0)
    assert (b"", [("line", b"ODD")]) == (connection.take_written(), desk.heard)
    assert not connection.transport.closed


def test_content_sets_off_a_reset_and_the_dialogue_is_told_once(server_tls: ServerTls) -> None:
    turn = Turn(b"354 go\r\n", Then.READ_MESSAGE, manner=Manner(ending=Ending.RESET_AT_INPUT))
    connection = connected(server_tls, turn)
    connection.feed(b"DATA\r\n")
    assert b"354 go\r\n" == connection.take_written()

    connection.feed(b"Subject")
    connection.stream.connection_lost(None)

    assert connection.transport.aborted or connection.transport.closed
    assert ["line", "hung up"] == [str(heard[0]) for heard in connection.desk.heard]


def test_the_client_hello_is_looked_at_and_the_handshake_goes_on(
    server_tls: ServerTls, client_tls: ssl.SSLContext
) -> None:
    connection = connected(server_tls, Turn(b"220 go\r\n", Then.START_TLS, manner=Manner(peeks=True)))
    connection.feed(b"STARTTLS\r\nEHLO in.clear\r\n")  # what came in clear behind it is dropped
    connection.take_written()

    tls = HandTls(connection, client_tls)
    connection.feed(tls.encrypt(b"NOOP\r\n"))

    assert b"250 noop\r\n" == tls.take_written()
    assert ("client hello", ClientHello("localhost", offers_tls_1_3=True)) == connection.desk.heard[1]
    assert ["line", "client hello", "tls established", "line"] == [str(heard[0]) for heard in connection.desk.heard]


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_client_hello_may_come_in_any_segments(size: int, server_tls: ServerTls, client_tls: ssl.SSLContext) -> None:
    connection = connected(server_tls, Turn(b"220 go\r\n", Then.START_TLS, manner=Manner(peeks=True)))
    connection.feed(b"STARTTLS\r\n")
    outgoing = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        client_tls.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="printer.example").do_handshake()
    hello = outgoing.read()

    connection.feed(*(hello[start : start + size] for start in range(0, len(hello), size)))

    assert ("client hello", ClientHello("printer.example", offers_tls_1_3=True)) == connection.desk.heard[1]


def test_another_handshake_is_that_of_the_fault(
    server_tls: ServerTls, client_tls: ssl.SSLContext, certified: object
) -> None:
    only_tls_1_2 = ServerTls(certified.chain_pem, certified.key_pem, maximum="TLSv1.2")  # type: ignore[attr-defined]
    connection = connected(
        server_tls,
        Turn(b"220 go\r\n", Then.START_TLS, manner=Manner(peeks=True)),
        handshake=Handshake(),
        other_tls=only_tls_1_2,
    )
    connection.feed(b"STARTTLS\r\n")
    connection.take_written()

    assert "TLSv1.2" == HandTls(connection, client_tls).tls.version()


# Over sockets ---------------------------------------------------------------------------------------------------------


def test_a_reset_arrives_as_a_reset(emulate: Emulate) -> None:
    emulator = emulate(faults=["mx=reset,step=ehlo,when=before"])
    with socket.create_connection(_address(emulator, "mx")) as client:
        client.settimeout(10)
        client.recv(1000)
        client.sendall(b"EHLO a\r\n")

        with pytest.raises(ConnectionResetError):
            client.recv(1000)


def test_a_message_is_kept_although_its_answer_never_comes(emulate: Emulate) -> None:
    emulator = emulate(faults=["submission=acceptreset,times=1"])

    answers = []
    for _ in range(2):
        with signed_in(emulator.endpoints["submission"], emulator.ca_file) as wire:
            wire.begin_message("scanner@contoso.com", "helpdesk@contoso.com")
            wire.send(MESSAGE)
            try:
                answers.append(wire.say(".")[:3])
            except (OSError, AssertionError):
                answers.append("")

    assert ["", "250"] == answers
    assert 2 == len(emulator.store.mail)


def test_a_black_hole_at_the_connection_never_greets(emulate: Emulate) -> None:
    emulator = emulate(faults=["mx=blackhole"], settings=Settings(idle=0.3, total=0.6))
    with socket.create_connection(_address(emulator, "mx")) as client:
        client.settimeout(30)
        client.sendall(b"EHLO a\r\n")

        assert b"" == client.recv(1000)  # closed in the end, without a word
    assert ["timed out"] == [entry.event.why for entry in emulator.store.events if isinstance(entry.event, Closed)]


def test_one_port_has_a_handshake_for_each_name_that_is_asked_for(emulate: Emulate) -> None:
    emulator = emulate(faults=["old.printer.example=tls12", "bad.printer.example=selfsigned"])

    def version(name: str) -> str | None:
        context = ssl.create_default_context(cafile=emulator.ca_file)
        context.check_hostname = False
        with Wire(emulator.endpoints["submission"]) as wire:
            wire.say("EHLO a")
            wire.say("STARTTLS")
            with context.wrap_socket(wire.socket, server_hostname=name) as secured:
                return secured.version()

    assert ["TLSv1.2", "TLSv1.3"] == [version("old.printer.example"), version("smtp.office365.com")]
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        version("bad.printer.example")


# DNS has faults of its own: tests/servers/test_listeners_together.py
OF_SMTP = tuple(key for key in LISTENERS if key != "dns")


@pytest.mark.parametrize("listener", OF_SMTP)
def test_every_smtp_listener_joins_in(listener: str, emulate: Emulate) -> None:
    emulator = emulate(faults=[f"{listener}=421connect"])

    greetings = {}
    for key in OF_SMTP:
        with socket.create_connection(_address(emulator, key)) as client:
            greetings[key] = client.recv(3)

    assert {key: b"421" if key == listener else b"220" for key in OF_SMTP} == greetings


def test_a_fault_of_a_site_acts_at_the_ports_of_that_site_only(emulate: Emulate) -> None:
    emulator = emulate(faults=["mx=421connect,site=hq"])

    places = {"hq": emulator.sites["hq"].endpoints["mx"], "shop": emulator.sites["shop"].endpoints["mx"]}
    greetings = {}
    for name, where in (places | {"nowhere": emulator.endpoints["mx"]}).items():
        with socket.create_connection((where.host, where.port)) as client:
            greetings[name] = client.recv(3)

    assert {"hq": b"421", "shop": b"220", "nowhere": b"220"} == greetings


def test_a_fault_added_while_a_session_is_open_is_seen_at_its_next_command(emulate: Emulate) -> None:
    emulator = emulate()
    with Wire(emulator.endpoints["mx"]) as wire:
        wire.say("EHLO a")

        added = emulator.faults.add(parse_spec("mx=mail4xx"))
        put_off = wire.say("MAIL FROM:<a@b.example>")
        emulator.faults.remove(added.id)

        assert ["432", "250"] == [put_off[:3], wire.say("MAIL FROM:<a@b.example>")[:3]]


def test_a_reset_brings_back_the_faults_of_the_start_and_no_others(emulate: Emulate) -> None:
    emulator = emulate(faults=["mx=mail4xx,times=1"])
    emulator.faults.add(parse_spec("421connect"))
    emulator.faults.remove("f-1")

    emulator.reset()

    assert ["f-1"] == [fault.id for fault in emulator.faults.faults]
    with Wire(emulator.endpoints["mx"]) as wire:
        wire.say("EHLO a")
        assert ["432", "250"] == [wire.say("MAIL FROM:<a@b.example>")[:3] for _ in range(2)]


def test_what_a_fault_does_to_tls_is_in_the_log_before_the_handshake_ends(emulate: Emulate) -> None:
    emulator = emulate(faults=["submission=tls13"])
    with signed_in(emulator.endpoints["submission"], emulator.ca_file):
        pass

    kinds = [type(entry.event) for entry in emulator.store.events]
    assert kinds.index(Faulted) < kinds.index(TlsStarted)


def _address(emulator: Emulator, door: str) -> tuple[str, int]:
    where = emulator.endpoints[door]
    return where.host, where.port
