"""Values that must not pass, and how helm says so."""

import json
import re

import pytest
from chart import CHART, ROOT, load_all, refused, render
from config_schema import values_schema

# Where Kubernetes or the operator has names of his own, so any key may stand.
OPEN = {"strings", "global", "requests", "limits", "podSelector", "namespaceSelector", "ipBlock", "valueFrom", "configMapRef",
        "secretRef", "behavior", "podSecurityContext", "securityContext", "affinity", "secretFiles", "rules", "claims",
        "extraVolumes", "extraVolumeMounts", "tolerations", "topologySpreadConstraints"}


@pytest.mark.parametrize("values, field", [
    ("replicas: 3", "replicas"),
    ("replicaCount: three", "replicaCount"),
    ("replicaCount: -1", "replicaCount"),
    ("image: {pullPolicy: Sometimes}", "pullPolicy"),
    ("image: {digest: sha256:short}", "digest"),
    ("image: {registry: example.com}", "registry"),
    ("demo: 'yes'", "demo"),
    ("service: {client: {port: 0}}", "port"),
    ("service: {client: {type: ExternalName}}", "type"),
    ("service: {ws: {port: 80}}", "ws"),
    ("ingress: {host: chat.example.com}", "host"),
    ("ingress: {path: ws}", "path"),
    ("httpRoute: {parentRefs: [{namespace: gateways}]}", "name"),
    ("networkPolicy: {control: {from: [{podselector: {}}]}}", "podselector"),
    ("autoscaling: {targetMemoryUtilizationPercentage: 80}", "targetMemoryUtilizationPercentage"),
    ("terminationGracePeriodSeconds: 5m", "terminationGracePeriodSeconds"),
    ("probes: {liveness: {path: /}}", "path"),
    ("podLabels: {number: 1}", "number"),
    ("extraEnv: [{value: x}]", "name"),
    ("extraEnv: {WSGATE_LOG_LEVEL: debug}", "extraEnv"),
    ("secretFiles: {'a/b': x}", "a/b"),
    ("listenHost: localhost", "listenHost"),
    ("maxSurge: 0", "maxSurge"),
    ("config: {auth: {mode: none}}", "mode"),
    ("config: {limits: {messages_per_secnd: 5}}", "messages_per_secnd"),
    ("config: {limits: {messages_per_second: 2000000}}", "messages_per_second"),
    ("config: {drain: {window: 4}}", "window"),
    ("config: {drain: {window: 4 min}}", "window"),
    ("config: {client: {address: '0.0.0.0:80'}}", "client"),
    ("config: {node: {id: x}}", "node"),
    ("config: {log: {level: loud}}", "level"),
    ("config: {demo: true}", "demo"),
    ("config: null", "config"),
    ("auth: {mode: jwt}", "mode"),
    ("auth: {existingSecret: My_Keys}", "existingSecret"),
    ("auth: {keys: {secrets: x}}", "secrets"),
    ("auth: {keys: {secret: 'a/b'}}", "secret"),
    ("tls: {cert: chat-tls}", "cert"),
    ("tls: {enabled: 'true'}", "enabled"),
    ("control: {auth: {mode: token}}", "mode"),
    ("control: {auth: {existingSecret: x, callersKey: ''}}", "callersKey"),
    ("control: {tls: {clientCA: house-ca}}", "clientCA"),
    ("control: {tls: {serverName: 'a b'}}", "serverName"),
    ("hooks: {on_connect: {targets: x}}", "on_connect"),
    ("hooks: {tls: {clientCertificate: tls.crt}}", "clientCertificate"),
    ("tests: {existingSecret: [x]}", "existingSecret"),
    ("config: {control: {auth: {mode: tls}}}", "mode"),
    ("config: {tls: {min_version: '1.1'}}", "min_version"),
])
def test_the_schema_refuses_it_by_name(values, field):
    message = refused(values)
    assert "schema" in message
    assert field in message


