/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The schemas of records: what is written is read back, and nothing that breaks a rule is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/fields.h"
#include "desk/record.h"
#include "prop.h"

static void random_text(struct prop *prop, char *out, size_t max)
{
    static const char *const pieces[] = {"a", "\xD1\x91", "\n", "word ", "\xE2\x80\xAE", "9"};
    size_t len = 0;
    while (len + 8 < max && prop_below(prop, 12)) {
        const char *piece = pieces[prop_below(prop, COUNT_OF(pieces))];
        memcpy(out + len, piece, strlen(piece));
        len += strlen(piece);
    }
    out[len] = '\0';
}

static void details_round_trip(void **state)
{
    (void)state;
    struct prop prop = prop_start("details_round_trip");
    for (int i = 0; i < 2000; i++) {
        char texts[5][128];
        for (int t = 0; t < 5; t++)
            random_text(&prop, texts[t], sizeof texts[t]);
        struct record_details in = {.set = (unsigned)prop_below(&prop, 256),
                                    .danger = (uint32_t)prop_below(&prop, 3),
                                    .due_minute = (uint32_t)prop_u64(&prop),
                                    .handled = (uint32_t)prop_below(&prop, 2),
                                    .safe_ways = span_text(texts[0]),
                                    .safe_hours = span_text(texts[1]),
                                    .to_others = span_text(texts[2]),
                                    .interpreter = span_text(texts[3]),
                                    .note = span_text(texts[4])};
        prop_bytes(&prop, in.report, sizeof in.report);
        struct buf bytes;
        struct record_details out;
        buf_init(&bytes, 65536);
        assert_int_equal(record_details_put(&in, &bytes), 0);
        assert_int_equal(record_details_read(buf_bytes(&bytes), &out), 0);
        assert_int_equal(out.set, in.set);
        assert_memory_equal(out.report, in.report, sizeof in.report);
        if (in.set & DETAILS_DANGER)
            assert_int_equal(out.danger, in.danger);
        if (in.set & DETAILS_DUE)
            assert_int_equal(out.due_minute, in.due_minute);
        if (in.set & DETAILS_HANDLED)
            assert_int_equal(out.handled, in.handled);
        if (in.set & DETAILS_SAFE_WAYS)
            assert_true(span_equal(out.safe_ways, in.safe_ways));
        if (in.set & DETAILS_TO_OTHERS)
            assert_true(span_equal(out.to_others, in.to_others));
        if (in.set & DETAILS_NOTE)
            assert_true(span_equal(out.note, in.note));
        buf_release(&bytes);
    }
}

static void others_round_trip(void **state)
{
    (void)state;
    struct buf bytes;
    buf_init(&bytes, 65536);
    struct record_answered answered = {.slot = 63, .text = span_text("We hear you.")}, answered_out;
    memset(answered.mailbox, 1, sizeof answered.mailbox);
    memset(answered.answer, 2, sizeof answered.answer);
    memset(answered.report, 3, sizeof answered.report);
    assert_int_equal(record_answered_put(&answered, &bytes), 0);
    assert_int_equal(record_answered_read(buf_bytes(&bytes), &answered_out), 0);
    assert_int_equal(answered_out.slot, 63);
    assert_memory_equal(answered_out.mailbox, answered.mailbox, sizeof answered.mailbox);
    assert_memory_equal(answered_out.answer, answered.answer, sizeof answered.answer);
    assert_memory_equal(answered_out.report, answered.report, sizeof answered.report);
    assert_true(span_equal(answered_out.text, answered.text));

    buf_reset(&bytes);
    struct record_consent consent = {.purpose = span_text("publication"),
                                     .recipient = span_text("The Karsk Courier"),
                                     .given = 1},
                          consent_out;
    assert_int_equal(record_consent_put(&consent, &bytes), 0);
    assert_int_equal(record_consent_read(buf_bytes(&bytes), &consent_out), 0);
    assert_true(span_equal(consent_out.purpose, consent.purpose));
    assert_true(span_equal(consent_out.recipient, consent.recipient));
    assert_int_equal(consent_out.given, 1);

    buf_reset(&bytes);
    struct record_erasure erasure = {.decision = ERASURE_DELETED, .reason = span_text("asked")},
                          erasure_out;
    assert_int_equal(record_erasure_put(&erasure, &bytes), 0);
    assert_int_equal(record_erasure_read(buf_bytes(&bytes), &erasure_out), 0);
    assert_int_equal(erasure_out.decision, ERASURE_DELETED);
    assert_true(span_equal(erasure_out.reason, erasure.reason));
    buf_release(&bytes);
}

