"""Replies of one turn of the loop are written together, in the order of each connection, and none is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from relaylab.servers.outlet import Outbox, Outlet
from tests.servers.by_hand import HandLoop, HandTransport


class Lines:
    """Outlets of one loop, and in which order their replies were written."""

    def __init__(self) -> None:
        self.loop = HandLoop()
        self.open = ["one", "another"]
        self.outbox = Outbox(self.loop.as_loop, self.open)
        self.written: list[int] = []
        self.transports: list[HandTransport] = []

    def outlet(self) -> Outlet:
        transport = HandTransport(("127.0.0.1", 40_000))
        number = len(self.transports)
        transport.on_write = lambda: self.written.append(number)
        self.transports.append(transport)
        return Outlet(transport, self.outbox)

    def answer(self, outlet: Outlet, *replies: bytes) -> None:
        """Do as a stream does in a step."""
        for reply in replies:
            outlet.write(reply)
        outlet.flush_soon()


@pytest.fixture
def lines() -> Lines:
    return Lines()


def test_what_several_connections_are_answered_in_a_turn_is_written_at_its_end(lines: Lines) -> None:
    first, second = lines.outlet(), lines.outlet()
    lines.answer(first, b"250 a\r\n")
    lines.answer(second, b"250 b\r\n")
    lines.answer(first, b"250 c\r\n")
    assert [] == lines.written
    assert 1 == len(lines.loop.due)

    lines.loop.step()

    assert [0, 1] == lines.written
    assert [[b"250 a\r\n250 c\r\n"], [b"250 b\r\n"]] == [transport.writes for transport in lines.transports]


def test_the_next_turn_writes_what_is_answered_in_it(lines: Lines) -> None:
    outlet = lines.outlet()
    for reply in (b"250 a\r\n", b"250 b\r\n"):
        lines.answer(outlet, reply)
        lines.loop.step()

    assert [b"250 a\r\n", b"250 b\r\n"] == lines.transports[0].writes


def test_what_was_flushed_before_is_not_written_again(lines: Lines) -> None:
    outlet = lines.outlet()
    lines.answer(outlet, b"250 a\r\n")
    outlet.flush()
    lines.answer(outlet, b"250 b\r\n")
    lines.loop.step()

    assert [b"250 a\r\n", b"250 b\r\n"] == lines.transports[0].writes


@pytest.mark.parametrize("end", [Outlet.cut, Outlet.mute])
def test_nothing_is_written_to_a_connection_that_was_cut_meanwhile(lines: Lines, end: Callable[[Outlet], None]) -> None:
    outlet = lines.outlet()
    lines.answer(outlet, b"250 a\r\n")
    end(outlet)
    lines.loop.step()

    assert [] == lines.written


def test_the_last_reply_of_a_connection_is_written_before_it_closes(lines: Lines) -> None:
    outlet = lines.outlet()
    lines.answer(outlet, b"221 bye\r\n")
    outlet.client_is_done = True
    outlet.finish()
    lines.loop.step()

    assert [b"221 bye\r\n"] == lines.transports[0].writes
    assert lines.transports[0].closed


def test_where_nobody_else_is_served_a_reply_is_written_at_once(lines: Lines) -> None:
    outlet = lines.outlet()
    lines.open.pop()
    lines.answer(outlet, b"250 a\r\n")

    assert [0] == lines.written
    assert [] == lines.loop.due


def test_a_step_that_answers_nothing_lets_nothing_wait(lines: Lines) -> None:
    lines.answer(lines.outlet(), b"")

    assert [] == lines.loop.due


@pytest.mark.parametrize("resists", [False, True])
def test_a_reply_that_cannot_be_written_cuts_its_own_connection_only(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, *, resists: bool
) -> None:
    def fail() -> None:
        raise RuntimeError("no")

    outlets = [lines.outlet() for _ in range(3)]
    lines.transports[1].on_write = fail
    if resists:
        monkeypatch.setattr(lines.transports[1], "abort", fail)
    for outlet in outlets:
        lines.answer(outlet, b"250 a\r\n")
    lines.loop.step()

    assert [0, 2] == lines.written
    assert [False, not resists, False] == [transport.aborted for transport in lines.transports]
    assert ["no"] == [str(context["exception"]) for context in lines.loop.reported]


def test_a_client_that_does_not_read_is_asked_to_before_too_much_is_due(lines: Lines) -> None:
    outlet = lines.outlet()
    lines.answer(outlet, *[b"250 " + b"a" * 9_000 + b"\r\n"] * 3)

    assert 1 == len(lines.written)
