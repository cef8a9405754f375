"""A warehouse with a shop's traffic in it: made by sbw-local (simulated shoppers,
raw files, the real loader), then run by a PostgreSQL of the test's own, which can
be stopped and started."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from browser import GOES_ALONG, until
from ports import free_port

HERE = Path(__file__).parent


def target_dir():
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("CARGO_TARGET_DIR") or Path(cache) / "sbw" / "target")


def local_program():
    """sbw-local, which is also sbw-tui when it is called so."""
    path = Path(os.environ.get("SBW_LOCAL") or target_dir() / "release" / "sbw-local")
    if not path.exists():
        raise SystemExit(f"{path} is missing; run `cargo build --release -p sbw-local`, or name another with SBW_LOCAL")
    return path.resolve()


def postgres_bin():
    named = os.environ.get("SBW_PG_BIN")
    if named:
        return Path(named)
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[4]))
    if installed:
        return installed[-1].parent
    return Path(shutil.which("postgres") or "postgres").parent


class Warehouse:
    def __init__(self, days, events):
        self.home = Path(tempfile.mkdtemp(prefix="sbw-shiny-"))
        self.home.chmod(0o711)  # PostgreSQL may be another user
        # One program is both, by its name; asked for reports at once by several threads.
        (self.home / "sbw-tui").symlink_to(local_program())
        self.server = None
        try:
            self._fill(days, events)
            self.port = free_port()
            self.passwords = {}
            for line in (self.home / "platform/pgpass").read_text().splitlines():
                _, _, _, role, password = line.split(":", 4)
                self.passwords[role] = password
            self.start()
            self.psql((HERE / "edges.sql").read_text())
        except BaseException:
            self.close()
            raise

    def _fill(self, days, events):
        log = self.home / "local.log"
        with log.open("w") as out:
            local = subprocess.Popen(
                [*GOES_ALONG, local_program(), "--headless", "--no-traffic", "--data-dir", self.home / "platform", "--api-port", "0",
                 "--days", str(days), "--events", str(events), "--etl-every", "1s"],
                stdout=out, stderr=subprocess.STDOUT)
        try:
            def loaded():
                text = log.read_text()
                if local.poll() is not None:
                    raise RuntimeError(f"sbw-local ended early:\n{text}")
                return any(line.startswith("loaded ") and line.endswith(" 0 objects left)") for line in text.splitlines())
            until("the history is loaded", loaded)
        finally:
            local.send_signal(signal.SIGTERM)
            local.wait(60)

    def start(self):
        data = self.home / "platform/postgres"
        owner = data.stat()
        command = [postgres_bin() / "postgres", "-D", data, "-p", str(self.port), "-c", "listen_addresses=127.0.0.1",
                   "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "full_page_writes=off"]
        guard = [*GOES_ALONG[:-1], "INT"]
        if os.getuid() == 0:
            guard += [f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
        with (self.home / "postgres.log").open("a") as log:
            self.server = subprocess.Popen([*guard, *map(str, command)], stdout=log, stderr=log, cwd="/")
        until("PostgreSQL starts", lambda: self._run("select 1").returncode == 0)

    def stop(self):
        """Cuts everybody off."""
        if self.server:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(60)
            self.server = None

    def close(self):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def psql(self, sql):
        """What the superuser's SQL says."""
        done = self._run(sql)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def _run(self, sql):
        return subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres",
             "-d", "clickstream_dw", "-f", "-"],
            input=sql, text=True, capture_output=True,
            env={**self.environment(), "PGPASSWORD": self.passwords["postgres"]})

    def environment(self):
        """This machine's, without its own habits of connecting."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "DWH_"))}
        return {**kept, "HOME": str(self.home)}

    def settings(self):
        """How the app reaches it."""
        return {**self.environment(), "DWH_HOST": "127.0.0.1", "DWH_PORT": str(self.port),
                "DWH_PASSWORD": self.passwords["sbw_reader"], "DWH_SSLMODE": "disable"}

    def report(self, arguments):
        """What sbw-tui prints."""
        done = subprocess.run(
            [self.home / "sbw-tui", "--host", "127.0.0.1", "--port", str(self.port), "report", *arguments, "--format", "json"],
            text=True, capture_output=True, env={**self.environment(), "PGPASSWORD": self.passwords["sbw_reader"]})
        if done.returncode:
            raise RuntimeError(f"{arguments}: {done.stderr}")
        return done.stdout
