"""Differences that a fault may leave, each with the reason why it is right."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct


class Declared(Struct, frozen=True):
    """Patterns of the act's name and of the difference."""

    act: str
    difference: str
    why: str

    def covers(self, act: str, difference: str) -> bool:
        return bool(re.fullmatch(self.act, act) and re.search(self.difference, difference, re.DOTALL))


DECLARED = (
    Declared(
        r".*",
        r"rows (MAIL|EMAILS)#emails/digest|rows EMAILS#\w{16} \| |MAIL#\S+ \| MAIL: (carried_by|items|due_at) is ",
        "After a fault, emails to one reader may be gathered in another way; each arrives once.",
    ),
    Declared(
        r"page /(sign-in/(administrator|\{role\}/\{token\})|code/\{key\}/again)",
        r"^email too many 1x: web/code#|MAIL#web/code#|: (asked|revision|asks\w*) is |rows (MAIL#web/code#|ASKING#)",
        "Asking again after an error page makes another code.",
    ),
    Declared(
        r"page /(sign-in/\{role\}/\{token\}/\{challenge\}|code/\{key\})",
        r": (tries|tries_by_link|revision|failed) is |the page is '400|rows SESSION#",
        "A try is counted before it is checked; a reader who loses the answer to a right code asks for another.",
    ),
    Declared(
        r"page /admin/second-factor/(confirm|remove)",
        r": (revision|failed|last_step|pending) is |the page is '400|#<moment>\.\d+\.removed|web/second_factor#",
        "A code of the app is for one use: an administrator who loses the answer to a right one types the next.",
    ),
    Declared(
        r"page /admin/second-factor",
        r"the page is '400  Set up a second factor', not '200  Keep your recovery codes'",
        "The factor is set up, and no one saw its recovery codes: with the app it is removed and set up again.",
    ),
    Declared(
        r"email web/code",
        r"web/code#",
        "A run that is killed while it sends holds the code for as long as it lives; the reader asks for another.",
    ),
    Declared(
        r"job (tell_extended|chase)",
        r"INVITATION#\S+: emails_planned is ",
        "A run that did not finish planned its emails, and the next plans them again. An answer reads the list again.",
    ),
    Declared(
        r"page /impact/\{token\}/part/\{part\}",
        r": revision is 2, not 1$",
        "A part saved twice was saved twice.",
    ),
    Declared(
        r"page /coach/\{token\}/\{delegate_id\}/release",
        r"the page is '409  This report has been released', not '303 ",
        "The first press had worked, and the page after the second says so.",
    ),
    Declared(
        r"page /coach/\{token\}/\{delegate_id\}/meeting/\{kind\}/\{act\}",
        r"the page is '409  Nothing was changed', not '303 ",
        "The first press had noted that the meeting was missed, and the page after the second says that it changed.",
    ),
    Declared(
        r"page /(facilitator/\{token\}/session|admin/cohort/\{cohort_id\}/register)/\{session\}(/file)?",
        r"the page is '303 .*\?saved=0 ', not '303 ",
        "The first press had saved the register, and the page after the second says that nothing has changed.",
    ),
    Declared(
        r"page /(coach/\{token\}/\{delegate_id\}/(report|review)|sponsor/\{token\}|facilitator/\{token\}/start"
        r"|hub/\{token\}/(report|result)|own-data/\{token\}/file|admin/cohort/\{cohort_id\}/board/evidence)",
        r"2 rows AUDIT#",
        "Every opening of a document is noted, and it was opened twice.",
    ),
    Declared(
        r"page /admin/cohort/\{cohort_id\}/(address|revoke-links|(all|delegate/\{delegate_id\})/close)",
        r"2 rows (AUDIT|JOB#replace|JOB#revoke_links|JOB#send_dates)#",
        "The button was pressed twice before the job ran: each press is noted, and the second changes nothing.",
    ),
    Declared(
        r"page /admin/cohort/\{cohort_id\}/many",
        r"(rows (EMAILS|MAIL|READER)|email too many 1x: |the same email).*admin/former#|rows READER#",
        "The first press had changed some delegates, the second the others: their former coach gets two notices.",
    ),
    Declared(
        r"page /admin/cohort/\{cohort_id\}/(link|confirm|many|void|delegate/\{delegate_id\}/survey)",
        r"the page is '303 .*done=(today|as-it-is|voided-today) ', not '303 ",
        "The first press had worked, and the page after the second says so.",
    ),
)

# Faults that are being fixed, each with what is wrong. At the end there is none.
BEING_MENDED: tuple[Declared, ...] = ()


def for_act(name: str) -> Iterator[Declared]:
    return (declared for declared in (*DECLARED, *BEING_MENDED) if re.fullmatch(declared.act, name))


class DeclaredOfPair(Struct, frozen=True):
    """Patterns of both acts, in any order, and of the difference."""

    one: str
    another: str
    difference: str
    why: str


OF_PAIRS = (
    DeclaredOfPair(
        r"job void",
        r"page /admin/cohort/\{cohort_id\}/all/close",
        r": (DELEGATE#\w+ \| INVITATION#|COHORT#\S+ \| DELEGATE#\w+: answered|\d rows (EMAILS|MAIL|READER)#)",
        "Each questionnaire is voided by itself, and the close of all may come between two of them.",
    ),
    DeclaredOfPair(
        r"page /(sign-in/\{role\}/\{token\}/\{challenge\}|code/\{key\})",
        r"page /(sign-in/\{role\}/\{token\}/\{challenge\}|code/\{key\})",
        r": (tries|tries_by_link|failed|revision) is ",
        "A try is counted before it is checked: of two at once both are counted, and one signs in.",
    ),
    DeclaredOfPair(
        r"page /admin/second-factor/confirm",
        r"page /admin/second-factor/confirm",
        r": (failed|revision) is ",
        "A try is counted before it is checked: the right code clears it, whether the other one was counted or not.",
    ),
    DeclaredOfPair(
        r".*",
        r".*",
        r"document withdrawals/\S+ is one too many$",
        "An act that is refused leaves its entry in the log for a restore, and so does the same act when it is pressed "
        "again: a restore may withdraw too much, but never too little (decision 47).",
    ),
)


def of_pair(act: str, another: str, difference: str) -> bool:
    return any(
        re.search(declared.difference, difference, re.DOTALL)
        and any(
            re.fullmatch(declared.one, first) and re.fullmatch(declared.another, second)
            for first, second in ((act, another), (another, act))
        )
        for declared in OF_PAIRS
    )
