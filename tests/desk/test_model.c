/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a member sees and does: conversations, the inbox's order, search, erasure. */
#include "scene.h"

#include "base/clock.h"
#include "seal/answer.h"

/* Conversations */

static void reports_of_one_caller_are_one_conversation(void **state)
{
    struct scene *s = *state;
    struct world_caller other;
    uint8_t first[16], second[16], third[16];
    world_caller(&other);
    world_report(s->w, &s->caller, "First.", first);
    world_report(s->w, &other, "Another caller.", third);
    world_report(s->w, &s->caller, "Second.", second);
    scene_bring(s);
    struct model_conversation c = scene_show(s, second, false);
    assert_int_equal(c.item_count, 2);
    assert_string_equal(c.items[0].text, "First.");
    assert_string_equal(c.items[1].text, "Second.");
    assert_memory_equal(c.row.id, first, 16);
    assert_true(c.row.waiting && c.row.can_answer && !c.row.handled);
    struct model_rows rows;
    assert_int_equal(model_inbox(s->model, 0, 10, &s->arena, &rows), 0);
    assert_int_equal(rows.total, 2);
}

static void an_answer_reaches_the_caller(void **state)
{
    struct scene *s = *state;
    uint8_t id[16], later[16];
    world_report(s->w, &s->caller, "Help.", id);
    scene_bring(s);
    scene_answer(s, id, "We hear you.");
    struct model_conversation c = scene_show(s, id, false);
    assert_int_equal(c.item_count, 2);
    assert_int_equal(c.items[1].kind, ITEM_ANSWER);
    assert_string_equal(c.items[1].text, "We hear you.");
    assert_string_equal(c.items[1].by, "Ada");
    assert_false(c.row.waiting);
    assert_false(c.items[1].sent);

    world_send(s->w, s->desk);
    uint8_t tag[CODENAME_TAG_BYTES];
    struct store_entry entry;
    struct buf text;
    buf_init(&text, ANSWER_ROOM_BYTES);
    codename_reply_tag(s->caller.keys.reply_key, 0, tag);
    assert_int_equal(store_find_tag(s->w->line->store, tag, &entry), 0);
    assert_int_equal(answer_open(&s->caller.keys.mailbox,
                                 roster_intake_at(s->w->roster, 0)->public_key, entry.header,
                                 entry.leaf, entry.sealed, &text),
                     0);
    assert_string_equal(buf_cstr(&text), "We hear you.");
    buf_release(&text);

    scene_answer(s, id, "Once more.");
    codename_reply_tag(s->caller.keys.reply_key, 1, tag);
    world_send(s->w, s->desk);
    assert_int_equal(store_find_tag(s->w->line->store, tag, &entry), 0);

    world_day(WORLD_DAY + 1);
    world_report(s->w, &s->caller, "Thank you.", later);
    world_close(s->w);
    scene_bring(s);
    c = scene_show(s, id, false);
    assert_int_equal(c.item_count, 4);
    assert_true(c.row.waiting);
    assert_false(scene_has_alarm(s, ALARM_UNOPENED));
}

static void all_slots_are_used_once(void **state)
{
    struct scene *s = *state;
    struct model_caller caller;
    uint8_t id[16];
    world_report(s->w, &s->caller, "Help.", id);
    scene_bring(s);
    for (int i = 0; i < CODENAME_SLOTS; i++)
        scene_answer(s, id, "Again.");
    assert_int_equal(model_caller(s->model, id, &caller), 0);
    assert_true(caller.slots_used == UINT64_MAX);
    problem_clear(&s->problem);
    assert_int_equal(act_answer(s->desk, s->model, id, span_text("One more."), &s->problem),
                     E_BUSY);
}

static void a_taken_report_has_no_mailbox(void **state)
{
    struct scene *s = *state;
    uint8_t id[16];
    scene_take(s, "A woman rang.", NULL, id);
    struct model_conversation c = scene_show(s, id, false);
    assert_false(c.row.can_answer);
    assert_string_equal(c.items[0].by, "Ada");
    assert_string_equal(c.items[0].channel, "telephone");
    assert_int_equal(act_answer(s->desk, s->model, id, span_text("Hello."), &s->problem),
                     E_NOT_FOUND);
}

