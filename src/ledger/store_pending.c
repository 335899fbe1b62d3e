/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pending entries, finding by id and tag, erasing. */
#include "ledger/store_internal.h"
#include "seal/codename.h"

static int is_logged(struct store *store, struct span id, bool *ret_logged)
{
    uint64_t index;
    int error = store_log_index(store, id, &index);
    REJECT_IF(error && error != E_NOT_FOUND, error);
    *ret_logged = error == 0;
    return 0;
}

/* Whether the statement, given these bytes, has a row. */
static int has_row(struct store *store, enum store_sql which, struct span bytes, bool *ret_has)
{
    struct query q;
    query_start(&q, store, which);
    query_bytes(&q, bytes);
    bool has = query_row(&q);
    TRY(query_end(&q));
    *ret_has = has;
    return 0;
}

/* A leaf that is not in the tree yet holds bytes that only who can open the entry could check:
 * until then this much of its hash stands beside it. */
#define SUM_BYTES 8

int store_put_pending(struct store *store, const struct store_entry *entry)
{
    TRY(store_writable(store));
    ASSERT(entry->leaf.len == ENTRY_LEAF_BYTES && entry->header.len == ENTRY_HEADER_BYTES);
    REJECT_IF(entry->sealed.len > STORE_SEALED_MAX, E_TOO_LARGE);
    bool known;
    struct span id = store_id_of_leaf(entry->leaf);
    TRY(has_row(store, SQL_ERASED, id, &known));
    REJECT_IF(known, E_ERASED);
    TRY(is_logged(store, id, &known));
    REJECT_IF(known, E_EXISTS);
    struct query q;
    query_start(&q, store, SQL_PENDING_ADD);
    query_int(&q, entry->source);
    query_bytes(&q, entry->leaf);
    query_bytes(&q, entry->header);
    query_bytes(&q, entry->sealed);
    struct hash sum = hash_sha256(entry->leaf);
    query_bytes(&q, span_of(sum.bytes, SUM_BYTES));
    TRY(query_run(&q));
    store->change++;
    return 0;
}

int store_pending_whole(struct store *store, struct span leaf, bool *ret_whole)
{
    TRY(store_readable(store));
    struct hash sum = hash_sha256(leaf);
    struct query q;
    query_start(&q, store, SQL_PENDING_SUM);
    query_bytes(&q, store_id_of_leaf(leaf));
    bool whole = true;
    if (query_row(&q)) {
        struct span kept = query_column(&q, 0);
        whole = kept.len == 0 || span_equal(kept, span_of(sum.bytes, SUM_BYTES));
    }
    TRY(query_end(&q));
    *ret_whole = whole;
    return 0;
}

/* Whether the write just run changed a row of pending.db. */
static int changed_pending(struct store *store)
{
    return sqlite3_changes(store->pending) > 0 ? 0 : E_NOT_FOUND;
}

int store_mark_sent(struct store *store, const uint8_t id[ENTRY_ID_BYTES])
{
    TRY(store_writable(store));
    struct query q;
    query_start(&q, store, SQL_PENDING_SOURCE);
    query_int(&q, STORE_FROM_HATCH);
    query_bytes(&q, span_of(id, ENTRY_ID_BYTES));
    TRY(query_run(&q));
    return changed_pending(store);
}

int store_drop_pending(struct store *store, const uint8_t id[ENTRY_ID_BYTES])
{
    TRY(store_writable(store));
    struct query q;
    query_start(&q, store, SQL_PENDING_DROP);
    query_bytes(&q, span_of(id, ENTRY_ID_BYTES));
    TRY(query_run(&q));
    TRY(changed_pending(store));
    store->change--;
    return 0;
}

/* Each step is a run of its own, so fn may change what is gone through. */
static int next_pending(struct store *store, enum store_sql which, struct span after,
                        struct buf *row, struct store_entry *ret_entry)
{
    struct query q;
    query_start(&q, store, which);
    /* An empty blob, not NULL, comes before every id. */
    if (after.len == 0 && q.error == 0)
        q.error = store_error_of(sqlite3_bind_zeroblob(q.statement, ++q.bound, 0));
    else
        query_bytes(&q, after);
    bool found = query_row(&q);
    int error = found ? store_row(&q, row, ret_entry) : E_NOT_FOUND;
    TRY(query_end(&q));
    return error;
}

