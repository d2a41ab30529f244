"""A law of High Volume Email: since June 2025 nothing leaves the tenant, whoever is written to and whatever is read."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.message import KeptMessage, Placement
from relaylab.domain.tenant import DistributionGroup
from relaylab.domain.world import World
from tests.builders import PASSWORD, a_world, an_address, at
from tests.hve_asks import ADDRESS, an_hve_account
from tests.session.lines import Lab, Line
from tests.session.worlds import (
    ALIAS,
    APP,
    DESK,
    EVERYBODY,
    HANDED_ON,
    HELPDESK,
    NOBODY,
    OUTSIDE,
    PARTNER,
    SCANNER,
    contoso,
    fabrikam,
)

NESTED = "nested@contoso.com"  # a group of a group and a contact
ADDRESSES = (SCANNER, APP, ALIAS, HELPDESK, EVERYBODY, PARTNER, NOBODY, HANDED_ON, DESK, OUTSIDE, NESTED, ADDRESS)
recipients = st.lists(st.sampled_from(ADDRESSES), min_size=1, max_size=60)
stages = st.sampled_from(("rcpt", "data", "ndr"))
dates = st.sampled_from(("2025-06-01", "2026-05-31T23:59:59Z", "2026-06-01", "2026-12-31", "2028-08-31"))


def _world() -> World:
    tenant = contoso()
    group = DistributionGroup(an_address(NESTED), (an_address(EVERYBODY), an_address(PARTNER)))
    tenant = replace(tenant, distribution_groups=(*tenant.distribution_groups, group), hve_accounts=(an_hve_account(),))
    return a_world(tenant, fabrikam())


WORLD = _world()


def _sent(lab: Lab, to: list[str]) -> list[KeptMessage]:
    """Send one message to those that are taken; give what was kept of it."""
    line = Line(lab, lab.party(endpoint=Endpoint.HVE))
    line.signed_in(ADDRESS, PASSWORD)
    line.say(f"MAIL FROM:<{ADDRESS}>")
    taken = [line.say(f"RCPT TO:<{one}>").startswith("250") for one in to]
    if any(taken) and line.say("DATA").startswith("354"):
        line.message(f"From: {ADDRESS}\r\nSubject: news\r\n\r\nnews\r\n".encode())
    return [message for message in lab.kept if message.report_of is None]


@given(recipients, stages, dates, st.sampled_from(("external", "internal")))
def test_no_copy_is_ever_placed_outside_the_tenant(to: list[str], stage: str, date: str, contacts: str) -> None:
    lab = Lab(WORLD, at=at(date), readings={"hve_external_stage": stage, "hve_contacts_and_guests": contacts})

    for message in _sent(lab, to):
        for copy in message.copies:
            arrives = copy.placed is not Placement.NONE
            assert not arrives or WORLD.recipient(copy.recipient).is_of(WORLD.tenants[0]), copy


@given(recipients, stages)
def test_before_june_2025_whoever_is_outside_is_reached(to: list[str], stage: str) -> None:
    lab = Lab(WORLD, at=at("2025-05-31T23:59:59Z"), readings={"hve_external_stage": stage})

    for message in _sent(lab, [*to[:49], OUTSIDE]):
        assert Placement.OUTSIDE in {copy.placed for copy in message.copies if str(copy.recipient) == OUTSIDE}


@given(recipients, dates)
def test_the_reading_that_lets_members_out_lets_nobody_out_who_is_written_to(to: list[str], date: str) -> None:
    lab = Lab(WORLD, at=at(date), readings={"hve_outside_members": "delivered"})

    for message in _sent(lab, to):
        outside = [one for one in message.copies if not WORLD.recipient(one.recipient).is_of(WORLD.tenants[0])]
        assert all(one.recipient != one.through for one in outside)


@given(recipients, dates)
def test_what_comes_back_is_told_with_the_line_of_high_volume_email(to: list[str], date: str) -> None:
    lab = Lab(WORLD, at=at(date), readings={"hve_external_stage": "ndr"})

    for message in _sent(lab, to):
        for copy in message.copies:
            if not WORLD.recipient(copy.recipient).is_of(WORLD.tenants[0]):
                assert "550 5.5.105 External sending is not supported for High Volume Email accounts" == copy.reply
