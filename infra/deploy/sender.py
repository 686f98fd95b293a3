"""Who mail comes from: whether SES knows the address or its domain, and what a person has to do for it."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from infra.deploy import stack
from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment, found_or_none


def identity(stage: Deployment, sender: str) -> tuple[str, dict[str, Any] | None]:
    """The identity that lets us send, and what SES says of it; the domain and None if it knows neither."""
    address = parseaddr(sender)[1]
    domain = address.rsplit("@", 1)[1]
    for name in (address, domain):
        if known := _known(stage, name):
            return name, known
    return domain, None


def parameters(stage: Deployment, sender: str, chosen: str) -> stack.Parameters:
    """For the stack. `chosen` is an identity that the operator names, for example the address alone."""
    before = stack.parameters(stage)
    name, known = identity(stage, sender)
    name = chosen or before.get("Sender") or name
    if known and name != before.get("Sender"):
        return {"Sender": "", "MailFromDomain": ""}  # verified outside Fullcircle: do not change it
    return {"Sender": name, "MailFromDomain": "" if "@" in name else f"bounces.{name}"}


def report_state(stage: Deployment, hand: Reporter, sender: str) -> list[str]:
    """Report and return what a person must still do before emails arrive, one line for each."""
    name, known = identity(stage, sender)
    waiting = []
    if not known:
        waiting.append(f"SES does not know {name} yet")
    elif not known.get("VerifiedForSendingStatus"):
        waiting += _unverified(stage, name, known)
    if not stage.client("sesv2").get_account().get("ProductionAccessEnabled"):
        waiting.append(
            "SES is in its sandbox: it sends to verified addresses only, 200 mails a day. Ask for production access "
            "(docs/operations.md, Mail)."
        )
    for line in waiting:
        hand.note(line)
    return waiting


def _unverified(stage: Deployment, name: str, known: dict[str, Any]) -> list[str]:
    if known.get("IdentityType") == "EMAIL_ADDRESS":
        return [f"{name} is not verified: open the link that SES mailed to it."]
    tokens = known.get("DkimAttributes", {}).get("Tokens", [])
    return [
        f"{name} is not verified. Add to its DNS:",
        *(f"  {token}._domainkey.{name}  CNAME  {token}.dkim.amazonses.com" for token in tokens),
        f"  bounces.{name}  MX  10 feedback-smtp.{stage.region}.amazonses.com",
        f'  bounces.{name}  TXT  "v=spf1 include:amazonses.com ~all"',
        f'  _dmarc.{name}  TXT  "v=DMARC1; p=quarantine; rua=mailto:postmaster@{name}"  (unless it has one)',
    ]


def _known(stage: Deployment, name: str) -> dict[str, Any] | None:
    call = stage.client("sesv2").get_email_identity
    found: dict[str, Any] | None = found_or_none(call, "NotFoundException", EmailIdentity=name)
    return found
