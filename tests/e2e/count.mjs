// SPDX-License-Identifier: AGPL-3.0-or-later
// vouchsafe count, from a file to a page that a browser shows: everything on it, nothing fetched, readable by all.
import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from './lib/tap.mjs';
import { withBrowser } from './lib/browser.mjs';
import { faultsOfPage, printed } from './lib/report.mjs';
import { makeFolder } from './lib/world.mjs';

const EXAMPLES = path.resolve('../../examples/count');

const count = (args) => printed(['count', ...args], EXAMPLES);

test('lists become figures on a page that needs nothing else', async () => {
    const page = path.join(makeFolder(), 'veshnia.html');
    const said = count(['records.csv', '--by', 'year', '--act', 'act', '--doubtful', 'doubtful.csv', '--quick', '--html', page]);
    assert.match(said, /At least 793 persons are documented/);
    await withBrowser('chromium', { script: true }, async (person) => {
        await person.go(pathToFileURL(page).href);
        assert.deepEqual(person.asked, [pathToFileURL(page).href]);
        const text = await person.text();
        for (const words of ['At least 793 persons are documented', 'Log-linear, best by BIC', 'By year', 'Made by vouchsafe']) assert.ok(text.includes(words), words);
        assert.equal(await person.read('.chart-narrow title'), 'Persons on exactly these lists');
        assert.deepEqual(await faultsOfPage(person, 'veshnia.html'), []);
    });
});

test('the same file and seed give the same bytes on one thread and on two', () => {
    const one = count(['histories.csv', '--json', '--threads', '1']);
    const two = count(['histories.csv', '--json', '--threads', '2']);
    assert.equal(one, two);
    assert.equal(JSON.parse(one).whole.persons, 793);
});
