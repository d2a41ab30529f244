"""The closed sets of a profile: for each question about a sender, the answers that the player knows how to play."""

from enum import StrEnum


class LetterCase(StrEnum):
    """Which spelling of a keyword the sender recognises."""

    ANY = "any"
    UPPER = "upper"


class TlsWish(StrEnum):
    """What the sender's settings ask for; IMPLICIT is TLS from the first byte."""

    REQUIRED = "required"
    OPPORTUNISTIC = "opportunistic"
    NONE = "none"
    IMPLICIT = "implicit"


class WithoutStarttls(StrEnum):
    """What a sender that requires TLS does where STARTTLS is not offered."""

    STOPS = "stops"
    ASKS_ANYWAY = "asks-anyway"


class StarttlsRefused(StrEnum):
    """What an opportunistic sender does where STARTTLS is offered and then refused."""

    STOPS = "stops"
    GOES_ON_IN_CLEAR = "goes-on-in-clear"


class EarlyBytes(StrEnum):
    """What the sender does with bytes that stand behind the 220 of STARTTLS, in clear (RFC 3207 §4.2)."""

    DISCARDS = "discards"
    CONSUMES = "consumes"
    STOPS = "stops"


class OldestTls(StrEnum):
    """The oldest protocol version in the sender's hello; whether the library then agrees to it is the library's law."""

    TLS_1_2 = "1.2"
    LIBRARY = "library"


class NameCheck(StrEnum):
    """When a sender that verifies compares the server's name: only in the handshake does the server hear an alert."""

    IN_HANDSHAKE = "in-handshake"
    AFTER_HANDSHAKE = "after-handshake"


class Mechanism(StrEnum):
    """The SASL mechanisms that the player speaks."""

    PLAIN = "PLAIN"
    LOGIN = "LOGIN"
    CRAM_MD5 = "CRAM-MD5"
    XOAUTH2 = "XOAUTH2"


class SignInRefused(StrEnum):
    """What follows a refused mechanism."""

    STOPS = "stops"
    TRIES_NEXT = "tries-next"


class WithoutAuth(StrEnum):
    """What a sender with credentials does where AUTH is not offered at all."""

    STOPS = "stops"
    SKIPS = "skips"


class LateChallenge(StrEnum):
    """What the sender does with a 334 when it has nothing more to say, such as the JSON error of XOAUTH2."""

    FAILS = "fails"
    ANSWERS_EMPTY = "answers-empty"
    REPEATS = "repeats"


class EnvelopeFlight(StrEnum):
    """How MAIL, RCPT and DATA travel where PIPELINING is offered (RFC 2920)."""

    ONE_BY_ONE = "one-by-one"
    MAIL_TO_DATA = "mail-to-data"


class RefusedRecipient(StrEnum):
    """What the sender does after one recipient of several was refused."""

    GOES_ON = "goes-on"
    STOPS = "stops"


class TooLarge(StrEnum):
    """What the sender does with a message larger than the SIZE that the server offers (RFC 1870)."""

    SENDS_ANYWAY = "sends-anyway"
    STOPS = "stops"


class LineEnds(StrEnum):
    """What the sender does with the line ends of the message that it was given."""

    CRLF = "crlf"
    AS_GIVEN = "as-given"


class Writes(StrEnum):
    """How the content leaves: over TLS each write is a record of its own, and a server can see it."""

    WHOLE = "whole"
    LINE_BY_LINE = "line-by-line"
    DOT_APART = "dot-apart"


class Farewell(StrEnum):
    """When QUIT follows a delivered message."""

    AFTER_REPLY = "after-reply"
    WITH_DOT = "with-dot"
    NEVER = "never"


class After421(StrEnum):
    """What the sender says after a 421 in mid session."""

    CLOSES = "closes"
    AS_USUAL = "as-usual"


class Stage(StrEnum):
    """Where in a session something happened; CONTENT is what follows the 354 of DATA."""

    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    CONTENT = "content"


class SubjectEncoding(StrEnum):
    """The letter in the encoded words of a subject (RFC 2047 §2): senders differ in its case."""

    B = "B"
    Q_UPPER = "Q"
    Q_LOWER = "q"


class NewLine(StrEnum):
    """How the lines of a message end before it is sent: a file written on Unix has LF."""

    CRLF = "crlf"
    LF = "lf"


class TextEncoding(StrEnum):
    """How a text part travels."""

    SEVEN_BIT = "7bit"
    QUOTED_PRINTABLE = "quoted-printable"
