#!/usr/bin/env python3
"""Conformance checking of the ServiceNow log with `pm4py`.

    conformance.py --log LOG.csv.gz --events N --method tokens|profile

An incident is a case, `incident_state` the activity, `sys_updated_at` the time. The norm is learnt from the first
141,712 events, which are the source log itself; learning is timed apart and not counted.

tokens   token-based replay against the Petri net of the inductive miner (noise threshold 0.2): does each case take a way
         that the net allows? It knows order, not time.
profile  temporal profile: are the times between each pair of states within 6 standard deviations of their mean? It is
         the nearest that process mining has to a deadline; it knows elapsed time only.

Neither knows working time, pauses, evidence, owners or versions: it is what process mining offers for the question
"was the procedure kept", and not the same answer.
"""
import argparse
import contextlib
import io

from measured import log, show, stopwatch


@contextlib.contextmanager
def silence():
    """Keeps the package's banner and progress bars out of the result."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


with silence():
    import pm4py

COLUMNS = ["number", "incident_state", "sys_updated_at"]
SOURCE_EVENTS = 141_712


def tokens(norm, table):
    net = pm4py.discover_petri_net_inductive(norm, noise_threshold=0.2)
    return lambda: fitting(pm4py.conformance_diagnostics_token_based_replay(table, *net))


def fitting(diagnostics):
    return {"cases": len(diagnostics), "fit": sum(case["trace_is_fit"] for case in diagnostics)}


def profile(norm, table):
    learnt = pm4py.discover_temporal_profile(norm)
    return lambda: deviating(pm4py.conformance_temporal_profile(table, learnt, zeta=6.0))


def deviating(deviations):
    return {"cases": len(deviations), "deviating": sum(bool(case) for case in deviations)}


METHODS = {"tokens": tokens, "profile": profile}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--log", required=True)
    arguments.add_argument("--events", type=int, required=True)
    arguments.add_argument("--method", choices=METHODS, required=True)
    chosen = arguments.parse_args()

    times, learning = {}, {}
    with stopwatch(times, "read"):
        table = log(chosen.log, chosen.events, COLUMNS)
    with stopwatch(times, "format"):
        table["number"] = table["number"].astype(str)
        table["incident_state"] = table["incident_state"].astype(str)
        table = pm4py.format_dataframe(
            table, case_id="number", activity_key="incident_state", timestamp_key="sys_updated_at")
    with stopwatch(learning, "learn"), silence():
        # The long log is in order of time; pm4py has put it in order of cases.
        norm = table[table["case:concept:name"].str.endswith("-0")] if chosen.events > SOURCE_EVENTS else table
        check = METHODS[chosen.method](norm, table)
    with stopwatch(times, "check"), silence():
        result = check()
    show(f"pm4py {chosen.method}", len(table), sum(times.values()), ["pm4py", "pandas"],
         parts=times, not_counted=learning, check_events_per_second=round(len(table) / times["check"]), result=result)


if __name__ == "__main__":
    main()
