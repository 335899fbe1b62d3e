/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Entries: the header, the leaf, and the buckets that sizes are padded to.
 * docs/crypto.md, "Entries". */
#ifndef SEAL_ENTRY_H
#define SEAL_ENTRY_H

#include "base/buf.h"
#include "seal/hash.h"

#define ENTRY_VERSION 1
#define ENTRY_ID_BYTES 16
#define ENTRY_TAG_BYTES 16
#define ENTRY_HEADER_BYTES 54
#define ENTRY_LEAF_BYTES 113
#define ENTRY_BUCKET_MAX 43

struct entry_header {
    uint8_t id[ENTRY_ID_BYTES];
    uint8_t tag[ENTRY_TAG_BYTES];
    uint8_t erase_tag[ENTRY_TAG_BYTES];
    uint32_t day;
    uint8_t bucket;
};

struct entry_leaf {
    uint8_t id[ENTRY_ID_BYTES];
    struct hash header, sealed, commitment;
};

void entry_header_write(const struct entry_header *header, uint8_t out[ENTRY_HEADER_BYTES]);
/* E_FORMAT, E_VERSION. */
int entry_header_read(struct span bytes, struct entry_header *ret_header) MUST_USE;
void entry_leaf_write(const struct entry_leaf *leaf, uint8_t out[ENTRY_LEAF_BYTES]);
int entry_leaf_read(struct span bytes, struct entry_leaf *ret_leaf) MUST_USE;
struct hash entry_commitment(const uint8_t k_com[HASH_BYTES], const uint8_t id[ENTRY_ID_BYTES],
                             const struct hash *content);

/* The smallest bucket that holds so many bytes; -1 when none does. */
int entry_bucket_for(uint64_t content_bytes);
/* The padded content's size. bucket <= ENTRY_BUCKET_MAX. */
uint64_t entry_bucket_bytes(uint8_t bucket);
/* The sealed size for a bucket: the same for payloads and answers. */
uint64_t entry_sealed_bytes(uint8_t bucket);

/* Checks what anybody can check of an entry: header and leaf are well-formed and agree with each
 * other and with the sealed bytes (id, hashes, size). E_FORMAT, E_VERSION, E_PROOF. */
int entry_check(struct span header, struct span leaf, struct span sealed,
                struct problem *problem) MUST_USE;

#endif
