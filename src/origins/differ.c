/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/differ.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "text/fold.h"
#include "text/word.h"

#define FOLDED_BYTES_MAX (1u << 20)

struct place {
    uint32_t from, to;
    uint64_t hash;
    bool common;
};

struct side {
    struct span text;
    struct place *words;
    uint32_t count;
};

static int hash_word(struct span word, struct buf *folded, uint64_t *ret_hash)
{
    uint64_t hash = 14695981039346656037u;
    buf_reset(folded);
    int error = fold_search(word, folded);
    REJECT_IF(error == E_NOMEM, error);
    struct span bytes = folded->len > 0 ? buf_bytes(folded) : word;
    for (size_t i = 0; i < bytes.len; i++)
        hash = (hash ^ bytes.data[i]) * 1099511628211u;
    *ret_hash = hash;
    return 0;
}

static int read_words(struct side *s, struct arena *arena)
{
    struct buf folded CLEANUP(buf_release);
    struct span rest = s->text, word;
    buf_init(&folded, FOLDED_BYTES_MAX);
    s->words = arena_alloc(arena, DIFFER_WORDS_MAX * sizeof *s->words);
    REJECT_IF(!s->words, E_NOMEM);
    while (s->count < DIFFER_WORDS_MAX && word_next(&rest, &word)) {
        struct place *p = &s->words[s->count++];
        p->from = (uint32_t)(word.data - s->text.data);
        p->to = p->from + (uint32_t)word.len;
        TRY(hash_word(word, &folded, &p->hash));
    }
    return 0;
}

/* lengths[i][j]: of the words from i of a and from j of b on. */
static void fill(const struct side *a, const struct side *b, uint16_t *lengths)
{
    size_t row = b->count + 1;
    for (size_t i = a->count; i-- > 0;) {
        for (size_t j = b->count; j-- > 0;) {
            uint16_t down = lengths[(i + 1) * row + j], right = lengths[i * row + j + 1];
            uint16_t longer = down > right ? down : right;
            if (a->words[i].hash == b->words[j].hash)
                longer = (uint16_t)(lengths[(i + 1) * row + j + 1] + 1);
            lengths[i * row + j] = longer;
        }
    }
}

static int mark_common(struct side *a, struct side *b)
{
    size_t row = b->count + 1, i = 0, j = 0;
    uint16_t *lengths = mem_calloc((a->count + 1) * row, sizeof *lengths);
    REJECT_IF(!lengths, E_NOMEM);
    fill(a, b, lengths);
    while (i < a->count && j < b->count) {
        if (a->words[i].hash == b->words[j].hash)
            a->words[i++].common = b->words[j++].common = true;
        else if (lengths[(i + 1) * row + j] >= lengths[i * row + j + 1])
            i++;
        else
            j++;
    }
    mem_free(lengths);
    return 0;
}

static int make_pieces(const struct side *s, struct arena *arena, struct differ_side *ret_side)
{
    struct differ_side made = {.count = 0};
    uint32_t at = 0, i = 0;
    made.pieces = arena_alloc(arena, (2 * (size_t)s->count + 2) * sizeof *made.pieces);
    REJECT_IF(!made.pieces, E_NOMEM);
    while (i < s->count) {
        uint32_t begin = i;
        bool common = s->words[i].common;
        while (i < s->count && s->words[i].common == common)
            i++;
        uint32_t from = common ? at : s->words[begin].from;
        uint32_t to = s->words[i - 1].to;
        if (from > at)
            made.pieces[made.count++] =
                (struct differ_piece){span_slice(s->text, at, from - at), 0, false};
        if (common && i < s->count)
            to = s->words[i].from;
        made.pieces[made.count++] =
            (struct differ_piece){span_slice(s->text, from, to - from), i - begin, !common};
        at = to;
    }
    if (at < s->text.len)
        made.pieces[made.count++] =
            (struct differ_piece){span_slice(s->text, at, s->text.len - at), 0, false};
    *ret_side = made;
    return 0;
}

int differ_words(struct span a, struct span b, struct arena *arena, struct differ_side *ret_a,
                 struct differ_side *ret_b)
{
    struct side of_a = {.text = a}, of_b = {.text = b};
    TRY(read_words(&of_a, arena));
    TRY(read_words(&of_b, arena));
    TRY(mark_common(&of_a, &of_b));
    TRY(make_pieces(&of_a, arena, ret_a));
    return make_pieces(&of_b, arena, ret_b);
}
