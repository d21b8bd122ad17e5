"""When jobs run: APScheduler's triggers and scheduler, and a pool of threads that knows groups of which one job runs at a time."""

import re
import threading
import zlib
from collections import deque
from datetime import datetime, timezone

from apscheduler.events import EVENT_JOB_MAX_INSTANCES
from apscheduler.executors.base import BaseExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from settings import Problem

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


def trigger_of(job, zone):
    if job.cron is not None:
        return cron_trigger(job)
    # Jobs of one interval are spread over it, each at the same moment in each round, whenever the executor was started.
    share = zlib.crc32(f"{zone}/{job.name}".encode()) / 2**32
    start = datetime.fromtimestamp(share * job.interval, timezone.utc)
    return IntervalTrigger(seconds=job.interval, start_date=start, timezone=timezone.utc)


def cron_trigger(job):
    try:
        minute, hour, day, month, weekday = job.cron.split()
        return CronTrigger(minute=minute, hour=hour, day=day, month=month, day_of_week=weekdays(weekday), timezone=job.timezone)
    except (ValueError, KeyError, LookupError) as error:
        raise Problem(f"job {job.name}: cron {job.cron!r}: {error}") from None


def weekdays(field):
    """Days of the week as cron counts them, from Sunday, 0 or 7; APScheduler counts from Monday."""
    if field == "*" or re.search("[a-z]", field):
        return field
    days = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = ("0", "-", "6") if span == "*" else span.partition("-")
        last = last or ("6" if step else first)
        if not 0 <= int(first) <= int(last) <= 7:
            raise ValueError(f"{part} is no day of the week")
        days.update(_DAYS[number] for number in range(int(first), int(last) + 1, int(step or 1)))
    return ",".join(sorted(days, key=_DAYS.index))


def period(trigger):
    """Seconds between the next two runs."""
    now = datetime.now(timezone.utc)
    first = trigger.get_next_fire_time(None, now)
    second = trigger.get_next_fire_time(first, first) if first else None
    return (second - first).total_seconds() if second else 0.0


class Pool(BaseExecutor):
    """Runs what is due in the order in which it fell due, on so many threads, and never two jobs of a group at once."""

    def __init__(self, threads, group_of, action, missed):
        super().__init__()
        self.threads = threads
        self._group_of = group_of
        self._action = action
        self._missed = missed
        self._waiting = deque()
        self._busy = {}
        self._changed = None

    def start(self, scheduler, alias):
        super().start(scheduler, alias)
        self._changed = threading.Condition(self._lock)

    @property
    def running(self):
        return len(self._busy)

    @property
    def waiting(self):
        return len(self._waiting)

    def _do_submit_job(self, job, run_times):
        if len(run_times) > 1:
            self._missed(job.id, "late", len(run_times) - 1)
        self._waiting.append((job, run_times[-1]))
        self._dispatch()

    def resize(self, threads):
        with self._lock:
            self.threads = threads
            self._dispatch()

    def _dispatch(self):
        for one in tuple(self._waiting):
            if len(self._busy) >= self.threads:
                return
            job, due = one
            group = self._group_of(job.id)
            if group is not None and group in self._busy.values():
                continue
            self._waiting.remove(one)
            self._busy[job.id] = group
            threading.Thread(target=self._work, args=(job, due), name=job.id, daemon=True).start()

    def _work(self, job, due):
        try:
            self._action(job.id, due)
        finally:
            with self._lock:
                del self._busy[job.id]
                self._run_job_success(job.id, [])
                self._dispatch()
                self._changed.notify_all()

    def drain(self, seconds):
        """Begins nothing more, and waits for what runs. Whether all is over."""
        with self._lock:
            self._waiting.clear()
            return self._changed.wait_for(lambda: not self._busy, seconds)


class Schedule:
    """The jobs in force. A changed one is due by its new trigger; what runs goes on."""

    def __init__(self, threads, action, missed):
        self._groups = {}
        self.pool = Pool(threads, self._groups.get, action, missed)
        self._scheduler = BackgroundScheduler(timezone=timezone.utc, executors={"default": self.pool})
        self._scheduler.add_listener(
            lambda event: missed(event.job_id, "running", len(event.scheduled_run_times)), EVENT_JOB_MAX_INSTANCES
        )
        self._jobs = {}

    def start(self):
        self._scheduler.start()

    def apply(self, jobs, zone):
        """Names of those that are new or changed, and of those that are gone."""
        wanted = {job.name: (job, zone) for job in jobs}
        gone = [name for name in self._jobs if name not in wanted]
        changed = [name for name in wanted if self._jobs.get(name) != wanted[name]]
        for name in gone:
            self._scheduler.remove_job(name)
            self._groups.pop(name, None)
        for name in changed:
            job = wanted[name][0]
            self._groups[name] = job.exclusive
            self._scheduler.add_job(
                lambda: None, trigger_of(job, zone), id=name, name=name, max_instances=1, coalesce=False,
                misfire_grace_time=None, replace_existing=True,
            )
        self._jobs = wanted
        return changed, gone

    def next_run(self, name):
        job = self._scheduler.get_job(name)
        return job.next_run_time if job else None

    def stop(self):
        self._scheduler.shutdown(wait=False)
