"""The optional front of the API as MiniStack makes it."""

import pytest

import templates

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def edge(ministack):
    ministack.create("optional/edge", ApiDomain="api-1.execute-api.ap-southeast-1.amazonaws.com", EdgeKey=KEY, RequestsPerAddress="100")
    return ministack


def test_an_address_has_a_rate(edge):
    waf = edge.client("wafv2")
    (found,) = waf.list_web_acls(Scope="CLOUDFRONT")["WebACLs"]
    acl = waf.get_web_acl(Name=found["Name"], Id=found["Id"], Scope="CLOUDFRONT")["WebACL"]
    (rule,) = acl["Rules"]
    statement = rule["Statement"]["RateBasedStatement"]
    assert (int(statement["Limit"]), int(statement["EvaluationWindowSec"]), statement["AggregateKeyType"]) == (100, 300, "IP")
    assert "Block" in rule["Action"] and "Allow" in acl["DefaultAction"]
    (distribution,) = edge.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    configuration = edge.client("cloudfront").get_distribution_config(Id=distribution["Id"])["DistributionConfig"]
    assert configuration["WebACLId"] == acl["ARN"]


def test_the_api_knows_whom_it_hears():
    properties = templates.resolved("optional/edge", ApiDomain="api.example", EdgeKey=KEY)
    configuration = properties["Distribution"]["DistributionConfig"]
    (origin,) = configuration["Origins"]
    assert origin["DomainName"] == "api.example"
    assert origin["OriginCustomHeaders"] == [{"HeaderName": "X-Edge-Key", "HeaderValue": KEY}]
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    behaviour = configuration["DefaultCacheBehavior"]
    assert {"POST", "OPTIONS"} <= set(behaviour["AllowedMethods"])
    assert behaviour["ViewerProtocolPolicy"] == "https-only"
    forwarded = properties["Forwarded"]["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"]
    assert {"Origin", "Access-Control-Request-Headers", "User-Agent", "CloudFront-Viewer-Address"} <= set(forwarded)
    assert "Host" not in forwarded, "the API would not know itself"


def test_the_key_is_shown_to_nobody_and_given_to_the_receiver():
    for template in ("optional/edge", "ingest"):
        assert templates.load(template)["Parameters"]["EdgeKey"]["NoEcho"] is True
    variables = templates.resolved("ingest", EdgeKey=KEY)["Function"]["Environment"]["Variables"]
    assert variables["EDGE_KEY"] == KEY
    assert templates.resolved("ingest")["Function"]["Environment"]["Variables"]["EDGE_KEY"] == ""
