/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Alarms: what a desk noticed that nobody but an attacker, a broken disk or a mistake explains.
 * Those of pulling and of the roster are kept in the desk's folder until a member has seen them;
 * those about single entries (model.h) are found again by each fold. */
#ifndef DESK_ALARM_H
#define DESK_ALARM_H

#include "base/arena.h"
#include "desk/desk.h"

/* X(name, number on disk, what a person reads) */
#define ALARM_TABLE(X)                                                                             \
    X(ROLLBACK, 1, "The line showed an older log than the one that this desk already holds.")      \
    X(FORK, 2, "The line's log has two histories.")                                                \
    X(ROSTER_FORK, 3, "The roster has two histories. Membership is frozen until people choose.")   \
    X(INTAKE, 4, "An intake key was refused: its secret does not open it.")                        \
    X(MISSING, 5, "An entry that the line once listed is gone from it. This desk keeps its copy.") \
    X(GAP, 6, "The log names an entry that the line does not give and this desk does not hold.")   \
    X(UNOPENED, 7, "An entry opens with no key of this desk, and no answer of ours explains it.")  \
    X(RETIRED, 8, "An entry was sealed to an intake key that was no longer the newest.")           \
    X(SIGNER, 9, "A record is signed by somebody who is not a member.")                            \
    X(DAMAGED, 10, "An entry opens but does not hold together.")

enum alarm_kind {
#define X(name, number, sentence) ALARM_##name = (number),
    ALARM_TABLE(X)
#undef X
};

const char *alarm_name(enum alarm_kind kind);     /* "ROLLBACK" */
const char *alarm_sentence(enum alarm_kind kind); /* as in the table */

struct alarm {
    enum alarm_kind kind;
    uint32_t number; /* to name it by; 0 for those of the model */
    uint32_t minute; /* first noticed; 0 when not known */
    bool has_entry;  /* about one entry */
    uint8_t entry[ENTRY_ID_BYTES];
    const char *detail; /* what exactly, one sentence; "" when nothing to add */
};

#define ALARM_KEPT_MAX 1000
#define ALARM_DETAIL_MAX 400
/* Keeps an alarm, in a transaction of its own; the same kind, entry and detail is kept once. When
 * there are too many the oldest that was seen goes; those not seen stay. */
int alarm_raise(struct desk *desk, enum alarm_kind kind, const uint8_t *entry,
                const char *detail) MUST_USE;
/* Those kept and not yet seen, oldest first, in the arena. */
int alarm_list(struct desk *desk, struct arena *arena, struct alarm **ret_alarms,
               size_t *ret_count) MUST_USE;
/* A member has seen it. E_NOT_FOUND. */
int alarm_seen(struct desk *desk, uint32_t number) MUST_USE;

#endif
