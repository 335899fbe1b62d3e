/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sealed payloads for tests, whole ones from payload_seal and crafted ones (craft.h). */
#ifndef TESTS_SEAL_SEALING_H
#define TESTS_SEAL_SEALING_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "craft.h"

#define assert_ok(call) assert_int_equal((call), 0)
#define assert_error(call, error) assert_string_equal(error_name(call), error_name(error))

static const uint8_t sealing_organisation[32] = "an organisation's id, 32 bytes..";

static inline struct envelope sealing_envelope(void)
{
    return (struct envelope){.kind = KIND_REPORT, .kind_version = 1, .minute = 33776640};
}

static inline void sealing_seal(struct sealed *ret_sealed, const struct dh_pair *recipient,
                                const struct envelope *envelope, struct span content,
                                const struct sign_pair *signer)
{
    struct entry_header header = sealing_header(content.len);
    struct entry_leaf leaf;
    buf_init(&ret_sealed->sealed, SEALING_CAP_BYTES);
    assert_ok(payload_seal(recipient->public_key, &header, envelope, content, signer,
                           signer ? sealing_organisation : NULL, &ret_sealed->sealed, &leaf));
    entry_header_write(&header, ret_sealed->header);
    entry_leaf_write(&leaf, ret_sealed->leaf);
}

static inline int sealing_open(const struct sealed *s, const struct dh_pair *recipient,
                               struct opened *ret_opened, struct problem *problem)
{
    return payload_open(recipient, sealed_header(s), sealed_leaf(s), buf_bytes(&s->sealed),
                        sealing_organisation, ret_opened, problem);
}

#endif
