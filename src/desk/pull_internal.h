/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The steps of a pull. Each is called with the desk awake and leaves it awake. */
#ifndef DESK_PULL_INTERNAL_H
#define DESK_PULL_INTERNAL_H

#include "desk/alarm.h"
#include "desk/pull.h"
#include "desk/source.h"

/* Ids (16 bytes each) of leaves whose bytes are still to come, and of those that were not given. */
#define PULL_VALUE_MISSING "missing"
#define PULL_VALUE_GAPS "gaps"
#define PULL_BATCH_ENTRIES 128

struct pulling {
    struct desk *desk;
    struct source *source;
    const struct pull_options *options;
    struct pull_report *report;
    struct problem *problem;
    struct buf erased; /* as the source gave it: id, secret, repeated */
};

/* Waiting for the network is done asleep. */
void pull_leave(struct pulling *p);
int pull_return(struct pulling *p) MUST_USE;
/* leave, get, return. */
int pull_fetch(struct pulling *p, const char *path, size_t max_bytes, struct buf *out) MUST_USE;
int pull_progress(struct pulling *p, const char *what, uint64_t done, uint64_t of) MUST_USE;
/* Raises the alarm, counts it, says it, and gives back error. */
int pull_alarm(struct pulling *p, enum alarm_kind kind, const uint8_t *entry, int error,
               const char *format, ...) PRINTF_LIKE(5, 6) MUST_USE;
void pull_id_text(const uint8_t *id, char out[2 * ENTRY_ID_BYTES + 1]);

int pull_roster(struct pulling *p) MUST_USE;
int pull_log(struct pulling *p) MUST_USE;     /* checkpoint and leaves */
int pull_sealed(struct pulling *p) MUST_USE;  /* bytes of leaves */
int pull_pending(struct pulling *p) MUST_USE; /* entries not placed yet */
int pull_push(struct pulling *p) MUST_USE;

/* A list of ids kept as a value. Loading appends; saving is between begin and commit. */
int pull_list_load(struct pulling *p, const char *name, struct buf *out) MUST_USE;
int pull_list_save(struct pulling *p, const char *name, struct span ids) MUST_USE;

#endif
