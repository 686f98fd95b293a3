"""Interpret SES's refusals: the cause decides what happens to the email.

SES uses one code for several causes: MessageRejected is used for content, for a sender that is not verified, and for a
reader's address while the account is in the sandbox. So code and message decide together.
"""

from __future__ import annotations

from enum import StrEnum

from chalicelib.store.emails import Trouble


class AccountFault(StrEnum):
    """SES rejects every email, or every one of a kind, until the account is fixed; do not count it as an attempt."""

    SENDER = "sender_not_verified"
    SANDBOX = "sandbox"
    SUSPENDED = "suspended"
    PAUSED = "paused"
    QUOTA = "quota"
    DENIED = "access_denied"
    CONFIGURATION_SET = "configuration_set_missing"
    MAIL_FROM = "mail_from_not_verified"


_SES = "The email service (Amazon SES)"
_THEN = "emails that wait then go out within 15 minutes."
WORDS: dict[str, str] = {
    AccountFault.SENDER: f"{_SES} rejects every email: the sender is not verified. Verify it in SES "
    f"(DNS records of its domain, see docs/operations.md); {_THEN}",
    AccountFault.SANDBOX: f"{_SES} rejects emails to addresses that are not verified: the account is in the sandbox. "
    f"Ask AWS for production access in the SES console; {_THEN}",
    AccountFault.SUSPENDED: f"{_SES} rejects every email: AWS has suspended sending. "
    f"Reply to the email that AWS sent to the owner of the account; {_THEN}",
    AccountFault.PAUSED: f"{_SES} rejects every email: sending is paused for the account or its configuration set. "
    f"Resume it in the SES console; {_THEN}",
    AccountFault.QUOTA: f"{_SES} rejects emails: the daily quota is used up. They go out as the quota allows. "
    "If this happens again, ask AWS for a higher quota in the SES console.",
    AccountFault.DENIED: f"{_SES} rejects every email: our function may not send. "
    f"Run `make deploy` to restore its rights; {_THEN}",
    AccountFault.CONFIGURATION_SET: f"{_SES} rejects every email: the configuration set is missing. "
    f"Run `make infra` to create it again; {_THEN}",
    AccountFault.MAIL_FROM: f"{_SES} rejects every email: the MAIL FROM domain is not verified. "
    f"Restore its DNS records (see docs/operations.md); {_THEN}",
}

BY_CODE = {
    "AccountSuspendedException": AccountFault.SUSPENDED,
    "SendingPausedException": AccountFault.PAUSED,
    "MailFromDomainNotVerifiedException": AccountFault.MAIL_FROM,
    "NotFoundException": AccountFault.CONFIGURATION_SET,
    "ConfigurationSetDoesNotExist": AccountFault.CONFIGURATION_SET,
    "LimitExceededException": AccountFault.QUOTA,
    **dict.fromkeys(
        (
            "AccessDeniedException",
            "AccessDenied",
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "ExpiredTokenException",
            "MissingAuthenticationTokenException",
            "OptInRequired",
        ),
        AccountFault.DENIED,
    ),
}
BY_MESSAGE = (  # in lower case; the first match decides
    ("daily message quota", AccountFault.QUOTA),
    ("sending quota", AccountFault.QUOTA),
    ("sending suspended", AccountFault.SUSPENDED),
    ("account is suspended", AccountFault.SUSPENDED),
    ("sending paused", AccountFault.PAUSED),
    ("sending is disabled", AccountFault.PAUSED),
    ("sandbox", AccountFault.SANDBOX),
    ("mail from", AccountFault.MAIL_FROM),
    ("configuration set", AccountFault.CONFIGURATION_SET),
    ("not authorized", AccountFault.DENIED),
    ("authority to send", AccountFault.SENDER),  # as moto says it
)
REFUSING = {"MessageRejected", "BadRequestException"}  # codes of permanent refusals, unless the message says otherwise
OF_ADDRESS = (
    "illegal address",
    "invalid domain name",
    "missing final '@domain'",
    "domain starts with dot",
    "domain ends with dot",
    "domain contains",
    "local address contains",
    "missing '<'",
    "user name is missing",
)


def account_fault(code: str, message: str, sender: str, reader: str) -> AccountFault | None:
    """Return the account's fault; None if the account is not the cause. `sender` and `reader` are plain addresses."""
    text = message.lower()
    if "not verified" in text and "mail from" not in text:
        return _not_verified(text, sender.lower(), reader.lower())
    known_fault = next((fault for words, fault in BY_MESSAGE if words in text), None)
    return known_fault or BY_CODE.get(code)


def _not_verified(text: str, sender: str, reader: str) -> AccountFault:
    """Return whether the sandbox is the cause: SES names the failed identities, without the sender."""
    named = text.partition("identities failed")[2]
    domain = sender.rpartition("@")[2]
    is_sender = sender in named or any(word.strip(",.:;<>") == domain for word in named.split())
    return AccountFault.SANDBOX if reader in named and reader != sender and not is_sender else AccountFault.SENDER


def trouble_of(code: str, message: str) -> Trouble | None:
    """Return whether a final refusal is about the address or the email; None if another try may succeed."""
    if code not in REFUSING:
        return None
    text = message.lower()
    return Trouble.ADDRESS if any(words in text for words in OF_ADDRESS) else Trouble.REFUSED
