"""How far one session has come: what its conducts share, and all that changes between two lines besides counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypedDict

from relaylab.session.commands import Verb
from relaylab.session.transitions import State

if TYPE_CHECKING:
    from relaylab.domain.endpoint import Endpoint
    from relaylab.domain.peer import Peer, TlsFacts
    from relaylab.session.acs import AcsAccount
    from relaylab.session.end_of_data import Account
    from relaylab.session.envelopes import Opening
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party
    from relaylab.session.signed_in import SignedIn
    from relaylab.session.transaction import Transaction

_IN_FLIGHT: Final = frozenset({Verb.RCPT, Verb.DATA, Verb.BDAT})


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
    ``hello_name`` is what the last granted EHLO or HELO named.
    ``pretended_tls`` stands in for ``tls`` in what is asked of rules, where a fault lets clear text pass for TLS.
    ``acs`` is who is signed in at Azure Communication Services, in place of an ``account``.
    ``signed_in`` is how ``account`` signed in, where that is remembered.
    ``opening`` is what ``envelopes.opening_of`` found last.
    ``messages`` counts those that were accepted.
    ``refused`` is true from a refused MAIL or RCPT on, until a MAIL is granted or the transaction is over.
    """

    party: Party
    state: State = State.NEW
    tls: TlsFacts | None = None
    account: Account | None = None
    sign_in_failure: str | None = None
    transaction: Transaction | None = None
    hello_name: str = ""
    refused: bool = False
    pretended_tls: TlsFacts | None = None
    acs: AcsAccount | None = None
    opening: Opening | None = None
    signed_in: SignedIn | None = None
    messages: int = 0

    def begin_anew(self, tls: TlsFacts) -> None:
        """Forget everything said in clear (RFC 3207 §4.2)."""
        self.tls = tls
        self.state = State.NEW
        self.account = self.acs = self.signed_in = self.transaction = self.sign_in_failure = None
        self.refused = False

    def forgives(self, verb: Verb) -> bool:
        """Tell whether an error may have been in flight, behind a refusal that its client has not read (RFC 2920)."""
        return self.refused and verb in _IN_FLIGHT

    @property
    def seen_tls(self) -> TlsFacts | None:
        """The handshake, or the one that a fault pretends."""
        return self.tls or self.pretended_tls

    def circumstances(self, moment: Moment) -> Circumstances:
        """Give what an Ask at this moment begins with."""
        return {"endpoint": self.party.endpoint, "now": moment.now, "peer": self.party.peer, "tls": self.seen_tls}
