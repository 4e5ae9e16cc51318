"""Runs a test suite that others wrote, with Refrain answering in place of the code it was written for.

    python judge.py guardian

What a suite asks goes to the process that started this one, a line of JSON each, on standard output; the answers come on
standard input. The last line tells how each test ended; with REFRAIN_JUDGE_REPORT it is kept in files whose names begin so.
REFRAIN_JUDGE_ONLY chooses tests by a part of their names.
"""

import importlib
import json
import os
import sys
import time
import traceback
import unittest
from pathlib import Path

from library import library


class Outcomes(unittest.TestResult):
    """How each test ended, and how often it asked the library."""

    def __init__(self):
        super().__init__()
        self.outcomes = {}
        self.asked_before = 0
        self.began = 0

    def startTest(self, test):
        super().startTest(test)
        self.asked_before = library.asked
        self.began = time.monotonic()
        self.outcomes[test.id()] = {"outcome": "passed"}

    def stopTest(self, test):
        super().stopTest(test)
        told = {"asked": library.asked - self.asked_before, "seconds": round(time.monotonic() - self.began, 3)}
        self.outcomes[test.id()].update(told)

    def ended(self, test, outcome, why):
        # of a class that cannot be set up there is no test
        self.outcomes.setdefault(test.id(), {"asked": 0}).update(outcome=outcome, why=why)

    def failed(self, test, error):
        lines = traceback.format_exception(*error)
        self.ended(test, "failed", "".join(lines)[-3000:])

    def addFailure(self, test, error):
        self.failed(test, error)

    def addError(self, test, error):
        self.failed(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.failed(test, error)

    def addSkip(self, test, reason):
        self.ended(test, "skipped", reason)

    def addExpectedFailure(self, test, error):
        pass

    def addUnexpectedSuccess(self, test):
        self.ended(test, "failed", "it passes, and was expected to fail")


def main():
    library.connect()
    suite = sys.argv[1]
    os.environ["DJANGO_SETTINGS_MODULE"] = f"settings_{suite}"
    os.environ["DJANGO_RUNNING_TESTS"] = "true"

    import django

    django.setup()
    # after the settings are read, before a test is imported
    suite = importlib.import_module(f"suite_{suite}")

    from django.test.utils import setup_test_environment

    import in_the_open

    setup_test_environment()
    in_the_open.make_tables(getattr(suite, "with_tables", None), getattr(suite, "COUNTED_ANEW", ()))
    in_the_open.commit_everything()
    suite.answer()
    tests = unittest.defaultTestLoader.loadTestsFromNames(suite.tests())
    outcomes = Outcomes()
    left_out = [test for test in every(tests) if any(name in test.id() for name in suite.LEFT_OUT)]
    for test in left_out:
        outcomes.ended(test, "not run", "it is left out")
    tests = [test for test in every(tests) if test not in left_out]
    chosen = os.environ.get("REFRAIN_JUDGE_ONLY", "")
    unittest.TestSuite(test for test in tests if chosen in test.id()).run(outcomes)
    report = {"version": suite.version(), "tests": outcomes.outcomes}
    kept = os.environ.get("REFRAIN_JUDGE_REPORT")
    if kept:
        Path(f"{kept}-{sys.argv[1]}.json").write_text(json.dumps(report, indent=1))
    library.end(report)


def every(tests):
    """The tests of a suite of suites."""
    for test in tests:
        if isinstance(test, unittest.TestSuite):
            yield from every(test)
        else:
            yield test


sys.path.insert(0, str(Path(__file__).parent))
main()
