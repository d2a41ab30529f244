"""LOGIN and XOAUTH2 as tiny machines: responses go in, a prompt or the finished credentials come out.

The secret ends here and in the comparison with the world: no Ask, event or report carries it.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from dataclasses import dataclass
from typing import Final, Protocol

from relaylab.domain.identity import Credential, Mechanism
from relaylab.domain.reply import ReplyTemplate
from relaylab.domain.secret import Secret
from relaylab.rules import replies

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_UNREADABLE: Final = "(unreadable)"


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of an exchange: the name and secret, or what is wrong with the response.

    Where there is a ``challenge``, the secret is the proof of CRAM-MD5 for it, not the password.
    """

    user: str
    secret: Secret
    problem: Credential | None = None  # MALFORMED or CANCELLED
    challenge: str = ""


class Exchange(Protocol):
    """One SASL exchange under way."""

    mechanism: Mechanism

    def step(self, response: str | None) -> ReplyTemplate | Finished:
        """Take the initial response (None: there is none) or the answer to a prompt."""
        ...


def failed(problem: Credential, user: str = "") -> Finished:
    """End an exchange that gave no credentials."""
    return Finished(user, Secret(""), problem)


def decode(response: str) -> str | None:
    """Undo base64 and UTF-8; None for what is neither."""
    try:
        return a2b_base64(response, strict_mode=True).decode("utf-8")
    except ValueError:  # also that of base64, and that of a character beyond ASCII
        return None


def harmless_name(text: str) -> str:
    """Give a user name; what holds control characters is another mechanism's response, with a secret in it."""
    return _UNREADABLE if _CONTROL.search(text) else text


class Login:
    """LOGIN: the user name, possibly as initial response, then the password (facts CS-AUTH-01, CS-AUTH-02)."""

    __slots__ = ("_user",)

    mechanism = Mechanism.LOGIN

    def __init__(self) -> None:
        """Begin with neither."""
        self._user: str | None = None

    def step(self, response: str | None) -> ReplyTemplate | Finished:
        """Ask for the user name, then for the password; the verdict comes only after both (CS-AUTH-04)."""
        if response is None:
            return replies.PROMPT_USERNAME
        if response == "*":
            return failed(Credential.CANCELLED, self._user or "")
        text = decode("" if response == "=" else response)  # RFC 4954 §4: "=" is an empty initial response
        if text is None:
            return failed(Credential.MALFORMED, self._user or "")
        if self._user is None:
            self._user = harmless_name(text)
            return replies.PROMPT_PASSWORD
        return Finished(self._user, Secret(text))


class XOAuth2:
    """XOAUTH2 in one step or two: ``user=`` name, ``auth=Bearer`` token (facts CS-AUTH-20 to CS-AUTH-22)."""

    mechanism = Mechanism.XOAUTH2

    def step(self, response: str | None) -> ReplyTemplate | Finished:
        """Ask with an empty challenge where there is no initial response, then read the response."""
        if response is None:
            return replies.EMPTY_CHALLENGE
        if response == "*":
            return failed(Credential.CANCELLED)
        text = decode(response)
        fields = text.split("\x01") if text is not None else []
        if len(fields) != 4 or fields[2:] != ["", ""]:
            return failed(Credential.MALFORMED)
        user_word, user = fields[0].partition("=")[::2]
        auth_word, auth = fields[1].partition("=")[::2]
        kind, _, token = auth.partition(" ")
        if user_word.lower() != "user":  # what stands there may be the token
            return failed(Credential.MALFORMED)
        if auth_word.lower() != "auth" or kind.lower() != "bearer" or not token:
            return failed(Credential.MALFORMED, harmless_name(user))
        return Finished(harmless_name(user), Secret(token))
