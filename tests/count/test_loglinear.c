/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Numbers to hold against: published results, and R's glm with the multinomial likelihood. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "count/loglinear.h"
#include "prop.h"
#include "published.h"

static const struct count_means alone = {0};

static struct loglinear ran(const struct count_table *t)
{
    struct loglinear result;
    assert_int_equal(loglinear_run(t, &alone, &result), 0);
    return result;
}

static void assert_answer(const struct count_estimate *e, const char *model, double n, double low,
                          double high, double within)
{
    assert_true(e->given && e->has_interval && e->has_spread);
    assert_string_equal(e->model, model);
    assert_true(fabs(e->n - n) < within);
    assert_true(fabs(e->low - low) < within);
    assert_true(fabs(e->high - high) < within);
}

static void test_kosovo(void **state)
{
    (void)state;
    struct count_table t = published_kosovo();
    struct loglinear r = ran(&t);
    assert_true(r.all && r.models == 113 && r.refused == 0 && r.estimate_count == 3);
    assert_answer(&r.estimates[0], "[123,14,34]", 10356.5190, 8994.2576, 12110.4092, 1e-3);
    assert_answer(&r.estimates[1], "[123,134]", 12741.0, 10184.3, 16703.4, 0.05);
    assert_answer(&r.estimates[2], "[123,124,134,234]", 16941.9, 9114.5, 35335.7, 0.05);
    assert_string_equal(r.estimates[2].id, "loglinear-three-way");
    /* The reader is shown that [123,134] fits as well, and says something else. */
    assert_int_equal(r.top_count, LOGLINEAR_TOP);
    assert_string_equal(r.top[0].text, "[123,14,34]");
    assert_string_equal(r.top[1].text, "[123,134]");
    assert_true(r.top[1].bic - r.top[0].bic < 0.1);
    assert_true(fabs(r.top[0].aic - 132.746675) < 1e-5 && r.top[0].df == 4);
    assert_true(fabs(r.top[0].deviance - 9.322670) < 1e-5);
    assert_non_null(strstr(r.estimates[0].detail, "10,357 to 18,393"));
    for (size_t i = 1; i < r.top_count; i++)
        assert_true(r.top[i].bic >= r.top[i - 1].bic && r.top[i].has_interval);
}

static void test_spread_is_the_profile(void **state)
{
    (void)state;
    struct count_table t = published_kosovo();
    struct loglinear r = ran(&t);
    for (size_t i = 0; i < r.estimate_count; i++) {
        const struct count_estimate *e = &r.estimates[i];
        double width = e->high - e->low;
        assert_true(fabs(count_spread_quantile(e->spread, 0.025) - e->low) < 2e-3 * width);
        assert_true(fabs(count_spread_quantile(e->spread, 0.975) - e->high) < 2e-3 * width);
        double middle = count_spread_quantile(e->spread, 0.5);
        assert_true(middle < e->n && middle > e->n - 0.03 * width);
    }
}

