"""High Volume Email: smtp.hve.mx.microsoft and smtp-hve.office365.com; one file per stage."""

from relaylab.rules.hve import auth, connect, data, delivery, mail, rcpt, tokens

__all__ = ["auth", "connect", "data", "delivery", "mail", "rcpt", "tokens"]
