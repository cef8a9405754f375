"""The app as a service manager would run it: a copy with its SQL, no locale."""

import shutil
import signal
import subprocess
import urllib.request

from browser import until
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
        self.log = warehouse.home / "dashboard.log"
        self.process = None
        self.start()

    def start(self):
        run = f"shiny::runApp('{self.place}', host = '127.0.0.1', port = {self.port}, launch.browser = FALSE)"
        environment = {name: value for name, value in self.warehouse.settings().items()
                       if name != "LANG" and not name.startswith("LC_")}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(["Rscript", "-e", run], cwd="/", env=environment, stdout=log, stderr=log)
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

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def memory(self):
        """Resident, in MB."""
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
            self.process = None
