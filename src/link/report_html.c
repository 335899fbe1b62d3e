/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Fills pages/link. Every number of a chart stands in a table as well. */
#include "link/report.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "draw/chart_bars.h"
#include "draw/chart_calibration.h"
#include "draw/chart_histogram.h"
#include "draw/template.h"
#include "link/differ.h"
#include "link/say.h"
#include "pages/link.h"
#include "text/show.h"

#define WORDS_BYTES_MAX (256u << 10)
#define NAME_CHARACTERS_MAX 240
#define VALUE_CHARACTERS_MAX 200
#define ARENA_BYTES_MAX ((size_t)512 << 20)
#define POLICY "default-src 'none'; style-src " PAGES_LINK_STYLE_HASH "; base-uri 'none'"

struct page {
    struct arena arena;
    struct buf words; /* what is being put together; reset after each use */
    const struct link_result *result;
    struct values *v;
    int error;
};

static void note_error(struct page *p, int error)
{
    if (p->error == 0 && error < 0)
        p->error = error;
}

/* What stands in p->words, made visible. */
static const char *keep(struct page *p)
{
    struct buf shown CLEANUP(buf_wipe_release);
    buf_init(&shown, 4 * WORDS_BYTES_MAX);
    show_line(&shown, buf_bytes(&p->words), WORDS_BYTES_MAX);
    char *copy = buf_error(&p->words) == E_NOMEM || buf_error(&shown) == E_NOMEM
                     ? NULL
                     : arena_copy_text(&p->arena, buf_bytes(&shown));
    if (!copy)
        note_error(p, E_NOMEM);
    buf_reset(&p->words);
    return copy ? copy : "";
}

/* Names of others. */
static const char *name_of(struct page *p, const char *name)
{
    show_line(&p->words, span_text(name), NAME_CHARACTERS_MAX);
    return keep(p);
}

static const char *number(struct page *p, double n)
{
    say_number(&p->words, n);
    return keep(p);
}

static const char *percent(struct page *p, double share)
{
    buf_printf(&p->words, "%.1f%%", 100 * share);
    return keep(p);
}

static const char *bits_of(struct page *p, double bits)
{
    chart_put_bits(&p->words, bits);
    return keep(p);
}

static const char *share(struct page *p, double v)
{
    buf_printf(&p->words, v >= 0.0995 ? "%.2f" : "%.2g", v);
    return keep(p);
}

/* One pair */

static void put_pieces(struct page *p, struct values *row, const char *list,
                       const struct link_piece *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].text.len == 0)
            continue;
        struct values *piece = values_add(row, list);
        char *text = arena_copy_text(&p->arena, pieces[i].text);
        note_error(p, text ? 0 : E_NOMEM);
        values_text(piece, "text", text ? text : "");
        values_flag(piece, "mark", pieces[i].differs);
    }
}

static void put_values(struct page *p, struct values *row, const struct link_view_row *of)
{
    struct link_piece a[LINK_PIECES_MAX], b[LINK_PIECES_MAX];
    size_t a_count = 0, b_count = 0;
    struct buf shown[2];
    const char *const texts[] = {of->of_a, of->of_b};
    for (size_t i = 0; i < 2; i++) {
        buf_init(&shown[i], 64 * VALUE_CHARACTERS_MAX);
        show_line(&shown[i], span_text(texts[i]), VALUE_CHARACTERS_MAX);
        note_error(p, buf_error(&shown[i]) == E_NOMEM ? E_NOMEM : 0);
    }
    struct span of_a = buf_bytes(&shown[0]), of_b = buf_bytes(&shown[1]);
    if (span_equal(of_a, of_b) || !link_differ(of_a, of_b, a, &a_count, b, &b_count)) {
        a[0] = (struct link_piece){of_a, false};
        b[0] = (struct link_piece){of_b, false};
        a_count = b_count = 1;
    }
    put_pieces(p, row, "of_a", a, a_count);
    put_pieces(p, row, "of_b", b, b_count);
    buf_wipe_release(&shown[0]);
    buf_wipe_release(&shown[1]);
}

static void put_view(struct page *p, struct values *v, const struct link_view *view)
{
    values_text(v, "a", name_of(p, view->a));
    values_text(v, "b", name_of(p, view->b));
    link_view_put_chance(view, &p->words);
    values_text(v, "chance", keep(p));
    link_view_put_state(view, &p->words);
    values_text(v, "state", keep(p));
    for (unsigned i = 0; i < view->rows; i++) {
        const struct link_view_row *of = &view->row[i];
        if (!link_view_row_says(of))
            continue;
        struct values *row = values_add(v, "rows");
        values_text(row, "field", name_of(p, of->field));
        values_text(row, "level", of->level);
        if (of->m > 0)
            values_text(row, "bits", bits_of(p, of->bits));
        put_values(p, row, of);
    }
}

