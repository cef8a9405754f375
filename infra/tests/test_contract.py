"""Names and numbers of the platform that people and scripts rely on, and what no
emulator shows, read from the templates under their defaults."""

import re

import pytest

import templates

# (template, resource, path, value): the contract, misspelt names included.
CONTRACT = [
    ("network", "Vpc", "CidrBlock", "10.0.0.0/16"),
    ("network", "Vpc", "EnableDnsHostnames", True),
    ("network", "Vpc", "EnableDnsSupport", True),
    ("network", "PublicSubnet", "CidrBlock", "10.0.0.0/20"),
    ("network", "PublicSubnet", "AvailabilityZone", "ap-southeast-1a"),
    ("network", "PublicSubnet", "Tags.0.Value", "SBW_Project-subnet-public1-ap-southeast-1a"),
    ("network", "PrivateSubnet", "CidrBlock", "10.0.128.0/20"),
    ("network", "PrivateSubnet", "AvailabilityZone", "ap-southeast-1a"),
    ("network", "PrivateSubnet", "Tags.0.Value", "SBW_Project-subnet-private1-ap-southeast-1a"),
    ("network", "S3Endpoint", "VpcEndpointType", "Gateway"),
    ("network", "S3Endpoint", "ServiceName", "com.amazonaws.ap-southeast-1.s3"),
    ("network", "SsmEndpoint", "ServiceName", "com.amazonaws.ap-southeast-1.ssm"),
    ("network", "SsmMessagesEndpoint", "ServiceName", "com.amazonaws.ap-southeast-1.ssmmessages"),
    ("network", "Ec2MessagesEndpoint", "ServiceName", "com.amazonaws.ap-southeast-1.ec2messages"),
    ("network", "WebDbGroup", "GroupName", "sg_oltp_webDB"),
    ("network", "WarehouseGroup", "GroupName", "sg_analytics_ShinyDWH"),
    ("network", "EtlGroup", "GroupName", "sg_Lambda_ETL"),
    ("network", "EndpointGroup", "GroupName", "sg_ec2_VPC_Interface_endpoint_SSM"),
    ("data", "RawBucket", "BucketName", "clickstream-s3-ingest"),
    ("data", "AssetBucket", "BucketName", "clickstream-s3-sbw"),
    ("warehouse", "Instance", "Tags.0.Value", "SBW_EC2_ShinyDWH"),
    ("oltp", "Instance", "Tags.0.Value", "SBW_EC2_WebDB"),
    ("ingest", "Function", "FunctionName", "clickstream-lambda-ingest"),
    ("ingest", "Function", "Runtime", "provided.al2023"),
    ("ingest", "Function", "Architectures.0", "arm64"),
    ("ingest", "Function", "Environment.Variables.RAW_BUCKET", "clickstream-s3-ingest"),
    ("ingest", "Api", "Name", "clickstream-http-api"),
    ("ingest", "Integration", "PayloadFormatVersion", "2.0"),
    ("ingest", "PostRoute", "RouteKey", "POST /clickstream"),
    ("etl", "Function", "FunctionName", "SBW_Lamda_ETL"),
    ("etl", "Function", "Runtime", "provided.al2023"),
    ("etl", "Function", "Architectures.0", "arm64"),
    ("etl", "Function", "Environment.Variables.RAW_BUCKET", "clickstream-s3-ingest"),
    ("etl", "Function", "Environment.Variables.DWH_DATABASE", "clickstream_dw"),
    ("etl", "Function", "Environment.Variables.DWH_PORT", 5432),
    ("etl", "Rule", "Name", "SBW_ETL_HOURLY_RULE"),
    ("etl", "Rule", "ScheduleExpression", "rate(1 hour)"),
    ("site", "App", "Name", "ClickSteam.NextJS"),
    ("site", "App", "Platform", "WEB_COMPUTE"),
]

