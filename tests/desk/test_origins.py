#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""vouchsafe origins, as a researcher types it: test_origins.py VOUCHSAFE"""
import gzip
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap

VOUCHSAFE = sys.argv[1]
WAIT_S = 100
DATE = 'karsk-times_2025-04-09_forty-held.txt'

LEAD = ('At least 40 men have been detained in Karsk since Thursday night, the hotline Open Door Karsk said, most of them '
        'taken from flats on Mill Street and from two cafés near the tram depot.')
SAID = '“They take the phones first,” said Ilva Marsen, the coordinator of the hotline, “and then everyone in them.”'
ARTICLE = f'Forty held in Karsk\n\n{LEAD}\n\n{SAID}\n'
REWORDED = f'''Arrests in Karsk

No fewer than 40 men were detained in Karsk since Thursday night, the hotline Open Door Karsk reported, most of them taken
out of flats on Mill Street and out of two cafés close to the tram depot.

{SAID}
'''
OTHER = '''Spring fair opens

The spring fair in Tolma opened on Saturday with honey, pottery and a brass band from Zhelan. The mayor cut a ribbon and
promised that the bridge would be painted before the summer.
'''


def run(*arguments, code=0, **others):
    done = subprocess.run([VOUCHSAFE, 'origins', *map(str, arguments)], capture_output=True, timeout=WAIT_S, check=False,
                          text=True, **others)
    assert done.returncode == code, (arguments, done)
    return done.stdout if code == 0 else done.stdout + done.stderr


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def three(folder):
    write(folder, DATE, ARTICLE)
    write(folder, 'orlets-herald_2025-04-10_arrests.txt', REWORDED)
    write(folder, 'tolma-today_2025-04-11_fair.txt', OTHER)
    return folder


def page(text):
    paragraphs = ''.join(f'<p>{p}' for p in text.split('\n\n')[1:])
    return (f'<!doctype html><html><head><meta property="og:site_name" content="Zhelan Post"><title>x</title></head><body><nav>'
            f'<a href=/>Home</a></nav><article><h1>{text.splitlines()[0]}</h1><time datetime="2025-04-12">12 April</time>'
            f'{paragraphs}</article></body></html>')


def record(number, body):
    http = b'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n' + body.encode()
    return (f'WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://karsk-times.example/{number}\r\n'
            f'WARC-Date: 2025-05-01T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n'
            f'Content-Length: {len(http)}\r\n\r\n').encode() + http + b'\r\n\r\n'


def table(text):
    return [line.split('\t') for line in text.splitlines()]


def test_a_folder_for_people(folder):
    said = run(three(folder / 'in'))
    assert '3 documents' in said and 'Karsk Times' in said and '2025-04-10' in said, said
    assert 'Mill Street' in said


def test_everything_for_programs(folder):
    got = json.loads(run(three(folder / 'in'), '--json'))
    assert got['schema'] == 1 and len(got['documents']) == 3
    one = got['documents'][0]
    assert one['name'] == DATE[:-4] and one['date'] == '2025-04-09' and one['outlet'] == 'Karsk Times', one
    assert one['title'] == 'Forty held in Karsk' and one['language'] == 'en' and one['characters'] == len(ARTICLE)
    shared = got['passages'][0]
    text = {name: (folder / 'in' / (name + '.txt')).read_text() for name in (d['name'] for d in got['documents'])}
    for side in (shared['a'], shared['b']):
        whole = text[side['document']]
        assert whole[side['from']:side['from'] + side['length']] == side['text'], side


def test_a_name_keeps_its_marks(folder):
    write(folder, 'a.txt', 'В Карске задержаны не менее 40 человек, сообщила горячая линия «Открытая дверь Карска».')
    write(folder, 'b.txt', 'На юге задержаны не менее 70 человек, сообщила горячая линия «Открытая дверь Толмы»')
    said = run(folder)
    assert 'горячая линия «Открытая дверь Карска»' in said and 'горячая линия «Открытая дверь Толмы»' in said, said


