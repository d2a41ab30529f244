"""The readers at their bounds, octet by octet."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relaylab.servers.framing import MORE, ChunkReader, LineReader, MessageReader
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


@pytest.mark.parametrize(
    "sent",
    [
        b".\r\n",
        b"..\r\n.\r\n",
        b"text\r\n..stuffed\r\nin.side\r\n\r\n.\r\n",
        b"\r.\r\n\n.\n\r\r\n..\r\r\n.\r\n",
        b"\r\n.\r.\r\n...\r\n.\n\r\n.\r\n",
        b".\r\r\n.\r\n",
        b"bdat\r\nno dot before\r\nthe end\r\n.\r\n",
    ],
)
def test_a_message_is_the_same_wherever_it_is_cut(sent: bytes) -> None:
    whole = ScriptedDialogue()
    assert len(sent) == read_message(whole, [sent])
    assert len(sent) == read_message(whole, [sent + b"NOOP\r\n"])
    for first, second in combinations(range(1, len(sent)), 2):
        cut = ScriptedDialogue()
        read_message(cut, [sent[:first], sent[first:second], sent[second:]])

        assert whole.heard[:1] == cut.heard


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from([b"\r\n", b"\r\n", b".", b"..", b"\r", b"\n", b"text"]), max_size=12).map(b"".join),
    st.sampled_from([b"", b"DATA\r\n", b"."]),
    st.integers(5, 20),
)
def test_a_message_in_one_segment_is_the_one_that_comes_octet_by_octet(text: bytes, before: bytes, limit: int) -> None:
    sent = text + b"\r\n.\r\n"
    whole, cut = ScriptedDialogue(), ScriptedDialogue()
    slowly = MessageReader(limit)
    length = next(at for at, octet in enumerate(sent, 1) if slowly.take(bytes([octet]), 0) != MORE)
    slowly.deliver(cut, A_MOMENT)

    assert len(before) + length == read_message(whole, [before + sent[:length]], limit=limit, start=len(before))
    assert cut.heard == whole.heard


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.sampled_from([b"", b"..", b"\r", b"text", b"a\r\n..b", b"x" * 30]), st.integers(1, 40))),
    st.integers(5, 20),
)
def test_a_message_is_read_as_if_none_had_come_before(messages: list[tuple[bytes, int]], limit: int) -> None:
    reader, after_others, alone = MessageReader(limit), ScriptedDialogue(), ScriptedDialogue()
    for text, octets in messages:
        sent = text + b"\r\n.\r\n"
        segments = [sent[at : at + octets] for at in range(0, len(sent), octets)]
        *begun, end = [reader.take(segment, 0) for segment in segments]
        reader.deliver(after_others, A_MOMENT)
        read_message(alone, segments, limit=limit)

        assert {MORE} >= {*begun}
        assert len(segments[-1]) == end
    assert alone.heard == after_others.heard


def test_a_message_that_comes_as_it_stands_is_cut_out_of_its_segment() -> None:
    """A buffer takes more room, and another copy."""
    dialogue = ScriptedDialogue()
    reader = MessageReader(1000)
    reader.take(b"Subject: x\r\n\r\na.b\r\n.\r\n", 0)

    assert 0 == len(reader._content)
    reader.deliver(dialogue, A_MOMENT)
    assert [("message", b"Subject: x\r\n\r\na.b\r\n")] == dialogue.heard


def read_message(dialogue: ScriptedDialogue, segments: list[bytes], *, limit: int = 1000, start: int = 0) -> int:
    """Read a message that ends in the last segment; give the position behind it there."""
    reader = MessageReader(limit)
    *others, last = segments
    for segment in others:
        assert MORE == reader.take(segment, 0)
    end = reader.take(last, start)
    reader.deliver(dialogue, A_MOMENT)
    return end


def test_of_an_endless_line_next_to_nothing_is_held() -> None:
    reader = LineReader(LIMIT)
    for _ in range(3):
        reader.take(b"x" * 1000, 0)

    assert 1 == len(reader.part or b"")


def test_a_line_that_came_in_parts_leaves_no_buffer_behind() -> None:
    reader = LineReader(LIMIT)
    reader.take(b"NO", 0)
    reader.take(b"OP\r\n", 0)
    reader.deliver(ScriptedDialogue(), A_MOMENT)

    assert reader.part is None


def test_a_line_behind_nothing_is_whole() -> None:
    reader = LineReader(LIMIT)

    assert MORE == reader.take(b"", 0)
    assert b"NOOP" == reader.whole(b"NOOP\r\n")
    assert 6 == reader.take(b"NOOP\r\n", 0)


def test_of_an_oversized_message_nothing_is_held() -> None:
    reader = MessageReader(LIMIT)
    reader.take(b"x" * LIMIT, 0)
    assert LIMIT + 2 == len(reader._content)

    reader.take(b"xx", 0)

    assert 0 == len(reader._content)


def test_a_message_is_handed_over_and_not_copied() -> None:
    class Receiver(ScriptedDialogue):
        content: bytes | bytearray = b""

        def receive_message(self, content: bytes | bytearray, moment: object) -> Turn:
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


def test_a_chunk_is_put_behind_what_its_buffer_holds() -> None:
    dialogue, onto = ScriptedDialogue(), bytearray(b"before, ")
    dialogue.chunk = onto
    reader = ChunkReader(5, onto, 13)

    assert MORE == reader.take(b"chu", 0)
    assert 2 == reader.take(b"nkBDAT", 0)
    assert b"before, chunk" == onto


def test_of_a_chunk_that_would_make_too_much_of_a_message_nothing_is_held() -> None:
    dialogue, onto = ScriptedDialogue(), bytearray(b"x" * 10)
    reader = ChunkReader(LIMIT - 9, onto, LIMIT)
    reader.take(b"y" * (LIMIT - 9), 0)
    reader.deliver(dialogue, A_MOMENT)

    assert [("oversized chunk", LIMIT - 9)] == dialogue.heard
    assert 10 == len(onto)
