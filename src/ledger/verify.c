/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The order of the checks is the point: nothing that the checkpoint says is believed before its
 * signature fits, and the path is only walked in a tree whose root enough cosigners saw. */
#include "ledger/verify.h"

#include "base/clock.h"

#define BY_MAX_S ((uint64_t)UINT32_MAX * 86400)

/* The log of the policy that signed. Its key is looked for by name and id, so that a policy can
 * hold two keys of one log. */
static int check_log(const struct note *note, const struct policy *policy,
                     const struct note_key **ret_log, struct problem *problem)
{
    for (size_t i = 0; i < policy->log_count; i++) {
        const struct note_key *log = &policy->logs[i];
        int error = note_check(note, log, NULL);
        if (error == E_NOT_FOUND)
            continue;
        if (error)
            return problem_set(problem, error,
                               "the log's signature on the checkpoint does not fit (%s)",
                               log->name);
        *ret_log = log;
        return 0;
    }
    return problem_set(problem, E_OTHER_ORG,
                       "the checkpoint is not signed by a log that the policy names");
}

static int read_checkpoint(const struct note *note, const struct note_key *log,
                           struct checkpoint *ret_checkpoint, struct problem *problem)
{
    int error = checkpoint_read(note->text, ret_checkpoint);
    if (error)
        return problem_set(problem, error, "the checkpoint cannot be read");
    if (!span_equal(span_text(ret_checkpoint->origin), span_text(log->name)))
        return problem_set(problem, E_OTHER_ORG,
                           "the checkpoint says it is of another log than the one that signed it");
    return 0;
}

static void add_cosigner(struct verify_result *result, const struct policy_node *node,
                         uint64_t time_s)
{
    ASSERT(result->cosigner_count < NOTE_SIGNATURES_MAX);
    struct verify_cosigner *cosigner = &result->cosigners[result->cosigner_count++];
    memcpy(cosigner->name, node->name, sizeof cosigner->name);
    cosigner->key = node->key;
    cosigner->time_s = time_s;
}

static int check_cosigners(const struct note *note, const struct policy *policy,
                           struct verify_result *result, struct problem *problem)
{
    uint64_t times[POLICY_NODES_MAX];
    for (size_t i = 0; i < policy->node_count; i++) {
        const struct policy_node *node = &policy->nodes[i];
        times[i] = POLICY_UNMET;
        if (node->is_group)
            continue;
        int error = note_check(note, &node->key, &times[i]);
        if (error == E_NOT_FOUND)
            continue;
        if (error)
            return problem_set(problem, error, "the cosignature of %s does not fit", node->name);
        add_cosigner(result, node, times[i]);
    }
    result->by_s = policy_quorum_time(policy, times);
    if (result->by_s == POLICY_UNMET)
        return problem_set(problem, E_MISSING,
                           "fewer cosigners signed the checkpoint than the policy demands");
    if (result->by_s > BY_MAX_S)
        return problem_set(problem, E_FORMAT, "a cosignature's time is out of all bounds");
    result->by_day = clock_day((int64_t)result->by_s);
    return 0;
}

static int check_path(const struct proof *proof, const struct checkpoint *checkpoint,
                      struct span leaf, struct verify_result *result, struct problem *problem)
{
    struct entry_leaf parts;
    int error = entry_leaf_read(leaf, &parts);
    if (error)
        return problem_set(problem, error, "the leaf cannot be read");
    struct hash leaf_hash = merkle_leaf_hash(leaf);
    error = merkle_check_inclusion(proof->index, checkpoint->size, &leaf_hash, &proof->path,
                                   &checkpoint->root);
    if (error)
        return problem_set(problem, error, "the leaf is not at index %llu of that checkpoint",
                           (unsigned long long)proof->index);
    memcpy(result->id, parts.id, sizeof result->id);
    return 0;
}

static int check_note(const struct note *note, const struct proof *proof,
                      const struct policy *policy, struct span leaf, struct verify_result *result,
                      struct problem *problem)
{
    const struct note_key *log = NULL;
    struct checkpoint checkpoint;
    TRY(check_log(note, policy, &log, problem));
    TRY(read_checkpoint(note, log, &checkpoint, problem));
    TRY(check_cosigners(note, policy, result, problem));
    TRY(check_path(proof, &checkpoint, leaf, result, problem));
    memcpy(result->origin, checkpoint.origin, sizeof result->origin);
    result->log = *log;
    result->index = proof->index;
    result->size = checkpoint.size;
    result->root = checkpoint.root;
    return 0;
}

int verify_proof(struct span proof_bytes, const struct policy *policy, struct span leaf,
                 struct verify_result *ret_result, struct problem *problem)
{
    if (policy->quorum == POLICY_NONE)
        return problem_set(problem, E_ARGUMENT,
                           "the policy demands no cosigner: nothing could be proved by it");
    struct proof proof;
    struct note note;
    TRY(proof_read(proof_bytes, &proof, problem));
    TRY(note_read(proof.checkpoint, &note, problem));
    struct verify_result result = {.cosigner_count = 0};
    int error = check_note(&note, &proof, policy, leaf, &result, problem);
    note_release(&note);
    if (error == 0)
        *ret_result = result;
    return error;
}

int verify_content(struct span leaf, const uint8_t k_com[HASH_BYTES], const struct hash *content,
                   struct problem *problem)
{
    struct entry_leaf parts;
    int error = entry_leaf_read(leaf, &parts);
    if (error)
        return problem_set(problem, error, "the leaf cannot be read");
    struct hash commitment = entry_commitment(k_com, parts.id, content);
    if (!hash_equal(&commitment, &parts.commitment))
        return problem_set(problem, E_PROOF, "the content is not the one that was logged");
    return 0;
}
