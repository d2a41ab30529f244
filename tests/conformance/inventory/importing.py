"""Builders for tests of the import: files in a folder, what is found in them, the world that is written."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

from click.testing import CliRunner, Result

from relaylab.domain.world import World
from relaylab_conformance.cli import main
from relaylab_conformance.inventory.inventory import Inventory
from relaylab_conformance.inventory.reading import NO_HINTS, Hints, read_exports
from relaylab_conformance.inventory.settle import settle
from relaylab_conformance.inventory.writing import Written, merged, tenants_in
from relaylab_scenarios.exports import ExportEstate, Names, an_estate

FIRST = ("Ann", "Bob", "Zoë", "Dörte", "Émile", "Fay", "Gül")
LAST = ("Abel", "Baker", "Çelik", "Dunn", "Evers", "Fox", "Gray", "Hsu")


def names() -> Names:
    """Names that no library has to be installed for."""
    first, last = itertools.cycle(FIRST), itertools.cycle(LAST)
    return Names(lambda: (next(first), next(last)), lambda: "Köln")


def an_export_estate(seed: int = 1) -> ExportEstate:
    return an_estate(seed, names(), tenant="litware", domain="litware.example")


def put(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def take(
    *paths: Path,
    tenant: str | None = None,
    hints: Hints = NO_HINTS,
    report_days: int | None = 7,
    into: Path | None = None,
) -> Inventory:
    found = read_exports(paths, hints, lambda _: None, there=tenants_in(into), wanted=tenant)
    return settle(found, tenant, report_days)


def world_of(*paths: Path, tenant: str | None = None, into: Path | None = None) -> Written:
    return merged(take(*paths, tenant=tenant, into=into), into)


def csv(*rows: Sequence[str], delimiter: str = ",") -> str:
    return "".join(delimiter.join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)


def relaylab(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["import", *map(str, arguments)])


def comparable(world: World) -> dict[str, object]:
    """What a world says, whatever its senders and sites are called and in which order things stand."""
    ips = {site.name: str(site.public_ip) for site in world.sites}
    (tenant,) = world.tenants
    return {
        "tenant": (tenant.name, tenant.created, tenant.transport_config, tenant.organization_config),
        "domains": set(tenant.accepted_domains),
        "mailboxes": set(tenant.mailboxes),
        "policies": {
            (one.name, one.allow_basic_auth_smtp, frozenset(one.users)) for one in tenant.authentication_policies
        },
        "groups": set(tenant.distribution_groups),
        "contacts": set(tenant.mail_contacts),
        "connectors": set(tenant.inbound_connectors),
        "hve": set(tenant.hve_accounts),
        "sites": set(ips.values()),
        "dns": set(world.dns),
        "senders": {
            (one.from_address, one.today, one.target, ips.get(one.site or ""), frozenset(one.to), one.messages_per_day)
            for one in world.senders
        },
    }
