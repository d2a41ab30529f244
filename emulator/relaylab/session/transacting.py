"""What every step of a transaction needs: how it is answered, attributed and charged, and how it ends.

Law of this module: a submission that is opened here is closed here, by the final reply or by ``release``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.charge import Charge, Meter
from relaylab.domain.event import Attributed
from relaylab.session.transitions import State

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.attribution import Attribution
    from relaylab.domain.event import Event
    from relaylab.engine.verdict import Verdict
    from relaylab.session.envelopes import Named
    from relaylab.session.faulting import Faulting
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party
    from relaylab.session.progress import Progress
    from relaylab.session.speech import Speech
    from relaylab.session.transaction import Transaction
    from relaylab.session.turn import Turn

_OPEN: Final = Meter.OPEN_SUBMISSIONS  # Python 3.11 takes a call to find a name of an enum
_NEW: Final = State.NEW
_READY: Final = State.READY


class Transacting:
    """How a session conducts a transaction; begins without one."""

    __slots__ = ("_faulting", "_progress", "_speech")

    def __init__(self, speech: Speech, progress: Progress, faulting: Faulting) -> None:
        self._speech = speech
        self._progress = progress
        self._faulting = faulting

    # Answers -----------------------------------------------------------------------------------------------------

    def _admit(
        self, verdict: Verdict, command: str, moment: Moment, *further: Event, is_let_through: bool = False
    ) -> Turn:
        """Give the good answer, as the rules' or as that of a fault that did not ask them."""
        if is_let_through:
            turn = self._faulting.admit(verdict, moment)
            return replace(turn, events=(*turn.events, *further)) if further else turn
        return self._speech.admit(verdict, command, moment, *further)

    def _attributed(self, attribution: Attribution, moment: Moment) -> Attributed:
        return attributed(attribution, self._progress.party, moment.now)

    def _named_before(self, transaction: Transaction, moment: Moment) -> Named | None:
        """Give the name that was granted last, where it still stands; else from here on all is found anew."""
        opening = self._progress.opening
        if opening is None or not opening.holds(moment):
            transaction.named = None
        return transaction.named

    # Ends --------------------------------------------------------------------------------------------------------

    def forget(self, moment: Moment) -> tuple[Charge, ...]:
        """End the transaction, if there is one; the session is where it was after its hello."""
        charges = self.release(moment)
        self._end()
        return charges

    def _end(self) -> None:
        progress = self._progress
        progress.transaction = None
        progress.refused = False
        if progress.state is not _NEW:
            progress.state = _READY

    def release(self, moment: Moment) -> tuple[Charge, ...]:
        """Close the submission, if one is open."""
        account, transaction = self._progress.account, self._progress.transaction
        if account is None or account.mailbox is None or transaction is None or transaction.open_before is None:
            return ()
        transaction.open_before = None
        return (Charge(_OPEN, account.mailbox.address.key, -1, moment.now),)

    def _open_submission(self, moment: Moment) -> tuple[Charge, ...]:
        """Open the submission at DATA or the first chunk; the place in the queue is taken here (CS-LIM-01)."""
        account = self._progress.account
        if account is None or account.mailbox is None:
            return ()
        transaction = self._under_way()
        if transaction.open_before is not None:
            return ()
        owner = account.mailbox.address.key
        transaction.open_before = moment.usage.total(_OPEN, owner, moment.now)
        return (Charge(_OPEN, owner, 1, moment.now),)

    def _under_way(self) -> Transaction:
        """Give the transaction where there must be one."""
        transaction = self._progress.transaction
        if transaction is None:
            msg = "the transition table lets this command through only within a transaction"
            raise AssertionError(msg)
        return transaction


def attributed(attribution: Attribution, party: Party, now: datetime) -> Attributed:
    """Give the event of an attribution."""
    return Attributed(at=now, session=party.label, endpoint=party.endpoint, attribution=attribution)
