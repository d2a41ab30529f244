"""What a mail server or device may show to the tenant MX: the right certificate, and each way of having a wrong one."""

from dataclasses import replace
from enum import StrEnum
from typing import assert_never

from relaylab_certs import leaves
from relaylab_certs.authority import CertifiedKey, ServerChain, TestAuthority
from relaylab_certs.leaves import PAST, KeyKind, Leaf, LeafUse, Validity

ELSEWHERE = "elsewhere.example"


class ClientKind(StrEnum):
    """A client's certificate, by what is special about it; the last two are trusted, as real devices hold them."""

    GOOD = "good"
    EXPIRED = "expired"
    UNTRUSTED = "untrusted"  # under a root that is thrown away
    WRONG_NAME = "wrong-name"
    WITHOUT_INTERMEDIATES = "without-intermediates"
    CN_ONLY = "cn-only"  # no alternative names
    SERVER_ONLY = "server-only"  # its purpose is to be a server's


def issue_client(
    authority: TestAuthority,
    kind: ClientKind,
    *domains: str,
    key: KeyKind = KeyKind.P256,
    validity: Validity | None = None,
) -> CertifiedKey:
    """Make a certificate of a kind for a mail server's names, the first of which is its subject.

    It is valid from 2000 to 3000 unless it is given dates; the expired one keeps to its own.

    Raises:
        ValueError: There is no name, or one that is neither an address nor an ASCII host name.
    """
    issued = authority.issue(_leaf(kind, Leaf(domains, validity or leaves.WIDE, key, LeafUse.CLIENT)), ServerChain.G1)
    return issued.without_intermediates() if kind is ClientKind.WITHOUT_INTERMEDIATES else issued


def _leaf(kind: ClientKind, good: Leaf) -> Leaf:
    match kind:
        case ClientKind.GOOD | ClientKind.WITHOUT_INTERMEDIATES:
            return good
        case ClientKind.EXPIRED:
            return replace(good, validity=PAST)
        case ClientKind.UNTRUSTED:
            return replace(good, is_trusted=False)
        case ClientKind.WRONG_NAME:
            return replace(good, names=(ELSEWHERE,))
        case ClientKind.CN_ONLY:
            return replace(good, has_alternative_names=False)
        case ClientKind.SERVER_ONLY:
            return replace(good, use=LeafUse.SERVER)
        case _:
            assert_never(kind)
