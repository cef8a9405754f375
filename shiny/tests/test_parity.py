"""The R code gives the documents of `sbw-tui report --format json`, field by field."""

import json
import re
import shutil
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

from warehouse import HERE, Warehouse

APP = HERE.parent
VIEWS = ["overview", "timeseries", "events", "logins", "categories", "brands", "products", "funnel", "sessions",
         "heatmap", "session_list", "raw"]
DRIVERS = ["RPostgreSQL", "RPostgres"]


def instant(time):
    """As documents write it: no fraction, or three or six digits of it."""
    text = time.strftime("%Y-%m-%dT%H:%M:%S")
    if time.microsecond:
        text += f".{time.microsecond:06d}".removesuffix("000")
    return text + "Z"


TODAY = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
EDGES = datetime(2025, 12, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

RANGES = {
    "all of it": (EDGES - DAY, TODAY + DAY),
    "7 days": (TODAY - 6 * DAY, TODAY + DAY),
    "48 hours": (TODAY - DAY, TODAY + DAY),
    "a microsecond more than 48 hours": (TODAY - DAY - MICROSECOND, TODAY + DAY),
    "ragged": (TODAY - 3 * DAY + timedelta(hours=13, minutes=37, seconds=11, microseconds=250123),
               TODAY - DAY + timedelta(hours=2, seconds=4, microseconds=1)),
    "an hour": (TODAY - DAY + 7 * HOUR, TODAY - DAY + 8 * HOUR),
    "the edges": (EDGES, EDGES + DAY),
    "a part of the edges": (EDGES + MICROSECOND, EDGES + HOUR + MICROSECOND),
    "one microsecond": (EDGES, EDGES + MICROSECOND),
    "empty": (EDGES, EDGES),
    "before all": (datetime(1999, 1, 1, tzinfo=timezone.utc), datetime(1999, 2, 1, tzinfo=timezone.utc)),
}

FILTERS = {
    "all of it": [{"login": "logged_in"}, {"login": "anonymous"}, {"login": "unknown"}, {"login": "other"}, {"category": "laptop"},
                  {"brand": "Hãng Việt"}, {"product": "p-1"}, {"event": "product_view"},
                  {"login": "anonymous", "category": "keyboard", "event": "add_to_cart_click"}],
    "ragged": [{"login": "guest"}, {"category": "UNKNOWN"}, {"brand": "UNKNOWN"}, {"login": "nobody has this"}],
    "the edges": [{"login": "unknown"}, {"login": ""}, {"login": "NA"}, {"login": "null"}, {"login": "UNKNOWN"},
                  {"login": """it's \\$1, {"a":1} and a comma"""}, {"category": "ba\u0300n phi\u0301m"},
                  {"category": "a\\b"}, {"brand": "\"quoted\" & 'cut'"}, {"brand": "{x,y}"}, {"product": "NA"},
                  {"event": "tim_kiếm"}, {"login": "'; drop table public.clickstream_events; --"}],
}

# A view with what it is told besides the question.
CHOICES = [
    ("ragged", "timeseries", {"bucket": "week", "tz": "Asia/Ho_Chi_Minh"}),
    ("7 days", "timeseries", {"bucket": "day", "tz": "America/New_York"}),
    ("an hour", "timeseries", {"bucket": "minute"}),
    ("7 days", "heatmap", {"tz": "Asia/Ho_Chi_Minh"}),
    ("ragged", "heatmap", {"tz": "Asia/Kolkata"}),
    ("7 days", "events", {"limit": 3}),
    ("7 days", "products", {"limit": 200}),
    ("7 days", "categories", {"limit": 1}),
    ("7 days", "brands", {"limit": 100}),
    ("all of it", "funnel", {"by": "login"}),
    ("the edges", "funnel", {"by": "login"}),
    ("the edges", "funnel", {"by": "category"}),
    ("7 days", "funnel", {"by": "category"}),
    ("7 days", "funnel", {"by": "brand"}),
    ("empty", "funnel", {"by": "brand"}),
    ("7 days", "funnel", {"steps": ["product_view", "product_view", "checkout_complete"]}),
    ("the edges", "funnel", {"steps": ["tim_kiếm", "a \"quoted\\ step"]}),
    ("7 days", "funnel", {"steps": ["product_view|category_view", "add_to_cart_click", "checkout_complete|checkout_start"]}),
    ("7 days", "session_list", {"steps": ["home_view|page_view", "add_to_cart_click"], "step": 2, "outcome": "reached"}),
    ("7 days", "session_list", {"step": 2, "outcome": "dropped"}),
    ("7 days", "session_list", {"step": 4, "outcome": "reached", "limit": 5}),
    ("the edges", "session_list", {"before": ["2025-12-01T05:00:00Z", "s-3"]}),
    ("the edges", "session_list", {"before": ["2025-12-01T01:00:00.000001Z", "s'2\\"]}),
    ("7 days", "raw", {"products_only": True, "limit": 50}),
    ("the edges", "raw", {"before": ["2025-12-01T05:00:00Z", "ffffffff-ffff-ffff-ffff-ffffffffffff"]}),
    ("the edges", "raw", {"before": ["2025-12-01T01:00:00.000001Z", "00000000-0000-0000-0000-000000000000"],
                          "products_only": True}),
    ("the edges", "session", {"session": "s,1\""}),
    ("the edges", "session", {"session": "s'2\\"}),
    ("the edges", "session", {"session": "nobody's"}),
]

# A change to each file, as somebody might make it by mistake.
MUTATIONS = {
    "overview": ("t.unique_clients,", "t.unique_users as unique_clients,"),
    "timeseries": ("coalesce(sum(c.sessions), 0)", "coalesce(sum(c.events), 0)"),
    "events": ("desc,", "asc,"),
    "logins": ("metrics.login_name(login_no) as", "upper(metrics.login_name(login_no)) as"),
    "breakdown": ("product_views::int8", "add_to_carts::int8"),
    "products": ("metrics.percent(add_to_carts, product_views)", "metrics.percent(product_views, add_to_carts)"),
    "funnel": ("- sessions)::int8", "- sessions + 1)::int8"),
    "sessions": ("median_duration_seconds,\n       t.p90", "median_duration_seconds,\n       1 + t.p90"),
    "heatmap": ("extract(isodow", "extract(dow"),
    "session_list": ("p.product_views::int8", "p.add_to_carts::int8"),
    "raw": ("event_timestamp desc", "event_timestamp"),
    "session": ("order by event_timestamp, event_id\n limit", "order by event_timestamp desc, event_id\n limit"),
    "pipeline": ("(select count(*) from etl.rejects)", "(select 1 + count(*) from etl.rejects)"),
    "pipeline_runs": ("duplicates,", "rejected as duplicates,"),
}


# What a product event is, in SQL of this test's own.
PRODUCT_EVENT = ("event_name <> 'category_view' and (context_product_name <> '' or"
                 " context_product_id ~ '[^0-]' and lower(context_product_id) not in ('undefined', 'null', 'nan', '[object object]'))")


class App:
    """The app's functions in an R process."""

    def __init__(self, settings, driver, sql_dir=APP / "sql"):
        environment = {**settings, "SBW_DASHBOARD_DRIVER": driver, "SBW_SQL_DIR": str(sql_dir)}
        self.process = subprocess.Popen(["Rscript", "tests/report.R"], cwd=APP, env=environment, text=True,
                                        encoding="utf-8", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)

    def document(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the R process ended at {request}")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def arguments(request):
    """The request as sbw-tui's flags."""
    flags = [request["view"]] + ([request["session"]] if "session" in request else [])
    for name, value in request.items():
        if name in ("view", "session"):
            continue
        if name == "products_only":
            flags.append("--products-only")
        else:
            flags.append(f"--{name}={','.join(value) if isinstance(value, list) else value}")
    return flags


def differences(expected, found, path=""):
    """Where two documents differ, as lines of text."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted(expected.keys() | found.keys()):
            if name not in expected or name not in found:
                yield f"{path}.{name} is only in {'sbw-tui' if name in expected else 'R'}"
            else:
                yield from differences(expected[name], found[name], f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield f"{path} has {len(expected)} and {len(found)} entries"
        for place, (one, other) in enumerate(zip(expected, found)):
            yield from differences(one, other, f"{path}[{place}]")
    # A boolean is no number, and a number no text; 0 and 0.0 are the same number.
    elif isinstance(expected, bool) != isinstance(found, bool) or expected != found:
        yield f"{path}: {expected!r} and {found!r}"


def installed(driver):
    return subprocess.run(["Rscript", "-e", f"quit(status = !requireNamespace('{driver}', quietly = TRUE))"],
                          capture_output=True).returncode == 0


def requests():
    for name, (start, end) in RANGES.items():
        asked = {"from": instant(start), "to": instant(end)}
        for given in [{}, *FILTERS.get(name, [])]:
            yield {"view": "all", **asked, **given}
    for name, view, choice in CHOICES:
        start, end = RANGES[name]
        yield {"view": view, "from": instant(start), "to": instant(end), **choice}


class Parity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.warehouse = Warehouse(days=9, events=24_000)
        cls.addClassCleanup(cls.warehouse.close)
        cls.requests = list(requests())
        with ThreadPoolExecutor(2) as both:
            reports = both.map(lambda request: cls.warehouse.report(arguments(request)), cls.requests)
            cls.reports = [json.loads(report) for report in reports]

    def app(self, driver, **options):
        app = App(self.warehouse.settings(), driver, **options)
        self.addCleanup(app.close)
        return app

    def compare(self, app):
        """How many documents were compared, and where they differ."""
        compared, found = 0, []
        for request, report in zip(self.requests, self.reports):
            views = VIEWS if request["view"] == "all" else [request["view"]]
            for view in views:
                asked = {**request, "view": view}
                head = {name: report[name] for name in ("from", "to", "filter")}
                expected = {"view": view, **head, **report[view]} if request["view"] == "all" else report
                found += [f"{json.dumps(asked, ensure_ascii=False)} {line}"
                          for line in differences(expected, app.document(asked))]
                compared += 1
        return compared, found

    def test_every_view_is_that_of_the_report(self):
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                if not installed(driver):
                    print(f"parity: {driver} is not installed, so not compared", flush=True)
                    continue
                compared, found = self.compare(self.app(driver))
                self.assertFalse(found, "\n".join(found[:20]))
                self.assertEqual(compared, len(RANGES) * len(VIEWS) + sum(map(len, FILTERS.values())) * len(VIEWS) + len(CHOICES))
                print(f"parity: {compared} documents are the same by {driver}", flush=True)

    def test_the_traffic_shows_what_is_compared(self):
        """Nothing is equal because there is nothing."""
        of_all, before_all = (self.reports[self.requests.index({"view": "all", "from": instant(start), "to": instant(end)})]
                              for start, end in (RANGES["all of it"], RANGES["before all"]))
        self.assertGreater(of_all["overview"]["total_events"], 15_000)
        self.assertIn("Bàn phím", json.dumps(of_all["products"], ensure_ascii=False))
        for view in VIEWS:
            with self.subTest(view=view):
                self.assertNotEqual(of_all[view], before_all[view])

    def test_the_pipeline_is_that_of_the_report(self):
        app = self.app("RPostgreSQL")
        request = {"view": "pipeline", "from": instant(EDGES), "to": instant(EDGES + DAY)}
        earlier = app.document(request)
        report = json.loads(self.warehouse.report(arguments(request)))
        later = app.document(request)
        # Time passes between the two.
        lags = [document.pop("lag_seconds") for document in (earlier, report, later)]
        self.assertEqual(lags, sorted(lags))
        self.assertEqual(list(differences(report, earlier)), [])
        self.assertEqual(report["runs"][-1]["error"], 'Không đọc được "<i>key</i>"')

    def test_a_change_to_any_file_is_seen(self):
        asked = set(re.findall(r'ask\(dwh, "(\w+)"', (APP / "R/questions.R").read_text()))
        self.assertEqual(asked - {"raw_pages"}, MUTATIONS.keys())  # no view has that one: see below
        copy = Path(tempfile.mkdtemp(prefix="sbw-mutated-"))
        self.addCleanup(shutil.rmtree, copy)
        shutil.copytree(APP / "sql", copy, dirs_exist_ok=True)
        views = {"breakdown": ["categories", "brands"], "pipeline_runs": ["pipeline"]}
        app = self.app("RPostgreSQL", sql_dir=copy)
        start, end = RANGES["all of it"]
        of_all = {"from": instant(start), "to": instant(end)}
        for name, (old, new) in MUTATIONS.items():
            file = copy / f"{name}.sql"
            sql = file.read_text()
            self.assertIn(old, sql, name)
            file.write_text(sql.replace(old, new))
            for view in views.get(name, [name]):
                with self.subTest(view=view):
                    request = {"view": view, **of_all}
                    if view == "session":
                        request["session"] = "s,1\""
                    document = app.document(request)
                    report = json.loads(self.warehouse.report(arguments(request)))
                    document.pop("lag_seconds", None), report.pop("lag_seconds", None)
                    self.assertNotIn("error", document)
                    self.assertNotEqual(list(differences(report, document)), [])
            file.write_text(sql)

    def test_pages_are_as_many_as_the_events_fill(self):
        script = ("q <- question('2025-11-30T00:00:00Z', '2999-01-01T00:00:00Z', login = if (nzchar(Sys.getenv('L'))) Sys.getenv('L') else NA);"
                  "a <- ask_raw_pages(warehouse(), q, products_only = TRUE); cat(a$events, a$pages)")
        for login, condition in [("", "true"), ("logged_in", "user_login_state = 'logged_in'"),
                                 ("unknown", "coalesce(user_login_state, '') = ''")]:
            with self.subTest(login=login):
                said = self.run_in_app(script, L=login)
                counted = self.warehouse.psql(
                    f"select count(*), greatest(ceil(count(*) / 20.0), 1) from public.clickstream_events"
                    f" where {condition} and {PRODUCT_EVENT}")
                self.assertEqual(said.split(), counted.split("|"))

    def test_a_session_only_reads_and_not_for_long(self):
        for driver in filter(installed, DRIVERS):
            with self.subTest(driver=driver):
                said = self.run_in_app("""
                  d <- warehouse(driver = Sys.getenv("DRIVER")); c <- connected(d)
                  tell <- function(sql) tryCatch(fetch_text(d$driver, c, sql, character()), error = conditionMessage)
                  for (name in c("default_transaction_read_only", "statement_timeout", "timezone", "application_name"))
                    cat(tell(paste("show", name)), "")
                  cat(grepl("read-only", tell("create temporary table t (x text)")),
                      grepl("permission denied|read-only", tell("delete from public.clickstream_events")))""", DRIVER=driver)
                self.assertEqual(said, "on 10s UTC sbw_dashboard TRUE TRUE")

    def run_in_app(self, script, **more):
        """What R says after sourcing the app's functions."""
        source = "for (f in list.files('R', '[.]R$', full.names = TRUE)) source(f, encoding = 'UTF-8');"
        return subprocess.run(["Rscript", "-e", source + script], cwd=APP, env={**self.warehouse.settings(), **more}, text=True,
                              capture_output=True, check=True).stdout


if __name__ == "__main__":
    unittest.main(verbosity=0)