def test_tables_in_characters(folder):
    run(three(folder / 'in'), '--tsv', folder / 'out', '-o', '/dev/null')
    text = {path.stem: path.read_text() for path in (folder / 'in').iterdir()}
    passages = table((folder / 'out' / 'passages.tsv').read_text())
    later, at, length, earlier, at2, length2 = passages[0]
    assert later.startswith('orlets') and earlier.startswith('karsk'), passages
    assert 'tram depot' in text[later][int(at):int(at) + int(length)]
    assert 'tram depot' in text[earlier][int(at2):int(at2) + int(length2)]
    assert [sorted(row) for row in table((folder / 'out' / 'pairs.tsv').read_text())] == [sorted([later, earlier])]
    quotes = [row for row in table((folder / 'out' / 'quotes.tsv').read_text()) if row[0] == DATE[:-4]]
    start, end, who, who_end = map(int, quotes[0][1:])
    assert text[DATE[:-4]][start:end] == '“They take the phones first,”' and text[DATE[:-4]][who:who_end] == 'Ilva Marsen'
    assert (folder / 'out' / 'quotes.tsv').stat().st_mode & 0o777 == 0o600


def test_pages_and_archives(folder):
    three(folder / 'in')
    write(folder, 'in/page.html', page(REWORDED))
    write(folder, 'in/packed.txt.gz', gzip.compress(ARTICLE.encode()))
    write(folder, 'in/crawl.warc.gz', b''.join(gzip.compress(record(n, page(text))) for n, text in ((1, ARTICLE), (2, OTHER))))
    write(folder, 'in/crawl.warc', record(3, page(REWORDED)) + record(4, page(OTHER))[:-50])
    got = json.loads(run(folder / 'in', '--json'))
    by_name = {d['name']: d for d in got['documents']}
    assert set(by_name) >= {'page', 'packed', 'https://karsk-times.example/1', 'https://karsk-times.example/3'}, by_name
    assert len(by_name) == 8
    assert by_name['page']['outlet'] == 'Zhelan Post' and by_name['page']['date'] == '2025-04-12'
    assert by_name['https://karsk-times.example/1']['address'] == 'https://karsk-times.example/1'
    assert len(got['remarks']) == 1 and 'record 2, at byte' in got['remarks'][0]['remark'], got['remarks']


def test_a_table_says_more(folder):
    three(folder / 'in')
    path = write(folder, 'about.csv', f'file,title,outlet,address,date\n{DATE},Held,,https://x.example/1,8 April 2025\nnobody,,,,\n')
    got = json.loads(run(folder / 'in', '--table', path, '--json'))
    one = got['documents'][0]
    assert (one['title'], one['outlet'], one['date']) == ('Held', 'Karsk Times', '2025-04-08'), one
    assert got['remarks'] == [{'file': '--table', 'remark': '1 rows of the table are of no document, the first on line 3'}]
    write(folder, 'about.csv', 'file,date\nx,04/05/2025\n')
    assert 'line 2: "04/05/2025" is no day' in run(folder / 'in', '--table', path, code=1)


def test_a_further_language(folder):
    three(folder / 'in')
    language = write(folder, 'xx.txt', '[stop]\nand\nthe\nof\na\nin\nwith\nwould\nbe\n[month]\nzorn = 4\n')
    write(folder, 'in/z.txt', 'Title\n9 Zorn 2025\n\nText of it.\n')
    got = {d['name']: d for d in json.loads(run(folder / 'in', '--language', f'xx={language}', '--json'))['documents']}
    assert got['z']['date'] == '2025-04-09', got
    assert 'a name is two to eight' in run(folder / 'in', '--language', f'X={language}', code=2)
    write(folder, 'xx.txt', 'no section\n')
    assert 'line 1' in run(folder / 'in', '--language', f'xx={language}', code=1)


def many(folder, count, seed=1):
    dice = random.Random(seed)
    words = [f'w{n}' for n in range(3000)]
    texts = []
    for i in range(count):
        text = ' '.join(dice.choices(words, k=120)) + '.\n'
        if i > 10 and i % 3 == 0:
            text += '\n' + dice.choice(texts)[:400] + '\n'
        texts.append(text)
        write(folder, f'd{i:04d}.txt', text)
    return folder


