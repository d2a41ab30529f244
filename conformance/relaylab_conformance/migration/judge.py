"""From what happened to what it means: a replay becomes an outcome, the outcomes of a date and method a cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.asks import nearest_way
from relaylab.domain.attribution import RiskKind
from relaylab.domain.estate import Method
from relaylab.domain.message import Placement
from relaylab.domain.peer import Peer
from relaylab.domain.source import Confidence, Source
from relaylab.domain.world import DEFAULT_PUBLIC_IP
from relaylab.rules import sources
from relaylab.rules.mx.data import relay_is_denied
from relaylab_conformance.finding import Status, worst
from relaylab_conformance.migration.evidence import reply_facts
from relaylab_conformance.report.model import Cell, Outcome
from relaylab_scenarios import Conduct

if TYPE_CHECKING:
    from relaylab.domain.attribution import Attribution
    from relaylab.domain.decision import Decision, ReplyFacts
    from relaylab.domain.estate import Sender
    from relaylab.domain.world import World
    from relaylab_conformance.migration.approach import NoRelay, NotTried
    from relaylab_conformance.migration.filing import Filed
    from relaylab_conformance.migration.replay import Replay
    from relaylab_conformance.migration.trial import Trial

MAIL_CONTACT: Final = Source("MX-RCP-04", "New-MailContact, ExternalEmailAddress", "2026-08", Confidence.DOCUMENTED)
MAIL_CONTACT_FIX: Final = (
    "Choose a way that carries mail: an inbound connector (static public IP or certificate), Direct Send (recipients "
    "inside only), or SMTP AUTH with OAuth 2.0. The contact may stay, as a recipient."
)
_AS_DIRECT_SEND: Final = (
    "No connector took it: it arrived as Direct Send, because its recipients are inside. One recipient outside, or "
    "RejectDirectSend, ends that."
)
_ITS_ADDRESS: Final = "THE-ADDRESS-THAT-IT-SENDS-FROM"  # of a sender without a site, which nobody knows
_ASK: Final = "Nobody says what address that is: ask, and write the site of the sender into its [[sender]]."
_STAND_IN: Final = re.compile(rf"\b{re.escape(str(DEFAULT_PUBLIC_IP))}\b")
_COMES_BACK: Final = "takes the 250 for success; a non-delivery report lies in the mailbox of {}, for whoever reads it"


_RISKS: Final = {
    RiskKind.SHARED_ADDRESS: (
        sources.SHARED_ADDRESS,
        "Match by certificate (TlsSenderCertificateName in an accepted domain), or get an address of one's own.",
    ),
    RiskKind.CERTIFICATE_DOMAIN_NOT_ACCEPTED: (
        sources.FOREIGN_CERTIFICATE,
        "Give the sender a certificate for an accepted domain, or add the certificate's domain: New-AcceptedDomain.",
    ),
    RiskKind.CERTIFICATE_OF_SEVERAL_TENANTS: (
        sources.SHARED_ADDRESS,
        "Give the sender a client certificate for each tenant that it serves, with names of that tenant alone.",
    ),
}


@dataclass(frozen=True, slots=True)
class _Grounds:
    """Why an outcome is as it is, where that is written, and what would change it."""

    because: tuple[str, ...]
    source: Source | None = None
    fix: str = ""
    by: Decision | None = None  # the verdict, where it is another than the one that the sender heard


def judge(filed: Filed) -> Outcome:
    """Say what a delivery came to."""
    trial, replay = filed.trial, filed.replay
    played, evidence = replay.played, replay.evidence
    decisive = evidence.decisive
    decision = decisive.decision if decisive else None
    arrived = played.conduct is Conduct.DELIVERED and all(copy.placed is not Placement.NONE for copy in evidence.copies)
    doubt = _doubt(trial, replay) if arrived else None
    grounds = doubt or _grounds(replay, decision)
    by = grounds.by or decision
    reported = any(message.report_of for message in evidence.messages)
    return Outcome(
        reading=trial.reading,
        status=Status.FAIL if not arrived else Status.NON_STRICT if doubt else Status.PASS,
        reply=_reply(replay, decision),
        rule=by.rule if by else None,
        placed={str(copy.recipient): copy.placed.value for copy in evidence.copies},
        seen=evidence.seen,
        conduct=played.conduct.value,
        sender_does=_COMES_BACK.format(trial.sender.from_address) if reported else played.sender_does,
        because=tuple(_asking(trial.sender, said) for said in grounds.because),
        rests_on=dict(by.reading) if by else {},
        source=grounds.source,
        fix=_asked_for(_asking(trial.sender, grounds.fix)),
        transcript=filed.transcript,
        event=filed.first_event + decisive.place if decisive else None,
        message=filed.messages[0] if filed.messages else None,
    )


def cell(trial: Trial, outcomes: tuple[Outcome, ...]) -> Cell:
    """Make the cell of a date and method from its outcomes."""
    status = worst(outcome.status for outcome in outcomes)
    decisive = next(outcome for outcome in outcomes if outcome.status is status)
    reason = ""
    if status is Status.FAIL:
        reason = decisive.line or decisive.because[0]
    elif status is Status.NON_STRICT:
        reason = decisive.because[0]
    return Cell(at=trial.leg.at, method=trial.method, status=status, reason=reason, outcomes=outcomes)


def not_tried(trial: Trial, why: NotTried) -> Cell:
    """Make the cell of a method that is not tried."""
    return Cell(at=trial.leg.at, method=trial.method, status=Status.NOT_EXERCISED, reason=why.reason, outcomes=())


def no_relay(trial: Trial, why: NoRelay) -> Cell:
    """Make the cell of a method that is none: nothing can be sent by it."""
    outcome = Outcome(
        reading={},
        status=Status.FAIL,
        reply=None,
        rule=why.rule,
        placed={},
        seen=(),
        conduct=None,
        sender_does="has nowhere to connect to: nothing is ever sent",
        because=(why.reason,),
        rests_on={},
        source=why.source or MAIL_CONTACT,
        fix=why.fix or MAIL_CONTACT_FIX,
        transcript=None,
        event=None,
        message=None,
    )
    return cell(trial, (outcome,))


def _doubt(trial: Trial, replay: Replay) -> _Grounds | None:
    """Say what a delivery rests on that may end any day; None for nothing."""
    aside = [copy for copy in replay.evidence.copies if copy.placed in {Placement.JUNK, Placement.QUARANTINE}]
    if aside:
        put = f"the copy for {aside[0].recipient} was put into {aside[0].placed}"
        by = aside[0].decision
        return _Grounds((put, *by.because), by.source, by.fix, by) if by else _Grounds((put,))
    if trial.method is not Method.CONNECTOR_RELAY:
        return None
    peer, attribution = peer_of(trial.leg.world, trial.sender), replay.evidence.attribution
    if attribution is None:
        return None
    if attribution.may_relay:
        return _at_risk(attribution)
    return _Grounds(
        (
            _AS_DIRECT_SEND,
            *attribution.rejected(),
        ),
        sources.RELAY_RULE,
        relay_is_denied.fix.format(ip=peer.ip, recipient=trial.sender.to[0], nearest=nearest_way(attribution)),
    )


def _asking(sender: Sender, said: str) -> str:
    """Ask for the address of a sender without a site: what stands in for it is nobody's, and no advice."""
    return said if sender.site else _STAND_IN.sub(_ITS_ADDRESS, said)


