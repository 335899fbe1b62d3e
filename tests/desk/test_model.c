/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is opened and how it is folded: in any order the same, alarms for what should not be, and
 * what a member's actions change. */
#include "world.h"

#include "base/clock.h"
#include "base/mem.h"
#include "desk/model_internal.h"
#include "prop.h"
#include "seal/answer.h"
#include "seal/roster_sign.h"
#include "seal/secret.h"

struct setting {
    struct world *w;
    struct desk *desk;
    struct model *model;
    struct world_caller caller;
    struct arena arena;
    struct problem problem;
};

static int set_up(void **state)
{
    struct setting *s = calloc(1, sizeof *s);
    s->w = world_new();
    world_caller(&s->caller);
    s->desk = world_desk(s->w, "desk");
    s->model = world_model(s->desk);
    arena_init(&s->arena, 64u << 20);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct setting *s = *state;
    arena_release(&s->arena);
    model_free(s->model);
    desk_free(s->desk);
    world_free(s->w);
    free(s);
    return 0;
}

/* Pulls what the line has, and folds it. */
static void bring(struct setting *s)
{
    world_pull_well(s->desk, world_export(s->w));
    assert_int_equal(model_refresh(s->model, &s->problem), 0);
}

static struct model_conversation show(struct setting *s, const uint8_t *id, bool hidden)
{
    struct model_conversation c;
    char text[33];
    world_id_text(id, text);
    problem_clear(&s->problem);
    int error = model_conversation(s->model, text, hidden, &s->arena, &c, &s->problem);
    if (error < 0)
        fail_msg("%s", problem_text(&s->problem, error));
    return c;
}

static struct model_status status(struct setting *s)
{
    struct model_status st;
    assert_int_equal(model_status(s->model, &s->arena, &st), 0);
    return st;
}

static bool has_alarm(struct setting *s, enum alarm_kind kind)
{
    struct model_status st = status(s);
    for (size_t i = 0; i < st.alarm_count; i++) {
        if (st.alarms[i].kind == kind)
            return true;
    }
    return false;
}

static void take(struct setting *s, const char *text, const struct record_details *details,
                 uint8_t ret_id[ENTRY_ID_BYTES])
{
    struct act_report report = {.text = span_text(text),
                                .channel = "telephone",
                                .wording = "summary",
                                .language = "en"};
    if (details)
        report.details = *details;
    problem_clear(&s->problem);
    int error = act_take(s->desk, s->model, &report, ret_id, &s->problem);
    if (error < 0)
        fail_msg("%s", problem_text(&s->problem, error));
}

static void answer(struct setting *s, const uint8_t *id, const char *text)
{
    problem_clear(&s->problem);
    int error = act_answer(s->desk, s->model, id, span_text(text), &s->problem);
    if (error < 0)
        fail_msg("%s", problem_text(&s->problem, error));
}

/* Conversations */

static void reports_of_one_caller_are_one_conversation(void **state)
{
    struct setting *s = *state;
    struct world_caller other;
    uint8_t first[16], second[16], third[16];
    world_caller(&other);
    world_report(s->w, &s->caller, "First.", first);
    world_report(s->w, &other, "Another caller.", third);
    world_report(s->w, &s->caller, "Second.", second);
    bring(s);
    struct model_conversation c = show(s, second, false);
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
    struct setting *s = *state;
    uint8_t id[16], later[16];
    world_report(s->w, &s->caller, "Help.", id);
    bring(s);
    answer(s, id, "We hear you.");
    struct model_conversation c = show(s, id, false);
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

    answer(s, id, "Once more.");
    codename_reply_tag(s->caller.keys.reply_key, 1, tag);
    world_send(s->w, s->desk);
    assert_int_equal(store_find_tag(s->w->line->store, tag, &entry), 0);

    world_day(WORLD_DAY + 1);
    world_report(s->w, &s->caller, "Thank you.", later);
    world_close(s->w);
    bring(s);
    c = show(s, id, false);
    assert_int_equal(c.item_count, 4);
    assert_true(c.row.waiting);
    assert_false(has_alarm(s, ALARM_UNOPENED));
}

