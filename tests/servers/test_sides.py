"""One message for several sides, over real sockets: each side has its own fields, and its own judge of the sender."""

from __future__ import annotations

import smtplib
from email import message_from_bytes

import dkim
import pytest

from relaylab.app.config import LoadedWorld, parse_world
from relaylab.app.emulator import Emulator
from relaylab.domain.address import Address
from relaylab.domain.message import Hop, KeptMessage, Placement, Side
from relaylab.store.shapes import message_json
from tests.conftest import Emulate

SITE = "203.0.113.42"
MICROSOFT, RELAY_POOL = "52.101.72.71", "40.95.53.71"
INSIDE, OUTSIDE, OTHER = "helpdesk@contoso.com", "desk@elsewhere.example", "desk@fabrikam.com"
BOTH = f"v=spf1 ip4:{SITE} include:spf.protection.outlook.com ~all"
SELECTOR = """
[[dns]]
name = "selector1._domainkey.contoso.com"
type = "CNAME"
value = "selector1-contoso-com._domainkey.contoso.onmicrosoft.com"
"""


def a_world(
    spf: str = BOTH, *, dmarc: str = "none", more: str = "", connector: str = "", theirs: str = ""
) -> LoadedWorld:
    return parse_world(
        f"""
[[tenant]]
name = "contoso"
  [[tenant.accepted_domain]]
  name = "contoso.com"
  default = true
  [[tenant.mailbox]]
  address = "{INSIDE}"
  [[tenant.distribution_group]]
  address = "all@contoso.com"
  members = ["{INSIDE}", "{OUTSIDE}", "{OTHER}"]
  [[tenant.inbound_connector]]
  name = "hq"
  connector_type = "OnPremises"
  sender_ip_addresses = ["{SITE}"]
  {connector}
[[tenant]]
name = "fabrikam"
  [tenant.anti_phish_policy]
  {theirs}
  [[tenant.accepted_domain]]
  name = "fabrikam.com"
  [[tenant.mailbox]]
  address = "{OTHER}"
[[site]]
name = "hq"
public_ip = "{SITE}"
[[dns]]
name = "contoso.com"
type = "TXT"
value = "{spf}"
[[dns]]
name = "_dmarc.contoso.com"
type = "TXT"
value = "v=DMARC1; p={dmarc}"
{more}
""",
        "world",
    )


def kept(emulator: Emulator, *to: str, site: str | None = "hq", sender: str = "scanner@contoso.com") -> KeptMessage:
    where = emulator.sites[site].endpoints["mx"] if site else emulator.endpoints["mx"]
    letter = (
        f"From: {sender}\r\nTo: x@contoso.com\r\nSubject: a scan\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\nx\r\n"
    )
    with smtplib.SMTP(where.host, where.port, local_hostname="mfp.contoso.com") as client:
        assert {} == client.sendmail(sender, to, letter)
    found = next(one for one in reversed(emulator.store.mail.messages()) if one.report_of is None)
    message = emulator.store.mail.message(found.id)
    assert message is not None
    return message


def seen(message: KeptMessage) -> dict[tuple[Hop, str], tuple[str, str, str]]:
    return {(one.hop, one.receiver): (one.ip, one.spf, one.dmarc) for one in message.authentication}


def field(content: bytes | None, name: str) -> list[str]:
    assert content is not None
    return [" ".join(value.split()) for value in message_from_bytes(content).get_all(name, [])]


def placed(message: KeptMessage) -> dict[str, tuple[Placement, str | None]]:
    return {str(copy.recipient): (copy.placed, copy.rule) for copy in message.copies}


INBOX, LEFT = (Placement.INBOX, None), (Placement.OUTSIDE, None)


def test_a_transaction_for_inside_and_outside_is_split_and_each_side_has_its_own_fields(emulate: Emulate) -> None:
    message = kept(emulate(world=a_world()), INSIDE, OUTSIDE)
    inside, outside = (message.content_for(Address.parse(one)) for one in (INSIDE, OUTSIDE))

    assert [Side.INSIDE, Side.OUTSIDE] == [one.side for one in message.versions]
    assert field(inside, "Authentication-Results")[0].endswith("compauth=pass reason=100")
    assert [] == field(inside, "X-MS-Exchange-Authentication-Results") == field(outside, "Authentication-Results")
    assert "compauth" not in field(outside, "X-MS-Exchange-Authentication-Results")[0]
    assert [False, True] == [bool(field(one, "DKIM-Signature")) for one in (inside, outside)]
    assert ["DIR:INB", "DIR:OUT"] == [
        part
        for one in (inside, outside)
        for part in field(one, "X-Forefront-Antispam-Report")[0].split(";")
        if "DIR" in part
    ]
    same = "X-MS-Exchange-CrossTenant-Network-Message-Id"
    assert field(inside, same) == field(outside, same) != []


