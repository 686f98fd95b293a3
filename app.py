"""Define every Lambda entry: pages, the sweep, three queues and SES delivery events.

Handlers of schedules, queues and topics stay in this file: Chalice deploys a blueprint's handler as
`chalicelib.<module>.<function>`, past this app (aws/chalice#1566). They import what only they need, so that pages
start without it (tests/test_cold_start.py).
"""

import gc

gc.disable()  # disable garbage collection while importing: it took a fifth of a cold start

import os
import secrets
from typing import Any

from chalice import Chalice, Rate

from chalicelib.admin.routes import bp as admin
from chalicelib.areas.routes import bp as areas
from chalicelib.assignments.routes import bp as assignments
from chalicelib.collect.routes import bp as collect
from chalicelib.core import clock, log
from chalicelib.debrief.routes import bp as debrief
from chalicelib.debrief.work.routes import bp as coach_work
from chalicelib.impact.routes import bp as impact
from chalicelib.meetings.routes import bp as meetings
from chalicelib.milestones.routes import bp as milestones
from chalicelib.nominate.routes import bp as nominate
from chalicelib.programme.routes import bp as programme
from chalicelib.site.routes import bp as web
from chalicelib.sponsor.routes import bp as sponsor
from chalicelib.web.page import answering
from chalicelib.workshops.dates.routes import bp as dates
from chalicelib.workshops.routes import bp as workshops
from chalicelib.workshops.work.routes import bp as workshops_work

STAGE = os.environ["FULLCIRCLE_STAGE"]

log.configure()
app = Chalice(app_name="fullcircle", configure_logs=False)  # our own log lines are JSON
app.api.binary_types.append("multipart/form-data")  # else API Gateway reads every file as UTF-8
middle = (milestones, assignments, areas, meetings, debrief, coach_work, workshops, workshops_work, dates)
for blueprint in (web, programme, nominate, collect, *middle, impact, sponsor, admin):
    app.register_blueprint(blueprint)


@app.middleware("all")
def bind_request_id(event: Any, answer: Any) -> Any:
    """Add the Lambda request id to every log record. Lambda's own timeout line carries it too."""
    context = event.lambda_context if hasattr(event, "lambda_context") else event.context
    with log.bind(request=context.aws_request_id, stage=STAGE):
        return answer(event)


@app.middleware("http")
def keep_what_was_posted(request: Any, answer: Any) -> Any:
    """Keep the posted values, so that a refused form shows them again."""
    with answering(request):
        return answer(request)


@app.schedule(Rate(5, unit=Rate.MINUTES))
def sweep_due(event: Any) -> int:
    from chalicelib.jobs.sweep import sweep

    return sweep(clock.now())


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

    for message in event:
        send.send(_row_id(message), secrets.token_hex(8), clock.now())


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
