"""The same mailbox at client submission again: what is remembered of its sign-in is what would be found anew."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relaylab.app.faults import parse_spec
from relaylab.domain.asks import MailAsk, MechanismAsk, RcptAsk, SignInAsk
from relaylab.domain.directory import TokenService
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.memory import Memory
from relaylab.domain.reputation import SenderReputation, SenderState
from relaylab.domain.secret import Secret
from relaylab.domain.tenant import OrganizationConfig, RecipientPermission, TransportConfig
from relaylab.domain.world import World
from relaylab.rules import limits, submission
from relaylab.session.wire import TLS_1_3
from tests.builders import an_address
from tests.session.lines import BEFORE, CUTOVER, LETTER, Lab, Line, base64
from tests.session.test_envelopes import Event, all_of, asks_of, put_in_force
from tests.session.worlds import (
    ALIAS,
    APP,
    APP_PASSWORD,
    BLOCKS_BASIC,
    DESK,
    ELSEWHERE,
    EVERYBODY,
    HELPDESK,
    HQ,
    NOBODY,
    OUTSIDE,
    SCANNER,
    SCANNER_PASSWORD,
    TOKEN,
    contoso,
    two_tenants,
    with_scanner,
)

GRANTED: Final = "235"
NEW_PASSWORD: Final = "tray 3"
OF_TODAY: Final = {"send_as_refusal": "5.7.60", "smtputf8_in_mail": "502", "smart_lockout": "after_10"}
TLS_1_0: Final = replace(TLS_1_3, version="TLSv1", cipher="ECDHE-RSA-AES256-SHA")


def with_grant_of_just_now() -> World:
    grant = RecipientPermission(an_address(SCANNER), an_address(APP), granted=BEFORE)
    return two_tenants(contoso(recipient_permissions=(grant,), token_service=TokenService(permission_delay_minutes=30)))


def with_new_password() -> World:
    scanner, *others = contoso().mailboxes
    return two_tenants(contoso(mailboxes=(replace(scanner, password=Secret(NEW_PASSWORD)), *others)))


def with_sender_banned() -> World:
    return replace(two_tenants(), reputations=(SenderReputation(SCANNER, SenderState.BANNED),))


WORLDS: Final = (
    two_tenants(),
    with_new_password(),
    with_scanner(smtp_client_authentication_disabled=True),
    with_grant_of_just_now(),
    with_sender_banned(),
    two_tenants(contoso(authentication_policies=(BLOCKS_BASIC,), mailboxes=contoso().mailboxes[:1])),
    two_tenants(contoso(organization_config=OrganizationConfig(send_from_alias_enabled=True))),
)


# Anything, in any order -----------------------------------------------------------------------------------------------

LETTERS: Final = (
    LETTER,
    LETTER.replace(b"Scan", b"Another"),
    b"From: alerts@contoso.com\r\nSubject: x\r\n\r\nHi\r\n",
    b"From: desk@fabrikam.com\r\n\r\nHi\r\n",
)
WHO: Final = (
    (SCANNER, SCANNER_PASSWORD),
    (SCANNER, NEW_PASSWORD),
    (SCANNER.title(), SCANNER_PASSWORD),
    (APP, APP_PASSWORD),
    (ALIAS, APP_PASSWORD),
    (NOBODY, SCANNER_PASSWORD),
)
SENDERS: Final = (SCANNER, SCANNER.upper(), APP, ALIAS, "", DESK)
RECIPIENTS: Final = (HELPDESK, DESK, EVERYBODY, NOBODY, OUTSIDE, HELPDESK.upper())
OF_MAIL: Final = ("", "", "", " SIZE=100", " SIZE=999999999", " SMTPUTF8", " RET=HDRS ENVID=abc")
OF_RCPT: Final = ("", "", " NOTIFY=NEVER")
FAULTS: Final = ("mail4xx", "rcpt452", "datafinal5xx", "plainoffer")
LEAPS: Final = (timedelta(days=-2200), timedelta(minutes=30), timedelta(seconds=1), CUTOVER - BEFORE)


@dataclass(frozen=True)
class Session:
    """A session at submission: where it comes from, who signs in and how, what it sends, what happens meanwhile."""

    ip: str
    tls: int
    who: int
    by_token: bool
    mail: str
    rcpt: Sequence[str]
    within: Event
    place: int
    letter: int
    again: bool
    at_hve: bool

    def hold(self, lab: Lab) -> None:
        endpoint = Endpoint.HVE if self.at_hve else Endpoint.SUBMISSION
        line = lab.connect(lab.party(endpoint=endpoint, ip=self.ip)).secure((TLS_1_3, TLS_1_0)[self.tls])
        self._happen(lab, 0)
        if self.by_token:
            line.sign_in_with_token(APP, TOKEN)
        else:
            line.sign_in(*WHO[self.who])
        for _ in range(2 if self.again else 1):
            self._send(lab, line)

    def _send(self, lab: Lab, line: Line) -> None:
        for number, step in enumerate((self.mail, *self.rcpt, "DATA"), start=1):
            self._happen(lab, number)
            if not line.is_closed and line.say(step).startswith("354"):
                line.message(LETTERS[self.letter])
        if not line.is_closed:
            line.say("RSET")

    def _happen(self, lab: Lab, place: int) -> None:
        if place == self.place:
            self.within.happen(lab, WORLDS)


nothing = st.just(Event())
events = st.one_of(
    nothing,
    st.builds(Event, world=st.integers(0, len(WORLDS) - 1)),
    st.builds(Event, fault=st.sampled_from(FAULTS)),
    st.just(Event(ends_faults=True)),
    st.builds(Event, leap=st.sampled_from(LEAPS)),
)
sessions = st.builds(
    Session,
    ip=st.sampled_from((ELSEWHERE, HQ)),
    tls=st.sampled_from((0, 0, 0, 1)),
    who=st.one_of(st.just(0), st.integers(0, len(WHO) - 1)),
    by_token=st.sampled_from((False, False, False, True)),
    mail=st.builds("MAIL FROM:<{}>{}".format, st.sampled_from((SCANNER, *SENDERS)), st.sampled_from(OF_MAIL)),
    rcpt=st.lists(
        st.builds("RCPT TO:<{}>{}".format, st.sampled_from(RECIPIENTS), st.sampled_from(OF_RCPT)),
        min_size=1,
        max_size=2,
    ),
    within=st.one_of(nothing, nothing, events),
    place=st.integers(0, 3),
    letter=st.integers(0, len(LETTERS) - 1),
    again=st.booleans(),
    at_hve=st.sampled_from((False, False, True)),
)


@settings(max_examples=30)
@given(
    st.lists(sessions, min_size=2, max_size=5),
    st.integers(0, len(WORLDS) - 1),
    st.sampled_from(({}, OF_TODAY)),
)
def test_whatever_happens_what_is_remembered_is_what_is_found_anew(
    steps: list[Session], world: int, readings: dict[str, str]
) -> None:
    labs = [Lab(WORLDS[world], readings=readings, remembers=one) for one in (True, False)]

    for lab in labs:
        for step in (*steps, *steps):  # the second time most of it was said before
            step.hold(lab)

    remembering, anew = labs
    assert all_of(anew) == all_of(remembering)


# What a sign-in hangs on, one by one ----------------------------------------------------------------------------------


def sign_in(lab: Lab, password: str = SCANNER_PASSWORD, user: str = SCANNER) -> str:
    """Sign in over a connection of its own; give the first word of the answer."""
    return lab.connect().secure().sign_in(user, password)[:3]


def test_a_sign_in_at_submission_lets_nobody_in_at_high_volume_email() -> None:
    lab = Lab(at=datetime(2023, 6, 1, tzinfo=UTC), remembers=True)  # before that service existed
    assert GRANTED == sign_in(lab)

    line = lab.connect(lab.party(endpoint=Endpoint.HVE)).secure()

    assert "535" == line.sign_in(SCANNER, SCANNER_PASSWORD)[:3]


def test_a_mailbox_that_signs_in_again_is_not_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(remembers=True)
    lab.connect().signed_in().envelope(SCANNER, HELPDESK).data().message()

    monkeypatch.delattr("relaylab.session.signing_in.sign_in_ask")
    monkeypatch.delattr("relaylab.session.mailing.MailAsk")
    monkeypatch.delattr("relaylab.session.mailing.RcptAsk")
    lab.connect().signed_in().envelope(SCANNER, HELPDESK).data().message()

    assert [1, 1] == [len(message.copies) for message in lab.kept]


def test_a_mechanism_is_granted_again_under_the_same_circumstances(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab(remembers=True)
    assert GRANTED == sign_in(lab)

    monkeypatch.delattr("relaylab.session.signing_in.MechanismAsk")

    assert GRANTED == sign_in(lab)


@pytest.mark.parametrize("mechanism", ["PLAIN", "login", "XOAUTH2", "CRAM-MD5"])
def test_another_mechanism_is_judged_for_itself(mechanism: str) -> None:
    labs = [Lab(remembers=one) for one in (True, False)]

    for lab in labs:
        sign_in(lab)
        for _ in range(2):
            lab.connect().secure().say(f"AUTH {mechanism}")

    assert all_of(labs[0]) == all_of(labs[1])


def test_a_mechanism_that_is_offered_no_more_is_refused_from_then_on() -> None:
    lab = Lab(readings={"login_offer_when_off": "dropped"}, remembers=True)

    answers = []
    for instant in (BEFORE, CUTOVER - timedelta(seconds=1), CUTOVER):
        lab.clock.set(instant)
        answers.append(lab.connect().secure().say("AUTH LOGIN")[:3])

    assert ["334", "334", "504"] == answers


def test_tls_comes_first_whatever_was_granted_within() -> None:
    lab = Lab(remembers=True)
    assert GRANTED == sign_in(lab)

    assert "504" == lab.connect().begin().say("AUTH LOGIN")[:3]


def test_a_fault_acts_on_a_mechanism_that_was_granted() -> None:
    lab = Lab(remembers=True)
    line = lab.connect().secure()
    assert line.say("AUTH LOGIN").startswith("334")
    line.say("*")

    lab.board.add(parse_spec("reply,step=mechanism,code=504,text=No"))

    assert line.say("AUTH LOGIN").startswith("504")


def test_the_password_is_compared_each_time() -> None:
    lab = Lab(remembers=True)

    assert ["235", "535", "235"] == [sign_in(lab, one) for one in (SCANNER_PASSWORD, "guess", SCANNER_PASSWORD)]


def test_a_password_that_was_changed_is_the_one_that_counts() -> None:
    lab = Lab(remembers=True)
    assert GRANTED == sign_in(lab)

    put_in_force(lab, with_new_password())

    assert ["535", "235"] == [sign_in(lab, one) for one in (SCANNER_PASSWORD, NEW_PASSWORD)]


def test_a_name_that_is_locked_out_is_refused_whatever_it_was_granted_before() -> None:
    lab = Lab(readings={"smart_lockout": "after_10"}, remembers=True)
    assert GRANTED == sign_in(lab)

    for _ in range(limits.FAILED_SIGN_INS):
        sign_in(lab, "guess")

    assert sign_in(lab) == "535"


def test_a_switch_in_another_world_counts_at_once() -> None:
    lab = Lab(remembers=True)
    assert GRANTED == sign_in(lab)

    put_in_force(lab, with_scanner(smtp_client_authentication_disabled=True))

    assert sign_in(lab) == "535"


def test_a_password_is_taken_until_the_cutover_and_refused_from_then_on() -> None:
    lab = Lab(remembers=True)

    answers = []
    for instant in (BEFORE, CUTOVER - timedelta(seconds=1), CUTOVER):
        lab.clock.set(instant)
        answers.append(sign_in(lab))

    assert ["235", "235", "550"] == answers


def test_old_tls_is_another_circumstance() -> None:
    lab = Lab(remembers=True)

    assert ["235", "421"] == [lab.connect().secure(tls).sign_in()[:3] for tls in (TLS_1_3, TLS_1_0)]


def test_the_legacy_host_is_another_circumstance() -> None:
    opted_in = TransportConfig(allow_legacy_tls_clients=True, smtp_client_authentication_disabled=False)
    lab = Lab(two_tenants(contoso(transport_config=opted_in)), remembers=True)

    answers = [
        lab.connect(lab.party(on_legacy_host=is_legacy)).secure(TLS_1_0).sign_in()[:3] for is_legacy in (True, False)
    ]

    assert ["235", "421"] == answers


def test_a_fault_acts_on_who_signed_in_before() -> None:
    lab = Lab(remembers=True)
    assert GRANTED == sign_in(lab)

    lab.board.add(parse_spec("auth535"))

    assert sign_in(lab) == "535"


def test_a_right_to_send_as_another_counts_once_it_has_spread() -> None:
    lab = Lab(with_grant_of_just_now(), readings={"send_as_refusal": "5.7.60"}, remembers=True)
    line = lab.connect().signed_in(APP, APP_PASSWORD)

    answers = []
    for after in (timedelta(), timedelta(minutes=30), timedelta()):
        lab.clock.set(BEFORE + after)
        answers.append(line.say(f"MAIL FROM:<{SCANNER}>")[:3])
        line.say("RSET")

    assert ["550", "250", "550"] == answers


def test_smtputf8_is_taken_from_each_line() -> None:
    lab = Lab(readings={"smtputf8_in_mail": "502"}, remembers=True)
    line = lab.connect().signed_in()

    answers = []
    for wish in ("", " SMTPUTF8", ""):
        answers.append(line.say(f"MAIL FROM:<{SCANNER}>{wish}")[:3])
        line.say("RSET")

    assert ["250", "502", "250"] == answers


def test_a_session_outlives_its_world_as_who_it_signed_in_as() -> None:
    labs = Lab(remembers=True), Lab()

    for lab in labs:
        old = lab.connect().signed_in()
        put_in_force(lab, with_new_password())
        lab.connect().signed_in(SCANNER, NEW_PASSWORD).envelope(SCANNER, HELPDESK)
        old.envelope(SCANNER, HELPDESK).data().message()

    remembering, anew = labs
    assert all_of(anew) == all_of(remembering)


def test_a_session_that_outlives_its_world_leaves_nothing_in_the_next() -> None:
    lab = Lab(remembers=True)
    line = lab.connect().signed_in()

    put_in_force(lab, with_new_password())
    line.envelope(SCANNER, HELPDESK).data().message()

    assert "envelopes" not in lab.memory.rooms


def test_messages_of_who_signs_in_again_are_counted() -> None:
    lab = Lab(remembers=True)

    for _ in range(3):
        lab.connect().signed_in().envelope(SCANNER, HELPDESK).data().message()

    charged = [len(turn.charges) for turn in lab.turns if turn.kept]
    assert charged == [charged[0]] * 3
    assert charged[0] > 0


class _Listening(Memory):
    """Hears of every key."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[object] = []
        self._known, self.known = self.known, self._hear  # type: ignore[misc, assignment]  # final, but for who listens

    def keep(self, key: Hashable, answer: object) -> None:
        self.heard.append((key, answer))
        super().keep(key, answer)

    def _hear(self, key: Hashable) -> object | None:
        self.heard.append(key)
        return self._known(key)


