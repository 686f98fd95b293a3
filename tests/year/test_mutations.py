"""Each rule that a year takes out is in the code as it reads now: a rename shows here, not in the long tests."""

from __future__ import annotations

import importlib
import inspect
from operator import attrgetter

import pytest

from tests.year.mutations import MUTATIONS


@pytest.mark.parametrize("invariant", MUTATIONS)
def test_the_rule_is_in_the_function(invariant):
    place, text, *_ = MUTATIONS[invariant]
    module, name = place.split(":")
    assert text in inspect.getsource(attrgetter(name)(importlib.import_module(module))), place
