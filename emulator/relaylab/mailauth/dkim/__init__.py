"""DKIM (RFC 6376, 8301, 8463): who signed this message, and is it still what was signed?"""

from relaylab.mailauth.dkim.arc import seal
from relaylab.mailauth.dkim.keys import SigningKey
from relaylab.mailauth.dkim.sign import sign
from relaylab.mailauth.dkim.verify import verify

__all__ = ["SigningKey", "seal", "sign", "verify"]
