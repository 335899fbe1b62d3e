#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a compiler does not check: lint.py [--line-program PATH] [--root PATH]

Every rule is one function below, with its reason in its first line. Each finding is printed as path:line: what.
Exceptions, each with a reason, are in lint-exceptions.txt beside this file.
"""
import argparse
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

# Which rooms may include a library's headers.
LIBRARIES = {
    r'sodium(/|\.h$)': {'seal'},
    r'openssl/': {'seal'},
    r'microhttpd\.h$': {'http'},
    r'jansson\.h$': {'table'},
    r'utf8proc\.h$': {'text'},
    r'unicode/': {'link', 'origins'},
    r'zlib\.h$': {'origins'},
    r'sqlite3\.h$': {'ledger', 'desk'},
    r'curl/': {'desk'},
    r'(seccomp\.h|linux/(seccomp|landlock|filter)\.h)$': {'line'},
}
# Libraries that the program on the public machine may load, and names of code that must not be in it.
LINE_LIBRARIES = re.compile(r'^(libc|libm|ld-linux-.*|libsodium|libcrypto|libsqlite3|libmicrohttpd|libseccomp|libutf8proc)\.so')
LINE_FORBIDDEN = re.compile(r'payload_open|keyfile_|kit_|roster_sign')
# Functions that base/banned.h leaves to the compiler's silence.
BANNED = {'system', 'popen', 'alloca', 'tmpnam', 'tempnam', 'mktemp', 'scanf', 'sscanf', 'fscanf', 'vfork', 'gethostbyname',
          'setjmp', 'longjmp', 'stpcpy', 'strdupa', 'siglongjmp', 'signal'}
# A library never logs, never exits, never prints.
LOUD = {'printf', 'fprintf', 'vprintf', 'vfprintf', 'puts', 'fputs', 'putchar', 'perror', 'exit', '_exit', 'abort',
        'syslog', 'err', 'warn'}
QUIET_ROOMS = {'base', 'text', 'table', 'draw', 'seal', 'ledger', 'http'}

SPDX = 'SPDX-License-Identifier: AGPL-3.0-or-later'
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 800
COLUMNS_MAX = 100
GENERATED = re.compile(r'(^|/)(build|node_modules|__pycache__)/|\.(o|a|so|pyc|mo|gcda|gcno|orig|rej|log)$')
UNREAD = re.compile(r'^(LICENSE$|fuzz/corpus/)|package-lock\.json$')
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


class Lint:
    def __init__(self, root):
        self.root = root
        self.findings = []
        self.exceptions = {}
        self.used_exceptions = set()
        self.tracked = git_files(root, '--cached')
        self.paths = sorted(name for name in self.tracked | git_files(root, '--others', '--exclude-standard')
                            if (root / name).is_file())
        self.texts = {}
        for path in self.paths:
            data = (root / path).read_bytes()
            if not UNREAD.search(path) and b'\0' not in data:
                self.texts[path] = data.decode('utf-8', errors='replace')
        self.rooms = {path.split('/')[1]: set(text.split())
                      for path, text in self.texts.items() if re.fullmatch(r'src/\w+/may_include', path)}

    def find(self, path, line, what):
        self.findings.append(f'{path}:{line}: {what}')

    def excepted(self, rule, where, value=0):
        limit = self.exceptions.get((rule, where))
        if limit is None:
            return False
        self.used_exceptions.add((rule, where))
        return value <= limit

    def sources(self, pattern=r'\.[ch]$', under=''):
        return [path for path in self.texts if path.startswith(under) and re.search(pattern, path)]


def run(command, cwd):
    return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def git_files(root, *which):
    """Read whoever owns the checkout: a container's root often does not."""
    done = subprocess.run(['git', '-c', 'safe.directory=*', 'ls-files', '-z', *which], cwd=root, stdout=subprocess.PIPE,
                          text=True, check=True)
    return {name for name in done.stdout.split('\0') if name}


def line_of(text, offset):
    return text.count('\n', 0, offset) + 1


