"""Write the test root, and a server certificate under it, for devices that need files.

``client DOMAIN`` writes certificates that a device or mail server shows to the tenant MX; see ``client --help``.
"""

import argparse
import sys
from pathlib import Path

from relaylab_certs import client_command, leaves
from relaylab_certs.authority import ServerChain, TestAuthority
from relaylab_certs.leaves import KeyKind
from relaylab_certs.root import AuthorityError


def main(arguments: list[str] | None = None) -> int:
    """Run the command: exit code 0 when the files are written, 2 on bad input."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["client"]:
        return client_command.main(given[1:])
    parser = argparse.ArgumentParser(prog="python -m relaylab_certs", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the files go")
    parser.add_argument(
        "--name", action="append", default=[], metavar="HOST", help="a further host name or address (repeatable)"
    )
    parser.add_argument("--key", choices=[kind.value for kind in KeyKind], default="p256", help="default: p256")
    parser.add_argument("--chain", choices=[shape.value for shape in ServerChain], default="g2", help="default: g2")
    parser.add_argument("--ca", type=Path, metavar="DIR", help="where the root is kept (default: your data folder)")
    asked = parser.parse_args(given)
    try:
        leaf = leaves.good(*asked.name, key=KeyKind(asked.key))
        authority = TestAuthority.open(asked.ca)
        asked.out.mkdir(parents=True, exist_ok=True)
        (asked.out / "relaylab-ca.pem").write_bytes(authority.ca_file.read_bytes())
        (asked.out / "relaylab-ca.cer").write_bytes(authority.der)
        files = authority.issue(leaf, ServerChain(asked.chain)).write_to(asked.out)
    except (AuthorityError, OSError, ValueError) as error:
        parser.error(str(error))
    print(f"{asked.out / 'relaylab-ca.cer'} (DER) and relaylab-ca.pem: the root, for the device to import")
    print(f"SHA-256 {authority.fingerprint}")
    print(f"{files.chain} and {files.key.name}: a server's chain and key, for {', '.join(leaf.names)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
