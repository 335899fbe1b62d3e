#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""vouchsafe link review at a terminal, as tired people use it: test_link_review.py VOUCHSAFE"""
import csv
import fcntl
import json
import os
import pty
import random
import re
import resource
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap

VOUCHSAFE = sys.argv[1]
WAIT_S = 60
KEYS = 'stop (q)?'
HEADER = 'chance,together,a,b,name a,name b,name seen,born a,born b,born seen,note a,note b\n'
COLUMNS = ['time', 'reviewer', 'answer', 'a', 'b', 'reason']
# Escape, C1, right-to-left override, isolate, zero width, newline, a tag and script for the page.
HOSTILE = 'Pe\x1b[31mtro\x9bva\u202eanna\u2066\u200b\n<script>alert(1)</script>'
ALLOWED = '\r\n'


def flat(text):
    return re.sub(r'\s+', ' ', text)


class Terminal:
    """A window of so many columns; what its program says is in text."""

    def __init__(self, *arguments, columns=80):
        self.text, self.at = '', 0
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # Wide enough before anything is shown.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
            os.environ['TERM'] = 'xterm-256color'
            os.execv(VOUCHSAFE, [VOUCHSAFE, 'link', 'review', *map(str, arguments)])

    def more(self, wait_s):
        if not select.select([self.fd], [], [], wait_s)[0]:
            return False
        try:
            got = os.read(self.fd, 65536)
        except OSError:
            return False
        self.text += got.decode('utf-8', 'replace')
        return bool(got)

    def until(self, words):
        """What was said since the last time, up to these words."""
        end = time.time() + WAIT_S
        while words not in flat(self.text[self.at:]):
            assert time.time() < end and self.more(end - time.time()), (words, self.text[self.at:])
        while not self.waits_for_key() and time.time() < end and words == KEYS:
            time.sleep(0.005)
        said, self.at = self.text[self.at:], len(self.text)
        return said

    def waits_for_key(self):
        return not termios.tcgetattr(self.fd)[3] & termios.ICANON

    def type(self, text):
        os.write(self.fd, text.encode())

    def press(self, key):
        """Presses it and says what comes of it, up to the next question."""
        self.type(key)
        return self.until(KEYS)

    def end(self):
        """Exit status, or the signal below zero."""
        while self.more(WAIT_S):
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return status


def queue(folder, pairs, name='queue.csv'):
    path = folder / name
    with open(path, 'w', newline='', encoding='utf-8') as file:
        file.write(HEADER)
        csv.writer(file, lineterminator='\n').writerows(pairs)
    return path


def pair(number, name='Anna Petrova', other='Anya Petrov', note=''):
    return [f'{0.5 + number / 1000:.4f}', 'no', f'tolma.csv:{number}', f'karsk.csv:{number}', name, other, 'a part',
            '1980-05-03', '03.05.1980', 'the same', note, '']


def review(folder, path, reviewer='Leyla', **more):
    return Terminal(path, '--decisions', folder / 'decisions.csv', '--reviewer', reviewer, **more)


def decisions(folder):
    with open(folder / 'decisions.csv', newline='', encoding='utf-8') as file:
        text = file.read()
    assert not text or text.endswith('\n'), text[-200:]
    lines = list(csv.reader(text.splitlines(), strict=True))
    assert not lines or lines[0] == COLUMNS
    assert all(len(line) == len(COLUMNS) for line in lines), lines
    return [dict(zip(COLUMNS, line)) for line in lines[1:]]


def brief(folder):
    return [(row['answer'], row['a']) for row in decisions(folder)]


def assert_harmless(text, allowed=ALLOWED):
    for c in text:
        assert c in allowed or unicodedata.category(c) not in ('Cc', 'Cf', 'Cs', 'Co', 'Cn', 'Zl', 'Zp'), (hex(ord(c)), text)


def columns_of(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in line)


