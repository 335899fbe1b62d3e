#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands, as a member types them, with a line beside: test_commands.py VOUCHSAFE VOUCHSAFE-LINE"""
import base64
import hashlib
import html
import http.client
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap

VOUCHSAFE, LINE = sys.argv[1:3]
PASSPHRASE = 'seven lamps above the river'
WAIT_S = 60


def run(*arguments, code=0, given=None):
    done = subprocess.run([VOUCHSAFE, *map(str, arguments)], input=given, capture_output=True, text=True, timeout=WAIT_S,
                          check=False, stdin=subprocess.DEVNULL if given is None else None)
    assert done.returncode == code, (arguments, done)
    if code:
        assert done.stderr.strip() or done.stdout.strip(), arguments
    return done.stdout if code == 0 else done.stdout + done.stderr


class World:
    """An organisation, its desk, and its line when it is started."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.desk, self.line, self.kit = (self.folder / name for name in ('desk', 'line', 'kit'))
        self.passphrase = self.folder / 'passphrase'
        self.passphrase.write_text(PASSPHRASE + '\n')
        self.program = None
        run('init', '--dir', self.desk, '--organisation', 'Open Door Karsk', '--member', 'Ada', '--kit-folder', self.kit,
            '--passphrase-file', self.passphrase)
        shutil.copy(self.desk / 'pack.txt', self.folder / 'first-pack.txt')
        self.words = self.at_line('init', self.desk / 'pack.txt', self.line).strip().splitlines()[-1].strip()

    @staticmethod
    def at_line(*arguments):
        return subprocess.run([LINE, *map(str, arguments)], capture_output=True, text=True, check=True, timeout=WAIT_S).stdout

    def __call__(self, command, *arguments, **more):
        return run(command, *arguments, '--dir', self.desk, '--passphrase-file', self.passphrase, **more)

    def json(self, command, *arguments, **more):
        return json.loads(self(command, *arguments, '--json', **more))

    def start(self):
        self.program = subprocess.Popen([LINE, 'serve', self.line, '--door', '127.0.0.1:0', '--hatch', '127.0.0.1:0'],
                                        stdout=subprocess.PIPE, text=True)
        ports = {}
        while len(ports) < 2:
            name, _, port = self.program.stdout.readline().split()
            ports[name] = int(port)
        self.door = ports['door']
        self.hatch = f"http://127.0.0.1:{ports['hatch']}"
        run('line', self.hatch, '--fingerprint', self.words, '--dir', self.desk)

    def stop(self):
        if self.program:
            self.program.send_signal(signal.SIGTERM)
            self.program.wait(WAIT_S)
            self.program.stdout.close()
            self.program = None

    def close_day(self):
        self.stop()
        self.at_line('close', self.line)
        self.start()

    def post(self, path, **fields):
        connection = http.client.HTTPConnection('127.0.0.1', self.door, timeout=WAIT_S)
        connection.request('POST', path, urllib.parse.urlencode({'lang': 'en', **fields}),
                           {'Content-Type': 'application/x-www-form-urlencoded'})
        reply = connection.getresponse()
        page = reply.read().decode()
        assert reply.status == 200, (reply.status, page)
        return page

    def report(self, text):
        page = self.post('/new')
        ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
        self.post('/send', ticket=ticket, text=text)
        return html.unescape(re.search(r'<p class="line"[^>]*>([^<]+)<', page)[1]).strip()


class Terminal:
    def __init__(self, *arguments):
        self.got = b''
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(VOUCHSAFE, [VOUCHSAFE, *map(str, arguments)])

    def read(self, until):
        end = time.time() + WAIT_S
        while until.encode() not in self.got:
            if time.time() > end or not select.select([self.fd], [], [], end - time.time())[0]:
                raise AssertionError(f'{until!r} never came, but {self.got!r}')
            self.got += os.read(self.fd, 65536)
        said, _, self.got = self.got.partition(until.encode())
        return said.decode()

    def type(self, text):
        os.write(self.fd, (text + '\n').encode())

    def end(self):
        rest = self.got
        try:
            while more := os.read(self.fd, 65536):
                rest += more
        except OSError:
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return status, rest.decode()


def words_of(sheet):
    return ' '.join(re.findall(r'\d+\. (\w+)', sheet))


def test_the_kit_is_typed_back(folder):
    terminal = Terminal('init', '--dir', folder / 'typed')
    for question, answer in (('organisation: ', 'Open Door Karsk'), ('will see it: ', 'Ada'),
                             ('passphrase: ', PASSPHRASE), ('Once more: ', PASSPHRASE)):
        terminal.read(question)
        terminal.type(answer)
    one = words_of(terminal.read('press Enter: '))
    terminal.type('')
    terminal.read('> ')
    assert not (folder / 'typed' / 'key').exists()
    wrong = one.split()
    wrong[3], wrong[4] = wrong[4], wrong[3]
    terminal.type(' '.join(wrong))
    terminal.read('> ')
    terminal.type(' '.join(word[:4] for word in one.split()))
    two = words_of(terminal.read('press Enter: '))
    terminal.type('')
    terminal.read('> ')
    terminal.type(one)
    assert 'another sheet' in terminal.read('> ')
    terminal.type(two.upper())
    status, rest = terminal.end()
    assert status == 0 and 'The desk is ready' in rest, rest
    assert PASSPHRASE not in rest
    assert len(one.split()) == 12 and one != two
    run('status', '--dir', folder / 'typed', given=PASSPHRASE + '\n')


def test_without_the_kit_there_is_no_desk(folder):
    run('init', '--dir', folder / 'none', '--organisation', 'A', '--member', 'B', code=1, given=PASSPHRASE + '\n')
    assert not (folder / 'none' / 'key').exists()
    assert '12 characters' in run('init', '--dir', folder / 'none', '--organisation', 'A', '--member', 'B', '--kit-folder',
                                  folder / 'k', code=1, given='short\n')


def test_the_whole_way(world):
    world.start()
    codename = world.report('They took my brother Ёжик from Tannery Street.')
    pulled = world.json('pull')
    assert (pulled['received'], pulled['alarms'], pulled['waiting']) == (1, 0, 0)
    row = world.json('inbox')['conversations'][0]
    assert row['waiting'] and row['can_answer'] and row['start'].startswith('They took')
    world('answer', row['id'][:8], given='We are looking for him.\n.\n')
    call = world.json('take', '--channel', 'telephone', '--wording', 'summary', '--language', 'en', '--danger', 'now', '--due',
                      '2099-01-02 10:00', '--safe-ways', 'She rings.', '--consent', 'publication=The Courier', '--refused',
                      'court', '--from-file', '-', given='A woman rang.\nShe was calm.\n')
    shown = world.json('show', call['id'])
    assert shown['items'][0]['text'] == 'A woman rang.\nShe was calm.'
    assert shown['details']['danger'] == 'now' and shown['details']['safe_ways'] == 'She rings.'
    assert [(c['purpose'], c['given']) for c in shown['consents']] == [('court', False), ('publication', True)]
    assert world.json('inbox')['conversations'][0]['id'] == call['id']
    world('details', call['id'], '--handled', 'yes', '--danger', 'none')
    assert world.json('inbox')['conversations'][-1]['handled']
    assert [hit['id'] for hit in world.json('search', 'ежик')['hits']] == [row['id']]
    assert world.json('pull')['waiting'] == 0
    page = world.post('/mailbox', codename=codename)
    assert 'We are looking for him.' in page
    status = world.json('status')
    assert (status['reports'], status['waiting'], status['alarms']) == (2, 0, [])


def test_proof(world):
    row = next(c for c in world.json('inbox')['conversations'] if c['can_answer'])
    assert 'not in the log yet' in world('prove', row['id'], '-o', world.folder / 'early', code=1)
    world.close_day()
    world('pull')
    proof = world.folder / 'proof'
    world('prove', row['id'], '-o', proof)
    said = run('verify', proof)
    assert 'Proved ONLY IF' in said and 'Not proved' in said and world.words in said and 'came with the folder' in said
    result = json.loads(run('verify', proof, '--policy', proof / 'policy', '--json'))
    assert result['proved'] and not result['policy_of_folder'] and result['entry'] == row['id']
    said = run('verify', proof, '--policy', proof / 'policy')
    assert said.startswith('Proved: ') and 'came with the folder' not in said
    report = proof / 'report.txt'
    report.write_bytes(report.read_bytes().replace(b'brother', b'sister '))
    assert 'NOT proved' in run('verify', proof, code=1)
    assert json.loads(subprocess.run([VOUCHSAFE, 'verify', proof, '--json'], capture_output=True, text=True,
                                     check=False).stdout)['proved'] is False


def forge(proof, forged, log, time):
    """Another log of one entry, the same leaf, under keys made for it: what anybody can make of a folder they were given."""
    shutil.copytree(proof, forged)

    def key(name, kind):
        file = forged.parent / 'forged.key'
        subprocess.run(['openssl', 'genpkey', '-algorithm', 'ed25519', '-out', file], check=True)
        der = subprocess.run(['openssl', 'pkey', '-in', file, '-pubout', '-outform', 'DER'], check=True, capture_output=True).stdout
        material = bytes([kind]) + der[-32:]
        number = hashlib.sha256(name.encode() + b'\n' + material).digest()[:4]

        def sign(message):
            text = forged.parent / 'forged.text'
            text.write_bytes(message)
            return subprocess.run(['openssl', 'pkeyutl', '-sign', '-rawin', '-inkey', file, '-in', text], check=True,
                                  capture_output=True).stdout
        return f'{name}+{number.hex()}+{base64.b64encode(material).decode()}', number, sign

    leaf = (proof / 'leaf').read_bytes()
    note = f'{log}\n1\n{base64.b64encode(hashlib.sha256(bytes(1) + leaf).digest()).decode()}\n'.encode()
    log_key, number, sign = key(log, 1)
    lines = f'\u2014 {log} {base64.b64encode(number + sign(note)).decode()}\n'
    cosigner, number, sign = key('cosigner', 4)
    stamp = number + time.to_bytes(8, 'big') + sign(f'cosignature/v1\ntime {time}\n'.encode() + note)
    lines += f'\u2014 cosigner {base64.b64encode(stamp).decode()}\n'
    (forged / 'policy').write_text(f'log {log_key}\nwitness w\u009b8m {cosigner}\nquorum w\u009b8m\n')
    (forged / 'report.txt.tlog-proof').write_bytes(b'c2sp.org/tlog-proof@v1\nindex 0\n\n' + note + b'\n' + lines.encode())


def test_a_forged_proof(world):
    proof, forged = world.folder / 'sent', world.folder / 'forged'
    world('prove', next(c['id'] for c in world.json('inbox')['conversations'] if c['can_answer']), '-o', proof)
    # The name tells a terminal to hide what follows.
    forge(proof, forged, 'vouchsafe/\u009b8m\u202e', 915148800)
    said = run('verify', forged)
    assert said.startswith('Proved ONLY IF the keys below are the right ones') and '1999-01-01' in said
    assert 'came with the folder' in said.split('\nLog ')[0]
    assert '\u009b' not in said and '\u202e' not in said and '[U+009B]' in said
    refused = run('verify', forged, '--policy', proof / 'policy', code=1)
    assert 'not signed by a log that the policy names' in refused
    note = forged / 'report.txt.tlog-proof'
    text = note.read_text()
    note.write_text(text[:-20] + 'AAAA' + text[-16:])
    refused = run('verify', forged, code=1)
    assert 'the cosignature of' in refused and '\u009b' not in refused and '[U+009B]' in refused
    # The words shown are of the key that signed, whatever other key of that name is listed before it.
    real = (proof / 'policy').read_text().split('\n')[0]
    posing = world.folder / 'posing'
    forge(proof, posing, real.split()[1].split('+')[0], 915148800)
    (posing / 'policy').write_text(real + '\n' + (posing / 'policy').read_text())
    assert world.words in run('verify', proof) and world.words not in run('verify', posing)


def test_erasure(world):
    codename = world.report('Take this back.')
    world('pull')
    row = next(c for c in world.json('inbox')['conversations'] if c['start'] == 'Take this back.')
    assert 'did not ask' in world('erase', row['id'], 'delete', '--yes', code=1)
    page = world.post('/mailbox', codename=codename)
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    page = world.post('/erase', ticket=ticket)
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    world.post('/erased', ticket=ticket)
    assert world.json('pull')['erased'] == 1
    assert world.json('show', row['id'])['items'][0]['text'] == ''
    assert world.json('show', row['id'], '--hidden')['items'][0]['text'] == 'Take this back.'
    assert world.json('erasures')['erasures'][0]['decision'] == 'undecided'
    assert 'Nothing was deleted' in world('erase', row['id'], 'delete', code=1)
    world('erase', row['id'], 'keep', '--reason', 'evidence')
    assert world.json('show', row['id'])['items'][0]['text'] == 'Take this back.'
    world('erase', row['id'], 'delete', '--yes')
    assert 'No report' in world('show', row['id'], code=1)


def test_intake_is_renewed_and_told(world):
    assert len(world.json('intake')['epochs']) == 1
    assert len(world.json('intake', '--renew')['epochs']) == 2
    world.report('To the new key.')
    assert world.json('pull')['alarms'] == 0
    assert any(c['start'] == 'To the new key.' for c in world.json('inbox')['conversations'])


def test_another_key_of_the_line_is_refused(world):
    run('line', world.hatch, '--fingerprint', 'six other words than these here', '--dir', world.desk, code=1)
    run('line', world.hatch, '--dir', world.desk, code=1)
    run('line', 'http://hatch.example', '--dir', world.desk, code=1)
    assert json.loads(run('line', '--dir', world.desk, '--json'))['six_words'] == world.words


def test_recovery(world):
    sheets = ['--sheet-1', world.kit / 'sheet-1.txt', '--sheet-2', world.kit / 'sheet-2.txt']
    again = world.folder / 'again'
    common = ['--dir', again, '--passphrase-file', world.passphrase]
    swapped = ['--sheet-1', world.kit / 'sheet-1.txt', '--sheet-2', world.kit / 'sheet-1.txt']
    assert 'sheet 1' in run('recover', '--pack', world.desk / 'pack.txt', *swapped, *common, code=1)
    assert not (again / 'key').exists()
    run('recover', '--line', world.hatch, *sheets, *common)
    run('line', world.hatch, '--fingerprint', world.words, '--dir', again)
    pulled = json.loads(run('pull', '--json', *common, code=1).split('\nvouchsafe')[0])
    assert pulled['gaps'] > 0 and pulled['alarms'] > 0
    # A pack from before a renewal: another one for the same place would be a second history.
    old = world.folder / 'old'
    common = ['--dir', old, '--passphrase-file', world.passphrase]
    run('recover', '--pack', world.folder / 'first-pack.txt', *sheets, *common)
    assert 'no line yet' in run('intake', '--renew', *common, code=1)
    run('line', world.hatch, '--fingerprint', world.words, '--dir', old)
    renewed = json.loads(run('intake', '--renew', '--json', *common))
    assert [epoch['epoch'] for epoch in renewed['epochs']] == [1, 2, 3]
    assert world.json('pull')['result'] == 'OK' and len(world.json('intake')['epochs']) == 3
    # A copy of the lost desk has what the line has forgotten.
    copy = world.folder / 'copy'
    shutil.copytree(world.desk, copy)
    (copy / 'key').unlink()
    run('recover', '--pack', world.desk / 'pack.txt', *sheets, '--dir', copy, '--passphrase-file', world.passphrase)
    ids = {c['id'] for c in world.json('inbox')['conversations']}
    shown = json.loads(run('inbox', '--json', '--dir', copy, '--passphrase-file', world.passphrase))
    assert {c['id'] for c in shown['conversations']} == ids


def test_a_copy_on_a_stick(world):
    world.report('For the stick.')
    world.stop()
    world.at_line('export', world.line, world.folder / 'stick')
    pulled = world.json('pull', '--from', world.folder / 'stick')
    assert pulled['received'] >= 1 and pulled['alarms'] == 0
    assert any(c['start'] == 'For the stick.' for c in world.json('inbox')['conversations'])
    tile = sorted((world.folder / 'stick').glob('tile/entries/000.p/*'))[-1]
    shutil.copytree(world.folder / 'stick', world.folder / 'bad')
    pending = world.folder / 'bad' / 'pending'
    pending.write_bytes(pending.read_bytes()[:-1])
    assert tile.exists() and 'cut off' in world('pull', '--from', world.folder / 'bad', code=1)


def test_fsck_finds_a_flipped_bit(world):
    assert json.loads(run('fsck', '--dir', world.desk, '--json'))['findings'] == []
    damaged = world.folder / 'damaged'
    shutil.copytree(world.desk, damaged)
    log = damaged / 'log.db'
    wal = damaged / 'log.db-wal'
    if wal.exists():
        wal.unlink()
    data = bytearray(log.read_bytes())
    for at in range(len(data) // 2, len(data), 4096):
        data[at + 2000] ^= 1
    log.write_bytes(data)
    done = subprocess.run([VOUCHSAFE, 'fsck', '--dir', damaged], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done


def test_wrong_usage(world):
    for arguments in (['nonsense'], ['show'], ['inbox', 'extra'], ['inbox', '--nonsense'], ['prove', 'abcd'],
                      ['erase', 'abcd', 'maybe'], ['recover'], ['take', '--from-file']):
        run(*arguments, code=2)
    assert 'vouchsafe inbox' in run('inbox', '--help')
    assert 'no id' in world('show', 'xyz', code=1)
    assert 'passphrase is not right' in run('inbox', '--dir', world.desk, code=1, given='not the passphrase\n')
    assert 'There is no desk' in run('inbox', '--dir', world.folder / 'nothing', code=1, given='x\n')


def main():
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder)
        try:
            return tap.run(globals(), lambda test: test(world if test.__code__.co_varnames[0] == 'world' else Path(folder)))
        finally:
            world.stop()


if __name__ == '__main__':
    sys.exit(main())
