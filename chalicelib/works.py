"""Which stage does the work of each kind of job. Imported by the functions that work, not by the pages."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.admin.chase import chase_cohort, chase_raters
from chalicelib.admin.handover import tell_of_others
from chalicelib.admin.replace import move_everything
from chalicelib.admin.void import void_answers
from chalicelib.admin.withdraw import clear_up
from chalicelib.collect.close import close
from chalicelib.collect.complete import close_if_complete
from chalicelib.collect.counting import take_counts
from chalicelib.collect.extended import tell_extended
from chalicelib.impact.work import close_impact, publish_pulse, start_impact
from chalicelib.jobs.run import Work
from chalicelib.nominate.work import ask_approver, invite
from chalicelib.programme.followup import plan_followups
from chalicelib.programme.work import enrol, open_wave
from chalicelib.report.freeze import freeze_cohort
from chalicelib.sponsor.work import summarise
from chalicelib.undeliverable import stop_mails

WORKS: Mapping[str, Work] = {
    "enrol": enrol,
    "open": open_wave,
    "followup": plan_followups,
    "invite": invite,
    "ask_approver": ask_approver,
    "complete": close_if_complete,
    "counts": take_counts,
    "close": close,
    "tell_extended": tell_extended,
    "impact": start_impact,
    "impact_close": close_impact,
    "cohort_figures": freeze_cohort,
    "pulse_results": publish_pulse,
    "summary": summarise,
    "chase_all": chase_cohort,
    "chase": chase_raters,
    "withdraw": clear_up,
    "replace": move_everything,
    "handover": tell_of_others,
    "void": void_answers,
    "undeliverable": stop_mails,
}
