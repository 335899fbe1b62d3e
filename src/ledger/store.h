/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where a log, its pending entries and their sealed bytes are kept: by a line's keeper and by each
 * desk. One small interface, with tests written against it; SQLite is its first store.
 *
 * What holds: an entry is durable when the commit after its put returned 0. Leaves, nodes and the
 * signed checkpoint of a placement are one transaction, so no two roots are ever kept for one
 * size. An id is known once: in pending or in the log. Every write happens between store_begin and
 * store_commit. After an error of commit, or of a write other than those named with it, the store
 * refuses everything but close (E_IO): the process must stop, because what is on disk is no longer
 * known. The errors that are named for a write leave nothing half done; go on or roll back.
 *
 * The log and what is pending are two files, committed one after the other, the log first. A stop
 * between the two is put right at the next opening for an append and an erasure; a named value or a
 * cosignature is then kept although a put in the same transaction is not. Neither was acknowledged.
 *
 * One process has a store open at a time (E_BUSY), and one thread. Spans given out are valid until
 * the next call; those given to a callback until it returns, and a callback may call the store. */
#ifndef LEDGER_STORE_H
#define LEDGER_STORE_H

#include "base/error.h"
#include "ledger/merkle.h"
#include "ledger/note.h"
#include "seal/entry.h"

#define STORE_SEALED_MAX (64u << 20)
#define STORE_VALUE_MAX (8u << 20)
#define STORE_SECRET_BYTES 32

/* One changed bit makes none of them another. */
enum store_source {
    STORE_FROM_DOOR = 1,  /* a caller's, or a cover entry */
    STORE_FROM_HATCH = 2, /* a desk's: an answer or a record */
    STORE_OUTBOX = 4,     /* on a desk: made here, not yet accepted by a line */
};

struct store_entry {
    struct span header, leaf, sealed; /* header, sealed empty when no longer (or not yet) held */
    enum store_source source;
    bool in_log;
    uint64_t index; /* when in_log */
};

struct store;

/* Opens or makes the store in a folder that exists (files log.db, pending.db and count). Finishes
 * or undoes what a crash left. E_BUSY, E_IO, E_DAMAGED (not our databases, or entries that were
 * committed are missing), E_VERSION, E_NOMEM. */
int store_open_sqlite(const char *folder, struct store **ret_store,
                      struct problem *problem) MUST_USE;
/* Rolls back what was not committed. NULL is fine. */
void store_close(struct store *store);

int store_begin(struct store *store) MUST_USE;
int store_commit(struct store *store) MUST_USE;
void store_rollback(struct store *store);

/* A new entry (checked by entry_check before). E_EXISTS: its id is known, nothing done. E_ERASED:
 * its id is known and was erased. E_TOO_LARGE. */
int store_put_pending(struct store *store, const struct store_entry *entry) MUST_USE;
/* Changes an outbox entry to STORE_FROM_HATCH: a line has it. E_NOT_FOUND. */
int store_mark_sent(struct store *store, const uint8_t id[ENTRY_ID_BYTES]) MUST_USE;
/* For tests: a line that loses an entry. E_NOT_FOUND. */
int store_drop_pending(struct store *store, const uint8_t id[ENTRY_ID_BYTES]) MUST_USE;

typedef int store_entry_fn(void *context, const struct store_entry *entry);
/* In order of id; stops at the first non-zero return and gives it back. */
int store_each_pending(struct store *store, store_entry_fn *fn, void *context) MUST_USE;
/* The same with leaf and source only. */
int store_each_pending_leaf(struct store *store, store_entry_fn *fn, void *context) MUST_USE;
/* Whether a pending entry's leaf is as it was put: nothing else vouches for its commitment. */
int store_pending_whole(struct store *store, struct span leaf, bool *ret_whole) MUST_USE;
uint64_t store_pending_count(struct store *store);
/* Of disk, that the pending entries take. */
uint64_t store_pending_bytes(struct store *store);
/* In log order, from index. */
int store_each_logged(struct store *store, uint64_t from, store_entry_fn *fn,
                      void *context) MUST_USE;
/* The same with leaf and index only, up to (and without) to. */
int store_each_leaf(struct store *store, uint64_t from, uint64_t to, store_entry_fn *fn,
                    void *context) MUST_USE;

/* By id, pending or logged. E_NOT_FOUND. */
int store_find(struct store *store, const uint8_t id[ENTRY_ID_BYTES],
               struct store_entry *ret_entry) MUST_USE;
/* The entry from the hatch with that tag whose sealed bytes are held. E_NOT_FOUND. */
int store_find_tag(struct store *store, const uint8_t tag[ENTRY_TAG_BYTES],
                   struct store_entry *ret_entry) MUST_USE;
