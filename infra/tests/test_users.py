"""The shop's customers as MiniStack makes their pool, and the site, which no emulator makes."""

import pytest

import templates


def test_the_pool_and_its_client(ministack):
    ministack.create("users")
    cognito = ministack.client("cognito-idp")
    (pool,) = cognito.list_user_pools(MaxResults=10)["UserPools"]
    found = cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]
    assert found["UsernameAttributes"] == ["email"] and found["AutoVerifiedAttributes"] == ["email"]
    assert found["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    (client,) = cognito.list_user_pool_clients(UserPoolId=pool["Id"], MaxResults=10)["UserPoolClients"]
    found = cognito.describe_user_pool_client(UserPoolId=pool["Id"], ClientId=client["ClientId"])["UserPoolClient"]
    assert found["ClientName"] == "ClickSteam.NextJS"
    assert not found.get("ClientSecret"), "a browser keeps no secret"
    assert found["AllowedOAuthFlows"] == ["code"] and found["CallbackURLs"] == ["https://shop.example"]

    ministack.update("users", SiteOrigin="https://other.example")
    found = cognito.describe_user_pool_client(UserPoolId=pool["Id"], ClientId=client["ClientId"])["UserPoolClient"]
    assert found["CallbackURLs"] == ["https://other.example"]
    # Customers outlive the stack.
    ministack.delete("users")
    assert [p["Id"] for p in cognito.list_user_pools(MaxResults=10)["UserPools"]] == [pool["Id"]]


def test_the_site_by_its_template():
    site = templates.resolved("site")
    assert site["App"]["Name"] == "ClickSteam.NextJS" and site["App"]["Platform"] == "WEB_COMPUTE"
    assert site["App"]["ComputeRoleArn"] == "<SiteRole.Arn>"
    variables = {v["Name"]: v["Value"] for v in site["App"]["EnvironmentVariables"]}
    assert variables["NEXT_PUBLIC_CLICKSTREAM_URL"] == "<ClickstreamUrl>"
    (policy,) = site["SiteRole"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("s3:GetObject", "arn:aws:s3:::clickstream-s3-sbw/*")


@pytest.mark.skip(reason="no emulator that can be had here makes AWS::Amplify::App: the site is linted and read, not deployed")
def test_the_site_deployed():
    raise AssertionError
