"""The first half of a session: greeting, EHLO, STARTTLS, EHLO again, AUTH."""

from typing import Final

from relaylab_scenarios import sasl, trust
from relaylab_scenarios.answer import Answer
from relaylab_scenarios.conversation import Conversation, Halt
from relaylab_scenarios.dialect import CRLF, Offer, command
from relaylab_scenarios.errand import Nothing, Password, Token
from relaylab_scenarios.habits import (
    EarlyBytes,
    LateChallenge,
    Mechanism,
    NameCheck,
    SignInRefused,
    Stage,
    StarttlsRefused,
    TlsWish,
    WithoutAuth,
    WithoutStarttls,
)
from relaylab_scenarios.wire import WireError

_MOST_CHALLENGES: Final = 5
_SIGNED_IN: Final = 235
_CHALLENGE: Final = 334
_READY: Final = 220


def open_session(talk: Conversation) -> Halt | None:
    """Come to the point where MAIL may be said."""
    return _implicit_tls(talk) or _greeting(talk) or _hello(talk) or _starttls(talk) or _sign_in(talk)


def _implicit_tls(talk: Conversation) -> Halt | None:
    return _handshake(talk) if talk.wish is TlsWish.IMPLICIT else None


def _greeting(talk: Conversation) -> Halt | None:
    answer = talk.listen(Stage.GREETING)
    return None if answer.is_positive else Halt.refused(Stage.GREETING, answer)


def _hello(talk: Conversation) -> Halt | None:
    commands = talk.profile.commands
    answer = talk.ask(Stage.EHLO, _hello_line(talk, commands.ehlo))
    talk.offer = Offer.heard(answer, talk.profile) if answer.is_positive else Offer()
    if not answer.is_positive and talk.profile.hello.falls_back_to_helo:
        answer = talk.ask(Stage.EHLO, _hello_line(talk, commands.helo))
    return None if answer.is_positive else Halt.refused(Stage.EHLO, answer)


def _hello_line(talk: Conversation, verb: str) -> bytes:
    return talk.dialect.hello(verb, talk.errand.ehlo_name, talk.wire.local_address)


def _starttls(talk: Conversation) -> Halt | None:
    """Ask for TLS as the sender is set up to, and read the offer again behind it (RFC 3207 §4.2)."""
    habit = talk.profile.tls
    if talk.wish not in (TlsWish.REQUIRED, TlsWish.OPPORTUNISTIC):
        return None
    if not talk.offer.has("STARTTLS"):
        if talk.wish is TlsWish.OPPORTUNISTIC:
            return None
        if habit.without_starttls is WithoutStarttls.STOPS:
            return Halt.stopped(Stage.STARTTLS, "TLS is required, and STARTTLS is not offered")
    answer = talk.ask(Stage.STARTTLS, command("STARTTLS"))
    if talk.wire.has_early_bytes and habit.early_bytes is EarlyBytes.STOPS:
        return Halt.stopped(Stage.STARTTLS, "bytes in clear stand behind the reply to STARTTLS")
    if answer.code != _READY:
        may_go_on = talk.wish is TlsWish.OPPORTUNISTIC and habit.starttls_refused is StarttlsRefused.GOES_ON_IN_CLEAR
        return None if may_go_on else Halt.refused(Stage.STARTTLS, answer)
    if habit.early_bytes is EarlyBytes.DISCARDS:
        talk.wire.discard_early_bytes()
    return _handshake(talk) or _hello(talk)


def _handshake(talk: Conversation) -> Halt | None:
    talk.stage = Stage.TLS
    habit, errand = talk.profile.tls, talk.errand
    server_name = errand.server_name or errand.host
    try:
        context = trust.context(habit, errand)
    except OSError as trouble:
        return Halt.stopped(Stage.TLS, f"{errand.ca_file} cannot be used: {type(trouble).__name__}")
    try:
        talk.wire.secure(context, server_name if habit.sends_server_name or context.check_hostname else None)
    except WireError as trouble:
        return Halt.stopped(Stage.TLS, str(trouble))
    checks_now = trust.verifies(habit, errand) and habit.name_check is NameCheck.AFTER_HANDSHAKE
    if checks_now and not trust.fits(server_name, talk.wire.peer_names()):
        return Halt.stopped(Stage.TLS, f"the certificate is not for {server_name}")
    talk.is_secured = True
    return None


def _sign_in(talk: Conversation) -> Halt | None:
    sign_in, habit = talk.errand.sign_in, talk.profile.sign_in
    if isinstance(sign_in, Nothing):
        return None
    talk.stage = Stage.AUTH
    if not talk.offer.has("AUTH"):
        skips = habit.without_auth is WithoutAuth.SKIPS
        return None if skips else Halt.stopped(Stage.AUTH, "there are credentials, and AUTH is not offered")
    own = (Mechanism.XOAUTH2,) if isinstance(sign_in, Token) else habit.preference
    shared = [mechanism for mechanism in own if talk.offer.takes(mechanism)]
    if not shared:
        return Halt.stopped(Stage.AUTH, "no mechanism that is offered is one of its own")
    talk.signed_in_clear = not talk.is_secured
    for mechanism in shared:
        answer = _exchange(talk, mechanism, sign_in)
        if answer.code == _SIGNED_IN:
            return None
        if habit.refused is SignInRefused.STOPS:
            break
    return Halt.refused(Stage.AUTH, answer)


def _exchange(talk: Conversation, mechanism: Mechanism, sign_in: Password | Token) -> Answer:
    """Say the words of one mechanism, and give the reply that ended it."""
    habit = talk.profile.sign_in
    steps = list(sasl.steps(mechanism, sign_in))
    line, word = command(f"AUTH {mechanism}"), CRLF
    if mechanism in habit.in_one_line and sasl.takes_first_word(mechanism):
        word = _word(talk, steps[0], "")
        whole = f"AUTH {mechanism} ".encode() + word
        if habit.longest_line is None or len(whole) <= habit.longest_line:
            line = whole
            del steps[0]
    answer = talk.ask(Stage.AUTH, line)
    for _ in range(_MOST_CHALLENGES):
        if answer.code != _CHALLENGE:
            break
        if steps:
            word = _word(talk, steps.pop(0), answer.text)
        elif habit.late_challenge is LateChallenge.FAILS:
            break
        elif habit.late_challenge is LateChallenge.ANSWERS_EMPTY:
            word = CRLF
        answer = talk.ask(Stage.AUTH, word)
    return answer


def _word(talk: Conversation, step: sasl.Step, challenge: str) -> bytes:
    """Make the next word, and hide it first where it is secret."""
    word = step(challenge)
    if word.name is not None:
        talk.wire.hide_word(word.data, word.name)
    return word.data + CRLF
