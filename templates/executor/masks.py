"""Takes secrets out of what scenarios print."""

import os

_WORDS = ("password", "secret", "token", "key", "passcode")


def words_of(paths):
    """The secret words in files: a value of one line, the values of what looks like a secret in YAML, the lines of a key."""
    found = set()
    for path in paths:
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read()
        except OSError:
            continue
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) == 1 and ":" not in lines[0]:
            found.add(lines[0])
        elif lines and lines[0].startswith("-----BEGIN"):
            found.update(lines[1:-1])
        else:
            for line in lines:
                name, colon, value = line.partition(":")
                value = value.strip()
                if value[:1] in "\"'" and value[1:].find(value[:1]) > 0:
                    value = value[1 : 1 + value[1:].find(value[:1])]
                if colon and any(word in name.lower() for word in _WORDS):
                    found.add(value)
    # Short ones would tear ordinary words apart.
    return sorted((word for word in found if len(word) >= 6), key=len, reverse=True)


class Mask:
    """For one run."""

    def __init__(self, paths):
        self._words = words_of([path for path in paths if path and os.path.exists(path)])

    def __call__(self, text):
        for word in self._words:
            text = text.replace(word, "***")
        return text
