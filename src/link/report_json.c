/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The schema stands in docs/link.md: a member that is there keeps its name and meaning; new ones
 * may come. */
#include "link/report.h"

#include <inttypes.h>

#include "link/say.h"
#include "table/json.h"

#define WORDS_BYTES_MAX (64u << 10)
#define SCHEMA 1

struct reporting {
    const struct link_result *result;
    struct json_writer json;
    struct buf words; /* reset before each use */
    int error;        /* of words */
};

static void put_words(struct reporting *r, const char *key)
{
    if (buf_error(&r->words))
        r->error = buf_error(&r->words);
    json_put_text(&r->json, key, buf_bytes(&r->words));
    buf_reset(&r->words);
}

static void put_ident(struct reporting *r, const char *key, uint32_t record)
{
    link_idents_put(&r->result->idents, record, &r->words);
    put_words(r, key);
}

static void put_lists(struct reporting *r)
{
    struct json_writer *w = &r->json;
    json_open_array(w, "lists");
    for (unsigned i = 0; i < r->result->lists.count; i++) {
        const struct link_list *list = &r->result->lists.lists[i];
        json_open_object(w, NULL);
        json_put_cstr(w, "name", list->name);
        json_put_int(w, "records", list->rows);
        json_put_bool(w, "unique", list->unique);
        json_put_int(w, "short_rows", list->short_rows);
        json_close_object(w);
    }
    json_close_array(w);
}

static void put_columns(struct reporting *r)
{
    struct json_writer *w = &r->json;
    json_open_array(w, "columns");
    for (unsigned i = 0; i < r->result->columns.count; i++) {
        const struct link_column *c = &r->result->columns.columns[i];
        json_open_object(w, NULL);
        json_put_cstr(w, "list", r->result->lists.lists[c->list].name);
        json_put_cstr(w, "column", c->name);
        json_put_bool(w, "compared", c->role == LINK_ROLE_FIELD);
        if (c->role == LINK_ROLE_FIELD)
            json_put_cstr(w, "field", c->field);
        else
            json_put_null(w, "field");
        say_use(&r->words, c);
        put_words(r, "use");
        json_put_cstr(w, "why", c->why);
        json_close_object(w);
    }
    json_close_array(w);
}

static void put_beside(struct reporting *r, unsigned field)
{
    struct json_writer *w = &r->json;
    json_open_array(w, "beside");
    for (int class = LINK_U; class < LINK_CLASSES; class ++) {
        int parent = r->result->model.field[field].of[class].parent;
        if (parent >= 0 &&
            (class == LINK_U || parent != r->result->model.field[field].of[LINK_U].parent))
            json_put_cstr(w, NULL, r->result->model.field[parent].name);
    }
    json_close_array(w);
}

static void put_fields(struct reporting *r)
{
    struct json_writer *w = &r->json;
    const struct link_model *model = &r->result->model;
    json_open_array(w, "fields");
    for (unsigned f = 0; f < model->fields; f++) {
        const struct link_model_field *field = &model->field[f];
        json_open_object(w, NULL);
        json_put_cstr(w, "name", field->name);
        json_put_cstr(w, "kind", link_kind_name(field->kind));
        put_beside(r, f);
        json_open_array(w, "levels");
        for (unsigned level = LINK_LEVEL_DIFFERENT; level < field->levels; level++) {
            json_open_object(w, NULL);
            json_put_cstr(w, "name", link_level_name(r->result->records, f, level));
            json_put_real(w, "m", field->of[LINK_M].share[level]);
            json_put_real(w, "u", field->of[LINK_U].share[level]);
            json_put_real(w, "bits", say_level_bits(r->result, f, level));
            json_close_object(w);
        }
        json_close_array(w);
        json_close_object(w);
    }
    json_close_array(w);
}

