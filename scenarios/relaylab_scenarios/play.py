"""Plays one sender: takes a message to a server over a real socket, in the sender's own dialect and with its habits."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final, assert_never

from relaylab_scenarios import sasl
from relaylab_scenarios.answer import Answer
from relaylab_scenarios.conduct import Conduct
from relaylab_scenarios.conversation import Cause, Conversation, Halt
from relaylab_scenarios.delivery import deliver
from relaylab_scenarios.dialect import command
from relaylab_scenarios.errand import Errand, Token
from relaylab_scenarios.habits import After421, Farewell, Stage
from relaylab_scenarios.opening import open_session
from relaylab_scenarios.played import Played, Refusal
from relaylab_scenarios.profile import Aftermath, Outcome, Profile
from relaylab_scenarios.wire import Piece, Wire, WireError

_TRANSACTION: Final = (Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.CONTENT)


def play(profile: Profile, errand: Errand) -> Played:
    """Do one errand the way this sender does it, and tell what became of the message; a refusal is a result."""
    if isinstance(errand.sign_in, Token) and not profile.sign_in.speaks_oauth:
        error = f"{profile.about.family} has no OAuth 2.0: there is no place to put a token"
        return Played((), Conduct.REFUSES_LOCALLY, error, refused_at=Stage.AUTH, error=error)
    try:
        wire = Wire.connect(errand.host, errand.port, errand.patience)
    except WireError as trouble:
        outcome = profile.aftermath.unreachable
        return Played((), outcome.conduct, outcome.says, refused_at=Stage.CONNECT, error=str(trouble))
    wire.hide_echo(*sasl.secret(errand.sign_in))
    talk = Conversation(profile, errand, wire)
    try:
        halt = open_session(talk) or deliver(talk)
    except WireError as trouble:
        halt = Halt(talk.stage, Cause.CONNECTION_LOST, str(trouble))
    _take_leave(talk, halt)
    wire.close()
    return _report(talk, halt)


def _take_leave(talk: Conversation, halt: Halt | None) -> None:
    """Say the last words that this sender says; that the server has gone already is no trouble any more."""
    commands, awaits_221 = talk.profile.commands, talk.profile.ending.awaits_221
    words = _last_words(talk, halt)
    talk.wire.leave()
    with suppress(WireError):
        if talk.has_said_quit and awaits_221:
            talk.wire.answer()
        for flight in [words] if talk.pipelines else [(word,) for word in words]:
            talk.wire.send(*(Piece(command(word)) for word in flight))
            for word in flight:
                if word != commands.quit or awaits_221:
                    talk.wire.answer()


def _last_words(talk: Conversation, halt: Halt | None) -> tuple[str, ...]:
    """RSET, QUIT, both or nothing, as this sender does after a success or after a refusal at this stage."""
    ending, commands = talk.profile.ending, talk.profile.commands
    if talk.has_said_quit:
        return ()
    if halt is None:
        return () if ending.farewell is Farewell.NEVER else (commands.quit,)
    if halt.cause in (Cause.CONNECTION_LOST, Cause.MESSAGE_TOO_LARGE):
        return ()
    if halt.answer is not None and halt.answer.code == 421 and ending.after_421 is After421.CLOSES:
        return ()
    resets = (commands.rset,) if halt.stage in ending.rset_after else ()
    quits = (commands.quit,) if halt.stage in ending.quit_after else ()
    return resets + quits


def _report(talk: Conversation, halt: Halt | None) -> Played:
    outcome = _outcome(talk, halt)
    last = halt.answer if halt is not None and halt.answer is not None else talk.last
    return Played(
        transcript=talk.wire.transcript,
        conduct=outcome.conduct,
        sender_does=outcome.says,
        last_reply=None if last is None else _shown(talk, last),
        refused_at=None if halt is None else halt.stage,
        delivered_to=tuple(talk.accepted) if halt is None else (),
        refusals=tuple(Refusal(each.recipient, _shown(talk, each.answer)) for each in talk.refusals),
        error=None if halt is None else talk.wire.shown(halt.error),
        signed_in_clear=talk.signed_in_clear,
    )


def _shown(talk: Conversation, answer: Answer) -> Answer:
    return Answer(answer.code, tuple(map(talk.wire.shown, answer.lines)))


def _outcome(talk: Conversation, halt: Halt | None) -> Outcome:
    """Find what the profile says becomes of the message."""
    aftermath = talk.profile.aftermath
    if halt is None:
        return (aftermath.some_refused or _plain(Conduct.PARTIAL)) if talk.refusals else _plain(Conduct.DELIVERED)
    match halt.cause:
        case Cause.MESSAGE_TOO_LARGE:
            return aftermath.too_large or _plain(Conduct.REFUSES_LOCALLY)
        case Cause.CONNECTION_LOST:
            return aftermath.cut_off if halt.stage in _TRANSACTION else aftermath.unreachable
        case Cause.SERVER_REFUSED | Cause.SENDER_STOPPED:
            return _refused(aftermath, halt, talk.refusals)
        case _:
            assert_never(halt.cause)


def _plain(conduct: Conduct) -> Outcome:
    return Outcome(conduct=conduct, says=conduct.sentence)


def _refused(aftermath: Aftermath, halt: Halt, refusals: Sequence[Refusal]) -> Outcome:
    match halt.stage:
        case Stage.CONNECT | Stage.GREETING | Stage.EHLO:
            return aftermath.unreachable
        case Stage.STARTTLS | Stage.TLS:
            return aftermath.unsecured
        case Stage.AUTH:
            return aftermath.sign_in_refused
        case Stage.RCPT:
            for_now = any(each.answer.is_for_now for each in refusals)
        case Stage.MAIL | Stage.DATA | Stage.CONTENT:
            for_now = halt.answer is not None and halt.answer.is_for_now
        case _:
            assert_never(halt.stage)
    return aftermath.refused_for_now if for_now else aftermath.refused_for_good
