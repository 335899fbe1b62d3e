/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/proof.h"

#include "base/encode.h"

#define LINE_MAX_BYTES 4096

static const char first_line[] = "c2sp.org/tlog-proof@v1";
static const char index_word[] = "index ";
static const char extra_word[] = "extra ";

void proof_write(const struct proof *proof, struct buf *out)
{
    buf_printf(out, "%s\n%s%llu\n", first_line, index_word, (unsigned long long)proof->index);
    for (size_t i = 0; i < proof->path.count; i++) {
        base64_put(out, span_of(proof->path.hashes[i].bytes, HASH_BYTES));
        buf_text(out, "\n");
    }
    buf_text(out, "\n");
    buf_span(out, proof->checkpoint);
}

/* Cuts word off the front of line; false when it does not stand there. */
static bool after_word(struct span *line, const char *word)
{
    struct span start = span_text(word);
    if (!span_equal(span_slice(*line, 0, start.len), start))
        return false;
    *line = span_slice(*line, start.len, line->len);
    return true;
}

static int read_head(struct cursor *c, struct buf *decoded, uint64_t *ret_index)
{
    struct span line = cursor_line(c, LINE_MAX_BYTES);
    REJECT_IF(!span_equal(line, span_text(first_line)), E_VERSION);
    line = cursor_line(c, LINE_MAX_BYTES);
    if (after_word(&line, extra_word)) {
        TRY(base64_read(line, decoded));
        line = cursor_line(c, LINE_MAX_BYTES);
    }
    REJECT_IF(!after_word(&line, index_word), E_FORMAT);
    return decimal_read(line, INT64_MAX, ret_index);
}

static int read_path(struct cursor *c, struct buf *decoded, struct merkle_proof *path)
{
    for (;;) {
        struct span line = cursor_line(c, LINE_MAX_BYTES);
        REJECT_IF(c->failed, E_FORMAT);
        if (line.len == 0)
            return 0;
        REJECT_IF(path->count == MERKLE_PROOF_MAX, E_TOO_LARGE);
        buf_reset(decoded);
        TRY(base64_read(line, decoded));
        REJECT_IF(decoded->len != HASH_BYTES, E_FORMAT);
        memcpy(path->hashes[path->count++].bytes, decoded->data, HASH_BYTES);
    }
}

int proof_read(struct span bytes, struct proof *ret_proof, struct problem *problem)
{
    if (bytes.len > PROOF_BYTES_MAX)
        return problem_set(problem, E_TOO_LARGE, "the proof is too long");
    struct proof proof = {.index = 0};
    struct cursor c;
    cursor_init(&c, bytes);
    CLEANUP(buf_release) struct buf decoded;
    buf_init(&decoded, PROOF_EXTRA_MAX);
    int error = read_head(&c, &decoded, &proof.index);
    if (error)
        return problem_set(problem, error, "the proof's first lines cannot be read");
    error = read_path(&c, &decoded, &proof.path);
    if (error)
        return problem_set(problem, error, "the proof's path cannot be read");
    proof.checkpoint = cursor_bytes(&c, cursor_left(&c));
    *ret_proof = proof;
    return 0;
}

struct search {
    struct store *store;
    const struct policy *policy;
    struct buf *note; /* the checkpoint found, with its cosignatures */
    uint64_t size;
    bool found;
};

static int cosigned_time(struct span note_bytes, const struct policy *policy, uint64_t *ret_time_s)
{
    struct note note;
    TRY(note_read(note_bytes, &note, NULL));
    uint64_t times[POLICY_NODES_MAX];
    for (size_t i = 0; i < policy->node_count; i++) {
        const struct policy_node *node = &policy->nodes[i];
        times[i] = POLICY_UNMET;
        if (!node->is_group && note_check(&note, &node->key, &times[i]) < 0)
            times[i] = POLICY_UNMET;
    }
    note_release(&note);
    *ret_time_s = policy_quorum_time(policy, times);
    return 0;
}

static int try_note(void *context, uint64_t size, struct span note)
{
    struct search *search = context;
    uint64_t time_s;
    buf_reset(search->note);
    buf_span(search->note, note);
    TRY(store_cosignatures(search->store, size, search->note));
    TRY(buf_error(search->note));
    TRY(cosigned_time(buf_bytes(search->note), search->policy, &time_s));
    search->size = size;
    search->found = time_s != POLICY_UNMET;
    return search->found;
}

static int find_note(struct search *search, uint64_t index, struct problem *problem)
{
    int result = store_each_note(search->store, index + 1, try_note, search);
    REJECT_IF(result < 0, result);
    if (!search->found)
        return problem_set(problem, E_MISSING,
                           "no checkpoint after the entry has enough cosignatures yet");
    return 0;
}

int proof_make(struct store *store, uint64_t index, const struct policy *policy, struct buf *out,
               struct problem *problem)
{
    if (policy->quorum == POLICY_NONE)
        return problem_set(problem, E_ARGUMENT, "the policy demands no cosigner");
    if (index >= store_size(store))
        return problem_set(problem, E_NOT_FOUND, "the log has no entry %llu",
                           (unsigned long long)index);
    CLEANUP(buf_release) struct buf note;
    buf_init(&note, NOTE_BYTES_MAX);
    struct search search = {.store = store, .policy = policy, .note = &note};
    TRY(find_note(&search, index, problem));
    struct proof proof = {.index = index, .checkpoint = buf_bytes(&note)};
    struct merkle_source nodes = store_nodes(store);
    TRY(merkle_prove_inclusion(&nodes, index, search.size, &proof.path));
    proof_write(&proof, out);
    return buf_error(out);
}
