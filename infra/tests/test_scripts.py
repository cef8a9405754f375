"""deploy, tunnel and teardown, with an `aws` that writes down what it was asked."""

import base64
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

import templates
from conftest import free_port

SHOP = templates.INFRA.parent / "shop"
ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]


class Fake:
    """A PATH that begins with programs of our own."""

    def __init__(self, folder, **answers):
        self.folder = folder
        self.answers = answers
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.program("aws", f'exec {sys.executable} {Path(__file__).with_name("fake_aws.py")} "$@"')
        self.program("session-manager-plugin", "exit 0")
        self.answer()

    def answer(self, **answers):
        self.answers |= answers
        (self.folder / "answers.json").write_text(json.dumps(self.answers))

    def program(self, name, body):
        path = self.bin / name
        path.write_text(f"#!/usr/bin/env bash\n{body}\n")
        path.chmod(0o755)

    def environment(self, **more):
        return os.environ | {"PATH": f"{self.bin}:{os.environ['PATH']}", "FAKE_AWS": str(self.folder), **more}

    def calls(self, kind="call"):
        file = self.folder / "calls.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        return [c["arguments"] for c in map(json.loads, lines) if c["kind"] == kind]

    def run(self, script, *arguments, answer="", **environment):
        return subprocess.run(
            [templates.AWS / script, *arguments], input=answer, env=self.environment(**environment), text=True, capture_output=True, timeout=120
        )


OUTPUTS = {
    "network": {"VpcId": "vpc-1", "PublicSubnetId": "subnet-1", "PrivateSubnetId": "subnet-2", "S3EndpointId": "vpce-1",
                "WebDbGroupId": "sg-1", "WarehouseGroupId": "sg-2", "EtlGroupId": "sg-3"},
    "data": {"AssetBucketName": "clickstream-s3-sbw", "AssetOrigin": "https://d1.cloudfront.example"},
    "warehouse": {"WarehouseInstanceId": "i-1", "WarehouseParameterPrefix": "/sbw/warehouse", "WarehouseAddress": "10.0.128.10"},
    "oltp": {"WebDbInstanceId": "i-2", "WebDbParameterPrefix": "/sbw/oltp", "WebDbPublicAddress": "203.0.113.9"},
    "site": {"AppId": "d123", "SiteOrigin": "https://main.d123.amplifyapp.com"},
    "ingest": {"ApiId": "api-1", "ClickstreamUrl": "https://api-1.example/clickstream", "IngestFunctionName": "clickstream-lambda-ingest"},
    "etl": {"EtlFunctionName": "SBW_Lamda_ETL", "FailureQueueName": "SBW_Lamda_ETL-failures"},
    "users": {"UserPoolId": "pool-1", "UserPoolClientId": "client-1", "UserPoolIssuer": "https://idp.example/pool-1",
              "LoginOrigin": "https://login.example"},
    "branch": {"ShopBranch": "main"},
    "alarms": {"TopicArn": "arn:topic"},
}  # fmt: skip


def descriptions(prefix="sbw", query="Outputs"):
    return {
        f"cloudformation describe-stacks --stack-name {prefix}-{stack} --query Stacks[0].Outputs": "\n".join(
            f"{key}\t{value}" for key, value in outputs.items()
        )
        for stack, outputs in OUTPUTS.items()
    }


# --- deploy ---------------------------------------------------------------------


