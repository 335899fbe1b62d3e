/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The whole run: the same whatever the threads, the order and the names of lists; honest where
 * there is no answer; kept when it is stopped; right where the truth is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "count/read.h"
#include "count/report.h"
#include "prop.h"

/* Veshnia's four lists: Open Door Karsk, Parents of Orlets, Tolma Lawyers, Zhelan's hospital. */
static const char four[] = "Door,Parents,Lawyers,Hospital,n\n"
                           "1,0,0,0,145\n0,1,0,0,180\n1,1,0,0,35\n0,0,1,0,160\n1,0,1,0,40\n"
                           "0,1,1,0,38\n1,1,1,0,19\n0,0,0,1,70\n1,0,0,1,22\n0,1,0,1,14\n"
                           "1,1,0,1,8\n0,0,1,1,25\n1,0,1,1,13\n0,1,1,1,9\n1,1,1,1,6\n";

struct ran {
    struct count_data data;
    struct count_result *result;
};

/* r stays where it is: the result points into its data. */
static void run_with(struct ran *r, const char *text, const char *by,
                     const struct count_options *options, const struct count_means *means,
                     void (*first)(void *arg, const struct count_result *result), void *arg)
{
    struct problem problem = {0};
    const struct count_reading reading = {
        .input = {.fd = -1, .bytes = span_text(text), .name = "test.csv"}, .by = by};
    int error = count_read(&reading, &r->data, &problem);
    if (error < 0)
        print_message("# %s\n", problem_text(&problem, error));
    assert_int_equal(error, 0);
    assert_int_equal(count_run(&r->data, options, means, first, arg, &r->result), 0);
}

static void release(struct ran *r)
{
    count_result_free(r->result);
    count_data_release(&r->data);
}

static void put_json(const struct ran *r, struct buf *out)
{
    buf_init(out, 1u << 24);
    assert_int_equal(count_report_json(r->result, out), 0);
}

static const struct count_estimate *estimate(const struct count_stratum *s, const char *id)
{
    for (size_t i = 0; i < s->estimate_count; i++) {
        if (strcmp(s->estimates[i].id, id) == 0)
            return &s->estimates[i];
    }
    return NULL;
}

/* All families but the latent classes, which have a test of their own and take seconds. */
#define MOST                                                                                       \
    (COUNT_FAMILY_BOUNDS | COUNT_FAMILY_LOGLINEAR | COUNT_FAMILY_CLOSED |                          \
     COUNT_FAMILY_DECOMPOSABLE | COUNT_FAMILY_SPARSE)

static void test_threads_change_no_byte(void **state)
{
    (void)state;
    const char by_year[] = "A,B,C,year,n\n1,0,0,1,90\n0,1,0,1,80\n1,1,0,1,20\n0,0,1,1,70\n"
                           "1,0,1,1,15\n0,1,1,1,22\n1,1,1,1,6\n1,0,0,2,190\n0,1,0,2,180\n"
                           "1,1,0,2,40\n0,0,1,2,170\n1,0,1,2,35\n0,1,1,2,28\n1,1,1,2,9\n";
    const struct count_options options = {.estimators = MOST};
    struct buf json[3];
    for (unsigned i = 0; i < 3; i++) {
        struct workers *workers = i < 2 ? workers_new(i + 1) : NULL;
        const struct count_means means = {.workers = workers, .seed = 11};
        struct ran r;
        run_with(&r, by_year, "year", &options, &means, NULL, NULL);
        put_json(&r, &json[i]);
        release(&r);
        workers_free(workers);
    }
    assert_true(span_equal(buf_bytes(&json[0]), buf_bytes(&json[1])));
    assert_true(span_equal(buf_bytes(&json[0]), buf_bytes(&json[2])));
    for (unsigned i = 0; i < 3; i++)
        buf_release(&json[i]);
}

static void test_seeds(void **state)
{
    (void)state;
    const struct count_options options = {.estimators = COUNT_FAMILY_SPARSE,
                                          .no_sensitivity = true};
    double low[3];
    for (unsigned i = 0; i < 3; i++) {
        const struct count_means means = {.seed = i / 2};
        struct ran r;
        run_with(&r, four, NULL, &options, &means, NULL, NULL);
        low[i] = estimate(&r.result->whole, "sparse")->low;
        release(&r);
    }
    assert_true(low[0] == low[1]);
    assert_true(low[0] != low[2]);
}

