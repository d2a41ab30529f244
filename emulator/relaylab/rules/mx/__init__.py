"""The tenant MX, <tenant>.mail.protection.outlook.com: one file per stage."""

from relaylab.rules.mx import auth, connect, data, delivery, mail, rcpt, spoofing

__all__ = ["auth", "connect", "data", "delivery", "mail", "rcpt", "spoofing"]
