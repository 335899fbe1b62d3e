#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What holds of every page in every language, seen as a browser without style sees it: test_pages.py WRITE_SAMPLES CSS ..."""
import base64
import hashlib
import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap

VOID = {'meta', 'input', 'br', 'rect', 'path'}
OUTSIDE = 'https://www.wikipedia.org/'
LINE_BYTES_MAX = 14 * 1024
NAMED_BY_TEXT = {'button', 'a', 'summary', 'option'}
# What is written in which colour on which, from the styles.
INK = [('ink', 'paper'), ('soft', 'paper'), ('deed', 'paper'), ('deed-ink', 'deed')]
INKS = {'line.css': [*INK, ('ink', 'tint'), ('soft', 'tint')],
        'desk.css': [*INK, ('ink', 'back'), ('soft', 'back'), ('deed', 'back'), ('ink', 'chosen'), ('soft', 'chosen'),
                     ('danger-ink', 'danger'), ('paper', 'ink')]}
EDGES = [('deed', 'paper'), ('soft', 'paper')]


class Page(HTMLParser):
    """The page as a list of elements, with the text that each holds."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.all, self.faults = [], [], []
        self.feed(text)
        self.close()
        self.faults += [f'<{element["tag"]}> is not closed' for element in self.open]

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f'<{tag}> has an attribute twice')
        element = {'tag': tag, 'text': '', 'inside': [e['tag'] for e in self.open], **dict(attrs)}
        self.all.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1]['tag'] != tag:
            self.faults.append(f'</{tag}> closes nothing')
        else:
            self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element['text'] += data

    def tags(self, *names):
        return [element for element in self.all if element['tag'] in names]


def faults_of(name, text):
    page = Page(text)
    yield from page.faults
    yield from headings(page)
    yield from names(page)
    yield from reach(page)
    if name.startswith('line-'):
        yield from line_only(page, text)


def headings(page):
    if len(page.tags('h1')) != 1 or len(page.tags('main')) != 1 or not page.tags('title')[0]['text'].strip():
        yield 'there is not one title, one main and one h1'
    levels = [int(element['tag'][1]) for element in page.tags('h1', 'h2', 'h3')]
    if any(later > earlier + 1 for earlier, later in zip(levels, levels[1:])):
        yield f'headings leave out a level: {levels}'
    html = page.tags('html')[0]
    if not html.get('lang') or html.get('dir') not in ('ltr', 'rtl'):
        yield 'no lang or dir'


def names(page):
    """Each thing that can be used has a name that is read aloud."""
    ids = [element['id'] for element in page.all if 'id' in element]
    if len(ids) != len(set(ids)):
        yield f'an id is there twice: {ids}'
    labelled = {label['for'] for label in page.tags('label') if label['text'].strip()}
    for field in page.tags('input', 'textarea', 'select'):
        if field.get('type') != 'hidden' and field.get('id') not in labelled and not field.get('aria-label'):
            yield f'a field without label: {field}'
    for element in page.all:
        if element['tag'] in NAMED_BY_TEXT and not element['text'].strip() and not element.get('aria-label'):
            yield f'nothing to read in {element}'
        for attribute in ('for', 'aria-describedby', 'aria-labelledby'):
            for wanted in (element.get(attribute) or '').split():
                if wanted not in ids:
                    yield f'{attribute} names no id: {wanted}'
    for nav in page.tags('nav'):
        if not nav.get('aria-label'):
            yield 'a nav without name'


def reach(page):
    """Nothing is fetched, nothing leads outside but the way to leave, and every form posts to a path of this host."""
    for element in page.all:
        for attribute in ('src', 'srcset', 'background', 'style', 'formaction'):
            if attribute in element:
                yield f'{attribute} in <{element["tag"]}>'
        if any(name.startswith('on') for name in element):
            yield f'a handler in <{element["tag"]}>'
        if not re.match(r'[/#?]', element.get('href', '/')) and element['href'] != OUTSIDE:
            yield f'leads outside: {element["href"]}'
        if element.get('href') == OUTSIDE and element.get('rel') != 'noreferrer':
            yield 'the way to leave tells where from'
    for form in page.tags('form'):
        if not re.match(r'/[a-z]', form.get('action', '')) or form.get('method') not in ('post', 'get'):
            yield f'a form goes nowhere: {form}'
    if page.tags('img', 'link', 'iframe', 'object', 'embed', 'video', 'audio', 'base', 'font'):
        yield 'something is fetched'


def line_only(page, text):
    if len(text.encode()) > LINE_BYTES_MAX:
        yield f'{len(text.encode())} bytes'
    if page.tags('script'):
        yield 'a script'
    if page.tags('a')[0].get('href') != OUTSIDE:
        yield 'the first link is not the way to leave'
    for form in page.tags('form'):
        if form.get('method') != 'post':
            yield 'a caller\'s form would stand in an address'
    lang = page.tags('html')[0]['lang']
    carried = [field.get('value') for field in page.tags('input') if field.get('name') == 'lang']
    if carried != [lang] * len(page.tags('form')):
        yield 'a form loses the language'


def policy_faults(folder, texts):
    """The hashes that the program sends are those of what stands in the pages."""
    for book in ('line', 'desk'):
        header = (folder / f'{book}.h').read_text()
        for tag in ('style', 'script'):
            told = re.search(rf"PAGES_{book.upper()}_{tag.upper()}_HASH \"'sha256-(.*)'\"", header)
            inside = {match for name, text in texts.items() if name.startswith(book)
                      for match in re.findall(rf'<{tag}>(.*?)</{tag}>', text, re.S)}
            found = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inside}
            if found != ({told[1]} if told else set()):
                yield f'{book}.h: the hash of {tag} is not that of the pages'


def contrast(one, other):
    def light(colour):
        parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    bright, dark = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def colour_faults(path):
    """WCAG 2.2: 4.5 to 1 for text is AA; what is here has 7 to 1, AAA, but for buttons and marks. Edges: 3 to 1."""
    text = path.read_text()
    sets = [dict(re.findall(r'--([a-z-]+): (#[0-9a-f]{6});', block)) for block in re.findall(r':root \{(.*?)\}', text, re.S)]
    if len(sets) != 2 or set(sets[0]) != set(sets[1]):
        yield 'light and dark do not name the same colours'
    for colours in sets:
        for ink, paper in INKS[path.name]:
            least = 4.5 if ink.startswith(('deed', 'danger', 'soft')) else 7
            if contrast(colours[ink], colours[paper]) < least:
                yield f'{ink} on {paper}: {contrast(colours[ink], colours[paper]):.2f}'
        for edge, paper in EDGES:
            if contrast(colours[edge], colours[paper]) < 3:
                yield f'the edge {edge} on {paper}'


def main(write_samples, headers, styles):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([write_samples, folder], check=True)
        texts = {path.name: path.read_text(encoding='utf-8') for path in sorted(Path(folder).glob('*.html'))}
    results = {name: list(faults_of(name, text)) for name, text in texts.items()}
    results['policy'] = list(policy_faults(Path(headers), texts))
    results.update({Path(path).name: list(colour_faults(Path(path))) for path in styles})
    return 0 if tap.say(results) == 0 and texts else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
