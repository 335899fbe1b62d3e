/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What two documents have in common besides running wording: the same words, the same names and
 * numbers, quotation marks. The insides of pair.h. */
#ifndef ORIGINS_PAIR_KIND_H
#define ORIGINS_PAIR_KIND_H

#include "origins/align.h"
#include "origins/passage.h"

/* A hash table of words, to count with. */
struct pair_words {
    uint32_t *words, *uses;
    size_t size;
};
void pair_words_release(struct pair_words *t);

/* How many words of the one stretch are in the other too, each as often as it is there. E_NOMEM. */
int pair_count_same(struct pair_words *t, const struct token_view *a, struct align_range in_a,
                    const struct token_view *b, struct align_range in_b,
                    uint32_t *ret_same) MUST_USE;
/* Whether they are on one event: most of the names and numbers of the one are in the other, and
 * there are several that are not common. E_NOMEM. */
int pair_same_event(struct pair_words *t, const struct token_view *a, const struct token_view *b,
                    bool *ret_same) MUST_USE;
/* Whether a name or number of the one stretch is in the other; for short stretches. */
bool pair_common_name(const struct token_view *a, struct align_range in_a,
                      const struct token_view *b, struct align_range in_b);
/* Whether a quotation mark is within the bytes or next to them. */
bool pair_quotation_mark(struct span text, size_t from, size_t to);

enum relation pair_relation(double a_shared, double b_shared, double same, bool same_event);

#endif
