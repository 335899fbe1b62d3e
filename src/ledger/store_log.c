/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The log: leaves, nodes, notes. An append works inside a savepoint, so that whatever does not fit
 * leaves nothing behind. */
#include "ledger/store_internal.h"

int store_log_index(struct store *store, struct span id, uint64_t *ret_index)
{
    struct query q;
    query_start(&q, store, SQL_LOG_ID);
    query_bytes(&q, id);
    bool found = query_row(&q);
    if (found)
        *ret_index = query_column_int(&q, 0);
    TRY(query_end(&q));
    return found ? 0 : E_NOT_FOUND;
}

static int get_node(void *context, unsigned level, uint64_t index, struct hash *ret_node)
{
    struct store *store = context;
    TRY(store_readable(store));
    struct query q;
    query_start(&q, store, SQL_NODE);
    query_int(&q, level);
    query_int(&q, index);
    bool found = query_row(&q);
    if (found) {
        struct span hash = query_column(&q, 0);
        found = hash.len == HASH_BYTES;
        if (found)
            memcpy(ret_node->bytes, hash.data, HASH_BYTES);
    }
    TRY(query_end(&q));
    return found ? 0 : E_DAMAGED;
}

struct merkle_source store_nodes(struct store *store)
{
    return (struct merkle_source){.get = get_node, .context = store};
}

static int add_node(void *context, unsigned level, uint64_t index, const struct hash *node)
{
    struct query q;
    query_start(&q, context, SQL_NODE_ADD);
    query_int(&q, level);
    query_int(&q, index);
    query_bytes(&q, span_of(node->bytes, HASH_BYTES));
    int error = query_run(&q);
    /* A node that nobody put there is damage, not an id that is known. */
    return error == E_EXISTS ? E_DAMAGED : error;
}

/* Of an entry that was not pending: what is given must fit the leaf. */
static int check_given(const struct store_entry *entry, const struct entry_leaf *leaf)
{
    struct entry_header header;
    if (entry->header.len == 0)
        return entry->sealed.len == 0 ? 0 : E_PROOF;
    TRY(entry_header_read(entry->header, &header));
    REJECT_IF(memcmp(header.id, leaf->id, ENTRY_ID_BYTES) != 0, E_PROOF);
    struct hash hash = hash_sha256(entry->header);
    REJECT_IF(!hash_equal(&hash, &leaf->header), E_PROOF);
    if (entry->sealed.len == 0)
        return 0;
    REJECT_IF(entry->sealed.len > STORE_SEALED_MAX, E_TOO_LARGE);
    return entry_check(entry->header, entry->leaf, entry->sealed, NULL);
}

static int add_sealed(struct store *store, uint64_t index, struct span sealed)
{
    if (sealed.len == 0)
        return 0;
    struct query q;
    query_start(&q, store, SQL_SEALED_ADD);
    query_int(&q, index);
    query_bytes(&q, sealed);
    return query_run(&q);
}

static int add_entry(struct store *store, uint64_t index, const struct store_entry *entry)
{
    struct query q;
    query_start(&q, store, SQL_ENTRY_ADD);
    query_int(&q, index);
    /* What a line has placed, it has. */
    query_int(&q, entry->source == STORE_OUTBOX ? STORE_FROM_HATCH : entry->source);
    query_bytes(&q, entry->leaf);
    query_bytes(&q, entry->header);
    TRY(query_run(&q));
    return add_sealed(store, index, entry->sealed);
}

/* The pending row is borrowed while its columns are written to the other database. */
static int move_pending(struct query *pending, struct store *store, uint64_t index,
                        const struct store_entry *entry)
{
    struct store_entry kept = {
        .source = (enum store_source)query_column_int(pending, 1),
        .leaf = query_column(pending, 2),
        .header = query_column(pending, 3),
        .sealed = query_column(pending, 4),
    };
    REJECT_IF(!span_equal(kept.leaf, entry->leaf), E_PROOF);
    TRY(add_entry(store, index, &kept));
    store->moved++;
    return 0;
}

