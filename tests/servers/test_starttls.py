"""STARTTLS over real sockets with real TLS clients."""

from __future__ import annotations

import asyncio
import ssl

import pytest

from relaylab.domain.peer import TlsFacts
from relaylab.servers.tls import ServerTls
from relaylab_certs import CertifiedKey
from tests.servers.clients import Client, Service, TlsClient, serving
from tests.servers.conftest import Play
from tests.servers.scripted import Heard, ScriptedDesk

STARTTLS: Heard = ("line", b"STARTTLS")
END_OF_HELLO = 100  # octets; somewhere within the first record


@pytest.fixture(params=["server_tls", "asking_tls"])
def desk(request: pytest.FixtureRequest) -> ScriptedDesk:
    """A desk with each of the two libraries' TLS: the transport tells no difference."""
    return ScriptedDesk(request.getfixturevalue(request.param), message_limit=10_000_000)


async def go_ahead(service: Service, *, injected: bytes = b"") -> Client:
    """Connect and get as far as the handshake."""
    client = await service.connect()
    await client.send(b"STARTTLS\r\n" + injected)
    assert b"220 2 ok" == await client.reply()
    return client


async def secured(service: Service, context: ssl.SSLContext) -> TlsClient:
    client = TlsClient(await go_ahead(service), context)
    await client.shake_hands()
    return client


def after_handshake(desk: ScriptedDesk) -> list[Heard]:
    """What the dialogue heard inside TLS."""
    starttls, established, *rest = desk.heard
    assert STARTTLS == starttls
    assert "tls established" == established[0]
    return rest


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_dialogue_goes_on_inside_tls(
    play: Play, desk: ScriptedDesk, client_tls: ssl.SSLContext, version: ssl.TLSVersion
) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client_tls.minimum_version = client_tls.maximum_version = version
            client = await secured(service, client_tls)
            assert b"250 4 ok" == await client.ask(b"EHLO client")
            await client.send(b"QUIT\r\n")

            assert b"221 5 ok\r\n" == await client.rest()  # which ends with the server's close_notify
            assert [("line", b"EHLO client"), ("line", b"QUIT")] == after_handshake(desk)
            cipher = client.tls.cipher()
            assert cipher is not None
            assert TlsFacts(client.tls.version() or "", cipher[0], "localhost") == desk.heard[1][1]

    play(scene())


def test_octets_sent_in_clear_after_starttls_are_dropped(
    play: Play, desk: ScriptedDesk, client_tls: ssl.SSLContext
) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = TlsClient(await go_ahead(service, injected=b"MAIL FROM:<injected@example.com>\r\nRC"), client_tls)
            await client.shake_hands()

            assert b"250 4 ok" == await client.ask(b"EHLO client")
            assert [("line", b"EHLO client")] == after_handshake(desk)

    play(scene())


def test_octets_sent_in_clear_before_a_delayed_go_ahead_are_dropped(
    play: Play, desk: ScriptedDesk, client_tls: ssl.SSLContext
) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            plain = await service.connect()
            await plain.send(b"SLOWSTARTTLS\r\nMAIL FROM:<injected@example.com>\r\n")
            assert b"220 2 ok" == await plain.reply()
            client = TlsClient(plain, client_tls)
            await client.shake_hands()

            assert b"250 4 ok" == await client.ask(b"EHLO client")
            assert ("line", b"EHLO client") == desk.heard[-1]
            assert 3 == len(desk.heard)

    play(scene())


def test_a_command_in_the_segment_of_the_last_handshake_octets_is_heard(
    play: Play, desk: ScriptedDesk, client_tls: ssl.SSLContext
) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client_tls.minimum_version = ssl.TLSVersion.TLSv1_3
            client = TlsClient(await go_ahead(service), client_tls)
            await client.shake_hands(and_say=b"EHLO client\r\nMAIL FROM:<a@example.com>\r\nhalf ")

            assert b"250 4 ok" == await client.reply()
            assert b"250 5 ok" == await client.reply()
            assert b"250 6 ok" == await client.ask(b"a line")
            assert [b"EHLO client", b"MAIL FROM:<a@example.com>", b"half a line"] == [
                line for _, line in after_handshake(desk)
            ]

    play(scene())


