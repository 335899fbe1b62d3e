/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Erasing and forgetting. Only sealed bytes ever go: header and leaf stay, so that every proof
 * made before still holds. What went is overwritten (secure_delete) and the write-ahead log that
 * held it is emptied at the commit. */
#include "ledger/store_internal.h"
#include "seal/codename.h"

static int add_erased(struct store *store, struct span id, const uint8_t *secret, bool deleted)
{
    struct query q;
    query_start(&q, store, SQL_ERASED_ADD);
    query_bytes(&q, id);
    query_bytes(&q, span_of(secret, STORE_SECRET_BYTES));
    query_int(&q, deleted);
    return query_run(&q);
}

static int drop_sealed(struct store *store, uint64_t index)
{
    struct query q;
    query_start(&q, store, SQL_SEALED_DROP);
    query_int(&q, index);
    store->scrub = true;
    return query_run(&q);
}

static int forget_pending(struct store *store, struct span id)
{
    struct query q;
    query_start(&q, store, SQL_PENDING_FORGET);
    query_bytes(&q, id);
    store->scrub = true;
    return query_run(&q);
}

struct tagged {
    uint8_t id[ENTRY_ID_BYTES];
    uint64_t index;
};

/* The next logged entry with that erase tag, from index. E_NOT_FOUND. */
static int next_logged(struct store *store, struct span tag, uint64_t from,
                       struct tagged *ret_tagged)
{
    struct query q;
    query_start(&q, store, SQL_LOG_ERASE_TAG);
    query_bytes(&q, tag);
    query_int(&q, from);
    bool found = query_row(&q);
    if (found) {
        struct span id = store_id_of_leaf(query_column(&q, 2));
        memcpy(ret_tagged->id, id.data, id.len);
        ret_tagged->index = query_column_int(&q, 0);
    }
    TRY(query_end(&q));
    return found ? 0 : E_NOT_FOUND;
}

static int erase_logged(struct store *store, struct span tag, const uint8_t *secret,
                        uint64_t *count)
{
    struct tagged tagged;
    for (uint64_t from = 0;; from = tagged.index + 1) {
        int error = next_logged(store, tag, from, &tagged);
        if (error == E_NOT_FOUND)
            return 0;
        REJECT_IF(error, error);
        TRY(add_erased(store, span_of(tagged.id, ENTRY_ID_BYTES), secret, true));
        TRY(drop_sealed(store, tagged.index));
        ++*count;
    }
}

/* The next pending entry with that erase tag, after an id. E_NOT_FOUND. */
static int next_pending(struct store *store, struct span tag, const uint8_t *after,
                        uint8_t ret_id[ENTRY_ID_BYTES])
{
    struct query q;
    query_start(&q, store, SQL_PENDING_ERASE_TAG);
    query_bytes(&q, tag);
    query_bytes(&q, span_of(after, ENTRY_ID_BYTES));
    bool found = query_row(&q);
    if (found) {
        struct span id = store_id_of_leaf(query_column(&q, 2));
        memcpy(ret_id, id.data, id.len);
    }
    TRY(query_end(&q));
    return found ? 0 : E_NOT_FOUND;
}

static int erase_pending(struct store *store, struct span tag, const uint8_t *secret,
                         uint64_t *count)
{
    uint8_t id[ENTRY_ID_BYTES] = {0}, after[ENTRY_ID_BYTES] = {0};
    for (;;) {
        int error = next_pending(store, tag, after, id);
        if (error == E_NOT_FOUND)
            return 0;
        REJECT_IF(error, error);
        TRY(add_erased(store, span_of(id, ENTRY_ID_BYTES), secret, true));
        TRY(forget_pending(store, span_of(id, ENTRY_ID_BYTES)));
        memcpy(after, id, sizeof after);
        ++*count;
    }
}

