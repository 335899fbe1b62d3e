#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole line under callers: the first page, and new reports of 4 KB acknowledged durable, each of its own codename.

The load generator runs on the same machine and takes its share of the processors. The physical limit beside it: one
sync of the disk for each group of reports that came together, measured here as syncs of 16 KB appended one after the other.
"""
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

BIN = Path(os.environ['VOUCHSAFE_BIN'])
LOAD = BIN.parent / 'bench' / 'load'
TEXT_BYTES = 4096
REPORTS = {1: 2000, 16: 8000, 64: 16000}
PAGES = 40000
TARGET_REPORTS_PER_S = 1000


def run(*command, **more):
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True, **more).stdout


def syncs_per_s(folder):
    path, count = folder / 'sync', 300
    with open(path, 'wb') as file:
        begin = time.monotonic()
        for _ in range(count):
            file.write(bytes(16384))
            file.flush()
            os.fdatasync(file.fileno())
        took = time.monotonic() - begin
    path.unlink()
    return round(count / took)


def start(folder):
    (folder / 'passphrase').write_text('a passphrase for measuring only\n')
    run(BIN / 'vouchsafe', 'init', '--dir', folder / 'desk', '--organisation', 'Measured', '--member', 'Nobody',
        '--kit-folder', folder / 'kit', '--passphrase-file', folder / 'passphrase')
    run(BIN / 'vouchsafe-line', 'init', folder / 'desk' / 'pack.txt', folder / 'line')
    line = subprocess.Popen([BIN / 'vouchsafe-line', 'serve', folder / 'line', '--door', '127.0.0.1:0',
                             '--hatch', '127.0.0.1:0'], stdout=subprocess.PIPE, text=True)
    port = line.stdout.readline().split()[-1]
    line.stdout.readline()
    return line, f'127.0.0.1:{port}'


def ticket(address):
    with urllib.request.urlopen(f'http://{address}/new', data=b'lang=en') as reply:
        return re.search(r'name="ticket" value="([^"]+)"', reply.read().decode())[1]


def forms(address, folder, count):
    """One form a line, each with a ticket of its own; tickets are taken before the clock starts."""
    words = 'A report that was invented for measuring, number {N}. '
    text = urllib.parse.quote_plus((words * (TEXT_BYTES // len(words) + 1))[:TEXT_BYTES], safe='{}')
    path = folder / 'forms'
    with open(path, 'w') as file:
        for _ in range(count):
            file.write(f'lang=en&ticket={ticket(address)}&text={text}\n')
    return path


def memory_mib(pid):
    """Of the line's processes, what each holds alone, added up, and the largest resident size."""
    children = Path(f'/proc/{pid}/task/{pid}/children').read_text().split()
    own = largest = 0
    for process in [str(pid), *children]:
        rollup = Path(f'/proc/{process}/smaps_rollup').read_text()
        own += sum(int(kib) for kib in re.findall(r'^Private_\w+: +(\d+)', rollup, re.M))
        largest = max(largest, int(re.search(r'^Rss: +(\d+)', rollup, re.M)[1]))
    return round(own / 1024, 1), round(largest / 1024, 1)


def put(**figures):
    print(json.dumps(figures), flush=True)


def measure(folder):
    line, address = start(folder)
    try:
        put(what='memory at rest', **dict(zip(('private_mib', 'largest_rss_mib'), memory_mib(line.pid))))
        figures = json.loads(run(LOAD, '--connect', address, '--connections', 16, '--requests', PAGES, '--get', '/'))
        put(**{**figures, 'what': 'first page, 16 at once'})
        for connections, count in REPORTS.items():
            path = forms(address, folder, min(count, 4000))
            figures = json.loads(run(LOAD, '--connect', address, '--connections', connections, '--requests', count,
                                     '--post', '/send', '--body-lines', path))
            put(**{**figures, 'what': f'new reports of 4 KB durable, {connections} at once',
                   'target_per_s': TARGET_REPORTS_PER_S, 'syncs_per_s': syncs_per_s(folder)})
        put(what='memory after', **dict(zip(('private_mib', 'largest_rss_mib'), memory_mib(line.pid))))
    finally:
        line.send_signal(signal.SIGTERM)
        line.wait()
    begin = time.monotonic()
    said = run(BIN / 'vouchsafe-line', 'close', folder / 'line')
    put(what='placement of the day', seconds=round(time.monotonic() - begin, 2), said=said.strip())


if __name__ == '__main__':
    with tempfile.TemporaryDirectory(prefix='vouchsafe-bench-', dir='.') as name:
        measure(Path(name))