def code_only(text):
    """C text with comments and the insides of literals blanked out, line for line."""
    def blank(match):
        token = match.group(0)
        if token[0] in '"\'':
            return token[0] + ' ' * (len(token) - 2) + token[0]
        return re.sub(r'[^\n]', ' ', token)
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def room_of(path):
    parts = path.split('/')
    return parts[1] if parts[0] == 'src' and len(parts) > 2 else None


def read_exceptions(lint):
    path = 'tools/lint-exceptions.txt'
    for number, line in enumerate(lint.texts.get(path, '').splitlines(), 1):
        if not line.strip() or line.startswith('#'):
            continue
        words = line.split(None, 3)
        if len(words) < 4 or not words[2].isdigit():
            lint.find(path, number, 'is not RULE PATH[:NAME] LIMIT REASON')
        else:
            lint.exceptions[(words[0], words[1])] = int(words[2])


def check_exceptions(lint):
    """An exception that nothing needs any more goes."""
    for rule, where in sorted(set(lint.exceptions) - lint.used_exceptions):
        lint.find('tools/lint-exceptions.txt', 1, f'{rule} {where} is no longer needed')


def check_spdx(lint):
    """The licence is known of each file by itself. Pages and records are sent or read whole, so they carry none."""
    for path in lint.sources(r'\.(c|h|py|sh|mjs|js)$|(^|/)(meson\.build|meson_options\.txt|packages\.txt|dev|run)$'):
        if not path.startswith('pages/') or path.endswith(('.py', '.build')):
            if SPDX not in '\n'.join(lint.texts[path].splitlines()[:3]):
                lint.find(path, 1, f'has no line "{SPDX}"')


def check_rooms(lint):
    """Arrows between rooms point down only, so that a room can be read, tested and reused by itself."""
    for room in {room_of(path) for path in lint.sources(under='src/')} - {None}:
        if room not in lint.rooms:
            lint.find(f'src/{room}/may_include', 1, 'is missing')
    for room, allowed in lint.rooms.items():
        for other in allowed - set(lint.rooms):
            lint.find(f'src/{room}/may_include', 1, f'names {other}, which is no room')
        if room in reachable(lint.rooms, room):
            lint.find(f'src/{room}/may_include', 1, f'{room} may include itself by a detour')


def reachable(rooms, start):
    seen, open_rooms = set(), list(rooms.get(start, ()))
    while open_rooms:
        room = open_rooms.pop()
        if room not in seen:
            seen.add(room)
            open_rooms += rooms.get(room, ())
    return seen


def check_includes(lint):
    """A room includes the rooms it names and the libraries it owns, and of other rooms no insides."""
    for path in lint.sources(under='src/'):
        room = room_of(path)
        for match in INCLUDE.finditer(lint.texts[path]):
            line = line_of(lint.texts[path], match.start())
            if match.group(1) == '<':
                check_library(lint, path, line, room, match.group(2))
            else:
                check_include(lint, path, line, room, match.group(2))


def check_library(lint, path, line, room, header):
    for pattern, owners in LIBRARIES.items():
        if re.match(pattern, header) and room not in owners:
            lint.find(path, line, f'<{header}> belongs to {" and ".join(sorted(owners))}')


def check_include(lint, path, line, room, header):
    other = header.split('/')[0] if '/' in header else None
    if other not in lint.rooms:
        if room is None or '/' not in header:
            lint.find(path, line, f'"{header}" is not written from src/')
        elif f'{other}/meson.build' not in lint.texts:
            lint.find(path, line, f'"{header}" is of no room')
    elif room is not None and other != room and other not in lint.rooms.get(room, ()):
        lint.find(path, line, f'{room} may not include {other} (src/{room}/may_include)')
    elif room != other and header.endswith('_internal.h'):
        lint.find(path, line, f'"{header}" is the inside of {other}')


