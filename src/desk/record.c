/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/record.h"

#include <string.h>

#include "base/fields.h"
#include "text/utf8.h"

enum answered_field {
    ANSWERED_MAILBOX = 1,
    ANSWERED_SLOT = 2,
    ANSWERED_ANSWER = 3,
    ANSWERED_REPORT = 4,
    ANSWERED_TEXT = 5,
};
enum details_field { DETAILS_REPORT = 1, DETAILS_FIRST_FIELD = 10 };
enum consent_field {
    CONSENT_REPORT = 1,
    CONSENT_PURPOSE = 2,
    CONSENT_RECIPIENT = 3,
    CONSENT_GIVEN = 4,
};
enum erasure_field { ERASURE_ENTRY = 1, ERASURE_DECISION = 2, ERASURE_REASON = 3 };

static bool text_fits(struct span text, size_t max_bytes)
{
    return text.len <= max_bytes && utf8_check(text, max_bytes) == 0 &&
           (text.len == 0 || !memchr(text.data, 0, text.len));
}

/* Absent is empty. */
static int read_text(struct span content, uint16_t number, size_t max_bytes, struct span *ret_text)
{
    struct span text = span_of(NULL, 0);
    fields_get(content, number, &text);
    REJECT_IF(!text_fits(text, max_bytes), E_FORMAT);
    *ret_text = text;
    return 0;
}

int record_answered_put(const struct record_answered *record, struct buf *out)
{
    REJECT_IF(!text_fits(record->text, RECORD_TEXT_MAX), E_ARGUMENT);
    fields_put(out, ANSWERED_MAILBOX, span_of(record->mailbox, sizeof record->mailbox));
    fields_put_u32(out, ANSWERED_SLOT, record->slot);
    fields_put(out, ANSWERED_ANSWER, span_of(record->answer, sizeof record->answer));
    fields_put(out, ANSWERED_REPORT, span_of(record->report, sizeof record->report));
    fields_put(out, ANSWERED_TEXT, record->text);
    return buf_error(out);
}

int record_answered_read(struct span content, struct record_answered *ret_record)
{
    TRY(fields_check(content));
    struct record_answered r;
    REJECT_IF(!fields_get_exact(content, ANSWERED_MAILBOX, r.mailbox, sizeof r.mailbox) ||
                  !fields_get_u32(content, ANSWERED_SLOT, &r.slot) ||
                  !fields_get_exact(content, ANSWERED_ANSWER, r.answer, sizeof r.answer) ||
                  !fields_get_exact(content, ANSWERED_REPORT, r.report, sizeof r.report),
              E_FORMAT);
    TRY(read_text(content, ANSWERED_TEXT, RECORD_TEXT_MAX, &r.text));
    *ret_record = r;
    return 0;
}

/* The members of record_details in the order of their fields; one of number and text is set. */
struct details_member {
    uint32_t *number;
    struct span *text;
    uint32_t max;
};
#define DETAILS_MEMBERS 8

static void details_members(struct record_details *r, struct details_member ret[DETAILS_MEMBERS])
{
    const struct details_member members[DETAILS_MEMBERS] = {
        {.number = &r->danger, .max = DANGER_NOW},
        {.number = &r->due_minute, .max = UINT32_MAX},
        {.text = &r->safe_ways},
        {.text = &r->safe_hours},
        {.text = &r->to_others},
        {.text = &r->interpreter},
        {.number = &r->handled, .max = 1},
        {.text = &r->note},
    };
    memcpy(ret, members, sizeof members);
}

int record_details_put(const struct record_details *record, struct buf *out)
{
    struct record_details r = *record;
    struct details_member members[DETAILS_MEMBERS];
    details_members(&r, members);
    for (unsigned i = 0; i < DETAILS_MEMBERS; i++) {
        const struct details_member *m = &members[i];
        if (!(r.set & 1u << i))
            continue;
        REJECT_IF(m->number ? *m->number > m->max : !text_fits(*m->text, RECORD_SHORT_TEXT_MAX),
                  E_ARGUMENT);
    }
    fields_put(out, DETAILS_REPORT, span_of(r.report, sizeof r.report));
    for (unsigned i = 0; i < DETAILS_MEMBERS; i++) {
        const struct details_member *m = &members[i];
        uint16_t field = (uint16_t)(DETAILS_FIRST_FIELD + i);
        if (!(r.set & 1u << i))
            continue;
        if (m->number)
            fields_put_u32(out, field, *m->number);
        else
            fields_put(out, field, *m->text);
    }
    return buf_error(out);
}