def test_one_key_an_answer(folder):
    terminal = review(folder, queue(folder, [pair(n) for n in range(1, 6)]))
    said = terminal.until(KEYS)
    assert '1 of 5. Chance of one person: 0.5010. At present they are apart.' in said
    assert re.search(r'≠ +name +An\[n\]a Petrov\[a\] +An\[y\]a Petrov\[\] +a part', said), said
    assert re.search(r'≈ +born +1980-05-03 +03\.05\.1980\r', said), said
    assert 'the same person' in (said := terminal.press('s')) and '2 of 5' in said
    assert 'different persons' in (said := terminal.press('d')) and '3 of 5' in said
    assert 'cannot be told' in (said := terminal.press('u')) and '4 of 5' in said
    assert 'left open' in (said := terminal.press('n')) and '5 of 5' in said
    terminal.type('q')
    assert terminal.end() == 0 and terminal.text.endswith('3 answered, 2 left.\r\n')
    assert brief(folder) == [('same', 'tolma.csv:1'), ('different', 'tolma.csv:2'), ('unsure', 'tolma.csv:3')]
    assert os.stat(folder / 'decisions.csv').st_mode & 0o777 == 0o600


def test_it_goes_on_where_it_was_left(folder):
    path = queue(folder, [pair(n) for n in range(1, 4)])
    terminal = review(folder, path)
    terminal.until(KEYS)
    terminal.press('d')
    terminal.type('q')
    assert terminal.end() == 0
    before = (folder / 'decisions.csv').read_bytes()
    terminal = review(folder, path)
    assert '2 of 3' in terminal.until(KEYS)
    terminal.press('s')
    terminal.type('s')
    assert terminal.end() == 0 and '2 answered, 0 left.' in terminal.text
    assert (folder / 'decisions.csv').read_bytes().startswith(before)
    terminal = review(folder, path)
    assert terminal.end() == 0 and '0 answered, 0 left.' in terminal.text
    terminal = Terminal(path, '--decisions', folder / 'decisions.csv', '--reviewer', 'Leyla', '--all')
    assert 'You said: different persons.' in flat(terminal.until(KEYS))
    terminal.type('q')
    assert terminal.end() == 0
    assert '1 of 3' in (other := review(folder, path, 'Timur')).until(KEYS)
    other.type('q')
    assert other.end() == 0


def test_going_back_and_giving_a_reason(folder):
    terminal = review(folder, queue(folder, [pair(n) for n in range(1, 5)]))
    terminal.until(KEYS)
    assert 'This is the first one.' in terminal.press('b')
    terminal.press('s')
    terminal.press('n')
    assert '2 of 4' in terminal.press('b')
    said = flat(terminal.press('b'))
    assert '1 of 4' in said and 'You said: the same person.' in said
    terminal.type('r')
    terminal.until('reason: ')
    terminal.type('another "mother", so\x1b[Ano\n')
    terminal.until(KEYS)
    assert '2 of 4' in terminal.press('d')
    assert '3 of 4' in terminal.press('s')
    terminal.type('q')
    assert terminal.end() == 0 and '2 answered, 2 left.' in terminal.text
    rows = decisions(folder)
    assert brief(folder) == [('same', 'tolma.csv:1'), ('different', 'tolma.csv:1'), ('same', 'tolma.csv:2')]
    assert [row['reason'] for row in rows] == ['', 'another "mother", so[U+001B][Ano', '']


def test_slips_of_the_hand_answer_nothing(folder):
    terminal = review(folder, queue(folder, [pair(n) for n in range(1, 4)]))
    terminal.until(KEYS)
    for slip in ('x', ' ', '\n', '\x1b[A', '\x1bOs', '\x1bd', 'ы', '\x1b[3~', '\x1a'):
        said = terminal.press(slip)
        assert 'No such key.' in said and ' of 3' not in said and said.count('No such key') == 1, (slip, said)
    os.write(terminal.fd, b'sss') # typed before the next one stood there
    assert '2 of 3' in terminal.until(KEYS)
    assert not terminal.more(0.3)
    terminal.type('\x03')
    assert terminal.end() == 0
    assert brief(folder) == [('same', 'tolma.csv:1')]