def check_calls(lint):
    """Some functions have a better one in their place; a library leaves speaking and ending to the program."""
    call = re.compile(r'\b([a-z_][a-z0-9_]*)[ \t]*\(')
    for path in lint.sources(under='src/'):
        for match in call.finditer(code_only(lint.texts[path])):
            name, line = match.group(1), line_of(lint.texts[path], match.start())
            if name in BANNED:
                lint.find(path, line, f'{name}() is banned')
            elif name in LOUD and room_of(path) in QUIET_ROOMS and not lint.excepted('quiet', path):
                lint.find(path, line, f'{name}() in a library (quiet)')


def functions(lint):
    """Every function as (path, name, first line, last line, is static), from ctags."""
    paths = [path for path in lint.sources(r'\.[ch]$') if not path.startswith('tests/e2e/')]
    if not paths:
        return []
    done = subprocess.run(['ctags', '--output-format=json', '--kinds-C=f', '--language-force=C', '--fields=+nef', '-f', '-',
                           '-L', '-'], cwd=lint.root, input='\n'.join(paths), stdout=subprocess.PIPE, text=True, check=True)
    tags = [json.loads(line) for line in done.stdout.splitlines()]
    return [(tag['path'], tag['name'], tag['line'], tag['end'], tag.get('file', False)) for tag in tags if 'end' in tag]


def check_lengths(lint):
    """What does not fit in a head or on a screen is split, or says why not."""
    for path, name, first, last, _ in functions(lint):
        lines = last - first + 1
        if lines > FUNCTION_LINES_MAX and not lint.excepted('function-length', f'{path}:{name}', lines):
            lint.find(path, first, f'{name} has {lines} lines of at most {FUNCTION_LINES_MAX} (function-length)')
    for path in lint.sources(r'\.(c|h|py|sh|js|mjs|css)$|^dev$'):
        lines = lint.texts[path].count('\n')
        if lines > FILE_LINES_MAX and not lint.excepted('file-length', path, lines):
            lint.find(path, 1, f'has {lines} lines of at most {FILE_LINES_MAX} (file-length)')


def check_unused(lint):
    """Nothing is kept for later: a function that a room exports is called by the programs, not by tests alone."""
    words = Counter()
    for path in lint.sources(r'\.[ch]$', 'src/'):
        text = code_only(lint.texts[path])
        words.update(re.findall(r'\w+', text) if path.endswith('.c') else re.findall(r'(?<=[\s(])\w+(?=\()', macros_of(text)))
    for path, name, first, _, is_static in functions(lint):
        if path.startswith('src/') and not is_static and path.endswith('.c') and name != 'main' and words[name] < 2:
            if not lint.excepted('unused', f'{path}:{name}'):
                lint.find(path, first, f'{name} is used by no program (unused)')


def macros_of(text):
    """The bodies of a header's macros and inline functions: the places in it that use, and do not declare."""
    macros = re.findall(r'^[ \t]*#[ \t]*define\b(?:[^\n]*\\\n)*[^\n]*', text, re.M)
    inlines = re.findall(r'\bstatic inline\b[^{;]*(\{.*?^\})', text, re.M | re.S)
    return '\n'.join(macros + inlines)


def check_text(lint):
    """Whitespace says nothing, so it stays the same everywhere; what is left to do stands in the tracker, not in code."""
    left = re.compile(r'\b(' + '|'.join(['TO' + 'DO', 'FIX' + 'ME', 'X' * 3]) + r')\b|(?<![\w.])/wor' + 'k/')
    for path, text in lint.texts.items():
        c_file = path.endswith(('.c', '.h'))
        for number, line in enumerate(text.split('\n'), 1):
            if line != line.rstrip():
                lint.find(path, number, 'ends in a space')
            if c_file and '\t' in line:
                lint.find(path, number, 'has a tab')
            if c_file and len(line) > COLUMNS_MAX:
                lint.find(path, number, f'has {len(line)} columns of at most {COLUMNS_MAX}')
            if left.search(line):
                lint.find(path, number, f'says {left.search(line).group(0)}')
        if text and not text.endswith('\n'):
            lint.find(path, text.count('\n') + 1, 'does not end in a newline')


