"""The alarms as MiniStack makes them, and whether each watches something that exists."""

import json
import re
from pathlib import Path

import pytest

import templates

ALARMS = {
    "EtlFailed": ("AWS/Lambda", "Errors", {"FunctionName": "SBW_Lamda_ETL"}, 1, "notBreaching"),
    "EtlGaveUp": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": "SBW_Lamda_ETL-failures"}, 1, "notBreaching"),
    "EtlNotRun": ("AWS/Lambda", "Invocations", {"FunctionName": "SBW_Lamda_ETL"}, 1, "breaching"),
    "EtlBehind": ("SBW/Clickstream", "remaining", {"FunctionName": "SBW_Lamda_ETL"}, 1, "notBreaching"),
    "EtlRejects": ("SBW/Clickstream", "rejected", {"FunctionName": "SBW_Lamda_ETL"}, 10, "notBreaching"),
    "IngestFailed": ("AWS/ApiGateway", "5xx", {"ApiId": "api-1"}, 1, "notBreaching"),
    "IngestCrashed": ("AWS/Lambda", "Errors", {"FunctionName": "clickstream-lambda-ingest"}, 1, "notBreaching"),
    "IngestThrottled": ("AWS/Lambda", "Throttles", {"FunctionName": "clickstream-lambda-ingest"}, 1, "notBreaching"),
    "ApiThrottled": ("SBW/Clickstream", "ThrottledRequests", {}, 10, "notBreaching"),
    "WarehouseStatus": ("AWS/EC2", "StatusCheckFailed", {"InstanceId": "i-1"}, 1, "breaching"),
    "WarehouseSystem": ("AWS/EC2", "StatusCheckFailed_System", {"InstanceId": "i-1"}, 1, "missing"),
    "WarehouseDisk": ("SBW/Clickstream", "WarehouseDiskUsedPercent", {}, 80, "breaching"),
    "WarehouseBackup": ("SBW/Clickstream", "WarehouseBackupBytes", {}, 1, "breaching"),
    "WebDbStatus": ("AWS/EC2", "StatusCheckFailed", {"InstanceId": "i-2"}, 1, "breaching"),
    "WebDbSystem": ("AWS/EC2", "StatusCheckFailed_System", {"InstanceId": "i-2"}, 1, "missing"),
    "WebDbDisk": ("SBW/Clickstream", "WebDbDiskUsedPercent", {}, 80, "breaching"),
    "WebDbBackup": ("SBW/Clickstream", "WebDbBackupBytes", {}, 1, "breaching"),
}


@pytest.fixture
def alarms(ministack):
    ministack.client("logs").create_log_group(logGroupName="/aws/apigateway/clickstream-http-api")
    ministack.create("alarms", ApiId="api-1", WarehouseInstanceId="i-1", WebDbInstanceId="i-2", AlarmEmail="ops@shop.example")
    return ministack


