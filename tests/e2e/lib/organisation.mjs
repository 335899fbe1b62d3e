// SPDX-License-Identifier: AGPL-3.0-or-later
// An organisation of the tests: its member's desk, and the line that the desk works with.
import fs from 'node:fs';
import path from 'node:path';
import assert from 'node:assert/strict';
import { Line, bin, linesUntil, makeFolder, runSync, start, stop } from './world.mjs';

const VOUCHSAFE = path.join(bin, 'vouchsafe');
const PASSPHRASE = 'seven lamps above the river';

export class Desk {
    constructor(folder) {
        this.folder = folder;
        this.passphraseFile = `${folder}.passphrase`;
        fs.writeFileSync(this.passphraseFile, `${PASSPHRASE}\n`, { mode: 0o600 });
    }

    static init(folder, { organisation = 'Open Door Karsk', member = 'Ada' } = {}) {
        const desk = new Desk(folder);
        desk.done('init', '--organisation', organisation, '--member', member, '--kit-folder', `${folder}.kit`);
        desk.pack = path.join(folder, 'pack.txt');
        return desk;
    }

    arguments(command, args) {
        return [command, '--dir', this.folder, '--passphrase-file', this.passphraseFile, ...args];
    }

    run(command, ...args) {
        const last = args.at(-1);
        const options = typeof last === 'object' ? args.pop() : {};
        return runSync(VOUCHSAFE, this.arguments(command, args), options);
    }

    // A command that must go well: what it printed.
    done(command, ...args) {
        const done = this.run(command, ...args);
        assert.equal(done.code, 0, `vouchsafe ${command}: ${done.errors}${done.out}`);
        return done.out;
    }

    json(command, ...args) {
        return JSON.parse(this.done(command, '--json', ...args));
    }

    // { address, stop }: the pages, and the address that is good once.
    async pages(...args) {
        const child = start(VOUCHSAFE, this.arguments('desk', ['--json', '--no-browser', ...args]));
        const lines = await linesUntil(child, (line) => line.startsWith('{'));
        return { address: JSON.parse(lines.at(-1)).open, child, stop: () => stop(child) };
    }

    inbox() {
        return this.json('inbox', '--all').conversations;
    }

    // The conversation whose newest report begins so.
    find(start) {
        const found = this.inbox().filter((row) => row.start.startsWith(start));
        assert.equal(found.length, 1, `${found.length} conversations begin with "${start}"`);
        return found[0];
    }
}

// A new organisation in a new folder; its line is started.
export async function makeOrganisation(settings = 'step 16\ndoors 2\nother-way Telephone 0600 114\n') {
    const folder = makeFolder();
    const desk = Desk.init(path.join(folder, 'desk'));
    const line = Line.init(desk.pack, path.join(folder, 'line'));
    line.set(settings);
    await line.start();
    desk.done('line', `http://127.0.0.1:${line.hatch}`, '--fingerprint', line.fingerprint);
    return { folder, desk, line };
}

let shared;

// One for all tests that only look, or that know their own reports again.
export function sharedOrganisation() {
    shared ??= makeOrganisation();
    return shared;
}
