"""The transport step by step, over a loop and a transport moved by hand."""

from __future__ import annotations

import ssl

import pytest

from relaylab.servers.desk import StreamLimits
from relaylab.servers.stream import SmtpStream
from relaylab.servers.tls import ServerTls
from relaylab.session.turn import Then, Turn
from tests.servers.by_hand import HandConnection, HandTls, HandTransport, client_hello
from tests.servers.scripted import GREETING, ScriptedDesk, ScriptedDialogue


@pytest.fixture
def desk(server_tls: ServerTls) -> ScriptedDesk:
    return ScriptedDesk(server_tls)


@pytest.fixture
def connection(desk: ScriptedDesk) -> HandConnection:
    connection = HandConnection(desk)
    assert GREETING == connection.take_written()
    return connection


# Replies.


def test_the_replies_to_pipelined_commands_leave_in_one_write(connection: HandConnection) -> None:
    connection.feed(b"ONE\r\nTWO\r\nTHREE\r\n")

    assert [b"250 2 ok\r\n250 3 ok\r\n250 4 ok\r\n"] == connection.transport.writes[1:]


def test_what_a_turn_keeps_is_kept_before_its_reply_is_written(connection: HandConnection) -> None:
    kept_at_write: list[int] = []
    connection.transport.on_write = lambda: kept_at_write.append(len(connection.desk.applied))

    connection.feed(b"ONE\r\n")

    assert [2] == kept_at_write


def test_a_turn_without_a_reply_writes_nothing(connection: HandConnection) -> None:
    connection.feed(b"SILENT\r\n", b"BDAT 0\r\n")

    assert b"250 4 chunk\r\n" == connection.take_written()


# Delay.


def test_a_delayed_reply_is_written_after_its_delay_and_input_waits(connection: HandConnection) -> None:
    connection.feed(b"SLOW\r\nNEXT\r\n", b"LAST\r\n")
    assert b"" == connection.take_written()
    assert [("line", b"SLOW")] == connection.desk.heard

    connection.loop.step(0.001)

    assert b"250 2 ok\r\n250 3 ok\r\n250 4 ok\r\n" == connection.take_written()


def test_what_was_said_before_is_answered_without_being_read_again(connection: HandConnection) -> None:
    connection.desk.known[b"NOOP\r\n"] = Turn(b"250 as before\r\n")
    connection.feed(b"NOOP\r\n")

    assert b"250 as before\r\n" == connection.take_written()
    assert [] == connection.desk.heard


@pytest.mark.parametrize("before", [b"X", b"\r", b"DATA\r\n"])
def test_the_end_of_something_else_is_not_what_was_said_before(connection: HandConnection, before: bytes) -> None:
    connection.desk.known[b"NOOP\r\n"] = Turn(b"250 as before\r\n")
    connection.feed(before, b"NOOP\r\n")

    assert b"as before" not in connection.take_written()


def test_what_was_said_before_waits_behind_a_reply_that_is_delayed(connection: HandConnection) -> None:
    connection.desk.known[b"NOOP\r\n"] = Turn(b"250 as before\r\n")
    connection.feed(b"SLOW\r\n", b"NOOP\r\n")
    assert b"" == connection.take_written()

    connection.loop.step(0.001)

    assert b"250 2 ok\r\n250 as before\r\n" == connection.take_written()


def test_a_delayed_turn_is_kept_at_once(connection: HandConnection) -> None:
    connection.feed(b"SLOW\r\n")

    assert 2 == len(connection.desk.applied)


def test_a_greeting_can_be_delayed_and_early_talk_waits_for_it(
    desk: ScriptedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScriptedDialogue, "greet", lambda dialogue, _: Turn(GREETING, delay=5.0))
    connection = HandConnection(desk)
    connection.feed(b"EARLY\r\n")
    assert b"" == connection.take_written()

    connection.loop.step(5.0)

    assert GREETING + b"250 1 ok\r\n" == connection.take_written()


def test_input_that_waits_is_bounded_and_read_on_afterwards(connection: HandConnection) -> None:
    bound = connection.desk.limits.queue
    connection.feed(b"SLOW\r\n", b"A" * bound, b"A")
    assert not connection.transport.reads

    connection.loop.step(0.001)

    connection.feed(b"\r\n")
    assert b"250 2 ok\r\n500 3 ok\r\n" == connection.take_written()