static void all_slots_are_used_once(void **state)
{
    struct setting *s = *state;
    struct model_caller caller;
    uint8_t id[16];
    world_report(s->w, &s->caller, "Help.", id);
    bring(s);
    for (int i = 0; i < CODENAME_SLOTS; i++)
        answer(s, id, "Again.");
    assert_int_equal(model_caller(s->model, id, &caller), 0);
    assert_true(caller.slots_used == UINT64_MAX);
    problem_clear(&s->problem);
    assert_int_equal(act_answer(s->desk, s->model, id, span_text("One more."), &s->problem),
                     E_BUSY);
}

static void a_taken_report_has_no_mailbox(void **state)
{
    struct setting *s = *state;
    uint8_t id[16];
    take(s, "A woman rang.", NULL, id);
    struct model_conversation c = show(s, id, false);
    assert_false(c.row.can_answer);
    assert_string_equal(c.items[0].by, "Ada");
    assert_string_equal(c.items[0].channel, "telephone");
    assert_int_equal(act_answer(s->desk, s->model, id, span_text("Hello."), &s->problem),
                     E_NOT_FOUND);
}

/* The inbox's order: not handled, danger, due, waiting, age. */
static void the_inbox_is_ordered(void **state)
{
    struct setting *s = *state;
    uint8_t ids[7][16];
    struct world_caller callers[3];
    uint32_t now = clock_minute(clock_now_s());
    const struct record_details danger = {.set = DETAILS_DANGER, .danger = DANGER_NOW};
    const struct record_details risk = {.set = DETAILS_DANGER, .danger = DANGER_RISK};
    const struct record_details soon = {.set = DETAILS_DUE, .due_minute = now + 10};
    const struct record_details later = {.set = DETAILS_DUE, .due_minute = now + 1000};
    struct record_details handled = {.set = DETAILS_HANDLED | DETAILS_DANGER,
                                     .handled = 1,
                                     .danger = DANGER_NOW};
    for (int i = 0; i < 3; i++)
        world_caller(&callers[i]);
    world_report_to(s->w, &callers[0], 0, now - 100, "Old, waits.", ids[4]);
    world_report_to(s->w, &callers[1], 0, now - 50, "New, waits.", ids[5]);
    world_report_to(s->w, &callers[2], 0, now - 200, "Answered.", ids[6]);
    bring(s);
    answer(s, ids[6], "Done.");
    take(s, "Due later.", &later, ids[3]);
    take(s, "Due soon.", &soon, ids[2]);
    take(s, "At risk.", &risk, ids[1]);
    take(s, "In danger.", &danger, ids[0]);
    uint8_t last[16];
    take(s, "Handled.", &handled, last);
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
    struct setting *s = *state;
    uint8_t id[16], next[16];
    world_report(s->w, &s->caller, "One.", id);
    bring(s);
    struct record_details handled = {.set = DETAILS_HANDLED, .handled = 1};
    memcpy(handled.report, id, 16);
    assert_int_equal(act_details(s->desk, s->model, &handled, &s->problem), 0);
    struct model_conversation c = show(s, id, false);
    assert_true(c.row.handled && !c.row.waiting);
    world_day(WORLD_DAY + 1);
    world_report(s->w, &s->caller, "Two.", next);
    bring(s);
    c = show(s, id, false);
    assert_true(!c.row.handled && c.row.waiting);
}

static void later_details_win_field_by_field(void **state)
{
    struct setting *s = *state;
    uint8_t id[16];
    const struct record_details first = {.set = DETAILS_DANGER | DETAILS_NOTE,
                                         .danger = DANGER_NOW,
                                         .note = span_text("first")};
    take(s, "A call.", &first, id);
    struct record_details second = {.set = DETAILS_NOTE | DETAILS_SAFE_WAYS,
                                    .note = span_text(""),
                                    .safe_ways = span_text("She rings.")};
    memcpy(second.report, id, 16);
    assert_int_equal(act_details(s->desk, s->model, &second, &s->problem), 0);
    struct model_conversation c = show(s, id, false);
    assert_int_equal(c.details.danger, DANGER_NOW);
    assert_string_equal(c.details.note, "");
    assert_string_equal(c.details.safe_ways, "She rings.");
    struct record_consent consent = {.purpose = span_text("publication"),
                                     .recipient = span_text("Karsk Courier"),
                                     .given = 1};
    memcpy(consent.report, id, 16);
    assert_int_equal(act_consent(s->desk, s->model, &consent, &s->problem), 0);
    consent.given = 0;
    assert_int_equal(act_consent(s->desk, s->model, &consent, &s->problem), 0);
    c = show(s, id, false);
    assert_int_equal(c.consent_count, 1);
    assert_false(c.consents[0].given);
}