/* The inbox's order: not handled, danger, due, waiting, age. */
static void the_inbox_is_ordered(void **state)
{
    struct scene *s = *state;
    uint8_t ids[7][16];
    struct world_caller callers[3];
    uint32_t now = clock_minute(clock_now_s());
    const struct record_details danger = {.set = DETAILS_DANGER, .danger = DANGER_NOW};
    const struct record_details risk = {.set = DETAILS_DANGER, .danger = DANGER_RISK};
    const struct record_details soon = {.set = DETAILS_DUE, .due_minute = now + 10};
    const struct record_details later = {.set = DETAILS_DUE, .due_minute = now + 1000};
    struct record_details handled = {
        .set = DETAILS_HANDLED | DETAILS_DANGER, .handled = 1, .danger = DANGER_NOW};
    for (int i = 0; i < 3; i++)
        world_caller(&callers[i]);
    world_report_to(s->w, &callers[0], 0, now - 100, "Old, waits.", ids[4]);
    world_report_to(s->w, &callers[1], 0, now - 50, "New, waits.", ids[5]);
    world_report_to(s->w, &callers[2], 0, now - 200, "Answered.", ids[6]);
    scene_bring(s);
    scene_answer(s, ids[6], "Done.");
    scene_take(s, "Due later.", &later, ids[3]);
    scene_take(s, "Due soon.", &soon, ids[2]);
    scene_take(s, "At risk.", &risk, ids[1]);
    scene_take(s, "In danger.", &danger, ids[0]);
    uint8_t last[16];
    scene_take(s, "Handled.", &handled, last);
    struct model_rows rows;
    assert_int_equal(model_inbox(s->model, 0, 100, &s->arena, &rows), 0);
    assert_int_equal(rows.count, 8);
    for (int i = 0; i < 7; i++)
        assert_memory_equal(rows.rows[i].id, ids[i], 16);
    assert_memory_equal(rows.rows[7].id, last, 16);
    assert_int_equal(model_inbox(s->model, 6, 100, &s->arena, &rows), 0);
    assert_int_equal(rows.count, 2);
    assert_memory_equal(rows.rows[1].id, last, 16);
}

static void handled_ends_with_the_next_report(void **state)
{
    struct scene *s = *state;
    uint8_t id[16], next[16];
    world_report(s->w, &s->caller, "One.", id);
    scene_bring(s);
    struct record_details handled = {.set = DETAILS_HANDLED, .handled = 1};
    memcpy(handled.report, id, 16);
    assert_int_equal(act_details(s->desk, s->model, &handled, &s->problem), 0);
    struct model_conversation c = scene_show(s, id, false);
    assert_true(c.row.handled && !c.row.waiting);
    world_day(WORLD_DAY + 1);
    world_report(s->w, &s->caller, "Two.", next);
    scene_bring(s);
    c = scene_show(s, id, false);
    assert_true(!c.row.handled && c.row.waiting);
}

static void later_details_win_field_by_field(void **state)
{
    struct scene *s = *state;
    uint8_t id[16];
    const struct record_details first = {
        .set = DETAILS_DANGER | DETAILS_NOTE, .danger = DANGER_NOW, .note = span_text("first")};
    scene_take(s, "A call.", &first, id);
    struct record_details second = {.set = DETAILS_NOTE | DETAILS_SAFE_WAYS,
                                    .note = span_text(""),
                                    .safe_ways = span_text("She rings.")};
    memcpy(second.report, id, 16);
    assert_int_equal(act_details(s->desk, s->model, &second, &s->problem), 0);
    struct model_conversation c = scene_show(s, id, false);
    assert_int_equal(c.details.danger, DANGER_NOW);
    assert_string_equal(c.details.note, "");
    assert_string_equal(c.details.safe_ways, "She rings.");
    struct record_consent consent = {
        .purpose = span_text("publication"), .recipient = span_text("Karsk Courier"), .given = 1};
    memcpy(consent.report, id, 16);
    assert_int_equal(act_consent(s->desk, s->model, &consent, &s->problem), 0);
    consent.given = 0;
    assert_int_equal(act_consent(s->desk, s->model, &consent, &s->problem), 0);
    c = scene_show(s, id, false);
    assert_int_equal(c.consent_count, 1);
    assert_false(c.consents[0].given);
}

/* Search */

static size_t hits(struct scene *s, const char *words, struct model_hits *ret_hits)
{
    problem_clear(&s->problem);
    assert_int_equal(model_search(s->model, words, 50, &s->arena, ret_hits, &s->problem), 0);
    return ret_hits->count;
}