def test_what_has_waited_leaves_no_buffer_behind(connection: HandConnection) -> None:
    connection.feed(b"SLOW\r\nNEXT\r\n")
    assert connection.stream._queued

    connection.loop.step(0.001)

    assert connection.stream._queued is None


def test_the_end_of_input_waits_for_a_delayed_reply(connection: HandConnection) -> None:
    connection.feed(b"SLOW\r\nNEXT\r\n")
    assert connection.stream.eof_received()
    assert not connection.transport.closed

    connection.loop.step(0.001)

    assert b"250 2 ok\r\n250 3 ok\r\n" == connection.take_written()
    assert [("line", b"SLOW"), ("line", b"NEXT"), ("hung up", "closed by the client")] == connection.desk.heard
    assert connection.transport.closed


def test_a_lost_connection_forgets_a_delayed_reply(connection: HandConnection) -> None:
    connection.feed(b"SLOW\r\nNEXT\r\n")
    connection.stream.connection_lost(ConnectionResetError())

    connection.loop.step(0.001)

    assert b"" == connection.take_written()
    assert [("line", b"SLOW"), ("hung up", "connection reset")] == connection.desk.heard


def test_no_timer_outlives_its_connection(connection: HandConnection) -> None:
    connection.feed(b"SLOW\r\n")
    timers = [handle for _, handle in connection.loop.due]
    connection.stream.connection_lost(None)
    connection.loop.step(1.0)  # the sweep's own

    assert 2 == len(timers)
    assert [] == connection.loop.due
    assert 1 == sum(handle.cancelled() for handle in timers)


def test_what_two_segments_of_a_turn_are_answered_is_written_in_one_piece(connection: HandConnection) -> None:
    connection.company()
    for segment in (b"ONE\r\n", b"TWO\r\nTH"):
        connection.stream.data_received(segment)
    assert b"" == connection.take_written()

    connection.loop.step()

    assert b"250 2 ok\r\n250 3 ok\r\n" == connection.transport.writes[-1]


def test_a_client_that_is_alone_again_waits_for_nobody(connection: HandConnection) -> None:
    other = connection.company()
    connection.stream.data_received(b"ONE\r\n")
    assert b"" == connection.take_written()
    connection.loop.step()
    other.connection_lost(None)
    connection.take_written()

    connection.stream.data_received(b"TWO\r\n")

    assert b"" != connection.take_written()


def test_a_handshake_lets_nobody_wait_for_its_end(connection: HandConnection, client_tls: ssl.SSLContext) -> None:
    other = HandTransport(("127.0.0.1", 40001))
    stream = SmtpStream(connection.desk, connection.sweep)
    stream.connection_made(other)
    connection.feed(b"STARTTLS\r\n")
    connection.take_written()
    stream.data_received(b"ONE\r\n")
    before = len(other.writes)

    connection.stream.data_received(client_hello(client_tls))

    assert [b"250 2 ok\r\n"] == other.writes[before:]


# Back-pressure.


def test_no_command_is_taken_while_the_client_does_not_read(connection: HandConnection) -> None:
    connection.stream.pause_writing()
    connection.feed(b"ONE\r\nTWO\r\n")
    assert [] == connection.desk.heard

    connection.stream.resume_writing()

    assert b"250 2 ok\r\n250 3 ok\r\n" == connection.take_written()


def test_long_replies_are_written_before_the_next_command_is_taken(connection: HandConnection) -> None:
    connection.transport.on_write = connection.stream.pause_writing

    connection.feed(b"LONG 20000\r\nNEXT\r\n")

    assert [("line", b"LONG 20000")] == connection.desk.heard


def test_others_have_their_turn_between_bursts_of_one_connection(connection: HandConnection) -> None:
    connection.feed(b"NOOP\r\n" * 1000)
    assert 256 == len(connection.desk.heard)

    for _ in range(3):
        connection.loop.step()

    assert 1000 == len(connection.desk.heard)
    assert 1000 == connection.take_written().count(b"\r\n")


# Time.


@pytest.mark.parametrize(("seconds", "is_over"), [(299.9, False), (300.0, True)])
def test_a_connection_is_idle_since_its_last_octet(
    connection: HandConnection, seconds: float, *, is_over: bool
) -> None:
    connection.loop.now += 100
    connection.feed(b"N")
    connection.sweep.run(connection.loop.now + seconds)

    assert is_over == (connection.desk.heard == [("time out", pytest.approx(100 + seconds))])
    assert is_over == connection.transport.wrote_eof


