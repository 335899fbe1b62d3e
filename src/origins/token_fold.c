/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Characters of one and two bytes, and the quotation marks and dashes of three, are looked up. A
 * run with any other goes through word.h and fold.h as a whole, so that nothing here has to know
 * how characters join. */
#include "origins/token_fold.h"

#include <string.h>

#include "base/mem.h"
#include "text/fold.h"
#include "text/utf8.h"
#include "text/word.h"

#define TABLE_CHARACTERS 0x800
#define FOLDED_MAX 6
#define PIECE_BYTES 240

enum kind { OTHER, LETTER, DIGIT, JOINER, RARE };

struct character {
    uint8_t kind, name, len;
    uint8_t folded[FOLDED_MAX];
};

struct token_table {
    bool plain;
    struct character characters[TABLE_CHARACTERS];
};

static int look_up(struct buf *room, uint32_t c, struct character *ret_c)
{
    uint8_t bytes[4];
    struct span one = span_of(bytes, utf8_write(c, bytes)), rest = one, word;
    struct character found = {.kind = OTHER};
    buf_reset(room);
    TRY(fold_search(one, room));
    if (c == '\'') {
        found.kind = JOINER;
    } else if (word_next(&rest, &word)) {
        /* Marks and what folds to nothing or to much are left to fold.h. */
        bool digit = c >= '0' && c <= '9';
        found.kind = room->len == 0 || room->len > FOLDED_MAX ? RARE : digit ? DIGIT : LETTER;
        found.name = digit || word_is_capital(one);
    } else if (c == 0xAD || room->len == 0) {
        found.kind = RARE;
    }
    if ((c >= 0x300 && c < 0x370) || (c >= 0x483 && c < 0x48A) || c >= 0x530)
        found.kind = RARE;
    if (found.kind == LETTER || found.kind == DIGIT) {
        found.len = (uint8_t)room->len;
        memcpy(found.folded, room->data, room->len);
    }
    *ret_c = found;
    return 0;
}

int token_table_new(bool plain, struct token_table **ret_table)
{
    struct token_table *table = mem_calloc(1, sizeof *table);
    struct buf room;
    int error = table ? 0 : E_NOMEM;
    buf_init(&room, 256);
    for (uint32_t c = 1; error == 0 && c < TABLE_CHARACTERS; c++)
        error = look_up(&room, c, &table->characters[c]);
    buf_release(&room);
    if (error < 0) {
        mem_free(table);
        return error;
    }
#if defined(__x86_64__)
    plain |= !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2");
#else
    plain = true;
#endif
    table->plain = plain;
    *ret_table = table;
    return 0;
}

void token_table_free(struct token_table *table)
{
    mem_free(table);
}

bool token_table_plain(const struct token_table *table)
{
    return table->plain;
}

/* The character at data, which is UTF-8; RARE when it is not in the table. */
static inline const struct character *character_at(const struct token_table *table,
                                                   const uint8_t *data, size_t *ret_len)
{
    static const struct character other = {.kind = OTHER}, rare = {.kind = RARE};
    static const struct character joiner = {.kind = JOINER};
    const uint8_t c = data[0];
    *ret_len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (c < 0x80)
        return &table->characters[c];
    if (c < 0xE0)
        return &table->characters[(c & 0x1F) << 6 | (data[1] & 0x3F)];
    if (c == 0xE2 && data[1] == 0x80 && data[2] >= 0x90 && data[2] <= 0xBA)
        return data[2] == 0x99 ? &joiner : &other;
    return &rare;
}

static bool is_ellipsis(const uint8_t *data, size_t len)
{
    return len == 3 && data[1] == 0x80 && data[2] == 0xA6;
}

/* A word in the making. */
struct making {
    size_t from, to; /* bytes of the text; to is 0: none yet */
    bool name;
    uint8_t last_kind;
    uint16_t len;
    uint8_t folded[(TOKEN_LEN_MAX + 4) * FOLDED_MAX + TOKEN_PADDING];
};

static int close_word(struct tokens *t, struct making *m, bool *new_sentence)
{
    if (m->to == 0)
        return 0;
    TRY(tokens_reserve(t, 1));
    uint32_t flags = (m->name ? TOKEN_NAME : 0) | (*new_sentence ? TOKEN_SENTENCE : 0);
    memset(m->folded + m->len, 0, TOKEN_PADDING);
    t->hash[t->count] = token_hash_padded(m->folded, m->len);
    t->at[t->count] = (uint32_t)m->from | flags;
    t->len[t->count++] = (uint8_t)(m->to - m->from);
    *new_sentence = false;
    m->to = 0;
    m->len = 0;
    return 0;
}

