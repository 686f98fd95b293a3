"""Who may use which route. A route that is not here fails tests/test_architecture.py: say first who may use it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """Who gets past a route with the links and ids of the autumn cohort.

    verb   whose signature the token carries; empty for a route without one
    who    None if the link is enough; else the role that must be signed in
    """

    verb: str = ""
    who: str | None = None
    shows: int = 200  # what reading answers in tests/web/test_who_may_what.py
    files: bool = False  # the form brings files


def both(path: str, rule: Rule) -> dict[tuple[str, str], Rule]:
    return {("GET", path): rule, ("HEAD", path): rule}


ADMIN, FILES = Rule(who="administrator"), Rule(who="administrator", files=True)
COHORT = "/admin/cohort/{cohort_id}"
COACH, SPONSOR, DELEGATE = Rule("coach", "coach"), Rule("sponsor", "sponsor"), Rule("hub", "delegate")
FACILITATOR = Rule("facilitator", "facilitator")
OWN_DATA = Rule("own-data", "coach")  # and everyone else with a page: tests/ownership/test_own_copy.py
NO_EMAIL = Rule(who="administrator", shows=404)  # no email is called `meetings/debrief`
NO_PART = Rule("facilitator", "facilitator", shows=404)  # the facilitator has no part in the form that is asked for
RULES: dict[tuple[str, str], Rule] = {
    **both("/", Rule()),
    **both("/static/{name}", Rule()),
    ("POST", "/sign-out"): Rule(),
    ("POST", "/sign-in/administrator"): Rule(),
    ("POST", "/sign-in/{role}/{token}"): Rule("coach"),
    **both("/sign-in/{role}/{token}/{challenge}", Rule("coach")),
    ("POST", "/sign-in/{role}/{token}/{challenge}"): Rule("coach"),
    **both("/code/{key}", Rule("code")),
    ("POST", "/code/{key}"): Rule("code"),
    ("POST", "/code/{key}/again"): Rule("code"),
    **both("/admin/second-factor", ADMIN),
    ("POST", "/admin/second-factor"): ADMIN,
    ("POST", "/admin/second-factor/confirm"): ADMIN,
    ("POST", "/admin/second-factor/remove"): ADMIN,
    **both("/nominate/{token}", Rule("nominate")),
    ("POST", "/nominate/{token}"): Rule("nominate"),
    **both("/nominate/{token}/check", Rule("nominate")),
    ("POST", "/nominate/{token}/send"): Rule("nominate"),
    **both("/nominate/{token}/person/{person}", Rule("nominate", shows=400)),  # no one of this id is on the list
    ("POST", "/nominate/{token}/person/{person}"): Rule("nominate"),
    **both("/approve/{token}", Rule("approve", shows=400)),  # the example asks no one to approve
    ("POST", "/approve/{token}"): Rule("approve", shows=400),
    **both("/answer/{token}", Rule("answer")),
    **both("/answer/{token}/page/{page_id}", Rule("answer")),
    ("POST", "/answer/{token}/page/{page_id}"): Rule("answer"),
    **both("/answer/{token}/review", Rule("answer")),
    ("POST", "/answer/{token}/send"): Rule("answer"),
    ("POST", "/answer/{token}/pulse"): Rule("answer"),
    **both("/answer/{token}/thanks", Rule("answer")),
    **both("/decline/{token}", Rule("decline")),
    ("POST", "/decline/{token}"): Rule("decline"),
    **both("/inbox/{token}", Rule("inbox")),
    **both("/hub/{token}", Rule("hub")),
    **both("/hub/{token}/milestone/{milestone}", Rule("hub")),
    **both("/hub/{token}/areas", Rule("hub")),
    ("POST", "/hub/{token}/areas/share"): Rule("hub"),
    ("POST", "/hub/{token}/plan"): Rule("hub"),
    **both("/hub/{token}/areas/progress", Rule("hub")),
    ("POST", "/hub/{token}/areas/progress"): Rule("hub"),
    **both("/hub/{token}/area/{area}", Rule("hub", shows=404)),  # there is no area of this id
    ("POST", "/hub/{token}/area/{area}"): Rule("hub"),
    ("POST", "/hub/{token}/area/{area}/{act}"): Rule("hub"),
    **both("/hub/{token}/meeting/{kind}", Rule("hub")),
    ("POST", "/hub/{token}/meeting/{kind}/{act}"): Rule("hub"),
    **both("/shared/{token}", Rule("shared")),
    ("POST", "/shared/{token}"): Rule("shared"),
    **both("/own-data/{token}", OWN_DATA),
    ("POST", "/own-data/{token}"): OWN_DATA,
    ("POST", "/own-data/{token}/file"): OWN_DATA,
    **both("/deletion/{token}", Rule("deletion", shows=303)),  # leads to the same page
    **both("/hub/{token}/round/{number}", Rule("hub", shows=404)),  # no round is planned
    ("POST", "/hub/{token}/round/{number}"): Rule("hub", shows=404),
    **both("/hub/{token}/seen", DELEGATE),
    **both("/coach/{token}/{delegate_id}/seen", COACH),
    **both("/hub/{token}/work/{work}", Rule("hub")),
    ("POST", "/hub/{token}/work/{work}"): Rule("hub"),
    **both("/hub/{token}/work/{work}/submitted", Rule("hub")),
    ("POST", "/hub/{token}/work/{work}/take-back"): Rule("hub"),
    **both("/coach/{token}/{delegate_id}/work/{work}", COACH),
    ("POST", "/coach/{token}/{delegate_id}/work/{work}"): Rule("coach", "coach", shows=409),  # it is not open yet
    **both("/impact/{token}", Rule("impact")),
    **both("/impact/{token}/part/{part}", Rule("impact")),
    ("POST", "/impact/{token}/part/{part}"): Rule("impact"),
    **both("/impact/{token}/review", Rule("impact")),
    ("POST", "/impact/{token}/send"): Rule("impact"),
    **both("/impact/{token}/thanks", Rule("impact", shows=303)),  # nothing was sent yet
    **both("/hub/{token}/thank-raters", Rule("hub", shows=409)),  # no report is released
    ("POST", "/hub/{token}/thank-raters"): Rule("hub", shows=409),
    ("POST", "/hub/{token}/thank-raters/send"): Rule("hub", shows=409),
    **both("/hub/{token}/thank-raters/sent", Rule("hub")),
    **both("/hub/{token}/result", Rule("hub", "delegate", shows=404)),  # the survey has not closed
    ("POST", "/hub/{token}/result"): Rule("hub", "delegate", shows=404),
    **both("/hub/{token}/result/{given}", Rule("hub", "delegate", shows=404)),
    **both("/coach/{token}/{delegate_id}/review", Rule("coach", "coach", shows=404)),
    ("POST", "/coach/{token}/{delegate_id}/review"): Rule("coach", "coach", shows=404),
    **both("/coach/{token}/{delegate_id}/review/{given}", Rule("coach", "coach", shows=404)),
    **both("/hub/{token}/calendar/{session}", Rule("hub")),
    **both("/hub/{token}/report", DELEGATE),
    ("POST", "/hub/{token}/report"): DELEGATE,
    **both("/hub/{token}/report/{given}", Rule("hub", "delegate", shows=303)),  # opened in no session of theirs
    **both("/coach/{token}", COACH),
    **both("/coach/{token}/cohorts", COACH),
    **both("/coach/{token}/board", COACH),
    ("POST", "/coach/{token}/board"): COACH,
    **both("/coach/{token}/{delegate_id}", COACH),
    ("POST", "/coach/{token}/{delegate_id}/report"): COACH,
    **both("/coach/{token}/{delegate_id}/report/{given}", Rule("coach", "coach", shows=303)),  # as a delegate's
    ("POST", "/coach/{token}/{delegate_id}/ticks"): COACH,
    ("POST", "/coach/{token}/{delegate_id}/debrief"): COACH,
    ("POST", "/coach/{token}/{delegate_id}/notes"): COACH,
    ("POST", "/coach/{token}/{delegate_id}/hand-over"): COACH,
    **both("/coach/{token}/{delegate_id}/areas", COACH),
    ("POST", "/coach/{token}/{delegate_id}/plan"): Rule("coach", "coach", shows=404),  # no plan is made yet
    **both("/coach/{token}/{delegate_id}/area/{area}", Rule("coach", "coach", shows=404)),
    ("POST", "/coach/{token}/{delegate_id}/area/{area}"): Rule("coach", "coach", shows=404),
    ("POST", "/coach/{token}/{delegate_id}/area/{area}/{act}"): Rule("coach", "coach", shows=404),
    **both("/coach/{token}/{delegate_id}/meeting/{kind}", COACH),
    ("POST", "/coach/{token}/{delegate_id}/meeting/{kind}/{act}"): Rule("coach", "coach", shows=409),
    **both("/coach/{token}/{delegate_id}/review-record", Rule("coach", "coach", shows=404)),  # the survey is open
    ("POST", "/coach/{token}/{delegate_id}/review-record"): Rule("coach", "coach", shows=404),
    **both("/coach/{token}/{delegate_id}/release", COACH),
    ("POST", "/coach/{token}/{delegate_id}/release"): COACH,
    **both("/facilitator/{token}", FACILITATOR),
    **both("/facilitator/{token}/start", FACILITATOR),
    ("POST", "/facilitator/{token}/start"): NO_PART,
    **both("/facilitator/{token}/{delegate_id}/work/{work}", FACILITATOR),
    ("POST", "/facilitator/{token}/{delegate_id}/work/{work}"): Rule("facilitator", "facilitator", shows=409),
    **both("/facilitator/{token}/{delegate_id}/part/{work}", NO_PART),
    ("POST", "/facilitator/{token}/{delegate_id}/part/{work}"): NO_PART,
    ("POST", "/facilitator/{token}/{delegate_id}/part/{work}/take-back"): NO_PART,
    **both("/facilitator/{token}/session/{session}", FACILITATOR),
    ("POST", "/facilitator/{token}/session/{session}"): FACILITATOR,
    ("POST", "/facilitator/{token}/session/{session}/catch-up"): FACILITATOR,
    **both(f"{COHORT}/costs", ADMIN),
    ("POST", f"{COHORT}/costs"): ADMIN,
    **both(f"{COHORT}/board", ADMIN),
    ("POST", f"{COHORT}/board"): ADMIN,
    ("POST", f"{COHORT}/board/edition"): ADMIN,
    ("POST", f"{COHORT}/board/evidence"): Rule(who="administrator", shows=404),  # there is no edition yet
    **both(f"{COHORT}/stories", ADMIN),
    ("POST", f"{COHORT}/stories/{{delegate_id}}/{{act}}"): Rule(who="administrator", shows=404),  # there is no story
    **both("/hub/{token}/story", Rule("hub", shows=404)),  # there is no story yet
    ("POST", "/hub/{token}/story"): Rule("hub", shows=404),
    **both("/sponsor/{token}", SPONSOR),
    ("POST", "/sponsor/{token}"): SPONSOR,
    **both("/admin", ADMIN),
    **both("/admin/start", ADMIN),
    ("POST", "/admin/start"): FILES,
    ("POST", "/admin/start/confirm"): FILES,
    **both("/admin/programme", ADMIN),
    ("POST", "/admin/programme"): FILES,
    ("POST", "/admin/programme/confirm"): FILES,
    **both("/admin/example/{name}", Rule(who="administrator", shows=404)),  # there is no example of this name
    **both(COHORT, ADMIN),
    **both(COHORT + "/trail", ADMIN),
    **both(COHORT + "/progress", ADMIN),
    **both(COHORT + "/people", ADMIN),
    ("POST", COHORT + "/people"): FILES,
    ("POST", COHORT + "/people/confirm"): FILES,
    **both(COHORT + "/all/{act_id}", ADMIN),
    ("POST", COHORT + "/all/{act_id}"): ADMIN,
    **both(COHORT + "/chosen", Rule(who="administrator", shows=303)),  # no delegate is ticked
    ("POST", COHORT + "/chosen"): ADMIN,
    **both(COHORT + "/many", Rule(who="administrator", shows=303)),  # no delegate is ticked
    ("POST", COHORT + "/many"): ADMIN,
    **both(COHORT + "/change", ADMIN),
    **both(COHORT + "/change/{cohort_change}", ADMIN),
    ("POST", COHORT + "/change/{cohort_change}"): ADMIN,
    **both(COHORT + "/person/{delegate_id}", ADMIN),
    **both(COHORT + "/person/{delegate_id}/{change_id}", ADMIN),
    ("POST", COHORT + "/person/{delegate_id}/{change_id}"): ADMIN,
    **both(COHORT + "/delegate/{delegate_id}", ADMIN),
    **both(COHORT + "/delegate/{delegate_id}/{act_id}", ADMIN),
    **both(COHORT + "/delegate/{delegate_id}/work/{work}", ADMIN),
    ("POST", COHORT + "/delegate/{delegate_id}/work/{work}"): ADMIN,
    ("POST", COHORT + "/delegate/{delegate_id}/{act_id}"): ADMIN,
    **both(COHORT + "/link", ADMIN),
    ("POST", COHORT + "/link"): ADMIN,
    **both(COHORT + "/address", ADMIN),
    ("POST", COHORT + "/address"): ADMIN,
    ("POST", COHORT + "/dismiss"): ADMIN,
    **both(COHORT + "/trail/file", ADMIN),
    **both(COHORT + "/void", ADMIN),
    ("POST", COHORT + "/void"): ADMIN,
    **both(COHORT + "/revoke-links", ADMIN),
    ("POST", COHORT + "/revoke-links"): ADMIN,
    **both(COHORT + "/confirm", ADMIN),
    ("POST", COHORT + "/confirm"): ADMIN,
    **both(COHORT + "/registers", ADMIN),
    **both(COHORT + "/register/{session}", ADMIN),
    ("POST", COHORT + "/register/{session}"): ADMIN,
    ("POST", COHORT + "/register/{session}/catch-up"): ADMIN,
    **both(COHORT + "/register/{session}/file", ADMIN),
    ("POST", COHORT + "/register/{session}/file"): FILES,
    **both(COHORT + "/links", ADMIN),
    **both(COHORT + "/preview", ADMIN),
    **both(COHORT + "/preview/questionnaire/{group_id}", ADMIN),
    **both(COHORT + "/preview/email/{folder}/{kind}", NO_EMAIL),
    **both(COHORT + "/preview/email/{folder}/{kind}/file", NO_EMAIL),
    **both(COHORT + "/dates", ADMIN),
    ("POST", COHORT + "/dates"): ADMIN,
    **both(COHORT + "/followup", ADMIN),
    ("POST", COHORT + "/followup"): ADMIN,
    **both("/admin/work", ADMIN),
    ("POST", "/admin/work"): ADMIN,
}