@pytest.mark.parametrize(("seconds", "is_over"), [(599.9, False), (600.0, True)])
def test_a_connection_is_over_age_however_busy_it_is(
    connection: HandConnection, seconds: float, *, is_over: bool
) -> None:
    begin = connection.loop.now
    for _ in range(5):
        connection.loop.now += 110
        connection.feed(b"NOOP\r\n")
    connection.sweep.run(begin + seconds)

    assert is_over == (("time out", pytest.approx(seconds)) == connection.desk.heard[-1])


def test_a_delayed_reply_does_not_count_as_idle(server_tls: ServerTls) -> None:
    connection = HandConnection(ScriptedDesk(server_tls, StreamLimits(idle=0.0001)))
    connection.feed(b"SLOW\r\n")
    connection.sweep.run(connection.loop.now + 0.0002)

    assert [("line", b"SLOW")] == connection.desk.heard


def test_a_time_out_during_a_delay_writes_both_replies_in_order(connection: HandConnection) -> None:
    connection.feed(b"SLOW\r\nNEXT\r\n")
    connection.sweep.run(connection.loop.now + 600)

    assert b"250 2 ok\r\n421 3 time out\r\n" == connection.take_written()
    connection.loop.step(0.001)
    assert [("line", b"SLOW"), ("time out", 600.0)] == connection.desk.heard


def test_a_time_out_takes_what_waits_in_the_kernel(connection: HandConnection) -> None:
    connection.feed(b"SLOW\r\n", b"A" * 100_000)
    connection.sweep.run(connection.loop.now + 600)

    assert connection.transport.reads  # so that the client's end is seen


def test_a_closed_connection_that_lingers_is_cut(connection: HandConnection) -> None:
    connection.feed(b"DROP\r\n")
    connection.sweep.run(connection.loop.now + 4.9)
    assert not connection.transport.aborted

    connection.sweep.run(connection.loop.now + 5.0)

    assert connection.transport.aborted


def test_the_sweep_runs_by_itself_while_there_are_connections(connection: HandConnection) -> None:
    for _ in range(300):
        assert [] == connection.desk.heard
        connection.loop.step(1.0)
    assert "time out" == connection.desk.heard[0][0]

    connection.stream.connection_lost(None)
    connection.loop.step(1.0)
    connection.loop.step(1.0)

    assert [] == connection.loop.due


# The end.


def test_nothing_is_heard_after_the_dialogue_has_ended(connection: HandConnection) -> None:
    connection.feed(b"DROP\r\nNEXT\r\n", b"NEXT\r\n")
    connection.stream.eof_received()
    connection.stream.connection_lost(None)

    assert [("line", b"DROP")] == connection.desk.heard
    assert b"421 2 ok\r\n" == connection.take_written()


def test_after_quit_nobody_waits_for_the_client(connection: HandConnection) -> None:
    connection.feed(b"QUIT\r\n")

    assert connection.transport.closed


def test_a_connection_that_was_gone_before_we_looked_opens_no_dialogue(desk: ScriptedDesk) -> None:
    connection = HandConnection(desk, peername=None)
    assert connection.transport.aborted
    connection.stream.connection_lost(None)

    assert [] == desk.dialogues
    assert 0 == len(connection.sweep)


# TLS.


def test_what_was_sent_in_clear_is_dropped_even_if_it_had_to_wait_longer_than_the_handshake(
    connection: HandConnection, client_tls: ssl.SSLContext
) -> None:
    connection.feed(b"SLOWSTARTTLS\r\nMAIL FROM:<injected@example.com>\r\n")
    connection.transport.on_write = connection.stream.pause_writing
    connection.loop.step(0.001)
    assert b"220 2 ok\r\n" == connection.take_written()
    HandTls(connection, client_tls)
    connection.stream.resume_writing()

    assert "tls established" == connection.desk.heard[-1][0]


def test_the_end_of_tls_waits_for_a_delayed_reply_and_is_told_once(
    connection: HandConnection, client_tls: ssl.SSLContext
) -> None:
    client = secured(connection, client_tls)
    connection.feed(client.encrypt(b"SLOW\r\nNEXT\r\n") + client.close_notify())
    connection.stream.eof_received()
    assert [("line", b"SLOW")] == connection.desk.heard[2:]

    connection.loop.step(0.001)

    assert [("line", b"SLOW"), ("line", b"NEXT"), ("hung up", "closed by the client")] == connection.desk.heard[2:]


