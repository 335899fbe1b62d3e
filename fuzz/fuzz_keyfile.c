/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Key files, with the passphrase of docs/crypto.md's vectors. Limits that a reader accepts become
 * the least ones here: Argon2id at its most would take seconds and a gibibyte. */
#include <string.h>

#include "fuzz.h"
#include "seal/member.h"

#define LIMITS_AT 5
#define PASSPHRASE "seven calm herons by the lake"

/* 1 to 4 and 8,192 to 2^30 are accepted. */
static void make_cheap(uint8_t file[KEYFILE_BYTES])
{
    static const uint8_t least[16] = {[7] = 1, [14] = 0x20};
    struct cursor c;
    cursor_init(&c, span_of(file + LIMITS_AT, sizeof least));
    uint64_t opslimit = cursor_u64(&c), memlimit = cursor_u64(&c);
    if (opslimit >= 1 && opslimit <= 4 && memlimit >= 8192 && memlimit <= 1u << 30)
        memcpy(file + LIMITS_AT, least, sizeof least);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t file[KEYFILE_BYTES], organisation[32], sign_key[SIGN_KEY_BYTES];
    struct member_keys *keys;
    if (seal_init() < 0)
        return 0;
    int peeked = keyfile_peek(span_of(data, size), organisation, sign_key);
    ASSERT((peeked == 0) <= (size == KEYFILE_BYTES));
    if (size != KEYFILE_BYTES)
        return 0;
    memcpy(file, data, size);
    make_cheap(file);
    int error = keyfile_open(span_of(file, size), span_text(PASSPHRASE), NULL, &keys, NULL);
    ASSERT(error || !peeked);
    if (!error)
        member_keys_free(keys);
    return 0;
}
