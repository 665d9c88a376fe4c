"""What bench/peers.py runs, and what it says of a server that is not there."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "bench"))

from peers_lib.figures import MEASUREMENTS  # noqa: E402
from peers_lib.servers import KINDS, PeerSetup, pinned  # noqa: E402
from quick_lib.servers import BenchError  # noqa: E402


class PeerSetupTest(unittest.TestCase):
    def test_a_server_that_is_not_built_says_how_to_get_it(self):
        with tempfile.TemporaryDirectory() as name:
            setup = PeerSetup(pathlib.Path(name) / "bin", 0, 1)
            self.assertIn("make test-build", setup.missing("wsgate"))
            self.assertIn("bench/peers/fetch.sh", setup.missing("centrifuge"))
            self.assertIn("not built", setup.missing("sockudo"))
            binary = pathlib.Path(name) / "peers/bin/centrifuge"
            binary.parent.mkdir(parents=True)
            binary.touch()
            self.assertIsNone(setup.missing("centrifuge"))

    def test_each_server_has_a_dialect_and_a_pinned_version(self):
        setup = PeerSetup(pathlib.Path("bin"), 0, 1)
        self.assertEqual(setup.load_options("socket_io"), ["--dialect", "socket.io"])
        self.assertRegex(setup.version("centrifuge"), r"^\d+\.\d+\.\d+$")
        self.assertRegex(setup.version("sockudo"), r"^\d+\.\d+\.\d+$")
        self.assertEqual(setup.version("wsgate"), "")
        with self.assertRaises(BenchError):
            pinned(pathlib.Path(__file__), r"no such (\d+) thing")


class MeasurementTest(unittest.TestCase):
    def test_the_real_thing_and_the_check_name_the_same_options(self):
        for measurement in MEASUREMENTS:
            known = set(measurement.arguments[::2]) | {"--settle"}
            self.assertLessEqual(set(measurement.check[::2]), known, measurement.name)

    def test_names_are_told_apart(self):
        names = [column.name for measurement in MEASUREMENTS for column in measurement.columns]
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual(len({kind.title for kind in KINDS.values()}), len(KINDS))


if __name__ == "__main__":
    unittest.main()
