"""The app in a real browser, on a running PostgreSQL. Screenshots are kept."""

import json
import unittest
from datetime import datetime, timedelta, timezone

from browser import Browser, until
from dashboard import Dashboard
from warehouse import Warehouse, target_dir

TABS = ["Overview", "Funnel", "Products", "Top products", "Sessions", "Activity", "Raw sample"]
SHOTS = target_dir() / "shiny"

# Everything of the open tab is there: no skeleton, nothing being redrawn.
SETTLED = """
  const pane = document.querySelector('.tab-pane.active');
  const seen = (e) => e.offsetParent !== null;
  const plots = [...pane.querySelectorAll('.shiny-plot-output')].filter(seen);
  const places = [...pane.querySelectorAll('.waiting')].filter(seen);
  return !document.documentElement.classList.contains('shiny-busy')
    && !pane.querySelector('.recalculating')
    && plots.every((plot) => plot.querySelector('img')?.naturalWidth > 100 || plot.innerText !== '')
    && places.every((place) => place.children.length > 0 || place.innerText !== '');
"""


class App(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.warehouse = Warehouse(days=9, events=24_000)
        cls.addClassCleanup(cls.warehouse.close)
        cls.dashboard = Dashboard(cls.warehouse)
        cls.addClassCleanup(cls.dashboard.close)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.open(self.dashboard.url)
        self.settle()

    def tearDown(self):
        if self.dashboard.process:  # none was left without, on purpose
            self.assertEqual([line for line in self.browser.log() if "net::ERR" not in line and "WebSocket" not in line], [])

    def settle(self):
        self.browser.wait("the first answer", "return document.querySelector('.freshness .state')")
        self.browser.wait("all is drawn", SETTLED)
        # What is drawn may make what is drawn next.
        self.browser.run("await new Promise((done) => setTimeout(done, 300))")
        self.browser.wait("all is drawn", SETTLED)

    def open(self, tab):
        self.browser.run("[...document.querySelectorAll('#tab a')].find((a) => a.innerText === arguments[0]).click()", tab)
        self.browser.wait("the tab opens", "return document.querySelector('.tab-pane.active').dataset.value === arguments[0]", tab)
        self.settle()

    def choose(self, selector, value):
        self.browser.run("const e = document.querySelector(arguments[0]); e.value = arguments[1];"
                         "e.dispatchEvent(new Event('change', {bubbles: true}))", selector, value)

    def choose_days(self, first, last):
        self.browser.run("""
          const [first, last] = document.querySelectorAll('#controls-days input');
          $(first).bsDatepicker('update', arguments[0]); $(last).bsDatepicker('update', arguments[1]);
          $(last).trigger('change');""", str(first), str(last))

    def shoot(self, name):
        self.browser.shoot(SHOTS / f"{name}.png")

    def cards(self):
        """Name to number, as on the open tab."""
        return dict(self.browser.run("""
          return [...document.querySelectorAll('.tab-pane.active .card')].map((card) =>
            [card.querySelector('.name').innerText, card.querySelector('.value').innerText])"""))

    def table(self):
        """The cells of the open tab's last table."""
        return self.browser.run("""
          const tables = document.querySelectorAll('.tab-pane.active table');
          return [...tables[tables.length - 1].querySelectorAll('tbody tr')].map((row) =>
            [...row.cells].map((cell) => cell.innerText.trim()))""")

    def report(self, view, *more, days=30):
        today = datetime.now(timezone.utc).date()
        return json.loads(self.warehouse.report(
            [view, f"--from={today - timedelta(days=days - 1)}", f"--to={today + timedelta(days=1)}", *more]))

    def wait_for_total(self, report):
        total = f"{report['total_events']:,}"
        self.browser.wait(f"{total} events", "return document.querySelector('.card .value')?.innerText === arguments[0]", total)

    def test_every_tab_draws(self):
        for tab in TABS:
            with self.subTest(tab=tab):
                self.open(tab)
                self.assertFalse(self.browser.run(
                    "return document.querySelector('.tab-pane.active .shiny-output-error') !== null"), self.browser.text())
                self.assertGreater(len(self.browser.text(".tab-pane.active")), 40)
                self.shoot(tab.lower().replace(" ", "_"))
        self.open("Funnel")
        for by in ["login", "category", "brand"]:
            self.browser.click(f"#funnel-by input[value={by}]")
            self.browser.wait("groups", "return document.querySelector('#funnel-table th')?.innerText === 'Group'")
            self.settle()
            self.shoot(f"funnel_by_{by}")
            groups = self.report("funnel", f"--by={by}")["groups"]
            self.assertEqual([row[1:3] for row in self.table()],
                             [[row["event_name"], f"{row['sessions']:,}"] for group in groups for row in group["rows"]])

    def test_it_shows_the_numbers_of_the_report(self):
        overview = self.report("overview")
        vnd = lambda amount: f"{amount:,}\u00a0\u20ab"
        expected = {
            "Total events": f"{overview['total_events']:,}",
            "Unique clients": f"{overview['unique_clients']:,}",
            "Checkout rate": f"{overview['checkout_rate_percent']:.1f}%",
            "Sessions": f"{overview['sessions']:,}",
            "Conversion": f"{overview['conversion_rate_percent']:.1f}%",
            "Revenue": vnd(overview["revenue_vnd"]),
            "Orders": f"{overview['orders']:,}",
            "Units": f"{overview['units']:,}",
            "Orders by cart": f"{overview['orders_inferred']:,}",
            "Average order": vnd(overview["average_order_value_vnd"]),
            "Carts left": f"{overview['cart_abandonment_percent']:.1f}%",
            "Unique users": f"{overview['unique_users']:,}",
        }
        self.assertEqual(self.cards(), expected)
        self.open("Top products")
        shown = [[row[0].rstrip("\u2026"), row[3], row[9]] for row in self.table()]
        rows = [[row["name"], f"{row['product_views']:,}", vnd(row["revenue_vnd"])] for row in self.report("products")["rows"]]
        self.assertEqual(shown, [[row[0][:len(seen[0])], *row[1:]] for seen, row in zip(shown, rows)])
        self.assertEqual(len(shown), len(rows))
        self.open("Activity")
        busiest = self.report("heatmap")["busiest"]
        self.assertIn(f"with {busiest['events']:,} events", self.browser.text("#activity-busiest"))

    def test_filters_change_the_numbers(self):
        self.wait_for_total(self.report("overview"))
        totals = set()
        for login in ["logged_in", "anonymous", "unknown"]:
            self.choose("#controls-login", login)
            report = self.report("overview", f"--login={login}")
            self.wait_for_total(report)
            totals.add(report["total_events"])
        self.choose("#controls-login", "ALL")
        for days in [1, 7]:
            self.browser.click(f"#controls-last{days}")
            report = self.report("overview", days=days)
            self.wait_for_total(report)
            totals.add(report["total_events"])
        self.assertEqual(len(totals), 5)

    def test_an_address_names_the_choices(self):
        today = datetime.now(timezone.utc).date()
        self.browser.open(f"{self.dashboard.url}?from={today - timedelta(days=6)}&to={today}&login=anonymous")
        self.wait_for_total(self.report("overview", "--login=anonymous", days=7))

    def test_nothing_to_show_is_said(self):
        self.choose_days("1999-01-01", "1999-01-31")
        self.browser.wait("words", "return document.querySelector('#overview-series').innerText.startsWith('No events in this range')")
        self.settle()
        self.shoot("nothing_to_show")
        for tab in TABS[1:]:
            with self.subTest(tab=tab):
                self.open(tab)
                self.assertIn("in this range. Choose a longer one", self.browser.text(".tab-pane.active"))
        self.choose_days("1999-02-01", "1999-01-31")
        self.open("Activity")
        self.assertIn("Swap the two", self.browser.text(".tab-pane.active"))

    def test_raw_pages(self):
        self.open("Raw sample")
        pages = self.browser.text("#raw-pages-place")
        counted = int(self.warehouse.psql(
            "select ceil(count(*) / 20.0) from public.clickstream_events where event_timestamp >= date_trunc('day', now(), 'UTC')"
            " - interval '29 days' and event_name <> 'category_view' and (context_product_id <> '' or context_product_name <> '')"))
        self.assertEqual(pages, f"Page 1 of {counted:,}")
        events = [row["event_id"] for row in self.report("raw", "--products-only", "--limit=60")["rows"]]
        for page in [1, 2, 3]:
            if page > 1:
                self.browser.click("#raw-pages-next")
                self.turned("raw", page)
            self.assertEqual([row[-1] for row in self.table()], events[20 * page - 20:20 * page])
        self.shoot("raw_sample_page_3")
        self.browser.click("#raw-pages-prev")
        self.turned("raw", 2)
        self.assertEqual([row[-1] for row in self.table()], events[20:40])
        # Another question starts at its first page, and the last one has no next.
        self.choose_days("2025-12-01", "2025-12-01")
        self.browser.wait("one page", "return document.querySelector('#raw-pages-place').innerText === 'Page 1 of 1'")
        self.settle()
        self.assertEqual(self.browser.run(
            "return [...document.querySelectorAll('#raw-pages-prev, #raw-pages-next')].map((b) => b.disabled)"), [True, True])

    def turned(self, tab, page):
        self.browser.wait(f"page {page}", "return document.querySelector(arguments[0]).innerText.startsWith(arguments[1])",
                          f"#{tab}-pages-place", f"Page {page}")
        self.settle()

    def test_session_pages_and_one_session(self):
        self.open("Sessions")
        self.browser.click("#sessions-pages-next")
        self.turned("sessions", 2)
        ids = [row["session_id"] for row in self.report("session_list", "--limit=40")["rows"]]
        self.assertEqual([row[0].rstrip("\u2026") for row in self.table()], [one[:19] if len(one) > 20 else one for one in ids[20:]])
        self.browser.click(".tab-pane.active button.open")
        self.browser.wait("the session", "return document.querySelector('.modal-body tbody tr')")
        events = json.loads(self.warehouse.report(["session", ids[20]]))["rows"]
        self.assertEqual(self.browser.run("return document.querySelectorAll('.modal-body tbody tr').length"), len(events))
        self.browser.run("await new Promise((done) => setTimeout(done, 400))")  # it fades in
        self.shoot("one_session")

    def test_texts_of_events_stay_texts(self):
        self.choose_days("2025-12-01", "2025-12-01")
        self.settle()
        for tab in TABS:
            self.open(tab)
            markup = self.browser.run("""
              const pane = document.querySelector('.tab-pane.active');
              return [pane.querySelectorAll('script, b, i').length, pane.innerHTML, pane.innerText]""")
            self.assertEqual(markup[0], 0)
            for trick in "\u202e\u200b\u00ad":
                self.assertNotIn(trick, markup[1])
            self.shoot("hostile_" + tab.lower().replace(" ", "_"))
        for text in ["<script>alert(1)</script>", "<b>bold</b>", "\ufffdabc\ufffd", "Bàn phím cơ", "\"quoted\" & 'cut'",
                     "9,223,372,036,854,775,807\u00a0\u20ab"]:
            self.assertIn(text, markup[2])
        self.open("Sessions")
        self.browser.run("[...document.querySelectorAll('button.open')].find((b) => b.innerText === arguments[0]).click()", "s,1\"")
        self.browser.wait("the session", "return document.querySelectorAll('.modal-body tbody tr').length === 4")

    def test_one_connection_asks_only_what_is_looked_at(self):
        self.open("Activity")
        other = Browser()
        self.addCleanup(other.close)
        other.open(self.dashboard.url)
        other.wait("cards", "return document.querySelector('.card')")
        sessions = "from pg_stat_activity where application_name = 'sbw_dashboard'"
        self.assertEqual(self.warehouse.psql(f"select count(*) {sessions}"), "1")
        other.close()
        # Sessions of this role write down what they are asked, from a new connection on.
        self.warehouse.psql("alter role sbw_reader set log_statement = 'all'")
        self.addCleanup(self.warehouse.psql, "alter role sbw_reader reset log_statement")
        self.addCleanup(self.warehouse.psql, f"select pg_terminate_backend(pid) {sessions}")
        log = self.warehouse.home / "postgres.log"
        begun = len(log.read_text())
        self.warehouse.psql(f"select pg_terminate_backend(pid) {sessions}")
        asked = lambda: log.read_text()[begun:]
        for of_page in ["7 × 24 rows", "How fresh the warehouse is"]:
            until(f"two of {of_page!r}", lambda: asked().count(of_page) >= 2)
        for other_view in ["How the shop did", "Events, sessions", "How many events `raw`", "Which events there were"]:
            self.assertNotIn(other_view, asked())

    def test_new_events_come_by_themselves(self):
        before = self.report("overview")
        self.wait_for_total(before)
        self.warehouse.psql("insert into public.clickstream_events (event_id, event_timestamp, event_name)"
                            " values (gen_random_uuid(), now(), 'page_view')")
        self.wait_for_total({"total_events": before["total_events"] + 1})

    def test_a_lost_database_is_said_and_comes_back(self):
        report = self.report("overview")
        self.wait_for_total(report)
        self.warehouse.stop()
        self.addCleanup(lambda: self.warehouse.server or self.warehouse.start())
        self.browser.wait("the alert", "return document.querySelector('.trouble[role=alert]')")
        self.assertIn("does not answer", self.browser.text(".trouble"))
        self.assertIn("What is shown is as of", self.browser.text(".trouble"))
        self.assertIn("no connection, trying again", self.browser.text(".freshness"))
        # The last numbers stay under their question, and under no other.
        self.assertEqual(self.cards()["Total events"], f"{report['total_events']:,}")
        self.shoot("database_down")
        self.choose("#controls-login", "logged_in")
        self.browser.wait("no number", "return !document.querySelector('.tab-pane.active .card')")
        self.settle()
        self.assertEqual(self.browser.text("#overview-series"), "Not known until the warehouse answers.")
        self.shoot("database_down_another_question")
        self.warehouse.start()
        self.wait_for_total(self.report("overview", "--login=logged_in"))
        self.browser.wait("connected", "return document.querySelector('.state.up') && !document.querySelector('.trouble')")

    def test_a_page_that_opens_without_a_database_fills_later(self):
        self.warehouse.stop()
        self.addCleanup(lambda: self.warehouse.server or self.warehouse.start())
        self.browser.open(self.dashboard.url)
        self.browser.wait("the alert", "return document.querySelector('.trouble[role=alert]')")
        self.settle()
        self.shoot("database_down_from_the_start")
        self.warehouse.start()
        self.wait_for_total(self.report("overview"))

    def test_a_restarted_app_is_found_again(self):
        self.dashboard.stop()
        self.browser.wait("words", "return document.getElementById('gone')")
        self.shoot("app_gone")
        self.dashboard.start()
        self.browser.wait("a new page", "return !document.getElementById('gone') && document.querySelector('.card')")

    def test_every_address_is_below_the_apps_own(self):
        asked = self.browser.run("return performance.getEntriesByType('resource').map((one) => one.name)")
        self.assertGreater(len(asked), 8)
        self.assertEqual([one for one in asked if not one.startswith((self.dashboard.url, "data:"))], [])

    def test_it_fits_a_narrow_window(self):
        narrow = Browser(width=500, height=900)
        self.addCleanup(narrow.close)
        narrow.open(self.dashboard.url)
        narrow.wait("all is drawn", SETTLED)
        self.assertTrue(narrow.run("return document.documentElement.scrollWidth <= innerWidth"))
        narrow.shoot(SHOTS / "narrow.png")


if __name__ == "__main__":
    unittest.main(verbosity=0)