static int details_member_read(struct span content, unsigned i, const struct details_member *m,
                               unsigned *set)
{
    uint16_t field = (uint16_t)(DETAILS_FIRST_FIELD + i);
    struct span value;
    if (!fields_get(content, field, &value))
        return 0;
    *set |= 1u << i;
    if (m->text)
        return read_text(content, field, RECORD_SHORT_TEXT_MAX, m->text);
    REJECT_IF(!fields_get_u32(content, field, m->number) || *m->number > m->max, E_FORMAT);
    return 0;
}

int record_details_read(struct span content, struct record_details *ret_record)
{
    TRY(fields_check(content));
    struct record_details r = {0};
    struct details_member members[DETAILS_MEMBERS];
    details_members(&r, members);
    REJECT_IF(!fields_get_exact(content, DETAILS_REPORT, r.report, sizeof r.report), E_FORMAT);
    for (unsigned i = 0; i < DETAILS_MEMBERS; i++)
        TRY(details_member_read(content, i, &members[i], &r.set));
    *ret_record = r;
    return 0;
}

int record_consent_put(const struct record_consent *record, struct buf *out)
{
    REJECT_IF(record->purpose.len == 0 || record->given > 1, E_ARGUMENT);
    REJECT_IF(!text_fits(record->purpose, RECORD_SHORT_TEXT_MAX) ||
                  !text_fits(record->recipient, RECORD_SHORT_TEXT_MAX),
              E_ARGUMENT);
    fields_put(out, CONSENT_REPORT, span_of(record->report, sizeof record->report));
    fields_put(out, CONSENT_PURPOSE, record->purpose);
    fields_put(out, CONSENT_RECIPIENT, record->recipient);
    fields_put_u32(out, CONSENT_GIVEN, record->given);
    return buf_error(out);
}

int record_consent_read(struct span content, struct record_consent *ret_record)
{
    TRY(fields_check(content));
    struct record_consent r;
    REJECT_IF(!fields_get_exact(content, CONSENT_REPORT, r.report, sizeof r.report) ||
                  !fields_get_u32(content, CONSENT_GIVEN, &r.given) || r.given > 1,
              E_FORMAT);
    TRY(read_text(content, CONSENT_PURPOSE, RECORD_SHORT_TEXT_MAX, &r.purpose));
    TRY(read_text(content, CONSENT_RECIPIENT, RECORD_SHORT_TEXT_MAX, &r.recipient));
    REJECT_IF(r.purpose.len == 0, E_FORMAT);
    *ret_record = r;
    return 0;
}

int record_erasure_put(const struct record_erasure *record, struct buf *out)
{
    REJECT_IF(record->decision != ERASURE_KEPT && record->decision != ERASURE_DELETED, E_ARGUMENT);
    REJECT_IF(!text_fits(record->reason, RECORD_SHORT_TEXT_MAX), E_ARGUMENT);
    fields_put(out, ERASURE_ENTRY, span_of(record->entry, sizeof record->entry));
    fields_put_u32(out, ERASURE_DECISION, record->decision);
    fields_put(out, ERASURE_REASON, record->reason);
    return buf_error(out);
}

int record_erasure_read(struct span content, struct record_erasure *ret_record)
{
    TRY(fields_check(content));
    struct record_erasure r;
    REJECT_IF(!fields_get_exact(content, ERASURE_ENTRY, r.entry, sizeof r.entry) ||
                  !fields_get_u32(content, ERASURE_DECISION, &r.decision),
              E_FORMAT);
    REJECT_IF(r.decision != ERASURE_KEPT && r.decision != ERASURE_DELETED, E_FORMAT);
    TRY(read_text(content, ERASURE_REASON, RECORD_SHORT_TEXT_MAX, &r.reason));
    *ret_record = r;
    return 0;
}
