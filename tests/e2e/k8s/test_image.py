"""The image, without a cluster: what is in it, who it runs as, on a read-only root, and how fast it starts."""

import re
from statistics import median

import pytest

from gateway_process import run_gateway
from image_archive import ROOT, ImageArchive, ImageProcess

SERVE = ("serve", "--auth-mode", "insecure", "--client-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0",
         "--admin-address", "127.0.0.1:0", "--drain-notice", "0s")
START_SECONDS_MAX = 0.2


@pytest.fixture(scope="module")
def archive():
    return ImageArchive()


@pytest.fixture(scope="module")
def image_root(archive, tmp_path_factory):
    return archive.unpack(tmp_path_factory.mktemp("image"))


def test_the_image_runs_as_nobody_in_particular_and_says_its_version(archive):
    version = run_gateway("--version").stdout.split()[-1]
    assert archive.config["User"] == "65532:65532"
    assert archive.config["Entrypoint"] == ["/usr/bin/wsgate"]
    assert archive.config["StopSignal"] == "SIGTERM"
    assert archive.config["Labels"]["org.opencontainers.image.version"] == version
    assert f"docker.io/library/wsgate:{version}" in archive.tags


def test_it_holds_two_programs_and_nothing_that_could_be_a_shell(image_root):
    assert sorted(path.name for path in (image_root / "usr/bin").iterdir()) == ["wsgate", "wsgatectl"]
    assert sorted(path.name for path in image_root.iterdir()) == ["lib", "lib64", "proc", "usr"]
    others = [path for path in image_root.rglob("*") if path.is_file() and path.stat().st_mode & 0o111
              and not re.search(r"/usr/bin/wsgate(ctl)?$|\.so(\.[0-9.]+)?$", str(path))]
    assert others == []
    assert [path for path in image_root.rglob("*") if path.lstat().st_mode & 0o6000] == [], "setuid or setgid"


def test_the_licence_of_everything_in_it_is_in_it(image_root):
    assert (image_root / "usr/share/doc/wsgate/copyright").read_text() == (ROOT / "LICENSE").read_text()
    texts = {path.parent.name: path.read_text(errors="replace")
             for path in (image_root / "usr/share/doc").glob("*/copyright")}
    # Shared libraries, libraries that are linked in, and libraries of which only headers are compiled.
    for package in ("libc6", "libstdc++6", "libgrpc++1.51", "libprotobuf32", "libssl3", "libyaml-cpp0.7",
                    "libabsl20220623", "libboost1.81-dev", "nlohmann-json3-dev", "libcli11-dev", "libjemalloc-dev", "zlib1g"):
        assert len(texts.get(package, "")) > 200, package
    for package, text in texts.items():
        for name in re.findall(r"/usr/share/common-licenses/([A-Za-z0-9.-]*[A-Za-z0-9])", text):
            assert (image_root / "usr/share/common-licenses" / name).exists(), f"{package} refers to {name}"


def test_it_serves_on_a_read_only_root_as_pid_1_and_ends_on_sigterm(image_root, tmp_path):
    process = ImageProcess(image_root, tmp_path / "log", *SERVE)
    process.wait_until_ready()
    assert process.status("Uid").split() == ["65532"] * 4
    assert process.status("NSpid").split()[-1] == "1"
    assert process.stop() == 0, process.log()


def test_it_is_ready_in_less_than_200_ms(image_root, tmp_path, record):
    seconds = []
    for number in range(5):
        process = ImageProcess(image_root, tmp_path / f"log-{number}", *SERVE)
        seconds.append(process.wait_until_ready())
        assert process.stop() == 0
    record("image", f"from the start to /readyz 200 in {median(seconds) * 1000:.0f} ms, the median of {len(seconds)} "
           f"({min(seconds) * 1000:.0f} to {max(seconds) * 1000:.0f})")
    assert median(seconds) < START_SECONDS_MAX


def test_a_wrong_start_says_what_to_do(image_root, tmp_path):
    process = ImageProcess(image_root, tmp_path / "log", "serve")
    assert process.wait() == 1
    assert "auth.mode" in process.log()
