"""Runs scenarios at their times.

  executor.py CONFIGURATION             runs
  executor.py --check CONFIGURATION     only checks it
  executor.py --ready                   whether a running one is ready
  executor.py --reload CONFIGURATION    has the running one take the configuration in
"""

import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request

import processes
import settings as configuration
from settings import Problem

HOME = "/var/lib/executor"
PORT = 9108
RELOAD_SECONDS = 100


class Executor:
    def __init__(self, path):
        import metrics
        from report import Reporter
        from runs import Runs, forget_interrupted
        from schedule import Schedule
        from source import Source

        self._metrics = metrics
        self._path = path
        self._settings = configuration.load(path)
        self._wake = threading.Event()
        self._stop = False
        self._reload = False
        self._jobs = {}
        self._problem = "the source has not been read yet"
        self._taken = None
        self._attempts = 0
        self.logs_directory = os.path.join(HOME, "logs")
        os.makedirs(self.logs_directory, exist_ok=True)
        forget_interrupted(self.logs_directory)
        self._source = Source(HOME)
        self._runs = Runs(self.logs_directory)
        self._reporter = Reporter(lambda outcome, count: metrics.LINES.labels(outcome).inc(count))
        self._reporter.configure(self._settings)
        self._schedule = Schedule(self._settings.threads, self._run, self._miss)

    def serve(self):
        from web import Server

        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_reload)
        server = Server(PORT, self)
        threading.Thread(target=server.serve_forever, name="web", daemon=True).start()
        self._schedule.start()
        due = 0.0
        while not self._stop:
            if self._reload or time.monotonic() >= due:
                self._take_in()
                self._attempts += 1
                due = time.monotonic() + self._pause()
            processes.reap()
            self._wake.wait(min(5.0, max(0.0, due - time.monotonic())))
            self._wake.clear()
        self._wind_up()

    def _pause(self):
        """A source that has never been there is tried again soon."""
        return min(self._settings.refresh, 5.0) if not self._jobs and self._problem else self._settings.refresh

    def _take_in(self):
        """The configuration if it is new, and the source; what is wrong leaves what was."""
        self._reload = False
        try:
            wanted = configuration.load(self._path)
            changed, unreachable = self._refresh(wanted.source)
            jobs = expand(wanted.jobs, self._source)
            new, gone = self._schedule.apply(jobs, wanted.zone)
        except Problem as problem:
            self._fail(str(problem))
            return
        except OSError as error:
            self._fail(f"{error.filename}: {error.strerror}")
            return
        self._settings = wanted
        self._jobs = {job.name: job for job in jobs}
        self._schedule.pool.resize(wanted.threads)
        self._reporter.configure(wanted)
        self._note_jobs(new, gone)
        if changed or new or gone:
            say(f"{len(jobs)} jobs at {self._source.version}; changed: {', '.join(new) or 'none'}; gone: {', '.join(gone) or 'none'}")
        self._taken = wanted.digest
        self._tidy()
        if unreachable is not None:
            self._fail(unreachable)
            return
        self._metrics.SOURCE_OK.set(1)
        self._metrics.SOURCE_TIME.set(time.time())
        self._problem = None

    def _refresh(self, source):
        """Whether there is another version; why there is no newer one, at a start without the server."""
        try:
            return self._source.refresh(source), None
        except Problem as problem:
            if self._jobs or not self._source.last(source):
                raise
            return True, str(problem)

    def _fail(self, problem):
        if problem != self._problem:
            say(f"problem: {problem}")
        self._problem = problem
        self._metrics.SOURCE_OK.set(0)

    def _note_jobs(self, new, gone):
        from schedule import period, trigger_of

        for name in gone:
            self._metrics.remove_job(name)
        for name in new:
            job = self._jobs[name]
            self._metrics.add_job(job, period(trigger_of(job, self._settings.zone)), time.time())
        self._metrics.JOBS.set(len(self._jobs))

    def _tidy(self):
        from runs import tidy

        logs = self._settings.logs
        try:
            tidy(self.logs_directory, logs["keep"], logs["age"], self._jobs)
        except OSError as error:
            say(f"problem: {error.filename}: {error.strerror}")

    def _run(self, name, due):
        job, settings = self._jobs.get(name), self._settings
        if job is None or self._stop:
            return
        self._metrics.LAST_START.labels(name).set(time.time())
        directory = self._source.use()
        try:
            outcome = self._runs.run(job, due, directory, settings)
        except OSError as error:
            say(f"problem: job {name}: {error.filename}: {error.strerror}")
            return
        finally:
            self._source.leave(directory)
        self._metrics.STARTS.observe(outcome.late)
        if name in self._jobs:
            self._metrics.note(outcome)
        self._reporter.send(outcome, settings.zone)
        say(f"job {name}: {outcome.result} after {outcome.seconds:.3f} s")
        self._tidy()

    def _miss(self, name, reason, count):
        self._metrics.MISSED.labels(name, reason).inc(count)

    def _wind_up(self):
        say(f"stops; waits at most {self._settings.stop_within:g} s for what runs")
        self._schedule.stop()
        if not self._schedule.pool.drain(self._settings.stop_within):
            say("ends what still runs")
            self._runs.stop()
            self._schedule.pool.drain(90)
        say("stopped")

    def _on_stop(self, *_):
        self._stop = True
        self._wake.set()

    def _on_reload(self, *_):
        self._reload = True
        self._wake.set()

    # For web.py.

    def problem(self):
        return self._problem

    def state(self):
        return {"attempts": self._attempts, "digest": self._taken, "problem": self._problem}

    def measure(self):
        pool = self._schedule.pool
        self._metrics.RUNNING.set(pool.running)
        self._metrics.WAITING.set(pool.waiting)
        self._metrics.THREADS.set(pool.threads)

    def overview(self):
        rows = []
        for name in sorted(self._jobs):
            following = self._schedule.next_run(name)
            rows.append((name, f"next run {following:%Y-%m-%d %H:%M:%S} UTC" if following else ""))
        return rows