def test_no_password_is_in_what_is_remembered_or_looked_up() -> None:
    lab, memory = Lab(remembers=True), _Listening()
    lab.memory.rooms["sign-ins"] = memory

    for password in (SCANNER_PASSWORD, SCANNER_PASSWORD, "guess"):
        sign_in(lab, password)

    said = repr(memory.heard)
    assert SCANNER in said
    assert not any(word in said for one in (SCANNER_PASSWORD, "guess") for word in (one, base64(one)))


# What new rules and facts must be held against ------------------------------------------------------------------------


def test_no_rule_about_a_password_or_its_envelope_reads_the_instant_unseen() -> None:
    """What a new rule reads of the instant must be left out of what is remembered: see ``signed_in``, then add it."""
    folder = Path(submission.__file__).parent
    reading = {
        function.name
        for name in ("auth", "access_token", "mail", "rcpt")
        for function in ast.walk(ast.parse((folder / f"{name}.py").read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr == "now"
    }

    of_a_token, of_a_sender_that_is_another = (
        {"token_is_not_valid_yet", "token_has_expired"},
        {"mailbox_may_not_send_as_the_sender"},
    )
    assert of_a_token | of_a_sender_that_is_another == reading


def test_each_fact_that_a_mechanism_is_judged_by_is_in_its_circumstances() -> None:
    """A new one that is not must be among those of a door: see ``signed_in``, then add it."""
    assert {"endpoint", "now", "peer", "tls", "mechanism", "mechanism_name"} == {
        one.name for one in fields(MechanismAsk)
    }


def test_each_fact_that_a_sign_in_is_judged_by_is_in_its_circumstances() -> None:
    """A new one that is not (a rate, say) must be left out of what is remembered: see ``signed_in``, then add it."""
    of_every_ask = {"endpoint", "now", "peer", "tls"}
    of_the_key = {"user", "on_legacy_host", "mechanism"}
    compared_or_counted_each_time = {"credential", "recent_failures"}
    of_the_world = {"tenant", "mailbox", "policy", "tenant_is_new", "alias_of"}
    of_tokens = {"token", "service_principal", "app_role_covers_mailbox", "token_opens_mailbox", "spreading"}
    of_high_volume_email = {"hve"}

    told = of_every_ask | of_the_key | compared_or_counted_each_time | of_the_world | of_tokens | of_high_volume_email
    assert told == {one.name for one in fields(SignInAsk)}


def test_who_signed_in_again_is_told_in_full() -> None:
    lab = Lab(remembers=True)

    for _ in range(2):
        lab.connect().signed_in().envelope(SCANNER, HELPDESK)
        lab.clock.advance(timedelta(seconds=5))

    asked = [ask for ask in asks_of(lab) if isinstance(ask, SignInAsk | MailAsk | RcptAsk)]
    assert [BEFORE] * 3 + [BEFORE + timedelta(seconds=5)] * 3 == [ask.now for ask in asked]
    assert [replace(ask, now=BEFORE) for ask in asked[3:]] == asked[:3]
