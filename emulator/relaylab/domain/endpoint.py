"""The doors of the service and the stages of a dialogue: the words used in rule ids, world files and reports."""

from __future__ import annotations

from enum import StrEnum


class Endpoint(StrEnum):
    """A door of Microsoft 365 that relaylab answers for."""

    SUBMISSION = "submission"  # smtp.office365.com, and smtp-legacy.office365.com
    MX = "mx"  # <tenant>.mail.protection.outlook.com
    HVE = "hve"
    ACS_SMTP = "acs_smtp"
    ACS_REST = "acs_rest"
    ENTRA = "entra"
    EXCHANGE_ADMIN = "exchange_admin"
    DNS = "dns"
    CONTROL = "control"

    __hash__ = str.__hash__  # Enum's is written in Python, and these are keys at every step


class Stage(StrEnum):
    """The point of a dialogue at which something is decided; each endpoint has one rules file per stage."""

    CONNECT = "connect"  # greeting, EHLO and HELO, STARTTLS
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"  # the end of DATA, or of the last BDAT
    DELIVERY = "delivery"  # after the 250: the message is placed, or a non-delivery report is written
    DISCOVERY = "discovery"  # Entra, from here on: OpenID configuration, keys
    TOKEN = "token"  # noqa: S105 - the token endpoint
    AUTHORIZE = "authorize"  # the sign-in page is asked for
    SIGN_IN = "sign_in"  # a user has filled it in
    DEVICE_CODE = "device_code"
    ADMIN_CONSENT = "admin_consent"  # an administrator is asked, or has answered
    SEND = "send"  # Azure Communication Services over REST, from here on: a message is handed in
    STATUS = "status"  # the status of an operation is asked for
    OUTCOME = "outcome"  # an operation ends

    __hash__ = str.__hash__  # Enum's is written in Python, and these are keys at every step
