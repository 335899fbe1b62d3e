/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Blocking: which of the possible pairs are looked at.
 *
 * A pass is one key or two keys of different fields; records that agree on all of them are a
 * block, and the pairs of a block are candidates. A block that is too large is not dropped but cut
 * by further keys, one after the other; what is too large even then holds records that agree on
 * all of these, and each is paired with its neighbours only. A pair belongs to the first pass that
 * has it; to know that, both records' blocks are compared: each pass numbers its blocks, and holds
 * the numbers of each record's.
 *
 * The passes are chosen (block_choose.c) from what the model expects each to find: a sample of
 * matches, as sets of keys on which the two records agree, is covered greedily by what finds most
 * of those not yet found for a pair looked at, until the budget of pairs or the use is at an
 * end. */
#ifndef LINK_BLOCK_H
#define LINK_BLOCK_H

#include "base/workers.h"
#include "link/sort.h"
#include "link/universe.h"

#define LINK_PASSES_MAX 16
#define LINK_PASS_KEYS_MAX 2
#define LINK_PASS_CUTS_MAX 4
#define LINK_BLOCKS_MAX 16 /* of one record in one pass */
#define LINK_NEIGHBOURS 16 /* that a record of a block too large is paired with */

struct link_atom {
    uint8_t field, key;
};

struct link_pass {
    struct link_atom key[LINK_PASS_KEYS_MAX], cut[LINK_PASS_CUTS_MAX];
    uint8_t keys, cuts;
    uint32_t block_max; /* records; larger ones are cut */
    uint64_t pairs;     /* that it has, those of earlier passes included */
    double found;       /* the share of the matches that it is expected to find */
    double added;       /* and that no earlier pass finds */
    uint32_t blocks;    /* of two records and more */
    uint8_t slots;      /* how many of them a record is in, at most */
    unsigned from;      /* where its slots begin in a row of the plan's numbers */
};

struct link_plan {
    bool all; /* no passes: all possible pairs are candidates */
    unsigned passes;
    struct link_pass pass[LINK_PASSES_MAX];
    uint64_t pairs;  /* of all passes; those found twice are counted twice */
    double coverage; /* the share of the matches that some pass is expected to find */
    /* By place in the universe's order, width each: the numbers, from 1 to blocks, of the record's
     * blocks in each pass that is prepared; 0 where there are no more. */
    uint32_t *numbers;
    unsigned width, prepared;
};

void link_plan_init(struct link_plan *plan);
void link_plan_release(struct link_plan *plan);

/* Cuts and numbers the blocks of a pass (key, cut, block_max), counts its pairs, and adds it to a
 * plan; not when it has more pairs than pairs_max. Sorting takes up to LINK_PREPARE_BYTES.
 * E_NOMEM. */
#define LINK_PREPARE_BYTES ((size_t)256 << 20)
int link_plan_add(struct link_plan *plan, const struct link_universe *u,
                  const struct link_pass *pass, uint64_t pairs_max, struct workers *w,
                  bool *ret_added) MUST_USE;
/* Passes that are not prepared yet: a plan that was kept is known by its keys alone. */
int link_plan_prepare(struct link_plan *plan, const struct link_universe *u,
                      struct workers *w) MUST_USE;

/* The places of the records of block n are places[starts[n]] up to places[starts[n + 1]], in
 * order. */
struct link_blocks {
    uint32_t *starts, *places;
    uint32_t count; /* blocks; the first is 1 */
};
/* Of a pass that is prepared. E_NOMEM, E_TOO_LARGE. */
int link_blocks_new(const struct link_plan *plan, unsigned pass, const struct link_universe *u,
                    struct link_blocks *ret_blocks) MUST_USE;
void link_blocks_release(struct link_blocks *b);

/* Whether two rows of a pass's numbers have one in common: the lowest, or 0. */
static inline uint32_t link_blocks_common(const uint32_t *a, const uint32_t *b, unsigned slots)
{
    if (slots == 1)
        return a[0] == b[0] ? a[0] : 0;
    uint32_t lowest = 0;
    for (unsigned i = 0; i < slots && a[i] != 0; i++) {
        for (unsigned j = 0; j < slots && b[j] != 0; j++) {
            if (a[i] == b[j] && (lowest == 0 || a[i] < lowest))
                lowest = a[i];
        }
    }
    return lowest;
}

/* Bit p: both records are in one block of pass p. */
uint32_t link_plan_passes_of(const struct link_plan *plan, const struct link_universe *u,
                             uint32_t a, uint32_t b);
/* Bit f: field f is used by none of at least one of the passes. */
uint32_t link_plan_free_fields(const struct link_plan *plan, uint32_t passes);

#endif
