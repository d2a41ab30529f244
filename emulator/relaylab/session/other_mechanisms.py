"""PLAIN, CRAM-MD5 and one prompt too many: exchanges that the service never holds, for faults that offer them."""

from __future__ import annotations

import hmac
from base64 import b64decode
from typing import TYPE_CHECKING, Final

from relaylab.domain.identity import Credential, Mechanism
from relaylab.domain.secret import Secret
from relaylab.rules import replies
from relaylab.session.sasl import Exchange, Finished, decode, failed, harmless_name

if TYPE_CHECKING:
    from relaylab.domain.reply import ReplyTemplate

_CHALLENGE: Final = b64decode(replies.CRAM_CHALLENGE.text).decode()
TAKEN: Final = frozenset({Mechanism.PLAIN, Mechanism.CRAM_MD5})


class Plain:
    """PLAIN: an authorisation identity that is not looked at, user and password, divided by NUL (RFC 4616 §2)."""

    mechanism = Mechanism.PLAIN

    def step(self, response: str | None) -> ReplyTemplate | Finished:
        """Ask with an empty challenge where there is no initial response, then read the response."""
        if response is None:
            return replies.EMPTY_CHALLENGE
        if response == "*":
            return failed(Credential.CANCELLED)
        fields = (decode(response) or "").split("\0")
        return Finished(harmless_name(fields[1]), Secret(fields[2])) if len(fields) == 3 else failed(Credential.WRONG)


class CramMd5:
    """CRAM-MD5: user and a digest that proves the password (RFC 2195 §2)."""

    mechanism = Mechanism.CRAM_MD5

    def step(self, response: str | None) -> ReplyTemplate | Finished:
        """Give the challenge, then read user and digest."""
        if response is None:
            return replies.CRAM_CHALLENGE
        if response == "*":
            return failed(Credential.CANCELLED)
        user, _, digest = (decode(response) or "").rpartition(" ")
        return Finished(harmless_name(user), Secret(digest.lower()), challenge=_CHALLENGE)


class DrawnOut:
    """An exchange that is asked one thing more; what was given before is judged when that is answered."""

    def __init__(self, mechanism: Mechanism, given: Finished) -> None:
        """Begin behind the prompt."""
        self.mechanism = mechanism
        self._given = given

    def step(self, response: str | None) -> ReplyTemplate | Finished:
        """Take any answer; ``*`` takes everything back."""
        return failed(Credential.CANCELLED, self._given.user) if response == "*" else self._given


def exchange_of(mechanism: Mechanism) -> Exchange:
    """Give a new exchange of one of ``TAKEN``."""
    return Plain() if mechanism is Mechanism.PLAIN else CramMd5()


def proof(challenge: str, password: Secret) -> Secret:
    """Give the digest that proves a password (RFC 2195 §2)."""
    return Secret(hmac.new(password.reveal().encode(), challenge.encode(), "md5").hexdigest())
