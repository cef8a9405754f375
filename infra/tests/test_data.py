"""The buckets as MiniStack makes them."""

import json

import botocore.exceptions
import pytest

import policies
import templates
from conftest import ACCOUNT, ARTEFACTS, BACKUPS

RAW, ASSETS = "clickstream-s3-ingest", "clickstream-s3-sbw"
BUCKETS = [RAW, ASSETS, ARTEFACTS, BACKUPS]


@pytest.fixture
def data(ministack):
    ministack.create("data", S3EndpointId="vpce-0123")
    return ministack


def test_every_bucket_is_private_encrypted_versioned_and_wants_tls(data):
    s3 = data.client("s3")
    assert {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]} == set(BUCKETS)
    for bucket in BUCKETS:
        block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        assert block == dict.fromkeys(
            ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
        ), bucket
        (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256", bucket
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled", bucket
        (owner,) = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
        assert owner["ObjectOwnership"] == "BucketOwnerEnforced", bucket

        document = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
        # Whatever else is allowed to somebody: over plain HTTP it is not.
        anything = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}
        for resource in (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/events/x"):
            for action in ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject"):
                assert policies.allowed([document, anything], action, resource, aws__SecureTransport="true")
                assert not policies.allowed([document, anything], action, resource, aws__SecureTransport="false")


def test_only_the_vpc_installs_from_the_artefact_bucket(data):
    s3 = data.client("s3")
    for bucket in BUCKETS:
        document = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])

        def may(action, key, endpoint):
            context = {"aws__SecureTransport": "true"} | ({"aws__SourceVpce": endpoint} if endpoint else {})
            return policies.allowed([document], action, f"arn:aws:s3:::{bucket}/{key}", **context)

        assert may("s3:GetObject", "hosts/install", "vpce-0123") == (bucket == ARTEFACTS)
        assert not may("s3:GetObject", "hosts/install", None)
        assert not may("s3:GetObject", "hosts/install", "vpce-9999")
        assert not may("s3:GetObject", "functions/etl.zip", "vpce-0123")
        assert not may("s3:PutObject", "hosts/install", "vpce-0123")


def test_pictures_leave_by_the_cdn_only(data):
    cloudfront, s3 = data.client("cloudfront"), data.client("s3")
    (found,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    assert data.outputs["AssetOrigin"] == f"https://{found['DomainName']}"
    configuration = cloudfront.get_distribution(Id=found["Id"])["Distribution"]["DistributionConfig"]
    (origin,) = configuration["Origins"]["Items"]
    assert origin["DomainName"].startswith(f"{ASSETS}.s3.") and origin["OriginAccessControlId"]
    access = cloudfront.get_origin_access_control(Id=origin["OriginAccessControlId"])["OriginAccessControl"]["OriginAccessControlConfig"]
    assert (access["SigningBehavior"], access["OriginAccessControlOriginType"]) == ("always", "s3")
    behavior = configuration["DefaultCacheBehavior"]
    assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
    assert sorted(behavior["AllowedMethods"]["Items"]) == ["GET", "HEAD"]

    document = json.loads(s3.get_bucket_policy(Bucket=ASSETS)["Policy"])

    def may(action, principal, distribution):
        context = {"aws__SecureTransport": "true", "aws__SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/{distribution}"}
        return policies.allowed([document], action, f"arn:aws:s3:::{ASSETS}/share/laptop.png", principal, **context)

    assert may("s3:GetObject", "cloudfront.amazonaws.com", found["Id"])
    assert not may("s3:GetObject", "cloudfront.amazonaws.com", "SOMEBODYELSES")
    assert not may("s3:GetObject", "anybody", found["Id"])
    assert not may("s3:PutObject", "cloudfront.amazonaws.com", found["Id"])


def test_objects_of_hosts_are_announced(data):
    configuration = data.client("s3").get_bucket_notification_configuration(Bucket=BACKUPS)
    assert "EventBridgeConfiguration" in configuration


def test_removing_the_stack_keeps_what_cannot_be_made_again(data):
    s3 = data.client("s3")
    s3.put_object(Bucket=RAW, Key="events/2025/12/01/event-1.json", Body=b"{}")
    data.delete("data")
    assert {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]} == {RAW, ASSETS, BACKUPS}
    assert s3.get_object(Bucket=RAW, Key="events/2025/12/01/event-1.json")["Body"].read() == b"{}"
    with pytest.raises(botocore.exceptions.ClientError):
        s3.head_bucket(Bucket=ARTEFACTS)


