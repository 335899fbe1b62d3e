/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The queue of doubtful pairs that output.h writes, read again for a person to go through, and one
 * pair of it as a person sees it. */
#ifndef LINK_QUEUE_H
#define LINK_QUEUE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define LINK_QUEUE_MAX_BYTES (512u << 20)
#define LINK_QUEUE_VALUE_MAX 200 /* characters of a value that are shown */

struct link_queue_item {
    struct span a, b;   /* what the two records are called (ident.h) */
    struct span chance; /* as it stands there */
    bool together;
    /* Three for each field: a's, b's, and how the engine saw them (of which it says nothing where
     * one is missing, or where the field is not compared). */
    const struct span *values;
};

struct link_queue {
    size_t fields;
    const char **names; /* of the fields */
    bool *seen;         /* whether it is said how they compare */
    size_t columns;     /* of the file */
    size_t count;
    struct link_queue_item *items;
};

/* What it holds lives in the arena. E_FORMAT with the line, E_UTF8, E_TOO_LARGE, E_NOMEM. */
int link_queue_read(struct span file, struct arena *arena, struct link_queue *ret_queue,
                    struct problem *problem) MUST_USE;

/* The two records beside each other, a row a field that one of them has; beneath each other where
 * the terminal is too narrow for all they say, or something is written from right to left. = the
 * same, ≈ the same but for how it is written (capitals, alphabet, the order of a date), ≠ not the
 * same, with what differs in brackets where that is not nearly all: "Pet[r]ov", "Pet[]ov"; and what
 * the engine saw. Errors stand in out. */
void link_queue_show(const struct link_queue *queue, const struct link_queue_item *item,
                     size_t width, struct buf *out);

#endif
