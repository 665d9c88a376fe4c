"""The parts of bench/peers.py: servers, figures, report, plot."""
