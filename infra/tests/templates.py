"""The templates as data, and what they come to under given parameters."""

import functools
import re
from pathlib import Path

import yaml

INFRA = Path(__file__).resolve().parent.parent
AWS = INFRA / "aws"
# In the order in which they are deployed: the same list `deploy` reads.
STACKS = (AWS / "stacks").read_text().split()

PSEUDO = {
    "AWS::Region": "ap-southeast-1",
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}


class _Loader(yaml.SafeLoader):
    pass


def _intrinsic(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "Ref":
        return {"Ref": value}
    if suffix == "GetAtt":
        return {"Fn::GetAtt": value.split(".", 1)}
    return {f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def text(name):
    return (AWS / f"{name}.yaml").read_text()


def emulated(name):
    """The template without what MiniStack refuses a whole template for."""
    return re.sub(r"^  \w+:\n    Type: AWS::(Budgets|CloudTrail|EC2::FlowLog).*?(?=^  \w|^\w)", "", text(name), flags=re.MULTILINE | re.DOTALL)


@functools.cache
def load(name):
    return yaml.load(text(name), _Loader)


def resolved(name, **parameters):
    """Each resource's properties under the defaults and `parameters`.

    What only AWS knows (attributes, other resources) stays as `<Name>` or
    `<Name.Attribute>`.
    """
    template = load(name)
    known = PSEUDO | {
        key: parameters.get(key, spec.get("Default", f"<{key}>")) for key, spec in template["Parameters"].items()
    }

    def walk(value):
        if isinstance(value, list):
            return [walk(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((kind, inner),) = value.items()
            if kind == "Ref":
                return known.get(inner, f"<{inner}>")
            if kind == "Fn::GetAtt":
                return f"<{'.'.join(inner)}>"
            if kind == "Fn::Sub" and isinstance(inner, str):
                return re.sub(r"\$\{([^}!]+)\}", lambda m: str(known.get(m[1], f"<{m[1]}>")), inner)
            if kind == "Fn::Base64":
                return walk(inner)
        return {key: walk(item) for key, item in value.items()}

    return {key: walk(resource.get("Properties", {})) for key, resource in template["Resources"].items()}
