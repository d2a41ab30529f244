"""The readers at their bounds, octet by octet."""

from __future__ import annotations

import pytest

from relaylab.servers.framing import MORE, LineReader, MessageReader
from relaylab.session.turn import Turn
from tests.servers.scripted import A_MOMENT, ScriptedDialogue

LIMIT = 10


@pytest.mark.parametrize(("length", "is_overlong"), [(LIMIT, False), (LIMIT + 1, True)])
@pytest.mark.parametrize("end", ["", "\r", "\n"])
def test_a_line_may_have_as_many_octets_as_its_limit(length: int, end: str, *, is_overlong: bool) -> None:
    line = b"x" * (length - len(end)) + end.encode()
    dialogue = ScriptedDialogue()
    reader = LineReader(LIMIT)
    for octet in line + b"\r":
        assert MORE == reader.take(bytes([octet]), 0)
    assert 1 == reader.take(b"\n", 0)
    reader.deliver(dialogue, A_MOMENT)

    assert [("overlong line",) if is_overlong else ("line", line)] == dialogue.heard


def test_of_an_endless_line_next_to_nothing_is_held() -> None:
    reader = LineReader(LIMIT)
    for _ in range(3):
        reader.take(b"x" * 1000, 0)

    assert 1 == len(reader._part)


def test_of_an_oversized_message_nothing_is_held() -> None:
    reader = MessageReader(LIMIT)
    reader.take(b"x" * LIMIT, 0)
    assert LIMIT + 2 == len(reader._content)

    reader.take(b"xx", 0)

    assert 0 == len(reader._content)


def test_a_message_is_handed_over_and_not_copied() -> None:
    class Receiver(ScriptedDialogue):
        content = bytearray()

        def receive_message(self, content: bytearray, moment: object) -> Turn:
            self.content = content
            return Turn()

    receiver = Receiver()
    reader = MessageReader(1_000_000)
    reader.take(b"x" * 500_000, 0)
    buffer = reader._content
    reader.take(b"\r\n.\r\n", 0)
    reader.deliver(receiver, A_MOMENT)

    assert buffer is receiver.content
    assert b"x" * 500_000 + b"\r\n" == buffer
