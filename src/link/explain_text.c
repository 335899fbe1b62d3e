/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The same view for three readers: a person at a terminal, a program, a page. */
#include "link/explain.h"

#include <math.h>

#include "draw/chart_part.h"
#include "draw/term.h"
#include "table/json.h"
#include "text/show.h"

#define ARENA_BYTES_MAX ((size_t)16 << 20)
#define WORDS_BYTES_MAX (64u << 10)
#define PROSE_MAX 96
#define WIDTH_MIN 32
#define INDENT 2
#define VALUE_CHARACTERS_MAX 400
#define SCHEMA 1

struct text {
    const struct link_view *view;
    struct buf *out;
    size_t width, prose;
    struct arena arena;
    struct buf words; /* reset after each use */
};

static void put_words(struct text *t, size_t indent)
{
    if (buf_error(&t->words))
        buf_fail(t->out, buf_error(&t->words));
    term_paragraph(t->out, buf_cstr(&t->words), indent, t->prose);
    buf_reset(&t->words);
}

static void put_value(struct text *t, const char *name, const char *value)
{
    buf_printf(&t->words, "%s: ", name);
    show_line(&t->words, span_text(value[0] ? value : "-"), VALUE_CHARACTERS_MAX);
    put_words(t, 2 * INDENT);
}

static void put_row(struct text *t, const struct link_view_row *row)
{
    buf_u8(t->out, '\n');
    buf_text(&t->words, row->sentence);
    put_words(t, 0);
    put_value(t, "a", row->of_a);
    put_value(t, "b", row->of_b);
    if (row->m <= 0)
        return;
    buf_printf(&t->words, "%+.1f bits: m %.4g, u %.4g", row->bits, row->m, row->u);
    if (fabs(row->rarity_bits) >= 0.05)
        buf_printf(&t->words, ", rarity %+.1f", row->rarity_bits);
    put_words(t, 2 * INDENT);
}

static void put_silent(struct text *t)
{
    const char *between = "Missing in both, which says nothing: ";
    for (unsigned i = 0; i < t->view->rows; i++) {
        if (link_view_row_says(&t->view->row[i]))
            continue;
        buf_printf(&t->words, "%s%s", between, t->view->row[i].field);
        between = ", ";
    }
    if (t->words.len == 0)
        return;
    buf_u8(t->out, '\n');
    buf_u8(&t->words, '.');
    put_words(t, 0);
}

static void put_all(struct text *t, const struct chart_waterfall *chart)
{
    buf_printf(&t->words, "a: %s", t->view->a);
    put_words(t, 0);
    buf_printf(&t->words, "b: %s", t->view->b);
    put_words(t, 0);
    buf_u8(t->out, '\n');
    link_view_put_chance(t->view, &t->words);
    put_words(t, 0);
    link_view_put_state(t->view, &t->words);
    put_words(t, 0);
    buf_u8(t->out, '\n');
    chart_waterfall_text(chart, t->width, t->out);
    term_paragraph(t->out,
                   "In bits, of which each doubles the odds. █ for, ░ against, ┊ even odds.",
                   INDENT, t->prose);
    buf_u8(t->out, '\n');
    link_view_put_prior(t->view, &t->words);
    put_words(t, 0);
    for (unsigned i = 0; i < t->view->rows; i++) {
        if (link_view_row_says(&t->view->row[i]))
            put_row(t, &t->view->row[i]);
    }
    put_silent(t);
}

int link_explain_text(const struct link_view *view, size_t width, struct buf *out)
{
    struct chart_waterfall chart;
    width = width < WIDTH_MIN ? WIDTH_MIN : width;
    struct text t = {
        .view = view, .out = out, .width = width, .prose = width < PROSE_MAX ? width : PROSE_MAX};
    arena_init(&t.arena, ARENA_BYTES_MAX);
    buf_init(&t.words, WORDS_BYTES_MAX);
    int error = link_view_chart(view, &t.arena, &chart);
    if (error == 0)
        put_all(&t, &chart);
    buf_wipe_release(&t.words);
    arena_release(&t.arena);
    return error < 0 ? error : buf_error(out);
}

/* For programs; the schema stands in docs/link.md. */

static void put_real_or_null(struct json_writer *w, const char *key, bool there, double v)
{
    if (there)
        json_put_real(w, key, v);
    else
        json_put_null(w, key);
}

static void put_field(struct json_writer *w, const struct link_view_row *row)
{
    bool there = row->m > 0;
    json_open_object(w, NULL);
    json_put_cstr(w, "name", row->field);
    json_put_cstr(w, "a", row->of_a);
    json_put_cstr(w, "b", row->of_b);
    json_put_cstr(w, "level", row->level);
    json_put_real(w, "bits", row->bits);
    put_real_or_null(w, "m", there, row->m);
    put_real_or_null(w, "u", there, row->u);
    json_put_real(w, "rarity_bits", row->rarity_bits);
    json_open_array(w, "beside");
    for (size_t i = 0; i < COUNT_OF(row->beside) && row->beside[i]; i++)
        json_put_cstr(w, NULL, row->beside[i]);
    json_close_array(w);
    json_put_cstr(w, "sentence", row->sentence);
    json_close_object(w);
}

int link_explain_json(const struct link_view *view, struct buf *out)
{
    static const char *const decided[] = {
        [LINK_DECIDED_SAME] = "same", [LINK_DECIDED_DIFFERENT] = "different"};
    struct json_writer w;
    json_writer_init(&w, out);
    json_open_object(&w, NULL);
    json_put_int(&w, "schema", SCHEMA);
    json_put_cstr(&w, "a", view->a);
    json_put_cstr(&w, "b", view->b);
    json_put_real(&w, "prior_bits", view->why.prior_bits);
    json_put_real(&w, "bits", view->why.bits);
    json_put_real(&w, "probability", view->why.probability);
    json_put_bool(&w, "together", view->together);
    if (view->decided == LINK_DECIDED_NOT)
        json_put_null(&w, "decided");
    else
        json_put_cstr(&w, "decided", decided[view->decided]);
    json_open_array(&w, "fields");
    for (unsigned i = 0; i < view->rows; i++)
        put_field(&w, &view->row[i]);
    json_close_array(&w);
    json_close_object(&w);
    json_writer_end(&w);
    return buf_error(out);
}

int link_explain_svg(const struct link_view *view, struct buf *out)
{
    struct arena arena;
    struct chart_waterfall chart;
    struct html svg;
    arena_init(&arena, ARENA_BYTES_MAX);
    int error = link_view_chart(view, &arena, &chart);
    if (error == 0)
        error = chart_waterfall(&chart, false, &arena, &svg);
    if (error == 0)
        chart_put_file(svg, out);
    arena_release(&arena);
    return error < 0 ? error : buf_error(out);
}
