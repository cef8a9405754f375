"""An `aws` that answers from a file and writes down what it was asked.

$FAKE_AWS is a folder: answers.json maps the beginning of a command line to what it
prints (null: it fails), calls.jsonl gets every command line.
"""

import json
import os
import socket
import sys
import time
from pathlib import Path

folder = Path(os.environ["FAKE_AWS"])
arguments = sys.argv[1:]


def write_down(kind):
    with (folder / "calls.jsonl").open("a") as calls:
        calls.write(json.dumps({"kind": kind, "arguments": arguments}) + "\n")


def listen(seconds, silent_after):
    """What session-manager-plugin does, with a PostgreSQL behind it that answers an SSL request."""
    parameters = dict(item.split("=") for item in arguments[arguments.index("--parameters") + 1].split(","))
    assert parameters["portNumber"] == "5432"
    with socket.create_server(("127.0.0.1", int(parameters["localPortNumber"]))) as server:
        write_down("listens")
        end = time.monotonic() + seconds
        answered = 0
        held = []
        while time.monotonic() < end:
            server.settimeout(max(0.01, end - time.monotonic()))
            try:
                connection, _ = server.accept()
            except TimeoutError:
                return
            if answered >= silent_after:
                # Open and silent: the fault that no closed socket tells of.
                held.append(connection)
                continue
            if connection.recv(8) == b"\x00\x00\x00\x08\x04\xd2\x16\x2f":
                connection.sendall(b"S")
                answered += 1
            connection.close()


write_down("call")
line = " ".join(arguments)
answers = json.loads((folder / "answers.json").read_text())
if line.startswith("ssm start-session"):
    listen(**answers["session"])
    sys.exit(0)
for beginning, answer in sorted(answers.items(), key=lambda item: -len(item[0])):
    if line.startswith(beginning):
        if answer is None:
            sys.exit("An error occurred (ValidationError)")
        print(answer)
        break
