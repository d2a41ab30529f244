"""Received as Exchange Online writes it, octet for octet (facts MX-HDR-01, MX-HDR-02)."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from relaylab.domain.peer import TlsFacts
from relaylab.rules.authentication import Hop, received
from relaylab.rules.authentication.ciphers import iana_name
from tests.clients.programs import program
from tests.rules.authentication.results import SITE_IP, lines

TLS_1_2 = TlsFacts("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384")
TLS_1_3 = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384")
ARRIVED = datetime(2026, 2, 12, 10, 11, 27, 40_900, tzinfo=UTC)
FRONT_END = "AM1PEPF000252E0.mail.protection.outlook.com"


def a_hop(tls: TlsFacts | None = TLS_1_2, *, build: str = "15.20.9611.8") -> Hop:
    return Hop(
        sender="smtpO365.st.com",
        sender_ip=ip_address(SITE_IP),
        receiver=FRONT_END,
        receiver_ip=ip_address("10.167.16.58"),
        tls=tls,
        build=build,
        at=ARRIVED,
    )


def test_received_names_protocol_and_cipher_as_exchange_writes_them() -> None:
    expected = lines(
        "Received: from smtpO365.st.com (164.130.1.60) by",
        " AM1PEPF000252E0.mail.protection.outlook.com (10.167.16.58) with Microsoft",
        " SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id",
        " 15.20.9611.8 via Frontend Transport; Thu, 12 Feb 2026 10:11:27 +0000",
    )

    assert expected == received(a_hop())


def test_received_names_no_protocol_in_clear_text() -> None:
    assert "Microsoft SMTP Server id 15.20.7091.18 via" in " ".join(
        received(a_hop(None, build="15.20.7091.18")).split()
    )


def test_received_names_tls_1_3() -> None:
    assert "(version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384)" in " ".join(received(a_hop(TLS_1_3)).split())


def test_received_of_the_mailbox_server_knows_no_front_end() -> None:
    hop = Hop(
        sender="AS4P189CA0047.EURP189.PROD.OUTLOOK.COM",
        sender_ip=ip_address("2603:10a6:20b:659::19"),
        receiver="DU0PR10MB9198.EURPRD10.PROD.OUTLOOK.COM",
        receiver_ip=ip_address("2603:10a6:10:5dd::7"),
        tls=TLS_1_2,
        build="15.20.9611.11",
        at=ARRIVED,
        via_frontend=False,
    )

    expected = lines(
        "Received: from AS4P189CA0047.EURP189.PROD.OUTLOOK.COM (2603:10a6:20b:659::19)",
        " by DU0PR10MB9198.EURPRD10.PROD.OUTLOOK.COM (2603:10a6:10:5dd::7) with",
        " Microsoft SMTP Server (version=TLS1_2,",
        " cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.9611.11; Thu, 12 Feb",
        " 2026 10:11:27 +0000",
    )
    assert expected == received(hop)


@pytest.mark.clients
def test_openssl_gives_the_same_names_to_every_suite_that_a_server_with_a_certificate_has() -> None:
    told = subprocess.run(
        [program("openssl"), "ciphers", "-stdname", "ALL:!PSK:!SRP:!aNULL"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    pairs = {line.split()[2]: line.split()[0] for line in told.splitlines()}

    assert len(pairs) > 30
    assert pairs == {name: iana_name(name) for name in pairs}
