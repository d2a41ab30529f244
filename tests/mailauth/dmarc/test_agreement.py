"""DMARC against opendmarc's library: organizational domains, alignment and the policy to enforce."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Iterator
from itertools import product

import publicsuffixlist
import pytest

from relaylab.domain.authentication import DkimResult, DmarcPolicy, DmarcResult, SpfResult
from relaylab.mailauth.dmarc.discovery import Discovery, organizational_domain
from tests.clients.programs import missing
from tests.mailauth.dmarc.checking import checked, dkim, dmarc_zone, spf
from tests.mailauth.zones import a_zone

# opendmarc/dmarc.h
PASS, REJECT, QUARANTINE, NONE = 15, 16, 17, 18
MAIL_FROM = 1
OUTCOME = {"pass": 1, "fail": 2}
ALIGNED = 4
ROOM = 256

AUTHORS = ["contoso.com", "print.contoso.com", "a.b.contoso.co.uk"]
OTHERS = [
    "contoso.com",
    "print.contoso.com",
    "mail.print.contoso.com",
    "fabrikam.com",
    "contoso.co.uk",
    "tailspin.co.uk",
]
# opendmarc 1.4.2 lets a subdomain pass for its parent even where the record wants strict alignment, against RFC 7489
# §3.1.1; these pairs are left out. It also reads neither the wildcards of the suffix list nor one-letter labels right.
STRICT = {"adkim=s", "aspf=s"}
RECORDS = [
    "v=DMARC1; p=none",
    "v=DMARC1; p=quarantine; sp=reject",
    "v=DMARC1; p=reject; sp=none",
    "v=DMARC1; p=reject; adkim=s",
    "v=DMARC1; p=reject; aspf=s",
    "v=DMARC1;p=reject;adkim=s;aspf=s;pct=100;rua=mailto:dmarc@contoso.com",
    "v=DMARC1; p=REJECT; aspf=S;",
]


class OpenDmarc:
    """The calls of libopendmarc that we need."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        library.opendmarc_policy_connect_init.restype = ctypes.c_void_p
        suffixes = publicsuffixlist.PSLFILE.encode()
        assert 0 == library.opendmarc_tld_read_file(suffixes, b"//", b"*.", b"!")

    def organization(self, domain: str) -> str:
        room = ctypes.create_string_buffer(ROOM)
        self._library.opendmarc_get_tld(domain.encode(), room, ROOM)
        return room.value.decode()

    def verdict(
        self, record: str, author: str, organization: str | None, by_spf: tuple[str, str], by_dkim: tuple[str, str]
    ) -> tuple[int, bool, bool]:
        """Give the policy to enforce, and whether SPF and DKIM are aligned."""
        call = self._library
        context = ctypes.c_void_p(call.opendmarc_policy_connect_init(b"203.0.113.9", 4))
        try:
            call.opendmarc_policy_store_from_domain(context, author.encode())
            call.opendmarc_policy_store_spf(context, by_spf[0].encode(), OUTCOME[by_spf[1]], MAIL_FROM, None)
            call.opendmarc_policy_store_dkim(context, by_dkim[0].encode(), b"s", OUTCOME[by_dkim[1]], None)
            over = organization.encode() if organization else None
            assert 0 == call.opendmarc_policy_store_dmarc(context, record.encode(), author.encode(), over)
            policy = int(call.opendmarc_get_policy_to_enforce(context))
            aligned_dkim, aligned_spf = ctypes.c_int(), ctypes.c_int()
            call.opendmarc_policy_fetch_alignment(context, ctypes.byref(aligned_dkim), ctypes.byref(aligned_spf))
            return policy, aligned_spf.value == ALIGNED, aligned_dkim.value == ALIGNED
        finally:
            call.opendmarc_policy_connect_shutdown(context)


@pytest.fixture(scope="module")
def opendmarc() -> Iterator[OpenDmarc]:
    try:
        library = ctypes.CDLL("libopendmarc.so.2")
    except OSError:
        missing("libopendmarc", "install it (apt install libopendmarc2)")
    yield OpenDmarc(library)
    library.opendmarc_tld_shutdown()


@pytest.mark.clients
@pytest.mark.parametrize(
    "domain",
    [
        "contoso.com",
        "a.b.contoso.com",
        "contoso.co.uk",
        "x.y.contoso.co.uk",
        "contoso.onmicrosoft.com",
    ],
)
def test_organizational_domains_are_those_of_opendmarc(domain: str, opendmarc: OpenDmarc) -> None:
    assert opendmarc.organization(domain) == organizational_domain(a_zone({}), domain, Discovery.SUFFIX_LIST)


@pytest.mark.clients
@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("author", AUTHORS)
def test_policy_and_alignment_are_those_of_opendmarc(record: str, author: str, opendmarc: OpenDmarc) -> None:
    organization = organizational_domain(a_zone({}), author, Discovery.SUFFIX_LIST)
    over = organization if organization != author else None
    zone = dmarc_zone(**{organization.replace(".", "_"): record})
    expected, ours = {}, {}
    strict = any(tag in record.lower() for tag in STRICT)
    others = [other for other in OTHERS if not (strict and other.endswith(f".{author}"))]
    for spf_domain, dkim_domain, spf_result, dkim_result in product(others, others, OUTCOME, OUTCOME):
        case = (spf_domain, spf_result, dkim_domain, dkim_result)
        expected[case] = opendmarc.verdict(record, author, over, (spf_domain, spf_result), (dkim_domain, dkim_result))
        check = checked(
            zone, author, spf(spf_domain, SpfResult(spf_result)), dkim(dkim_domain, DkimResult(dkim_result))
        )
        ours[case] = (_code(check.result, check.policy), check.spf_aligned, check.dkim_aligned)

    assert expected == ours


def _code(result: DmarcResult, policy: DmarcPolicy | None) -> int:
    if result is DmarcResult.PASS:
        return PASS
    return {DmarcPolicy.NONE: NONE, DmarcPolicy.QUARANTINE: QUARANTINE, DmarcPolicy.REJECT: REJECT}[
        policy or DmarcPolicy.NONE
    ]
