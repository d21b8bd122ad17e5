"""What Prometheus learns of the executor."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from settings import RESULTS

disable_created_metrics()
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

_PREFIX = "podwatch_executor"
JOB = ("job_name",)


def _gauge(name, text, labels=()):
    return Gauge(f"{_PREFIX}_{name}", text, labels, registry=REGISTRY)


# 0 ok, 1 warning, 2 failed, 3 unknown, 4 timeout, 5 stopped
RESULT = _gauge("result", "Result of the last run: 0 ok, 1 warning, 2 failed, 3 unknown, 4 timeout, 5 stopped.", JOB)
DURATION = _gauge("duration_seconds", "Duration of the last run.", JOB)
LAST_START = _gauge("last_start_timestamp_seconds", "When the last run began, or since when the job waits for its first one.", JOB)
LAST_OK = _gauge("last_ok_timestamp_seconds", "When the last run that was ok began.", JOB)
FAILURES = _gauge("failures_in_a_row", "How many of the last runs failed one after another.", JOB)
PERIOD = _gauge("period_seconds", "Time between two runs.", JOB)
TIMEOUT = _gauge("timeout_seconds", "Most time of a run.", JOB)
LATE = _gauge("late_seconds", "How late the last run began.", JOB)
PERFORMANCE = _gauge("performance", "Performance data of a Nagios plugin.", ("job_name", "datum", "unit"))
CHECK = _gauge(
    "check", "What the last run says of the service: 0 down, 1 up, 3 unknown.", ("job_name", "roc", "site", "service_type", "hostname")
)
RUNS = Counter(f"{_PREFIX}_runs", "Runs by result.", ("job_name", "result"), registry=REGISTRY)
MISSED = Counter(f"{_PREFIX}_missed", "Runs left out: the one before was not over, or the scheduler was late.", ("job_name", "reason"), registry=REGISTRY)
LEFT = Counter(f"{_PREFIX}_left_processes", "Processes that runs left, and that were ended.", JOB, registry=REGISTRY)
STARTS = Histogram(
    f"{_PREFIX}_start_delay_seconds", "How late runs began.", registry=REGISTRY,
    buckets=(0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600),
)
RUNNING = _gauge("running", "Runs at work.")
WAITING = _gauge("waiting", "Runs that are due and wait for a thread or their group.")
THREADS = _gauge("threads", "Most runs at a time.")
JOBS = _gauge("jobs", "Jobs in force.")
SOURCE_OK = _gauge("source_ok", "Whether the last refresh of the source succeeded.")
SOURCE_TIME = _gauge("source_timestamp_seconds", "When the source was refreshed last.")
LINES = Counter(f"{_PREFIX}_lines", "Lines of runs for telegraf.", ("outcome",), registry=REGISTRY)


# As Nagios and ARGO have it: a warning is up, and what takes too long is down. A run that was ended by a stop says nothing.
_STATES = {"ok": 1, "warning": 1, "failed": 0, "timeout": 0, "unknown": 3}
_services = {}


def add_job(job, period, now):
    name = job.name
    if job.service != _services.get(name):
        CHECK.remove_by_labels({"job_name": name})
        _services[name] = job.service
        if job.service:
            CHECK.labels(name, *job.service).set(_STATES["unknown"])
    PERIOD.labels(name).set(period)
    TIMEOUT.labels(name).set(job.timeout)
    LAST_START.labels(name).set(now)
    for result in RESULTS:
        RUNS.labels(name, result)
    for reason in ("running", "late"):
        MISSED.labels(name, reason)


def remove_job(name):
    for metric in (RESULT, FAILURES, DURATION, LAST_START, LAST_OK, PERIOD, TIMEOUT, LATE, LEFT, RUNS, MISSED, PERFORMANCE, CHECK):
        metric.remove_by_labels({"job_name": name})
    _services.pop(name, None)


def note(outcome):
    name = outcome.job
    RESULT.labels(name).set(RESULTS.index(outcome.result))
    DURATION.labels(name).set(outcome.seconds)
    LATE.labels(name).set(outcome.late)
    if outcome.result in ("failed", "timeout"):
        FAILURES.labels(name).inc()
    elif outcome.result != "stopped":
        FAILURES.labels(name).set(0)
    if outcome.result == "ok":
        LAST_OK.labels(name).set(outcome.started)
    RUNS.labels(name, outcome.result).inc()
    if _services.get(name) and outcome.result in _STATES:
        CHECK.labels(name, *_services[name]).set(_STATES[outcome.result])
    LEFT.labels(name).inc(outcome.left)
    PERFORMANCE.remove_by_labels({"job_name": name})
    for datum, unit, value in outcome.performance:
        PERFORMANCE.labels(name, datum, unit).set(value)
