/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Statements and claims, with the graphs of where they come from. */
#include "origins/report_json.h"

static void put_node(struct json_report *r, const struct origin_node *node)
{
    static const char *const kinds[] = {[ORIGIN_DOCUMENT] = "document",
                                        [ORIGIN_NAMED] = "named",
                                        [ORIGIN_ROLE] = "role",
                                        [ORIGIN_NAMELESS] = "nameless"};
    json_open_object(&r->json, NULL);
    json_put_cstr(&r->json, "kind", kinds[node->kind]);
    if (node->kind == ORIGIN_DOCUMENT)
        json_report_document(r, "document", node->document);
    else
        json_put_text(&r->json, "name", node->name);
    json_put_bool(&r->json, "origin", node->origin);
    json_close_object(&r->json);
}

static void put_edge(struct json_report *r, const struct origin_edge *edge)
{
    static const char *const reasons[] = {[ORIGIN_SAYS_SO] = "names",
                                          [ORIGIN_OUTLET] = "outlet",
                                          [ORIGIN_PASSAGE] = "passage",
                                          [ORIGIN_EITHER] = "passage either way"};
    json_open_object(&r->json, NULL);
    json_put_int(&r->json, "from", edge->from);
    json_put_int(&r->json, "to", edge->to);
    json_put_cstr(&r->json, "why", reasons[edge->why]);
    if (edge->passage == UINT32_MAX)
        json_put_null(&r->json, "passage");
    else
        json_put_int(&r->json, "passage", edge->passage);
    json_close_object(&r->json);
}

static int put_origin(struct json_report *r, const struct origin *o)
{
    json_put_int(&r->json, "strict", o->strict);
    json_put_int(&r->json, "lenient", o->lenient);
    json_open_array(&r->json, "nodes");
    for (uint32_t i = 0; i < o->node_count; i++) {
        put_node(r, &o->nodes[i]);
        TRY(json_report_flush(r));
    }
    json_close_array(&r->json);
    json_open_array(&r->json, "edges");
    for (uint32_t i = 0; i < o->edge_count; i++) {
        put_edge(r, &o->edges[i]);
        TRY(json_report_flush(r));
    }
    json_close_array(&r->json);
    return 0;
}

/* Statements */

static int put_wording(struct json_report *r, const struct wording *w)
{
    json_open_object(&r->json, NULL);
    json_report_document(r, "document", w->document);
    json_open_array(&r->json, "parts");
    for (uint32_t i = 0; i < w->part_count; i++)
        TRY(json_report_stretch(r, NULL, &r->a, w->document, w->parts[i]));
    json_close_array(&r->json);
    json_put_bool(&r->json, "fragment", w->fragment);
    json_put_bool(&r->json, "reworded", w->reworded);
    if (w->attributed)
        TRY(json_report_stretch(r, "speaker", &r->a, w->document,
                                w->named.to > w->named.from ? w->named : w->speaker));
    else
        json_put_null(&r->json, "speaker");
    json_close_object(&r->json);
    return 0;
}

static int put_statement(struct json_report *r, uint32_t number)
{
    const struct statement *s = &r->origins->statements->statements[number];
    const struct origin *origin = &r->origins->statement_origins.origins[number];
    json_open_object(&r->json, NULL);
    json_report_known(r, "speaker", span_text(s->speaker));
    json_report_known(r, "role", span_text(s->role));
    json_put_bool(&r->json, "disputed", s->disputed);
    json_put_int(&r->json, "documents", statement_documents(s));
    json_put_int(&r->json, "complete", s->complete);
    json_open_array(&r->json, "wordings");
    for (uint32_t i = 0; i < s->count; i++) {
        TRY(put_wording(r, &s->wordings[i]));
        TRY(json_report_flush(r));
    }
    json_close_array(&r->json);
    if (origin->node_count > 0)
        TRY(put_origin(r, origin));
    json_close_object(&r->json);
    return 0;
}

int json_report_statements(struct json_report *r)
{
    json_open_array(&r->json, "statements");
    for (uint32_t i = 0; i < r->origins->statements->count; i++)
        TRY(put_statement(r, i));
    json_close_array(&r->json);
    return 0;
}

/* Claims */

static void put_tellers(struct json_report *r, const struct telling *t)
{
    json_open_array(&r->json, "chain");
    for (unsigned i = 0; i < t->told->teller_count; i++) {
        json_open_object(&r->json, NULL);
        json_put_text(&r->json, "name", t->told->tellers[i].name);
        json_put_bool(&r->json, "nameless", t->told->tellers[i].nameless);
        json_close_object(&r->json);
    }
    json_close_array(&r->json);
}

static const char *bound_name(enum claim_bound bound)
{
    static const char *const names[] = {
        [CLAIM_EXACTLY] = "exactly",       [CLAIM_AT_LEAST] = "at least",
        [CLAIM_ABOUT] = "about",           [CLAIM_MORE_THAN] = "more than",
        [CLAIM_FEWER_THAN] = "fewer than", [CLAIM_AT_MOST] = "at most",
        [CLAIM_RANGE] = "range",           [CLAIM_NONE] = "none"};
    return names[bound];
}

static int put_telling(struct json_report *r, const struct telling *t)
{
    json_open_object(&r->json, NULL);
    json_report_document(r, "document", t->document);
    TRY(json_report_stretch(r, "sentence", &r->a, t->document, t->told->claim.sentence));
    TRY(json_report_stretch(r, "number", &r->a, t->document, t->told->claim.number));
    TRY(json_report_stretch(r, "what", &r->a, t->document, t->told->claim.what));
    json_put_cstr(&r->json, "bound", bound_name(t->told->claim.bound));
    json_put_bool(&r->json, "hedged", t->told->claim.hedged);
    json_put_bool(&r->json, "denied", t->told->claim.denied);
    json_put_bool(&r->json, "quoted", t->told->claim.quote != UINT32_MAX);
    put_tellers(r, t);
    json_close_object(&r->json);
    return 0;
}

static void put_beside(struct json_report *r, const struct claim_group *g)
{
    json_open_array(&r->json, "beside");
    for (uint32_t i = 0; i < g->beside_count; i++) {
        json_open_object(&r->json, NULL);
        json_put_int(&r->json, "claim", g->beside[i].group);
        json_put_bool(&r->json, "contradicts", g->beside[i].contradicts);
        json_close_object(&r->json);
    }
    json_close_array(&r->json);
}

static int put_claim(struct json_report *r, const struct claim_group *g)
{
    json_open_object(&r->json, NULL);
    json_put_cstr(&r->json, "bound", bound_name(g->bound));
    json_put_int(&r->json, "low", g->low);
    json_put_int(&r->json, "high", g->high);
    json_report_known(r, "act", span_text(g->act_kind ? g->act_kind : ""));
    json_put_bool(&r->json, "denied", g->denied);
    json_open_array(&r->json, "tellings");
    for (size_t i = 0; i < g->count; i++) {
        TRY(put_telling(r, g->tellings[i]));
        TRY(json_report_flush(r));
    }
    json_close_array(&r->json);
    TRY(put_origin(r, &g->origin));
    put_beside(r, g);
    json_close_object(&r->json);
    return 0;
}

int json_report_claims(struct json_report *r)
{
    json_open_array(&r->json, "claims");
    for (size_t i = 0; i < r->origins->claims.count; i++)
        TRY(put_claim(r, &r->origins->claims.groups[i]));
    json_close_array(&r->json);
    return 0;
}
