/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* For a terminal. Prose is kept narrow even where the terminal is wide; tables and charts take
 * what there is. Each estimator is said in full once, for all strata together; strata repeat only
 * what differs: the numbers and the warnings. */
#include "count/report.h"

#include <string.h>

#include "count/report_words.h"
#include "draw/term.h"

#define PROSE_MAX 96
#define INDENT 2
#define HISTORIES_MAX 24
#define NAME_COLUMNS_MAX 60
#define WORDS_BYTES_MAX (64u << 10)
#define ARENA_BYTES_MAX ((size_t)256 << 20)
#define NUMBER_COLUMNS 14
#define INTERVAL_COLUMNS 22
/* Below this an estimator's numbers stand under its name. */
#define BESIDE_WIDTH 64

struct text {
    struct buf *b;
    size_t width, prose;
    struct arena arena;
    struct buf words; /* what is being put together; reset before each use */
    const struct count_result *result;
};

static void put_heading(struct text *t, const char *title, const char *more)
{
    buf_u8(t->b, '\n');
    buf_reset(&t->words);
    buf_printf(&t->words, "%s%s", title, more);
    size_t columns = term_columns_of(buf_cstr(&t->words));
    columns = columns < t->width ? columns : t->width;
    term_cell(t->b, buf_cstr(&t->words), columns, TERM_CUT);
    buf_u8(t->b, '\n');
    for (; columns > 0; columns--)
        buf_u8(t->b, '-');
    buf_u8(t->b, '\n');
    buf_reset(&t->words);
}

static void put_prose(struct text *t, const char *sentences, size_t indent)
{
    term_paragraph(t->b, sentences, indent, t->prose);
}

/* What stands in t->words. */
static void put_words(struct text *t, size_t indent)
{
    if (buf_error(&t->words))
        buf_fail(t->b, buf_error(&t->words));
    if (t->words.len > 0)
        put_prose(t, buf_cstr(&t->words), indent);
    buf_reset(&t->words);
}

/* t->words as a text that stays. */
static const char *keep(struct text *t)
{
    char *copy = arena_copy_text(&t->arena, buf_bytes(&t->words));
    if (!copy || buf_error(&t->words))
        buf_fail(t->b, E_NOMEM);
    buf_reset(&t->words);
    return copy ? copy : "";
}

static const char *number(struct text *t, double n)
{
    report_put_number(&t->words, n);
    return keep(t);
}

static const char **cells_for(struct text *t, size_t rows, size_t columns)
{
    const char **cells = arena_alloc(&t->arena, (rows + 1) * columns * sizeof *cells);
    if (!cells)
        buf_fail(t->b, E_NOMEM);
    return cells;
}

static void put_documented(struct text *t, const struct count_documented *d)
{
    report_put_documented(&t->words, d);
    put_words(t, 0);
    report_put_merged(&t->words, d);
    put_words(t, 0);
}

static void put_acts(struct text *t, const struct count_data *data)
{
    static const struct term_column all[] = {{"Act", .cut = true},
                                             {"Reports", .right = true},
                                             {"Persons", .right = true},
                                             {"Merged", .right = true}};
    const char **cells = data->act_count > 0 ? cells_for(t, data->act_count, 4) : NULL;
    if (!cells)
        return;
    struct term_column columns[4];
    bool merged = data->whole.documented.has_merged, reports = data->whole.documented.has_reports;
    size_t count = 0, filled = 0;
    for (size_t c = 0; c < 4; c++) {
        if ((c != 1 || reports) && (c != 3 || merged))
            columns[count++] = all[c];
    }
    for (size_t i = 0; i < data->act_count; i++) {
        const struct count_documented *d = &data->acts[i].documented;
        cells[filled++] = data->acts[i].name;
        if (reports)
            cells[filled++] = number(t, (double)d->reports);
        cells[filled++] = number(t, (double)d->persons);
        if (merged)
            cells[filled++] = number(t, (double)d->persons_merged);
    }
    buf_u8(t->b, '\n');
    term_table(t->b, columns, count, cells, data->act_count, t->width);
    put_prose(t, report_about_acts, 0);
    if (merged)
        put_prose(t, report_about_merged, 0);
}

static void put_file(struct text *t, const struct count_data *data)
{
    put_heading(t, "The file", "");
    report_put_taken_for(&t->words, data);
    put_words(t, 0);
    report_put_rows(&t->words, data);
    put_words(t, 0);
    for (size_t i = 0; i < data->left_out_count; i++) {
        report_put_left_out(&t->words, &data->left_out[i]);
        put_words(t, INDENT);
    }
    for (size_t i = 0; i < data->note_count; i++)
        put_prose(t, data->notes[i], 0);
}

/* More lists than the chart has letters for. */
static void put_many_lists(struct text *t, const struct count_data *data)
{
    static const struct term_column columns[] = {{"List", .cut = true}, {"Persons", .right = true}};
    const char **cells = cells_for(t, data->list_count, 2);
    if (!cells)
        return;
    for (unsigned i = 0; i < data->list_count; i++) {
        cells[2 * i] = data->lists[i];
        cells[2 * i + 1] = number(t, (double)data->whole.sizes[i]);
    }
    term_table(t->b, columns, 2, cells, data->list_count, t->width);
}

