/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/differ.h"

#include <string.h>

#include "base/error.h"
#include "text/fold.h"
#include "text/utf8.h"

#define FOLDED_BYTES_MAX (64u << 10)
#define ISLAND_MAX 1 /* so few letters between two differences are no common ground */

struct letters {
    size_t count;
    uint32_t at[LINK_DIFFER_MAX];
    size_t start[LINK_DIFFER_MAX + 1]; /* in bytes; [count] is where they end */
    bool shared[LINK_DIFFER_MAX];
};

static void read_letters(struct span text, struct letters *l)
{
    struct span rest = text;
    l->count = 0;
    while (rest.len > 0 && l->count < LINK_DIFFER_MAX) {
        l->start[l->count] = text.len - rest.len;
        l->shared[l->count] = false;
        l->at[l->count++] = utf8_next(&rest);
    }
    l->start[l->count] = text.len - rest.len;
}

static uint8_t least(uint8_t a, uint8_t b, uint8_t c)
{
    uint8_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

static void find_shared(struct letters *a, struct letters *b)
{
    /* Of what is left from (i, j) on. */
    uint8_t edits[LINK_DIFFER_MAX + 1][LINK_DIFFER_MAX + 1];
    for (size_t i = a->count + 1; i-- > 0;) {
        for (size_t j = b->count + 1; j-- > 0;) {
            if (i == a->count || j == b->count)
                edits[i][j] = (uint8_t)(a->count - i + b->count - j);
            else if (a->at[i] == b->at[j])
                edits[i][j] = edits[i + 1][j + 1];
            else
                edits[i][j] =
                    (uint8_t)(1 + least(edits[i + 1][j + 1], edits[i + 1][j], edits[i][j + 1]));
        }
    }
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        uint8_t left = edits[i][j];
        if (a->at[i] == b->at[j])
            a->shared[i++] = b->shared[j++] = true;
        else if (left == edits[i + 1][j + 1] + 1)
            i++, j++;
        else if (left == edits[i + 1][j] + 1)
            i++;
        else
            j++;
    }
}

/* Runs of shared letters stand in both in the same order: one is an island when in either text it
 * has a difference on both sides. */
static size_t drop_islands(struct letters *a, struct letters *b)
{
    size_t kept = 0;
    for (size_t i = 0, j = 0;;) {
        size_t skipped_a = i, skipped_b = j;
        while (i < a->count && !a->shared[i])
            i++;
        while (j < b->count && !b->shared[j])
            j++;
        if (i == a->count)
            return kept;
        bool before = i > skipped_a || j > skipped_b;
        size_t run = 0;
        while (i + run < a->count && j + run < b->count && a->shared[i + run] && b->shared[j + run])
            run++;
        bool behind = i + run < a->count || j + run < b->count;
        bool island = run <= ISLAND_MAX && before && behind;
        for (size_t k = 0; k < run && island; k++)
            a->shared[i + k] = b->shared[j + k] = false;
        kept += island ? 0 : run;
        i += run;
        j += run;
    }
}

static void add_piece(struct link_piece *pieces, size_t *count, struct span text, bool differs)
{
    if (*count > 0 && pieces[*count - 1].differs == differs)
        pieces[*count - 1].text.len += text.len;
    else
        pieces[(*count)++] = (struct link_piece){text, differs};
}

/* Walks both texts over their shared runs. */
static void cut(struct span text, const struct letters *l, const struct letters *other,
                struct link_piece *pieces, size_t *count)
{
    size_t i = 0, j = 0;
    for (;;) {
        size_t from = i, other_from = j;
        while (i < l->count && !l->shared[i])
            i++;
        while (j < other->count && !other->shared[j])
            j++;
        if (i > from || j > other_from)
            add_piece(pieces, count, span_slice(text, l->start[from], l->start[i] - l->start[from]),
                      true);
        if (i == l->count)
            break;
        add_piece(pieces, count, span_slice(text, l->start[i], l->start[i + 1] - l->start[i]),
                  false);
        i++;
        j++;
    }
    if (l->start[l->count] < text.len)
        add_piece(pieces, count, span_slice(text, l->start[l->count], text.len), true);
}

bool link_differ(struct span a, struct span b, struct link_piece ret_a[LINK_PIECES_MAX],
                 size_t *ret_a_count, struct link_piece ret_b[LINK_PIECES_MAX], size_t *ret_b_count)
{
    struct letters of_a, of_b;
    read_letters(a, &of_a);
    read_letters(b, &of_b);
    find_shared(&of_a, &of_b);
    size_t shared = drop_islands(&of_a, &of_b);
    *ret_a_count = *ret_b_count = 0;
    if (shared == 0 || 2 * shared < of_a.count || 2 * shared < of_b.count) {
        add_piece(ret_a, ret_a_count, a, true);
        add_piece(ret_b, ret_b_count, b, true);
        return false;
    }
    cut(a, &of_a, &of_b, ret_a, ret_a_count);
    cut(b, &of_b, &of_a, ret_b, ret_b_count);
    return true;
}

bool link_level_differs(const char *level)
{
    return strcmp(level, "the same") != 0 && strcmp(level, "another form of it") != 0;
}

int link_differ_how(struct span a, struct span b, enum link_sameness *ret_how)
{
    *ret_how = LINK_SAME_TEXT;
    if (span_equal(a, b))
        return 0;
    struct buf folded_a, folded_b;
    buf_init(&folded_a, FOLDED_BYTES_MAX);
    buf_init(&folded_b, FOLDED_BYTES_MAX);
    int error = fold_search(a, &folded_a);
    if (error == 0)
        error = fold_search(b, &folded_b);
    bool alike = error == 0 && span_equal(buf_bytes(&folded_a), buf_bytes(&folded_b));
    *ret_how = alike ? LINK_SAME_BUT_FORM : LINK_OTHER_TEXT;
    buf_wipe_release(&folded_a);
    buf_wipe_release(&folded_b);
    return error == E_NOMEM ? E_NOMEM : 0;
}