/* The same lists under other names, the other way round. */
static void test_order_and_names_of_lists(void **state)
{
    (void)state;
    char text[sizeof four + 100] = "p,q,r,s,n\n";
    struct span rest = span_text(four);
    size_t used = strlen(text);
    while (rest.len > 0) {
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        size_t len = (size_t)(end - rest.data);
        if (rest.data[0] != 'D')
            used += (size_t)snprintf(text + used, sizeof text - used, "%c,%c,%c,%c%.*s\n",
                                     rest.data[6], rest.data[4], rest.data[2], rest.data[0],
                                     (int)len - 7, (const char *)rest.data + 7);
        rest = span_slice(rest, len + 1, SIZE_MAX);
    }
    const struct count_options options = {.estimators = MOST & ~(uint32_t)COUNT_FAMILY_SPARSE,
                                          .no_sensitivity = true};
    const struct count_means means = {.seed = 1};
    struct ran one;
    run_with(&one, four, NULL, &options, &means, NULL, NULL);
    struct ran other;
    run_with(&other, text, NULL, &options, &means, NULL, NULL);
    size_t compared = 0;
    for (size_t i = 0; i < one.result->whole.estimate_count; i++) {
        const struct count_estimate *a = &one.result->whole.estimates[i];
        const struct count_estimate *b = estimate(&other.result->whole, a->id);
        /* Pairs have their lists' numbers in the id; Mb depends on the order. */
        if (strncmp(a->id, "pair-", 5) == 0 || strncmp(a->id, "mb", 2) == 0)
            continue;
        assert_non_null(b);
        assert_int_equal(a->given, b->given);
        assert_true(fabs(a->n - b->n) <= 1e-6 * a->n);
        assert_true(fabs(a->low - b->low) <= 1e-4 * a->low);
        assert_true(fabs(a->high - b->high) <= 1e-4 * a->high);
        compared++;
    }
    assert_true(compared >= 12);
    release(&one);
    release(&other);
}

struct handed {
    size_t times, estimates, shifts;
    struct watch *stop;
};

static void count_handed(void *arg, const struct count_result *result)
{
    struct handed *h = arg;
    h->times++;
    assert_true(result->whole.estimate_count >= h->estimates);
    h->estimates = result->whole.estimate_count;
    h->shifts = result->whole.shift_count;
    if (h->stop)
        atomic_store(&h->stop->stop, true);
}

static void test_what_is_quick_comes_first(void **state)
{
    (void)state;
    const struct count_options options = {.estimators = MOST};
    const struct count_means means = {.seed = 1};
    struct handed handed = {0};
    struct ran r;
    run_with(&r, four, NULL, &options, &means, count_handed, &handed);
    assert_true(handed.times >= 2);
    assert_true(r.result->finished && r.result->whole.finished);
    /* In the order in which they are shown. */
    static const char *const order[] = {"chao", "pair-12",      "loglinear-bic",
                                        "m0",   "decomposable", "sparse"};
    const struct count_estimate *before = NULL;
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        const struct count_estimate *e = estimate(&r.result->whole, order[i]);
        assert_true(e && (!before || e > before));
        before = e;
    }
    assert_int_equal(r.result->whole.shift_count, 6);
    assert_true(r.result->whole.delta_count > 3);
    release(&r);
}

static void test_stopped_it_keeps_what_is_finished(void **state)
{
    (void)state;
    const struct count_options options = {0};
    struct watch watch = {0};
    const struct count_means means = {.seed = 1, .watch = &watch};
    struct handed handed = {.stop = &watch};
    struct ran r;
    run_with(&r, four, NULL, &options, &means, count_handed, &handed);
    assert_false(r.result->finished || r.result->whole.finished);
    assert_true(estimate(&r.result->whole, "loglinear-bic")->given);
    const struct count_estimate *sparse = estimate(&r.result->whole, "sparse");
    assert_true(!sparse || !sparse->given);
    assert_int_equal(r.result->whole.shift_count, 0);
    struct buf json;
    put_json(&r, &json);
    buf_release(&json);
    release(&r);
}

static void test_stopped_before_a_stratum(void **state)
{
    (void)state;
    const struct count_options options = {.estimators = COUNT_FAMILY_BOUNDS};
    struct watch watch = {.stop = true};
    const struct count_means means = {.seed = 1, .watch = &watch};
    struct ran r;
    run_with(&r, "A,B,C,place,n\n1,0,0,Karsk,9\n1,1,1,Karsk,9\n0,1,1,Tolma,8\n1,1,0,Tolma,8\n",
             "place", &options, &means, NULL, NULL);
    assert_false(r.result->finished || r.result->strata[1].finished);
    assert_int_equal(r.result->stratum_count, 2);
    assert_int_equal(r.result->strata[1].estimate_count, 0);
    assert_int_equal(r.result->strata[1].data->documented.persons, 16);
    release(&r);
}