def check_generated(lint):
    """What the build makes is not tracked: it would grow stale and be believed."""
    for path in sorted(lint.tracked):
        if GENERATED.search(path):
            lint.find(path, 1, 'is generated, and tracked')


def check_scripts(lint):
    """A script that does not parse is found here and not by the person who needs it."""
    for path, text in lint.texts.items():
        first = text.split('\n', 1)[0]
        if path.endswith('.py'):
            try:
                compile(text, path, 'exec')
            except SyntaxError as error:
                lint.find(path, error.lineno, error.msg)
        elif re.match(r'#!.*\b(ba)?sh$', first):
            report(lint, path, ['bash' if 'bash' in first else 'sh', '-n', path])
        elif path.endswith(('.mjs', '.js')) and shutil.which('node') and not path.startswith('pages/'):
            report(lint, path, ['node', '--check', path])


def report(lint, path, command):
    done = run(command, lint.root)
    if done.returncode != 0:
        lint.find(path, 1, f'{command[0]}: {done.stdout.strip()}')


def check_translations(lint):
    """A sentence that is not translated reaches a person who cannot read it."""
    for path in lint.sources(r'\.po$'):
        done = run(['msgfmt', '--check', '--statistics', '-o', '/dev/null', path], lint.root)
        summary = done.stdout.strip().split('\n')[-1]
        if done.returncode != 0:
            lint.find(path, 1, done.stdout.strip())
        elif re.search(r'fuzzy|untranslated', summary):
            lint.find(path, 1, summary)
    if 'tools/extract.py' in lint.texts:
        for line in run([sys.executable, 'tools/extract.py', '--check'], lint.root).stdout.splitlines():
            lint.find('pages/po', 1, line)


def check_format(lint):
    """C is formatted as .clang-format says. One run for all files; each is named once."""
    paths = lint.sources(r'\.[ch]$')
    if not paths or not (lint.root / '.clang-format').exists():
        return
    said = run(['clang-format', '--dry-run', *paths], lint.root).stdout
    for path in sorted(set(re.findall(r'^([^\s:]+):\d+:\d+: warning: ', said, re.M))):
        lint.find(path, 1, 'is not as clang-format makes it')


def check_manuals(lint):
    for path in lint.sources(r'^man/.*\.[1-8]$'):
        report(lint, path, ['mandoc', '-T', 'lint', '-W', 'warning', path])


def check_links(lint):
    """A page that names another page has it."""
    for path in lint.sources(r'\.md$'):
        for match in re.finditer(r'\]\(([^)#\s]+)[^)]*\)', lint.texts[path]):
            target = match.group(1)
            if not re.match(r'[a-z]+:', target) and not (lint.root / path).parent.joinpath(target).exists():
                lint.find(path, line_of(lint.texts[path], match.start()), f'there is no {target}')


def check_line_program(lint, program):
    """The public machine holds no code that opens a payload or reads a member's key, and loads nothing it does not need."""
    if not Path(program).is_file():
        lint.find(program, 1, 'is not built')
        return
    for line in run(['nm', '--defined-only', program], lint.root).stdout.splitlines():
        name = line.split()[-1]
        if LINE_FORBIDDEN.search(name):
            lint.find(program, 1, f'contains {name}')
    for name in re.findall(r'\(NEEDED\).*\[(.*)\]', run(['readelf', '-d', program], lint.root).stdout):
        if not LINE_LIBRARIES.match(name):
            lint.find(program, 1, f'loads {name}')


RULES = [check_spdx, check_rooms, check_includes, check_calls, check_lengths, check_unused, check_text, check_generated,
         check_scripts, check_translations, check_format, check_manuals, check_links, check_exceptions]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
    parser.add_argument('--root', type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument('--line-program')
    options = parser.parse_args()
    lint = Lint(options.root)
    read_exceptions(lint)
    for rule in RULES:
        rule(lint)
    if options.line_program:
        check_line_program(lint, options.line_program)
    for finding in lint.findings:
        print(finding)
    return 1 if lint.findings else 0


if __name__ == '__main__':
    sys.exit(main())
