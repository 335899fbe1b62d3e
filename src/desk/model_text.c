/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/model_internal.h"
#include "text/fold.h"
#include "text/utf8.h"
#include "text/word.h"

#define REPLACEMENT 0xFFFD

void model_text_clean(struct buf *out, struct span text)
{
    if (utf8_check(text, SIZE_MAX) == 0 && (text.len == 0 || !memchr(text.data, 0, text.len))) {
        buf_span(out, text);
        return;
    }
    while (text.len) {
        uint32_t c = utf8_next(&text);
        utf8_put(out, c == UTF8_INVALID || c == 0 ? REPLACEMENT : c);
    }
}

/* How long a mark is that joins two halves of a word (don't, in any of the ways to write it), or 0:
 * those are left out, so that a word is one token and one spelling. */
static size_t joining_mark(const uint8_t *at, size_t left)
{
    static const char *const marks[] = {"\xE2\x80\x98", "\xE2\x80\x99", "\xCA\xBC"};
    bool digit = *at >= '0' && *at <= '9', letter = *at >= 'a' && *at <= 'z';
    if (*at < 0x80)
        return digit || letter ? 0 : 1;
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        size_t len = strlen(marks[i]);
        if (left >= len && memcmp(at, marks[i], len) == 0)
            return len;
    }
    return 0;
}

int model_text_word(struct buf *out, struct span word)
{
    size_t start = out->len, end = start;
    int error = fold_search(word, out);
    if (error < 0)
        return error == E_UTF8 ? 0 : error;
    for (size_t i = start; i < out->len;) {
        size_t mark = joining_mark(out->data + i, out->len - i);
        if (mark == 0)
            out->data[end++] = out->data[i];
        i += mark ? mark : 1;
    }
    if (end < out->len)
        out->data[out->len = end] = '\0';
    return 0;
}

int model_text_words(struct buf *out, struct span text)
{
    struct span word;
    while (word_next(&text, &word)) {
        TRY(model_text_word(out, word));
        buf_u8(out, ' ');
    }
    return buf_error(out);
}

const char *model_column(struct arena *arena, sqlite3_stmt *stmt, int column)
{
    return arena_copy_text(arena, sql_bytes(stmt, column));
}

const char *model_short_id(struct arena *arena, const uint8_t *id)
{
    return arena_printf(arena, "%02x%02x%02x%02x", id[0], id[1], id[2], id[3]);
}

const char *model_member_name(struct arena *arena, struct model *model, sqlite3_stmt *stmt,
                              int column)
{
    uint8_t key[SIGN_KEY_BYTES];
    if (!sql_copy(stmt, column, key, sizeof key))
        return "";
    const struct roster_member *member = roster_member_find(desk_roster(model->desk), key);
    return arena_copy_text(arena, span_text(member ? member->name : "?"));
}
