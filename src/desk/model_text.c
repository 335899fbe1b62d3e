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

int model_text_words(struct buf *out, struct span text)
{
    struct span word;
    while (word_next(&text, &word)) {
        int error = fold_search(word, out);
        if (error < 0 && error != E_UTF8)
            return error;
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
