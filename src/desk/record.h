/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Records: what a desk decides, as sealed and signed entries. This file is their schemas. Each is a
 * list of fields (base/fields.h); unknown field numbers are skipped; a number here never changes
 * its meaning. All are version 1. A newer version of a kind is kept, forwarded and shown as not
 * understood.
 *
 * Where two records say different things about the same, the later wins, field by field: the higher
 * order (docs/crypto.md, envelope field 5), then the higher signing key, then the higher entry id.
 *
 * Text is UTF-8 without NUL. Spans in the structs point into the bytes that were decoded. */
#ifndef DESK_RECORD_H
#define DESK_RECORD_H

#include "base/buf.h"
#include "base/error.h"
#include "seal/entry.h"
#include "seal/payload.h"

#define RECORD_VERSION 1
#define RECORD_TEXT_MAX 16000
#define RECORD_SHORT_TEXT_MAX 1000

/* KIND_ANSWERED: an answer was sealed for a caller. The answer itself is another entry, which only
 * the caller opens; without this record nobody here could read what was answered.
 *    1  mailbox key of the caller (32)
 *    2  u32 reply slot that the answer's tag is of
 *    3  id of the answer entry (16)
 *    4  id of the report that was answered (16): it and all before it in its conversation
 *    5  text, at most RECORD_TEXT_MAX */
struct record_answered {
    uint8_t mailbox[SEAL_KEY_BYTES];
    uint32_t slot;
    uint8_t answer[ENTRY_ID_BYTES], report[ENTRY_ID_BYTES];
    struct span text;
};

enum record_danger { DANGER_NOT_KNOWN = 0, DANGER_RISK = 1, DANGER_NOW = 2 };

/* Which fields of record_details are said; bit = field number - 10. */
enum record_details_set {
    DETAILS_DANGER = 1 << 0,
    DETAILS_DUE = 1 << 1,
    DETAILS_SAFE_WAYS = 1 << 2,
    DETAILS_SAFE_HOURS = 1 << 3,
    DETAILS_TO_OTHERS = 1 << 4,
    DETAILS_INTERPRETER = 1 << 5,
    DETAILS_HANDLED = 1 << 6,
    DETAILS_NOTE = 1 << 7,
};

/* KIND_DETAILS: about a report and so about its conversation. Any field but the first may be left
 * out; an empty text or a due time of 0 takes back what was said.
 *    1  id of the report (16)
 *   10  u32 danger: 0 not known, 1 at risk, 2 now
 *   11  u32 minute by when something must happen; 0: no such time
 *   12  safe ways to reach the caller
 *   13  safe hours
 *   14  what to say if somebody else answers
 *   15  interpreter (who, or between which languages)
 *   16  u32 handled: 1 nothing more is to be done about this report and those before it; 0 it is
 *   17  note for the other members */
struct record_details {
    uint8_t report[ENTRY_ID_BYTES];
    unsigned set; /* of enum record_details_set */
    uint32_t danger, due_minute, handled;
    struct span safe_ways, safe_hours, to_others, interpreter, note;
};

/* KIND_CONSENT: what a caller allowed or refused.
 *    1  id of the report (16)
 *    2  purpose ("publication", "legal aid", ...)
 *    3  recipient ("" = nobody named)
 *    4  u32 1 given, 0 refused
 * Purpose and recipient are compared as they are; the later record wins. */
struct record_consent {
    uint8_t report[ENTRY_ID_BYTES];
    struct span purpose, recipient;
    uint32_t given;
};

/* KIND_COSIGNATURE: the content is no list of fields but a signed note (ledger/note.h): the
 * checkpoint with the line's signature and this desk's cosignature. */

/* KIND_ERASURE: the caller had the line delete an entry; what this desk did with its copy.
 *    1  id of the entry (16)
 *    2  u32 1 kept, 2 deleted
 *    3  reason */
enum record_decision { ERASURE_KEPT = 1, ERASURE_DELETED = 2 };
struct record_erasure {
    uint8_t entry[ENTRY_ID_BYTES];
    uint32_t decision;
    struct span reason;
};

/* Encoding appends to out; E_ARGUMENT when a text is too long or no UTF-8. Decoding: E_FORMAT. */
int record_answered_put(const struct record_answered *record, struct buf *out) MUST_USE;
int record_answered_read(struct span content, struct record_answered *ret_record) MUST_USE;
int record_details_put(const struct record_details *record, struct buf *out) MUST_USE;
int record_details_read(struct span content, struct record_details *ret_record) MUST_USE;
int record_consent_put(const struct record_consent *record, struct buf *out) MUST_USE;
int record_consent_read(struct span content, struct record_consent *ret_record) MUST_USE;
int record_erasure_put(const struct record_erasure *record, struct buf *out) MUST_USE;
int record_erasure_read(struct span content, struct record_erasure *ret_record) MUST_USE;

#endif
