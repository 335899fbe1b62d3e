/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "seal/entry.h"

#include "seal/payload_internal.h"

#define KIB 1024u
#define TEXT_BUCKETS 4 /* the buckets for text; quarter steps follow */

static void put(uint8_t **at, const void *bytes, size_t len)
{
    memcpy(*at, bytes, len);
    *at += len;
}

void entry_header_write(const struct entry_header *header, uint8_t out[ENTRY_HEADER_BYTES])
{
    uint8_t *at = out;
    *at++ = ENTRY_VERSION;
    put(&at, header->id, sizeof header->id);
    put(&at, header->tag, sizeof header->tag);
    put(&at, header->erase_tag, sizeof header->erase_tag);
    for (int shift = 24; shift >= 0; shift -= 8)
        *at++ = (uint8_t)(header->day >> shift);
    *at++ = header->bucket;
    ASSERT(at == out + ENTRY_HEADER_BYTES);
}

int entry_header_read(struct span bytes, struct entry_header *ret_header)
{
    struct entry_header header;
    struct cursor c;
    cursor_init(&c, bytes);
    uint8_t version = cursor_u8(&c);
    REJECT_IF(!c.failed && version != ENTRY_VERSION, E_VERSION);
    cursor_copy(&c, header.id, sizeof header.id);
    cursor_copy(&c, header.tag, sizeof header.tag);
    cursor_copy(&c, header.erase_tag, sizeof header.erase_tag);
    header.day = cursor_u32(&c);
    header.bucket = cursor_u8(&c);
    TRY(cursor_end(&c));
    REJECT_IF(header.bucket > ENTRY_BUCKET_MAX, E_FORMAT);
    *ret_header = header;
    return 0;
}

void entry_leaf_write(const struct entry_leaf *leaf, uint8_t out[ENTRY_LEAF_BYTES])
{
    uint8_t *at = out;
    *at++ = ENTRY_VERSION;
    put(&at, leaf->id, sizeof leaf->id);
    put(&at, leaf->header.bytes, HASH_BYTES);
    put(&at, leaf->sealed.bytes, HASH_BYTES);
    put(&at, leaf->commitment.bytes, HASH_BYTES);
    ASSERT(at == out + ENTRY_LEAF_BYTES);
}

int entry_leaf_read(struct span bytes, struct entry_leaf *ret_leaf)
{
    struct entry_leaf leaf;
    struct cursor c;
    cursor_init(&c, bytes);
    uint8_t version = cursor_u8(&c);
    REJECT_IF(!c.failed && version != ENTRY_VERSION, E_VERSION);
    cursor_copy(&c, leaf.id, sizeof leaf.id);
    cursor_copy(&c, leaf.header.bytes, HASH_BYTES);
    cursor_copy(&c, leaf.sealed.bytes, HASH_BYTES);
    cursor_copy(&c, leaf.commitment.bytes, HASH_BYTES);
    TRY(cursor_end(&c));
    *ret_leaf = leaf;
    return 0;
}

struct hash entry_commitment(const uint8_t k_com[HASH_BYTES], const uint8_t id[ENTRY_ID_BYTES],
                             const struct hash *content)
{
    uint8_t message[ENTRY_ID_BYTES + HASH_BYTES];
    memcpy(message, id, ENTRY_ID_BYTES);
    memcpy(message + ENTRY_ID_BYTES, content->bytes, HASH_BYTES);
    return hash_hmac(k_com, span_of(message, sizeof message));
}

uint64_t entry_bucket_bytes(uint8_t bucket)
{
    ASSERT(bucket <= ENTRY_BUCKET_MAX);
    if (bucket < TEXT_BUCKETS)
        return (uint64_t)16 * KIB << (2 * bucket);
    unsigned quarter = (bucket - TEXT_BUCKETS) % 4u, power = (bucket - TEXT_BUCKETS) / 4u;
    return (uint64_t)(5 + quarter) << (18 + power);
}

int entry_bucket_for(uint64_t content_bytes)
{
    for (uint8_t bucket = 0; bucket <= ENTRY_BUCKET_MAX; bucket++) {
        if (content_bytes <= entry_bucket_bytes(bucket))
            return bucket;
    }
    return -1;
}

uint64_t entry_sealed_bytes(uint8_t bucket)
{
    uint64_t padded = entry_bucket_bytes(bucket);
    uint64_t chunks = (padded + PAYLOAD_CHUNK_BYTES - 1) / PAYLOAD_CHUNK_BYTES;
    return PAYLOAD_CHUNKS_AT + padded + chunks * PAYLOAD_CHUNK_EXTRA_BYTES;
}

int entry_check(struct span header, struct span leaf, struct span sealed, struct problem *problem)
{
    struct entry_header h;
    struct entry_leaf l;
    int error = entry_header_read(header, &h);
    if (error)
        return problem_set(problem, error, "the entry's header cannot be read");
    error = entry_leaf_read(leaf, &l);
    if (error)
        return problem_set(problem, error, "the entry's leaf cannot be read");
    if (memcmp(h.id, l.id, ENTRY_ID_BYTES) != 0)
        return problem_set(problem, E_PROOF, "the leaf is of another entry than the header");
    struct hash hash = hash_sha256(header);
    if (!hash_equal(&hash, &l.header))
        return problem_set(problem, E_PROOF, "the header is not the one that the leaf names");
    hash = hash_sha256(sealed);
    if (!hash_equal(&hash, &l.sealed))
        return problem_set(problem, E_PROOF, "the sealed bytes are not those that the leaf names");
    if (sealed.len == 0 || sealed.data[0] != SEAL_SUITE)
        return problem_set(problem, E_VERSION, "the entry is sealed with an unknown suite");
    if (sealed.len != entry_sealed_bytes(h.bucket))
        return problem_set(problem, E_PROOF, "the sealed bytes are not of the header's size");
    return 0;
}
