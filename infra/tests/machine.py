"""A machine of one's own: the distribution's base system, booted with systemd, and no
network but its own loopback. AWS, as far as a host needs it, answers on that."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "sbw"
ENDPOINT = "http://127.0.0.1:4566"
TOOLS = Path(sys.executable).parent


def codename():
    lines = Path("/etc/os-release").read_text().splitlines()
    return next(line.split("=")[1].strip('"') for line in lines if line.startswith("VERSION_CODENAME="))


def architecture():
    return subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True).stdout.strip()


def base_system():
    """A tar of the base system, made once: it takes two minutes."""
    archive = CACHE / f"base-{codename()}.tar"
    if not archive.exists():
        making = Path(f"{archive}.{os.getpid()}")
        # Where this machine has its own packages from.
        sources = [*Path("/etc/apt/sources.list.d").glob("*.sources"), Path("/etc/apt/sources.list")]
        words = [w for s in sources if s.exists() for line in s.read_text().splitlines() if codename() in s.read_text() for w in line.split()]
        mirror = next(w for w in words if w.startswith(("http://", "https://")) and w.rstrip("/").endswith(("debian", "ubuntu")))
        include = "systemd,systemd-sysv,dbus,ca-certificates,curl"
        subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={include}", codename(), f"{making}.d", mirror],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        subprocess.run(["tar", "-C", f"{making}.d", "-cf", making, "."], check=True)
        shutil.rmtree(f"{making}.d")
        making.rename(archive)
    return archive


def is_first(pid):
    """Whether the process is number 1 in a namespace of its own."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return any(line.split()[0] == "NSpid:" and line.split()[2:] == ["1"] for line in status.splitlines() if line)


class Machine:
    """Boots in `folder`; ends with `stop`."""

    def __init__(self, folder, programs):
        self.root = folder / "root"
        self.root.mkdir()
        subprocess.run(["tar", "-C", self.root, "-xf", base_system()], check=True)
        for name, program in programs.items():
            shutil.copy(program, self.root / "usr/local/bin" / name)
        (self.root / "etc/machine-id").write_text("")
        # It is thrown away: no need to wait for the disk after each file.
        (self.root / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n")
        self.log = folder / "console.log"
        self.emulator = None
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--boot",
                 f"--machine=sbw-{os.getpid()}", f"--directory={self.root}", "--console=pipe"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            self.leader = self._leader()
            self._until(lambda: self.succeeds("systemctl is-system-running --quiet || systemctl is-system-running | grep -q degraded"))
            self._start_emulator(folder)
        except BaseException:
            self.stop()
            raise

    def _until(self, ready, seconds=120):
        end = time.monotonic() + seconds
        while not ready():
            assert self.process.poll() is None, self.log.read_text(errors="replace")
            assert time.monotonic() < end, self.log.read_text(errors="replace")
            time.sleep(0.3)

    def _leader(self):
        """The machine's first process: systemd-nspawn starts it through another that soon ends."""
        found = []

        def look():
            listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
            found[:] = filter(is_first, listed.stdout.split())
            return bool(found)

        self._until(look)
        return found[0]

    def _start_emulator(self, folder):
        environment = {
            **os.environ,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": "4566",
            "MINISTACK_REGION": "ap-southeast-1",
            "IOT_MTLS_ENABLED": "0",
            "S3_DATA_DIR": str(folder / "s3"),
            "STATE_DIR": str(folder / "state"),
        }
        with (folder / "ministack.log").open("wb") as log:
            self.emulator = subprocess.Popen(
                ["nsenter", "--target", self.leader, "--net", "--", TOOLS / "ministack"],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._until(lambda: self.succeeds(f"curl -fsS {ENDPOINT}/_ministack/health"))

    def run(self, script, check=True, **environment):
        """Runs bash inside; the answer is what it prints."""
        variables = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
        done = subprocess.run(
            ["nsenter", "--target", self.leader, "--all", "--root", "--", "bash", "-c", f"cd /; set -euo pipefail; {script}"],
            env=variables | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=500, cwd="/",
        )  # fmt: skip
        assert not check or done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout.strip() if check else done

    def succeeds(self, script, **environment):
        return self.run(script, check=False, **environment).returncode == 0

    def aws(self, *arguments):
        """The AWS that the machine sees, asked from outside."""
        environment = os.environ | {
            "AWS_ACCESS_KEY_ID": "123456789012", "AWS_SECRET_ACCESS_KEY": "emulated", "AWS_DEFAULT_REGION": "ap-southeast-1",
        }  # fmt: skip
        done = subprocess.run(
            ["nsenter", "--target", self.leader, "--net", "--", TOOLS / "aws", "--endpoint-url", ENDPOINT, *arguments],
            env=environment, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def stop(self):
        if self.emulator:
            self.emulator.terminate()
            self.emulator.wait()
        # The machine is powered off by the first, and cut off by the second.
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        # A gigabyte, and nothing to learn from it.
        shutil.rmtree(self.root, ignore_errors=True)
