"""Write certificates that a device or mail server shows to the tenant MX, each with its chain and key, as PEM.

They are valid from 2000 to 3000 unless you give dates, because the simulated clock judges them.
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from relaylab_certs.authority import TestAuthority
from relaylab_certs.clients import ClientKind, issue_client
from relaylab_certs.leaves import WIDE, KeyKind, Validity
from relaylab_certs.root import AuthorityError


def main(arguments: list[str]) -> int:
    """Run the command: exit code 0 when the files are written, 2 on bad input."""
    parser = argparse.ArgumentParser(prog="python -m relaylab_certs client", description=__doc__)
    parser.add_argument("domain", nargs="+", help="a name of the mail server; the first is the subject")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the files go")
    parser.add_argument(
        "--kind",
        action="append",
        choices=[kind.value for kind in ClientKind] + ["all"],
        help="what is special about it (repeatable); default: good",
    )
    parser.add_argument("--key", choices=[kind.value for kind in KeyKind], default="p256", help="default: p256")
    parser.add_argument("--since", type=_instant, default=WIDE.since, metavar="DATE", help="valid from (2000-01-01)")
    parser.add_argument("--until", type=_instant, default=WIDE.until, metavar="DATE", help="valid until (3000-01-01)")
    parser.add_argument("--ca", type=Path, metavar="DIR", help="where the root is kept (default: your data folder)")
    asked = parser.parse_args(arguments)
    if asked.until <= asked.since:
        parser.error("--until is not after --since")
    wanted = asked.kind or [ClientKind.GOOD]
    kinds = list(ClientKind) if "all" in wanted else [ClientKind(kind) for kind in dict.fromkeys(wanted)]
    validity = Validity(asked.since, asked.until)
    try:
        authority = TestAuthority.open(asked.ca)
        issued = {
            kind: issue_client(authority, kind, *asked.domain, key=KeyKind(asked.key), validity=validity)
            for kind in kinds
        }
        asked.out.mkdir(parents=True, exist_ok=True)
        for kind, certified in issued.items():
            files = certified.write_to(asked.out, "client" if kind is ClientKind.GOOD else f"client-{kind}")
            print(f"{files.chain} and {files.key.name}: {kind}")
    except (AuthorityError, OSError, ValueError) as error:
        parser.error(str(error))
    return 0


def _instant(text: str) -> datetime:
    """Read a date, or an instant; without a zone it is UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is not a date; write it as 2026-12-31') from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
