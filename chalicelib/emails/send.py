"""Send one email once: claim it, hand it to SES, settle it.

If delivery is unconfirmed, wait for SES's Send event or the end of the lease.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr

from botocore.exceptions import ClientError, ParamValidationError

from chalicelib.core import log
from chalicelib.core.aws import AWS_ERRORS, client
from chalicelib.core.settings import settings
from chalicelib.emails.away import Away, ReadRows, Wait, read_nothing
from chalicelib.emails.compose import compose_message
from chalicelib.emails.digest import compose_digest, gather
from chalicelib.emails.kinds import lease_of
from chalicelib.emails.mime import AddressUnusable, address, clean
from chalicelib.emails.rate_limit import pace
from chalicelib.emails.ses_errors import WORDS, account_fault, trouble_of
from chalicelib.emails.ses_tags import tag
from chalicelib.store import digests, emails
from chalicelib.store.account_fault import Seen
from chalicelib.store.account_fault import save as save_fault
from chalicelib.store.digests import Outcome
from chalicelib.store.emails import Email, EmailSettled, EmailState, Trouble
from chalicelib.store.table import Write, transact, write_all

MAX_ATTEMPTS = 10
FIRST_DELAY = timedelta(minutes=1)
MAX_DELAY = timedelta(hours=8)  # so that ten attempts outlast an exhausted quota, which SES counts over 24 hours
ACCOUNT_DELAY = timedelta(minutes=15)
MAX_REASON_CHARS = 200  # of SES's message, for the dashboard

ERASED = "The reader was erased"
REFUSED = {
    Trouble.ADDRESS: "The mail service cannot use the address",
    Trouble.REFUSED: "The mail service rejected the email",
}


def send(email_id: str, attempt: str, now: datetime, read_rows: ReadRows = read_nothing) -> bool:
    """Return True if SES is known to have accepted the email.

    Never raises: a later sweep finds what an error leaves.

    read_rows   reads who is paused and whose new address is held: emails that this concerns wait. An email to someone
                who was erased is forgotten
    """
    with log.bind(mail=email_id):
        try:
            held = _claim(email_id, attempt, now) or _claim_doubtful(email_id, attempt, now)
            away = Away(read_rows, now)
            if held and away.is_to_erased(held):
                _write_if_held([emails.forget_reader(held)])
                return False
            if held and (wait := away.find_wait(held)):
                _write_if_held([emails.reschedule(held, wait.until, wait.reason, counted=False)])
                return False
            if held and not held.cancelled:
                held = gather(held, attempt, now, now + lease_of(email_id), away)
            return held is not None and _deliver(held, now, away)
        except Exception as error:
            log.error("mail_failed", error)
            return False


def _claim(email_id: str, attempt: str, now: datetime) -> Email | None:
    """Claim again if the response was lost: an attempt may claim what it holds, and no other run can claim it."""
    try:
        return emails.claim(email_id, attempt, now, now + lease_of(email_id))
    except AWS_ERRORS as error:
        log.error("mail_claimed_again", error)
        return emails.claim(email_id, attempt, now, now + lease_of(email_id))


def _claim_doubtful(email_id: str, attempt: str, now: datetime) -> Email | None:
    held = emails.claim_unconfirmed(email_id, attempt, now, now + lease_of(email_id))
    if held and not held.cancelled:
        log.warning("mail_in_doubt", doubts=held.doubts)
    return held


def _deliver(held: Email, now: datetime, away: Away) -> bool:
    if held.cancelled:
        _write_if_held([emails.cancelled(held)])
        return False
    if held.good_until and now >= held.good_until:
        _write_if_held([emails.mark_expired(held)])
        return False
    if held.attempts > MAX_ATTEMPTS:
        _refuse(held, held.reason or "All attempts timed out or crashed", now)
        return False
    items = _items(held, now, away)
    if held.items and not items:
        outcome = Outcome(EmailState.CANCELLED, reason="Nothing in it was still to be sent")
        _settle_all([digests.end(held, outcome)], held, outcome, now)
        return False
    try:
        raw = compose_digest(held, items, settings(), now) if items else compose_message(held, settings(), now)
    except AddressUnusable as error:
        _refuse(held, str(error), now, Trouble.ADDRESS)
        return False
    except Exception as error:  # a fault of ours: the email waits until it is fixed
        log.error("mail_not_composed", error)
        _reschedule(held, log.describe_error(error), now)
        return False
    return _hand_over(held, raw, now)


def _items(held: Email, now: datetime, away: Away) -> list[Email]:
    """Return what a digest still has to say; nothing for another email. What has to wait leaves it."""
    if not held.items:
        return []
    carried = [item for item in digests.items_of(held) if item.state is EmailState.CARRIED]
    away.look_up(carried)
    waiting = {item.id: wait for item in carried if (wait := _find_wait(item, now, away))}
    for item in carried:
        if item.id in waiting:
            _write_if_held([digests.take_out(item, waiting[item.id].until, waiting[item.id].reason)])
    return [item for item in carried if item.id not in waiting and digests.is_fresh(item, held, now)]


def _find_wait(item: Email, now: datetime, away: Away) -> Wait | None:
    """Return until when an item has to wait. To someone who was erased it goes back at once, to be forgotten alone."""
    return Wait(now, ERASED) if away.is_to_erased(item) else away.find_wait(item)


def _hand_over(held: Email, raw: bytes, now: datetime) -> bool:
    pace().wait()
    try:
        answer = client("sesv2").send_email(
            Destination={"ToAddresses": [address("", held.to.email).addr_spec]},
            Content={"Raw": {"Data": raw}},
            ConfigurationSetName=settings().configuration_set,
            EmailTags=[{"Name": "mail", "Value": tag(held.id)}, {"Name": "attempt", "Value": held.attempt}],
        )
    except (ClientError, ParamValidationError) as error:
        _settle_refusal(held, error, now)
        return False
    outcome = Outcome(EmailState.SENT, answer["MessageId"])
    _settle_all([emails.sent(held, answer["MessageId"], now)], held, outcome, now)
    log.info("mail_sent")
    if held.reason in WORDS:  # it had waited for the account, which works again
        transact(save_fault(Seen("", now), held.about.get("cohort", "")))
    return True


def _settle_refusal(held: Email, error: ClientError | ParamValidationError, now: datetime) -> None:
    """Settle a refusal. Raise the error again if it leaves open whether SES accepted the email."""
    if _is_doubt(error):
        raise error
    code, message = _code_and_message(error)
    sender = parseaddr(settings().sender)[1]
    if fault := account_fault(code, message, sender, held.to.email):
        log.warning("mail_account", code=code, fault=fault.value)
        _write_if_held([emails.reschedule(held, now + ACCOUNT_DELAY, fault.value, counted=False)])
        transact(save_fault(Seen(fault.value, now), held.about.get("cohort", "")))
    elif trouble := trouble_of(code, message):
        _refuse(held, f"{REFUSED[trouble]}: {message}", now, trouble)
    else:
        log.error("mail_put_off", error)
        _reschedule(held, log.describe_error(error), now)


def _is_doubt(error: ClientError | ParamValidationError) -> bool:
    if isinstance(error, ParamValidationError):
        return False
    status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status == 408 or not 400 <= status < 500


def _code_and_message(error: ClientError | ParamValidationError) -> tuple[str, str]:
    if isinstance(error, ParamValidationError):
        return "", ""
    details = error.response["Error"]
    return details["Code"], clean(details.get("Message", ""))[:MAX_REASON_CHARS]


def _reschedule(held: Email, reason: str, now: datetime) -> None:
    if held.attempts >= MAX_ATTEMPTS:
        _refuse(held, reason, now)
        return
    share = random.Random(held.attempt).random()  # noqa: S311 (spreads emails out, protects nothing)
    _write_if_held([emails.reschedule(held, now + delay(held.attempts, share), reason)])


def _refuse(held: Email, reason: str, now: datetime, trouble: Trouble = Trouble.REFUSED) -> None:
    log.warning("mail_refused", attempts=held.attempts)
    outcome = Outcome(EmailState.REFUSED, "", reason, trouble)
    writes = [digests.end(held, outcome)] if held.items else emails.refused(held, reason, now, trouble)
    _settle_all(writes, held, outcome, now)


def _settle_all(writes: Sequence[Write], held: Email, outcome: Outcome, now: datetime) -> None:
    """Settle an email, and then what it carries. If a crash parts the two, SES's event settles the rest."""
    _write_if_held(writes)
    if held.items:
        digests.settle_items(held, digests.items_of(held), outcome, now)


def _write_if_held(writes: Sequence[Write]) -> None:
    """Write if this run still holds the email: SES's event, or our first try whose response was lost, may have settled
    it.
    """
    try:
        write_all(writes)
    except EmailSettled:
        log.info("mail_was_settled")


def delay(attempts: int, share: float) -> timedelta:
    """Treble the delay with each attempt up to a limit; `share` in 0..1 takes off up to a third, to spread them."""
    whole: timedelta = min(FIRST_DELAY * 3 ** (attempts - 1), MAX_DELAY)
    return whole - share * whole / 3
