"""Define every Lambda entry: pages, the sweep, three queues and SES delivery events.

Handlers of schedules, queues and topics stay in this file: Chalice deploys a blueprint's handler as
`chalicelib.<module>.<function>`, past this app (aws/chalice#1566). They import what only they need, so that pages
start without it (tests/test_cold_start.py).
"""

import gc

gc.disable()  # disable garbage collection while importing: it took a fifth of a cold start

import os
import secrets
import sys
from typing import Any

from chalice import Chalice, Rate

from chalicelib.admin.routes import bp as admin
from chalicelib.admin.work.routes import bp as admin_work
from chalicelib.areas.routes import bp as areas
from chalicelib.assignments.routes import bp as assignments
from chalicelib.collect.preview.routes import bp as preview
from chalicelib.collect.routes import bp as collect
from chalicelib.core import clock, log
from chalicelib.debrief.routes import bp as debrief
from chalicelib.debrief.work.routes import bp as coach_work
from chalicelib.impact.result.routes import bp as impact_result
from chalicelib.impact.returned.routes import bp as impact_returned
from chalicelib.impact.routes import bp as impact
from chalicelib.meetings.review.routes import bp as review
from chalicelib.meetings.routes import bp as meetings
from chalicelib.milestones.routes import bp as milestones
from chalicelib.nominate.routes import bp as nominate
from chalicelib.people.routes import bp as people
from chalicelib.programme.routes import bp as programme
from chalicelib.pulse.routes import bp as pulse
from chalicelib.site.own_data.routes import bp as own_data
from chalicelib.site.routes import bp as web
from chalicelib.sponsor.board.routes import bp as board
from chalicelib.sponsor.prepare.routes import bp as prepare
from chalicelib.sponsor.routes import bp as sponsor
from chalicelib.sponsor.stories.routes import bp as stories
from chalicelib.web.page import answering
from chalicelib.workshops.dates.routes import bp as dates
from chalicelib.workshops.routes import bp as workshops
from chalicelib.workshops.work.routes import bp as workshops_work

if "AWS_CHALICE_CLI_MODE" in os.environ and "local" in sys.argv:
    sys.stderr.write("chalice local has no rows, queues or emails. Use this instead: make serve PORT=8000\n")
    sys.stderr.flush()
    os._exit(1)  # Chalice imports this file in a thread, which an exception would end without a word
STAGE = os.environ["FULLCIRCLE_STAGE"]

log.configure()
app = Chalice(app_name="fullcircle", configure_logs=False)  # our own log lines are JSON
app.api.binary_types.append("multipart/form-data")  # else API Gateway reads every file as UTF-8
meet = (meetings, review, debrief, coach_work)
middle = (milestones, assignments, areas, *meet, pulse, workshops, workshops_work, dates)
console = (admin, admin_work, people)
for_sponsors = (sponsor, prepare, board, stories)
six_months_on = (impact, impact_result, impact_returned, *for_sponsors)
for blueprint in (web, own_data, programme, nominate, collect, preview, *middle, *six_months_on, *console):
    app.register_blueprint(blueprint)


@app.middleware("all")
def bind_request_id(event: Any, answer: Any) -> Any:
    """Add the Lambda request id to every log record, and a page's id in the access log.

    Lambda's own timeout line carries the first one too.
    """
    is_page = hasattr(event, "lambda_context")
    context = event.lambda_context if is_page else event.context
    ids = {"gateway": event.context.get("requestId", "")} if is_page else {}
    with log.bind(request=context.aws_request_id, stage=STAGE, **ids), log.hide_text_of_errors():
        return answer(event)


@app.middleware("http")
def keep_what_was_posted(request: Any, answer: Any) -> Any:
    """Keep the posted values, so that a refused form shows them again."""
    with answering(request):
        return answer(request)


@app.schedule(Rate(5, unit=Rate.MINUTES))
def sweep_due(event: Any) -> int:
    from chalicelib.core.settings import settings
    from chalicelib.jobs.sweep import sweep
    from chalicelib.site import front_page

    front_page.look(settings().base_url)
    left = event.context.get_remaining_time_in_millis
    return sweep(clock.now(), is_over=lambda: left() < 10_000)


@app.on_sqs_message(queue=f"fullcircle-{STAGE}-work", batch_size=1, maximum_concurrency=10)
def work(event: Any) -> None:
    from chalicelib.jobs import run
    from chalicelib.jobs.kinds import HANDLERS

    for message in event:
        run.run_job(_row_id(message), HANDLERS, secrets.token_hex(8), clock.now())


@app.on_sqs_message(queue=f"fullcircle-{STAGE}-report", batch_size=1, maximum_concurrency=5)
def report(event: Any) -> None:
    """Run a report job. Only this function has the PDF layer."""
    from chalicelib.jobs import run
    from chalicelib.jobs.kinds import HANDLERS

    for message in event:
        run.run_job(_row_id(message), HANDLERS, secrets.token_hex(8), clock.now())


@app.on_sqs_message(queue=f"fullcircle-{STAGE}-mail", batch_size=1, maximum_concurrency=2)
def mail(event: Any) -> None:
    from chalicelib.emails import send
    from chalicelib.emails.urgent import lane
    from chalicelib.store.table import get_many

    for message in event:
        for email_id in (*lane().list_due(clock.now()), _row_id(message)):
            send.send(email_id, secrets.token_hex(8), clock.now(), get_many)


@app.on_sns_message(topic=f"fullcircle-{STAGE}-mail-events")
def mail_events(event: Any) -> None:
    from chalicelib.emails import delivery_events

    delivery_events.record_delivery_event(event.message, clock.now())


def _row_id(message: Any) -> str:
    """Return the id of the job or email: its partition key without the kind of row."""
    from chalicelib.store import queues

    return queues.read_hint(message.body).split("#", 1)[1]


gc.freeze()  # imported modules are never garbage: later collections skip them
gc.enable()
