#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/link.md says what the program says: test_doc.py VOUCHSAFE ROOT [--write]

Each console block of the page is one command, run in a copy of examples/link, and what it prints; "[...]" stands for anything.
The page's sentences with figures (FACTS) are made here from the runs and from truth.csv. The lists are those that
examples/link/make.py makes; the page names every member of the JSON. With --write the page gets the sentences and the
blocks' lines as they are now: to be read before it is kept.
"""
import csv
import itertools
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap

BLOCK = re.compile(r'^```console\n\$ (vouchsafe .*?)\n(.*?)^```$', re.S | re.M)
LINK = 'vouchsafe link open_door.csv lawyers.csv parents.csv --ignore "reported by"'
UNIQUE = LINK + ' --unique open_door.csv --unique lawyers.csv'
RUNS = {'plain': LINK, 'unique': UNIQUE, 'decided': UNIQUE + ' --decisions decisions.csv'}
TWINS = ('lawyers.csv:L-44', 'lawyers.csv:L-50')
FACTS = {
    'plain': 'It says {count} persons, at least {least} and at most {most}, with {to_review} in doubt. In truth these {records} '
             'records are of {truth} persons. Of the {found} pairs of records that it holds for one person {wrong}, and it misses '
             '{missed} of {wanted}.',
    'unique': 'Now it says {count} persons, at least {least} and at most {most}, with {to_review} in doubt. The twins are two. Of the '
              '{found} pairs of records that it holds for one person {wrong}, and it misses {missed} of {wanted}.',
    'decided': 'With these answers it says {count} persons, at least {least} and at most {most}. Of the {found} pairs of records that it '
               'holds for one person {wrong}, and it misses {missed} of {wanted}: in truth there are {truth} persons.',
}


def run(vouchsafe, folder, command):
    done = subprocess.run([vouchsafe, *shlex.split(command)[1:]], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True, check=False, env={})
    return done.stdout if done.returncode == 0 else f'status {done.returncode}: {done.stderr}'


def counted(number, one, several):
    return f'{number} {one if number == 1 else several}'


def rows(path):
    with open(path, newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def facts_of(vouchsafe, folder, name):
    """The figures of a run, and its groups by what records are called."""
    told = json.loads(run(vouchsafe, folder, f'{RUNS[name]} -o {name}.csv --json'))
    truth = {row['record']: row['person'] for row in rows(folder / 'truth.csv')}
    groups = {f'{row["list"]}:{row["case"] or row["дело"] or row["report"]}': row['cluster'] for row in rows(folder / f'{name}.csv')}
    pairs = [(truth[a] == truth[b], groups[a] == groups[b]) for a, b in itertools.combinations(groups, 2)]
    wrong = sum(got and not true for true, got in pairs)
    figures = {'count': told['persons']['count'], 'least': told['persons']['least'], 'most': told['persons']['most'],
               'to_review': counted(told['to_review'], 'pair', 'pairs'), 'records': told['records'], 'truth': len(set(truth.values())),
               'found': sum(got for _, got in pairs), 'wrong': 'none is wrong' if not wrong else counted(wrong, 'is wrong', 'are wrong'),
               'missed': sum(true and not got for true, got in pairs) or 'none', 'wanted': sum(true for true, _ in pairs)}
    return FACTS[name].format(**figures), groups


def differs(expected, printed):
    """The first part of a block that is not printed, or None."""
    at = 0
    parts = expected.split('[...]')
    for part in parts:
        found = printed.find(part, at)
        if found < 0 or (at == 0 and part is parts[0] and found > 0):
            return part
        at = found + len(part)
    return None if parts[-1] in ('', '\n') or at == len(printed) else expected


def example_faults(root):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, root / 'examples/link/make.py', folder], check=True)
        for path in sorted(Path(folder).iterdir()):
            if (root / 'examples/link' / path.name).read_bytes() != path.read_bytes():
                yield f'{path.name} is not what make.py makes'


def member_faults(vouchsafe, folder, page):
    told = json.loads(run(vouchsafe, folder, f'{LINK} --evaluate town --json'))
    for name in told:
        if f'`{name}`' not in page:
            yield f'the page does not name the member {name}'
    pair = json.loads(run(vouchsafe, folder, f'{LINK} --explain {TWINS[0]} {TWINS[1]} --json'))
    for name in [*pair, *pair['fields'][0]]:
        if f'`{name}`' not in page:
            yield f'the page does not name the member {name} of a pair'


def twin_faults(groups):
    if len({groups['plain'][record] for record in TWINS}) != 1:
        yield 'the twins are two already without --unique: the story must be told otherwise'
    if len({groups['unique'][record] for record in TWINS}) != 2:
        yield 'the twins are one in spite of --unique'


def wrapped(sentence, width=124):
    lines = ['']
    for word in sentence.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append('')
        lines[-1] += (' ' if lines[-1] else '') + word
    return '\n'.join(lines)


def rewrite_block(expected, printed):
    """Each line of a block as the line is now that begins with the same words."""
    lines = printed.splitlines()

    def now(line):
        words = line.split('  ')[0].split()
        for more in range(len(words), 0, -1):
            begin = ' '.join(words[:more])
            found = [one for one in lines if ' '.join(one.split()).startswith(begin)]
            if len(found) == 1:
                return found[0]
        return line
    return ''.join((line if '[...]' in line or line in lines else now(line)) + '\n' for line in expected.splitlines())


def rewrite(page, sentences, printed):
    for name, sentence in sentences.items():
        page = re.sub(rf'(<!-- {name} -->\n).*?(\n\n)', lambda m, s=sentence: m[1] + wrapped(s) + m[2], page, flags=re.S)
    return BLOCK.sub(lambda m: f'```console\n$ {m[1]}\n{rewrite_block(m[2], printed[m[1]])}```', page)


def main(vouchsafe, root, write=''):
    root, vouchsafe = Path(root), Path(vouchsafe).resolve()
    path = root / 'docs/link.md'
    page = path.read_text(encoding='utf-8')
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, 'link')
        shutil.copytree(root / 'examples/link', folder)
        printed = {command: run(vouchsafe, folder, command) for command, _ in BLOCK.findall(page)}
        facts = {name: facts_of(vouchsafe, folder, name) for name in FACTS}
        sentences = {name: sentence for name, (sentence, _) in facts.items()}
        if write:
            page = rewrite(page, sentences, printed)
            path.write_text(page, encoding='utf-8')
        results = {f'{number}: {command}': [f'is not printed:\n{part}' for part in [differs(expected, printed[command])] if part is not None]
                   for number, (command, expected) in enumerate(BLOCK.findall(page), 1)}
        results['there are blocks'] = [] if len(printed) >= 6 else ['fewer than six']
        for name, sentence in sentences.items():
            results[f'figures of {name}'] = [] if sentence in ' '.join(page.split()) else [f'the page does not say (--write makes it): {sentence}']
        results['the twins'] = list(twin_faults({name: groups for name, (_, groups) in facts.items()}))
        results['the JSON'] = list(member_faults(vouchsafe, folder, page))
    results['the examples'] = list(example_faults(root))
    return tap.say(results)


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