@pytest.fixture
def cloud(tmp_path):
    fake = Fake(
        tmp_path,
        **descriptions(),
        **{
            "sts get-caller-identity": "123456789012",
            "ec2 describe-managed-prefix-lists": "pl-6fa54006",
            "ec2 describe-images": "ami-0debian",
            "cloudformation describe-stacks --stack-name sbw-warehouse --output": None,
            "cloudformation describe-stacks --stack-name sbw-oltp --output": None,
            "ssm get-parameter --name /sbw/warehouse/certificate": "-----BEGIN CERTIFICATE-----\nroot\n-----END CERTIFICATE-----",
            "ssm get-parameter --name /sbw/warehouse/release": None,
            "ssm get-parameter --name /sbw/oltp/release": None,
        },
    )
    # A host is set up while deploy waits for it.
    fake.program("sleep", f'{sys.executable} - <<PY\nimport json\nf = "{tmp_path}/answers.json"\na = json.load(open(f))\n'
                 f'r = open("{tmp_path}/release").read().strip()\nks = [f"ssm get-parameter --name /sbw/{{h}}/release" for h in ("warehouse", "oltp")]\n'
                 'a[next((k for k in ks if a[k] != r), ks[0])] = r\n'
                 'json.dump(a, open(f, "w"))\nPY')  # fmt: skip
    # Building takes a quarter of an hour; CI runs the very programs elsewhere.
    program = shutil.which("true")
    fake.program("cargo", f'folder=; while [ $# -gt 0 ]; do [ "$1" = --lambda-dir ] && folder=$2; shift; done\n'
                 f'for n in clickstream-lambda-ingest sbw-etl; do install -D {program} "$folder/$n/bootstrap"; done')  # fmt: skip
    fake.program("cargo-lambda", "exit 0")
    fake.program("apt-get", "exit 0")
    (tmp_path / "sources").touch()
    # What is fetched has tests of its own, in test_release.py.
    fake.program("curl", 'touch "$5"')
    fingerprint = re.search("^FINGERPRINT=(.*)", (templates.AWS / "agent").read_text(), re.MULTILINE)[1]
    fake.program("gpg", f'echo "[GNUPG:] VALIDSIG {fingerprint}"')
    # What `s3 cp install` uploads is gone when deploy ends.
    fake.program("aws", f'case "$*" in *hosts/install*) sed -n s/^release=//p "$4" >{tmp_path}/release ;; *sbw-etl-*) cp "$4" {tmp_path}/etl.zip ;; esac\n'
                 f'exec {sys.executable} {Path(__file__).with_name("fake_aws.py")} "$@"')  # fmt: skip
    return fake


def deploy(cloud, *arguments, **parameters):
    file = cloud.folder / "environment"
    file.write_text("# for a test\n" + "".join(f"{k}={v}\n" for k, v in {"Architecture": ARCHITECTURE, **parameters}.items()))
    return cloud.run(
        "deploy", "--environment", str(file), *arguments,
        XDG_CACHE_HOME=str(cloud.folder / "cache"), DEBIAN_SOURCES=str(cloud.folder / "sources"), DEPLOY_PATIENCE="5",
        RELEASE_KEY=str(cloud.folder / "release.key"),
    )  # fmt: skip


def described(stack, parameter):
    return f"cloudformation describe-stacks --stack-name sbw-{stack} --output text --query Stacks[0].Parameters[?ParameterKey=='{parameter}']"


def public_key(cloud):
    der = subprocess.run(["openssl", "pkey", "-in", cloud.folder / "release.key", "-pubout", "-outform", "DER"], check=True, capture_output=True)
    return base64.b64encode(der.stdout).decode()


def overrides(cloud):
    """By stack, in order: the parameters that it was given."""
    found = {}
    for call in cloud.calls():
        if call[:2] == ["cloudformation", "deploy"]:
            name = call[call.index("--stack-name") + 1]
            found[name] = dict(item.split("=", 1) for item in call[call.index("--parameter-overrides") + 1 :])
    return found


