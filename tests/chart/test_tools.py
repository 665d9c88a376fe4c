"""What other programs say about the chart: helm's linter, Kubernetes' own schemas, and the gateway that it configures."""

import os
import subprocess

import chart
import pytest
from chart import CHART, KUBERNETES, ROOT, VALUE_SETS, load_all, render, render_set
from config_schema import gateway_schema, values_schema

SCHEMAS = ROOT / "build/tools/kubernetes-schemas"
WSGATE = ROOT / "build/bin/wsgate"


def kubeconform(version, folder):
    return subprocess.run(
        ["kubeconform", "-strict", "-summary", "-kubernetes-version", version, "-schema-location",
         f"{SCHEMAS}/{{{{.NormalizedKubernetesVersion}}}}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json",
         str(folder)], capture_output=True, text=True, timeout=120)


def test_there_are_enough_value_sets():
    assert len(VALUE_SETS) >= 12


def test_helm_lint_finds_nothing(value_set):
    done = chart.helm("lint", "--strict", CHART, "-f", VALUE_SETS[value_set])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stdout + done.stderr


@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_schemas_take_every_object(version, tmp_path):
    for name, path in VALUE_SETS.items():
        done = chart.template(values=path.read_text(), version=version)
        assert done.returncode == 0, f"{name}: {done.stderr}"
        (tmp_path / f"{name}.yaml").write_text(done.stdout)
    done = kubeconform(version, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Skipped: 0" in done.stdout, done.stdout


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("right, wrong", [
    ("replicas: 1", "replicas: two"),
    ("minReadySeconds:", "minReadySecond:"),
    ("appProtocol: kubernetes.io/ws", "appProtocols: kubernetes.io/ws"),
    ("policyTypes:", "policyType:"),
    ("parentRefs:", "parentRef:"),
])
def test_kubernetes_schemas_refuse_what_is_wrong(version, right, wrong, tmp_path):
    values = VALUE_SETS["httproute"].read_text()
    text = chart.template(values=values, version=version).stdout
    assert right in text
    (tmp_path / "wrong.yaml").write_text(text.replace(right, wrong))
    done = kubeconform(version, tmp_path)
    assert done.returncode == 1
    assert "Invalid: 1, Errors: 0, Skipped: 0" in done.stdout, done.stdout


def test_a_cluster_that_is_too_old_is_refused():
    assert "kubeVersion" in chart.template(version="1.26.0").stderr


def config_check(text, rendered, folder):
    file = folder / "wsgate.yaml"
    file.write_text(text)
    environment = {e["name"]: e["value"] for e in rendered.container.get("env", []) if "value" in e}
    args = rendered.container["args"]
    assert args[:2] == ["serve", "--config=/etc/wsgate/wsgate.yaml"]
    return subprocess.run([WSGATE, "config", "check", file, *args[2:]], capture_output=True, text=True, timeout=30,
                          env={"PATH": os.environ["PATH"], **environment})


def test_the_gateway_takes_its_configuration(value_set, rendered, tmp_path):
    done = config_check(rendered.config_text, rendered, tmp_path)
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stderr


def test_the_gateway_refuses_a_configuration_that_is_wrong(tmp_path):
    rendered = render_set("defaults")
    assert "mode: jwt" in rendered.config_text
    done = config_check(rendered.config_text.replace("mode: jwt", "mode: jwd"), rendered, tmp_path)
    assert done.returncode == 1
    assert "auth.mode" in done.stderr


def test_every_field_of_the_gateway_reaches_its_file(tmp_path):
    """The defaults that the gateway names, written out as config: nothing is lost or changed on the way."""
    def defaults(schema):
        leaves = {}
        for name, part in schema["properties"].items():
            leaves[name] = defaults(part) if "properties" in part else part["default"]
        return leaves

    config = defaults(gateway_schema())
    config["auth"]["mode"], config["control"]["auth"]["mode"] = "insecure", "none"
    rendered = render(chart.yaml.safe_dump({"config": config}))
    done = config_check(rendered.config_text, rendered, tmp_path)
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stderr
    for group, fields in config.items():
        if group != "control":
            assert rendered.config[group] == fields


def test_the_schema_knows_the_gateways_fields():
    assert values_schema()["properties"]["config"] == gateway_schema(), "run tests/chart/config_schema.py --write"


def test_values_files_have_no_key_twice():
    for path in [CHART / "values.yaml", CHART / "Chart.yaml", *VALUE_SETS.values()]:
        load_all(path.read_text())
