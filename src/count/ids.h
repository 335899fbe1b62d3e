/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Texts to numbers: the first text is 0, the next new one 1, and so on. Exact: texts are compared,
 * not only their hashes. Open addressing; at most about 24 bytes a text besides the text itself.
 * The hash takes a seed that whoever wrote the file cannot know, so that no file makes it slow.
 * Not for threads. */
#ifndef COUNT_IDS_H
#define COUNT_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define COUNT_IDS_MAX 100000000u
#define COUNT_ID_MAX_BYTES 1024

struct count_ids {
    uint64_t seed;
    uint64_t *slots; /* the hash's upper half, then the number + 1; 0 is free */
    uint32_t slot_mask;
    uint32_t count, capacity;
    uint64_t *places; /* of each text in the blocks */
    uint8_t **blocks;
    uint32_t block_count;
    uint32_t block_used;
};

/* Takes no memory yet. */
void count_ids_init(struct count_ids *ids, uint64_t seed);
void count_ids_release(struct count_ids *ids);
/* The text's number; *ret_new says whether it was not there before. E_TOO_LARGE: the text is longer
 * than COUNT_ID_MAX_BYTES, or there are COUNT_IDS_MAX. E_NOMEM. */
int count_ids_put(struct count_ids *ids, struct span text, uint32_t *ret_number,
                  bool *ret_new) MUST_USE;
bool count_ids_find(const struct count_ids *ids, struct span text, uint32_t *ret_number);
/* Until the next put. */
struct span count_ids_text(const struct count_ids *ids, uint32_t number);

/* A set of numbers below 2^63, for "was this pair there already". Same construction. */
struct count_keys {
    uint64_t seed;
    uint64_t *slots; /* the key + 1 */
    uint64_t slot_mask, count;
};
void count_keys_init(struct count_keys *keys, uint64_t seed);
void count_keys_release(struct count_keys *keys);
/* E_NOMEM. */
int count_keys_put(struct count_keys *keys, uint64_t key, bool *ret_new) MUST_USE;
/* Goes through all keys in no order of meaning: *at from 0 on. */
bool count_keys_next(const struct count_keys *keys, uint64_t *at, uint64_t *ret_key);

#endif
