// SPDX-License-Identifier: AGPL-3.0-or-later
// Coming back: the greeting, the mistakes that are named, and what a guesser learns, which is nothing.
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { note, test } from './lib/tap.mjs';
import { begin, fourLetters, greetingOf, mailbox, post, report, ticketOf, titleOf } from './lib/door.mjs';
import { sharedOrganisation } from './lib/organisation.mjs';

const COUNT = 200; // of timed visits, of each kind, in each round
const ROUNDS = 5;
const problemOf = (page) => page.text.match(/<div class="problem"[^>]*>\s*<p>([^<]*)/)?.[1];

for (const lang of ['en', 'ru']) {
    test(`the same codename, however it is typed, opens the same mailbox (${lang})`, async () => {
        const { line } = await sharedOrganisation();
        const { codename, greeting } = await report(line.door, 'A report.', lang);
        const words = codename.split(' ');
        const typed = [
            codename,
            fourLetters(codename),
            codename.toUpperCase(),
            words.map((word, index) => `${index + 1}. ${word}`).join('\r\n'),
            `  ${words.join(' , ')}.  `,
            fourLetters(codename).replaceAll(' ', '-'),
        ];
        for (const text of typed) {
            const page = await mailbox(line.door, text, lang);
            assert.equal(page.status, 200, text);
            assert.equal(greetingOf(page.text), greeting, text);
        }
    });

    test(`a wrong word is named with its place (${lang})`, async () => {
        const { line } = await sharedOrganisation();
        const { codename } = await begin(line.door, lang);
        const words = codename.split(' ');
        const wrong = lang === 'en' ? 'xylo' : 'ъхъх';
        for (const place of [1, 7, 12]) {
            const typed = words.with ? words.with(place - 1, wrong) : Object.assign([...words], { [place - 1]: wrong });
            const page = await mailbox(line.door, typed.join(' '), lang);
            assert.equal(page.status, 400);
            assert.match(problemOf(page), new RegExp(`${place}\\D.*${wrong}`));
            assert.ok(page.text.includes(typed.join(' ')), 'what was typed is there to be corrected');
        }
    });

    test(`words that do not belong together, and a number of words that is not twelve (${lang})`, async () => {
        const { line } = await sharedOrganisation();
        const words = (await begin(line.door, lang)).codename.split(' ');
        // One in sixteen changes of two words goes unnoticed: the greeting is for that.
        const changed = words.map((word, index) => [word, index]).slice(1).filter(([word]) => word !== words[0]);
        const statuses = [];
        for (const [word, index] of changed) {
            const swapped = Object.assign([...words], { 0: word, [index]: words[0] });
            const page = await mailbox(line.door, swapped.join(' '), lang);
            statuses.push(page.status);
            if (page.status === 400) assert.ok(problemOf(page));
        }
        assert.ok(statuses.filter((status) => status === 400).length >= 5, statuses.join(' '));
        for (const count of [0, 1, 11, 13]) {
            const page = await mailbox(line.door, [...words, words[0]].slice(0, count).join(' '), lang);
            assert.equal(page.status, 400);
            assert.ok(problemOf(page));
            if (count > 1) assert.match(problemOf(page), new RegExp(`\\b${count}\\b`));
        }
    });
}

// All that may differ is the greeting and the random ticket.
const withoutSecrets = (page) => page.text.replaceAll(greetingOf(page.text), 'GREETING').replaceAll(ticketOf(page.text), 'TICKET').trimEnd();

test('a codename that nobody has gives what one without answers gives: same page, same size', async () => {
    const { line } = await sharedOrganisation();
    const known = await mailbox(line.door, (await report(line.door, 'A report.')).codename);
    const unknown = await mailbox(line.door, (await begin(line.door)).codename);
    assert.equal(withoutSecrets(unknown), withoutSecrets(known));
    assert.equal(unknown.bytes, known.bytes);
    assert.equal(unknown.status, known.status);
    assert.deepEqual(unknown.headers, known.headers);
    assert.notEqual(greetingOf(unknown.text), greetingOf(known.text));
});

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

// The medians of both kinds, one visit of each in turn, so that what else the machine does is shared fairly.
async function medianTimes(line, codenames) {
    const times = { known: [], unknown: [] };
    for (let i = 0; i < COUNT; i++)
        for (const kind of i % 2 ? ['known', 'unknown'] : ['unknown', 'known']) {
            const start = performance.now();
            await mailbox(line.door, codenames[kind][i % 10]);
            times[kind].push(performance.now() - start);
        }
    return [median(times.known), median(times.unknown)];
}

// A difference that is there is there each time; noise is not.
test('and takes as long', async () => {
    const { line } = await sharedOrganisation();
    const codenames = { known: [], unknown: [] };
    for (let i = 0; i < 10; i++) {
        codenames.known.push((await report(line.door, `A report, ${i}.`)).codename);
        codenames.unknown.push((await begin(line.door)).codename);
    }
    for (let round = 1; round <= ROUNDS; round++) {
        const [known, unknown] = await medianTimes(line, codenames);
        const apart = Math.abs(known - unknown);
        note(`median of ${COUNT}: known ${known.toFixed(3)} ms, unknown ${unknown.toFixed(3)} ms, apart ${apart.toFixed(3)} ms`);
        if (apart < Math.min(known, unknown) / 5) return;
    }
    assert.fail('each time more than a fifth apart');
});

test('a mailbox page says the same when it is opened again', async () => {
    const { line } = await sharedOrganisation();
    const { codename } = await report(line.door, 'A report.');
    const first = await mailbox(line.door, codename);
    const again = await mailbox(line.door, fourLetters(codename));
    assert.equal(withoutSecrets(again), withoutSecrets(first));
    assert.notEqual(ticketOf(again.text), ticketOf(first.text));
});

test('"keep it, go back" from the page that asks before erasing needs no codename again', async () => {
    const { line } = await sharedOrganisation();
    const { codename, greeting } = await report(line.door, 'A report.');
    const ask = await post(line.door, '/erase', { lang: 'en', ticket: ticketOf((await mailbox(line.door, codename)).text) });
    assert.equal(titleOf(ask.text), 'Erase everything?');
    const back = await post(line.door, '/mailbox', { lang: 'en', ticket: ticketOf(ask.text) });
    assert.equal(greetingOf(back.text), greeting);
});
