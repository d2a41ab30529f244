"""The test certificate authority of relaylab: a root that is kept, and leaves that are made per run.

authority = TestAuthority.open()
chain_file, key_file = authority.issue(leaves.good("192.0.2.7")).write_to(directory)
"""

from relaylab_certs import leaves
from relaylab_certs.authority import CertifiedKey, KeyFiles, ServerChain, TestAuthority
from relaylab_certs.clients import ClientKind, issue_client
from relaylab_certs.dkim import DkimKey
from relaylab_certs.leaves import KeyKind, Leaf, Validity
from relaylab_certs.root import AuthorityError

__all__ = [
    "AuthorityError",
    "CertifiedKey",
    "ClientKind",
    "DkimKey",
    "KeyFiles",
    "KeyKind",
    "Leaf",
    "ServerChain",
    "TestAuthority",
    "Validity",
    "issue_client",
    "leaves",
]