def test_every_alarm_tells_the_topic(alarms):
    (topic,) = [t["TopicArn"] for t in alarms.client("sns").list_topics()["Topics"]]
    assert topic.endswith(":SBW_Project-alarms")
    found = alarms.client("cloudwatch").describe_alarms()["MetricAlarms"]
    # The stack names them after their logical ids.
    by_id = {next(name for name in ALARMS if name in alarm["AlarmName"]): alarm for alarm in found}
    assert set(by_id) == set(ALARMS) and len(found) == len(ALARMS)
    for name, (namespace, metric, dimensions, threshold, missing) in ALARMS.items():
        alarm = by_id[name]
        assert (alarm["Namespace"], alarm["MetricName"]) == (namespace, metric), name
        assert {d["Name"]: d["Value"] for d in alarm["Dimensions"]} == dimensions, name
        assert (alarm["Threshold"], alarm["TreatMissingData"]) == (threshold, missing), name
        assert topic in alarm["AlarmActions"] and alarm["OKActions"] == [topic], name
    # Two hours without a run, and none in either.
    assert (by_id["EtlNotRun"]["Period"], by_id["EtlNotRun"]["EvaluationPeriods"]) == (3600, 2)
    assert by_id["EtlNotRun"]["ComparisonOperator"] == "LessThanThreshold"

    (subscription,) = alarms.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ops@shop.example")
    policy = json.loads(alarms.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
    assert {s["Principal"]["Service"] for s in policy["Statement"] if "Service" in s["Principal"]} == {
        "cloudwatch.amazonaws.com",
        "budgets.amazonaws.com",
    }
    assert all(s["Condition"]["StringEquals"]["aws:SourceAccount"] for s in policy["Statement"] if "Service" in s["Principal"])


def test_a_threshold_changes_and_everything_goes(alarms):
    parameters = {"ApiId": "api-1", "WarehouseInstanceId": "i-1", "WebDbInstanceId": "i-2"}
    alarms.update("alarms", **parameters, RejectsPerHour="500")
    cloudwatch = alarms.client("cloudwatch")
    thresholds = {a["AlarmName"]: a["Threshold"] for a in cloudwatch.describe_alarms()["MetricAlarms"]}
    assert [value for name, value in thresholds.items() if "EtlRejects" in name] == [500]
    alarms.delete("alarms")
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []
    assert alarms.client("sns").list_topics()["Topics"] == []


def test_objects_of_hosts_become_figures(alarms):
    events, logs = alarms.client("events"), alarms.client("logs")
    rule = events.describe_rule(Name="SBW_Project-alarms-figures")
    assert json.loads(rule["EventPattern"]) == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": ["clickstream-s3-backups-123456789012"]}},
    }
    (target,) = events.list_targets_by_rule(Rule="SBW_Project-alarms-figures")["Targets"]
    assert target["Arn"].endswith("log-group:/aws/events/SBW_Project-alarms-figures")
    filters = logs.describe_metric_filters(logGroupName="/aws/events/SBW_Project-alarms-figures")["metricFilters"]
    assert {
        (f["filterPattern"], f["metricTransformations"][0]["metricName"], f["metricTransformations"][0]["metricValue"])
        for f in filters
    } == {
        (f'{{ $.detail.object.key = "{key}" }}', metric, "$.detail.object.size")
        for key, metric in [
            ("status/warehouse/disk-used-percent", "WarehouseDiskUsedPercent"),
            ("warehouse/*.dump", "WarehouseBackupBytes"),
            ("status/oltp/disk-used-percent", "WebDbDiskUsedPercent"),
            ("oltp/*.dump", "WebDbBackupBytes"),
        ]
    }


def test_our_own_metrics_are_ones_that_the_programs_write():
    """An alarm on a metric that nobody writes would sleep for ever."""
    root = Path(templates.INFRA).parent
    written = set()
    for source in (root / "etl/src/telemetry.rs", root / "ingest/src/telemetry.rs"):
        text = source.read_text()
        assert '"SBW/Clickstream"' in text and 'json!' in text
        written |= set(re.findall(r'metric\("(\w+)"', text)) | set(re.findall(r'"Name": "(\w+)"', text))
    resources = templates.resolved("alarms")
    from_filters = {
        r["MetricTransformations"][0]["MetricName"] for r in resources.values() if "MetricTransformations" in r
    }
    for name, properties in resources.items():
        if properties.get("Namespace") == "SBW/Clickstream":
            assert properties["MetricName"] in written | from_filters, name


def test_the_month_has_a_budget_that_tells_the_topic():
    """Neither emulator makes one from a template."""
    template = templates.load("alarms")
    budget = template["Resources"]["Budget"]
    assert template["Conditions"][budget["Condition"]] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "MonthlyBudget"}, 0]}]}
    assert template["Parameters"]["MonthlyBudget"]["Default"] > 0
    properties = templates.resolved("alarms", MonthlyBudget=250)["Budget"]
    assert properties["Budget"]["BudgetLimit"] == {"Amount": 250, "Unit": "USD"}
    assert (properties["Budget"]["BudgetType"], properties["Budget"]["TimeUnit"]) == ("COST", "MONTHLY")
    told = {
        (n["Notification"]["NotificationType"], n["Notification"]["Threshold"]): n["Subscribers"]
        for n in properties["NotificationsWithSubscribers"]
    }
    topic = [{"SubscriptionType": "SNS", "Address": "<Topic>"}]
    assert told == {("ACTUAL", 80): topic, ("FORECASTED", 100): topic}