static void put_table_warnings(struct text *t, const struct count_stratum *s)
{
    if (s->warnings == 0 && !s->detail[0])
        return;
    buf_text(&t->words, "Warning: ");
    report_put_warnings(&t->words, s->warnings, s->detail);
    put_words(t, 0);
}

static void put_lists(struct text *t, const struct count_data *data)
{
    put_heading(t, "The lists", "");
    if (!data->whole.has_table) {
        put_many_lists(t, data);
        return;
    }
    struct chart_upset chart = report_upset(data, &data->whole);
    chart_upset_text(&chart, HISTORIES_MAX, t->width, t->b);
    put_table_warnings(t, &t->result->whole);
}

static void put_chart(struct text *t, const struct count_stratum *s)
{
    struct chart_intervals chart;
    if (report_intervals(t->result->data, s, &t->arena, &chart) != 0)
        buf_fail(t->b, E_NOMEM);
    else if (chart.count > 0)
        chart_intervals_text(&chart, t->width, t->b);
}

static const char *name_of(struct text *t, const struct count_estimate *e)
{
    report_put_name(&t->words, t->result->data, e);
    return keep(t);
}

/* Name, number and interval in one line, or in two where it is narrow. A name may be cut, a number
 * never. */
static void put_numbers(struct text *t, const char *name, const struct count_estimate *e,
                        size_t indent)
{
    bool beside = t->width >= BESIDE_WIDTH;
    const char *n = e->given ? number(t, e->n) : "no estimate";
    size_t columns = term_columns_of(n) < NUMBER_COLUMNS ? NUMBER_COLUMNS : term_columns_of(n);
    size_t room = (beside ? t->prose - NUMBER_COLUMNS - 2 - INTERVAL_COLUMNS : t->width) - indent;
    buf_printf(t->b, "%*s", (int)indent, "");
    term_cell(t->b, name, room, beside ? TERM_LEFT : TERM_CUT);
    if (!beside)
        buf_printf(t->b, "\n%*s", (int)indent, "");
    term_cell(t->b, n, columns, TERM_RIGHT);
    if (e->given) {
        report_put_interval(&t->words, e);
        buf_printf(t->b, "  %s", keep(t));
    }
    buf_u8(t->b, '\n');
}

static void put_estimate(struct text *t, const struct count_estimate *e)
{
    put_numbers(t, name_of(t, e), e, INDENT);
    if (e->model[0]) {
        buf_printf(&t->words, "%s: %s", report_is_direct(e) ? "From" : "Model", e->model);
        put_words(t, 3 * INDENT);
    }
    if (report_group_of(e) != REPORT_PAIRS) {
        buf_printf(&t->words, "Assumes: %s", e->assumes);
        put_words(t, 3 * INDENT);
    }
    if (e->warnings != 0 || e->detail[0]) {
        buf_printf(&t->words, "%s: ", report_kind(e));
        report_put_warnings(&t->words, e->warnings, e->detail);
        put_words(t, 3 * INDENT);
    }
}

static void put_groups(struct text *t, const struct count_stratum *s)
{
    for (enum report_group group = 0; group < REPORT_GROUPS; group++) {
        bool any = false;
        for (size_t i = 0; i < s->estimate_count; i++) {
            if (report_group_of(&s->estimates[i]) != group)
                continue;
            if (!any) {
                buf_u8(t->b, '\n');
                put_prose(t, report_group_name(group), 0);
                put_prose(t, report_group_about(group), 0);
                buf_u8(t->b, '\n');
            }
            any = true;
            put_estimate(t, &s->estimates[i]);
        }
    }
}

static void put_whole(struct text *t)
{
    const struct count_stratum *s = &t->result->whole;
    put_heading(t, "How many there may be", "");
    if (s->no_estimate) {
        put_prose(t, s->no_estimate, 0);
        return;
    }
    put_prose(t, report_how_to_read, 0);
    buf_u8(t->b, '\n');
    put_chart(t, s);
    put_groups(t, s);
}

static void put_short_words(struct text *t, const struct count_estimate *e)
{
    if (report_is_warned(e) || e->detail[0])
        report_put_warnings(&t->words, e->warnings, e->detail);
}

/* Numbers and warnings only. */
static void put_short(struct text *t, const char *name, const struct count_estimate *e)
{
    put_numbers(t, name, e, INDENT);
    put_short_words(t, e);
    put_words(t, 3 * INDENT);
}

static bool same_words(const struct count_estimate *a, const struct count_estimate *b)
{
    return a->warnings == b->warnings && strcmp(a->detail, b->detail) == 0;
}

static void put_words_of(struct text *t, const struct count_estimate *e, size_t alike)
{
    if (alike > 1 && (report_is_warned(e) || e->detail[0]))
        buf_printf(&t->words, "The last %zu: ", alike);
    put_short_words(t, e);
    put_words(t, 3 * INDENT);
}

