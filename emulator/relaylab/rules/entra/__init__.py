"""login.microsoftonline.com: one file per kind of request; the token endpoint has three, in the order of its checks.

What several of them ask is in ``conditions``.
"""

from relaylab.rules.entra import (
    admin_consent,
    authorize,
    device_code,
    discovery,
    sign_in,
    token,
    token_grant,
    token_user,
)

__all__ = ["admin_consent", "authorize", "device_code", "discovery", "sign_in", "token", "token_grant", "token_user"]
