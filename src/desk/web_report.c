/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /report/ID: a conversation in the reading pane; and what is done with it. */
#include "base/encode.h"
#include "desk/spoken.h"
#include "desk/web_internal.h"
#include "seal/answer.h"

/* With what went wrong, and what was typed and not accepted: of the answer or of the details. */
struct again {
    const char *sentence;
    bool answer, details;
};

static int find(struct visit *visit, struct model_conversation *ret_conversation,
                struct problem *problem)
{
    char *id = arena_copy_text(&visit->arena, visit->id);
    REJECT_IF(!id, E_NOMEM);
    return model_conversation(visit->web->model, id, false, &visit->arena, ret_conversation,
                              problem);
}

static const char *text_of(struct visit *visit, const struct model_item *item)
{
    if (item->hidden)
        return visit_say(visit, N_("Hidden: the caller asked for it to be erased."));
    if (item->decision == ERASURE_DELETED)
        return visit_say(visit, N_("Erased for good, as the caller asked."));
    return visit_block(visit, span_of(item->text, item->text_len));
}

static void add_message(struct visit *visit, struct values *values, const struct model_item *item)
{
    struct values *message = values_add(values, "messages");
    bool ours = item->kind == ITEM_ANSWER;
    values_flag(message, "ours", ours);
    if (ours)
        values_text(message, "who",
                    item->by[0] ? visit_line(visit, item->by, ROSTER_NAME_MAX) : "?");
    values_text(message, "minute", visit_minute(visit, item->minute));
    values_text(message, "text", text_of(visit, item));
    values_flag(message, "waiting", !item->sent);
    values_flag(message, "fetched", ours && item->sent);
}

/* All of it is hidden: nothing is left to be read. */
static bool all_hidden(const struct model_conversation *conversation)
{
    for (size_t i = 0; i < conversation->item_count; i++) {
        if (conversation->items[i].kind == ITEM_REPORT && !conversation->items[i].hidden)
            return false;
    }
    return true;
}

static void put_origin(struct visit *visit, struct values *v, const struct model_row *row,
                       const struct model_item *first)
{
    const struct spoken *spoken = spoken_find(row->language);
    values_text(v, "channel", web_inbox_channel(visit, row->channel));
    values_text(v, "language", web_inbox_language(visit, row->language));
    values_text(v, "language_code", spoken ? spoken->code : NULL);
    values_flag(v, "language_rtl", spoken && spoken->right_to_left);
    if (!row->taken_by[0])
        return;
    values_text(v, "taken_by", visit_line(visit, row->taken_by, ROSTER_NAME_MAX));
    if (first)
        values_text(v, "wording",
                    visit_say(visit, strcmp(first->wording, "summary") == 0 ? N_("in summary")
                                                                            : N_("word for word")));
}

static void put_row(struct visit *visit, struct values *v, const struct model_row *row)
{
    values_text(v, "label", row->short_id);
    values_flag(v, "risk", row->danger == DANGER_RISK && !row->handled);
    values_flag(v, "overdue", web_inbox_overdue(row));
    if (row->due_minute && !row->handled)
        values_text(v, "due_text", visit_minute(visit, row->due_minute));
    values_flag(v, "unanswered", row->waiting);
    values_flag(v, "handled", row->handled);
    values_flag(v, "can_answer", row->can_answer);
}

static const uint8_t *newest_report(const struct model_conversation *conversation)
{
    const uint8_t *id = conversation->row.id;
    for (size_t i = 0; i < conversation->item_count; i++) {
        if (conversation->items[i].kind == ITEM_REPORT)
            id = conversation->items[i].id;
    }
    return id;
}

static int show(struct visit *visit, const struct model_conversation *conversation,
                const struct again *again, struct problem *problem)
{
    struct values *v;
    const char *id = visit_hex(visit, conversation->row.id);
    TRY(visit_values(visit, &v, problem));
    TRY(web_inbox_items(visit, v, id));
    values_text(v, "id", id);
    values_text(v, "shown", visit_hex(visit, newest_report(conversation)));
    put_row(visit, v, &conversation->row);
    put_origin(visit, v, &conversation->row,
               conversation->item_count ? &conversation->items[0] : NULL);
    values_flag(v, "erase_asked", all_hidden(conversation));
    for (size_t i = 0; i < conversation->item_count; i++)
        add_message(visit, v, &conversation->items[i]);
    if (again->details)
        web_details_show_typed(visit, v);
    else
        web_details_show(visit, v, conversation);
    web_details_consents(visit, v, conversation);
    values_text(v, "problem", again->sentence);
    values_text(v, "text", again->answer ? visit_field(visit, "text") : NULL);
    values_flag(v, "editing", again->details);
    values_printf(v, "prove", "vouchsafe prove %s -o proof/", id);
    visit_once(visit, v);
    visit_reply(visit, again->sentence ? 400 : 200, &page_desk_report, v);
    return 0;
}