def test_the_last_reply_and_the_end_of_tls_leave_in_one_write(
    connection: HandConnection, client_tls: ssl.SSLContext
) -> None:
    client = secured(connection, client_tls)
    connection.transport.writes.clear()

    connection.feed(client.encrypt(b"QUIT\r\n"))

    assert 1 == len(connection.transport.writes)
    client.incoming.write(connection.take_written())
    assert client.tls.read().startswith(b"221 ")
    assert b"" == client.tls.read()


def test_no_reply_leaves_in_clear_when_tls_breaks(connection: HandConnection, client_tls: ssl.SSLContext) -> None:
    client = secured(connection, client_tls)
    connection.feed(client.encrypt(b"NOOP\r\n") + b"\x17\x03\x03\x00\x20" + bytes(32))

    noop, (what, why) = connection.desk.heard[2:]
    assert ("line", b"NOOP") == noop
    assert "hung up" == what
    assert str(why).startswith("TLS broke: ")
    assert b"250" not in connection.take_written()
    assert connection.transport.wrote_eof
    assert [] == connection.loop.reported


def test_a_reply_after_a_delay_leaves_encrypted(connection: HandConnection, client_tls: ssl.SSLContext) -> None:
    client = secured(connection, client_tls)
    connection.feed(client.encrypt(b"SLOW\r\n"))
    connection.loop.step(0.001)

    assert b"250 4 ok\r\n" == client.take_written()


def test_what_follows_the_last_reply_inside_tls_is_dropped(
    connection: HandConnection, client_tls: ssl.SSLContext
) -> None:
    client = secured(connection, client_tls)
    connection.feed(client.encrypt(b"QUIT\r\n") + client.encrypt(b"NOOP\r\n") + b"garbage", b"garbage")

    assert [("line", b"QUIT")] == connection.desk.heard[2:]
    assert not connection.transport.closed  # the client is to read our close_notify, and may send its own
    assert [] == connection.loop.reported


def secured(connection: HandConnection, context: ssl.SSLContext) -> HandTls:
    connection.feed(b"STARTTLS\r\n")
    assert b"220 2 ok\r\n" == connection.take_written()
    return HandTls(connection, context)


# Our own bugs.


@pytest.mark.parametrize(
    ("bug", "octets"),
    [
        ("line", b"NOOP\r\n"),
        ("message", b"DATA\r\n.\r\n"),
        ("chunk", b"BDAT 1\r\nA"),
        ("oversized chunk", b"BDAT 1001\r\n" + b"A" * 1001),
        ("oversized message", b"DATA\r\n" + b"A" * 1001 + b"\r\n.\r\n"),
        ("overlong line", b"A" * 65_537 + b"\r\n"),
        ("greet", b""),
        ("open", b""),
        ("time out", b""),
    ],
)
def test_a_bug_is_reported_and_ends_the_connection(server_tls: ServerTls, bug: str, octets: bytes) -> None:
    connection = HandConnection(ScriptedDesk(server_tls, raises_on=(bug,)))
    if octets:
        connection.feed(octets)
    if bug == "time out":
        connection.sweep.run(connection.loop.now + 300)

    (reported,) = connection.loop.reported
    assert f"bug on {bug}" == str(reported["exception"])
    assert connection.transport.wrote_eof
    assert bug == "open" or ("hung up", "internal error") == connection.desk.dialogues[0].heard[-1]


def test_a_bug_in_the_farewell_too_cuts_the_connection(server_tls: ServerTls) -> None:
    connection = HandConnection(ScriptedDesk(server_tls, raises_on=("line", "hung up")))
    connection.feed(b"NOOP\r\n")

    assert ["bug on line", "bug on hung up"] == [str(context["exception"]) for context in connection.loop.reported]
    assert connection.transport.aborted


def test_a_turn_that_cannot_be_kept_is_not_answered(
    connection: HandConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(desk: ScriptedDesk, turn: Turn) -> None:
        if turn.then is not Then.CLOSE:
            raise OSError("no space left")

    monkeypatch.setattr(ScriptedDesk, "apply", full)
    connection.feed(b"DATA\r\n")

    assert b"" == connection.take_written()
    assert connection.transport.wrote_eof
