#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counts the tests of a whole run: tally.py RESULTS...

A result is Meson's testlog.json (one JSON object a line, the program's TAP inside) or a .tap file with its exit status
beside it in .status. Every TAP line at the margin is one test. A program that crashes, runs out of time, stops short of
its plan or says nothing counts as failed, once or for each test that it still owed; so does a result that is missing,
because then the build failed. The last line is "N passed, N failed".
"""
import json
import re
import sys
from pathlib import Path

LINE = re.compile(r'^(ok|not ok)\b[ \t]*\d*[ \t]*(.*)$')
PLAN = re.compile(r'^1\.\.(\d+)', re.M)


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.failures = []
        self.skipped = []

    def fail(self, name, what, count=1):
        self.failed += count
        self.failures.append(f'{name}: {what}')

    def add_tap(self, name, text, fine):
        """One program's TAP; fine says whether its own exit status was good."""
        seen = bad = planned = 0
        for line in text.splitlines():
            plan = PLAN.match(line)
            result = LINE.match(line)
            if plan:
                planned += int(plan.group(1))
            elif result:
                seen += 1
                bad += self._add_line(name, result)
        if seen < planned:
            bad += planned - seen
            self.fail(name, f'stopped after {seen} of {planned} tests', planned - seen)
        if bad == 0 and not fine:
            self.fail(name, 'ended badly')
        elif seen == planned == 0:
            self.passed += 1  # speaks no TAP and ended well, as the corpus replays do

    def _add_line(self, name, result):
        verdict, what = result.groups()
        if re.search(r'#\s*skip', what, re.I):
            self.skipped.append(f'{name}: {what}')  # "ok" or, as cmocka says it, "not ok"
            return 0
        if verdict == 'not ok':
            self.fail(name, what)
            return 1
        self.passed += 1
        return 0

    def add_meson(self, path):
        preset = path.parts[-3]
        for line in path.read_text(encoding='utf-8').splitlines():
            test = json.loads(line)
            fine = test['result'] == 'OK'
            self.add_tap(f'{preset}/{test["name"]}', test.get('stdout', ''), fine)

    def add_file(self, path):
        if not path.exists():
            self.fail(str(path), 'no results: the build or the start failed')
        elif path.suffix == '.json':
            self.add_meson(path)
        else:
            status = path.with_suffix('.status').read_text().strip()
            text = path.read_text(encoding='utf-8', errors='replace')
            if not PLAN.search(text):
                self.fail(str(path), 'no plan: the run ended before its end')
            self.add_tap(path.stem, text, status == '0')


def main(paths):
    tally = Tally()
    for path in paths:
        tally.add_file(Path(path))
    for line in tally.skipped:
        print('skipped  ' + line)
    for line in tally.failures:
        print('FAILED   ' + line)
    print(f'{tally.passed} passed, {tally.failed} failed')
    return 1 if tally.failed or not tally.passed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
