"""The shop's customers as MiniStack makes their pool. What the shop does with it is shop/e2e/aws's to show."""

import pytest

ORIGIN = "https://shop.example"


def test_the_pool_and_its_client(ministack):
    ministack.create("users")
    cognito = ministack.client("cognito-idp")
    (pool,) = cognito.list_user_pools(MaxResults=10)["UserPools"]
    found = cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]
    assert found["UsernameAttributes"] == ["email"] and found["AutoVerifiedAttributes"] == ["email"]
    assert found["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    client = only_client(cognito, pool["Id"])
    assert client["ClientName"] == "ClickSteam.NextJS"
    assert not client.get("ClientSecret"), "PKCE needs none, and what does not exist is in no build and no output"
    assert client["AllowedOAuthFlows"] == ["code"] and client["AllowedOAuthFlowsUserPoolClient"] is True
    assert sorted(client["AllowedOAuthScopes"]) == ["email", "openid", "profile"]
    assert (client["CallbackURLs"], client["LogoutURLs"]) == ([f"{ORIGIN}/auth/callback"], [ORIGIN]), "no other place, localhost included"
    outputs = ministack.outputs
    assert outputs["UserPoolIssuer"] == f"https://cognito-idp.ap-southeast-1.amazonaws.com/{pool['Id']}"
    assert set(outputs) == {"UserPoolId", "UserPoolIssuer", "LoginOrigin", "UserPoolClientId"}

    ministack.update("users", SiteOrigin="https://other.example", LocalOrigin="http://localhost:3000")
    client = only_client(cognito, pool["Id"])
    assert client["CallbackURLs"] == ["https://other.example/auth/callback", "http://localhost:3000/auth/callback"]
    assert client["LogoutURLs"] == ["https://other.example", "http://localhost:3000"]
    # Customers outlive the stack.
    ministack.delete("users")
    assert [p["Id"] for p in cognito.list_user_pools(MaxResults=10)["UserPools"]] == [pool["Id"]]


@pytest.mark.parametrize(("parameters", "prefix"), [({}, "sbw-shop-123456789012"), ({"LoginDomainPrefix": "try-shop"}, "try-shop")])
def test_the_login_page_has_a_host(ministack, parameters, prefix):
    ministack.create("users", **parameters)
    assert ministack.outputs["LoginOrigin"] == f"https://{prefix}.auth.ap-southeast-1.amazoncognito.com"
    found = ministack.client("cognito-idp").describe_user_pool_domain(Domain=prefix)["DomainDescription"]
    assert found["UserPoolId"] == ministack.outputs["UserPoolId"]


def only_client(cognito, pool):
    (client,) = cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=10)["UserPoolClients"]
    return cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client["ClientId"])["UserPoolClient"]
