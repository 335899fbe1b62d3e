// SPDX-License-Identifier: AGPL-3.0-or-later
// The whole way in lynx, driven by keys as a person at a terminal would, and every page readable in it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from './lib/tap.mjs';
import { makeFolder, runSync } from './lib/world.mjs';
import { fourLetters } from './lib/door.mjs';
import { sharedOrganisation } from './lib/organisation.mjs';

const ENVIRONMENT = { ...process.env, TERM: 'xterm', LANG: 'C.UTF-8' };

// What a person does in lynx, written down as its command script; each print() keeps the page at hand as text.
class Visit {
    constructor() {
        this.folder = makeFolder();
        this.lines = [];
        this.prints = [];
    }

    key(...names) {
        for (const name of names) this.lines.push(`key ${name}`);
        return this;
    }

    type(text) {
        return this.key(...[...text].map((letter) => (letter === ' ' ? '<space>' : letter === '\n' ? '^J' : letter)));
    }

    tab(times) {
        return this.key(...Array(times).fill('<tab>'));
    }

    enter() {
        return this.key('^J');
    }

    print() {
        const file = path.join(this.folder, `page-${this.prints.length}`);
        this.prints.push(file);
        return this.key('p', '^J', '^U').type(file).enter();
    }

    // Opens the address, does all that was written down, gives the printed pages.
    run(address) {
        const script = path.join(this.folder, 'keys');
        fs.writeFileSync(script, `${this.key('q', 'y').lines.join('\n')}\n`);
        const done = runSync('lynx', ['-nopause', '-assume_charset=utf-8', '-display_charset=utf-8', `-cmd_script=${script}`, address], {
            env: ENVIRONMENT,
            timeout: 60000,
        });
        assert.equal(done.code, 0, done.errors);
        return this.prints.map((file) => fs.readFileSync(file, 'utf8'));
    }
}

const dump = (address, fields) => {
    const options = ['-dump', '-nolist', '-width=78', '-assume_charset=utf-8', '-display_charset=utf-8'];
    const input = fields ? `${new URLSearchParams(fields)}\n---\n` : '';
    return runSync('lynx', [...options, ...(fields ? ['-post_data'] : []), address], { env: ENVIRONMENT, input }).out;
};

const codenameOf = (page) =>
    page.match(/12\. \S+\s+((?:\p{L}+\s+){12})/u)[1].trim().replace(/\s+/g, ' ');

test('the whole way in lynx: write, come back with four letters a word, read the answer, write again, erase', async () => {
    const { desk, line } = await sharedOrganisation();
    const home = `http://127.0.0.1:${line.door}/`;

    // First page: leave, Русский, write. Page to write on: leave, box, send.
    const [codenamePage, sent] = new Visit()
        .tab(2).enter().print()
        .tab(1).type('LYNX: two vans in the yard.\nNobody showed a paper.').tab(1).enter().print()
        .run(home);
    const codename = codenameOf(codenamePage);
    assert.match(sent, /Received/);
    const greeting = sent.match(/greets you with these two words:\s+(\S+\s+\S+?)\./)[1].replace(/\s+/g, ' ');

    desk.done('pull');
    const row = desk.find('LYNX');
    desk.done('answer', row.id, { input: 'Thank you. Please come back on Thursday.\n' });
    desk.done('pull', '--push-only');

    // Mailbox: leave, type them again, box, send, erase.
    const [mailbox, again] = new Visit()
        .tab(1).type(fourLetters(codename)).tab(1).enter().print()
        .tab(2).type('LYNX again.').tab(1).enter().print()
        .run(`${home}back?lang=en`);
    assert.match(mailbox, new RegExp(`Welcome back, ${greeting.replace(' ', '\\s+')}`));
    assert.match(mailbox, /Thank you\. Please come back on Thursday\./);
    assert.match(again, /Received/);

    desk.done('pull');
    const [asked, erased] = new Visit()
        .tab(1).type(fourLetters(codename)).tab(1).enter()
        .tab(4).enter().print()
        .tab(1).enter().print()
        .run(`${home}back?lang=en`);
    assert.match(asked, /This cannot be undone/);
    assert.match(erased, /Our server holds nothing of yours any more/);
    desk.done('pull');
    const reports = desk.json('show', row.id).items.filter((item) => item.kind === 'report');
    assert.deepEqual(reports.map(({ erased: gone, text }) => [gone, text]), [[true, ''], [true, '']]);
});

for (const [lang, words] of [
    ['en', ['Tell us what happened', 'Before you write', 'What our server sees and keeps', 'What we cannot protect you from']],
    ['ru', ['Расскажите нам, что произошло', 'Прежде чем писать']],
]) {
    test(`the first page and the page with the codename are readable in lynx (${lang})`, async () => {
        const { line } = await sharedOrganisation();
        const home = dump(`http://127.0.0.1:${line.door}/?lang=${lang}`);
        for (const text of words) assert.ok(home.includes(text), `"${text}" is not in:\n${home}`);
        assert.match(home, /\* \p{L}.*\n/u, 'lists are lists');
        const write = dump(`http://127.0.0.1:${line.door}/new`, { lang });
        for (let i = 1; i <= 12; i++) assert.match(write, new RegExp(`^ +${i}\\. \\p{L}+$`, 'mu'), `word ${i} stands whole on a line of its own`);
        assert.match(write, /_{20}/, 'there is a box to write in');
    });
}
