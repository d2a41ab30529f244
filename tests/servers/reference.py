"""The transport said naively: the whole input at once, line by line."""

from __future__ import annotations

from relaylab.session.turn import Then, Turn
from tests.servers.scripted import A_MOMENT, ScriptedDialogue

CRLF = b"\r\n"


def converse(dialogue: ScriptedDialogue, sent: bytes, *, line_limit: int) -> bytes:
    """Let a client send ``sent`` and then close its side; give all that is written to it."""
    turn = dialogue.greet(A_MOMENT)
    written = turn.data
    while turn.then is not Then.CLOSE:
        answer = _answer(dialogue, turn, sent, line_limit)
        if answer is None:
            dialogue.hung_up("closed by the client", A_MOMENT)
            return written
        turn, sent = answer
        written += turn.data
    return written


def _answer(dialogue: ScriptedDialogue, before: Turn, sent: bytes, line_limit: int) -> tuple[Turn, bytes] | None:
    """Take what the turn before asked for; None when the input ends within it."""
    if before.then is Then.READ_MESSAGE:
        return _read_message(dialogue, sent)
    if before.then is Then.READ_CHUNK:
        return _read_chunk(dialogue, before.chunk, sent)
    line, end, rest = sent.partition(CRLF)
    if not end:
        return None
    if len(line) > line_limit:
        return dialogue.receive_overlong_line(A_MOMENT), rest
    return dialogue.receive_line(line, A_MOMENT), rest


def _read_chunk(dialogue: ScriptedDialogue, size: int, sent: bytes) -> tuple[Turn, bytes] | None:
    if len(sent) < size:
        return None
    if size > dialogue.message_limit:
        return dialogue.receive_oversized_chunk(size, A_MOMENT), sent[size:]
    dialogue.chunk += sent[:size]
    return dialogue.receive_chunk(size, A_MOMENT), sent[size:]


def _read_message(dialogue: ScriptedDialogue, sent: bytes) -> tuple[Turn, bytes] | None:
    content = bytearray()
    while True:
        line, end, sent = sent.partition(CRLF)
        if not end:
            return None
        if line == b".":
            break
        content += line.removeprefix(b".") + CRLF
    if len(content) > dialogue.message_limit:
        return dialogue.receive_oversized_message(len(content), A_MOMENT), sent
    return dialogue.receive_message(content, A_MOMENT), sent
