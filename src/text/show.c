/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "text/show.h"

#include <string.h>

#include <utf8proc.h>

#include "text/utf8.h"

/* More marks than this on one character cover the lines above and below. */
#define MARKS_MAX 6

/* One code point of hostile text and what is needed to judge it. */
struct seen {
    uint32_t c, before; /* before: the last one that was kept as it is; 0 at the start of a line */
    int marks;          /* on the character that before belongs to */
};

static utf8proc_category_t category_of(uint32_t c)
{
    return utf8proc_category((utf8proc_int32_t)c);
}

static bool is_mark(uint32_t c)
{
    utf8proc_category_t category = category_of(c);
    return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

static bool is_selector(uint32_t c)
{
    return c >= 0xFE00 && c <= 0xFE0F;
}

static bool is_space(uint32_t c)
{
    return c == '\n' || c == '\t' || c == '\r' ||
           (c != UTF8_INVALID && category_of(c) == UTF8PROC_CATEGORY_ZS);
}

/* Letters of Arabic and the scripts after it take other shapes beside a joiner. */
static bool is_joining_letter(uint32_t c)
{
    utf8proc_category_t category = category_of(c);
    return c >= 0x600 && category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_MC;
}

static bool is_pictograph(uint32_t c)
{
    return category_of(c) == UTF8PROC_CATEGORY_SO || (c >= 0x1F3FB && c <= 0x1F3FF) || c == 0xFE0F;
}

static bool joiner_belongs(const struct seen *seen, struct span after)
{
    if (after.len == 0)
        return false;
    uint32_t next = utf8_next(&after);
    if (next == UTF8_INVALID)
        return false;
    return (is_joining_letter(seen->before) && is_joining_letter(next)) ||
           (seen->c == 0x200D && is_pictograph(seen->before) && is_pictograph(next));
}

static bool has_shape(const struct seen *seen, struct span after)
{
    uint32_t c = seen->c;
    if (c >= 0x20 && c < 0x7F)
        return true;
    if (c == 0x200C || c == 0x200D)
        return joiner_belongs(seen, after);
    if (is_selector(c))
        return seen->before && !is_mark(seen->before);
    if (utf8proc_get_property((utf8proc_int32_t)c)->ignorable || c == 0x2800)
        return false;
    if (is_mark(c))
        return seen->before && seen->marks < MARKS_MAX;
    utf8proc_category_t category = category_of(c);
    return category != UTF8PROC_CATEGORY_CN && category < UTF8PROC_CATEGORY_ZL;
}

/* Appends what stands for seen->c, which began with byte; the next one is judged by it. */
static void put_seen(struct buf *b, struct seen *seen, uint8_t byte, bool keep)
{
    if (keep) {
        utf8_put(b, seen->c);
        seen->marks = is_mark(seen->c) ? seen->marks + 1 : 0;
        seen->before = seen->c;
        return;
    }
    if (seen->c == UTF8_INVALID)
        buf_printf(b, "[0x%02X]", byte);
    else
        buf_printf(b, "[U+%04X]", (unsigned)seen->c);
    *seen = (struct seen){0};
}

static bool newline_follows(struct span rest)
{
    return rest.len && rest.data[0] == '\n';
}

void show_block(struct buf *b, struct span text)
{
    struct seen seen = {0};
    while (text.len) {
        uint8_t byte = text.data[0];
        seen.c = utf8_next(&text);
        if (seen.c == '\r' && newline_follows(text))
            continue;
        if (seen.c == '\n' || seen.c == '\t') {
            buf_u8(b, byte);
            seen = (struct seen){0};
        } else {
            put_seen(b, &seen, byte, has_shape(&seen, text));
        }
    }
}

/* Whether a reader sees seen->c, when it is kept, as part of the character before. */
static bool continues(const struct seen *seen, bool keep, utf8proc_int32_t *state)
{
    return keep && seen->before &&
           !utf8proc_grapheme_break_stateful((utf8proc_int32_t)seen->before,
                                             (utf8proc_int32_t)seen->c, state);
}

void show_line(struct buf *b, struct span text, size_t max_characters)
{
    struct seen seen = {0};
    utf8proc_int32_t state = 0;
    size_t count = 0, spaces = 0;
    while (text.len) {
        uint8_t byte = text.data[0];
        seen.c = utf8_next(&text);
        if (is_space(seen.c)) {
            spaces = count ? 1 : 0;
            seen = (struct seen){0};
            continue;
        }
        bool keep = has_shape(&seen, text);
        if (!seen.before)
            state = 0;
        if (!continues(&seen, keep, &state)) {
            if (spaces + 1 > max_characters - count) {
                buf_text(b, "…");
                return;
            }
            if (spaces)
                buf_u8(b, ' ');
            count += spaces + 1;
            spaces = 0;
        }
        put_seen(b, &seen, byte, keep);
    }
}
