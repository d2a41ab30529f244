"""aiosmtpd as it comes, on asyncio, with a handler that keeps nothing: what the emulator's speed is measured against.

    python tests/benchmarks/peers/bare_aiosmtpd.py PORT [CHAIN KEY]

With a certificate it also takes STARTTLS and any password. The only thing set otherwise than by default is the backlog,
which is the emulator's: with 100, two hundred clients at once would measure the kernel's retransmissions.
"""

from __future__ import annotations

import asyncio
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

BACKLOG = 4096


class Nothing:
    """Takes every message and forgets it."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer as if it were kept."""
        return "250 OK"


def let_in(*_: object) -> AuthResult:
    """Take any password."""
    return AuthResult(success=True)


async def serve(port: int, files: list[str]) -> None:
    """Serve until the process is ended."""
    context = None
    if files:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)

    def protocol() -> SMTP:
        if context is None:
            return SMTP(Nothing(), hostname="bare.example")
        return SMTP(Nothing(), hostname="bare.example", tls_context=context, authenticator=let_in)

    listener = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", port, backlog=BACKLOG)
    await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2:]))
