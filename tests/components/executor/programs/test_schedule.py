"""When jobs run, and what Prometheus learns of them; needs APScheduler and prometheus_client, which the image has."""

import threading
import time
import unittest
from datetime import datetime, timezone

import metrics
import schedule
import settings
from prometheus_client import generate_latest
from runs import Outcome


def job(name, **changed):
    return settings.job(name, {"path": "a", "type": "executable", "interval": 1, "timeout": 1, **changed})


class Triggers(unittest.TestCase):
    def next(self, cron, zone="UTC"):
        trigger = schedule.cron_trigger(job("a", interval=None, cron=cron, timezone=zone))
        return trigger.get_next_fire_time(None, datetime(2026, 11, 29, 12, 0, 30, tzinfo=timezone.utc)).astimezone(timezone.utc).strftime("%a %d %H:%M")

    def test_cron_counts_days_from_sunday(self):
        # The 29th of November 2026 is a Sunday.
        for cron, due in (("0 13 * * 0", "Sun 29 13:00"), ("0 13 * * 7", "Sun 29 13:00"), ("0 13 * * 1", "Mon 30 13:00"),
                          ("0 13 * * 1-5", "Mon 30 13:00"), ("0 13 * * */6", "Sun 29 13:00"), ("0 13 * * sat", "Sat 05 13:00")):
            with self.subTest(cron):
                self.assertEqual(self.next(cron), due)
        self.assertEqual(self.next("0 6 * * *", "Europe/Berlin"), "Mon 30 05:00")

    def test_wrong_ones_are_named(self):
        for cron in ("61 * * * *", "* * * *", "* * * * 8", "* * * * 5-2"):
            with self.subTest(cron), self.assertRaisesRegex(settings.Problem, "job a: cron"):
                schedule.cron_trigger(job("a", interval=None, cron=cron))
        with self.assertRaisesRegex(settings.Problem, "job a"):
            schedule.cron_trigger(job("a", interval=None, cron="* * * * *", timezone="No/Where"))

    def test_jobs_are_spread_and_a_restart_changes_nothing(self):
        moments = set()
        for index in range(50):
            trigger = schedule.trigger_of(job(f"j{index}", interval=600), "north")
            first = trigger.get_next_fire_time(None, datetime(2026, 1, 1, tzinfo=timezone.utc))
            later = trigger.get_next_fire_time(None, datetime(2026, 1, 2, tzinfo=timezone.utc))
            self.assertEqual((later - first).total_seconds() % 600, 0)
            moments.add(int(first.timestamp()) % 600 // 60)
        self.assertEqual(len(moments), 10)


class Pool(unittest.TestCase):
    def start(self, threads, jobs, seconds, work):
        self.missed, self.ran, self.most, self.now = [], [], 0, 0
        lock = threading.Lock()

        def action(name, due):
            with lock:
                self.now += 1
                self.most = max(self.most, self.now)
                self.ran.append((name, time.monotonic(), due))
            time.sleep(work)
            with lock:
                self.now -= 1

        made = schedule.Schedule(threads, action, lambda *miss: self.missed.append(miss))
        made.start()
        made.apply(jobs, "z")
        time.sleep(seconds)
        return made

    def test_no_more_than_threads_and_none_twice(self):
        made = self.start(2, [job(f"j{index}", interval=0.5) for index in range(4)], 2, 0.3)
        made.stop()
        self.assertTrue(made.pool.drain(5))
        self.assertEqual(self.most, 2)
        self.assertEqual({name for name, _, _ in self.ran}, {"j0", "j1", "j2", "j3"})
        self.assertTrue(any(reason == "running" for _, reason, _ in self.missed))

    def test_one_of_a_group_at_a_time(self):
        made = self.start(4, [job(f"j{index}", interval=0.5, exclusive="g") for index in range(3)], 1.5, 0.1)
        made.stop()
        self.assertTrue(made.pool.drain(5))
        self.assertEqual(self.most, 1)
        self.assertEqual(len({name for name, _, _ in self.ran}), 3)

    def test_a_change_leaves_what_runs(self):
        made = self.start(2, [job("a", interval=0.4)], 0.6, 1.0)
        self.assertEqual(made.apply([job("a", interval=60), job("b", interval=0.3)], "z"), (["a", "b"], []))
        self.assertEqual(made.pool.running, 1)
        time.sleep(0.5)
        self.assertIn("b", {name for name, _, _ in self.ran})
        self.assertEqual(made.apply([job("b", interval=0.3)], "z"), ([], ["a"]))
        made.stop()
        self.assertTrue(made.pool.drain(5))

    def test_drain_gives_up(self):
        made = self.start(1, [job("a", interval=0.2)], 0.4, 2)
        made.stop()
        self.assertFalse(made.pool.drain(0.1))
        self.assertTrue(made.pool.drain(5))


class Checks(unittest.TestCase):
    SERVICE = {"roc": "", "site": "A", "serviceType": "SRM", "host": "a1"}

    def shown(self):
        lines = generate_latest(metrics.REGISTRY).decode().splitlines()
        return [line.removeprefix("podwatch_executor_check") for line in lines if line.startswith("podwatch_executor_check{")]

    def line(self, value, site="A"):
        return [f'{{hostname="a1",job_name="c",roc="",service_type="SRM",site="{site}"}} {value}.0']

    def test_the_last_run_says_how_the_service_is(self):
        checked = job("c", type="nagios", service=self.SERVICE)
        metrics.add_job(checked, 1, 0)
        self.assertEqual(self.shown(), self.line(3))
        for result, value in (("ok", 1), ("failed", 0), ("warning", 1), ("timeout", 0), ("stopped", 0), ("unknown", 3)):
            with self.subTest(result):
                metrics.note(Outcome("c", result, 0, 1, 0, 0))
                self.assertEqual(self.shown(), self.line(value))
        metrics.note(Outcome("c", "ok", 0, 1, 0, 0))
        metrics.add_job(job("c", type="nagios", interval=9, service=self.SERVICE), 9, 0)
        self.assertEqual(self.shown(), self.line(1))
        metrics.add_job(job("c", service={**self.SERVICE, "site": "B"}), 1, 0)
        self.assertEqual(self.shown(), self.line(3, "B"))
        metrics.remove_job("c")
        metrics.add_job(job("c"), 1, 0)
        metrics.note(Outcome("c", "ok", 0, 1, 0, 0))
        self.assertEqual(self.shown(), [])
        metrics.remove_job("c")


if __name__ == "__main__":
    unittest.main()
