/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/proof.h"

#include "base/encode.h"

#define LINE_MAX_BYTES 4096
#define COSIGNATURES_MAX_BYTES (16u << 20)

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

/* Looking for the oldest checkpoint that is cosigned well enough. Of each cosigner in the policy
 * its earliest line that fits is taken, and nothing else that happens to be kept for that
 * checkpoint. */
struct search {
    struct store *store;
    const struct policy *policy;
    struct buf *note; /* the checkpoint found, with its cosignatures */
    uint64_t size;
    bool found;
    uint64_t times[POLICY_NODES_MAX];
    struct span lines[POLICY_NODES_MAX];
};

static int take_line(struct search *search, struct span text, struct span line)
{
    CLEANUP(buf_release) struct buf bytes;
    buf_init(&bytes, NOTE_BYTES_MAX);
    buf_span(&bytes, text);
    buf_text(&bytes, "\n");
    buf_span(&bytes, line);
    buf_text(&bytes, "\n");
    TRY(buf_error(&bytes));
    struct note note;
    int error = note_read(buf_bytes(&bytes), &note, NULL);
    REJECT_IF(error == E_NOMEM, error);
    if (error)
        return 0;
    for (size_t i = 0; i < search->policy->node_count; i++) {
        const struct policy_node *node = &search->policy->nodes[i];
        uint64_t time_s;
        if (node->is_group || note_check(&note, &node->key, &time_s) < 0)
            continue;
        if (time_s < search->times[i]) {
            search->times[i] = time_s;
            search->lines[i] = line;
        }
    }
    note_release(&note);
    return 0;
}

static int take_lines(struct search *search, struct span note_bytes, struct span lines)
{
    struct note note;
    struct cursor c;
    for (size_t i = 0; i < POLICY_NODES_MAX; i++)
        search->times[i] = POLICY_UNMET;
    TRY(note_read(note_bytes, &note, NULL));
    cursor_init(&c, lines);
    int error = 0;
    while (error == 0 && cursor_left(&c))
        error = take_line(search, note.text, cursor_line(&c, LINE_MAX_BYTES));
    note_release(&note);
    return error;
}

static int try_note(void *context, uint64_t size, struct span note)
{
    struct search *search = context;
    CLEANUP(buf_release) struct buf lines;
    buf_init(&lines, COSIGNATURES_MAX_BYTES);
    TRY(store_cosignatures(search->store, size, &lines));
    TRY(take_lines(search, note, buf_bytes(&lines)));
    uint64_t by_s = policy_quorum_time(search->policy, search->times);
    if (by_s == POLICY_UNMET)
        return 0;
    buf_span(search->note, note);
    for (size_t i = 0; i < search->policy->node_count; i++) {
        if (search->policy->nodes[i].is_group || search->times[i] == POLICY_UNMET)
            continue;
        buf_span(search->note, search->lines[i]);
        buf_text(search->note, "\n");
    }
    search->size = size;
    search->found = true;
    TRY(buf_error(search->note));
    return 1; /* no need to look at younger ones */
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
