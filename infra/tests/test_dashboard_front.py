"""The front of the Shiny app, as nginx of this machine runs it: who may come, and what the service may."""

import http.server
import shutil
import socket
import subprocess
import threading
import time
from http.client import HTTPConnection

import pytest

import templates
from machine import CACHE

UNITS = templates.INFRA / "hosts/units"


class App(http.server.BaseHTTPRequestHandler):
    """In place of R: says that it was reached."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        upgrade = self.headers.get("Upgrade") == "websocket"
        self.send_response(101 if upgrade else 200)
        if upgrade:
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
        else:
            self.send_header("Content-Length", "0")
        self.end_headers()
        self.close_connection = upgrade

    do_POST = do_GET

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    """Its port."""
    app = http.server.ThreadingHTTPServer(("127.0.0.1", 0), App)
    threading.Thread(target=app.serve_forever, daemon=True).start()
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    port = free_port()
    (folder / "dashboard-hosts").write_text('"dashboard.example:3838" 1;\n')
    site = (UNITS / "nginx.conf").read_text()
    for ours, tested in [("3838;", f"{port};"), (":3839/", f":{app.server_port}/"), ("/etc/sbw/", f"{folder}/")]:
        assert ours in site
        site = site.replace(ours, tested)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{site}\n}}\n"
    )
    process = subprocess.Popen([CACHE / "nginx/usr/sbin/nginx", "-c", folder / "nginx.conf", "-p", folder], stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < end, (folder / "error.log").read_text()
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()
        app.shutdown()
        app.server_close()


def status(port, headers, method="GET", address="127.0.0.1", path="/sbw_dashboard/"):
    connection = HTTPConnection(address, port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


WEBSOCKET = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw=="}


@pytest.mark.parametrize("host", ["localhost:3838", "127.0.0.1:3838", "[::1]:3838", "localhost:8081", "localhost:50123", "LOCALHOST:3838", "localhost", "dashboard.example:3838"])
def test_people_come_by_any_port_of_their_own_machine(front, host):
    assert status(front, {"Host": host}) == 200
    assert status(front, {"Host": host, **WEBSOCKET, "Origin": f"http://{host}"}) == 101
    assert status(front, {"Host": host, "Origin": f"http://{host}"}, "POST") == 200
    assert status(front, {"Host": host}, path="/") == 302


def test_programs_that_are_no_browsers_and_links_to_it_work(front):
    assert status(front, {"Host": "localhost:3838"}) == 200
    assert status(front, {"Host": "localhost:3838"}, address="localhost") == 200
    arrives = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert status(front, {"Host": "localhost:3838", **arrives}) == 200
    assert status(front, {"Host": "localhost:3838", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}) == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:3838", "localhost.evil.example:3838", "127.0.0.1.evil.example", "localhost:3838.evil.example",
     "127.0.0.2:3838", "0.0.0.0:3838", "[::2]:3838", "localhost:", "localhost:x", "xlocalhost:3838", "dashboard.example", ""],
)  # fmt: skip
def test_a_name_that_is_pointed_here_is_refused(front, host):
    # nginx itself calls some of these no host at all.
    assert status(front, {"Host": host}) in (400, 403)
    assert status(front, {"Host": host, **WEBSOCKET, "Origin": f"http://{host}"}) in (400, 403)


def test_a_request_without_a_host_is_refused(front):
    with socket.create_connection(("127.0.0.1", front), 10) as plain:
        plain.sendall(b"GET /sbw_dashboard/ HTTP/1.0\r\n\r\n")
        assert plain.recv(100).split()[1] == b"403"


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://evil.example:3838", "null", "file://", "http://localhost", "http://localhost:3839", "http://127.0.0.1:3838",
     "http://localhost:3838.evil.example", "http://evil.example/localhost:3838", "http://localhost:38380", "ws://localhost:3838",
     "http://localhost:3838, http://evil.example", "chrome-extension://abcdef"],
)  # fmt: skip
def test_a_page_of_another_origin_is_refused(front, origin):
    for more, method in [(WEBSOCKET, "GET"), ({}, "GET"), ({}, "POST")]:
        assert status(front, {"Host": "localhost:3838", "Origin": origin, **more}, method) == 403


@pytest.mark.parametrize("mode", ["no-cors", "cors", "websocket"])
def test_another_site_cannot_embed_anything(front, mode):
    assert status(front, {"Host": "localhost:3838", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}) == 403


def test_no_other_page_may_frame_it(front):
    connection = HTTPConnection("127.0.0.1", front, timeout=10)
    connection.request("GET", "/sbw_dashboard/", headers={"Host": "localhost:3838"})
    assert connection.getresponse().getheader("Content-Security-Policy") == "frame-ancestors 'self'"
    connection.close()


@pytest.mark.parametrize(("unit", "exposure"), [("sbw-dashboard", 15), ("sbw-backup", 35), ("sbw-figures", 35), ("sbw-certificate", 35)])
def test_services_are_in_a_sandbox(unit, exposure):
    """By systemd's own measure, tenths of its scale from 0 to 10."""
    analyze = shutil.which("systemd-analyze")
    assert analyze, "systemd is where hosts are"
    command = [analyze, "security", "--no-pager", "--offline=true", f"--threshold={exposure}", UNITS / f"{unit}.service"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
