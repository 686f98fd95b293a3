"""Judge the domain of an email address: its likely owner, and whether it is mistyped. Pure."""

from __future__ import annotations

from collections.abc import Collection

# where anyone can open a mailbox; nhs.net is not among them, because staff get theirs from their organisation
PRIVATE_DOMAINS = frozenset(
    (
        "aol.com",
        "btinternet.com",
        "fastmail.com",
        "gmail.com",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.co.uk",
        "hotmail.com",
        "hotmail.fr",
        "icloud.com",
        "live.co.uk",
        "live.com",
        "mac.com",
        "mail.com",
        "me.com",
        "msn.com",
        "ntlworld.com",
        "outlook.com",
        "pm.me",
        "proton.me",
        "protonmail.com",
        "rocketmail.com",
        "sky.com",
        "talktalk.net",
        "tiscali.co.uk",
        "tutanota.com",
        "virginmedia.com",
        "web.de",
        "yahoo.co.uk",
        "yahoo.com",
        "yahoo.fr",
        "yandex.com",
        "ymail.com",
        "zoho.com",
    )
)
DOTS_IGNORED = frozenset(("gmail.com", "googlemail.com"))  # one mailbox with and without dots, under both domains
NO_MAILBOXES = "nhs.uk"  # trusts have theirs at trust.nhs.uk, staff at nhs.net
MIN_TYPO_CHARS = len("gmail.com")  # every short domain is one letter away from many that exist
WIDELY_USED = ("nhs.net", *sorted(domain for domain in PRIVATE_DOMAINS if len(domain) >= MIN_TYPO_CHARS))


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def is_private(address: str) -> bool:
    """Return whether the address is at a domain where anyone can open a mailbox."""
    return domain_of(address) in PRIVATE_DOMAINS


def meant_domain(domain: str, known: Collection[str]) -> str | None:
    """Return the well-known domain that this one is a slip away from; None if it is known itself, or like none."""
    if domain == NO_MAILBOXES:
        return "nhs.net"
    if domain in known or domain in PRIVATE_DOMAINS or domain in WIDELY_USED:
        return None
    stem, _, ending = domain.rpartition("nhs.")
    other_ending = f"{stem}nhs.{'net' if ending == 'uk' else 'uk'}"
    candidates = [*sorted(known), *WIDELY_USED]
    return next(
        (candidate for candidate in candidates if candidate == other_ending or is_one_typo_apart(domain, candidate)),
        None,
    )


def is_one_typo_apart(domain: str, other: str) -> bool:
    """Return whether one letter was left out, doubled, mistaken, or swapped with its neighbour."""
    if domain == other or abs(len(domain) - len(other)) > 1:
        return False
    short, long = sorted((domain, other), key=len)
    start = next((place for place, letter in enumerate(short) if letter != long[place]), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    swapped = short[start : start + 2] == long[start : start + 2][::-1] and short[start + 2 :] == long[start + 2 :]
    return swapped or short[start + 1 :] == long[start + 1 :]
