"""What a schema cannot say, put right: names of requests are used once, an end lies in the future, a currency is one that there is,
and a whole number is written without a decimal point (to JSON Schema, 3.0 is whole too).

Without it most requests that keep the schema would be refused for one of these, and nothing behind them be reached. Only requests that
are meant to keep the schema are changed.
"""

import itertools

import schemathesis
from schemathesis import GenerationMode

NAME = "Idempotency-Key"
# 1 January 2100, in milliseconds.
FAR = 4102444800000
CURRENCIES = ["usd", "EUR", "jpy", "isk"]

count = itertools.count()
used = set()


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    name_once(case)
    if isinstance(case.body, dict):
        plainly(case.body)
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


def plainly(body):
    for name, value in body.items():
        if isinstance(value, float) and value.is_integer():
            body[name] = int(value)
    if isinstance(body.get("currency"), str):
        body["currency"] = CURRENCIES[len(body["currency"].encode()) % len(CURRENCIES)]


def end_later(body):
    start, end = body.get("starts_at"), body.get("expires_at")
    if isinstance(end, int) and end < FAR:
        body["expires_at"] = end = end + FAR
    if isinstance(start, int) and isinstance(end, int) and start >= end:
        body["starts_at"] = end - 1