/* [12,13,23,24,34] of Rivest 2011: 2,771, deviance 7.62; limits by R. */
static void test_all_models_of_published_tables(void **state)
{
    (void)state;
    static const struct {
        struct count_table (*table)(void);
        const char *model;
        double n, deviance, low, high;
    } known[] = {
        {published_diabetes, "[12,13,23,24,34]", 2771.191275, 7.617046, 2527.5587, 3104.0906},
        {published_diabetes, "[13,24,34]", 2472.246549, 21.972316, 2374.4902, 2584.3559},
        {published_deaths, "[1,2,3]", 209.343350, 75.139759, 203.2101, 216.5311},
        {published_deaths, "[23,1]", 221.886792, 1.205377, 210.2563, 236.2014},
        {published_deaths, "[13,23]", 233.4, 0.838067, 204.0087, 311.4537},
        {published_deaths, "[12,13,23]", 247.924138, 0, 204.7491, 389.1496},
        {published_census, "[12,23]", 850.142857, 3.794194, 603.9108, 1456.1554},
        {published_census, "[12,13,23]", 1239.965828, 0, 692.1730, 2868.9805},
        {published_hepatitis, "[1,2,3]", 388.483495, 24.356835, 350.3136, 435.4140},
        {published_hepatitis, "[12,13,23]", 1312.764706, 0, 654.6867, 3031.1225},
        {published_spina_bifida, "[23,1]", 730.928571, 3.859854, 699.8041, 766.4679},
        {published_spina_bifida, "[12,23]", 758.321429, 0.003335, 713.1974, 813.7534},
    };
    static struct loglinear_model models[HIERARCHY_ALL_MAX];
    for (size_t k = 0; k < COUNT_OF(known); k++) {
        struct count_table t = known[k].table();
        size_t count, found = 0;
        double weight = 0;
        assert_int_equal(loglinear_all(&t, true, models, &count), 0);
        assert_int_equal(count, t.lists == 3 ? 8 : 113);
        for (size_t i = 0; i < count; i++) {
            const struct loglinear_model *m = &models[i];
            weight += m->weight;
            if (strcmp(m->text, known[k].model) != 0)
                continue;
            found++;
            assert_true(fabs(m->n - known[k].n) < 1e-4);
            assert_true(fabs(m->deviance - known[k].deviance) < 1e-5);
            assert_true(fabs(m->low - known[k].low) < 2e-4);
            assert_true(fabs(m->high - known[k].high) < 2e-4);
        }
        assert_int_equal(found, 1);
        assert_true(fabs(weight - 1) < 1e-12);
    }
}

/* Published, and by Rcapture: 218 by [12,13,34], deviance 2.6; its parameters are not finite. */
static void test_a_better_model_that_is_refused(void **state)
{
    (void)state;
    struct count_table t = published_nested_deaths();
    struct loglinear r = ran(&t);
    assert_false(count_estimate_has(&r.estimates[0], COUNT_WARN_BETTER_REFUSED));
    assert_string_equal(r.estimates[1].model, "[12,34]");
    assert_true(count_estimate_has(&r.estimates[1], COUNT_WARN_BETTER_REFUSED));
    assert_string_equal(r.estimates[1].detail, "The better one, [12,13,34], would say 218.");
    /* Nobody is on a list of its own: no number could be told. */
    t = (struct count_table){.lists = 3, .cells = {[3] = 20, [5] = 30, [6] = 25, [7] = 9}};
    r = ran(&t);
    for (size_t i = 0; i < r.estimate_count; i++)
        assert_false(count_estimate_has(&r.estimates[i], COUNT_WARN_BETTER_REFUSED));
}

static void test_models_are_all_and_different(void **state)
{
    (void)state;
    static struct hierarchy all[HIERARCHY_ALL_MAX], steps[HIERARCHY_STEPS_MAX];
    static const size_t expected[] = {1, 8, 113};
    for (unsigned lists = 2; lists <= 4; lists++) {
        size_t count = hierarchy_all(lists, all);
        assert_int_equal(count, expected[lists - 2]);
        for (size_t i = 0; i < count; i++) {
            for (size_t j = 0; j < i; j++)
                assert_memory_not_equal(&all[i], &all[j], sizeof all[i]);
            assert_false(hierarchy_has(&all[i], (1u << lists) - 1));
        }
    }
    struct hierarchy h = hierarchy_independent(8);
    assert_int_equal(hierarchy_steps(&h, 8, 8, steps), 28);
    h = steps[0];
    assert_true(hierarchy_has(&h, 3));
    assert_int_equal(hierarchy_steps(&h, 8, 8, steps), 28); /* 27 pairs more, or [12] less */
    for (unsigned i = 0; i < 28; i++) {
        if (hierarchy_has(&steps[i], 5) && !hierarchy_has(&h, 5))
            h = steps[i];
    }
    /* [12,13]: [23] closes a triangle, which is no step to [123] yet. */
    assert_int_equal(hierarchy_steps(&h, 8, 3, steps), 28);
    h = hierarchy_largest(4);
    assert_int_equal(hierarchy_steps(&h, 4, 4, steps), 4);
    char text[COUNT_MODEL_TEXT_MAX];
    h = hierarchy_largest(8);
    uint8_t numbers[] = {1, 2, 3, 4, 5, 6, 7, 8};
    hierarchy_text(&h, 8, numbers, text);
    assert_string_equal(text, "[1234567,1234568,1234578,1234678,1235678,1245678,1345678,2345678]");
}

