"""What a schema cannot say: names of requests are used once, and an end lies in the future.

Without it most requests that keep the schema would be refused for one of the two, and nothing behind them be reached. Only requests
that are meant to keep the schema are changed.
"""

import itertools

import schemathesis
from schemathesis import GenerationMode

NAME = "Idempotency-Key"
# 1 January 2100, in milliseconds.
FAR = 4102444800000

count = itertools.count()
used = set()


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    name_once(case)
    if isinstance(case.body, dict):
        end_later(case.body)


def name_once(case):
    name = (case.headers or {}).get(NAME)
    if not isinstance(name, str) or not name:
        return
    if name in used:
        fresh = str(next(count))
        if len(fresh) > len(name):
            del case.headers[NAME]
            return
        # As long as it was.
        name = name[: len(name) - len(fresh)] + fresh
        case.headers[NAME] = name
    used.add(name)


def end_later(body):
    start, end = body.get("starts_at"), body.get("expires_at")
    if isinstance(end, int) and end < FAR:
        body["expires_at"] = end = end + FAR
    if isinstance(start, int) and isinstance(end, int) and start >= end:
        body["starts_at"] = end - 1
