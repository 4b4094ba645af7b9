"""What a schema cannot say, put right: names of requests and texts of codes are used once, an end lies in the future, a currency is one
that there is, fields that exclude each other do not stand together, a whole number is written without a decimal point (to JSON Schema,
3.0 is whole too), a zone and an address are ones that there are, and an id is one of a code, a campaign, a reward or a
redemption. A code that is to be held is one that there is.

Without it most requests would be refused for one of these, and nothing behind them be reached: neither what is taken nor, of a request
that is meant to break the schema, the refusal of what it breaks. So only values that are good by themselves are changed, never those
that break something.
"""

import itertools
import json
import os
import re
import time
import urllib.request

import schemathesis
from schemathesis import GenerationMode
from schemathesis.generation.meta import TestPhase

NAME = "Idempotency-Key"
ID = re.compile("(dc|cmp|rw|rd)_[0-9a-hjkmnp-tv-z]{26}")
EXAMPLES = [prefix + "_01kac4nq00r5v8h2xkq3m9d7tz" for prefix in ("dc", "cmp", "rw", "rd")]
CURRENCIES = ["usd", "EUR", "jpy", "isk"]
ZONES = ["UTC", "Europe/Berlin", "Pacific/Auckland"]
# 1 January 2100 and the end of the year 9999, in milliseconds.
FAR, LAST = 4102444800000, 253402300799999
# In milliseconds: a day, and the time within which a campaign ends at the latest, less what a run may take.
DAY, AHEAD = 86400000, 1824 * 86400000

count = itertools.count()
used = set()
kept = {}


@schemathesis.hook
def before_call(context, case, kwargs):
    # Where requests are random, ids of nothing are left among them.
    systematic = case.meta is not None and case.meta.phase.name != TestPhase.FUZZING
    positive = case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE
    ids = case.path_parameters or {}
    if ids and all(id in EXAMPLES or (systematic and is_id(id)) for id in ids.values()):
        case.path_parameters.update(known_ids(case.method, case.path))
    if case.headers:
        name_once(case.headers)
    if case.query:
        one_cursor(case.query, case.path)
    if isinstance(case.body, dict):
        if positive and case.method == "POST" and case.path.endswith("/admin/discount-codes"):
            code_once(case.body)
        if positive and case.method == "POST" and case.path.endswith("/redemptions") and "code" in case.body:
            case.body["code"] = held_text()
        straighten(case.body)
        if "/campaigns" in case.path:
            straighten_campaign(case.body)
        if positive:
            plainly(case.body)


def known_ids(method, path):
    if path.endswith("/{reward_id}"):
        return {"id": one("campaign"), "reward_id": one("reward")}
    if path.endswith("/rewards"):
        return {"id": one("campaign")}
    if "/redemptions" in path:
        return {"id": one("redemption", path.rsplit("/", 1)[1])}
    kind = "campaign" if "/campaigns" in path else "code"
    if method == "DELETE":
        return {"id": new(kind)}
    # What is changed, and perhaps paused, gives no rewards to others.
    return {"id": one(kind, "changed" if method == "PATCH" else "read")}


def one(kind, purpose="read"):
    """One that nobody archives."""
    if (kind, purpose) not in kept:
        kept[kind, purpose] = new(kind)
    return kept[kind, purpose]


def new(kind):
    if kind == "code":
        return post("/v1/admin/discount-codes", {"code": f"HOOK-{next(count)}", "percent_off": 10})
    if kind == "campaign":
        return post("/v1/campaigns", {"name": f"Hook {next(count)}", "percent_off": 10})
    if kind == "redemption":
        return post("/v1/redemptions", {"code": held_text(), "expires_in": 86400})
    return post(f"/v1/campaigns/{one('campaign')}/rewards", {"email": "hook@example.com", "send_email": False})


def held_text():
    """The text of a code that is held as often as anybody likes."""
    if "held" not in kept:
        kept["held"] = f"HELD-{next(count)}"
        post("/v1/admin/discount-codes", {"code": kept["held"], "percent_off": 10})
    return kept["held"]


