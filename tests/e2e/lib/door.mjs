// SPDX-License-Identifier: AGPL-3.0-or-later
// A caller without a browser: requests to a door, and what its pages say. Each request has a connection of its own and sees
// the reply as it is on the wire.
import net from 'node:net';
import assert from 'node:assert/strict';

// Sends bytes, gives back everything until the other side closes. cut: closes right after the last byte was sent.
export function exchange(port, bytes, { cut = false } = {}) {
    return new Promise((resolve, reject) => {
        const parts = [];
        const socket = net.connect(port, '127.0.0.1', () => {
            if (cut) socket.end(bytes, () => socket.destroy());
            else socket.write(bytes);
        });
        socket.setTimeout(30000, () => socket.destroy(new Error('no reply in 30 s')));
        socket.on('data', (data) => parts.push(data));
        socket.on('close', () => resolve(Buffer.concat(parts)));
        socket.on('error', reject);
    });
}

export function parseReply(bytes) {
    const end = bytes.indexOf('\r\n\r\n');
    assert.ok(end > 0, `no whole reply: ${bytes.length} bytes`);
    const [line, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
    const headers = lines.map((header) => header.match(/^([^:]+):[ ]*(.*)$/).slice(1));
    const body = bytes.subarray(end + 4);
    return { status: Number(line.split(' ')[1]), line, headers, bytes: bytes.length, body, text: body.toString('utf8') };
}

export function form(fields) {
    return new URLSearchParams(fields).toString();
}

export function requestBytes(port, method, path, fields, headers = {}) {
    const body = fields ? form(fields) : '';
    const lines = [`${method} ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, 'Connection: close'];
    if (fields) lines.push('Content-Type: application/x-www-form-urlencoded', `Content-Length: ${Buffer.byteLength(body)}`);
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'utf8');
}

export async function get(port, path, headers) {
    return parseReply(await exchange(port, requestBytes(port, 'GET', path, null, headers)));
}

export async function post(port, path, fields, headers) {
    return parseReply(await exchange(port, requestBytes(port, 'POST', path, fields, headers)));
}

const one = (page, pattern, what) => {
    const match = page.match(pattern);
    assert.ok(match, `the page has no ${what}:\n${page.slice(0, 200)} ... ${page.match(/<h1>.*/)?.[0]}`);
    return match[1];
};

export const ticketOf = (page) => one(page, /name="ticket" value="([^"]+)"/, 'ticket');
export const codenameOf = (page) => one(page, /<p class="line"[^>]*>([^<]+)</, 'codename').trim();
export const greetingOf = (page) => one(page, /class="greeting"[^>]*>([^<]+)</, 'greeting').trim();
export const titleOf = (page) => one(page, /<h1>([^<]*)</, 'heading');
export const answersOf = (page) =>
    [...page.matchAll(/<article>[\s\S]*?<p class="text"[^>]*>([\s\S]*?)<\/p>/g)].map((match) => match[1]);

// The page to write on: { codename, ticket }.
export async function begin(port, lang = 'en') {
    const page = await post(port, '/new', { lang });
    assert.equal(page.status, 200);
    return { codename: codenameOf(page.text), ticket: ticketOf(page.text) };
}

export async function report(port, text, lang = 'en') {
    const { codename, ticket } = await begin(port, lang);
    const page = await post(port, '/send', { lang, ticket, text });
    assert.equal(page.status, 200, page.text);
    return { codename, ticket, greeting: greetingOf(page.text) };
}

export const mailbox = (port, codename, lang = 'en') => post(port, '/mailbox', { lang, codename });

// The first four letters of each word, which are enough.
export const fourLetters = (codename) => codename.split(' ').map((word) => [...word].slice(0, 4).join('')).join(' ');