/* The lists, their columns */

static void put_columns(struct page *p, struct values *v, unsigned list)
{
    const struct link_columns *all = &p->result->columns;
    for (unsigned i = 0; i < all->count; i++) {
        const struct link_column *c = &all->columns[i];
        if (c->list != list)
            continue;
        struct values *column = values_add(v, "columns");
        values_text(column, "name", name_of(p, c->name));
        say_use(&p->words, c);
        values_text(column, "use", keep(p));
        if (c->role == LINK_ROLE_FIELD)
            values_text(column, "why", name_of(p, c->why));
    }
}

static void put_lists(struct page *p)
{
    const struct link_lists *lists = &p->result->lists;
    for (unsigned i = 0; i < lists->count; i++) {
        struct values *list = values_add(p->v, "lists");
        values_text(list, "name", name_of(p, lists->lists[i].name));
        values_text(list, "records", number(p, lists->lists[i].rows));
        say_list(&p->words, &lists->lists[i]);
        if (p->words.len > 0)
            values_text(list, "note", keep(p));
        put_columns(p, list, i);
    }
    for (unsigned i = 0; i < lists->count; i++) {
        buf_text(&p->words, i > 0 ? ", " : "");
        show_line(&p->words, span_text(lists->lists[i].name), NAME_CHARACTERS_MAX);
    }
    values_text(p->v, "source", keep(p));
}

/* The pairs */

static void set_charts(struct page *p, const char *wide_name, const char *narrow_name,
                       struct html wide, struct html narrow, int error)
{
    note_error(p, error);
    if (error < 0)
        return;
    values_html(p->v, wide_name, wide);
    values_html(p->v, narrow_name, narrow);
}

static void put_bars(struct page *p, const char *wide_name, const char *narrow_name,
                     const struct chart_bars *chart)
{
    struct html wide = {0}, narrow = {0};
    int error = chart_bars(chart, false, &p->arena, &wide);
    if (error == 0)
        error = chart_bars(chart, true, &p->arena, &narrow);
    set_charts(p, wide_name, narrow_name, wide, narrow, error);
}

static void put_passes(struct page *p)
{
    const struct link_plan *plan = &p->result->plan;
    struct chart_bar bars[LINK_PASSES_MAX];
    for (unsigned i = 0; i < plan->passes; i++) {
        const struct link_pass *pass = &plan->pass[i];
        struct values *row = values_add(p->v, "passes");
        say_pass(&p->words, p->result, i);
        bars[i] = (struct chart_bar){.name = keep(p),
                                     .label = percent(p, pass->found),
                                     .value = pass->found,
                                     .filled = fmin(pass->added, pass->found)};
        values_text(row, "keys", bars[i].name);
        values_text(row, "pairs", number(p, (double)p->result->found.pass[i].pairs));
        values_text(row, "share", bars[i].label);
        values_text(row, "added", percent(p, pass->added));
    }
    if (plan->passes > 0)
        put_bars(p, "passes_chart", "passes_narrow",
                 &(struct chart_bars){.title = "What each key finds of all pairs of one person",
                                      .count = plan->passes,
                                      .bars = bars,
                                      .full = 1});
}

static void put_levels(struct page *p, struct values *v, unsigned field)
{
    const struct link_model_field *of = &p->result->model.field[field];
    for (unsigned level = of->levels - 1; level >= LINK_LEVEL_DIFFERENT; level--) {
        struct values *row = values_add(v, "levels");
        values_text(row, "name", link_level_name(p->result->records, field, level));
        values_text(row, "m", share(p, of->of[LINK_M].share[level]));
        values_text(row, "u", share(p, of->of[LINK_U].share[level]));
        values_text(row, "bits", bits_of(p, say_level_bits(p->result, field, level)));
    }
}

