// SPDX-License-Identifier: AGPL-3.0-or-later
// axe-core finds nothing, on any page, on a phone and a laptop, light and dark, in each language; and nothing has to be scrolled sideways.
import assert from 'node:assert/strict';
import { test } from './lib/tap.mjs';
import { faultsOf } from './lib/axe.mjs';
import { withBrowser } from './lib/browser.mjs';
import { callerPages, deskPages } from './lib/tour.mjs';

for (const [who, tour] of [
    ['caller', callerPages],
    ['desk', deskPages],
])
    for (const lang of ['en', 'ru'])
        test(`axe-core finds nothing on any ${who} page (${lang}; phone and laptop, light and dark)`, async () => {
            const problems = [];
            await withBrowser('chromium', { script: true }, async (person) => {
                await tour(person, lang, async (name) => problems.push(...(await faultsOf(person, name))));
            });
            assert.deepEqual([...new Set(problems)], []);
        });
