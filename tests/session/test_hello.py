"""The same name said again in EHLO or HELO: what is remembered of it is what would be found anew."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaylab import rules
from relaylab.app.faults import parse_spec
from relaylab.domain.asks import HelloAsk
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.memory import Memory
from relaylab.domain.reply import Trailer
from relaylab.rules import milestones, replies
from relaylab.rules.catalogue import rulebook
from relaylab.session.hello import ENDPOINTS
from relaylab.store.events import as_json
from tests.session.lines import CUTOVER, MX_NAMES, SUBMISSION_NAMES, Lab, Line
from tests.session.worlds import ELSEWHERE, HQ, contoso, two_tenants

NAMES: Final = {
    Endpoint.MX: (MX_NAMES, replace(MX_NAMES, host="AM4PEPF0001AAAA.mail.protection.outlook.com")),
    Endpoint.SUBMISSION: (SUBMISSION_NAMES, replace(SUBMISSION_NAMES, host="AM8P194CA0001.outlook.office365.com")),
}
OF_OFFERS: Final = (milestones.BASIC_AUTH_OFF_BY_DEFAULT, milestones.BASIC_AUTH_REMOVED)
DROPPED: Final = {"login_offer_when_off": "dropped"}


def connect(lab: Lab, endpoint: Endpoint = Endpoint.MX, ip: str = ELSEWHERE, *, server: int = 0) -> Line:
    return Line(lab, lab.party(endpoint=endpoint, ip=ip, names=NAMES[endpoint][server]))


def put_in_force(lab: Lab) -> None:
    lab.world, lab.memory = two_tenants(contoso()), Memory()


# Anything, in any order -----------------------------------------------------------------------------------------------

HOSTS: Final = tuple(names.host for pair in NAMES.values() for names in pair)
HELLOS: Final = ("device.contoso.com", "DEVICE.contoso.com", "a..b", "", *HOSTS, HOSTS[0].lower())
FAULTS: Final = ("ehlo500", "nostarttls", "starttlsplain")
LEAPS: Final = (timedelta(days=-800), timedelta(days=30), timedelta(days=400), timedelta(seconds=1))


@dataclass(frozen=True)
class Session:
    """A session that says names, in clear or behind STARTTLS, and what happens to everybody before it."""

    endpoint: Endpoint
    ip: str
    server: int
    hellos: Sequence[str]
    in_tls: bool
    before: str | timedelta | None

    def play(self, lab: Lab) -> list[bytes]:
        match self.before:
            case "world":
                put_in_force(lab)
            case "no faults":
                lab.board.reset()
            case str(fault):
                lab.board.add(parse_spec(fault))
            case timedelta():
                lab.clock.advance(self.before)
        line = connect(lab, self.endpoint, self.ip, server=self.server)
        if self.in_tls and line.say("EHLO device.contoso.com").startswith("250") and not line.is_closed:
            line.wire.start_tls()
        for hello in self.hellos:
            if not line.is_closed:
                line.say(hello)
        return [turn.data for turn in line.wire.turns]


sessions = st.builds(
    Session,
    endpoint=st.sampled_from(list(NAMES)),
    ip=st.sampled_from([HQ, ELSEWHERE]),
    server=st.integers(0, 1),
    hellos=st.lists(st.builds("{} {}".format, st.sampled_from(["EHLO", "HELO"]), st.sampled_from(HELLOS)), max_size=3),
    in_tls=st.booleans(),
    before=st.sampled_from([None, None, None, "world", "no faults", *FAULTS, *LEAPS]),
)


@given(st.lists(sessions, min_size=3, max_size=10))
def test_whatever_happens_what_is_remembered_is_what_is_found_anew(played: list[Session]) -> None:
    remembering, anew = (Lab(remembers=remembers, readings=DROPPED) for remembers in (True, False))

    for session in played:
        assert session.play(anew) == session.play(remembering)

    assert [as_json(event, 0) for event in anew.events] == [as_json(event, 0) for event in remembering.events]


# One circumstance each ------------------------------------------------------------------------------------------------


def test_a_server_names_itself_in_an_answer_that_another_gave_before() -> None:
    lab = Lab(remembers=True)

    answers = [connect(lab, server=server).say("EHLO device.contoso.com") for server in (0, 1, 0)]

    hosts = [names.host for names in NAMES[Endpoint.MX]]
    assert [hosts[0], hosts[1], hosts[0]] == [answer[len("250-") :].partition(" ")[0] for answer in answers]
    assert answers[1] == answers[0].replace(hosts[0], hosts[1])


def test_the_own_name_of_one_server_is_refused_there_though_another_granted_it() -> None:
    lab = Lab(remembers=True)
    own = NAMES[Endpoint.MX][1].host.lower()

    answers = [connect(lab, server=server).say(f"EHLO {own}")[:3] for server in (0, 1, 0)]

    assert ["250", "550", "250"] == answers


@pytest.mark.parametrize("hello", ["EHLO", "HELO"])
def test_each_client_hears_its_own_address(hello: str) -> None:
    lab = Lab(remembers=True)

    answers = [connect(lab, ip=ip).say(f"{hello} device.contoso.com") for ip in (HQ, ELSEWHERE, HQ)]

    assert [True] * 3 == [f"Hello [{ip}]" in answer for ip, answer in zip((HQ, ELSEWHERE, HQ), answers, strict=True)]


def test_helo_is_not_answered_as_ehlo_was() -> None:
    lab = Lab(remembers=True)

    ehlo, helo = (connect(lab).say(f"{hello} device.contoso.com") for hello in ("EHLO", "HELO"))

    assert "PIPELINING" in ehlo
    assert "PIPELINING" not in helo


def test_the_list_is_another_in_tls_than_in_clear() -> None:
    lab = Lab(remembers=True)

    for _ in range(2):
        line = connect(lab, Endpoint.SUBMISSION)
        assert "STARTTLS" in line.say("EHLO device.contoso.com")
        line.wire.start_tls()
        assert "AUTH LOGIN" in line.say("EHLO device.contoso.com")


def test_the_list_of_one_endpoint_is_not_that_of_another() -> None:
    lab = Lab(remembers=True)

    listed = [connect(lab, one).secure().say("EHLO device.contoso.com") for one in (Endpoint.SUBMISSION, Endpoint.MX)]

    assert [True, False] == ["AUTH" in one for one in listed]


def test_what_is_offered_changes_at_the_instant_at_which_it_does() -> None:
    lab = Lab(remembers=True, readings=DROPPED)

    offered = []
    for instant in (CUTOVER - timedelta(seconds=1), CUTOVER, CUTOVER - timedelta(seconds=1)):
        lab.clock.set(instant)
        line = connect(lab, Endpoint.SUBMISSION)
        offered.append("LOGIN" in line.secure().say("EHLO device.contoso.com"))

    assert [True, False, True] == offered


def test_a_fault_answers_a_name_that_was_granted_before_as_long_as_it_stands() -> None:
    lab = Lab(remembers=True)

    answers = [connect(lab).say("EHLO device.contoso.com")]
    lab.board.add(parse_spec("nostarttls"))
    answers.append(connect(lab).say("EHLO device.contoso.com"))
    lab.board.clear()
    answers.append(connect(lab).say("EHLO device.contoso.com"))

    assert [True, False, True] == ["STARTTLS" in answer for answer in answers]


def test_a_name_ends_a_transaction_though_it_is_remembered() -> None:
    lab = Lab(remembers=True)
    line = connect(lab).begin().envelope("a@adatum.example")

    line.begin()

    assert line.say("RCPT TO:<helpdesk@contoso.com>").startswith("503")


def test_another_world_has_its_own_memory_of_names() -> None:
    lab = Lab(remembers=True)
    connect(lab).begin()
    first = lab.memory

    put_in_force(lab)
    connect(lab).begin()

    assert 1 == len(first)
    assert 1 == len(lab.memory)


# What it rests on -----------------------------------------------------------------------------------------------------


def test_rules_about_a_hello_read_nothing_but_the_two_names() -> None:
    """What a new rule reads besides must be in the key: see ``session.hello``, then add it."""
    read = set()
    for file in Path(rules.__file__).parent.rglob("*.py"):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef) or not function.args.args:
                continue
            ask = function.args.args[0]
            if not isinstance(ask.annotation, ast.Name) or ask.annotation.id != HelloAsk.__name__:
                continue
            nodes = list(ast.walk(function))
            of_it = [one for one in nodes if isinstance(one, ast.Attribute) and ast.unparse(one.value) == ask.arg]
            loaded = [one for one in nodes if isinstance(one, ast.Name) and one.id == ask.arg]
            handed_on = {one for one in loaded if isinstance(one.ctx, ast.Load)} - {one.value for one in of_it}
            read |= {one.attr for one in of_it} | {ast.unparse(function) for _ in handed_on}

    assert {"argument", "server_name"} == read


def test_each_date_at_which_the_remembered_lists_change_begins_another_epoch() -> None:
    for milestone in OF_OFFERS:
        instant = CUTOVER + timedelta(hours=7)

        assert instant in rulebook(milestones={milestone.name: instant}).edges
    assert {Endpoint.MX, Endpoint.SUBMISSION} == ENDPOINTS


def test_an_answer_is_of_its_instant_and_session_by_nothing_but_the_server_s_name() -> None:
    """It comes at once, and bears no trailer: else that must be written anew."""
    assert {(Trailer.NONE, False)} == {(one.trailer, one.slow) for one in (replies.HELLO, replies.EHLO)}
