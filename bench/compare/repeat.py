#!/usr/bin/env python3
"""Makes one long log out of the ServiceNow log: copies of it, one after the other.

    repeat.py --from LOG.csv.gz --to LONG.csv.gz [--events 10000000]

The events of one copy are put in order of `sys_updated_at` (ties keep the order of the source). Copy k has `-k` after
each incident number, and all its dates lie k periods later. A period is a whole number of weeks, long enough that no
two copies overlap, so the long log is in order of time as well. Weekdays stay weekdays; public holidays do not fall
on the same incidents as before. The last copy ends in the middle: its last incidents are open at the end.

Only one copy is held in memory. The result has the columns of the source, all of them.
"""
import argparse
import csv
import datetime
import gzip
import itertools
import json
import os
import sys
import time

DATES = ("opened_at", "sys_created_at", "sys_updated_at", "resolved_at", "closed_at")
MISSING = ("", "?")


def moment(text):
    """The time of one cell, day first, without zone."""
    return datetime.datetime.strptime(text, "%d/%m/%Y %H:%M")


def read(path):
    """Header and rows of the source, in order of time."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        at = header.index("sys_updated_at")
        rows = sorted(rows, key=lambda row: moment(row[at]))
    for row in rows:
        if any("," in cell or '"' in cell or "\n" in cell for cell in row):
            sys.exit(f"{path}: a cell of {row[0]} needs quotes, which this program does not write")
    return header, rows, moment(rows[0][at]), moment(rows[-1][at])


def pieces(header, row):
    """A row as fixed text and dates by turns: number, text, date, text, …"""
    parts, text = [row[0]], []
    for name, cell in zip(header[1:], row[1:]):
        if name in DATES and cell not in MISSING:
            parts += ["," + "".join(cell + "," for cell in text), cell]
            text = []
        else:
            text.append(cell)
    return tuple(parts + ["".join("," + cell for cell in text) + "\n"])


class Shift(dict):
    """Cell of a date -> the same some days later; remembers what it has worked out."""

    def __init__(self, days):
        super().__init__()
        self.days = datetime.timedelta(days=days)

    def __missing__(self, cell):
        later = moment(cell) + self.days
        self[cell] = f"{later.day}/{later.month}/{later.year} {later:%H:%M}"
        return self[cell]


def copies(rows, period):
    """The lines of the long log, without end."""
    for copy in itertools.count():
        shift, suffix = Shift(copy * period), f"-{copy}"
        for parts in rows:
            line = list(parts)
            line[0] += suffix
            line[2::2] = [shift[cell] for cell in parts[2::2]]
            yield "".join(line)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--from", dest="source", required=True)
    arguments.add_argument("--to", required=True)
    arguments.add_argument("--events", type=int, default=10_000_000)
    chosen = arguments.parse_args()

    start = time.perf_counter()
    header, rows, first, last = read(chosen.source)
    rows = [pieces(header, row) for row in rows]
    period = 7 * ((last.date() - first.date()).days // 7 + 1)
    lines = itertools.islice(copies(rows, period), chosen.events)
    with gzip.open(chosen.to + ".part", "wt", compresslevel=1, encoding="utf-8", newline="") as file:
        file.write(",".join(header) + "\n")
        while batch := list(itertools.islice(lines, 20_000)):
            file.write("".join(batch))
    os.replace(chosen.to + ".part", chosen.to)
    print(json.dumps({
        "what": "ServiceNow log repeated",
        "events": chosen.events,
        "copies": round(chosen.events / len(rows), 3),
        "period_days": period,
        "seconds": round(time.perf_counter() - start, 1),
    }))


if __name__ == "__main__":
    main()
