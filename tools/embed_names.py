#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes C of what src/link knows about names: embed_names.py FOLDER OUT.c

Each file of the folder says at its beginning what its lines are. A line that could be read wrongly stops the build.
src/link/names_data.h has the tables.
"""
import re
import sys
from pathlib import Path

SOUNDS = 'p b f v m n l r t d s z sh zh ts dz ch j k g kh gh h y x a e i o u'.split()
SILENT = 1 << 30
SCRIPTS = ['latin', 'cyrillic', 'greek', 'arabic', 'hebrew', 'georgian', 'armenian']
CONCEPTS = ('email phone sex year month day zip house country region birthplace place patronymic given family address death '
            'event date number text other full id').split()
GROUPS_MAX = 8
SETS_MAX = 120


class Wrong(Exception):
    pass


def lines_of(path):
    for number, line in enumerate(path.read_text(encoding='utf-8').split('\n'), 1):
        if line.strip() and not line.startswith('#'):
            yield f'{path}:{number}', line.split()


def sound_set(text, where):
    value = 0
    for name in text.split('/'):
        if name != '0' and name not in SOUNDS:
            raise Wrong(f'{where}: {name} is no sound')
        value |= SILENT if name == '0' else 1 << SOUNDS.index(name)
    return value


def sounds_of(text, where):
    sets = [sound_set(part, where) for part in text.split('.')] if text != '0' else []
    if len(sets) > 3:
        raise Wrong(f'{where}: more than three sounds')
    return tuple(sets)


def c_sounds(sets):
    return '{{' + ', '.join(f'0x{value:08x}' for value in sets or (0,)) + f'}}, {len(sets)}}}'


def c_text(text):
    return '"' + ''.join(c if c.isascii() else ''.join(f'\\x{b:02x}" "' for b in c.encode()) for c in text) + '"'


def both_cases(letters, script):
    upper = letters.upper()
    return {letters} | ({upper} if script == 'latin' and len(upper) == 1 else set())


def letters_table(path):
    table, sets, script = {}, [], None
    for where, words in lines_of(path):
        if re.fullmatch(r'\[\w+\]', words[0]):
            script = SCRIPTS.index(words[0][1:-1])
            continue
        if len(words) not in (2, 3) or script is None:
            raise Wrong(f'{where}: is not LETTERS LATIN [SOUNDS]')
        latin = '' if words[1] == '-' else words[1]
        if not re.fullmatch(r'[a-z]*', latin):
            raise Wrong(f'{where}: {latin} is not in Latin letters')
        number = 0xFF
        if len(words) == 3:
            sounds = sounds_of(words[2], where)
            if sounds not in sets:
                sets.append(sounds)
            number = sets.index(sounds)
        for letters in both_cases(words[0], SCRIPTS[script]):
            if letters in table:
                raise Wrong(f'{where}: {letters} stands here twice')
            table[letters] = (latin, number, script)
    if len(sets) > SETS_MAX:
        raise Wrong(f'{path}: {len(sets)} kinds of sounds, more than {SETS_MAX}')
    rows = sorted(table.items(), key=lambda item: item[0].encode())
    return ('const struct link_data_letter link_data_letters[] = {\n'
            + ''.join(f'    {{{c_text(key)}, "{latin}", {number}, {script}}},\n' for key, (latin, number, script) in rows)
            + f'}};\nconst size_t link_data_letters_count = {len(rows)};\n'
            + 'const struct link_data_sounds link_data_sets[] = {\n'
            + ''.join(f'    {c_sounds(sets_)},\n' for sets_ in sets) + '};\n')


def rules_table(path):
    rules = []
    for order, (where, words) in enumerate(lines_of(path)):
        match = re.fullmatch(r'([a-z]+)(?:\+([a-z]+))?([\^$]?)', words[0])
        if not match or len(words) != 2:
            raise Wrong(f'{where}: is not LETTERS[+NEXT][^|$] SOUNDS')
        letters, followed, edge = match.groups()
        special = bool(followed) + bool(edge)
        rules.append(((letters[0], -len(letters), -special, order), letters, followed, edge, sounds_of(words[1], where)))
    rules.sort()
    first = [next((i for i, rule in enumerate(rules) if rule[1][0] >= chr(97 + n)), len(rules)) for n in range(26)]
    for n in range(26):
        if not any(rule[1] == chr(97 + n) and not rule[2] and not rule[3] for rule in rules):
            raise Wrong(f'{path}: {chr(97 + n)} alone has no sound')
    return ('const struct link_data_rule link_data_rules[] = {\n'
            + ''.join(f'    {{"{letters}", {c_text(followed) if followed else "NULL"}, {str(edge == "^").lower()}, '
                      f'{str(edge == "$").lower()}, {c_sounds(sounds)}}},\n' for _, letters, followed, edge, sounds in rules)
            + '};\nconst uint16_t link_data_rules_of[27] = {' + ', '.join(map(str, first + [len(rules)])) + '};\n')


def groups_table(path, name):
    groups = {}
    for number, (where, words) in enumerate(lines_of(path), 1):
        for word in words:
            if not re.fullmatch(r'[a-z]+', word):
                raise Wrong(f'{where}: {word} is not in Latin letters')
            if number not in groups.setdefault(word, []):
                groups[word].append(number)
    for word, numbers in groups.items():
        if len(numbers) > GROUPS_MAX:
            raise Wrong(f'{path}: {word} stands in {len(numbers)} groups, more than {GROUPS_MAX}')
    return (f'const struct link_data_group link_data_{name}[] = {{\n'
            + ''.join(f'    {{"{word}", {{{", ".join(map(str, numbers))}}}, {len(numbers)}}},\n'
                      for word, numbers in sorted(groups.items()))
            + f'}};\nconst size_t link_data_{name}_count = {len(groups)};\n')


def particles_table(path):
    found = sorted({word for _, words in lines_of(path) for word in words})
    return ('const char *const link_data_particles[] = {\n' + ''.join(f'    "{word}",\n' for word in found)
            + f'}};\nconst size_t link_data_particles_count = {len(found)};\n')


def words_table(path, name, number_of, letters=r'[a-z0-9_]+'):
    found = set()
    for where, words in lines_of(path):
        for word in words[1:]:
            if not re.fullmatch(letters, word):
                raise Wrong(f'{where}: {word} has other letters than it may')
            found.add((word.replace('_', ''), number_of(words[0], where)))
    return (f'const struct link_data_word link_data_{name}[] = {{\n'
            + ''.join(f'    {{{c_text(word)}, {number}}},\n' for word, number in sorted(found))
            + f'}};\nconst size_t link_data_{name}_count = {len(found)};\n')


def number_below(limit):
    def number_of(text, where):
        if text not in map(str, range(1, limit)):
            raise Wrong(f'{where}: {text} is not 1 to {limit - 1}')
        return int(text)
    return number_of


def concept_number(text, where):
    if text not in CONCEPTS:
        raise Wrong(f'{where}: {text} is no concept')
    return CONCEPTS.index(text)


def main(arguments):
    folder = Path(arguments[1])
    try:
        parts = [letters_table(folder / 'letters.txt'), rules_table(folder / 'sounds.txt'),
                 groups_table(folder / 'nicknames.txt', 'nicknames'), groups_table(folder / 'abbreviations.txt', 'abbreviations'),
                 particles_table(folder / 'particles.txt'), words_table(folder / 'months.txt', 'months', number_below(13)),
                 words_table(folder / 'sexes.txt', 'sexes', number_below(4), r'\w+'),
                 words_table(folder / 'headers.txt', 'headers', concept_number)]
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 1
    Path(arguments[2]).write_text('/* Made by tools/embed_names.py. */\n#include "link/names_data.h"\n\n' + '\n'.join(parts),
                                  encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv))
