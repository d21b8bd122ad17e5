"""Where scenarios come from: a git repository at a ref, or a directory of the configuration. A version of either is a directory of
its own that stays as long as a run uses it."""

import fnmatch
import hashlib
import os
import shutil
import tempfile
import threading

import processes
from settings import Problem

FETCH_SECONDS = 120

_ASKPASS = """#!/bin/sh
case $1 in Username*) echo git ;; *) exec cat "$EXECUTOR_GIT_TOKEN" ;; esac
"""


class Source:
    def __init__(self, home):
        self._home = home
        self._lock = threading.Lock()
        self._users = {}
        self._private = tempfile.mkdtemp(prefix="source-")
        self.version = None
        self.problem = None

    def refresh(self, given):
        """Takes the newest version; Problem says why there is none. Whether it is another one than before."""
        version = self._fetch(given) if given["type"] == "git" else self._copied(given)
        with self._lock:
            changed, self.version = version != self.version, version
        self._tidy()
        return changed

    def use(self):
        """The directory of the version in force, which stays until it is left."""
        with self._lock:
            self._users[self.version] = self._users.get(self.version, 0) + 1
            return self._directory(self.version)

    def leave(self, directory):
        version = os.path.basename(directory)
        with self._lock:
            self._users[version] -= 1
            if not self._users[version]:
                del self._users[version]
        self._tidy()

    def files(self, pattern):
        """Paths of the version in force that match."""
        root = self._directory(self.version)
        if not any(sign in pattern for sign in "*?["):
            return [pattern] if os.path.isfile(os.path.join(root, pattern)) else []
        found = []
        for directory, folders, names in os.walk(root):
            folders[:] = [folder for folder in folders if folder != ".git"]
            for name in names:
                path = os.path.relpath(os.path.join(directory, name), root)
                # A star ends at a slash, as in a shell.
                if path.count("/") == pattern.count("/") and fnmatch.fnmatchcase(path, pattern):
                    found.append(path)
        return sorted(found)

    def _directory(self, version):
        return os.path.join(self._home, "versions", version)

    def _tidy(self):
        versions = os.path.join(self._home, "versions")
        with self._lock:
            for version in os.listdir(versions) if os.path.isdir(versions) else ():
                if version != self.version and version not in self._users:
                    shutil.rmtree(os.path.join(versions, version), ignore_errors=True)

    def _copied(self, given):
        root = given["path"]
        digest = hashlib.sha256()
        files = sorted(
            os.path.relpath(os.path.join(directory, name), root)
            for directory, _, names in os.walk(root)
            for name in names
        )
        for path in files:
            with open(os.path.join(root, path), "rb") as file:
                digest.update(f"{path}\0{hashlib.sha256(file.read()).hexdigest()}\n".encode())
        version = digest.hexdigest()[:16]

        def fill(directory):
            for path in files:
                to = os.path.join(directory, path)
                os.makedirs(os.path.dirname(to), exist_ok=True)
                shutil.copyfile(os.path.join(root, path), to)
                with open(to, "rb") as file:
                    script = file.read(2) == b"#!"
                os.chmod(to, 0o755 if script else 0o644)

        self._make(version, fill)
        return version

    def _fetch(self, given):
        url, ref = given["url"], given["ref"]
        repository = os.path.join(self._home, "repository")
        environment = self._environment(given)
        if not os.path.isdir(repository):
            self._git(environment, "init", "--quiet", "--bare", repository)
        own = _own_ref(given)
        fetch = ("fetch", "--quiet", "--no-tags", "--depth=1", "--no-write-fetch-head", url, f"+{ref}:{own}")
        self._git(environment, "-C", repository, *fetch, about=f"{url} at {ref}")
        return self._checked_out(repository, own, environment)

    def last(self, given):
        """Takes the version that was fetched last, for a start without the server. Whether there is one."""
        repository = os.path.join(self._home, "repository")
        if given["type"] != "git" or not os.path.isdir(repository):
            return False
        try:
            self.version = self._checked_out(repository, _own_ref(given), self._environment(given))
        except Problem:
            return False
        return True

    def _checked_out(self, repository, own, environment):
        commit = self._git(environment, "-C", repository, "rev-parse", f"{own}^{{commit}}").strip()

        def fill(directory):
            index = {**environment, "GIT_INDEX_FILE": os.path.join(self._private, "index")}
            words = ("--git-dir", repository, "--work-tree", directory)
            self._git(index, *words, "read-tree", commit)
            self._git(index, *words, "checkout-index", "--all", "--force")

        self._make(commit, fill)
        return commit

    def _make(self, version, fill):
        directory = self._directory(version)
        if os.path.isdir(directory):
            return
        made = f"{directory}.new"
        shutil.rmtree(made, ignore_errors=True)
        os.makedirs(made)
        fill(made)
        os.rename(made, directory)

    def _environment(self, given):
        """What git may see: no configuration but ours, no question to anybody, the server's key as given."""
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": self._private,
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ALLOW_PROTOCOL": "ssh:https:http",
        }
        if given.get("key"):
            # ssh takes a key that only its owner can read.
            key = self._kept("key", _text(given["key"]).rstrip() + "\n", 0o600)
            known = self._kept("known_hosts", given["knownHosts"], 0o600)
            environment["GIT_SSH_COMMAND"] = (
                f"ssh -F /dev/null -i {key} -o IdentitiesOnly=yes -o BatchMode=yes -o ConnectTimeout=20"
                f" -o StrictHostKeyChecking=yes -o UserKnownHostsFile={known} -o GlobalKnownHostsFile=/dev/null"
                " -o LogLevel=ERROR"
            )
        if given.get("ca"):
            environment["GIT_SSL_CAINFO"] = given["ca"]
        if given.get("token"):
            environment["GIT_ASKPASS"] = self._kept("askpass", _ASKPASS, 0o700)
            environment["EXECUTOR_GIT_TOKEN"] = given["token"]
        return environment

    def _kept(self, name, text, mode):
        path = os.path.join(self._private, name)
        descriptor = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(f"{path}.new", path)
        return path

    def _git(self, environment, *words, about=None):
        code, output = processes.output_of(("git", *words), environment, FETCH_SECONDS)
        if code != 0:
            said = " ".join(output.split())[-300:]
            raise Problem(f"{about or 'git ' + words[0]}: {said or f'git ended with {code}'}")
        return output


def _own_ref(given):
    """Of another repository or ref nothing is taken that was fetched before."""
    return "refs/executor/" + hashlib.sha256(f"{given['url']} {given['ref']}".encode()).hexdigest()[:16]


def _text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()
