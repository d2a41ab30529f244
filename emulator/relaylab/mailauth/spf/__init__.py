"""SPF (RFC 7208): may this address send for that domain?"""

from relaylab.mailauth.spf.check import Session, check_spf

__all__ = ["Session", "check_spf"]
