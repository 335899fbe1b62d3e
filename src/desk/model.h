/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The model: everything that the desk's keys open, folded into an SQLite database that is only in
 * memory. Records may come in any order; the model is the same.
 *
 * A conversation is what shares a mailbox key; a report that a member took is one by itself. Its id
 * is that of its first report, and every id of a report in it names it too. A report's position is
 * (minute, order in the minute, id).
 *
 * A conversation is waiting when its newest report is later than every report that an answer was
 * given to or that is handled. It is handled when not waiting because a member said so.
 *
 * Text given out is valid UTF-8 without NUL (other bytes were replaced by U+FFFD), NUL-terminated,
 * and hostile: escape it for HTML, show it through text/show.h on a terminal.
 *
 * Results live in the arena that is passed in; E_NOMEM when its cap is reached. One thread. */
#ifndef DESK_MODEL_H
#define DESK_MODEL_H

#include "base/arena.h"
#include "desk/alarm.h"
#include "desk/desk.h"
#include "desk/record.h"

struct model;

/* The desk must be unlocked; the model is freed before it is locked or freed. Empty until the first
 * refresh. */
int model_new(struct desk *desk, struct model **ret_model, struct problem *problem) MUST_USE;
void model_free(struct model *model); /* wipes */
/* Folds what the store has and the model does not have yet. The desk must be awake. Cheap when
 * nothing changed. Call it after desk_wake and after a pull. */
int model_refresh(struct model *model, struct problem *problem) MUST_USE;

/* Keeps the cosignatures that other desks told of, checked, beside this desk's own: for proofs. */
int model_keep_cosignatures(struct model *model, struct problem *problem) MUST_USE;
/* Deletes here what this member decided to delete, on whichever computer that was. */
int model_delete_decided(struct model *model, struct problem *problem) MUST_USE;

/* One row of the inbox: a conversation. */
struct model_row {
    uint8_t id[ENTRY_ID_BYTES];
    const char *short_id;               /* DESK_SHORT_ID_DIGITS hexadecimal digits */
    uint32_t first_minute, last_minute; /* of its reports */
    uint32_t waiting_since_minute;      /* of its oldest report not answered; 0 when not waiting */
    uint32_t reports, answers;
    uint32_t danger;     /* enum record_danger */
    uint32_t due_minute; /* 0: none */
    bool waiting, handled;
    bool can_answer; /* it has a mailbox */
    const char *channel, *language;
    const char *taken_by; /* member's name; "" when it came through the door */
    const char *start;    /* the first characters of the newest report, one line; "" when erased */
};
struct model_rows {
    size_t count, total; /* given out; there are */
    struct model_row *rows;
};
/* Not handled before handled; then danger (highest first), due time (soonest first, none last),
 * waiting first, then age: the oldest waiting first, of the others the newest first. */
int model_inbox(struct model *model, size_t from, size_t max, struct arena *arena,
                struct model_rows *ret_rows) MUST_USE;

enum model_item_kind { ITEM_REPORT, ITEM_ANSWER };
struct model_item {
    enum model_item_kind kind;
    uint8_t id[ENTRY_ID_BYTES]; /* of the report, or of the `answered` record */
    const char *short_id;
    uint32_t minute, day; /* sealed inside; in the header */
    const char *text;     /* "" while hidden and when deleted */
    size_t text_len;
    const char *language, *channel, *wording; /* "" for answers */
    const char *by;                           /* member who took it or answered; "" for the door */
    bool in_log;                              /* else pending or in the outbox */
    bool sent;                                /* false: still in the outbox */
    bool erased;                              /* the caller had it erased on the line */
    bool hidden;                              /* erased, and nobody decided yet */
    uint32_t decision;                        /* enum record_decision of this member; 0 none */
};
struct model_consent {
    const char *purpose, *recipient, *by;
    bool given;
    uint32_t minute;
};
/* What is known of a conversation besides its items; "" and 0 when nothing was said. */
struct model_details {
    uint32_t danger, due_minute, handled;
    const char *safe_ways, *safe_hours, *to_others, *interpreter, *note;
    const char *by;  /* who said something last */
    uint32_t minute; /* and when */
};
struct model_conversation {
    struct model_row row;
    struct model_details details;
    size_t item_count, consent_count;
    struct model_item *items; /* in order of time */
    struct model_consent *consents;
};
/* By id of any report in it, hexadecimal, whole or at least four digits of it. show_hidden: the
 * text of erased reports that nobody decided about is given too. E_NOT_FOUND; E_ARGUMENT when it is
 * no such prefix or names several. */
