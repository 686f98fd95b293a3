"""Who email comes from: whether SES knows the address or its domain, and what a person has to do for it."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from chalicelib.programme.check_sending import MAX_HOURS, SHARE
from chalicelib.store.sending_limits import find_identity, read_limits
from infra.deploy import stack
from infra.deploy.hand import Reporter
from infra.deploy.stage import DeployError, Deployment

UNLIMITED = 1_000_000_000  # emails a day: SES says -1
RATERS = 14  # of a delegate, with themselves and the line manager
EMAILS_OF_A_DELEGATE = RATERS + 3  # on the busiest day of a cohort: check_sending.count_busiest_day


def identity(stage: Deployment, sender: str) -> tuple[str, dict[str, Any] | None]:
    """Return the identity that lets us send, and what SES says of it; the domain and None if it knows neither."""
    address = parseaddr(sender)[1]
    domain = address.rsplit("@", 1)[1]
    for name in (address, domain):
        if known := find_identity(stage.client("sesv2"), name):
            return name, known
    return domain, None


def parameters(stage: Deployment, sender: str, chosen: str) -> stack.Parameters:
    """For the stack. `chosen` is an identity that the operator names, for example the address alone."""
    before = stack.parameters(stage).get("Sender", "")
    name, known = identity(stage, sender)
    name = chosen or (before if before and covers(before, sender) else name)
    if known and name != before:
        return {"Sender": "", "MailFromDomain": ""}  # verified outside Fullcircle: do not change it
    return {"Sender": name, "MailFromDomain": "" if "@" in name else f"bounces.{name}"}


def covers(name: str, sender: str) -> bool:
    """Return whether SES lets a verified identity send for this sender: the address, its domain or one above."""
    address = parseaddr(sender)[1]
    return address == name or f".{address.rsplit('@', 1)[1]}".endswith(f".{name}")


def check_covers(name: str, sender: str) -> None:
    """Raise DeployError if what SES is to verify does not let the sender send; an empty name was not given."""
    if name and not covers(name, sender):
        raise DeployError(
            f"IDENTITY={name} does not cover the sender {sender}. "
            "Give the sender's address, its domain or a domain above it. Nothing was changed."
        )


def many_emails(stage: Deployment) -> int:
    """Return 80 % of the emails that SES sends in 24 hours, above which an alarm rings."""
    most = float(stage.client("sesv2").get_account()["SendQuota"]["Max24HourSend"])
    return UNLIMITED if most < 0 else int(most * 0.8)


def describe_capacity(stage: Deployment, sender: str) -> str:
    """Return for how many delegates SES sends enough on a cohort's busiest day."""
    limits = read_limits(stage.client("sesv2"), sender)
    of_day = limits.per_day if limits.per_day >= 0 else UNLIMITED
    of_rate = limits.per_second * SHARE * MAX_HOURS * 3600
    delegates = int(min(of_day, of_rate) // EMAILS_OF_A_DELEGATE)
    return (
        f"SES sends {f'{of_day:,.0f}' if limits.per_day >= 0 else 'any number of'} emails a day, "
        f"{limits.per_second:g} a second: enough on its busiest day for a cohort of up to {delegates:,} delegates with "
        f"{RATERS} raters each"
    )


def report_state(stage: Deployment, hand: Reporter, sender: str) -> list[str]:
    """Report and return what a person must still do before emails arrive, one line for each."""
    name, known = identity(stage, sender)
    limits = read_limits(stage.client("sesv2"), sender)
    waiting = []
    if not known:
        waiting.append(f"SES does not know {name} yet: make infra STAGE={stage.name} asks it to verify")
    elif not limits.is_verified:
        waiting += _unverified(stage, name, known)
    if limits.is_sandbox:
        waiting.append(
            f"SES is in its sandbox: it sends to verified addresses only, {limits.per_day:,.0f} emails a day, "
            f"{limits.per_second:g} a second. Ask for production access (docs/operations.md, Email)."
        )
    for line in waiting:
        hand.note(line)
    return waiting


def _unverified(stage: Deployment, name: str, known: dict[str, Any]) -> list[str]:
    if known.get("IdentityType") == "EMAIL_ADDRESS":
        return [f"{name} is not verified: open the link that SES emailed to it."]
    tokens = known.get("DkimAttributes", {}).get("Tokens", [])
    return [
        f"{name} is not verified. Add to its DNS:",
        *(f"  {token}._domainkey.{name}  CNAME  {token}.dkim.amazonses.com" for token in tokens),
        f"  bounces.{name}  MX  10 feedback-smtp.{stage.region}.amazonses.com",
        f'  bounces.{name}  TXT  "v=spf1 include:amazonses.com ~all"',
        f'  _dmarc.{name}  TXT  "v=DMARC1; p=none; rua=mailto:postmaster@{name}"  (unless it has one)',
    ]
