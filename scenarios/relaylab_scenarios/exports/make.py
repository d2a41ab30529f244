"""Writes the sets of exports that relaylab ships: ``python -m relaylab_scenarios.exports.make FOLDER``.

Names come from Faker (a library for developers of relaylab; the seed below), so nothing is of a real tenant. Three
tenants: litware exports with PowerShell 7, tailspin has JSON and ScubaGear's file, woodgrove is the messy one: a
spreadsheet's semicolons, German headings, UTF-16, lists that were lost, a log in which somebody only fails to sign in.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from faker import Faker

from relaylab_scenarios.exports.dialects import CSV, DIALECTS
from relaylab_scenarios.exports.estate import ExportEstate, Names, an_estate
from relaylab_scenarios.exports.exporting import exported, table

SEED: Final = 20_261_231
_BY_NAME: Final = {dialect.name: dialect for dialect in DIALECTS}
_SPREADSHEET: Final = _BY_NAME["spreadsheet-semicolons"]
_GERMAN: Final = {
    "Sender address": "Absenderadresse",
    "Domain": "Domäne",
    "TLS 1.0 (percent)": "TLS1,0%",
    "TLS 1.1 (percent)": "TLS1,1%",
    "TLS 1.2 (percent)": "TLS1,2%",
    "Messages sent": "Anzahl der Nachrichten",
}
_SECOND_DEVICE: Final = {
    "Date (UTC)": "2026-11-17T09:20:00Z",
    "User agent": "BAV2ROPC",
    "IP address": "192.0.2.61",
    "Status": "Success",
    "Sign-in error code": "None",
    "Client app": "Authenticated SMTP",
}


def make(folder: Path) -> None:
    """Write every set into a folder of its own."""
    litware = an_estate(SEED, _names("en_GB"), tenant="litware", domain="litware.example", senders=9)
    _write(folder / "litware", exported(litware, CSV))
    names, network = _names("en_US"), "198.51.100"
    tailspin = an_estate(SEED + 1, names, tenant="tailspin", domain="tailspintoys.example", senders=7, network=network)
    _write(folder / "tailspin", exported(tailspin, _BY_NAME["scubagear"]))
    names, network = _names("de_DE"), "192.0.2"
    woodgrove = an_estate(SEED + 2, names, tenant="woodgrove", domain="woodgrove.example", senders=12, network=network)
    _write(folder / "woodgrove", _messy(woodgrove))


def _messy(estate: ExportEstate) -> dict[str, bytes]:
    """Export as people do who have never done it before."""
    tidy = exported(estate, _SPREADSHEET)
    files = {name: content for name, content in tidy.items() if name.split(".")[0] in _KEPT or name.endswith(".zone")}
    report = [{_GERMAN.get(key, key): cell for key, cell in row.items()} for row in table(estate, "smtp-auth-clients")]
    for row in report:
        del row["Authentication Protocol"]  # an older download
    files["Bericht.csv"] = _SPREADSHEET.write(report)
    first = next(one for one in estate.senders if one["today"] == "smtp-auth-basic")
    shared = {"User": "", "Username": first["from"], **_SECOND_DEVICE}
    failing = shared | {
        "Username": f"altgeraet@{estate.domain}",
        "Status": "Failure",
        "Sign-in error code": "50126",
        "IP address": "192.0.2.99",
    }
    sign_ins = [*table(estate, "signins"), shared, failing]
    files["InteractiveSignIns.csv"] = replace(CSV, encoding="utf-8-sig").write(_in_order(sign_ins))
    windows_powershell = _BY_NAME["powershell-5-csv"]
    connectors = [
        {
            key: "System.Object[]" if isinstance(cell, list) and key == "SenderDomains" else cell
            for key, cell in row.items()
        }
        for row in table(estate, "inboundconnector")
    ]
    files["connectors.csv"] = replace(windows_powershell, joins=" ").write(connectors)
    files["cas.csv"] = _BY_NAME["out-file-utf-16"].write(table(estate, "casmailbox"))
    files["trace november.csv"] = windows_powershell.write([*table(estate, "messagetrace"), *_forged(estate)])
    return files


_KEPT: Final = frozenset({"organizationconfig", "transportconfig", "accepteddomain", "mailcontact", "hve"})


def _forged(estate: ExportEstate) -> list[dict[str, Any]]:
    """Give mail that somebody sent under the tenant's own name, from an address that nobody knows."""
    row = dict(table(estate, "messagetrace")[0])
    boss = estate.mailboxes[0]["address"]
    return [
        row | {"SenderAddress": boss, "RecipientAddress": boss, "FromIP": "198.51.100.66", "MessageTraceId": "forged"}
    ]


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: row.get(key) for key in rows[0]} for row in rows]


def _names(locale: str) -> Names:
    faker = Faker(locale)
    faker.seed_instance(SEED)
    return Names(lambda: (faker.first_name(), faker.last_name()), faker.city)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