/* A population whose lists are independent, list i with the chance chances[i]; those of which with
 * the lot pull are more likely on the two first. */
static struct count_table drawn(struct rng *rng, unsigned lists, uint64_t n, const double *chances,
                                double pull)
{
    struct count_table t = {.lists = lists};
    for (uint64_t k = 0; k < n; k++) {
        unsigned h = 0;
        bool pulled = rng_unit(rng) < pull;
        for (unsigned i = 0; i < lists; i++)
            h |= (unsigned)(rng_unit(rng) < (pulled && i < 2 ? 0.8 : chances[i])) << i;
        t.cells[h] += h > 0;
    }
    return t;
}

static struct count_table permuted(const struct count_table *t, const unsigned *to)
{
    struct count_table p = {.lists = t->lists};
    for (unsigned h = 1; h < 1u << t->lists; h++) {
        unsigned other = 0;
        for (unsigned i = 0; i < t->lists; i++)
            other |= (h >> i & 1) << to[i];
        p.cells[other] = t->cells[h];
    }
    return p;
}

static void assert_same_numbers(const struct loglinear *a, const struct loglinear *b)
{
    assert_int_equal(a->estimate_count, b->estimate_count);
    for (size_t i = 0; i < a->estimate_count; i++) {
        const struct count_estimate *x = &a->estimates[i], *y = &b->estimates[i];
        assert_int_equal(x->given, y->given);
        assert_int_equal(x->has_interval, y->has_interval);
        assert_int_equal(x->warnings, y->warnings);
        assert_true(fabs(x->n - y->n) <= 1e-8 * x->n);
        assert_true(fabs(x->low - y->low) <= 1e-7 * x->low);
        assert_true(fabs(x->high - y->high) <= 1e-7 * x->high);
        assert_int_equal(strlen(x->model), strlen(y->model));
    }
}

static void test_order_of_lists_does_not_matter(void **state)
{
    (void)state;
    static const double chances[] = {0.3, 0.25, 0.2, 0.15, 0.3};
    static const unsigned orders[][5] = {{3, 0, 2, 1, 4}, {1, 2, 3, 0, 4}, {4, 3, 1, 0, 2}};
    struct rng rng;
    rng_init(&rng, 7, 0);
    struct count_table tables[] = {published_kosovo(), published_diabetes(),
                                   drawn(&rng, 5, 3000, chances, 0.2)};
    for (size_t k = 0; k < 3; k++) {
        struct loglinear a = ran(&tables[k]);
        for (size_t o = 0; o < 3; o++) {
            if (tables[k].lists == 4 && o == 2)
                continue;
            struct count_table p = permuted(&tables[k], orders[o]);
            struct loglinear b = ran(&p);
            assert_same_numbers(&a, &b);
        }
    }
}

static void test_independent_lists_give_n_back(void **state)
{
    (void)state;
    static const double chances[] = {0.3, 0.25, 0.2, 0.35, 0.15, 0.2, 0.3, 0.25};
    struct rng rng;
    rng_init(&rng, 41, 0);
    for (unsigned lists = 3; lists <= 8; lists++) {
        struct count_table t = drawn(&rng, lists, 20000, chances, 0);
        struct loglinear r = ran(&t);
        const struct count_estimate *e = &r.estimates[0];
        assert_true(e->given && e->has_interval);
        assert_true(fabs(e->n - 20000) < 1000);
        assert_true(e->low < 20300 && e->high > 19700);
        assert_true(lists <= 4 ? r.all : r.models > 20 && !r.all);
    }
}

