"""Links in emails carry a new address only once it leads to the deployment."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from infra.deploy import settings, verify

pytestmark = pytest.mark.infra

HOME = "https://home.example.org/api"
DOMAIN = {"domain_name": "feedback.invalid", "certificate_arn": "arn:aws:acm:eu-west-2:123456789012:certificate/1"}


@contextmanager
def answering(status: int, location: str = "") -> Iterator[str]:
    """Serve a site that gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "location", "leads"),
    [
        (303, HOME + "/", True),
        (303, "https://another.example.org/api/", False),  # another deployment
        (200, "", False),  # a page of the seller of the name
        (503, "", False),
    ],
)
def test_an_address_leads_here_if_it_sends_readers_to_where_the_deployment_is(status, location, leads):
    with answering(status, location) as address:
        assert (verify.leads_elsewhere(address, HOME) == "") is leads


def test_an_address_that_does_not_answer_does_not_lead_here():
    with answering(200) as address:
        pass

    assert "does not answer" in verify.leads_elsewhere(address, HOME)


def test_links_keep_their_address_until_the_new_one_answers(deployed, capsys):
    before = settings.read(deployed.stage)["base_url"]
    config = deployed.stage.config()
    config["stages"]["prod"]["api_gateway_custom_domain"] = DOMAIN
    deployed.stage.config_file.write_text(json.dumps(config))

    assert deployed.run("infra") == 0
    assert settings.read(deployed.stage)["base_url"] == before
    assert deployed.deploy() == 0
    assert settings.read(deployed.stage)["base_url"] == before
    assert f"{DOMAIN['domain_name']}" in capsys.readouterr().out
    assert deployed.run("status", "--skip-verify") == 1
    assert "links in emails do not lead to" in capsys.readouterr().out
