"""The parts of bench/quick.py: servers, figures, report."""
