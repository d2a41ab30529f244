"""Server names and session ids, in the forms that were seen."""

import re

import pytest

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.randomness import Randomness
from relaylab.domain.reply import SessionNames
from relaylab.rules.catalogue import rulebook
from relaylab.session.names import session_id, session_names
from tests.builders import at, just_before

DRAWS = range(40)


def drawn(endpoint: Endpoint, day: str, *, before: bool = False) -> list[SessionNames]:
    """Draw the names of forty sessions."""
    now = just_before(day) if before else at(day)
    calendar = rulebook().calendar
    dice = Randomness(7)
    return [session_names(endpoint, dice.number("session", draw), "0" * 16, now, calendar) for draw in DRAWS]


def test_a_session_id_is_the_ticks_of_the_start_and_a_counter() -> None:
    assert "08DF48F4B7A28000" == session_id(at("2026-11-23"), 0)
    assert "08DF48F4B7A28007" == session_id(at("2026-11-23"), 7)


def test_a_front_end_of_submission_greets_and_signs_by_the_same_short_name() -> None:
    for names in drawn(Endpoint.SUBMISSION, "2026-11-23"):
        short, _, domain = names.site.partition(".")
        assert f"{short}.outlook.office365.com" == names.host
        assert re.fullmatch(r"[A-Z]{2}[A-Z0-9](PR\d\d|P\d{3})CA\d{4}", short)
        assert re.fullmatch(r"[a-z]+prd\d\d\.prod\.outlook\.com|[A-Z]+P\d{3}\.PROD\.OUTLOOK\.COM", domain)
        assert re.fullmatch(r"[A-Z0-9]{3}(PR\d\d|P\d{3})MB\d{4}\." + re.escape(domain), names.mailbox_server)


@pytest.mark.parametrize(
    ("before", "label", "domain"),
    [
        (True, r"[A-Z]{2}\d((EUR|NAM|AUS)\d\d)FT\d{3}", r"eop-(EUR|NAM|AUS)\d\d\.prod\.protection\.outlook\.com"),
        (False, r"[A-Z]{2}\dPEPF000[0-9A-F]{5}", r"[a-z]{6}\d\d\.prod\.outlook\.com"),
    ],
)
def test_the_front_ends_of_the_mx_were_renamed_in_december_2022(label: str, domain: str, *, before: bool) -> None:
    for names in drawn(Endpoint.MX, "2022-12-15", before=before):
        short, _, rest = names.site.partition(".")
        assert f"{short}.mail.protection.outlook.com" == names.host
        assert re.fullmatch(label, short)
        assert re.fullmatch(domain, rest)


def test_an_old_front_end_names_its_region_twice() -> None:
    for names in drawn(Endpoint.MX, "2021-06-01"):
        short, _, rest = names.site.partition(".")

        assert rest.startswith(f"eop-{short[3:8]}.")


@pytest.mark.parametrize(
    ("endpoint", "day", "host", "site"),
    [
        (
            Endpoint.MX,
            "2021-01-01",
            "DM6NAM04FT884.mail.protection.outlook.com",
            "DM6NAM04FT884.eop-NAM04.prod.protection.outlook.com",
        ),
        (
            Endpoint.MX,
            "2026-01-01",
            "AM4PEPF000A9724.mail.protection.outlook.com",
            "AM4PEPF000A9724.eurprd04.prod.outlook.com",
        ),
        (
            Endpoint.SUBMISSION,
            "2026-01-01",
            "BN9PR03CA9537.outlook.office365.com",
            "BN9PR03CA9537.namprd03.prod.outlook.com",
        ),
    ],
)
def test_a_number_gives_the_names_it_always_gave(endpoint: Endpoint, day: str, host: str, site: str) -> None:
    """Whoever has kept a seed has kept the names that its sessions had."""
    names = drawn(endpoint, day)[3]

    assert (host, site, "BN9PR03MB9103.namprd03.prod.outlook.com", "0" * 16) == (
        names.host,
        names.site,
        names.mailbox_server,
        names.session_id,
    )
