"""What hosts run is signed: a release by `release`, the agent by AWS. Real keys."""

import os
import shutil
import subprocess

import pytest

import templates

HOSTS = templates.INFRA / "hosts"


def run(*command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120, **more)


def make_release(folder, key):
    done = run(templates.AWS / "release", folder, shutil.which("true"), __file__, env=os.environ | {"RELEASE_KEY": str(key)})
    assert done.returncode == 0, done.stderr
    return *done.stdout.split(), done.stderr


@pytest.fixture
def bucket(tmp_path):
    """hosts/ of the bucket, signed: the agent, and a script in place of `install`."""
    folder = tmp_path / "bucket/hosts"
    folder.mkdir(parents=True)
    make_key(tmp_path / "release.key")
    for name, content in {"amazon-ssm-agent.deb": "a package", "install": f"#!/bin/bash\ntouch {tmp_path}/installed\n"}.items():
        (folder / name).write_text(content)
        sign(folder / name, tmp_path / "release.key")
    return folder


def make_key(file):
    run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file, check=True)


def public(key):
    return run("bash", "-c", f"openssl pkey -in {key} -pubout -outform DER | base64 -w0").stdout


def sign(file, key):
    run("openssl", "dgst", "-sha256", "-sign", key, "-out", f"{file}.sig", file, check=True)


def first_start(stack, tmp_path, key):
    """User data, with this machine's places moved to `tmp_path`, and S3 to a folder."""
    script = templates.resolved(stack, ReleaseKey=key, ArtefactBucketName="artefacts", BackupBucketName="backups")["Instance"]["UserData"]
    for place in ("/etc", "/root"):
        (tmp_path / place[1:]).mkdir(exist_ok=True)
        script = script.replace(f" {place}/", f" {tmp_path}{place}/").replace(f'"{place}/', f'"{tmp_path}{place}/')
    script = script.replace("https://artefacts.s3.ap-southeast-1.amazonaws.com", f"file://{tmp_path}/bucket").replace("--retry 20", "--retry 0")
    bin = tmp_path / "bin"
    bin.mkdir()
    for name, body in {"systemctl": "exit 3", "dpkg": f'cp "$2" {tmp_path}/agent'}.items():
        (bin / name).write_text(f"#!/bin/sh\n{body}\n")
        (bin / name).chmod(0o755)
    return run("bash", "-c", script, env=os.environ | {"PATH": f"{bin}:{os.environ['PATH']}"})


def changed(file, key):
    file.write_text(file.read_text() + " ")


def another_key(file, key):
    other = key.with_name("another.key")
    make_key(other)
    sign(file, other)


def no_signature(file, key):
    file.with_name(file.name + ".sig").unlink()


def empty_signature(file, key):
    file.with_name(file.name + ".sig").write_bytes(b"")


def signature_of_the_other_file(file, key):
    (other,) = {"install", "amazon-ssm-agent.deb"} - {file.name}
    shutil.copy(f"{file.parent}/{other}.sig", f"{file}.sig")


def nothing_there(file, key):
    file.unlink()


