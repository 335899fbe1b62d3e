/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Claims, statements and passages on the page. */
#include <string.h>

#include "origins/report_html.h"
#include "origins/report_words.h"

#define CLAIMS_MAX 40
#define STATEMENTS_MAX 60
#define PASSAGES_MAX 60
#define TELLINGS_MAX 100
#define BESIDE_MAX 8
#define WHERE_MAX 12

/* Claims */

static void put_note(struct html_report *h, struct values *v)
{
    values_text(values_add(v, "notes"), "text", html_report_keep(h));
}

static void put_firmness(struct html_report *h, struct values *v, const struct claim_group *g)
{
    size_t hedged = 0, quoted = 0;
    for (size_t i = 0; i < g->count; i++) {
        hedged += g->tellings[i]->told->claim.hedged;
        quoted += g->tellings[i]->told->claim.quote != UINT32_MAX;
    }
    if (hedged > 0) {
        buf_text(&h->words, "Said with reserve (reportedly, may have) in ");
        report_words_counted(&h->words, hedged, "place.", "places.");
        put_note(h, v);
    }
    if (quoted > 0) {
        buf_text(&h->words, "Stands within a quotation in ");
        report_words_counted(&h->words, quoted, "place.", "places.");
        put_note(h, v);
    }
}

static void put_beside(struct html_report *h, struct values *v, const struct claim_group *g)
{
    values_flag(v, "has_beside", g->beside_count > 0);
    for (uint32_t i = 0; i < g->beside_count && i < BESIDE_MAX; i++) {
        const struct claim_group *other = &h->origins->claims.groups[g->beside[i].group];
        struct values *row = values_add(v, "beside");
        report_words_claim(&h->words, other);
        values_text(row, "name", html_report_keep(h));
        report_words_origins(&h->words, h->origins, &other->origin);
        buf_u8(&h->words, '.');
        values_text(row, "origins", html_report_keep(h));
        values_text(row, "verdict", g->beside[i].contradicts ? "no" : "yes");
    }
}

static void put_tellings(struct html_report *h, struct values *v, const struct claim_group *g)
{
    for (size_t i = 0; i < g->count && i < TELLINGS_MAX; i++) {
        struct values *row = values_add(v, "tellings");
        values_text(row, "document", html_report_name(h, g->tellings[i]->document));
        values_text(row, "day", html_report_day(h, g->tellings[i]->document));
        values_text(row, "said", html_report_show(h, g->tellings[i]->told->said));
    }
    html_report_more(h, v, "more", g->count > TELLINGS_MAX ? g->count - TELLINGS_MAX : 0);
}

static int put_claim(struct html_report *h, const struct claim_group *g)
{
    struct values *v = values_add(h->v, "claims");
    report_words_claim(&h->words, g);
    const char *name = html_report_keep(h);
    values_text(v, "name", name);
    report_words_origins(&h->words, h->origins, &g->origin);
    buf_u8(&h->words, '.');
    values_text(v, "origins", html_report_keep(h));
    buf_printf(&h->words, "Where “%s” comes from", name);
    TRY(html_report_graph(h, v, &g->origin, html_report_keep(h)));
    put_firmness(h, v, g);
    put_beside(h, v, g);
    put_tellings(h, v, g);
    return 0;
}

int html_report_claims(struct html_report *h)
{
    const struct claim_groups *claims = &h->origins->claims;
    values_flag(h->v, "has_claims", claims->count > 0);
    for (size_t i = 0; i < claims->count && i < CLAIMS_MAX; i++)
        TRY(put_claim(h, &claims->groups[i]));
    html_report_more(h, h->v, "more_claims",
                     claims->count > CLAIMS_MAX ? claims->count - CLAIMS_MAX : 0);
    return 0;
}

/* Wordings */

static void put_pieces(struct html_report *h, struct values *v, const struct differ_side *side)
{
    for (size_t i = 0; i < side->count; i++) {
        struct values *piece = values_add(v, "pieces");
        char *text = arena_copy_text(&h->arena, side->pieces[i].text);
        values_text(piece, "text", text);
        values_flag(piece, "mark", side->pieces[i].differs);
    }
}

static void put_where(struct html_report *h, struct values *v, const struct report_wording *w)
{
    for (uint32_t i = 0; i < w->count && i < WHERE_MAX; i++) {
        buf_text(&h->words, i > 0 ? "; " : "");
        buf_span(&h->words, corpus_document(h->origins->corpus, w->documents[i]).name);
    }
    if (w->count > WHERE_MAX) {
        buf_text(&h->words, "; and ");
        report_words_counted(&h->words, w->count - WHERE_MAX, "more", "more");
    }
    values_text(v, "where", html_report_keep(h));
}

