/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "line/door.h"
#include "base/random.h"
#include "pages/line.h"
#include "text/utf8.h"

/* A word in its first four letters, which are enough, and the rest. */
static void put_word(struct values *words, struct arena *arena, const char *word)
{
    struct span rest = span_text(word), whole = rest;
    size_t head_bytes = 0;

    for (unsigned letters = 0; letters < 4 && rest.len > 0; letters++) {
        utf8_next(&rest);
        head_bytes = whole.len - rest.len;
    }
    values_text(words, "head", arena_copy_text(arena, span_slice(whole, 0, head_bytes)));
    values_text(words, "tail", word + head_bytes);
}

static void put_codename(struct flow *flow, struct values *values)
{
    struct arena *arena = http_arena(flow->request);
    const char *words[WORDS_SECRET_COUNT];
    const char *joined = "";

    words_of_secret(flow->words, flow->codename, words);
    for (size_t i = 0; i < WORDS_SECRET_COUNT; i++) {
        put_word(values_add(values, "words"), arena, words[i]);
        joined = joined ? arena_printf(arena, "%s%s%s", joined, i ? " " : "", words[i]) : NULL;
    }
    values_text(values, "codename", joined);
}

void door_write_page(struct flow *flow, int status, const char *problem_flag)
{
    struct values *values = flow_values(flow);

    put_codename(flow, values);
    values_text(values, "ticket", flow_ticket_text(flow));
    if (problem_flag) {
        struct values *problem = values_add(values, "problem");

        values_flag(problem, problem_flag, true);
        if (strcmp(problem_flag, "busy") == 0)
            values_text(problem, "other_way", flow->door->other_way);
        values_text(values, "text", buf_cstr(&flow->text));
    }
    flow_reply(flow, status, &page_line_write, values);
}

void door_write(struct flow *flow, const struct form *form)
{
    (void)form;
    if (!flow_intake(flow)) {
        flow_problem(flow, 503, "closed");
        return;
    }
    codename_random(flow->codename);
    random_bytes(flow->ticket.form_nonce, sizeof flow->ticket.form_nonce);
    flow->words = words_of_language(flow->language->code);
    door_write_page(flow, 200, NULL);
}
