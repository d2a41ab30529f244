"""What is asked of Azure Communication Services over SMTP: secrets already looked up and gone, everything resolved."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from relaylab.domain.asks import Ask
from relaylab.domain.clock import iso
from relaylab.domain.entra import Proof
from relaylab.domain.noun import noun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaylab.domain.acs import AcsResource, SmtpUsername
    from relaylab.domain.address import Address
    from relaylab.domain.directory import AppRegistration
    from relaylab.domain.identity import Credential, Mechanism
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.token import TokenFacts
    from relaylab.domain.world import Recipient


class DeliveryStatus(StrEnum):
    """What a delivery report says of a recipient (fact ACS-DLV-03)."""

    DELIVERED = "Delivered"
    BOUNCED = "Bounced"
    FAILED = "Failed"
    SUPPRESSED = "Suppressed"
    FILTERED_SPAM = "FilteredSpam"
    QUARANTINED = "Quarantined"


class SecretShape(StrEnum):
    """What a password looks like to somebody who knows what people paste there."""

    ANY = "nothing in particular"
    CONNECTION_STRING = "a connection string"
    ACCESS_KEY = "an access key of the resource"


@noun(kw_only=True)
class AcsSignInAsk(Ask):
    """The credentials are complete: the last step of AUTH at ``smtp.azurecomm.net``.

    ``user`` is the name as presented. It is that of an ``smtp_username``, or it is ``resource_name``, ``app_id`` and
    ``directory_id`` in one (``has_three_parts``), or neither. ``resource`` and ``directory`` are what these lead to;
    ``resource_is_there`` is false before it was made, ``resource_could_be_made`` for a new customer's since the service
    closed. ``proof`` is what the password is worth to Entra, and ``entra_refusal`` the line with which Entra refuses a
    token, empty where it gives one. ``problem`` is MALFORMED or CANCELLED. ``lets_send`` tells whether a role of the
    application on the resource is enough, ``role`` names one it has.
    """

    mechanism: Mechanism
    user: str
    problem: Credential | None = None
    smtp_username: SmtpUsername | None = None
    has_three_parts: bool = False
    resource_name: str = ""
    app_id: str = ""
    directory_id: str = ""
    resource: AcsResource | None = None
    tenant: Tenant | None = None
    resource_is_there: bool = True
    resource_could_be_made: bool = True
    directory: Tenant | None = None
    app: AppRegistration | None = None
    proof: Proof = Proof.NONE
    shape: SecretShape = SecretShape.ANY
    entra_refusal: str = ""
    role: str = ""
    lets_send: bool = False
    token: TokenFacts | None = None

    @property
    def names_somebody(self) -> bool:
        """True when the name has one of its two forms."""
        return self.smtp_username is not None or self.has_three_parts

    def words(self) -> Mapping[str, str]:
        """Add the name and what it stands for."""
        return {
            "ip": str(self.peer.ip),
            "user": self.user,
            "resource": self.resource.name if self.resource else self.resource_name or "RESOURCE",
            "app_id": self.app_id or "APPLICATION-ID",
            "directory": self.directory_id or "TENANT-ID",
            "tenant": self.tenant.name if self.tenant else "(no tenant)",
            "made": iso(self.resource.created) if self.resource else "(never)",
            "role": self.role or "(no role)",
            "entra": self.entra_refusal or "(no refusal)",
            "audience": (self.token.audience if self.token else "") or "(no audience)",
            "token_app": (self.token.app_id if self.token else "") or "(no application)",
        }

    def evidence(self) -> tuple[str, ...]:
        """Say who tried to sign in, as what the name was read, and what Entra said."""
        said = [f"{self.mechanism} as {self.user}, {self._read_as}"]
        if self.problem is not None:
            said.append(f"the credential: {self.problem}")
        if self.resource is not None and self.tenant is not None:
            said.append(
                f"resource {self.resource.name} of tenant {self.tenant.name}, made {iso(self.resource.created)}"
            )
        if self.token is not None:
            return (*said, *self.token.evidence())
        if self.names_somebody and self.problem is None:
            asked = f"Entra was asked for a token for application {self.app_id} in directory {self.directory_id}"
            said.append(f"{asked}: {self.entra_refusal or 'it gave one'}")
        return tuple(said)

    @property
    def _read_as(self) -> str:
        if self.smtp_username is not None:
            return f"an SMTP username for application {self.app_id} in directory {self.directory_id}"
        if self.has_three_parts:
            return f"resource {self.resource_name}, application {self.app_id}, directory {self.directory_id}"
        return "neither an SMTP username nor resource, application and tenant in one"


@noun(kw_only=True)
class AcsDeliveryAsk(Ask):
    """A copy of a message that ACS Email accepted is about to be placed.

    ``is_on_a_list`` tells whether a suppression list of the customer's own holds the recipient for this sender,
    ``listed_until`` until when the managed list holds it (None: it does not).
    """

    resource: AcsResource
    sender: Address | None
    recipient: Recipient
    is_on_a_list: bool = False
    listed_until: datetime | None = None

    def words(self) -> Mapping[str, str]:
        """Add sender, recipient and the end of the lease."""
        return {
            "ip": str(self.peer.ip),
            "sender": str(self.sender or "<>"),
            "recipient": str(self.recipient.address),
            "tenant": self.recipient.tenant.name if self.recipient.tenant else "(no tenant)",
            "resource": self.resource.name,
            "until": iso(self.listed_until) if self.listed_until else "(never)",
        }

    def evidence(self) -> tuple[str, ...]:
        """Say what the recipient is, and which list holds it."""
        said = [f"{self.recipient.address} is {self.recipient.standing}"]
        if self.is_on_a_list:
            said.append(f"a suppression list of {self.resource.name} holds it for {self.sender}")
        if self.listed_until is not None:
            said.append(f"the managed suppression list holds it until {iso(self.listed_until)}")
        return tuple(said)
