from tests.report.conftest import problems, programme  # noqa: F401 (fixtures)
