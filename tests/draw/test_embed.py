#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A wrong template, style or translation does not build: each fault is put into a small folder of pages."""
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap

EMBED = Path(__file__).resolve().parents[2] / 'tools/embed.py'
CLEAN = {
    'line/_top.html': '{{!\nA part.\n@ org: text  a name\n}}\n<p>{{org}}{{#@here}} here{{/@here}}</p>\n',
    'line/a.html': '{{!\nA page.\n@ path: text\n@ more: html?\n@ list: list\n@ list.word: text?\n@ list.hit: flag\n}}\n'
                   '<style>{{css:a.css b.css}}</style>\n{{>_top here}}\n<a href="{{url:path}}" title="{{path}}">{{_:To {path}.}}</a>\n'
                   '{{#list}}<a href="/x/{{query:word}}"{{#hit}} rel="x"{{/hit}}>{{lines:word}}{{path}}</a>{{/list}}'
                   '{{html:more}}\n',
    'desk/b.html': '{{!\n}}\n<p lang="{{@lang}}">{{_:Yes}}</p>\n',
    'a.css': '/* A style. */\np {\n    margin: 0;\n}\n',
    'b.css': 'b {\n    margin: 0;\n}\n',
    'xx.po': 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"X-Language-Name: X\\n"\n'
             '"X-Direction: ltr\\n"\n\nmsgid "To {path}."\nmsgstr "{path} ->"\n',
}


def page(declared, body):
    return {'desk/b.html': '{{!\n' + ''.join(f'@ {line}\n' for line in declared) + '}}\n' + body + '\n'}


FAULTS = {
    'a name that is not declared': (page([], '<p>{{name}}</p>'), 'name is not declared'),
    'a declaration that nothing uses': (page(['name: text'], '<p></p>'), 'declared and not used'),
    'a declaration twice': (page(['name: text', 'name: flag'], '<p>{{name}}</p>'), 'declared twice'),
    'an unknown type': (page(['name: number'], '<p>{{name}}</p>'), 'not a declaration'),
    'a part without its list': (page(['a.b: text'], '<p></p>'), 'before its list'),
    'no declaration': ({'desk/b.html': '<p></p>\n'}, 'does not begin with its declaration'),
    'a part outside its list': (page(['a: list', 'a.b: text'], '{{#a}}<p>{{b}}</p>{{/a}}{{b}}'), 'b is not declared'),
    'a list shown as text': (page(['a: list'], '<p>{{a}}</p>'), 'a is a list'),
    'text shown as html': (page(['a: text'], '<p>{{html:a}}</p>'), 'a is a text'),
    'html shown as text': (page(['a: html'], '<p>{{a}}</p>'), 'a is a html'),
    'a flag within a message': (page(['a: flag'], '<p>{{_:Is {a}.}}</p>'), 'a is a flag'),
    'text in an address': (page(['a: text'], '<a href="{{a}}">x</a>'), 'href takes url:'),
    'text within an address': (page(['a: text'], '<a href="/x/{{a}}">x</a>'), 'href takes url:'),
    'a query as the whole address': (page(['a: text'], '<a href="{{query:a}}">x</a>'), 'href takes url:'),
    'a url behind a beginning': (page(['a: text'], '<a href="/x{{url:a}}">x</a>'), 'href takes url:'),
    'a url in a title': (page(['a: text'], '<a title="{{url:a}}">x</a>'), 'is for href and action'),
    'a query in text': (page(['a: text'], '<p>{{query:a}}</p>'), 'is for href and action'),
    'html in an attribute': (page(['a: html'], '<p title="{{html:a}}"></p>'), 'is not for attributes'),
    'a line break in an attribute': (page(['a: text'], '<p title="{{lines:a}}"></p>'), 'is not for attributes'),
    'a value in a style attribute': (page(['a: text'], '<p style="{{a}}"></p>'), 'no value can be made safe in style'),
    'a value in a handler': (page(['a: text'], '<p onclick="{{a}}"></p>'), 'no value can be made safe in onclick'),
    'a value in a tag': (page(['a: text'], '<p {{a}}></p>'), 'where none can be made safe'),
    'a value in an unquoted attribute': (page(['a: text'], '<p id={{a}}></p>'), 'where none can be made safe'),
    'a value in single quotes': (page(['a: text'], "<p id='{{a}}'></p>"), 'in double quotes'),
    'a value in a style': (page(['a: text'], '<style>{{a}}</style>'), 'where none can be made safe'),
    'a value in a script': (page(['a: text'], '<script>{{a}}</script>'), 'where none can be made safe'),
    'a section not closed': (page(['a: flag'], '<p>{{#a}}</p>'), 'a is not closed'),
    'a section closed wrongly': (page(['a: flag'], '<p>{{#a}}{{/b}}</p>'), 'closes nothing'),
    'a section across a tag': (page(['a: flag'], '<p {{#a}}>{{/a}}</p>'), 'different places of the HTML'),
    'a tag that is no tag': (page([], '<p>{{Name}}</p>'), 'not understood'),
    'a part that is not there': (page([], '{{>_none}}'), 'there is no'),
    'a part that takes itself in': ({'desk/_c.html': '{{!\n}}\n{{>_c}}\n', **page([], '{{>_c}}')}, 'takes itself in'),
    'a style that ends the page': ({'a.css': 'p::before { content: "</style>"; }\n'}, 'may not stand inside a page'),
    'a style that fetches': ({'a.css': 'p { background: url(/x); }\n'}, 'may not stand inside a page'),
    'a translation without its value': ({'xx.po': CLEAN['xx.po'].replace('"{path} ->"', '"x"')}, 'other placeholders'),
    'a translation with another value': ({'xx.po': CLEAN['xx.po'].replace('{path} ->', '{path} {a}')}, 'other placeholders'),
    'a stray brace': ({'xx.po': CLEAN['xx.po'].replace('{path} ->', '{path} {')}, 'a brace that is no placeholder'),
    'a language without direction': ({'xx.po': CLEAN['xx.po'].replace('"X-Direction: ltr\\n"\n', '')}, 'X-Direction'),
    'a catalogue that is none': ({'xx.po': 'msgid "a\n'}, 'msgfmt'),
}


def embed(files):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in files.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(text, encoding='utf-8')
        (folder / 'out').mkdir()
        done = subprocess.run([sys.executable, EMBED, '--pages', folder, '--out', folder / 'out', '--po', folder / 'xx.po'],
                              capture_output=True, text=True, check=False)
        written = {path.name: path.read_text(encoding='utf-8') for path in (folder / 'out').iterdir()}
    return done.returncode, done.stderr, written


def clean():
    """What is right builds, small, with the parts that were asked for."""
    status, message, written = embed(CLEAN)
    line = written.get('pages_line.c', '')
    return status == 0 and ' here' in line and '<style>p{margin:0}b{margin:0}</style>' in line \
        and 'PAGES_LINE_STYLE_HASH' in written['line.h'] and '"{path} ->"' in written['pages_language.c'], message


def refused(files, part):
    status, message, written = embed({**CLEAN, **files})
    return status == 1 and part in message and not written, message


def main():
    tests = [('what is right builds', clean), *((f'{what} is refused', lambda files=files, part=part: refused(files, part))
                                                for what, (files, part) in FAULTS.items())]
    tried = {what: test() for what, test in tests}
    return tap.say({what: [] if good else [message] for what, (good, message) in tried.items()})


if __name__ == '__main__':
    sys.exit(main())