/* Search */

static size_t hits(struct setting *s, const char *words, struct model_hits *ret_hits)
{
    problem_clear(&s->problem);
    assert_int_equal(model_search(s->model, words, 50, &s->arena, ret_hits, &s->problem), 0);
    return ret_hits->count;
}

static void search_folds_both_scripts(void **state)
{
    struct setting *s = *state;
    uint8_t id[16];
    struct model_hits h;
    world_report(s->w, &s->caller, "Дома его все зовут Ёжик. Ищите café, Straße и \"кавычки\".",
                 id);
    bring(s);
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
    assert_int_equal(hits(s, "жик", &h), 0);
    assert_int_equal(hits(s, "ежик нет", &h), 0);
    assert_int_equal(hits(s, "NEAR OR AND (ежик", &h), 0);
    answer(s, id, "Мы ищем белку.");
    assert_int_equal(hits(s, "белка", &h), 0);
    assert_int_equal(hits(s, "белк", &h), 1);
    assert_int_equal(h.hits[0].kind, ITEM_ANSWER);
    problem_clear(&s->problem);
    assert_int_equal(model_search(s->model, " ... ", 5, &s->arena, &h, &s->problem), E_ARGUMENT);
}

static void hostile_text_is_text(void **state)
{
    struct setting *s = *state;
    uint8_t id[16];
    struct model_hits h;
    world_report(s->w, &s->caller, "\xFF\xFE bad \xE2\x80\xAE esrever \x1B[31mred", id);
    bring(s);
    struct model_conversation c = show(s, id, false);
    assert_non_null(strstr(c.items[0].text, "\xEF\xBF\xBD"));
    assert_int_equal(hits(s, "bad", &h), 1);
    assert_null(strchr(h.hits[0].snippet, '\x1B'));
}

/* Erasure */

static void erased_is_hidden_until_decided(void **state)
{
    struct setting *s = *state;
    uint8_t first[16], second[16];
    struct model_hits h;
    world_report(s->w, &s->caller, "The red door.", first);
    world_report(s->w, &s->caller, "The blue door.", second);
    world_close(s->w);
    bring(s);
    struct record_erasure erasure = {.decision = ERASURE_KEPT, .reason = span_text("evidence")};
    memcpy(erasure.entry, first, 16);
    assert_int_equal(act_erasure(s->desk, s->model, &erasure, &s->problem), E_ARGUMENT);

    world_erase(s->w, &s->caller, 0);
    bring(s);
    struct model_conversation c = show(s, second, false);
    assert_true(c.items[0].hidden && c.items[0].erased);
    assert_string_equal(c.items[0].text, "");
    assert_string_equal(show(s, second, true).items[0].text, "The red door.");
    assert_int_equal(hits(s, "red", &h), 0);
    assert_int_equal(hits(s, "blue", &h), 1);
    assert_int_equal(status(s).undecided, 1);

    problem_clear(&s->problem);
    assert_int_equal(act_erasure(s->desk, s->model, &erasure, &s->problem), 0);
    c = show(s, second, false);
    assert_false(c.items[0].hidden);
    assert_int_equal(c.items[0].decision, ERASURE_KEPT);
    assert_string_equal(c.items[0].text, "The red door.");
    assert_int_equal(hits(s, "red", &h), 1);
    assert_int_equal(status(s).undecided, 0);
}

static void deleted_is_gone(void **state)
{
    struct setting *s = *state;
    uint8_t first[16], second[16];
    struct model_hits h;
    struct store_entry entry;
    world_report(s->w, &s->caller, "The red door.", first);
    world_report(s->w, &s->caller, "The blue door.", second);
    world_close(s->w);
    bring(s);
    world_erase(s->w, &s->caller, 0);
    bring(s);
    struct record_erasure erasure = {.decision = ERASURE_DELETED, .reason = span_text("asked")};
    memcpy(erasure.entry, first, 16);
    assert_int_equal(act_erasure(s->desk, s->model, &erasure, &s->problem), 0);
    assert_int_equal(hits(s, "red", &h), 0);
    assert_int_equal(show(s, second, true).item_count, 1);
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
    assert_int_equal(model_digest(s->model, &one), 0);
    assert_int_equal(model_digest(again, &two), 0);
    assert_memory_equal(one.bytes, two.bytes, sizeof one.bytes);
    model_free(again);
    assert_int_equal(status(s).not_held, 0);
}

