"""Azure Communication Services Email over REST: one file per kind of request, and what becomes of the message."""

from relaylab.rules.acs_rest import connect, delivery, outcome, send, status

__all__ = ["connect", "delivery", "outcome", "send", "status"]
