/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/page.h"

#include "draw/template.h"
#include "link/differ.h"
#include "link/report.h"
#include "link/say.h"
#include "text/show.h"

#define WORDS_BYTES_MAX (256u << 10)
#define NAME_CHARACTERS_MAX 240
#define VALUE_CHARACTERS_MAX 200
#define ARENA_BYTES_MAX ((size_t)512 << 20)

void link_page_init(struct link_page *p, const struct link_result *result)
{
    *p = (struct link_page){.result = result};
    arena_init(&p->arena, ARENA_BYTES_MAX);
    buf_init(&p->words, WORDS_BYTES_MAX);
    p->v = values_new(&p->arena);
}

void link_page_release(struct link_page *p)
{
    buf_wipe_release(&p->words);
    arena_release(&p->arena);
}

void link_page_note(struct link_page *p, int error)
{
    if (p->error == 0 && error < 0)
        p->error = error;
}

/* What stands in p->words, made visible. */
const char *link_page_keep(struct link_page *p)
{
    struct buf shown CLEANUP(buf_wipe_release);
    buf_init(&shown, 4 * WORDS_BYTES_MAX);
    show_line(&shown, buf_bytes(&p->words), WORDS_BYTES_MAX);
    char *copy = buf_error(&p->words) == E_NOMEM || buf_error(&shown) == E_NOMEM
                     ? NULL
                     : arena_copy_text(&p->arena, buf_bytes(&shown));
    if (!copy)
        link_page_note(p, E_NOMEM);
    buf_reset(&p->words);
    return copy ? copy : "";
}

/* Names of others. */
const char *link_page_name(struct link_page *p, const char *name)
{
    show_line(&p->words, span_text(name), NAME_CHARACTERS_MAX);
    return link_page_keep(p);
}

const char *link_page_number(struct link_page *p, double n)
{
    say_number(&p->words, n);
    return link_page_keep(p);
}

const char *link_page_bits(struct link_page *p, double bits)
{
    chart_put_bits(&p->words, bits);
    return link_page_keep(p);
}

/* One pair */

static void put_pieces(struct link_page *p, struct values *row, const char *list,
                       const struct link_piece *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].text.len == 0)
            continue;
        struct values *piece = values_add(row, list);
        char *text = arena_copy_text(&p->arena, pieces[i].text);
        link_page_note(p, text ? 0 : E_NOMEM);
        values_text(piece, "text", text ? text : "");
        values_flag(piece, "mark", pieces[i].differs);
    }
}

static void put_values(struct link_page *p, struct values *row, const struct link_view_row *of)
{
    struct link_piece a[LINK_PIECES_MAX], b[LINK_PIECES_MAX];
    size_t a_count = 0, b_count = 0;
    struct buf shown[2];
    const char *const texts[] = {of->of_a, of->of_b};
    for (size_t i = 0; i < 2; i++) {
        buf_init(&shown[i], 64 * VALUE_CHARACTERS_MAX);
        show_line(&shown[i], span_text(texts[i]), VALUE_CHARACTERS_MAX);
        link_page_note(p, buf_error(&shown[i]) == E_NOMEM ? E_NOMEM : 0);
    }
    struct span of_a = buf_bytes(&shown[0]), of_b = buf_bytes(&shown[1]);
    if (!link_level_differs(of->level) || span_equal(of_a, of_b) ||
        !link_differ(of_a, of_b, a, &a_count, b, &b_count)) {
        a[0] = (struct link_piece){of_a, false};
        b[0] = (struct link_piece){of_b, false};
        a_count = b_count = 1;
    }
    put_pieces(p, row, "of_a", a, a_count);
    put_pieces(p, row, "of_b", b, b_count);
    buf_wipe_release(&shown[0]);
    buf_wipe_release(&shown[1]);
}

void link_page_put_view(struct link_page *p, struct values *v, const struct link_view *view)
{
    values_text(v, "a", link_page_name(p, view->a));
    values_text(v, "b", link_page_name(p, view->b));
    link_view_put_chance(view, &p->words);
    values_text(v, "chance", link_page_keep(p));
    link_view_put_state(view, &p->words);
    values_text(v, "state", link_page_keep(p));
    for (unsigned i = 0; i < view->rows; i++) {
        const struct link_view_row *of = &view->row[i];
        if (!link_view_row_says(of))
            continue;
        struct values *row = values_add(v, "rows");
        values_text(row, "field", link_page_name(p, of->field));
        values_text(row, "level", of->level);
        if (of->m > 0)
            values_text(row, "bits", link_page_bits(p, of->bits));
        put_values(p, row, of);
    }
}

static int fill_pair(struct link_page *p, const struct link_view *view)
{
    struct chart_waterfall chart;
    struct html wide, narrow;
    values_text(p->v, "policy", LINK_PAGE_POLICY);
    link_page_put_view(p, p->v, view);
    link_view_put_prior(view, &p->words);
    values_text(p->v, "prior", link_page_keep(p));
    for (unsigned i = 0; i < view->rows; i++) {
        if (!link_view_row_says(&view->row[i]))
            continue;
        buf_text(&p->words, view->row[i].sentence);
        values_text(values_add(p->v, "sentences"), "text", link_page_keep(p));
    }
    TRY(link_view_chart(view, &p->arena, &chart));
    TRY(chart_waterfall(&chart, false, &p->arena, &wide));
    TRY(chart_waterfall(&chart, true, &p->arena, &narrow));
    values_html(p->v, "chart", wide);
    values_html(p->v, "chart_narrow", narrow);
    return p->error;
}

int link_explain_html(const struct link_view *view, struct buf *out)
{
    struct link_page p;
    link_page_init(&p, NULL);
    int error = fill_pair(&p, view);
    if (error == 0)
        error = template_render(&page_link_pair, language_at(0), p.v, out);
    link_page_release(&p);
    return error;
}
