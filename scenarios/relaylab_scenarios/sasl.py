"""The words of each SASL mechanism, one after the other, and which of them are secret.

A mechanism is a tuple of steps; a step turns the server's challenge into a word. Whether the first word travels with
the AUTH line is the sender's habit, not the mechanism's.
"""

import base64
import binascii
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from relaylab_scenarios.errand import Nothing, Password, SignInWith, Token
from relaylab_scenarios.habits import Mechanism

PASSWORD_NAME: Final = b"<password>"
TOKEN_NAME: Final = b"<token>"


@dataclass(frozen=True, slots=True)
class Word:
    """One word in base64, and the name to show instead where it holds a secret."""

    data: bytes
    name: bytes | None = None


Step: TypeAlias = Callable[[str], Word]


def steps(mechanism: Mechanism, sign_in: Password | Token) -> tuple[Step, ...]:
    """Give the words that a mechanism says, in order.

    Raises:
        ValueError: The mechanism has no use for what there is to sign in with.
    """
    match mechanism, sign_in:
        case Mechanism.LOGIN, Password(user, password):
            return (lambda _: _open(user), lambda _: _secret(password, PASSWORD_NAME))
        case Mechanism.PLAIN, Password(user, password):
            return (lambda _: _secret(f"\0{user}\0{password}", PASSWORD_NAME),)
        case Mechanism.CRAM_MD5, Password(user, password):
            return (lambda challenge: _secret(f"{user} {_digest(password, challenge)}", PASSWORD_NAME),)
        case Mechanism.XOAUTH2, Token():
            return (lambda _: _secret(_bearer(sign_in), TOKEN_NAME),)
    raise ValueError(f"{mechanism} does not go with a {type(sign_in).__name__.lower()}")


def takes_first_word(mechanism: Mechanism) -> bool:
    """Whether the first word needs no challenge, so that it can travel with AUTH (RFC 4954 §4)."""
    return mechanism is not Mechanism.CRAM_MD5


def secret(sign_in: SignInWith) -> tuple[bytes, bytes]:
    """Give the bare secret, and the name to show instead."""
    match sign_in:
        case Password(password=password):
            return password.encode(), PASSWORD_NAME
        case Token(token=token):
            return token.encode(), TOKEN_NAME
        case Nothing():
            return b"", b""


def _bearer(sign_in: Token) -> str:
    return f"user={sign_in.user}\x01auth=Bearer {sign_in.token}\x01\x01"


def _digest(password: str, challenge: str) -> str:
    """Keyed MD5 over the challenge (RFC 2195); a challenge that is not base64 is taken as empty."""
    try:
        text = base64.b64decode(challenge)
    except (binascii.Error, ValueError):
        text = b""
    return hmac.new(password.encode(), text, "md5").hexdigest()


def _open(text: str) -> Word:
    return Word(_base64(text))


def _secret(text: str, name: bytes) -> Word:
    return Word(_base64(text), name)


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode())
