// SPDX-License-Identifier: AGPL-3.0-or-later
// What a door says on the wire: sizes, headers, nothing from elsewhere, nothing that remembers.
import assert from 'node:assert/strict';
import { note, test } from './lib/tap.mjs';
import { begin, get, mailbox, post, report, ticketOf } from './lib/door.mjs';
import { sharedOrganisation } from './lib/organisation.mjs';

const BYTES_MAX = 14 * 1024;
const POLICY = /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/;
const EXPECTED = {
    'connection': 'close',
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': /^\S.*$/,
    'content-security-policy': POLICY,
    'content-length': /^\d+$/,
};

// Every page that a caller can meet, by name.
async function everyPage(port, lang) {
    const pages = {};
    const sent = await report(port, 'A window was broken in Karsk.', lang);
    pages.home = await get(port, `/?lang=${lang}`);
    pages.back = await get(port, `/back?lang=${lang}`);
    pages.write = await post(port, '/new', { lang });
    const ticket = ticketOf(pages.write.text);
    pages.empty = await post(port, '/send', { lang, ticket, text: '  \r\n ' });
    pages.damaged = await post(port, '/send', { lang, ticket, text: 'x'.repeat(64001) });
    pages.sent = await post(port, '/send', { lang, ticket, text: 'Two men in grey.' });
    pages.late = await post(port, '/send', { lang, ticket: 'old', text: 'Two men in grey.' });
    pages.late_wrong = await post(port, '/send', { lang, ticket: 'old', codename: 'one two', text: 'Two men in grey.' });
    pages.mailbox = await mailbox(port, sent.codename, lang);
    pages.wrong = await mailbox(port, sent.codename.replace(/^\S+/, 'qqqq'), lang);
    pages.few = await mailbox(port, 'one two three', lang);
    const mail = ticketOf(pages.mailbox.text);
    pages.erase = await post(port, '/erase', { lang, ticket: mail });
    pages.erased = await post(port, '/erased', { lang, ticket: ticketOf(pages.erase.text) });
    pages.not_found = await get(port, '/nothing', { 'Accept-Language': lang });
    pages.expired = await post(port, '/erase', { lang, ticket: 'old' });
    pages.no_form = await post(port, '/mailbox', {}, { 'Accept-Language': lang });
    return pages;
}

function checkHeaders(name, page) {
    const seen = new Set();
    for (const [header, value] of page.headers) {
        const key = header.toLowerCase();
        const expected = EXPECTED[key];
        assert.ok(expected, `${name}: header ${header} is not expected`);
        assert.ok(!seen.has(key), `${name}: header ${header} twice`);
        seen.add(key);
        if (expected instanceof RegExp) assert.match(value, expected, `${name}: ${header}`);
        else assert.equal(value, expected, `${name}: ${header}`);
    }
    for (const key of Object.keys(EXPECTED)) assert.ok(seen.has(key), `${name}: no header ${key}`);
}

for (const lang of ['en', 'ru']) {
    test(`every caller page (${lang}): under 14 KB on the wire, exact headers, no cookie, no date`, async () => {
        const { line } = await sharedOrganisation();
        let largest = 0;
        for (const [name, page] of Object.entries(await everyPage(line.door, lang))) {
            checkHeaders(name, page);
            // What a caller typed comes back to be corrected; it is theirs and not counted.
            if (name !== 'damaged') {
                assert.ok(page.bytes < BYTES_MAX, `${name}: ${page.bytes} bytes`);
                largest = Math.max(largest, page.bytes);
            }
        }
        note(`the largest page: ${largest} bytes with headers`);
    });

    test(`every caller page (${lang}): no script, nothing from elsewhere, well-formed`, async () => {
        const { line } = await sharedOrganisation();
        for (const [name, page] of Object.entries(await everyPage(line.door, lang))) {
            assert.match(page.text, new RegExp(`^<!doctype html>\\s*<html lang="${lang}" dir="ltr">`), name);
            assert.doesNotMatch(page.text, /<script|<img|<iframe|<link|@import|url\(|\son\w+=/i, name);
            const away = [...page.text.matchAll(/(?:href|src|action)="([^"]*)"/g)].map((match) => match[1]).filter((href) => !href.startsWith('/'));
            assert.deepEqual(away, ['https://www.wikipedia.org/'], `${name}: the only way out is the one that a caller takes`);
        }
    });
}

test('every caller page: the status says what happened', async () => {
    const { line } = await sharedOrganisation();
    const statuses = Object.fromEntries(Object.entries(await everyPage(line.door, 'en')).map(([name, page]) => [name, page.status]));
    assert.deepEqual(statuses, {
        home: 200, back: 200, write: 200, empty: 400, damaged: 413, sent: 200, late: 410, late_wrong: 400, mailbox: 200, wrong: 400,
        few: 400, erase: 200, erased: 200, not_found: 404, expired: 410, no_form: 400,
    });
});

test('the language is the one asked for, else the browser’s, else English', async () => {
    const { line } = await sharedOrganisation();
    const lang = async (path, headers) => (await get(line.door, path, headers)).text.match(/<html lang="(\w+)"/)[1];
    assert.equal(await lang('/', {}), 'en');
    assert.equal(await lang('/', { 'Accept-Language': 'ru-RU,ru;q=0.9,en;q=0.5' }), 'ru');
    assert.equal(await lang('/?lang=en', { 'Accept-Language': 'ru' }), 'en');
    assert.equal(await lang('/?lang=zz', { 'Accept-Language': 'ru' }), 'ru');
});

test('what a caller wrote comes back escaped, and whole, when something was wrong', async () => {
    const { line } = await sharedOrganisation();
    const { ticket } = await begin(line.door);
    const text = '<script>alert(1)</script> & "Ёжик" \u202eevil'.padEnd(64100, 'x');
    const page = await post(line.door, '/send', { lang: 'en', ticket, text });
    assert.equal(page.status, 413);
    assert.ok(page.text.includes('&lt;script&gt;alert(1)&lt;/script&gt; &amp; '));
    assert.ok(page.text.includes('x'.repeat(64000 - 60)));
    assert.doesNotMatch(page.text, /<script>/);
});

test('a door leaves no word about a caller: nothing is logged', async () => {
    const { line } = await sharedOrganisation();
    await report(line.door, 'Nothing of this is in a log.');
    await get(line.door, '/nothing');
    assert.equal(line.child.errors.replace(/^.*memory cannot be locked.*$/gm, '').trim(), '');
});
