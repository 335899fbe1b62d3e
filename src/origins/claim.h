/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Counted claims in one document: how many of what, said by whom, how firmly.
 *
 * "More than 100 men were detained, Open Door Karsk said that Tolma Lawyers had reported" is
 * {more than 100; men detained; firm; Tolma Lawyers <- Open Door Karsk}. */
#ifndef ORIGINS_CLAIM_H
#define ORIGINS_CLAIM_H

#include "origins/quote.h"

enum claim_bound {
    CLAIM_EXACTLY,
    CLAIM_AT_LEAST,
    CLAIM_ABOUT,
    CLAIM_MORE_THAN,
    CLAIM_FEWER_THAN,
    CLAIM_AT_MOST,
    CLAIM_RANGE,
    CLAIM_NONE, /* "nobody was detained": low and high are 0 */
};

#define CLAIM_CHAIN_MAX 4

struct claim {
    struct stretch sentence;
    struct stretch number; /* the words of the number, with its bound */
    enum claim_bound bound;
    int64_t low, high;   /* both the number, but for a range: its ends; of "hundreds": the least and
                        * most that it can mean */
    struct stretch what; /* counted: "men", "homosexuals" */
    struct stretch act;  /* what befell them: "were detained"; may be empty */
    const char *act_kind; /* the section's word for it, the same in all languages: detained, killed,
                           * tortured, missing, injured, displaced, released, present; or NULL */
    bool hedged;          /* reportedly, allegedly, unconfirmed */
    bool denied;          /* the sentence says that it is not so */
    uint32_t quote;       /* within this quotation, or UINT32_MAX */
    unsigned chain_count; /* who is said to have said it, the nearest to the document first */
    struct stretch chain[CLAIM_CHAIN_MAX];
};

struct claims {
    struct claim *claims; /* by number.from */
    size_t count;
};

/* quotes are those of the text. E_NOMEM. */
int claims_find(struct span text, const struct language *language, const struct quotes *quotes,
                struct arena *arena, struct claims *ret_claims) MUST_USE;

#endif
