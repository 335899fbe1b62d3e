/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How records are folded: alarms for what should not be, and in any order the same model. */
#include "scene.h"

#include "base/clock.h"
#include "base/mem.h"
#include "desk/model_internal.h"
#include "prop.h"
#include "seal/roster_sign.h"

/* Alarms about entries */

static void an_entry_that_nobody_opens_is_an_alarm(void **state)
{
    struct scene *s = *state;
    struct dh_pair stranger;
    const struct envelope e = {.kind = KIND_REPORT, .kind_version = 1, .minute = 1};
    dh_pair_random(&stranger);
    scene_bring(s);
    assert_int_equal(scene_status(s).alarm_count, 0);
    world_payload(s->w, stranger.public_key, &e, span_text("?"), NULL, NULL);
    world_close(s->w);
    scene_bring(s);
    assert_true(scene_has_alarm(s, ALARM_UNOPENED));
}

static void an_answer_of_ours_is_no_alarm(void **state)
{
    struct scene *s = *state;
    uint8_t id[16];
    world_report(s->w, &s->caller, "Help.", id);
    scene_bring(s);
    scene_answer(s, id, "Yes.");
    world_send(s->w, s->desk);
    world_close(s->w);
    scene_bring(s);
    assert_false(scene_has_alarm(s, ALARM_UNOPENED));
}

static void a_retired_epoch_is_an_alarm(void **state)
{
    struct scene *s = *state;
    uint8_t id[16];
    assert_int_equal(
        roster_sign_intake(s->w->line->roster, s->w->keys, WORLD_DAY, WORLD_DAY + 100, NULL), 0);
    world_report_to(s->w, &s->caller, 0, 1000, "On the day of the change.", NULL);
    scene_bring(s);
    assert_false(scene_has_alarm(s, ALARM_RETIRED));
    world_day(WORLD_DAY + 1);
    world_report_to(s->w, &s->caller, 1, 1000, "To the new one.", NULL);
    scene_bring(s);
    assert_false(scene_has_alarm(s, ALARM_RETIRED));
    world_report_to(s->w, &s->caller, 0, 1000, "Still to the old one.", id);
    scene_bring(s);
    assert_true(scene_has_alarm(s, ALARM_RETIRED));
    assert_string_equal(scene_show(s, id, false).items[0].by, "");
}

static const uint8_t *intake(struct scene *s)
{
    return roster_intake_at(s->w->roster, 0)->public_key;
}

static void a_stranger_signs_nothing(void **state)
{
    struct scene *s = *state;
    struct member_keys *stranger = member_keys_random();
    const struct envelope report = {
        .kind = KIND_REPORT, .kind_version = 1, .minute = 1, .order = 1, .channel = "telephone"};
    world_payload(s->w, intake(s), &report, span_text("Not a member."), &stranger->sign, NULL);
    scene_bring(s);
    assert_true(scene_has_alarm(s, ALARM_SIGNER));
    assert_int_equal(scene_status(s).reports, 0);
    member_keys_free(stranger);
}

static void a_record_needs_a_signature(void **state)
{
    struct scene *s = *state;
    uint8_t id[16];
    struct buf content;
    struct record_details details = {.set = DETAILS_HANDLED, .handled = 1};
    const struct envelope e = {.kind = KIND_DETAILS, .kind_version = 1, .minute = 1};
    world_report(s->w, &s->caller, "Help.", id);
    memcpy(details.report, id, 16);
    buf_init(&content, 4096);
    assert_int_equal(record_details_put(&details, &content), 0);
    world_payload(s->w, intake(s), &e, buf_bytes(&content), NULL, NULL);
    scene_bring(s);
    buf_release(&content);
    assert_true(scene_has_alarm(s, ALARM_SIGNER));
    assert_true(scene_show(s, id, false).row.waiting);
}

