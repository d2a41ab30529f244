"""The exports that are known, a file each.

Law: the order of ``RECOGNISED`` is that in which a file's columns are compared, the particular before the general; the
order of ``READ`` is that in which files are read, so that a trace finds the tenant's domains known.
"""

from __future__ import annotations

from typing import Final

from relaylab_conformance.inventory.shapes import (
    accepted_domains,
    authentication_policies,
    cas_mailboxes,
    distribution_groups,
    inbound_connectors,
    mail_contacts,
    mail_users,
    mailboxes,
    message_trace,
    organization_config,
    sign_ins,
    smtp_auth_clients,
    trace_summary,
    transport_config,
)
from relaylab_conformance.inventory.shapes.shape import Shape

RECOGNISED: Final[tuple[Shape, ...]] = (
    smtp_auth_clients.SHAPE,
    sign_ins.SHAPE,
    trace_summary.SHAPE,
    message_trace.SHAPE,
    mail_users.SHAPE,
    mail_contacts.SHAPE,
    inbound_connectors.SHAPE,
    accepted_domains.SHAPE,
    authentication_policies.POLICIES,
    authentication_policies.USERS,
    distribution_groups.SHAPE,
    mailboxes.SHAPE,
    organization_config.SHAPE,
    cas_mailboxes.SHAPE,
    transport_config.SHAPE,
)
READ: Final[tuple[str, ...]] = (
    "scubagear",
    "accepted_domains",
    "organization_config",
    "transport_config",
    "mailboxes",
    "cas_mailboxes",
    "mail_users",
    "mail_contacts",
    "distribution_groups",
    "authentication_policies",
    "users",
    "inbound_connectors",
    "zone",
    "smtp_auth_clients",
    "sign_ins",
    "message_trace",
    "trace_summary",
)
TRACES: Final = ("message_trace", "trace_summary")  # which ask what domain is the tenant's
BY_NAME: Final = {shape.name: shape for shape in RECOGNISED}
WRITTEN_AS: Final = {  # the names that our script gives to files, for those that hold nothing: a list says not of what
    "inboundconnector": "inbound_connectors",
    "authenticationpolicy": "authentication_policies",
    "casmailbox": "cas_mailboxes",
    "mailbox": "mailboxes",
    "user": "users",
    "mailcontact": "mail_contacts",
    "distributiongroup": "distribution_groups",
    "unifiedgroup": "distribution_groups",
    "dynamicdistributiongroup": "distribution_groups",
    "mailuser": "mail_users",
    "hve": "mail_users",
    "signins": "sign_ins",
}
