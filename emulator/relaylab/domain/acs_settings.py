"""What the world says of a resource beyond Azure's own properties: how fast it works, its bad days, who hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from relaylab.domain.address import Address

DELIVERY_REPORT: Final = "Microsoft.Communication.EmailDeliveryReportReceived"  # fact ACS-DLV-01
ENGAGEMENT_REPORT: Final = "Microsoft.Communication.EmailEngagementTrackingReportReceived"


class RestFaultKind(StrEnum):
    """A bad day of the REST interface."""

    THROTTLED = "throttled"  # 429 with Retry-After
    UNAVAILABLE = "unavailable"  # 503
    ERROR = "error"  # 500
    SLOW = "slow"  # the right answer, late
    DROPPED = "dropped"  # accepted, and Failed in the end
    CANCELED = "canceled"  # accepted, and Canceled in the end

    @property
    def refuses(self) -> bool:
        """True when the request itself is answered with an error."""
        return self in {RestFaultKind.THROTTLED, RestFaultKind.UNAVAILABLE, RestFaultKind.ERROR}

    @property
    def ends_badly(self) -> bool:
        """True when a message is accepted and then not sent."""
        return self in {RestFaultKind.DROPPED, RestFaultKind.CANCELED}


class RestOperation(StrEnum):
    """The two requests there are."""

    SEND = "send"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestFault:
    """A fault of the REST interface of one resource, ``times`` often (None: always).

    It meets requests of one ``operation`` (None: both) and, with ``sender``, only messages of that address; a request
    that it changes nothing for does not count. ``retry_after`` is in seconds and goes with ``throttled``, ``seconds``
    are real ones and go with ``slow``.
    """

    kind: RestFaultKind
    operation: RestOperation | None = None
    sender: Address | None = None
    times: int | None = None
    retry_after: int = 60
    seconds: int = 5

    def meets(self, operation: RestOperation, sender: Address | None) -> bool:
        """Tell whether a request lies in its scope."""
        if self.kind.ends_badly and operation is not RestOperation.SEND:
            return False
        return self.operation in {None, operation} and self.sender in {None, sender}


@dataclass(frozen=True, slots=True, kw_only=True)
class RestInterface:
    """How the REST interface of a resource works; spans are simulated seconds.

    ``seconds_to_send`` is how long a send operation is Running (fact ACS-REST-21), ``retry_after`` what a Running one
    tells its client to wait (fact ACS-REST-20).
    """

    seconds_to_send: int = 30
    retry_after: int = 30
    faults: tuple[RestFault, ...] = ()

    @property
    def time_to_send(self) -> timedelta:
        """How long a send operation is Running."""
        return timedelta(seconds=self.seconds_to_send)


AS_OBSERVED: Final = RestInterface()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSubscription:
    """``az eventgrid event-subscription create``: who is told of a resource's events over HTTP on this machine.

    Without ``included_event_types`` it is every type.
    """

    name: str
    endpoint: str
    included_event_types: tuple[str, ...] = ()

    def wants(self, event_type: str) -> bool:
        """Tell whether events of a type are sent to it."""
        return not self.included_event_types or event_type in self.included_event_types
