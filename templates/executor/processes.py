"""Processes of runs: started in sessions of their own, and ended with all that they have started."""

import os
import signal
import subprocess
import threading
import time

# Every process of a run inherits this variable, whatever sessions and parents it has.
MARK = "EXECUTOR_RUN"

_lock = threading.Lock()
_ours = set()


def start(argv, environment, **options):
    """A process that no reaper takes away."""
    with _lock:
        process = subprocess.Popen(argv, env=environment, stdin=subprocess.DEVNULL, start_new_session=True, **options)
        _ours.add(process.pid)
    return process


def forget(process):
    with _lock:
        _ours.discard(process.pid)


def output_of(argv, environment, timeout, **options):
    """Exit code and output of a short command, which is ended with all of its children after the time."""
    process = start(argv, environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    try:
        out, _ = process.communicate(timeout=timeout)
        return process.returncode, out.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        _signal_group(process.pid, signal.SIGKILL)
        process.communicate()
        return None, f"it took longer than {timeout:g} s"
    finally:
        forget(process)


def reap():
    """As process 1 we inherit orphans; takes away those that have ended."""
    with _lock:
        for pid, parent, state, _ in _processes():
            if parent == os.getpid() and state == "Z" and pid not in _ours:
                try:
                    os.waitpid(pid, os.WNOHANG)
                except ChildProcessError:
                    pass


def end(run, session, grace=10.0):
    """Ends all processes of a run: asked first, killed after the grace. Returns how many there were."""
    living = members(run, session)
    if not living:
        return 0
    count = len(living)
    _signal_all(living, signal.SIGTERM)
    until = time.monotonic() + grace
    while living and time.monotonic() < until:
        time.sleep(0.05)
        living = members(run, session)
    until = time.monotonic() + 10
    while living and time.monotonic() < until:
        _signal_all(living, signal.SIGKILL)
        time.sleep(0.02)
        living = members(run, session)
    reap()
    return count


def members(run, session):
    """What lives of a run: its session, what descends from it, and what carries its mark."""
    table = [(pid, parent, sid) for pid, parent, state, sid in _processes() if state not in "ZX"]
    found = {pid for pid, _, sid in table if sid == session or _has_mark(pid, run)}
    grown = True
    while grown:
        more = {pid for pid, parent, _ in table if parent in found} - found
        found |= more
        grown = bool(more)
    return found - {os.getpid()}


def _processes():
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                state, parent, _, session = file.read().rpartition(")")[2].split()[:4]
        except (OSError, ValueError):
            continue
        yield int(name), int(parent), state, int(session)


def _has_mark(pid, run):
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return f"{MARK}={run}".encode() in file.read().split(b"\0")
    except OSError:
        return False


def _signal_all(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            pass


def _signal_group(group, number):
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        pass
