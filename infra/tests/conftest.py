"""Emulators of AWS, and stacks deployed to them.

Neither emulator knows every resource, and moto drops what it does not know without
a word; so each stack goes to the one that makes it, and tests ask each service what
came to be, never the stack.
"""

import functools
import io
import os
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

# Before moto is there: with AmazonSSMManagedInstanceCore as AWS has it.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

import templates

ACCOUNT = "123456789012"
REGION = "ap-southeast-1"
ARTEFACTS = "clickstream-s3-artefacts-123456789012"
BACKUPS = "clickstream-s3-backups-123456789012"

# What `deploy` finds out or chooses, for each template that asks for it.
PARAMETERS = {
    "S3PrefixListId": "pl-6fa54006",
    "ArtefactBucketName": ARTEFACTS,
    "BackupBucketName": BACKUPS,
    "ImageId": "ami-12c6146b",
    "ReleaseKey": "MFkw",
    "IngestZipKey": "functions/ingest.zip",
    "EtlZipKey": "functions/etl.zip",
    "Architecture": "x86_64",
    "ClickstreamUrl": "https://api.example/clickstream",
    "SiteOrigin": "https://shop.example",
}


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@functools.cache
def client(endpoint, service):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        # MiniStack takes twelve digits for the account.
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="emulated",
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )


def stack_name(name):
    return f"sbw-{Path(name).name}"


class Aws:
    """An emulator: its clients, and stacks on it."""

    def __init__(self, endpoint, template):
        self.endpoint = endpoint
        self.template = template
        self.outputs = {}

    def client(self, service):
        return client(self.endpoint, service)

    def _arguments(self, name, parameters):
        known = PARAMETERS | self.outputs | parameters
        return {
            "StackName": stack_name(name),
            "TemplateBody": self.template(name),
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": known[key]}
                for key in templates.load(name)["Parameters"]
                if key in known
            ],
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }

    def _settle(self, name):
        cloudformation = self.client("cloudformation")
        for _ in range(200):
            try:
                stack = cloudformation.describe_stacks(StackName=stack_name(name))["Stacks"][0]
            except cloudformation.exceptions.ClientError:
                return None
            if not stack["StackStatus"].endswith("IN_PROGRESS"):
                return stack
            time.sleep(0.1)
        raise AssertionError(f"{name} does not settle")

    def _done(self, name, status):
        stack = self._settle(name)
        events = self.client("cloudformation").describe_stack_events(StackName=stack_name(name))["StackEvents"]
        failed = [(e["LogicalResourceId"], e.get("ResourceStatusReason")) for e in events if "FAILED" in e["ResourceStatus"]]
        assert stack["StackStatus"] == status, failed
        self.outputs |= {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}

    def create(self, name, **parameters):
        self.client("cloudformation").create_stack(**self._arguments(name, parameters))
        self._done(name, "CREATE_COMPLETE")

    def update(self, name, **parameters):
        self.client("cloudformation").update_stack(**self._arguments(name, parameters))
        self._done(name, "UPDATE_COMPLETE")

    def delete(self, name):
        self.client("cloudformation").delete_stack(StackName=stack_name(name))
        stack = self._settle(name)
        assert stack is None or stack["StackStatus"] == "DELETE_COMPLETE", stack


@pytest.fixture(scope="session")
def moto_server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def moto(moto_server):
    """An empty moto: routes, hosts."""
    urllib.request.urlopen(urllib.request.Request(f"{moto_server}/moto-api/reset", method="POST"))
    return Aws(moto_server, templates.text)


@pytest.fixture(scope="session")
def ministack_server(tmp_path_factory):
    port = free_port()
    folder = tmp_path_factory.mktemp("ministack")
    environment = {
        **os.environ,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "S3_DATA_DIR": str(folder / "s3"),
        "STATE_DIR": str(folder / "state"),
        "TMPDIR": str(folder),
    }
    log = folder / "ministack.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("ministack")], env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
    try:
        _wait_until_it_answers(port, process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def ministack(ministack_server):
    """An empty MiniStack: networks, buckets, functions, the API, users, alarms."""
    urllib.request.urlopen(urllib.request.Request(f"{ministack_server}/_ministack/reset", method="POST"))
    return Aws(ministack_server, templates.emulated)


def _wait_until_it_answers(port, process, log):
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=1)
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"MiniStack does not answer: {log.read_text()}")


def function_zip(program=b"#!/bin/sh\nexit 1\n"):
    """A zip as Lambda takes it."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, program)
    return body.getvalue()


@pytest.fixture
def functions_uploaded(ministack):
    """Both zips where the templates look for them; the programs in them do nothing."""
    s3 = ministack.client("s3")
    s3.create_bucket(Bucket=ARTEFACTS, CreateBucketConfiguration={"LocationConstraint": REGION})
    for name in ("ingest", "etl"):
        s3.put_object(Bucket=ARTEFACTS, Key=f"functions/{name}.zip", Body=function_zip())
