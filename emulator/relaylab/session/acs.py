"""A session of Azure Communication Services over SMTP: who is signed in, and what a message of theirs is judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaylab.domain.acs import Sending
from relaylab.domain.endpoint import Endpoint
from relaylab.rules.acs.quota import Account as QuotaAccount
from relaylab.rules.acs.quota import account
from relaylab.rules.acs.sending import reaches_the_rate

if TYPE_CHECKING:
    from relaylab.domain.acs import AcsResource
    from relaylab.domain.address import Address
    from relaylab.domain.asks import DataAsk
    from relaylab.domain.charge import Charge
    from relaylab.domain.tenant import Tenant
    from relaylab.session.moment import Moment


@dataclass(frozen=True, slots=True)
class AcsAccount:
    """Who is signed in: a resource, its tenant, and the application through which."""

    resource: AcsResource
    tenant: Tenant
    app_id: str

    def quota_of(self, senders: tuple[Address, ...], moment: Moment) -> QuotaAccount:
        """Give whose quota a message of these senders uses: it goes by the domain of the first, that of From."""
        return account(
            self.tenant,
            self.resource,
            senders[0].domain if senders else None,
            endpoint=Endpoint.ACS_SMTP,
            now=moment.now,
            rulebook=moment.rulebook,
        )

    def sending(
        self, from_address: Address | None, mail_from: Address | None, recipients: int, size: int, moment: Moment
    ) -> Sending:
        """Give what a complete message is judged by; both From and MAIL FROM count as its senders (ACS-SMTP-11)."""
        senders = tuple(dict.fromkeys(one for one in (from_address, mail_from) if one is not None))
        return Sending(
            resource=self.resource,
            senders=senders,
            recipients=recipients,
            size=size,
            quota=self.quota_of(senders, moment).sending(moment.usage, moment.now),
        )

    def charges(self, ask: DataAsk, moment: Moment) -> tuple[Charge, ...]:
        """Give what a message costs that only the rate could refuse, let through or not (ACS-LIM-08)."""
        if ask.sending is None or not reaches_the_rate(ask.sending):
            return ()
        return self.quota_of(ask.sending.senders, moment).charge_a_send(moment.now)
