/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Rosters. The first byte says how: an even one, the rest is a chain as bytes; an odd one, the rest
 * is entries' kinds, days and fields, which a founder signs one after another. What was taken is
 * written and read again. */
#include <string.h>

#include "fuzz.h"
#include "seal/roster.h"

#define CHAIN_MAX_BYTES (1u << 20)

static const char prefix[] = "vouchsafe/roster/1\n";
static const uint8_t founder_seed[32] = {1};

static void read_again(const struct roster *roster)
{
    struct buf bytes, again;
    struct roster *back;
    buf_init(&bytes, CHAIN_MAX_BYTES);
    buf_init(&again, CHAIN_MAX_BYTES);
    roster_chain_write(roster, &bytes);
    int error = roster_chain_read(buf_bytes(&bytes), &back, NULL);
    ASSERT(!error);
    roster_chain_write(back, &again);
    ASSERT(span_equal(buf_bytes(&bytes), buf_bytes(&again)));
    ASSERT(roster_intakes(back) + roster_members(back) == roster_count(back));
    roster_free(back);
    buf_release(&bytes);
    buf_release(&again);
}

static void as_it_is(struct span bytes)
{
    struct roster *roster;
    struct problem problem = {0};
    if (roster_chain_read(bytes, &roster, &problem) < 0) {
        ASSERT(problem.text[0]);
        return;
    }
    read_again(roster);
    roster_free(roster);
}

/* An entry that follows, by docs/crypto.md. */
static void sign_entry(const struct roster *roster, struct cursor *c, const struct sign_pair *pair,
                       struct buf *out)
{
    uint8_t signature[SIGN_BYTES];
    struct hash previous = {0};
    size_t count = roster_count(roster);
    if (count)
        previous = hash_sha256(roster_entry(roster, count - 1));
    buf_text(out, prefix);
    buf_u8(out, 1);
    buf_u8(out, cursor_u8(c));
    buf_u32(out, (uint32_t)count);
    buf_put(out, previous.bytes, HASH_BYTES);
    buf_u32(out, cursor_u32(c));
    struct span fields = cursor_block16(c, UINT16_MAX);
    buf_u32(out, (uint32_t)fields.len);
    buf_span(out, fields);
    sign_make(pair, buf_bytes(out), signature);
    buf_u8(out, 1);
    buf_put(out, pair->public_key, SIGN_KEY_BYTES);
    buf_put(out, signature, sizeof signature);
}

static void crafted(struct span bytes)
{
    struct roster *roster = roster_new();
    struct sign_pair pair;
    struct cursor c;
    sign_pair_of_seed(founder_seed, &pair);
    cursor_init(&c, bytes);
    while (roster && cursor_left(&c)) {
        struct buf entry;
        size_t count = roster_count(roster);
        buf_init(&entry, CHAIN_MAX_BYTES);
        sign_entry(roster, &c, &pair, &entry);
        size_t start = sizeof prefix - 1;
        int error = roster_add(roster, span_slice(buf_bytes(&entry), start, entry.len), NULL);
        ASSERT(roster_count(roster) == count + (error == 0));
        buf_release(&entry);
    }
    if (roster && roster_count(roster))
        read_again(roster);
    roster_free(roster);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || seal_init() < 0)
        return 0;
    struct span rest = span_of(data + 1, size - 1);
    if (data[0] % 2 == 0)
        as_it_is(rest);
    else
        crafted(rest);
    return 0;
}