static void bad_fields_and_orders_are_alarms(void **state)
{
    struct scene *s = *state;
    const struct sign_pair *ada = &s->w->keys->sign;
    const struct envelope bad = {.kind = KIND_DETAILS, .kind_version = 1, .minute = 1, .order = 5};
    const struct envelope far = {
        .kind = KIND_REPORT, .kind_version = 1, .minute = 1, .order = UINT64_C(1) << 63};
    world_payload(s->w, intake(s), &bad, span_text("no fields"), ada, NULL);
    scene_bring(s);
    assert_true(scene_has_alarm(s, ALARM_DAMAGED));
    assert_int_equal(scene_status(s).alarm_count, 1);
    world_payload(s->w, intake(s), &far, span_text("text"), ada, NULL);
    scene_bring(s);
    assert_int_equal(scene_status(s).alarm_count, 2);
    assert_true(model_next_order(s->model) < 1000);
}

/* What a line can say about a report without being able to open it */

static void a_time_that_is_not_of_its_day_is_an_alarm(void **state)
{
    struct scene *s = *state;
    const uint32_t today = WORLD_DAY * 1440;
    world_report_to(s->w, &s->caller, 0, today - 1440, "Near midnight.", NULL);
    world_report_to(s->w, &s->caller, 0, today + 2 * 1440 - 1, "Near the next.", NULL);
    scene_bring(s);
    assert_int_equal(scene_status(s).alarm_count, 0);
    world_report_to(s->w, &s->caller, 0, today - 1441, "Put before.", NULL);
    scene_bring(s);
    assert_int_equal(scene_status(s).alarm_count, 1);
    world_report_to(s->w, &s->caller, 0, UINT32_MAX, "Put after.", NULL);
    scene_bring(s);
    assert_int_equal(scene_status(s).alarm_count, 2);
    assert_true(scene_has_alarm(s, ALARM_DAMAGED));
}

static void a_day_that_is_to_come_is_an_alarm(void **state)
{
    struct scene *s = *state;
    world_day(WORLD_DAY + 2);
    world_report(s->w, &s->caller, "From the future.", NULL);
    world_day(WORLD_DAY + 1);
    scene_bring(s);
    assert_int_equal(scene_status(s).alarm_count, 0);
    world_day(WORLD_DAY + 2);
    world_report(s->w, &s->caller, "From the future.", NULL);
    world_day(WORLD_DAY);
    scene_bring(s);
    assert_true(scene_has_alarm(s, ALARM_DAMAGED));
}

static void another_reply_key_for_one_caller_is_an_alarm(void **state)
{
    struct scene *s = *state;
    struct world_caller other;
    uint8_t id[16];
    const struct envelope e = {.kind = KIND_REPORT,
                               .kind_version = 1,
                               .minute = clock_minute(clock_now_s()),
                               .minute_order = 9,
                               .mailbox = s->caller.keys.mailbox.public_key,
                               .reply_key = other.keys.reply_key};
    world_caller(&other);
    world_report(s->w, &s->caller, "True.", id);
    world_report(s->w, &s->caller, "True as well.", NULL);
    world_report(s->w, &other, "Somebody else.", NULL);
    scene_bring(s);
    assert_int_equal(scene_status(s).alarm_count, 0);
    world_payload(s->w, intake(s), &e, span_text("Answer here."), NULL, NULL);
    scene_bring(s);
    assert_int_equal(scene_show(s, id, false).item_count, 3);
    assert_int_equal(scene_status(s).alarm_count, 3);
    assert_true(scene_has_alarm(s, ALARM_DAMAGED));
}

/* Two computers of a member, neither of which had pulled the other's answer. */
static void two_answers_in_one_place_are_an_alarm(void **state)
{
    struct scene *s = *state;
    uint8_t id[16];
    world_report(s->w, &s->caller, "Help.", id);
    scene_bring(s);
    struct desk *second = world_desk(s->w, "second");
    world_pull_well(second, world_export(s->w));
    struct model *model = world_model(second);
    scene_answer(s, id, "From the first.");
    scene_answer(s, id, "And more.");
    assert_int_equal(act_answer(second, model, id, span_text("From the second."), NULL), 0);
    world_send(s->w, s->desk);
    scene_bring(s);
    assert_int_equal(scene_status(s).alarm_count, 0);
    world_send(s->w, second);
    world_close(s->w);
    scene_bring(s);
    assert_int_equal(scene_status(s).alarm_count, 2);
    assert_true(scene_has_alarm(s, ALARM_DAMAGED));
    scene_answer(s, id, "Once more.");
    struct model_caller caller;
    assert_int_equal(model_caller(s->model, id, &caller), 0);
    assert_int_equal(caller.slots_used, 7);
    model_free(model);
    desk_free(second);
}

