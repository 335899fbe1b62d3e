#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""vouchsafe desk at a terminal: test_terminal.py VOUCHSAFE"""
import http.client
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap

VOUCHSAFE = sys.argv[1]
PASSPHRASE = 'seven lamps above the river'
WAIT_S = 60


class Terminal:
    def __init__(self, *arguments, path=None):
        self.got = b''
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.pop('WAYLAND_DISPLAY', None)
            os.environ['DISPLAY'] = ':77' if path else ''
            if path:
                os.environ['PATH'] = path
            os.execv(VOUCHSAFE, [VOUCHSAFE, 'desk', *arguments])

    def read(self, until):
        """What was said up to and with that; what came after it is for the next read."""
        end = time.time() + WAIT_S
        while until.encode() not in self.got:
            if time.time() > end or not select.select([self.fd], [], [], end - time.time())[0]:
                raise AssertionError(f'{until!r} never came, but {self.got!r}')
            self.got += os.read(self.fd, 65536)
        said, _, self.got = self.got.partition(until.encode())
        return said.decode() + until

    def type(self, text):
        os.write(self.fd, text.encode())

    def unlock(self):
        self.read('Passphrase:')
        self.type(PASSPHRASE + '\n')
        return self.read('Ctrl-C: end.')

    def end(self):
        """The exit status after Ctrl-C."""
        self.type('\x03')
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def ask(address, path, cookie='', body=None):
    connection = http.client.HTTPConnection(address, timeout=WAIT_S)
    headers = {'Cookie': cookie}
    if body is not None:
        headers['Content-Type'] = 'application/x-www-form-urlencoded'
    connection.request('GET' if body is None else 'POST', path, body, headers)
    reply = connection.getresponse()
    return reply.status, reply.getheader('Set-Cookie', '').split(';')[0], reply.read().decode()


def invitation(text):
    return re.search(r'http://(127\.0\.0\.1:\d+)(/open\?token=\w+)', text).groups()


def test_from_the_passphrase_to_the_lock_and_back(desk):
    terminal = Terminal('--dir', desk, '--no-browser', '--every-minutes', '0')
    terminal.read('Passphrase:')
    terminal.type('not the passphrase\n')
    assert 'passphrase is not right' in terminal.read('Passphrase:')
    terminal.type(PASSPHRASE + '\n')
    address, path = invitation(terminal.read('Ctrl-C: end.'))
    status, cookie, _ = ask(address, path)
    assert status == 200
    status, _, page = ask(address, '/', cookie)
    assert status == 200 and 'Veshnia Legal Aid' in page
    csrf = re.search(r'name="csrf" value="(\w+)"', page)[1]
    assert ask(address, '/lock', cookie, 'csrf=' + csrf)[0] == 403
    terminal.read('The desk is locked.')
    assert 'The desk is locked' in ask(address, '/', cookie)[2]
    terminal.type('\n')
    again, path = invitation(terminal.unlock())
    assert again == address
    assert ask(address, '/', cookie)[0] == 403
    assert ask(address, path)[0] == 200
    assert terminal.end() == 0


def test_enter_gives_a_new_address(desk):
    terminal = Terminal('--dir', desk, '--no-browser', '--every-minutes', '0')
    address, old = invitation(terminal.unlock())
    terminal.type('\n')
    _, new = invitation(terminal.read('Ctrl-C: end.'))
    assert ask(address, old)[0] == 403
    assert ask(address, new)[0] == 200
    assert terminal.end() == 0


def test_ctrl_c_ends_the_question_too(desk):
    terminal = Terminal('--dir', desk, '--no-browser')
    terminal.read('Passphrase:')
    assert terminal.end() == 1


def test_a_browser_that_cannot_run_leaves_the_address(desk):
    with tempfile.TemporaryDirectory() as folder:
        browser = Path(folder, 'chromium')
        browser.write_text('#!/bin/sh\nexit 1\n')
        browser.chmod(0o700)
        terminal = Terminal('--dir', desk, '--every-minutes', '0', path=folder)
        terminal.unlock()
        address, path = invitation(terminal.read('Ctrl-C: end.'))
        assert ask(address, path)[0] == 200
        assert terminal.end() == 0


def in_memory():
    return set(Path('/dev/shm').glob('vouchsafe-*'))


def test_closing_the_browser_locks(desk):
    before = in_memory()
    with tempfile.TemporaryDirectory() as folder:
        browser = Path(folder, 'chromium')
        page = Path(folder, 'page')
        browser.write_text('#!/bin/sh\nfor a; do case $a in file://*) /bin/cp "${a#file://}" ' +
                           f'{folder}/part && /bin/mv {folder}/part {page};; esac; done\n' +
                           f'while ! [ -e {folder}/close ]; do /bin/sleep 0.1; done\n')
        browser.chmod(0o700)
        terminal = Terminal('--dir', desk, '--every-minutes', '0', path=folder)
        said = terminal.unlock()
        assert 'token' not in said
        while not page.exists():
            time.sleep(0.05)
        address, path = invitation(page.read_text())
        assert 'token' not in Path(f'/proc/{terminal.pid}/cmdline').read_text()
        _, cookie, _ = ask(address, path)
        assert ask(address, '/', cookie)[0] == 200
        Path(folder, 'close').touch()
        terminal.read('The desk is locked.')
        assert 'The desk is locked' in ask(address, '/', cookie)[2]
        assert terminal.end() == 0
    assert not in_memory() - before


def test_as_json_without_a_terminal(desk, passphrase_file):
    with subprocess.Popen([VOUCHSAFE, 'desk', '--dir', desk, '--json', '--passphrase-file', passphrase_file,
                           '--every-minutes', '0'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as program:
        address, path = invitation(json.loads(program.stdout.readline())['open'])
        assert ask(address, path)[0] == 200
        program.send_signal(signal.SIGTERM)
        assert program.wait(WAIT_S) == 0


def test_what_is_wrong_is_said(desk, passphrase_file):
    for arguments, status in ((['--listen', '0.0.0.0:0'], 1), (['--idle-minutes', '0'], 1), (['--idle-minutes', 'x'], 1),
                              (['extra'], 2), (['--dir', desk + '/none'], 1)):
        done = subprocess.run([VOUCHSAFE, 'desk', '--dir', desk, '--passphrase-file', passphrase_file, *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WAIT_S, check=False)
        assert done.returncode == status and done.stderr.strip(), (arguments, done)
        assert not done.stdout, done


def main():
    with tempfile.TemporaryDirectory() as folder:
        desk, kit, passphrase_file = folder + '/desk', folder + '/kit', folder + '/passphrase'
        Path(kit).mkdir()
        Path(passphrase_file).write_text(PASSPHRASE + '\n')
        subprocess.run([VOUCHSAFE, 'init', '--organisation', 'Veshnia Legal Aid', '--member', 'Mira Sol', '--dir', desk,
                        '--kit-folder', kit, '--passphrase-file', passphrase_file],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        return tap.run(globals(), lambda test: test(*[desk, passphrase_file][:test.__code__.co_argcount]))


if __name__ == '__main__':
    sys.exit(main())
