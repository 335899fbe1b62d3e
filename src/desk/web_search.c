/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /search?q=WORDS */
#include "desk/web_internal.h"
#include "desk/when.h"

#define HITS_MAX 100
#define QUERY_CHARACTERS_MAX 200

static void add_part(struct visit *visit, struct values *result, struct span text, bool hit)
{
    if (!text.len)
        return;
    struct values *part = values_add(result, "parts");
    values_text(part, "text", visit_block(visit, text));
    values_flag(part, "hit", hit);
}

static void put_parts(struct visit *visit, struct values *result, const struct model_hit *hit)
{
    struct span snippet = span_text(hit->snippet);
    size_t at = 0;
    for (size_t i = 0; i < hit->mark_count; i++) {
        size_t from = hit->marks[i].from, to = hit->marks[i].to;
        add_part(visit, result, span_slice(snippet, at, from - at), false);
        add_part(visit, result, span_slice(snippet, from, to - from), true);
        at = to;
    }
    add_part(visit, result, span_slice(snippet, at, snippet.len), false);
}

/* An answer is read in its conversation, which every id of a report in it names. */
static void add_result(struct visit *visit, struct values *values, const struct model_hit *hit)
{
    struct values *result = values_add(values, "results");
    bool report = hit->kind == ITEM_REPORT;
    values_text(result, "id", report ? visit_hex(visit, hit->id) : hit->conversation);
    values_text(result, "label", hit->conversation);
    values_text(result, "day", visit_minute(visit, hit->minute));
    values_flag(result, "ours", !report);
    put_parts(visit, result, hit);
}

int web_search(struct visit *visit, struct problem *problem)
{
    const char *words = visit_field(visit, "q");
    struct model_hits hits = {.count = 0};
    struct values *v;
    TRY(visit_values(visit, &v, problem));
    values_text(v, "query", visit_line(visit, words, QUERY_CHARACTERS_MAX));
    int error =
        words[0] ? model_search(visit->web->model, words, HITS_MAX, &visit->arena, &hits, problem)
                 : 0;
    if (error == E_NOMEM)
        return error;
    if (error < 0)
        values_text(v, "problem", visit_problem_text(visit, problem, error));
    for (size_t i = 0; error == 0 && i < hits.count; i++)
        add_result(visit, v, &hits.hits[i]);
    if (hits.count)
        values_printf(v, "count", hits.count == HITS_MAX ? "%zu+" : "%zu", hits.count);
    values_flag(v, "asked", words[0]);
    visit_reply(visit, error < 0 ? error_http_status(error) : 200, &page_desk_search, v);
    return 0;
}