def test_a_handshake_octet_by_octet_is_a_handshake(play: Play, desk: ScriptedDesk, client_tls: ssl.SSLContext) -> None:
    class Dribbling(TlsClient):
        async def flush(self) -> None:
            for octet in self.outgoing.read():
                await Client.send(self, bytes([octet]))

    async def scene() -> None:
        async with serving(desk) as service:
            client = Dribbling(await go_ahead(service), client_tls)
            await client.shake_hands(and_say=b"EHLO client\r\n")

            assert b"250 4 ok" == await client.reply()

    play(scene())


def a_client_hello(context: ssl.SSLContext) -> bytes:
    outgoing = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost").do_handshake()
    return outgoing.read()


def test_half_a_hello_and_the_end_is_a_failed_handshake(
    play: Play, desk: ScriptedDesk, client_tls: ssl.SSLContext
) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await go_ahead(service)
            await client.send(a_client_hello(client_tls)[:END_OF_HELLO])
            client.close_my_side()

            assert b"" == await client.rest()
            assert [STARTTLS, ("tls failed", "closed by the client")] == desk.heard
            await service.until_all_gone()

    play(scene())


def test_half_a_hello_and_a_reset_is_a_failed_handshake(
    play: Play, desk: ScriptedDesk, client_tls: ssl.SSLContext
) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await go_ahead(service)
            await client.send(a_client_hello(client_tls)[:END_OF_HELLO])
            client.reset()
            await service.until_all_gone()

            assert [STARTTLS, ("tls failed", "connection reset")] == desk.heard

    play(scene())


def test_half_a_hello_and_silence_is_a_failed_handshake(
    play: Play, desk: ScriptedDesk, client_tls: ssl.SSLContext
) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await go_ahead(service)
            await client.send(a_client_hello(client_tls)[:END_OF_HELLO])
            service.sweep_after(desk.limits.handshake)

            assert b"" == await client.rest()
            assert [STARTTLS, ("tls failed", "no handshake in time")] == desk.heard

    play(scene())


@pytest.mark.parametrize(
    "instead",
    [
        b"EHLO client\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        bytes(200),
        b"\x16\x03\x01\x00\x05\x01\xff\xff\xff\xff",
        b"\xff" * 70_000,
    ],
    ids=["smtp", "http", "zeros", "broken hello", "much"],
)
def test_what_is_no_hello_is_a_failed_handshake(play: Play, desk: ScriptedDesk, instead: bytes) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await go_ahead(service)
            await client.send(instead)
            await client.rest()  # an alert, or nothing
            starttls, (what, reason) = desk.heard

            assert STARTTLS == starttls
            assert "tls failed" == what
            assert reason
            client.close()
            await service.until_all_gone()

    play(scene())


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_that_does_not_trust_us_says_so_and_the_handshake_has_failed(
    play: Play, desk: ScriptedDesk, version: ssl.TLSVersion
) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            distrustful = ssl.create_default_context()
            distrustful.minimum_version = distrustful.maximum_version = version
            client = TlsClient(await go_ahead(service), distrustful)
            with pytest.raises(ssl.SSLCertVerificationError):
                await client.shake_hands()
            await client.flush()  # the alert

            assert b"" == await Client.receive(client)
            assert [STARTTLS, ("tls failed", "tlsv1 alert unknown ca")] == desk.heard

    play(scene())


def test_a_client_that_closes_tls_is_answered(play: Play, desk: ScriptedDesk, client_tls: ssl.SSLContext) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await secured(service, client_tls)
            await client.send(b"NOOP\r\n")
            assert b"250 4 ok" == await client.reply()
            await client.close_tls()

            assert [("line", b"NOOP"), ("hung up", "closed by the client")] == after_handshake(desk)
            client.close()
            await service.until_all_gone()

    play(scene())


