/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Fills pages/count/report.html. Every number of a chart stands in a table as well, and an
 * estimator is said in full once, for all strata together; strata repeat only what differs. */
#include "count/report.h"

#include "base/error.h"
#include "count/report_words.h"
#include "draw/template.h"
#include "pages/count.h"
#include "text/show.h"

#define WORDS_BYTES_MAX (64u << 10)
#define NAME_CHARACTERS_MAX 240
#define ARENA_BYTES_MAX ((size_t)512 << 20)
/* So many rows of the overlap table are shown without being asked for. */
#define FEW_HISTORIES 7
/* Such numbers may be broken into lines: no table is to be wider than a telephone. */
#define LONG 1e9
#define POLICY "default-src 'none'; style-src " PAGES_COUNT_STYLE_HASH "; base-uri 'none'"

struct page {
    struct arena arena;
    struct buf words; /* what is being put together; reset after each use */
    const struct count_result *result;
    struct values *v;
    int error;
};

static void note_error(struct page *p, int error)
{
    if (p->error == 0)
        p->error = error;
}

/* What stands in p->words, made visible. */
static const char *keep(struct page *p)
{
    struct buf shown CLEANUP(buf_release);
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

static void put_number(struct page *p, struct values *v, const char *name, double n)
{
    report_put_number(&p->words, n);
    values_text(v, name, keep(p));
}

static void put_documented(struct page *p, struct values *v, const struct count_documented *d)
{
    report_put_documented(&p->words, d);
    values_text(v, "documented", keep(p));
    report_put_merged(&p->words, d);
    if (p->words.len > 0)
        values_text(v, "merged", keep(p));
}

static void put_acts(struct page *p)
{
    const struct count_data *data = p->result->data;
    bool reports = data->whole.documented.has_reports, merged = data->whole.documented.has_merged;
    values_flag(p->v, "has_acts", data->act_count > 0);
    values_flag(p->v, "acts_reports", reports);
    values_flag(p->v, "acts_merged", merged);
    buf_printf(&p->words, "%s %s", report_about_acts, merged ? report_about_merged : "");
    values_text(p->v, "acts_about", keep(p));
    for (size_t i = 0; i < data->act_count; i++) {
        const struct count_documented *d = &data->acts[i].documented;
        struct values *act = values_add(p->v, "acts");
        values_text(act, "name", name_of(p, data->acts[i].name));
        if (reports)
            put_number(p, act, "reports", (double)d->reports);
        put_number(p, act, "persons", (double)d->persons);
        if (merged)
            put_number(p, act, "merged", (double)d->persons_merged);
    }
}

static void put_file(struct page *p)
{
    const struct count_data *data = p->result->data;
    values_text(p->v, "source", name_of(p, data->source));
    report_put_taken_for(&p->words, data);
    values_text(p->v, "took_for", keep(p));
    report_put_rows(&p->words, data);
    values_text(p->v, "rows_read", keep(p));
    values_flag(p->v, "has_left_out", data->left_out_count > 0);
    for (size_t i = 0; i < data->left_out_count; i++) {
        report_put_left_out(&p->words, &data->left_out[i]);
        values_text(values_add(p->v, "left_out"), "text", keep(p));
    }
    for (size_t i = 0; i < data->note_count; i++) {
        buf_text(&p->words, data->notes[i]);
        values_text(values_add(p->v, "notes"), "text", keep(p));
    }
}

static void put_history(struct page *p, const struct chart_upset *chart, unsigned history)
{
    struct values *row = values_add(p->v, "histories");
    const char *between = "";
    for (unsigned i = 0; i < chart->lists; i++) {
        if (!(history >> i & 1))
            continue;
        buf_text(&p->words, between);
        show_line(&p->words, span_text(chart->names[i]), NAME_CHARACTERS_MAX);
        between = " + ";
    }
    values_text(row, "lists", keep(p));
    put_number(p, row, "persons", (double)chart->cells[history]);
}

static void put_upset(struct page *p, const struct chart_upset *chart)
{
    struct html wide, narrow;
    int error = chart_upset(chart, false, &p->arena, &wide);
    if (error == 0)
        error = chart_upset(chart, true, &p->arena, &narrow);
    if (error != 0) {
        note_error(p, error);
        return;
    }
    values_html(p->v, "chart", wide);
    values_html(p->v, "chart_narrow", narrow);
    unsigned order[1 << CHART_UPSET_LISTS_MAX];
    size_t count = chart_upset_order(chart, order);
    for (size_t i = 0; i < count; i++)
        put_history(p, chart, order[i]);
    values_flag(p->v, "few_histories", count <= FEW_HISTORIES);
}

static void put_lists(struct page *p)
{
    const struct count_data *data = p->result->data;
    for (unsigned i = 0; i < data->list_count; i++) {
        struct values *list = values_add(p->v, "lists");
        values_printf(list, "number", "%u", i + 1);
        values_text(list, "name", name_of(p, data->lists[i]));
        put_number(p, list, "persons", (double)data->whole.sizes[i]);
    }
    values_flag(p->v, "many_lists", !data->whole.has_table);
    if (data->whole.has_table) {
        struct chart_upset chart = report_upset(data, &data->whole);
        put_upset(p, &chart);
    }
}

static void put_table_warnings(struct page *p, struct values *v, const struct count_stratum *s)
{
    report_put_warnings(&p->words, s->warnings, s->detail);
    if (p->words.len > 0)
        values_text(v, "table_warnings", keep(p));
    if (s->no_estimate)
        values_text(v, "no_estimate", s->no_estimate);
}

static void put_chart(struct page *p, struct values *v, const struct count_stratum *s)
{
    struct chart_intervals chart = {0};
    struct html wide, narrow;
    int error = report_intervals(p->result->data, s, &p->arena, &chart);
    if (error == 0 && chart.count > 0) {
        error = chart_intervals(&chart, false, &p->arena, &wide);
        if (error == 0)
            error = chart_intervals(&chart, true, &p->arena, &narrow);
    }
    if (error != 0) {
        note_error(p, error);
    } else if (chart.count > 0) {
        values_html(v, "chart", wide);
        values_html(v, "chart_narrow", narrow);
    }
}

static const char *estimator(struct page *p, const struct count_estimate *e)
{
    report_put_name(&p->words, p->result->data, e);
    return keep(p);
}

static const char *model_of(struct page *p, const struct count_estimate *e)
{
    buf_text(&p->words, e->model);
    return keep(p);
}

/* The model and the assumption are said where full is wished. */
static void put_row(struct page *p, struct values *group, const char *name,
                    const struct count_estimate *e, bool full)
{
    struct values *row = values_add(group, "rows");
    values_text(row, "name", name);
    if (full)
        values_text(row, "model", model_of(p, e));
    values_flag(row, "data", report_is_direct(e));
    values_flag(row, "bound", count_estimate_has(e, COUNT_WARN_LOWER_BOUND));
    if (e->given) {
        put_number(p, row, "n", e->n);
        values_flag(row, "long", e->n >= LONG || (e->has_interval && e->high >= LONG));
        report_put_interval(&p->words, e);
        values_text(row, "interval", keep(p));
    }
    if (full && report_group_of(e) != REPORT_PAIRS)
        values_text(row, "assumes", e->assumes);
    report_put_warnings(&p->words, full || report_is_warned(e) ? e->warnings : 0, e->detail);
    values_text(row, "kind", report_kind(e));
    if (p->words.len > 0)
        values_text(row, "warnings", keep(p));
}

static struct values *add_group(struct values *v, const char *caption, const char *first)
{
    struct values *group = values_add(v, "groups");
    values_text(group, "caption", caption);
    values_text(group, "first", first);
    return group;
}

static struct values *add_section(struct page *p, const char *title, const char *about)
{
    struct values *section = values_add(p->v, "sections");
    values_text(section, "title", title);
    values_text(section, "about", about);
    return section;
}

static void put_group(struct page *p, struct values *section, const struct count_stratum *s,
                      enum report_group which)
{
    struct values *group = NULL;
    for (size_t i = 0; i < s->estimate_count; i++) {
        if (report_group_of(&s->estimates[i]) != which)
            continue;
        if (!group) {
            group = add_group(section, report_group_name(which), "Estimator");
            values_text(group, "title", report_group_name(which));
            values_text(group, "about", report_group_about(which));
        }
        put_row(p, group, estimator(p, &s->estimates[i]), &s->estimates[i], true);
    }
}

static void put_whole(struct page *p)
{
    const struct count_stratum *s = &p->result->whole;
    put_table_warnings(p, p->v, s);
    if (s->no_estimate)
        return;
    struct values *section = add_section(p, "How many there may be", report_how_to_read);
    put_chart(p, section, s);
    for (enum report_group group = 0; group < REPORT_GROUPS; group++)
        put_group(p, section, s, group);
}

/* One estimator under each wrong linkage. */
static void put_shifts_of(struct page *p, struct values *section, const struct count_stratum *s,
                          size_t index)
{
    const struct count_estimate *one = &s->shifts[0].estimates[index];
    const struct count_estimate *given = report_find(s->estimates, s->estimate_count, one->id);
    const char *name = estimator(p, one);
    struct values *group = add_group(section, name, "Linkage");
    values_text(group, "title", name);
    if (given)
        put_row(p, group, "as linked", given, false);
    for (size_t i = 0; i < s->shift_count; i++) {
        if (index >= s->shifts[i].estimate_count)
            continue;
        report_put_shift(&p->words, &s->shifts[i]);
        put_row(p, group, keep(p), &s->shifts[i].estimates[index], false);
    }
}

static void put_shifts(struct page *p)
{
    const struct count_stratum *s = &p->result->whole;
    if (s->shift_count == 0)
        return;
    buf_printf(&p->words, "%s ", report_about_linkage);
    report_put_shifted_persons(&p->words, s);
    struct values *section = add_section(p, "If the linkage was wrong", keep(p));
    for (size_t i = 0; i < s->shifts[0].estimate_count; i++)
        put_shifts_of(p, section, s, i);
}

/* In the order of their groups. */
static void put_rows(struct page *p, struct values *group, const struct count_estimate *estimates,
                     size_t count)
{
    for (enum report_group which = 0; which < REPORT_GROUPS; which++) {
        for (size_t i = 0; i < count; i++) {
            const struct count_estimate *e = &estimates[i];
            if (report_group_of(e) == which)
                put_row(p, group, estimator(p, e), e, false);
        }
    }
}

static void put_list(struct page *p, const char *title, const char *about,
                     const struct count_estimate *estimates, size_t count)
{
    if (count > 0)
        put_rows(p, add_group(add_section(p, title, about), title, "Estimator"), estimates, count);
}

/* They are of one estimator; the model begins with delta. */
static void put_deltas(struct page *p, const struct count_stratum *s)
{
    if (s->delta_count == 0)
        return;
    struct values *section = add_section(p, report_delta, report_about_delta);
    struct values *group = add_group(section, report_delta, "Delta");
    for (size_t i = 0; i < s->delta_count; i++)
        put_row(p, group, model_of(p, &s->deltas[i]), &s->deltas[i], false);
}

static void put_stratum(struct page *p, const struct count_stratum *s)
{
    struct values *v = values_add(p->v, "strata");
    values_text(v, "name", name_of(p, s->data->name));
    values_flag(v, "partial", !s->finished);
    report_put_persons(&p->words, s->data->documented.persons);
    buf_text(&p->words, " documented");
    values_text(v, "short", keep(p));
    put_documented(p, v, &s->data->documented);
    put_table_warnings(p, v, s);
    if (s->no_estimate)
        return;
    put_chart(p, v, s);
    put_rows(p, add_group(v, "Estimates in this stratum", "Estimator"), s->estimates,
             s->estimate_count);
    if (s->pooled_count > 0)
        put_rows(p, add_group(v, report_draws, "Estimator"), s->pooled, s->pooled_count);
}

static void put_needs(struct page *p)
{
    values_flag(p->v, "estimated", !p->result->whole.no_estimate);
    for (size_t i = 0; i < REPORT_NEEDS; i++) {
        struct values *need = values_add(p->v, "needs");
        values_text(need, "name", report_needs[i].name);
        values_text(need, "needs", report_needs[i].needs);
    }
    report_put_repeat(&p->words, p->result);
    values_text(p->v, "repeat", keep(p));
}

static void fill(struct page *p)
{
    const struct count_result *r = p->result;
    values_text(p->v, "policy", POLICY);
    if (!r->finished)
        values_text(p->v, "stopped", report_stopped);
    put_documented(p, p->v, &r->data->whole.documented);
    put_acts(p);
    put_file(p);
    put_lists(p);
    put_whole(p);
    put_shifts(p);
    put_list(p, report_draws, report_about_draws, r->whole.pooled, r->whole.pooled_count);
    put_deltas(p, &r->whole);
    put_list(p, report_total, report_about_total, r->totals, r->total_count);
    if (r->stratum_count > 0)
        values_text(p->v, "by", name_of(p, r->data->by));
    for (size_t i = 0; i < r->stratum_count; i++)
        put_stratum(p, &r->strata[i]);
    put_needs(p);
}

int count_report_html(const struct count_result *result, struct buf *out)
{
    struct page p = {.result = result};
    arena_init(&p.arena, ARENA_BYTES_MAX);
    buf_init(&p.words, WORDS_BYTES_MAX);
    p.v = values_new(&p.arena);
    fill(&p);
    int error = p.error;
    if (error == 0)
        error = template_render(&page_count_report, language_at(0), p.v, out);
    buf_release(&p.words);
    arena_release(&p.arena);
    return error;
}
