"""smtp.office365.com and smtp-legacy.office365.com: one file per stage."""

from relaylab.rules.submission import access_token, auth, connect, data, delivery, mail, rcpt

__all__ = ["access_token", "auth", "connect", "data", "delivery", "mail", "rcpt"]
