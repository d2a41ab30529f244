"""Explains a status of a delivery report of Azure Communication Services: alone, in a report, on a line of the log."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.acs_asks import AcsDeliveryAsk, DeliveryStatus
from relaylab.domain.fault import Behaviour
from relaylab.rules.acs import sources
from relaylab.rules.acs.delivery import status_of
from relaylab.rules.faults import CONDUCTS
from relaylab_conformance.explain.answer import Explanation, cited, entry, said_on
from relaylab_conformance.explain.rules import describe_rule

if TYPE_CHECKING:
    from relaylab.domain.source import Source
    from relaylab.engine.rule import AnyRule
    from relaylab.engine.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a status says; ``fault`` is the one that has a report say it, ``fix`` the way out where no rule has one."""

    status: str
    means: str
    source: Source
    fault: Behaviour | None = None
    fix: str = ""


_MEANINGS: Final = (
    _Meaning(
        DeliveryStatus.DELIVERED,
        "The recipient's side has taken the copy; a report does not say where it then lies.",
        sources.SOFT_BOUNCES,
    ),
    _Meaning(
        "Expanded",
        "Microsoft's page had it in 2022, and today's list of statuses does not; relaylab never reports it.",
        sources.EXPANDED,
    ),
    _Meaning(
        DeliveryStatus.BOUNCED,
        "The recipient's side has refused the copy with the code of a hard bounce. That suppresses the address for a "
        "day, and each send in that time for longer.",
        sources.HARD_BOUNCES,
    ),
    _Meaning(
        DeliveryStatus.SUPPRESSED,
        "The copy was not sent: the address has bounced of late, or is on a suppression list of the customer's own.",
        sources.MANAGED_SUPPRESSION,
    ),
    _Meaning(
        DeliveryStatus.FILTERED_SPAM,
        "The recipient's side has refused the copy as spam.",
        sources.DELIVERY_STATUSES,
        Behaviour.FILTEREDSPAM,
        "Have SPF, DKIM and DMARC of the sender's domain pass and align, write less like an advertisement, and ask who "
        "runs the recipient's mail to allow the sender.",
    ),
    _Meaning(
        DeliveryStatus.QUARANTINED,
        "The recipient's side has taken the copy and put it in quarantine.",
        sources.DELIVERY_STATUSES,
        Behaviour.QUARANTINED,
        "Ask who runs the recipient's mail to release the copy and to allow the sender; have SPF, DKIM and DMARC of "
        "the sender's domain pass and align, so that the next one stays out.",
    ),
    _Meaning(
        DeliveryStatus.FAILED,
        "The copy was not delivered, for another reason than a hard bounce. An operation has a status of this name "
        "too, with an error to ask about by its code, EmailDroppedAllRecipientsSuppressed or EmailDropped.",
        sources.DELIVERY_STATUSES,
        Behaviour.DELIVERYFAILED,
        "Read deliveryStatusDetails of the report: it has what the recipient's side said, a line to ask about here.",
    ),
)
DELIVERY_STATUSES: Final = tuple(str(one.status) for one in _MEANINGS)
_BY_WORD: Final = {one.status.lower(): one for one in _MEANINGS}
_IN_A_REPORT: Final = re.compile(r"""["']status["']\s*:\s*["']([A-Za-z]+)["']""")


def is_of_a_report(what: str) -> bool:
    """Tell whether somebody asks about a status of a delivery report."""
    return status_in(what) in _BY_WORD


def explain_delivery(what: str, rulebook: Rulebook) -> Explanation:
    """Explain a status, with the rules after which a report says it, and the fault that has one say it."""
    found = _BY_WORD[status_in(what)]
    rules = [
        rule
        for rule in rulebook.catalogue.rules
        if issubclass(rule.asks, AcsDeliveryAsk) and _status_after(rule) == found.status
    ]
    lines = [
        f"{found.status}, in a delivery report of Azure Communication Services",
        entry("Means", found.means),
        entry("Source", cited(found.source)),
    ]
    if found.fault is not None:
        way = f"{CONDUCTS[found.fault].sentence}\n`relaylab faults` says how it is written."
        lines.append(entry("Fault", f"{found.fault}: {way}"))
    if found.fix:
        lines.append(entry("Fix", found.fix))
    ids = list(dict.fromkeys(rule.id for rule in rules))
    text = "\n\n".join(["\n".join(lines), *(describe_rule(name, rulebook) for name in ids)])
    document = {
        "kind": "delivery_status",
        "asked": what,
        "status": str(found.status),
        "means": found.means,
        "rules": ids,
        "fault": found.fault.value if found.fault else None,
        "fix": found.fix or None,
    }
    return Explanation(text, document)


def status_in(what: str) -> str:
    """Give the one word that may be a status, in small letters."""
    in_a_report = _IN_A_REPORT.search(what)
    return (in_a_report[1] if in_a_report else said_on(what.strip())).lower()


def _status_after(rule: AnyRule) -> str:
    """Give what a report says of a copy that a rule stops."""
    reply = rule.effect.reply
    return status_of(reply.fill_from(defaultdict(str)) if reply else None)
