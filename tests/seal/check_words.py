#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check the codename word lists under src/seal/words (rules: the README.md there).

Usage: check_words.py [FOLDER]. Prints one line a list and exits 0, or one line a breach and exits 1.
"""

import hashlib
import re
import sys
from pathlib import Path

WORD_COUNT = 2048
PREFIX_LETTERS = 4
THREE_LETTER_MAX = 40

ALPHABETS = {
    "en.txt": re.compile(r"[a-z]{3,8}"),
    "ru.txt": re.compile(r"[а-я]{4,8}"),
}


def read_words(path):
    """The words of a list, with the breaches of its form as bytes and lines."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return [], [f"not UTF-8: {error}"]
    problems = []
    if "\r" in text:
        problems.append("has carriage returns")
    if not text.endswith("\n"):
        problems.append("does not end with a newline")
    words = text.removesuffix("\n").split("\n")
    if len(words) != WORD_COUNT:
        problems.append(f"has {len(words)} lines, not {WORD_COUNT}")
    return words, problems


def check_letters(words, alphabet):
    """Each word is of the list's letters and length, and few are of three letters."""
    problems = [f"line {number}: not a word of this list: {word!r}"
                for number, word in enumerate(words, 1) if not alphabet.fullmatch(word)]
    short = sum(len(word) == 3 for word in words)
    if short > THREE_LETTER_MAX:
        problems.append(f"{short} words of three letters, at most {THREE_LETTER_MAX}")
    return problems


def check_order(words):
    """The lines are in strictly rising order of code points, so no word stands twice."""
    return [f"line {number}: {after} does not come after {before}"
            for number, (before, after) in enumerate(zip(words, words[1:]), 2)
            if not before < after]


def check_prefixes(words):
    """The first four letters, or all three of a short word, say which word it is; й read as и."""
    owner = {}
    problems = []
    for word in words:
        prefix = word[:PREFIX_LETTERS].replace("й", "и")
        if prefix in owner:
            problems.append(f"{owner[prefix]} and {word} begin with the same four letters")
        owner.setdefault(prefix, word)
    for prefix, word in owner.items():
        short = prefix[:3]
        if len(prefix) > 3 and short in owner:
            problems.append(f"{short} begins {word}")
    return problems


def one_edit_apart(a, b):
    """Whether one letter changed, added or left out, or two neighbours changing places, makes one
    word the other."""
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1:
        return False
    same = 0
    while same < len(a) and a[same] == b[same]:
        same += 1
    if len(a) < len(b):
        return a[same:] == b[same + 1:]
    swapped = a[same:same + 2] == b[same:same + 2][::-1] and a[same + 2:] == b[same + 2:]
    return swapped or a[same + 1:] == b[same + 1:]


def check_distance(words):
    """No two words are one slip apart: such words share a form with one letter left out."""
    by_form = {}
    problems = set()
    for word in words:
        for form in {word} | {word[:i] + word[i + 1:] for i in range(len(word))}:
            for other in by_form.setdefault(form, []):
                if other != word and one_edit_apart(other, word):
                    problems.add(f"{other} and {word} are one slip apart")
            by_form[form].append(word)
    return sorted(problems)


def check_list(path, alphabet):
    """Every breach of one list."""
    words, problems = read_words(path)
    if not words:
        return problems
    return (problems + check_letters(words, alphabet) + check_order(words)
            + check_prefixes(words) + check_distance(words))


def check_identity(path, readme):
    """The README beside the lists names this very list by its SHA-256."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest in readme:
        return []
    return [f"its SHA-256 {digest} is not the one in README.md: a released list never changes"]


def main(folder):
    readme = (folder / "README.md").read_text(encoding="utf-8")
    failed = False
    for name, alphabet in ALPHABETS.items():
        path = folder / name
        problems = check_list(path, alphabet) + check_identity(path, readme)
        for problem in problems:
            print(f"{name}: {problem}", file=sys.stderr)
        failed = failed or bool(problems)
        if not problems:
            print(f"{name}: {WORD_COUNT} words, every rule kept")
    return 1 if failed else 0


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[2] / "src" / "seal" / "words"
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else default))
