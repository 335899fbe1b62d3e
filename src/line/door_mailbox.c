/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST /mailbox. Whoever asks, all 64 tags are asked for and the same work is done; a codename that
 * nobody has gives what one without answers gives. */
#include "base/clock.h"
#include "base/random.h"
#include "line/door.h"
#include "pages/line.h"
#include "seal/answer.h"
#include "seal/secret.h"
#include "text/show.h"

struct answer {
    uint32_t day;
    unsigned slot;
    const char *text;
};

struct answers {
    size_t count;
    struct answer list[CODENAME_SLOTS];
};

/* The newest epoch first: it is the likeliest. */
static int open_any(const struct flow *flow, struct span header, struct span leaf,
                    struct span sealed, struct buf *text)
{
    for (size_t i = roster_intakes(flow->door->worker.roster); i-- > 0;) {
        const struct roster_intake *intake = roster_intake_at(flow->door->worker.roster, i);
        int error =
            answer_open(&flow->keys.mailbox, intake->public_key, header, leaf, sealed, text);

        if (error != E_CANNOT_OPEN)
            return error;
    }
    return E_CANNOT_OPEN;
}

static unsigned slot_of_tag(const struct flow *flow, const uint8_t tag[ENTRY_TAG_BYTES])
{
    uint8_t candidate[CODENAME_TAG_BYTES];

    for (unsigned slot = 0; slot < CODENAME_SLOTS; slot++) {
        codename_reply_tag(flow->keys.reply_key, slot, candidate);
        if (memcmp(candidate, tag, sizeof candidate) == 0)
            return slot;
    }
    return CODENAME_SLOTS;
}

static const char *shown_in_arena(struct flow *flow, const struct buf *text)
{
    struct buf shown;
    const char *copy;

    buf_init(&shown, 16 * ANSWER_TEXT_MAX);
    show_block(&shown, buf_bytes(text));
    copy = arena_copy_text(http_arena(flow->request), buf_bytes(&shown));
    buf_wipe_release(&shown);
    return copy;
}

/* An entry that does not open is not an answer to this caller: it is passed over. */
static void add_answer(struct flow *flow, struct answers *answers, struct span entry)
{
    struct span header_bytes = span_slice(entry, 0, ENTRY_HEADER_BYTES);
    struct span leaf = span_slice(entry, ENTRY_HEADER_BYTES, ENTRY_LEAF_BYTES);
    struct span sealed = span_slice(entry, ENTRY_HEADER_BYTES + ENTRY_LEAF_BYTES, entry.len);
    struct entry_header header;
    struct buf text;

    buf_init(&text, ANSWER_ROOM_BYTES);
    if (answers->count < CODENAME_SLOTS && entry_header_read(header_bytes, &header) == 0 &&
        open_any(flow, header_bytes, leaf, sealed, &text) == 0) {
        answers->list[answers->count++] = (struct answer){
            .day = header.day,
            .slot = slot_of_tag(flow, header.tag),
            .text = shown_in_arena(flow, &text),
        };
    }
    buf_wipe_release(&text);
}

static int newest_first(const void *left, const void *right)
{
    const struct answer *a = left, *b = right;

    if (a->day != b->day)
        return a->day < b->day ? 1 : -1;
    return (a->slot < b->slot) - (a->slot > b->slot);
}

static void read_answers(struct flow *flow, struct span reply, struct answers *answers)
{
    struct cursor c;

    answers->count = 0;
    cursor_init(&c, reply);
    while (cursor_left(&c) > 0 && !c.failed)
        add_answer(flow, answers, cursor_block32(&c, WIRE_BODY_MAX));
    qsort(answers->list, answers->count, sizeof answers->list[0], newest_first);
}

static void mailbox_page(struct flow *flow, const struct answers *answers)
{
    struct values *values = flow_values(flow);

    random_bytes(flow->ticket.form_nonce, sizeof flow->ticket.form_nonce);
    values_text(values, "greeting", flow_greeting(flow));
    values_text(values, "ticket", flow_ticket_text(flow));
    for (size_t i = 0; i < answers->count; i++) {
        struct values *item = values_add(values, "answers");
        char day[CLOCK_DAY_TEXT_BYTES];

        clock_day_text(answers->list[i].day, day);
        values_text(item, "day", arena_copy_text(http_arena(flow->request), span_text(day)));
        values_text(item, "text", answers->list[i].text);
    }
    flow_reply(flow, 200, &page_line_mailbox, values);
}

static void got_answers(void *context, int error, struct span reply)
{
    struct flow *flow = context;
    struct answers answers;

    if (!flow->request) {
        flow_free(flow);
    } else if (error < 0) {
        flow_problem(flow, 503, "busy");
    } else {
        read_answers(flow, reply, &answers);
        mailbox_page(flow, &answers);
    }
}

static void back_page(struct flow *flow, int error)
{
    struct values *values = flow_values(flow);

    values_text(values, "codename", buf_cstr(&flow->typed));
    flow_codename_problem(flow, values, error);
    flow_reply(flow, 400, &page_line_back, values);
}

void door_mailbox(struct flow *flow, const struct form *form)
{
    uint8_t tags[CODENAME_SLOTS][CODENAME_TAG_BYTES];
    int error = flow_take_ticket(flow, form);

    if (error < 0)
        error = flow_take_codename(flow, form);
    if (error < 0) {
        back_page(flow, error);
        return;
    }
    for (unsigned slot = 0; slot < CODENAME_SLOTS; slot++)
        codename_reply_tag(flow->keys.reply_key, slot, tags[slot]);
    flow_ask(flow, WIRE_ANSWERS, span_of(tags, sizeof tags), got_answers);
    secret_wipe(tags, sizeof tags);
}
