"""The network: nothing leaves the private subnet but to S3 and SSM.

MiniStack makes, changes and removes it, but gives the endpoints no routes and no
groups; moto gives them, and drops the associations of route tables.
"""

import policies
from conftest import ACCOUNT, ARTEFACTS, BACKUPS

S3 = ("tcp", 443, "pl-6fa54006")
SSM = ("tcp", 443, "sg_ec2_VPC_Interface_endpoint_SSM")
GROUPS = {
    "sg_oltp_webDB": ([], [S3, SSM]),
    "sg_analytics_ShinyDWH": ([("tcp", 5432, "sg_Lambda_ETL")], [S3, SSM]),
    "sg_Lambda_ETL": ([], [S3, SSM, ("tcp", 5432, "10.0.128.10/32")]),
    "sg_ec2_VPC_Interface_endpoint_SSM": (
        [("tcp", 443, "10.0.128.0/20"), ("tcp", 443, "10.0.0.10/32")],
        # "Nothing" has to be said: without a rule everything may leave.
        [("-1", None, "127.0.0.1/32")],
    ),
}

# moto cannot do without.
WITH_INGRESS = {"AdminCidr": "203.0.113.7/32", "AppCidr": "198.51.100.0/24"}


def rules(ec2):
    """By group: (protocol, port, peer) of what may come in, and of what may leave."""
    groups = ec2.describe_security_groups()["SecurityGroups"]
    names = {group["GroupId"]: group["GroupName"] for group in groups}

    def flat(permissions):
        return [
            (p["IpProtocol"], p.get("FromPort"), peer)
            for p in permissions
            for peer in [r["CidrIp"] for r in p["IpRanges"]]
            + [r["CidrIpv6"] for r in p["Ipv6Ranges"]]
            + [r["PrefixListId"] for r in p["PrefixListIds"]]
            + [names[r["GroupId"]] for r in p["UserIdGroupPairs"]]
        ]

    return {
        group["GroupName"]: (flat(group["IpPermissions"]), flat(group["IpPermissionsEgress"]))
        for group in groups
        if group["GroupName"] != "default"
    }


def route_table(ec2, subnet):
    """Of a subnet: destination and target of each route."""
    (table,) = ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])["RouteTables"]
    return routes(table)


def routes(table):
    return {r.get("DestinationCidrBlock") or r["DestinationPrefixListId"]: r["GatewayId"] for r in table["Routes"]}


def test_it_is_made_changed_and_removed(ministack):
    ec2 = ministack.client("ec2")
    before = ec2.describe_vpcs()["Vpcs"]
    ministack.create("network")
    outputs = ministack.outputs

    (vpc,) = ec2.describe_vpcs(VpcIds=[outputs["VpcId"]])["Vpcs"]
    assert vpc["CidrBlock"] == "10.0.0.0/16"
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [outputs["VpcId"]]}])["Subnets"]
    assert {
        (next(t["Value"] for t in s["Tags"] if t["Key"] == "Name"), s["CidrBlock"], s["AvailabilityZone"], s["MapPublicIpOnLaunch"])
        for s in subnets
    } == {
        ("SBW_Project-subnet-public1-ap-southeast-1a", "10.0.0.0/20", "ap-southeast-1a", False),
        ("SBW_Project-subnet-private1-ap-southeast-1a", "10.0.128.0/20", "ap-southeast-1a", False),
    }
    # What the endpoint adds is moto's to show.
    assert route_table(ec2, outputs["PrivateSubnetId"]) == {"10.0.0.0/16": "local"}
    public = route_table(ec2, outputs["PublicSubnetId"])
    assert set(public) == {"10.0.0.0/16", "0.0.0.0/0"} and public["0.0.0.0/0"].startswith("igw-")
    assert ec2.describe_nat_gateways()["NatGateways"] == []
    assert rules(ec2) == GROUPS

    # Who may reach the shop's database changes, and nothing else does.
    for parameters, peers in [
        ({"AdminCidr": "203.0.113.7/32"}, [("tcp", 5432, "203.0.113.7/32")]),
        ({"AppCidr": "198.51.100.0/24"}, [("tcp", 5432, "198.51.100.0/24")]),
        ({}, []),
    ]:
        ministack.update("network", **parameters)
        assert rules(ec2) == GROUPS | {"sg_oltp_webDB": (peers, [S3, SSM])}

    ministack.delete("network")
    assert ec2.describe_vpcs()["Vpcs"] == before
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []
    assert rules(ec2) == {}