/* Whether any entry, erased ones too, has it. After an error true: a tag is then not used twice. */
bool store_erase_tag_used(struct store *store, const uint8_t erase_tag[ENTRY_TAG_BYTES]);

/* Deletes the sealed bytes of every entry with the secret's erase tag and remembers (id, secret)
 * for desks; the files are overwritten at the commit. Again is fine: *ret_count is how many
 * entries have that tag. */
int store_erase(struct store *store, const uint8_t secret[STORE_SECRET_BYTES],
                uint64_t *ret_count) MUST_USE;
typedef int store_erased_fn(void *context, const uint8_t id[ENTRY_ID_BYTES],
                            const uint8_t secret[STORE_SECRET_BYTES]);
/* In order of id. */
int store_each_erased(struct store *store, store_erased_fn *fn, void *context) MUST_USE;
/* For desks: an erasure that a line told of. The secret must fit the header's erase tag (E_PROOF).
 * E_NOT_FOUND: no such entry, or its header is not held yet. Sealed bytes stay. */
int store_note_erased(struct store *store, const uint8_t id[ENTRY_ID_BYTES],
                      const uint8_t secret[STORE_SECRET_BYTES]) MUST_USE;

/* Appends leaves in the order given and keeps the checkpoint's signed note, in the transaction
 * begun by the caller. Entries that were pending are moved: of those only the leaf must be given,
 * and it must be the one that was pending. Of others, header and sealed bytes may be empty
 * (store_fill brings them), but what is given must fit the leaf. count 0 keeps a note of the size
 * there is. E_ARGUMENT: the checkpoint's size is not the size now + count. E_PROOF: the root does
 * not come out, the note is not the checkpoint's, or an entry does not fit. E_FORMAT, E_VERSION: a
 * leaf or header is not well-formed. E_EXISTS: an id is in the log already, or twice in entries.
 * Nothing is done then. The note's signature is the caller's to check. After the commit, when
 * nothing is pending any more, the pending files are removed. */
int store_append(struct store *store, const struct store_entry *entries, size_t count,
                 const struct checkpoint *checkpoint, struct span note) MUST_USE;
uint64_t store_size(struct store *store);
/* A merkle source over the logged nodes; valid while the store is. A node is missing: E_DAMAGED. */
struct merkle_source store_nodes(struct store *store);
/* The newest signed note, or that of a size. E_NOT_FOUND. */
int store_last_note(struct store *store, struct span *ret_note) MUST_USE;
int store_note_of_size(struct store *store, uint64_t size, struct span *ret_note) MUST_USE;
typedef int store_note_fn(void *context, uint64_t size, struct span note);
/* In order of size, from size. */
int store_each_note(struct store *store, uint64_t from_size, store_note_fn *fn,
                    void *context) MUST_USE;
/* A signature line, with its newline, for the note of a size (E_NOT_FOUND: there is no such note);
 * checked by the caller. The same again is fine. */
int store_put_cosignature(struct store *store, uint64_t size, struct span line) MUST_USE;
/* All lines for a size, appended to out; none is fine. */
int store_cosignatures(struct store *store, uint64_t size, struct buf *out) MUST_USE;

/* For desks: header and sealed bytes of a logged entry that came later. E_PROOF unless they fit
 * its leaf; E_NOT_FOUND; E_TOO_LARGE. */
int store_fill(struct store *store, struct span header, struct span sealed) MUST_USE;
/* For desks: forget the sealed bytes of one entry. E_NOT_FOUND: none are held. */
int store_forget(struct store *store, const uint8_t id[ENTRY_ID_BYTES]) MUST_USE;
/* For lines: forgets sealed bytes that enough desks hold: door entries with index < size, and
 * hatch entries with index < size whose header's day is last_day or before. */
int store_forget_held(struct store *store, uint64_t size, uint32_t last_day,
                      uint64_t *ret_count) MUST_USE;

/* Small named values (roster chain, who holds what, pins). E_TOO_LARGE over STORE_VALUE_MAX;
 * E_NOT_FOUND; E_DAMAGED when it is not what was put. */
int store_value_put(struct store *store, const char *name, struct span value) MUST_USE;
int store_value_get(struct store *store, const char *name, struct span *ret_value) MUST_USE;

/* The files' own structure, and rows that belong to nothing: what only the store can see. Each
 * finding is told; 0 when the check came to its end. */
typedef void store_finding_fn(void *context, const char *what);
int store_check(struct store *store, store_finding_fn *fn, void *context) MUST_USE;

#endif
