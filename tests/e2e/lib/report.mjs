// SPDX-License-Identifier: AGPL-3.0-or-later
// The pages that vouchsafe count, link and origins write.
import assert from 'node:assert/strict';
import path from 'node:path';
import { faultsOf } from './axe.mjs';
import { SIZES } from './browser.mjs';
import { bin, runSync } from './world.mjs';

// What a command prints, run as anywhere else: no desk, no home, no variable.
export function printed(args, folder) {
    const done = runSync(path.join(bin, 'vouchsafe'), args, { env: {}, cwd: folder });
    assert.equal(done.code, 0, done.errors);
    return done.out;
}

export const openAll = (person) => person.page.evaluate(() => document.querySelectorAll('details').forEach((it) => (it.open = true)));

// What is drawn outside of its own picture, what letters of a picture stand on each other, and whether the page is wider than the screen.
const misdrawn = (person) =>
    person.page.evaluate(() => {
        const faults = [];
        const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
        if (wide > 0) faults.push(`the page is ${wide} too wide`);
        for (const svg of document.querySelectorAll('svg')) {
            const frame = svg.getBoundingClientRect();
            if (frame.width === 0) continue;
            const texts = [...svg.querySelectorAll('text')].map((it) => [it.textContent, it.getBoundingClientRect()]);
            for (const [text, box] of texts) if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1) faults.push(`${text} is cut off`);
            for (const [one, a] of texts)
                for (const [other, b] of texts) if (one < other && a.left < b.right - 2 && b.left < a.right - 2 && a.top < b.bottom - 4 && b.top < a.bottom - 4) faults.push(`${one} stands on ${other}`);
        }
        return faults;
    });

// With all that folds opened, on every size of screen.
export async function faultsOfPage(person, name) {
    await openAll(person);
    const faults = await faultsOf(person, name);
    for (const size of Object.keys(SIZES)) {
        await person.setSize(size);
        faults.push(...(await misdrawn(person)).map((it) => `${name}, ${size}: ${it}`));
    }
    return faults;
}
