"""The table, the ratios and the plot of bench/peers.py."""

import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "bench"))

from peers_lib import report as reports  # noqa: E402
from peers_lib.figures import behind, cell, columns_of  # noqa: E402
from peers_lib.plot import svg  # noqa: E402
from quick_lib.servers import BenchError  # noqa: E402

MACHINE = {"cpu": "a cpu", "cores": 2, "kernel": "6", "compiler": ["c++ 12"], "build_type": ["Release"], "grpc": "1",
           "node": "v24"}


def broadcast(*rounds: float, last: float = 10.0) -> dict:
    return {"rounds": list(rounds), "last_arrival_ms": last}


def made_report() -> dict:
    """wsgate is ahead of Node `ws` in CPU, and behind it in the time of the last arrival."""
    return {
        "date": "2026-01-02", "commit": "abc", "machine": MACHINE,
        "servers": {"limit": "", "wsgate": "", "node_ws": "8.1"},
        "runs": {
            "broadcast": [
                {"limit": broadcast(1, 2, 3), "wsgate": broadcast(2, 4, 6), "node_ws": broadcast(6, 12, 18, last=8)},
                {"limit": broadcast(1, 1, 1), "wsgate": broadcast(2, 2, 2), "node_ws": broadcast(4, 4, 4, last=9)},
                {"limit": broadcast(1, 1, 1), "wsgate": broadcast(3, 3, 3), "node_ws": broadcast(6, 6, 6, last=9)}],
            "send-stream": [{"wsgate": {"rounds": [100, 200], "server_cpu_us_per_item": {"process": 2.0}},
                             "node_ws": {"rounds": [50, 50], "server_cpu_us_per_call": {"process": 8.0}}}]}}


def column_named(report: dict, name: str) -> tuple:
    return next(found for found in columns_of(report["runs"]) if found[0].name == name)


class CellTest(unittest.TestCase):
    def test_a_ratio_is_made_round_by_round_and_then_the_median(self):
        column, repetitions = column_named(made_report(), "broadcast_cpu")
        made = cell(column, "node_ws", repetitions)
        self.assertEqual(made.value, 6)  # Medians 12, 4 and 6.
        self.assertEqual(made.ratio, 2)  # 3, 2 and 2.
        self.assertEqual((made.lowest, made.highest), (4, 12))

    def test_more_is_better_turns_the_ratio_round(self):
        column, repetitions = column_named(made_report(), "stream_rate")
        self.assertEqual(cell(column, "node_ws", repetitions).ratio, 3)  # 100 / 50 and 200 / 50.

    def test_wsgate_has_no_ratio_and_who_was_not_measured_no_cell(self):
        column, repetitions = column_named(made_report(), "stream_rate")
        self.assertIsNone(cell(column, "wsgate", repetitions).ratio)
        self.assertIsNone(cell(column, "limit", repetitions))

    def test_behind_names_peers_that_are_as_good_but_not_the_limit(self):
        report = made_report()
        found = [(kind, column.name) for kind, column, _ in behind(report["runs"], list(report["servers"]))]
        self.assertEqual(found, [("node_ws", "broadcast_last")])


class ReportTest(unittest.TestCase):
    def test_a_row_for_each_server_a_column_for_each_figure(self):
        header, rows = reports.table(made_report())
        self.assertEqual(len(header), 5)
        self.assertEqual([row[0] for row in rows], ["bare epoll loop", "wsgate", "Node `ws` 8.1"])
        self.assertEqual(rows[0][1:], ["1 (0.5×)", "10 (1×)", "–", "–"])
        self.assertEqual(rows[1][1], "**3**")
        self.assertEqual(rows[2][1:3], ["6 (2×)", "9 (0.9×)"])

    def test_the_verdict_says_where_wsgate_is_not_ahead(self):
        report = made_report()
        self.assertIn("not ahead of Node `ws` 8.1 in “broadcast to 10,000: until the last has it” (0.9×)",
                      reports.verdict(report))
        for repetition in report["runs"]["broadcast"]:
            repetition["node_ws"]["last_arrival_ms"] = 11
        self.assertEqual(reports.verdict(report), "wsgate is ahead of every peer in every column.")

    def test_files_are_written_and_only_the_marked_part_of_the_page_changes(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            page = folder / "performance.md"
            page.write_text("before\n<!-- peers -->\nold\n<!-- /peers -->\nafter\n")
            reports.write_docs(made_report(), folder)
            written = reports.write(made_report(), folder / "results")
            self.assertEqual(written.name, "peers-2026-01-02-abc.md")
            self.assertTrue(written.with_suffix(".json").exists())
            text = page.read_text()
            self.assertTrue(text.startswith("before\n<!-- peers -->\n") and text.endswith("<!-- /peers -->\nafter\n"))
            self.assertNotIn("old", text)
            self.assertIn("`bench/results/peers-2026-01-02-abc.json`", text)
            self.assertTrue((folder / "peers.svg").exists())
            page.write_text("no marks")
            with self.assertRaises(BenchError):
                reports.write_docs(made_report(), folder)

    def test_results_of_one_commit_are_joined_others_refused(self):
        first, second = made_report(), made_report()
        del second["runs"]["broadcast"]
        joined = reports.joined([first, second])
        self.assertEqual({name: len(runs) for name, runs in joined["runs"].items()}, {"broadcast": 3, "send-stream": 2})
        second["commit"] = "def"
        with self.assertRaises(BenchError):
            reports.joined([first, second])


class PlotTest(unittest.TestCase):
    def test_a_bar_for_each_cell_as_long_as_its_value(self):
        drawn = xml.etree.ElementTree.fromstring(svg(reports.plot_panels(made_report())))
        bars = [element for element in drawn.iter("{http://www.w3.org/2000/svg}rect")][1:]  # The first is the ground.
        self.assertEqual(len(bars), 3 + 3 + 2 + 2)
        widths = [float(bar.get("width")) for bar in bars[:3]]
        self.assertAlmostEqual(widths[0] / widths[2], 1 / 6, places=2)
        self.assertAlmostEqual(widths[1] / widths[2], 3 / 6, places=2)

    def test_names_are_escaped_and_nothing_to_draw_is_no_error(self):
        panels = [{"title": "a<b", "bars": [{"name": "x&y", "value": 0, "label": "0", "tone": "peer"}]}, {"title": "", "bars": []}]
        xml.etree.ElementTree.fromstring(svg(panels))
        xml.etree.ElementTree.fromstring(svg([]))


if __name__ == "__main__":
    unittest.main()
