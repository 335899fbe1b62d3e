// SPDX-License-Identifier: AGPL-3.0-or-later
// Every page that a caller or a member can meet, one after the other: visit(name) is called on each.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { mailbox, post, report, ticketOf } from './door.mjs';
import { makeOrganisation } from './organisation.mjs';

const EXAMPLES = path.resolve('../../examples');
const read = (name) => fs.readFileSync(path.join(EXAMPLES, 'reports', name), 'utf8').trim();
const examples = JSON.parse(fs.readFileSync(path.join(EXAMPLES, 'organisation.json'), 'utf8'));

let made;

// An organisation with the examples in it, answers given, a day closed, and one caller who had all erased.
async function exampleOrganisation() {
    const organisation = await makeOrganisation(`step 16\ndoors 2\nother-way ${examples.other_way}\n`);
    const { desk, line } = organisation;
    organisation.codenames = {};
    for (const entry of examples.reports) {
        const lang = entry.file.split('.')[1];
        if (entry.channel) takeCall(desk, entry, lang);
        else organisation.codenames[entry.file] = (await report(line.door, read(entry.file), lang)).codename;
    }
    const gone = (await report(line.door, 'The man with the grey car asked for me again. Please forget what I wrote.')).codename;
    await line.closeDay();
    desk.done('pull');
    await eraseAll(line, gone);
    for (const entry of examples.reports.filter(({ channel }) => !channel)) work(desk, entry);
    desk.done('pull');
    return organisation;
}

async function eraseAll(line, codename) {
    const asked = await post(line.door, '/erase', { lang: 'en', ticket: ticketOf((await mailbox(line.door, codename)).text) });
    await post(line.door, '/erased', { lang: 'en', ticket: ticketOf(asked.text) });
}

const options = (entry) => {
    const due = entry.due_hours && new Date(Date.now() + 3600e3 * entry.due_hours);
    const local = due && new Date(due - due.getTimezoneOffset() * 60e3).toISOString().slice(0, 16);
    return Object.entries({ ...entry, due: local, handled: entry.handled && 'yes' })
        .filter(([name, value]) => value && ['danger', 'due', 'safe_ways', 'safe_hours', 'to_others', 'note', 'handled'].includes(name))
        .flatMap(([name, value]) => [`--${name.replaceAll('_', '-')}`, value]);
};

function takeCall(desk, entry, lang) {
    desk.done('take', '--channel', entry.channel, '--wording', entry.wording, '--language', lang, ...options(entry), { input: read(entry.file) });
}

function work(desk, entry) {
    const { id } = desk.find(read(entry.file).slice(0, 25));
    if (options(entry).length > 0) desk.done('details', id, ...options(entry));
    if (entry.answer) desk.done('answer', id, { input: entry.answer });
}

export function examplesOnce() {
    made ??= exampleOrganisation();
    return made;
}

export async function callerPages(person, lang, visit) {
    const { line, codenames } = await examplesOnce();
    const door = `http://127.0.0.1:${line.door}`;
    const submit = (selector) =>
        Promise.all([person.page.waitForNavigation({ waitUntil: 'load' }), person.page.$eval(selector, (it) => it.form.requestSubmit(it))]);
    const answered = codenames[lang === 'ru' ? '02-brat.ru.txt' : '03-threats.en.txt'];
    const open = async (codename, address = '/mailbox') => {
        await person.go(`${door}/back?lang=${lang}`);
        await person.put('#codename', codename);
        await submit(`form[action="${address}"] button`);
    };

    await person.go(`${door}/?lang=${lang}`);
    await visit('caller-home');
    await submit('form[action="/new"] button');
    await visit('caller-write');
    await person.put('#text', 'x'.repeat(64001));
    await submit('form[action="/send"] button');
    await visit('caller-write-problem');
    await person.put('#text', read(lang === 'ru' ? '08-lawyer.ru.txt' : '07-second-hand.en.txt'));
    await submit('form[action="/send"] button');
    await visit('caller-sent');
    await person.go(`${door}/back?lang=${lang}`);
    await visit('caller-back');
    await open(answered.replace(/^\S+/, lang === 'ru' ? 'ъхъх' : 'xylo'));
    await visit('caller-back-problem');
    await open(answered);
    await visit('caller-mailbox');
    await person.page.$eval('form[action="/send"] [name="ticket"]', (it) => (it.value = 'old'));
    await person.put('#text', read(lang === 'ru' ? '06-list.ru.txt' : '09-came-home.en.txt'));
    await submit('form[action="/send"] button');
    await visit('caller-late');
    await person.put('#codename', 'one two');
    await submit('form[action="/send"] button');
    await visit('caller-late-problem');
    await open(answered);
    await submit('form[action="/erase"] button');
    await visit('caller-erase');
    // What is erased for the pictures is another caller's.
    const other = (await report(line.door, 'To be erased.', lang)).codename;
    await open(other);
    await submit('form[action="/erase"] button');
    await submit('form[action="/erased"] button');
    await visit('caller-erased');
    await person.go(`${door}/nothing?lang=${lang}`);
    await visit('caller-problem');
}

export async function deskPages(person, lang, visit) {
    const { desk, line } = await examplesOnce();
    await report(line.door, `Another one, while the desk is open (${lang}).`, 'en');
    const pages = await desk.pages('--every-minutes', '0');
    const desk_at = new URL(pages.address).origin;
    const go = (where) => person.go(`${desk_at}${where}`);
    try {
        await person.enter(pages.address);
        await go(`/?lang=${lang}`);
        await visit('desk-inbox');
        const ids = await person.page.$$eval('.items a', (all) => all.map((it) => it.getAttribute('href')));
        await go(ids[0]);
        await visit('desk-report-telephone');
        await go(`/report/${desk.find(read('02-brat.ru.txt').slice(0, 25)).id}`);
        await visit('desk-report');
        await person.page.$$eval('details', (all) => all.forEach((it) => (it.open = true)));
        await visit('desk-report-details');
        await go('/take');
        await visit('desk-take');
        await go(`/search?q=${encodeURIComponent('ежик')}`);
        await visit('desk-search');
        await go('/search?q=zzzz');
        await visit('desk-search-nothing');
        await go('/erasures');
        await visit('desk-erasures');
        await go('/status');
        await visit('desk-status');
        await go('/nothing');
        await visit('desk-problem');
        await go('/');
        await Promise.all([person.page.waitForNavigation(), person.page.$eval('form[action="/lock"] button', (it) => it.form.requestSubmit())]);
        await pause(100);
        await visit('desk-locked');
    } finally {
        await pages.stop();
    }
}