def post(path, body):
    request = urllib.request.Request(
        os.environ["CODEMINT_FUZZ_URL"] + path,
        json.dumps(body).encode(),
        {"Authorization": "Bearer " + os.environ["CODEMINT_FUZZ_KEY"], "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["id"]


def is_id(value):
    return isinstance(value, str) and ID.fullmatch(value) is not None


def is_whole(value, least, most):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def name_once(headers):
    name = headers.get(NAME)
    if not isinstance(name, str) or re.fullmatch("[!-~]{1,255}", name) is None:
        return
    if name in used:
        fresh = str(next(count))
        if len(fresh) > len(name):
            del headers[NAME]
            return
        # As long as it was.
        name = name[: len(name) - len(fresh)] + fresh
        headers[NAME] = name
    used.add(name)


def one_cursor(query, path):
    kind = kind_of_list(path)
    if path.endswith("/redemptions") and is_id(query.get("discount_code")):
        query["discount_code"] = one("code")
    cursors = [name for name in ("starting_after", "ending_before") if is_id(query.get(name))]
    for name in cursors:
        query[name] = one(kind)
    if cursors and len([name for name in ("starting_after", "ending_before") if name in query]) == 2:
        del query[cursors[0]]


def kind_of_list(path):
    for end, kind in (("/rewards", "reward"), ("/campaigns", "campaign"), ("/redemptions", "redemption")):
        if path.endswith(end):
            return kind
    return "code"


def code_once(body):
    code = str(body.get("code")).strip().upper()
    if code in used and len(code) < 56:
        body["code"] = code = f"{code}-{next(count)}"
    used.add(code)


def plainly(body):
    for name, value in body.items():
        if isinstance(value, float) and value.is_integer():
            body[name] = int(value)


def straighten(body):
    percent, amount, currency = (body.get(name) for name in ("percent_off", "amount_off_cents", "currency"))
    good_amount = is_whole(amount, 1, 99999999)
    good_currency = isinstance(currency, str) and re.fullmatch(r"[A-Za-z]{3}", currency) is not None
    good_percent = isinstance(percent, (int, float)) and not isinstance(percent, bool) and 0.01 <= percent <= 100
    if good_currency:
        body["currency"] = CURRENCIES[ord(currency[0]) % len(CURRENCIES)]
    if good_amount and good_currency and body["currency"] == "isk":
        body["amount_off_cents"] = max(amount // 100, 1) * 100
    if good_percent and (amount is not None or currency is not None):
        if (amount is None or good_amount) and (currency is None or good_currency):
            body.pop("amount_off_cents", None)
            body.pop("currency", None)
        else:
            del body["percent_off"]
    months, duration = body.get("duration_in_months"), body.get("duration")
    if is_whole(months, 1, 1200):
        if duration in (None, "once", "forever"):
            body["duration"] = "repeating"
        elif duration != "repeating":
            del body["duration_in_months"]
    start, end = body.get("starts_at"), body.get("expires_at")
    if is_whole(end, 0, FAR):
        body["expires_at"] = end = end + FAR
    if is_whole(start, 0, LAST) and is_whole(end, 0, LAST) and start >= end:
        body["starts_at"] = end - 1


def straighten_campaign(body):
    end, days, zone = (body.get(name) for name in ("expires_at", "expires_in_days", "time_zone"))
    if is_whole(end, 0, LAST):
        body["expires_at"] = int(time.time() * 1000) + DAY + end % (AHEAD - 2 * DAY)
        if is_whole(days, 1, 1820):
            del body["expires_in_days"]
    if isinstance(zone, str) and zone.isprintable():
        body["time_zone"] = ZONES[len(zone) % len(ZONES)]
    if isinstance(body.get("email"), str) and re.fullmatch(r"\S+@\S+\.\S+", body["email"]):
        body["email"] = f"ada{next(count)}@example.com"
