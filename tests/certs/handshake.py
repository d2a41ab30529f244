"""A TLS handshake in memory: two ends, no socket."""

import ssl
from pathlib import Path

from relaylab_certs import CertifiedKey


def a_client(ca_file: Path) -> ssl.SSLContext:
    """A client that is as strict as Python 3.13 is by default."""
    context = ssl.create_default_context(cafile=ca_file)
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def a_server(certified: CertifiedKey, directory: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certified.write_to(directory))
    return context


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, *, host: str) -> tuple[ssl.SSLObject, ssl.SSLObject]:
    """Bring both ends to the end of their handshake, or raise what the first of them raises."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(to_client, to_server, server_hostname=host),
        server.wrap_bio(to_server, to_client, server_side=True),
    )
    unfinished = list(ends)
    while unfinished:
        for end in tuple(unfinished):
            try:
                end.do_handshake()
                unfinished.remove(end)
            except ssl.SSLWantReadError:
                continue
    return ends
