"""Every mail we send, and the words and links its templates need."""

from __future__ import annotations

from chalicelib.store.emails import Email

EVERY = ("programme", "organisation", "brand", "from_name")  # words of the frame around every mail


def _words(names: str) -> frozenset[str]:
    return frozenset((*EVERY, *names.split()))


# template -> words; `closes` is a date as a reader knows it, `minutes` a number
MAILS: dict[str, frozenset[str]] = {
    "programme/opening": _words("name delegate closes minutes raters_named"),
    "programme/followup": _words("name delegate closes minutes"),
    "programme/followup_planned": _words("name delegate opens closes"),
    "nominate/reminder": _words("name delegate closes"),
    "nominate/approve": _words("name delegate people closes"),
    "nominate/approve_reminder": _words("name delegate people closes"),
    "nominate/approved": _words("name delegate approver people closes"),
    "nominate/change_wanted": _words("name delegate approver remark closes"),
    "collect/invitation": _words("name delegate group_title named closes minutes"),
    "collect/reminder": _words("name delegate group_title named closes minutes"),
    "collect/self_reminder": _words("name delegate closes minutes"),
    "collect/extended": _words("name delegate group_title named closes minutes"),
    "collect/again": _words("name delegate closes own"),
    "report/too_few": _words("name delegate cohort invited minimum"),
    "report/ready": _words("name delegate cohort"),
    "debrief/released": _words("name delegate coach"),
    "impact/delegate": _words("name delegate closes minutes"),
    "impact/manager": _words("name delegate closes minutes"),
    "impact/pulse": _words("name delegate month closes"),
    "impact/pulse_reminder": _words("name delegate month closes"),
    "impact/reminder": _words("name delegate own closes"),
    "sponsor/summary": _words("name cohort"),
    "web/code": _words("name challenge until"),
    "web/wrong_code": _words("name at"),
    "web/second_factor": _words("name at what"),
    "admin/link": _words("name what"),
    "admin/new_link": _words("name what held"),
    "admin/replaced": _words(""),
}

# template -> links
LINKS: dict[str, frozenset[str]] = {
    "programme/opening": frozenset({"answer", "nominate", "hub"}),
    "programme/followup": frozenset({"answer", "nominate", "hub"}),
    "programme/followup_planned": frozenset({"nominate", "hub"}),
    "nominate/reminder": frozenset({"nominate", "hub"}),
    "nominate/approve": frozenset({"approve"}),
    "nominate/approve_reminder": frozenset({"approve"}),
    "nominate/approved": frozenset({"nominate", "hub"}),
    "nominate/change_wanted": frozenset({"nominate", "hub"}),
    "collect/invitation": frozenset({"answer", "inbox", "decline"}),
    "collect/reminder": frozenset({"answer", "inbox", "decline"}),
    "collect/self_reminder": frozenset({"answer", "hub"}),
    "collect/extended": frozenset({"answer", "inbox", "decline"}),
    "collect/again": frozenset({"answer", "inbox", "decline"}),
    "report/too_few": frozenset({"admin"}),
    "report/ready": frozenset({"coach"}),
    "debrief/released": frozenset({"hub"}),
    "impact/delegate": frozenset({"impact"}),
    "impact/manager": frozenset({"impact"}),
    "impact/pulse": frozenset({"answer", "decline"}),
    "impact/pulse_reminder": frozenset({"answer", "decline"}),
    "impact/reminder": frozenset({"impact"}),
    "sponsor/summary": frozenset({"sponsor"}),
    "web/code": frozenset({"code"}),
    "web/wrong_code": frozenset(),
    "web/second_factor": frozenset(),
    "admin/link": frozenset({"open"}),
    "admin/new_link": frozenset({"open"}),
    "admin/replaced": frozenset(),
}


def check(mail: Email) -> None:
    """Raises KeyError naming what the mail's template needs and the mail does not bring."""
    if mail.template not in MAILS:
        raise KeyError(f"no mail is called {mail.template}")
    lacking = sorted(MAILS[mail.template] - mail.words.keys())
    lacking += sorted(f"links.{name}" for name in LINKS[mail.template] - mail.links.keys())
    if lacking:
        raise KeyError(f"{mail.template} needs {', '.join(lacking)}")