static void unknown_fields_are_skipped(void **state)
{
    (void)state;
    struct record_details in = {.set = DETAILS_DANGER, .danger = DANGER_NOW}, out;
    struct buf bytes;
    buf_init(&bytes, 65536);
    assert_int_equal(record_details_put(&in, &bytes), 0);
    fields_put_u32(&bytes, 900, 7);
    assert_int_equal(record_details_read(buf_bytes(&bytes), &out), 0);
    assert_int_equal(out.set, DETAILS_DANGER);
    assert_int_equal(out.danger, DANGER_NOW);
    buf_release(&bytes);
}

/* Each breaks one rule. */
static void broken_records_are_refused(void **state)
{
    (void)state;
    static const uint8_t id[16] = {1}, key[32] = {2};
    struct record_details details;
    struct record_consent consent;
    struct record_erasure erasure;
    struct record_answered answered;
    struct buf b;
    buf_init(&b, 1u << 20);

    assert_int_equal(record_details_read(span_of(NULL, 0), &details), E_FORMAT);
    fields_put(&b, 1, span_of(id, 15));
    assert_int_equal(record_details_read(buf_bytes(&b), &details), E_FORMAT);
    buf_reset(&b);
    fields_put(&b, 1, span_of(id, 16));
    fields_put_u32(&b, 10, 3);
    assert_int_equal(record_details_read(buf_bytes(&b), &details), E_FORMAT);
    buf_reset(&b);
    fields_put(&b, 1, span_of(id, 16));
    fields_put(&b, 12, span_of("a\0b", 3));
    assert_int_equal(record_details_read(buf_bytes(&b), &details), E_FORMAT);
    buf_reset(&b);
    fields_put(&b, 1, span_of(id, 16));
    fields_put(&b, 12, span_of("\xFF", 1));
    assert_int_equal(record_details_read(buf_bytes(&b), &details), E_FORMAT);
    buf_reset(&b);
    fields_put(&b, 1, span_of(id, 16));
    fields_put_u32(&b, 16, 2);
    assert_int_equal(record_details_read(buf_bytes(&b), &details), E_FORMAT);

    buf_reset(&b);
    fields_put(&b, 1, span_of(id, 16));
    fields_put(&b, 2, span_of(NULL, 0));
    fields_put_u32(&b, 4, 1);
    assert_int_equal(record_consent_read(buf_bytes(&b), &consent), E_FORMAT);
    buf_reset(&b);
    fields_put(&b, 1, span_of(id, 16));
    fields_put(&b, 2, span_text("p"));
    fields_put_u32(&b, 4, 2);
    assert_int_equal(record_consent_read(buf_bytes(&b), &consent), E_FORMAT);

    buf_reset(&b);
    fields_put(&b, 1, span_of(id, 16));
    fields_put_u32(&b, 2, 3);
    assert_int_equal(record_erasure_read(buf_bytes(&b), &erasure), E_FORMAT);

    buf_reset(&b);
    fields_put(&b, 1, span_of(key, 32));
    fields_put_u32(&b, 2, 0);
    fields_put(&b, 3, span_of(id, 16));
    assert_int_equal(record_answered_read(buf_bytes(&b), &answered), E_FORMAT);
    buf_release(&b);
}

static void what_breaks_a_rule_is_not_written(void **state)
{
    (void)state;
    static char long_text[RECORD_SHORT_TEXT_MAX + 2];
    memset(long_text, 'a', sizeof long_text - 1);
    struct buf b;
    buf_init(&b, 65536);
    struct record_details details = {.set = DETAILS_NOTE, .note = span_text(long_text)};
    assert_int_equal(record_details_put(&details, &b), E_ARGUMENT);
    details = (struct record_details){.set = DETAILS_DANGER, .danger = 3};
    assert_int_equal(record_details_put(&details, &b), E_ARGUMENT);
    struct record_consent consent = {.purpose = span_text(""), .recipient = span_text("")};
    assert_int_equal(record_consent_put(&consent, &b), E_ARGUMENT);
    struct record_erasure erasure = {.decision = 0, .reason = span_text("")};
    assert_int_equal(record_erasure_put(&erasure, &b), E_ARGUMENT);
    assert_int_equal(b.len, 0);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(details_round_trip),
        cmocka_unit_test(others_round_trip),
        cmocka_unit_test(unknown_fields_are_skipped),
        cmocka_unit_test(broken_records_are_refused),
        cmocka_unit_test(what_breaks_a_rule_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
