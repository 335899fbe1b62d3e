#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turns pages/ into C: embed.py --pages DIR --out DIR [--po FILE ...] [--depfile FILE]

Writes pages_BOOK.c and BOOK.h for each folder of pages (line, desk, count, link, origins) and pages_language.c, for src/draw/template_table.h and
src/draw/language.h. Templates are parsed and checked here, so that a wrong one does not build: every name declared, each
in the scope and of the type that its use needs, each value in a place of the HTML for which it is escaped, each
translation with the placeholders of its message. pages/README.md has the syntax.
"""
import argparse
import base64
import hashlib
import re
import struct
import subprocess
import sys
from pathlib import Path

BOOKS = ['line', 'desk', 'count', 'link', 'origins']
TOKEN = re.compile(r'\{\{(?:!(?P<comment>.*?)|_:(?P<message>(?:[^{}]|\{[a-z_]+\})*)'
                   r'|(?P<sign>[#^/>])(?P<section>[@a-z_][a-z_ ]*)|(?P<how>lines|query|url|html|css|js):(?P<arg>[a-z_. ]+)'
                   r'|(?P<name>@?[a-z_]+))\}\}', re.S)
DECLARATION = re.compile(r'^@ ([a-z_.]+): (text|flag|list|html)(\?)?(?:\s|$)')
URL_ATTRIBUTES = {'href', 'src', 'action', 'formaction'}
RAW = {'style', 'script'}


class Wrong(Exception):
    pass


class Name:
    def __init__(self, kind='group', optional=False):
        self.kind, self.optional, self.parts, self.used = kind, optional, {}, False


class Place:
    """Where in the HTML the text so far has led: what tells which escaper is right."""

    def __init__(self):
        self.state, self.attribute, self.value, self.element, self.tag = 'text', '', '', '', ''

    def copy(self):
        place = Place()
        place.__dict__.update(self.__dict__)
        return place

    def same(self, other):
        return (self.state, self.attribute, self.element) == (other.state, other.attribute, other.element)

    def feed(self, text):
        for char in text:
            getattr(self, 'in_' + self.state)(char)

    def in_text(self, char):
        if char == '<':
            self.state, self.tag = 'tag', ''

    def in_tag(self, char):
        if char == '>':
            self.state = 'text'
            name = self.tag.split()[0].lower() if self.tag.split() else ''
            self.element = name if name in RAW else ''
        elif char == '"':
            match = re.search(r'([a-zA-Z-]+)=$', self.tag)
            if not match:
                raise Wrong('a quote that opens no attribute')
            self.state, self.attribute, self.value = 'value', match.group(1).lower(), ''
        elif char == "'":
            raise Wrong('attributes stand in double quotes')
        else:
            self.tag += char

    def in_value(self, char):
        if char == '"':
            self.state, self.attribute = 'tag', ''
            self.tag += ' '
        else:
            self.value += char

    def check(self, how):
        """how: text, lines, query, url, html"""
        if self.state == 'tag' or self.element:
            raise Wrong('a value stands where none can be made safe')
        if self.state == 'text' and how not in ('text', 'lines', 'html'):
            raise Wrong(f'{how}: is for href and action')
        if self.state == 'value':
            self.check_attribute(how)
            self.value += 'x'

    def check_attribute(self, how):
        if self.attribute.startswith('on') or self.attribute in ('style', 'srcdoc'):
            raise Wrong(f'no value can be made safe in {self.attribute}')
        if how in ('lines', 'html'):
            raise Wrong(f'{how}: is not for attributes')
        if self.attribute in URL_ATTRIBUTES:
            if how == 'text' or (how == 'query' and not self.value) or (how == 'url' and self.value):
                raise Wrong(f'{self.attribute} takes url: for the whole, or query: after its beginning')
        elif how != 'text':
            raise Wrong(f'{how}: is for href and action')


def small_css(text):
    text = re.sub(r'/\*.*?\*/', '', text, flags=re.S)
    text = re.sub(r'\s+', ' ', text)
    text = re.sub(r' ?([{};,]) ?', r'\1', text)
    return re.sub(r': ', ':', text).replace(';}', '}').strip()


def small_js(text):
    lines = [line.strip() for line in text.splitlines()]
    return '\n'.join(line for line in lines if line and not line.startswith('//'))


def small_html(text):
    """White space between tags is one newline or space. A textarea's first newline is part of it, and stays."""
    return re.sub(r'[ \t]*\n\s*', '\n', re.sub(r'[ \t]+', ' ', text))


def drop_bare_lines(text):
    """A line that holds only comments, parts and ends of sections is no line of the page."""
    bare = r'(?:\{\{!(?:.*?)\}\}|\{\{[#^/>][@a-z_ ]+\}\})'
    return re.sub(rf'(?ms)^[ \t]*((?:{bare}[ \t]*)+)\n', r'\1', text)


