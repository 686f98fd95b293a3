"""Each rule that a year takes out is in the code as it reads now: a rename shows here, not in the long tests."""

from __future__ import annotations

import importlib
import inspect
from operator import attrgetter

import pytest

from tests.year.mutations import all_rules


@pytest.mark.parametrize(("invariant", "rule"), list(all_rules()))
def test_the_rule_is_in_the_function(invariant, rule):
    place, text, *_ = rule
    module, name = place.split(":")
    assert text in inspect.getsource(attrgetter(name)(importlib.import_module(module))), place
