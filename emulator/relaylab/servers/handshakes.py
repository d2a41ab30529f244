"""Hears of TLS handshakes that fail in a server whose loop keeps that to itself."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any, Final

_GOES_ON: Final = (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLZeroReturnError)


def telling(tell: Callable[[str, str], None]) -> type[ssl.SSLObject]:
    """Give the ``sslobject_class`` of a context whose failures are told: in OpenSSL's words, with the name asked for.

    The name is "" where the client gave none; ``note_name`` has to be the context's ``sni_callback``.

    A client of TLS 1.3 that does not trust us says so after the server's part of the handshake: the alert comes with
    what is read first, so a failure before anything was read counts too.
    """

    class Telling(ssl.SSLObject):
        _has_read = False
        asked_name = ""

        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except _GOES_ON:
                raise
            except ssl.SSLError as error:
                tell(in_words(error), self.asked_name)
                raise

        def read(self, len: int = 1024, buffer: Any = None) -> Any:  # noqa: A002, ANN401 - as SSLObject
            try:
                given = super().read(len, buffer)
            except _GOES_ON:
                raise
            except ssl.SSLError as error:
                if not self._has_read:
                    tell(in_words(error), self.asked_name)
                raise
            self._has_read = True
            return given

    return Telling


def note_name(handshake: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
    """Keep the name that a client asks for (SNI), for whom its failure is told to."""
    del context
    setattr(handshake, "asked_name", name or "")  # noqa: B010 - it is a Telling, which has that


def in_words(error: ssl.SSLError) -> str:
    """Say in OpenSSL's words, without its file and line, what went wrong."""
    return (error.reason or "protocol error").replace("_", " ").lower()
