"""The SMTP transport: octets in, Turns out, nothing else.

One ``SmtpStream`` per connection drives one ``Dialogue``. From a client's line to its Turn is one synchronous call: no
task exists, and no verdict can be interleaved with another. Laws:

- Replies go out strictly in the order of what they answer; what a Turn keeps is applied before its reply is written.
- A reply in clear waits for the end of the loop's turn at most (``servers.outlet``), and for no handshake.
- While a reply is delayed, or the client does not read its replies, input waits; beyond a bound it waits in the kernel.
- Octets that came in clear after STARTTLS never reach the dialogue; octets that came with the handshake's end do.
- The dialogue ends exactly once: it says CLOSE, or it hears ``time_out``, ``tls_failed`` or ``hung_up``, and then
  nothing more.
- A bug in one dialogue ends that connection only.

Memory of a connection, besides the message or chunk that is being received: a line (``StreamLimits.line``), the input
that waits (``queue`` and one segment, which is 256 KiB at most), the replies that wait (``unread``, 16 KiB and one
reply), and with TLS 20 KB of state, or 110 KB once as much has passed at a time.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Network, ip_address
from typing import TYPE_CHECKING, Final, TypeVar, TypeVarTuple, assert_never

from relaylab.domain.codes import ReplyCode
from relaylab.servers.acceptor import Acceptor
from relaylab.servers.binding import bind
from relaylab.servers.framing import MORE, ChunkReader, LineReader, MessageReader, Reader
from relaylab.servers.lab_plan import parse_lab_address
from relaylab.servers.outlet import Outlet
from relaylab.servers.tls import TlsEngine, TlsError
from relaylab.servers.traps import HelloReader, TrapReader
from relaylab.session.turn import Dialogue, Ending, Then, Turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaylab.servers.desk import Desk
    from relaylab.servers.sweep import Sweep
    from relaylab.session.moment import Moment
    from relaylab.session.turn import Manner

_LOOPBACK: Final = IPv4Network("127.0.0.0/8")
_SLICE: Final = 65_536  # octets of the wire given to TLS at a time
_BURST: Final = 256  # turns for one connection before the others have theirs
_READ_COMMAND: Final = Then.READ_COMMAND  # Python 3.11 takes a call to find a name of an enum
_READ_MESSAGE: Final = Then.READ_MESSAGE
_CLOSE: Final = Then.CLOSE
_ANSWER_TO_QUIT: Final = b"%d" % ReplyCode.CLOSING

_Arguments = TypeVarTuple("_Arguments")
_Client = TypeVar("_Client")


class SmtpStream(asyncio.Protocol):
    """One connection: the desk opens its dialogue, the sweep watches its age."""

    __slots__ = (
        "_born",
        "_desk",
        "_dialogue",
        "_ended",
        "_heard",
        "_held",
        "_input_over",
        "_limits",
        "_lines",
        "_messages",
        "_outlet",
        "_over",
        "_paused",
        "_pending",
        "_queued",
        "_reader",
        "_shaking",
        "_stalled",
        "_sweep",
        "_transport",
    )

    _dialogue: Dialogue
    _outlet: Outlet
    _transport: asyncio.Transport

    def __init__(self, desk: Desk, sweep: Sweep) -> None:
        self._desk = desk
        self._sweep = sweep
        self._limits = desk.limits
        self._lines = LineReader(self._limits.line)
        self._messages: MessageReader | None = None  # made for the first one
        self._reader: Reader | None = None  # takes what comes; without one it is dropped
        self._queued: bytearray | None = None  # clear input that waits
        self._paused = False  # more of it waits in the kernel
        self._input_over = ""  # why no more input will come
        self._stalled = False  # the client does not read its replies
        self._held: Turn | None = None  # applied, and its reply is delayed
        self._over = False  # the dialogue has said CLOSE in a turn that is held
        self._pending: asyncio.Handle | None = None  # what must happen before input is taken again
        self._shaking: float | None = None  # when the TLS handshake began, while it lasts
        self._ended: float | None = 0.0  # when the dialogue ended; None while there is one
        self._born = self._heard = 0.0

    # What the loop says.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # a server's is one
        """Open a dialogue and greet."""
        self._transport = transport
        self._outlet = Outlet(transport, self._sweep.outbox)
        self._born = self._heard = self._sweep.monotonic()
        remote = transport.get_extra_info("peername")
        if not remote:
            transport.abort()  # gone before we looked
            return
        transport.set_write_buffer_limits(self._limits.unread)
        self._sweep.add(self)
        self._begin(remote[:2])

    def data_received(self, data: bytes) -> None:
        """Take what came, through TLS if there is any."""
        if self._ended is not None or self._input_over:
            return
        self._heard = self._sweep.monotonic()
        outlet = self._outlet
        if outlet.tls is not None:
            self._run(self._decrypt, outlet.tls, data)
            return
        try:  # as _run does, without its call, and with replies that may wait: this is every line
            self._take(data)
            outlet.flush_soon()
        except Exception as error:  # noqa: BLE001 - as there
            self._fail(error)

    def eof_received(self) -> bool:
        """Note that the client has closed its side; ours stays open until what is due has been written."""
        self._outlet.client_is_done = True
        if self._ended is not None:
            self._transport.close()
        else:
            is_torn = self._outlet.tls is not None and self._shaking is None
            self._run(self._end_input, "closed without closing TLS" if is_torn else "closed by the client")
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the dialogue, if it does not know, that nobody is there any more."""
        self._sweep.discard(self)
        self._outlet.client_is_done = True
        if self._ended is None:
            self._mute()
            self._run(self._hang_up, "connection reset" if exc else "connection closed")

    def pause_writing(self) -> None:
        """Let input wait: the client does not read its replies."""
        self._stalled = True

    def resume_writing(self) -> None:
        """Go on with the input that waited."""
        self._stalled = False
        self._run(self._go_on)

    # What the sweep says.

    def check(self, now: float) -> None:
        """End what is idle, too old or slow to go at ``now``, in seconds of the sweep's clock."""
        limits = self._limits
        if self._ended is not None:
            if now - self._ended >= limits.linger:
                self._transport.abort()
        elif self._shaking is not None:
            if now - self._shaking >= limits.handshake:
                self._run(self._hang_up, "no handshake in time")
        elif now - self._born >= limits.total or (self._held is None and now - self._heard >= limits.idle):
            self._run(self._time_out, now - self._born)

    def shut(self, why: str = "server stopping") -> None:
        """Hang up in good order, without waiting for the client to close its side."""
        self._run(self._hang_up, why)
        self._transport.close()

    def abort(self) -> None:
        """Cut the connection."""
        self._outlet.cut()

    # Input.

    def _take(self, data: bytes) -> None:
        """Give input to the reader of the moment until it is used up, must wait, or nobody reads any more."""
        start, burst, reader, lines = 0, _BURST, self._reader, self._lines
        if reader is lines and self._pending is None and not self._stalled and not lines.part:
            turn = self._desk.again(self._dialogue, data)
            if turn is not None:  # a line of which all is known
                self._heed(turn)
                return
            line = lines.whole(data)
            if line is not None:  # as the loop below would, with half the steps
                self._follow(self._dialogue.receive_line(line, self._desk.moment()))
                if not isinstance(self._reader, ChunkReader):
                    return
                start = len(data)
        while (reader := self._reader) is not None:
            if not burst and self._pending is None:
                self._pending = self._sweep.loop.call_soon(self._run, self._proceed)
            if self._pending is not None or self._stalled:
                self._queue(data[start:])
                return
            start = reader.take(data, start)
            if start == MORE:
                return
            self._follow(reader.deliver(self._dialogue, self._desk.moment()))
            if start == len(data) and not isinstance(self._reader, ChunkReader):
                return  # only a chunk can be complete without another octet
            burst -= 1

    @property
    def _must_wait(self) -> bool:
        return self._pending is not None or self._stalled

    def _queue(self, data: bytes) -> None:
        """Let input wait, and from a bound on let it wait in the kernel."""
        queued = self._queued = self._queued or bytearray()
        queued += data
        if len(queued) > self._limits.queue and not self._paused and not self._outlet.client_is_done:
            self._transport.pause_reading()
            self._paused = True

    def _proceed(self) -> None:
        """Write the reply that was delayed, if one was, and go on."""
        self._pending = None
        held, self._held = self._held, None
        if held is not None:
            self._act(held)
        self._go_on()

    def _go_on(self) -> None:
        """Take the input that waited, unless it must wait longer."""
        if self._must_wait:
            return
        data, self._queued = bytes(self._queued or b""), None
        self._take(data)
        if not self._must_wait:
            self._read_on()
            if self._input_over and self._ended is None:
                self._hang_up(self._input_over)

    def _read_on(self) -> None:
        """Take from the kernel what waits there."""
        if self._paused and not self._outlet.client_is_done:
            self._transport.resume_reading()
        self._paused = False

    def _end_input(self, why: str) -> None:
        """Note that no more input will come; the dialogue hears of it once it has had all that came before."""
        self._input_over = self._input_over or why
        if not self._must_wait:
            self._hang_up(self._input_over)

    # TLS.

    def _start_tls(self, manner: Manner | None) -> None:
        """Begin a handshake; what came in clear after STARTTLS is dropped."""
        self._outlet.flush()
        looked_at, self._reader = self._reader, None
        self._queued = None
        if self._shaking is None:
            self._shaking = self._sweep.monotonic()
        if manner is not None and manner.peeks:
            self._reader = HelloReader()
            return
        fault = manner.handshake if manner is not None else None
        tls = self._outlet.tls = (self._desk.tls if fault is None else self._desk.faulty_tls(fault)).accept()
        if isinstance(looked_at, HelloReader):
            self._decrypt(tls, looked_at.octets)
            self._outlet.flush()

    def _decrypt(self, tls: TlsEngine, data: bytes) -> None:
        """Give octets of the wire to TLS in slices, and take the clear ones."""
        wire = memoryview(data)
        try:
            for start in range(0, len(data), _SLICE):
                tls.feed(wire[start : start + _SLICE])
                if self._shaking is None or self._shake(tls):
                    self._take_clear(tls)
        except TlsError as error:
            self._outlet.pump(tls)  # the alert
            self._mute()
            self._hang_up(str(error) if self._shaking is not None else f"TLS broke: {error}")

    def _shake(self, tls: TlsEngine) -> bool:
        """Go on with the handshake; True once it is finished. It takes as long as many lines, so those are written."""
        self._sweep.outbox.flush()
        if not tls.handshake():
            return False
        self._shaking = None
        self._reader = self._lines
        self._follow(self._dialogue.tls_established(tls.facts(), self._desk.moment()))
        return True

    def _take_clear(self, tls: TlsEngine) -> None:
        """Take all clear octets that TLS has."""
        while self._outlet.tls is tls and not self._input_over:
            clear = tls.read()
            if clear is None:
                return
            if clear:
                self._take(clear)
            else:
                self._end_input("closed by the client")

    # Turns.

    def _begin(self, remote: tuple[str, int]) -> None:
        """Begin the dialogue."""
        self._welcome(self._desk.open, remote)

    def _welcome(self, opened: Callable[[_Client, Moment], Dialogue], client: _Client) -> None:
        """Greet with what others are answered meanwhile."""
        try:
            self._greet(opened, client)
            self._outlet.flush_soon()
        except Exception as error:  # noqa: BLE001 - as in _run
            self._fail(error)

    def _greet(self, opened: Callable[[_Client, Moment], Dialogue], client: _Client) -> None:
        """Open the dialogue with a client and follow its first turn."""
        moment = self._desk.moment()
        dialogue = self._dialogue = opened(client, moment)
        self._ended = None
        self._reader = self._lines
        self._follow(dialogue.greet(moment))

    def _follow(self, turn: Turn) -> None:
        """Have a turn kept, then act on it."""
        self._desk.apply(turn)
        self._heed(turn)

    def _heed(self, turn: Turn) -> None:
        """Act on a turn that is kept, now or after its delay."""
        if turn.delay > 0:
            self._hold(turn, turn.delay)
        elif turn.then is _READ_COMMAND and turn.manner is None:  # nearly always
            self._outlet.write(turn.data)
            self._reader = self._lines
        else:
            self._act(turn)

    def _act(self, turn: Turn) -> None:
        """Write a turn's reply and read what it says."""
        if turn.manner is None:
            self._outlet.write(turn.data)
        elif self._act_oddly(turn, turn.manner):
            return
        then = turn.then
        if then is _READ_MESSAGE:
            if self._messages is None:
                self._messages = MessageReader(self._dialogue.message_limit)
            self._reader = self._messages
        elif then is _CLOSE:
            if self._outlet.tls is None and turn.data.startswith(_ANSWER_TO_QUIT):
                self._outlet.client_is_done = True  # after QUIT it only waits for the answer
            self._finish()
        elif then is _READ_COMMAND:
            self._reader = self._lines
        elif then is Then.READ_CHUNK:
            self._reader = ChunkReader(turn.chunk, turn.onto, self._dialogue.message_limit)
        elif then is Then.START_TLS:
            self._start_tls(turn.manner)
        else:
            assert_never(then)

    def _act_oddly(self, turn: Turn, manner: Manner) -> bool:
        """Write a turn's reply as a fault has it; True where nothing of the turn is left to follow now."""
        piece = manner.piece or len(turn.data)
        if manner.piece or manner.alone:
            self._outlet.flush()
        self._outlet.write(turn.data[:piece])
        if manner.piece or manner.alone or manner.ending is not None:
            self._outlet.flush()
        if len(turn.data) > piece:
            self._hold(replace(turn, data=turn.data[piece:]), manner.pause)
            return True
        match manner.ending:
            case None:
                return False
            case Ending.SILENCE:
                self._reader = None
            case Ending.RESET_AT_INPUT:
                self._reader = TrapReader()
            case Ending.RESET | Ending.HANG_UP if turn.data:  # the client shall have time to read it
                self._hold(replace(turn, data=b""), manner.pause)
            case Ending.RESET | Ending.HANG_UP:
                self._break_off(is_reset=manner.ending is Ending.RESET)
            case _:
                assert_never(manner.ending)
        return True

    def _hold(self, turn: Turn, seconds: float) -> None:
        """Follow a turn that has been kept later; input waits meanwhile."""
        self._held = turn
        self._over = turn.then is Then.CLOSE
        self._pending = self._sweep.loop.call_later(seconds, self._run, self._proceed)

    def _break_off(self, *, is_reset: bool) -> None:
        """End a connection without another word; the dialogue has said itself that it is over."""
        self._ended = self._sweep.monotonic()
        self._reader = None
        self._queued = None
        self._mute()
        self._outlet.break_off(is_reset=is_reset)

    def _time_out(self, lasted: float) -> None:
        """Let the dialogue take its leave of a client that is idle or too old."""
        if not self._over:
            turn = self._dialogue.time_out(lasted, self._desk.moment())
            self._desk.apply(turn)
            self._settle()
            self._outlet.write(turn.data)
        self._finish()

    # The end.

    def _hang_up(self, why: str) -> None:
        """Tell the dialogue that nobody is there, or that there will be no TLS, and finish."""
        if self._ended is None:
            self._ended = self._sweep.monotonic()
            if not self._over:
                tell = self._dialogue.hung_up if self._shaking is None else self._dialogue.tls_failed
                self._desk.apply(tell(why, self._desk.moment()))
        self._finish()

    def _finish(self) -> None:
        """Take no more input, write what is due and close."""
        if self._ended is None:
            self._ended = self._sweep.monotonic()
        self._reader = None
        self._queued = None
        self._settle()
        self._outlet.finish()
        self._read_on()

    def _settle(self) -> None:
        """Write a delayed reply now, and wait for nothing more."""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
        if self._held is not None:
            self._outlet.write(self._held.data)
            self._held = None

    def _mute(self) -> None:
        """Write nothing more: the connection, or its TLS, is broken."""
        self._held = None
        self._settle()
        self._outlet.mute()

    # Our own bugs.

    def _run(self, step: Callable[[*_Arguments], None], *arguments: *_Arguments) -> None:
        """Do one step and write what is due; an exception in it ends this connection and is reported to the loop."""
        try:
            step(*arguments)
            self._outlet.flush()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other connections must not feel it
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """End a connection that a bug of ours has struck."""
        self._report(error)
        try:
            self._hang_up("internal error")
        except Exception as another:  # noqa: BLE001 - as in _run
            self._report(another)
            self._outlet.cut()

    def _report(self, error: Exception) -> None:
        self._sweep.loop.call_exception_handler(
            {
                "message": "a dialogue failed; its connection is closed",
                "exception": error,
                "protocol": self,
                "transport": self._transport,
            }
        )