static void put_wording(struct html_report *h, struct values *statement,
                        const struct report_wording *w)
{
    struct values *v = values_add(statement, "wordings");
    struct differ_piece whole = {.text = w->shown};
    const struct differ_side unmarked = {.pieces = &whole, .count = 1};
    put_pieces(h, v, w->marked.count > 0 ? &w->marked : &unmarked);
    values_flag(v, "fragment", w->fragment);
    put_where(h, v, w);
}

static int put_statement(struct html_report *h, uint32_t number)
{
    const struct statement *s = &h->origins->statements->statements[number];
    struct values *v = values_add(h->v, "statements");
    struct report_wordings wordings;
    const char *speaker =
        *s->speaker ? html_report_show(h, span_text(s->speaker)) : "Nobody is named";
    values_text(v, "speaker", speaker);
    if (*s->role && strcmp(s->role, s->speaker) != 0)
        values_text(v, "role", html_report_show(h, span_text(s->role)));
    report_words_counted(&h->words, statement_documents(s), "document", "documents");
    values_text(v, "documents", html_report_keep(h));
    values_flag(v, "disputed", s->disputed);
    TRY(report_wordings(s, h->reader, &h->arena, &wordings));
    for (size_t i = 0; i < wordings.count; i++)
        put_wording(h, v, &wordings.wordings[i]);
    html_report_more(h, v, "more", wordings.left_out);
    buf_printf(&h->words, "Where this statement comes from: %s", speaker);
    return html_report_graph(h, v, &h->origins->statement_origins.origins[number],
                             html_report_keep(h));
}

int html_report_statements(struct html_report *h)
{
    struct report_pick pick;
    TRY(report_pick_statements(h->origins, STATEMENTS_MAX, &h->arena, &pick));
    values_flag(h->v, "has_statements", pick.count > 0);
    for (size_t i = 0; i < pick.count; i++)
        TRY(put_statement(h, pick.numbers[i]));
    html_report_more(h, h->v, "more_statements", pick.of - pick.count);
    return 0;
}

/* Passages */

static void put_side(struct html_report *h, struct values *passage, uint32_t document,
                     const struct differ_side *side)
{
    struct values *v = values_add(passage, "sides");
    values_text(v, "document", html_report_name(h, document));
    values_text(v, "day", html_report_day(h, document));
    put_pieces(h, v, side);
}

static int put_passage(struct html_report *h, size_t place, uint32_t number)
{
    const struct passage *p = &h->origins->passages->passages[number];
    struct values *v = values_add(h->v, "passages");
    struct span a, b;
    struct differ_side of_a, of_b;
    struct direction direction;
    TRY(report_stretch(p->a, (struct stretch){p->a_from, p->a_to}, h->reader, &h->arena, &a));
    TRY(report_stretch(p->b, (struct stretch){p->b_from, p->b_to}, h->reader, &h->arena, &b));
    TRY(differ_words(a, b, &h->arena, &of_a, &of_b));
    TRY(directions_of(h->directions, number, &direction));
    values_printf(v, "number", "%zu", place + 1);
    report_words_counted(&h->words, p->words, "word", "words");
    buf_text(&h->words, ", ");
    report_words_number(&h->words, p->same_words);
    buf_text(&h->words, " of them the same");
    values_text(v, "words", html_report_keep(h));
    report_words_direction(&h->words, h->origins, p, &direction);
    values_text(v, "direction", html_report_keep(h));
    bool b_first = direction.way == DIRECTION_A_FROM_B;
    put_side(h, v, b_first ? p->b : p->a, b_first ? &of_b : &of_a);
    put_side(h, v, b_first ? p->a : p->b, b_first ? &of_a : &of_b);
    return 0;
}

int html_report_passages(struct html_report *h)
{
    struct report_pick pick;
    TRY(report_pick_passages(h->origins, PASSAGES_MAX, &h->arena, &pick));
    values_flag(h->v, "has_passages", pick.count > 0);
    for (size_t i = 0; i < pick.count; i++)
        TRY(put_passage(h, i, pick.numbers[i]));
    html_report_more(h, h->v, "more_passages", pick.of - pick.count);
    return 0;
}
