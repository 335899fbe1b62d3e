/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Blocking: which of the possible pairs are looked at.
 *
 * A pass is one key or two keys of different fields; records that agree on all of them are a
 * block, and the pairs of a block are candidates. A block that is too large is not dropped but cut
 * by further keys, one after the other; what is too large even then holds records that agree on
 * all of these, and each is paired with its neighbours only. A pair belongs to the first pass that
 * has it; nothing is stored to know that, both records' blocks are compared.
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
    uint32_t block_max;  /* records; larger ones are cut */
    uint64_t *too_large; /* the blocks that are cut: a hash table */
    size_t too_large_capacity;
    uint8_t slots;  /* how many blocks a record has at most */
    uint64_t pairs; /* that it has, those of earlier passes included */
    double found;   /* the share of the matches that it is expected to find */
    double added;   /* and that no earlier pass finds */
};

struct link_plan {
    bool all; /* no passes: all possible pairs are candidates */
    unsigned passes;
    struct link_pass pass[LINK_PASSES_MAX];
    uint64_t pairs;  /* of all passes; those found twice are counted twice */
    double coverage; /* the share of the matches that some pass is expected to find */
};

void link_plan_init(struct link_plan *plan);
void link_plan_release(struct link_plan *plan);

/* The blocks of a record in a pass: at most LINK_BLOCKS_MAX different hashes; how many. */
unsigned link_pass_blocks(const struct link_pass *pass, const struct link_records *r,
                          uint32_t record, uint64_t ret_blocks[LINK_BLOCKS_MAX]);
/* The records' blocks in a pass, sorted by block and then by the universe's order: those whose
 * hash's top bits (part_bits of them) are part. The caller frees *ret_entries. E_NOMEM. */
int link_pass_sort(const struct link_pass *pass, const struct link_universe *u, unsigned part_bits,
                   uint64_t part, struct workers *w, struct link_entry **ret_entries,
                   size_t *ret_count) MUST_USE;
/* In how many parts (2 to that power) a pass is sorted so that it takes no more memory. */
unsigned link_part_bits(const struct link_universe *u, size_t memory_bytes);
/* Finds the blocks that are too large, cuts them, and counts the pairs. Gives up, with pairs over
 * pairs_max, when there are more than that. */
int link_pass_prepare(struct link_pass *pass, const struct link_universe *u, unsigned part_bits,
                      uint64_t pairs_max, struct workers *w) MUST_USE;
/* Has these blocks cut, as preparing an equal pass found them. E_NOMEM. */
int link_pass_cut(struct link_pass *pass, const uint64_t *blocks, size_t count) MUST_USE;
/* Bit p: both records are in one block of pass p. */
uint32_t link_plan_passes_of(const struct link_plan *plan, const struct link_records *r, uint32_t a,
                             uint32_t b);
/* Bit f: field f is used by none of at least one of the passes. */
uint32_t link_plan_free_fields(const struct link_plan *plan, uint32_t passes);

#endif
