/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which pairs of records there are at all, and in which order everything looks at them.
 *
 * The possible pairs are those within lists, between lists, or both; a list known to hold each
 * person once has none within itself. Their number is the universe of the model: the share of
 * matches is a share of it.
 *
 * The order of the rows in the files must change no result. So all work follows an order of the
 * records by what they hold; records that hold the same are as good as each other. */
#ifndef LINK_UNIVERSE_H
#define LINK_UNIVERSE_H

#include "link/records.h"

#define LINK_WITHIN 1u  /* pairs of one list */
#define LINK_BETWEEN 2u /* pairs of two lists */

struct link_universe {
    const struct link_records *records;
    uint32_t count; /* of records */
    bool between;
    bool within[LINK_LISTS_MAX]; /* by list */
    bool every;                  /* two records may always be a pair */
    uint32_t *order;             /* record numbers, in the order of what they hold */
    uint32_t *rank;              /* by record: its place in order */
    uint8_t *list;               /* by record */
    uint64_t pairs;              /* that are possible */
};

/* scope: LINK_WITHIN, LINK_BETWEEN or both. The records must outlive it. E_NOMEM. */
int link_universe_init(struct link_universe *u, const struct link_records *r,
                       unsigned scope) MUST_USE;
void link_universe_release(struct link_universe *u);

/* How many possible pairs there are among so many records of each list. */
uint64_t link_universe_pairs_of(const struct link_universe *u,
                                const uint32_t counts[LINK_LISTS_MAX]);

static inline bool link_universe_has(const struct link_universe *u, uint32_t a, uint32_t b)
{
    unsigned list = u->list[a];
    return list == u->list[b] ? u->within[list] : u->between;
}

/* Scrambles a number (the finalizer of MurmurHash3, Appleby): for hashes that nobody attacks. */
static inline uint64_t link_mix(uint64_t x)
{
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdu;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53u;
    return x ^ (x >> 33);
}

#endif