/* The largest entry that a desk takes: bytes that are no text, letters that fold to eleven times
 * as many. Whatever is in one entry, the others are shown. */
static void no_text_is_too_large_for_the_desk(void **state)
{
    struct scene *s = *state;
    const size_t most = 7u << 18; /* 1.75 MiB: the next size is over what a request may hold */
    const struct envelope e = {.kind = KIND_REPORT, .kind_version = 1, .minute = 1};
    struct buf rubbish, letters;
    uint8_t id[16];
    buf_init(&rubbish, most);
    buf_init(&letters, most);
    while (rubbish.len < most)
        buf_u8(&rubbish, 0xFF);
    while (letters.len + 4 <= most)
        buf_text(&letters, "\xEF\xB7\xBA ");
    world_payload(s->w, intake(s), &e, buf_bytes(&rubbish), NULL, NULL);
    world_payload(s->w, intake(s), &e, buf_bytes(&letters), NULL, NULL);
    world_report(s->w, &s->caller, "Help.", id);
    scene_bring(s);
    assert_string_equal(scene_show(s, id, false).items[0].text, "Help.");
    assert_int_equal(scene_status(s).reports, 3);
    buf_release(&rubbish);
    buf_release(&letters);
}

/* The highest order that is taken leaves room for what is said after it. */
static void the_highest_order_is_not_the_last_word(void **state)
{
    struct scene *s = *state;
    uint8_t id[16];
    const struct envelope highest = {
        .kind = KIND_REPORT, .kind_version = 1, .minute = 1, .order = MODEL_ORDER_MAX};
    world_payload(s->w, intake(s), &highest, span_text("text"), &s->w->keys->sign, NULL);
    scene_bring(s);
    scene_take(s, "After that.", NULL, id);
    assert_string_equal(scene_show(s, id, false).items[0].text, "After that.");
}

/* A desk that runs while a new epoch comes, after an entry that is sealed to it. */
static void an_entry_may_come_before_its_epoch(void **state)
{
    struct scene *s = *state;
    uint8_t id[16];
    struct buf before;
    scene_bring(s);
    buf_init(&before, 1u << 20);
    roster_chain_write(s->w->line->roster, &before);
    assert_int_equal(
        roster_sign_intake(s->w->line->roster, s->w->keys, WORLD_DAY, WORLD_DAY + 100, NULL), 0);
    world_report(s->w, &s->caller, "To the new one.", id);
    const char *from = world_export(s->w);
    world_write(from, "roster", buf_bytes(&before));
    world_pull_well(s->desk, from);
    assert_int_equal(model_refresh(s->model, &s->problem), 0);
    assert_int_equal(scene_status(s).reports, 0);
    scene_bring(s);
    assert_string_equal(scene_show(s, id, false).items[0].text, "To the new one.");
    buf_release(&before);
}

static void newer_kinds_are_kept(void **state)
{
    struct scene *s = *state;
    uint8_t id[16];
    struct store_entry entry;
    const struct envelope kind = {.kind = 77, .kind_version = 1, .minute = 1, .order = 1};
    const struct envelope version = {.kind = KIND_REPORT, .kind_version = 2, .minute = 1};
    world_payload(s->w, intake(s), &kind, span_text("new"), &s->w->keys->sign, id);
    world_payload(s->w, intake(s), &version, span_text("new"), NULL, NULL);
    world_close(s->w);
    scene_bring(s);
    assert_int_equal(scene_status(s).not_understood, 2);
    assert_int_equal(scene_status(s).alarm_count, 0);
    assert_int_equal(store_find(desk_store(s->desk), id, &entry), 0);
    assert_true(entry.sealed.len > 0 && entry.in_log);
}

