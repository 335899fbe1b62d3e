/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Roster entries for tests, made part by part: each part may be another than it must be. */
#ifndef TESTS_SEAL_CHAIN_H
#define TESTS_SEAL_CHAIN_H

#include "seal/roster_sign.h"
#include "sealing.h"

#define CHAIN_FIRST_DAY 23000u

struct chain {
    struct roster *roster;
    struct member_keys *founder;
};

static inline void chain_found(struct chain *ret_chain, const char *organisation)
{
    ret_chain->roster = roster_new();
    ret_chain->founder = member_keys_random();
    assert_non_null(ret_chain->roster);
    assert_non_null(ret_chain->founder);
    assert_ok(roster_sign_found(ret_chain->roster, organisation, "Mira Dolan", ret_chain->founder,
                                CHAIN_FIRST_DAY, NULL));
}

static inline void chain_intake(struct chain *chain)
{
    uint32_t first = CHAIN_FIRST_DAY + 100 * (uint32_t)roster_intakes(chain->roster);
    assert_ok(roster_sign_intake(chain->roster, chain->founder, first, first + 99, NULL));
}

static inline void chain_release(struct chain *chain)
{
    roster_free(chain->roster);
    member_keys_free(chain->founder);
}

/* An entry by docs/crypto.md: what is not set is as it must be. */
struct link {
    uint8_t version, kind, count;
    uint32_t sequence, day;
    struct hash previous;
    struct buf fields;
    const struct member_keys *signer;
    const char *prefix;
};

static inline void link_follow(struct link *link, const struct chain *chain, uint8_t kind)
{
    size_t count = roster_count(chain->roster);
    *link = (struct link){
        .version = 1,
        .kind = kind,
        .count = 1,
        .sequence = (uint32_t)count,
        .day = CHAIN_FIRST_DAY,
        .signer = chain->founder,
        .prefix = "vouchsafe/roster/1\n",
    };
    if (count)
        link->previous = hash_sha256(roster_entry(chain->roster, count - 1));
    buf_init(&link->fields, 100000);
}

static inline void link_write(const struct link *link, struct buf *out)
{
    uint8_t signature[SIGN_BYTES];
    struct buf body;
    buf_init(&body, 200000);
    buf_text(&body, link->prefix);
    buf_u8(&body, link->version);
    buf_u8(&body, link->kind);
    buf_u32(&body, link->sequence);
    buf_put(&body, link->previous.bytes, HASH_BYTES);
    buf_u32(&body, link->day);
    buf_u32(&body, (uint32_t)link->fields.len);
    buf_span(&body, buf_bytes(&link->fields));
    sign_make(&link->signer->sign, buf_bytes(&body), signature);
    buf_init(out, 200000);
    buf_span(out, span_slice(buf_bytes(&body), strlen(link->prefix), body.len));
    buf_u8(out, link->count);
    for (int i = 0; i < link->count; i++) {
        buf_put(out, link->signer->sign.public_key, SIGN_KEY_BYTES);
        buf_put(out, signature, sizeof signature);
    }
    assert_ok(buf_error(out));
    buf_release(&body);
}

/* Writes it and gives it to the chain's roster, which must not change when it refuses. */
static inline void link_add(struct link *link, struct chain *chain, int error, const char *what)
{
    struct buf entry;
    struct problem problem = {0};
    size_t count = roster_count(chain->roster), intakes = roster_intakes(chain->roster);
    link_write(link, &entry);
    assert_error(roster_add(chain->roster, buf_bytes(&entry), &problem), error);
    if (what && !strstr(problem.text, what))
        fail_msg("\"%s\" does not say \"%s\"", problem.text, what);
    assert_int_equal(roster_count(chain->roster), count + (error == 0));
    if (error)
        assert_int_equal(roster_intakes(chain->roster), intakes);
    buf_release(&entry);
    buf_release(&link->fields);
}

#endif
