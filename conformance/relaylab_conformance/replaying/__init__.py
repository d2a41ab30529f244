"""The verb ``replay``: messages that were sent, against the limits of the mailboxes that sent them."""

from relaylab_conformance.replaying.outcome import Outcome
from relaylab_conformance.replaying.trace import Trace, read_trace

__all__ = ["Outcome", "Trace", "read_trace"]
