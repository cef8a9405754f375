"""Both hosts as moto makes them, and what they may do."""

import base64
import subprocess

import pytest

import policies
from conftest import ACCOUNT, BACKUPS


@pytest.fixture
def hosts(moto):
    moto.create("network", AdminCidr="203.0.113.7/32", AppCidr="198.51.100.0/24")
    moto.create("warehouse")
    moto.create("oltp")
    return moto


def instance(hosts, kind):
    (reservation,) = hosts.client("ec2").describe_instances(InstanceIds=[hosts.outputs[f"{kind}InstanceId"]])["Reservations"]
    return reservation["Instances"][0]


def test_hosts_stand_where_they_should(hosts):
    ec2 = hosts.client("ec2")
    for kind, name, subnet, address in [
        ("Warehouse", "SBW_EC2_ShinyDWH", "PrivateSubnetId", "10.0.128.10"),
        ("WebDb", "SBW_EC2_WebDB", "PublicSubnetId", "10.0.0.10"),
    ]:
        host = instance(hosts, kind)
        assert {"Key": "Name", "Value": name} in host["Tags"]
        assert (host["SubnetId"], host["PrivateIpAddress"]) == (hosts.outputs[subnet], address)
        assert not host.get("KeyName"), "people come by SSM"
        (device,) = host["BlockDeviceMappings"]
        (volume,) = ec2.describe_volumes(VolumeIds=[device["Ebs"]["VolumeId"]])["Volumes"]
        assert (volume["Encrypted"], volume["VolumeType"]) == (True, "gp3")
    assert not instance(hosts, "Warehouse").get("PublicIpAddress")
    (address,) = ec2.describe_addresses()["Addresses"]
    assert address["PublicIp"] == hosts.outputs["WebDbPublicAddress"]


def test_first_start_installs_and_holds_no_secret(hosts):
    for kind, role in [("Warehouse", "warehouse"), ("WebDb", "oltp")]:
        answer = hosts.client("ec2").describe_instance_attribute(
            InstanceId=hosts.outputs[f"{kind}InstanceId"], Attribute="userData"
        )
        script = base64.b64decode(answer["UserData"]["Value"]).decode()
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        assert len(script) < 16384
        assert f"HOST_ROLE={role}\n" in script and "/hosts/install" not in script.split("SETTINGS")[1]
        assert "password" not in script.lower() and "secret" not in script.lower()


def test_a_host_reads_its_own_parameters_and_backups_and_nobody_elses(hosts):
    iam = hosts.client("iam")
    parameter = f"arn:aws:ssm:ap-southeast-1:{ACCOUNT}:parameter"
    for kind, role, other in [("Warehouse", "warehouse", "oltp"), ("WebDb", "oltp", "warehouse")]:
        name = hosts.outputs[f"{kind}RoleName"]
        # Attached by the template, as test_contract shows; moto drops that, and knows the policy.
        managed = policies.of_agents(iam)
        documents = [*policies.of_role(iam, name), managed]
        assert policies.allowed([managed], "ssm:GetParameter", f"{parameter}/anything"), "what the Deny is for"

        def may(action, resource, **context):
            return policies.allowed(documents, action, resource, **context)

        assert may("ssm:GetParameter", f"{parameter}/sbw/{role}/x")
        assert may("ssm:PutParameter", f"{parameter}/sbw/{role}/x")
        assert may("ssmmessages:OpenDataChannel", "*")
        assert may("s3:PutObject", f"arn:aws:s3:::{BACKUPS}/{role}/x.dump")
        assert may("s3:GetObject", f"arn:aws:s3:::{BACKUPS}/{role}/x.dump")
        assert may("s3:PutObject", f"arn:aws:s3:::{BACKUPS}/status/{role}/disk-used-percent")
        assert may("s3:ListBucket", f"arn:aws:s3:::{BACKUPS}", s3__prefix=f"{role}/")
        for action, resource in [
            ("ssm:GetParameter", f"{parameter}/sbw/{other}/x"),
            ("ssm:GetParameters", f"{parameter}/sbw/{other}/x"),
            ("ssm:PutParameter", f"{parameter}/sbw/{other}/x"),
            ("ssm:SendCommand", "*"),
            ("s3:GetObject", f"arn:aws:s3:::{BACKUPS}/{other}/x.dump"),
            ("s3:PutObject", f"arn:aws:s3:::{BACKUPS}/{other}/x.dump"),
            ("s3:DeleteObject", f"arn:aws:s3:::{BACKUPS}/{role}/x.dump"),
            ("s3:GetObject", "arn:aws:s3:::clickstream-s3-ingest/events/x"),
            ("s3:PutObject", "arn:aws:s3:::clickstream-s3-ingest/events/x"),
        ]:
            assert not may(action, resource), (role, action, resource)


def test_hosts_go(hosts):
    hosts.delete("oltp")
    hosts.delete("warehouse")
    states = {
        host["State"]["Name"]
        for reservation in hosts.client("ec2").describe_instances()["Reservations"]
        for host in reservation["Instances"]
    }
    assert states <= {"terminated"}
