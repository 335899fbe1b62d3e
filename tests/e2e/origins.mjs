// SPDX-License-Identifier: AGPL-3.0-or-later
// vouchsafe origins, from documents to a page that a browser shows with its scripts off: everything on it, nothing fetched, readable
// by all, and nothing that a document holds does anything to it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from './lib/tap.mjs';
import { withBrowser } from './lib/browser.mjs';
import { faultsOfPage, printed } from './lib/report.mjs';
import { makeFolder } from './lib/world.mjs';

const EXAMPLES = path.resolve('../../examples/origins');

const origins = (args, folder = EXAMPLES) => printed(['origins', ...args], folder);

test('documents become a page of who said what, that needs nothing else', async () => {
    const page = path.join(makeFolder(), 'origins.html');
    const said = origins(['.', '--table', 'about.csv', '--names', 'names.csv', '--html', page]);
    const claim = '7 documents, 2 origins with a name, 2 in all: Open Door Karsk; the association Parents of Orlets.';
    assert.ok(said.replaceAll('\n', ' ').includes(claim));
    await withBrowser('chromium', { script: false }, async (person) => {
        await person.go(pathToFileURL(page).href);
        assert.deepEqual(person.asked, [pathToFileURL(page).href]);
        const text = await person.text();
        for (const words of [claim, 'Nothing here says what is true.', 'Павел Дорин', 'it names the other\'s outlet', 'share no passage']) assert.ok(text.includes(words), words);
        assert.equal(await person.read('.chart-narrow title'), 'Where “at least 40 detained” comes from');
        assert.match(await person.read('.chart-narrow desc'), /Orlets Weekly, 2025-03-09 from Parents of Orlets, 2025-03-05: has the same passage, later\./);
    });
    await withBrowser('chromium', { script: true }, async (person) => {
        await person.go(pathToFileURL(page).href);
        assert.deepEqual(await faultsOfPage(person, 'origins.html'), []);
    });
});

test('of many documents the first are drawn, and the page says how many more there are', async () => {
    const folder = makeFolder();
    for (let i = 0; i < 90; i++) {
        const day = `2031-04-${String(1 + (i % 28)).padStart(2, '0')}`;
        fs.writeFileSync(path.join(folder, `paper-${i}_${day}_karsk.txt`), `Men taken in Karsk\n\nAt least 40 men have been detained in Karsk since Thursday night, the hotline Open Door Karsk said, most of them taken from flats on Mill Street and from two cafés near the tram depot. This is note ${i} of many.\n`);
    }
    origins(['.', '--html', 'page.html'], folder);
    await withBrowser('chromium', { script: true }, async (person) => {
        await person.go(pathToFileURL(path.join(folder, 'page.html')).href);
        const text = await person.text();
        for (const words of ['90 documents, 1 origin with a name', 'Not drawn: 58 later documents.', 'more: --json has them all.']) assert.ok(text.includes(words), words);
        assert.deepEqual(await faultsOfPage(person, 'page.html'), []);
    });
});

test('whatever a document holds, the page is only a page', async () => {
    const folder = makeFolder();
    const hostile = '<script>document.title="taken"</script><img src=http://127.0.0.1:9/x onerror=alert(1)>\u202e\u2066\u009b31m\u0007"\'';
    const long = 'W'.repeat(4000);
    const quote = (text) => `"${text.replaceAll('"', '""')}"`;
    const rows = ['file,title,outlet,address,date'];
    for (let i = 0; i < 3; i++) {
        const body = `At least 40 men ${hostile} have been detained in Karsk since Thursday night, the hotline Karsk${hostile} said, most of them taken from flats on Mill Street and from two cafés near the tram depot ${long}.`;
        fs.writeFileSync(path.join(folder, `d${i}.txt`), `${hostile}</style></svg> in Karsk\n\n${body}\n\n“They take the phones first ${hostile} and then everyone whose name is in them,” said Ilva ${long} Marsen.\n`);
        rows.push([`d${i}.txt`, `${hostile} title ${long}`, `Outlet ${i} ${hostile}${long}`, 'https://a.example/"><script>', `2031-04-0${i + 1}`].map(quote).join(','));
    }
    fs.writeFileSync(path.join(folder, 'about.csv'), rows.join('\n') + '\n');
    const said = origins(['d0.txt', 'd1.txt', 'd2.txt', '--table', 'about.csv', '--html', 'page.html'], folder);
    assert.doesNotMatch(said, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    await withBrowser('chromium', { script: true }, async (person) => {
        await person.go(pathToFileURL(path.join(folder, 'page.html')).href);
        assert.notEqual(await person.page.title(), 'taken');
        assert.equal(await person.page.evaluate(() => document.querySelectorAll('script, img').length), 0);
        assert.doesNotMatch(await person.page.evaluate(() => document.body.textContent), /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        assert.deepEqual(await faultsOfPage(person, 'page.html'), []);
        assert.equal(person.asked.length, 1);
    });
});
