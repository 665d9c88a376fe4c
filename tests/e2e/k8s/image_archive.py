"""The image archive that `make image` writes: its configuration, its files, and a gateway in it, without a cluster."""

import json
import os
import pathlib
import re
import signal
import subprocess
import tarfile
import time
import urllib.error
import urllib.request

from gateway_process import until

ROOT = pathlib.Path(__file__).resolve().parents[3]
ARCHIVE = ROOT / "build" / "wsgate-image.tar"
# What a container runtime does for a container with a read-only root, and no more.
RUN_READ_ONLY = """
root=$1; shift
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root"
exec chroot --userspec=65532:65532 "$root" "$@"
"""
ADMIN = re.compile(r"admin: (http://127\.0\.0\.1:\d+/)")


class ImageArchive:
    """An archive of `docker save`'s form, with one layer or more."""

    def __init__(self, path=ARCHIVE):
        assert path.exists(), f"{path} is missing: run `make image`"
        self.path = path
        with tarfile.open(path) as archive:
            (manifest,) = json.load(archive.extractfile("manifest.json"))
            self.config = json.load(archive.extractfile(manifest["Config"]))["config"]
        self.tags = manifest["RepoTags"]
        self._layers = manifest["Layers"]

    def unpack(self, folder):
        """Writes the image's files below `folder`."""
        with tarfile.open(self.path) as archive:
            for layer in self._layers:
                with tarfile.open(fileobj=archive.extractfile(layer)) as files:
                    files.extractall(folder)
        folder.chmod(0o755)
        (folder / "proc").mkdir()  # A mount point, as a container runtime makes it.
        return folder


class ImageProcess:
    """A gateway as PID 1 in the unpacked image, which is read-only, as user 65532."""

    def __init__(self, root, log_file, *arguments):
        self._log_file = log_file
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-euc", RUN_READ_ONLY, "sh",
                   str(root), "/usr/bin/wsgate", *arguments]
        with open(log_file, "wb") as log:
            self._started = time.monotonic()
            self._outer = subprocess.Popen(command, stdout=log, stderr=log, env={"PATH": os.environ["PATH"]})
        self.pid = None

    def log(self):
        return self._log_file.read_text(errors="replace")

    def wait_until_ready(self):
        """Waits until /readyz answers 200; returns the seconds since the start, unshare and chroot included."""
        admin = until(lambda: ADMIN.search(self.log()), "no line about its addresses")[1]

        def is_ready():
            try:
                with urllib.request.urlopen(admin + "readyz", timeout=5) as answer:
                    return answer.status == 200
            except urllib.error.HTTPError:
                return False

        until(is_ready, "not ready")
        seconds = time.monotonic() - self._started
        self.pid = int(pathlib.Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children").read_text())
        return seconds

    def status(self, field):
        """A line of /proc/PID/status, without its name."""
        return re.search(rf"^{field}:\s+(.*)$", pathlib.Path(f"/proc/{self.pid}/status").read_text(), re.MULTILINE)[1]

    def wait(self):
        """Waits for its end; returns the exit code."""
        return self._outer.wait(30)

    def stop(self):
        """One SIGTERM; returns the exit code."""
        os.kill(self.pid, signal.SIGTERM)
        return self.wait()
