/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The schema stands in docs/count.md: a member that is there keeps its name and meaning; new ones
 * may come. Numbers that are not there are null, never 0. */
#include "count/report.h"

#include <inttypes.h>

#include "count/report_words.h"
#include "table/json.h"

#define SCHEMA 1

static void put_count(struct json_writer *w, const char *key, uint64_t n)
{
    ASSERT(n <= INT64_MAX);
    json_put_int(w, key, (int64_t)n);
}

static void put_real_or_null(struct json_writer *w, const char *key, bool there, double v)
{
    if (there)
        json_put_real(w, key, v);
    else
        json_put_null(w, key);
}

static void put_text_or_null(struct json_writer *w, const char *key, const char *text)
{
    if (text && text[0])
        json_put_cstr(w, key, text);
    else
        json_put_null(w, key);
}

static void put_documented(struct json_writer *w, const struct count_documented *d)
{
    if (d->has_reports)
        put_count(w, "reports", d->reports);
    else
        json_put_null(w, "reports");
    put_count(w, "persons", d->persons);
    if (d->has_merged)
        put_count(w, "persons_merged", d->persons_merged);
    else
        json_put_null(w, "persons_merged");
}

static void put_warnings(struct json_writer *w, uint32_t warnings, const char *detail)
{
    json_open_array(w, "warnings");
    for (unsigned i = 0; i < COUNT_WARNING_COUNT; i++) {
        if (warnings >> i & 1)
            json_put_cstr(w, NULL, count_warning_id((enum count_warning)i));
    }
    json_close_array(w);
    put_text_or_null(w, "detail", detail);
}

/* A posterior has a mean and a mode; both are 0 elsewhere. */
static void put_estimate(struct json_writer *w, const struct count_estimate *e)
{
    bool posterior = e->given && e->mean > 0;
    json_open_object(w, NULL);
    json_put_cstr(w, "id", e->id);
    json_put_cstr(w, "name", e->name);
    put_text_or_null(w, "assumes", e->assumes);
    put_text_or_null(w, "model", e->model);
    put_real_or_null(w, "n", e->given, e->n);
    put_real_or_null(w, "low", e->given && e->has_interval, e->low);
    put_real_or_null(w, "high", e->given && e->has_interval, e->high);
    put_real_or_null(w, "mean", posterior, e->mean);
    put_real_or_null(w, "mode", posterior, e->mode);
    put_warnings(w, e->warnings, e->detail);
    json_close_object(w);
}

static void put_estimates(struct json_writer *w, const char *key,
                          const struct count_estimate *estimates, size_t count)
{
    json_open_array(w, key);
    for (size_t i = 0; i < count; i++)
        put_estimate(w, &estimates[i]);
    json_close_array(w);
}

/* Histories that somebody has; the lists by their place. */
static void put_overlaps(struct json_writer *w, const struct count_table *table)
{
    json_open_array(w, "overlaps");
    for (unsigned h = 1; h < 1u << table->lists; h++) {
        if (table->cells[h] == 0)
            continue;
        json_open_object(w, NULL);
        json_open_array(w, "lists");
        for (unsigned i = 0; i < table->lists; i++) {
            if (h >> i & 1)
                json_put_int(w, NULL, i);
        }
        json_close_array(w);
        put_count(w, "persons", table->cells[h]);
        json_close_object(w);
    }
    json_close_array(w);
}

static void put_table(struct json_writer *w, const struct count_data *data,
                      const struct count_stratum_data *s)
{
    json_open_array(w, "list_persons");
    for (unsigned i = 0; i < data->list_count; i++)
        put_count(w, NULL, s->sizes[i]);
    json_close_array(w);
    if (s->has_table)
        put_overlaps(w, &s->table);
    else
        json_put_null(w, "overlaps");
}