/* Alarms about entries */

static void an_entry_that_nobody_opens_is_an_alarm(void **state)
{
    struct setting *s = *state;
    struct dh_pair stranger;
    const struct envelope e = {.kind = KIND_REPORT, .kind_version = 1, .minute = 1};
    dh_pair_random(&stranger);
    bring(s);
    assert_int_equal(status(s).alarm_count, 0);
    world_payload(s->w, stranger.public_key, &e, span_text("?"), NULL, NULL);
    world_close(s->w);
    bring(s);
    assert_true(has_alarm(s, ALARM_UNOPENED));
}

static void an_answer_of_ours_is_no_alarm(void **state)
{
    struct setting *s = *state;
    uint8_t id[16];
    world_report(s->w, &s->caller, "Help.", id);
    bring(s);
    answer(s, id, "Yes.");
    world_send(s->w, s->desk);
    world_close(s->w);
    bring(s);
    assert_false(has_alarm(s, ALARM_UNOPENED));
}

static void a_retired_epoch_is_an_alarm(void **state)
{
    struct setting *s = *state;
    uint8_t id[16];
    assert_int_equal(roster_sign_intake(s->w->line->roster, s->w->keys, WORLD_DAY, WORLD_DAY + 100,
                                        NULL),
                     0);
    world_report_to(s->w, &s->caller, 0, 1000, "On the day of the change.", NULL);
    bring(s);
    assert_false(has_alarm(s, ALARM_RETIRED));
    world_day(WORLD_DAY + 1);
    world_report_to(s->w, &s->caller, 1, 1000, "To the new one.", NULL);
    bring(s);
    assert_false(has_alarm(s, ALARM_RETIRED));
    world_report_to(s->w, &s->caller, 0, 1000, "Still to the old one.", id);
    bring(s);
    assert_true(has_alarm(s, ALARM_RETIRED));
    assert_string_equal(show(s, id, false).items[0].by, "");
}

static const uint8_t *intake(struct setting *s)
{
    return roster_intake_at(s->w->roster, 0)->public_key;
}

static void a_stranger_signs_nothing(void **state)
{
    struct setting *s = *state;
    struct member_keys *stranger = member_keys_random();
    const struct envelope report = {.kind = KIND_REPORT,
                                    .kind_version = 1,
                                    .minute = 1,
                                    .order = 1,
                                    .channel = "telephone"};
    world_payload(s->w, intake(s), &report, span_text("Not a member."), &stranger->sign, NULL);
    bring(s);
    assert_true(has_alarm(s, ALARM_SIGNER));
    assert_int_equal(status(s).reports, 0);
    member_keys_free(stranger);
}

static void a_record_needs_a_signature(void **state)
{
    struct setting *s = *state;
    uint8_t id[16];
    struct buf content;
    struct record_details details = {.set = DETAILS_HANDLED, .handled = 1};
    const struct envelope e = {.kind = KIND_DETAILS, .kind_version = 1, .minute = 1};
    world_report(s->w, &s->caller, "Help.", id);
    memcpy(details.report, id, 16);
    buf_init(&content, 4096);
    assert_int_equal(record_details_put(&details, &content), 0);
    world_payload(s->w, intake(s), &e, buf_bytes(&content), NULL, NULL);
    bring(s);
    buf_release(&content);
    assert_true(has_alarm(s, ALARM_SIGNER));
    assert_true(show(s, id, false).row.waiting);
}