int web_report(struct visit *visit, struct problem *problem)
{
    struct model_conversation conversation;
    struct again nothing = {.sentence = NULL};
    TRY(find(visit, &conversation, problem));
    return show(visit, &conversation, &nothing, problem);
}

/* What is done with it */

static const char *location_of(struct visit *visit, const struct model_conversation *conversation)
{
    char *location =
        arena_printf(&visit->arena, "/report/%s", visit_hex(visit, conversation->row.id));
    return location ? location : "/";
}

/* The newest report that the page showed: it and those before it are answered then, or done with.
 * What came while the member was writing still waits. */
static const uint8_t *shown_report(struct visit *visit,
                                   const struct model_conversation *conversation)
{
    uint8_t shown[ENTRY_ID_BYTES];
    const uint8_t *id = conversation->row.id;
    if (hex_read(form_value(&visit->form, "shown"), shown, sizeof shown) < 0)
        return id;
    for (size_t i = 0; i < conversation->item_count; i++) {
        const struct model_item *item = &conversation->items[i];
        if (item->kind == ITEM_REPORT && memcmp(item->id, shown, sizeof shown) == 0)
            id = item->id;
    }
    return id;
}

static const char *answer_refused(struct visit *visit, const struct problem *problem, int error)
{
    char most[16];
    if (error != E_TOO_LARGE)
        return visit_problem_text(visit, problem, error);
    snprintf(most, sizeof most, "%u", (unsigned)ANSWER_TEXT_MAX);
    return visit_say_with(visit, N_("The answer is too long: {most} bytes are the most."),
                          (const char *const[]){"most", most, NULL});
}

int web_report_answer(struct visit *visit, struct problem *problem)
{
    struct model_conversation conversation;
    struct again again = {.answer = true};
    int error = 0;
    TRY(find(visit, &conversation, problem));
    if (visit->stale)
        again.sentence = visit_say(visit, visit_stale);
    else if (visit_once_again(visit))
        return 0;
    else if (!visit_field(visit, "text")[0])
        again.sentence = visit_say(visit, N_("There is no text yet."));
    else
        error = act_answer(visit->web->desk, visit->web->model, shown_report(visit, &conversation),
                           span_text(visit_field(visit, "text")), problem);
    if (error < 0)
        again.sentence = answer_refused(visit, problem, error);
    if (again.sentence)
        return show(visit, &conversation, &again, problem);
    web_pull_soon(visit->web);
    visit_note(visit, visit_say(visit, N_("The answer is sealed and waits to be sent.")));
    visit_once_done(visit, location_of(visit, &conversation));
    return 0;
}

static int keep_details(struct visit *visit, struct record_details *details,
                        struct record_consent *consents, size_t count, struct problem *problem)
{
    struct web *web = visit->web;
    if (details->set)
        TRY(act_details(web->desk, web->model, details, problem));
    for (size_t i = 0; i < count; i++) {
        memcpy(consents[i].report, details->report, ENTRY_ID_BYTES);
        TRY(act_consent(web->desk, web->model, &consents[i], problem));
    }
    web_pull_soon(web);
    return 0;
}

int web_report_details(struct visit *visit, struct problem *problem)
{
    struct model_conversation conversation;
    struct record_details details;
    struct record_consent consents[ACT_CONSENTS_MAX];
    size_t count;
    TRY(find(visit, &conversation, problem));
    int error = web_details_read(visit, &conversation, &details, consents, &count, problem);
    memcpy(details.report, conversation.row.id, ENTRY_ID_BYTES);
    if (error == 0)
        error = keep_details(visit, &details, consents, count, problem);
    if (error < 0) {
        struct again again = {.sentence = visit_problem_text(visit, problem, error),
                              .details = true};
        return show(visit, &conversation, &again, problem);
    }
    visit_note(visit, visit_say(visit, N_("The details are kept.")));
    visit_go(visit, location_of(visit, &conversation));
    return 0;
}

int web_report_handled(struct visit *visit, struct problem *problem)
{
    struct model_conversation conversation;
    struct record_details details = {.set = DETAILS_HANDLED};
    TRY(find(visit, &conversation, problem));
    details.handled = strcmp(visit_field(visit, "handled"), "1") == 0;
    memcpy(details.report, shown_report(visit, &conversation), ENTRY_ID_BYTES);
    TRY(keep_details(visit, &details, NULL, 0, problem));
    visit_go(visit, details.handled ? "/" : location_of(visit, &conversation));
    return 0;
}