static void test_where_there_is_no_estimate(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"A,n\n1,5\n", "There is one list only."},
        {"A,B,n\n1,0,5\n0,1,7\n1,1,3\n", "There are two lists only."},
        {"A,B,C,n\n1,0,0,5\n0,1,0,7\n1,1,0,3\n", "There are two lists only."},
        /* Two that are the same are one. */
        {"A,B,C,n\n1,1,0,5\n0,0,1,7\n1,1,1,3\n", "There are two lists only."},
        {"A,B,C,n\n1,0,0,5\n0,1,0,7\n0,0,1,3\n", "The lists fall into groups"},
        {"A,B,C,D,n\n1,1,0,0,5\n1,0,0,0,7\n0,0,1,1,3\n0,0,1,0,4\n0,1,0,0,4\n0,0,0,1,4\n",
         "The lists fall into groups"},
        {"a,b,c,d,e,f,g,h,i,n\n1,1,1,1,1,1,1,1,1,3\n0,1,0,0,0,0,0,0,0,2\n", "There are 9 lists"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct count_options options = {0};
        const struct count_means means = {.seed = 1};
        struct ran r;
        run_with(&r, cases[i].text, NULL, &options, &means, NULL, NULL);
        const char *says = r.result->whole.no_estimate;
        assert_non_null(says);
        assert_memory_equal(says, cases[i].says, strlen(cases[i].says));
        assert_int_equal(r.result->whole.estimate_count, 0);
        assert_true(r.result->finished);
        struct buf text;
        buf_init(&text, 1u << 20);
        assert_int_equal(count_report_text(r.result, 80, &text), 0);
        buf_release(&text);
        release(&r);
    }
}

static void test_a_small_list_apart_is_warned_of(void **state)
{
    (void)state;
    const struct count_options options = {.estimators = COUNT_FAMILY_BOUNDS};
    const struct count_means means = {.seed = 1};
    struct ran r;
    run_with(&r,
             "A,B,C,D,n\n1,1,0,0,50\n1,0,0,0,70\n0,1,1,0,30\n0,0,1,0,40\n1,1,1,0,20\n"
             "0,0,0,1,4\n0,1,0,0,33\n",
             NULL, &options, &means, NULL, NULL);
    assert_null(r.result->whole.no_estimate);
    assert_int_equal(r.result->whole.warnings, UINT32_C(1) << COUNT_WARN_APART);
    assert_string_equal(r.result->whole.detail, "D stands apart.");
    assert_true(estimate(&r.result->whole, "chao")->given);
    release(&r);
}

static void test_strata_and_their_total(void **state)
{
    (void)state;
    char text[4000] = "A,B,C,place,n\n";
    static const char *const rows[] = {"1,0,0", "0,1,0", "1,1,0", "0,0,1",
                                       "1,0,1", "0,1,1", "1,1,1"};
    static const unsigned counts[3][7] = {{190, 180, 40, 170, 35, 38, 9},
                                          {390, 280, 90, 370, 95, 78, 22},
                                          {90, 80, 20, 70, 15, 18, 5}};
    size_t used = strlen(text);
    for (size_t s = 0; s < 3; s++) {
        for (size_t i = 0; i < 7; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s,place %zu,%u\n", rows[i],
                                     s, counts[s][i]);
    }
    const struct count_options options = {
        .estimators = COUNT_FAMILY_BOUNDS | COUNT_FAMILY_LOGLINEAR | COUNT_FAMILY_DECOMPOSABLE};
    const struct count_means means = {.seed = 1};
    struct ran r;
    run_with(&r, text, "place", &options, &means, NULL, NULL);
    uint64_t persons = 0;
    double n = 0, low = 0, high = 0;
    assert_int_equal(r.result->stratum_count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct count_estimate *e = estimate(&r.result->strata[i], "loglinear-bic");
        persons += r.result->strata[i].data->documented.persons;
        n += e->n;
        low += e->low;
        high += e->high;
        assert_int_equal(r.result->strata[i].shift_count, 0);
        assert_true(r.result->strata[i].finished);
    }
    assert_int_equal(persons, r.data.whole.documented.persons);
    const struct count_estimate *total = NULL;
    for (size_t i = 0; i < r.result->total_count; i++) {
        if (strcmp(r.result->totals[i].id, "loglinear-bic") == 0)
            total = &r.result->totals[i];
    }
    assert_non_null(total);
    assert_true(fabs(total->n - n) < 1e-6 * n);
    /* Mistakes of one stratum and another do not all go the same way. */
    assert_true(total->low > low && total->high < high && total->low < n && total->high > n);
    release(&r);
}