def test_order_threads_and_memory_change_no_byte(folder):
    many(folder / 'in', 300)
    files = sorted(map(str, (folder / 'in').iterdir()))
    expected = run(folder / 'in', '--json', '--threads', 1)
    assert len(json.loads(expected)['passages']) > 50
    random.Random(2).shuffle(files)
    assert run(*files, '--json', '--threads', 3) == expected
    assert run(folder / 'in', '--json', '--memory', '16M', '--spill', folder) == expected
    assert sorted(p.name for p in folder.iterdir()) == ['in']


def large(folder, files):
    """A collection that does not fit into --memory 16M, of which half is for texts."""
    dice = random.Random(3)
    words = [f'w{n:x}' for n in range(40000)]
    texts = []
    for number in range(files):
        for _ in range(400):
            text = [' '.join(dice.choices(words, k=55)).capitalize() + '.' for _ in range(8)]
            if texts and dice.random() < 0.3:
                text[2:4] = dice.choice(texts)[2:4]
            texts.append(text)
        records = [record(number * 1000 + i, '<p>' + '<p>'.join(text)) for i, text in enumerate(texts[-400:])]
        write(folder, f'{number:02}.warc', b''.join(records) + record(number * 1000 + 999, page(ARTICLE)))
    return folder


def all_outputs(folder, *arguments, **others):
    """What comes out as JSON, HTML and tables, as bytes."""
    folder.mkdir(exist_ok=True)
    run(*arguments, '--json', '--html', folder / 'page', '--tsv', folder / 'tsv', '-o', folder / 'json', **others)
    names = ('page', 'json', 'tsv/passages.tsv', 'tsv/pairs.tsv', 'tsv/quotes.tsv')
    return [(folder / name).read_bytes() for name in names]


def test_what_does_not_fit_into_memory_changes_no_byte(folder):
    large(folder / 'in', 9)
    files = sorted((folder / 'in').iterdir())
    expected = all_outputs(folder, folder / 'in', '--memory', '1G', '--threads', 1)
    got = json.loads(expected[1])
    assert sum(d['characters'] for d in got['documents']) > 8.5e6 and len(got['passages']) > 500, len(got['passages'])
    assert all_outputs(folder, *reversed(files), '--memory', '16M', '--threads', 2, '--spill', folder) == expected
    index = folder / 'index'
    for some in (files[7:], files[2:5], files[:2]):
        run(*some, '--index', index, '--memory', '16M', '-o', '/dev/null')
    assert all_outputs(folder, *files[4:8], '--index', index, '--memory', '16M') == expected


def test_an_index_gives_what_a_full_run_gives(folder):
    many(folder / 'in', 60)
    write(folder, 'in/a.warc', record(1, page(ARTICLE)) + record(2, page(OTHER))[:-50])
    write(folder, 'in/bad.txt', b'\0\1')
    index = folder / 'index'
    run(*sorted((folder / 'in').glob('d000*')), '--index', index, '-o', '/dev/null')
    run(*sorted((folder / 'in').glob('*1*')), folder / 'in' / 'a.warc', '--index', index, '-o', '/dev/null')
    assert run(folder / 'in', '--index', index, '--json') == run(folder / 'in', '--json')
    # A file that changed is read again, and one that did not is not: nobody sees that it may not be read.
    write(folder, 'in/d0007.txt', OTHER)
    write(folder, 'in/e.txt', ARTICLE)
    expected = run(folder / 'in', '--json')
    assert run(folder / 'in', '--index', index, '--json') == expected
    shutil.rmtree(folder / 'in')
    assert run('--index', index, '--json') == expected
    assert index.stat().st_mode & 0o777 == 0o600 and not list(folder.glob('*.tmp'))


def test_a_damaged_index_is_refused(folder):
    three(folder / 'in')
    index = folder / 'index'
    run(folder / 'in', '--index', index, '-o', '/dev/null')
    whole = index.read_bytes()
    for data, words in ((whole[:-9], 'is damaged in the block at byte'), (whole[:100] + b'X' + whole[101:], 'is damaged'),
                        (b'something else', 'no index of documents'), (whole[:17] + b'\0\0\0\7' + whole[21:], 'another version')):
        index.write_bytes(data)
        assert words in run(folder / 'in', '--index', index, code=1), words
        assert index.read_bytes() == data and not list(folder.glob('*.tmp'))