/* Cosigned checkpoints of another desk */

static void put_cosigned(struct scene *s, const struct checkpoint *checkpoint,
                         const struct sign_pair *line_pair)
{
    struct note_key cosign_key;
    struct buf note, text;
    char name[64];
    const struct envelope e = {
        .kind = KIND_COSIGNATURE, .kind_version = 1, .minute = 1, .order = 2};
    const struct sign_pair *cosign = &s->w->keys->cosign;
    snprintf(name, sizeof name, "desk/%02x%02x%02x%02x%02x%02x%02x%02x", cosign->public_key[0],
             cosign->public_key[1], cosign->public_key[2], cosign->public_key[3],
             cosign->public_key[4], cosign->public_key[5], cosign->public_key[6],
             cosign->public_key[7]);
    assert_int_equal(note_key_make(name, NOTE_TYPE_COSIGNATURE, cosign->public_key, &cosign_key),
                     0);
    buf_init(&text, 4096);
    buf_init(&note, 8192);
    checkpoint_write(checkpoint, &text);
    buf_span(&note, buf_bytes(&text));
    buf_u8(&note, '\n');
    note_sign_line(&s->w->line->note_key, line_pair, buf_bytes(&text), &note);
    note_cosign_line(&cosign_key, cosign, buf_bytes(&text), 1000, &note);
    world_payload(s->w, intake(s), &e, buf_bytes(&note), &s->w->keys->sign, NULL);
    buf_release(&text);
    buf_release(&note);
}

static void another_desks_fork_is_an_alarm(void **state)
{
    struct scene *s = *state;
    world_report(s->w, &s->caller, "Help.", NULL);
    world_close(s->w);
    scene_bring(s);
    struct checkpoint c = {.size = store_size(desk_store(s->desk))};
    const struct merkle_source nodes = store_nodes(desk_store(s->desk));
    snprintf(c.origin, sizeof c.origin, "%.200s", s->w->line->note_key.name);
    assert_int_equal(merkle_root_at(&nodes, c.size, &c.root), 0);
    put_cosigned(s, &c, &s->w->line->key);
    scene_bring(s);
    assert_int_equal(scene_status(s).alarm_count, 0);
    assert_int_equal(model_keep_cosignatures(s->model, &s->problem), 0);
    c.root.bytes[5] ^= 1;
    put_cosigned(s, &c, &s->w->line->key);
    scene_bring(s);
    assert_true(scene_has_alarm(s, ALARM_FORK));
}

static void a_longer_cosigned_log_waits(void **state)
{
    struct scene *s = *state;
    world_report(s->w, &s->caller, "Help.", NULL);
    world_close(s->w);
    scene_bring(s);
    struct checkpoint c = {.size = store_size(desk_store(s->desk)) + 1};
    snprintf(c.origin, sizeof c.origin, "%.200s", s->w->line->note_key.name);
    put_cosigned(s, &c, &s->w->line->key);
    scene_bring(s);
    assert_int_equal(scene_status(s).alarm_count, 0);
    world_close(s->w);
    scene_bring(s);
    assert_true(scene_has_alarm(s, ALARM_FORK));
}

/* Any order gives the same model */

#define COPIES_MAX 64
struct copies {
    size_t count;
    struct copy {
        uint8_t header[ENTRY_HEADER_BYTES], leaf[ENTRY_LEAF_BYTES];
        struct buf sealed;
        bool in_log;
    } list[COPIES_MAX];
};

static int copy_entry(void *context, const struct store_entry *entry)
{
    struct copies *copies = context;
    assert_true(copies->count < COPIES_MAX);
    if (entry->sealed.len == 0)
        return 0;
    struct copy *copy = &copies->list[copies->count++];
    memcpy(copy->header, entry->header.data, sizeof copy->header);
    memcpy(copy->leaf, entry->leaf.data, sizeof copy->leaf);
    buf_init(&copy->sealed, 1u << 20);
    buf_span(&copy->sealed, entry->sealed);
    copy->in_log = entry->in_log;
    return 0;
}

