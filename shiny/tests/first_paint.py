"""How long the Overview takes to show, and what the R process takes, on the warehouse
that DWH_HOST and the other settings name, three times each: the last 30 days, or those
from a first to a last day.

    DWH_HOST=… python3 tests/first_paint.py [FIRST LAST]
"""

import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from browser import Browser
from dashboard import Dashboard

# When things come, by the page's own clock, which starts with the navigation.
MARKS = """
window.marks = {};
const mark = (name, there) => { if (there && !(name in marks)) marks[name] = Math.round(performance.now()); };
document.addEventListener('DOMContentLoaded', () => new MutationObserver(() => {
  mark('numbers', document.querySelector('#overview-cards .card'));
  mark('charts', document.querySelectorAll('#overview-series img, #overview-events img, #overview-logins img').length === 3);
}).observe(document.body, {subtree: true, childList: true}));
"""


class Named:
    """The warehouse of the environment."""

    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="sbw-paint-"))

    def settings(self):
        return dict(os.environ)


def main():
    days = "?from={}&to={}".format(*sys.argv[1:]) if sys.argv[1:] else ""
    warehouse = Named()
    dashboard = Dashboard(warehouse)
    browser = Browser()
    try:
        browser.devtools("Page.enable", {})
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", {"source": MARKS})
        browser.open(f"{dashboard.url}icon.svg")  # or the browser's own start would count
        seen = []
        for _ in range(3):
            begun = dashboard.computed()
            browser.open(dashboard.url + days)
            browser.wait("all charts", "return window.marks.charts")
            seen.append(browser.run("return window.marks"))
            print(f"numbers after {seen[-1]['numbers']} ms, charts after {seen[-1]['charts']} ms,"
                  f" of which R computed for {dashboard.computed() - begun:.0f} ms", flush=True)
        total = browser.text("#overview-cards .value")
        for tab in browser.run("return [...document.querySelectorAll('#tab a')].map((a) => a.innerText)"):
            browser.run("[...document.querySelectorAll('#tab a')].find((a) => a.innerText === arguments[0]).click()", tab)
            browser.run("await new Promise((done) => setTimeout(done, 400))")
            browser.wait("drawn", "return !document.documentElement.classList.contains('shiny-busy')"
                                  " && !document.querySelector('.tab-pane.active .recalculating')")
        print(f"{total} events in the range")
        print(f"first paint, numbers: median {statistics.median(one['numbers'] for one in seen):.0f} ms (limit 2,000)")
        print(f"first paint, charts:  median {statistics.median(one['charts'] for one in seen):.0f} ms (limit 2,000)")
        print(f"R's memory after every tab: {dashboard.memory():.0f} MB (limit 300)")
    finally:
        browser.close()
        dashboard.close()
        shutil.rmtree(warehouse.home)


if __name__ == "__main__":
    main()