/* Of 1,000 populations of 1,000, how many of the 95% intervals hold the truth. */
static void test_intervals_hold_the_truth(void **state)
{
    (void)state;
    static const double chances[] = {0.3, 0.4, 0.25};
    static struct loglinear_model models[HIERARCHY_ALL_MAX];
    unsigned right = 0, largest = 0;
    size_t count;
    for (uint64_t k = 0; k < 1000; k++) {
        struct rng rng;
        rng_init(&rng, 1987, k);
        struct count_table t = drawn(&rng, 3, 1000, chances, 0);
        assert_int_equal(loglinear_all(&t, true, models, &count), 0);
        right += models[0].low <= 1000 && models[0].high >= 1000;
        largest += models[7].low <= 1000 && models[7].high >= 1000;
    }
    print_message("# of 1000 intervals hold the truth: independence %u, all pairs %u\n", right,
                  largest);
    assert_true(right >= 925 && right <= 975);
    assert_true(largest >= 925 && largest <= 975);
}

/* The same with two lists of four that attract each other, by the model that BIC chooses: less
 * often, since the choice is not always right. */
static void test_chosen_models_mostly_hold_the_truth(void **state)
{
    (void)state;
    static const double chances[] = {0.2, 0.2, 0.25, 0.3};
    unsigned right = 0, rounds = 200;
    for (uint64_t k = 0; k < rounds; k++) {
        struct rng rng;
        rng_init(&rng, 1992, k);
        struct count_table t = drawn(&rng, 4, 2000, chances, 0.25);
        struct loglinear r = ran(&t);
        right += r.estimates[0].low <= 2000 && r.estimates[0].high >= 2000;
    }
    print_message("# of %u intervals of dependent lists hold the truth: %u\n", rounds, right);
    assert_true(right >= rounds * 8 / 10);
}

/* Two of five lists see the same people: the walk finds that pair. */
static void test_walk_finds_a_dependence(void **state)
{
    (void)state;
    static const double chances[] = {0.2, 0.2, 0.25, 0.2, 0.3};
    struct rng rng;
    rng_init(&rng, 3, 0);
    struct count_table t = drawn(&rng, 5, 40000, chances, 0.3);
    struct loglinear r = ran(&t);
    assert_string_equal(r.estimates[0].model, "[12,3,4,5]");
    assert_true(r.estimates[0].low < 40000 && r.estimates[0].high > 40000);
    assert_true(r.estimate_count == 2);
}

static void test_threads_change_nothing(void **state)
{
    (void)state;
    static const double chances[] = {0.2, 0.2, 0.25, 0.2, 0.3, 0.1};
    struct rng rng;
    rng_init(&rng, 5, 0);
    struct count_table t = drawn(&rng, 6, 2000, chances, 0.3);
    struct count_means two = {.workers = workers_new(2)};
    static struct loglinear a, b;
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    assert_int_equal(loglinear_run(&t, &alone, &a), 0);
    assert_int_equal(loglinear_run(&t, &two, &b), 0);
    workers_free(two.workers);
    assert_memory_equal(a.estimates[0].spread, b.estimates[0].spread, sizeof a.estimates[0].spread);
    assert_true(a.estimates[0].n == b.estimates[0].n && a.estimates[1].low == b.estimates[1].low);
    assert_string_equal(a.estimates[1].model, b.estimates[1].model);
    assert_int_equal(a.models, b.models);
}

static void test_reasons_for_no_number(void **state)
{
    (void)state;
    struct count_table two = {.lists = 2, .cells = {0, 50, 40, 20}};
    struct loglinear r = ran(&two);
    assert_true(count_estimate_has(&r.estimates[0], COUNT_WARN_TOO_FEW_LISTS));
    struct count_table with_empty = {.lists = 3, .cells = {0, 50, 40, 20}};
    r = ran(&with_empty);
    assert_true(count_estimate_has(&r.estimates[1], COUNT_WARN_TOO_FEW_LISTS));
    /* Lists 1 and 2 meet, 3 meets nobody. */
    struct count_table apart = {.lists = 3, .cells = {0, 50, 40, 20, 30}};
    r = ran(&apart);
    assert_true(count_estimate_has(&r.estimates[0], COUNT_WARN_APART));
    struct count_table none = {.lists = 4};
    r = ran(&none);
    for (size_t i = 0; i < r.estimate_count; i++)
        assert_false(r.estimates[i].given);
}

