"""What the service thinks of a client before it looks at the message: address, sender, name, region."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, TypedDict

from relaylab.engine.zone import RecordZone

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.reputation import Reputation, SenderState
    from relaylab.session.moment import Moment


class AddressStanding(TypedDict):
    """The part of a RcptAsk that is about the client's address."""

    reputation: Reputation
    has_reverse_name: bool
    region_of_host: str | None


class NameStanding(TypedDict):
    """The part of a MailAsk that is about the names that the client gave."""

    sender_state: SenderState
    hello_state: SenderState


def standing_of_address(ip: IPv4Address | IPv6Address, moment: Moment) -> AddressStanding:
    """Look a client's address up in the world."""
    world = moment.world
    return {
        "reputation": world.reputation_of(ip),
        "has_reverse_name": _has_reverse_name(ip, moment),
        "region_of_host": world.region_of_host(ip),
    }


def standing_of_names(sender: Address | None, hello_name: str, moment: Moment) -> NameStanding:
    """Look a sender, and the name in EHLO, up in the world."""
    names = (sender.key, sender.domain.name) if sender else ()
    return {
        "sender_state": moment.world.state_of_sender(*names),
        "hello_state": moment.world.state_of_sender(hello_name),
    }


def _has_reverse_name(ip: IPv4Address | IPv6Address, moment: Moment) -> bool:
    """Tell whether DNS has a PTR record for an address; of IPv4 nobody asks for one (fact MX-ERR-26).

    A session without DNS knows what the world writes of it.
    """
    if ip.version == 4:
        return True
    zone = moment.dns or RecordZone.of(moment.world.reverse_records)
    return bool(zone.look_up(ip.reverse_pointer, "PTR").values("PTR"))
