"""What was found of a sender is remembered: nothing that anybody can read may differ from finding it anew."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import is_
from typing import Final

import pytest

from relaylab.app.config import LoadedWorld, parse_world
from relaylab.app.emulator import Emulator, Settings
from relaylab.app.faults import parse_spec
from relaylab.app.rulebooks import rulebook_for
from relaylab.domain.clock import ManualClock
from relaylab.domain.event import Authenticated, Kept
from relaylab.domain.memory import Memory
from relaylab.domain.randomness import Randomness
from relaylab.domain.reputation import SenderReputation, SenderState
from relaylab.rules import limits
from relaylab.servers.house import SmtpDesk
from relaylab.session.moment import Moment
from relaylab.session.places import Place
from relaylab.session.turn import Dialogue, Turn
from relaylab.store import StoreError
from relaylab.store.events import as_json
from relaylab.store.shapes import message_json
from relaylab_certs import TestAuthority
from tests.conftest import Emulate
from tests.session.worlds import with_organization

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
        object.__setattr__(self, "moment", self._unremembered)  # methods of these names would not be asked
        object.__setattr__(self, "again", lambda *_: None)

    def _unremembered(self) -> Moment:
        return replace(self.house.moment(), memory=Memory(), era=None)


def heard(desk: SmtpDesk, dialogue: Dialogue, line: bytes) -> Turn:
    """Say a line, and have it answered as a stream does."""
    again = desk.again(dialogue, line + b"\r\n")
    if again is not None:
        return again
    turn = dialogue.receive_line(line, desk.moment())
    desk.apply(turn)
    return turn


def emulator(authority: TestAuthority, spf: str = "v=spf1 -all exp=explained.contoso.com") -> Emulator:
    return Emulator(a_world(spf), at=datetime(2026, 11, 2, tzinfo=UTC), authority=authority)


def send(desk: SmtpDesk, sender: bytes, author: bytes, extra: bytes = b"") -> list[bytes]:
    session = desk.open(("127.0.0.1", 50_000), desk.moment())

    def told(turn: Turn) -> bytes:
        desk.apply(turn)
        return turn.data

    lines = (b"EHLO scanner", b"MAIL FROM:<%s>" % sender, b"RCPT TO:<helpdesk@contoso.com>", b"DATA")
    said = [told(session.greet(desk.moment())), *(heard(desk, session, line).data for line in lines)]
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
        heard(desk, session, b"EHLO scanner")
        return heard(desk, session, b"MAIL FROM:<%s>" % CONTOSO).data[:3]

    def swap() -> None:
        lab.holder.swap(world, rulebook_for(world, {}, {}))

    desk.house.clock = Swapping(datetime(2026, 11, 2, tzinfo=UTC), 3, swap)  # at MAIL

    assert [b"250", b"550"] == [mail(desk), mail(desk)]


@pytest.mark.parametrize("change", ["world", "fault", "time"])
def test_what_was_said_before_is_received_anew_behind_a_change(authority: TestAuthority, change: str) -> None:
    lab = emulator(authority)
    desk = lab.desk("mx")
    send(desk, CONTOSO, CONTOSO)
    sessions = [desk.open(("127.0.0.1", 50_000), desk.moment()) for _ in range(2)]
    for session in sessions:
        session.greet(desk.moment())
        heard(desk, session, b"EHLO scanner")
    line = b"MAIL FROM:<%s>\r\n" % CONTOSO

    before = desk.again(sessions[0], line)
    match change:
        case "world":
            lab.holder.swap(lab.holder.world, rulebook_for(lab.holder.world, {}, {}))
        case "fault":
            lab.store.faults.add(parse_spec("mail4xx"))
        case _:
            lab.clock.set(lab.clock.now() + timedelta(days=3650))

    assert before is not None
    assert desk.again(sessions[1], line) is None


def test_a_recorded_session_tells_each_line_though_another_has_said_it(authority: TestAuthority) -> None:
    settings = Settings(record=True)
    lab = Emulator(a_world("v=spf1 -all"), at=datetime(2026, 11, 2, tzinfo=UTC), authority=authority, settings=settings)
    desk = lab.desk("mx")

    for _ in range(2):
        send(desk, CONTOSO, CONTOSO)

    assert lab.dialogues is not None
    first, second = (len(lab.dialogues.of(f"s-00000{number}")) for number in (1, 2))
    assert first == second > 8


def test_where_a_message_cannot_be_kept_nothing_of_it_is_counted_or_logged(authority: TestAuthority) -> None:
    lab = emulator(authority)
    desk = lab.desk("mx")
    send(desk, CONTOSO, CONTOSO)
    (kept,) = (lab.store.mail.message(one.id) for one in lab.store.mail.messages())
    assert kept is not None
    lab.store.mail.keep(replace(kept, id="s-000002-1"))  # so another message of that id cannot be

    with pytest.raises(StoreError):
        send(desk, CONTOSO, CONTOSO)

    assert not [one for one in lab.store.events if isinstance(one.event, Kept) and one.event.session == "s-000002"]
    assert len(lab.store.mail) == 2


def test_of_an_era_that_has_ended_nothing_is_held_but_where_sessions_stand(authority: TestAuthority) -> None:
    """The log, the mail and an idle session hold what they have heard, and no other client's lines or names."""
    lab = emulator(authority)
    desk = lab.desk("mx")
    for _ in range(2):
        send(desk, CONTOSO, CONTOSO)
        send(desk, FABRIKAM, FABRIKAM)
    idle = desk.open(("127.0.0.1", 50_000), desk.moment())
    idle.greet(desk.moment())
    heard(desk, idle, b"EHLO scanner")
    ended = desk.moment().era

    lab.holder.swap(lab.holder.world, rulebook_for(lab.holder.world, {}, {}))
    desk.moment()
    lab.store.clear()
    gc.collect()

    places = [one for one in gc.get_objects() if isinstance(one, Place) and one.era is ended]
    assert len(places) == 1
    assert not places[0].said


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


RULES_ALONE: Final = datetime(2026, 12, 31, tzinfo=UTC)  # Basic goes off: no record changes
DNS_ALONE: Final = datetime(2026, 4, 1, tzinfo=UTC)  # records change: no rule does


@pytest.mark.parametrize("edge", [RULES_ALONE, DNS_ALONE], ids=["rules", "DNS"])
def test_an_era_ends_with_the_rules_and_with_the_dns_whichever_is_first(emulate: Emulate, edge: datetime) -> None:
    house = emulate().desk("mx").house
    assert house.zones is not None
    before = edge - timedelta(microseconds=1)
    of_rules = {house.holder.rulebook.epoch(at) for at in (before, edge)}
    of_dns = {house.zones.zones().epoch(at).number for at in (before, edge)}
    assert (len(of_rules), len(of_dns)) == ((2, 1) if edge is RULES_ALONE else (1, 2))

    eras = []
    for at in (before, edge, before):
        house.clock.set(at)
        eras.append(house.moment().era)

    assert len({id(era) for era in eras}) == 3


def test_an_era_ends_where_a_change_of_a_tenant_has_spread(emulate: Emulate) -> None:
    house = emulate().desk("mx").house
    now = house.clock.now()
    world = with_organization(reject_direct_send=True, reject_direct_send_changed=now)
    house.holder.swap(world, rulebook_for(world, {}, {}))
    first = house.moment().era

    house.clock.set(now + limits.DIRECT_SEND_DELAY - timedelta(microseconds=1))
    assert first is house.moment().era
    house.clock.set(now + limits.DIRECT_SEND_DELAY)
    assert first is not house.moment().era