def test_deploy_brings_everything_in_order(cloud):
    done = deploy(cloud, AlarmEmail="ops@shop.example")
    assert done.returncode == 0, done.stderr
    assert "https://api-1.example/clickstream" in done.stdout
    given = overrides(cloud)
    assert list(given) == [f"sbw-{stack}" for stack in templates.STACKS]
    # Outputs of the earlier are parameters of the later.
    assert given["sbw-network"]["S3PrefixListId"] == "pl-6fa54006"
    assert given["sbw-data"]["S3EndpointId"] == "vpce-1"
    assert given["sbw-data"]["BackupBucketName"] == "clickstream-s3-backups-123456789012"
    assert (given["sbw-warehouse"]["PrivateSubnetId"], given["sbw-warehouse"]["ImageId"]) == ("subnet-2", "ami-0debian")
    assert (given["sbw-etl"]["EtlGroupId"], given["sbw-etl"]["WarehouseAddress"]) == ("sg-3", "10.0.128.10")
    # Whoever must know the shop's address is told it, before the shop is told theirs.
    shop = "https://main.d123.amplifyapp.com"
    assert given["sbw-ingest"]["SiteOrigin"] == given["sbw-users"]["SiteOrigin"] == given["sbw-branch"]["SiteOrigin"] == shop
    assert shop in done.stdout
    branch = {"AppId": "d123", "AssetOrigin": "https://d1.cloudfront.example", "UserPoolIssuer": "https://idp.example/pool-1",
              "LoginOrigin": "https://login.example", "WebDbPublicAddress": "203.0.113.9"}  # fmt: skip
    assert given["sbw-branch"] | branch == given["sbw-branch"]
    assert given["sbw-alarms"] | {"ApiId": "api-1", "WebDbInstanceId": "i-2", "AlarmEmail": "ops@shop.example"} == given["sbw-alarms"]
    # Every parameter without a default was given.
    for stack in templates.STACKS:
        needed = {name for name, spec in templates.load(stack)["Parameters"].items() if "Default" not in spec}
        assert needed <= set(given[f"sbw-{stack}"]), stack

    # The loader trusts the warehouse's own root, and no other.
    with zipfile.ZipFile(cloud.folder / "etl.zip") as archive:
        assert sorted(archive.namelist()) == ["bootstrap", "root.crt"]
        assert b"BEGIN CERTIFICATE" in archive.read("root.crt")
        assert archive.getinfo("bootstrap").external_attr >> 16 & 0o111 == 0o111
    uploads = [c for c in cloud.calls() if c[0] == "s3"]
    assert (uploads[0][1], uploads[0][-1]) == ("sync", "s3://clickstream-s3-sbw") and Path(uploads[0][-2]).resolve() == SHOP / "assets"
    assert "--delete" not in uploads[0], "what others keep there stays"
    assert uploads[3][-1] == "s3://clickstream-s3-artefacts-123456789012/hosts/install", "the name last"
    assert f"s3://clickstream-s3-artefacts-123456789012/{given['sbw-etl']['EtlZipKey']}" in [c[-1] for c in uploads]
    assert not [c for c in cloud.calls() if c[:2] == ["ssm", "send-command"]], "new hosts install themselves"


def test_deploying_again_tells_the_hosts_and_replaces_nothing(cloud):
    stays = {f"cloudformation describe-stacks --stack-name sbw-{s}": "" for s in ("warehouse", "oltp")}
    image = {described(s, "ImageId"): "ami-of-then" for s in ("warehouse", "oltp")}
    release = {f"ssm get-parameter --name /sbw/{s}/release": "0" * 64 for s in ("warehouse", "oltp")}
    cloud.answer(**stays, **image, **release)
    done = deploy(cloud)
    assert done.returncode == 0, done.stderr
    told = [c for c in cloud.calls() if c[:2] == ["ssm", "send-command"]]
    assert [c[c.index("--instance-ids") + 1] for c in told] == ["i-1", "i-2"]
    for call in told:
        (script,) = json.loads(call[call.index("--parameters") + 1])["commands"]
        subprocess.run(["sh", "-n"], input=script, text=True, check=True)
        # Under `set -e`, and with the key that comes along.
        assert script.startswith("set -e\n") and script.index("openssl dgst -sha256 -verify") < script.index("bash /root/sbw-install")
        assert public_key(cloud) in script
    given = overrides(cloud)
    assert given["sbw-warehouse"]["ReleaseKey"] == given["sbw-oltp"]["ReleaseKey"] == public_key(cloud)
    assert (given["sbw-warehouse"]["ImageId"], given["sbw-oltp"]["ImageId"]) == ("ami-of-then", "ami-of-then")
    policies = [c for c in cloud.calls() if c[:2] == ["cloudformation", "set-stack-policy"]]
    assert [c[c.index("--stack-name") + 1] for c in policies] == ["sbw-warehouse", "sbw-oltp"]
    for call in policies:
        (denied,) = [s for s in json.loads(call[-1])["Statement"] if s["Effect"] == "Deny"]
        assert denied["Action"] == ["Update:Replace", "Update:Delete"]


def test_another_key_is_refused_unless_it_is_asked_for(cloud):
    cloud.answer(**{described("oltp", "ReleaseKey"): "AnotherKey"})
    done = deploy(cloud)
    assert done.returncode == 1 and "the hosts trust another key" in done.stderr
    assert overrides(cloud) == {}
    done = deploy(cloud, "--new-key")
    assert done.returncode == 0, done.stderr
    assert overrides(cloud)["sbw-oltp"]["ReleaseKey"] == public_key(cloud)


