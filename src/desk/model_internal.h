/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The model's tables, and what its files share.
 *
 * Facts (reports, answers, details, consents, erasures, cosigned) come from one fold function for
 * each kind of record (model_fold.c) and are the same whatever the order. Table convs is derived
 * from them for the conversations named in table dirty, at the end of each refresh.
 *
 * A position (pos) is 24 bytes that sort as (minute, order in the minute, id). */
#ifndef DESK_MODEL_INTERNAL_H
#define DESK_MODEL_INTERNAL_H

#include "desk/model.h"
#include "desk/opener.h"
#include "desk/sql.h"

#define MODEL_POSITION_BYTES 24
/* Orders above are no honest desk's: they would win every field for ever. */
#define MODEL_ORDER_MAX (UINT64_C(1) << 60)

enum model_state {
    MODEL_OPENED = 1,
    MODEL_NOT_HELD = 2,
    MODEL_UNOPENED = 3,
    MODEL_NOT_UNDERSTOOD = 4,
    MODEL_REFUSED = 5, /* an alarm says why */
};

struct model {
    struct desk *desk;
    struct sql sql;
    bool folded_once;
    uint64_t changes; /* of the desk, when it was folded last */
    uint64_t logged;  /* entries of the log that were looked at */
    uint64_t next_order;
    size_t epochs; /* that the desk had then */
};

/* What a fold function gets: an entry that opened, its signer being a member when there is one. */
struct model_folding {
    struct model *model;
    const struct entry_header *header;
    const struct opened *opened;
    uint32_t epoch;
};

extern const char model_schema[];

/* The ids that begin with these hexadecimal digits, at least four. E_ARGUMENT. */
struct model_id_range {
    uint8_t low[ENTRY_ID_BYTES], high[ENTRY_ID_BYTES];
};
int model_id_range(const char *prefix, struct model_id_range *ret_range,
                   struct problem *problem) MUST_USE;

/* model_fold.c: folds one opened or unopenable job. */
int model_fold_job(struct model *model, struct opener_job *job) MUST_USE;
/* Says what became of an entry: enum model_state. */
int model_fold_state(struct model *model, const uint8_t *id, const struct entry_header *header,
                     enum model_state state, bool in_log, enum store_source source) MUST_USE;
int model_fold_alarm(struct model *model, enum alarm_kind kind, const uint8_t *id,
                     const char *detail) MUST_USE;

/* model_derive.c: brings convs up to date with the facts. */
int model_derive(struct model *model) MUST_USE;
/* model_cosigned.c: holds other desks' cosigned checkpoints against this desk's tree. */
int model_cosigned_check(struct model *model) MUST_USE;

/* model_text.c: appends text as valid UTF-8 without NUL. */
void model_text_clean(struct buf *out, struct span text);
/* Appends a word as the index holds it: folded, one token; nothing when it folds to nothing. */
int model_text_word(struct buf *out, struct span word) MUST_USE;
/* Appends all words so, a space between them. */
int model_text_words(struct buf *out, struct span text) MUST_USE;

/* A column as text in the arena; NULL without memory. */
const char *model_column(struct arena *arena, sqlite3_stmt *stmt, int column);
const char *model_short_id(struct arena *arena, const uint8_t *id);
/* A member's name; "" for NULL. */
const char *model_member_name(struct arena *arena, struct model *model, sqlite3_stmt *stmt,
                              int column);

#endif
