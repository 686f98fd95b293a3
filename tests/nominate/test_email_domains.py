"""Domains of email addresses: mistyped ones, and those where anyone can open a mailbox."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.nominate.email_domains import PRIVATE_DOMAINS, is_one_typo_apart, is_private, meant_domain

LETTERS = st.text(st.sampled_from("abc.-"), min_size=1, max_size=8)


@given(LETTERS, st.data())
def test_each_kind_of_slip_is_one_slip(domain, data):
    place = data.draw(st.integers(0, len(domain) - 1))
    before, letter, after = domain[:place], domain[place], domain[place + 1 :]
    slips = {
        before + after,
        before + letter + letter + after,
        f"{before}x{after}",
        before + after[:1] + letter + after[1:],
    }

    for slip in slips - {domain}:
        assert is_one_typo_apart(domain, slip)
        assert is_one_typo_apart(slip, domain)


@pytest.mark.parametrize(
    ("domain", "other"),
    [("nhs.net", "nsh.ent"), ("nhs.net", "nhs.networks"), ("a.org", "b.com"), ("abc", "cba"), ("a", "a")],
)
def test_two_slips_are_another_domain(domain, other):
    assert not is_one_typo_apart(domain, other)
    assert not is_one_typo_apart(other, domain)


@given(st.sets(LETTERS, max_size=4))
def test_a_known_domain_is_never_doubted(known):
    assert all(meant_domain(domain, known) is None for domain in known)


@given(st.sampled_from(sorted(PRIVATE_DOMAINS)))
def test_a_private_domain_is_private_and_never_doubted(domain):
    assert is_private(f"pat@{domain}")
    assert meant_domain(domain, ()) is None


@pytest.mark.parametrize("address", ["pat@nhs.net", "pat@gmail.com.example.org", "gmail.com@example.org"])
def test_any_other_domain_is_not_private(address):
    assert not is_private(address)