static int append_one(struct store *store, uint64_t index, const struct store_entry *entry)
{
    struct entry_leaf leaf;
    TRY(entry_leaf_read(entry->leaf, &leaf));
    struct query q;
    query_start(&q, store, SQL_PENDING_ENTRY);
    query_bytes(&q, span_of(leaf.id, ENTRY_ID_BYTES));
    bool pending = query_row(&q);
    int error = pending ? move_pending(&q, store, index, entry) : 0;
    TRY(query_end(&q));
    REJECT_IF(error || pending, error);
    TRY(check_given(entry, &leaf));
    return add_entry(store, index, entry);
}

static int append_all(struct store *store, const struct store_entry *entries, size_t count,
                      const struct checkpoint *checkpoint, struct span note)
{
    struct merkle_source nodes = store_nodes(store);
    struct merkle_edge edge;
    TRY(merkle_edge_load(&nodes, store->size, &edge));
    for (size_t i = 0; i < count; i++) {
        TRY(append_one(store, edge.size, &entries[i]));
        struct hash leaf_hash = merkle_leaf_hash(entries[i].leaf);
        TRY(merkle_edge_add(&edge, &leaf_hash, add_node, store));
    }
    struct hash root = merkle_edge_root(&edge);
    REJECT_IF(!hash_equal(&root, &checkpoint->root), E_PROOF);
    struct query q;
    query_start(&q, store, SQL_NOTE_ADD);
    query_int(&q, checkpoint->size);
    query_bytes(&q, note);
    TRY(query_run(&q));
    store->size = edge.size;
    return 0;
}

/* The note must say what the checkpoint says. */
static int check_note(const struct checkpoint *checkpoint, struct span note_bytes)
{
    struct note note;
    struct checkpoint said;
    TRY(note_read(note_bytes, &note, NULL));
    int error = checkpoint_read(note.text, &said);
    note_release(&note);
    REJECT_IF(error, error);
    bool same = strcmp(said.origin, checkpoint->origin) == 0 && said.size == checkpoint->size &&
                hash_equal(&said.root, &checkpoint->root);
    return same ? 0 : E_PROOF;
}

static int run(struct store *store, enum store_sql which)
{
    struct query q;
    query_start(&q, store, which);
    return query_run(&q);
}

int store_append(struct store *store, const struct store_entry *entries, size_t count,
                 const struct checkpoint *checkpoint, struct span note)
{
    TRY(store_writable(store));
    REJECT_IF(count > INT64_MAX - store->size || checkpoint->size != store->size + count,
              E_ARGUMENT);
    TRY(check_note(checkpoint, note));
    uint64_t moved = store->moved;
    TRY(run(store, SQL_SAVEPOINT));
    int error = append_all(store, entries, count, checkpoint, note);
    if (error) {
        store->moved = moved;
        TRY(run(store, SQL_SAVEPOINT_BACK));
    }
    TRY(run(store, SQL_SAVEPOINT_DONE));
    if (error == 0)
        store->change += (int64_t)(count - (store->moved - moved));
    store->appended = store->appended || error == 0;
    return error;
}

static int next_logged(struct store *store, enum store_sql which, uint64_t from, uint64_t to,
                       struct buf *row, struct store_entry *ret_entry)
{
    struct query q;
    query_start(&q, store, which);
    query_int(&q, from);
    if (which == SQL_LOG_LEAVES)
        query_int(&q, to);
    int error = query_row(&q) ? store_row(&q, row, ret_entry) : E_NOT_FOUND;
    TRY(query_end(&q));
    return error;
}

static int walk(struct store *store, enum store_sql which, uint64_t from, uint64_t to,
                store_entry_fn *fn, void *context)
{
    TRY(store_readable(store));
    CLEANUP(buf_release) struct buf row;
    buf_init(&row, STORE_ROW_MAX);
    for (;;) {
        struct store_entry entry;
        int error = next_logged(store, which, from, to, &row, &entry);
        if (error == E_NOT_FOUND)
            return 0;
        REJECT_IF(error, error);
        from = entry.index + 1;
        int result = fn(context, &entry);
        REJECT_IF(result, result);
    }
}

