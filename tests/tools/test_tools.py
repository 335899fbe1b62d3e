#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The checks are checked: each lint rule finds its fault in a small tree, and the tally counts what went wrong."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap

TOOLS = Path(__file__).resolve().parents[2] / 'tools'
LEFT = 'TO' + 'DO'
SPDX_C = '/* SPDX-License-Identifier: AGPL-3.0-or-later */\n'
CLEAN = {
    'src/base/may_include': '',
    'src/base/buf.h': SPDX_C + 'int buf_size(void);\n',
    'src/base/buf.c': SPDX_C + '#include "base/buf.h"\n\nint buf_size(void)\n{\n    return 1;\n}\n',
    'src/seal/may_include': 'base\n',
    'src/seal/seal.c': SPDX_C + '#include <sodium.h>\n#include "base/buf.h"\n\nint main(void)\n{\n    return buf_size();\n}\n',
}


def c_function(lines):
    return SPDX_C + 'int main(void)\n{\n' + '    ;\n' * (lines - 3) + '}\n'


# What is put into the clean tree, and a part of the one finding that must come of it.
FAULTS = {
    'no licence line': ({'src/base/x.c': 'int main(void);\n'}, 'src/base/x.c:1: has no line'),
    'a room without its list': ({'src/http/x.h': SPDX_C}, 'src/http/may_include:1: is missing'),
    'a list that names no room': ({'src/base/may_include': 'attic\n'}, 'names attic'),
    'rooms in a circle': ({'src/base/may_include': 'seal\n'}, 'by a detour'),
    'an arrow that points up': ({'src/base/x.c': SPDX_C + '#include "seal/seal.h"\n'}, 'base may not include seal'),
    'the inside of another room': ({'src/seal/x.c': SPDX_C + '#include "base/buf_internal.h"\n'}, 'the inside of base'),
    'an include that is not from src': ({'src/base/x.c': SPDX_C + '#include "buf.h"\n'}, 'is not written from src/'),
    'a library in the wrong room': ({'src/base/x.c': SPDX_C + '#include <sodium.h>\n'}, '<sodium.h> belongs to seal'),
    'a banned function': ({'src/seal/x.c': SPDX_C + 'static int x = system("ls");\n'}, 'system() is banned'),
    'a library that prints': ({'src/base/x.c': SPDX_C + 'static int x = printf("x");\n'}, 'printf() in a library'),
    'a long function': ({'src/seal/x.c': c_function(71)}, 'main has 71 lines'),
    'a long file': ({'src/seal/x.h': SPDX_C + '\n' * 800}, 'has 801 lines'),
    'a function that nothing uses': ({'src/seal/x.c': SPDX_C + 'int seal_x(void)\n{\n    return 0;\n}\n'},
                                     'seal_x is used by no program'),
    'a space at the end': ({'docs/x.md': 'x \n'}, 'docs/x.md:1: ends in a space'),
    'a tab': ({'src/seal/x.h': SPDX_C + '\tint x;\n'}, 'has a tab'),
    'a long line': ({'src/seal/x.h': SPDX_C + '/* ' + 'x' * 98 + '\n*/\n'}, 'has 101 columns'),
    'work left in the text': ({'docs/x.md': LEFT + ' later\n'}, f'says {LEFT}'),
    'no newline at the end': ({'docs/x.md': 'x'}, 'does not end in a newline'),
    'a script that does not parse': ({'x.sh': '#!/bin/sh\n# SPDX-License-Identifier: AGPL-3.0-or-later\nif\n'}, 'x.sh:1: sh:'),
    'Python that does not parse': ({'x.py': '# SPDX-License-Identifier: AGPL-3.0-or-later\nif\n'}, 'x.py:2: invalid syntax'),
    'a sentence without translation': ({'pages/po/ru.po': 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
                                        'msgid "x"\nmsgstr ""\n'}, 'untranslated'),
    'C in another format': ({'.clang-format': 'BasedOnStyle: LLVM\nIndentWidth: 4\nBreakBeforeBraces: Linux\n',
                             'src/seal/x.h': SPDX_C + 'extern  int x;\n'}, 'is not as clang-format'),
    'a link to nowhere': ({'docs/x.md': '[x](y.md)\n'}, 'there is no y.md'),
    'a stale exception': ({'tools/lint-exceptions.txt': 'unused src/a.c:b 0 none\n'}, 'is no longer needed'),
    'an exception without a reason': ({'tools/lint-exceptions.txt': 'unused src/a.c:b 0\n'}, 'is not RULE PATH'),
}
EXCEPTED = {
    'src/seal/x.c': c_function(71),
    'tools/lint-exceptions.txt': 'function-length src/seal/x.c:main 71 a table\n',
}