static void put_pairs(struct reporting *r)
{
    struct json_writer *w = &r->json;
    const struct link_result *result = r->result;
    json_open_object(w, "pairs");
    json_put_int(w, "possible", (int64_t)result->universe.pairs);
    json_put_int(w, "looked_at", (int64_t)result->found.pairs);
    json_put_bool(w, "all", result->plan.all);
    json_put_int(w, "kept", (int64_t)result->edge_count);
    json_put_real(w, "matches_expected", result->found.matches);
    json_put_real(w, "coverage", result->plan.coverage);
    json_put_real(w, "share_of_matches", result->model.match_share);
    json_put_bool(w, "model_learnt", result->learnt);
    json_open_array(w, "passes");
    for (unsigned i = 0; i < result->plan.passes; i++) {
        json_open_object(w, NULL);
        say_pass(&r->words, result, i);
        put_words(r, "keys");
        json_put_int(w, "pairs", (int64_t)result->found.pass[i].pairs);
        json_put_real(w, "matches_expected", result->found.pass[i].matches);
        json_close_object(w);
    }
    json_close_array(w);
    json_close_object(w);
}

/* From the first bar that is not empty to the last. */
static void put_histogram(struct reporting *r)
{
    struct json_writer *w = &r->json;
    const uint64_t *bars = r->result->found.histogram;
    size_t first = 0, end = LINK_HISTOGRAM_BARS;
    while (first < end && bars[first] == 0)
        first++;
    while (end > first && bars[end - 1] == 0)
        end--;
    json_open_object(w, "histogram");
    json_put_int(w, "from_bits", LINK_HISTOGRAM_FROM + (int64_t)first);
    json_open_array(w, "pairs");
    for (size_t i = first; i < end; i++)
        json_put_int(w, NULL, (int64_t)bars[i]);
    json_close_array(w);
    json_close_object(w);
}

static void put_clusters(struct reporting *r)
{
    struct json_writer *w = &r->json;
    uint32_t sizes[LINK_SIZES_MAX];
    size_t doubts;
    link_clustering_doubts(r->result->clustering, &doubts);
    link_result_sizes(r->result, sizes);
    json_open_object(w, "persons");
    json_put_int(w, "count", r->result->cluster_count);
    json_put_int(w, "least", r->result->clusters_merged);
    json_put_int(w, "most", r->result->clusters_apart);
    json_open_array(w, "sizes");
    for (unsigned i = 1; i <= LINK_SIZES_MAX; i++) {
        uint32_t count = sizes[i % LINK_SIZES_MAX];
        if (count == 0)
            continue;
        json_open_object(w, NULL);
        json_put_int(w, i == LINK_SIZES_MAX ? "records_at_least" : "records", i);
        json_put_int(w, "persons", count);
        json_close_object(w);
    }
    json_close_array(w);
    json_close_object(w);
    json_put_int(w, "to_review", (int64_t)doubts);
}

static void put_contradictions(struct reporting *r)
{
    static const char *const whats[] = {[LINK_CONTRA_CANNOT] = "joined by other decisions",
                                        [LINK_CONTRA_LIST] = "both in a list of different persons"};
    struct json_writer *w = &r->json;
    size_t count;
    const struct link_contradiction *all =
        link_clustering_contradictions(r->result->clustering, &count);
    json_open_array(w, "contradictions");
    for (size_t i = 0; i < count; i++) {
        json_open_object(w, NULL);
        put_ident(r, "a", all[i].a);
        put_ident(r, "b", all[i].b);
        json_put_cstr(w, "what", whats[all[i].what]);
        json_close_object(w);
    }
    json_close_array(w);
}

