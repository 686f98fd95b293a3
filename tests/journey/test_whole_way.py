"""One cohort of one delegate, from two files to the sponsor's summary, through pages and emails."""

import json

from chalicelib.core.model import Wave
from chalicelib.store import cohorts, jobs, objects, reports
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails


def test_a_cohort_goes_the_whole_way(visitor, clock):
    people.opened(clock)
    own = people.link("dana delegate", "answer")
    people.send(people.answer_all(visitor, own), own)
    assert visitor.shows == "collect/thanks"

    choose = people.link("dana delegate", "nominate")
    for rater in people.raters():
        visitor.open(choose)
        visitor.post(choose, {"group": rater.group, "name": rater.person.name, "email": rater.person.email})
        assert visitor.status == 200, visitor.page
    visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    people.invited(clock)
    for name in ("mara manager", *(f"p{n}" for n in range(4)), *(f"d{n}" for n in range(3))):
        url = people.link(name, "answer")
        people.send(people.answer_all(visitor, url, rating="3", comment=f"From {name}"), url)

    drain(clock.to(people.CLOSE))
    drain(clock.advance(minutes=2))
    (line,) = cohorts.list_lines(people.COHORT)
    assert (line.invited, line.answered) == (10, 9)
    report = reports.find(people.dana(), Wave.BASELINE)
    facts = json.loads(objects.load(report.facts))
    assert [cell["cell"] for cell in facts["cells"]] == ["self", "manager", "peer", "direct_report"]
    assert [block["block"] for block in facts["blocks"]] == ["peer+direct_report"]

    coach = people.coach_url()
    case = f"{coach}/{people.dana()}"
    visitor.sign_in(coach, "cleo.coach@example.org", clock.now())
    visitor.open(case).post(f"{case}/report", {"kind": "pdf"})
    assert visitor.status == 303
    assert "X-Amz-Expires=60" in visitor.headers["Location"]
    day = clock.advance(days=3).date().isoformat()
    areas = people.areas_typed(clock.now().date())
    visitor.sign_in(coach, "cleo.coach@example.org", clock.now())
    visitor.open(case).post(f"{case}/debrief", {"held_on": day, **areas})
    visitor.open(f"{case}/release").post(f"{case}/release")
    assert "Released" in visitor.page
    drain(clock.now())
    hub = people.link("dana delegate", "hub")
    visitor.sign_in(f"{hub}/report", "dana.delegate@example.org", clock.now())
    visitor.post(f"{hub}/report", {"kind": "pdf"})
    assert visitor.status == 303

    drain(clock.to(clock.now().replace(year=2027, month=5, day=31, hour=7)))
    assert not [email for email in sent_emails() if "/impact/" in "".join(email.links)]
    drain(clock.advance(hours=1))
    impact = people.link("dana delegate", "impact")
    visitor.open(f"{impact}/part/reaction").post(f"{impact}/part/reaction", {"relevance": "5"})
    visitor.open(f"{impact}/review").post(f"{impact}/send")
    assert visitor.shows == "impact/thanks"
    pulse = people.link("p0", "answer")
    visitor.open(pulse).post(f"{pulse}/pulse", dict(zip(people.area_ids(), ("6", "na"), strict=True)))
    assert visitor.shows == "collect/thanks"
    drain(clock.advance(days=40))
    summary = people.link("sponsor", "sponsor")
    visitor.sign_in(summary, "sponsor@example.org", clock.now())
    assert visitor.status == 200
    assert jobs.failed() == []
