#!/usr/bin/env python3
"""Adding working time with `businesstimedelta`, one call at a time.

    addition.py [--calls N]

The calendar has Monday to Friday 09:00 to 17:00 in one zone, and the public holidays of the years that the results can
fall into and one more (the package fails where no holiday follows). Added are 1 business hour, 24 business hours, a
year and a decade of them to instants spread over one year. For the two long ones fewer calls are made: the cost grows
with the distance.
"""
import argparse
import datetime
import time
import zoneinfo

from clocks import ByCall, HOUR
from measured import ZONE, public_holidays, show

CASES = (("1 business hour", 1, 1), ("24 business hours", 24, 2), ("1 year", 2_000, 100), ("10 years", 20_000, 1000))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--calls", type=int, default=20_000)
    chosen = arguments.parse_args()

    working = ByCall(public_holidays(2016, 2028))
    start = datetime.datetime(2016, 3, 1, 8, 30, tzinfo=zoneinfo.ZoneInfo(ZONE))
    step = datetime.timedelta(days=365) / chosen.calls
    instants = [start + index * step for index in range(chosen.calls)]
    results, total = {}, 0
    for name, hours, fewer in CASES:
        delta = working.package.BusinessTimeDelta(working.rules, seconds=hours * HOUR)
        part = instants[::fewer]
        began = time.perf_counter()
        for instant in part:
            instant + delta
        seconds = time.perf_counter() - began
        total += seconds
        results[name] = {"calls": len(part), "ns_per_call": round(seconds * 1e9 / len(part))}
    calls = sum(result["calls"] for result in results.values())
    show("working-time addition by businesstimedelta", calls, total, ["businesstimedelta"], result=results)


if __name__ == "__main__":
    main()