static void search_folds_both_scripts(void **state)
{
    struct scene *s = *state;
    uint8_t id[16];
    struct model_hits h;
    world_report(s->w, &s->caller,
                 "Дома его все зовут Ёжик. Ищите café, Straße и \"кавычки\"."
                 " Don\xE2\x80\x99t ring.",
                 id);
    scene_bring(s);
    assert_int_equal(hits(s, "ежик", &h), 1);
    assert_memory_equal(h.hits[0].id, id, 16);
    assert_int_equal(h.hits[0].mark_count, 1);
    struct span marked = span_of(h.hits[0].snippet + h.hits[0].marks[0].from,
                                 h.hits[0].marks[0].to - h.hits[0].marks[0].from);
    assert_true(span_equal(marked, span_text("Ёжик")));
    assert_int_equal(hits(s, "ЁЖИК", &h), 1);
    assert_int_equal(hits(s, "ежи", &h), 1);
    assert_int_equal(hits(s, "CAFE strasse", &h), 1);
    assert_int_equal(hits(s, "кавычки", &h), 1);
    assert_int_equal(hits(s, "don't", &h), 1);
    assert_int_equal(hits(s,
                          "\xE2\x80\x9C"
                          "don\xCA\xBCt\xE2\x80\x9D",
                          &h),
                     1);
    assert_int_equal(hits(s, "t", &h), 0);
    assert_int_equal(hits(s, "жик", &h), 0);
    assert_int_equal(hits(s, "ежик нет", &h), 0);
    assert_int_equal(hits(s, "NEAR OR AND (ежик", &h), 0);
    scene_answer(s, id, "Мы ищем белку.");
    assert_int_equal(hits(s, "белка", &h), 0);
    assert_int_equal(hits(s, "белк", &h), 1);
    assert_int_equal(h.hits[0].kind, ITEM_ANSWER);
    problem_clear(&s->problem);
    assert_int_equal(model_search(s->model, " ... ", 5, &s->arena, &h, &s->problem), E_ARGUMENT);
}

static void hostile_text_is_text(void **state)
{
    struct scene *s = *state;
    uint8_t id[16];
    struct model_hits h;
    world_report(s->w, &s->caller, "\xFF\xFE bad \xE2\x80\xAE esrever \x1B[31mred", id);
    scene_bring(s);
    struct model_conversation c = scene_show(s, id, false);
    assert_non_null(strstr(c.items[0].text, "\xEF\xBF\xBD"));
    assert_int_equal(hits(s, "bad", &h), 1);
    assert_null(strchr(h.hits[0].snippet, '\x1B'));
}

/* Erasure */

static void erased_is_hidden_until_decided(void **state)
{
    struct scene *s = *state;
    uint8_t first[16], second[16];
    struct model_hits h;
    world_report(s->w, &s->caller, "The red door.", first);
    world_report(s->w, &s->caller, "The blue door.", second);
    world_close(s->w);
    scene_bring(s);
    struct record_erasure erasure = {.decision = ERASURE_KEPT, .reason = span_text("evidence")};
    memcpy(erasure.entry, first, 16);
    assert_int_equal(act_erasure(s->desk, s->model, &erasure, &s->problem), E_ARGUMENT);

    world_erase(s->w, &s->caller, 0);
    scene_bring(s);
    struct model_conversation c = scene_show(s, second, false);
    assert_true(c.items[0].hidden && c.items[0].erased);
    assert_string_equal(c.items[0].text, "");
    assert_string_equal(scene_show(s, second, true).items[0].text, "The red door.");
    assert_int_equal(hits(s, "red", &h), 0);
    assert_int_equal(hits(s, "blue", &h), 1);
    assert_int_equal(scene_status(s).undecided, 1);

    problem_clear(&s->problem);
    assert_int_equal(act_erasure(s->desk, s->model, &erasure, &s->problem), 0);
    c = scene_show(s, second, false);
    assert_false(c.items[0].hidden);
    assert_int_equal(c.items[0].decision, ERASURE_KEPT);
    assert_string_equal(c.items[0].text, "The red door.");
    assert_int_equal(hits(s, "red", &h), 1);
    assert_int_equal(scene_status(s).undecided, 0);
}