def write_tree(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding='utf-8')


def lint(files, *options, track=False):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_tree(root, {**CLEAN, **files})
        subprocess.run(['git', 'init', '-q'], cwd=root, check=True)
        if track:
            subprocess.run(['git', 'add', '-f', '.'], cwd=root, check=True)
        done = subprocess.run([sys.executable, TOOLS / 'lint.py', '--root', root, *options], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def expect_clean(files):
    status, said = lint(files)
    return said if status != 0 or said else None


def expect_finding(files, finding, **how):
    status, said = lint(files, **how)
    fine = status == 1 and said and all(finding in line for line in said.splitlines())
    return None if fine else f'wanted {finding!r} alone, got {said!r}'


def line_program(source):
    """Compiles a program that stands for vouchsafe-line, and lints it."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / 'line'
        subprocess.run(['gcc', '-x', 'c', '-o', program, '-'], input=source, text=True, check=True)
        return lint({}, '--line-program', str(program))


def expect_line_program():
    good = line_program('int main(void) { return 0; }')
    bad = line_program('int payload_open(void); int payload_open(void) { return 0; } int main(void) { return 0; }')
    missing = lint({}, '--line-program', '/nonexistent/line')
    fine = good == (0, '') and 'contains payload_open' in bad[1] and 'is not built' in missing[1]
    return None if fine else f'{good} {bad} {missing}'


def tally(tap, result='OK'):
    """The last line of the tally of one test program, and its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / 'build' / 'gcc' / 'meson-logs' / 'testlog.json'
        log.parent.mkdir(parents=True)
        if tap is not None:
            log.write_text(json.dumps({'name': 'x', 'stdout': tap, 'result': result}) + '\n', encoding='utf-8')
        done = subprocess.run([sys.executable, TOOLS / 'tally.py', log], stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout.splitlines()[-1], done.returncode


def tally_file(tap, status):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'e2e.tap'
        path.write_text(tap, encoding='utf-8')
        path.with_suffix('.status').write_text(status, encoding='utf-8')
        done = subprocess.run([sys.executable, TOOLS / 'tally.py', path], stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout.splitlines()[-1], done.returncode


COUNTS = {
    'all pass': (tally('1..2\nok 1 - a\nok 2 - b\n'), ('2 passed, 0 failed', 0)),
    'one fails': (tally('1..2\nok 1 - a\nnot ok 2 - b\n', 'FAIL'), ('1 passed, 1 failed', 1)),
    'a crash owes the rest of its plan': (tally('1..5\nok 1 - a\n', 'ERROR'), ('1 passed, 4 failed', 1)),
    'a crash after the last test': (tally('1..1\nok 1 - a\n', 'ERROR'), ('1 passed, 1 failed', 1)),
    'a crash before the plan': (tally('', 'ERROR'), ('0 passed, 1 failed', 1)),
    'out of time': (tally('', 'TIMEOUT'), ('0 passed, 1 failed', 1)),
    'a program without TAP': (tally(''), ('1 passed, 0 failed', 0)),
    'a skipped test is neither': (tally('1..3\nok 1 - a\nok 2 # SKIP b\nnot ok 3 # SKIP c\n'), ('1 passed, 0 failed', 0)),
    'the build failed': (tally(None), ('0 passed, 1 failed', 1)),
    'a TAP file': (tally_file('1..1\nok 1 - a\n', '0\n'), ('1 passed, 0 failed', 0)),
    'a TAP file whose run ended badly': (tally_file('1..1\nok 1 - a\n', '1\n'), ('1 passed, 1 failed', 1)),
    'a TAP file without its plan': (tally_file('ok 1 - a\n', '0\n'), ('1 passed, 1 failed', 1)),
}


def main():
    results = [('lint: a clean tree', expect_clean({})), ('lint: an exception', expect_clean(EXCEPTED)),
               ('lint: a generated file', expect_finding({'src/x.mo': 'x\n'}, 'is generated', track=True)),
               ('lint: the line program', expect_line_program())]
    results += [(f'lint: {name}', expect_finding(files, finding)) for name, (files, finding) in FAULTS.items()]
    results += [(f'tally: {name}', None if got == wanted else f'wanted {wanted}, got {got}')
                for name, (got, wanted) in COUNTS.items()]
    return tap.say({name: [problem] if problem else [] for name, problem in results})


if __name__ == '__main__':
    sys.exit(main())
