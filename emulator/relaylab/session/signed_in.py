"""Who signed in by a password before: all that a sign-in hangs on besides the password is found once (decision 0043).

What it hangs on besides world and user is a door: client, TLS, host and rules in force. Behind one, the mechanisms that
were granted are remembered, and who signed in.

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
from relaylab.session.envelopes import Opening

if TYPE_CHECKING:
    from relaylab.domain.asks import SignInAsk
    from relaylab.domain.secret import Secret
    from relaylab.engine.verdict import Verdict
    from relaylab.session.moment import Moment
    from relaylab.session.progress import Progress
    from relaylab.session.sasl import Finished

_SUBMISSION: Final = Endpoint.SUBMISSION  # Python 3.11 takes a call to find a name of an enum
_LOGIN: Final = Mechanism.LOGIN
_FAILED: Final = Meter.FAILED_SIGN_INS
_MECHANISM: Final = "mechanism"
_KEY: Final = "sign-ins"  # of all that is remembered here, within the memory of a world


@dataclass(frozen=True, slots=True, eq=False)
class SignedIn:
    """A mailbox that signed in by its password, and by which verdict; ``memory`` is the mark of where it lies."""

    memory: object
    account: Account
    password: Secret
    verdict: Verdict


def door_of(progress: Progress, moment: Moment) -> Opening | None:
    """Give the door that a client signs in by, the same one as long as a memory lasts; None where each is judged."""
    party = progress.party
    if party.endpoint is not _SUBMISSION or moment.board.faults or not moment.memory.lasts:
        return None
    mark, epoch = moment.memory.mark, moment.rulebook.epoch(moment.now)
    key = epoch, party.peer, progress.seen_tls, party.on_legacy_host
    return _sign_ins(moment).recall(key, lambda: Opening(mark, epoch))


def mechanism_before(door: Opening, name: str, moment: Moment) -> Mechanism | None:
    """Give the mechanism of that name, as the client wrote it, if it was granted behind the door before."""
    known = _sign_ins(moment).known((_MECHANISM, door, name))
    return known if isinstance(known, Mechanism) else None


def remember_mechanism(door: Opening, name: str, mechanism: Mechanism, moment: Moment) -> None:
    """Remember a mechanism that was granted; names of those are few."""
    _sign_ins(moment).keep((_MECHANISM, door, name), mechanism)


def signed_in_before(door: Opening, mechanism: Mechanism, given: Finished, moment: Moment) -> SignedIn | None:
    """Give an earlier sign-in that this one is like, if its password is right; None where it must be judged."""
    if given.problem is not None or mechanism is not _LOGIN:
        return None
    known = _sign_ins(moment).known((door, given.user))
    if not isinstance(known, SignedIn) or not known.password.matches(given.secret.reveal()):
        return None
    return None if moment.usage.total(_FAILED, given.user, moment.now) else known


def remember_sign_in(
    door: Opening, ask: SignInAsk, account: Account, verdict: Verdict, moment: Moment
) -> SignedIn | None:
    """Remember a sign-in that was granted, where the next one would be."""
    password = account.mailbox.password if account.mailbox is not None else None
    is_by_password = ask.mechanism is Mechanism.LOGIN and ask.credential is Credential.MATCHES
    if password is None or not is_by_password or ask.recent_failures:
        return None
    granted = SignedIn(moment.memory.mark, account, password, verdict)
    _sign_ins(moment).keep((door, ask.user), granted)
    return granted


def _sign_ins(moment: Moment) -> Memory:
    """Give a memory of their own within the world's: a fleet of devices pushes no envelopes out."""
    return moment.memory.rooms[_KEY]
