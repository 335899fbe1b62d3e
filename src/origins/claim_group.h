/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The same claim in several documents, with where it comes from, and other figures on the same
 * beside it.
 *
 * Two tellings are one claim when the number and what befell people are the same, and both are
 * about one place: the sentence or the title has a name in common, and the documents are at most
 * CLAIM_DAYS_APART days apart. They are compared with the first tellings of a claim, never chained
 * from one to the next. */
#ifndef ORIGINS_CLAIM_GROUP_H
#define ORIGINS_CLAIM_GROUP_H

#include "origins/means.h"
#include "origins/origin.h"

#define CLAIM_DAYS_APART 60
#define CLAIM_BESIDE_MAX 32 /* kept for a claim */

struct claim_beside {
    uint32_t group;
    bool contradicts; /* both cannot be so */
};

struct claim_group {
    const struct telling **tellings; /* the earliest first */
    size_t count;
    enum claim_bound bound; /* of the earliest */
    int64_t low, high;
    const char *act_kind;
    bool denied; /* they say that it is not so */
    struct origin origin;
    struct claim_beside *beside; /* by group */
    uint32_t beside_count;
};

struct claim_groups {
    struct claim_group *groups; /* most documents first, then the earliest */
    size_t count;
    struct arena arena;
};

/* The tellings must live as long. E_NOMEM, E_STOPPED. */
int claim_groups_make(struct origin_index *index, const struct corpus *corpus,
                      const struct tellings *tellings, const struct origins_means *means,
                      struct claim_groups *ret_groups) MUST_USE;
void claim_groups_release(struct claim_groups *g);

#endif
