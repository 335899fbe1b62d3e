/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Statements and claims that most documents have, each with the ways back to who said it. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "origins/report_text_internal.h"

#define STATEMENTS_MAX 12
#define CLAIMS_MAX 12
#define WORDINGS_MAX 6
#define EDGES_MAX 12
#define BESIDE_MAX 6

static const char *count_of(struct text_report *t, uint32_t n, const char *one, const char *more)
{
    buf_printf(&t->words, "%" PRIu32 " %s", n, n == 1 ? one : more);
    return text_report_keep(t);
}

static const char *node_name(struct text_report *t, const struct origin *o, uint32_t node)
{
    const struct origin_node *n = &o->nodes[node];
    if (n->kind == ORIGIN_DOCUMENT)
        return text_report_name(t, n->document);
    buf_span(&t->words, n->name);
    if (n->kind == ORIGIN_NAMELESS)
        buf_text(&t->words, " (cannot be named)");
    return text_report_keep(t);
}

/* Where it comes from: a line for each step. */
static void put_origin(struct text_report *t, const struct origin *o)
{
    static const char *const whys[] = {[ORIGIN_SAYS_SO] = "names as having said it",
                                       [ORIGIN_OUTLET] = "names the outlet of",
                                       [ORIGIN_PASSAGE] = "has the passage of the earlier",
                                       [ORIGIN_EITHER] = "has it from, or the other way round,"};
    if (o->node_count == 0)
        return;
    buf_printf(&t->words, "Independent origins: %" PRIu32 " with a name, %" PRIu32 " at most.",
               o->strict, o->lenient);
    text_report_prose(t, 2);
    for (uint32_t i = 0; i < o->edge_count && i < EDGES_MAX; i++) {
        const char *from = node_name(t, o, o->edges[i].from), *to = node_name(t, o, o->edges[i].to);
        buf_printf(&t->words, "%s %s %s", from, whys[o->edges[i].why], to);
        text_report_prose(t, 4);
    }
    if (o->edge_count > EDGES_MAX) {
        const char *steps = count_of(t, o->edge_count - EDGES_MAX, "step", "steps");
        buf_printf(&t->words, "and %s more", steps);
        text_report_prose(t, 4);
    }
}

/* Statements */

static int put_wording(struct text_report *t, const struct wording *w)
{
    const char *name = text_report_name(t, w->document);
    buf_printf(&t->words, "%s%s: “", name, w->fragment ? " (a fragment)" : "");
    for (uint32_t i = 0; i < w->part_count; i++) {
        buf_text(&t->words, i ? " … " : "");
        TRY(text_report_stretch(t, w->document, w->parts[i]));
    }
    buf_text(&t->words, "”");
    text_report_prose(t, 4);
    return 0;
}

static int put_statement(struct text_report *t, uint32_t number)
{
    const struct statement *s = &t->origins->statements->statements[number];
    const char *documents = count_of(t, statement_documents(s), "document", "documents");
    buf_printf(&t->words, "%s%s%s%s, in %s%s: “", s->speaker[0] ? s->speaker : "Somebody",
               s->role[0] ? " (" : "", s->role, s->role[0] ? ")" : "", documents,
               s->disputed ? "; documents name two speakers" : "");
    const struct wording *complete = &s->wordings[s->complete];
    for (uint32_t i = 0; i < complete->part_count; i++) {
        buf_text(&t->words, i ? " … " : "");
        TRY(text_report_stretch(t, complete->document, complete->parts[i]));
    }
    buf_text(&t->words, "”");
    buf_u8(t->out, '\n');
    text_report_prose(t, 0);
    for (uint32_t i = 0; i < s->count && i < WORDINGS_MAX; i++)
        TRY(put_wording(t, &s->wordings[i]));
    put_origin(t, &t->origins->statement_origins.origins[number]);
    return 0;
}

struct ranked {
    uint32_t number, documents;
};

static int by_documents(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->documents != b->documents)
        return a->documents > b->documents ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static int put_ranked(struct text_report *t, struct ranked *ranked)
{
    const struct statements *all = t->origins->statements;
    uint32_t shared = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        ranked[i] = (struct ranked){i, statement_documents(&all->statements[i])};
        shared += ranked[i].documents > 1;
    }
    if (shared == 0)
        return 0;
    qsort(ranked, all->count, sizeof *ranked, by_documents);
    text_report_heading(t, "Statements: those that most documents have");
    for (uint32_t i = 0; i < shared && i < STATEMENTS_MAX; i++)
        TRY(put_statement(t, ranked[i].number));
    text_report_more(t, all->count - (shared < STATEMENTS_MAX ? shared : STATEMENTS_MAX));
    return 0;
}

static int put_statements(struct text_report *t)
{
    struct ranked *ranked = mem_alloc((t->origins->statements->count + 1) * sizeof *ranked);
    REJECT_IF(!ranked, E_NOMEM);
    int error = put_ranked(t, ranked);
    mem_free(ranked);
    return error;
}

/* Claims */

static void put_figure(struct text_report *t, const struct claim_group *g)
{
    static const char *const bounds[] = {[CLAIM_EXACTLY] = "",
                                         [CLAIM_AT_LEAST] = "at least ",
                                         [CLAIM_ABOUT] = "about ",
                                         [CLAIM_MORE_THAN] = "more than ",
                                         [CLAIM_FEWER_THAN] = "fewer than ",
                                         [CLAIM_AT_MOST] = "at most ",
                                         [CLAIM_RANGE] = "",
                                         [CLAIM_NONE] = "none"};
    buf_text(&t->words, bounds[g->bound]);
    if (g->bound != CLAIM_NONE)
        buf_printf(&t->words, "%" PRId64, g->low);
    if (g->bound == CLAIM_RANGE)
        buf_printf(&t->words, " to %" PRId64, g->high);
    if (g->act_kind)
        buf_printf(&t->words, " %s", g->act_kind);
}

static int put_claim(struct text_report *t, const struct claim_group *g)
{
    put_figure(t, g);
    const char *figure = text_report_keep(t);
    const char *times = count_of(t, (uint32_t)g->count, "time", "times");
    buf_printf(&t->words, "%s, told %s", figure, times);
    buf_u8(t->out, '\n');
    text_report_prose(t, 0);
    for (size_t i = 0; i < g->count && i < WORDINGS_MAX; i++) {
        const struct telling *told = g->tellings[i];
        const char *name = text_report_name(t, told->document);
        buf_printf(&t->words, "%s%s%s: ", name, told->claim.hedged ? " (hedged)" : "",
                   told->claim.denied ? " (denied)" : "");
        TRY(text_report_stretch(t, told->document, told->claim.sentence));
        text_report_prose(t, 4);
    }
    put_origin(t, &g->origin);
    for (uint32_t i = 0; i < g->beside_count && i < BESIDE_MAX; i++) {
        put_figure(t, &t->origins->claims.groups[g->beside[i].group]);
        buf_text(&t->words, g->beside[i].contradicts ? ": both cannot be so" : ": beside it");
        text_report_prose(t, 2);
    }
    return 0;
}

static int put_claims(struct text_report *t)
{
    const struct claim_groups *claims = &t->origins->claims;
    if (claims->count == 0)
        return 0;
    text_report_heading(t, "Claims, and where they come from");
    for (size_t i = 0; i < claims->count && i < CLAIMS_MAX; i++)
        TRY(put_claim(t, &claims->groups[i]));
    text_report_more(t, claims->count > CLAIMS_MAX ? claims->count - CLAIMS_MAX : 0);
    return 0;
}

int text_report_said(struct text_report *t)
{
    TRY(put_statements(t));
    return put_claims(t);
}
