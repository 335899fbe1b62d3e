// SPDX-License-Identifier: AGPL-3.0-or-later
// The same form twice, the page reloaded, the connection gone: one report, the same confirmation.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from './lib/tap.mjs';
import { withBrowser } from './lib/browser.mjs';
import { begin, exchange, greetingOf, mailbox, post, requestBytes, titleOf } from './lib/door.mjs';
import { makeOrganisation, sharedOrganisation } from './lib/organisation.mjs';

// How many reports the desk has whose text begins so.
function countAtDesk(desk, start) {
    desk.done('pull');
    return desk.inbox().filter((row) => row.start.startsWith(start)).reduce((sum, row) => sum + row.reports, 0);
}

test('the same form sent five times is one report, with the same confirmation', async () => {
    const { desk, line } = await sharedOrganisation();
    const { ticket } = await begin(line.door);
    const fields = { lang: 'en', ticket, text: 'FIVE TIMES the same form.' };
    const pages = [];
    for (let i = 0; i < 5; i++) pages.push(await post(line.door, '/send', fields));
    for (const page of pages) {
        assert.equal(page.status, 200);
        assert.equal(page.text, pages[0].text);
        assert.equal(titleOf(page.text), 'Received');
    }
    assert.equal(countAtDesk(desk, 'FIVE TIMES'), 1);
});

test('the same form sent ten times at once is one report', async () => {
    const { desk, line } = await sharedOrganisation();
    const { ticket } = await begin(line.door);
    const fields = { lang: 'en', ticket, text: 'AT ONCE the same form.' };
    const pages = await Promise.all(Array.from({ length: 10 }, () => post(line.door, '/send', fields)));
    for (const page of pages) assert.equal(page.text, pages[0].text);
    assert.equal(pages[0].status, 200);
    assert.equal(countAtDesk(desk, 'AT ONCE'), 1);
});

test('another text in the same form is another report of the same caller', async () => {
    const { desk, line } = await sharedOrganisation();
    const { ticket } = await begin(line.door);
    for (const text of ['SAME FORM, one.', 'SAME FORM, two.']) await post(line.door, '/send', { lang: 'en', ticket, text });
    desk.done('pull');
    const found = desk.inbox().filter((row) => row.start.startsWith('SAME FORM'));
    assert.equal(found.length, 1, 'one conversation');
    assert.equal(found[0].reports, 2);
});

test('the connection cut right after the form was sent: the report is there, and sending again gives its confirmation', async () => {
    const { desk, line } = await sharedOrganisation();
    for (let i = 0; i < 10; i++) {
        const { codename, ticket } = await begin(line.door);
        const fields = { lang: 'en', ticket, text: `CUT ${i} right after sending.` };
        await exchange(line.door, requestBytes(line.door, 'POST', '/send', fields), { cut: true });
        if (i % 2 === 0) await pause(50);
        const page = await post(line.door, '/send', fields);
        assert.equal(titleOf(page.text), 'Received');
        assert.equal(greetingOf((await mailbox(line.door, codename)).text), greetingOf(page.text));
    }
    assert.equal(countAtDesk(desk, 'CUT'), 10);
});

test('cut, and never sent again: the report is kept all the same', async () => {
    const { desk, line } = await sharedOrganisation();
    const { ticket } = await begin(line.door);
    await exchange(line.door, requestBytes(line.door, 'POST', '/send', { lang: 'en', ticket, text: 'GONE after sending.' }), { cut: true });
    await pause(300);
    assert.equal(countAtDesk(desk, 'GONE'), 1);
});

test('half a form, then nothing: no report', async () => {
    const { desk, line } = await sharedOrganisation();
    const { ticket } = await begin(line.door);
    const bytes = requestBytes(line.door, 'POST', '/send', { lang: 'en', ticket, text: `HALF ${'of a form '.repeat(100)}` });
    await exchange(line.door, bytes.subarray(0, bytes.length - 400), { cut: true });
    await pause(300);
    assert.equal(countAtDesk(desk, 'HALF'), 0);
});

test('the confirmation reloaded in Chromium: the same, and one report', async () => {
    const { desk, line } = await sharedOrganisation();
    await withBrowser('chromium', { script: false }, async (person) => {
        await person.go(`http://127.0.0.1:${line.door}/`);
        await person.press('Write to us');
        await person.type('#text', 'RELOADED in a browser.');
        await person.press('Send');
        const greeting = await person.read('.greeting');
        for (let i = 0; i < 2; i++) {
            await person.page.reload({ waitUntil: 'load' });
            assert.equal(await person.read('h1'), 'Received');
            assert.equal(await person.read('.greeting'), greeting);
        }
    });
    assert.equal(countAtDesk(desk, 'RELOADED'), 1);
});

test('a form whose line was started anew in between: the text is kept, the codename is asked for, then it is received once', async () => {
    const { desk, line } = await makeOrganisation();
    const { codename, ticket } = await begin(line.door, 'ru');
    await line.stop();
    await line.start();
    const late = await post(line.door, '/send', { lang: 'ru', ticket, text: 'ПОЗДНО, но не потеряно.' });
    assert.equal(late.status, 410);
    assert.ok(late.text.includes('ПОЗДНО, но не потеряно.'));
    for (let i = 0; i < 2; i++) {
        const sent = await post(line.door, '/send', { lang: 'ru', codename, text: 'ПОЗДНО, но не потеряно.' });
        assert.equal(sent.status, 200);
        assert.equal(greetingOf(sent.text), greetingOf((await mailbox(line.door, codename, 'ru')).text));
    }
    assert.equal(countAtDesk(desk, 'ПОЗДНО'), 1);
    await line.stop();
});
