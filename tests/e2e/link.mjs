// SPDX-License-Identifier: AGPL-3.0-or-later
// vouchsafe link, from lists to a page that a browser shows with its scripts off: everything on it, nothing fetched, readable by
// all, and nothing that a list holds does anything to it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from './lib/tap.mjs';
import { withBrowser } from './lib/browser.mjs';
import { faultsOfPage, printed } from './lib/report.mjs';
import { makeFolder } from './lib/world.mjs';

const EXAMPLES = path.resolve('../../examples/link');
const LISTS = ['open_door.csv', 'lawyers.csv', 'parents.csv'];

const link = (args, folder = EXAMPLES) => printed(['link', ...args], folder);

test('lists become a page of who is the same person, that needs nothing else', async () => {
    const page = path.join(makeFolder(), 'link.html');
    const said = link([...LISTS, '--unique', 'open_door.csv', '--unique', 'lawyers.csv', '--html', page]);
    const persons = said.match(/313 records are \d+ persons, as linked\./)[0];
    await withBrowser('chromium', { script: false }, async (person) => {
        await person.go(pathToFileURL(page).href);
        assert.deepEqual(person.asked, [pathToFileURL(page).href]);
        const text = await person.text();
        for (const words of [persons, 'What agreement weighs', 'дата рождения', 'Pairs to review', 'To repeat it']) assert.ok(text.includes(words), words);
        assert.equal(await person.read('.chart-narrow title'), 'How many pairs have what weight, in bits');
    });
    await withBrowser('chromium', { script: true }, async (person) => {
        await person.go(pathToFileURL(page).href);
        assert.deepEqual(await faultsOfPage(person, 'link.html'), []);
    });
});

test('many lists in many alphabets, with the truth beside them', async () => {
    const folder = makeFolder();
    link(['simulate', '-o', folder, '--persons', '2800', '--lists', '6', '--scripts', '--captured', '0.3'], folder);
    const lists = fs.readdirSync(folder).filter((name) => name.endsWith('.csv'));
    link([...lists, '--evaluate', 'person', '--html', 'page.html'], folder);
    await withBrowser('chromium', { script: true }, async (person) => {
        await person.go(pathToFileURL(path.join(folder, 'page.html')).href);
        const text = await person.text();
        for (const words of ['Compared with the truth', 'Pairs that agree on', 'Came true']) assert.ok(text.includes(words), words);
        assert.deepEqual(await faultsOfPage(person, 'page.html'), []);
    });
});

test('one pair explained: as a page, and as a picture that stands by itself', async () => {
    const folder = makeFolder();
    link([...LISTS, '--explain', 'lawyers.csv:L-44', 'parents.csv:P-60', '--html', path.join(folder, 'pair.html'), '--svg', path.join(folder, 'pair.svg')]);
    await withBrowser('chromium', { script: true }, async (person) => {
        await person.go(pathToFileURL(path.join(folder, 'pair.html')).href);
        const text = await person.text();
        for (const words of ['The chance that they are one person is', 'Жукова Анна', 'even odds']) assert.ok(text.includes(words), words);
        assert.deepEqual(await faultsOfPage(person, 'pair.html'), []);
        await person.go(pathToFileURL(path.join(folder, 'pair.svg')).href);
        assert.equal(await person.page.evaluate(() => document.documentElement.localName), 'svg');
        assert.equal(await person.page.evaluate(() => document.querySelector('title').textContent), 'The evidence about lawyers.csv:L-44 and parents.csv:P-60');
        assert.equal(person.asked.length, 2);
    });
});

test('whatever a list holds, the page is only a page', async () => {
    const folder = makeFolder();
    const hostile = '<script>document.title="taken"</script><img src=http://127.0.0.1:9/x onerror=alert(1)>\u202e\u2066\u009b31m\u0007"\'';
    const quote = (text) => `"${text.replaceAll('"', '""')}"`;
    const long = 'W'.repeat(10000);
    const rows = [[hostile, `${hostile} name`, `born ${long}`, `</style></svg><script>${long}`].map(quote).join(',')];
    for (let i = 0; i < 80; i++) rows.push([`${i % 40}${hostile}`, `Anna${i % 9} ${hostile}${i % 7}`, `19${50 + (i % 40)}-05-03`, `${hostile}${long}${i % 3}`].map(quote).join(','));
    fs.writeFileSync(path.join(folder, 'a<b>&\u202e.csv'), rows.join('\n') + '\n');
    link(['a<b>&\u202e.csv', '--html', 'page.html'], folder);
    link(['a<b>&\u202e.csv', '--html', 'pair.html', '--explain', 'a<b>&\u202e.csv:2', 'a<b>&\u202e.csv:42'], folder);
    await withBrowser('chromium', { script: true }, async (person) => {
        for (const name of ['page.html', 'pair.html']) {
            await person.go(pathToFileURL(path.join(folder, name)).href);
            assert.notEqual(await person.page.title(), 'taken');
            assert.equal(await person.page.evaluate(() => document.querySelectorAll('script, img').length), 0);
            assert.doesNotMatch(await person.page.evaluate(() => document.body.textContent), /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|W{300}/);
            assert.deepEqual(await faultsOfPage(person, name), []);
        }
        assert.equal(person.asked.length, 2);
    });
});
