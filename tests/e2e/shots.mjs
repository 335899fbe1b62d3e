// SPDX-License-Identifier: AGPL-3.0-or-later
// Pictures of every page, to be looked at: build/screens/LANGUAGE/PAGE-SIZE-LIGHT.png. Those that README.md shows are taken as a
// window shows them, into build/screens/readme; docs/images has them made small (convert -strip +dither -colors 96 PNG8:..., 1440 pixels wide at most).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { note, test } from './lib/tap.mjs';
import { SIZES, withBrowser } from './lib/browser.mjs';
import { callerPages, deskPages } from './lib/tour.mjs';
import { bin, makeFolder, runSync } from './lib/world.mjs';

const FOLDER = path.resolve('../../build/screens');
const README = { 'caller-home': 'phone', 'caller-write': 'phone', 'desk-inbox': 'laptop', 'desk-report': 'laptop' };

async function forReadme(person, name) {
    await person.setDark(false);
    await person.page.setViewport({ ...SIZES[README[name]], deviceScaleFactor: 2 });
    await person.page.evaluate(() => window.scrollTo(0, 0));
    await person.page.screenshot({ path: path.join(FOLDER, 'readme', `${name}.png`) });
}

// The page that vouchsafe count writes about the invented lists.
function countPage() {
    const page = path.join(makeFolder(), 'count.html');
    const args = ['count', 'records.csv', '--by', 'year', '--act', 'act', '--doubtful', 'doubtful.csv', '--quick', '--html', page];
    assert.equal(runSync(path.join(bin, 'vouchsafe'), args, { cwd: path.resolve('../../examples/count') }).code, 0);
    return pathToFileURL(page).href;
}

// The pages that vouchsafe link writes about the invented lists: of all of them, and of one pair.
function linkPages() {
    const folder = makeFolder();
    const lists = ['open_door.csv', 'lawyers.csv', 'parents.csv', '--ignore', 'reported by', '--unique', 'open_door.csv', '--unique', 'lawyers.csv'];
    const pages = { 'link-report': [], 'link-pair': ['--explain', 'open_door.csv:D-41', 'lawyers.csv:L-57'] };
    return Object.entries(pages).map(([name, more]) => {
        const page = path.join(folder, `${name}.html`);
        assert.equal(runSync(path.join(bin, 'vouchsafe'), ['link', ...lists, ...more, '--html', page], { cwd: path.resolve('../../examples/link') }).code, 0);
        return [name, pathToFileURL(page).href];
    });
}

test('a picture of every page: phone and laptop, light and dark, each language', async () => {
    fs.rmSync(FOLDER, { recursive: true, force: true });
    fs.mkdirSync(path.join(FOLDER, 'readme'), { recursive: true });
    let count = 0;
    for (const lang of ['en', 'ru']) {
        const folder = path.join(FOLDER, lang);
        fs.mkdirSync(folder, { recursive: true });
        const picture = async (person, name) => {
            for (const size of Object.keys(SIZES))
                for (const dark of [false, true]) {
                    await person.setSize(size);
                    await person.setDark(dark);
                    await person.page.screenshot({ path: path.join(folder, `${name}-${size}-${dark ? 'dark' : 'light'}.png`), fullPage: true });
                    count++;
                }
            if (lang === 'en' && README[name]) await forReadme(person, name);
        };
        await withBrowser('chromium', { script: true }, async (person) => {
            await callerPages(person, lang, (name) => picture(person, name));
            await deskPages(person, lang, (name) => picture(person, name));
            if (lang === 'en') {
                await person.go(countPage());
                await picture(person, 'count-report');
                for (const [name, address] of linkPages()) {
                    await person.go(address);
                    await picture(person, name);
                }
            }
        });
    }
    note(`${count} pictures in build/screens`);
    assert.ok(count > 150);
});
