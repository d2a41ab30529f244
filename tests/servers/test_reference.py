"""However a dialogue is cut into segments, delayed or held up, it goes as a naive reading of the whole says."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

from hypothesis import given, settings
from hypothesis import strategies as st

from relaylab.servers.desk import StreamLimits
from relaylab.servers.tls import ServerTls
from tests.servers import dialogues
from tests.servers.by_hand import HandConnection
from tests.servers.reference import converse
from tests.servers.scripted import ScriptedDesk, ScriptedDialogue

LIMITS = StreamLimits(line=dialogues.LINE_LIMIT, queue=64)


@settings(deadline=None, max_examples=400)
@given(sent=dialogues.sent, cuts=dialogues.cuts, choices=st.lists(st.booleans(), max_size=40))
def test_a_dialogue_goes_as_the_reference_says(
    server_tls: ServerTls, sent: bytes, cuts: list[int], choices: list[bool]
) -> None:
    expected = ScriptedDialogue(dialogues.MESSAGE_LIMIT)
    expected_output = converse(expected, sent, line_limit=dialogues.LINE_LIMIT)
    connection = HandConnection(ScriptedDesk(server_tls, LIMITS, dialogues.MESSAGE_LIMIT))

    World(connection, choices).send(dialogues.cut(sent, cuts))

    assert expected.heard == connection.desk.dialogues[0].heard
    assert expected_output == connection.transport.written
    assert [] == connection.loop.reported


class World:
    """Kernel, timers and client of one connection: they do by choice, now or later, what they may do."""

    def __init__(self, connection: HandConnection, choices: list[bool]) -> None:
        self.connection = connection
        self.transport = connection.transport
        self.transport.on_write = self.perhaps_stall
        self.choices = cycle([*choices, True, False, False])
        self.stalled = False

    def send(self, segments: list[bytes]) -> None:
        """Send the segments as far as they are read, then close the client's side."""
        stream = self.connection.stream
        for segment in segments:
            self.wait_for(self.is_ready)
            if self.transport.wrote_eof or self.transport.closed:
                break
            stream.data_received(segment)
            if next(self.choices):
                self.go_on()
        self.wait_for(self.is_ready)
        stream.eof_received()
        self.wait_for(lambda: self.transport.closed)

    def is_ready(self) -> bool:
        return self.transport.reads or self.transport.closed

    def wait_for(self, happened: Callable[[], bool]) -> None:
        while not happened():
            self.go_on()

    def go_on(self) -> None:
        if self.stalled and next(self.choices):
            self.stalled = False
            self.connection.stream.resume_writing()
        else:
            self.connection.loop.step(0.001)

    def perhaps_stall(self) -> None:
        if not self.stalled and next(self.choices):
            self.stalled = True
            self.connection.stream.pause_writing()