def test_the_endpoints_are_all_there_is_besides(moto):
    # moto cannot read rules that are not there.
    moto.create("network", **WITH_INGRESS)
    ec2 = moto.client("ec2")
    outputs = moto.outputs
    lists = ec2.describe_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": ["com.amazonaws.ap-southeast-1.s3"]}])
    s3 = lists["PrefixLists"][0]["PrefixListId"]
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [outputs["VpcId"]]}])["RouteTables"]
    named = {tag["Value"]: routes(table) for table in tables for tag in table["Tags"] if tag["Key"].endswith("logical-id")}
    local_and_s3 = {"10.0.0.0/16": "local", s3: outputs["S3EndpointId"]}
    assert named["PrivateRouteTable"] == local_and_s3
    public = named["PublicRouteTable"]
    assert public.pop("0.0.0.0/0").startswith("igw-") and public == local_and_s3
    assert ec2.describe_nat_gateways()["NatGateways"] == []
    assert ec2.describe_egress_only_internet_gateways()["EgressOnlyInternetGateways"] == []

    endpoints = {
        e["ServiceName"].removeprefix("com.amazonaws.ap-southeast-1."): e for e in ec2.describe_vpc_endpoints()["VpcEndpoints"]
    }
    assert set(endpoints) == {"s3", "ssm", "ssmmessages", "ec2messages"}
    gateway = endpoints.pop("s3")
    assert gateway["VpcEndpointType"] == "Gateway"
    check_s3_policy(policies.as_document(gateway["PolicyDocument"]))
    for endpoint in endpoints.values():
        assert endpoint["VpcEndpointType"] == "Interface"
        assert endpoint["SubnetIds"] == [outputs["PrivateSubnetId"]]
        assert endpoint["PrivateDnsEnabled"] is True
        assert [group["GroupName"] for group in endpoint["Groups"]] == ["sg_ec2_VPC_Interface_endpoint_SSM"]
    check_ssm_policies({name: policies.as_document(endpoint["PolicyDocument"]) for name, endpoint in endpoints.items()}, policies.of_agents(moto.client("iam")))


def check_ssm_policies(documents, core):
    """Agents, and the parameters of this platform: nothing else goes through."""
    parameter = f"arn:aws:ssm:ap-southeast-1:{ACCOUNT}:parameter"

    def may(action, resource="*", account=ACCOUNT):
        service = action.split(":")[0]
        return policies.allowed([documents[service]], action, resource, aws__PrincipalAccount=account)

    through = [
        ("ssm:UpdateInstanceInformation", "*"),
        ("ssm:GetParameter", f"{parameter}/sbw/warehouse/loader-password"),
        ("ssm:PutParameter", f"{parameter}/sbw/oltp/certificate"),
        ("ssmmessages:OpenDataChannel", "*"),
        ("ec2messages:GetMessages", "*"),
    ]
    for action, resource in through:
        assert may(action, resource), (action, resource)
        assert not may(action, resource, "999999999999"), (action, resource)
    for action, resource in [
        ("ssm:GetParameter", f"{parameter}/other/secret"),
        ("ssm:GetParameter", f"{parameter}/sbwother/secret"),
        ("ssm:GetParametersByPath", f"{parameter}/sbw/warehouse"),
        ("ssm:DeleteParameter", f"{parameter}/sbw/warehouse/loader-password"),
        ("ssm:PutParameter", f"{parameter}/other/x"),
        ("ssm:SendCommand", "*"),
        ("ssm:StartSession", "*"),
        ("ssm:CreateAssociation", "*"),
        ("ssmmessages:Anything", "*"),
        ("ec2messages:Anything", "*"),
    ]:
        assert not may(action, resource), (action, resource)
    # All that AWS's own policy gives agents, or one of them stays silent.
    for statement in core["Statement"]:
        for action in statement["Action"]:
            assert may(action, f"{parameter}/sbw/x"), action


