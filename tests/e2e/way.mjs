// SPDX-License-Identifier: AGPL-3.0-or-later
// One report all the way, in real browsers, with scripts off and on.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from './lib/tap.mjs';
import { withBrowser } from './lib/browser.mjs';
import { fourLetters } from './lib/door.mjs';
import { sharedOrganisation } from './lib/organisation.mjs';

const WORDS = {
    en: {
        write: 'Write to us', send: 'Send', received: 'Received', back: 'I have a codename', open: 'Open my mailbox', none: 'No answers yet',
        erase: 'Erase everything …', sure: 'Erase everything', erased: 'Erased',
    },
    ru: {
        write: 'Написать нам', send: 'Отправить', received: 'Принято', back: 'У меня есть кодовая фраза', open: 'Открыть', none: 'Ответов пока нет',
        erase: 'Удалить всё …', sure: 'Удалить всё', erased: 'Удалено',
    },
};

async function write(person, home, words, text) {
    await person.go(home);
    await person.press(words.write);
    const codename = await person.read('.line');
    assert.equal((await person.texts('.words li')).join(' '), codename);
    await person.type('#text', text);
    await person.press(words.send);
    assert.equal(await person.read('h1'), words.received);
    return { codename, greeting: await person.read('.greeting') };
}

async function comeBack(person, home, words, codename) {
    await person.go(home);
    await person.press(words.back);
    await person.type('#codename', fourLetters(codename));
    await person.press(words.open);
}

// What the member does, on the desk's pages.
async function answerOnPages(desk, kind, wishes, start, answer) {
    const pages = await desk.pages();
    await withBrowser(kind, wishes, async (person) => {
        await person.setSize('laptop');
        await person.enter(pages.address);
        assert.equal(await person.read('h1'), 'Inbox');
        if (!(await person.texts('.items .start')).some((text) => text.startsWith(start))) await person.press('Fetch now');
        await person.press(start);
        assert.ok((await person.read('.message .text')).startsWith(start));
        await person.type('#answer', answer);
        await person.press('Seal and send');
        assert.ok((await person.text()).includes(answer));
        assert.deepEqual(person.asked.filter((address) => !address.startsWith(new URL(pages.address).origin)), []);
    });
    for (let i = 0; i < 100 && desk.json('status').outbox > 0; i++) await pause(200);
    await pages.stop();
    assert.equal(desk.json('status').outbox, 0, 'the answer went out by itself');
}

async function wholeWay(kind, script, lang) {
    const { desk, line } = await sharedOrganisation();
    const words = WORDS[lang];
    const home = `http://127.0.0.1:${line.door}/?lang=${lang}`;
    const start = `${kind} ${script ? 'with' : 'without'} scripts: Ёжик`;
    const answer = `Спасибо. We look for him. (${kind}, ${script})`;
    const wishes = { script };

    await withBrowser(kind, wishes, async (person, browser) => {
        const { codename, greeting } = await write(person, home, words, `${start} was taken.`);
        await comeBack(person, home, words, codename);
        assert.equal(await person.read('.greeting'), greeting);
        assert.ok((await person.text()).includes(words.none));

        desk.done('pull');
        const row = desk.find(start);
        assert.ok(row.waiting);
        assert.ok(desk.json('search', 'ежик', kind).hits.length >= 1, 'ежик finds Ёжик');
        await answerOnPages(desk, kind, wishes, start, answer);
        assert.ok(desk.json('show', row.id).items.some((item) => item.kind === 'answer' && item.text === answer));

        await comeBack(person, home, words, codename);
        assert.equal(await person.read('.greeting'), greeting);
        assert.equal(await person.read('article .text'), answer);
        await person.type('#text', 'And now he is at home.');
        await person.press(words.send);
        assert.equal(await person.read('h1'), words.received);
        assert.equal(await person.read('.greeting'), greeting);
        desk.done('pull');
        const conversation = desk.json('show', row.id);
        // Within one minute, reports stand before answers.
        assert.deepEqual(conversation.items.map((item) => item.kind).sort(), ['answer', 'report', 'report']);
        assert.ok(conversation.waiting);

        await comeBack(person, home, words, codename);
        await person.press(words.erase);
        await person.press(words.sure);
        assert.equal(await person.read('h1'), words.erased);
        desk.done('pull');
        const hidden = desk.json('show', row.id).items.filter((item) => item.kind === 'report');
        assert.deepEqual(hidden.map((item) => [item.erased, item.hidden, item.text]), [[true, true, ''], [true, true, '']]);
        await comeBack(person, home, words, codename);
        assert.ok((await person.text()).includes(words.none), 'the answer is gone too');

        assert.deepEqual(await browser.cookies(), []);
        const origin = `http://127.0.0.1:${line.door}/`;
        assert.deepEqual(person.asked.filter((address) => !address.startsWith(origin)), [], 'nothing was asked of anybody else');
        assert.deepEqual(person.asked.filter((address) => address.includes(codename.split(' ')[0])), [], 'no codename in an address');
    });
}

for (const [kind, script, lang] of [
    ['chromium', false, 'en'],
    ['chromium', true, 'ru'],
    ['firefox', false, 'ru'],
    ['firefox', true, 'en'],
])
    test(`the whole way in ${kind}, scripts ${script ? 'on' : 'off'} (${lang})`, () => wholeWay(kind, script, lang));
