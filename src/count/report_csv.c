/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Tidy: one row an estimate, with what it is of, so that a statistician can filter. Names of
 * others are made visible here as well, since a table that is printed may stand on a terminal. */
#include "count/report.h"

#include "count/report_words.h"
#include "table/csv.h"
#include "text/show.h"

#define WORDS_BYTES_MAX (64u << 10)
#define NAME_CHARACTERS_MAX 500

static const char *const titles[] = {"part",     "stratum",  "linkage",   "reports", "documented",
                                     "merged",   "finished", "estimator", "name",    "model",
                                     "n",        "low",      "high",      "mean",    "mode",
                                     "warnings", "detail"};

/* How many of them say what a row is of. */
#define COLUMNS_OF_ROWS 7

struct table {
    struct csv_writer w;
    struct buf words;
};

/* What a run of rows has in common. */
struct rows {
    const char *part, *stratum, *linkage;
    const struct count_documented *documented;
    double persons; /* instead of documented's, when they were changed */
    bool finished;
};

static void put_words(struct table *t)
{
    csv_write_field(&t->w, buf_bytes(&t->words));
    if (buf_error(&t->words) == E_NOMEM)
        buf_fail(t->w.out, E_NOMEM);
    buf_reset(&t->words);
}

static void put_text(struct table *t, const char *text)
{
    show_line(&t->words, span_text(text ? text : ""), NAME_CHARACTERS_MAX);
    put_words(t);
}

/* Empty when it is not there. */
static void put_real(struct table *t, bool there, double v)
{
    if (there)
        csv_write_real(&t->w, v);
    else
        csv_write_field(&t->w, span_text(""));
}

static void put_warnings(struct table *t, uint32_t warnings)
{
    for (unsigned i = 0; i < COUNT_WARNING_COUNT; i++) {
        if (warnings >> i & 1)
            buf_printf(&t->words, "%s%s", t->words.len > 0 ? " " : "",
                       count_warning_id((enum count_warning)i));
    }
    put_words(t);
}

/* What a row is of. */
static void put_of(struct table *t, const struct rows *rows)
{
    const struct count_documented *d = rows->documented;
    put_text(t, rows->part);
    put_text(t, rows->stratum);
    put_text(t, rows->linkage);
    put_real(t, d->has_reports, (double)d->reports);
    put_real(t, true, rows->persons > 0 ? rows->persons : (double)d->persons);
    put_real(t, d->has_merged, (double)d->persons_merged);
    put_text(t, rows->finished ? "yes" : "no");
}

static void put_estimate(struct table *t, const struct rows *rows, const struct count_estimate *e)
{
    bool posterior = e->given && e->mean > 0;
    put_of(t, rows);
    put_text(t, e->id);
    put_text(t, e->name);
    put_text(t, e->model);
    put_real(t, e->given, e->n);
    put_real(t, e->given && e->has_interval, e->low);
    put_real(t, e->given && e->has_interval, e->high);
    put_real(t, posterior, e->mean);
    put_real(t, posterior, e->mode);
    put_warnings(t, e->warnings);
    put_text(t, e->detail);
    csv_write_row_end(&t->w);
}

/* Where nothing is estimated the documented minimum still has its row, with the reason. */
static void put_no_estimate(struct table *t, const struct rows *rows, const char *why)
{
    put_of(t, rows);
    for (size_t i = COLUMNS_OF_ROWS; i + 1 < COUNT_OF(titles); i++)
        put_text(t, NULL);
    put_text(t, why);
    csv_write_row_end(&t->w);
}

static void put_estimates(struct table *t, const struct rows *rows,
                          const struct count_estimate *estimates, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put_estimate(t, rows, &estimates[i]);
}

static void put_stratum(struct table *t, const char *part, const struct count_stratum *s)
{
    struct rows rows = {.part = part,
                        .stratum = s->data->name,
                        .linkage = "as given",
                        .documented = &s->data->documented,
                        .finished = s->finished};
    if (s->no_estimate)
        put_no_estimate(t, &rows, s->no_estimate);
    put_estimates(t, &rows, s->estimates, s->estimate_count);
    rows.part = "delta";
    put_estimates(t, &rows, s->deltas, s->delta_count);
    rows.part = part;
    rows.linkage = "drawn";
    put_estimates(t, &rows, s->pooled, s->pooled_count);
    for (size_t i = 0; i < s->shift_count; i++) {
        char linkage[32];
        snprintf(linkage, sizeof linkage, "%u%% %s", s->shifts[i].percent,
                 s->shifts[i].wrong == COUNT_WRONG_MISSED ? "missed" : "false");
        rows.linkage = linkage;
        rows.persons = s->shifts[i].documented;
        put_estimates(t, &rows, s->shifts[i].estimates, s->shifts[i].estimate_count);
    }
}

static void put_table(struct table *t, const struct count_result *r)
{
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        put_text(t, titles[i]);
    csv_write_row_end(&t->w);
    put_stratum(t, "whole", &r->whole);
    for (size_t i = 0; i < r->stratum_count; i++)
        put_stratum(t, "stratum", &r->strata[i]);
    struct rows totals = {.part = "total",
                          .linkage = "as given",
                          .documented = &r->whole.data->documented,
                          .finished = r->finished};
    put_estimates(t, &totals, r->totals, r->total_count);
}

int count_report_csv(const struct count_result *result, struct buf *out)
{
    struct table t;
    csv_writer_init(&t.w, out, ',', true);
    buf_init(&t.words, WORDS_BYTES_MAX);
    put_table(&t, result);
    buf_release(&t.words);
    return buf_error(out);
}