static void put_decisions(struct reporting *r)
{
    struct json_writer *w = &r->json;
    const struct link_settled *settled = &r->result->settled;
    json_open_object(w, "decisions");
    json_put_int(w, "read", (int64_t)r->result->decision_count);
    json_put_int(w, "same", (int64_t)settled->must_count);
    json_put_int(w, "different", (int64_t)settled->cannot_count);
    json_put_int(w, "unsure", (int64_t)settled->unsure);
    json_put_int(w, "waiting_for_second", (int64_t)settled->waiting);
    json_put_int(w, "of_unknown_records", (int64_t)settled->unknown);
    json_open_array(w, "disputes");
    for (size_t i = 0; i < settled->dispute_count; i++) {
        json_open_object(w, NULL);
        json_put_text(w, "a", settled->disputes[i].one->a);
        json_put_text(w, "b", settled->disputes[i].one->b);
        json_put_int(w, "line", (int64_t)settled->disputes[i].one->line);
        json_put_int(w, "other_line", (int64_t)settled->disputes[i].other->line);
        json_close_object(w);
    }
    json_close_array(w);
    put_contradictions(r);
    json_open_array(w, "against_the_model");
    for (size_t i = 0; i < r->result->against_count; i++) {
        const struct link_against *against = &r->result->against[i];
        json_open_object(w, NULL);
        put_ident(r, "a", against->a);
        put_ident(r, "b", against->b);
        json_put_cstr(w, "decided", against->same ? "same" : "different");
        json_put_real(w, "bits", (double)against->bits);
        json_close_object(w);
    }
    json_close_array(w);
    json_close_object(w);
}

static void put_score(struct json_writer *w, const char *key, const struct link_score *score)
{
    json_open_object(w, key);
    json_put_real(w, "precision", link_score_precision(score));
    json_put_real(w, "recall", link_score_recall(score));
    json_put_real(w, "f1", link_score_f1(score));
    json_put_int(w, "true", (int64_t)score->wanted);
    json_put_int(w, "found", (int64_t)score->found);
    json_put_int(w, "right", (int64_t)score->right);
    json_close_object(w);
}

static void put_evaluation(struct reporting *r)
{
    struct json_writer *w = &r->json;
    const struct link_evaluation *e = &r->result->evaluation;
    json_open_object(w, "evaluation");
    json_put_int(w, "records", (int64_t)e->records);
    put_score(w, "pairs", &e->pairs);
    put_score(w, "persons", &e->clusters);
    json_close_object(w);
}

static void put_chances(struct reporting *r)
{
    struct json_writer *w = &r->json;
    struct say_chances chances;
    say_chances(r->result, &chances);
    json_open_array(w, "calibration");
    for (unsigned i = 0; i < LINK_CALIBRATION_BINS; i++) {
        double pairs = (double)chances.bin[i].pairs;
        if (chances.bin[i].pairs == 0)
            continue;
        json_open_object(w, NULL);
        json_put_int(w, "pairs", (int64_t)chances.bin[i].pairs);
        json_put_real(w, "chance_given", chances.bin[i].expected);
        if (chances.observed)
            json_put_real(w, "came_true", (double)chances.bin[i].right / pairs);
        else
            json_put_null(w, "came_true");
        json_close_object(w);
    }
    json_close_array(w);
}

int link_report_json(const struct link_result *result, struct buf *out)
{
    struct reporting r = {.result = result};
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, result->seed);
    buf_init(&r.words, WORDS_BYTES_MAX);
    json_writer_init(&r.json, out);
    json_open_object(&r.json, NULL);
    json_put_int(&r.json, "schema", SCHEMA);
    json_put_cstr(&r.json, "version", VOUCHSAFE_VERSION);
    json_put_cstr(&r.json, "seed", seed);
    json_put_int(&r.json, "records", result->universe.count);
    put_lists(&r);
    put_columns(&r);
    put_fields(&r);
    put_pairs(&r);
    put_histogram(&r);
    put_clusters(&r);
    put_chances(&r);
    put_decisions(&r);
    if (result->evaluated)
        put_evaluation(&r);
    json_close_object(&r.json);
    json_writer_end(&r.json);
    buf_wipe_release(&r.words);
    return r.error < 0 ? r.error : buf_error(out);
}
