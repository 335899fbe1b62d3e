/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Numbers as people write them: 1,200; twenty-five; a hundred and twenty; 40 to 50; dozens; at
 * least 40; 40 or more. */
#ifndef ORIGINS_CLAIM_NUMBER_H
#define ORIGINS_CLAIM_NUMBER_H

#include "origins/claim.h"
#include "origins/claim_words.h"

struct claim_number {
    size_t from, to;    /* words, with the bound */
    size_t number_from; /* the number's own first word */
    enum claim_bound bound;
    int64_t low, high;
};

/* The number that begins at that word, which is within a sentence that ends before end; false when
 * there is none. */
bool claim_number_at(const struct claim_words *w, size_t word, size_t end,
                     struct claim_number *ret_number);

#endif
