"""What each described sender makes of an error line: the same words that a certificate uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from relaylab.domain.codes import ReplyCode
from relaylab.domain.endpoint import Stage
from relaylab_scenarios import profile, profiles

if TYPE_CHECKING:
    from relaylab.engine.rule import AnyRule
    from relaylab_conformance.errors.lines import ErrorLine


@dataclass(frozen=True, slots=True)
class Becomes:
    """One family of senders, and the sentence of its profile."""

    family: str
    says: str
    confidence: str


def what_becomes(line: ErrorLine) -> Iterator[Becomes]:
    """Give a row for each profile and each distinct fate; none where no sender ever reads the line."""
    fates = dict.fromkeys(fate for rule in line.rules if (fate := _fate(rule)) is not None)
    for name in profiles():
        sender = profile(name)
        for fate in fates:
            outcome = getattr(sender.aftermath, fate)
            evidence = sender.evidence[f"aftermath.{fate}"]
            yield Becomes(sender.about.family, outcome.says, evidence.mark.confidence.value)


def _fate(rule: AnyRule) -> str | None:
    """Name the outcome of a profile that a refusal at this stage leads to."""
    reply = rule.effect.reply
    for_now = reply is not None and ReplyCode(reply.code).is_temporary
    match rule.stage:
        case Stage.CONNECT:
            return "unreachable"
        case Stage.AUTH:
            return "sign_in_refused"
        case Stage.MAIL | Stage.RCPT | Stage.DATA:
            return "refused_for_now" if for_now else "refused_for_good"
        case Stage.DELIVERY:
            return None  # the sender has had its 250
        case Stage.DISCOVERY | Stage.TOKEN | Stage.AUTHORIZE | Stage.SIGN_IN | Stage.DEVICE_CODE | Stage.ADMIN_CONSENT:
            return None  # Entra says it, before there is a sender that could read it
        case Stage.SEND | Stage.STATUS | Stage.OUTCOME:
            return None  # it is JSON over HTTPS, which no described sender reads
        case _:
            assert_never(rule.stage)