# What both emulators drop without a word: only a template can be asked.
NOT_EMULATED = [
    ("data", "RawBucket", "LifecycleConfiguration.Rules.0.Transitions.0.StorageClass", "GLACIER_IR"),
    ("data", "RawBucket", "LifecycleConfiguration.Rules.0.Transitions.0.TransitionInDays", 90),
    ("data", "RawBucket", "LifecycleConfiguration.Rules.0.ObjectSizeGreaterThan", "131071"),
    ("data", "RawBucket", "LifecycleConfiguration.Rules.2.NoncurrentVersionExpiration.NoncurrentDays", 30),
    ("data", "BackupBucket", "LifecycleConfiguration.Rules.0.ExpirationInDays", 35),
    ("ingest", "Stage", "DefaultRouteSettings.ThrottlingRateLimit", 5),
    ("ingest", "Stage", "DefaultRouteSettings.ThrottlingBurstLimit", 200),
    ("ingest", "Function", "ReservedConcurrentExecutions", 60),
    ("warehouse", "Instance", "MetadataOptions.HttpTokens", "required"),
    ("warehouse", "Instance", "MetadataOptions.HttpPutResponseHopLimit", 1),
    ("warehouse", "Instance", "DisableApiTermination", True),
    ("oltp", "Instance", "DisableApiTermination", True),
    ("warehouse", "Instance", "SecurityGroupIds", ["<WarehouseGroupId>"]),
    ("warehouse", "Role", "ManagedPolicyArns", ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]),
    ("oltp", "Instance", "SecurityGroupIds", ["<WebDbGroupId>"]),
    ("oltp", "Role", "ManagedPolicyArns", ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]),
    ("oltp", "Instance", "MetadataOptions.HttpTokens", "required"),
    ("oltp", "Instance", "MetadataOptions.HttpPutResponseHopLimit", 1),
]


@pytest.mark.parametrize(("template", "resource", "path", "value"), CONTRACT + NOT_EMULATED)
def test_the_templates_say(template, resource, path, value):
    found = templates.resolved(template)[resource]
    for step in path.split("."):
        found = found[int(step)] if step.isdigit() else found[step]
    assert found == value


def test_there_is_no_nat_and_no_route_out_of_the_private_subnet():
    resources = {
        (stack, name): resource for stack in templates.STACKS for name, resource in templates.load(stack)["Resources"].items()
    }
    assert not [key for key, resource in resources.items() if "NatGateway" in resource["Type"] or "TransitGateway" in resource["Type"]]
    routes = {key: r["Properties"] for key, r in resources.items() if r["Type"] == "AWS::EC2::Route"}
    assert [(key[1], r["RouteTableId"]) for key, r in routes.items()] == [("PublicDefaultRoute", {"Ref": "PublicRouteTable"})]
    # The default egress rule, which allows everything, is nowhere.
    for key, resource in resources.items():
        if resource["Type"] == "AWS::EC2::SecurityGroup":
            assert resource["Properties"]["SecurityGroupEgress"], key


@pytest.mark.parametrize("stack", templates.STACKS)
def test_yaml_that_cloudformation_reads(stack):
    """It takes no anchors, aliases or merges, which YAML parsers and linters let pass."""
    assert not re.search(r"(^|[\s\[{,])[&*][A-Za-z_]\w*\s*($|[,\]}])|<<:", templates.text(stack), re.MULTILINE)


def test_every_parameter_has_a_default_or_is_found_by_deploy():
    """A parameter without a default comes from an earlier stack's output, or from `deploy` itself."""
    deploy = (templates.AWS / "deploy").read_text()
    given = set(re.findall(r"\bgiven\[(\w+)\]=", deploy))
    for stack in templates.STACKS:
        template = templates.load(stack)
        for name, spec in template["Parameters"].items():
            assert "Default" in spec or name in given, f"{stack}: nobody gives {name}"
        given |= set(template["Outputs"])


def test_every_template_is_deployed():
    assert sorted(path.stem for path in templates.AWS.glob("*.yaml")) == sorted(templates.STACKS)


def test_the_warehouse_host_gets_what_the_shiny_app_needs():
    setup = (templates.INFRA / "setup/setup.sh").read_text()
    needed = set(re.search(r"for package in (r-base-core [^;]*);", setup)[1].split())
    assert needed <= set((templates.INFRA / "hosts/packages.warehouse").read_text().splitlines())


def test_actions_of_ci_are_pinned_by_commit():
    workflows = list((templates.INFRA.parent / ".github/workflows").glob("*.yml"))
    used = [use for file in workflows for use in re.findall(r"uses: *(\S+)", file.read_text())]
    assert used
    for use in used:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", use), f"{use}: a tag may come to mean something else"


def test_the_api_takes_no_more_than_the_loader_works_off():
    """In an hour it has one run of 15 minutes, which loads some ten million events (docs/costs.md)."""
    stage = templates.resolved("ingest")["Stage"]["DefaultRouteSettings"]
    refusal = (templates.INFRA.parent / "ingest/src/refusal.rs").read_text()
    events = int(re.search(r"MAX_EVENTS: usize = (\d+);", refusal)[1])
    requests = stage["ThrottlingBurstLimit"] + 3600 * stage["ThrottlingRateLimit"]
    assert requests * events <= 10_000_000
    # Each may take 12 s, until its write is given up: so many are under way at most.
    assert templates.resolved("ingest")["Function"]["ReservedConcurrentExecutions"] >= 12 * stage["ThrottlingRateLimit"]
