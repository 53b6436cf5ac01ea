#!/usr/bin/env python3
"""The three clocks of the ServiceNow example, as a user with pandas would compute them.

    clocks.py --log LOG.csv.gz --events N --method businesstimedelta|numpy

For each incident: the acknowledgement (1 business hour) and the resolution (24 elapsed hours, 24 business hours): due
times, business seconds used, and verdicts by due time. No obligations over time, no pauses, no reopenings, no
versions: only the first answer and the final `resolved_at` of the source.

`businesstimedelta` is called once for each due time and each interval, zone-aware. `numpy` works on whole columns of
wall-clock times with `busday_offset` and `busday_count`: what an expert would write by hand for this one calendar
(Monday to Friday, one window, no clock change inside it). It is the strongest opponent, and the least general.
"""
import argparse
import datetime
import zoneinfo

import numpy

from measured import CLOSES, OPENS, ZONE, cases, log, public_holidays, show, stopwatch, verdicts

COLUMNS = ["number", "incident_state", "opened_at", "sys_updated_at", "resolved_at"]
HOUR, DAY = 3600, 86400


class ByCall:
    """Working time by `businesstimedelta`, one call for each value."""

    def __init__(self, days):
        import businesstimedelta
        import pytz

        zone = pytz.timezone(ZONE)
        self.package = businesstimedelta
        self.zone = zoneinfo.ZoneInfo(ZONE)
        self.rules = businesstimedelta.Rules([
            businesstimedelta.WorkDayRule(
                start_time=datetime.time(OPENS), end_time=datetime.time(CLOSES),
                working_days=[0, 1, 2, 3, 4], tz=zone),
            businesstimedelta.HolidayRule(set(days), tz=zone),
        ])

    def aware(self, times):
        return [time.item().replace(tzinfo=self.zone) for time in times]

    def add(self, times, seconds):
        delta = self.package.BusinessTimeDelta(self.rules, seconds=seconds)
        due = [(time + delta).astimezone(self.zone).replace(tzinfo=None) for time in self.aware(times)]
        return numpy.array(due, dtype="datetime64[s]")

    def between(self, starts, ends):
        used = []
        for start, end in zip(self.aware(starts), self.aware(ends)):
            delta = self.rules.difference(start, end) if end > start else None
            used.append(delta.hours * HOUR + delta.seconds if delta else 0)
        return numpy.array(used, dtype="int64")


class ByColumn:
    """Working time by numpy's business days, whole columns at once."""

    def __init__(self, days):
        self.calendar = numpy.busdaycalendar(holidays=days)
        self.length = (CLOSES - OPENS) * HOUR

    def position(self, times):
        """The first working day not before the time, and the seconds worked on it until then."""
        day = times.astype("datetime64[D]")
        second = (times - day).astype("int64") - OPENS * HOUR
        working = numpy.is_busday(day, busdaycal=self.calendar)
        over = working & (second > self.length)
        first = numpy.busday_offset(day + over, 0, roll="forward", busdaycal=self.calendar)
        return first, numpy.where(working & ~over, numpy.clip(second, 0, self.length), 0)

    def add(self, times, seconds):
        day, worked = self.position(times)
        # A due time that falls on closing stays there.
        days, rest = numpy.divmod(worked + seconds - 1, self.length)
        day = numpy.busday_offset(day, days, busdaycal=self.calendar)
        return day.astype("datetime64[s]") + (OPENS * HOUR + rest + 1)

    def between(self, starts, ends):
        first, before = self.position(starts)
        last, after = self.position(ends)
        days = numpy.busday_count(first, last, busdaycal=self.calendar)
        return numpy.maximum(days * self.length + after - before, 0)


METHODS = {"businesstimedelta": (ByCall, ["pandas", "numpy", "businesstimedelta"]),
           "numpy": (ByColumn, ["pandas", "numpy"])}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--log", required=True)
    arguments.add_argument("--events", type=int, required=True)
    arguments.add_argument("--method", choices=METHODS, required=True)
    chosen = arguments.parse_args()
    method, packages = METHODS[chosen.method]

    times = {}
    with stopwatch(times, "read"):
        table = log(chosen.log, chosen.events, COLUMNS)
    with stopwatch(times, "group"):
        incidents = cases(table)
    with stopwatch(times, "clocks"):
        years = incidents["opened"].dt.year
        working = method(public_holidays(years.min(), years.max() + 1))
        opened, response, resolved = (incidents[name].to_numpy(dtype="datetime64[s]") for name in incidents)
        acknowledge = working.add(opened, HOUR)
        business = working.add(opened, 24 * HOUR)
        answered, done = ~numpy.isnat(response), ~numpy.isnat(resolved)
        used = [working.between(opened[answered], response[answered]), working.between(opened[done], resolved[done])]
    result = {
        "acknowledge": verdicts(acknowledge, incidents["response"]),
        "resolve_elapsed": verdicts(opened + numpy.timedelta64(DAY, "s"), incidents["resolved"]),
        "resolve_business": verdicts(business, incidents["resolved"]),
        "used_business_s": [int(seconds.sum()) for seconds in used],
    }
    calls = 2 * len(incidents) + int(answered.sum()) + int(done.sum())
    show(f"three clocks by {chosen.method}", len(table), sum(times.values()), packages,
         cases=len(incidents), parts=times, working_time_values=calls,
         ns_per_value=round(times["clocks"] * 1e9 / calls), result=result)


if __name__ == "__main__":
    main()
