"""Sends a line for each run to telegraf, and tells the SDK of OpenStack how to report its calls there."""

import json
import os
import queue
import threading
import urllib.error
import urllib.request

from settings import RESULTS

MEASUREMENT = "executor_run"
CALLS = "openstack_api"
ROOM = 10000
BATCH = 500


def escaped(text):
    return str(text).replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=").replace(" ", "\\ ")


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def line(outcome, zone):
    """In line protocol; the time is that of the start."""
    tags = f"job_name={escaped(outcome.job)},result={outcome.result},zone={escaped(zone)}"
    failed = outcome.result in ("failed", "timeout")
    fields = f"duration={outcome.seconds:.6f},late={outcome.late:.6f}"
    fields += f",result_code={RESULTS.index(outcome.result)}i,failed={int(failed)}i"
    if outcome.code is not None:
        fields += f",status={outcome.code}i"
    if outcome.text:
        fields += f",text={quoted(outcome.text)}"
    return f"{MEASUREMENT},{tags} {fields} {int(outcome.started * 1e9)}"


def sdk(settings, job, home):
    """What the SDK of a run finds in its environment. Its lines have a name that telegraf takes apart again: zone, job, service."""
    telegraf = settings.telegraf
    if not telegraf:
        return {}
    found = {}
    if "statsd" in settings.calls:
        found.update(STATSD_HOST=telegraf["host"], STATSD_PORT=str(telegraf["statsd"]))
    if "lines" in settings.calls:
        influxdb = {
            "host": telegraf["host"], "port": telegraf["lines"], "use_udp": False, "database": CALLS,
            "measurement": f"{CALLS}/{settings.zone}/{job}",
            # A scenario must not wait for telegraf.
            "timeout": 5,
        }
        # The SDK merges what stands there into clouds.yaml.
        path = os.path.join(home, "metrics.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"clouds": {}, "metrics": {"influxdb": influxdb}}, file)
        found["OS_CLIENT_SECURE_FILE"] = path
    return found


class Reporter:
    """Does not hold up runs: what finds no room, or nobody who takes it, is counted and dropped."""

    def __init__(self, count):
        self._count = count
        self._queue = queue.Queue(ROOM)
        self._url = None
        threading.Thread(target=self._work, name="report", daemon=True).start()

    def configure(self, settings):
        telegraf = settings.telegraf
        self._url = f"http://{in_url(telegraf['host'])}:{telegraf['lines']}/write?db={CALLS}" if telegraf else None

    def send(self, outcome, zone):
        if not self._url:
            return
        try:
            self._queue.put_nowait(line(outcome, zone))
        except queue.Full:
            self._count("dropped", 1)

    def _work(self):
        while True:
            lines = [self._queue.get()]
            while len(lines) < BATCH and not self._queue.empty():
                lines.append(self._queue.get())
            self._deliver(lines)

    def _deliver(self, lines):
        pause = 1
        while self._url:
            request = urllib.request.Request(self._url, "\n".join(lines).encode(), method="POST")
            try:
                with urllib.request.urlopen(request, timeout=10):
                    self._count("sent", len(lines))
                    return
            except urllib.error.HTTPError as error:
                # It will never take a line that it refuses.
                if 400 <= error.code < 500:
                    break
            except OSError:
                pass
            threading.Event().wait(pause)
            pause = min(30, pause * 2)
        self._count("dropped", len(lines))


def in_url(host):
    return f"[{host}]" if ":" in host else host
