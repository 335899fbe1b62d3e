/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a member does: each action makes sealed and signed entries, puts them into the outbox in one
 * transaction, and refreshes the model. Works offline; pull.h sends the outbox.
 *
 * The desk must be unlocked and awake. On error nothing was written. */
#ifndef DESK_ACT_H
#define DESK_ACT_H

#include "desk/model.h"

#define ACT_REPORT_MAX_BYTES (1u << 20)
#define ACT_CONSENTS_MAX 16

/* What came by telephone, message or paper. */
struct act_report {
    struct span text;
    const char *channel;           /* "telephone", "message", "paper" */
    const char *wording;           /* "verbatim", "summary" */
    const char *language;          /* two or three letters; NULL when not known */
    uint32_t minute;               /* when it was said; 0: now */
    struct record_details details; /* its report is filled in; set may be 0 */
    size_t consent_count;
    struct record_consent consents[ACT_CONSENTS_MAX];
};
/* E_ARGUMENT (with a sentence), E_TOO_LARGE, E_UTF8, E_EXPIRED (no intake epoch is good today). */
int act_take(struct desk *desk, struct model *model, const struct act_report *report,
             uint8_t ret_id[ENTRY_ID_BYTES], struct problem *problem) MUST_USE;
/* To the caller of the conversation that the report is of. E_NOT_FOUND: it came by no door and has
 * no mailbox. E_TOO_LARGE over ANSWER_TEXT_MAX bytes. E_BUSY: all 64 reply slots are used. */
int act_answer(struct desk *desk, struct model *model, const uint8_t report[ENTRY_ID_BYTES],
               struct span text, struct problem *problem) MUST_USE;
int act_details(struct desk *desk, struct model *model, const struct record_details *details,
                struct problem *problem) MUST_USE;
int act_consent(struct desk *desk, struct model *model, const struct record_consent *consent,
                struct problem *problem) MUST_USE;
/* About an entry that the caller had erased (E_ARGUMENT for any other). ERASURE_DELETED forgets the
 * sealed bytes here, for good; ERASURE_KEPT shows it again. */
int act_erasure(struct desk *desk, struct model *model, const struct record_erasure *erasure,
                struct problem *problem) MUST_USE;

#endif
