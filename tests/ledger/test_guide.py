#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The script in docs/verify.md: test_guide.py WRITE_PROOF VERIFY_MD

It is cut out of the page and run, by the shell it names, on folders that hold, and on folders in which one thing was
changed: it must name that thing.
"""
import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap

write_proof, page = sys.argv[1], Path(sys.argv[2])
tmp = Path(tempfile.mkdtemp(prefix='ledger-guide-'))
script = tmp / 'check.sh'
results = {}


def cut_out():
    blocks = re.findall(r'^```sh\n(.*?)^```$', page.read_text(), re.S | re.M)
    assert len(blocks) == 1, 'there is to be one script'
    script.write_text(blocks[0])


def make(index, size):
    folder = tmp / f'proof-{index}-{size}'
    if not folder.exists():
        subprocess.run([write_proof, folder, str(index), str(size)], check=True)
    return folder


def run(folder, policy=None):
    command = ['sh', script, folder] + ([policy] if policy else [])
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def expect(name, folder, said, proved=False, policy=None):
    code, out, err = run(folder, policy)
    good = (code == 0) == proved and said in out and out.startswith('PROVED:' if proved else 'NOT PROVED:')
    assert name not in results
    results[name] = [] if good else [f'status {code}', out.strip(), err.strip()]


def changed(name, said, file, change, index=3, size=7):
    """A copy of a good folder in which change (bytes to bytes) was made to one file."""
    copy = tmp / 'changed'
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(make(index, size), copy)
    before = (copy / file).read_bytes()
    after = change(before)
    assert before != after, name
    (copy / file).write_bytes(after)
    expect(name, copy, said)


def flip(offset):
    def change(data):
        at = offset if offset >= 0 else len(data) + offset
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
    return change


def line(number, change):
    def apply(data):
        lines = data.split(b'\n')
        lines[number] = change(lines[number])
        return b'\n'.join(lines)
    return apply


def without(pattern):
    return lambda data: re.sub(pattern, b'', data, count=1, flags=re.M)


def respoil(data):
    """A signature line with one bit of its last byte changed."""
    dash, name, encoded = data.split(b' ')
    return b' '.join([dash, name, base64.b64encode(flip(-1)(base64.b64decode(encoded)))])


def check_good_folders():
    for index, size in [(0, 1), (0, 2), (1, 2), (2, 3), (3, 7), (6, 7), (4, 8), (12, 13), (7, 100), (99, 100)]:
        expect(f'entry {index} of {size}', make(index, size), f'at place {index} of {size} by', proved=True)
    expect('the time is that of the second cosigner', make(3, 7), '1775736060', proved=True)
    expect('the folder\'s own policy is told as such', make(3, 7), 'who vouches for it', proved=True)


def check_changes():
    proof = 'report.txt.tlog-proof'
    changed('a changed content', 'the content is not the one', 'report.txt', flip(5))
    changed('a longer content', 'the content is not the one', 'report.txt', lambda data: data + b'\n')
    changed('a changed opening', 'the content is not the one', 'opening', flip(10))
    changed('an opening of another form', 'the opening is not one', 'opening', lambda data: data[6:])
    changed('another version of leaf', 'the leaf is not one', 'leaf', flip(0))
    changed('a leaf with a byte more', 'the leaf is not one', 'leaf', lambda data: data + b'x')
    changed('a leaf with another id', 'the content is not the one', 'leaf', flip(3))
    changed('a leaf with another header', 'the leaf is not in the log', 'leaf', flip(20))
    changed('a leaf with other sealed bytes', 'the leaf is not in the log', 'leaf', flip(60))
    changed('a leaf with another commitment', 'the content is not the one', 'leaf', flip(-1))
    changed('another kind of proof', 'of another kind', proof, line(0, lambda l: l + b'2'))
    changed('another place', 'not in the log that was signed', proof, line(1, lambda l: b'index 2'))
    changed('a place beyond the log', 'the log is too short', proof, line(1, lambda l: b'index 7'))
    changed('a place that is no number', 'cannot be read', proof, line(1, lambda l: b'index x'))
    changed('another hash in the path', 'not in the log that was signed', proof,
            line(3, lambda l: base64.b64encode(flip(9)(base64.b64decode(l)))))
    changed('a path too short', 'too short', proof, lambda data: data.replace(data.split(b'\n')[4] + b'\n', b'', 1))
    changed('a path too long', 'too long', proof, line(4, lambda l: l + b'\n' + l))
    changed('a hash too short', 'not a hash', proof, line(4, lambda l: base64.b64encode(base64.b64decode(l)[:31])))
    changed('another size', 'a signature of vouchsafe', proof, line(7, lambda l: b'8'))
    changed('another root', 'a signature of vouchsafe', proof,
            line(8, lambda l: base64.b64encode(flip(0)(base64.b64decode(l)))))
    changed('another log\'s name', 'a signature of vouchsafe', proof, line(6, lambda l: b'vouchsafe/0000000000000000'))
    changed('the log\'s signature', 'a signature of vouchsafe', proof, line(10, respoil))
    changed('a cosignature', 'a signature of desk', proof, line(11, respoil))
    changed('no signature of the log', 'no log that the policy names', proof, without(rb'^\xe2\x80\x94 vouchsafe.*\n'))
    changed('one cosigner too few', 'fewer cosigners', proof, without(rb'^\xe2\x80\x94 desk.*\n'))


def check_policies():
    folder = make(3, 7)
    own = (folder / 'policy').read_text()
    keys = [l.split() for l in own.splitlines()]
    log, witnesses = keys[0][1], [words[2] for words in keys if words[0] == 'witness']

    def policy(name, said, text, proved=False):
        path = tmp / 'policy'
        path.write_text(text)
        expect(name, folder, said, proved, path)

    head = f'# whom I believe\nlog {log}\n' + ''.join(f'witness w{i} {key}\n' for i, key in enumerate(witnesses))
    policy('one cosigner', 'by', head + 'quorum w2\n', True)
    policy('any of them', '1775736000', head + 'group g any w0 w1 w2\nquorum g\n', True)
    policy('groups of groups', 'by', head + 'group a any w0 w1\ngroup b any w2\ngroup c all a b\nquorum c\n', True)
    policy('all of them', 'fewer cosigners', head + 'group g all w0 w1 w2\nquorum g\n')
    policy('one who did not sign', 'fewer cosigners', head + 'quorum w1\n')
    policy('nobody at all', 'fewer cosigners', head + 'quorum none\n')
    policy('no quorum', 'fewer cosigners', head)
    other = log.replace('vouchsafe/0123', 'vouchsafe/4567')
    policy('a damaged key', 'is damaged', head.replace(log, other) + 'quorum w2\n')
    material = base64.b64decode(log.split('+', 2)[2])
    name = log.split('+')[0].replace('vouchsafe/0123', 'vouchsafe/4567')
    identity = hashlib.sha256(name.encode() + b'\n' + material).digest()[:4].hex()
    renamed = f'{name}+{identity}+{log.split("+", 2)[2]}'
    policy('another log', 'no log that the policy names', head.replace(log, renamed) + 'quorum w2\n')
    policy('a log\'s key as a cosigner', 'is not a cosigner', head + f'witness w9 {log}\nquorum w9\n')


try:
    cut_out()
    check_good_folders()
    check_changes()
    check_policies()
finally:
    shutil.rmtree(tmp)
sys.exit(tap.say(results))
