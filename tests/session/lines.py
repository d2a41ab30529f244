"""A service without sockets for tests: a clock that the test moves, counters that count, and lines to it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from operator import is_

from relaylab.domain.clock import Epoch, ManualClock
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Event
from relaylab.domain.memory import Memory
from relaylab.domain.message import KeptMessage
from relaylab.domain.peer import Peer, TlsFacts
from relaylab.domain.randomness import Random, Randomness
from relaylab.domain.reply import SessionNames
from relaylab.domain.world import World
from relaylab.rules.catalogue import rulebook
from relaylab.session.envelopes import spreading_ends
from relaylab.session.familiar import Familiar
from relaylab.session.moment import Moment
from relaylab.session.party import Party
from relaylab.session.places import Era
from relaylab.session.smtp import SmtpSession
from relaylab.session.turn import Dialogue, Turn
from relaylab.session.wire import TLS_1_3, Wire
from relaylab.store import Counters, FaultBoard
from tests.session.worlds import APP, ELSEWHERE, HELPDESK, SCANNER, SCANNER_PASSWORD, TOKEN, two_tenants

BEFORE = datetime(2026, 11, 23, 9, tzinfo=UTC)
CUTOVER = datetime(2026, 12, 31, tzinfo=UTC)

SUBMISSION_NAMES = SessionNames(
    "DS7PR03CA0257.outlook.office365.com",
    "DS7PR03CA0257.namprd03.prod.outlook.com",
    "DS7PR03MB1234.namprd03.prod.outlook.com",
    "08DF48F4B7A28001",
)
MX_NAMES = replace(
    SUBMISSION_NAMES,
    host="DB1PEPF000509F9.mail.protection.outlook.com",
    site="DB1PEPF000509F9.eurprd02.prod.outlook.com",
)

LETTER = b"From: scanner@contoso.com\r\nSubject: Scan\r\nMessage-ID: <1@contoso.com>\r\n\r\nPage 1\r\n"


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def bearer(user: str, token: str) -> str:
    """The response of XOAUTH2, encoded."""
    return base64(f"user={user}\x01auth=Bearer {token}\x01\x01")


class Lab:
    """What every connection of one test shares."""

    def __init__(  # noqa: PLR0913 - each is a choice of its own
        self,
        world: World | None = None,
        *,
        at: datetime = BEFORE,
        readings: Mapping[str, str] | None = None,
        milestones: Mapping[str, datetime | None] | None = None,
        seed: int = 7,
        remembers: bool = False,
    ) -> None:
        self.memory = Memory()
        self._remembers = remembers
        self.world = world if world is not None else two_tenants()
        self.clock = ManualClock(at)
        self.rulebook = rulebook(readings, milestones)
        self.counters = Counters()
        self.board = FaultBoard()
        self.turns: list[Turn] = []
        self.kept: list[KeptMessage] = []
        self.events: list[Event] = []
        self._randomness = Randomness(seed)
        self._lines = 0
        self._era: tuple[tuple[object, ...], Era] | None = None

    def moment(self) -> Moment:
        now, view = self.clock.now(), self.board.view
        memory, era = (self.memory, self._era_at(now)) if self._remembers else (Memory(), None)
        return Moment(now, self.world, self.rulebook, self.counters, view, memory=memory, era=era)

    def _era_at(self, now: datetime) -> Era:
        """Give the era, the same one as long as nothing has changed that a step may know."""
        epoch, spread = self.rulebook.epoch_around(now), Epoch.around(now, spreading_ends(self.world))
        hangs_on = (self.world, self.rulebook, self.board.view, self.memory)
        known = self._era
        if known is None or not all(map(is_, known[0], hangs_on)) or not known[1].since <= now < known[1].until:
            known = self._era = (hangs_on, Era(max(epoch.since, spread.since), min(epoch.until, spread.until)))
        return known[1]

    def session(self, party: Party) -> Dialogue:
        """Give a session as a listener opens it; a whole one where nothing is remembered."""
        is_familiar = self._remembers and party.endpoint is Endpoint.MX
        return Familiar(party) if is_familiar else SmtpSession(party)

    def apply(self, turn: Turn) -> None:
        self.turns.append(turn)
        self.kept.extend(turn.kept)
        self.events.extend(turn.events)
        for charge in turn.charges:
            self.counters.apply(charge)
        for use in turn.uses:
            self.board.apply(use)

    def party(  # noqa: PLR0913 - as many as a party has
        self,
        *,
        endpoint: Endpoint = Endpoint.SUBMISSION,
        ip: str = ELSEWHERE,
        names: SessionNames | None = None,
        chance: Random | None = None,
        tarpit: bool = False,
        on_legacy_host: bool = False,
    ) -> Party:
        self._lines += 1
        return Party(
            label=f"s-{self._lines:06d}",
            endpoint=endpoint,
            peer=Peer(ip_address(ip)),
            names=names or (SUBMISSION_NAMES if endpoint is Endpoint.SUBMISSION else MX_NAMES),
            chance=chance or self._randomness.stream("session", self._lines),
            tarpit=tarpit,
            on_legacy_host=on_legacy_host,
            randomness=self._randomness,
        )

    def connect(self, party: Party | None = None) -> Line:
        """Open a connection to client submission, or as ``party`` says."""
        return Line(self, party or self.party())

    def connect_mx(self, ip: str = ELSEWHERE) -> Line:
        return Line(self, self.party(endpoint=Endpoint.MX, ip=ip))


class Line:
    """One connection; what it hears is given as text, trailers and the last CRLF left out."""

    def __init__(self, lab: Lab, party: Party) -> None:
        self.lab = lab
        self.party = party
        self.session = lab.session(party)
        self.wire = Wire(self.session, lab.moment, lab.apply)

    @property
    def is_closed(self) -> bool:
        return self.wire.is_closed

    @property
    def last(self) -> Turn:
        return self.wire.turns[-1]

    def heard(self, data: bytes) -> str:
        """Leave the trailers out."""
        names = self.party.names
        marks = (f" [{names.site} ", f" [{names.site}]", f" [Hostname={names.mailbox_server}]")
        lines = data.decode().removesuffix("\r\n").split("\r\n")
        for mark in marks:
            lines = [line.partition(mark)[0] if line.endswith("]") else line for line in lines]
        return "\n".join(lines)

    def say(self, line: str | bytes) -> str:
        return self.heard(self.wire.say(line))

    def message(self, content: bytes = LETTER) -> str:
        return self.heard(self.wire.message(content))

    def chunk(self, content: bytes, *, last: bool) -> str:
        return self.heard(self.wire.chunk(content, last=last))

    def hang_up(self) -> Turn:
        turn = self.session.hung_up("closed by the client", self.lab.moment())
        self.lab.apply(turn)
        return turn

    # Longer things to say.

    def begin(self) -> Line:
        """Say hello."""
        assert self.say("EHLO device.contoso.com").startswith("250-")
        return self

    def secure(self, tls: TlsFacts = TLS_1_3) -> Line:
        """Say hello, start TLS, say hello again."""
        self.begin()
        assert self.heard(self.wire.start_tls(tls)) == "220 2.0.0 SMTP server ready"
        return self.begin()

    def sign_in(self, user: str = SCANNER, password: str = SCANNER_PASSWORD) -> str:
        """Sign in by AUTH LOGIN; give the final answer."""
        asked = self.say(f"AUTH LOGIN {base64(user)}")
        return self.say(base64(password)) if asked.startswith("334") else asked

    def sign_in_with_token(self, user: str = APP, token: str = TOKEN) -> str:
        return self.say(f"AUTH XOAUTH2 {bearer(user, token)}")

    def signed_in(self, user: str = SCANNER, password: str = SCANNER_PASSWORD) -> Line:
        """Come up to the point where mail may be sent."""
        self.secure()
        assert self.sign_in(user, password) == "235 2.7.0 Authentication successful"
        return self

    def envelope(self, sender: str = SCANNER, *recipients: str) -> Line:
        """Begin a transaction; every step must be granted."""
        assert self.say(f"MAIL FROM:<{sender}>") == "250 2.1.0 Sender OK"
        for recipient in recipients:
            assert self.say(f"RCPT TO:<{recipient}>") == "250 2.1.5 Recipient OK"
        return self

    def data(self) -> Line:
        assert self.say("DATA") == "354 Start mail input; end with <CRLF>.<CRLF>"
        return self

    def send(self, sender: str, *recipients: str, content: bytes | None = None) -> str:
        """Send one message; give the final answer."""
        if content is None:
            content = LETTER.replace(SCANNER.encode(), sender.encode() or SCANNER.encode())
        return self.envelope(sender, *recipients).data().message(content)


def offer(line: Line, letter: str, *recipients: str, sender: str) -> str:
    """Send a message as far as it gets; give its last answer."""
    line.say(f"MAIL FROM:<{sender}>")
    for recipient in recipients or (HELPDESK,):
        line.say(f"RCPT TO:<{recipient}>")
    last = line.say("DATA")
    last = line.message(letter.encode()) if last.startswith("354") else last
    line.say("RSET")
    return last
