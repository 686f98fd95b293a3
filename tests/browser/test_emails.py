"""Every email in Chromium: light and dark, on a phone and on a desk, with styles stripped."""

from __future__ import annotations

from tests.browser import checks
from tests.browser.checks import assert_accessible, assert_fits, assert_sound, html_faults

# mail programs need these, against the standard
OUTLOOK_NEEDS = ("obsolete", "xmlns", "mso", "CSS:", "supported-color-schemes")


def test_every_email_can_be_read_in_every_look(cloud, visit, monkeypatch):
    wcag = [tag for tag in checks.RULES["runOnly"] if tag != "best-practice"]  # an email has no landmarks
    monkeypatch.setitem(checks.RULES, "runOnly", wcag)
    page = visit(f"http://127.0.0.1:{cloud.port}/_local/mails", width=1280)
    emails = page.eval_on_selector_all("h2", "found => found.map(heading => heading.id)")
    assert len(emails) > 20
    sources = {}
    for email in emails:
        for look in ("light", "dark", "stripped"):
            page.goto(f"http://127.0.0.1:{cloud.port}/_local/mails/{email}/{look}")
            sources[f"{email} {look}"] = page.content()
            for width in (390, 700):
                page.set_viewport_size({"width": width, "height": 844})
                assert_fits(page)
            assert_accessible(page)
    faults = html_faults(sources)
    assert [fault for fault in faults if not any(known in fault for known in OUTLOOK_NEEDS)] == []


def test_the_page_of_all_emails_is_valid(cloud, visit):
    page = visit(f"http://127.0.0.1:{cloud.port}/_local/mails")
    assert_sound(page)
