/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where a log, its pending entries and their sealed bytes are kept: by a line's keeper and by each
 * desk. One interface (struct store_ops), tested against itself; SQLite is its first store.
 *
 * What holds: an entry is durable when the commit after its put returned 0. Leaves, nodes and the
 * signed checkpoint of a placement are one transaction, so no two roots are ever kept for one size. An
 * id is known once: in pending or in the log. Every write happens between store_begin and store_commit; after an
 * error of commit (or of any write) the store refuses everything but close: the process must stop, because what is on disk is no longer known.
 *
 * One thread. Spans given out are valid until the next call. */
#ifndef LEDGER_STORE_H
#define LEDGER_STORE_H

#include "base/error.h"
#include "ledger/merkle.h"
#include "ledger/note.h"
#include "seal/entry.h"

enum store_source {
    STORE_FROM_DOOR = 1,  /* a caller's, or a cover entry */
    STORE_FROM_HATCH = 2, /* a desk's: an answer or a record */
    STORE_OUTBOX = 3,     /* on a desk: made here, not yet accepted by a line */
};

struct store_entry {
    struct span header, leaf, sealed; /* header, sealed empty when no longer (or not yet) held */
    enum store_source source;
    bool in_log;
    uint64_t index; /* when in_log */
};

struct store;

/* Opens or makes the store in a folder that exists (files log.db and pending.db). Finishes or undoes what a crash left. */
int store_open_sqlite(const char *folder, struct store **ret_store, struct problem *problem) MUST_USE;
void store_close(struct store *store);

int store_begin(struct store *store) MUST_USE;
int store_commit(struct store *store) MUST_USE;
void store_rollback(struct store *store);

/* A new entry (checked by entry_check before). E_EXISTS: its id is known, nothing done. E_ERASED: its id is known and
 * was erased. */
int store_put_pending(struct store *store, const struct store_entry *entry) MUST_USE;
/* Changes an outbox entry to STORE_FROM_HATCH: a line has it. */
int store_mark_sent(struct store *store, const uint8_t id[ENTRY_ID_BYTES]) MUST_USE;
/* Removes a pending entry of a desk that a line no longer lists nor placed. */
int store_drop_pending(struct store *store, const uint8_t id[ENTRY_ID_BYTES]) MUST_USE;

typedef int store_entry_fn(void *context, const struct store_entry *entry);
/* In order of id; stops at the first non-zero return and gives it back. */
int store_each_pending(struct store *store, store_entry_fn *fn, void *context) MUST_USE;
uint64_t store_pending_count(struct store *store);
/* In log order, from index. */
int store_each_logged(struct store *store, uint64_t from, store_entry_fn *fn, void *context) MUST_USE;

/* By id, pending or logged. E_NOT_FOUND. */
int store_find(struct store *store, const uint8_t id[ENTRY_ID_BYTES], struct store_entry *ret_entry) MUST_USE;
/* The entry from the hatch with that tag whose sealed bytes are held. E_NOT_FOUND. */
int store_find_tag(struct store *store, const uint8_t tag[ENTRY_TAG_BYTES], struct store_entry *ret_entry) MUST_USE;
bool store_erase_tag_used(struct store *store, const uint8_t erase_tag[ENTRY_TAG_BYTES]);

/* Deletes the sealed bytes of every entry with the secret's erase tag and remembers (id, secret) for desks. */
int store_erase(struct store *store, const uint8_t secret[32], uint64_t *ret_count) MUST_USE;
typedef int store_erased_fn(void *context, const uint8_t id[ENTRY_ID_BYTES], const uint8_t secret[32]);
int store_each_erased(struct store *store, store_erased_fn *fn, void *context) MUST_USE;
/* For desks: an erasure that a line told of (the secret fits the header's erase tag: checked here, E_PROOF). E_NOT_FOUND: no such entry. Sealed bytes stay. */
int store_note_erased(struct store *store, const uint8_t id[ENTRY_ID_BYTES], const uint8_t secret[32]) MUST_USE;

/* Appends leaves in the order given and keeps the checkpoint's signed note, in the transaction begun by the caller. The
 * root must come out as in checkpoint (E_PROOF), its size as now + count (E_ARGUMENT). Entries that were pending are moved. */
int store_append(struct store *store, const struct store_entry *entries, size_t count, const struct checkpoint *checkpoint, struct span note) MUST_USE;
uint64_t store_size(struct store *store);
/* A merkle source over the logged nodes; valid while the store is. */
struct merkle_source store_nodes(struct store *store);
/* The newest signed note, or that of a size. E_NOT_FOUND. */
int store_last_note(struct store *store, struct span *ret_note) MUST_USE;
int store_note_of_size(struct store *store, uint64_t size, struct span *ret_note) MUST_USE;
/* Cosignature lines for a size, appended to out. */
int store_put_cosignature(struct store *store, uint64_t size, struct span line) MUST_USE;
int store_cosignatures(struct store *store, uint64_t size, struct buf *out) MUST_USE;

/* For desks: header and sealed bytes of a logged entry that came later. E_PROOF unless they fit its leaf. */
int store_fill(struct store *store, struct span header, struct span sealed) MUST_USE;
/* For desks: forget the sealed bytes of one entry. */
int store_forget(struct store *store, const uint8_t id[ENTRY_ID_BYTES]) MUST_USE;
/* For lines: forgets sealed bytes that enough desks hold: door entries with index < size, and hatch entries with index < size placed
 * on or before last_day. */
int store_forget_held(struct store *store, uint64_t size, uint32_t last_day, uint64_t *ret_count) MUST_USE;

/* Small named values (roster chain, who holds what, pins). Up to 8 MiB. E_NOT_FOUND. */
int store_value_put(struct store *store, const char *name, struct span value) MUST_USE;
int store_value_get(struct store *store, const char *name, struct span *ret_value) MUST_USE;

#endif
