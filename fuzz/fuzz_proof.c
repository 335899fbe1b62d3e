/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A proof that is read is written as it was, but for its extra line. The inputs in the corpus are
 * of a log whose keys are known, so that what comes after the signatures is reached too: whatever
 * is then verified names that log, and an index within its size. */
#include <string.h>

#include "fuzz.h"
#include "ledger/verify.h"
#include "seal/seal.h"

/* tests/ledger/sample.c: the log's key and the first two cosigners', made from their names. */
static struct policy *known_policy(void)
{
    static const char *const names[] = {"vouchsafe/0123456789abcdef", "desk/00000000000000a0",
                                        "desk/00000000000000a1"};
    struct note_key keys[3];
    struct policy *policy;
    struct buf text;
    for (size_t i = 0; i < 3; i++) {
        struct hash seed = hash_sha256(span_text(names[i]));
        struct sign_pair pair;
        sign_pair_of_seed(seed.bytes, &pair);
        ASSERT(note_key_make(names[i], i ? NOTE_TYPE_COSIGNATURE : NOTE_TYPE_ED25519,
                             pair.public_key, &keys[i]) == 0);
    }
    buf_init(&text, POLICY_BYTES_MAX);
    ASSERT(policy_write(&keys[0], keys + 1, 2, 1, &text) == 0);
    ASSERT(policy_read(buf_bytes(&text), &policy, NULL) == 0);
    buf_release(&text);
    return policy;
}

static void check_form(struct span input)
{
    struct proof proof, again;
    struct buf text;
    if (proof_read(input, &proof, NULL) < 0)
        return;
    buf_init(&text, input.len);
    proof_write(&proof, &text);
    ASSERT(buf_error(&text) == 0 && proof_read(buf_bytes(&text), &again, NULL) == 0);
    ASSERT(again.index == proof.index && again.path.count == proof.path.count);
    ASSERT(memcmp(again.path.hashes, proof.path.hashes, proof.path.count * HASH_BYTES) == 0);
    ASSERT(span_equal(again.checkpoint, proof.checkpoint));
    buf_release(&text);
}

/* An input is a leaf, then a proof. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct verify_result result;
    struct span input = span_of(data, size);
    struct span leaf = span_slice(input, 0, ENTRY_LEAF_BYTES);
    struct span proof = span_slice(input, ENTRY_LEAF_BYTES, size);
    ASSERT(seal_init() == 0);
    check_form(proof);
    struct policy *policy = known_policy();
    if (verify_proof(proof, policy, leaf, &result, NULL) == 0) {
        ASSERT(strcmp(result.origin, policy->logs[0].name) == 0);
        ASSERT(result.index < result.size && result.cosigner_count > 0);
    }
    policy_free(policy);
    return 0;
}