def test_what_is_no_document_is_left_out(folder):
    three(folder / 'in')
    write(folder, 'in/empty.txt', '')
    write(folder, 'in/blank.txt', ' \n\n')
    write(folder, 'in/word.txt', 'word')
    write(folder, 'in/binary.txt', bytes(range(256)) * 10)
    write(folder, 'in/broken.txt', 'Карск Карск '.encode() + b'\xd0 \xff')
    write(folder, 'in/scan.txt', b'%PDF-1.4 ...')
    write(folder, 'in/picture.png', b'\x89PNG')
    write(folder, 'in/.hidden.txt', 'hidden')
    write(folder, 'in/future_2999-01-01_x.txt', 'Not yet.\n')
    write(folder, 'in/later_2099-01-01_x.txt', 'Not yet either.\n')
    os.symlink('nowhere', folder / 'in' / 'link.txt')
    os.symlink('.', folder / 'in' / 'loop')
    got = json.loads(run(folder / 'in', '--json'))
    names = [d['name'] for d in got['documents']]
    assert len(names) == 6 and 'word' in names, names
    remarks = {Path(r['file']).name: r['remark'] for r in got['remarks']}
    assert remarks['empty.txt'] == 'it is empty' and remarks['blank.txt'] == 'there is no text in it'
    assert 'byte 0 is 0x00' in remarks['binary.txt'] and 'is not UTF-8' in remarks['broken.txt']
    assert 'pdftotext' in remarks['scan.txt'] and '1 files in folders' in remarks['picture.png']
    assert 'later than today' in remarks['later_2099-01-01_x'], remarks
    said = run(folder / 'in')
    assert 'it is empty' in said and 'pdftotext' in said
    assert 'there is no document' in run(folder / 'in' / 'empty.txt', code=1)


def test_one_sentence_and_one_document_again_and_again(folder):
    for i in range(400):
        write(folder, f'in/c{i:03d}.txt', ARTICLE)
    write(folder, 'in/same.txt', 'They were taken away in the night. ' * 3000)
    write(folder, 'in/same2.txt', 'They were taken away in the night. ' * 3000)
    write(folder, 'in/long.txt', 'x' * 3000000)
    got = json.loads(run(folder / 'in', '--json'))
    assert {d['copy_group'] for d in got['documents'] if d['name'].startswith('c')} == {'c000'}


def test_a_word_a_name_and_a_passage_of_any_length(folder):
    word, book = 'X' * 200000, ' '.join(f'w{n}' for n in range(300000))
    said = f'"They took {word} and went," said Pavel {word}, a spokesman.'
    for i in range(2):
        write(folder, f'in/a{i}.txt', f'Title\n\nPolice said that 40 men were detained in {word}, Pavel {word} said. {said} {i}\n')
        write(folder, f'in/b{i}_2025-01-0{i + 1}_x.txt', f'Book {i}\n\n{book}\n')
        write(folder, f'in/c{i}.txt', f'Quoted {i}\n\n"{book}," said Pavel Dorin of Open Door Karsk.\n')
    write(folder, 'in/open.html', f'<title>{word}</title><meta property="og:site_name" content="{word}"><p>{ARTICLE}' + '<div>' * 99999)
    got = json.loads(all_outputs(folder, folder / 'in')[1])
    assert len(got['documents']) == 7 and len(got['passages']) > 3, got['passages']
    assert 'passage' in run(folder / 'in')


