"""What the programs of this folder share: the log as columns, the calendar, and how a measurement is printed."""
import contextlib
import gzip
import json
import platform
import resource
import time
from importlib.metadata import version

import holidays
import numpy
import pandas

ZONE = "America/Sao_Paulo"
OPENS, CLOSES = 9, 17
FORMAT = "%d/%m/%Y %H:%M"


def log(path, events, columns):
    """The first events of the log, as a table with text and times; times are wall clock without zone."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        table = pandas.read_csv(file, usecols=columns, nrows=events, dtype="category", na_values=["?"])
    for name in [name for name in columns if name.endswith("_at")]:
        times = pandas.to_datetime(pandas.Series(table[name].cat.categories), format=FORMAT)
        codes = table[name].cat.codes.to_numpy()
        values = numpy.append(times.to_numpy(dtype="datetime64[s]"), numpy.datetime64("NaT"))
        table[name] = values[codes]
    return table


def cases(table):
    """One row for each incident: opened, first response, resolved, as the oracle has them.

    First response: the first event in a state other than New, never before the opening.
    """
    answered = table[~table["incident_state"].isin(["New", "-100"])]
    first = answered.groupby("number", observed=True)["sys_updated_at"].min()
    last = table.drop_duplicates("number", keep="last").set_index("number")
    opened = table.drop_duplicates("number").set_index("number")["opened_at"]
    result = pandas.DataFrame({"opened": opened, "response": first.reindex(opened.index)})
    result["resolved"] = last["resolved_at"].reindex(opened.index)
    result["response"] = result["response"].where(
        result["response"].isna() | (result["response"] >= result["opened"]), result["opened"])
    return result


def public_holidays(first_year, last_year):
    """Days on which nobody works, sorted."""
    return sorted(holidays.country_holidays("BR", years=range(first_year, last_year + 1)))


def verdicts(due, done):
    """How many were met, missed, and never done."""
    never = int(done.isna().sum())
    met = int((done <= due).sum())
    return {"met": met, "missed": len(done) - met - never, "never": never}


@contextlib.contextmanager
def stopwatch(times, name):
    """Adds the seconds of a block to `times`."""
    start = time.perf_counter()
    yield
    times[name] = round(times.get(name, 0) + time.perf_counter() - start, 3)


def show(what, events, seconds, packages, **more):
    """Prints the measurement as one line of JSON."""
    print(json.dumps({
        "what": what,
        "events": events,
        "seconds": round(seconds, 3),
        "events_per_second": round(events / seconds),
        "max_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        **more,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in packages}},
    }), flush=True)
