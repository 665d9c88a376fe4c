"""Renders the chart with the real helm."""

import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "helm/wsgate"
VALUE_SETS = {path.stem: path for path in sorted((ROOT / "tests/chart/values").glob("*.yaml"))}
VALUE_SETS["production"] = CHART / "values-production.yaml"
KUBERNETES = ["1.27.0", "1.33.0", "1.37.0"]  # The oldest that Chart.yaml names, the newest, one between.


class UniqueKeys(yaml.SafeLoader):
    """A key that comes twice is an error: YAML readers silently take the last."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
        assert len(keys) == len(set(map(str, keys))), f"a key twice at {node.start_mark}: {keys}"
        return super().construct_mapping(node, deep)


def load_all(text):
    return [document for document in yaml.load_all(text, Loader=UniqueKeys) if document]


def helm(*arguments, stdin=""):
    return subprocess.run(["helm", *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=60)


def template(*arguments, values="", name="wsgate", version=KUBERNETES[-1]):
    """`helm template`, with values as YAML text; the finished process."""
    return helm("template", name, CHART, "--namespace", "chat", "--kube-version", version, "-f", "-", *arguments, stdin=values)


@dataclass
class Rendered:
    text: str
    objects: list

    def one(self, kind, name=None):
        found = [o for o in self.objects if o["kind"] == kind and name in (None, o["metadata"]["name"])]
        assert len(found) == 1, f"{len(found)} objects {kind} {name}"
        return found[0]

    def has(self, kind):
        return any(o["kind"] == kind for o in self.objects)

    @property
    def pod(self):
        return self.one("Deployment")["spec"]["template"]

    @property
    def container(self):
        (container,) = self.pod["spec"]["containers"]
        return container

    @property
    def config_text(self):
        maps = [o for o in self.objects if o["kind"] == "ConfigMap"]
        assert len(maps) == 1
        return maps[0]["data"]["wsgate.yaml"]

    @property
    def config(self):
        return load_all(self.config_text)[0]


@cache
def render(values="", *arguments, name="wsgate"):
    """The chart's objects with values as YAML text."""
    done = template(*arguments, values=values, name=name)
    assert done.returncode == 0, done.stderr
    return Rendered(done.stdout, load_all(done.stdout))


def render_set(name):
    return render(VALUE_SETS[name].read_text())


def refused(values, *arguments):
    """What helm says about values that it must refuse."""
    done = template(*arguments, values=values)
    assert done.returncode != 0, "helm took this:\n" + values
    return done.stderr