def test_the_json_of_a_message_and_the_store_hold_every_version(emulate: Emulate) -> None:
    shape = message_json(kept(emulate(world=a_world()), INSIDE, OUTSIDE))

    assert [("inside", "contoso", [INSIDE]), ("outside", None, [OUTSIDE])] == [
        (one["side"], one["tenant"], one["recipients"]) for one in shape["versions"]
    ]
    assert shape["headers"] == shape["versions"][0]["headers"] != shape["versions"][1]["headers"]


def test_who_has_no_copy_has_no_content(emulate: Emulate) -> None:
    message = kept(emulate(world=a_world()), INSIDE)

    assert message.content_for(Address.parse(OUTSIDE)) is None


def test_outside_members_of_a_group_have_a_far_end_too(emulate: Emulate) -> None:
    message = kept(emulate(world=a_world()), "all@contoso.com")

    assert {
        (Hop.ARRIVAL, ""): (SITE, "pass", "pass"),
        (Hop.FAR_END, "elsewhere.example"): (MICROSOFT, "pass", "pass"),
        (Hop.FAR_END, "fabrikam.com"): (MICROSOFT, "pass", "pass"),
    } == seen(message)
    assert {INSIDE: INBOX, OUTSIDE: LEFT, OTHER: INBOX} == placed(message)


# Senders of whom the world tells nothing ---------------------------------------------------------------------------


def test_a_sender_of_whom_the_world_tells_nothing_is_stamped_and_not_judged(emulate: Emulate) -> None:
    message = kept(emulate(world=a_world()), INSIDE, site=None, sender="news@adatum.example")
    names = [one.partition(":")[0] for one in message.headers]

    assert () == message.authentication
    assert {"Received", "X-Forefront-Antispam-Report", "X-MS-Exchange-CrossTenant-Id"} <= set(names)
    assert not {"Authentication-Results", "Received-SPF"} & set(names)
    assert "X-MS-Exchange-CrossTenant-FromEntityHeader: Internet" in message.headers


def test_what_such_a_sender_relays_is_judged_at_the_far_end_all_the_same(emulate: Emulate) -> None:
    world = parse_world(
        f"""
[[tenant]]
name = "contoso"
  [[tenant.accepted_domain]]
  name = "contoso.com"
  [[tenant.inbound_connector]]
  name = "hq"
  connector_type = "OnPremises"
  sender_ip_addresses = ["{SITE}"]
[[site]]
name = "hq"
public_ip = "{SITE}"
""",
        "world",
    )
    message = kept(emulate(world=world), OUTSIDE)

    assert {(Hop.FAR_END, "elsewhere.example"): (MICROSOFT, "none", "none")} == seen(message)
    assert ["HybridOnPrem"] == field(
        message.content_for(Address.parse(OUTSIDE)), "X-MS-Exchange-CrossTenant-FromEntityHeader"
    )


# Another tenant of the same world ----------------------------------------------------------------------------------


def test_another_tenant_takes_a_message_in_from_the_outside_and_stamps_it_anew(emulate: Emulate) -> None:
    message = kept(emulate(world=a_world(more=SELECTOR)), OTHER)
    content = message.content_for(Address.parse(OTHER))

    assert [(Side.OTHER_TENANT, "fabrikam")] == [(one.side, one.tenant) for one in message.versions]
    assert ["Internet"] == field(content, "X-MS-Exchange-CrossTenant-FromEntityHeader")
    assert f"Ip=[{MICROSOFT}]" in field(content, "X-MS-Exchange-CrossTenant-OriginalAttributedTenantConnectingIp")[0]
    (found,) = field(content, "Authentication-Results")
    assert f"(sender IP is {MICROSOFT}) smtp.mailfrom=contoso.com" in found
    assert found.endswith("compauth=pass reason=100")
    assert {OTHER: INBOX} == placed(message)