static void put_shifts(struct json_writer *w, const struct count_stratum *s)
{
    json_open_array(w, "wrong_linkage");
    for (size_t i = 0; i < s->shift_count; i++) {
        const struct count_shift *shift = &s->shifts[i];
        json_open_object(w, NULL);
        json_put_cstr(w, "links", shift->wrong == COUNT_WRONG_MISSED ? "missed" : "false");
        json_put_int(w, "percent", shift->percent);
        json_put_int(w, "repetitions", shift->repetitions);
        json_put_real(w, "persons", shift->documented);
        put_estimates(w, "estimates", shift->estimates, shift->estimate_count);
        json_close_object(w);
    }
    json_close_array(w);
}

static void put_stratum(struct json_writer *w, const char *key, const struct count_data *data,
                        const struct count_stratum *s)
{
    json_open_object(w, key);
    if (!key)
        json_put_cstr(w, "name", s->data->name);
    put_documented(w, &s->data->documented);
    put_table(w, data, s->data);
    put_warnings(w, s->warnings, s->detail);
    put_text_or_null(w, "no_estimate", s->no_estimate);
    put_estimates(w, "estimates", s->estimates, s->estimate_count);
    put_count(w, "draws", s->data->draw_count);
    put_estimates(w, "over_draws", s->pooled, s->pooled_count);
    if (key) {
        put_shifts(w, s);
        put_estimates(w, "deltas", s->deltas, s->delta_count);
    }
    json_put_bool(w, "finished", s->finished);
    json_close_object(w);
}

static void put_left_out(struct json_writer *w, const struct count_data *data)
{
    json_open_array(w, "left_out");
    for (size_t i = 0; i < data->left_out_count; i++) {
        json_open_object(w, NULL);
        json_put_cstr(w, "why", data->left_out[i].why);
        put_count(w, "rows", data->left_out[i].rows);
        put_count(w, "first_line", data->left_out[i].first_line);
        json_close_object(w);
    }
    json_close_array(w);
}

static void put_file(struct json_writer *w, const struct count_data *data)
{
    static const char *const forms[] = {[COUNT_FORM_RECORDS] = "records",
                                        [COUNT_FORM_PERSONS] = "persons",
                                        [COUNT_FORM_FREQUENCIES] = "frequencies"};
    json_open_object(w, "file");
    json_put_cstr(w, "name", data->source);
    json_put_cstr(w, "form", forms[data->form]);
    json_put_cstr(w, "took_for", data->took_for);
    put_count(w, "rows", data->rows);
    put_count(w, "used", data->used);
    put_left_out(w, data);
    json_open_array(w, "notes");
    for (size_t i = 0; i < data->note_count; i++)
        json_put_cstr(w, NULL, data->notes[i]);
    json_close_array(w);
    json_close_object(w);
}

static void put_names(struct json_writer *w, const struct count_data *data)
{
    json_open_array(w, "lists");
    for (unsigned i = 0; i < data->list_count; i++)
        json_put_cstr(w, NULL, data->lists[i]);
    json_close_array(w);
    json_open_array(w, "acts");
    for (size_t i = 0; i < data->act_count; i++) {
        json_open_object(w, NULL);
        json_put_cstr(w, "name", data->acts[i].name);
        put_documented(w, &data->acts[i].documented);
        json_close_object(w);
    }
    json_close_array(w);
}

int count_report_json(const struct count_result *result, struct buf *out)
{
    char seed[24];
    struct json_writer w;
    json_writer_init(&w, out);
    json_open_object(&w, NULL);
    json_put_int(&w, "schema", SCHEMA);
    json_put_cstr(&w, "version", VOUCHSAFE_VERSION);
    snprintf(seed, sizeof seed, "%" PRIu64, result->seed);
    json_put_cstr(&w, "seed", seed);
    json_put_bool(&w, "finished", result->finished);
    put_file(&w, result->data);
    put_names(&w, result->data);
    put_stratum(&w, "whole", result->data, &result->whole);
    put_text_or_null(&w, "by", result->data->by);
    json_open_array(&w, "strata");
    for (size_t i = 0; i < result->stratum_count; i++)
        put_stratum(&w, NULL, result->data, &result->strata[i]);
    json_close_array(&w);
    put_estimates(&w, "totals", result->totals, result->total_count);
    json_close_object(&w);
    json_writer_end(&w);
    return buf_error(out);
}