static int put_erased(void *context, const uint8_t id[ENTRY_ID_BYTES],
                      const uint8_t secret[STORE_SECRET_BYTES])
{
    struct model *model = context;
    (void)secret;
    return sql_run(&model->sql, "INSERT INTO erased(id) VALUES(?)",
                   SQL_ARGS(SQL_BLOB(id, ENTRY_ID_BYTES)));
}

static struct hash fold_in_order(struct scene *s, const struct copies *copies, const size_t *order,
                                 struct prop *prop)
{
    struct model *model;
    struct opener *opener;
    struct hash digest;
    assert_int_equal(model_new(s->desk, &model, NULL), 0);
    assert_int_equal(opener_new(s->desk, &opener), 0);
    size_t erased_at = prop_below(prop, copies->count);
    for (size_t i = 0; i < copies->count; i++) {
        const struct copy *copy = &copies->list[order[i]];
        const struct store_entry entry = {.header = span_of(copy->header, sizeof copy->header),
                                          .leaf = span_of(copy->leaf, sizeof copy->leaf),
                                          .sealed = buf_bytes(&copy->sealed),
                                          .in_log = copy->in_log,
                                          .source = STORE_FROM_DOOR};
        struct opener_batch *batch;
        if (i == erased_at)
            assert_int_equal(store_each_erased(desk_store(s->desk), put_erased, model), 0);
        assert_int_equal(opener_add(opener, &entry), 0);
        opener_turn(opener);
        batch = opener_turn(opener);
        for (size_t j = 0; batch && j < batch->count; j++)
            assert_int_equal(model_fold_job(model, &batch->jobs[j]), 0);
        opener_done(opener);
        if (prop_below(prop, 4) == 0)
            assert_int_equal(model_derive(model), 0);
    }
    assert_int_equal(model_derive(model), 0);
    assert_int_equal(model_cosigned_check(model), 0);
    digest = world_digest(model);
    opener_free(opener);
    model_free(model);
    return digest;
}

static void fill_with_everything(struct scene *s)
{
    struct world_caller other;
    uint8_t first[16], second[16], third[16], taken[16];
    const struct record_details said = {
        .set = DETAILS_DANGER | DETAILS_NOTE, .danger = DANGER_NOW, .note = span_text("a")};
    world_caller(&other);
    world_report(s->w, &s->caller, "One.", first);
    world_report(s->w, &s->caller, "Two.", second);
    world_report(s->w, &other, "Three.", third);
    world_close(s->w);
    scene_bring(s);
    scene_answer(s, first, "To one.");
    scene_answer(s, third, "To three.");
    scene_take(s, "Taken.", &said, taken);
    struct record_details more = {.set = DETAILS_DANGER | DETAILS_HANDLED | DETAILS_NOTE,
                                  .handled = 1,
                                  .note = span_text("b")};
    memcpy(more.report, taken, 16);
    assert_int_equal(act_details(s->desk, s->model, &more, &s->problem), 0);
    memcpy(more.report, first, 16);
    assert_int_equal(act_details(s->desk, s->model, &more, &s->problem), 0);
    more.note = span_text("c");
    memcpy(more.report, second, 16);
    assert_int_equal(act_details(s->desk, s->model, &more, &s->problem), 0);
    struct record_consent consent = {
        .purpose = span_text("p"), .recipient = span_text("r"), .given = 1};
    memcpy(consent.report, first, 16);
    assert_int_equal(act_consent(s->desk, s->model, &consent, &s->problem), 0);
    consent.given = 0;
    assert_int_equal(act_consent(s->desk, s->model, &consent, &s->problem), 0);
    world_erase(s->w, &s->caller, 0);
    world_erase(s->w, &other, 0);
    scene_bring(s);
    struct record_erasure keep = {.decision = ERASURE_KEPT, .reason = span_text("x")};
    memcpy(keep.entry, first, 16);
    assert_int_equal(act_erasure(s->desk, s->model, &keep, &s->problem), 0);
    world_send(s->w, s->desk);
    world_day(WORLD_DAY + 1);
    world_report(s->w, &s->caller, "Four.", NULL);
    scene_bring(s);
}

