"""Arbitrary clients: what they do as values, and how it is done to a session.

A client here does what the transport lets it: a line when a line is read, content after 354, octets after BDAT. What a
step means depends on what is read at that moment, so any list of steps is a client.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import strategies as st

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.message import KeptMessage
from relaylab.domain.peer import ClientHello, TlsFacts
from relaylab.session.moment import Moment
from relaylab.session.turn import Dialogue, Ending, Then, Turn
from tests.session.lines import LETTER, Lab, Line, base64, bearer
from tests.session.speech import replies_of
from tests.session.worlds import (
    ALIAS,
    APP,
    APP_PASSWORD,
    DESK,
    EVERYBODY,
    HANDED_ON,
    HELPDESK,
    NOBODY,
    OLD_TOKEN,
    OUTSIDE,
    PARTNER,
    SCANNER,
    SCANNER_PASSWORD,
    TOKEN,
)

ADDRESSES = (SCANNER, APP, ALIAS, HELPDESK, EVERYBODY, PARTNER, NOBODY, HANDED_ON, DESK, OUTSIDE)


@dataclass(frozen=True)
class Step:
    """``octets`` are a line, or content where that is read; the rest says what else a client can do."""

    octets: bytes = b""
    overlong: bool = False
    oversized: bool = False
    hangs_up: bool = False
    times_out: float | None = None
    travels: timedelta | None = None
    tls: str = "TLSv1.3"


# Lines that make sense somewhere ------------------------------------------------------------------------------------

_paths = st.sampled_from((*ADDRESSES, "", "jürgen@adatum.example", '"a b"@contoso.com', "x@[192.0.2.9]", "no-address"))
_parameters = st.sampled_from(
    (
        "",
        " SIZE=81",
        " SIZE=157286401",
        " BODY=BINARYMIME",
        " SMTPUTF8",
        " RET=HDRS",
        " RET=FULL ENVID=a+20b",
        " NOTIFY=NEVER",
        " NOTIFY=FAILURE ORCPT=utf-8;jürgen@adatum.example",
        " COLOUR=RED",
    )
)
_mail = st.builds("MAIL FROM:<{}>{}".format, _paths, _parameters)
_rcpt = st.builds("RCPT TO:<{}>{}".format, _paths, _parameters)
_login = st.sampled_from(
    ("AUTH LOGIN", f"AUTH LOGIN {base64(SCANNER)}", f"auth login {base64(APP)}", "AUTH LOGIN =", "AUTH LOGIN !")
)
_answers = st.sampled_from(
    (base64(SCANNER), base64(SCANNER_PASSWORD), base64(APP), base64(APP_PASSWORD), base64("wrong"), "*", "", "\x00")
)
_tokens = st.sampled_from(
    (
        "AUTH XOAUTH2",
        *(f"AUTH XOAUTH2 {bearer(APP, token)}" for token in (TOKEN, OLD_TOKEN, "unknown")),
        f"AUTH XOAUTH2 {bearer(SCANNER, TOKEN)}",
        f"AUTH XOAUTH2 {base64(f'auth=Bearer {TOKEN}')}",
        f"AUTH PLAIN {base64(chr(0) + SCANNER + chr(0) + SCANNER_PASSWORD)}",
        "AUTH",
    )
)
_chunks = st.sampled_from(("BDAT 0", "BDAT 7", "BDAT 0 LAST", "BDAT 81 LAST", "BDAT 200000000 LAST", "BDAT x", "BDAT"))
_small = st.sampled_from(
    ("EHLO device", "HELO", "EHLO x..", "STARTTLS", "STARTTLS x", "DATA", "DATA x", "RSET", "NOOP", "VRFY a", "HELP")
)
_words = st.sampled_from(("QUIT", "GET / HTTP/1.1", "*", "", "MAIL", "RCPT", "TURN", "ehlo", "DATA\t", "x" * 2_001))
_sensible = st.one_of(_mail, _rcpt, _login, _answers, _tokens, _chunks, _small, _words).map(str.encode)

_headers = st.sampled_from(
    (
        *(b"From: %b\r\n" % address.encode() for address in (SCANNER, APP, ALIAS, HELPDESK, OUTSIDE)),
        b"From: not an address\r\n",
        b'From: "a\x00b"@contoso.com\r\n',
        b"From: " + b"(" * 600 + b"\r\n",
        b"Subject: =?utf-8?q?a=0D=0Ab?=\r\n",
        b"Subject: =?utf-7?q?+2AA-?= h\xe9\r\n",
        b"Message-ID: <1@contoso.com>\r\n",
        b"Message-ID: <\x00>\r\n",
        b"no header at all\r\n",
    )
)
_letters = st.builds(
    lambda headers, body: b"".join(headers) + b"\r\n" + body, st.lists(_headers), st.binary(max_size=9)
)
_content = st.one_of(st.just(LETTER), _letters, st.binary(max_size=40))

_steps = st.one_of(
    st.builds(Step, _sensible),
    st.builds(Step, _sensible),
    st.builds(Step, _content),
    st.builds(Step, st.binary(max_size=30)),
    st.builds(Step, tls=st.sampled_from(("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1", ""))),
    st.builds(Step, travels=st.timedeltas(timedelta(days=-2_300), timedelta(days=700))),
    st.just(Step(overlong=True)),
    st.just(Step(oversized=True)),
    st.just(Step(hangs_up=True)),
    st.builds(Step, times_out=st.floats(0, 1e6)),
)

# Beginnings that bring a client to where it gets interesting.
_HELLO = (b"EHLO device",)
_SECURE = (*_HELLO, b"STARTTLS", b"", b"EHLO device")
_SIGNED_IN = (*_SECURE, f"AUTH LOGIN {base64(SCANNER)}".encode(), base64(SCANNER_PASSWORD).encode())
_WITH_TOKEN = (*_SECURE, f"AUTH XOAUTH2 {bearer(APP, TOKEN)}".encode())
_ENVELOPE = (f"MAIL FROM:<{SCANNER}>".encode(), f"RCPT TO:<{NOBODY}>".encode(), f"RCPT TO:<{HELPDESK}>".encode())
_beginnings = st.sampled_from(
    (
        (),
        _HELLO,
        _SECURE,
        _SIGNED_IN,
        _WITH_TOKEN,
        (*_HELLO, *_ENVELOPE),
        (*_SIGNED_IN, *_ENVELOPE),
        (*_SIGNED_IN, *_ENVELOPE, b"DATA"),
        (*_WITH_TOKEN, *_ENVELOPE, b"BDAT 81", LETTER),
    )
)


@st.composite
def clients(draw: st.DrawFn) -> tuple[Step, ...]:
    """Any client: a beginning, then whatever it likes."""
    beginning = (Step(octets) for octets in draw(_beginnings))
    return (*beginning, *draw(st.lists(_steps, max_size=30)))


# What a client did, seen from outside --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exchange:
    """One thing that was handed to the session, and the turn that it made.

    ``what`` is a command's verb in upper case, or "content", "chunk", "response", "TLS", "end" for what is no command.
    """

    what: str
    sent: bytes
    turn: Turn

    @property
    def code(self) -> int | None:
        """The code of the (first) reply."""
        return int(replies_of(self.turn.data)[0][0][:3]) if self.turn.data else None


@dataclass
class Drive:
    """A client's whole connection, as it went."""

    lab: Lab
    line: Line
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def said(self) -> bytes:
        return b"".join(turn.data for turn in self.lab.turns)


