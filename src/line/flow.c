/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the pages share: the way of one request. */
#include "base/clock.h"
#include "base/mem.h"
#include "line/door.h"
#include "pages/line.h"
#include "seal/secret.h"
#include "text/show.h"

/* Every page is filled up to a multiple of this, so that its length does not tell whether there are
 * answers, or how long a word is. */
#define PAGE_STEP_BYTES 4096
#define PAGE_BYTES_MAX (16u << 20)

static const struct http_reply_header page_headers[] = {
    {"Content-Security-Policy", "default-src 'none'; style-src " PAGES_LINE_STYLE_HASH
                                "; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
};

static void request_gone(void *state)
{
    struct flow *flow = state;

    flow->request = NULL;
}

struct flow *flow_new(struct door *door, struct http_request *request)
{
    struct flow *flow = mem_calloc(1, sizeof *flow);

    if (!flow)
        return NULL;
    flow->door = door;
    flow->request = request;
    flow->language = language_at(0);
    buf_init(&flow->text, DOOR_BODY_MAX);
    buf_init(&flow->typed, DOOR_CODENAME_TEXT_MAX);
    http_set_state(request, flow, request_gone);
    return flow;
}

void flow_free(struct flow *flow)
{
    if (!flow)
        return;
    if (flow->request)
        http_set_state(flow->request, NULL, NULL);
    buf_wipe_release(&flow->text);
    buf_wipe_release(&flow->typed);
    secret_wipe(flow, sizeof *flow);
    mem_free(flow);
    secret_wipe_stack();
}

int flow_form(struct flow *flow, struct form *ret_form)
{
    struct http_request *request = flow->request;
    bool post = strcmp(http_method(request), "POST") == 0;
    struct span bytes = post ? http_body(request) : span_text(http_query(request));
    const char *accepted = http_header(request, "Accept-Language");
    int error = form_read(bytes, http_arena(request), ret_form);
    const struct language *chosen = NULL;

    if (error == 0)
        chosen = language_find(form_value(ret_form, "lang"));
    if (!chosen)
        chosen = language_accepted(span_text(accepted ? accepted : ""));
    flow->language = chosen;
    if (error < 0)
        flow_problem(flow, error_http_status(error), error == E_TOO_LARGE ? "large" : "request");
    return error;
}

static void take_keys(struct flow *flow, const struct words_list *words)
{
    flow->words = words;
    codename_keys(flow->codename, &flow->keys);
}

int flow_take_ticket(struct flow *flow, const struct form *form)
{
    struct span text = form_value(form, "ticket");
    const struct language *language;

    REJECT_IF(text.len == 0, E_NOT_FOUND);
    TRY(ticket_open(flow->door->ticket_keys, door_minute(), text, &flow->ticket));
    language = language_at(flow->ticket.language);
    REJECT_IF(!language, E_FORMAT);
    memcpy(flow->codename, flow->ticket.codename, sizeof flow->codename);
    take_keys(flow, words_of_language(language->code));
    return 0;
}

int flow_take_codename(struct flow *flow, const struct form *form)
{
    struct span typed = form_value(form, "codename");
    const struct words_list *words;

    buf_reset(&flow->typed);
    buf_span(&flow->typed, span_slice(typed, 0, DOOR_CODENAME_TEXT_MAX));
    REJECT_IF(typed.len > DOOR_CODENAME_TEXT_MAX, E_ARGUMENT);
    TRY(words_read_secret(words_of_language(flow->language->code), typed, flow->codename, &words,
                          NULL));
    take_keys(flow, words);
    return 0;
}

const char *flow_ticket_text(struct flow *flow)
{
    const struct language *language = language_find(span_text(words_language(flow->words)));
    struct ticket ticket = {.minute = door_minute(),
                            .language =
                                (uint8_t)language_place(language ? language : language_at(0))};
    struct buf text;
    char *copy;

    memcpy(ticket.codename, flow->codename, sizeof ticket.codename);
    memcpy(ticket.form_nonce, flow->ticket.form_nonce, sizeof ticket.form_nonce);
    buf_init(&text, TICKET_TEXT_MAX);
    ticket_seal(flow->door->ticket_keys, &ticket, &text);
    copy = arena_copy_text(http_arena(flow->request), buf_bytes(&text));
    buf_release(&text);
    secret_wipe(&ticket, sizeof ticket);
    return copy;
}

const char *flow_greeting(struct flow *flow)
{
    return arena_printf(http_arena(flow->request), "%s %s",
                        words_at(flow->words, flow->keys.greeting[0]),
                        words_at(flow->words, flow->keys.greeting[1]));
}

struct values *flow_values(struct flow *flow)
{
    struct values *values = values_new(http_arena(flow->request));

    values_text(values, "org", roster_name(flow->door->worker.roster));
    return values;
}

static void fill_up(struct buf *page)
{
    size_t over = page->len % PAGE_STEP_BYTES;
    uint8_t *room = over > 0 ? buf_room(page, PAGE_STEP_BYTES - over) : NULL;

    if (room)
        memset(room, '\n', PAGE_STEP_BYTES - over);
}

void flow_reply(struct flow *flow, int status, const struct template *page, struct values *values)
{
    struct buf body;
    int error;

    buf_init(&body, PAGE_BYTES_MAX);
    error = template_render(page, flow->language, values, &body);
    fill_up(&body);
    if (error == 0)
        error = buf_error(&body);
    if (error == 0)
        http_reply(flow->request, status, "text/html; charset=utf-8", buf_bytes(&body),
                   page_headers, COUNT_OF(page_headers));
    else
        http_reply(flow->request, 503, "text/plain; charset=utf-8",
                   span_text(error_sentence(error)), NULL, 0);
    flow->request = NULL;
    buf_wipe_release(&body);
    flow_free(flow);
}

void flow_problem(struct flow *flow, int status, const char *flag)
{
    struct values *values = flow_values(flow);

    values_flag(values, flag, true);
    values_text(values, "other_way", flow->door->other_way);
    flow_reply(flow, status, &page_line_problem, values);
}

const struct roster_intake *flow_intake(const struct flow *flow)
{
    return roster_intake_of_day(flow->door->worker.roster, clock_day(clock_now_s()));
}

void flow_codename_problem(struct flow *flow, struct values *values, int error)
{
    struct values *problem = values_add(values, "problem");
    struct arena *arena = http_arena(flow->request);
    uint8_t secret[WORDS_SECRET_BYTES];
    const struct words_list *list;
    struct words_fault fault;
    struct buf shown;

    /* It failed before, and is only read again to learn where. What reads well now was followed by
     * more than anybody types: the first words of it are not all. */
    if (words_read_fault(words_of_language(flow->language->code), buf_bytes(&flow->typed), secret,
                         &list, &fault) == 0)
        fault = (struct words_fault){.count = WORDS_SECRET_COUNT + 1};
    if (error == E_BAD_WORD) {
        buf_init(&shown, 1024);
        show_line(&shown, span_text(fault.word), 24);
        values_text(problem, "word", arena_copy_text(arena, buf_bytes(&shown)));
        values_number(problem, "number", fault.place);
        buf_wipe_release(&shown);
    } else if (error == E_CHECKSUM) {
        values_flag(problem, "checksum", true);
    } else if (flow->typed.len == 0) {
        values_flag(problem, "empty", true);
    } else {
        values_number(problem, "count", fault.count);
    }
    secret_wipe(&fault, sizeof fault);
    secret_wipe(secret, sizeof secret);
}

void flow_ask(struct flow *flow, enum wire_op op, struct span body, ask_fn *fn)
{
    if (ask_later(flow->door->worker.ask, op, body, fn, flow) == 0)
        return;
    if (flow->request)
        flow_problem(flow, 503, "busy");
    else
        flow_free(flow);
}