def test_a_second_environment_has_names_of_its_own(cloud):
    cloud.answer(**descriptions("try"), **{f"cloudformation describe-stacks --stack-name try-{s} --output": None for s in ("warehouse", "oltp")})
    done = deploy(cloud, StackPrefix="try", RawBucketName="try-raw", FunctionName="unused")
    assert done.returncode == 0, done.stderr
    given = overrides(cloud)
    assert list(given) == [f"try-{stack}" for stack in templates.STACKS]
    assert given["try-ingest"]["RawBucketName"] == given["try-data"]["RawBucketName"] == "try-raw"


def test_the_shop_is_built_where_there_is_a_repository(cloud):
    def builds():
        return [c for c in cloud.calls() if c[:2] == ["amplify", "start-job"]]

    done = deploy(cloud)
    assert done.returncode == 0, done.stderr
    assert builds() == [] and "RepositoryUrl names no repository" in done.stderr

    release = {f"ssm get-parameter --name /sbw/{s}/release": (cloud.folder / "release").read_text().strip() for s in ("warehouse", "oltp")}
    cloud.answer(**release)
    repository = {"RepositoryUrl": "https://git.example/shop", "RepositoryTokenSecret": "token"}
    done = deploy(cloud, **repository)
    assert done.returncode == 0, done.stderr
    assert builds() == [["amplify", "start-job", "--app-id", "d123", "--branch-name", "main", "--job-type", "RELEASE"]]
    assert "cannot reach its database: AppCidr is empty" in done.stderr, "closed unless somebody opens it"

    done = deploy(cloud, **repository, AppCidr="0.0.0.0/0", SiteOrigin="https://shop.example")
    assert "AppCidr" not in done.stderr
    given = overrides(cloud)
    assert given["sbw-network"]["AppCidr"] == "0.0.0.0/0" and "AppCidr" not in given["sbw-oltp"]
    assert given["sbw-site"]["SiteOrigin"] == "https://shop.example"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [("RawBuketName=x", "no template has a parameter RawBuketName"), ("just words", "a line is NAME=VALUE"), ("Architecture=sparc", "arm64 or x86_64")],
)
def test_a_wrong_environment_is_refused_before_anything_is_done(cloud, line, complaint):
    file = cloud.folder / "wrong"
    file.write_text(line + "\n")
    done = cloud.run("deploy", "--environment", str(file))
    assert done.returncode == 1 and complaint in done.stderr
    assert overrides(cloud) == {}


# --- teardown -------------------------------------------------------------------


@pytest.fixture
def deployed(tmp_path):
    fake = Fake(tmp_path, **descriptions(), **{"sts get-caller-identity": "123456789012", "ssm get-parameters-by-path": "/sbw/warehouse/a"})
    return fake


def changes(fake):
    reading = ("describe", "get", "list", "head", "wait")
    return [c for c in fake.calls() if not c[1].startswith(reading)]


def test_teardown_asks_and_takes_no_for_an_answer(deployed):
    for answer in ("", "no\n", "yes\n"):
        done = deployed.run("teardown", answer=answer)
        assert done.returncode == 1 and "nothing was removed" in done.stderr
    done = deployed.run("teardown", "--data", answer="sbw\nno\n")
    assert done.returncode == 1
    assert changes(deployed) == []


def test_teardown_removes_the_stacks_backwards_and_keeps_the_data(deployed):
    pages = {"s3api list-object-versions --bucket clickstream-s3-artefacts-123456789012": '{"Objects": null}'}
    deployed.answer(**pages)
    done = deployed.run("teardown", answer="sbw\n")
    assert done.returncode == 0, done.stderr
    removed = [c[-1] for c in changes(deployed) if c[:2] == ["cloudformation", "delete-stack"]]
    assert removed == [f"sbw-{stack}" for stack in reversed(templates.STACKS)]
    unprotected = [c for c in changes(deployed) if c[0] == "ec2"]
    assert [c[c.index("--instance-id") + 1] for c in unprotected] == ["i-1", "i-2"]
    assert [c[-1] for c in changes(deployed) if c[:2] == ["ssm", "delete-parameter"]] == ["/sbw/warehouse/a"] * 2
    assert not [c for c in changes(deployed) if c[:2] == ["s3api", "delete-bucket"] or c[0] == "cognito-idp"]
    assert "clickstream-s3-ingest" in done.stderr


