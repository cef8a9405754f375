"""The app as Shiny Server runs it: a copy with its SQL, no locale, under a path."""

import os
import shutil
import signal
import subprocess
import urllib.request

from browser import GOES_ALONG, until
from front import Front
from ports import free_port
from warehouse import HERE


class Dashboard:
    def __init__(self, warehouse):
        self.warehouse = warehouse
        self.place = warehouse.home / "srv" / "sbw_dashboard"
        if not self.place.exists():
            # Links are followed: the copy stands alone.
            shutil.copytree(HERE.parent, self.place, ignore=shutil.ignore_patterns("tests", "README.md"))
        self.port = free_port()
        self.front = Front("/sbw_dashboard", self.port)
        self.url = self.front.url
        self.log = warehouse.home / "dashboard.log"
        self.process = None
        self.start()

    def start(self):
        run = f"shiny::runApp('{self.place}', host = '127.0.0.1', port = {self.port}, launch.browser = FALSE)"
        environment = {name: value for name, value in self.warehouse.settings().items()
                       if name != "LANG" and not name.startswith("LC_")}
        with self.log.open("a") as log:
            self.process = subprocess.Popen([*GOES_ALONG, "Rscript", "-e", run], cwd="/", env=environment, stdout=log, stderr=log)
        try:
            until("the app listens", self._answers)
        except BaseException:
            self.stop()
            raise

    def _answers(self):
        if self.process.poll() is not None:
            raise RuntimeError(self.log.read_text())
        try:
            with urllib.request.urlopen(self.url, timeout=60) as page:
                return page.status == 200
        except OSError:
            return False

    def memory(self):
        """Resident, in MB."""
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def computed(self):
        """Processor time, in ms."""
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.stop()
        self.front.close()

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
            self.process = None
