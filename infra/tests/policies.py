"""Policies, evaluated: may this be done to that?

What of IAM's language the platform's policies use, and an error for the rest, so
that a new construct cannot pass unread.
"""

import ast
import json
from fnmatch import fnmatchcase

_CONDITIONS = {
    "StringEquals": lambda wanted, have: have in wanted,
    "StringNotEquals": lambda wanted, have: have not in wanted,
    "StringLike": lambda wanted, have: any(fnmatchcase(have, pattern) for pattern in wanted),
    "ArnEquals": lambda wanted, have: any(fnmatchcase(have, pattern) for pattern in wanted),
    "Bool": lambda wanted, have: have in wanted,
}
_KEYS = {
    "Sid", "Effect", "Principal", "Action", "Resource", "NotResource", "Condition",
}  # fmt: skip


def _list(value):
    return [value] if isinstance(value, (str, dict)) else list(value)


def _applies(statement, action, resource, context, principal):
    unknown = set(statement) - _KEYS
    assert not unknown, f"the evaluator does not know {unknown}"
    if "Principal" in statement and statement["Principal"] != "*":
        kinds = statement["Principal"]
        if principal not in [name for names in kinds.values() for name in _list(names)]:
            return False
    if not any(fnmatchcase(action.lower(), name.lower()) for name in _list(statement["Action"])):
        return False
    if "Resource" in statement:
        if not any(fnmatchcase(resource, pattern) for pattern in _list(statement["Resource"])):
            return False
    elif any(fnmatchcase(resource, pattern) for pattern in _list(statement["NotResource"])):
        return False
    for operator, keys in statement.get("Condition", {}).items():
        for key, wanted in keys.items():
            # A key that the request does not have fails every operator but the one that negates.
            have = context.get(key)
            if have is None and operator == "StringNotEquals":
                continue
            if have is None or not _CONDITIONS[operator](_list(wanted), have):
                return False
    return True


def allowed(documents, action, resource, principal=None, **context):
    """Whether `documents` together allow it: an Allow, and no Deny.

    Context keys are written with `__` for `:`, as in `aws__SecureTransport`.
    """
    context = {key.replace("__", ":"): value for key, value in context.items()}
    verdicts = {
        statement["Effect"]
        for document in documents
        for statement in _list(document["Statement"])
        if _applies(statement, action, resource, context, principal)
    }
    return verdicts == {"Allow"}


def of_role(iam, role):
    """The documents of a role's own policies, as IAM has them."""
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    return [as_document(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]) for name in names]


def as_document(answer):
    """A policy as data; moto answers some as text, and not always as JSON's."""
    if not isinstance(answer, str):
        return answer
    return json.loads(answer) if answer.startswith('{"') else ast.literal_eval(answer)


def actions_of(*services):
    """Every action of these services that the SDK knows, and S3's that have no call of that name."""
    import boto3

    session = boto3.Session(region_name="ap-southeast-1")
    names = {
        f"{service}:{operation}"
        for service in services
        for operation in session.client(service, aws_access_key_id="x", aws_secret_access_key="x").meta.service_model.operation_names
    }
    return sorted(
        names
        | {"s3:GetObjectVersion", "s3:DeleteObjectVersion", "s3:ListBucketVersions", "s3:PutObjectVersionAcl"}
        | {"s3:BypassGovernanceRetention", "s3:AbortMultipartUpload", "s3:ListAllMyBuckets", "s3:ListBucket"}
    )


def of_agents(iam):
    """What AWS gives the SSM agent of a host."""
    core = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    version = iam.get_policy(PolicyArn=core)["Policy"]["DefaultVersionId"]
    return as_document(iam.get_policy_version(PolicyArn=core, VersionId=version)["PolicyVersion"]["Document"])
