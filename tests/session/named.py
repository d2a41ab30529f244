"""A lab whose senders are looked up in the records of its world."""

from __future__ import annotations

from dataclasses import dataclass, replace

from relaylab.domain.zone import DnsAnswer
from relaylab.engine.zone import RecordZone
from relaylab.session.moment import Moment
from tests.session.lines import Lab


@dataclass(frozen=True)
class Records:
    """The records of a world as DNS; nothing that leaves is signed."""

    zone: RecordZone

    def look_up(self, name: str, record_type: str) -> DnsAnswer:
        return self.zone.look_up(name, record_type)

    def signing_key(self, selector: str, domain: str) -> None:
        """There is none."""


class Named(Lab):
    """A lab whose senders are looked up in the records of its world."""

    def moment(self) -> Moment:
        return replace(super().moment(), dns=Records(RecordZone.of(self.world.dns)))
