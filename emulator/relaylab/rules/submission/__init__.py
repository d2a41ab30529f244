"""smtp.office365.com and smtp-legacy.office365.com: one file per stage."""

from relaylab.rules.submission import auth, connect, data, delivery, mail, rcpt

__all__ = ["auth", "connect", "data", "delivery", "mail", "rcpt"]