static void put_fields(struct page *p)
{
    const struct link_model *model = &p->result->model;
    say_model(&p->words, p->result);
    values_text(p->v, "model", keep(p));
    values_text(p->v, "model_about", say_about_model);
    for (unsigned f = 0; f < model->fields; f++) {
        struct values *v = values_add(p->v, "fields");
        unsigned top = model->field[f].levels - 1;
        values_text(v, "name", name_of(p, model->field[f].name));
        const char *kind = link_kind_name(model->field[f].kind);
        if (strcmp(kind, model->field[f].name) != 0)
            values_text(v, "kind", kind);
        values_text(v, "best", bits_of(p, say_level_bits(p->result, f, top)));
        values_text(v, "worst", bits_of(p, say_level_bits(p->result, f, LINK_LEVEL_DIFFERENT)));
        say_from(&p->words, p->result, f);
        values_text(v, "from", keep(p));
        say_beside(&p->words, p->result, f);
        if (p->words.len > 0)
            values_text(v, "beside", keep(p));
        put_levels(p, v, f);
    }
}

static void put_weights(struct page *p)
{
    const struct link_found *found = &p->result->found;
    const struct chart_histogram chart = {.title = "How many pairs have what weight, in bits",
                                          .bars = LINK_HISTOGRAM_BARS,
                                          .counts = found->histogram,
                                          .from = LINK_HISTOGRAM_FROM,
                                          .mark_low = -(double)LINK_DOUBT_BITS,
                                          .mark_high = (double)LINK_DOUBT_BITS,
                                          .mark = "in doubt",
                                          .low_is = "different persons",
                                          .high_is = "one person"};
    struct html wide = {0}, narrow = {0};
    int error = chart_histogram(&chart, false, &p->arena, &wide);
    if (error == 0)
        error = chart_histogram(&chart, true, &p->arena, &narrow);
    set_charts(p, "weights_chart", "weights_narrow", wide, narrow, error);
    values_text(p->v, "weights_about", say_about_weights);
    for (int i = 0; i < LINK_HISTOGRAM_BARS; i++) {
        if (found->histogram[i] == 0)
            continue;
        struct values *row = values_add(p->v, "weights");
        values_printf(row, "from", "%d", LINK_HISTOGRAM_FROM + i);
        values_text(row, "pairs", number(p, (double)found->histogram[i]));
    }
}

/* Persons */

static void put_sizes(struct page *p)
{
    uint32_t sizes[LINK_SIZES_MAX];
    struct chart_bar bars[LINK_SIZES_MAX];
    size_t count = 0;
    link_result_sizes(p->result, sizes);
    for (unsigned i = 1; i <= LINK_SIZES_MAX; i++) {
        uint32_t persons = sizes[i % LINK_SIZES_MAX];
        if (persons == 0)
            continue;
        struct values *row = values_add(p->v, "sizes");
        buf_printf(&p->words, "%u%s %s", i, i == LINK_SIZES_MAX ? " and more" : "",
                   i == 1 ? "record" : "records");
        bars[count] = (struct chart_bar){
            .name = keep(p), .label = number(p, persons), .value = persons, .filled = persons};
        values_text(row, "records", bars[count].name);
        values_text(row, "persons", bars[count++].label);
    }
    if (count > 0)
        put_bars(p, "sizes_chart", "sizes_narrow",
                 &(struct chart_bars){.title = "Persons by how many records they have",
                                      .count = count,
                                      .bars = bars});
}

static void put_persons(struct page *p)
{
    say_persons(&p->words, p->result);
    values_text(p->v, "persons", keep(p));
    say_bounds(&p->words, p->result);
    values_text(p->v, "bounds", keep(p));
    say_review(&p->words, p->result);
    values_text(p->v, "review", keep(p));
    put_sizes(p);
}

static void put_decisions(struct page *p)
{
    size_t troubles = say_troubles(p->result);
    say_decisions(&p->words, p->result);
    values_text(p->v, "decisions", keep(p));
    values_flag(p->v, "has_troubles", troubles > 0);
    for (size_t i = 0; i < troubles; i++) {
        say_trouble(&p->words, p->result, i);
        values_text(values_add(p->v, "troubles"), "text", keep(p));
    }
}

/* How right it is */

static void put_score(struct page *p, const char *name, const struct link_score *score)
{
    struct values *v = values_add(p->v, "scores");
    values_text(v, "name", name);
    values_printf(v, "precision", "%.4f", link_score_precision(score));
    values_printf(v, "recall", "%.4f", link_score_recall(score));
    values_printf(v, "mean", "%.4f", link_score_f1(score));
}