@pytest.mark.parametrize("stack", ["warehouse", "oltp"])
def test_a_host_runs_what_its_key_has_signed(bucket, tmp_path, stack):
    done = first_start(stack, tmp_path, public(tmp_path / "release.key"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "installed").exists() and (tmp_path / "agent").read_text() == "a package"
    scripts = [templates.resolved(s)["Instance"]["UserData"].split("<<'KEY'")[1] for s in ("warehouse", "oltp")]
    assert scripts[0] == scripts[1], "what is refused is shown of one"


@pytest.mark.parametrize("name", ["install", "amazon-ssm-agent.deb"])
@pytest.mark.parametrize("fault", [changed, another_key, no_signature, empty_signature, signature_of_the_other_file, nothing_there])
def test_a_host_runs_nothing_else(bucket, tmp_path, fault, name):
    fault(bucket / name, tmp_path / "release.key")
    done = first_start("warehouse", tmp_path, public(tmp_path / "release.key"))
    assert done.returncode == 1
    assert f"sbw: {name} is not there, or not signed with the key of this host, and was not run: run deploy" in done.stderr
    assert not (tmp_path / "installed").exists()
    assert (tmp_path / "agent").exists() == (name == "install")


def test_a_release_is_bound_to_its_signature(tmp_path):
    key = tmp_path / "config/release.key"
    name, known, said = make_release(tmp_path / "a", key)
    assert key.stat().st_mode & 0o777 == 0o600 and str(key) in said
    # The signed script names the release, and the release the packages.
    assert f"\nrelease={name}\n" in (tmp_path / "a/install").read_text()
    index = run("tar", "-xzOf", tmp_path / f"a/releases/{name}.tar.gz", "./hosts/index.sha256").stdout
    assert index == run("sha256sum", stdin=open(__file__)).stdout
    # The same key, and the same name, the next time.
    assert make_release(tmp_path / "b", key) == (name, known, "") and known == public(key)


def test_a_release_that_is_not_what_the_script_names_is_refused(tmp_path):
    """By `install` itself, in a place of its own."""
    name, _, _ = make_release(tmp_path / "hosts", tmp_path / "release.key")
    archive = tmp_path / f"hosts/releases/{name}.tar.gz"
    # Nothing that could run here, if it were taken.
    archive.write_bytes(b"something else")
    (tmp_path / "settings").write_text(f"ARTEFACTS=file://{tmp_path}/hosts\n")

    def install(file):
        script = file.read_text().replace("/etc/sbw/settings", f"{tmp_path}/settings").replace("/opt/sbw", f"{tmp_path}/opt")
        return run("bash", "-c", script)

    done = install(tmp_path / "hosts/install")
    assert done.returncode == 1 and "the release is not what its name says" in done.stderr
    assert list((tmp_path / "opt/releases").iterdir()) == []
    done = install(HOSTS / "install")
    assert done.returncode == 1 and "this names no release" in done.stderr


# --- the agent --------------------------------------------------------------------


@pytest.fixture
def aws_signs(tmp_path_factory):
    """Somebody with a key, as AWS; `agent` that knows its fingerprint; what it would download."""
    folder = tmp_path_factory.mktemp("aws")
    # Short, as gpg's agent has a socket in it.
    home = folder / "gpg"
    home.mkdir(mode=0o700)
    gpg = ("gpg", "--homedir", home, "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback")
    for who in ("aws", "stranger"):
        run(*gpg, "--quick-gen-key", who, "rsa2048", "sign", "never", check=True)
    run(*gpg, "--output", folder / "amazon-ssm-agent.gpg", "--armor", "--export", check=True)
    fingerprint = run(*gpg, "--list-keys", "--with-colons", "aws").stdout.split("fpr:::::::::")[1].split(":")[0]
    package = folder / "amazon-ssm-agent.deb"
    package.write_text("a package")

    def sign_as(who):
        run(*gpg, "--yes", "--local-user", who, "--detach-sign", package, check=True)

    script = folder / "agent"
    text = (templates.AWS / "agent").read_text()
    assert text.count("\nFINGERPRINT=") == 1
    script.write_text("\n".join(f"FINGERPRINT={fingerprint}" if line.startswith("FINGERPRINT=") else line for line in text.splitlines()))
    script.chmod(0o755)
    (folder / "bin").mkdir()
    curl = folder / "bin/curl"
    curl.write_text(f'#!/bin/bash\n[ "$4" = -o ] && cp "{folder}/${{6##*/}}" "$5"\n')
    curl.chmod(0o755)

    def fetch():
        done = run(script, folder / "out", "arm64", env=os.environ | {"PATH": f"{folder}/bin:{os.environ['PATH']}"})
        return done, folder / "out/amazon-ssm-agent.deb"

    yield package, sign_as, fetch
    run("gpgconf", "--homedir", home, "--kill", "all")


def test_the_agent_is_aws_own(aws_signs):
    package, sign_as, fetch = aws_signs
    sign_as("aws")
    done, there = fetch()
    assert done.returncode == 0, done.stderr
    assert there.read_text() == "a package"


@pytest.mark.parametrize("fault", ["changed", "a stranger's", "no signature"])
def test_an_agent_of_others_is_refused(aws_signs, fault):
    package, sign_as, fetch = aws_signs
    sign_as("stranger" if fault == "a stranger's" else "aws")
    if fault == "changed":
        package.write_text("another package")
    if fault == "no signature":
        package.with_name(package.name + ".sig").write_bytes(b"")
    done, there = fetch()
    assert done.returncode == 1 and "is not signed with AWS's key" in done.stderr
    assert not there.exists()


def test_nothing_else_is_downloaded():
    """Each program that fetches, and what holds what it fetches."""
    checked = {
        "aws/agent": "VALIDSIG",
        "aws/deploy": "openssl dgst -sha256 -verify",
        "aws/oltp.yaml": "openssl dgst -sha256 -verify",
        "aws/warehouse.yaml": "openssl dgst -sha256 -verify",
        "hosts/install": "sha256sum --check",
    }
    files = [f for folder in ("aws", "hosts") for f in (templates.INFRA / folder).rglob("*") if f.is_file()]
    fetching = {
        str(f.relative_to(templates.INFRA)): f.read_text()
        for f in files
        if any(word in f.read_text() for word in ("curl -", "wget ", "install.packages("))
    }
    assert set(fetching) == set(checked)
    for name, check in checked.items():
        assert check in fetching[name], name
