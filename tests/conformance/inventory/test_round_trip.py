"""An estate that is written out in every shape and imported again is the same world."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from relaylab.app.config import load_document
from relaylab.domain.world import World
from relaylab_conformance.inventory.inventory import PROFILE
from relaylab_conformance.inventory.settle import PASSWORD
from relaylab_scenarios.exports import CSV, DIALECTS, Dialect, ExportEstate, an_estate, exported
from tests.conformance.inventory.importing import an_export_estate, comparable, names, put, world_of

SEEDS = range(12)


def expected(estate: ExportEstate, dialect: Dialect) -> World:
    """The estate as a world, with what import makes up: passwords, a profile, the target."""
    basic = {one["from"] for one in estate.senders if one["today"] == "smtp-auth-basic"}
    tenant: dict[str, Any] = {
        **estate.tenant,
        "transport_config": estate.transport_config,
        "organization_config": _without_none(estate.organization_config),
        "accepted_domain": estate.accepted_domains,
        "mailbox": [
            _without_none(box) | ({"password": PASSWORD} if box["address"] in basic else {}) for box in estate.mailboxes
        ],
        "authentication_policy": estate.authentication_policies,
        "distribution_group": estate.distribution_groups,
        "mail_contact": estate.mail_contacts,
        "inbound_connector": [_without_none(one) for one in estate.inbound_connectors],
        "hve_account": estate.hve_accounts,
    }
    ips = [one["ip"] for one in estate.senders if one["ip"]]
    senders = [
        {
            "name": f"sender-{number}",
            "profile": PROFILE,
            "from": one["from"],
            "to": one["to"],
            "today": one["today"],
            "target": one["today"],
            "messages_per_day": one["messages_per_day"],
        }
        | ({"site": one["ip"]} if one["ip"] else {})
        for number, one in enumerate(estate.senders)
    ]
    document = {
        "tenant": [tenant],
        "site": [{"name": ip, "public_ip": ip} for ip in ips],
        "dns": [one for one in estate.dns if one["type"] == "TXT" or not dialect.scubagear],  # it asks for TXT alone
        "sender": senders,
    }
    return load_document(document, "expected").world


def _without_none(table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not None}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
@pytest.mark.parametrize("seed", SEEDS)
def test_an_estate_that_is_exported_and_imported_again_is_the_same_world(
    tmp_path: Path, dialect: Dialect, seed: int
) -> None:
    estate = an_export_estate(seed)
    folder = put(tmp_path / "exports", exported(estate, dialect))

    written = world_of(folder)

    assert comparable(expected(estate, dialect)) == comparable(written.world.world)


def test_names_of_files_do_not_matter(tmp_path: Path) -> None:
    files = exported(an_export_estate(), CSV)
    shuffled = {f"{number}.bin": content for number, content in enumerate(files.values())}

    named, unnamed = put(tmp_path / "named", files), put(tmp_path / "unnamed", shuffled)

    assert comparable(world_of(named).world.world) == comparable(world_of(unnamed).world.world)


def test_three_tenants_stand_in_one_world(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    for number, name in enumerate(("litware", "tailspin", "woodgrove")):
        estate = an_estate(number, names(), tenant=name, domain=f"{name}.example", network=f"198.51.{number}")
        written = world_of(put(tmp_path / name, exported(estate, CSV)), into=world)
        world.write_text(written.text, encoding="utf-8")

    assert ["litware", "tailspin", "woodgrove"] == [one.name for one in written.world.world.tenants]
    assert 24 == len({sender.name for sender in written.world.world.senders})
