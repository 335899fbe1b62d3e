#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What holds of every page of vouchsafe count: test_page.py WRITE_REPORT CSS TESTS_DRAW

The rules are those of tests/draw/test_pages.py; here also that nothing can be fetched, and that every number of a chart
stands in a table as well."""
import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'support'))
import tap


def faults_of(pages, text):
    page = pages.Page(text)
    yield from page.faults
    yield from pages.headings(page)
    yield from pages.names(page)
    yield from pages.reach(page)
    if page.tags('script', 'a', 'form'):
        yield 'a script, a link or a form'
    yield from policy_faults(page, text)
    yield from table_faults(page)


def policy_faults(page, text):
    policy = [element['content'] for element in page.tags('meta') if element.get('http-equiv') == 'Content-Security-Policy']
    style = re.search(r'<style>(.*?)</style>', text, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    if policy != [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'"]:
        yield f'the policy is not that of this page: {policy}'


def table_faults(page):
    """Numbers in pictures are numbers in tables, but for the marks on axes."""
    told = ' '.join(element['text'] for element in page.tags('table', 'p', 'h2'))
    for element in page.tags('desc'):
        for number in re.findall(r'\d[\d,]*\d|\d', element['text']):
            if number not in told:
                yield f'{number} stands in a picture only'
    for svg in page.tags('svg'):
        if svg.get('role') != 'img' or not re.fullmatch(r'0 0 \d+ \d+', svg.get('viewbox', '')):
            yield f'a picture without role or size: {svg.get("viewbox")}'


def json_faults(path):
    try:
        json.loads(path.read_text(encoding='utf-8'), parse_constant=lambda name: 1 / 0)
    except (ValueError, ZeroDivisionError) as problem:
        yield f'{problem}'


def main(write_report, css, draw):
    sys.path.insert(0, draw)
    import test_pages as pages
    pages.INKS['report.css'] = [('ink', 'paper'), ('soft', 'paper')]
    pages.EDGES = []
    pages.VOID |= {'circle'}
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([write_report, folder], check=True)
        for path in sorted(Path(folder).iterdir()):
            if path.suffix == '.html':
                results[path.name] = list(faults_of(pages, path.read_text(encoding='utf-8')))
            elif path.suffix == '.json':
                results[path.name] = list(json_faults(path))
    results['report.css'] = list(pages.colour_faults(Path(css)))
    return 0 if tap.say(results) == 0 and len(results) >= 9 else 1


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
