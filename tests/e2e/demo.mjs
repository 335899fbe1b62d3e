// SPDX-License-Identifier: AGPL-3.0-or-later
// What `./dev run` starts: it is up within seconds, everything it prints works, and Ctrl-C leaves nothing.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { note, test } from './lib/tap.mjs';
import { answersOf, get, mailbox } from './lib/door.mjs';
import { linesUntil, start } from './lib/world.mjs';

test('the demonstration: two addresses, a passphrase, codenames with answers; Ctrl-C removes everything', async () => {
    const begun = performance.now();
    const child = start('python3', [path.resolve('../../tools/demo.py')]);
    const printed = (await linesUntil(child, (line) => line.includes('/open?token='))).join('\n');
    note(`up after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    const folder = printed.match(/--dir (\S+)\/desk/)[1];
    const door = Number(printed.match(/http:\/\/127\.0\.0\.1:(\d+)\/$/m)[1]);
    assert.match(printed, /passphrase: \S+ \S+/);

    const codenames = printed.match(/^ +((?:\p{Ll}+ ){11}\p{Ll}+)$/gmu);
    assert.equal(codenames.length, 2);
    for (const codename of codenames) assert.equal(answersOf((await mailbox(door, codename.trim())).text).length, 1);

    const desk = new URL(printed.match(/http:\S+token=\S+/)[0]);
    const opened = await get(desk.port, desk.pathname + desk.search);
    assert.equal(opened.status, 200);
    const cookie = opened.headers.find(([name]) => name.toLowerCase() === 'set-cookie')[1].split(';')[0];
    const inbox = await get(desk.port, '/', { Cookie: cookie });
    assert.equal([...inbox.text.matchAll(/href="\/report\//g)].length, 10);

    const children = fs.readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
    assert.equal(children.length, 2, 'the line and the desk');
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
    assert.ok(!fs.existsSync(folder), 'its folder is gone');
    for (const pid of children) assert.ok(!fs.existsSync(`/proc/${pid}`), `process ${pid} is gone`);
});
