#!/usr/bin/env python3
"""JSON schemas of Kubernetes' objects for kubeconform, each in one file: DIR/v1.37.0/deployment-apps-v1.json.

usage: kubernetes_schemas.py KUBERNETES_VALIDATE CRDS DIR
  KUBERNETES_VALIDATE  the unpacked wheel kubernetes-validate
  CRDS                 a folder of CustomResourceDefinitions: what they define goes beside each version's schemas

The wheel's files refer to definitions in a file of their own by an address that only its own code resolves, so each file
gets the definitions that it needs. kubeconform never looks elsewhere: what has no file is an error.
"""

import json
import sys
from pathlib import Path

import yaml

VERSIONS = ["1.27.0", "1.33.0", "1.37.0"]
KINDS = ["configmap-v1", "deployment-apps-v1", "horizontalpodautoscaler-autoscaling-v2", "ingress-networking-v1",
         "networkpolicy-networking-v1", "pod-v1", "poddisruptionbudget-policy-v1", "secret-v1", "service-v1",
         "serviceaccount-v1"]
MARK = "#/$defs/"  # Behind a file's address, or in the definitions' own file.


def local(schema, needed):
    """A copy whose references lead into itself; adds the names of the definitions to `needed`."""
    if isinstance(schema, list):
        return [local(part, needed) for part in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: local(part, needed) for key, part in schema.items()}
    reference = schema.get("$ref")
    if isinstance(reference, str) and MARK in reference:
        name = reference.split(MARK)[1]
        needed.add(name)
        copy["$ref"] = MARK + name
    return copy


def with_definitions(schema, definitions):
    needed, done = set(), {}
    schema = local(schema, needed)
    while needed - set(done):
        for name in sorted(needed - set(done)):
            done[name] = local(definitions[name], needed)
    schema.pop("$id", None)  # References are taken from it, and it leads out into the world.
    return {**schema, "$defs": done}


def strict(schema):
    """A CRD's schema that takes no other fields, as the strict schemas of Kubernetes' own objects."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: strict(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        copy["additionalProperties"] = False
    return copy


def crd_schemas(folder):
    for path in sorted(folder.glob("*.yaml")):
        for crd in yaml.safe_load_all(path.read_text()):
            if not crd or crd["kind"] != "CustomResourceDefinition":
                continue
            spec = crd["spec"]
            for version in spec["versions"]:
                schema = version["schema"]["openAPIV3Schema"]
                schema["properties"]["metadata"] = {"type": "object"}  # Its own fields: Kubernetes adds them.
                name = f"{spec['names']['kind'].lower()}-{spec['group'].split('.')[0]}-{version['name']}"
                yield name, strict(schema)


def main():
    wheel, crds, out = map(Path, sys.argv[1:])
    others = dict(crd_schemas(crds))
    assert "httproute-gateway-v1" in others, f"no HTTPRoute in {crds}"
    for version in VERSIONS:
        source = wheel / f"kubernetes_validate/kubernetes-json-schema/v{version}-local-strict"
        definitions = json.loads((source / "_definitions.json").read_text())["$defs"]
        target = out / f"v{version}"
        target.mkdir(parents=True, exist_ok=True)
        for kind in KINDS:
            schema = with_definitions(json.loads((source / f"{kind}.json").read_text()), definitions)
            (target / f"{kind}.json").write_text(json.dumps(schema))
        for name, schema in others.items():
            (target / f"{name}.json").write_text(json.dumps(schema))
    print(f"kubernetes schemas: {len(KINDS) + len(others)} kinds of {', '.join(VERSIONS)}")


if __name__ == "__main__":
    main()
