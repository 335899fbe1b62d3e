#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A demonstration on this machine: an invented organisation, its line and its desk, until Ctrl-C.

The programs are in $VOUCHSAFE_BIN, the organisation and its reports in examples/. Everything is done as people do it: the
reports are posted to the line's door as a browser would, everything else with the commands of `vouchsafe` and
`vouchsafe-line`. All of it lives in one folder that is removed at the end.
"""
import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(os.environ.get('VOUCHSAFE_BIN', ROOT / 'build/release/src'))
EXAMPLES = ROOT / 'examples'


class Failed(Exception):
    pass


def say(text=''):
    print(text, flush=True)


def run(*command, text=None):
    done = subprocess.run([str(word) for word in command], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding='utf-8', check=False)
    if done.returncode != 0:
        raise Failed(f'{Path(command[0]).name} {command[1]}: {done.stderr.strip() or done.stdout.strip()}')
    return done.stdout


class Caller:
    """A browser, as far as one is needed here: no cookie, no script, forms."""

    def __init__(self, port):
        self.address = f'http://127.0.0.1:{port}'
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path, fields=None):
        body = urllib.parse.urlencode(fields).encode() if fields else None
        with self.opener.open(self.address + path, body, timeout=30) as reply:
            return reply.read().decode('utf-8')

    @staticmethod
    def find(page, pattern):
        found = re.search(pattern, page)
        if not found:
            raise Failed('the line answered with an unexpected page')
        return html.unescape(found.group(1)).strip()

    def report(self, language, text):
        """The whole way: first page, codename, text. Gives the codename, when the report is durable."""
        self.get('/?lang=' + language)
        page = self.get('/new', {'lang': language})
        codename = self.find(page, r'<p class="line"[^>]*>([^<]+)<')
        ticket = self.find(page, r'name="ticket" value="([^"]+)"')
        self.find(self.get('/send', {'lang': language, 'ticket': ticket, 'text': text}), r'class="greeting"[^>]*>([^<]+)<')
        return codename


class Line:
    def __init__(self, folder):
        self.folder = folder
        self.process = None
        self.door = self.hatch = 0

    def init(self, pack, settings):
        printed = run(BIN / 'vouchsafe-line', 'init', pack, self.folder)
        (self.folder / 'settings').write_text(settings, encoding='utf-8')
        return printed.strip().splitlines()[-1].strip()

    def start(self):
        """The ports that were free the first time stay: a desk and its callers know them."""
        self.process = subprocess.Popen(
            [BIN / 'vouchsafe-line', 'serve', self.folder, '--door', f'127.0.0.1:{self.door}', '--hatch', f'127.0.0.1:{self.hatch}'],
            stdout=subprocess.PIPE, encoding='utf-8', start_new_session=True)
        self.door, self.hatch = (self.read_port(name) for name in ('door', 'hatch'))

    def read_port(self, name):
        words = self.process.stdout.readline().split()
        if not words or words[0] != name:
            raise Failed('the line did not start')
        return int(words[-1])

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()

    def close_day(self):
        self.stop()
        run(BIN / 'vouchsafe-line', 'close', self.folder)
        self.start()


class Desk:
    def __init__(self, folder, passphrase):
        self.folder = folder
        self.passphrase_file = folder.with_suffix('.passphrase')
        self.passphrase_file.touch(0o600)
        self.passphrase_file.write_text(passphrase + '\n', encoding='utf-8')

    def command(self, name, *words):
        return [BIN / 'vouchsafe', name, '--dir', self.folder, '--passphrase-file', self.passphrase_file, *words]

    def run(self, name, *words, text=None):
        return run(*self.command(name, *words), text=text)

    def json(self, name, *words):
        return json.loads(self.run(name, '--json', *words))


def read_report(entry):
    path = EXAMPLES / 'reports' / entry['file']
    return path.name.split('.')[-2], path.read_text(encoding='utf-8').strip()


def due_option(entry):
    if 'due_hours' not in entry:
        return []
    when = time.localtime(time.time() + 3600 * entry['due_hours'])
    return ['--due', time.strftime('%Y-%m-%dT%H:%M', when)]


def details_options(entry):
    options = due_option(entry)
    for name in ('danger', 'safe_ways', 'safe_hours', 'to_others', 'note'):
        if name in entry:
            options += ['--' + name.replace('_', '-'), entry[name]]
    return options + (['--handled', 'yes'] if entry.get('handled') else [])


class Demonstration:
    def __init__(self, folder):
        self.wanted = json.loads((EXAMPLES / 'organisation.json').read_text(encoding='utf-8'))
        self.folder = Path(folder)
        self.desk = Desk(self.folder / 'desk', self.wanted['passphrase'])
        self.line = Line(self.folder / 'line')
        self.codenames = {}

    def found(self):
        say(f'== founding {self.wanted["organisation"]}, an invented organisation in an invented country')
        self.desk.run('init', '--organisation', self.wanted['organisation'], '--member', self.wanted['member'],
                      '--kit-folder', self.folder / 'kit')
        words = self.line.init(self.folder / 'desk' / 'pack.txt', f'step 16\ndoors 2\nother-way {self.wanted["other_way"]}\n')
        self.line.start()
        self.desk.run('line', f'http://127.0.0.1:{self.line.hatch}', '--fingerprint', words)

    def post(self, entries):
        caller = Caller(self.line.door)
        for entry in entries:
            self.codenames[entry['file']] = caller.report(*read_report(entry))

    def take(self, entries):
        for entry in entries:
            language, text = read_report(entry)
            self.desk.run('take', '--channel', entry['channel'], '--wording', entry['wording'], '--language', language,
                          *details_options(entry), text=text)

    def work(self, entries):
        """What the member does with the reports: notes, and answers."""
        inbox = self.desk.json('inbox', '--all')['conversations']
        for entry in entries:
            start = read_report(entry)[1].split('\n')[0][:30]
            found = [row['id'] for row in inbox if row['start'].startswith(start)]
            if len(found) != 1:
                raise Failed(f'{entry["file"]} is {len(found)} times in the inbox')
            if details_options(entry):
                self.desk.run('details', found[0], *details_options(entry))
            if 'answer' in entry:
                self.desk.run('answer', found[0], text=entry['answer'])

    def make(self):
        reports = self.wanted['reports']
        posted = [entry for entry in reports if 'channel' not in entry]
        self.found()
        say('== callers write; the first day is closed; a telephone call is written down')
        self.post([entry for entry in posted if entry.get('place_first')])
        self.line.close_day()
        self.post([entry for entry in posted if not entry.get('place_first')])
        self.take([entry for entry in reports if 'channel' in entry])
        say('== the member fetches, reads, answers')
        self.desk.run('pull')
        self.work(posted)
        self.desk.run('pull', '--push-only')

    def announce(self):
        answered = [self.codenames[entry['file']] for entry in self.wanted['reports'] if 'answer' in entry]
        say(f"""
  For a caller   http://127.0.0.1:{self.line.door}/
                 codenames that have an answer:
                 {answered[1]}
                 {answered[0]}

  For the member {self.wanted['member']}, passphrase: {self.wanted['passphrase']}
                 commands: {BIN}/vouchsafe inbox --dir {self.folder}/desk
""")

    def serve(self):
        """The desk's pages have the terminal: Enter there gives a new address."""
        self.announce()
        pages = subprocess.Popen([str(word) for word in self.desk.command('desk', '--no-browser')])
        try:
            pages.wait()
        finally:
            if pages.poll() is None:
                pages.terminate()
                pages.wait()

    def close(self):
        self.line.stop()


def end(_signal, _frame):
    raise KeyboardInterrupt


def main():
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, end)
    folder = tempfile.mkdtemp(prefix='vouchsafe-demo-')
    demonstration = None
    try:
        demonstration = Demonstration(folder)
        demonstration.make()
        demonstration.serve()
        return 0
    except Failed as failure:
        print(f'demo: {failure}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        if demonstration:
            demonstration.close()
        shutil.rmtree(folder, ignore_errors=True)
        say('== stopped, and everything removed')


if __name__ == '__main__':
    sys.exit(main())