static void put_chances(struct page *p)
{
    struct say_chances chances;
    struct chart_calibrated points[LINK_CALIBRATION_BINS];
    size_t count = 0;
    say_chances(p->result, &chances);
    for (size_t i = 0; i < LINK_CALIBRATION_BINS; i++) {
        double pairs = (double)chances.bin[i].pairs;
        if (chances.bin[i].pairs == 0)
            continue;
        struct values *row = values_add(p->v, "chances");
        points[count] = (struct chart_calibrated){.expected = chances.bin[i].expected,
                                                  .observed = (double)chances.bin[i].right / pairs,
                                                  .cases = chances.bin[i].pairs};
        say_bin(&p->words, i);
        values_text(row, "bin", keep(p));
        values_text(row, "pairs", number(p, pairs));
        values_text(row, "expected", percent(p, points[count].expected));
        if (chances.observed)
            values_text(row, "observed", percent(p, points[count].observed));
        count++;
    }
    values_text(p->v, "chances_about", chances.observed ? say_about_truth : say_about_chances);
    if (!chances.observed || count == 0)
        return;
    struct html chart = {0};
    note_error(p, chart_calibration(
                      &(struct chart_calibration){.title = "Whether chances come true as often as "
                                                           "they say",
                                                  .count = count,
                                                  .points = points},
                      &p->arena, &chart));
    if (p->error == 0)
        values_html(p->v, "chances_chart", chart);
}

static void put_evaluation(struct page *p)
{
    values_flag(p->v, "has_scores", p->result->evaluated);
    if (p->result->evaluated) {
        put_score(p, "pairs", &p->result->evaluation.pairs);
        put_score(p, "persons", &p->result->evaluation.clusters);
    }
    put_chances(p);
}

/* The queue */

static int put_queue(struct page *p, const struct link_output *o, struct problem *problem)
{
    size_t count;
    const struct link_doubt *doubts = link_clustering_doubts(p->result->clustering, &count);
    size_t shown = count < LINK_REPORT_PAIRS ? count : LINK_REPORT_PAIRS;
    struct link_pair pairs[LINK_REPORT_PAIRS];
    struct link_view *views = arena_alloc(&p->arena, (shown + 1) * sizeof *views);
    REJECT_IF(!views, E_NOMEM);
    for (size_t i = 0; i < shown; i++)
        pairs[i] = (struct link_pair){doubts[i].a, doubts[i].b};
    TRY(link_views(o, pairs, shown, &p->arena, views, problem));
    for (size_t i = 0; i < shown; i++) {
        struct values *v = values_add(p->v, "queue");
        values_printf(v, "number", "%zu", i + 1);
        put_view(p, v, &views[i]);
    }
    values_flag(p->v, "has_queue", shown > 0);
    if (count > shown) {
        buf_text(&p->words, "And ");
        say_counted(&p->words, (double)(count - shown), "pair more, which is in the queue.",
                    "pairs more, which are in the queue.");
        values_text(p->v, "more", keep(p));
    }
    return 0;
}

static int fill(struct page *p, const struct link_output *o, struct problem *problem)
{
    values_text(p->v, "policy", POLICY);
    put_lists(p);
    say_pairs(&p->words, p->result);
    values_text(p->v, "pairs", keep(p));
    put_passes(p);
    put_fields(p);
    put_weights(p);
    put_persons(p);
    put_decisions(p);
    put_evaluation(p);
    say_repeat(&p->words, p->result);
    values_text(p->v, "repeat", keep(p));
    TRY(put_queue(p, o, problem));
    return p->error;
}

static void page_init(struct page *p, const struct link_result *result)
{
    *p = (struct page){.result = result};
    arena_init(&p->arena, ARENA_BYTES_MAX);
    buf_init(&p->words, WORDS_BYTES_MAX);
    p->v = values_new(&p->arena);
}

static void page_release(struct page *p)
{
    buf_wipe_release(&p->words);
    arena_release(&p->arena);
}

int link_report_html(const struct link_output *o, struct buf *out, struct problem *problem)
{
    struct page p;
    page_init(&p, o->result);
    int error = fill(&p, o, problem);
    if (error == 0)
        error = template_render(&page_link_report, language_at(0), p.v, out);
    page_release(&p);
    return error;
}

static int fill_pair(struct page *p, const struct link_view *view)
{
    struct chart_waterfall chart;
    struct html wide, narrow;
    values_text(p->v, "policy", POLICY);
    put_view(p, p->v, view);
    link_view_put_prior(view, &p->words);
    values_text(p->v, "prior", keep(p));
    for (unsigned i = 0; i < view->rows; i++) {
        if (!link_view_row_says(&view->row[i]))
            continue;
        buf_text(&p->words, view->row[i].sentence);
        values_text(values_add(p->v, "sentences"), "text", keep(p));
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
    struct page p;
    page_init(&p, NULL);
    int error = fill_pair(&p, view);
    if (error == 0)
        error = template_render(&page_link_pair, language_at(0), p.v, out);
    page_release(&p);
    return error;
}
