#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""vouchsafe link, as an analyst types it: test_link.py VOUCHSAFE"""
import csv
import json
import os
import pty
import random
import resource
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap

VOUCHSAFE = os.path.abspath(sys.argv[1])
ROOT = Path(sys.argv[2])
WAIT_S = 100

TOLMA = """case,family name,given name,born,town
T-1,Petrova,Anna,1980-05-03,Karsk
T-2,Orlov,Boris,1955-11-30,Tolma
T-3,Chern,Vera,1971-01-09,Zhelan
T-4,Chern,Vera,1971-01-09,Zhelan
"""
KARSK = """given name,family name,born,town
Anna,Petrova,1980-05-03,Karsk
Zakhar,Ilin,1990-07-21,Orlets
Boris,Orlov,1955-11-30,Tolma
"""


def run(*arguments, code=0, **more):
    done = subprocess.run([VOUCHSAFE, *map(str, arguments)], capture_output=True, timeout=WAIT_S, check=False, text=True,
                          **more)
    assert done.returncode == code, (arguments, done)
    return done.stdout if code == 0 else done.stderr


def link(*arguments, **more):
    return run('link', *arguments, **more)


def write(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


def rows(path):
    with open(path, newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def simulated(folder, *options):
    run('link', 'simulate', '-o', folder / 'lists', *options)
    return sorted((folder / 'lists').iterdir())


def two(folder):
    return write(folder, 'tolma.csv', TOLMA), write(folder, 'karsk.csv', KARSK)


def clusters(path):
    return [row['cluster'] for row in rows(path)]


def test_simulated_lists_are_the_same_for_a_seed(folder):
    first = [path.read_bytes() for path in simulated(folder, '--persons', 200, '--lists', 4, '--seed', 3)]
    assert len(first) == 4 and all(len(text) > 1000 for text in first)
    assert first == [path.read_bytes() for path in simulated(folder, '--persons', 200, '--lists', 4, '--seed', 3)]
    assert first != [path.read_bytes() for path in simulated(folder, '--persons', 200, '--lists', 4, '--seed', 4)]
    for wrong in (['--persons', 0], ['--lists', 17], ['--captured', '1.5'], ['--mistakes', 'x'], ['x']):
        link('simulate', '-o', folder / 'lists', *wrong, code=2)
    link('simulate', code=2)


def test_two_lists_become_one(folder):
    tolma, karsk = two(folder)
    out = folder / 'linked.csv'
    said = link(tolma, karsk, '-o', out)
    assert 'What the columns are' in said and 'All 21 possible pairs' in said, said
    linked = rows(out)
    assert list(linked[0]) == ['case', 'family name', 'given name', 'born', 'town', 'list', 'cluster', 'confidence']
    assert [row['list'] for row in linked] == ['tolma.csv'] * 4 + ['karsk.csv'] * 3
    assert [row['family name'] for row in linked] == ['Petrova', 'Orlov', 'Chern', 'Chern', 'Petrova', 'Ilin', 'Orlov']
    assert os.stat(out).st_mode & 0o777 == 0o600
    assert not list(folder.glob('*.tmp'))


def test_one_list_gets_two_columns(folder):
    tolma, _ = two(folder)
    link(tolma, '-o', folder / 'linked.csv')
    assert list(rows(folder / 'linked.csv')[0]) == ['case', 'family name', 'given name', 'born', 'town', 'cluster', 'confidence']


def test_the_truth_is_compared(folder):
    lists = simulated(folder, '--persons', 500)
    got = json.loads(link(*lists, '--evaluate', 'person', '--json', '-o', folder / 'linked.csv'))
    assert got['evaluation']['pairs']['f1'] > 0.9 and got['evaluation']['persons']['f1'] > 0.85, got['evaluation']
    by_cluster, wrong = {}, 0
    for row in rows(folder / 'linked.csv'):
        wrong += by_cluster.setdefault(row['cluster'], row['person']) != row['person']
    assert wrong < 20
    uses = {one['column']: one for one in got['columns'] if one['list'] == 'list_1.csv'}
    assert not uses['person']['compared'] and uses['family_name']['use'] == 'full name'
    assert 'precision' in link(*lists, '--evaluate', 'person')
    assert 'no list has the column' in link(*lists, '--evaluate', 'truth', code=1)


def test_drawn_linkages_are_counted(folder):
    lists = simulated(folder, '--persons', 600, '--mistakes', 1)
    link(*lists, '--ignore', 'person', '-o', folder / 'linked.csv', '--draws', 20, '--draws-file', folder / 'draws.csv')
    linked, drawn = rows(folder / 'linked.csv'), rows(folder / 'draws.csv')
    assert len(linked) == len(drawn)
    assert [row['list'] for row in linked] == [row['list'] for row in drawn]
    assert [int(row['record']) for row in drawn] == list(range(1, len(linked) + 1))
    persons, least = (len({row[column] for row in table}) for table, column in ((linked, 'cluster'), (drawn, 'merged')))
    assert least <= persons <= len({row['apart'] for row in drawn})
    got = json.loads(run('count', folder / 'linked.csv', '--draws', folder / 'draws.csv', '--quick', '--json'))['whole']
    assert (got['persons'], got['persons_merged'], got['draws']) == (persons, least, 20), got
    def width(estimates):
        one = next(one for one in estimates if one['id'] == 'loglinear-bic')
        return one['high'] - one['low']
    assert width(got['over_draws']) > width(got['estimates'])
    for wrong in (['--draws', 20], ['--draws-file', folder / 'x'], ['--draws', 0, '--draws-file', folder / 'x']):
        link(*lists, *wrong, code=2)


def test_a_decision_changes_the_next_run(folder):
    lists = simulated(folder, '--persons', 600, '--mistakes', 1.5)
    link(*lists, '--ignore', 'person', '-o', folder / 'before.csv', '--review', folder / 'queue.csv')
    first = rows(folder / 'queue.csv')[0]
    answer = 'different' if first['together'] == 'yes' else 'same'
    decisions = write(folder, 'decisions.csv', 'time,reviewer,answer,a,b,reason\n'
                      f'2031-04-09T14:05Z,Leyla,{answer},{first["a"]},{first["b"]},the same phone\n')
    for path in (folder / 'after.csv', folder / 'alone.csv'):
        more = ['--two-reviewers'] if path.name == 'alone.csv' else []
        got = json.loads(link(*lists, '--ignore', 'person', '-o', path, '--decisions', decisions, '--json', *more))
        assert got['decisions']['waiting_for_second'] == len(more)
    at = {f'{row["list"]}:{row["record"]}': number for number, row in enumerate(rows(folder / 'before.csv'))}
    def together(name):
        found = clusters(folder / name)
        return 'yes' if found[at[first['a']]] == found[at[first['b']]] else 'no'
    assert together('before.csv') == together('alone.csv') == first['together'] != together('after.csv')
    write(folder, 'decisions.csv', 'time,reviewer,answer,a,b,reason\nx\n')
    assert f'{decisions}: line 2' in link(*lists, '--decisions', decisions, code=1)


def test_new_records_go_into_an_earlier_result(folder):
    lists = simulated(folder, '--persons', 500, '--lists', 2)
    model, old, into, full = (folder / name for name in ('model.json', 'old.csv', 'into.csv', 'full.csv'))
    link(lists[0], '--ignore', 'person', '-o', old, '--model-out', model)
    link(lists[1], '--into', old, '--model', model, '--ignore', 'person', '-o', into)
    link(*lists, '--model', model, '--ignore', 'person', '-o', full)
    assert clusters(into) == clusters(full)
    link(lists[1], '--into', old, '--model', model, '--ignore', 'person', '-o', old)
    assert clusters(old) == clusters(full)
    assert 'needs --model' in link(lists[1], '--into', old, code=2)
    assert 'another list called' in link(lists[1], '--into', full, '--model', model, code=1)
    write(folder, 'model.json', '{}')
    assert str(model) in link(*lists, '--model', model, code=1)


def test_decisions_and_lists_hold_in_an_earlier_result(folder):
    lists = simulated(folder, '--persons', 400, '--lists', 3, '--mistakes', 1.5)
    lists[1], lists[2] = lists[2], lists[1]
    model, old, into, full = (folder / name for name in ('model.json', 'old.csv', 'into.csv', 'full.csv'))
    ignore = ['--ignore', 'person', '--unique', 'list_1.csv']
    queue = folder / 'queue.csv'
    link(lists[0], lists[1], *ignore, '-o', old, '--model-out', model, '--review', queue)
    decisions = write(folder, 'decisions.csv', 'time,reviewer,answer,a,b,reason\n' + ''.join(
        f'2031-04-09T14:05Z,Leyla,{"different" if row["together"] == "yes" else "same"},{row["a"]},{row["b"]},\n'
        for row in rows(queue)[:8]))
    more = [*ignore, '--model', model, '--decisions', decisions]
    got = json.loads(link(lists[2], '--into', old, *more, '-o', into, '--json'))
    link(*lists, *more, '-o', full)
    assert got['decisions']['of_unknown_records'] == 0, got['decisions']
    assert clusters(into) == clusters(full)
    assert into.read_bytes() == full.read_bytes()
    at = {f'{row["list"]}:{row["record"]}': row['cluster'] for row in rows(into)}
    before = {f'{row["list"]}:{row["record"]}': row['cluster'] for row in rows(old)}
    changed = 0
    for row in rows(queue)[:8]:
        assert (at[row['a']] == at[row['b']]) != (row['together'] == 'yes'), row
        changed += (before[row['a']] == before[row['b']]) == (row['together'] == 'yes')
    assert changed == len(rows(queue)[:8]) > 3
    in_list_1 = [row['cluster'] for row in rows(into) if row['list'] == 'list_1.csv']
    assert len(in_list_1) == len(set(in_list_1))
    link(lists[2], '--into', into, *more, code=1)


def test_a_model_that_was_saved_gives_the_same_result(folder):
    lists = simulated(folder, '--persons', 500)
    model, again, one, other = (folder / name for name in ('model.json', 'again.json', 'one.csv', 'other.csv'))
    link(*lists, '--ignore', 'person', '-o', one, '--model-out', model)
    link(*lists, '--ignore', 'person', '-o', other, '--model', model, '--model-out', again)
    assert one.read_bytes() == other.read_bytes()
    assert model.read_bytes() == again.read_bytes()


def test_threads_and_memory_change_nothing(folder):
    lists = simulated(folder, '--persons', 3000, '--lists', 2)
    one, other = folder / 'one.csv', folder / 'other.csv'
    link(*lists, '--ignore', 'person', '-o', one, '--threads', 1)
    link(*lists, '--ignore', 'person', '-o', other, '--threads', 3, '--memory', '64M', '--spill', folder)
    assert one.read_bytes() == other.read_bytes()
    for wrong in ('0', '1M', 'G', '4X', '99999999T'):
        assert '--memory' in link(*lists, '--memory', wrong, code=2)


def test_lists_are_told_apart(folder):
    (folder / 'a').mkdir()
    (folder / 'b').mkdir()
    one, other = write(folder / 'a', 'list.csv', TOLMA), write(folder / 'b', 'list.csv', KARSK)
    got = json.loads(link(one, other, '--json'))
    assert [one['name'] for one in got['lists']] == [str(one), str(other)]
    assert 'given twice' in link(one, one, code=2)
    got = json.loads(link(one, '--unique', one, '--json'))
    assert got['lists'][0] == {'name': 'list.csv', 'records': 4, 'unique': True, 'short_rows': 0}
    assert 'no list called' in link(one, '--unique', 'tolma', code=1)


def test_what_is_wrong_is_said_and_nothing_is_written(folder):
    out = folder / 'linked.csv'
    for text, said in (('', 'it is empty'), ('a,b\n', 'no records'), ('a\nx\nx\n', 'no column to compare'),
                       ('a,b\n1,2\n1,2,3\n', 'line 3'), ('a,b\n1,"2\n', 'line 2')):
        wrong = write(folder, 'wrong.csv', text)
        error = link(wrong, '-o', out, code=1)
        assert error.count('\n') == 1 and said in error, error
    (folder / 'wrong.csv').write_bytes(b'a\n\xff\n')
    assert 'wrong.csv: line 2' in link(folder / 'wrong.csv', '-o', out, code=1)
    tolma, karsk = two(folder)
    assert 'none.csv' in link(folder / 'none.csv', '-o', out, code=1)
    assert 'must be a file' in link('/dev/null', '-o', out, code=1)
    assert 'No such file' in link(tolma, '-o', folder / 'none' / 'x.csv', code=1)
    assert 'no list has the column "twon"' in link(tolma, '-o', out, '--ignore', 'twon', code=1)
    assert 'one of the lists' in link(tolma, '-o', tolma, code=2)
    assert 'two files' in link(tolma, '-o', out, '--review', out, code=2)
    link('-o', out, code=2)
    link(tolma, '--seed', 'x', code=2)
    assert tolma.read_text() == TOLMA and karsk.read_text() == KARSK
    assert sorted(path.name for path in folder.iterdir()) == ['karsk.csv', 'tolma.csv', 'wrong.csv']


def no_room():
    """As on a full disk: no file gets larger."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))


def test_a_full_disk_leaves_what_was_there(folder):
    lists = simulated(folder, '--persons', 1000)
    out = write(folder, 'linked.csv', 'of yesterday')
    error = link(*lists, '-o', out, '--review', folder / 'queue.csv', code=1, preexec_fn=no_room)
    assert error.count('\n') == 1 and 'linked.csv' in error, error
    assert out.read_text() == 'of yesterday'
    assert sorted(path.name for path in folder.iterdir()) == ['linked.csv', 'lists']


def test_interrupted_it_writes_nothing(folder):
    lists = simulated(folder, '--persons', 30000)
    dice = random.Random()
    for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        out = write(folder, 'linked.csv', 'of yesterday')
        with subprocess.Popen([VOUCHSAFE, 'link', *lists, '--ignore', 'person', '-o', out, '--review', folder / 'queue.csv'],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as program:
            time.sleep(dice.uniform(0.1, 1.5))
            program.send_signal(end)
            begun = time.time()
            _, said = program.communicate(timeout=WAIT_S)
            assert program.returncode == 1 and 'stopped' in said, (program.returncode, said)
            assert time.time() - begun < 20
        assert out.read_text() == 'of yesterday'
        assert sorted(path.name for path in folder.iterdir()) == ['linked.csv', 'lists']


def grown(path, size):
    return path.exists() and path.stat().st_size > size


def start_until_a_part_is_kept(arguments, parts, number):
    """Starts the command and sends the signal as soon as one part more is in the file; its exit code and words."""
    size = parts.stat().st_size if parts.exists() else 200
    with subprocess.Popen([VOUCHSAFE, 'link', *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True) as program:
        begun = time.time()
        while program.poll() is None and not grown(parts, size):
            assert time.time() - begun < WAIT_S
            time.sleep(0.001)
        program.send_signal(number)
        _, said = program.communicate(timeout=WAIT_S)
        return program.returncode, said


def test_killed_again_and_again_it_goes_on(folder):
    lists = simulated(folder, '--persons', 3200, '--lists', 2, '--captured', 0.6)
    names = ['linked.csv', 'queue.csv', 'draws.csv', 'model.json']
    def arguments(into):
        into.mkdir(exist_ok=True)
        linked, queue, draws, model = (into / name for name in names)
        return [*lists, '--ignore', 'person', '-o', linked, '--review', queue, '--draws', 3, '--draws-file', draws,
                '--model-out', model]
    link(*arguments(folder / 'once'))
    parts, more = folder / 'parts', [*arguments(folder / 'often'), '--resume', folder / 'parts']
    killed, stopped = 0, False
    while True:
        code, said = start_until_a_part_is_kept([*more, '--threads', 1 + killed % 2], parts,
                                                signal.SIGINT if killed % 3 == 1 else signal.SIGKILL)
        if code == 0:
            break
        killed += 1
        assert code in (1, -signal.SIGKILL), (code, said)
        if code == 1:
            stopped = True
            assert said.count('\n') == 1 and f'what is finished is in {parts}' in said, said
        assert not any((folder / 'often' / name).exists() for name in names)
        assert parts.stat().st_mode & 0o777 == 0o600 and killed < 200
        assert b'Petr' not in parts.read_bytes() and b'vouchsafe' not in parts.read_bytes()
    assert killed > 2 and stopped
    assert not parts.exists()
    for name in names:
        assert (folder / 'once' / name).read_bytes() == (folder / 'often' / name).read_bytes(), name


def test_only_the_same_work_goes_on(folder):
    lists = simulated(folder, '--persons', 3200, '--lists', 2, '--captured', 0.6)
    parts, out = folder / 'parts', folder / 'linked.csv'
    more = [*lists, '--ignore', 'person', '-o', out, '--resume', parts]
    while not grown(parts, 3000):
        start_until_a_part_is_kept(more, parts, signal.SIGKILL)
        out.unlink(missing_ok=True) # it may have come to its end before it was killed
    kept = parts.read_bytes()
    for other in (['--seed', 2], ['--ignore', 'sex'], ['--within'], ['--unique', 'list_1.csv'], ['--evaluate', 'person']):
        assert 'it is not of this work' in link(*more, *other, code=1), other
    whole = lists[0].read_bytes()
    lists[0].write_bytes(whole + b'A9999,Petrova,Anna\n')
    assert 'it is not of this work' in link(*more, code=1)
    lists[0].write_bytes(whole)
    parts.write_bytes(kept[:150] + bytes([kept[150] ^ 1]) + kept[151:] + bytes(100))
    error = link(*more, code=1)
    assert 'was changed' in error, error
    parts.write_bytes(kept)
    assert not out.exists()
    decisions = write(folder, 'decisions.csv', 'time,reviewer,answer,a,b,reason\n')
    link(*more, '--decisions', decisions, '--memory', '64M')
    assert out.exists() and not parts.exists()
    for path in (lists[0], write(folder, 'notes.txt', 'notes')):
        before = path.read_bytes()
        assert 'it is not of this work' in link(*lists, '--resume', path, code=1)
        assert path.read_bytes() == before
    assert 'two files' in link(*lists, '-o', parts, '--resume', parts, code=2)
    link(*lists, '--resume', folder / 'none' / 'parts', code=1)
    tolma, _ = two(folder)
    assert 'no column' in link(write(folder, 'wrong.csv', 'a\nx\nx\n'), '--resume', parts, code=1)
    link(tolma, '--resume', parts)
    assert not parts.exists()


def test_it_writes_to_what_is_no_file(folder):
    tolma, karsk = two(folder)
    plain = folder / 'plain.csv'
    link(tolma, karsk, '-o', plain)
    assert link(tolma, karsk, '-o', '-') == plain.read_text()
    assert json.loads(link(tolma, karsk, '--model-out', '-'))['vouchsafe_link_model'] == 1
    assert link(tolma, karsk, '--explain', 'tolma.csv:T-1', 'karsk.csv:2', '--svg', '-').startswith('<svg')
    pipe = folder / 'pipe'
    os.mkfifo(pipe)
    with subprocess.Popen(['cat', pipe], stdout=subprocess.PIPE, text=True) as reader:
        link(tolma, karsk, '-o', pipe)
        assert reader.communicate(timeout=WAIT_S)[0] == plain.read_text()
    assert '/dev/full: No space left' in link(tolma, karsk, '-o', '/dev/full', code=1)
    with open('/dev/full', 'wb') as full:
        done = subprocess.run([VOUCHSAFE, 'link', tolma, karsk], stdout=full, stderr=subprocess.PIPE, check=False, text=True)
        assert done.returncode == 1 and 'No space left' in done.stderr, done
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([VOUCHSAFE, 'link', tolma, '-o', '-', '--review', folder / 'queue.csv'], stdout=writing,
                          stderr=subprocess.PIPE, check=False, text=True)
    os.close(writing)
    assert done.returncode == 1 and 'Broken pipe' in done.stderr, done
    assert not list(folder.glob('queue*'))
    link(tolma, '-o', '/dev/null')
    assert not Path('/dev/null').is_file()


def test_places_that_cannot_be_are_said_at_once(folder):
    tolma, karsk = two(folder)
    (folder / 'here').mkdir()
    (folder / 'again.csv').symlink_to(tolma)
    os.link(tolma, folder / 'hard.csv')
    os.mkfifo(folder / 'pipe')
    many = [write(folder / 'here', f'list {number}.csv', TOLMA) for number in range(33)]
    for arguments, said, code in (([tolma, '-o', folder / 'here'], 'is a folder', 2),
                                  ([tolma, '-o', f'{folder}/here/'], 'is a folder', 2),
                                  ([tolma, '-o', folder / 'hard.csv'], 'one of the lists', 2),
                                  ([tolma, '-o', folder / 'x', '--review', folder / 'here/../x'], 'two files', 2),
                                  ([tolma, '-o', folder / 'x', '--resume', folder / 'here/../x'], 'two files', 2),
                                  ([tolma, folder / 'again.csv'], 'are the same file', 2),
                                  ([tolma, folder / 'hard.csv'], 'are the same file', 2),
                                  ([tolma, folder / 'here'], 'must be a file', 1),
                                  ([tolma, '/dev/null'], 'must be a file', 1),
                                  ([tolma, folder / 'pipe'], 'must be a file', 1),
                                  ([tolma, '--spill', folder / 'none'], 'no temporary file', 1),
                                  ([tolma, '--decisions', folder / 'none'], 'No such file', 1),
                                  ([tolma, '--model', tolma], 'tolma.csv', 1),
                                  (many, 'more than 32 lists', 1),
                                  ([tolma, '--html', folder / 'none' / 'x', '-o', folder / 'x'], 'No such file', 1)):
        error = link(*arguments, code=code)
        assert said in error, (arguments, error)
    link(*many[:32], '-o', folder / 'linked.csv')
    assert len(rows(folder / 'linked.csv')) == 32 * 4
    assert not (folder / 'x').exists() and not list(folder.rglob('*.tmp'))


def at_a_terminal(arguments, keys, folder):
    """Runs the command with a terminal where somebody presses a key each time that it waits for one; its exit code."""
    number, terminal = pty.fork()
    if number == 0:
        os.chdir(folder)
        os.execv(VOUCHSAFE, [VOUCHSAFE, *arguments])
    try:
        for key in keys:
            shown = os.read(terminal, 65536)
            while shown and select.select([terminal], [], [], 0.5)[0]:
                shown = os.read(terminal, 65536)
            os.write(terminal, bytes([key]))
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def test_the_readmes_commands_run_as_written(folder):
    readme = (ROOT / 'README.md').read_text(encoding='utf-8')
    block = next(block for block in readme.split('```')[1::2] if 'vouchsafe link' in block)
    for path in (ROOT / 'examples/link').glob('*.csv'):
        if path.name != 'decisions.csv':
            shutil.copy(path, folder)
    commands = [shlex.split(line) for line in block.strip().splitlines()]
    assert [words[:2] for words in commands] == [['vouchsafe', 'link']] * 3 + [['vouchsafe', 'count']]
    for words in commands:
        if words[2] == 'review':
            assert at_a_terminal(words[1:], b'sdq', folder) == 0
        else:
            run(*words[1:], cwd=folder)
    assert len(rows(folder / 'decisions.csv')) == 2
    assert (folder / 'linking.html').stat().st_size > 10000 and (folder / 'figures.html').stat().st_size > 10000
    explained = shlex.split(readme.split('(`--explain')[1].split('`')[0])
    link(*commands[0][2:5], '--explain', *explained, cwd=folder)


if __name__ == '__main__':
    sys.exit(tap.run(globals()))
