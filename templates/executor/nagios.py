"""What a plugin of the Nagios family says: its status, and performance data behind a bar."""

import math
import re

STATUS = {0: "ok", 1: "warning", 2: "failed", 3: "unknown"}

_DATUM = re.compile(r"(?:'((?:[^']|'')+)'|([^\s'=]+))=(-?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?|U)([A-Za-z%/]*)(?:;\S*)?")

# To the units that Prometheus counts in.
_SCALE = {
    "s": ("seconds", 1), "ms": ("seconds", 1e-3), "us": ("seconds", 1e-6),
    "B": ("bytes", 1), "KB": ("bytes", 1e3), "MB": ("bytes", 1e6), "GB": ("bytes", 1e9), "TB": ("bytes", 1e12),
    "%": ("percent", 1), "c": ("count", 1), "": ("", 1),
}


def result(code):
    """A plugin that ends in any other way has said nothing."""
    return STATUS.get(code, "unknown")


def performance(output):
    """Name, unit and value of each datum that is known."""
    data = []
    lines = output.splitlines()
    # Behind the bar of the first line, and behind that of a later one everything.
    texts = [line.partition("|")[2] for line in lines[:1]]
    later = "\n".join(lines[1:])
    texts.append(later.partition("|")[2])
    for text in texts:
        for quoted, plain, number, unit in _DATUM.findall(text):
            if number == "U":
                continue
            name = quoted.replace("''", "'") or plain
            to, factor = _SCALE.get(unit, (unit, 1))
            value = float(number.replace(",", ".")) * factor
            if math.isfinite(value):
                data.append((name, to, value))
    return data
