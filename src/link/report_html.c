/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Fills pages/link/report.html. Every number of a chart stands in a table as well. */
#include "link/report.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "draw/chart_bars.h"
#include "draw/chart_calibration.h"
#include "draw/chart_histogram.h"
#include "draw/template.h"
#include "link/page.h"
#include "link/say.h"

static const char *percent(struct link_page *p, double share)
{
    buf_printf(&p->words, "%.1f%%", 100 * share);
    return link_page_keep(p);
}

static const char *share(struct link_page *p, double v)
{
    buf_printf(&p->words, v >= 0.0995 ? "%.2f" : "%.2g", v);
    return link_page_keep(p);
}

/* The lists, their columns */

static void put_columns(struct link_page *p, struct values *v, unsigned list)
{
    const struct link_columns *all = &p->result->columns;
    for (unsigned i = 0; i < all->count; i++) {
        const struct link_column *c = &all->columns[i];
        if (c->list != list)
            continue;
        struct values *column = values_add(v, "columns");
        values_text(column, "name", link_page_name(p, c->name));
        say_use(&p->words, c);
        values_text(column, "use", link_page_keep(p));
        if (c->role == LINK_ROLE_FIELD)
            values_text(column, "why", link_page_name(p, c->why));
    }
}

static void put_lists(struct link_page *p)
{
    const struct link_lists *lists = &p->result->lists;
    for (unsigned i = 0; i < lists->count; i++) {
        struct values *list = values_add(p->v, "lists");
        values_text(list, "name", link_page_name(p, lists->lists[i].name));
        values_text(list, "records", link_page_number(p, lists->lists[i].rows));
        say_list(&p->words, &lists->lists[i]);
        if (p->words.len > 0)
            values_text(list, "note", link_page_keep(p));
        put_columns(p, list, i);
    }
    for (unsigned i = 0; i < lists->count; i++) {
        buf_text(&p->words, i > 0 ? ", " : "");
        buf_text(&p->words, lists->lists[i].name);
    }
    values_text(p->v, "source", link_page_keep(p));
}

/* The pairs */

static void set_charts(struct link_page *p, const char *wide_name, const char *narrow_name,
                       struct html wide, struct html narrow, int error)
{
    link_page_note(p, error);
    if (error < 0)
        return;
    values_html(p->v, wide_name, wide);
    values_html(p->v, narrow_name, narrow);
}

static void put_bars(struct link_page *p, const char *wide_name, const char *narrow_name,
                     const struct chart_bars *chart)
{
    struct html wide = {0}, narrow = {0};
    int error = chart_bars(chart, false, &p->arena, &wide);
    if (error == 0)
        error = chart_bars(chart, true, &p->arena, &narrow);
    set_charts(p, wide_name, narrow_name, wide, narrow, error);
}

static void put_passes(struct link_page *p)
{
    const struct link_plan *plan = &p->result->plan;
    struct chart_bar bars[LINK_PASSES_MAX];
    for (unsigned i = 0; i < plan->passes; i++) {
        const struct link_pass *pass = &plan->pass[i];
        struct values *row = values_add(p->v, "passes");
        say_pass(&p->words, p->result, i);
        bars[i] = (struct chart_bar){.name = link_page_keep(p),
                                     .label = percent(p, pass->found),
                                     .value = pass->found,
                                     .filled = fmin(pass->added, pass->found)};
        values_text(row, "keys", bars[i].name);
        values_text(row, "pairs", link_page_number(p, (double)p->result->found.pass[i].pairs));
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

static void put_levels(struct link_page *p, struct values *v, unsigned field)
{
    const struct link_model_field *of = &p->result->model.field[field];
    for (unsigned level = of->levels - 1; level >= LINK_LEVEL_DIFFERENT; level--) {
        struct values *row = values_add(v, "levels");
        values_text(row, "name", link_level_name(p->result->records, field, level));
        values_text(row, "m", share(p, of->of[LINK_M].share[level]));
        values_text(row, "u", share(p, of->of[LINK_U].share[level]));
        values_text(row, "bits", link_page_bits(p, say_level_bits(p->result, field, level)));
    }
}

static void put_fields(struct link_page *p)
{
    const struct link_model *model = &p->result->model;
    say_model(&p->words, p->result);
    values_text(p->v, "model", link_page_keep(p));
    values_text(p->v, "model_about", say_about_model);
    for (unsigned f = 0; f < model->fields; f++) {
        struct values *v = values_add(p->v, "fields");
        unsigned top = model->field[f].levels - 1;
        values_text(v, "name", link_page_name(p, model->field[f].name));
        const char *kind = link_kind_name(model->field[f].kind);
        if (strcmp(kind, model->field[f].name) != 0)
            values_text(v, "kind", kind);
        values_text(v, "best", link_page_bits(p, say_level_bits(p->result, f, top)));
        values_text(v, "worst",
                    link_page_bits(p, say_level_bits(p->result, f, LINK_LEVEL_DIFFERENT)));
        say_from(&p->words, p->result, f);
        values_text(v, "from", link_page_keep(p));
        say_beside(&p->words, p->result, f);
        if (p->words.len > 0)
            values_text(v, "beside", link_page_keep(p));
        put_levels(p, v, f);
    }
}

static void put_weights(struct link_page *p)
{
    const struct link_found *found = &p->result->found;
    const struct chart_histogram chart = {.title = "How many pairs have what weight, in bits",
                                          .bars = LINK_HISTOGRAM_BARS,
                                          .counts = found->histogram,
                                          .from = LINK_HISTOGRAM_FROM,
                                          .mark_low = -(double)LINK_DOUBT_BITS,
                                          .mark_high = (double)LINK_DOUBT_BITS,
                                          .mark = "in doubt",
                                          .unit = "bits",
                                          .counted = "pairs",
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
        values_text(row, "pairs", link_page_number(p, (double)found->histogram[i]));
    }
}

/* Persons */

static void put_sizes(struct link_page *p)
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
        bars[count] = (struct chart_bar){.name = link_page_keep(p),
                                         .label = link_page_number(p, persons),
                                         .value = persons,
                                         .filled = persons};
        values_text(row, "records", bars[count].name);
        values_text(row, "persons", bars[count++].label);
    }
    if (count > 0)
        put_bars(p, "sizes_chart", "sizes_narrow",
                 &(struct chart_bars){.title = "Persons by how many records they have",
                                      .count = count,
                                      .bars = bars});
}

