/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Opening many entries on all processors while one thread reads and folds: two batches take turns,
 * one being filled and folded, the other being opened. */
#ifndef DESK_OPENER_H
#define DESK_OPENER_H

#include "desk/desk.h"
#include "seal/payload_open.h"

#define OPENER_BATCH_ENTRIES 128
#define OPENER_THREADS_MAX 16

struct opener_job {
    uint8_t header[ENTRY_HEADER_BYTES], leaf[ENTRY_LEAF_BYTES];
    size_t at, len; /* of the sealed bytes in the batch's */
    enum store_source source;
    bool in_log;
    /* What came out. error: that of payload_open; E_CANNOT_OPEN when no epoch's key did. */
    int error;
    const struct desk_epoch *epoch;
    struct opened opened; /* when error is 0 */
};
struct opener_batch {
    size_t count;
    struct opener_job jobs[OPENER_BATCH_ENTRIES];
    struct buf sealed;
};

struct opener;

/* The desk is unlocked, and stays so, with the same epochs. */
int opener_new(const struct desk *desk, struct opener **ret_opener) MUST_USE;
void opener_free(struct opener *opener);
/* Copies the entry into the batch that is filled; there must be room. E_NOMEM. */
int opener_add(struct opener *opener, const struct store_entry *entry) MUST_USE;
bool opener_full(const struct opener *opener, size_t sealed_len);
/* Hands over what was filled and gives back what was opened before, or NULL when there was none
 * yet; opener_done wipes that before more is added. Two turns at the end empty the opener. */
struct opener_batch *opener_turn(struct opener *opener);
void opener_done(struct opener *opener);

#endif