static void take(struct making *m, const struct character *c, size_t from, size_t to)
{
    if (m->to == 0) {
        m->from = from;
        m->name = c->name;
    }
    m->to = to;
    m->last_kind = c->kind;
    memcpy(m->folded + m->len, c->folded, FOLDED_MAX);
    m->len = (uint16_t)(m->len + c->len);
}

static bool joins(const struct token_table *table, struct span text, const struct making *m,
                  size_t after, size_t end)
{
    size_t len;
    return m->to != 0 && m->last_kind == LETTER && after < end &&
           character_at(table, text.data + after, &len)->kind == LETTER;
}

static int short_way(struct tokens *t, const struct token_table *table, struct span text,
                     size_t from, size_t end, bool *new_sentence)
{
    static const struct character other = {.kind = OTHER};
    static const struct character joiner = {.kind = JOINER, .len = 1, .folded = {'\''}};
    struct making m;
    size_t len;
    m.to = m.len = 0;
    for (size_t at = from; at < end; at += len) {
        const struct character *c = character_at(table, text.data + at, &len);
        if (c->kind == JOINER)
            c = joins(table, text, &m, at + len, end) ? &joiner : &other;
        if (c->kind == OTHER || (m.to != 0 && at + len - m.from > PIECE_BYTES))
            TRY(close_word(t, &m, new_sentence));
        if (c->kind != OTHER)
            take(&m, c, at, at + len);
        else if (is_ellipsis(text.data + at, len))
            *new_sentence = true;
    }
    return close_word(t, &m, new_sentence);
}

static bool is_rare(const struct token_table *table, struct span text, size_t from, size_t end)
{
    size_t len;
    for (size_t at = from; at < end; at += len) {
        if (character_at(table, text.data + at, &len)->kind == RARE)
            return true;
    }
    return false;
}

/* ’ becomes ' in place. */
static struct span with_plain_joiners(struct buf *folded)
{
    size_t to = 0;
    for (size_t i = 0; i < folded->len; i++) {
        if (i + 2 < folded->len && memcmp(folded->data + i, "\xe2\x80\x99", 3) == 0) {
            folded->data[to++] = '\'';
            i += 2;
        } else {
            folded->data[to++] = folded->data[i];
        }
    }
    return span_of(folded->data, to);
}

static int add_piece(struct tokens *t, struct span text, struct span piece, bool *new_sentence)
{
    TRY(tokens_reserve(t, 1));
    buf_reset(&t->folded);
    TRY(fold_search(piece, &t->folded));
    bool digit = piece.data[0] >= '0' && piece.data[0] <= '9';
    uint32_t flags = digit || word_is_capital(piece) ? TOKEN_NAME : 0;
    flags |= *new_sentence ? TOKEN_SENTENCE : 0;
    t->hash[t->count] = token_hash(with_plain_joiners(&t->folded));
    t->at[t->count] = (uint32_t)(piece.data - text.data) | flags;
    t->len[t->count++] = (uint8_t)piece.len;
    *new_sentence = false;
    return 0;
}

static bool has_ellipsis(struct span gap)
{
    for (size_t i = 0; i + 3 <= gap.len; i++) {
        if (memcmp(gap.data + i, "\xe2\x80\xa6", 3) == 0)
            return true;
    }
    return false;
}

static int long_way(struct tokens *t, struct span text, size_t from, size_t end, bool *new_sentence)
{
    struct span rest = span_slice(text, from, end - from), word, gap = rest;
    while (word_next(&rest, &word)) {
        gap.len = (size_t)(word.data - gap.data);
        *new_sentence |= has_ellipsis(gap);
        gap = rest;
        while (word.len > 0) {
            size_t len = word.len > TOKEN_LEN_MAX ? PIECE_BYTES : word.len;
            while (len < word.len && (word.data[len] & 0xC0) == 0x80)
                len--;
            TRY(add_piece(t, text, span_of(word.data, len), new_sentence));
            word = span_slice(word, len, word.len);
        }
    }
    *new_sentence |= has_ellipsis(gap);
    return 0;
}

int token_fold_run(struct tokens *t, const struct token_table *table, struct span text, size_t from,
                   size_t to, bool *new_sentence)
{
    if (is_rare(table, text, from, to))
        return long_way(t, text, from, to, new_sentence);
    return short_way(t, table, text, from, to, new_sentence);
}