static void put_persons(struct link_page *p)
{
    say_persons(&p->words, p->result);
    values_text(p->v, "persons", link_page_keep(p));
    say_bounds(&p->words, p->result);
    values_text(p->v, "bounds", link_page_keep(p));
    say_review(&p->words, p->result);
    values_text(p->v, "review", link_page_keep(p));
    put_sizes(p);
}

static void put_decisions(struct link_page *p)
{
    size_t troubles = say_troubles(p->result);
    say_decisions(&p->words, p->result);
    values_text(p->v, "decisions", link_page_keep(p));
    values_flag(p->v, "has_troubles", troubles > 0);
    for (size_t i = 0; i < troubles; i++) {
        say_trouble(&p->words, p->result, i);
        values_text(values_add(p->v, "troubles"), "text", link_page_keep(p));
    }
}

/* How right it is */

static void put_score(struct link_page *p, const char *name, const struct link_score *score)
{
    struct values *v = values_add(p->v, "scores");
    values_text(v, "name", name);
    values_printf(v, "precision", "%.4f", link_score_precision(score));
    values_printf(v, "recall", "%.4f", link_score_recall(score));
    values_printf(v, "mean", "%.4f", link_score_f1(score));
}

static void put_chances(struct link_page *p)
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
        values_text(row, "bin", link_page_keep(p));
        values_text(row, "pairs", link_page_number(p, pairs));
        values_text(row, "expected", percent(p, points[count].expected));
        if (chances.observed)
            values_text(row, "observed", percent(p, points[count].observed));
        count++;
    }
    values_text(p->v, "chances_about", chances.observed ? say_about_truth : say_about_chances);
    if (!chances.observed || count == 0)
        return;
    struct html chart = {0};
    link_page_note(p,
                   chart_calibration(
                       &(struct chart_calibration){.title = "Whether chances come true as often as "
                                                            "they say",
                                                   .count = count,
                                                   .points = points},
                       &p->arena, &chart));
    if (p->error == 0)
        values_html(p->v, "chances_chart", chart);
}

static void put_evaluation(struct link_page *p)
{
    values_flag(p->v, "has_scores", p->result->evaluated);
    if (p->result->evaluated) {
        put_score(p, "pairs", &p->result->evaluation.pairs);
        put_score(p, "persons", &p->result->evaluation.clusters);
    }
    put_chances(p);
}

/* The queue */

/* What is in doubt is whether two groups of records are one; the pair only shows them. */
static void put_mean(struct link_page *p, struct values *v, double bits,
                     const struct link_view *view)
{
    double mean = link_bits_to_probability(bits);
    if (fabs(mean - view->why.probability) < 0.1)
        return;
    buf_printf(&p->words,
               "That is what these two records say alone; with the others that go with them it is "
               "%.2f, on average over their pairs.",
               mean);
    values_text(v, "mean", link_page_keep(p));
}

static int put_queue(struct link_page *p, const struct link_output *o, struct problem *problem)
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
        link_page_put_view(p, v, &views[i]);
        put_mean(p, v, (double)doubts[i].bits, &views[i]);
    }
    values_flag(p->v, "has_queue", shown > 0);
    if (count > shown) {
        buf_text(&p->words, "And ");
        say_counted(&p->words, (double)(count - shown), "pair more, which is in the queue.",
                    "pairs more, which are in the queue.");
        values_text(p->v, "more", link_page_keep(p));
    }
    return 0;
}

static int fill(struct link_page *p, const struct link_output *o, struct problem *problem)
{
    values_text(p->v, "policy", LINK_PAGE_POLICY);
    put_lists(p);
    say_pairs(&p->words, p->result);
    values_text(p->v, "pairs", link_page_keep(p));
    put_passes(p);
    put_fields(p);
    put_weights(p);
    put_persons(p);
    put_decisions(p);
    put_evaluation(p);
    say_repeat(&p->words, p->result);
    values_text(p->v, "repeat", link_page_keep(p));
    TRY(put_queue(p, o, problem));
    return p->error;
}

int link_report_html(const struct link_output *o, struct buf *out, struct problem *problem)
{
    struct link_page p;
    link_page_init(&p, o->result);
    int error = fill(&p, o, problem);
    if (error == 0)
        error = template_render(&page_link_report, language_at(0), p.v, out);
    link_page_release(&p);
    return error;
}