int store_each_logged(struct store *store, uint64_t from, store_entry_fn *fn, void *context)
{
    return walk(store, SQL_LOG_FROM, from, 0, fn, context);
}

int store_each_leaf(struct store *store, uint64_t from, uint64_t to, store_entry_fn *fn,
                    void *context)
{
    return walk(store, SQL_LOG_LEAVES, from, to, fn, context);
}

/* The note of the row into note, and its size. */
static int take_note(struct query *q, struct buf *note, uint64_t *ret_size)
{
    buf_reset(note);
    int error = E_NOT_FOUND;
    if (query_row(q)) {
        *ret_size = query_column_int(q, 0);
        buf_span(note, query_column(q, 1));
        error = buf_error(note);
    }
    TRY(query_end(q));
    return error;
}

int store_last_note(struct store *store, struct span *ret_note)
{
    TRY(store_readable(store));
    uint64_t size;
    struct query q;
    query_start(&q, store, SQL_NOTE_LAST);
    TRY(take_note(&q, &store->row, &size));
    *ret_note = buf_bytes(&store->row);
    return 0;
}

int store_note_of_size(struct store *store, uint64_t size, struct span *ret_note)
{
    TRY(store_readable(store));
    struct query q;
    query_start(&q, store, SQL_NOTE_OF);
    query_int(&q, size);
    TRY(take_note(&q, &store->row, &size));
    *ret_note = buf_bytes(&store->row);
    return 0;
}

int store_each_note(struct store *store, uint64_t from_size, store_note_fn *fn, void *context)
{
    TRY(store_readable(store));
    CLEANUP(buf_release) struct buf note;
    buf_init(&note, NOTE_BYTES_MAX);
    for (uint64_t size = from_size;; size++) {
        struct query q;
        query_start(&q, store, SQL_NOTE_FROM);
        query_int(&q, size);
        int error = take_note(&q, &note, &size);
        if (error == E_NOT_FOUND)
            return 0;
        REJECT_IF(error, error);
        int result = fn(context, size, buf_bytes(&note));
        REJECT_IF(result, result);
    }
}

int store_put_cosignature(struct store *store, uint64_t size, struct span line)
{
    TRY(store_writable(store));
    struct span note;
    TRY(store_note_of_size(store, size, &note));
    struct query q;
    query_start(&q, store, SQL_COSIGNATURE_ADD);
    query_int(&q, size);
    query_bytes(&q, line);
    return query_run(&q);
}

int store_cosignatures(struct store *store, uint64_t size, struct buf *out)
{
    TRY(store_readable(store));
    struct query q;
    query_start(&q, store, SQL_COSIGNATURES);
    query_int(&q, size);
    while (query_row(&q))
        buf_span(out, query_column(&q, 0));
    TRY(query_end(&q));
    return buf_error(out);
}

int store_fill(struct store *store, struct span header, struct span sealed)
{
    TRY(store_writable(store));
    struct entry_header parts;
    struct entry_leaf leaf;
    struct store_entry entry;
    TRY(entry_header_read(header, &parts));
    TRY(store_find(store, parts.id, &entry));
    REJECT_IF(!entry.in_log, E_NOT_FOUND);
    REJECT_IF(entry_leaf_read(entry.leaf, &leaf) < 0, E_DAMAGED);
    struct store_entry given = {.header = header, .leaf = entry.leaf, .sealed = sealed};
    TRY(check_given(&given, &leaf));
    struct query q;
    query_start(&q, store, SQL_ENTRY_HEADER);
    query_bytes(&q, header);
    query_int(&q, entry.index);
    TRY(query_run(&q));
    return add_sealed(store, entry.index, sealed);
}
