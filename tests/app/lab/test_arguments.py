"""``--lab``, ``--lab-ports`` and ``--lab-name`` as they are typed."""

from __future__ import annotations

import pytest

from relaylab.app.config import LoadedWorld
from relaylab.app.lab.arguments import check_sites, parse_lab
from relaylab.servers.fleet import ListenError
from relaylab.servers.lab_plan import LabPlan

LAB = "192.168.1.20"


def test_without_an_address_there_is_no_lab() -> None:
    assert parse_lab([]) is None


def test_an_address_alone_is_a_lab() -> None:
    assert LabPlan(address=LAB) == parse_lab([LAB])


def test_endpoints_and_sites_may_have_addresses_of_their_own() -> None:
    plan = parse_lab(["site:hq=192.168.1.21", LAB, "submission_legacy = fd00::22"], names=["Printer-Lab.example"])

    assert plan == LabPlan(
        address=LAB,
        endpoints={"submission_legacy": "fd00::22"},
        sites={"hq": "192.168.1.21"},
        names=("printer-lab.example",),
    )


def test_ports_may_be_moved() -> None:
    plan = parse_lab([LAB], "587:2587, 25:0")

    assert plan == LabPlan(address=LAB, ports={587: 2587, 25: 0})


def test_an_ipv4_address_in_ipv6_is_an_ipv4_address() -> None:
    assert LabPlan(address=LAB) == parse_lab([f"::ffff:{LAB}"])


@pytest.mark.parametrize(
    ("addresses", "ports", "names", "said"),
    [
        (["0.0.0.0"], "", [], "0.0.0.0 is every address of this machine, .*; name one address"),
        (["::"], "", [], ":: is every address of this machine, .*; name one address"),
        (["::ffff:0.0.0.0"], "", [], "0.0.0.0 is every address of this machine, .*; name one address"),
        (["224.0.0.1"], "", [], "224.0.0.1 is no machine's own address; name one"),
        (["255.255.255.255"], "", [], "255.255.255.255 is no machine's own address; name one"),
        (["fe80::1%eth0"], "", [], "fe80::1%eth0 is a link-local address, .*; name an address that begins with fd"),
        (["localhost"], "", [], "'localhost' is not an IP address; name one of this machine's own"),
        (["192.168.1.20/24"], "", [], "'192.168.1.20/24' is not an IP address; name one"),
        ([LAB, "192.168.1.21"], "", [], "a lab has one address, .*; write WHAT=192.168.1.21"),
        (["site:hq=192.168.1.21"], "", [], "the lab itself has no address yet; add --lab ADDRESS"),
        ([LAB, "submision=192.168.1.21"], "", [], "'submision' is not one of .*; did you mean \"submission\"?"),
        (
            [LAB, "site:=192.168.1.21"],
            "",
            [],
            "'site:' is not one of submission, mx, hve, acs_smtp, submission_legacy, dns, https, site:NAME",
        ),
        ([LAB, "mx=192.168.1.21", "mx=192.168.1.22"], "", [], "mx has two addresses, .*; give it one"),
        ([LAB, f"site:hq={LAB}"], "", [], f"submission of site hq and submission would share {LAB}:587; give each"),
        ([LAB, f"submission_legacy={LAB}"], "", [], "would share .*; give each an address of its own"),
        ([LAB], "587:2525,25:2525", [], f"mx and submission would share {LAB}:2525; give each"),
        ([LAB], "587", [], "'587' is not of the form PORT:PORT; write --lab-ports 587:2587"),
        ([LAB], "587:65536", [], "'587:65536' is not of the form PORT:PORT"),
        ([LAB], "465:2465", [], "a lab has no port 465 to move; its ports are 25, 53, 80, 443, 587, 8443"),
        ([LAB], "25:1,25:2", [], "port 25 is moved twice; give it one port"),
        ([LAB], "", ["*.example"], "'\\*.example' is not the name of one machine; write one such as"),
        ([LAB], "", ["192.168.1.21"], "'192.168.1.21' is not the name of one machine; write one such as"),
        ([LAB], "", ["a b"], '"a b" is neither an IP address nor a host name; write'),
        ([], "25:2525", [], "a lab needs an address of this machine; add --lab ADDRESS"),
        ([], "", ["printer-lab.example"], "a lab needs an address of this machine; add --lab ADDRESS"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(
    addresses: list[str], ports: str, names: list[str], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        parse_lab(addresses, ports, names)


def test_a_site_that_the_world_does_not_have_is_refused_with_the_near_miss(small_world: LoadedWorld) -> None:
    with pytest.raises(ListenError, match=r'--lab site:shopp: the world has no such site; did you mean "shop"\?'):
        check_sites(LabPlan(address=LAB, sites={"shopp": "192.168.1.21"}), small_world.world)
