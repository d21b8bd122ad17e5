"""One run of a job: its process, its log, its result."""

import os
import shutil
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone

import nagios
import processes
import report
from masks import Mask
from words import words

LINE_BYTES = 65536
CLEANUP_SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    job: str
    result: str
    code: int | None
    seconds: float
    late: float
    started: float
    performance: tuple = ()
    left: int = 0
    text: str = ""


class Runs:
    """What runs at the moment, so that it can be stopped."""

    def __init__(self, logs_directory):
        self._logs = logs_directory
        self._stopping = threading.Event()

    def stop(self):
        """Ends all that runs."""
        self._stopping.set()

    def run(self, job, due, directory, settings):
        started = datetime.now(timezone.utc)
        run = uuid.uuid4().hex
        home = tempfile.mkdtemp(prefix="run-")
        folder = os.path.join(self._logs, job.name)
        os.makedirs(folder, exist_ok=True)
        name = started.strftime("%Y%m%dT%H%M%S.%f")[:-3] + "Z"
        path = os.path.join(folder, f"{name}.running.log")
        environment = self._environment(job, settings, run, home)
        mask = Mask((settings.clouds, *settings.secrets))
        with Log(path, settings.logs["size"], mask) as log:
            clock = time.monotonic()
            code, result, left = self._process(command(job, job.path, directory), environment, directory, job.timeout, run, log, True)
            seconds = time.monotonic() - clock
            if result is None:
                result = nagios.result(code) if job.type == "nagios" else "ok" if code == 0 else "failed"
            log.note(f"{result}, exit status {'none' if code is None else code}, {seconds:.3f} s")
            if left:
                log.note(f"{left} processes of the run were ended")
            if job.cleanup and result in ("timeout", "stopped"):
                log.note(f"cleanup: {job.cleanup}")
                argv = command(job, job.cleanup, directory, plain=True)
                ended, late, _ = self._process(argv, environment, directory, CLEANUP_SECONDS, run, log, False)
                log.note(f"cleanup: {late or 'exit status'} {'' if ended is None else ended}")
        os.rename(path, os.path.join(folder, f"{name}.{result}.log"))
        shutil.rmtree(home, ignore_errors=True)
        return Outcome(
            job=job.name,
            result=result,
            code=code,
            seconds=seconds,
            late=max(0.0, (started - due).total_seconds()),
            started=started.timestamp(),
            performance=tuple(nagios.performance(log.beginning)) if job.type == "nagios" else (),
            left=left,
            text="" if result == "ok" else words(job, log.beginning if job.type == "nagios" else log.ending, mask),
        )

    def _process(self, argv, environment, directory, timeout, run, log, stoppable):
        """Exit code, `timeout` or `stopped` if it was ended, and how many processes it left."""
        try:
            process = processes.start(argv, environment, cwd=directory, stdout=-1, stderr=-2)
        except OSError as error:
            log.refuse(f"{argv[0]}: {error.strerror}")
            return None, "failed", 0
        reader = threading.Thread(target=log.read, args=(process.stdout,), daemon=True)
        reader.start()
        until = time.monotonic() + timeout
        ended = None
        while process.poll() is None and ended is None:
            if time.monotonic() >= until:
                ended = "timeout"
            elif stoppable and self._stopping.is_set():
                ended = "stopped"
            else:
                time.sleep(0.02)
        if ended is not None:
            log.heard = True
        code = process.returncode if ended is None else None
        left = processes.end(run, process.pid)
        process.wait()
        processes.forget(process)
        reader.join(5)
        return code, ended, left if ended is None else 0

    def _environment(self, job, settings, run, home):
        environment = {
            **os.environ,
            "HOME": home,
            "TMPDIR": home,
            "LC_ALL": "C.UTF-8",
            "USER": "executor",
            "ANSIBLE_HOME": os.path.join(home, ".ansible"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
            "EXECUTOR_JOB": job.name,
            "EXECUTOR_ZONE": settings.zone,
            processes.MARK: run,
        }
        if settings.clouds:
            environment["OS_CLIENT_CONFIG_FILE"] = settings.clouds
        environment.update(report.sdk(settings, job.name, home))
        environment.update(dict(job.environment))
        return environment


def command(job, path, directory, plain=False):
    arguments = () if plain else job.arguments
    if job.type == "ansible" and path.endswith((".yml", ".yaml")):
        return ("ansible-playbook", path, *arguments)
    return (os.path.join(directory, path), *arguments)


class Log:
    """The log of a run: what it prints without secrets, as long as there is room."""

    def __init__(self, path, size, mask):
        self._file = open(path, "w", encoding="utf-8")
        self._left = size
        self._mask = mask
        self._lock = threading.Lock()
        self.beginning = ""
        self.ending = ""
        # What comes once a run is being ended tells nothing about it.
        self.heard = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def read(self, stream):
        while line := stream.readline(LINE_BYTES):
            self._write(line.decode("utf-8", "replace"))
        stream.close()

    def _write(self, text):
        text = self._mask(text)
        with self._lock:
            if self._file.closed:
                return
            if not self.heard:
                self.beginning += text if len(self.beginning) < LINE_BYTES else ""
                self.ending = (self.ending + text)[-LINE_BYTES:]
            if self._left <= 0:
                return
            self._left -= len(text.encode())
            if self._left <= 0:
                text = "executor: the log is full; the rest is not kept\n"
            self._file.write(text)
            self._file.flush()

    def refuse(self, text):
        self.ending = text
        self.note(text)

    def note(self, text):
        with self._lock:
            self._file.write(f"executor: {text}\n")
            self._file.flush()


def tidy(directory, keep, age, jobs):
    """Keeps so many logs of a job, none older than the age, and those of jobs that are gone only until then."""
    oldest = time.time() - age
    for job in os.listdir(directory) if os.path.isdir(directory) else ():
        folder = os.path.join(directory, job)
        names = sorted((name for name in os.listdir(folder) if not name.endswith(".running.log")), reverse=True)
        for index, name in enumerate(names):
            path = os.path.join(folder, name)
            if index >= keep or os.stat(path).st_mtime < oldest:
                os.remove(path)
        if job not in jobs and not os.listdir(folder):
            os.rmdir(folder)


def forget_interrupted(directory):
    """Logs of runs that a crash has cut off."""
    for folder, _, names in os.walk(directory):
        for name in names:
            if name.endswith(".running.log"):
                os.rename(os.path.join(folder, name), os.path.join(folder, name.replace(".running.", ".stopped.")))
