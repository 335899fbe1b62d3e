#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs the benchmarks: bench.py BUILD [NAME]

A benchmark is a program BUILD/bench/bench_NAME, or bench/bench_NAME.py for what drives whole processes. It prints one
JSON object a line. Each is passed on with the machine it ran on and the load before and after, since a figure from a
busy machine measures the scheduler. Programs find vouchsafe and vouchsafe-line in $VOUCHSAFE_BIN.
"""
import json
import os
import platform
import subprocess
import sys
from pathlib import Path


def cpu_model():
    for line in Path('/proc/cpuinfo').read_text().splitlines():
        if line.startswith('model name'):
            return line.split(':', 1)[1].strip()
    return platform.machine()


def machine():
    pages, size = os.sysconf('SC_PHYS_PAGES'), os.sysconf('SC_PAGE_SIZE')
    return {'cpu': cpu_model(), 'cores': len(os.sched_getaffinity(0)), 'kernel': platform.release(),
            'memory_mib': pages * size >> 20}


def load():
    return [round(value, 2) for value in os.getloadavg()]


def benchmarks(build):
    found = {path.name[len('bench_'):]: [str(path)]
             for path in (build / 'bench').glob('bench_*') if path.is_file() and os.access(path, os.X_OK)}
    for path in Path('bench').glob('bench_*.py'):
        found[path.stem[len('bench_'):]] = [sys.executable, str(path)]
    return found


def run(name, command, build, about):
    before = load()
    environment = dict(os.environ, VOUCHSAFE_BIN=str(build / 'src'))
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    after = load()
    for line in done.stdout.splitlines():
        figures = json.loads(line)
        print(json.dumps({'bench': name, **figures, 'load_before': before, 'load_after': after, 'machine': about},
                         ensure_ascii=False), flush=True)
    if done.returncode != 0:
        print(f'bench {name} ended with status {done.returncode}', file=sys.stderr)
    return done.returncode == 0


def main(arguments):
    build = Path(arguments[0]).resolve()
    found = benchmarks(build)
    names = arguments[1:] or sorted(found)
    unknown = [name for name in names if name not in found]
    if unknown:
        print(f'no benchmark {", ".join(unknown)}; there are: {", ".join(sorted(found))}', file=sys.stderr)
        return 2
    about = machine()
    results = [run(name, found[name], build, about) for name in names]
    return 0 if all(results) else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
