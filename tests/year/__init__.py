import pytest

pytest.register_assert_rewrite("tests.year.invariants", "tests.year.after_report")