def test_teardown_with_the_data(deployed):
    data = "cloudformation describe-stacks --stack-name sbw-data --query Stacks[0].Outputs"
    deployed.answer(**{"s3api list-object-versions": '{"Objects": null}', data: "TrailBucketName\tsbw-data-trailbucket-1"})
    done = deployed.run("teardown", "--data", answer="sbw\ndelete clickstream-s3-ingest\n")
    assert done.returncode == 0, done.stderr
    buckets = [c[c.index("--bucket") + 1] for c in changes(deployed) if c[:2] == ["s3api", "delete-bucket"]]
    assert buckets == ["clickstream-s3-ingest", "clickstream-s3-sbw", "clickstream-s3-backups-123456789012", "sbw-data-trailbucket-1"]
    assert [c[1] for c in changes(deployed) if c[0] == "cognito-idp"] == ["update-user-pool", "delete-user-pool"]


# --- tunnel ---------------------------------------------------------------------


class Tunnel:
    def __init__(self, fake, port):
        environment = fake.environment(TUNNEL_PROBE_SECONDS="0.3", TUNNEL_PROBE_LIMIT="1", TUNNEL_LONGEST_PAUSE="1")
        self.fake = fake
        self.process = subprocess.Popen(
            [templates.AWS / "tunnel", "database", str(port)], env=environment, text=True, stderr=subprocess.PIPE, start_new_session=True
        )
        self.port = port

    def sessions(self, count):
        end = time.monotonic() + 60
        while len(self.fake.calls("listens")) < count:
            assert self.process.poll() is None, self.process.stderr.read()
            assert time.monotonic() < end, self.fake.calls("listens")
            time.sleep(0.05)

    def end(self, kind=signal.SIGINT):
        self.process.send_signal(kind)
        try:
            _, said = self.process.communicate(timeout=60)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
        return said


def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize(
    ("session", "words"),
    [
        ({"seconds": 1, "silent_after": 1000}, "opening it anew"),
        ({"seconds": 600, "silent_after": 2}, "the tunnel is silent"),
    ],
    ids=["a session that ends", "a session that falls silent"],
)
def test_the_tunnel_comes_back(tmp_path, session, words):
    fake = Fake(tmp_path, **descriptions(), session=session)
    tunnel = Tunnel(fake, free_port())
    try:
        tunnel.sessions(3)
    finally:
        said = tunnel.end()
    assert words in said
    assert f"database of i-1 is on localhost:{tunnel.port}" in said
    assert tunnel.process.returncode == 130
    # Nothing is left behind, the plugin included.
    end = time.monotonic() + 10
    while not is_free(tunnel.port) and time.monotonic() < end:
        time.sleep(0.05)
    assert is_free(tunnel.port)
    (first, *_) = [c for c in fake.calls() if c[:2] == ["ssm", "start-session"]]
    assert first[first.index("--document-name") + 1] == "AWS-StartPortForwardingSession"
    assert first[first.index("--target") + 1] == "i-1"


def test_a_port_that_is_taken_is_said(tmp_path):
    fake = Fake(tmp_path, **descriptions(), session={"seconds": 1, "silent_after": 1})
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = fake.run("tunnel", "database", str(server.getsockname()[1]))
    assert done.returncode == 1 and "name another port" in done.stderr


def test_functions_that_lambda_cannot_run_are_refused(tmp_path):
    other = "x86_64" if ARCHITECTURE == "arm64" else "arm64"
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("clickstream-lambda-ingest", "sbw-etl"):
        shutil.copy(shutil.which("true"), programs / name)
    done = subprocess.run([templates.AWS / "functions", tmp_path / "zips", other, "--from", programs], text=True, capture_output=True)
    assert done.returncode == 1 and f"is not for {other}" in done.stderr
    done = subprocess.run([templates.AWS / "functions", tmp_path / "zips", ARCHITECTURE, "--from", programs], text=True, capture_output=True)
    assert done.returncode == 0 and "newest symbol GLIBC_2" in done.stdout, done.stderr
    # A program that asks for more than Amazon Linux has.
    script = (templates.AWS / "functions").read_text().replace("GLIBC=2.34", "GLIBC=2.2")
    older = tmp_path / "infra/aws/functions"
    older.parent.mkdir(parents=True)
    older.write_text(script)
    older.chmod(0o755)
    done = subprocess.run([older, tmp_path / "zips", ARCHITECTURE, "--from", programs], text=True, capture_output=True)
    assert done.returncode == 1 and "Lambda has GLIBC_2.2" in done.stderr
