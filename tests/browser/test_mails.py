"""Every mail in Chromium: light and dark, on a phone and on a desk, with styles stripped."""

from __future__ import annotations

from tests.browser import checks
from tests.browser.checks import assert_accessible, assert_fits, assert_sound, html_faults

# mail programs need these, against the standard
OUTLOOK_NEEDS = ("obsolete", "xmlns", "mso", "CSS:", "supported-color-schemes")


def test_every_mail_can_be_read_in_every_look(cloud, visit, monkeypatch):
    wcag = [tag for tag in checks.RULES["runOnly"] if tag != "best-practice"]  # a mail has no landmarks
    monkeypatch.setitem(checks.RULES, "runOnly", wcag)
    page = visit(f"http://127.0.0.1:{cloud.port}/_local/mails", width=1280)
    mails = page.eval_on_selector_all("h2", "found => found.map(heading => heading.id)")
    assert len(mails) > 20
    sources = {}
    for mail in mails:
        for look in ("light", "dark", "stripped"):
            page.goto(f"http://127.0.0.1:{cloud.port}/_local/mails/{mail}/{look}")
            sources[f"{mail} {look}"] = page.content()
            for width in (390, 700):
                page.set_viewport_size({"width": width, "height": 844})
                assert_fits(page)
            assert_accessible(page)
    faults = html_faults(sources)
    assert [fault for fault in faults if not any(known in fault for known in OUTLOOK_NEEDS)] == []


def test_the_page_of_all_mails_is_sound(cloud, visit):
    page = visit(f"http://127.0.0.1:{cloud.port}/_local/mails")
    assert_sound(page)