def seconds(*arguments):
    """Of processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(*arguments, '-o', '/dev/null')
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime


def test_a_document_that_is_one_sentence_takes_time_by_its_length(folder):
    sentence = '"They were taken away in the night," said Pavel Dorin of Open Door Karsk. More than 100 men were detained in Karsk. '
    times = [seconds(write(folder, f'{count}.txt', sentence * count)) for count in (5000, 40000)]
    assert times[1] < 24 * times[0] + 1, times


def name_of(number):
    syllables = ('ka', 'ri', 'mel', 'zhe', 'do', 'lan', 'or', 'vu', 'ti', 'se')
    return ''.join(syllables[number // 10 ** place % 10] for place in range(4)).capitalize()


def test_documents_that_each_name_somebody_else_take_time_by_their_number(folder):
    def documents(count):
        said = (f'<p>More than 100 men were detained in Karsk, {name_of(i)} {name_of(7 * i)} said, citing '
                f'{name_of(3 * i + 5)} {name_of(i)}.<p>“They took the men from their homes and gave no reason at all to the '
                f'families,” said Ivo {name_of(9 * i + 1)}.' for i in range(count))
        return write(folder, f'{count}.warc', b''.join(record(i, text) for i, text in enumerate(said)))
    times = [seconds(documents(count)) for count in (1500, 9000)]
    assert times[1] < 12 * times[0] + 1, times


def peak_bytes(*arguments):
    program = os.posix_spawn(VOUCHSAFE, [VOUCHSAFE, 'origins', *map(str, arguments), '-o', '/dev/null'], os.environ)
    _, status, used = os.wait4(program, 0)
    assert status == 0, status
    return used.ru_maxrss * 1024


def test_a_million_copies_take_little_memory(folder):
    """What each copy takes, from which follows what a million of them take."""
    copies = (3000, 15000)
    files = [write(folder, f'{count}.warc', b''.join(record(i, page(ARTICLE)) for i in range(count))) for count in copies]
    if b'__asan_init' in Path(VOUCHSAFE).read_bytes():
        return # it keeps what was freed
    peaks = [peak_bytes(path, '--threads', 1) for path in files]
    assert (peaks[1] - peaks[0]) / (copies[1] - copies[0]) < 2200, peaks


def test_a_disk_that_is_full(folder):
    three(folder / 'in')
    assert 'No space left' in run(folder / 'in', '-o', '/dev/full', code=1)
    assert 'No such file' in run(folder / 'in', '-o', folder / 'no' / 'file', code=1)
    assert run(folder / 'in', '--spill', folder / 'no', code=1)

    def no_large_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    assert run(folder / 'in', '--tsv', folder / 'out', '--index', folder / 'index', code=1, preexec_fn=no_large_files)
    assert not (folder / 'index').exists() and not list((folder / 'out').glob('*')), list(folder.iterdir())


def no_file_above(size):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def files_in(folder):
    return {str(path): path.read_bytes() for path in folder.rglob('*') if path.is_file()}


def test_a_disk_that_is_full_when_memory_is_too(folder):
    """First of texts, then of what is found in them; what was there before stays, and nothing else."""
    large(folder / 'in', 9)
    out, spill = folder / 'out', folder / 'spill'
    spill.mkdir()
    out.mkdir()
    for name in ('index', 'report', 'page'):
        write(out, name, 'as before')
    run(folder / 'in' / '00.warc', '--index', out / 'index2', '-o', '/dev/null')
    shutil.copy(out / 'index2', out / 'index')
    before = files_in(folder)
    options = ['-o', out / 'report', '--html', out / 'page', '--tsv', out, '--spill', spill, '--memory', '16M']
    full = 'the temporary file for what does not fit into memory cannot be written: File too large\n'
    for some, more, words in ((9, [], f'08.warc: {full}'), (3, [], f'vouchsafe: {full}'),
                              (9, ['--index', out / 'index'], 'index.tmp: File too large\n')):
        named = [folder / 'in' / f'{i:02}.warc' for i in range(some)]
        said = run(*named, *options, *more, code=1, preexec_fn=no_file_above(800000 if some == 9 and not more else 4 << 20))
        assert said.endswith(words) and said.count('\n') == 1, said
        assert files_in(folder) == before, set(files_in(folder)) ^ set(before)


def test_an_interrupt_writes_nothing(folder):
    os.mkfifo(folder / 'never.txt')
    assert 'neither a file nor a folder' in run(folder / 'never.txt', code=1)
    many(folder / 'in', 2000)
    with subprocess.Popen([VOUCHSAFE, 'origins', folder / 'in', '--tsv', folder / 'out', '--index', folder / 'index'],
                          stderr=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        time.sleep(0.05)
        program.send_signal(signal.SIGINT)
        out, said = program.communicate(timeout=WAIT_S)
    if program.returncode != 0: # it may have been faster
        assert program.returncode == -signal.SIGINT or (program.returncode == 1 and b'stopped' in said), (program, said)
        assert out == b''
    assert not [path for path in folder.rglob('*.tmp')] or program.returncode == -signal.SIGINT


def end_after(delay_s, number, arguments):
    """Starts it and ends it by a signal; whether it was done before that."""
    with subprocess.Popen([VOUCHSAFE, 'origins', *map(str, arguments)], stderr=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        time.sleep(delay_s)
        program.send_signal(number)
        said = program.communicate(timeout=WAIT_S)[1]
    stopped = b'stopped' in said if number != signal.SIGKILL else False
    assert program.returncode in (0, -number) or (program.returncode == 1 and stopped), (program, said)
    return program.returncode == 0


def test_ended_at_any_moment_no_file_is_half(folder):
    large(folder / 'in', 2)
    expected = all_outputs(folder / 'whole', folder / 'in')
    out, index = folder / 'out', folder / 'out' / 'index'
    options = ['--json', '--html', out / 'page', '--tsv', out / 'tsv', '-o', out / 'json', '--memory', '16M', '--spill', out]
    names = ('page', 'json', 'tsv/passages.tsv', 'tsv/pairs.tsv', 'tsv/quotes.tsv')
    started = time.monotonic()
    run(folder / 'in', *options[:1], '-o', '/dev/null')
    whole_s = time.monotonic() - started
    dice = random.Random(time.time_ns())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGKILL, signal.SIGKILL):
        for more in ([], ['--index', index]):
            out.mkdir()
            (out / 'tsv').mkdir()
            delay_s = dice.uniform(0.01, whole_s)
            done = end_after(delay_s, number, [folder / 'in', *options, *more])
            for name, whole in zip(names, expected):
                assert not (out / name).exists() and not done or (out / name).read_bytes() == whole, (name, number, delay_s)
            left = [path.name for path in out.rglob('*') if path.is_file() and path != index]
            assert done or number == signal.SIGKILL or not left, (left, number, delay_s)
            again = all_outputs(folder / 'again', folder / 'in', *more)
            assert again == expected, (number, delay_s)
            assert not more or not list(out.glob('index.*'))
            shutil.rmtree(out)


def test_what_a_killed_run_had_read_is_not_read_again(folder):
    large(folder / 'in', 4)
    files = sorted((folder / 'in').iterdir())
    expected = all_outputs(folder, folder / 'in')
    index = folder / 'index'
    run(folder / 'in', '--index', index, '-o', '/dev/null')
    written = index.read_bytes()
    # As it stands when a run is killed at the third file; what was begun before that has less.
    index.unlink()
    write(folder, 'index.tmp', written[:len(written) * 5 // 8])
    write(folder, 'index.begun', written[:len(written) // 8])
    # Nobody sees that these changed: so they were not read.
    for path in files[:2]:
        times = path.stat()
        path.write_bytes(b'X' * times.st_size)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert all_outputs(folder, folder / 'in', '--index', index) == expected
    assert index.read_bytes() == written and not list(folder.glob('index.*'))
    # What is no part of an index is none, and a file that was not named is not taken.
    index.unlink()
    write(folder, 'index.tmp', b'something else')
    run(files[3], '--index', index, '-o', '/dev/null')
    index.unlink()
    write(folder, 'index.tmp', written[:-1])
    assert len(json.loads(run(files[3], '--index', index, '--json'))['documents']) == 401


def test_wrong_usage(folder):
    three(folder)
    assert 'it needs a file or a folder' in run(code=2)
    assert 'a size from 16M on' in run(folder, '--memory', '1M', code=2)
    assert 'such as uk=uk.txt' in run(folder, '--language', 'uk', code=2)
    assert '--threads' in run(folder, '--threads', '0x', code=2)
    assert 'No such file' in run(folder / 'nothing', code=1)
    assert 'It\nnever says what is true' in run('--help')


if __name__ == '__main__':
    sys.exit(tap.run(globals()))
