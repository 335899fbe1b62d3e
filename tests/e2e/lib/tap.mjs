// SPDX-License-Identifier: AGPL-3.0-or-later
// Flat TAP with a plan: test(name, fn) collects, run() runs one after the other and says how it went.
import { performance } from 'node:perf_hooks';

const tests = [];

export class Skip extends Error {}

export function test(name, fn) {
    tests.push({ name, fn });
}

// The test at hand cannot be run here, and why.
export function skip(why) {
    throw new Skip(why);
}

// For who reads the output; not a result.
export function note(text) {
    for (const line of String(text).split('\n')) console.log(`# ${line}`);
}

async function runOne(number, { name, fn }) {
    const start = performance.now();
    try {
        await fn();
        console.log(`ok ${number} - ${name}`);
        return true;
    } catch (error) {
        if (error instanceof Skip) {
            console.log(`ok ${number} - ${name} # SKIP ${error.message}`);
            return true;
        }
        console.log(`not ok ${number} - ${name}`);
        note(error.stack ?? error);
        return false;
    } finally {
        const seconds = (performance.now() - start) / 1000;
        if (seconds > 5) note(`${seconds.toFixed(1)} s`);
    }
}

// Those whose name has one of the words, or all. True when none failed.
export async function run(words) {
    const chosen = tests.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
    let fine = true;
    console.log(`1..${chosen.length}`);
    for (const [index, one] of chosen.entries()) fine = (await runOne(index + 1, one)) && fine;
    return fine;
}
