"""The transport over real sockets, on asyncio's loop and on uvloop."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given, settings

from relaylab.servers.desk import StreamLimits
from relaylab.servers.stream import listen
from relaylab.servers.sweep import Sweep
from relaylab.servers.tls import ServerTls
from tests.servers import dialogues
from tests.servers.clients import PATIENCE, Service, serving, until
from tests.servers.conftest import Play
from tests.servers.reference import converse
from tests.servers.scripted import GREETING, ScriptedDesk, ScriptedDialogue


@pytest.fixture
def desk(server_tls: ServerTls) -> ScriptedDesk:
    return ScriptedDesk(server_tls, message_limit=10_000_000)


def test_random_dialogues_go_as_the_reference_says(play: Play, server_tls: ServerTls) -> None:
    limits = StreamLimits(line=dialogues.LINE_LIMIT, queue=64)

    async def scene(sent: bytes, cuts: list[int]) -> None:
        expected = ScriptedDialogue(dialogues.MESSAGE_LIMIT)
        expected_output = converse(expected, sent, line_limit=dialogues.LINE_LIMIT)
        desk = ScriptedDesk(server_tls, limits, dialogues.MESSAGE_LIMIT)
        async with serving(desk) as service:
            client = await service.connect_only()
            reading = asyncio.create_task(client.rest())
            for segment in dialogues.cut(sent, cuts):
                await client.send(segment)
                await asyncio.sleep(0)
            client.close_my_side()

            assert expected_output == await reading
            assert expected.heard == desk.dialogues[0].heard

    @settings(deadline=None, max_examples=40)
    @given(sent=dialogues.sent_until_end, cuts=dialogues.cuts)
    def any_dialogue(sent: bytes, cuts: list[int]) -> None:
        play(scene(sent.replace(b"QUIT", b"NOOP"), cuts))  # what follows QUIT may meet a closed socket

    any_dialogue()


def test_a_quit_is_answered_and_the_connection_closed(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await service.connect()
            await client.send(b"QUIT\r\n")

            assert b"221 2 ok\r\n" == await client.rest()
            assert [("line", b"QUIT")] == desk.heard
            await service.until_all_gone()

    play(scene())


def test_the_last_reply_reaches_a_client_that_is_still_sending(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await service.connect()
            await client.send(b"DROP\r\n" + b"A" * 1_000_000)
            await client.send(b"A" * 1_000_000)

            assert b"421 2 ok\r\n" == await client.rest()
            assert [("line", b"DROP")] == desk.heard
            client.close()
            await service.until_all_gone()

    play(scene())


def test_a_client_that_closes_its_side_still_gets_all_replies(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await service.connect()
            await client.send(b"SLOW\r\nNOOP\r\nhalf a line")
            client.close_my_side()

            assert b"250 2 ok\r\n250 3 ok\r\n" == await client.rest()
            assert ("hung up", "closed by the client") == desk.heard[-1]
            client.close()
            await service.until_all_gone()

    play(scene())


def test_a_reset_is_told_to_the_dialogue_once(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await service.connect()
            assert b"250 2 ok" == await client.ask(b"NOOP")
            client.reset()
            await service.until_all_gone()

            assert [("line", b"NOOP"), ("hung up", "connection reset")] == desk.heard

    play(scene())


def test_a_reset_while_a_reply_is_delayed_leaves_nothing_behind(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await service.connect()
            await client.send(b"SLOW\r\nNOOP\r\n")
            client.reset()
            await service.until_all_gone()
            await asyncio.gather(*(quick_session(service) for _ in range(20)))  # the delay is long over

            assert "hung up" == desk.dialogues[0].heard[-1][0]

    play(scene())


async def quick_session(service: Service) -> None:
    client = await service.connect()
    assert b"250 2 ok" == await client.ask(b"SLOW")
    assert b"221 3 ok" == await client.ask(b"QUIT")
    client.close()


def test_silence_ends_in_a_time_out_and_a_closed_connection(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await service.connect()
            service.sweep_after(desk.limits.idle)

            assert b"421 2 time out\r\n" == await client.rest()
            (what, lasted) = desk.heard[0]
            assert "time out" == what
            assert isinstance(lasted, float)
            assert lasted >= desk.limits.idle

    play(scene())


def test_a_client_that_does_not_close_after_the_last_reply_is_cut(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await service.connect()
            assert b"421 2 ok" == await client.ask(b"DROP")
            assert 1 == len(service.sweep)
            service.sweep_after(desk.limits.linger)
            await service.until_all_gone()

    play(scene())


def test_a_line_of_a_megabyte_is_dropped_and_the_next_is_heard(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await service.connect()
            assert b"500 2 ok" == await client.ask(b"A" * 1_000_000)
            assert b"250 3 ok" == await client.ask(b"NOOP")
            assert [("overlong line",), ("line", b"NOOP")] == desk.heard

    play(scene())


def test_nul_and_bare_line_ends_are_text(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await service.connect()
            assert b"250 2 ok" == await client.ask(b"\0NO\rOP\n\xff")
            assert [("line", b"\0NO\rOP\n\xff")] == desk.heard

    play(scene())


def test_large_messages_arrive_unharmed(play: Play, desk: ScriptedDesk) -> None:
    text = b".begin\r\n" + b"x" * 77 + b"\r\n.middle\r\n" + b"base64" * 500_000 + b"\r\n..\r\n"

    async def scene() -> None:
        async with serving(desk) as service:
            client = await service.connect()
            assert b"354 2 ok" == await client.ask(b"DATA")
            stuffed = b"\r\n" + text
            await client.send(stuffed.replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n")
            assert b"250 3 message" == await client.reply()
            await client.send(b"BDAT %d\r\n" % len(text) + text)
            assert b"250 5 chunk" == await client.reply()
            assert [("message", text), ("chunk", text)] == [what for what in desk.heard if what[0] != "line"]

    play(scene())


def test_a_client_that_never_reads_is_not_read_either(play: Play, desk: ScriptedDesk) -> None:
    commands, length = 3000, 9000  # 27 MB of replies, more than any kernel keeps

    async def scene() -> None:
        async with serving(desk) as service:
            client = await service.connect()
            sending = asyncio.create_task(client.send(b"LONG %d\r\n" % length * commands + b"A" * 20_000_000 + b"\r\n"))
            await until(lambda: service.stream._paused)

            limits = desk.limits
            assert service.stream._transport.get_write_buffer_size() <= limits.unread + 16_384 + length + 20
            assert len(service.stream._queued or b"") <= limits.queue + 256 * 1024
            assert len(desk.heard) < commands
            assert not sending.done()

            for number in range(2, commands + 2):
                assert b"250 %d %b" % (number, b"x" * length) == await client.reply()
            await sending
            assert b"500 %d ok" % (commands + 2) == await client.reply()

    play(scene())


def test_two_hundred_clients_at_once_each_have_their_own_dialogue(play: Play, desk: ScriptedDesk) -> None:
    async def session(service: Service, number: int) -> None:
        client = await service.connect()
        assert b"354 2 ok" == await client.ask(b"DATA")
        await client.send(b"message %d\r\n" % number)
        assert b"250 3 message" == await client.ask(b".")
        assert b"221 4 ok" == await client.ask(b"QUIT")
        client.close()

    async def scene() -> None:
        async with serving(desk) as service:
            await asyncio.gather(*(session(service, number) for number in range(200)))
            messages = sorted(dialogue.heard[2] for dialogue in desk.dialogues)
            assert sorted(("message", b"message %d\r\n" % number) for number in range(200)) == messages

    play(scene())


def test_a_bug_in_one_dialogue_ends_that_connection_only(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            unlucky, other = await service.connect(), await service.connect()
            await unlucky.send(b"NOOP\r\nBUG\r\nNOOP\r\n")

            assert b"250 2 ok\r\n" == await unlucky.rest()
            assert ("hung up", "internal error") == desk.dialogues[0].heard[-1]
            assert b"250 2 ok" == await other.ask(b"NOOP")
            (reported,) = service.reported
            assert "bug on purpose" == str(reported["exception"])
            service.reported.clear()

    play(scene())


def test_close_all_ends_every_connection_and_loses_no_reply(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            clients = [await service.connect() for _ in range(3)]
            await clients[0].send(b"SLOW\r\n")
            await until(lambda: len(desk.dialogues[0].heard) == 2)
            await service.sweep.close_all(grace=2 * PATIENCE)

            assert [b"250 2 ok\r\n", b"", b""] == [await client.rest() for client in clients]
            assert {("hung up", "server stopping")} == {dialogue.heard[-1] for dialogue in desk.dialogues}

    play(scene())


def test_close_all_cuts_a_client_that_takes_nothing(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await service.connect()
            await client.send(b"LONG 20000000\r\n")
            await until(lambda: service.stream._stalled)
            await service.sweep.close_all(grace=0.01)

            assert 0 == len(service.sweep)
            with suppress(ConnectionResetError):
                await client.rest()

    play(scene())


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::1", "localhost"])
def test_only_an_ipv4_loopback_address_is_served(play: Play, desk: ScriptedDesk, host: str) -> None:
    async def scene() -> None:
        with pytest.raises(ValueError, match="this machine only"):
            await listen(desk, host, 0, sweep=Sweep(asyncio.get_running_loop()))

    play(scene())


def test_a_client_that_connects_and_goes_at_once_does_no_harm(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            for _ in range(50):
                client = await service.connect_only()
                client.reset()
            polite = await service.connect_only()
            assert GREETING.rstrip() == await polite.reply()
            polite.close()
            await service.until_all_gone()

    play(scene())
