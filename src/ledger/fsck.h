/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The audit of a store: everything that can be recomputed is, and each finding is told. It never
 * stops at the first, and changes nothing.
 *
 * Checked: the files' own structure; every leaf's form; that ids are unique and, on a line, in
 * order within each placement; every node of the tree; headers and sealed bytes against their
 * leaves; every signed note (signature, origin, size, root: so all of them are consistent with one
 * tree) and that the newest is of the whole tree; every cosignature of a known cosigner; erasures
 * against erase tags; pending entries, and that none of them is in the log too. */
#ifndef LEDGER_FSCK_H
#define LEDGER_FSCK_H

#include "ledger/store.h"

enum fsck_kind {
    FSCK_STORE,       /* the files' structure, or a row that belongs to nothing */
    FSCK_LEAF,        /* a leaf's form */
    FSCK_ID,          /* an id twice, or not to be found by its id */
    FSCK_ORDER,       /* not in order within a placement */
    FSCK_NODE,        /* a node that is not the hash of what is under it, missing, or too many */
    FSCK_HEADER,      /* a header that does not fit its leaf */
    FSCK_SEALED,      /* sealed bytes that do not fit their leaf */
    FSCK_NOTE,        /* a signed note that does not fit the tree, or is missing */
    FSCK_COSIGNATURE, /* a cosignature that does not fit */
    FSCK_ERASED,      /* an erasure that does not fit */
    FSCK_PENDING,     /* a pending entry that is not well-formed, or is in the log too */
};

struct fsck {
    const struct note_key *log_key;
    const struct note_key *cosigners; /* those known; others' lines are checked for form only */
    size_t cosigner_count;
    bool every_placement; /* a line: there is a note for each placement, so order is checked */
};

/* where: "entry 17", "node 3/5", "note 1024", "pending 00112233...". */
typedef void fsck_fn(void *context, enum fsck_kind kind, const char *where, const char *what);
/* 0 when the audit came to its end, whatever it found; *ret_findings is how many. */
int fsck_run(struct store *store, const struct fsck *fsck, fsck_fn *fn, void *context,
             uint64_t *ret_findings) MUST_USE;
const char *fsck_kind_name(enum fsck_kind kind);

#endif