def test_raw_files_are_forgotten_when_that_is_asked_for():
    # MiniStack keeps no lifecycle.
    rules = templates.resolved("data", RawDays=400)["RawBucket"]["LifecycleConfiguration"]["Rules"]
    ((condition, rule, otherwise),) = [rule["Fn::If"] for rule in rules if "Fn::If" in rule]
    assert (rule["Prefix"], rule["Status"], rule["ExpirationInDays"]) == ("events/", "Enabled", 400)
    assert otherwise == "<AWS::NoValue>"
    assert templates.load("data")["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "RawDays"}, 0]}]}
    assert templates.load("data")["Parameters"]["RawDays"]["Default"] == 0


def test_a_trail_is_kept_when_that_is_asked_for(ministack):
    ministack.create("data", S3EndpointId="vpce-0123", TrailDays="365")
    bucket = ministack.outputs["TrailBucketName"]
    document = json.loads(ministack.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    # An administrator may do everything, as far as IAM goes.
    administrator = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}
    mine = f"arn:aws:cloudtrail:ap-southeast-1:{ACCOUNT}:trail/sbw-data"

    def may(action, key, documents, principal, **context):
        context |= {"aws__SecureTransport": "true", "s3__x-amz-acl": "bucket-owner-full-control"}
        return policies.allowed(documents, action, f"arn:aws:s3:::{bucket}{key}", principal, **context)

    own = f"/AWSLogs/{ACCOUNT}/CloudTrail/ap-southeast-1/x.json.gz"
    service = "cloudtrail.amazonaws.com"
    assert may("s3:GetBucketAcl", "", [document], service, aws__SourceArn=mine)
    assert may("s3:PutObject", own, [document], service, aws__SourceArn=mine)
    for key, documents, principal, context in [
        (own, [document], service, {"aws__SourceArn": mine.replace(ACCOUNT, "999999999999")}),
        (own, [document], service, {"aws__SourceArn": mine + "s"}),
        (own.replace(ACCOUNT, "999999999999"), [document], service, {"aws__SourceArn": mine}),
        (own, [document, administrator], "anybody", {}),
        (own, [document], "anybody", {"aws__SourceArn": mine}),
    ]:
        assert not may("s3:PutObject", key, documents, principal, **context), (key, principal, context)
    ministack.delete("data")
    assert bucket in {b["Name"] for b in ministack.client("s3").list_buckets()["Buckets"]}, "what was kept stays"


def test_the_trail_writes_what_is_changed_everywhere_and_forgets_it_after_its_days():
    # MiniStack makes no trail and keeps no lifecycle.
    resources = templates.resolved("data", TrailDays=400)
    assert resources["Trail"] == {
        "TrailName": "<AWS::StackName>", "S3BucketName": "<TrailBucket>", "IsLogging": True,
        "IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": True, "EnableLogFileValidation": True,
    }  # fmt: skip
    assert templates.load("data")["Resources"]["Trail"]["DependsOn"] == "TrailBucketPolicy", "or the trail may not write yet"
    assert resources["TrailBucket"]["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 400
    assert templates.load("data")["Parameters"]["TrailDays"]["Default"] == 0
    assert templates.load("data")["Conditions"]["KeepsTrail"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "TrailDays"}, 0]}]}