def _asked_for(fix: str) -> str:
    return f"{fix} {_ASK}" if _ITS_ADDRESS in fix else fix


def _at_risk(attribution: Attribution) -> _Grounds | None:
    """Say what a relay rests on that Microsoft warns of; None for nothing (facts COR-07, COR-08)."""
    if not attribution.risks:
        return None
    risk = attribution.risks[0]
    source, fix = _RISKS[risk.kind]
    return _Grounds((risk.sentence, *attribution.because, *attribution.rejected()), source, fix)


def peer_of(world: World, sender: Sender, *, over_ipv6: bool = False) -> Peer:
    """Give the sender as the service sees it, over IPv4 or, from a dual-stack site, over IPv6."""
    site = world.site(sender.site) if sender.site else None
    return Peer(site.address_over(6 if over_ipv6 else 4), site.name) if site else Peer(DEFAULT_PUBLIC_IP)


def _grounds(replay: Replay, decision: Decision | None) -> _Grounds:
    if decision is None:
        return _Grounds((replay.played.error or replay.played.sender_does,))
    return _Grounds(decision.because, decision.source, decision.fix)


def _reply(replay: Replay, decision: Decision | None) -> ReplyFacts | None:
    if decision is not None:
        return decision.reply
    last = replay.played.last_reply
    return reply_facts(str(last)) if last and not last.is_positive else None
