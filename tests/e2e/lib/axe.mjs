// SPDX-License-Identifier: AGPL-3.0-or-later
// What axe-core finds on a page, and whether the page must be scrolled sideways.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { SIZES } from './browser.mjs';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };

async function findingsOf(page) {
    // In a world of its own, which the page's policy does not reach.
    const client = await page.createCDPSession();
    const { frameTree } = await client.send('Page.getFrameTree');
    const { executionContextId } = await client.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id, worldName: 'axe' });
    const evaluate = async (expression) => {
        const done = await client.send('Runtime.evaluate', { expression, contextId: executionContextId, awaitPromise: true, returnByValue: true });
        assert.ok(!done.exceptionDetails, JSON.stringify(done.exceptionDetails));
        return done.result.value;
    };
    await evaluate(`${axe}; 0`);
    const result = await evaluate(`axe.run(document, ${JSON.stringify(RULES)}).then(({ passes, violations }) => ({
        passes: passes.length,
        violations: violations.map((it) => it.id + ': ' + it.help + ' — ' + it.nodes.map((node) => node.html + ' ' + node.failureSummary).join('; ')),
    }))`);
    await client.detach();
    assert.ok(result.passes > 10, 'axe looked at the page');
    return result.violations;
}

const wider = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

// All of it, in each size, light and dark; each fault with where it was.
export async function faultsOf(person, name) {
    const faults = [];
    for (const size of Object.keys(SIZES))
        for (const dark of [false, true]) {
            await person.setSize(size);
            await person.setDark(dark);
            for (const found of await findingsOf(person.page)) faults.push(`${name}, ${size}, ${dark ? 'dark' : 'light'}: ${found}`);
            if ((await wider(person.page)) > 0) faults.push(`${name}, ${size}: is wider than the window`);
        }
    return faults;
}
