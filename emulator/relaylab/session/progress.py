"""How far one session has come: what its conducts share, and all that changes between two lines besides counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from relaylab.session.transitions import State

if TYPE_CHECKING:
    from relaylab.domain.endpoint import Endpoint
    from relaylab.domain.peer import Peer, TlsFacts
    from relaylab.session.end_of_data import Account
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party
    from relaylab.session.transaction import Transaction


class Circumstances(TypedDict):
    """What every Ask of a session begins with."""

    endpoint: Endpoint
    now: datetime
    peer: Peer
    tls: TlsFacts | None


@dataclass(slots=True)
class Progress:
    """The session of ``party``, as it stands.

    ``sign_in_failure`` is the line that the last failed AUTH was refused with; it is None again after a good one.
    """

    party: Party
    state: State = State.NEW
    tls: TlsFacts | None = None
    account: Account | None = None
    sign_in_failure: str | None = None
    transaction: Transaction | None = None

    def begin_anew(self, tls: TlsFacts) -> None:
        """Forget everything said in clear (RFC 3207 §4.2)."""
        self.tls = tls
        self.state = State.NEW
        self.account = self.transaction = self.sign_in_failure = None

    def circumstances(self, moment: Moment) -> Circumstances:
        """Give what an Ask at this moment begins with."""
        return {"endpoint": self.party.endpoint, "now": moment.now, "peer": self.party.peer, "tls": self.tls}