def test_a_client_that_closes_without_closing_tls_is_told_apart(
    play: Play, desk: ScriptedDesk, client_tls: ssl.SSLContext
) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await secured(service, client_tls)
            client.close()
            await service.until_all_gone()

            assert [("hung up", "closed without closing TLS")] == after_handshake(desk)

    play(scene())


def test_garbage_inside_tls_ends_the_connection(play: Play, desk: ScriptedDesk, client_tls: ssl.SSLContext) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await secured(service, client_tls)
            await Client.send(client, b"\x17\x03\x03\x00\x20" + bytes(32))
            while await Client.receive(client):
                pass

            ((what, why),) = after_handshake(desk)
            assert "hung up" == what
            assert str(why).startswith("TLS broke: ")

    play(scene())


def test_large_messages_and_replies_pass_through_tls(
    play: Play, desk: ScriptedDesk, client_tls: ssl.SSLContext
) -> None:
    text = b"base64" * 500_000 + b"\r\n.\r\n"

    async def scene() -> None:
        async with serving(desk) as service:
            client = await secured(service, client_tls)
            assert b"354 4 ok" == await client.ask(b"DATA")
            await client.send(text)
            assert b"250 5 message" == await client.reply()
            assert b"250 6 " + b"x" * 1_000_000 == await client.ask(b"LONG 1000000")
            assert ("message", text[:-3]) == desk.heard[3]

    play(scene())


def test_many_clients_at_once_keep_their_own_names(play: Play, desk: ScriptedDesk, client_tls: ssl.SSLContext) -> None:
    names = ["smtp.office365.com", "smtp-legacy.office365.com", "contoso-com.mail.protection.outlook.com"] * 10

    async def session(service: Service, name: str) -> None:
        client = TlsClient(await go_ahead(service), client_tls, name)
        await client.shake_hands()
        assert b"250 4 ok" == await client.ask(name.encode())
        assert b"221 5 ok" == await client.ask(b"QUIT")
        client.close()

    async def scene() -> None:
        async with serving(desk) as service:
            await asyncio.gather(*(session(service, name) for name in names))

            for dialogue in desk.dialogues:
                _, _, (_, facts), (_, line), _ = dialogue.heard
                assert isinstance(facts, TlsFacts)
                assert isinstance(line, bytes)
                assert line.decode() == facts.sni

    play(scene())


def test_a_stop_during_a_handshake_is_a_failed_handshake(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = await go_ahead(service)
            await service.sweep.close_all()

            assert b"" == await client.rest()
            assert [STARTTLS, ("tls failed", "server stopping")] == desk.heard

    play(scene())


def an_outdated_client(version: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="deprecated"):
        context.minimum_version = version
    with pytest.warns(DeprecationWarning, match="deprecated"):
        context.maximum_version = version
    return context


@pytest.mark.parametrize(
    ("version", "name"), [(ssl.TLSVersion.TLSv1, "TLSv1"), (ssl.TLSVersion.TLSv1_1, "TLSv1.1")], ids=["1.0", "1.1"]
)
def test_a_listener_may_take_outdated_tls(
    play: Play, certified: CertifiedKey, version: ssl.TLSVersion, name: str
) -> None:
    desk = ScriptedDesk(ServerTls(certified.chain_pem, certified.key_pem, minimum="TLSv1"))

    async def scene() -> None:
        async with serving(desk) as service:
            client = await secured(service, an_outdated_client(version))
            assert b"250 4 ok" == await client.ask(b"EHLO client")
            (_, facts) = desk.heard[1]
            assert isinstance(facts, TlsFacts)
            assert name == facts.version

    play(scene())


def test_other_listeners_refuse_outdated_tls(play: Play, desk: ScriptedDesk) -> None:
    async def scene() -> None:
        async with serving(desk) as service:
            client = TlsClient(await go_ahead(service), an_outdated_client(ssl.TLSVersion.TLSv1_1))
            with pytest.raises(ssl.SSLError):
                await client.shake_hands()

            assert [STARTTLS, ("tls failed", "unsupported protocol")] == desk.heard

    play(scene())