static void bad_fields_and_orders_are_alarms(void **state)
{
    struct setting *s = *state;
    const struct sign_pair *ada = &s->w->keys->sign;
    const struct envelope bad = {.kind = KIND_DETAILS, .kind_version = 1, .minute = 1, .order = 5};
    const struct envelope far = {.kind = KIND_REPORT,
                                 .kind_version = 1,
                                 .minute = 1,
                                 .order = UINT64_C(1) << 63};
    world_payload(s->w, intake(s), &bad, span_text("no fields"), ada, NULL);
    bring(s);
    assert_true(has_alarm(s, ALARM_DAMAGED));
    assert_int_equal(status(s).alarm_count, 1);
    world_payload(s->w, intake(s), &far, span_text("text"), ada, NULL);
    bring(s);
    assert_int_equal(status(s).alarm_count, 2);
    assert_true(model_next_order(s->model) < 1000);
}

static void newer_kinds_are_kept(void **state)
{
    struct setting *s = *state;
    uint8_t id[16];
    struct store_entry entry;
    const struct envelope kind = {.kind = 77, .kind_version = 1, .minute = 1, .order = 1};
    const struct envelope version = {.kind = KIND_REPORT, .kind_version = 2, .minute = 1};
    world_payload(s->w, intake(s), &kind, span_text("new"), &s->w->keys->sign, id);
    world_payload(s->w, intake(s), &version, span_text("new"), NULL, NULL);
    world_close(s->w);
    bring(s);
    assert_int_equal(status(s).not_understood, 2);
    assert_int_equal(status(s).alarm_count, 0);
    assert_int_equal(store_find(desk_store(s->desk), id, &entry), 0);
    assert_true(entry.sealed.len > 0 && entry.in_log);
}

/* Cosigned checkpoints of another desk */

static void put_cosigned(struct setting *s, const struct checkpoint *checkpoint,
                         const struct sign_pair *line_pair)
{
    struct note_key cosign_key;
    struct buf note, text;
    char name[64];
    const struct envelope e = {.kind = KIND_COSIGNATURE, .kind_version = 1, .minute = 1, .order = 2};
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
    struct setting *s = *state;
    world_report(s->w, &s->caller, "Help.", NULL);
    world_close(s->w);
    bring(s);
    struct checkpoint c = {.size = store_size(desk_store(s->desk))};
    const struct merkle_source nodes = store_nodes(desk_store(s->desk));
    snprintf(c.origin, sizeof c.origin, "%.200s", s->w->line->note_key.name);
    assert_int_equal(merkle_root_at(&nodes, c.size, &c.root), 0);
    put_cosigned(s, &c, &s->w->line->key);
    bring(s);
    assert_int_equal(status(s).alarm_count, 0);
    assert_int_equal(model_keep_cosignatures(s->model, &s->problem), 0);
    c.root.bytes[5] ^= 1;
    put_cosigned(s, &c, &s->w->line->key);
    bring(s);
    assert_true(has_alarm(s, ALARM_FORK));
}

static void a_longer_cosigned_log_waits(void **state)
{
    struct setting *s = *state;
    world_report(s->w, &s->caller, "Help.", NULL);
    world_close(s->w);
    bring(s);
    struct checkpoint c = {.size = store_size(desk_store(s->desk)) + 1};
    snprintf(c.origin, sizeof c.origin, "%.200s", s->w->line->note_key.name);
    put_cosigned(s, &c, &s->w->line->key);
    bring(s);
    assert_int_equal(status(s).alarm_count, 0);
    world_close(s->w);
    bring(s);
    assert_true(has_alarm(s, ALARM_FORK));
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

static struct hash fold_in_order(struct setting *s, const struct copies *copies,
                                 const size_t *order, struct prop *prop)
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
    assert_int_equal(model_digest(model, &digest), 0);
    opener_free(opener);
    model_free(model);
    return digest;
}

static void fill_with_everything(struct setting *s)
{
    struct world_caller other;
    uint8_t first[16], second[16], third[16], taken[16];
    const struct record_details said = {.set = DETAILS_DANGER | DETAILS_NOTE,
                                        .danger = DANGER_NOW,
                                        .note = span_text("a")};
    world_caller(&other);
    world_report(s->w, &s->caller, "One.", first);
    world_report(s->w, &s->caller, "Two.", second);
    world_report(s->w, &other, "Three.", third);
    world_close(s->w);
    bring(s);
    answer(s, first, "To one.");
    answer(s, third, "To three.");
    take(s, "Taken.", &said, taken);
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
    struct record_consent consent = {.purpose = span_text("p"), .recipient = span_text("r"), .given = 1};
    memcpy(consent.report, first, 16);
    assert_int_equal(act_consent(s->desk, s->model, &consent, &s->problem), 0);
    consent.given = 0;
    assert_int_equal(act_consent(s->desk, s->model, &consent, &s->problem), 0);
    world_erase(s->w, &s->caller, 0);
    world_erase(s->w, &other, 0);
    bring(s);
    struct record_erasure keep = {.decision = ERASURE_KEPT, .reason = span_text("x")};
    memcpy(keep.entry, first, 16);
    assert_int_equal(act_erasure(s->desk, s->model, &keep, &s->problem), 0);
    world_send(s->w, s->desk);
    world_day(WORLD_DAY + 1);
    world_report(s->w, &s->caller, "Four.", NULL);
    bring(s);
}

