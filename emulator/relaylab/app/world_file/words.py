"""The kinds of value a world file knows: how each is read, what is said of a wrong one, and its JSON schema.

Every reader takes what TOML or JSON gives (a date may be a TOML date or an ISO text) and gives a domain value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network
from types import GenericAlias
from typing import Annotated, Any, Final, NoReturn, TypeAlias, get_args
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import load_pem_x509_certificate
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from relaylab.app.world_file.errors import did_you_mean, near_miss
from relaylab.domain.address import Address, DomainName
from relaylab.domain.clock import as_utc, midnight, parse_instant
from relaylab.domain.connector import AddressRange
from relaylab.domain.secret import Secret

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_THUMBPRINT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LABEL: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
_AZURE: Final = re.compile(r"[A-Za-z0-9-]+")
_SITE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_WIDEST_PREFIX: Final = 24  # New-InboundConnector, SenderIPAddresses: /24 to /32 (fact MX-CON-03)
_MOST: Final = 1_000_000_000  # of anything that is counted here
NEVER: Final = "never"

Word: TypeAlias = Any  # an annotation that pydantic reads: a type, or Annotated


def refuse(expectation: str, suggestion: str = "") -> NoReturn:
    """Refuse the value: ``expectation`` follows the value in the sentence, ``suggestion`` is the way out."""
    context = {"expectation": expectation, "suggestion": suggestion}
    raise PydanticCustomError("refused", "{expectation}", context)


def _text(value: object) -> str:
    if not isinstance(value, str):
        refuse("is not text", "write it in quotes")
    if any("\ud800" <= character <= "\udfff" for character in value):
        refuse("is not Unicode", "write whole characters, not halves of a pair")
    return value


def _line(value: object) -> str:
    text = _text(value)
    if not text.isprintable():
        refuse("has an invisible character", "write it anew, on one line")
    return text


def _name(value: object) -> str:
    text = _line(value)
    return text if text.strip() else refuse("is empty", "write a name")


def _secret(value: object) -> Secret:
    return Secret(_text(value) or refuse("is empty", "write the secret, or leave the key out"))


def _address(value: object) -> Address:
    text = _line(value)
    try:
        return Address.parse(text)
    except ValueError:
        _, prefix, rest = text.lower().partition("smtp:")
        refuse("is not an address", f'write "{rest}"' if prefix and "@" in rest else "write it as name@contoso.com")


def _domain(value: object) -> DomainName:
    text = _line(value)
    try:
        name = DomainName.parse(text)
    except ValueError:
        _, at, domain = text.rpartition("@")
        refuse("is not a domain name", f'write "{domain}"' if at and domain else "write it as contoso.com")
    return name


def _full_domain(value: object) -> DomainName:
    name = _domain(value)
    if "." not in name.name or name.name.startswith("["):
        refuse("is not a full domain name", "write it as contoso.com")
    return name


def _dns_name(value: object) -> DomainName:
    text = _line(value)
    try:
        pointer = ip_address(text).reverse_pointer
    except ValueError:
        bare = _domain(text.removeprefix("*."))
        return DomainName(f"*.{bare}") if text.startswith("*.") else bare
    refuse("is an address, not a name", f'write "{pointer}" for its PTR record')


def _wildcard_domain(value: object, *, star_alone: bool) -> str:
    text = _line(value)
    if text == "*" and star_alone:
        return text
    bare = text.removeprefix("*.")
    if set(text) & set(":;= "):  # as Exchange prints it (smtp:*;1), or a certificate's subject (CN=...)
        refuse("is more than a domain name", "write the name alone, as contoso.com or *.contoso.com")
    if "*" in bare:
        parent = bare.rpartition("*")[2].lstrip(".") or "contoso.com"
        refuse("has a wildcard inside", f'only a leading one is known: write "*.{parent}"')
    return f"{text[: -len(bare)]}{_full_domain(bare)}" if bare else refuse("is empty", "write it as *.contoso.com")


def _tenant_name(value: object) -> str:
    text = _line(value)
    if _LABEL.fullmatch(text) is None:
        label = text.partition(".")[0].replace(" ", "").lower()
        way_out = f'write "{label}"' if _LABEL.fullmatch(label) else 'write it as "contoso"'
        refuse("is not the first label of an onmicrosoft.com domain", way_out)
    return text


def _azure_name(value: object, *, longest: int) -> str:
    text = _line(value)
    if _AZURE.fullmatch(text) is None or len(text) > longest:
        refuse("is not a name of a resource", f"write letters, digits and hyphens, at most {longest}")
    return text


def _local_url(value: object) -> str:
    text = _line(value)
    way_out = "write it as http://127.0.0.1:9000/events: nothing leaves this machine"
    try:
        url = urlsplit(text)
        host, _ = url.hostname or "", url.port
        is_here = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        refuse("is not a URL on this machine", way_out)
    if url.scheme not in {"http", "https"} or not is_here or url.username is not None or " " in text:
        refuse("is not a URL on this machine", way_out)
    return text


def _site_name(value: object) -> str:
    text = _line(value)
    if _SITE.fullmatch(text) is None:
        refuse("is not a site name", "write letters, digits, dots, hyphens and underscores, as hq or floor-2")
    return text


def _guid(value: object) -> str:
    text = _line(value).lower()
    if _GUID.fullmatch(text) is None:
        refuse("is not a GUID", 'write it as "11111111-1111-1111-1111-111111111111"')
    return text


def _certificate(value: object) -> str:
    text = _text(value)
    try:
        key = load_pem_x509_certificate(text.encode()).public_key()
    except (ValueError, UnsupportedAlgorithm):
        refuse("is not a certificate in PEM", "write the text from BEGIN CERTIFICATE to END CERTIFICATE, no key")
    if not isinstance(key, RSAPublicKey):
        refuse("is a certificate without an RSA key", "make one with an RSA key: assertions are signed PS256 or RS256")
    return text


def _thumbprint(value: object) -> str:
    text = _line(value).replace(":", "").lower()
    if _THUMBPRINT.fullmatch(text) is None:
        refuse("is not a thumbprint", "write the SHA-1 (40) or SHA-256 (64 hexadecimal digits) of the certificate")
    return text


def _jwks(value: object) -> str:
    text = _text(value)
    try:
        document = json.loads(text)
        keys = document["keys"]
        is_public = bool(keys) and all("kid" in key and "d" not in key and "k" not in key for key in keys)
        if is_public:
            KeySet.import_key_set(document)
    except (ValueError, TypeError, KeyError, RecursionError, JoseError):
        refuse(
            "is not a JSON Web Key Set", """write '{"keys": [{"kty": "RSA", "kid": "1", "n": "...", "e": "AQAB"}]}'"""
        )
    if not is_public:
        refuse("holds no key, a private one, or one without a kid", "write the public keys alone, each with its kid")
    return text


def _instant(value: object) -> datetime:
    try:
        match value:
            case datetime():
                return value.replace(tzinfo=UTC) if value.tzinfo is None else as_utc(value)
            case date():
                return midnight(value)
            case str():
                return parse_instant(value)
    except (ValueError, OverflowError):
        pass
    refuse("is not a date or an instant", "write it as 2026-12-31 or 2026-12-31T09:00:00Z")


def _milestone(value: object) -> datetime | None:
    if value == NEVER:
        return None
    if isinstance(value, str) and near_miss(value, [NEVER]):
        refuse("is not a date", f'did you mean "{NEVER}"?')
    return _instant(value)


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return (
            date.fromisoformat(value)
            if isinstance(value, str)
            else refuse("is not a date", "write the day alone, as 2026-10-30")
        )
    except ValueError:
        refuse("is not a date", "write the day alone, as 2026-10-30")


def _ip(value: object) -> IPv4Address | IPv6Address:
    text = _line(value)
    try:
        return ip_address(text if "%" not in text else "")
    except ValueError:
        refuse("is not an IP address", "write one address, as 203.0.113.42")


def _ipv6(value: object) -> IPv6Address:
    found = _ip(value)
    if not isinstance(found, IPv6Address) or found.ipv4_mapped is not None:
        refuse("is not an IPv6 address", "write one, as 2001:db8::42; the IPv4 address goes into public_ip")
    return found


def _connector_ip(value: object) -> IPv4Network:
    text = _line(value).strip()
    if ":" in text:
        refuse("is IPv6", "a connector holds IPv4 addresses only: write the site's IPv4 address")
    if "-" in text:
        refuse("is a range", f"write each address, or a block of /{_WIDEST_PREFIX} to /32, as 203.0.113.0/28")
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        refuse(
            "is not an IPv4 address", f"write 203.0.113.42, or a block of /{_WIDEST_PREFIX} to /32, as 203.0.113.0/28"
        )
    if not isinstance(network, IPv4Network) or network.prefixlen < _WIDEST_PREFIX:
        refuse("is too wide a block", f"a connector takes /{_WIDEST_PREFIX} to /32: write the blocks one by one")
    return network


def _address_range(value: object) -> AddressRange:
    text = _line(value).strip()
    way_out = "write 203.0.113.42, 203.0.113.42-203.0.113.60, or a block as 203.0.113.0/28"
    first, dash, last = (part.strip() for part in text.partition("-"))
    try:
        if dash:
            found = AddressRange(IPv4Address(first), IPv4Address(last))
        else:
            block = IPv4Network(text, strict=False)
            found = AddressRange(block.network_address, block.broadcast_address)
    except ValueError:
        refuse("is IPv6" if ":" in text else "is not an IPv4 address, range or block", way_out)
    return found if found.first <= found.last else refuse("ends before it begins", "write the lower address first")


def _member(value: object, choices: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in choices:
        refuse(f"is not one of {', '.join(choices)}", did_you_mean(value, choices, f'write "{choices[0]}"'))
    return value


def one_of(*choices: str) -> Word:
    """Give the word for a text out of a closed set."""
    return Annotated[str, PlainValidator(partial(_member, choices=choices)), WithJsonSchema({"enum": list(choices)})]


def closed(enum: type[StrEnum]) -> Word:
    """Give the word for an enumeration of the domain."""
    choices = tuple(member.value for member in enum)
    read = PlainValidator(lambda value: enum(_member(value, choices)))
    return Annotated[enum, read, WithJsonSchema({"enum": list(choices)})]


def whole_number(low: int, high: int = _MOST) -> Word:
    """Give the word for a number within bounds."""
    return Annotated[int, Field(ge=low, le=high)]


def list_of(word: Word, *, at_least: int = 0) -> Word:
    """Give the word for a list in square brackets."""
    return Annotated[GenericAlias(list, (word,)), Field(min_length=at_least)]


def named(word: Word) -> Word:
    """Give the word for a table whose keys are names of the product."""
    return GenericAlias(dict, (str, word))


def _word(read: Callable[[object], object], description: str, example: str, **schema: object) -> Word:
    shape = {"type": "string", "description": description, "examples": [example]} | schema
    return Annotated[object, PlainValidator(read), WithJsonSchema(shape)]


def text_word(read: Callable[[str], object], description: str, example: str) -> Word:
    """Give the word for a text of any number of lines that ``read`` makes something of, or refuses."""
    return _word(lambda value: read(_text(value)), description, example)


NAME: Final = _word(_name, "text on one line", "Printers", minLength=1)
SECRET: Final = _word(_secret, "a secret; it never appears in a report", "correct horse", writeOnly=True)
ADDRESS: Final = _word(_address, "a mail address", "scanner@contoso.com")
DOMAIN: Final = _word(_domain, "a domain name", "contoso.com")
FULL_DOMAIN: Final = _word(_full_domain, "a domain name with at least one dot", "contoso.com")
SENDER_DOMAIN: Final = _word(partial(_wildcard_domain, star_alone=True), "*, a domain, or *.domain", "*.contoso.com")
CERTIFICATE_NAME: Final = _word(partial(_wildcard_domain, star_alone=False), "a domain or *.domain", "*.contoso.com")
TENANT_NAME: Final = _word(_tenant_name, "the label of <name>.onmicrosoft.com", "contoso")
SITE_NAME: Final = _word(_site_name, "letters, digits, dots, hyphens, underscores", "hq")
ACS_NAME: Final = _word(partial(_azure_name, longest=63), "letters, digits and hyphens", "contoso-email-acs")
SMTP_USERNAME_NAME: Final = _word(partial(_azure_name, longest=253), "letters, digits and hyphens", "printers")
LOCAL_URL: Final = _word(_local_url, "a URL on this machine", "http://127.0.0.1:9000/events")
GUID: Final = _word(_guid, "a GUID", "11111111-1111-1111-1111-111111111111")
CERTIFICATE: Final = _word(_certificate, "a certificate in PEM", "the text from BEGIN CERTIFICATE to END CERTIFICATE")
THUMBPRINT: Final = _word(_thumbprint, "a SHA-1 or SHA-256 thumbprint", "84E05C1D98BCE3A5421D225B140B36E86A3D5534")
JWKS: Final = _word(_jwks, "a JSON Web Key Set with public keys", '{"keys": []}')
INSTANT: Final = _word(_instant, "a date (00:00:00Z) or an instant", "2026-12-31")
MILESTONE: Final = _word(_milestone, f"a date, an instant, or {NEVER}", "2026-12-31")
DAY: Final = _word(_day, "a day", "2026-10-30")
IP: Final = _word(_ip, "an IPv4 or IPv6 address", "203.0.113.42")
IPV6: Final = _word(_ipv6, "an IPv6 address", "2001:db8::42")
CONNECTOR_IP: Final = _word(_connector_ip, f"an IPv4 address or a block of /{_WIDEST_PREFIX} to /32", "203.0.113.0/28")
ADDRESS_RANGE: Final = _word(_address_range, "an IPv4 address, a range, or a block", "203.0.113.0/28")
DNS_NAME: Final = _word(_dns_name, "a name in DNS; *.contoso.com stands for every name below", "contoso.com")
DNS_VALUE: Final = _word(_line, "what the record says, without quotes", "v=spf1 -all")
DNS_TYPE: Final = one_of("MX", "TXT", "A", "AAAA", "CNAME", "PTR", "NS", "SERVFAIL", "TIMEOUT")
ACCESS_RIGHT: Final = one_of("SendAs")  # the only value of Add-RecipientPermission, AccessRights (fact ADM-RP-01)

_OF_TYPE: Final[Mapping[object, Word]] = {
    bool: bool,
    int: whole_number(0),
    str: NAME,
    Secret: SECRET,
    Address: ADDRESS,
    DomainName: DOMAIN,
    datetime: INSTANT,
    date: DAY,
    IPv4Address | IPv6Address: IP,
    IPv6Address: IPV6,
    IPv4Network: CONNECTOR_IP,
    AddressRange: ADDRESS_RANGE,
}


def of_type(hint: Word) -> Word:
    """Give the word that writes down a field of that type."""
    if hint in _OF_TYPE:
        return _OF_TYPE[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return closed(hint)
    inner = of_type(get_args(hint)[0])
    return inner | None if is_optional(hint) else list_of(inner)


def is_optional(hint: Word) -> bool:
    """Tell whether a field of that type may be None."""
    return type(None) in get_args(hint)