@pytest.mark.parametrize("values, words", [
    ("ingress: {enabled: true}\nhttpRoute: {enabled: true, parentRefs: [{name: x}]}", "ingress.enabled and httpRoute.enabled"),
    ("httpRoute: {enabled: true}", "httpRoute.parentRefs"),
    ("existingSecret: x\nsecretFiles: {a: b}", "existingSecret and secretFiles"),
    ("autoscaling: {enabled: true, minReplicas: 5, maxReplicas: 4}", "autoscaling.minReplicas"),
    ("autoscaling: {enabled: true}\nresources: {requests: {cpu: null}}", "resources.requests.cpu"),
    ("config: {auth: {mode: hook}}", "config.hooks.on_connect.targets"),
    ("config: {auth: {mode: ''}}", "config.auth.mode"),
    ("config: {control: {auth: {mode: ''}}}", "config.control.auth.mode"),
    ("config: {auth: {mode: insecure}}\nauth: {existingSecret: x, keys: {secret: k}}", "auth.existingSecret is set"),
    ("auth: {existingSecret: x}", "auth.keys is empty"),
    ("auth: {keys: {secret: x}}", "auth.existingSecret is empty"),
    ("auth: {existingSecret: x, keys: {jwksCA: k}}", "auth.keys has no key that signs tokens"),
    ("auth: {existingSecret: x, keys: {jwks: k}}\nconfig: {auth: {jwt: {jwks_file: /z}}}",
     "auth.keys.jwks and config.auth.jwt.jwks_file"),
    ("tls: {enabled: true}", "tls.existingSecret is empty"),
    ("tls: {existingSecret: x}", "tls.enabled is false"),
    ("tls: {enabled: true, existingSecret: x}\nconfig: {tls: {cert_file: /y, key_file: /z}}",
     "tls.enabled and config.tls.cert_file"),
    ("control: {tls: {enabled: true}}", "control.tls.existingSecret is empty"),
    ("config: {control: {auth: {mode: mtls}}}", "control.tls.enabled is false"),
    ("config: {control: {auth: {mode: mtls}}}\ncontrol: {tls: {enabled: true, existingSecret: x}}",
     "control.tls.clientCA.existingSecret is empty"),
    ("config: {control: {auth: {mode: mtls}}}\n"
     "control: {tls: {enabled: true, existingSecret: x, clientCA: {existingSecret: k}}}", "control.auth.existingSecret is empty"),
    ("control: {tls: {enabled: true, existingSecret: x, clientCA: {existingSecret: k}}}",
     "control.tls.clientCA.existingSecret is set"),
    ("config: {control: {auth: {mode: none}}}\ncontrol: {auth: {existingSecret: x}}", "nobody is asked"),
    ("config: {control: {auth: {tokens_file: /y}}}\ncontrol: {auth: {existingSecret: x}}",
     "control.auth.existingSecret and config.control.auth.tokens_file"),
    ("hooks: {tls: {clientCertificate: true}}", "hooks.tls.existingSecret is empty"),
    ("hooks: {tls: {existingSecret: x}}\nconfig: {hooks: {tls: {ca_file: /y}}}",
     "hooks.tls.existingSecret and config.hooks.tls.ca_file"),
    ("extraEnv: [{name: WSGATE_AUTH_MODE, value: insecure}]", "WSGATE_AUTH_MODE"),
    ("extraArgs: ['--control-auth-mode=none']", "--control-auth-mode"),
    ("extraEnv: [{name: WSGATE_DRAIN_WINDOW, value: 1h}]", "WSGATE_DRAIN_WINDOW"),
    ("extraArgs: ['--client-address=0.0.0.0:80']", "--client-address"),
])
def test_what_is_wrong_together_is_refused(values, words):
    assert words in refused(values)


def test_a_parent_chart_may_pass_what_it_always_passes():
    render("global: {region: eu}\nenabled: true")


def objects_of(schema, name="values"):
    """Every schema of an object below, with its name."""
    if isinstance(schema, dict):
        if "object" in str(schema.get("type", "")) and "properties" not in schema:
            yield name, schema
        if "properties" in schema:
            yield name, schema
            for key, part in schema["properties"].items():
                yield from objects_of(part, key)
        for key in ("items", "additionalProperties"):
            yield from objects_of(schema.get(key), name)
        for key, part in schema.get("definitions", {}).items():
            yield from objects_of(part, key)


def test_no_object_takes_unknown_keys_but_those_of_others():
    seen = list(objects_of(values_schema()))
    assert len(seen) > 40
    for name, schema in seen:
        if "properties" in schema:
            assert schema.get("additionalProperties") is False, name
        else:
            assert name in OPEN or name == "peers", name


def test_every_value_is_in_the_schema_and_in_the_documents_table():
    values = load_all((CHART / "values.yaml").read_text())[0]
    properties = values_schema()["properties"]
    assert set(properties) - set(values) == {"global", "enabled"}
    page = (ROOT / "docs/kubernetes.md").read_text().split("\n## Values\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert set(re.findall("`([^`]+)`", "".join(cells))) == set(values)
    assert json.dumps(values)  # Nothing that JSON cannot say, such as a date.
