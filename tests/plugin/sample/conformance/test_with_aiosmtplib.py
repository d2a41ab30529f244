"""aiosmtplib, in coroutines that pytest-asyncio runs."""

from __future__ import annotations

import asyncio

import aiosmtplib

from conformance.letters import a_scan
from relaylab.testing import Lab


async def send(lab: Lab) -> None:
    await aiosmtplib.send(
        a_scan(),
        hostname=lab.submission.host,
        port=lab.submission.port,
        start_tls=True,
        tls_context=lab.ssl_context(),
        username=lab.accounts.scanner.address,
        password=lab.accounts.scanner.password,
    )


async def test_a_scan_arrives(relaylab: Lab) -> None:
    sending = asyncio.create_task(send(relaylab))

    message = await relaylab.message(subject="page 1")
    await sending
    assert ["helpdesk@contoso.com"] == message.recipients


async def test_the_cutover_refuses_it(relaylab: Lab) -> None:
    relaylab.travel("2027-01-04")

    async with relaylab.expect_refusal("5.7.30"):
        await send(relaylab)
    relaylab.messages.none()


async def test_many_at_once(relaylab: Lab) -> None:
    await asyncio.gather(*(send(relaylab) for _ in range(3)))

    assert 3 == len(relaylab.messages)
