/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/pair_kind.h"

#include <string.h>

#include "base/mem.h"
#include "origins/seed_rarity.h"
#include "text/utf8.h"

#define NAME_RARITY_MIN (10 * SEED_RARITY_BIT)
#define EVENT_NAMES_MIN 4
#define EVENT_SHARE 0.5
#define COPY_SHARED 0.6
#define COPY_SAME 0.9
#define REWRITTEN_SHARED 0.5
#define MARK_REACH 4 /* bytes around a stretch where its mark may stand */

void pair_words_release(struct pair_words *t)
{
    mem_free(t->words);
    mem_free(t->uses);
    *t = (struct pair_words){.size = 0};
}

/* Empty, with room for that many. Returns what to mask hashes with. */
static int clear_table(struct pair_words *t, size_t words, size_t *ret_mask)
{
    size_t size = 64;
    while (size < 2 * words)
        size *= 2;
    if (t->size < size) {
        pair_words_release(t);
        t->words = mem_alloc(size * sizeof *t->words);
        t->uses = mem_alloc(size * sizeof *t->uses);
        if (!t->words || !t->uses) {
            pair_words_release(t);
            return E_NOMEM;
        }
        t->size = size;
    }
    memset(t->uses, 0, size * sizeof *t->uses);
    *ret_mask = size - 1;
    return 0;
}

static uint32_t *uses_of(struct pair_words *t, size_t mask, uint32_t word)
{
    size_t at = word & mask;
    while (t->uses[at] != 0 && t->words[at] != word)
        at = (at + 1) & mask;
    t->words[at] = word;
    return &t->uses[at];
}

int pair_count_same(struct pair_words *t, const struct token_view *a, struct align_range in_a,
                    const struct token_view *b, struct align_range in_b, uint32_t *ret_same)
{
    size_t mask;
    uint32_t same = 0;
    TRY(clear_table(t, in_b.to - in_b.from, &mask));
    for (uint32_t i = in_b.from; i < in_b.to; i++) {
        uint32_t *uses = uses_of(t, mask, b->hash[i]);
        *uses = *uses == 0 ? 2 : *uses + 1; /* 1: used up, but there */
    }
    for (uint32_t i = in_a.from; i < in_a.to; i++) {
        uint32_t *uses = uses_of(t, mask, a->hash[i]);
        if (*uses > 1) {
            --*uses;
            same++;
        }
    }
    *ret_same = same;
    return 0;
}

/* At the beginning of a sentence a capital says nothing. */
static bool is_name(const struct token_view *v, uint32_t i)
{
    return (v->at[i] & (TOKEN_NAME | TOKEN_SENTENCE)) == TOKEN_NAME &&
           v->rarity[i] >= NAME_RARITY_MIN;
}

int pair_same_event(struct pair_words *t, const struct token_view *a, const struct token_view *b,
                    bool *ret_same)
{
    size_t mask;
    uint64_t all[2] = {0, 0}, shared = 0, names = 0;
    TRY(clear_table(t, (size_t)a->count + b->count, &mask));
    for (uint32_t i = 0; i < a->count; i++) {
        uint32_t *uses = is_name(a, i) ? uses_of(t, mask, a->hash[i]) : NULL;
        if (uses && *uses == 0) {
            *uses = 1;
            all[0] += a->rarity[i];
        }
    }
    for (uint32_t i = 0; i < b->count; i++) {
        uint32_t *uses = is_name(b, i) ? uses_of(t, mask, b->hash[i]) : NULL;
        if (!uses || *uses >= 2)
            continue;
        all[1] += b->rarity[i];
        names += *uses == 1;
        shared += *uses == 1 ? b->rarity[i] : 0;
        *uses = 2;
    }
    uint64_t fewer = all[0] < all[1] ? all[0] : all[1];
    *ret_same = names >= EVENT_NAMES_MIN && (double)shared >= EVENT_SHARE * (double)fewer;
    return 0;
}

bool pair_common_name(const struct token_view *a, struct align_range in_a,
                      const struct token_view *b, struct align_range in_b)
{
    for (uint32_t i = in_a.from; i < in_a.to; i++) {
        for (uint32_t k = in_b.from; is_name(a, i) && k < in_b.to; k++) {
            if (a->hash[i] == b->hash[k])
                return true;
        }
    }
    return false;
}

static bool is_mark(uint32_t c)
{
    return c == '"' || c == 0xAB || c == 0xBB || (c >= 0x201C && c <= 0x201F) || c == 0x2039 ||
           c == 0x203A || (c >= 0x300C && c <= 0x300F);
}

bool pair_quotation_mark(struct span text, size_t from, size_t to)
{
    from -= from < MARK_REACH ? from : MARK_REACH;
    struct span rest = span_slice(text, from, to - from + MARK_REACH);
    while (rest.len > 0) {
        if (is_mark(utf8_next(&rest)))
            return true;
    }
    return false;
}

enum relation pair_relation(double a_shared, double b_shared, double same, bool same_event)
{
    double more = a_shared > b_shared ? a_shared : b_shared;
    if (more >= COPY_SHARED && same >= COPY_SAME)
        return RELATION_COPY;
    if (more >= REWRITTEN_SHARED)
        return RELATION_REWRITTEN;
    return same_event ? RELATION_EVENT : RELATION_PASSAGES;
}