def drive(steps: tuple[Step, ...], *, endpoint: Endpoint, ip: str, lab: Lab | None = None) -> Drive:
    """Do to a session what a client does; the connection ends with the client."""
    lab = lab or Lab()
    going = Drive(lab, Line(lab, lab.party(endpoint=endpoint, ip=ip)))
    last = going.line.last
    if last.then is Then.CLOSE:
        return going
    for step in steps:
        if step.travels is not None:
            lab.clock.set(max(min(lab.clock.now() + step.travels, _LATEST), _EARLIEST))
            continue
        if last.manner is not None and last.manner.peeks:
            last = going.line.session.client_hello(ClientHello(None, offers_tls_1_3=True), lab.moment())
            lab.apply(last)
            if last.then is Then.CLOSE:
                return going
        if _is_deaf(last) and not step.hangs_up and step.times_out is None:
            continue
        what, last = _do(going.line.session, step, last, lab.moment())
        lab.apply(last)
        going.exchanges.append(Exchange(what, step.octets, last))
        if last.then is Then.CLOSE:
            return going
    lab.apply(going.line.session.hung_up("closed by the client", lab.moment()))
    return going


def _is_deaf(last: Turn) -> bool:
    """Tell whether the transport reads nothing any more, as a fault has it."""
    return last.manner is not None and last.manner.ending is Ending.SILENCE


def _do(  # noqa: PLR0911 - one line a thing
    session: Dialogue, step: Step, last: Turn, moment: Moment
) -> tuple[str, Turn]:
    """Do what a step means after the last turn."""
    if last.manner is not None and last.manner.ending is Ending.RESET_AT_INPUT:
        return "end", session.hung_up("reset, as a fault has it", moment)
    if last.then is Then.START_TLS:
        if step.hangs_up or not step.tls:
            return "end", session.tls_failed("bad record", moment)
        return "TLS", session.tls_established(TlsFacts(step.tls, "AES256", None), moment)
    if step.hangs_up:
        return "end", session.hung_up("connection reset", moment)
    if step.times_out is not None:
        return "end", session.time_out(step.times_out, moment)
    if last.then in {Then.READ_MESSAGE, Then.READ_CHUNK}:
        return _send_content(session, step, last, moment)
    if step.overlong:
        return "overlong", session.receive_overlong_line(moment)
    verb = step.octets.strip(b" \t").partition(b" ")[0].upper().decode("ascii", "replace")
    return "response" if last.data.startswith(b"334 ") else verb, session.receive_line(step.octets, moment)


def _send_content(session: Dialogue, step: Step, last: Turn, moment: Moment) -> tuple[str, Turn]:
    if last.then is Then.READ_CHUNK:
        if last.chunk > session.message_limit:
            return "chunk", session.receive_oversized_chunk(last.chunk, moment)
        onto = last.onto
        assert onto is not None
        onto += step.octets[: last.chunk].ljust(last.chunk, b"\n")
        return "chunk", session.receive_chunk(last.chunk, moment)
    if step.oversized:
        return "content", session.receive_oversized_message(session.message_limit + 1, moment)
    whole = step.octets if step.octets.endswith(b"\r\n") or not step.octets else step.octets + b"\r\n"
    return "content", session.receive_message(bytearray(whole), moment)


def messages_of(drive: Drive) -> list[KeptMessage]:
    """The messages that clients sent; reports are left out."""
    return [message for message in drive.lab.kept if message.report_of is None]


_EARLIEST = Lab().clock.now().replace(year=2020, month=10, day=1)
_LATEST = _EARLIEST.replace(year=2029)