/* A fourth list that nobody is on leaves the three others' answer. */
static void test_an_empty_list_is_left_out(void **state)
{
    (void)state;
    struct count_table deaths = published_deaths(), t = {.lists = 4};
    for (unsigned h = 1; h < 8; h++) /* the empty one becomes list 2 */
        t.cells[(h & 1) | (h & 6) << 1] = deaths.cells[h];
    struct loglinear a = ran(&deaths), b = ran(&t);
    assert_true(a.estimates[0].n == b.estimates[0].n && b.estimates[0].given);
    assert_string_equal(a.estimates[0].model, "[23,1]");
    assert_string_equal(b.estimates[0].model, "[34,1]");
}

/* Everything but singles is zero save one link each: existence fails for the rich models. */
static void test_models_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    /* 1 and 2 share 3, 2 and 3 share 2, 1 and 3 nobody. */
    struct count_table t = {.lists = 3, .cells = {0, 40, 30, 3, 50, 0, 2, 0}};
    struct loglinear r = ran(&t);
    assert_true(r.refused > 0 && r.refused < 8);
    for (size_t i = 0; i < r.top_count; i++)
        assert_true(r.top[i].identifiable && isfinite(r.top[i].n));
}

static void test_one_cell_is_told(void **state)
{
    (void)state;
    /* One person links list 3 to the others. */
    struct count_table t = {.lists = 3, .cells = {0, 300, 280, 90, 250, 1, 0, 0}};
    struct loglinear r = ran(&t);
    bool told = false;
    for (size_t i = 0; i < r.estimate_count; i++) {
        told = told || count_estimate_has(&r.estimates[i], COUNT_WARN_ONE_CELL);
        if (count_estimate_has(&r.estimates[i], COUNT_WARN_ONE_CELL))
            assert_non_null(strstr(r.estimates[i].detail, "With one person"));
    }
    assert_true(told);
    struct count_table kosovo = published_kosovo();
    r = ran(&kosovo);
    assert_false(count_estimate_has(&r.estimates[0], COUNT_WARN_ONE_CELL));
}

/* With sixteen times the persons the same deviations can no longer be chance, but BIC still takes
 * the smaller model. */
static void test_poor_fit_is_told(void **state)
{
    (void)state;
    struct count_table t = published_kosovo();
    struct loglinear r = ran(&t);
    assert_false(count_estimate_has(&r.estimates[0], COUNT_WARN_POOR_FIT));
    for (unsigned h = 1; h < 16; h++)
        t.cells[h] *= 16;
    r = ran(&t);
    assert_string_equal(r.estimates[0].model, "[123,134]");
    assert_true(count_estimate_has(&r.estimates[0], COUNT_WARN_POOR_FIT));
    assert_false(count_estimate_has(&r.estimates[2], COUNT_WARN_POOR_FIT));
}

/* N goes in and comes out in proportion, to 2^40 in a cell and above. */
static void test_large_counts(void **state)
{
    (void)state;
    struct count_table t = published_kosovo();
    for (unsigned h = 1; h < 16; h++)
        t.cells[h] <<= 32;
    struct loglinear r = ran(&t);
    const struct count_estimate *e = &r.estimates[2];
    assert_true(e->given && e->has_interval);
    assert_true(fabs(e->n / 0x1p32 - 16941.8804) < 1e-3);
    assert_true(e->low < e->n && e->high > e->n && e->high < e->n * 1.01);
}

static struct count_table any_table(struct prop *prop, unsigned lists)
{
    struct count_table t = {.lists = lists};
    unsigned empty = (unsigned)prop_below(prop, 5), scale = (unsigned)prop_below(prop, 41);
    uint64_t zeros = prop_below(prop, 10);
    unsigned kind = (unsigned)prop_below(prop, 8);
    for (unsigned h = 1; h < 1u << t.lists; h++) {
        if (prop_below(prop, 10) >= zeros)
            t.cells[h] = prop_below(prop, 1 + (UINT64_C(1) << scale));
        if (kind == 0 && (h & 1) != (h >> 1 & 1)) /* lists 1 and 2 are the same */
            t.cells[h] = 0;
        if (kind == 1 && (h & 3) == 1) /* list 1 is inside list 2 */
            t.cells[h] = 0;
        if (kind == 2 && (h >> empty & 1)) /* nobody on this one */
            t.cells[h] = 0;
        if (kind == 3 && (h & (h - 1)) != 0) /* singles only */
            t.cells[h] = 0;
        if (kind == 4) /* one person */
            t.cells[h] = h == 1 + scale % ((1u << t.lists) - 1);
    }
    return t;
}

