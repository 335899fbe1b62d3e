/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A policy that is read can be asked, and more cosigners never make its quorum later. */
#include "fuzz.h"
#include "ledger/policy.h"
#include "seal/seal.h"

/* The quorum's time when every stride-th node has signed at its own place in the list. */
static uint64_t ask(const struct policy *policy, size_t stride)
{
    uint64_t times[POLICY_NODES_MAX];
    for (size_t i = 0; i < POLICY_NODES_MAX; i++)
        times[i] = i % stride == 0 ? i + 1 : POLICY_UNMET;
    return policy_quorum_time(policy, times);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct policy *policy;
    ASSERT(seal_init() == 0);
    if (policy_read(span_of(data, size), &policy, NULL) < 0)
        return 0;
    ASSERT(policy->log_count <= POLICY_LOGS_MAX && policy->node_count <= POLICY_NODES_MAX);
    uint64_t all = ask(policy, 1), half = ask(policy, 2), few = ask(policy, 4);
    ASSERT(all != POLICY_UNMET && all <= half && half <= few);
    ASSERT((policy->quorum == POLICY_NONE) == (all == 0));
    policy_free(policy);
    return 0;
}
