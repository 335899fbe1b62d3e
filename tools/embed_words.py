#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes C of the lists of words: embed_words.py OUT.c LANGUAGE=FILE...

A list that could be read wrongly stops the build: what src/seal/words_internal.h and docs/crypto.md ("Codename") expect
of a list is checked here.
"""
import sys
import unicodedata
from pathlib import Path

COUNT = 2048
KEY_LETTERS = 4
LETTERS_MIN, LETTERS_MAX = 3, 15


def folded(word):
    """As text/fold.h folds for searching, for the alphabets that the lists are in."""
    kept = unicodedata.normalize('NFD', unicodedata.normalize('NFKC', word).casefold())
    kept = ''.join(c for i, c in enumerate(kept)
                   if not unicodedata.combining(c) or (c == '\u0306' and kept[i - 1] == 'и'))
    return unicodedata.normalize('NFC', kept)


def problem(words):
    if len(words) != COUNT:
        return f'has {len(words)} words, not {COUNT}'
    if words != sorted(set(words)):
        return 'is not sorted, or has a word twice'
    for word in words:
        if not word.isalpha() or not LETTERS_MIN <= len(word) <= LETTERS_MAX:
            return f'has {word!r}, which is no word of {LETTERS_MIN} to {LETTERS_MAX} letters'
        if folded(word) != word:
            return f'has {word!r}, which is read as {folded(word)!r}'
    keys = {}
    for word in words:
        if key(word) in keys:
            return f'has {keys[key(word)]!r} and {word!r}, which begin with the same letters'
        keys[key(word)] = word
    return None


def key(word):
    value = 0
    for letter in (word.replace('й', 'и') + '\0' * KEY_LETTERS)[:KEY_LETTERS]:
        value = value << 16 | ord(letter)
    return f'0x{value:016x}'


def rows(items, per_row):
    return '\n'.join('        ' + ' '.join(f'{item},' for item in items[i:i + per_row]) for i in range(0, len(items), per_row))


def c_list(language, words):
    quoted = [f'"{word}"' for word in words]
    return (f'static const struct words_list words_{language} = {{\n    .language = "{language}",\n    .words = {{\n'
            f'{rows(quoted, 6)}\n    }},\n    .keys = {{\n{rows([key(word) for word in words], 4)}\n    }},\n}};\n')


def main(arguments):
    lists = {}
    for argument in arguments[1:]:
        language, path = argument.split('=', 1)
        words = Path(path).read_text(encoding='utf-8').split('\n')
        if words[-1] == '':
            words.pop()
        wrong = problem(words)
        if wrong:
            print(f'{path} {wrong}', file=sys.stderr)
            return 1
        lists[language] = words
    names = ', '.join(f'&words_{language}' for language in lists)
    Path(arguments[0]).write_text(
        '/* Made by tools/embed_words.py. */\n#include "seal/words_internal.h"\n\n'
        + '\n'.join(c_list(language, words) for language, words in lists.items())
        + f'\nconst struct words_list *const words_lists[] = {{{names}}};\nconst size_t words_lists_count = {len(lists)};\n',
        encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
