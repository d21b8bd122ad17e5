"""Two hundred scenarios on eight threads for an hour, with time condensed: a second stands for a minute."""

import random
import sys
import threading
import time
import unittest
from datetime import datetime, timezone

import settings
from schedule import Schedule

CONDENSED = 60
JOBS, THREADS, INTERVAL, HOUR = 200, 8, 300, 3600


class Load(unittest.TestCase):
    def hour(self, shortest, longest):
        """How late runs began, in seconds of the hour; how many were left out; how many of one job ran at once."""
        lock, late, left, at_work, overlaps = threading.Lock(), [], [], set(), []
        length = {f"job{number}": random.Random(number).uniform(shortest, longest) for number in range(JOBS)}

        def run(name, due):
            with lock:
                late.append((datetime.now(timezone.utc) - due).total_seconds() * CONDENSED)
                if name in at_work:
                    overlaps.append(name)
                at_work.add(name)
            time.sleep(length[name] / CONDENSED)
            with lock:
                at_work.discard(name)

        given = {"path": "a", "type": "executable", "interval": INTERVAL / CONDENSED, "timeout": INTERVAL / CONDENSED}
        schedule = Schedule(THREADS, run, lambda name, reason, count: left.append((name, reason, count)))
        schedule.apply([settings.job(name, given) for name in length], "north")
        schedule.start()
        time.sleep(HOUR / CONDENSED)
        schedule.stop()
        schedule.pool.drain(INTERVAL / CONDENSED)
        late.sort()
        missed = sum(count for _, _, count in left)
        busy = sum(length.values()) / INTERVAL / THREADS
        print(
            f"threads busy {busy:.0%}: {len(late)} runs, {missed} left out, {len(overlaps)} overlapping; late by "
            f"{late[len(late) // 2]:.0f} s (half), {late[len(late) * 99 // 100]:.0f} s (99 %), {late[-1]:.0f} s (most)",
            file=sys.stderr,
        )
        return late, missed, overlaps

    def test_four_fifths_of_the_threads_suffice(self):
        late, missed, overlaps = self.hour(2, 17)
        self.assertGreater(len(late), JOBS * (HOUR // INTERVAL - 1))
        self.assertEqual((missed, overlaps), (0, []))
        self.assertLess(late[len(late) * 99 // 100], INTERVAL / 2)

    def test_what_is_too_much_is_left_out_and_nothing_overlaps(self):
        late, missed, overlaps = self.hour(12, 20)
        self.assertGreater(missed, 0)
        self.assertEqual(overlaps, [])
        # What falls due meanwhile is left out, so that the queue does not grow without end.
        self.assertLess(late[-1], 3 * INTERVAL)


if __name__ == "__main__":
    sys.exit(unittest.main())