def expand(jobs, source):
    """A job whose path is a pattern stands for one of each file, named after it."""
    from dataclasses import replace

    found = {}
    for job in jobs:
        paths = source.files(job.path)
        if not paths:
            raise Problem(f"job {job.name}: {job.path} is not in the source ({source.version})")
        if job.cleanup and not source.files(job.cleanup):
            raise Problem(f"job {job.name}: cleanup {job.cleanup} is not in the source ({source.version})")
        for path in paths:
            name = job.name if paths == [job.path] else f"{job.name}.{os.path.splitext(os.path.basename(path))[0]}"
            if name in found:
                raise Problem(f"job {job.name}: {path} would be another job {name}")
            found[name] = configuration.job(name, {**vars_of(job), "path": path}) if name != job.name else replace(job, path=path)
    return list(found.values())


def vars_of(job):
    return {
        "type": job.type, "arguments": job.arguments, "interval": job.interval, "cron": job.cron, "timezone": job.timezone,
        "timeout": job.timeout, "exclusive": job.exclusive, "environment": dict(job.environment), "cleanup": job.cleanup,
    }


def say(text):
    print(f"executor: {text}", flush=True)


def ask(path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/executor/-/{path}", timeout=5) as answer:
            return answer.status, answer.read().decode().strip()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode().strip()
    except OSError as error:
        return 0, str(error)


def state():
    status, said = ask("state")
    if status != 200:
        raise Problem(f"it does not answer: {said}")
    return json.loads(said)


def check(path):
    from schedule import trigger_of

    settings = configuration.load(path)
    for job in settings.jobs:
        trigger_of(job, settings.zone)


def reload(path):
    wanted = configuration.load(path)
    before = state()
    os.kill(1, signal.SIGHUP)
    until = time.monotonic() + RELOAD_SECONDS
    while time.monotonic() < until:
        time.sleep(0.1)
        now = state()
        if now["attempts"] > before["attempts"]:
            if now["problem"] is not None:
                raise Problem(now["problem"])
            if now["digest"] == wanted.digest:
                return
    raise Problem(f"the configuration was not taken in within {RELOAD_SECONDS} s")


def main(words):
    try:
        match words:
            case ["--check", path]:
                check(path)
            case ["--ready"]:
                status, said = ask("ready")
                if status != 200:
                    raise Problem(said)
            case ["--reload", path]:
                reload(path)
            case [path]:
                Executor(path).serve()
            case _:
                raise Problem(__doc__)
    except Problem as problem:
        print(f"executor: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
