"""How many events a span of time held."""


def busiest(times, seconds):
    """The most events within any span of so many seconds."""
    times = sorted(times)
    first = most = 0
    for last, at in enumerate(times):
        while times[first] < at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
