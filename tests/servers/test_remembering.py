"""What was found of a sender is remembered: nothing that anybody can read may differ from finding it anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import is_

import pytest

from relaylab.app.config import LoadedWorld, parse_world
from relaylab.app.emulator import Emulator
from relaylab.app.faults import parse_spec
from relaylab.app.rulebooks import rulebook_for
from relaylab.domain.clock import ManualClock
from relaylab.domain.event import Authenticated
from relaylab.domain.memory import Memory
from relaylab.domain.randomness import Randomness
from relaylab.domain.reputation import SenderReputation, SenderState
from relaylab.servers.house import SmtpDesk
from relaylab.session.moment import Moment
from relaylab.session.turn import Turn
from relaylab.store.events import as_json
from relaylab.store.shapes import message_json
from relaylab_certs import TestAuthority
from tests.conftest import Emulate

CONTOSO, FABRIKAM = b"scanner@contoso.com", b"shop@fabrikam.example"
SENDERS = (CONTOSO, FABRIKAM, b"Scanner@contoso.com", b"")
AUTHORS = (CONTOSO, FABRIKAM, b"x@contoso.com>, <y@fabrikam.example")
EXTRA = (b"", b"DKIM-Signature: v=1; a=rsa-sha256; d=contoso.com; s=none; b=x\r\n", b"From: z@nowhere.example\r\n")


def a_world(spf: str) -> LoadedWorld:
    return parse_world(
        f"""
[[tenant]]
name = "contoso"
  [[tenant.accepted_domain]]
  name = "contoso.com"
  [[tenant.mailbox]]
  address = "helpdesk@contoso.com"
[[dns]]
name = "contoso.com"
type = "TXT"
value = "{spf}"
[[dns]]
name = "explained.contoso.com"
type = "TXT"
value = "%{{c}} at %{{t}} is not ours"
[[dns]]
name = "_dmarc.contoso.com"
type = "TXT"
value = "v=DMARC1; p=none"
[[dns]]
name = "_dmarc.fabrikam.example"
type = "TXT"
value = "v=DMARC1; p=reject; pct=50"
""",
        "world",
    )


class Forgetful(SmtpDesk):
    """A desk that remembers nothing."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "moment", self._unremembered)  # a method of that name would not be asked

    def _unremembered(self) -> Moment:
        return replace(self.house.moment(), memory=Memory(), era=None)


def emulator(authority: TestAuthority, spf: str = "v=spf1 -all exp=explained.contoso.com") -> Emulator:
    return Emulator(a_world(spf), at=datetime(2026, 11, 2, tzinfo=UTC), authority=authority)


def send(desk: SmtpDesk, sender: bytes, author: bytes, extra: bytes = b"") -> list[bytes]:
    session = desk.open(("127.0.0.1", 50_000), desk.moment())

    def told(turn: Turn) -> bytes:
        desk.apply(turn)
        return turn.data

    lines = (b"EHLO scanner", b"MAIL FROM:<%s>" % sender, b"RCPT TO:<helpdesk@contoso.com>", b"DATA")
    said = [told(session.greet(desk.moment())), *(told(session.receive_line(line, desk.moment())) for line in lines)]
    content = bytearray(b"From: <%s>\r\n%sSubject: a\r\n\r\nPage\r\n" % (author, extra))
    return [*said, told(session.receive_message(content, desk.moment()))]


def test_every_answer_event_and_message_is_as_if_nothing_were_remembered(authority: TestAuthority) -> None:
    told, forgets = [], []
    for kind in (SmtpDesk, Forgetful):
        lab = emulator(authority)
        desk = kind(lab.desk("mx").house, lab.desk("mx").endpoint)
        forgets.append(desk.moment().memory is not desk.moment().memory)
        cases = [(*case, extra) for case in ((one, author) for one in SENDERS for author in AUTHORS) for extra in EXTRA]
        said = [send(desk, *case) for case in cases * 2]
        events = [as_json(entry.event, entry.seq) for entry in lab.store.events]
        kept = [message_json(one) for one in lab.store.mail.messages()]
        told.append((said, events, kept))

    assert [False, True] == forgets
    assert told[0] == told[1]


def test_another_world_is_judged_anew_and_mail_kept_before_stays_as_it_was(authority: TestAuthority) -> None:
    lab, twin = emulator(authority), emulator(authority)
    desk = lab.desk("mx")
    send(desk, CONTOSO, CONTOSO)
    send(twin.desk("mx"), CONTOSO, CONTOSO)
    world = a_world("v=spf1 ip4:192.0.2.1 -all").world

    lab.holder.swap(world, rulebook_for(world, {}, {}))
    send(desk, CONTOSO, CONTOSO)

    found = [entry.event.spf for entry in lab.store.events if isinstance(entry.event, Authenticated)]
    first, before = (one.store.mail.messages()[0] for one in (lab, twin))
    assert ["fail", "pass"] == found
    assert message_json(before) == message_json(first)


class Swapping(ManualClock):
    """A clock during whose reading another world is put in force, as another thread may do."""

    def __init__(self, start: datetime, at: int, swap: Callable[[], None]) -> None:
        super().__init__(start)
        self.readings = 0
        self.at = at
        self.swap = swap

    def now(self) -> datetime:
        self.readings += 1
        if self.readings == self.at:
            self.swap()
        return super().now()


def test_what_one_world_grants_is_not_remembered_of_the_next_one(authority: TestAuthority) -> None:
    lab = emulator(authority)
    desk = lab.desk("mx")
    banned = (SenderReputation(CONTOSO.decode(), SenderState.BANNED),)
    world = replace(lab.holder.world, reputations=banned)

    def mail(desk: SmtpDesk) -> bytes:
        session = desk.open(("127.0.0.1", 50_000), desk.moment())
        session.receive_line(b"EHLO scanner", desk.moment())
        return session.receive_line(b"MAIL FROM:<%s>" % CONTOSO, desk.moment()).data[:3]

    def swap() -> None:
        lab.holder.swap(world, rulebook_for(world, {}, {}))

    desk.house.clock = Swapping(datetime(2026, 11, 2, tzinfo=UTC), 3, swap)  # at MAIL

    assert [b"250", b"550"] == [mail(desk), mail(desk)]


def test_what_a_step_may_know_is_found_anew_for_another_world_seed_board_or_slice_of_time(emulate: Emulate) -> None:
    house = emulate().desk("mx").house
    zones, holder, now = house.zones, house.holder, house.clock.now()
    assert zones is not None

    def known(at: datetime = now) -> tuple[object, ...]:
        house.clock.set(at)
        moment = house.moment()
        return moment.dns, moment.era

    first = known()
    assert all(map(is_, first, known(now + timedelta(minutes=1))))

    later = known(zones.zones().epoch(now).until)
    holder.swap(holder.world, holder.rulebook)
    swapped = known()
    house.randomness = Randomness(house.randomness.seed + 1)
    reseeded = known()
    house.store.faults.add(parse_spec("ehlo500"))
    faulty = known()

    assert 10 == len({id(one) for pair in (first, later, swapped, reseeded, faulty) for one in pair})


@pytest.mark.parametrize("by", [timedelta(), -timedelta(microseconds=1)], ids=["after", "before"])
def test_other_rules_in_force_are_another_era(emulate: Emulate, by: timedelta) -> None:
    house = emulate().desk("mx").house
    epoch = house.holder.rulebook.epoch_around(house.clock.now())
    first = house.moment().era

    house.clock.set((epoch.since if by else epoch.until) + by)

    assert first is not house.moment().era