@pytest.mark.parametrize(
    ("dmarc", "theirs", "expected"),
    [
        ("none", "", (Placement.JUNK, "mx.delivery.spoof_goes_to_junk")),
        (
            "none",
            'authentication_fail_action = "Quarantine"',
            (Placement.QUARANTINE, "mx.delivery.spoof_is_quarantined"),
        ),
        ("quarantine", "", (Placement.QUARANTINE, "mx.delivery.failing_dmarc_is_quarantined")),
        ("reject", "honor_dmarc_policy = false", (Placement.JUNK, "mx.delivery.failing_dmarc_goes_to_junk")),
        ("reject", "", (Placement.NONE, "mx.delivery.another_tenant_refuses_what_fails_a_policy_of_reject")),
    ],
)
def test_another_tenant_s_policy_decides_about_what_reaches_it(
    emulate: Emulate, dmarc: str, theirs: str, expected: tuple[Placement, str]
) -> None:
    emulator = emulate(world=a_world(f"v=spf1 ip4:{SITE} -all", dmarc=dmarc, theirs=theirs))

    assert {OTHER: expected} == placed(kept(emulator, OTHER))


def test_a_recipient_whom_another_tenant_does_not_know_comes_back_from_its_edge(emulate: Emulate) -> None:
    message = kept(emulate(world=a_world()), "nobody@fabrikam.com")

    assert (Placement.NONE, "mx.delivery.recipient_is_unknown_to_another_tenant") == placed(message)[
        "nobody@fabrikam.com"
    ]
    assert (message.copies[0].reply or "").startswith("550 5.4.1 Recipient address rejected: Access denied.")
    assert () == message.versions


# The relay pool and rewritten senders ------------------------------------------------------------------------------

ADATUM = """
[[dns]]
name = "adatum.example"
type = "TXT"
value = "v=spf1 ip4:192.0.2.1 -all"
"""


def test_what_a_group_passes_on_for_a_sender_who_is_vouched_for_leaves_under_a_rewritten_sender(
    emulate: Emulate,
) -> None:
    emulator = emulate(world=a_world(more=ADATUM))
    message = kept(emulator, "all@contoso.com", site=None, sender="news@adatum.example")
    versions = {one.side: one for one in message.versions}

    assert "news@adatum.example" == str(versions[Side.INSIDE].mail_from)
    rewritten = str(versions[Side.OUTSIDE].mail_from)
    assert rewritten.startswith("all+SRS=")
    assert rewritten.endswith("=adatum.example=news@contoso.com")
    assert (MICROSOFT, "pass", "none") == seen(message)[Hop.FAR_END, "elsewhere.example"]


def test_what_nobody_vouches_for_leaves_through_the_relay_pool_under_its_own_sender(emulate: Emulate) -> None:
    emulator = emulate(world=a_world(more=ADATUM.replace("192.0.2.1", "192.0.2.2")))
    message = kept(emulator, "all@contoso.com", site=None, sender="news@adatum.example")
    outside = next(one for one in message.versions if one.side is Side.OUTSIDE)
    far_end = next(one for one in message.authentication if one.hop is Hop.FAR_END)

    assert ("news@adatum.example", RELAY_POOL, "fail") == (str(outside.mail_from), far_end.ip, far_end.spf)
    assert far_end.because[0].startswith(f"leaves through the relay pool, from {RELAY_POOL}")


# What is signed and sealed -----------------------------------------------------------------------------------------


def test_what_leaves_is_signed_and_sealed_so_that_dkimpy_agrees(emulate: Emulate) -> None:
    emulator = emulate(world=a_world(more=SELECTOR))
    content = kept(emulator, OUTSIDE).content_for(Address.parse(OUTSIDE))
    zone = emulator.zone()

    def txt(name: bytes, timeout: int = 5) -> bytes:
        return "".join(zone.look_up(name.decode().rstrip("."), "TXT").values("TXT")).encode()

    assert content is not None
    assert dkim.verify(content, dnsfunc=txt)
    assert b"pass" == dkim.arc_verify(content, dnsfunc=txt)[0]


def test_three_hops_are_recorded_and_they_follow_each_other(emulate: Emulate) -> None:
    content = kept(emulate(world=a_world()), INSIDE).content_for(Address.parse(INSIDE))
    mailbox, proxy, edge = field(content, "Received")

    assert f"from mfp.contoso.com ({SITE}) by " in edge
    assert edge.partition(" by ")[2].partition(".")[0] == proxy.removeprefix("from ").partition(".")[0]
    assert proxy.partition(" by ")[2].partition(".")[0] == mailbox.removeprefix("from ").partition(".")[0]
    assert "via Frontend Transport" in proxy
    assert "via Frontend Transport" not in mailbox