class Book:
    """The templates of one folder."""

    def __init__(self, pages, name, read):
        self.pages, self.name, self.read = pages, name, read
        self.folder = pages / name
        self.hashes = {}

    def templates(self):
        names = sorted(path.stem for path in self.folder.glob('*.html') if not path.name.startswith('_'))
        return [Template(self, name) for name in names]

    def source(self, name):
        path = self.folder / f'{name}.html'
        if not path.is_file():
            raise Wrong(f'there is no {path}')
        return self.read(path)

    def inline(self, how, files):
        text = ''.join(self.read(self.pages / file) for file in files.split())
        text = small_css(text) if how == 'css' else small_js(text)
        if re.search(r'</|<!--|@import|url\(', text):
            raise Wrong(f'{files} holds what may not stand inside a page')
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        self.hashes['STYLE' if how == 'css' else 'SCRIPT'] = f"'sha256-{digest}'"
        return text


class Template:
    def __init__(self, book, name):
        self.book, self.name = book, name
        self.names = Name()
        self.place = Place()
        self.messages = {}
        self.ops = []
        try:
            self.tokens = list(self.tokenize(name, frozenset(), ()))
            self.at = 0
            self.parse([self.names], None)
            self.check_used(self.names, '')
        except Wrong as wrong:
            raise Wrong(f'pages/{book.name}/{name}.html: {wrong}') from None

    # Reading: comments declare, parts are taken in, and what is left is literals and tags.

    def tokenize(self, name, words, above):
        if name in above:
            raise Wrong(f'{name} takes itself in')
        text = self.book.source(name)
        self.declare(name, text)
        text = small_html(drop_bare_lines(text))
        end = 0
        for match in TOKEN.finditer(text):
            yield from self.literal(text[end:match.start()])
            end = match.end()
            if match['comment'] is not None:
                continue
            if match['sign'] == '>':
                part, *given = match['section'].split()
                yield from self.tokenize(part, frozenset(given), above + (name,))
            elif match['section'] and match['section'].startswith('@'):
                yield ('word', match['sign'], match['section'][1:] in words)
            else:
                yield ('tag', match)
        yield from self.literal(text[end:])

    def literal(self, text):
        if '{{' in text or '}}' in text:
            raise Wrong(f'not understood: {text[max(text.find("{{"), 0):][:60]!r}')
        if text:
            yield ('literal', text)

    def declare(self, name, text):
        match = re.match(r'\{\{!(.*?)\}\}', text, re.S)
        if not match:
            raise Wrong(f'{name} does not begin with its declaration')
        for line in match[1].splitlines():
            if line.startswith('@'):
                found = DECLARATION.match(line)
                if not found:
                    raise Wrong(f'not a declaration: {line}')
                self.declare_one(*found.groups())

    def declare_one(self, path, kind, optional):
        *above, last = path.split('.')
        group = self.names
        for part in above:
            if part not in group.parts or group.parts[part].kind != 'list':
                raise Wrong(f'{path} is declared before its list')
            group = group.parts[part]
        if last in group.parts:
            raise Wrong(f'{path} is declared twice')
        group.parts[last] = Name(kind, bool(optional) or kind in ('flag', 'list'))

    def check_used(self, group, path):
        for name, part in group.parts.items():
            if not part.used:
                raise Wrong(f'{path}{name} is declared and not used')
            self.check_used(part, f'{path}{name}.')

    # Parsing into operations. scopes: the groups from the outermost to the innermost.

    def parse(self, scopes, closing):
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token[0] == 'literal':
                self.place.feed(token[1])
                self.add_literal(token[1])
            elif token[0] == 'word':
                self.parse_word(token, scopes)
            elif token[1]['sign'] == '/':
                if token[1]['section'] != closing:
                    raise Wrong(f'{{{{/{token[1]["section"]}}}}} closes nothing')
                return
            elif token[1]['sign']:
                self.parse_section(token[1], scopes)
            else:
                self.parse_value(token[1], scopes)
        if closing is not None:
            raise Wrong(f'{closing} is not closed')

    def parse_word(self, token, scopes):
        """What stands in {{#@word}} is kept or dropped while building."""
        if token[1] == '/':
            return
        if not token[2]:
            while self.tokens[self.at][0:2] != ('word', '/'):
                self.at += 1

    def find(self, scopes, name):
        for up, group in enumerate(reversed(scopes)):
            if name in group.parts:
                group.parts[name].used = True
                return up, group.parts[name]
        raise Wrong(f'{name} is not declared')

    def parse_section(self, match, scopes):
        name, sign = match['section'], match['sign']
        up, found = self.find(scopes, name)
        each = found.kind == 'list' and sign == '#'
        before = self.place.copy()
        mark = len(self.ops)
        self.ops.append(None)
        self.parse(scopes + [found] if each else scopes, name)
        if not self.place.same(before):
            raise Wrong(f'{name} opens and closes in different places of the HTML')
        kind = 'EACH' if each else 'IF' if sign == '#' else 'UNLESS'
        self.ops[mark] = {'kind': kind, 'up': up, 'text': name, 'skip': len(self.ops) - mark - 1}

    def parse_value(self, match, scopes):
        if match['message'] is not None:
            self.place.check('text')
            self.add_message(' '.join(match['message'].split()), scopes)
        elif match['how'] in ('css', 'js'):
            self.add_literal(self.book.inline(match['how'], match['arg']))
        elif match['name'] in ('@lang', '@dir'):
            if self.place.state != 'value' or self.place.attribute.startswith('on'):
                raise Wrong(f'{match["name"]} is for attributes')
            self.place.value += 'x'
            self.ops.append({'kind': match['name'][1:].upper()})
        else:
            how = match['how'] or 'text'
            name = match['arg'] or match['name']
            self.place.check(how)
            up, found = self.find(scopes, name)
            if found.kind != ('html' if how == 'html' else 'text'):
                raise Wrong(f'{name} is a {found.kind}')
            self.ops.append({'kind': how.upper(), 'up': up, 'text': name})

    def add_literal(self, text):
        if self.ops and self.ops[-1] and self.ops[-1]['kind'] == 'LITERAL' and not self.jumped_to(len(self.ops)):
            self.ops[-1]['text'] += text
        else:
            self.ops.append({'kind': 'LITERAL', 'text': text})

    def jumped_to(self, place):
        return any(op and 'skip' in op and mark + op['skip'] + 1 == place for mark, op in enumerate(self.ops))

    def add_message(self, msgid, scopes):
        args = []
        for name in dict.fromkeys(re.findall(r'\{([a-z_]+)\}', msgid)):
            up, found = self.find(scopes, name)
            if found.kind != 'text':
                raise Wrong(f'{name} is a {found.kind}')
            args.append((name, up))
        self.messages[msgid] = None
        self.ops.append({'kind': 'MESSAGE', 'message': msgid, 'args': args})


