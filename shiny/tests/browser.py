"""A headless Chromium, driven over the WebDriver protocol."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from ports import free_port

# A program that ends with this process, however that ends.
GOES_ALONG = ["setpriv", "--pdeathsig", "TERM"]

# How long anything may take on a busy machine before it counts as never.
PATIENCE = 60


class Browser:
    def __init__(self, width=1440, height=1100):
        self.home = tempfile.mkdtemp(prefix="sbw-browser-")
        self.session = None
        port = free_port()
        self.driver = subprocess.Popen(
            [*GOES_ALONG, "chromedriver", f"--port={port}", "--log-level=OFF"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self.home, "TMPDIR": self.home},
        )
        self.url = f"http://127.0.0.1:{port}"
        try:
            until("chromedriver starts", self._is_ready)
            arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         "--disable-background-networking", "--no-first-run", "--hide-scrollbars",
                         f"--window-size={width},{height}", f"--user-data-dir={self.home}/profile"]
            options = {"args": arguments}
            wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            self.session = f"/session/{session['sessionId']}"
        except BaseException:
            self.close()
            raise

    def close(self):
        if self.session:
            try:
                self._call("DELETE", self.session)
            except OSError:
                pass
            self.session = None
        self.driver.terminate()
        self.driver.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def open(self, url):
        self._call("POST", f"{self.session}/url", {"url": url})

    def run(self, script, *arguments):
        """The value of a JavaScript function's body."""
        return self._call("POST", f"{self.session}/execute/sync", {"script": script, "args": list(arguments)})

    def text(self, selector="body"):
        return self.run("const e = document.querySelector(arguments[0]); return e ? e.innerText : ''", selector)

    def wait(self, what, script, *arguments):
        """Waits until a script gives something that is true; gives it."""
        try:
            return until(what, lambda: self.run(script, *arguments))
        except TimeoutError as never:
            raise TimeoutError(f"{never}\n{self.text()}") from None

    def click(self, selector):
        self.run("document.querySelector(arguments[0]).click()", selector)

    def log(self):
        """What the page wrote to its console since the last call."""
        return [line["message"] for line in self._call("POST", f"{self.session}/se/log", {"type": "browser"})]

    def shoot(self, path, whole=True):
        """A screenshot of the whole page."""
        if whole:
            height = self.run("return document.documentElement.scrollHeight")
            metrics = {"width": self.run("return innerWidth"), "height": height, "deviceScaleFactor": 1, "mobile": False}
            self.devtools("Emulation.setDeviceMetricsOverride", metrics)
        picture = self._call("GET", f"{self.session}/screenshot")
        if whole:
            self.devtools("Emulation.clearDeviceMetricsOverride", {})
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(base64.b64decode(picture))

    def devtools(self, command, parameters):
        return self._call("POST", f"{self.session}/goog/cdp/execute", {"cmd": command, "params": parameters})

    def _is_ready(self):
        try:
            return self._call("GET", "/status")["ready"]
        except OSError:
            return False

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as refused:
            raise RuntimeError(json.load(refused)["value"]["message"]) from None


def until(what, fine):
    deadline = time.monotonic() + PATIENCE
    while True:
        found = fine()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"never came: {what}")
        time.sleep(0.05)
