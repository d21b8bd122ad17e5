"""The parts of the executor that need Python alone."""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from datetime import datetime, timedelta, timezone

import masks
import nagios
import processes
import report
import runs
import settings
import source
import words
from settings import Problem

GOOD = {
    "zone": "north", "threads": 2, "refresh": 60, "stopWithin": 5, "digest": "d", "source": {"type": "directory", "path": "/x"},
    "logs": {"keep": 2, "age": 100, "size": 200}, "jobs": {"one": {"path": "a", "type": "executable", "interval": 5, "timeout": 2}},
}


class Directory(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.home = made.name

    def write(self, path, text, mode=0o644):
        path = os.path.join(self.home, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def load(self, **changed):
        return settings.load(self.write("c.json", json.dumps({**GOOD, **changed})))


class Settings(Directory):
    def test_reads(self):
        loaded = self.load()
        self.assertEqual((loaded.zone, loaded.jobs[0].name, loaded.jobs[0].timeout), ("north", "one", 2))

    def test_reads_the_service_that_a_job_checks(self):
        service = {"roc": "", "site": "A", "serviceType": "SRM", "host": "a1"}
        loaded = self.load(jobs={"one": {**GOOD["jobs"]["one"], "service": service}})
        self.assertEqual(loaded.jobs[0].service, ("", "A", "SRM", "a1"))

    def test_refuses(self):
        one = GOOD["jobs"]["one"]
        for jobs, reason in (
            ({"a b": one}, "is not a name"),
            ({"one": {**one, "cron": "* * * * *"}}, "needs either"),
            ({"one": {**one, "path": "../x"}}, "not a path"),
            ({"one": {**one, "type": "x"}}, "not a type"),
            ({"one": {**one, "timeout": 0}}, "above 0"),
        ):
            with self.subTest(reason), self.assertRaisesRegex(Problem, reason):
                self.load(jobs=jobs)
        with self.assertRaisesRegex(Problem, "threads"):
            self.load(threads=0)
        with self.assertRaisesRegex(Problem, "c.json"):
            settings.load(self.write("c.json", "{"))


class Nagios(unittest.TestCase):
    def test_status(self):
        self.assertEqual([nagios.result(code) for code in (0, 1, 2, 3, 4, 126, None)], ["ok", "warning", "failed", "unknown", "unknown", "unknown", "unknown"])

    def test_performance(self):
        said = "OK | time=12.5ms;1;2;0;9 '/ free'=3GB;; load=0,5 'it''s'=40% lost=U hits=7c\ntext\nmore | rta=2s\nlast=1B"
        self.assertEqual(
            nagios.performance(said),
            [("time", "seconds", 0.0125), ("/ free", "bytes", 3e9), ("load", "", 0.5), ("it's", "percent", 40.0),
             ("hits", "count", 7.0), ("rta", "seconds", 2.0), ("last", "bytes", 1.0)],
        )
        self.assertEqual(nagios.performance("no data"), [])
        self.assertEqual(nagios.performance(""), [])


class Masks(Directory):
    def test_hides(self):
        clouds = self.write("clouds", 'clouds:\n  a:\n    auth:\n      password: "s3cret: one"\n      username: somebody\n      app_secret: plain-s3cret # x\n')
        token = self.write("token", "t0ken-of-mine\n")
        key = self.write("key", "-----BEGIN X-----\nlongkeyline\n-----END X-----\n")
        mask = masks.Mask((clouds, token, key, None, "/nowhere"))
        self.assertEqual(mask("s3cret: one, t0ken-of-mine longkeyline somebody"), "***, *** *** somebody")


class Report(unittest.TestCase):
    OUTCOME = runs.Outcome(job="a b,c=d", result="ok", code=0, seconds=1.5, late=0.25, started=1000.5)

    def test_line(self):
        self.assertEqual(
            report.line(self.OUTCOME, "north"),
            "executor_run,job_name=a\\ b\\,c\\=d,result=ok,zone=north duration=1.500000,late=0.250000,result_code=0i,failed=0i,status=0i 1000500000000",
        )

    def test_a_text_is_one_field_whatever_it_has(self):
        outcome = runs.Outcome(job="a", result="timeout", code=None, seconds=1, late=0, started=1, text='said "x, y=z" \\')
        self.assertEqual(
            report.line(outcome, "n"),
            'executor_run,job_name=a,result=timeout,zone=n duration=1.000000,late=0.000000,result_code=4i,failed=1i,text="said \\"x, y=z\\" \\\\" 1000000000',
        )


ANSIBLE = """TASK [List] ***
[ERROR]: Task failed: Module failed: non-zero return code
Origin: /x/p.yaml:4:7
fatal: [localhost]: FAILED! => %s

PLAY RECAP ***
localhost                  : ok=0    changed=0    failed=1
"""


class Words(unittest.TestCase):
    def told(self, kind, output):
        return words.words(settings.job("one", {**GOOD["jobs"]["one"], "type": kind}), output, lambda text: text.replace('s3c"ret', "***"))

    def test_a_program(self):
        self.assertEqual(self.told("executable", "Traceback\n  at x\nHttpException: 503: Server Error\n\n"), "HttpException: 503: Server Error")
        self.assertEqual(self.told("executable", ""), "")

    def test_a_plugin(self):
        self.assertEqual(self.told("nagios", "CRITICAL - 2.5 s | time=2500ms\nmore\n"), "CRITICAL - 2.5 s")

    def test_a_task_of_ansible(self):
        failed = json.dumps({"msg": "non-zero return code", "stderr": "Traceback\nValueError: no   answer"})
        self.assertEqual(self.told("ansible", ANSIBLE % failed), "non-zero return code: ValueError: no answer")
        self.assertEqual(self.told("ansible", ANSIBLE % '{"msg": "the server\\n did not come up"}'), "the server did not come up")
        of_many = 'failed: [localhost] (item=false) => {"msg": "no"}\n'
        self.assertEqual(self.told("ansible", of_many), "no")

    def test_a_secret_in_quotes(self):
        self.assertEqual(self.told("ansible", ANSIBLE % '{"msg": "log-in s3c\\"ret refused"}'), "log-in *** refused")

    def test_what_ansible_refuses(self):
        self.assertEqual(self.told("ansible", "[ERROR]: couldn't resolve module/action 'x'.\nOrigin: /x\n"), "couldn't resolve module/action 'x'.")

    def test_a_long_one_is_cut(self):
        self.assertEqual(len(self.told("executable", "x" * 1000)), words.LONGEST)


class Calls(Directory):
    TELEGRAF = {"host": "podwatch-telegraf", "statsd": 8125, "lines": 8186}

    def test_the_sdk_is_told_where_and_as_what(self):
        given = self.load(telegraf=self.TELEGRAF, calls=["lines", "statsd"])
        found = report.sdk(given, "a.b", self.home)
        self.assertEqual((found["STATSD_HOST"], found["STATSD_PORT"]), ("podwatch-telegraf", "8125"))
        with open(found["OS_CLIENT_SECURE_FILE"], encoding="utf-8") as file:
            influxdb = json.load(file)["metrics"]["influxdb"]
        self.assertEqual((influxdb["host"], influxdb["port"], influxdb["measurement"]), ("podwatch-telegraf", 8186, "openstack_api/north/a.b"))

    def test_it_is_told_no_more_than_is_wanted(self):
        self.assertEqual(report.sdk(self.load(calls=["lines"]), "a", self.home), {})
        self.assertEqual(report.sdk(self.load(telegraf=self.TELEGRAF), "a", self.home), {})
        self.assertEqual(list(report.sdk(self.load(telegraf=self.TELEGRAF, calls=["lines"]), "a", self.home)), ["OS_CLIENT_SECURE_FILE"])


class Runs(Directory):
    def run_script(self, script, **changed):
        path = self.write("src/job", script, 0o755)
        given = self.load(jobs={"one": {**GOOD["jobs"]["one"], **changed}})
        due = datetime.now(timezone.utc) - timedelta(seconds=3)
        outcome = runs.Runs(os.path.join(self.home, "logs")).run(
            settings.job("one", {**GOOD["jobs"]["one"], **changed, "path": "job"}), due, os.path.dirname(path), given
        )
        folder = os.path.join(self.home, "logs", "one")
        names = sorted(os.listdir(folder))
        with open(os.path.join(folder, names[-1]), encoding="utf-8") as file:
            return outcome, names[-1], file.read()

    def test_results(self):
        outcome, name, text = self.run_script("#!/bin/sh\necho $EXECUTOR_JOB in $EXECUTOR_ZONE; exit 3\n")
        self.assertEqual((outcome.result, outcome.code), ("failed", 3))
        self.assertTrue(3 <= outcome.late < 10)
        self.assertTrue(name.endswith(".failed.log"))
        self.assertTrue(text.startswith("one in north\nexecutor: failed, exit status 3"))
        self.assertEqual(outcome.text, "one in north")

    def test_a_program_that_is_none(self):
        outcome, _, text = self.run_script("#!/nowhere\n")
        self.assertEqual(outcome.result, "failed")
        self.assertIn("No such file", text)
        self.assertIn("No such file", outcome.text)

    def test_a_plugin(self):
        outcome, _, _ = self.run_script("#!/bin/sh\necho 'OK | a=1s'\nexit 1\n", type="nagios")
        self.assertEqual((outcome.result, outcome.performance), ("warning", (("a", "seconds", 1.0),)))

    def test_a_long_log_is_cut(self):
        _, _, text = self.run_script("#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8 9; do echo 0123456789012345678901234567890123456789; done\n")
        self.assertLess(len(text), 400)
        self.assertIn("the log is full", text)

    def test_a_hung_run_is_ended_with_what_left_its_session(self):
        # It ignores the request, and its child has a session and no parent.
        script = f"#!/bin/sh\ntrap '' TERM\n(setsid sleep 876 &)\necho '#!/bin/sh\necho swept' >{self.home}/src/sweep; chmod +x {self.home}/src/sweep\nwhile :; do sleep 876; done\n"
        ending, processes.end = processes.end, lambda run, session: ending(run, session, 0.5)
        self.addCleanup(setattr, processes, "end", ending)
        outcome, name, text = self.run_script(script, timeout=0.5, cleanup="sweep")
        self.assertEqual((outcome.result, outcome.code), ("timeout", None))
        self.assertIn("swept", text)
        self.assertEqual(outcome.text, "")
        left = subprocess.run(["pgrep", "-fx", "sleep 876"], capture_output=True, text=True).stdout
        self.assertEqual(left, "")

    def test_what_a_run_leaves_is_ended(self):
        outcome, _, text = self.run_script("#!/bin/sh\nsetsid sleep 877 >/dev/null 2>&1 &\nexit 0\n")
        self.assertEqual((outcome.result, outcome.left, outcome.text), ("ok", 1, ""))
        self.assertIn("1 processes of the run were ended", text)

    def test_logs_are_kept_by_number_and_age(self):
        logs = os.path.join(self.home, "logs")
        for job, ages in (("one", (1, 2, 3, 300)), ("gone", (300,))):
            for age in ages:
                path = self.write(f"logs/{job}/{9999 - age:04}.ok.log", "x")
                os.utime(path, (time.time() - age, time.time() - age))
        runs.tidy(logs, 2, 100, {"one": None})
        self.assertEqual(sorted(os.listdir(logs)), ["one"])
        self.assertEqual(sorted(os.listdir(os.path.join(logs, "one"))), ["9997.ok.log", "9998.ok.log"])


class Source(Directory):
    def git(self, *words):
        command = ["git", "-C", os.path.join(self.home, "origin"), "-c", "user.name=x", "-c", "user.email=x@x", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def test_a_directory(self):
        self.write("given/scenarios/a.sh", "#!/bin/sh\n")
        self.write("given/b.yaml", "x")
        made = source.Source(os.path.join(self.home, "own"))
        given = {"type": "directory", "path": os.path.join(self.home, "given")}
        self.assertTrue(made.refresh(given))
        self.assertFalse(made.refresh(given))
        self.assertEqual((made.files("*/*.sh"), made.files("*"), made.files("c")), (["scenarios/a.sh"], ["b.yaml"], []))
        used = made.use()
        self.assertTrue(os.access(os.path.join(used, "scenarios/a.sh"), os.X_OK))
        self.write("given/b.yaml", "y")
        self.assertTrue(made.refresh(given))
        # A run keeps its version until it leaves.
        self.assertTrue(os.path.isdir(used))
        made.leave(used)
        self.assertFalse(os.path.isdir(used))

    def test_a_repository(self):
        origin = os.path.join(self.home, "origin")
        self.write("origin/a.sh", "#!/bin/sh\n", 0o755)
        self.git("init", "-q", "-b", "main")
        self.git("add", ".")
        self.git("commit", "-qm", "x")
        allowed = source.Source._environment
        # A path is no address that is allowed.
        self.addCleanup(setattr, source.Source, "_environment", allowed)
        made = source.Source(os.path.join(self.home, "own"))
        given = {"type": "git", "url": origin, "ref": "main"}
        with self.assertRaisesRegex(Problem, "not allowed"):
            made.refresh(given)
        source.Source._environment = lambda self, given: {**allowed(self, given), "GIT_ALLOW_PROTOCOL": "file"}
        self.assertTrue(made.refresh(given))
        self.assertEqual(made.version, self.git("rev-parse", "HEAD"))
        self.assertTrue(os.access(os.path.join(made.use(), "a.sh"), os.X_OK))
        with self.assertRaisesRegex(Problem, "at nowhere: .*couldn't find remote ref"):
            made.refresh({**given, "ref": "nowhere"})
        # A start without the server.
        later = source.Source(os.path.join(self.home, "own"))
        self.assertFalse(later.last({**given, "ref": "other"}))
        os.rename(origin, f"{origin}.away")
        self.assertTrue(later.last(given))
        self.assertEqual(later.files("a.sh"), ["a.sh"])


if __name__ == "__main__":
    sys.exit(unittest.main())
