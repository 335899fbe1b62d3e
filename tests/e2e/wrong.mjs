// SPDX-License-Identifier: AGPL-3.0-or-later
// What people get when something is wrong: one clear sentence, exit status 1, nothing changed, nothing accepted.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from './lib/tap.mjs';
import { report } from './lib/door.mjs';
import { makeFolder } from './lib/world.mjs';
import { Desk, makeOrganisation, sharedOrganisation } from './lib/organisation.mjs';

// All that the desk knows, and its keys; the store's files change a little each time they are opened.
function known(desk) {
    const key = createHash('sha256').update(fs.readFileSync(path.join(desk.folder, 'key'))).digest('hex');
    return [key, fs.readFileSync(path.join(desk.folder, 'pack.txt'), 'utf8'), desk.json('status'), desk.json('inbox')];
}

// Refused with status 1 and one sentence that has the words.
function assertRefused(done, words) {
    assert.equal(done.code, 1, `${done.out}${done.errors}`);
    const lines = done.errors.trim().split('\n');
    assert.equal(lines.length, 1, `one sentence, not: ${done.errors}`);
    assert.match(lines[0], words);
}

function copyDesk(desk) {
    const copy = new Desk(path.join(makeFolder(), 'desk'));
    fs.cpSync(desk.folder, copy.folder, { recursive: true });
    return copy;
}

test('a wrong passphrase: one sentence, nothing changed', async () => {
    const { desk } = await sharedOrganisation();
    const copy = copyDesk(desk);
    const before = known(copy);
    const passphrase = fs.readFileSync(copy.passphraseFile);
    fs.writeFileSync(copy.passphraseFile, 'seven lamps above the rivers\n');
    for (const command of ['inbox', 'pull', 'status', 'desk']) assertRefused(copy.run(command), /passphrase/);
    fs.writeFileSync(copy.passphraseFile, passphrase);
    assert.deepEqual(known(copy), before);
});

test('a damaged key file, wherever: one sentence, nothing changed', async () => {
    const { desk } = await sharedOrganisation();
    const copy = copyDesk(desk);
    const before = known(copy);
    const file = path.join(copy.folder, 'key');
    const whole = fs.readFileSync(file);
    for (const at of [0, 4, 5, 13, 21, 40, 70, 100, 140, whole.length - 1]) {
        const damaged = Buffer.from(whole);
        damaged[at] ^= 1;
        fs.writeFileSync(file, damaged);
        assertRefused(copy.run('inbox'), /\S/);
        assert.deepEqual(fs.readFileSync(file), damaged);
    }
    fs.writeFileSync(file, whole.subarray(0, 100));
    assertRefused(copy.run('inbox'), /key/);
    fs.writeFileSync(file, whole);
    assert.deepEqual(known(copy), before);
});

test('another organisation’s line, or another key than the one that was read aloud, is not taken', async () => {
    const { line } = await sharedOrganisation();
    const stranger = Desk.init(path.join(makeFolder(), 'desk'), { organisation: 'Another House', member: 'Boris' });
    const address = `http://127.0.0.1:${line.hatch}`;
    assertRefused(stranger.run('line', address, '--fingerprint', 'one two three four five six'), /\S/);
    assert.equal(stranger.json('line').pinned, false);
    assertRefused(stranger.run('line', address, '--fingerprint', line.fingerprint), /another organisation/);
    assert.equal(stranger.json('line').pinned, false);
});

// Two copies of one line, which then live apart: what a seized and a copied machine could show.
async function copyLine(line) {
    await line.stop();
    const copy = `${line.folder}.copy`;
    fs.cpSync(line.folder, copy, { recursive: true });
    await line.start();
    return async () => {
        await line.stop();
        fs.rmSync(line.folder, { recursive: true });
        fs.cpSync(copy, line.folder, { recursive: true });
        await line.start();
    };
}

test('a line rolled back to an older copy: the pull says so and takes nothing; the alarm stays', async () => {
    const { desk, line } = await makeOrganisation();
    await report(line.door, 'BEFORE the copy.');
    await line.closeDay();
    desk.done('pull');
    const backToCopy = await copyLine(line);
    await report(line.door, 'AFTER the copy.');
    await line.closeDay();
    desk.done('pull');
    const size = desk.json('status').log_size;
    await backToCopy();
    assertRefused(desk.run('pull'), /older|log/i);
    assert.equal(desk.json('inbox').total, 2, 'the desk keeps what it has');
    assert.equal(JSON.parse(desk.run('status', '--json').out).log_size, size);
    assert.match(desk.run('alarms').out, /older/);
    await line.stop();
});

test('two roots for one size: the pull says so and takes nothing; the alarm stays', async () => {
    const { desk, line } = await makeOrganisation();
    await report(line.door, 'BEFORE the fork.');
    await line.closeDay();
    desk.done('pull');
    const toCopy = await copyLine(line);
    await report(line.door, 'ONE history.');
    await line.closeDay();
    desk.done('pull');
    await toCopy();
    await report(line.door, 'ANOTHER history.');
    await line.closeDay();
    assertRefused(desk.run('pull'), /histor|root|log/i);
    assert.deepEqual(desk.inbox().map((row) => row.start.split(' ')[0]).sort(), ['BEFORE', 'ONE']);
    assert.match(desk.run('alarms').out, /two histories/);
    await line.stop();
});

// Where the file holds something: SQLite overwrites with zeros what it no longer uses.
function filledPlaces(bytes, count) {
    const filled = (at) => bytes.subarray(at - 32, at + 32).filter((byte) => byte !== 0).length > 48;
    const places = Array.from({ length: 200 }, (_, n) => Math.floor(((n + 0.37) / 200) * bytes.length)).filter((at) => at > 32 && filled(at));
    return places.filter((_, n) => n % Math.ceil(places.length / count) === 0);
}

test('one bit of what the line stored is changed: fsck names it, wherever it is', async () => {
    const { line } = await makeOrganisation();
    await report(line.door, 'x'.repeat(300));
    await line.closeDay();
    await report(line.door, 'y'.repeat(300));
    await line.stop();
    const unnoticed = [];
    for (const name of ['log.db', 'pending.db']) {
        const file = path.join(line.folder, 'store', name);
        const whole = fs.readFileSync(file);
        const places = filledPlaces(whole, 30);
        assert.ok(places.length > 10, `${places.length} places in ${name}`);
        for (const at of places) {
            const damaged = Buffer.from(whole);
            damaged[at] ^= 1 << (at % 8);
            fs.writeFileSync(file, damaged);
            const done = line.run('fsck');
            if (done.code !== 1 || `${done.out}${done.errors}`.trim() === '') unnoticed.push(`${name} ${at}`);
        }
        fs.writeFileSync(file, whole);
    }
    assert.deepEqual(unnoticed, []);
    assert.equal(line.run('fsck').code, 0);
});