int store_erase(struct store *store, const uint8_t secret[STORE_SECRET_BYTES], uint64_t *ret_count)
{
    TRY(store_writable(store));
    uint8_t tag[CODENAME_TAG_BYTES];
    uint64_t count = 0;
    codename_erase_tag(secret, tag);
    TRY(erase_logged(store, span_of(tag, sizeof tag), secret, &count));
    TRY(erase_pending(store, span_of(tag, sizeof tag), secret, &count));
    *ret_count = count;
    return 0;
}

static int next_erased(struct store *store, const uint8_t *after, size_t after_len,
                       uint8_t ret_id[ENTRY_ID_BYTES], uint8_t ret_secret[STORE_SECRET_BYTES])
{
    struct query q;
    query_start(&q, store, SQL_ERASED_FROM);
    if (after_len == 0 && q.error == 0)
        q.error = store_error_of(sqlite3_bind_zeroblob(q.statement, ++q.bound, 0));
    else
        query_bytes(&q, span_of(after, after_len));
    int error = query_row(&q) ? 0 : E_NOT_FOUND;
    if (error == 0) {
        struct span id = query_column(&q, 0), secret = query_column(&q, 1);
        if (id.len == ENTRY_ID_BYTES)
            memcpy(ret_id, id.data, id.len);
        if (secret.len == STORE_SECRET_BYTES)
            memcpy(ret_secret, secret.data, secret.len);
        error = id.len == ENTRY_ID_BYTES && secret.len == STORE_SECRET_BYTES ? 0 : E_DAMAGED;
    }
    TRY(query_end(&q));
    return error;
}

int store_each_erased(struct store *store, store_erased_fn *fn, void *context)
{
    TRY(store_readable(store));
    uint8_t id[ENTRY_ID_BYTES], after[ENTRY_ID_BYTES], secret[STORE_SECRET_BYTES];
    for (size_t after_len = 0;; after_len = sizeof after) {
        int error = next_erased(store, after, after_len, id, secret);
        if (error == E_NOT_FOUND)
            return 0;
        REJECT_IF(error, error);
        memcpy(after, id, sizeof after);
        int result = fn(context, id, secret);
        REJECT_IF(result, result);
    }
}

int store_note_erased(struct store *store, const uint8_t id[ENTRY_ID_BYTES],
                      const uint8_t secret[STORE_SECRET_BYTES])
{
    TRY(store_writable(store));
    struct store_entry entry;
    struct entry_header header;
    uint8_t tag[CODENAME_TAG_BYTES];
    TRY(store_find(store, id, &entry));
    REJECT_IF(entry.header.len == 0, E_NOT_FOUND);
    REJECT_IF(entry_header_read(entry.header, &header) < 0, E_DAMAGED);
    codename_erase_tag(secret, tag);
    REJECT_IF(memcmp(tag, header.erase_tag, sizeof tag) != 0, E_PROOF);
    return add_erased(store, span_of(id, ENTRY_ID_BYTES), secret, false);
}

int store_forget(struct store *store, const uint8_t id[ENTRY_ID_BYTES])
{
    TRY(store_writable(store));
    struct store_entry entry;
    TRY(store_find(store, id, &entry));
    REJECT_IF(entry.sealed.len == 0, E_NOT_FOUND);
    return entry.in_log ? drop_sealed(store, entry.index)
                        : forget_pending(store, span_of(id, ENTRY_ID_BYTES));
}

int store_forget_held(struct store *store, uint64_t size, uint32_t last_day, uint64_t *ret_count)
{
    TRY(store_writable(store));
    uint8_t day[4] = {(uint8_t)(last_day >> 24), (uint8_t)(last_day >> 16),
                      (uint8_t)(last_day >> 8), (uint8_t)last_day};
    struct query q;
    query_start(&q, store, SQL_SEALED_DROP_HELD);
    query_int(&q, size);
    query_bytes(&q, span_of(day, sizeof day));
    TRY(query_run(&q));
    *ret_count = (uint64_t)sqlite3_changes64(store->log);
    store->scrub = store->scrub || *ret_count > 0;
    return 0;
}