/* In the order of their groups. What is said of several in a row is said once, behind them. */
static void put_all_short(struct text *t, const struct count_estimate *estimates, size_t count)
{
    const struct count_estimate *before = NULL;
    size_t alike = 0;
    for (enum report_group group = 0; group < REPORT_GROUPS; group++) {
        for (size_t i = 0; i < count; i++) {
            if (report_group_of(&estimates[i]) != group)
                continue;
            if (before && !same_words(before, &estimates[i])) {
                put_words_of(t, before, alike);
                alike = 0;
            }
            put_numbers(t, name_of(t, &estimates[i]), &estimates[i], INDENT);
            before = &estimates[i];
            alike++;
        }
    }
    if (before)
        put_words_of(t, before, alike);
}

/* One estimator under each wrong linkage. */
static void put_shifts_of(struct text *t, const struct count_stratum *s, size_t index)
{
    const struct count_estimate *one = &s->shifts[0].estimates[index];
    const struct count_estimate *given = report_find(s->estimates, s->estimate_count, one->id);
    term_paragraph(t->b, name_of(t, one), 0, t->width);
    if (given)
        put_short(t, "as linked", given);
    for (size_t i = 0; i < s->shift_count; i++) {
        if (index >= s->shifts[i].estimate_count)
            continue;
        report_put_shift(&t->words, &s->shifts[i]);
        put_short(t, keep(t), &s->shifts[i].estimates[index]);
    }
}

static void put_shifts(struct text *t, const struct count_stratum *s)
{
    if (s->shift_count == 0)
        return;
    put_heading(t, "If the linkage was wrong", "");
    put_prose(t, report_about_linkage, 0);
    report_put_shifted_persons(&t->words, s);
    put_words(t, 0);
    for (size_t i = 0; i < s->shifts[0].estimate_count; i++) {
        buf_u8(t->b, '\n');
        put_shifts_of(t, s, i);
    }
}

static void put_list(struct text *t, const char *title, const char *about,
                     const struct count_estimate *estimates, size_t count)
{
    if (count == 0)
        return;
    put_heading(t, title, "");
    put_prose(t, about, 0);
    buf_u8(t->b, '\n');
    put_all_short(t, estimates, count);
}

/* They are of one estimator; the model begins with delta. */
static void put_deltas(struct text *t, const struct count_stratum *s)
{
    if (s->delta_count == 0)
        return;
    put_heading(t, report_delta, "");
    put_prose(t, report_about_delta, 0);
    buf_u8(t->b, '\n');
    for (size_t i = 0; i < s->delta_count; i++)
        put_short(t, s->deltas[i].model, &s->deltas[i]);
}

static void put_stratum(struct text *t, const struct count_stratum *s)
{
    buf_reset(&t->words);
    buf_printf(&t->words, "%s: %s", t->result->data->by, s->data->name);
    put_heading(t, keep(t), s->finished ? "" : " (partial)");
    if (!s->finished)
        put_prose(t, report_stopped, 0);
    put_documented(t, &s->data->documented);
    put_table_warnings(t, s);
    if (s->no_estimate) {
        put_prose(t, s->no_estimate, 0);
        return;
    }
    buf_u8(t->b, '\n');
    put_all_short(t, s->estimates, s->estimate_count);
    if (s->pooled_count > 0)
        buf_printf(t->b, "%s:\n", report_draws);
    put_all_short(t, s->pooled, s->pooled_count);
}

static void put_end(struct text *t)
{
    put_heading(t, "What each estimator needs", "");
    for (size_t i = 0; i < REPORT_NEEDS; i++) {
        buf_printf(&t->words, "%s: %s.", report_needs[i].name, report_needs[i].needs);
        put_words(t, INDENT);
    }
    put_heading(t, "To repeat it", "");
    report_put_repeat(&t->words, t->result);
    put_words(t, 0);
}

static void put_report(struct text *t)
{
    const struct count_result *r = t->result;
    buf_printf(&t->words, "How many: %s", r->data->source);
    put_words(t, 0);
    if (!r->finished)
        put_prose(t, report_stopped, 0);
    put_heading(t, "Documented", "");
    put_documented(t, &r->data->whole.documented);
    put_acts(t, r->data);
    put_file(t, r->data);
    put_lists(t, r->data);
    put_whole(t);
    put_shifts(t, &r->whole);
    put_list(t, report_draws, report_about_draws, r->whole.pooled, r->whole.pooled_count);
    put_deltas(t, &r->whole);
    put_list(t, report_total, report_about_total, r->totals, r->total_count);
    for (size_t i = 0; i < r->stratum_count; i++)
        put_stratum(t, &r->strata[i]);
    if (!r->whole.no_estimate)
        put_end(t);
}

int count_report_text(const struct count_result *result, size_t width, struct buf *out)
{
    width = width < COUNT_REPORT_WIDTH_MIN ? COUNT_REPORT_WIDTH_MIN : width;
    struct text t = {
        .b = out, .width = width, .prose = width < PROSE_MAX ? width : PROSE_MAX, .result = result};
    arena_init(&t.arena, ARENA_BYTES_MAX);
    buf_init(&t.words, WORDS_BYTES_MAX);
    put_report(&t);
    buf_release(&t.words);
    arena_release(&t.arena);
    return buf_error(out);
}