def test_narrow_and_wide_letters(folder):
    names = [('山田太郎左衛門之助義経', '山田太郎右衛門之助義経'), ('غيارنتيالكوغلو مورت كزبكوفيتش', 'אברהם בן יצחק הלוי'),
             ('Konstantin-Maximilian Dyakov of Karsk, beside the river', 'Konstantin Maximilian Dyakov')]
    path = queue(folder, [pair(n, *name) for n, name in enumerate(names, 1)])
    for columns in (80, 40, 20):
        terminal = review(folder, path, columns=columns)
        for name, other in names:
            said = terminal.until(KEYS)
            wide = [line for line in said.split('\r\n') if columns_of(line) > max(columns, 40)]
            assert not wide, wide
            plain = re.sub(r'[\s\[\]]|[ab]: ', '', said)
            for value in (name, other):
                assert value.replace(' ', '') in plain or columns == 80, (value, plain)
            terminal.type('n')
        assert terminal.end() == 0
    terminal = review(folder, path)
    terminal.until(KEYS)
    said = terminal.press('n')
    assert f'a: {names[1][0]}\r\n' in said and f'b: {names[1][1]}\r\n' in said, said
    terminal.type('q')
    assert terminal.end() == 0


def test_hostile_values_do_nothing_to_the_terminal(folder):
    hostile = pair(1, HOSTILE, HOSTILE + 'x', 'y' * 10000)
    hostile[0], hostile[2], hostile[6] = HOSTILE, 'tolma.csv:' + HOSTILE, HOSTILE
    terminal = review(folder, queue(folder, [hostile]))
    terminal.until(KEYS)
    assert_harmless(terminal.text)
    assert 'y' * 300 not in re.sub(r'\s', '', terminal.text)
    terminal.type('s')
    assert terminal.end() == 0
    assert_harmless(terminal.text)
    assert terminal.text.count('\x1b') == 0
    assert decisions(folder) if '\n' not in HOSTILE else (folder / 'decisions.csv').read_text().count('"') > 0


def test_hostile_lists_do_nothing_to_the_terminal(folder):
    dice = random.Random(5)
    rows = [[f'{HOSTILE} {n}', f'Anna{dice.randrange(9)} Pet\u202erova{dice.randrange(9)}\x1b]0;x\x07', f'19{dice.randrange(50, 99)}-05-03',
             '<script>' + 'z' * 10000 + str(dice.randrange(3))] for n in range(60)]
    path = folder / 'list\u202e\x1b[2J.csv'
    with open(path, 'w', newline='', encoding='utf-8') as file:
        csv.writer(file).writerows([[HOSTILE, 'name\x1b[1m', 'born\u2067', '<script>x</script>\x85'], *rows])
    def run(*arguments, code=0):
        done = subprocess.run([VOUCHSAFE, 'link', *map(str, arguments)], capture_output=True, timeout=WAIT_S, check=False)
        assert done.returncode == code, done
        return (done.stdout + done.stderr).decode()
    assert_harmless(run(path, '--review', folder / 'queue.csv', '--html', folder / 'page.html'))
    a, b = (f'{path.name}:{n}' for n in (2, 3))
    assert_harmless(run(path, '--explain', a, b, '--svg', folder / 'pair.svg', '--html', folder / 'pair.html'))
    assert_harmless(run(path, '--explain', a, HOSTILE, code=1))
    assert_harmless(run(path, '--evaluate', HOSTILE + 'x', code=1))
    assert_harmless(run(folder / 'none\x1b[2J.csv', code=1))
    for name in ('page.html', 'pair.html', 'pair.svg'):
        text = (folder / name).read_text()
        assert_harmless(text, '\n\t')
        assert '<script' not in text and 'z' * 300 not in text, name
    terminal = review(folder, folder / 'queue.csv')
    terminal.type('q')
    assert terminal.end() == 0
    assert_harmless(terminal.text)


