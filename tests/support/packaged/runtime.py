"""A function's own process. Run with -S, and a path that holds the unpacked zip and what Lambda's runtime has.

Takes `{"id", "now", "event"}` a line from standard input, as Lambda hands a function its events; answers `{"answer"}`
or `{"error"}` a line through the pipe whose number is the second argument. Standard output is the function's log.
"""

import importlib
import json
import os
import sys
import traceback
from datetime import datetime


class Context:
    """What Chalice and our log read of Lambda's."""

    function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    function_version = "$LATEST"
    memory_limit_in_mb = "512"

    def __init__(self, request_id):
        self.aws_request_id = request_id

    def get_remaining_time_in_millis(self):
        return 60_000


def main(handler, pipe):
    module, _, name = handler.rpartition(".")
    function = getattr(importlib.import_module(module), name)
    clock = importlib.import_module("chalicelib.core.clock")
    with os.fdopen(int(pipe), "w") as answers:
        for line in sys.stdin:
            asked = json.loads(line)
            clock.use(lambda now=asked["now"]: datetime.fromisoformat(now))
            answers.write(json.dumps(handled(function, asked)) + "\n")
            answers.flush()


def handled(function, asked):
    try:
        return {"answer": function(asked["event"], Context(asked["id"]))}
    except Exception:
        return {"error": traceback.format_exc()}


main(*sys.argv[1:])
