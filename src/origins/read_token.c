/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Every search goes forward only, and what it found is kept, so that no byte is searched twice for
 * one thing: a page of a million opening quotes takes no longer than any other. */
#include "origins/read_token.h"

#include <string.h>
#include <strings.h>

#define TAG_MAX_BYTES ((size_t)1 << 20) /* a quote that is closed later than that is a fault */

void read_tokens_init(struct read_tokens *t, struct span page)
{
    *t = (struct read_tokens){.page = page};
}

static size_t find(const struct read_tokens *t, size_t from, const char *what, size_t len)
{
    if (from >= t->page.len)
        return t->page.len;
    const uint8_t *found = memmem(t->page.data + from, t->page.len - from, what, len);
    return found ? (size_t)(found - t->page.data) : t->page.len;
}

static size_t next_of(const struct read_tokens *t, size_t *known, size_t from, const char *what,
                      size_t len)
{
    if (*known < from || *known == 0)
        *known = find(t, from, what, len);
    return *known;
}

static size_t next_end(struct read_tokens *t, size_t from)
{
    return next_of(t, &t->next_end, from, ">", 1);
}

bool read_token_is(struct span name, const char *lower)
{
    return strlen(lower) == name.len && strncasecmp((const char *)name.data, lower, name.len) == 0;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_letter(uint8_t c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* Where the > of a tag stands: not within quotes that follow a =. */
static size_t tag_end(struct read_tokens *t, size_t from)
{
    bool value = false;
    for (size_t at = from; at < t->page.len; at++) {
        uint8_t c = t->page.data[at];
        if (c == '>')
            return at;
        if (value && (c == '"' || c == '\'')) {
            size_t end = next_of(t, &t->next_quote[c == '\''], at + 1, c == '"' ? "\"" : "'", 1);
            if (end == t->page.len || end - from > TAG_MAX_BYTES)
                return next_end(t, at);
            at = end;
        }
        if (!is_space(c))
            value = c == '=';
    }
    return t->page.len;
}

static bool is_title(struct span name)
{
    return read_token_is(name, "title") || read_token_is(name, "textarea");
}

static bool is_raw(struct span name)
{
    static const char *const raw[] = {"script", "style", "iframe", "noembed", "noframes", "xmp"};
    for (size_t i = 0; i < COUNT_OF(raw); i++) {
        if (read_token_is(name, raw[i]))
            return true;
    }
    return false;
}

/* t->at stands on < of a tag. */
static void take_tag(struct read_tokens *t, bool close, struct read_token *token)
{
    size_t from = t->at + 1 + close, name_end = from, end = tag_end(t, from);
    while (name_end < end && !is_space(t->page.data[name_end]) && t->page.data[name_end] != '/')
        name_end++;
    *token = (struct read_token){.kind = close ? READ_TOKEN_CLOSE : READ_TOKEN_OPEN,
                                 .name = span_slice(t->page, from, name_end - from),
                                 .attributes = span_slice(t->page, name_end, end - name_end),
                                 .closed = end > from && t->page.data[end - 1] == '/'};
    t->at = end < t->page.len ? end + 1 : end;
    if (!close && (is_raw(token->name) || (!t->title_open && is_title(token->name))))
        t->raw_name = token->name;
}

/* What is no tag and no text: <!-- -->, <!doctype>, <?xml ?>, </ >. */
static void skip_markup(struct read_tokens *t)
{
    size_t from = t->at;
    if (t->page.len - from >= 4 && memcmp(t->page.data + from, "<!--", 4) == 0) {
        size_t end = next_of(t, &t->next_comment_end, from + 2, "-->", 3);
        if (end < t->page.len) {
            t->at = end + 3;
            return;
        }
    }
    size_t end = next_end(t, from);
    t->at = end < t->page.len ? end + 1 : end;
}

/* Up to the </name that closes the element; without one, up to the next tag. */
static void take_raw(struct read_tokens *t, struct read_token *token)
{
    size_t from = t->at, at = from, len = t->raw_name.len;
    bool closed = false;
    while (!closed && (at = find(t, at, "</", 2)) < t->page.len) {
        struct span name = span_slice(t->page, at + 2, len);
        closed = name.len == len &&
                 strncasecmp((const char *)name.data, (const char *)t->raw_name.data, len) == 0;
        at += closed ? 0 : 2;
    }
    bool text = is_title(t->raw_name);
    if (!closed && text) {
        t->title_open = true;
        at = find(t, from, "<", 1);
    }
    *token = (struct read_token){
        .kind = READ_TOKEN_TEXT, .text = span_slice(t->page, from, at - from), .raw = !text};
    t->at = at;
    t->raw_name = span_of(NULL, 0);
}

static void take_text(struct read_tokens *t, size_t least, struct read_token *token)
{
    size_t end = find(t, t->at + least, "<", 1);
    *token = (struct read_token){.kind = READ_TOKEN_TEXT,
                                 .text = span_slice(t->page, t->at, end - t->at)};
    t->at = end;
}

bool read_tokens_next(struct read_tokens *t, struct read_token *ret_token)
{
    if (t->raw_name.len > 0 && t->at < t->page.len) {
        take_raw(t, ret_token);
        return true;
    }
    while (t->at < t->page.len) {
        const uint8_t *here = t->page.data + t->at;
        size_t left = t->page.len - t->at;
        uint8_t second = left > 1 ? here[1] : 0, third = left > 2 ? here[2] : 0;
        if (here[0] != '<') {
            take_text(t, 0, ret_token);
            return true;
        }
        if (is_letter(second) || (second == '/' && is_letter(third))) {
            take_tag(t, second == '/', ret_token);
            return true;
        }
        if (second != '!' && second != '?' && second != '/') {
            take_text(t, 1, ret_token);
            return true;
        }
        skip_markup(t);
    }
    return false;
}

bool read_token_attribute(struct span *rest, struct span *ret_name, struct span *ret_value)
{
    size_t at = 0, end = rest->len;
    const uint8_t *d = rest->data;
    while (at < end && (is_space(d[at]) || d[at] == '/'))
        at++;
    size_t name = at;
    while (at < end && !is_space(d[at]) && d[at] != '/' && (d[at] != '=' || at == name))
        at++;
    *ret_name = span_slice(*rest, name, at - name);
    *ret_value = span_of(NULL, 0);
    while (at < end && is_space(d[at]))
        at++;
    if (at < end && d[at] == '=') {
        for (at++; at < end && is_space(d[at]); at++)
            continue;
        bool quoted = at < end && (d[at] == '"' || d[at] == '\'');
        size_t from = at + quoted;
        uint8_t quote = quoted ? d[at] : 0;
        for (at = from; at < end && (quoted ? d[at] != quote : !is_space(d[at])); at++)
            continue;
        *ret_value = span_slice(*rest, from, at - from);
        at += quoted && at < end;
    }
    bool got = ret_name->len > 0;
    *rest = span_slice(*rest, at, end);
    return got;
}