static int walk(struct store *store, enum store_sql which, store_entry_fn *fn, void *context,
                struct buf *row)
{
    uint8_t last[ENTRY_ID_BYTES];
    size_t last_len = 0;
    for (;;) {
        struct store_entry entry;
        int error = next_pending(store, which, span_of(last, last_len), row, &entry);
        if (error == E_NOT_FOUND)
            return 0;
        REJECT_IF(error, error);
        REJECT_IF(entry.leaf.len < 1 + ENTRY_ID_BYTES, E_DAMAGED);
        memcpy(last, store_id_of_leaf(entry.leaf).data, ENTRY_ID_BYTES);
        last_len = sizeof last;
        int result = fn(context, &entry);
        REJECT_IF(result, result);
    }
}

int store_walk_pending(struct store *store, enum store_sql which, store_entry_fn *fn, void *context)
{
    CLEANUP(buf_release) struct buf row;
    buf_init(&row, STORE_ROW_MAX);
    return walk(store, which, fn, context, &row);
}

/* Passes on those that this transaction has not appended. */
struct unmoved {
    struct store *store;
    store_entry_fn *fn;
    void *context;
};

static int pass_unmoved(void *context, const struct store_entry *entry)
{
    struct unmoved *unmoved = context;
    bool logged = false;
    if (unmoved->store->moved > 0)
        TRY(is_logged(unmoved->store, store_id_of_leaf(entry->leaf), &logged));
    return logged ? 0 : unmoved->fn(unmoved->context, entry);
}

int store_each_pending(struct store *store, store_entry_fn *fn, void *context)
{
    TRY(store_readable(store));
    struct unmoved unmoved = {store, fn, context};
    return store_walk_pending(store, SQL_PENDING_FROM, pass_unmoved, &unmoved);
}

int store_each_pending_leaf(struct store *store, store_entry_fn *fn, void *context)
{
    TRY(store_readable(store));
    struct unmoved unmoved = {store, fn, context};
    return store_walk_pending(store, SQL_PENDING_LEAVES, pass_unmoved, &unmoved);
}

uint64_t store_pending_count(struct store *store)
{
    return store->failed ? 0 : store->held + (uint64_t)store->change - store->size;
}

uint64_t store_pending_bytes(struct store *store)
{
    struct query q;
    if (store->failed)
        return 0;
    query_start(&q, store, SQL_PENDING_PAGES);
    uint64_t pages = query_row(&q) ? query_column_int(&q, 0) : 0;
    if (query_end(&q) < 0)
        store->failed = true;
    return pages * STORE_PAGE_BYTES;
}

/* One row of the statement, given these bytes, into what the store gives out. */
static int find_row(struct store *store, enum store_sql which, struct span bytes,
                    struct store_entry *ret_entry)
{
    struct query q;
    query_start(&q, store, which);
    query_bytes(&q, bytes);
    int error = query_row(&q) ? store_row(&q, &store->row, ret_entry) : E_NOT_FOUND;
    TRY(query_end(&q));
    return error;
}

int store_find(struct store *store, const uint8_t id[ENTRY_ID_BYTES], struct store_entry *ret_entry)
{
    TRY(store_readable(store));
    uint64_t index;
    struct span key = span_of(id, ENTRY_ID_BYTES);
    int error = store_log_index(store, key, &index);
    if (error == E_NOT_FOUND)
        return find_row(store, SQL_PENDING_ENTRY, key, ret_entry);
    REJECT_IF(error, error);
    struct query q;
    query_start(&q, store, SQL_LOG_ENTRY);
    query_int(&q, index);
    error = query_row(&q) ? store_row(&q, &store->row, ret_entry) : E_DAMAGED;
    TRY(query_end(&q));
    return error;
}

int store_find_tag(struct store *store, const uint8_t tag[ENTRY_TAG_BYTES],
                   struct store_entry *ret_entry)
{
    TRY(store_readable(store));
    struct span key = span_of(tag, ENTRY_TAG_BYTES);
    int error = find_row(store, SQL_LOG_TAG, key, ret_entry);
    return error == E_NOT_FOUND ? find_row(store, SQL_PENDING_TAG, key, ret_entry) : error;
}

static int erase_tag_used(struct store *store, struct span tag, bool *ret_used)
{
    struct query q;
    TRY(store_readable(store));
    query_start(&q, store, SQL_LOG_ERASE_TAG);
    query_bytes(&q, tag);
    query_int(&q, 0);
    *ret_used = query_row(&q);
    TRY(query_end(&q));
    if (*ret_used)
        return 0;
    query_start(&q, store, SQL_PENDING_ERASE_TAG_USED);
    query_bytes(&q, tag);
    *ret_used = query_row(&q);
    return query_end(&q);
}

bool store_erase_tag_used(struct store *store, const uint8_t erase_tag[ENTRY_TAG_BYTES])
{
    bool used = true;
    int error = erase_tag_used(store, span_of(erase_tag, ENTRY_TAG_BYTES), &used);
    return error || used;
}
