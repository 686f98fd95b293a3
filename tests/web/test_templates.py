"""Every page template compiles, and none can print an undefined name."""

import pytest
from jinja2 import StrictUndefined

from chalicelib.web.templating import environment
from tests.support import cloud

cloud.set_environment()
PAGES = sorted(
    name for name in environment().list_templates() if "mail/" not in name and not name.startswith("report/")
)


@pytest.mark.parametrize("name", PAGES)
def test_a_template_compiles(name):
    environment().get_template(name)


def test_an_undefined_name_fails():
    assert environment().undefined is StrictUndefined
