/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A page is mostly runs that need no escape: they are found by a table and copied at once. */
#include "draw/html.h"

#include "text/utf8.h"

static const char replacement[] = "\xEF\xBF\xBD";

/* 0 for what is copied as it is, 1 for what is looked at, by byte. */
static const uint8_t special[256] = {
    [0x00 ... 0x08] = 1, [0x0B ... 0x1F] = 1, ['"'] = 1, ['&'] = 1,
    ['\''] = 1,          ['<'] = 1,           ['>'] = 1, [0x7F ... 0xFF] = 1,
};

static const char *entity(uint32_t c)
{
    switch (c) {
    case '"':
        return "&quot;";
    case '&':
        return "&amp;";
    case '\'':
        return "&#39;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    default:
        return replacement; /* a control, or no UTF-8 */
    }
}

/* C1 controls are controls too, though UTF-8 gives them two bytes. */
static bool is_plain(uint32_t c)
{
    return c != UTF8_INVALID && c >= 0xA0;
}

void html_text(struct buf *b, struct span text)
{
    size_t run = 0, at = 0;
    while (at < text.len) {
        if (!special[text.data[at]]) {
            at++;
            continue;
        }
        struct span rest = span_slice(text, at, text.len);
        uint32_t c = utf8_next(&rest);
        size_t next = text.len - rest.len;
        if (!is_plain(c)) {
            buf_put(b, text.data + run, at - run);
            buf_text(b, entity(c));
            run = next;
        }
        at = next;
    }
    if (text.len > 0)
        buf_put(b, text.data + run, text.len - run);
}

void html_lines(struct buf *b, struct span text)
{
    const uint8_t *newline;
    while (text.len > 0 && (newline = memchr(text.data, '\n', text.len))) {
        size_t len = (size_t)(newline - text.data);
        html_text(b, span_slice(text, 0, len));
        buf_text(b, "<br>");
        text = span_slice(text, len + 1, text.len);
    }
    html_text(b, text);
}

static bool is_unreserved(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void html_query(struct buf *b, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (is_unreserved(text.data[i]))
            buf_u8(b, text.data[i]);
        else
            buf_printf(b, "%%%02X", text.data[i]);
    }
}

void html_url(struct buf *b, struct span url)
{
    bool here = url.len > 0 && url.data[0] == '/' &&
                (url.len == 1 || (url.data[1] != '/' && url.data[1] != '\\'));
    for (size_t i = 0; i < url.len; i++) {
        /* Browsers drop tabs and newlines before they look at the rest. */
        if (url.data[i] <= 0x20 || url.data[i] == 0x7F)
            here = false;
    }
    html_text(b, here ? url : span_text("/"));
}
