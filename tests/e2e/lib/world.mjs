// SPDX-License-Identifier: AGPL-3.0-or-later
// Real processes in a temporary folder: a line, and the desk of its organisation's only member.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import assert from 'node:assert/strict';

export const bin = process.env.VOUCHSAFE_BIN;
const LINE = path.join(bin, 'vouchsafe-line');

const running = new Set();
const folders = new Set();

export function makeFolder() {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vouchsafe-e2e-'));
    folders.add(folder);
    return folder;
}

// Ends what is still running, and removes the folders.
export async function cleanUp() {
    for (const child of running) child.kill('SIGKILL');
    await Promise.all([...running].map((child) => (child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null)));
    for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
}

export function start(program, args, options = {}) {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.errors = '';
    child.stderr.on('data', (data) => (child.errors += data));
    return child;
}

export async function stop(child, signal = 'SIGTERM') {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
}

// The lines that a program prints, until wanted(line) says that it was the last one needed.
export async function linesUntil(child, wanted) {
    const lines = [];
    const reader = readline.createInterface({ input: child.stdout });
    const ended = once(child, 'exit').then(([code]) => assert.fail(`it ended with ${code}: ${child.errors}`));
    const found = new Promise((resolve) => {
        reader.on('line', (line) => {
            lines.push(line);
            if (wanted(line)) resolve(lines);
        });
    });
    ended.catch(() => {});
    return Promise.race([found, ended]);
}

export function runSync(program, args, options = {}) {
    const done = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
    return { code: done.status, out: done.stdout, errors: done.stderr };
}

export class Line {
    constructor(folder) {
        this.folder = folder;
    }

    static init(pack, folder) {
        const done = runSync(LINE, ['init', pack, folder]);
        assert.equal(done.code, 0, done.errors);
        const line = new Line(folder);
        line.fingerprint = done.out.trim().split('\n').pop().trim();
        return line;
    }

    set(text) {
        fs.writeFileSync(path.join(this.folder, 'settings'), text);
    }

    // The addresses stay the same over restarts: a desk has pinned one.
    async start() {
        const address = (port) => `127.0.0.1:${port ?? 0}`;
        this.child = start(LINE, ['serve', this.folder, '--door', address(this.door), '--hatch', address(this.hatch)]);
        const lines = await linesUntil(this.child, (line) => line.startsWith('hatch '));
        const port = (name) => Number(lines.find((line) => line.startsWith(name)).split(' ').pop());
        this.door = port('door');
        this.hatch = port('hatch');
        return this;
    }

    stop() {
        return stop(this.child);
    }

    run(command, ...args) {
        return runSync(LINE, [command, this.folder, ...args]);
    }

    // What an operator does at night by hand: stopped, closed, started again.
    async closeDay() {
        await this.stop();
        const done = this.run('close');
        assert.equal(done.code, 0, done.errors);
        await this.start();
    }

    // { parent, keeper, workers }: process ids, the keeper being the first child.
    processes() {
        const parent = this.child.pid;
        const children = fs.readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(/\s+/).map(Number);
        return { parent, keeper: children[0], workers: children.slice(1) };
    }
}
