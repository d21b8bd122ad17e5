"""The executor's pages: metrics, logs, and whether it is ready."""

import html
import json
import os
import re
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import generate_latest

import metrics

PREFIX = "/executor"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port, executor):
        self.executor = executor
        super().__init__(("", port), Handler)


class Handler(BaseHTTPRequestHandler):
    server_version = "executor"
    sys_version = ""
    timeout = 30

    def do_GET(self):
        path = urllib.parse.urlsplit(self.path).path
        if not path.startswith(PREFIX):
            return self._answer(404, "not found\n")
        words = [urllib.parse.unquote(word) for word in path[len(PREFIX) :].split("/")[1:]]
        match words:
            case ["metrics"]:
                self.server.executor.measure()
                return self._answer(200, generate_latest(metrics.REGISTRY), "text/plain; version=0.0.4; charset=utf-8")
            case ["-", "ready"]:
                problem = self.server.executor.problem()
                return self._answer(200 if problem is None else 503, f"{problem or 'ready'}\n")
            case ["-", "state"]:
                return self._answer(200, json.dumps(self.server.executor.state()))
            case [""]:
                return self._jobs()
            case [job, ""] if _NAME.fullmatch(job):
                return self._logs(job)
            case [job, log] if _NAME.fullmatch(job) and _NAME.fullmatch(log):
                return self._log(job, log)
            case _:
                return self._answer(404, "not found\n")

    do_HEAD = do_GET

    def _jobs(self):
        rows = [(f"{name}/", name, text) for name, text in self.server.executor.overview()]
        self._page("Scenarios", rows)

    def _logs(self, job):
        folder = os.path.join(self.server.executor.logs_directory, job)
        if not os.path.isdir(folder):
            return self._answer(404, "no run of it is kept\n")
        self._page(job, [(name, name, "") for name in sorted(os.listdir(folder), reverse=True)])

    def _log(self, job, log):
        try:
            with open(os.path.join(self.server.executor.logs_directory, job, log), "rb") as file:
                self._answer(200, file.read(), "text/plain; charset=utf-8")
        except OSError:
            self._answer(404, "it is not kept\n")

    def _page(self, title, rows):
        items = "".join(
            f'<tr><td><a href="{urllib.parse.quote(link)}">{html.escape(name)}</a></td><td>{html.escape(text)}</td></tr>\n'
            for link, name, text in rows
        )
        head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        self._answer(200, f"{head}<h1>{html.escape(title)}</h1>\n<table>\n{items}</table>\n", "text/html; charset=utf-8")

    def _answer(self, status, body, kind="text/plain; charset=utf-8"):
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", "default-src 'none'; sandbox")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *_):
        pass