static void deleted_is_gone(void **state)
{
    struct scene *s = *state;
    uint8_t first[16], second[16];
    struct model_hits h;
    struct store_entry entry;
    world_report(s->w, &s->caller, "The red door.", first);
    world_report(s->w, &s->caller, "The blue door.", second);
    world_close(s->w);
    scene_bring(s);
    world_erase(s->w, &s->caller, 0);
    scene_bring(s);
    struct record_erasure erasure = {.decision = ERASURE_DELETED, .reason = span_text("asked")};
    memcpy(erasure.entry, first, 16);
    assert_int_equal(act_erasure(s->desk, s->model, &erasure, &s->problem), 0);
    assert_int_equal(hits(s, "red", &h), 0);
    assert_int_equal(scene_show(s, second, true).item_count, 1);
    assert_int_equal(store_find(desk_store(s->desk), first, &entry), 0);
    assert_int_equal(entry.sealed.len, 0);
    struct model_erasure *erasures;
    size_t count;
    assert_int_equal(model_erasures(s->model, &s->arena, &erasures, &count), 0);
    assert_int_equal(count, 1);
    assert_int_equal(erasures[0].decision, ERASURE_DELETED);
    assert_false(erasures[0].held);
    /* Folded from nothing, the model is the same. */
    struct hash one, two;
    struct model *again = world_model(s->desk);
    one = world_digest(s->model);
    two = world_digest(again);
    assert_memory_equal(one.bytes, two.bytes, sizeof one.bytes);
    model_free(again);
    assert_int_equal(scene_status(s).not_held, 0);
}

/* The member's other computer held it too. */
static void deleted_is_gone_from_every_computer(void **state)
{
    struct scene *s = *state;
    uint8_t id[16], kept[16];
    struct store_entry entry;
    world_report(s->w, &s->caller, "The red door.", id);
    world_report(s->w, &s->caller, "The blue door.", kept);
    world_close(s->w);
    scene_bring(s);
    struct desk *second = world_desk(s->w, "second");
    world_pull_well(second, world_export(s->w));
    struct model *model = world_model(second);
    world_erase(s->w, &s->caller, 0);
    scene_bring(s);
    struct record_erasure erasure = {.decision = ERASURE_DELETED, .reason = span_text("asked")};
    memcpy(erasure.entry, id, 16);
    assert_int_equal(act_erasure(s->desk, s->model, &erasure, &s->problem), 0);
    world_send(s->w, s->desk);
    world_pull_well(second, world_export(s->w));
    assert_int_equal(model_refresh(model, NULL), 0);
    assert_int_equal(store_find(desk_store(second), id, &entry), 0);
    assert_true(entry.sealed.len > 0);
    assert_int_equal(model_delete_decided(model, NULL), 0);
    assert_int_equal(store_find(desk_store(second), id, &entry), 0);
    assert_int_equal(entry.sealed.len, 0);
    assert_int_equal(store_find(desk_store(second), kept, &entry), 0);
    assert_true(entry.sealed.len > 0);
    model_free(model);
    desk_free(second);
}

static void ids_are_found_by_their_beginning(void **state)
{
    struct scene *s = *state;
    uint8_t id[16], found[16];
    char text[33];
    world_report(s->w, &s->caller, "Help.", id);
    scene_bring(s);
    world_id_text(id, text);
    for (size_t len = 4; len <= 32; len++) {
        char prefix[33];
        memcpy(prefix, text, len);
        prefix[len] = '\0';
        problem_clear(&s->problem);
        assert_int_equal(model_find_id(s->model, prefix, found, &s->problem), 0);
        assert_memory_equal(found, id, 16);
    }
    assert_int_equal(model_find_id(s->model, "abc", found, &s->problem), E_ARGUMENT);
    assert_int_equal(model_find_id(s->model, "xyzw", found, &s->problem), E_ARGUMENT);
    text[0] = text[0] == '0' ? '1' : '0';
    assert_int_equal(model_find_id(s->model, text, found, &s->problem), E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(reports_of_one_caller_are_one_conversation),
        SCENE_TEST(an_answer_reaches_the_caller),
        SCENE_TEST(all_slots_are_used_once),
        SCENE_TEST(a_taken_report_has_no_mailbox),
        SCENE_TEST(the_inbox_is_ordered),
        SCENE_TEST(handled_ends_with_the_next_report),
        SCENE_TEST(later_details_win_field_by_field),
        SCENE_TEST(search_folds_both_scripts),
        SCENE_TEST(hostile_text_is_text),
        SCENE_TEST(erased_is_hidden_until_decided),
        SCENE_TEST(deleted_is_gone),
        SCENE_TEST(deleted_is_gone_from_every_computer),
        SCENE_TEST(ids_are_found_by_their_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
