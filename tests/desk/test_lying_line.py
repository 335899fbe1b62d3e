#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a line that lies can make a desk believe: test_lying_line.py VOUCHSAFE VOUCHSAFE-LINE

It has the line's true key and every true copy of the log, and says what it likes over the hatch."""
import http.server
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap

from test_commands import VOUCHSAFE, World

NONCE = 'AAAAAAAAAAAAAAAAAAAAAA'
HEADER_BYTES, LEAF_BYTES, ID_BYTES = 54, 113, 16


class Lies(http.server.BaseHTTPRequestHandler):
    """Serves the copy that the server has, but for what a test says otherwise."""
    protocol_version = 'HTTP/1.1'

    def reply(self, body, status=200):
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.send_header('Vouchsafe-Next-Nonce', NONCE)
        self.end_headers()
        self.wfile.write(body)

    def asked(self, body):
        server = self.server
        server.paths.append(self.path)
        lie = server.lies.get(self.path)
        said = lie(body) if lie else None
        if said is None:
            said = server.truth(self.path, body)
        self.reply(*said) if isinstance(said, tuple) else self.reply(said)

    def do_GET(self):
        self.asked(b'')

    def do_POST(self):
        self.asked(self.rfile.read(int(self.headers['Content-Length'])))

    def log_message(self, *arguments):
        pass


class LyingLine(http.server.ThreadingHTTPServer):
    def __init__(self, copy):
        super().__init__(('127.0.0.1', 0), Lies)
        self.copy, self.lies, self.paths = copy, {}, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A desk hangs up on a reply that is too large."""

    def sealed(self, body):
        reply = b''
        for at in range(0, len(body), ID_BYTES):
            file = self.copy / 'sealed' / body[at:at + ID_BYTES].hex()
            held = file.read_bytes() if file.exists() else b''
            reply += len(held).to_bytes(4, 'big') + held
        return reply

    def truth(self, path, body):
        if path == '/nonce':
            return NONCE.encode()
        if path == '/sealed':
            return self.sealed(body)
        if path in ('/entry', '/held', '/roster') and body:
            return b''
        file = self.copy / path[1:]
        return file.read_bytes() if file.is_file() else (b'There is nothing here by that name.', 404)


class Scene:
    """Two copies: one with a report pending, and a later one from which it is gone."""

    def __init__(self, folder):
        self.world = World(folder)
        self.world.start()
        self.world.report('A report that was placed.')
        self.world.close_day()
        self.world.report('A report that is pending.')
        self.world.stop()
        self.first = self.export('first')
        self.desks = 0

    def export(self, name):
        to = self.world.folder / name
        self.world.at_line('export', self.world.line, to)
        return to

    def desk(self):
        """A desk of the member that has pulled nothing, and the line that it will ask."""
        self.desks += 1
        desk = self.world.folder / f'desk-{self.desks}'
        shutil.copytree(self.world.desk, desk)
        copy = self.world.folder / f'copy-{self.desks}'
        shutil.copytree(self.first, copy)
        line = LyingLine(copy)
        subprocess.run([VOUCHSAFE, 'line', f'http://127.0.0.1:{line.server_port}', '--fingerprint', self.world.words, '--dir',
                        desk], check=True, capture_output=True)
        return desk, line

    def pull(self, desk):
        done = subprocess.run([VOUCHSAFE, 'pull', '--json', '--dir', desk, '--passphrase-file', self.world.passphrase],
                              capture_output=True, text=True, check=False, timeout=60)
        assert done.stdout, done
        return json.loads(done.stdout), done

    def alarms(self, desk):
        done = subprocess.run([VOUCHSAFE, 'status', '--json', '--dir', desk, '--passphrase-file', self.world.passphrase],
                              capture_output=True, text=True, check=False, timeout=60)
        return [alarm['kind'] for alarm in json.loads(done.stdout)['alarms']]


def test_the_truth_is_believed(scene):
    desk, _ = scene.desk()
    report, _ = scene.pull(desk)
    assert (report['result'], report['alarms'], report['gaps'], report['waiting']) == ('OK', 0, 0, 0), report
    assert report['received'] == report['placed'] + 1 > 1


def test_an_entry_is_not_hidden_by_an_old_checkpoint(scene):
    desk, line = scene.desk()
    scene.pull(desk)
    (line.copy / 'pending').write_bytes(b'')
    shown = []

    def checkpoint(_):
        shown.append(1)
        return None if len(shown) == 1 else (b'There is nothing here by that name.', 404)
    line.lies['/checkpoint'] = checkpoint
    report, _ = scene.pull(desk)
    assert len(shown) == 2 and report['result'] == 'ROLLBACK' and 'ROLLBACK' in scene.alarms(desk), report
    del line.lies['/checkpoint']
    report, _ = scene.pull(desk)
    assert 'MISSING' in scene.alarms(desk), report


def test_what_was_said_to_be_taken_is_missed(scene):
    desk, line = scene.desk()
    report, _ = scene.pull(desk)
    assert report['sent'] > 0 and '/entry' in line.paths
    report, _ = scene.pull(desk)
    assert 'MISSING' in scene.alarms(desk), report


def test_an_entry_that_never_comes_keeps_nothing_from_the_desk(scene):
    desk, line = scene.desk()
    line.lies['/sealed'] = lambda body: bytes(4 * (len(body) // ID_BYTES))
    report, _ = scene.pull(desk)
    assert report['result'] == 'OK' and report['gaps'] == report['placed'] > 0 and 'GAP' in scene.alarms(desk), report


def test_an_erasure_needs_its_secret(scene):
    desk, line = scene.desk()
    scene.pull(desk)
    pending = (line.copy / 'pending').read_bytes()
    (line.copy / 'erased').write_bytes(pending[1:1 + ID_BYTES] + bytes(32))
    report, _ = scene.pull(desk)
    assert report['result'] == 'PROOF' and report['erased'] == 0 and 'does not show the secret' in report['problem'], report


def test_replies_have_limits(scene):
    for path, reply in (('/checkpoint', b'x' * (1 << 20)), ('/roster', b'\xff' * (65 << 20)), ('/sealed', b''),
                        ('/sealed', b'\xff\xff\xff\xff'), ('/sealed', bytes(4 * 200)), ('/pending', b'x' * 100)):
        desk, line = scene.desk()
        line.lies[path] = lambda _, reply=reply: reply
        report, _ = scene.pull(desk)
        assert report['result'] in ('TOO_LARGE', 'FORMAT'), (path, report)


def test_a_refusal_is_shown_as_text(scene):
    desk, line = scene.desk()
    line.lies['/pending'] = lambda _: ('Пусто\x1b[2J\u009b8m\nvouchsafe: all is well'.encode(), 403)
    report, done = scene.pull(desk)
    assert report['result'] == 'DENIED' and 'The line refused (403)' in done.stderr
    assert all(character == '\n' or ' ' <= character <= '~' for character in done.stderr), done.stderr
    assert len(done.stderr.strip().split('\n')) == 1


def main():
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder))
        return tap.run(globals(), lambda test: test(scene))


if __name__ == '__main__':
    sys.exit(main())
