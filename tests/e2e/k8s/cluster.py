"""The one-node Kubernetes of node.sh, and releases of the chart in it, one namespace each."""

import contextlib
import json
import os
import pathlib
import subprocess

import gateway_process
from release_keys import CONTROL_TOKEN_FILE

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CHART = ROOT / "helm" / "wsgate"
DIRECTORY = pathlib.Path(os.environ.get("K8S_DIR") or ROOT / "build" / "k8s")
NODE = str(HERE / "node.sh")

# Waits of a minute and more serve no test: every release here drains within seconds unless it says otherwise.
QUICK_DRAIN = {"config": {"drain": {"notice": "1s", "window": "4s"}}, "minReadySeconds": 0}


def until(condition, what, timeout):
    """As gateway_process.until, for conditions that ask kubectl: without a pause it would take the clients' cores."""
    return gateway_process.until(condition, what, timeout, pause=0.5)


def merged(base, over):
    """`base` with `over` on top, maps key by key."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    return {key: merged(base.get(key, {}), over[key]) if key in over else base[key] for key in {**base, **over}}


class Cluster:
    """The node: commands against its API server, or in its network namespace."""

    def __init__(self):
        self.kubeconfig = self._node("up").strip()
        self.env = {**os.environ, "K8S_DIR": str(DIRECTORY), "KUBECONFIG": self.kubeconfig,
                    "HOME": str(DIRECTORY / "home"),
                    "PATH": f"{os.environ['PATH']}:{DIRECTORY / 'bin'}"}

    @staticmethod
    def _node(*command):
        return subprocess.run([NODE, *command], check=True, stdout=subprocess.PIPE, text=True, timeout=300,
                              env={**os.environ, "K8S_DIR": str(DIRECTORY)}).stdout

    def in_all_namespaces(self, *command):
        """Runs a command as a process of the node; what it printed."""
        return self._node("node", *command)

    def define_routes(self):
        """HTTPRoute becomes a kind that the API server knows and checks; nothing acts on one."""
        definition = DIRECTORY / "httproutes.yaml"
        assert definition.exists(), f"{definition} is missing: run `tests/e2e/k8s/build.sh {DIRECTORY}`"
        self.kubectl("apply", "--server-side", "-f", definition)
        self.kubectl("wait", "--for=condition=Established", "--timeout=60s", "-f", definition)

    def import_image(self, archive):
        self._node("import", str(archive))

    def down(self):
        self._node("down")

    def run(self, *command, stdin=None, timeout=180):
        """The finished process, whatever its exit code."""
        return subprocess.run([*map(str, command)], env=self.env, input=stdin, capture_output=True, text=True,
                              timeout=timeout, check=False)

    def kubectl(self, *arguments, stdin=None, timeout=180):
        """What kubectl printed; fails with what it said."""
        done = self.run("kubectl", *arguments, stdin=stdin, timeout=timeout)
        assert done.returncode == 0, f"kubectl {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}"
        return done.stdout

    @staticmethod
    def in_node(*command):
        """A command line that runs `command` where the addresses of pods and Services lead to them."""
        return [NODE, "exec", *map(str, command)]

    @contextlib.contextmanager
    def background(self, *command):
        """A command that runs for the length of a `with` block. Its output goes to a pipe."""
        process = subprocess.Popen([*map(str, command)], env=self.env, text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(10)

    @contextlib.contextmanager
    def namespace(self, name, **labels):
        """A namespace that is gone afterwards. Restricted pod security holds in it."""
        self.kubectl("create", "namespace", name)
        self.kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted",
                     *(f"{key}={value}" for key, value in labels.items()))
        try:
            yield name
        finally:
            self.kubectl("delete", "namespace", name, "--wait=false")


class Release:
    """A release of the chart, called wsgate unless said otherwise."""

    chart = CHART

    def __init__(self, cluster, namespace, name="wsgate"):
        self.cluster, self.namespace, self.name = cluster, namespace, name

    def helm(self, *arguments, values=None, fails=False, timeout=240):
        stdin = json.dumps(values) if values is not None else None
        extra = ["-f", "-"] if values is not None else []
        done = self.cluster.run("helm", "-n", self.namespace, *arguments, *extra, stdin=stdin, timeout=timeout)
        assert (done.returncode != 0) == fails, f"helm {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def install(self, values=None, *arguments):
        return self.helm("install", self.name, CHART, "--wait", "--timeout", "120s", *arguments, values=values)

    def upgrade(self, values, *arguments):
        return self.helm("upgrade", self.name, CHART, "--wait", "--timeout", "200s", *arguments, values=values)

    def kubectl(self, *arguments, **options):
        return self.cluster.kubectl("-n", self.namespace, *arguments, **options)

    def get(self, *what):
        return json.loads(self.kubectl("get", *what, "-o", "json"))

    def pods(self):
        """The gateway's pods, those that end included."""
        return self.get("pods", "-l", "app.kubernetes.io/component=gateway")["items"]

    def pod(self):
        (pod,) = self.pods()
        return pod

    def running_pods(self):
        return [pod for pod in self.pods() if "deletionTimestamp" not in pod["metadata"]]

    def wait_for_pods(self, count, timeout=90):
        """The pods, once there are exactly so many, all of them ready."""
        def settled():
            pods = self.pods()
            return pods if len(pods) == count and all(is_ready(pod) for pod in pods) else None
        return until(settled, f"not {count} pods", timeout)

    def ctl(self, pod, *arguments):
        """What wsgatectl printed in a pod, as the caller that the chart made."""
        return self.kubectl("exec", pod["metadata"]["name"], "--", "wsgatectl", *arguments,
                            "--token-file", CONTROL_TOKEN_FILE)

    def limit(self, pod, name):
        """A limit that is in force in a pod, by its name in JSON."""
        return int(json.loads(self.ctl(pod, "limits", "-o", "json"))["limits"][name])

    def service_address(self, suffix="", port=8080):
        return f"{self.get('service', self.name + suffix)['spec']['clusterIP']}:{port}"


def is_ready(pod):
    return any(condition["type"] == "Ready" and condition["status"] == "True"
               for condition in pod.get("status", {}).get("conditions", []))


def restarts(pod):
    return sum(status["restartCount"] for status in pod["status"].get("containerStatuses", []))
