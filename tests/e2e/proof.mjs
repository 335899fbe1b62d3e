// SPDX-License-Identifier: AGPL-3.0-or-later
// A report proved to a stranger: with `vouchsafe verify` in an empty environment, and with stock tools as docs/verify.md says.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from './lib/tap.mjs';
import { bin, makeFolder, runSync } from './lib/world.mjs';
import { report } from './lib/door.mjs';
import { makeOrganisation } from './lib/organisation.mjs';

const TEXT = 'PROVED: nine men on the stairs, two vans in the yard. Ёжик saw it too.';
const DOC = path.resolve('../../docs/verify.md');

let made;

// An organisation whose log has the report; the folder that proves it; and what a stranger is told beside it: the policy.
async function prove() {
    const { desk, line, folder } = await makeOrganisation();
    for (let i = 0; i < 5; i++) await report(line.door, `Something else, ${i}.`);
    await report(line.door, TEXT);
    await line.closeDay();
    desk.done('pull');
    const proof = path.join(folder, 'proof');
    desk.done('prove', desk.find('PROVED').id, '-o', proof);
    await line.stop();
    const policy = path.join(folder, 'policy-from-elsewhere');
    fs.copyFileSync(path.join(proof, 'policy'), policy);
    return { desk, proof, policy };
}
const proofOnce = () => (made ??= prove());

// As anywhere else: no desk, no home, no variable; nothing in the current folder.
function verify(folder, ...args) {
    return runSync(path.join(bin, 'vouchsafe'), ['verify', folder, ...args], { env: {}, cwd: makeFolder() });
}

function copyOf(proof) {
    const copy = path.join(makeFolder(), 'proof');
    fs.cpSync(proof, copy, { recursive: true });
    return copy;
}

test('vouchsafe verify, with no key and nothing else, says what is proved', async () => {
    const { proof, policy } = await proofOnce();
    for (const args of [[], ['--policy', policy]]) {
        const done = verify(proof, ...args);
        assert.equal(done.code, 0, done.errors);
        assert.ok(done.out.includes(new Date().toISOString().slice(0, 10)), `names the day:\n${done.out}`);
    }
    assert.ok(verify(proof).out !== verify(proof, '--policy', policy).out, 'says whose policy it was');
    assert.equal(fs.readFileSync(path.join(proof, 'report.txt'), 'utf8'), TEXT);
});

test('the folder holds the text, the proof, and nothing that opens anything else', async () => {
    const { proof } = await proofOnce();
    assert.deepEqual(fs.readdirSync(proof).sort(), ['README.txt', 'leaf', 'opening', 'policy', 'report.txt', 'report.txt.tlog-proof']);
    assert.match(fs.readFileSync(path.join(proof, 'opening'), 'utf8'), /^k_com [0-9a-f]{64}\n$/);
    assert.equal(fs.statSync(path.join(proof, 'leaf')).size, 113);
});

for (const name of ['report.txt', 'leaf', 'opening', 'report.txt.tlog-proof'])
    test(`a copy with one bit of ${name} changed is refused, whichever it is`, async () => {
        const { proof, policy } = await proofOnce();
        const copy = copyOf(proof);
        const file = path.join(copy, name);
        const bytes = fs.readFileSync(file);
        const step = Math.max(1, Math.floor(bytes.length / 40));
        const accepted = [];
        for (let at = 0; at < bytes.length; at += step) {
            const changed = Buffer.from(bytes);
            changed[at] ^= 1 << (at % 5); // not the bit that makes hexadecimal digits capital
            fs.writeFileSync(file, changed);
            if (verify(copy, '--policy', policy).code === 0) accepted.push(at);
        }
        assert.deepEqual(accepted, []);
    });

test('a copy with a file missing, cut short, or longer is refused', async () => {
    const { proof, policy } = await proofOnce();
    for (const name of ['report.txt', 'leaf', 'opening', 'report.txt.tlog-proof']) {
        const bytes = fs.readFileSync(path.join(proof, name));
        for (const change of [
            (file) => fs.rmSync(file),
            (file) => fs.writeFileSync(file, bytes.subarray(0, bytes.length - 1)),
            (file) => fs.writeFileSync(file, Buffer.concat([bytes, Buffer.from('\n')])),
            (file) => fs.writeFileSync(file, ''),
        ]) {
            const copy = copyOf(proof);
            change(path.join(copy, name));
            const done = verify(copy, '--policy', policy);
            assert.equal(done.code, 1, `${name}: ${done.out}`);
            assert.ok(done.errors.trim().length > 0, 'and says why');
        }
    }
});

test('another organisation’s proof is refused under our policy, and a report that is not in the log has no proof', async () => {
    const { proof, policy } = await proofOnce();
    const other = await prove();
    assert.equal(verify(other.proof).code, 0);
    assert.equal(verify(other.proof, '--policy', policy).code, 1);
    assert.equal(verify(proof, '--policy', other.policy).code, 1);
    other.desk.done('take', '--channel', 'paper', '--wording', 'verbatim', '--language', 'en', { input: 'LATER, and not placed yet.' });
    const refused = other.desk.run('prove', other.desk.find('LATER').id, '-o', path.join(makeFolder(), 'proof'));
    assert.equal(refused.code, 1);
    assert.ok(refused.errors.trim().length > 0);
});

// The one block of docs/verify.md that is marked as sh and says that it is the whole script.
function scriptOfDoc() {
    const blocks = [...fs.readFileSync(DOC, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1]);
    const scripts = blocks.filter((block) => block.startsWith('#!/bin/sh'));
    assert.equal(scripts.length, 1, 'docs/verify.md has one whole script');
    const file = path.join(makeFolder(), 'verify.sh');
    fs.writeFileSync(file, scripts[0], { mode: 0o755 });
    return file;
}

// A folder for PATH with sha256sum, openssl and what every system has.
function onlyStockTools() {
    const folder = makeFolder();
    for (const tool of ['sh', 'sha256sum', 'openssl', 'cat', 'cut', 'head', 'tail', 'dd', 'printf', 'tr', 'sed', 'grep', 'od', 'xxd', 'base64', 'wc', 'rm', 'mktemp', 'test', 'expr', 'awk', 'cmp', 'date', 'sort', 'mkdir', 'basename', 'ls', 'cp', 'mv']) {
        const found = runSync('/bin/sh', ['-c', `command -v ${tool}`]).out.trim();
        if (found.startsWith('/')) fs.symlinkSync(found, path.join(folder, tool));
    }
    return folder;
}

test('docs/verify.md: its script says the same with stock tools alone, and refuses what was changed', async () => {
    const { proof, policy } = await proofOnce();
    const script = scriptOfDoc();
    const env = { PATH: onlyStockTools() };
    const stock = (folder) => runSync('/bin/sh', [script, folder, policy], { env, cwd: makeFolder() });
    const fine = stock(proof);
    assert.equal(fine.code, 0, `${fine.out}${fine.errors}`);
    for (const name of ['report.txt', 'leaf', 'opening', 'report.txt.tlog-proof']) {
        const copy = copyOf(proof);
        const file = path.join(copy, name);
        const bytes = fs.readFileSync(file);
        bytes[Math.floor(bytes.length / 2)] ^= 1;
        fs.writeFileSync(file, bytes);
        assert.notEqual(stock(copy).code, 0, `${name} changed: ${stock(copy).out}`);
    }
});
