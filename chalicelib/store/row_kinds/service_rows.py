"""Kinds of row of jobs, emails and sign-in."""

from __future__ import annotations

from chalicelib.store.row_kinds.row_kind import Erasure, Owner, Reader, Retention, RowKind

_OWN = (Reader.OWNER,)
_ADMIN = (Reader.ADMINISTRATOR,)

JOB = RowKind(
    name="job",
    pk="JOB#{job*}",
    sk="JOB",
    what="work that is due now or later; once it is done, without names, addresses and reasons",
    owner=Owner.ORGANISATION,
    readers=_ADMIN,
    erasure=Erasure.REDACT,
    retention=Retention.DEPLOYMENT,
)
EMAIL = RowKind(
    name="email",
    pk="MAIL#{email*}",
    sk="MAIL",
    what="one email and its state",
    owner=Owner.READER,
    readers=_OWN,
    erasure=Erasure.REDACT,
    retention=Retention.EMAIL,
    why="that it was sent stays on record, without words or address",
)
LISTED_EMAIL = RowKind(
    name="listed email",
    pk="EMAILS#{owner}",
    sk="{invitation}#{email*}",
    what="that an email is about a delegate, a cohort or a reader, so that one query finds it",
    owner=Owner.READER,
    readers=(),
    erasure=Erasure.KEEP,
    retention=Retention.EMAIL,
    why="it has ids and no name, and goes with its email",
)
READERS_EMAIL = RowKind(
    name="email of a reader and day",
    pk="READER#{reader}",
    sk="{day}#{email*}",
    what="that an email to an address may go in the digest of a day",
    owner=Owner.READER,
    readers=(),
    erasure=Erasure.KEEP,
    retention=Retention.EXPIRY,
    why="it has ids and no name, and goes after a week",
)
COMPLETE_LIST = RowKind(
    name="complete list of emails",
    pk="EMAILS#{owner}",
    sk="COMPLETE",
    what="that every email about a delegate or cohort is listed",
    owner=Owner.ORGANISATION,
    readers=(),
    erasure=Erasure.KEEP,
    retention=Retention.EMAIL,
    why="it names no one",
)
EMAIL_ACCOUNT = RowKind(
    name="email account",
    pk="EMAIL",
    sk="ACCOUNT",
    what="why the email service refused emails last, if the account is at fault",
    owner=Owner.ORGANISATION,
    readers=_ADMIN,
    erasure=Erasure.KEEP,
    retention=Retention.DEPLOYMENT,
    why="it names no one",
)
SIGN_IN_CODE = RowKind(
    name="sign-in code",
    pk="ASKING#{reader}",
    sk="CODE#{challenge}",
    what="a code that was emailed to a reader, and how often it was tried; not the code itself",
    owner=Owner.READER,
    readers=(),
    erasure=Erasure.DELETE,
    retention=Retention.EXPIRY,
)
SIGN_IN_TRIES = RowKind(
    name="sign-in tries",
    pk="ASKING#{reader}",
    sk="ASKING",
    what="when codes were asked for and wrong ones were typed for a reader",
    owner=Owner.READER,
    readers=(),
    erasure=Erasure.KEEP,
    retention=Retention.TRIES,
    why="otherwise an erasure would give a guesser new tries; it holds no address",
)
SECOND_FACTOR = RowKind(
    name="second factor",
    pk="SECOND#{reader}",
    sk="SECOND",
    what="an administrator's second factor: the secret, encrypted, and the hashes of recovery codes",
    owner=Owner.READER,
    readers=(),
    erasure=Erasure.KEEP,
    retention=Retention.DEPLOYMENT,
    why="it protects the console, and names no one; `administrator reset-second-factor` removes it",
)
ADMINISTRATOR_RIGHTS = RowKind(
    name="rights of an administrator",
    pk="RIGHTS#{reader}",
    sk="RIGHTS",
    what="the programmes that an administrator may see; without this row they see all",
    owner=Owner.ORGANISATION,
    readers=(),
    erasure=Erasure.KEEP,
    retention=Retention.DEPLOYMENT,
    why="it holds a key made from the administrator's address, and ids of programmes",
)
SESSION = RowKind(
    name="session",
    pk="SESSION#{session}",
    sk="SESSION",
    what="a browser that has signed in, by the hash of its id",
    owner=Owner.READER,
    readers=(),
    erasure=Erasure.DELETE,
    retention=Retention.EXPIRY,
)
ENDED_SESSIONS = RowKind(
    name="ended sessions",
    pk="ENDED#{reader}",
    sk="SESSIONS",
    what="that all sessions of a reader are over, because their links were revoked",
    owner=Owner.READER,
    readers=(),
    erasure=Erasure.DELETE,
    retention=Retention.EXPIRY,
)

OWN_COPY = RowKind(
    name="copy of a person's own data",
    pk="OWNCOPY#{reader}",
    sk="{cohort}",
    what="that a person has asked for a copy of their data in a cohort, and where it waits for them",
    owner=Owner.READER,
    readers=_OWN,
    erasure=Erasure.DELETE,
    retention=Retention.EXPIRY,
    folder="copies/{reader}/{cohort}/",
)