static void test_draws_are_pooled(void **state)
{
    (void)state;
    struct count_table draws[4];
    const struct count_options options = {.estimators = COUNT_FAMILY_LOGLINEAR,
                                          .no_sensitivity = true};
    const struct count_means means = {.seed = 1};
    struct count_data data;
    struct count_result *result;
    const struct count_reading reading = {.input = {.fd = -1, .bytes = span_text(four)}};
    assert_int_equal(count_read(&reading, &data, NULL), 0);
    for (size_t i = 0; i < COUNT_OF(draws); i++) {
        draws[i] = data.whole.table;
        draws[i].cells[1] -= 20 * i;
        draws[i].cells[2] -= 20 * i;
        draws[i].cells[3] += 20 * i;
    }
    data.whole.draws = draws;
    data.whole.draw_count = COUNT_OF(draws);
    assert_int_equal(count_run(&data, &options, &means, NULL, NULL, &result), 0);
    assert_int_equal(result->whole.pooled_count, 1);
    const struct count_estimate *pooled = &result->whole.pooled[0];
    const struct count_estimate *one = estimate(&result->whole, "loglinear-bic");
    assert_string_equal(pooled->id, "loglinear-bic");
    assert_true(pooled->given && pooled->high - pooled->low > one->high - one->low);
    count_result_free(result);
    count_data_release(&data);
}

/* Populations with a known N: three lists in twenty worlds each, lists that do not depend on each
 * other, and lists of which two do. bench_count does the same a thousand times. */
static struct count_table population(struct rng *rng, uint64_t persons, double dependence)
{
    struct count_table t = {.lists = 3};
    for (uint64_t i = 0; i < persons; i++) {
        unsigned h = rng_unit(rng) < 0.35 ? 1 : 0;
        double chance = h && dependence > 0 ? 0.3 + dependence : 0.3;
        h |= rng_unit(rng) < chance ? 2 : 0;
        h |= rng_unit(rng) < 0.25 ? 4 : 0;
        t.cells[h]++;
    }
    t.cells[0] = 0;
    return t;
}

static void test_the_truth_is_found(void **state)
{
    (void)state;
    const struct count_options options = {
        .estimators = COUNT_FAMILY_LOGLINEAR | COUNT_FAMILY_DECOMPOSABLE, .no_sensitivity = true};
    const struct count_means means = {.seed = 1};
    for (int dependent = 0; dependent < 2; dependent++) {
        unsigned inside[2] = {0};
        for (uint64_t world = 0; world < 100; world++) {
            static const char *const names[] = {"A", "B", "C"};
            struct count_data data = {.list_count = 3, .stratum_count = 1};
            struct count_result *result;
            struct rng rng;
            rng_init(&rng, 77, world);
            memcpy(data.lists, names, sizeof names);
            data.whole.has_table = true;
            data.whole.table = population(&rng, 2000, dependent ? 0.3 : 0);
            data.whole.documented.persons = count_table_n(&data.whole.table);
            assert_int_equal(count_run(&data, &options, &means, NULL, NULL, &result), 0);
            static const char *const ids[] = {"loglinear-bic", "decomposable"};
            for (size_t i = 0; i < COUNT_OF(ids); i++) {
                const struct count_estimate *e = estimate(&result->whole, ids[i]);
                assert_true(e->given && e->has_interval);
                inside[i] += e->low <= 2000 && 2000 <= e->high;
            }
            count_result_free(result);
        }
        print_message("# of 100 intervals, lists %s: %u log-linear, %u decomposable hold N\n",
                      dependent ? "dependent" : "independent", inside[0], inside[1]);
        /* 95% of 100, four standard deviations less; choosing the model costs some more. */
        assert_true(inside[0] >= 80 && inside[1] >= 86);
    }
}

