// SPDX-License-Identifier: AGPL-3.0-or-later
// Debian's Chromium and Firefox ESR, driven by puppeteer-core: a person who reads, types and presses.
import assert from 'node:assert/strict';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';

const PROGRAMS = { chromium: '/usr/bin/chromium', firefox: '/usr/bin/firefox-esr' };
const PHONE = { width: 390, height: 844, isMobile: false, hasTouch: false };
export const SIZES = { phone: PHONE, laptop: { width: 1280, height: 800 } };

function options(kind, { script = true, dark = false } = {}) {
    if (kind === 'firefox')
        return {
            browser: 'firefox',
            extraPrefsFirefox: {
                'javascript.enabled': script,
                'ui.systemUsesDarkTheme': dark ? 1 : 0,
                'layout.css.prefers-color-scheme.content-override': dark ? 0 : 1,
                'intl.accept_languages': 'en',
            },
        };
    // Chromium refuses its own sandbox to root, whom containers have.
    const args = ['--disable-background-networking', '--disable-component-update', '--no-first-run', '--lang=en'];
    return { browser: 'chrome', args: process.getuid() === 0 ? [...args, '--no-sandbox'] : args };
}

// A new browser with an empty profile and one page of a phone's size; closed when act has returned.
export async function withBrowser(kind, wishes, act) {
    const browser = await puppeteer.launch({ executablePath: PROGRAMS[kind], headless: true, ...options(kind, wishes) });
    const [page] = await browser.pages();
    try {
        const person = new Person(page, kind);
        await page.setViewport(PHONE);
        if (kind === 'chromium') {
            await page.setJavaScriptEnabled(wishes?.script ?? true);
            await person.setDark(wishes?.dark ?? false);
        }
        return await act(person, browser);
    } catch (error) {
        const seen = await page.evaluate(() => document.body.innerText).catch(() => '(no page)');
        error.stack += `\nwhat ${kind} showed at ${page.url()}:\n${seen}`;
        throw error;
    } finally {
        await browser.close();
    }
}

export class Person {
    constructor(page, kind) {
        this.page = page;
        this.kind = kind;
        this.asked = []; // every address that the browser was made to load; the pictures of its own widgets are data
        page.on('request', (request) => request.url().startsWith('data:') || this.asked.push(request.url()));
    }

    // Chromium only; Firefox is told when it starts.
    setDark(dark) {
        return this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
    }

    setSize(size) {
        return this.page.setViewport(SIZES[size]);
    }

    async go(address) {
        return this.page.goto(address, { waitUntil: 'load' });
    }

    // The desk's address that is good once; its page goes on to the inbox by itself.
    async enter(address) {
        await this.go(address);
        while (new URL(this.page.url()).pathname !== '/') await pause(50);
        await this.go(this.page.url());
    }

    // Presses the button, or follows the link, with that text, and waits for the page it leads to.
    async press(text) {
        const place = await this.place('button, a, summary', text);
        await Promise.all([this.page.waitForNavigation({ waitUntil: 'load' }), this.page.mouse.click(place.x, place.y)]);
    }

    async type(selector, text) {
        const place = await this.place(selector);
        await this.page.mouse.click(place.x, place.y);
        await this.page.keyboard.type(text);
    }

    // The middle of the first such element, which is scrolled into sight. Only what is done at once may be asked of a page: with
    // its scripts off, Firefox never answers what must wait.
    async place(selector, text = '') {
        const found = await this.page.evaluate(
            (wanted, words) => {
                const plain = (it) => it.textContent.replace(/\s+/g, ' ').trim();
                const all = [...document.querySelectorAll(wanted)];
                const element = all.find((it) => plain(it) === words) ?? all.find((it) => plain(it).includes(words));
                element?.scrollIntoView({ block: 'center' });
                const box = element?.getClientRects()[0];
                return box && { x: box.x + box.width / 2, y: box.y + box.height / 2 };
            },
            selector,
            text,
        );
        assert.ok(found, `there is no ${selector} "${text}" on: ${await this.text()}`);
        return found;
    }

    // As a paste: for long texts.
    put(selector, text) {
        return this.page.evaluate((wanted, value) => (document.querySelector(wanted).value = value), selector, text);
    }

    async read(selector) {
        const text = await this.page.evaluate((wanted) => document.querySelector(wanted)?.textContent, selector);
        assert.notEqual(text, undefined, `there is no ${selector}`);
        return text.replace(/\s+/g, ' ').trim();
    }

    text() {
        return this.read('body');
    }

    async texts(selector) {
        return this.page.evaluate((wanted) => [...document.querySelectorAll(wanted)].map((it) => it.textContent.trim()), selector);
    }
}