static void any_order_gives_the_same(void **state)
{
    struct scene *s = *state;
    struct prop prop = prop_start("any_order_gives_the_same");
    struct copies *copies = calloc(1, sizeof *copies);
    size_t order[COPIES_MAX];
    struct hash first = {{0}};
    fill_with_everything(s);
    assert_int_equal(store_each_logged(desk_store(s->desk), 0, copy_entry, copies), 0);
    assert_int_equal(store_each_pending(desk_store(s->desk), copy_entry, copies), 0);
    assert_true(copies->count > 12);
    for (size_t i = 0; i < copies->count; i++)
        order[i] = i;
    for (int round = 0; round < 40; round++) {
        struct hash digest = fold_in_order(s, copies, order, &prop);
        if (round == 0)
            first = digest;
        assert_memory_equal(digest.bytes, first.bytes, sizeof first.bytes);
        for (size_t i = copies->count - 1; i > 0; i--) {
            size_t j = prop_below(&prop, i + 1), kept = order[i];
            order[i] = order[j];
            order[j] = kept;
        }
    }
    /* And it is the model that refreshes made, little by little. */
    struct hash grown, at_once;
    struct model *again = world_model(s->desk);
    grown = world_digest(s->model);
    at_once = world_digest(again);
    assert_memory_equal(grown.bytes, at_once.bytes, sizeof grown.bytes);
    model_free(again);
    for (size_t i = 0; i < copies->count; i++)
        buf_release(&copies->list[i].sealed);
    free(copies);
}

static void many_are_opened_on_all_processors(void **state)
{
    struct scene *s = *state;
    for (int i = 0; i < 3 * OPENER_BATCH_ENTRIES + 7; i++)
        world_report(s->w, &s->caller, "One of many.", NULL);
    scene_bring(s);
    assert_int_equal(scene_status(s).reports, 3 * OPENER_BATCH_ENTRIES + 7);
    assert_int_equal(scene_status(s).conversations, 1);
}

static void want_of_memory_leaves_the_model_as_it_was(void **state)
{
    struct scene *s = *state;
    struct hash before, after;
    fill_with_everything(s);
    before = world_digest(s->model);
    world_report(s->w, &s->caller, "Five.", NULL);
    world_pull_well(s->desk, world_export(s->w));
    int error;
    uint64_t nth = 1;
    do {
        mem_fail_from(nth);
        error = model_refresh(s->model, NULL);
        mem_fail_from(0);
        if (error < 0) {
            after = world_digest(s->model);
            assert_memory_equal(before.bytes, after.bytes, sizeof before.bytes);
        }
        nth += 1 + nth / 10;
    } while (error < 0);
    assert_true(nth > 10);
    after = world_digest(s->model);
    assert_memory_not_equal(before.bytes, after.bytes, sizeof before.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(an_entry_that_nobody_opens_is_an_alarm),
        SCENE_TEST(an_answer_of_ours_is_no_alarm),
        SCENE_TEST(a_retired_epoch_is_an_alarm),
        SCENE_TEST(a_stranger_signs_nothing),
        SCENE_TEST(a_record_needs_a_signature),
        SCENE_TEST(bad_fields_and_orders_are_alarms),
        SCENE_TEST(a_time_that_is_not_of_its_day_is_an_alarm),
        SCENE_TEST(a_day_that_is_to_come_is_an_alarm),
        SCENE_TEST(another_reply_key_for_one_caller_is_an_alarm),
        SCENE_TEST(two_answers_in_one_place_are_an_alarm),
        SCENE_TEST(no_text_is_too_large_for_the_desk),
        SCENE_TEST(the_highest_order_is_not_the_last_word),
        SCENE_TEST(an_entry_may_come_before_its_epoch),
        SCENE_TEST(newer_kinds_are_kept),
        SCENE_TEST(another_desks_fork_is_an_alarm),
        SCENE_TEST(a_longer_cosigned_log_waits),
        SCENE_TEST(any_order_gives_the_same),
        SCENE_TEST(many_are_opened_on_all_processors),
        SCENE_TEST(want_of_memory_leaves_the_model_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