def test_a_megabyte_is_cut_for_people(folder):
    path = folder / 'list.csv'
    with open(path, 'w', newline='', encoding='utf-8') as file:
        csv.writer(file).writerows([['id', 'name', 'born', 'note'],
                                    *([n, f'Anna Petrova{n % 9}', f'1980-05-0{1 + n % 9}', 'z' * 1000000 + str(n % 3)] for n in range(12))])
    more = ['--html', folder / 'pair.html', '--svg', folder / 'pair.svg']
    done = subprocess.run([VOUCHSAFE, 'link', path, '--explain', 'list.csv:1', 'list.csv:10', *more], capture_output=True, text=True,
                          timeout=WAIT_S, check=True)
    assert 'zzz…' in flat(done.stdout) and len(done.stdout) < 10000
    assert all(len((folder / name).read_text()) < 50000 for name in ('pair.html', 'pair.svg'))


def test_whatever_ends_it_no_half_line_is_left(folder):
    path = queue(folder, [pair(n) for n in range(1, 2000)])
    dice, kept = random.Random(), 0
    for round_ in range(24):
        how = ('\x03', '\x04', signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, 'close', 'q')[round_ % 8]
        terminal = review(folder, path)
        terminal.until(KEYS)
        for _ in range(dice.randrange(6)):
            terminal.press('s')
            kept += 1
        terminal.type('d')
        time.sleep(dice.uniform(0, 0.004))
        if how == 'close':
            os.close(terminal.fd)
            os.waitpid(terminal.pid, 0)
        elif isinstance(how, str):
            terminal.until(KEYS)
            terminal.type(how)
            assert terminal.end() == 0
        else:
            os.kill(terminal.pid, how)
            status = os.waitpid(terminal.pid, 0)[1]
            assert os.waitstatus_to_exitcode(status) == -how
            if how != signal.SIGKILL:
                flags = termios.tcgetattr(terminal.fd)[3]
                assert flags & termios.ICANON and flags & termios.ECHO, how
            os.close(terminal.fd)
        rows = len(decisions(folder))
        assert kept <= rows <= kept + 1, (how, kept, rows)
        kept = rows


def test_killed_while_it_waits_for_a_key(folder):
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        terminal = review(folder, queue(folder, [pair(1)]))
        terminal.until(KEYS)
        assert terminal.waits_for_key()
        os.kill(terminal.pid, how)
        assert os.waitstatus_to_exitcode(os.waitpid(terminal.pid, 0)[1]) == -how
        assert not terminal.waits_for_key()
        os.close(terminal.fd)


def test_two_review_into_one_file_at_once(folder):
    path = queue(folder, [pair(n) for n in range(1, 301)])
    both = [subprocess.Popen([VOUCHSAFE, 'link', 'review', path, '--decisions', folder / 'decisions.csv', '--reviewer', name],
                             stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) for name in ('Leyla', 'Timur')]
    for program in both:
        program.stdin.write(b's\n' * 300)
        program.stdin.close()
    assert [program.wait(WAIT_S) for program in both] == [0, 0]
    rows = decisions(folder)
    assert len(rows) == 600
    for name in ('Leyla', 'Timur'):
        assert [row['a'] for row in rows if row['reviewer'] == name] == [f'tolma.csv:{n}' for n in range(1, 301)]


def test_who_holds_the_file_is_waited_for(folder):
    path = queue(folder, [pair(1)])
    (folder / 'decisions.csv').write_text('')
    with open(folder / 'decisions.csv', 'rb') as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        terminal = review(folder, path)
        terminal.until(KEYS)
        terminal.type('s')
        assert terminal.more(0.2) is False
        fcntl.flock(file, fcntl.LOCK_UN)
        assert terminal.end() == 0
    assert brief(folder) == [('same', 'tolma.csv:1')]


def test_a_line_left_open_by_an_editor_is_ended(folder):
    path = queue(folder, [pair(1), pair(2)])
    (folder / 'decisions.csv').write_text(','.join(COLUMNS) + '\n2031-04-09 14:05,Leyla,same,tolma.csv:1,karsk.csv:1,')
    terminal = review(folder, path)
    assert '2 of 2' in terminal.until(KEYS)
    terminal.type('d')
    assert terminal.end() == 0
    assert brief(folder) == [('same', 'tolma.csv:1'), ('different', 'tolma.csv:2')]


