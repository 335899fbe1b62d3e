#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/count.md says what the program says: test_doc.py VOUCHSAFE ROOT

Each console block of the page is one command and what it prints; a line "[...]" stands for any lines. The example files
are those that examples/count/make.py makes, and the page explains every warning of src/count/estimate.h.
"""
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap

BLOCK = re.compile(r'^```console\n\$ (vouchsafe .*?)\n(.*?)^```$', re.S | re.M)


def run(vouchsafe, root, command):
    done = subprocess.run([vouchsafe, *shlex.split(command)[1:]], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True, check=False, env={})
    return done.stdout if done.returncode == 0 else f'status {done.returncode}: {done.stderr}'


def differs(expected, printed):
    """The first part of a block that is not printed, or None."""
    at = 0
    for part in expected.split('[...]\n'):
        found = printed.find(part, at)
        if found < 0 or (at == 0 and not expected.startswith('[...]') and found > 0):
            return part
        at = found + len(part)
    return None if expected.endswith('[...]\n') or at == len(printed) else expected


def example_faults(root):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, root / 'examples/count/make.py', folder], check=True)
        for path in sorted(Path(folder).iterdir()):
            if (root / 'examples/count' / path.name).read_bytes() != path.read_bytes():
                yield f'{path.name} is not what make.py makes'


def warning_faults(root, page):
    table = (root / 'src/count/estimate.h').read_text()
    for name in re.findall(r'^ +X\([A-Z_]+, "([a-z-]+)"', table, re.M):
        if f'`{name}`' not in page:
            yield f'the page does not explain the warning {name}'


def main(vouchsafe, root):
    root, vouchsafe = Path(root), Path(vouchsafe).resolve()
    page = (root / 'docs/count.md').read_text(encoding='utf-8')
    blocks = BLOCK.findall(page)
    results = {f'{number}: {command}': [f'is not printed:\n{part}' for part in [differs(expected, run(vouchsafe, root, command))]
                                        if part is not None]
               for number, (command, expected) in enumerate(blocks, 1)}
    results['there are blocks'] = [] if len(blocks) >= 6 else ['fewer than six']
    results['the examples'] = list(example_faults(root))
    results['the warnings'] = list(warning_faults(root, page))
    return tap.say(results)


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
