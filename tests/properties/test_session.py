"""Laws of the session, held against clients that do anything in any order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Closed, Kept, TlsFailed
from relaylab.domain.message import Placement
from relaylab.domain.world import Standing
from relaylab.session.delivery import expand
from relaylab.session.turn import Then
from tests.properties.drives import Drive, Step, clients, drive, messages_of
from tests.session.lines import Lab
from tests.session.speech import replies_of, template_of
from tests.session.worlds import ELSEWHERE, HQ

endpoints = st.sampled_from((Endpoint.SUBMISSION, Endpoint.MX, Endpoint.HVE, Endpoint.ACS_SMTP))
addresses = st.sampled_from((HQ, ELSEWHERE))


@given(clients(), endpoints, addresses)
def test_whatever_a_client_does_every_answer_is_one_of_the_table_of_replies(
    steps: tuple[Step, ...], endpoint: Endpoint, ip: str
) -> None:
    going = drive(steps, endpoint=endpoint, ip=ip)

    for turn in going.lab.turns:
        for reply in replies_of(turn.data):
            assert template_of(reply, going.line.party.names) is not None, reply


@given(clients(), endpoints, addresses)
def test_one_thing_gets_one_reply_and_a_second_one_only_with_the_end(
    steps: tuple[Step, ...], endpoint: Endpoint, ip: str
) -> None:
    going = drive(steps, endpoint=endpoint, ip=ip)

    for turn in going.lab.turns:
        spoken = len(replies_of(turn.data))
        waits = turn.then is Then.READ_CHUNK or turn.then is Then.CLOSE or not turn.data
        assert spoken == 1 or (spoken == 2 and turn.then is Then.CLOSE) or (spoken == 0 and waits)


@given(clients(), endpoints, addresses)
def test_a_message_is_kept_only_of_a_transaction_that_was_granted_step_by_step(
    steps: tuple[Step, ...], endpoint: Endpoint, ip: str
) -> None:
    going = drive(steps, endpoint=endpoint, ip=ip)

    granted: list[bytes] | None = None  # the recipients since a MAIL that was granted, None without one
    asked = 0  # steps that were granted behind the envelope: 354, or chunks
    for exchange in going.exchanges:
        if exchange.turn.kept:
            assert granted
            assert exchange.code == 250
            assert exchange.what in {"content", "chunk"}
            assert asked or exchange.what == "chunk"
            assert len(granted) == len(exchange.turn.kept[0].envelope.recipients)
        if exchange.what == "MAIL" and exchange.code == 250:
            granted, asked = [], 0
        elif exchange.what == "RCPT" and exchange.code == 250:
            assert granted is not None
            granted.append(exchange.sent)
        elif exchange.code == 354:
            assert granted
            asked += 1
        elif _ends_the_transaction(exchange.what, exchange.code, kept=bool(exchange.turn.kept)):
            granted = None


def _ends_the_transaction(what: str, code: int | None, *, kept: bool) -> bool:
    if what in {"RSET", "EHLO", "HELO"}:
        return code == 250
    return what in {"TLS", "content"} or kept or (what == "chunk" and code not in {250, 503})


@given(clients(), addresses)
def test_client_submission_keeps_nothing_of_a_session_without_tls_and_sign_in(steps: tuple[Step, ...], ip: str) -> None:
    going = drive(steps, endpoint=Endpoint.SUBMISSION, ip=ip)

    in_tls = signed_in = False
    for exchange in going.exchanges:
        assert (in_tls and signed_in) or not exchange.turn.kept
        if exchange.what == "TLS":
            in_tls, signed_in = True, False
        if exchange.code == 235:
            assert in_tls
            signed_in = True


@given(clients())
def test_what_the_tenant_mx_cannot_attribute_leaves_only_through_the_recipients_own_tenant(
    steps: tuple[Step, ...],
) -> None:
    going = drive(steps, endpoint=Endpoint.MX, ip=ELSEWHERE)

    world = going.lab.world
    for message in messages_of(going):
        for copy in message.copies:
            through = world.recipient(copy.through)
            assert through.standing is not Standing.OUTSIDE
            if copy.placed is Placement.OUTSIDE:
                assert through.standing in {Standing.GROUP, Standing.CONTACT, Standing.RELAYED}
                assert copy.recipient in {one.address for one in expand(world, through)}


@given(clients(), endpoints, addresses, st.integers())
def test_the_same_seed_and_the_same_client_make_the_same_octets(
    steps: tuple[Step, ...], endpoint: Endpoint, ip: str, seed: int
) -> None:
    def again() -> Drive:
        return drive(steps, endpoint=endpoint, ip=ip, lab=Lab(seed=seed))

    first, second = again(), again()

    assert first.said == second.said
    assert first.lab.kept == second.lab.kept
    assert first.lab.events == second.lab.events


@given(clients(), endpoints, addresses)
def test_every_submission_that_was_opened_is_closed_when_the_connection_is_gone(
    steps: tuple[Step, ...], endpoint: Endpoint, ip: str
) -> None:
    going = drive(steps, endpoint=endpoint, ip=ip)

    assert {} == dict(going.lab.counters._open)


@given(clients(), endpoints, addresses)
def test_a_session_that_ends_says_so_in_the_log_once(steps: tuple[Step, ...], endpoint: Endpoint, ip: str) -> None:
    going = drive(steps, endpoint=endpoint, ip=ip)

    ends = [event for event in going.lab.events if isinstance(event, Closed | TlsFailed)]
    assert ends == going.lab.events[-1:]


@given(clients(), endpoints, addresses)
def test_what_is_kept_is_what_was_sent_and_goes_into_the_log_and_the_counters(
    steps: tuple[Step, ...], endpoint: Endpoint, ip: str
) -> None:
    going = drive(steps, endpoint=endpoint, ip=ip)

    logged = [event.message for event in going.lab.events if isinstance(event, Kept)]
    assert logged == [message.id for message in messages_of(going)]
    for message in going.lab.kept:
        assert message.size == len(message.raw)
