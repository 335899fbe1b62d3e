/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Cover entries are put among the pending ones first, and then all are appended alike: nothing in
 * the log's database tells which they are, and memory holds leaves only. */
#include "ledger/place.h"

#include "base/mem.h"
#include "base/random.h"
#include "seal/payload.h"

#define MINUTES_A_DAY 1440u
/* What an entry of the first bucket takes of disk, with its part of indexes and pages. */
#define COVER_DISK_BYTES 24576u

/* The tree must be exactly what was signed last: then the next root is the only one ever signed
 * for its size, since sizes only grow. */
static int check_signed(struct store *store, const struct note_key *key, struct problem *problem)
{
    struct span note;
    struct checkpoint last;
    struct hash root;
    uint64_t size = store_size(store);
    int error = store_last_note(store, &note);
    if (error == E_NOT_FOUND && size == 0)
        return 0;
    if (error == E_NOT_FOUND)
        return problem_set(problem, E_DAMAGED, "the log has entries and no signed checkpoint");
    REJECT_IF(error, error);
    if (checkpoint_open(note, key, &last, NULL) < 0)
        return problem_set(problem, E_DAMAGED, "the last checkpoint is not signed by this line");
    if (last.size > size)
        return problem_set(problem, E_ROLLBACK, "a larger log than the one here was signed");
    struct merkle_source nodes = store_nodes(store);
    TRY(merkle_root_at(&nodes, size, &root));
    if (!hash_equal(&root, &last.root))
        return problem_set(problem, E_FORK, "another log than the one here was signed");
    return 0;
}

uint64_t place_room_bytes(struct store *store, uint32_t step)
{
    uint64_t pending = store_pending_count(store);
    uint64_t cover = pending > step ? pending : step;
    return store_pending_bytes(store) + 2 * cover * COVER_DISK_BYTES;
}

static uint64_t topped_up(uint64_t pending, uint64_t step)
{
    uint64_t target = step;
    while (target < pending)
        target *= 2;
    return target;
}

static int put_cover(struct store *store, const struct place *place, struct buf *sealed)
{
    struct entry_header header = {.day = place->day, .bucket = 0};
    struct envelope envelope = {
        .kind = KIND_COVER, .kind_version = 1, .minute = place->day * MINUTES_A_DAY};
    struct entry_leaf leaf;
    uint8_t header_bytes[ENTRY_HEADER_BYTES], leaf_bytes[ENTRY_LEAF_BYTES];
    random_bytes(header.id, sizeof header.id);
    random_bytes(header.tag, sizeof header.tag);
    random_bytes(header.erase_tag, sizeof header.erase_tag);
    buf_reset(sealed);
    TRY(payload_seal(place->intake, &header, &envelope, span_of(NULL, 0), NULL, NULL, sealed,
                     &leaf));
    entry_header_write(&header, header_bytes);
    entry_leaf_write(&leaf, leaf_bytes);
    struct store_entry entry = {.header = span_of(header_bytes, sizeof header_bytes),
                                .leaf = span_of(leaf_bytes, sizeof leaf_bytes),
                                .sealed = buf_bytes(sealed),
                                .source = STORE_FROM_DOOR};
    return store_put_pending(store, &entry);
}

static int put_covers(struct store *store, const struct place *place, uint64_t count)
{
    CLEANUP(buf_release) struct buf sealed;
    buf_init(&sealed, entry_sealed_bytes(0));
    for (uint64_t i = 0; i < count; i++)
        TRY(put_cover(store, place, &sealed));
    return 0;
}

struct batch {
    struct store_entry *entries;
    uint8_t *leaves;
    size_t count, room;
    struct merkle_edge edge;
};

static int take_leaf(void *context, const struct store_entry *entry)
{
    struct batch *batch = context;
    REJECT_IF(batch->count == batch->room || entry->leaf.len != ENTRY_LEAF_BYTES, E_DAMAGED);
    uint8_t *leaf = batch->leaves + batch->count * ENTRY_LEAF_BYTES;
    memcpy(leaf, entry->leaf.data, ENTRY_LEAF_BYTES);
    batch->entries[batch->count++] =
        (struct store_entry){.leaf = span_of(leaf, ENTRY_LEAF_BYTES), .source = entry->source};
    struct hash leaf_hash = merkle_leaf_hash(entry->leaf);
    return merkle_edge_add(&batch->edge, &leaf_hash, NULL, NULL);
}

static int sign_and_append(struct store *store, const struct place *place,
                           const struct batch *batch)
{
    struct checkpoint checkpoint = {.size = batch->edge.size,
                                    .root = merkle_edge_root(&batch->edge)};
    struct span name = span_text(place->key->name);
    REJECT_IF(name.len > CHECKPOINT_ORIGIN_MAX, E_ARGUMENT);
    memcpy(checkpoint.origin, name.data, name.len);
    CLEANUP(buf_release) struct buf note, line;
    buf_init(&note, NOTE_BYTES_MAX);
    buf_init(&line, NOTE_BYTES_MAX);
    checkpoint_write(&checkpoint, &note);
    TRY(buf_error(&note));
    note_sign_line(place->key, place->pair, buf_bytes(&note), &line);
    TRY(buf_error(&line));
    buf_text(&note, "\n");
    buf_span(&note, buf_bytes(&line));
    TRY(buf_error(&note));
    return store_append(store, batch->entries, batch->count, &checkpoint, buf_bytes(&note));
}

/* The store gives pending entries out in order of id, and that is the order they are placed in. */
static int place_all(struct store *store, const struct place *place, uint64_t target)
{
    struct batch batch = {.room = target};
    struct merkle_source nodes = store_nodes(store);
    TRY(merkle_edge_load(&nodes, store_size(store), &batch.edge));
    batch.entries = mem_calloc(target, sizeof *batch.entries);
    batch.leaves = mem_calloc(target, ENTRY_LEAF_BYTES);
    int error = batch.entries && batch.leaves ? 0 : E_NOMEM;
    if (error == 0)
        error = store_each_pending_leaf(store, take_leaf, &batch);
    if (error == 0)
        error = batch.count == target ? sign_and_append(store, place, &batch) : E_DAMAGED;
    mem_free(batch.entries);
    mem_free(batch.leaves);
    return error;
}

static int place_in_transaction(struct store *store, const struct place *place,
                                struct place_result *result)
{
    uint64_t pending = store_pending_count(store);
    result->placed = place->intake ? topped_up(pending, place->step) : pending;
    result->cover = result->placed - pending;
    if (result->placed == 0)
        return 0;
    TRY(put_covers(store, place, result->cover));
    return place_all(store, place, result->placed);
}

int place_day(struct store *store, const struct place *place, struct place_result *ret_result,
              struct problem *problem)
{
    REJECT_IF(place->step < 1 || place->step > PLACE_STEP_MAX, E_ARGUMENT);
    struct place_result result = {.without_cover = !place->intake};
    TRY(check_signed(store, place->key, problem));
    TRY(store_begin(store));
    int error = place_in_transaction(store, place, &result);
    if (error) {
        store_rollback(store);
        return problem_set(problem, error, "the day's entries could not be placed: %s",
                           error_sentence(error));
    }
    TRY(store_commit(store));
    result.size = store_size(store);
    *ret_result = result;
    return 0;
}