class Catalogue:
    """One po file, through msgfmt, which checks it, and the .mo that it makes."""

    def __init__(self, path):
        done = subprocess.run(['msgfmt', '--check', '-o', '-', str(path)], stdout=subprocess.PIPE, check=True)
        self.texts = dict(self.read(done.stdout))
        header = dict(line.split(': ', 1) for line in self.texts.pop('').splitlines() if ': ' in line)
        self.code = path.stem
        self.name = header.get('X-Language-Name')
        self.right_to_left = header.get('X-Direction') == 'rtl'
        if not self.name or header.get('X-Direction') not in ('ltr', 'rtl'):
            raise Wrong(f'{path} needs the headers X-Language-Name and X-Direction')
        for msgid, text in self.texts.items():
            if placeholders(msgid) != placeholders(text):
                raise Wrong(f'{path}: other placeholders than in: {msgid}')
            if re.search(r'[{}]', re.sub(r'\{[a-z_]+\}', '', text)):
                raise Wrong(f'{path}: a brace that is no placeholder in the translation of: {msgid}')

    @staticmethod
    def read(mo):
        _, _, count, originals, translations = struct.unpack_from('<5I', mo)
        for i in range(count):
            yield tuple(mo[offset:offset + length].decode() for length, offset in
                        (struct.unpack_from('<2I', mo, table + 8 * i) for table in (originals, translations)))


def placeholders(text):
    return set(re.findall(r'\{([a-z_]+)\}', text))


# Writing C.

def c_text(text):
    """A C string; octal escapes, since a hexadecimal one swallows what follows."""
    out = []
    for byte in text.encode():
        char = chr(byte)
        if char in '"\\':
            out.append('\\' + char)
        elif char == '\n':
            out.append('\\n')
        elif 32 <= byte < 127 and char != '?':
            out.append(char)
        else:
            out.append(f'\\{byte:03o}')
    return '"' + ''.join(out) + '"'


def c_names(group, rows):
    """The declared names as rows, each list's parts in one run; returns where this group's run starts."""
    parts = sorted(group.parts.items())
    first = len(rows)
    rows.extend([None] * len(parts))
    for i, (name, part) in enumerate(parts):
        start = c_names(part, rows)
        rows[first + i] = (f'{{"{name}", TEMPLATE_IS_{part.kind.upper()}, {str(part.optional).lower()}, '
                           f'{start}, {len(part.parts)}}}')
    return first


