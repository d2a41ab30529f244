"""smtp.azurecomm.net: one file per stage, two for AUTH."""

from relaylab.rules.acs_smtp import auth, connect, data, delivery, mail, rcpt, token

__all__ = ["auth", "connect", "data", "delivery", "mail", "rcpt", "token"]
