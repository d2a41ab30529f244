"""Who signed in by a password before: all that a sign-in hangs on besides the password is found once (decision 0043).

Laws:

- The password is compared each time, with that of the world in force. No key and no value holds what a client gave for
  one.
- What is remembered is what would be found anew at any other instant of the same epoch. So no token is remembered,
  whose validity ends, and no count: a name with a wrong password in its lock-out window is judged.
- Only what was granted is remembered, at client submission, and while no fault is set.
- What is remembered is bounded, and holds no world alive that another has replaced, but for the session under way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.charge import Meter
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.identity import Credential, Mechanism
from relaylab.domain.memory import Memory
from relaylab.session.end_of_data import Account

if TYPE_CHECKING:
    from collections.abc import Hashable

    from relaylab.domain.asks import SignInAsk
    from relaylab.domain.secret import Secret
    from relaylab.engine.verdict import Verdict
    from relaylab.session.moment import Moment
    from relaylab.session.progress import Progress
    from relaylab.session.sasl import Finished

_KEY: Final = "sign-ins"  # of all that is remembered here, within the memory of a world


@dataclass(frozen=True, slots=True, eq=False)
class SignedIn:
    """A mailbox that signed in by its password, and by which verdict; ``memory`` is the mark of where it lies."""

    memory: object
    account: Account
    password: Secret
    verdict: Verdict


def signed_in_before(mechanism: Mechanism, given: Finished, progress: Progress, moment: Moment) -> SignedIn | None:
    """Give an earlier sign-in that this one is like, if its password is right; None where it must be judged."""
    if progress.party.endpoint is not Endpoint.SUBMISSION or mechanism is not Mechanism.LOGIN:
        return None
    if given.problem is not None or moment.board.faults:
        return None
    known = _sign_ins(moment).known(_circumstances(given.user, progress, moment))
    if not isinstance(known, SignedIn) or not known.password.matches(given.secret.reveal()):
        return None
    return None if moment.usage.total(Meter.FAILED_SIGN_INS, given.user, moment.now) else known


def remember_sign_in(
    ask: SignInAsk, account: Account, verdict: Verdict, progress: Progress, moment: Moment
) -> SignedIn | None:
    """Remember a sign-in that was granted, where the next one would be."""
    password = account.mailbox.password if account.mailbox is not None else None
    is_by_password = ask.mechanism is Mechanism.LOGIN and ask.credential is Credential.MATCHES
    if password is None or not is_by_password or ask.endpoint is not Endpoint.SUBMISSION:
        return None
    if ask.recent_failures or moment.board.faults or not moment.memory.lasts:
        return None
    granted = SignedIn(moment.memory.mark, account, password, verdict)
    _sign_ins(moment).keep(_circumstances(ask.user, progress, moment), granted)
    return granted


def _circumstances(user: str, progress: Progress, moment: Moment) -> Hashable:
    """Name all that a sign-in hangs on besides the world and the password."""
    party = progress.party
    return moment.rulebook.epoch(moment.now), party.peer, progress.seen_tls, party.on_legacy_host, user


def _sign_ins(moment: Moment) -> Memory:
    """Give a memory of their own within the world's: a fleet of devices pushes no envelopes out."""
    return moment.memory.rooms[_KEY]
