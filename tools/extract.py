#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists every sentence to translate, as a .pot: extract.py [--check]

They stand in pages/, in C as N_("..."), and in base/error.h and desk/alarm.h. With --check prints
instead what a catalogue of pages/po lacks or has for nothing, and ends with 1 if there is any.
"""
import re
import sys
from pathlib import Path

import embed

ROOT = Path(__file__).resolve().parent.parent
STRINGS = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
HEADER = ['msgid ""', 'msgstr ""', '"Project-Id-Version: Vouchsafe\\n"', '"MIME-Version: 1.0\\n"',
          '"Content-Type: text/plain; charset=UTF-8\\n"', '"Content-Transfer-Encoding: 8bit\\n"', '']


def c_messages(path):
    text = path.read_text(encoding='utf-8')
    pattern = r'\bX\(\w+, \d+,\s*' if path.name in ('error.h', 'alarm.h') else r'\bN_\(\s*'
    for match in re.finditer(pattern + STRINGS + r'\)', text):
        joined = ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', match[1]))
        yield joined.replace('\\"', '"').replace('\\n', '\n')


def messages():
    """Each msgid with where it stands."""
    found = {}
    loaded, _ = embed.load(ROOT / 'pages')
    for book, templates in loaded:
        for template in templates:
            for msgid in template.messages:
                found.setdefault(msgid, []).append(f'pages/{book.name}/{template.name}.html')
    for path in sorted((ROOT / 'src').glob('**/*.[ch]')):
        for msgid in c_messages(path):
            found.setdefault(msgid, []).append(str(path.relative_to(ROOT)))
    return found


def po_text(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n') + '"'


def write(found):
    print('\n'.join(HEADER))
    for msgid, places in found.items():
        flags = ['#, python-brace-format'] if embed.placeholders(msgid) else []
        print('\n'.join([f'#: {" ".join(places)}', *flags, f'msgid {po_text(msgid)}', 'msgstr ""', '']))


def check(found):
    wrong = 0
    for path in sorted((ROOT / 'pages/po').glob('*.po')):
        texts = embed.Catalogue(path).texts
        for msgid, what in [*((m, 'lacks') for m in found if not texts.get(m)),
                            *((m, 'has for nothing') for m in texts if m not in found)]:
            print(f'{path.relative_to(ROOT)}: {what}: {msgid}')
            wrong += 1
    return wrong


if __name__ == '__main__':
    try:
        if sys.argv[1:] == ['--check']:
            sys.exit(1 if check(messages()) else 0)
        write(messages())
    except embed.Wrong as problem:
        sys.exit(f'extract.py: {problem}')