def c_op(op, number, messages, args):
    fields = [f'.kind = TEMPLATE_{op["kind"]}']
    if 'text' in op:
        fields += [f'.text = {c_text(op["text"])}', f'.length = {len(op["text"].encode())}']
    for key in ('up', 'skip'):
        if op.get(key):
            fields.append(f'.{key} = {op[key]}')
    if op['kind'] == 'MESSAGE':
        fields.append(f'.message = {messages[op["message"]]}')
        if op['args']:
            args.append(', '.join(f'{{"{name}", {up}}}' for name, up in op['args']))
            fields += [f'.args = args_{number}_{len(args)}', f'.arg_count = {len(op["args"])}']
    return '    {' + ', '.join(fields) + '},'


def c_book(book, templates, messages):
    out = ['#include "draw/template_table.h"', f'#include "pages/{book.name}.h"', '']
    for number, template in enumerate(templates):
        rows, args = [], []
        c_names(template.names, rows)
        ops = [c_op(op, number, messages, args) for op in template.ops]
        out += [f'static const struct template_arg args_{number}_{i}[] = {{{row}}};' for i, row in enumerate(args, 1)]
        out += [f'static const struct template_op ops_{number}[] = {{', *ops, '};']
        out += [f'static const struct template_name names_{number}[] = {{',
                *(f'    {row},' for row in rows or ['{0}']), '};']
        out += [f'const struct template page_{book.name}_{template.name} = {{"{book.name}/{template.name}", '
                f'ops_{number}, {len(ops)}, names_{number}, {len(template.names.parts)}}};', '']
    return '\n'.join(out)


def h_book(book, templates):
    guard = f'PAGES_{book.name.upper()}_H'
    out = [f'#ifndef {guard}', f'#define {guard}', '', '#include "draw/template.h"', '']
    out += [f'#define PAGES_{book.name.upper()}_{what}_HASH "{value}"' for what, value in sorted(book.hashes.items())]
    out += [f'extern const struct template page_{book.name}_{template.name};' for template in templates]
    return '\n'.join(out + ['', '#endif', ''])


def c_languages(msgids, catalogues):
    out = ['#include "draw/language_table.h"', '', 'const char *const language_messages[] = {']
    out += [f'    {c_text(msgid)},' for msgid in msgids]
    out += ['};', f'const size_t language_message_count = {len(msgids)};', '']
    rows = ['{"en", "English", false, language_messages}']
    for catalogue in catalogues:
        out += [f'static const char *const texts_{catalogue.code}[] = {{']
        out += [f'    {c_text(catalogue.texts.get(msgid) or msgid)},' for msgid in msgids]
        out += ['};']
        rows.append(f'{{"{catalogue.code}", {c_text(catalogue.name)}, {str(catalogue.right_to_left).lower()}, '
                    f'texts_{catalogue.code}}}')
    out += ['const struct language language_table[] = {', *(f'    {row},' for row in rows), '};']
    return '\n'.join(out + [f'const size_t language_count = {len(rows)};', ''])


def load(pages):
    """Every book with its templates, and the files that were read."""
    files = []

    def read(path):
        files.append(path)
        return path.read_text(encoding='utf-8')
    books = [Book(pages, name, read) for name in BOOKS]
    return [(book, book.templates()) for book in books], files


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
    parser.add_argument('--pages', type=Path, required=True)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--po', type=Path, nargs='*', default=[])
    parser.add_argument('--depfile', type=Path)
    options = parser.parse_args()
    loaded, files = load(options.pages)
    catalogues = [Catalogue(path) for path in sorted(options.po, key=lambda path: path.stem)]
    msgids = {msgid for _, templates in loaded for template in templates for msgid in template.messages}
    msgids = sorted(msgids.union(*(catalogue.texts for catalogue in catalogues)), key=str.encode)
    messages = {msgid: place for place, msgid in enumerate(msgids)}
    written = {'pages_language.c': c_languages(msgids, catalogues)}
    for book, templates in loaded:
        written[f'pages_{book.name}.c'] = c_book(book, templates, messages)
        written[f'{book.name}.h'] = h_book(book, templates)
    for name, text in written.items():
        (options.out / name).write_text(f'/* Made by tools/embed.py from pages/. */\n{text}', encoding='utf-8')
    if options.depfile:
        needed = [*dict.fromkeys(files), *options.po, *(options.pages / name for name in BOOKS)]
        options.depfile.write_text(f'{options.out / "pages_language.c"}: {" ".join(map(str, needed))}\n', encoding='utf-8')


if __name__ == '__main__':
    try:
        main()
    except (Wrong, subprocess.CalledProcessError) as problem:
        sys.exit(f'embed.py: {problem}')