static void assert_sound(const struct count_estimate *e, double documented)
{
    assert_true(isfinite(e->n) && isfinite(e->low) && isfinite(e->high));
    if (!e->given)
        assert_true(e->warnings != 0 && e->n == 0);
    else
        assert_true(e->n >= documented);
    if (e->given)
        assert_true(e->has_interval || count_estimate_has(e, COUNT_WARN_NO_UPPER_LIMIT));
    if (e->has_interval)
        assert_true(e->low >= documented && e->low <= e->high);
    if (e->has_spread)
        assert_true(e->spread[0] >= documented && e->spread[COUNT_SPREAD - 1] >= e->spread[0]);
}

static void test_any_table_gives_sound_answers(void **state)
{
    (void)state;
    struct prop prop = prop_start("loglinear_any_table");
    for (unsigned round = 0; round < 403; round++) {
        unsigned lists = round < 400 ? 1 + round % 5 : 6 + round % 3;
        struct count_table t = any_table(&prop, lists);
        double documented = (double)count_table_n(&t);
        struct loglinear r = ran(&t);
        for (size_t i = 0; i < r.estimate_count; i++)
            assert_sound(&r.estimates[i], documented);
        for (size_t i = 0; i < r.top_count; i++) {
            assert_true(isfinite(r.top[i].n) && isfinite(r.top[i].high));
            assert_true(r.top[i].weight >= 0 && r.top[i].weight <= 1);
        }
    }
}

static void test_memory_can_end_anywhere(void **state)
{
    (void)state;
    struct count_table t = published_kosovo();
    struct loglinear r;
    for (uint64_t nth = 1;; nth++) {
        mem_fail_from(nth);
        int error = loglinear_run(&t, &alone, &r);
        mem_fail_from(0);
        if (error == 0)
            break;
        assert_int_equal(error, E_NOMEM);
        assert_true(nth < 100);
    }
}

static void test_it_can_be_stopped(void **state)
{
    (void)state;
    struct watch watch = {.stop = true};
    struct count_means means = {.watch = &watch};
    static const double chances[] = {0.3, 0.25, 0.2, 0.15, 0.3};
    struct rng rng;
    rng_init(&rng, 9, 0);
    struct count_table t = drawn(&rng, 5, 1000, chances, 0);
    struct loglinear r;
    assert_int_equal(loglinear_run(&t, &means, &r), E_STOPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kosovo),
        cmocka_unit_test(test_spread_is_the_profile),
        cmocka_unit_test(test_all_models_of_published_tables),
        cmocka_unit_test(test_a_better_model_that_is_refused),
        cmocka_unit_test(test_models_are_all_and_different),
        cmocka_unit_test(test_order_of_lists_does_not_matter),
        cmocka_unit_test(test_independent_lists_give_n_back),
        cmocka_unit_test(test_intervals_hold_the_truth),
        cmocka_unit_test(test_chosen_models_mostly_hold_the_truth),
        cmocka_unit_test(test_walk_finds_a_dependence),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_reasons_for_no_number),
        cmocka_unit_test(test_an_empty_list_is_left_out),
        cmocka_unit_test(test_models_that_do_not_exist_are_refused),
        cmocka_unit_test(test_one_cell_is_told),
        cmocka_unit_test(test_poor_fit_is_told),
        cmocka_unit_test(test_large_counts),
        cmocka_unit_test(test_any_table_gives_sound_answers),
        cmocka_unit_test(test_memory_can_end_anywhere),
        cmocka_unit_test(test_it_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
