"""Anti-spoof policies: which action each failure may have (Set-AntiPhishPolicy)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from relaylab.app.world_file.draft import Draft
from relaylab.app.world_file.errors import Fault, shown
from relaylab.app.world_file.known import KnownNames
from relaylab.domain.anti_spoof import AntiPhishPolicy, SpoofAction

_WITHOUT_REJECT: Final = ("dmarc_quarantine_action", "authentication_fail_action")


def only_a_policy_of_reject_rejects(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """Reject is an action for p=reject alone."""
    for entry in draft.fine(AntiPhishPolicy):
        for key in _WITHOUT_REJECT:
            if getattr(entry.noun, key) is SpoofAction.REJECT:
                expected = "is not one of MoveToJmf, Quarantine"
                yield Fault(
                    entry.place / key, shown("Reject"), expected, "write Quarantine; p=reject is refused anyway"
                )


def a_policy_of_reject_is_not_moved_to_junk(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """DmarcRejectAction is Quarantine or Reject."""
    for entry in draft.fine(AntiPhishPolicy):
        if entry.noun.dmarc_reject_action is SpoofAction.MOVE_TO_JMF:
            place, expected = entry.place / "dmarc_reject_action", "is not one of Quarantine, Reject"
            yield Fault(place, shown("MoveToJmf"), expected, "for Junk, set honor_dmarc_policy = false")


CHECKS: Final = (only_a_policy_of_reject_rejects, a_policy_of_reject_is_not_moved_to_junk)