static void any_order_gives_the_same(void **state)
{
    struct setting *s = *state;
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
    assert_int_equal(model_digest(s->model, &grown), 0);
    assert_int_equal(model_digest(again, &at_once), 0);
    assert_memory_equal(grown.bytes, at_once.bytes, sizeof grown.bytes);
    model_free(again);
    for (size_t i = 0; i < copies->count; i++)
        buf_release(&copies->list[i].sealed);
    free(copies);
}

static void many_are_opened_on_all_processors(void **state)
{
    struct setting *s = *state;
    for (int i = 0; i < 3 * OPENER_BATCH_ENTRIES + 7; i++)
        world_report(s->w, &s->caller, "One of many.", NULL);
    bring(s);
    assert_int_equal(status(s).reports, 3 * OPENER_BATCH_ENTRIES + 7);
    assert_int_equal(status(s).conversations, 1);
}

static void ids_are_found_by_their_beginning(void **state)
{
    struct setting *s = *state;
    uint8_t id[16], found[16];
    char text[33];
    world_report(s->w, &s->caller, "Help.", id);
    bring(s);
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

static void want_of_memory_leaves_the_model_as_it_was(void **state)
{
    struct setting *s = *state;
    struct hash before, after;
    fill_with_everything(s);
    assert_int_equal(model_digest(s->model, &before), 0);
    world_report(s->w, &s->caller, "Five.", NULL);
    world_pull_well(s->desk, world_export(s->w));
    int error;
    uint64_t nth = 1;
    do {
        mem_fail_from(nth);
        error = model_refresh(s->model, NULL);
        mem_fail_from(0);
        if (error < 0) {
            assert_int_equal(model_digest(s->model, &after), 0);
            assert_memory_equal(before.bytes, after.bytes, sizeof before.bytes);
        }
        nth += 1 + nth / 10;
    } while (error < 0);
    assert_true(nth > 10);
    assert_int_equal(model_digest(s->model, &after), 0);
    assert_memory_not_equal(before.bytes, after.bytes, sizeof before.bytes);
}

#define MODEL_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(reports_of_one_caller_are_one_conversation),
        MODEL_TEST(an_answer_reaches_the_caller),
        MODEL_TEST(all_slots_are_used_once),
        MODEL_TEST(a_taken_report_has_no_mailbox),
        MODEL_TEST(the_inbox_is_ordered),
        MODEL_TEST(handled_ends_with_the_next_report),
        MODEL_TEST(later_details_win_field_by_field),
        MODEL_TEST(search_folds_both_scripts),
        MODEL_TEST(hostile_text_is_text),
        MODEL_TEST(erased_is_hidden_until_decided),
        MODEL_TEST(deleted_is_gone),
        MODEL_TEST(an_entry_that_nobody_opens_is_an_alarm),
        MODEL_TEST(an_answer_of_ours_is_no_alarm),
        MODEL_TEST(a_retired_epoch_is_an_alarm),
        MODEL_TEST(a_stranger_signs_nothing),
        MODEL_TEST(a_record_needs_a_signature),
        MODEL_TEST(bad_fields_and_orders_are_alarms),
        MODEL_TEST(newer_kinds_are_kept),
        MODEL_TEST(another_desks_fork_is_an_alarm),
        MODEL_TEST(a_longer_cosigned_log_waits),
        MODEL_TEST(any_order_gives_the_same),
        MODEL_TEST(many_are_opened_on_all_processors),
        MODEL_TEST(ids_are_found_by_their_beginning),
        MODEL_TEST(want_of_memory_leaves_the_model_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
