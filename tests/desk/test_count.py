#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""vouchsafe count, as an analyst types it: test_count.py VOUCHSAFE"""
import csv
import io
import json
import os
import pty
import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap

VOUCHSAFE = sys.argv[1]
WAIT_S = 100

FOUR = """Door,Parents,Lawyers,Hospital,n
1,0,0,0,145\n0,1,0,0,180\n1,1,0,0,35\n0,0,1,0,160\n1,0,1,0,40\n0,1,1,0,38\n1,1,1,0,19\n0,0,0,1,70
1,0,0,1,22\n0,1,0,1,14\n1,1,0,1,8\n0,0,1,1,25\n1,0,1,1,13\n0,1,1,1,9\n1,1,1,1,6
"""


def run(*arguments, code=0, given=None):
    done = subprocess.run([VOUCHSAFE, 'count', *map(str, arguments)], input=given, capture_output=True, timeout=WAIT_S,
                          check=False, text=True)
    assert done.returncode == code, (arguments, done)
    return done.stdout if code == 0 else done.stdout + done.stderr


def write(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


def records(seed=1, persons=400):
    """Rows of persons, lists and years; some persons have two ids."""
    dice = random.Random(seed)
    rows = []
    for person in range(persons):
        for name, chance in (('Open Door Karsk', 0.4), ('Tolma Lawyers', 0.35), ('Parents of Orlets', 0.3)):
            if dice.random() < chance:
                rows.append((f'p{person}', name, 1999 + person % 2))
    return rows


def as_csv(header, rows):
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


def test_a_table_of_histories(folder):
    path = write(folder, 'four.csv', FOUR)
    said = run(path, '--quick')
    assert 'At least 784 persons are documented.' in said, said
    assert 'A row a capture history, "n" the number of persons; the lists' in said
    assert 'Log-linear, best by BIC' in said and 'M0' in said and 'Decomposable' in said
    # But for the file's name.
    assert run('-', '--quick', given=FOUR).partition('Documented')[2] == said.partition('Documented')[2]


def test_whole_histories(folder):
    """One column of 0110 says what four columns say; zeros that a spreadsheet has eaten are not read."""
    header, *rows = [line.split(',') for line in FOUR.split()]
    whole = as_csv(['ch', 'freq'], [(''.join(row[:-1]), row[-1]) for row in rows])
    path = write(folder, 'whole.csv', whole)
    options = ['--quick', '--json']
    got = json.loads(run(path, *options, '--lists', ','.join(header[:-1])))
    columns = json.loads(run(write(folder, 'four.csv', FOUR), *options))
    assert got['lists'] == header[:-1] and got['whole'] == columns['whole'], got['file']
    assert got['file']['took_for'] == ('A row a capture history, "freq" the number of persons; each digit of "ch" is '
                                       'a list: Door, Parents, Lawyers and Hospital.'), got['file']
    assert json.loads(run(path, *options))['lists'] == ['list 1', 'list 2', 'list 3', 'list 4']
    eaten = as_csv(['ch', 'freq'], [(int(''.join(row[:-1])), row[-1]) for row in rows])
    assert 'eaten.csv: line 3: in the column "ch", "100" has 3 digits' in run(write(folder, 'eaten.csv', eaten), code=1)


def test_everything_for_programs(folder):
    path = write(folder, 'four.csv', FOUR)
    page, out = folder / 'page.html', folder / 'out.json'
    assert run(path, '--json', '--html', page, '-o', out, '--seed', 5) == ''
    got = json.loads(out.read_text())
    ids = [one['id'] for one in got['whole']['estimates']]
    assert ids.index('chao') < ids.index('loglinear-bic') < ids.index('m0') < ids.index('decomposable')
    assert ids.index('decomposable') < ids.index('sparse') < ids.index('latent')
    assert got['finished'] is True and len(got['whole']['wrong_linkage']) == 6, got.keys()
    assert page.read_text().lower().startswith('<!doctype html>') and 'Latent classes' in page.read_text()
    assert page.stat().st_mode & 0o777 == 0o600
    assert not list(folder.glob('*.tmp'))


def test_seed_and_threads(folder):
    path = write(folder, 'four.csv', FOUR)
    options = ['--json', '--only', 'sparse', '--only', 'bounds']
    one = run(path, *options, '--threads', 1)
    assert run(path, *options, '--threads', 2) == one
    assert run(path, *options, '--seed', 2) != one
    ids = {estimate['id'] for estimate in json.loads(one)['whole']['estimates']}
    assert 'sparse' in ids and 'chao' in ids and 'm0' not in ids


def test_records_strata_acts_and_doubts(folder):
    rows = records()
    path = write(folder, 'linked.csv', as_csv(['cluster', 'list', 'year'], rows))
    pairs = write(folder, 'pairs.csv', as_csv(['a', 'b'], [(rows[0][0], rows[-1][0])]))
    got = json.loads(run(path, '--by', 'year', '--act', 'year', '--doubtful', pairs, '--quick', '--json'))
    documented = got['whole']
    persons = len({row[0] for row in rows})
    assert documented['persons'] == persons and documented['reports'] == len(rows), documented
    assert documented['persons_merged'] == persons - 1
    assert [stratum['name'] for stratum in got['strata']] == ['1999', '2000']
    assert sum(stratum['persons'] for stratum in got['strata']) == persons
    totals = {total['id']: total for total in got['totals']}
    assert totals['loglinear-bic']['low'] < 400 < totals['loglinear-bic']['high'], totals['loglinear-bic']
    table = list(csv.DictReader(io.StringIO(run(path, '--by', 'year', '--quick', '--csv'))))
    assert {row['stratum'] for row in table} >= {'1999', '2000'}, table[0]


def test_draws(folder):
    rows = records()
    path = write(folder, 'linked.csv', as_csv(['cluster', 'list', 'year'], rows))
    dice = random.Random(3)
    drawn = [(number, row[1], *(f'x{number}' if dice.random() < 0.05 else row[0] for _ in range(5)), row[0])
             for number, row in enumerate(rows, 1)]
    draws = write(folder, 'draws.csv', as_csv(['record', 'list', *(f'draw_{i}' for i in range(1, 6)), 'merged'], drawn))
    got = json.loads(run(path, '--draws', draws, '--only', 'loglinear', '--no-sensitivity', '--json'))
    pooled = {one['id']: one for one in got['whole']['over_draws']}
    assert pooled['loglinear-bic']['n'] > 0, pooled
    assert 'the draws: line 2' in run(path, '--draws', write(folder, 'bad.csv', 'record,draw_1\n0,x\n'), code=1)


def test_what_one_chooses_beforehand(folder):
    path = write(folder, 'four.csv', FOUR)
    options = ['--only', 'decomposable', '--json']
    plain = json.loads(run(path, *options))['whole']['estimates'][0]
    same = json.loads(run(path, *options, '--delta', '0.0625'))['whole']
    assert same['estimates'][0]['n'] == plain['n'] and same['estimates'][0]['model'] == 'delta 0.0625: ' + plain['model']
    other = json.loads(run(path, *options, '--delta', '0.5', '--unseen-max', '1200'))['whole']
    assert other['estimates'][0]['model'].startswith('at most 1,200 unseen: delta 0.5: '), other['estimates'][0]
    assert other['estimates'][0]['high'] <= 784 + 1200 and other['deltas'][-1]['high'] <= 784 + 1200
    assert other['wrong_linkage'][0]['estimates'][0]['n'] != same['wrong_linkage'][0]['estimates'][0]['n']
    few = json.loads(run(path, '--only', 'latent', '--no-sensitivity', '--classes', '3', '--json'))['whole']
    assert few['estimates'][0]['model'].startswith('3 classes, '), few['estimates'][0]['model']
    for wrong in (['--delta', '0'], ['--delta', 'nan'], ['--delta', '1e9'], ['--delta', '0,5'], ['--unseen-max', '0'],
                  ['--unseen-max', '1.5'], ['--classes', '1'], ['--classes', '33']):
        run(path, *wrong, code=2)


def test_refusals(folder):
    path = write(folder, 'four.csv', FOUR)
    assert 'four.csv: line 1: no column is named "place".' in run(path, '--by', 'place', code=1)
    assert 'line 3' in run(write(folder, 'bad.csv', 'A,B,n\n1,0,4\n1,1,-4\n'), code=1)
    assert 'No such file' in run(folder / 'nothing.csv', code=1)
    assert f'{folder}: a folder, not a file' in run(folder, code=1)
    assert '--lists names "Door" twice' in run(path, '--lists', 'Door,Parents,Door', code=2)
    assert 'empty' in run('-', code=1, given='')
    for arguments in ([], [path, path], [path, '--only', 'guess'], [path, '--seed', 'x'], [path, '--threads', '65'],
                      [path, '--json', '--csv'], [path, '--form', 'table'], [path, '--lists', 'A,,B'], [path, '--nonsense']):
        run(*arguments, code=2)
    out = folder / 'kept.txt'
    out.write_text('as it was')
    run(folder / 'bad.csv', '-o', out, code=1)
    assert out.read_text() == 'as it was'
    assert 'vouchsafe count FILE.csv' in run('--help')


def test_names_that_are_attacks(folder):
    """Names of lists are other people's: markup, escape sequences, directions, formulas, far too long ones."""
    names = ['<script>alert(1)</script>', '"><svg onload=alert(1)>', '\x1b[31m\x1b]0;x\x07', '=cmd|x', '\u202eabc', 'Ж' * 300, '{{n}}']
    histories = [[number >> i & 1 for i in range(7)] for number in range(1, 128)]
    rows = [[*one, 40 >> 2 * sum(one)] for one in histories if one[0] <= one[1]]
    path, page = write(folder, 'names.csv', as_csv([*names, 'n'], rows)), folder / 'page.html'
    said = run(path, '--quick', '--html', page)
    table = run(path, '--quick', '--csv')
    html = page.read_text()
    for bad in ('\x1b', '\x07', '\u202e'):
        assert bad not in said and bad not in html and bad not in table, bad
    assert '<script' not in html and '<svg onload' not in html
    got = json.loads(run(path, '--quick', '--json'))
    assert got['lists'] == names and got['whole']['warnings'] == ['list-inside'], got['whole']['warnings']
    assert '\ufffd' not in json.dumps(got, ensure_ascii=False)


def test_a_full_disk_is_no_success(folder):
    path = write(folder, 'four.csv', FOUR)
    with open('/dev/full', 'wb') as full:
        done = subprocess.run([VOUCHSAFE, 'count', path, '--quick'], stdout=full, stderr=subprocess.PIPE, timeout=WAIT_S,
                              check=False, text=True)
    assert done.returncode == 1 and 'could not be written: No space left' in done.stderr, done
    piped = subprocess.run([VOUCHSAFE, 'count', path, '--quick', '-o', '/dev/stdout'], stdout=subprocess.PIPE,
                           timeout=WAIT_S, check=True, text=True)
    assert 'At least 784 persons are documented.' in piped.stdout, piped


class Terminal:
    """The command with its standard error on a terminal."""

    def __init__(self, *arguments):
        self.fd, child = pty.openpty()
        self.program = subprocess.Popen([VOUCHSAFE, 'count', *map(str, arguments)], stdout=subprocess.PIPE, stderr=child,
                                        text=True)
        os.close(child)
        self.got = b''

    def read_until(self, text):
        end = time.time() + WAIT_S
        while text not in self.got:
            assert time.time() < end and select.select([self.fd], [], [], end - time.time())[0], self.got
            self.got += os.read(self.fd, 65536)


def wide():
    """Seven lists, which take long enough to be interrupted."""
    dice = random.Random(4)
    return as_csv([f'L{i}' for i in range(7)],
                  [[int(dice.random() < 0.25) for _ in range(7)] for _ in range(3000)])


def test_interrupted_it_keeps_what_is_finished(folder):
    terminal = Terminal(write(folder, 'wide.csv', wide()), '--json')
    terminal.read_until(b'The first answers')
    terminal.read_until(b'Log-linear, best by BIC')
    assert b'\r\x1b[K' in terminal.got
    terminal.program.send_signal(signal.SIGINT)
    said, _ = terminal.program.communicate(timeout=WAIT_S)
    assert terminal.program.returncode == 1, terminal.got
    got = json.loads(said)
    assert got['finished'] is False
    given = {one['id'] for one in got['whole']['estimates'] if one['n'] is not None}
    assert 'loglinear-bic' in given and 'latent' not in given, given


def test_a_second_interrupt_ends_at_once(folder):
    with subprocess.Popen([VOUCHSAFE, 'count', '-'], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        time.sleep(1) # it waits for rows, and hears nothing of the first
        program.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert program.poll() is None
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=WAIT_S) == -signal.SIGINT


if __name__ == '__main__':
    sys.exit(tap.run(globals()))
