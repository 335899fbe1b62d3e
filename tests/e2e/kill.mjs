// SPDX-License-Identifier: AGPL-3.0-or-later
// kill -9, again and again, while callers write. Whoever read "Received" is at the desk, once and whole; whoever is at the desk
// wrote that, whole.
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { note, test } from './lib/tap.mjs';
import { begin, get, post, titleOf } from './lib/door.mjs';
import { bin, start } from './lib/world.mjs';
import { makeOrganisation } from './lib/organisation.mjs';

const KILLS = 50;
const KILLS_OF_CLOSE = 10;
const CALLERS = 8;

// Of very different lengths, over three of the sizes that are padded to; whole only with its end.
function uniqueText(number) {
    const filling = 'слово word '.repeat(randomInt(10) === 0 ? randomInt(4000) : randomInt(60));
    return `K${number} ${randomBytes(12).toString('hex')} ${filling}END${number}`;
}

class Load {
    constructor(line) {
        this.line = line;
        this.sent = new Set();
        this.received = new Set();
        this.running = true;
        this.callers = Array.from({ length: CALLERS }, () => this.caller());
    }

    // Not as fast as can be: what counts is that something is under way at each kill.
    async caller() {
        while (this.running) {
            await pause(randomInt(40));
            try {
                const { ticket } = await begin(this.line.door);
                const text = uniqueText(this.sent.size);
                this.sent.add(text);
                const page = await post(this.line.door, '/send', { lang: 'en', ticket, text });
                if (page.status === 200 && titleOf(page.text) === 'Received') this.received.add(text);
            } catch {
                await pause(10); // the line is down at this moment
            }
        }
    }

    async end() {
        this.running = false;
        await Promise.all(this.callers);
    }
}

const alive = (pid) => fs.existsSync(`/proc/${pid}/stat`) && !/^\d+ \(.*\) Z/.test(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'));

async function killKeeper(line) {
    const { keeper, workers } = line.processes();
    const gone = once(line.child, 'exit');
    process.kill(keeper, 'SIGKILL');
    const [code] = await gone;
    assert.equal(code, 1, 'a line without its keeper ends, and says so');
    for (const pid of workers) assert.ok(!alive(pid), `worker ${pid} is still there`);
}

async function killClose(line) {
    const child = start(path.join(bin, 'vouchsafe-line'), ['close', line.folder]);
    await pause(randomInt(80));
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.signalCode === 'SIGKILL';
}

function checkFolder(line, when) {
    const fsck = line.run('fsck');
    assert.equal(fsck.code, 0, `${when}: ${fsck.out}${fsck.errors}`);
    assert.match(fsck.out, / 0 findings/);
}

// All texts that the desk opens, as its pages show them.
async function textsAtDesk(desk) {
    const pages = await desk.pages('--every-minutes', '0');
    const address = new URL(pages.address);
    const entered = await get(address.port, address.pathname + address.search);
    const cookie = entered.headers.find(([name]) => name.toLowerCase() === 'set-cookie')[1].split(';')[0];
    const texts = [];
    for (const { id } of desk.inbox()) {
        const page = await get(address.port, `/report/${id}`, { Cookie: cookie });
        assert.equal(page.status, 200);
        for (const [, text] of page.text.matchAll(/<section class="message">[\s\S]*?<p class="text"[^>]*>([\s\S]*?)<\/p>/g)) texts.push(text);
    }
    await pages.stop();
    return texts;
}

test(`${KILLS} kill -9 of the keeper under load: nothing acknowledged is lost, nothing is there by half or twice`, async () => {
    const begun = performance.now();
    const seconds = (what) => note(`${what} after ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    const { desk, line } = await makeOrganisation();
    const load = new Load(line);
    for (let i = 0; i < KILLS; i++) {
        await pause(randomInt(20, 250));
        await killKeeper(line);
        await line.start();
    }
    await load.end();
    await line.stop();
    checkFolder(line, 'after the kills');
    seconds('the keeper was killed for the last time');

    let killed = 0;
    for (let i = 0; i < KILLS_OF_CLOSE; i++) {
        killed += await killClose(line);
        checkFolder(line, `after kill ${i} of close`);
    }
    const closed = line.run('close');
    assert.equal(closed.code, 0, closed.errors);
    checkFolder(line, 'after close');
    seconds('the day was closed');
    await line.start();

    note(`${load.sent.size} reports sent, ${load.received.size} acknowledged; close was killed ${killed} times while it ran`);
    assert.ok(load.received.size > 2 * KILLS, 'there was a load');
    desk.done('pull');
    seconds('the desk has all');
    const counts = new Map();
    for (const text of await textsAtDesk(desk)) counts.set(text, (counts.get(text) ?? 0) + 1);
    assert.deepEqual([...load.received].filter((text) => counts.get(text) !== 1), [], 'acknowledged, but not there exactly once');
    assert.deepEqual([...counts.keys()].filter((text) => !load.sent.has(text)), [], 'there, but never sent so');
    assert.deepEqual([...counts.values()].filter((count) => count !== 1), [], 'there more than once');
    note(`${counts.size} reports at the desk: ${counts.size - load.received.size} were stored, but their confirmation was cut off`);
    desk.done('fsck');
    assert.equal(desk.run('alarms').code, 0);
    await line.stop();
});
