"""The loader as MiniStack makes it: a clock, a function, and what that may do."""

import json

import pytest

import policies
from conftest import ACCOUNT, ARTEFACTS, REGION, function_zip

NAME = "SBW_Lamda_ETL"
RAW = "clickstream-s3-ingest"


@pytest.fixture
def etl(ministack, functions_uploaded):
    ministack.create("etl", PrivateSubnetId="subnet-0123", EtlGroupId="sg-0123")
    return ministack


def test_the_clock_starts_it_every_hour(etl):
    events, function = etl.client("events"), etl.client("lambda")
    rule = events.describe_rule(Name="SBW_ETL_HOURLY_RULE")
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 hour)", "ENABLED")
    (target,) = events.list_targets_by_rule(Rule="SBW_ETL_HOURLY_RULE")["Targets"]
    assert target["Arn"] == function.get_function_configuration(FunctionName=NAME)["FunctionArn"]
    assert "Input" not in target, "an empty payload means what is new"
    (statement,) = json.loads(function.get_policy(FunctionName=NAME)["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    sources = [v for operator in statement["Condition"].values() for k, v in operator.items() if k.lower() == "aws:sourcearn"]
    assert sources == [rule["Arn"]]

    etl.update("etl", PrivateSubnetId="subnet-0123", EtlGroupId="sg-0123", ScheduleState="DISABLED", ScheduleExpression="rate(2 hours)")
    rule = events.describe_rule(Name="SBW_ETL_HOURLY_RULE")
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(2 hours)", "DISABLED")


def test_the_function(etl):
    function = etl.client("lambda")
    found = function.get_function_configuration(FunctionName=NAME)
    assert (found["Runtime"], found["Timeout"], found["Architectures"]) == ("provided.al2023", 900, ["x86_64"])
    assert found["Environment"]["Variables"] == {
        "DWH_HOST": "10.0.128.10",
        "DWH_PORT": "5432",
        "DWH_USER": "sbw_loader",
        "DWH_PASSWORD_PARAMETER": "/sbw/warehouse/loader-password",
        "DWH_DATABASE": "clickstream_dw",
        "DWH_DISK_BYTES": "40GiB",
        "DWH_SSLMODE": "verify-full",
        "PGSSLROOTCERT": "/var/task/root.crt",
        "RAW_BUCKET": RAW,
    }
    invoked = function.get_function_event_invoke_config(FunctionName=NAME, Qualifier="$LATEST")
    queue = invoked["DestinationConfig"]["OnFailure"]["Destination"]
    assert queue == f"arn:aws:sqs:ap-southeast-1:{ACCOUNT}:{NAME}-failures"
    assert int(invoked["MaximumRetryAttempts"]) == 1
    sqs = etl.client("sqs")
    url = sqs.get_queue_url(QueueName=f"{NAME}-failures")["QueueUrl"]
    assert int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["MessageRetentionPeriod"]) == 1209600


def test_it_may_read_raw_events_and_its_password_and_nothing_else(etl):
    role = etl.client("lambda").get_function_configuration(FunctionName=NAME)["Role"].rsplit("/", 1)[1]
    iam = etl.client("iam")
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    documents = policies.of_role(iam, role)
    event = f"arn:aws:s3:::{RAW}/events/2025/12/01/event-1.json"
    password = f"arn:aws:ssm:ap-southeast-1:{ACCOUNT}:parameter/sbw/warehouse/loader-password"
    queue = f"arn:aws:sqs:ap-southeast-1:{ACCOUNT}:{NAME}-failures"
    log = f"arn:aws:logs:ap-southeast-1:{ACCOUNT}:log-group:/aws/lambda/{NAME}:log-stream:a"
    resources = [
        event,
        f"arn:aws:s3:::{RAW}/elsewhere",
        f"arn:aws:s3:::{RAW}",
        "arn:aws:s3:::clickstream-s3-sbw/events/x",
        password,
        password.replace("loader", "reader"),
        queue,
        queue.replace("failures", "others"),
        log,
        log.replace(NAME, "clickstream-lambda-ingest"),
        "*",
    ]
    actions = policies.actions_of("s3", "logs", "ssm", "lambda", "iam", "sts", "kms", "ec2", "sqs", "sns", "events")
    # As the function's own code asks: Lambda puts its ARN into each request.
    code = {"lambda__SourceFunctionArn": f"arn:aws:lambda:ap-southeast-1:{ACCOUNT}:function:{NAME}"}
    mine = {
        ("s3:GetObject", event),
        ("ssm:GetParameter", password),
        ("sqs:SendMessage", queue),
        ("logs:CreateLogStream", log),
        ("logs:PutLogEvents", log),
    }
    assert {(a, r) for a in actions for r in resources if policies.allowed(documents, a, r, **code)} == mine
    # Listing is of events only.
    bucket = f"arn:aws:s3:::{RAW}"
    assert policies.allowed(documents, "s3:ListBucket", bucket, s3__prefix="events/2025/12/01/", **code)
    for prefix in ("", "secrets/", "eventsx/"):
        assert not policies.allowed(documents, "s3:ListBucket", bucket, s3__prefix=prefix, **code)
    # The interfaces are for the service that runs it: the same role, not its code.
    interfaces = {
        "CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets",
        "DeleteNetworkInterface", "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses",
    }  # fmt: skip
    service = {(a, r) for a in actions for r in resources if policies.allowed(documents, a, r)} - mine
    assert {action for action, _ in service} == {f"ec2:{name}" for name in interfaces}


def test_erasing_is_a_right_of_its_own_that_nobody_has(etl):
    iam = etl.client("iam")
    (policy,) = [p for p in iam.list_policies(Scope="Local")["Policies"] if "ErasePolicy" in p["PolicyName"]]
    assert policy["AttachmentCount"] == 0
    document = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])["PolicyVersion"]["Document"]
    event, record = f"arn:aws:s3:::{RAW}/events/2025/12/01/event-1.json", f"arn:aws:s3:::{RAW}/erasures/user-1.json"
    resources = [event, record, f"arn:aws:s3:::{RAW}/elsewhere", "arn:aws:s3:::clickstream-s3-sbw/events/x", f"arn:aws:s3:::{RAW}", "*"]
    actions = policies.actions_of("s3", "ssm", "lambda", "iam", "sts", "ec2")
    assert {(a, r) for a in actions for r in resources if policies.allowed([document], a, r)} == {
        ("s3:GetObject", event),
        ("s3:GetObjectVersion", event),
        ("s3:PutObject", event),
        ("s3:DeleteObjectVersion", event),
        ("s3:GetObject", record),
        ("s3:PutObject", record),
    }
    for action in ("s3:ListBucket", "s3:ListBucketVersions"):
        for prefix, may in (("events/", True), ("erasures/", True), ("", False), ("other/", False)):
            assert policies.allowed([document], action, f"arn:aws:s3:::{RAW}", s3__prefix=prefix) == may


def test_nothing_stays_when_it_is_removed(etl):
    etl.delete("etl")
    assert etl.client("lambda").list_functions()["Functions"] == []
    assert etl.client("events").list_rules(NamePrefix="SBW")["Rules"] == []
    assert etl.client("sqs").list_queues().get("QueueUrls", []) == []
    assert etl.client("logs").describe_log_groups()["logGroups"] == []


def test_it_runs_alone_in_the_private_subnet(moto):
    """What MiniStack drops of a function, moto keeps."""
    moto.create("network", AdminCidr="203.0.113.7/32", AppCidr="198.51.100.0/24")
    s3 = moto.client("s3")
    s3.create_bucket(Bucket=ARTEFACTS, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=ARTEFACTS, Key="functions/etl.zip", Body=function_zip())
    moto.create("etl")
    function = moto.client("lambda")
    place = function.get_function_configuration(FunctionName=NAME)["VpcConfig"]
    assert place["SubnetIds"] == [moto.outputs["PrivateSubnetId"]]
    assert place["SecurityGroupIds"] == [moto.outputs["EtlGroupId"]]
    assert function.get_function_concurrency(FunctionName=NAME)["ReservedConcurrentExecutions"] == 1