/* No table gives a number that is none. */
static void check_sound(const struct count_estimate *e, double documented)
{
    assert_true(isfinite(e->n) && isfinite(e->low) && isfinite(e->high) && isfinite(e->mean) &&
                isfinite(e->mode));
    if (!e->given) {
        assert_true(e->n == 0 && !e->has_interval && !e->has_spread && e->warnings != 0);
        return;
    }
    assert_true(e->n >= documented && e->n <= COUNT_ABSURD * documented);
    assert_true(!e->has_interval || (documented <= e->low && e->low <= e->high));
    for (size_t i = 1; e->has_spread && i < COUNT_SPREAD; i++)
        assert_true(isfinite(e->spread[i]) && e->spread[i] >= e->spread[i - 1]);
}

static void test_any_table(void **state)
{
    (void)state;
    static const char *const names[COUNT_LISTS_MAX] = {"A", "B", "C", "D", "E", "F", "G", "H"};
    struct prop prop = prop_start("any table");
    const struct count_options options = {.estimators = MOST & ~(uint32_t)COUNT_FAMILY_SPARSE,
                                          .no_sensitivity = true};
    const struct count_means means = {.seed = 1};
    for (int round = 0; round < 60; round++) {
        struct count_data data = {.source = "", .list_count = 3, .stratum_count = 1};
        struct count_result *result;
        data.list_count += (unsigned)prop_below(&prop, round % 10 == 0 ? 3 : 2);
        memcpy(data.lists, names, sizeof names);
        data.whole.has_table = true;
        data.whole.table.lists = data.list_count;
        uint64_t sparse = 1 + prop_below(&prop, 6);
        for (unsigned h = 1; h < 1u << data.list_count; h++) {
            static const uint64_t sizes[] = {2, 12, 300, 100000, UINT64_C(1) << 44};
            uint64_t size = sizes[prop_below(&prop, COUNT_OF(sizes))];
            bool none = prop_below(&prop, 6) < sparse - 1;
            data.whole.table.cells[h] = none ? 0 : prop_below(&prop, size);
        }
        data.whole.documented.persons = count_table_n(&data.whole.table);
        assert_int_equal(count_run(&data, &options, &means, NULL, NULL, &result), 0);
        const struct count_stratum *whole = &result->whole;
        double documented = (double)data.whole.documented.persons;
        for (size_t i = 0; i < whole->estimate_count; i++)
            check_sound(&whole->estimates[i], documented);
        struct buf json;
        buf_init(&json, 1u << 24);
        assert_int_equal(count_report_json(result, &json), 0);
        assert_null(strstr(buf_cstr(&json), "nan"));
        assert_null(strstr(buf_cstr(&json), "inf,"));
        buf_release(&json);
        count_result_free(result);
    }
}

static void test_every_allocation_fails(void **state)
{
    (void)state;
    const struct count_options options = {
        .estimators = COUNT_FAMILY_BOUNDS | COUNT_FAMILY_DECOMPOSABLE, .no_sensitivity = true};
    const struct count_means means = {.seed = 1};
    const struct count_reading reading = {
        .input = {.fd = -1,
                  .bytes = span_text("A,B,C,place,n\n1,0,0,Karsk,9\n1,1,1,Karsk,9\n0,1,1,Tolma,8\n"
                                     "1,1,0,Tolma,8\n1,1,1,Tolma,3\n0,1,1,Karsk,4\n")},
        .by = "place"};
    struct count_data data;
    assert_int_equal(count_read(&reading, &data, NULL), 0);
    uint64_t nth = 0;
    int error;
    do {
        struct count_result *result = NULL;
        mem_fail_from(++nth);
        error = count_run(&data, &options, &means, NULL, NULL, &result);
        mem_fail_from(0);
        assert_true(error == 0 || (error == E_NOMEM && !result));
        count_result_free(result);
    } while (error < 0);
    assert_true(nth > 20);
    count_data_release(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_change_no_byte),
        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_order_and_names_of_lists),
        cmocka_unit_test(test_what_is_quick_comes_first),
        cmocka_unit_test(test_stopped_it_keeps_what_is_finished),
        cmocka_unit_test(test_stopped_before_a_stratum),
        cmocka_unit_test(test_where_there_is_no_estimate),
        cmocka_unit_test(test_a_small_list_apart_is_warned_of),
        cmocka_unit_test(test_strata_and_their_total),
        cmocka_unit_test(test_draws_are_pooled),
        cmocka_unit_test(test_the_truth_is_found),
        cmocka_unit_test(test_any_table),
        cmocka_unit_test(test_every_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
