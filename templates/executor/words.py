"""The words that tell why a run was not ok, from what it printed: short enough for a table."""

import json
import re

LONGEST = 400

_TASK = re.compile(r"^(?:fatal|failed): \[[^\]]*\].*?=> (\{.*\})$")
_ERROR = re.compile(r"^(?:\[ERROR\]: |ERROR! )(.*)$")


def words(job, output, mask):
    """One line: the first of a plugin, what Ansible says of the last task that failed, the last line of any other program. What Ansible has
    in quotes is read, so secrets are hidden in it once more."""
    return _short(mask(_said(job, output)))


def _said(job, output):
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if not lines:
        return ""
    if job.type == "nagios":
        return lines[0].partition("|")[0]
    if job.type == "ansible":
        for line in reversed(lines):
            if told := _task(line) or _error(line):
                return told
    return lines[-1]


def _task(line):
    """The message of a module, and the last line of the program that it ran."""
    found = _TASK.match(line)
    if not found:
        return ""
    try:
        result = json.loads(found[1])
    except ValueError:
        return found[1]
    printed = str(result.get("stderr") or result.get("module_stderr") or "").strip().splitlines()
    parts = [str(result.get("msg") or "").strip(), *printed[-1:]]
    return ": ".join(" ".join(part.split()) for part in parts if part)


def _error(line):
    found = _ERROR.match(line)
    return found[1] if found else ""


def _short(text):
    text = text.strip()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