async def listen(  # noqa: PLR0913 - a desk, a place, and how it is served
    desk: Desk,
    host: str,
    port: int,
    *,
    sweep: Sweep,
    in_lab: bool = False,
    stream: Callable[[Sweep], SmtpStream] | None = None,
) -> Acceptor:
    """Accept connections on a loopback address, ``in_lab`` on one that a user has named; port 0 takes a free one.

    ``stream`` makes the protocol of a connection, where that is another than a plain one of the desk.

    Raises:
        ValueError: The address is not in 127.0.0.0/8, or not one for a lab.
        OSError: The port is taken, or may not be used.
    """
    if in_lab:
        parse_lab_address(host)
    else:
        check_loopback(host)
    make = partial(SmtpStream, desk, sweep) if stream is None else partial(stream, sweep)
    acceptor = Acceptor(make, bind(host, port), loop=sweep.loop)
    await acceptor.open()
    return acceptor


def check_loopback(host: str) -> None:
    """Make sure that an address is one that only this machine can reach.

    Raises:
        ValueError: It is not in 127.0.0.0/8.
    """
    with suppress(ValueError):  # a name, which is refused as well: it may mean another address tomorrow
        if ip_address(host) in _LOOPBACK:
            return
    raise ValueError(f"{host} is not an address in {_LOOPBACK}: relaylab serves this machine only; use 127.0.0.1")
