"""What a loaded world holds: the nouns of the file, its document, its digest, and notes."""

import json
from datetime import UTC, date, datetime
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from relaylab.app.config import WorldFileError, load_document, load_world, parse_world, world_from_document
from relaylab.domain.address import Address, DomainName
from relaylab.domain.connector import ConnectorType
from relaylab.domain.estate import Method
from relaylab.domain.tenant import Mailbox, Switch
from relaylab.domain.world import World
from tests.app.worlds import KNOWN, SMALL, Case, cases

EXAMPLE = Path(__file__).parent / "documented_example.toml"


def world_of(text: str) -> World:
    return parse_world(text, "world.toml", known=KNOWN).world


def test_the_documented_example_loads_whole() -> None:
    world = load_world(EXAMPLE).world
    (tenant,) = world.tenants
    (connector,) = tenant.inbound_connectors
    (sender,) = world.senders

    assert (("basic_auth_refusal", "5.7.30"),) == world.readings
    assert 3 == len(tenant.mailboxes)
    assert Switch.DEFAULT is tenant.basic_auth_smtp
    assert datetime(2019, 5, 1, tzinfo=UTC) == tenant.created
    assert tenant.mailboxes[0].password is not None
    assert tenant.mailboxes[0].password.matches("correct horse")
    assert ConnectorType.ON_PREMISES is connector.connector_type
    assert (IPv4Network("203.0.113.42/32"),) == connector.sender_ip_addresses
    assert IPv4Address("203.0.113.42") == world.sites[0].public_ip
    assert Address.parse("scanner@contoso.com") == sender.from_address == sender.signs_in_as
    assert (Method.SMTP_AUTH_BASIC, Method.CONNECTOR_RELAY) == (sender.today, sender.target)
    assert date(2026, 4, 30) == sender.planned_for


def test_what_is_left_out_has_the_default_of_its_noun() -> None:
    (tenant,) = world_of(SMALL).tenants

    assert Mailbox(address=Address.parse("helpdesk@contoso.com")) == tenant.mailboxes[1]
    assert DomainName("contoso.onmicrosoft.com") == tenant.initial_domain


def test_the_id_of_a_tenant_is_derived_from_its_name_unless_given() -> None:
    derived = world_of("[[tenant]]\nname = 'contoso'").tenants[0].id
    given = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

    assert derived == world_of("[[tenant]]\nname = 'Contoso'\nlicences = 3").tenants[0].id
    assert derived != world_of("[[tenant]]\nname = 'fabrikam'").tenants[0].id
    assert given == world_of(f"[[tenant]]\nname = 'contoso'\nid = '{given.upper()}'").tenants[0].id


def test_a_bare_date_is_the_first_instant_of_its_day_in_utc() -> None:
    world = world_of(SMALL + "[milestones]\nbasic_auth_off_by_default = 2027-01-31\nbasic_auth_removed = 'never'")

    assert (
        ("basic_auth_off_by_default", datetime(2027, 1, 31, tzinfo=UTC)),
        ("basic_auth_removed", None),
    ) == world.milestones


def test_the_document_goes_through_json_and_gives_the_same_world() -> None:
    loaded = load_world(EXAMPLE)
    returned = json.loads(json.dumps(loaded.document))

    assert loaded.world == world_from_document(returned, "returned")
    assert loaded.digest == load_document(returned, "returned").digest


def test_a_wrong_document_is_told_like_a_wrong_file() -> None:
    with pytest.raises(WorldFileError) as error:
        world_from_document({"tenant": [{"name": "contoso", "licences": None}]}, "PUT /world", known=KNOWN)

    assert "PUT /world: tenant[0].licences: null is not a whole number; write it in digits, without quotes" == str(
        error.value
    )


def test_half_a_character_is_refused_where_json_lets_it_through() -> None:
    with pytest.raises(WorldFileError) as error:
        world_from_document({"tenant": [{"name": "\ud800"}]}, "PUT /world", known=KNOWN)

    assert r'PUT /world: tenant[0].name: "\ud800" is not Unicode; write whole characters, not halves of a pair' == str(
        error.value
    )


def test_the_digest_knows_neither_the_order_of_keys_nor_a_secret() -> None:
    digest = parse_world(SMALL, "one", known=KNOWN).digest
    other_order = SMALL.replace('name = "contoso"', 'licences = 25\nname = "contoso"')
    same_order = SMALL.replace('name = "contoso"', 'name = "contoso"\nlicences = 25')

    assert 16 == len(digest)
    assert digest == parse_world(SMALL.replace("tray 2", "tray 3"), "two", known=KNOWN).digest
    assert digest != parse_world(same_order, "three", known=KNOWN).digest
    assert parse_world(same_order, "four", known=KNOWN).digest == parse_world(other_order, "five", known=KNOWN).digest


def test_a_loaded_world_does_not_print_its_secrets() -> None:
    assert "tray 2" not in repr(parse_world(SMALL, "world.toml", known=KNOWN))


@pytest.mark.parametrize("case", cases("notable"), ids=str)
def test_what_is_worth_a_word_is_accepted_with_a_note(case: Case) -> None:
    loaded = parse_world(SMALL + case.tables, "world.toml", known=KNOWN)

    assert tuple(f"world.toml: {line}" for line in case.said) == loaded.notes
