#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/origins.md says what the program says: test_doc.py VOUCHSAFE ROOT

Each console block of the page is one command, run in a copy of examples/origins, and what it prints; "[...]" stands for
anything. The page names every member of the JSON and every section of the languages' files.
"""
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap

BLOCK = re.compile(r'^```console\n\$ (vouchsafe .*?)\n(.*?)^```$', re.S | re.M)
ALL = 'vouchsafe origins . --table about.csv --names names.csv --json'


def run(vouchsafe, folder, command):
    done = subprocess.run([vouchsafe, *shlex.split(command)[1:]], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True, check=False, env={})
    return done.stdout if done.returncode == 0 else f'status {done.returncode}: {done.stderr}'


def differs(expected, printed):
    """The first part of a block that is not printed, or None."""
    at = 0
    for number, part in enumerate(expected.split('[...]')):
        found = printed.find(part, at)
        if found < 0 or (number == 0 and found > 0):
            return part
        at = found + len(part)
    return None


def members(value):
    """The names of all members, those of members too."""
    if isinstance(value, dict):
        return set(value).union(*map(members, value.values()))
    return set().union(*map(members, value)) if isinstance(value, list) else set()


def main(vouchsafe, root):
    root, vouchsafe = Path(root), Path(vouchsafe).resolve()
    page = (root / 'docs/origins.md').read_text(encoding='utf-8')
    results = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, 'origins')
        shutil.copytree(root / 'examples/origins', folder)
        for number, (command, expected) in enumerate(BLOCK.findall(page), 1):
            part = differs(expected, run(vouchsafe, folder, command))
            results[f'{number}: {command}'] = [] if part is None else [f'is not printed:\n{part}']
        told = json.loads(run(vouchsafe, folder, ALL))
    results['there are blocks'] = [] if len(results) >= 3 else ['fewer than three']
    results['the JSON'] = [f'the page does not name {name}' for name in sorted(members(told)) if f'`{name}`' not in page]
    sections = {name for path in (root / 'src/origins/data').glob('*.txt')
                for name in re.findall(r'^\[.*?\]', path.read_text(encoding='utf-8'), re.M)}
    results['the languages'] = [f'the page does not name {name}' for name in sorted(sections) if f'`{name}`' not in page]
    return tap.say(results)


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
