"""The configuration of the executor: read from JSON, and checked."""

import json
import os
import re
from dataclasses import dataclass, field

RESULTS = ("ok", "warning", "failed", "unknown", "timeout", "stopped")


class Problem(Exception):
    """Something in the configuration or the source that its author has to correct."""


@dataclass(frozen=True)
class Job:
    name: str
    path: str
    type: str
    arguments: tuple = ()
    interval: float | None = None
    cron: str | None = None
    timezone: str = "UTC"
    timeout: float = 60
    exclusive: str | None = None
    environment: tuple = ()
    cleanup: str | None = None
    # Roc, site, type and host of the service that it checks.
    service: tuple | None = None


@dataclass(frozen=True)
class Settings:
    zone: str
    threads: int
    refresh: float
    stop_within: float
    source: dict
    logs: dict
    jobs: tuple
    clouds: str | None = None
    secrets: tuple = ()
    telegraf: dict | None = None
    calls: tuple = ()
    digest: str = field(default="", compare=False)


def load(path):
    """The settings of a file; Problem names what is wrong."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        given = json.loads(text)
    except (OSError, ValueError) as error:
        raise Problem(f"{path}: {error}") from None
    try:
        jobs = tuple(job(name, one) for name, one in sorted(given["jobs"].items()))
        settings = Settings(
            zone=given["zone"],
            threads=given["threads"],
            refresh=given["refresh"],
            stop_within=given["stopWithin"],
            source=given["source"],
            logs=given["logs"],
            jobs=jobs,
            clouds=given.get("clouds"),
            secrets=tuple(given.get("secrets", ())),
            telegraf=given.get("telegraf"),
            calls=tuple(given.get("calls", ())),
            digest=given["digest"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise Problem(f"{path}: is not a configuration of the executor ({error!r})") from None
    if settings.threads < 1:
        raise Problem(f"{path}: threads: {settings.threads} is not a number of threads")
    return settings


def job(name, given):
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", name):
        raise Problem(f"job {name!r}: is not a name")
    if (given.get("interval") is None) == (given.get("cron") is None):
        raise Problem(f"job {name}: needs either an interval or a cron")
    path = given["path"]
    if os.path.isabs(path) or ".." in path.split("/"):
        raise Problem(f"job {name}: {path!r} is not a path in the source")
    one = Job(
        name=name,
        path=path,
        type=given["type"],
        arguments=tuple(given.get("arguments", ())),
        interval=given.get("interval"),
        cron=given.get("cron"),
        timezone=given.get("timezone", "UTC"),
        timeout=given["timeout"],
        exclusive=given.get("exclusive"),
        environment=tuple(sorted(given.get("environment", {}).items())),
        cleanup=given.get("cleanup"),
        service=tuple(given["service"][key] for key in ("roc", "site", "serviceType", "host")) if "service" in given else None,
    )
    if one.type not in ("ansible", "executable", "nagios"):
        raise Problem(f"job {name}: {one.type!r} is not a type of jobs")
    if one.timeout <= 0 or (one.interval is not None and one.interval <= 0):
        raise Problem(f"job {name}: interval and timeout have to be above 0")
    return one
