"""Ways out that only a sign-in over SMTP has; those that REST has too stand in ``rules.acs.fixes``."""

from __future__ import annotations

from typing import Final

SMTP_USERNAME: Final = (
    "Sign in with RESOURCE.APP_ID.TENANT_ID (or the same with | between the parts), or add an SMTP username to the "
    "resource (az communication smtp-username create; [[tenant.acs_resource.smtp_username]])"
)
RESET: Final = "az ad app credential reset --id {app_id} --append, and put the new secret into the sender."
