"""Ways out that only a sign-in over SMTP has; those that REST has too stand in ``rules.acs.fixes``."""

from __future__ import annotations

from typing import Final

ADD_A_USERNAME: Final = (
    "(az communication smtp-username create --comm-service-name RESOURCE --resource-group RESOURCE-GROUP --name NAME "
    "--username SMTP-USERNAME --entra-application-id APPLICATION-ID --tenant-id TENANT-ID; "
    "[[tenant.acs_resource.smtp_username]])"
)
SMTP_USERNAME: Final = (
    "Sign in with RESOURCE.APPLICATION-ID.TENANT-ID (or the same with | between the parts), or add an SMTP username to "
    f"the resource {ADD_A_USERNAME}"
)
RESET: Final = "az ad app credential reset --id {app_id} --append, and put the new secret into the sender."