def check_s3_policy(document):

    def may(action, resource, account=ACCOUNT):
        context = {"aws__PrincipalAccount": account} if account else {}
        return policies.allowed([document], action, f"arn:aws:s3:::{resource}", **context)

    assert may("s3:GetObject", "clickstream-s3-ingest/events/2025/12/01/event-1.json")
    assert may("s3:ListBucket", "clickstream-s3-ingest")
    assert may("s3:PutObject", f"{BACKUPS}/warehouse/x.dump")
    assert may("s3:GetObject", f"{ARTEFACTS}/hosts/install", account=None), "package managers do not sign"
    assert may("s3:GetObject", "amazon-ssm-ap-southeast-1/latest/debian_arm64/amazon-ssm-agent.deb", account=None)
    for action, resource, account in [
        ("s3:PutObject", "clickstream-s3-ingest/events/x", ACCOUNT),
        ("s3:DeleteObject", "clickstream-s3-ingest/events/x", ACCOUNT),
        ("s3:GetObject", "clickstream-s3-ingest/events/x", None),
        ("s3:GetObject", "clickstream-s3-ingest/events/x", "999999999999"),
        ("s3:DeleteObject", f"{BACKUPS}/warehouse/x.dump", ACCOUNT),
        ("s3:GetObject", f"{ARTEFACTS}/functions/etl.zip", ACCOUNT),
        # Where something could be carried off to.
        ("s3:PutObject", "somebody-elses-bucket/x", ACCOUNT),
        ("s3:GetObject", "somebody-elses-bucket/x", ACCOUNT),
    ]:
        assert not may(action, resource, account), (action, resource, account)



def test_flows_are_logged_and_kept_for_days(moto):
    moto.create("network", **WITH_INGRESS, FlowLogDays="7")
    ec2, logs, iam = moto.client("ec2"), moto.client("logs"), moto.client("iam")
    (flow,) = ec2.describe_flow_logs()["FlowLogs"]
    assert (flow["ResourceId"], flow["TrafficType"], flow["LogGroupName"]) == (moto.outputs["VpcId"], "ALL", "/aws/vpc/sbw-network")
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/aws/vpc/")["logGroups"]
    assert group["retentionInDays"] == 7

    role = flow["DeliverLogsPermissionArn"].split("/")[-1]
    documents = policies.of_role(iam, role)
    trust = policies.as_document(iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"])["Statement"][0]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
    everywhere = "arn:aws:logs:ap-southeast-1:" + ACCOUNT + ":log-group:"
    own = everywhere + "/aws/vpc/sbw-network:log-stream:eni-1-all"
    granted = {a for a in policies.actions_of("logs", "s3", "ssm", "ec2") if policies.allowed(documents, a, own)}
    assert granted == {"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents", "logs:DescribeLogGroups"}
    others = {a for a in granted if policies.allowed(documents, a, everywhere + "/aws/lambda/SBW_Lamda_ETL:*")}
    assert others == {"logs:DescribeLogGroups"}


def test_flows_are_not_logged_where_nobody_wants_them(moto):
    moto.create("network", **WITH_INGRESS, FlowLogDays="0")
    assert moto.client("ec2").describe_flow_logs()["FlowLogs"] == []
    assert moto.client("logs").describe_log_groups(logGroupNamePrefix="/aws/vpc/")["logGroups"] == []
