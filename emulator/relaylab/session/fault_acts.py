"""What a fault makes of a turn, of its pace and of a handshake. Pure; ``faulting`` decides whether it acts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from relaylab.domain.fault import Behaviour, Fault, FaultReply, When
from relaylab.domain.handshake import Handshake
from relaylab.domain.identity import Mechanism
from relaylab.rules import replies
from relaylab.rules.faults import CONDUCTS, SAYABLE, Conduct, Kind
from relaylab.session import reshaping
from relaylab.session.turn import Manner, Then, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaylab.domain.peer import ClientHello


def has_effect(fault: Fault, kind: Kind, *, argument: str, turn: Turn | None, hello: ClientHello | None) -> bool:
    """Tell whether a fault would change anything here; one that would not is not counted."""
    match fault.behaviour:
        case Behaviour.REPLY:
            return _reply_has_effect(fault, kind, turn)
        case Behaviour.PARAMETER555:
            words = fault.words or CONDUCTS[fault.behaviour].words
            given = {word.partition("=")[0] for word in argument.upper().split()[1:]}
            return not given.isdisjoint(words)
        case Behaviour.JSON334:
            return argument == Mechanism.XOAUTH2.value
        case Behaviour.NOSNI:
            return hello is not None and hello.server_name is None
        case Behaviour.TLSINTOLERANT:
            return hello is not None and hello.offers_tls_1_3
        case _:
            return turn is None or _turn_is_touched(fault, turn)


def _reply_has_effect(fault: Fault, kind: Kind, turn: Turn | None) -> bool:
    """A bad answer stands in place of the service's, a good one only where the service says yes."""
    code = fault.reply.code if fault.reply else int(SAYABLE[fault.says].code)
    if code >= 400:
        return kind is Kind.ANSWER
    return kind is Kind.FORM and turn is not None and turn.data[:1] == str(code)[:1].encode()


def _turn_is_touched(fault: Fault, turn: Turn) -> bool:  # noqa: PLR0911 - one line a behaviour
    match fault.behaviour:
        case Behaviour.MULTI250 | Behaviour.ACCEPTRESET:
            return turn.data.startswith(b"2")
        case Behaviour.MULTILINE:
            return not turn.data.startswith(b"3")
        case Behaviour.ODDCODE:
            return not turn.data.startswith(b"3") and turn.then is not Then.START_TLS
        case Behaviour.NOENHANCED:
            return reshaping.has_enhanced_code(turn.data)
        case Behaviour.INJECT:
            return turn.then is Then.START_TLS
        case Behaviour.RSTDATA:
            return turn.then in {Then.READ_MESSAGE, Then.READ_CHUNK}
        case Behaviour.BLACKHOLE:
            return turn.then is not Then.CLOSE
        case _:
            return True


def shape(fault: Fault, conduct: Conduct, turn: Turn) -> Turn:  # noqa: PLR0911 - one line a behaviour
    """Give a turn whose reply has another form."""
    data = turn.data
    match fault.behaviour:
        case Behaviour.REPLY:
            return replace(turn, data=_own(fault))
        case Behaviour.INJECT:
            injected = [f"{replies.INJECTED.code:d}-{line}" for line in replies.INJECTED.text.split("\n")]
            injected[-1] = injected[-1].replace("-", " ", 1)
            octets = "".join(f"{line}\r\n" for line in injected).encode()
            return replace(turn, data=data + octets[: fault.octets])
        case Behaviour.LOWER:
            return replace(turn, data=reshaping.in_lower_case(data))
        case Behaviour.MULTI250 | Behaviour.MULTILINE:
            return replace(turn, data=reshaping.with_lines(data, fault.lines or conduct.lines))
        case Behaviour.LONGTEXT:
            return replace(turn, data=reshaping.with_octets(data, fault.octets or conduct.octets))
        case Behaviour.ODDCODE:
            return replace(turn, data=reshaping.with_odd_code(data))
        case Behaviour.REWORD:
            return replace(turn, data=reshaping.in_other_words(data))
        case Behaviour.NOENHANCED:
            return replace(turn, data=reshaping.without_enhanced_codes(data))
        case Behaviour.PROMPTS:
            return replace(turn, data=reshaping.with_other_prompts(data))
        case _:
            msg = f"{fault.behaviour} does not change the form of a reply"
            raise AssertionError(msg)


def hasten(fault: Fault, conduct: Conduct, turn: Turn) -> Turn:
    """Give a turn whose reply is written at another pace."""
    seconds = conduct.seconds if fault.seconds is None else fault.seconds
    manner = turn.manner or Manner()
    match fault.behaviour:
        case Behaviour.DELAY:
            return replace(turn, delay=turn.delay + seconds)
        case Behaviour.ONEBYONE:
            return replace(turn, manner=replace(manner, alone=True))
        case _:
            return replace(turn, manner=replace(manner, piece=fault.octets or conduct.octets, pause=seconds))


def shake(faults: Sequence[Fault]) -> Handshake | None:
    """Give the handshake that faults make together; of two that disagree the first one has it."""
    if not faults:
        return None
    conducts = [CONDUCTS[fault.behaviour] for fault in faults]
    pairs = list(zip(faults, conducts, strict=True))
    alerts = {Behaviour.TLSALERT, Behaviour.TLSINTOLERANT}
    wanted = Handshake()
    shown = next(((fault, one) for fault, one in pairs if one.certificate is not wanted.certificate), None)
    return Handshake(
        certificate=shown[1].certificate if shown else wanted.certificate,
        name=(shown[0].name or shown[1].name) if shown else "",
        chain=next((one.chain for one in conducts if one.chain is not wanted.chain), wanted.chain),
        minimum=next((low for fault, one in pairs if (low := fault.minimum or one.minimum)), None),
        maximum=next((high for fault, one in pairs if (high := fault.maximum or one.maximum)), None),
        service_suites_only=any(fault.behaviour is Behaviour.TLSSUITES for fault in faults),
        ends_with_alert=any(fault.behaviour in alerts for fault in faults),
    )


def says_first(fault: Fault, conduct: Conduct) -> bool:
    """Tell whether the answer is written before the connection ends."""
    return (fault.when or conduct.when) is When.AFTER


def own_octets(reply: FaultReply) -> bytes:
    """Write an answer of one's own as it goes on the wire."""
    return (" ".join(filter(None, (str(reply.code), reply.enhanced, reply.text))) + "\r\n").encode()


def _own(fault: Fault) -> bytes:
    if fault.reply is not None:
        return own_octets(fault.reply)
    template = SAYABLE[fault.says]
    return f"{template}\r\n".encode()