def test_a_full_disk_keeps_whole_rows(folder):
    path = queue(folder, [pair(n) for n in range(1, 100)])

    def no_room():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    done = subprocess.run([VOUCHSAFE, 'link', 'review', path, '--decisions', folder / 'decisions.csv', '--reviewer', 'Leyla'],
                          input=b's\n' * 99, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=no_room, timeout=WAIT_S, check=False)
    assert done.returncode == 1 and b'decisions.csv: the answer was not kept' in done.stderr, done.stderr
    rows = decisions(folder)
    assert 5 < len(rows) < 25 and f'{len(rows)} answered'.encode() in done.stdout, (len(rows), done.stdout[-300:])


def test_what_is_wrong_is_said(folder):
    path = queue(folder, [pair(1)])

    def wrong(*arguments, code=1):
        done = subprocess.run([VOUCHSAFE, 'link', 'review', *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=WAIT_S, check=False)
        assert done.returncode == code, done
        return done.stderr
    for arguments in ([path], [path, '--decisions', 'x'], [path, '--decisions', 'x', '--reviewer', ''],
                      [path, '--decisions', 'x', '--reviewer', 'y' * 101], ['--decisions', 'x', '--reviewer', 'Leyla']):
        assert wrong(*arguments, code=2)
    with_name = ['--decisions', folder / 'decisions.csv', '--reviewer', 'Leyla']
    assert 'none.csv' in wrong(folder / 'none.csv', *with_name)
    (folder / 'no.csv').write_text('a,b\n')
    assert 'no.csv: line 1' in wrong(folder / 'no.csv', *with_name)
    (folder / 'decisions.csv').write_text(','.join(COLUMNS) + '\n2031-04-09 14:05,Leyla,same,tolma.csv:1,karsk.csv:1,\n2031-04-0')
    assert 'decisions.csv: line 3' in wrong(path, *with_name)
    assert (folder / 'decisions.csv').read_text().endswith('2031-04-0')


def three_alike(folder):
    """A list, and its queue's first three records by name."""
    people = ['id,family name,given name,born,town', 'A,Petrova,Anna,1980-05-03,Karsk', 'B,Petrova,Anna,1980-05-03,Karsk',
              'C,Petrova,Anna,1980-05-03,Karsk']
    people += [f'{n},Orlov{n},Boris{n},19{50 + n}-11-{10 + n},Tolma{n}' for n in range(1, 19)]
    path = folder / 'list.csv'
    path.write_text('\n'.join(people) + '\n')
    rows = [pair(n) for n in range(1, 4)]
    for row, (a, b) in zip(rows, (('A', 'B'), ('B', 'C'), ('A', 'C'))):
        row[2:4] = f'list.csv:{a}', f'list.csv:{b}'
    return path, queue(folder, rows)


def test_answers_that_contradict_are_reported(folder):
    path, pairs = three_alike(folder)

    def answered(reviewer, keys):
        terminal = review(folder, pairs, reviewer)
        for key in keys:
            terminal.until(KEYS)
            terminal.type(key)
        assert terminal.end() == 0

    def linked(*more):
        done = subprocess.run([VOUCHSAFE, 'link', path, '--decisions', folder / 'decisions.csv', *more], capture_output=True,
                              text=True, timeout=WAIT_S, check=True)
        return flat(done.stdout)
    answered('Leyla', 'ssd')
    assert 'A contradiction: list.csv:A and list.csv:C were decided to be different' in linked()
    answered('Timur', 'sds')
    said = linked()
    assert 'Reviewers differ, so nothing is decided: list.csv:B and list.csv:C are the same to Leyla (line 3)' in said, said
    got = json.loads(linked('--json', '--two-reviewers'))['decisions']
    assert got['waiting_for_second'] == 0 and len(got['disputes']) == 2, got


if __name__ == '__main__':
    sys.exit(tap.run(globals()))
