"""The second half of a session: MAIL, RCPT, DATA and the content, one by one or in one flight (RFC 2920)."""

from typing import Final

from relaylab_scenarios.answer import Answer
from relaylab_scenarios.conversation import Cause, Conversation, Halt
from relaylab_scenarios.dialect import DOT, command
from relaylab_scenarios.habits import After421, Farewell, RefusedRecipient, Stage, TooLarge
from relaylab_scenarios.played import Direction, Refusal
from relaylab_scenarios.wire import Piece, WireError

_GO_AHEAD: Final = 354


def deliver(talk: Conversation) -> Halt | None:
    """Hand the message over."""
    return _size(talk) or (_in_one_flight(talk) if talk.pipelines else _one_by_one(talk)) or _content(talk)


def _message_size(talk: Conversation) -> int:
    return len(talk.dialect.as_sent(talk.errand.message))


def _size(talk: Conversation) -> Halt | None:
    largest = talk.offer.largest_message
    if talk.profile.envelope.too_large is TooLarge.SENDS_ANYWAY or largest is None or _message_size(talk) <= largest:
        return None
    error = f"{_message_size(talk)} octets are more than the {largest} that the server takes"
    return Halt(Stage.MAIL, Cause.MESSAGE_TOO_LARGE, error)


def _mail_line(talk: Conversation) -> bytes:
    return talk.dialect.mail(talk.errand.mail_from, _message_size(talk), talk.offer)


def _data_line(talk: Conversation) -> bytes:
    return command(talk.profile.commands.data)


def _one_by_one(talk: Conversation) -> Halt | None:
    answer = talk.ask(Stage.MAIL, _mail_line(talk))
    if not answer.is_positive:
        return Halt.refused(Stage.MAIL, answer)
    for recipient in talk.errand.recipients:
        answer = talk.ask(Stage.RCPT, talk.dialect.rcpt(recipient, talk.offer))
        _note_recipient(talk, recipient, answer)
        if not answer.is_positive and _stops_at(talk, answer):
            return Halt.refused(Stage.RCPT, answer)
    if not talk.accepted:
        return Halt.refused(Stage.RCPT, answer)
    answer = talk.ask(Stage.DATA, _data_line(talk))
    return None if answer.code == _GO_AHEAD else Halt.refused(Stage.DATA, answer)


def _note_recipient(talk: Conversation, recipient: str, answer: Answer) -> None:
    if answer.is_positive:
        talk.accepted.append(recipient)
    else:
        talk.refusals.append(Refusal(recipient, answer))


def _stops_at(talk: Conversation, answer: Answer) -> bool:
    """Whether this refusal of a recipient ends the transaction, whatever became of the others."""
    closes = answer.code == 421 and talk.profile.ending.after_421 is After421.CLOSES
    return closes or talk.profile.envelope.refused_recipient is RefusedRecipient.STOPS


def _in_one_flight(talk: Conversation) -> Halt | None:
    """Send MAIL, every RCPT and DATA in one write, then match each reply to its command."""
    rcpt_lines = (talk.dialect.rcpt(each, talk.offer) for each in talk.errand.recipients)
    talk.stage = Stage.MAIL
    talk.wire.send(*map(Piece, (_mail_line(talk), *rcpt_lines, _data_line(talk))))
    answer = talk.listen(Stage.MAIL)
    halt = None if answer.is_positive else Halt.refused(Stage.MAIL, answer)
    try:
        for recipient in talk.errand.recipients:
            answer = talk.listen(Stage.RCPT)
            if halt is None:
                _note_recipient(talk, recipient, answer)
        if halt is None and not talk.accepted:
            halt = Halt.refused(Stage.RCPT, answer)
        answer = talk.listen(Stage.DATA)
        if answer.code != _GO_AHEAD:
            return halt or Halt.refused(Stage.DATA, answer)
        if halt is not None:
            _say_dot_and_quit(talk)
    except WireError:
        if halt is None:
            raise
    return halt


def _say_dot_and_quit(talk: Conversation) -> None:
    """Nobody will get this message, and yet the server waits for one: end it empty (RFC 2920 §3.1)."""
    talk.wire.send(Piece(DOT, Direction.MESSAGE), Piece(command(talk.profile.commands.quit)))
    talk.has_said_quit = True
    talk.wire.answer()


def _content(talk: Conversation) -> Halt | None:
    talk.stage = Stage.CONTENT
    chunks = talk.dialect.content(talk.errand.message)
    if talk.profile.ending.farewell is Farewell.WITH_DOT and talk.pipelines:
        goodbye = Piece(command(talk.profile.commands.quit))
        talk.wire.send(*(Piece(chunk, Direction.MESSAGE) for chunk in chunks), goodbye)
        talk.has_said_quit = True
    else:
        talk.wire.send_content(*chunks)
    answer = talk.listen(Stage.CONTENT)
    return None if answer.is_positive else Halt.refused(Stage.CONTENT, answer)
