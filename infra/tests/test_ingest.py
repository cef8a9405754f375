"""The receiver as MiniStack makes it: a route, a function, and what that may do."""

import functools
import json
import os
import platform
import re
import urllib.error
import urllib.request
from pathlib import Path

import botocore.exceptions
import pytest

import policies
from conftest import ACCOUNT, ARTEFACTS, REGION, function_zip

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", Path.home() / ".cache/sbw/target"))
PROGRAM = TARGET / "release/clickstream-lambda-ingest"
RAW = "clickstream-s3-ingest"
LOGS = f"arn:aws:logs:ap-southeast-1:{ACCOUNT}:log-group:/aws/lambda/clickstream-lambda-ingest"


@pytest.fixture
def ingest(ministack, functions_uploaded):
    ministack.create("ingest")
    return ministack


def test_the_route_leads_to_the_function(ingest):
    api, function = ingest.client("apigatewayv2"), ingest.client("lambda")
    (found,) = api.get_apis()["Items"]
    assert (found["Name"], found["ProtocolType"]) == ("clickstream-http-api", "HTTP")
    identity = found["ApiId"]
    (integration,) = api.get_integrations(ApiId=identity)["Items"]
    arn = function.get_function(FunctionName="clickstream-lambda-ingest")["Configuration"]["FunctionArn"]
    assert integration["IntegrationUri"] == arn
    assert (integration["IntegrationType"], integration["PayloadFormatVersion"]) == ("AWS_PROXY", "2.0")
    routes = {route["RouteKey"]: route for route in api.get_routes(ApiId=identity)["Items"]}
    assert set(routes) == {"POST /clickstream", "OPTIONS /clickstream", "ANY /clickstream"}
    for route in routes.values():
        assert route["Target"] == f"integrations/{integration['IntegrationId']}"
    # The API may invoke it, by this path only.
    (statement,) = json.loads(function.get_policy(FunctionName="clickstream-lambda-ingest")["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert statement["Action"] == "lambda:InvokeFunction"
    sources = [v for operator in statement["Condition"].values() for k, v in operator.items() if k.lower() == "aws:sourcearn"]
    assert sources == [f"arn:aws:execute-api:ap-southeast-1:{ACCOUNT}:{identity}/*/*/clickstream"]


def test_the_stage_logs_without_addresses(ingest):
    api = ingest.client("apigatewayv2")
    identity = ingest.outputs["ApiId"]
    (stage,) = api.get_stages(ApiId=identity)["Items"]
    assert stage["StageName"] == "$default" and stage["AutoDeploy"] is True
    assert stage["AccessLogSettings"]["DestinationArn"].removesuffix(":*").endswith("log-group:/aws/apigateway/clickstream-http-api")
    format = stage["AccessLogSettings"]["Format"]
    numbers = ("status", "responseLength", "responseLatency")
    line = json.loads(functools.reduce(lambda text, name: text.replace(f"$context.{name},", "1,"), numbers, format))
    assert set(line) == {"requestId", "time", "method", "path", "status", "bytes", "latencyMs", "error"}
    assert "identity" not in format


def test_the_shop_may_read_the_answers_and_others_when_named(ingest):
    def origins():
        configuration = ingest.client("lambda").get_function_configuration(FunctionName="clickstream-lambda-ingest")
        return configuration["Environment"]["Variables"]["ALLOWED_ORIGINS"]

    assert origins() == "https://shop.example"
    ingest.update("ingest", AllowedOrigins="https://old.example,https://other.example")
    assert origins() == "https://shop.example,https://old.example,https://other.example"


def test_the_function(ingest):
    function = ingest.client("lambda")
    found = function.get_function(FunctionName="clickstream-lambda-ingest")["Configuration"]
    assert (found["Runtime"], found["Timeout"], found["MemorySize"]) == ("provided.al2023", 20, 256)
    assert found["Architectures"] == ["x86_64"]
    assert not found.get("VpcConfig", {}).get("SubnetIds"), "outside the VPC"
    assert found["Environment"]["Variables"] == {
        "RAW_BUCKET": RAW,
        "ALLOWED_ORIGINS": "https://shop.example",
        "KEEP_FULL_IP": "false",
        "EDGE_KEY": "",
    }
    groups = {g["logGroupName"]: g.get("retentionInDays") for g in ingest.client("logs").describe_log_groups()["logGroups"]}
    assert int(groups["/aws/lambda/clickstream-lambda-ingest"]) == 30
    assert int(groups["/aws/apigateway/clickstream-http-api"]) == 30


def test_it_may_put_raw_events_and_write_its_log_and_nothing_else(ingest):
    role = ingest.client("lambda").get_function_configuration(FunctionName="clickstream-lambda-ingest")["Role"].rsplit("/", 1)[1]
    iam = ingest.client("iam")
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    documents = policies.of_role(iam, role)
    resources = [
        f"arn:aws:s3:::{RAW}/events/2025/12/01/event-1.json",
        f"arn:aws:s3:::{RAW}/elsewhere",
        f"arn:aws:s3:::{RAW}/eventsx",
        f"arn:aws:s3:::{RAW}",
        "arn:aws:s3:::clickstream-s3-sbw/events/x",
        f"{LOGS}:log-stream:a",
        f"arn:aws:logs:ap-southeast-1:{ACCOUNT}:log-group:/aws/lambda/SBW_Lamda_ETL:log-stream:a",
        f"arn:aws:ssm:ap-southeast-1:{ACCOUNT}:parameter/sbw/warehouse/loader-password",
        "*",
    ]
    actions = policies.actions_of("s3", "logs", "ssm", "lambda", "iam", "sts", "kms", "ec2", "sqs", "sns", "events")
    assert len(actions) > 1000
    assert {(a, r) for a in actions for r in resources if policies.allowed(documents, a, r)} == {
        ("s3:PutObject", f"arn:aws:s3:::{RAW}/events/2025/12/01/event-1.json"),
        ("logs:CreateLogStream", f"{LOGS}:log-stream:a"),
        ("logs:PutLogEvents", f"{LOGS}:log-stream:a"),
    }


def test_nothing_stays_when_it_is_removed(ingest):
    ingest.delete("ingest")
    assert ingest.client("apigatewayv2").get_apis()["Items"] == []
    assert ingest.client("lambda").list_functions()["Functions"] == []
    assert ingest.client("logs").describe_log_groups()["logGroups"] == []
    with pytest.raises(botocore.exceptions.ClientError):
        ingest.client("lambda").get_policy(FunctionName="clickstream-lambda-ingest")


@pytest.mark.skipif(not PROGRAM.exists(), reason=f"{PROGRAM} is not built: cargo build --release -p sbw-ingest")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the emulator's stack is deployed for x86_64")
def test_an_event_that_is_posted_is_kept(ministack, functions_uploaded):
    """All the way: the API, the deployed program, the bucket."""
    s3 = ministack.client("s3")
    s3.put_object(Bucket=ARTEFACTS, Key="functions/ingest.zip", Body=function_zip(PROGRAM.read_bytes()))
    s3.create_bucket(Bucket=RAW, CreateBucketConfiguration={"LocationConstraint": REGION})
    ministack.create("ingest")

    # The emulator's S3 is not where the SDK looks by itself.
    function = ministack.client("lambda")
    variables = function.get_function_configuration(FunctionName="clickstream-lambda-ingest")["Environment"]["Variables"]
    variables |= {"AWS_ENDPOINT_URL_S3": ministack.endpoint}
    function.update_function_configuration(FunctionName="clickstream-lambda-ingest", Environment={"Variables": variables})

    def send(method, path, body=b"{}", **headers):
        host = f"{ministack.outputs['ApiId']}.execute-api.127.0.0.1"
        request = urllib.request.Request(f"{ministack.endpoint}{path}", body, {"Host": host, **headers}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    event = {"eventName": "product_view", "product": {"name": "Bàn phím AULA M75 TM"}}
    json_type = {"Content-Type": "application/json", "Origin": "https://shop.example"}
    status, headers, body = send("POST", "/clickstream", json.dumps(event).encode(), **json_type)
    assert (status, json.loads(body)) == (200, {"success": True, "accepted": 1})
    assert {k.lower(): v for k, v in headers.items()}["access-control-allow-origin"] == "https://shop.example"
    (kept,) = s3.list_objects_v2(Bucket=RAW)["Contents"]
    assert re.fullmatch(r"events/\d{4}/\d{2}/\d{2}/event-[0-9a-f-]{36}\.json", kept["Key"])
    document = json.loads(s3.get_object(Bucket=RAW, Key=kept["Key"])["Body"].read())
    assert document["product"]["name"] == "Bàn phím AULA M75 TM" and "_ingest" in document

    # Preflights are the function's, as infra/deployed shows; the emulator answers them itself.
    assert send("DELETE", "/clickstream")[0] == 405
    assert send("POST", "/elsewhere", **json_type)[0] == 404
    assert len(s3.list_objects_v2(Bucket=RAW)["Contents"]) == 1
