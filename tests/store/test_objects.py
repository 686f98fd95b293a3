"""Documents in the bucket."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.store import objects
from tests.support.calls import count_calls, watched_by

pytestmark = pytest.mark.usefixtures("aws")


def test_a_document_comes_back_as_it_was_saved():
    objects.save("reports/1/baseline/report.pdf", b"%PDF-1.7")

    assert objects.load("reports/1/baseline/report.pdf") == b"%PDF-1.7"


def test_a_link_lives_for_a_minute_and_costs_no_call():
    objects.save("reports/1/baseline/report.pdf", b"%PDF-1.7")

    with count_calls() as calls:
        link = objects.link("reports/1/baseline/report.pdf", download_as="Feedback.pdf")

    query = parse_qs(urlsplit(link).query)
    assert query["X-Amz-Expires"] == ["60"]
    assert query["response-content-disposition"] == ['attachment; filename="Feedback.pdf"']
    assert link.startswith(objects.origin())
    assert calls.total() == 0


def test_a_document_of_an_unknown_kind_is_an_error():
    with pytest.raises(KeyError):
        objects.save("reports/1/baseline/report.exe", b"")


class Stored:
    """How documents are stored."""

    def __init__(self) -> None:
        self.encryption: list[str | None] = []

    def before(self, service, operation, context):
        if operation == "PutObject":
            self.encryption.append(context["asked"].get("ServerSideEncryption"))

    def after(self, service, operation, context):
        pass


def test_a_document_is_stored_encrypted_with_any_default_of_the_bucket():
    stored = Stored()
    with watched_by(stored):
        objects.save("reports/1/baseline/report.pdf", b"%PDF-1.7")

    assert stored.encryption == ["AES256"]


@pytest.mark.parametrize("name", ["elsewhere/1/x.pdf", "reports/1/x.pdf", "reports/1/baseline/", "erasures/"])
def test_a_document_that_no_row_kind_declares_is_refused(aws, name):
    with pytest.raises(objects.FolderUndeclared, match="row_kinds"):
        objects.save(name, b"")


def test_a_folder_is_removed_with_all_its_documents_and_no_other_is(aws):
    names = [f"reports/{who}/baseline/{number}.pdf" for who in ("1", "12") for number in range(3)]
    for name in names:
        objects.save(name, b"%PDF-1.7")

    assert objects.remove_all("reports/1/baseline/") == 3
    assert list(objects.list_names("reports/")) == names[3:]
