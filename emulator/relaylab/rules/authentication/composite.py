"""Composite authentication, and what an anti-spoof policy does with it (facts MX-HDR-05, MX-HDR-06, MX-DS-13).

Microsoft documents the families of reason codes and what they mean, not how it decides within a family: sender
reputation is not modelled, and the reasons are the ones that captures show most. What we chose where both a fail and
a softpass were seen is the reading ``compauth_implicit``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from relaylab.domain.anti_spoof import AntiPhishPolicy, Handling, SpoofAction
from relaylab.domain.authentication import (
    AuthenticationResults,
    CompositeCheck,
    CompositeResult,
    DmarcCheck,
    DmarcPolicy,
    DmarcResult,
)
from relaylab.domain.source import Source
from relaylab.rules import sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """What the recipients' tenant knows that decides.

    ``own_from`` is True when the From domain is one of its accepted domains, ``mx_points_here`` False when its MX
    record names another gateway, ``blocked_pair`` True when an administrator forbade this sender to spoof.
    """

    own_from: bool = False
    mx_points_here: bool = True
    blocked_pair: bool = False


@dataclass(frozen=True, slots=True)
class _Case:
    """What a composite rule looks at."""

    dmarc: DmarcCheck
    recipients: Recipients
    readings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CompositeRule:
    """One line of the table: when ``holds``, the composite is ``result`` with ``reason``, and ``because`` says why."""

    result: CompositeResult
    reason: str
    because: str
    source: Source
    holds: Callable[[_Case], bool]


# The first line that holds decides; the last one always does.
RULES: Final = (
    CompositeRule(
        CompositeResult.FAIL,
        "002",
        "an administrator forbids this sender to spoof",
        sources.COMPAUTH,
        lambda case: case.recipients.blocked_pair,
    ),
    CompositeRule(
        CompositeResult.PASS,
        "100",
        "DMARC passed",
        sources.COMPAUTH,
        lambda case: case.dmarc.result is DmarcResult.PASS,
    ),
    CompositeRule(
        CompositeResult.PASS,
        "109",
        "the domain has no DMARC record; with one the message would pass",
        sources.COMPAUTH_BEST_GUESS,
        lambda case: case.dmarc.result is DmarcResult.BEST_GUESS_PASS,
    ),
    CompositeRule(
        CompositeResult.NONE,
        "451",
        "the recipients' MX record names another gateway, so the message is not judged",
        sources.COMPAUTH_BEHIND_GATEWAY,
        lambda case: not case.recipients.mx_points_here,
    ),
    CompositeRule(
        CompositeResult.FAIL,
        "010",
        "DMARC failed, the domain asks for quarantine or reject, and it is one of the recipients' own",
        sources.COMPAUTH,
        lambda case: case.dmarc.fails_explicitly and case.recipients.own_from,
    ),
    CompositeRule(
        CompositeResult.FAIL,
        "000",
        "DMARC failed, and the domain asks for quarantine or reject",
        sources.COMPAUTH,
        lambda case: case.dmarc.fails_explicitly,
    ),
    CompositeRule(
        CompositeResult.FAIL,
        "601",
        "nothing vouches for a sender who writes in the name of one of the recipients' own domains",
        sources.COMPAUTH_OWN_DOMAIN,
        lambda case: case.recipients.own_from,
    ),
    CompositeRule(
        CompositeResult.SOFTPASS,
        "201",
        "nothing vouches for the sender, and its domain asks for nothing",
        sources.COMPAUTH_IMPLICIT,
        lambda case: case.readings["compauth_implicit"] == "softpass",
    ),
    CompositeRule(
        CompositeResult.FAIL,
        "001",
        "nothing vouches for the sender, and its domain asks for nothing",
        sources.COMPAUTH,
        lambda _: True,
    ),
)


def composite(results: AuthenticationResults, recipients: Recipients, readings: Mapping[str, str]) -> CompositeCheck:
    """Give the composite of a message that arrives from outside."""
    case = _Case(results.dmarc, recipients, readings)
    rule = next(rule for rule in RULES if rule.holds(case))
    sentence = f"compauth={rule.result} reason={rule.reason}: {rule.because}; {rule.source}"
    return CompositeCheck(result=rule.result, reason=rule.reason, because=(sentence,))


def dmarc_action(dmarc: DmarcCheck) -> str:
    """Give what stands behind ``action=`` (MX-HDR-06); captures show none for errors, whatever the page lists."""
    if dmarc.result is not DmarcResult.FAIL:
        return "none"
    match dmarc.policy:
        case DmarcPolicy.REJECT:
            return "pct.reject" if dmarc.sampled_out else "oreject"
        case DmarcPolicy.QUARANTINE:
            return "pct.quarantine" if dmarc.sampled_out else "quarantine"
        case DmarcPolicy.NONE | None:
            return "none"
        case _:
            assert_never(dmarc.policy)


def handling(results: AuthenticationResults, policy: AntiPhishPolicy) -> Handling:
    """Give what a policy does with an incoming message (MX-DS-13, MX-GAP-22); relayed mail has no composite.

    SPF alone refuses nothing. An explicit DMARC failure is handled as the domain asks where the policy honours that;
    every other failure is a spoof verdict.
    """
    check = results.composite
    if check is None or check.result is not CompositeResult.FAIL:
        return Handling.DELIVER
    if policy.honor_dmarc_policy and results.dmarc.fails_explicitly:
        asked = results.dmarc.disposition
        return _as_told(policy.dmarc_reject_action if asked is DmarcPolicy.REJECT else policy.dmarc_quarantine_action)
    if not policy.enable_spoof_intelligence:
        return Handling.DELIVER
    return _as_told(policy.authentication_fail_action)


def _as_told(action: SpoofAction) -> Handling:
    match action:
        case SpoofAction.MOVE_TO_JMF:
            return Handling.JUNK
        case SpoofAction.QUARANTINE:
            return Handling.QUARANTINE
        case SpoofAction.REJECT:
            return Handling.REJECT
        case _:
            assert_never(action)