int model_conversation(struct model *model, const char *id, bool show_hidden, struct arena *arena,
                       struct model_conversation *ret_conversation,
                       struct problem *problem) MUST_USE;
/* The id of the one entry that the prefix names: a report, a record, an answer. Errors as above. */
int model_find_id(struct model *model, const char *prefix, uint8_t ret_id[ENTRY_ID_BYTES],
                  struct problem *problem) MUST_USE;

struct model_hit {
    uint8_t id[ENTRY_ID_BYTES]; /* of the report, or of the `answered` record */
    const char *short_id;
    const char *conversation; /* short id of its conversation */
    enum model_item_kind kind;
    uint32_t minute;
    /* About 160 characters around the first hit, one line, and where in it the hits are. */
    const char *snippet;
    size_t mark_count;
    struct {
        size_t from, to; /* bytes */
    } marks[16];
};
struct model_hits {
    size_t count;
    struct model_hit *hits;
};
/* Words, all of which must be there, folded as text/fold.h does; each also finds words that begin
 * with it. Of the newest days when there are more than max; newest first. No words: E_ARGUMENT. */
int model_search(struct model *model, const char *words, size_t max, struct arena *arena,
                 struct model_hits *ret_hits, struct problem *problem) MUST_USE;

/* What callers had erased and this member has not decided about, and what was decided. */
struct model_erasure {
    uint8_t id[ENTRY_ID_BYTES];
    const char *short_id, *conversation; /* conversation "" when it was never held here */
    uint8_t group[ENTRY_ID_BYTES]; /* the conversation's whole id; its own when it is in none */
    uint32_t day;
    uint32_t decision; /* of this member */
    bool held;         /* this desk still has the sealed bytes */
    const char *reason;
};
int model_erasures(struct model *model, struct arena *arena, struct model_erasure **ret_erasures,
                   size_t *ret_count) MUST_USE;

struct model_day {
    uint32_t day;
    uint32_t reports; /* from doors and taken */
};
struct model_status {
    uint64_t log_size, pending, outbox;
    uint32_t reports, conversations, waiting, danger_now, overdue;
    uint32_t undecided;      /* erasures */
    uint32_t not_held;       /* logged entries without bytes here, erased ones left out */
    uint32_t not_understood; /* kinds or versions of a newer program */
    bool has_checkpoint;
    uint64_t checkpoint_size;
    uint8_t checkpoint_root[32];
    uint32_t cosigners;                     /* of the newest checkpoint, this desk included */
    uint32_t intake_epoch, intake_last_day; /* 0: none good today */
    size_t alarm_count;                     /* kept ones, then those of the model; at most 1,000 */
    struct alarm *alarms;
    size_t day_count;
    struct model_day *days; /* the last 30, oldest first, none left out */
};
int model_status(struct model *model, struct arena *arena,
                 struct model_status *ret_status) MUST_USE;

/* What actions need. One more than the highest order known. */
uint64_t model_next_order(struct model *model);
/* The caller's keys of a report's conversation and the reply slots already used. E_NOT_FOUND: it
 * came by no door. */
struct model_caller {
    uint8_t mailbox[SEAL_KEY_BYTES], reply_key[SEAL_KEY_BYTES];
    uint64_t slots_used; /* bit i: slot i */
    uint32_t epoch;      /* newest intake epoch that it wrote to */
};
int model_caller(struct model *model, const uint8_t report[ENTRY_ID_BYTES],
                 struct model_caller *ret_caller) MUST_USE;

#endif
