/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Seeds are fixed, so that what passes passes always; the thresholds are so many standard errors
 * that another seed would pass too, but for one in some thousands. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/workers.h"
#include "count/chains.h"
#include "count/latent.h"
#include "published.h"

static struct count_estimate estimate(const struct count_table *t,
                                      const struct latent_options *options, uint64_t seed)
{
    struct count_estimate e;
    struct count_means means = {.seed = seed};
    assert_int_equal(latent_estimate(t, options, &means, &e), 0);
    return e;
}

static void assert_sound(const struct count_estimate *e, uint64_t n)
{
    double documented = (double)n;
    assert_true(isfinite(e->n) && isfinite(e->mean) && isfinite(e->mode));
    assert_true(isfinite(e->low) && isfinite(e->high));
    if (!e->given)
        return;
    assert_true(e->n >= documented && e->mode >= documented);
    if (e->has_interval)
        assert_true(documented <= e->low && e->low <= e->n && e->n <= e->high);
    for (size_t i = 0; e->has_spread && i < COUNT_SPREAD; i++) {
        assert_true(isfinite(e->spread[i]) && e->spread[i] >= documented);
        assert_true(i == 0 || e->spread[i] >= e->spread[i - 1]);
    }
}

/* Ten chains of a million sweeps of the package gave 10,448 (9,084 to 13,824), mean 10,703.5. With
 * 1,000 effective draws the standard errors are some 40, 40, 140 and 35, and the package's own
 * some 10. */
static void test_kosovo(void **state)
{
    (void)state;
    struct count_table t = published_kosovo();
    struct latent_options options = {.effective = 1000};
    struct count_estimate e = estimate(&t, &options, 1);
    assert_sound(&e, 4400);
    assert_int_equal(e.warnings, 0);
    assert_true(fabs(e.n - 10448) < 150);
    assert_true(fabs(e.mean - 10703.5) < 150);
    assert_true(fabs(e.low - 9084) < 150);
    assert_true(fabs(e.high - 13824) < 500);
    assert_true(e.mode > 9600 && e.mode < 10700);
    assert_string_equal(e.id, "latent");
    assert_non_null(strstr(e.model, "10 classes, 4 chains of "));
}

/* Getting it right (Geweke 2004, JASA 99, 799-804). What a sweep leaves as it is, is the posterior
 * of the parameters, given a table of n persons. If the table is drawn anew from the parameters
 * after each sweep, the parameters must go through their prior. */
#define GEWEKE_LENGTH 25000
#define GEWEKE_CHAINS 2
enum geweke {
    GEWEKE_ALPHA,
    GEWEKE_ALPHA_SQUARE,
    GEWEKE_FIRST,
    GEWEKE_SECOND,
    GEWEKE_FIRST_SQUARE,
    GEWEKE_LAST,
    GEWEKE_ON,
    GEWEKE_ON_SQUARE,
    GEWEKE_SEEN,
    GEWEKE_LOG_SEEN,
    GEWEKE_PRODUCT,
    GEWEKE_ALPHA_FIRST,
    GEWEKE_ALPHA_LAST,
    GEWEKE_COUNT,
};

static void draw_prior(struct latent_chain *c)
{
    const struct latent_model *m = c->model;
    double left = 1;
    c->alpha = exp(variate_log_gamma(&c->v, m->alpha_shape)) / m->alpha_rate;
    c->log_last = 0;
    for (unsigned k = 0; k < m->classes; k++) {
        double log_left = log(rng_unit(&c->v.rng)) / c->alpha;
        bool last = k + 1 == m->classes;
        c->weight[k] = last ? left : -left * expm1(log_left);
        left *= exp(log_left);
        c->log_last += last ? 0 : log_left;
        for (unsigned j = 0; j < m->lists; j++) {
            c->on[k][j] = rng_unit(&c->v.rng);
            c->off[k][j] = 1 - c->on[k][j];
        }
    }
}

static double probabilities(const struct latent_chain *c, double *cells, double *ret_total)
{
    const struct latent_model *m = c->model;
    double row[COUNT_CELLS_MAX], seen = 0, total = 0;
    for (unsigned h = 0; h < m->histories; h++)
        cells[h] = 0;
    for (unsigned k = 0; k < m->classes; k++) {
        latent_chain_cells(m, c->weight[k], c->on[k], c->off[k], row);
        for (unsigned h = 0; h < m->histories; h++)
            cells[h] += row[h];
        total += c->weight[k];
    }
    for (unsigned h = 1; h < m->histories; h++)
        seen += cells[h];
    *ret_total = total;
    return seen;
}

static void draw_table(struct latent_chain *c, struct latent_model *m, const double *cells,
                       double seen)
{
    int64_t left = (int64_t)m->n;
    m->cell_count = 0;
    for (unsigned h = 1; h < m->histories; h++) {
        int64_t here =
            h + 1 == m->histories ? left : variate_binomial(&c->v, left, cells[h] / seen);
        seen -= cells[h];
        left -= here;
        m->counts[h] = (double)here;
        if (here == 0)
            continue;
        m->history[m->cell_count] = h;
        m->persons[m->cell_count++] = here;
    }
}

static void look_at(const struct latent_chain *c, double seen, double total, double g[GEWEKE_COUNT])
{
    double last = (double)(c->model->classes - 1);
    double share = c->weight[c->model->classes - 1] / total;
    assert_true(share < 1e-6 || fabs(c->log_last - log(share)) < 1e-6);
    g[GEWEKE_ALPHA] = c->alpha;
    g[GEWEKE_ALPHA_SQUARE] = c->alpha * c->alpha;
    g[GEWEKE_FIRST] = c->weight[0] / total;
    g[GEWEKE_SECOND] = c->weight[1] / total;
    g[GEWEKE_FIRST_SQUARE] = g[GEWEKE_FIRST] * g[GEWEKE_FIRST];
    g[GEWEKE_LAST] = exp(c->log_last / last);
    g[GEWEKE_ON] = c->on[0][0];
    g[GEWEKE_ON_SQUARE] = c->on[1][1] * c->on[1][1];
    g[GEWEKE_SEEN] = seen / total;
    g[GEWEKE_LOG_SEEN] = log(seen / total);
    g[GEWEKE_ALPHA_FIRST] = c->alpha * g[GEWEKE_FIRST];
    g[GEWEKE_ALPHA_LAST] = c->alpha * share;
    g[GEWEKE_PRODUCT] = g[GEWEKE_FIRST] * c->on[0][1] * c->on[0][2];
}

static void geweke(struct latent_model *m)
{
    static double prior[GEWEKE_COUNT][GEWEKE_CHAINS * GEWEKE_LENGTH];
    static double chain[GEWEKE_COUNT][GEWEKE_CHAINS * GEWEKE_LENGTH];
    double cells[COUNT_CELLS_MAX], seen, total, g[GEWEKE_COUNT];
    for (unsigned i = 0; i < GEWEKE_CHAINS; i++) {
        struct latent_chain c;
        assert_int_equal(latent_chain_init(&c, m, 11, i), 0);
        for (size_t t = 0; t < GEWEKE_LENGTH; t++) {
            draw_prior(&c);
            seen = probabilities(&c, cells, &total);
            look_at(&c, seen, total, g);
            for (size_t k = 0; k < GEWEKE_COUNT; k++)
                prior[k][i * GEWEKE_LENGTH + t] = g[k];
        }
        for (size_t t = 0; t < 4 * GEWEKE_LENGTH; t++) {
            seen = probabilities(&c, cells, &total);
            draw_table(&c, m, cells, seen);
            latent_chain_sweep(&c);
            seen = probabilities(&c, cells, &total);
            look_at(&c, seen, total, g);
            for (size_t k = 0; k < GEWEKE_COUNT; k++)
                chain[k][i * GEWEKE_LENGTH + t / 4] = g[k];
        }
        latent_chain_release(&c);
    }
    for (size_t k = 0; k < GEWEKE_COUNT; k++) {
        const size_t draws = GEWEKE_CHAINS * GEWEKE_LENGTH;
        struct chains met;
        double mean = 0, expected = 0, variance = 0;
        assert_int_equal(chains_diagnose(chain[k], GEWEKE_CHAINS, GEWEKE_LENGTH, 0.1, 0.9, &met),
                         0);
        for (size_t i = 0; i < draws; i++) {
            mean += chain[k][i] / (double)draws;
            expected += prior[k][i] / (double)draws;
        }
        for (size_t i = 0; i < draws; i++)
            variance += (prior[k][i] - expected) * (prior[k][i] - expected) / (double)draws;
        double error = sqrt(variance * (1 / met.effective + 1 / (double)draws));
        if (!(met.effective > 1000 && fabs(mean - expected) < 4 * error))
            fail_msg("%zu: %g, not %g +- %g (effective %.0f)", k, mean, expected, error,
                     met.effective);
    }
}

static void test_prior_comes_back(void **state)
{
    (void)state;
    for (unsigned moves = 0; moves < 2; moves++) {
        struct latent_model m = {.lists = 3,
                                 .histories = 8,
                                 .classes = 4,
                                 .alpha_shape = 3,
                                 .alpha_rate = 2,
                                 .moves = 6 * moves,
                                 .n = 8};
        geweke(&m);
        m.lists = 4;
        m.histories = 16;
        m.classes = 2;
        m.alpha_shape = 1;
        m.n = 5;
        m.moves = 12 * moves;
        geweke(&m);
    }
}

/* The moves leave the posterior as it is without them. */
static void test_moves_change_nothing_but_speed(void **state)
{
    (void)state;
    struct count_table t = {.lists = 3, .cells = {0, 14, 9, 5, 12, 3, 6, 2}};
    struct latent_options options = {.effective = 20000, .sweeps_max = 40000};
    struct count_estimate with = estimate(&t, &options, 3);
    options.plain = true;
    struct count_estimate without = estimate(&t, &options, 4);
    assert_true(with.has_spread && without.has_spread);
    static const double p[] = {0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975};
    for (size_t i = 0; i < COUNT_OF(p); i++) {
        double a = count_spread_quantile(with.spread, p[i]);
        double b = count_spread_quantile(without.spread, p[i]);
        /* Four standard errors of p, by the slope of the spread, and the whole numbers. */
        double error = 4 * sqrt(2 * p[i] * (1 - p[i]) / 4000);
        double above = count_spread_quantile(with.spread, fmin(p[i] + error, 1));
        double below = count_spread_quantile(with.spread, fmax(p[i] - error, 0));
        if (!(b <= above + 1 && b >= below - 1))
            fail_msg("quantile %g is %g, not %g (%g to %g)", p[i], b, a, below, above);
    }
}

static void assert_same(const struct count_estimate *a, const struct count_estimate *b)
{
    assert_true(a->n == b->n && a->low == b->low && a->high == b->high);
    assert_true(a->mean == b->mean && a->mode == b->mode && a->warnings == b->warnings);
    assert_memory_equal(a->spread, b->spread, sizeof a->spread);
    assert_string_equal(a->model, b->model);
    assert_string_equal(a->detail, b->detail);
}

static void test_threads_and_seeds(void **state)
{
    (void)state;
    struct count_table t = published_deaths();
    struct latent_options options = {.sweeps_max = 8000};
    struct count_estimate alone = estimate(&t, &options, 5), again, other;
    struct workers *workers = workers_new(2);
    assert_non_null(workers);
    struct count_means means = {.workers = workers, .seed = 5};
    assert_int_equal(latent_estimate(&t, &options, &means, &again), 0);
    workers_free(workers);
    assert_same(&alone, &again);
    other = estimate(&t, &options, 6);
    assert_true(memcmp(other.spread, alone.spread, sizeof other.spread) != 0);
    assert_true(fabs(other.n - alone.n) < 5);
}

static struct count_table turned(const struct count_table *t, const unsigned *to)
{
    struct count_table result = {.lists = t->lists};
    for (unsigned h = 0; h < 1u << t->lists; h++) {
        unsigned history = 0;
        for (unsigned j = 0; j < t->lists; j++)
            history |= (h >> j & 1) << to[j];
        result.cells[history] = t->cells[h];
    }
    return result;
}

static void test_order_of_lists(void **state)
{
    (void)state;
    struct count_table t = published_deaths(), u = turned(&t, (unsigned[]){2, 0, 1});
    struct latent_options options = {.effective = 4000};
    struct count_estimate a = estimate(&t, &options, 7), b = estimate(&u, &options, 8);
    assert_true(fabs(a.n - b.n) < 4);
    assert_true(fabs(a.low - b.low) < 4);
    assert_true(fabs(a.high - b.high) < 40);
}

/* A list that holds nobody says nothing. */
static void test_empty_list(void **state)
{
    (void)state;
    struct count_table t = published_deaths();
    struct count_table u = {.lists = 4};
    for (unsigned h = 1; h < 8; h++)
        u.cells[(h & 1) | (h & 6) << 1] = t.cells[h];
    struct latent_options options = {.sweeps_max = 8000};
    struct count_estimate a = estimate(&t, &options, 9), b = estimate(&u, &options, 9);
    assert_true(count_estimate_has(&b, COUNT_WARN_EMPTY_LIST));
    assert_false(count_estimate_has(&a, COUNT_WARN_EMPTY_LIST));
    assert_true(a.n == b.n);
}

static void test_no_answer(void **state)
{
    (void)state;
    struct count_table two = {.lists = 2, .cells = {0, 10, 20, 5}};
    struct count_estimate e = estimate(&two, NULL, 1);
    assert_true(count_estimate_has(&e, COUNT_WARN_TOO_FEW_LISTS) && !e.given);
    struct count_table apart = {.lists = 3, .cells = {0, 10, 20, 0, 30}};
    e = estimate(&apart, NULL, 1);
    assert_true(count_estimate_has(&e, COUNT_WARN_APART) && !e.given);
    struct count_table nobody = {.lists = 3};
    e = estimate(&nobody, NULL, 1);
    assert_true(count_estimate_has(&e, COUNT_WARN_TOO_FEW_LISTS) && !e.given);
}

static void test_odd_tables(void **state)
{
    (void)state;
    static const struct count_table tables[] = {
        {3, {0, 1, 1, 1, 1, 0, 1, 0}},
        {3, {0, 0, 0, 0, 0, 0, 0, 5}},
        {3, {0, 0, 0, 40, 0, 0, 0, 1}},
        {3, {0, 30, 0, 0, 0, 0, 0, 20}},
        {3, {0, 0, 0, 7, 0, 9, 8, 0}},
        {3, {0, 500000, 0, 1, 0, 0, 1, 0}},
        {4, {0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1}},
        {5, {[1] = 3, [2] = 2, [31] = 1}},
        {3, {0, 1u << 30, 1u << 30, 1u << 20, 1u << 30, 5, 1, 0}},
    };
    struct latent_options options = {.sweeps_max = 3000};
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        struct count_estimate e = estimate(&tables[i], &options, i);
        assert_sound(&e, count_table_n(&tables[i]));
    }
}

/* The package draws the unseen anew when they are more than 20 times those seen. Here many are. */
static void test_a_long_tail_is_kept(void **state)
{
    (void)state;
    struct count_table t = {.lists = 3, .cells = {0, 60, 50, 1, 40, 0, 1, 0}};
    struct latent_options options = {.sweeps_max = 40000};
    struct count_estimate e = estimate(&t, &options, 1);
    assert_sound(&e, 152);
    assert_true(e.has_spread);
    assert_true(e.spread[COUNT_SPREAD - 10] > 21 * 152);
    assert_true(e.spread[COUNT_SPREAD - 1] > 2 * e.spread[COUNT_SPREAD - 20]);
    assert_true(e.high > 21 * 152);
}

/* More unseen than can be counted: the limit stands there as such, and there is no upper one. */
static void test_more_than_can_be_counted(void **state)
{
    (void)state;
    uint64_t many = UINT64_C(1) << 50;
    struct count_table t = {.lists = 3,
                            .cells = {0, many, many, many >> 7, many, many >> 7, many >> 7, 1}};
    struct latent_options options = {.sweeps_max = 2000};
    struct count_estimate e = estimate(&t, &options, 1);
    assert_sound(&e, count_table_n(&t));
    assert_non_null(strstr(e.detail, "too many to be counted"));
    assert_true(count_estimate_has(&e, COUNT_WARN_NO_UPPER_LIMIT) && !e.has_interval);
}

static void test_too_few_classes(void **state)
{
    (void)state;
    struct count_table t = published_kosovo();
    struct latent_options options = {.classes = 2, .sweeps_max = 3000};
    struct count_estimate e = estimate(&t, &options, 1);
    assert_non_null(strstr(e.detail, "use more than 2 classes"));
    assert_non_null(strstr(e.model, "2 classes"));
}

/* What has not come to an end is said. */
static void test_short_chains_are_told(void **state)
{
    (void)state;
    struct count_table t = published_kosovo();
    struct latent_options options = {.sweeps_max = 1000};
    struct count_estimate e = estimate(&t, &options, 1);
    assert_true(e.given);
    assert_true(count_estimate_has(&e, COUNT_WARN_FEW_DRAWS));
    assert_non_null(strstr(e.detail, "Effective draws: "));
    assert_true(count_estimate_has(&e, COUNT_WARN_CHAINS_APART));
    assert_non_null(strstr(e.detail, "R-hat is "));
}

static void stop_soon(void *arg, const char *what, uint64_t done, uint64_t total)
{
    struct watch *watch = arg;
    assert_string_equal(what, "latent classes");
    assert_true(done < total);
    if (done > 0)
        atomic_store(&watch->stop, true);
}

static void test_stopped(void **state)
{
    (void)state;
    struct count_table t = published_kosovo();
    struct watch watch = {.progress = stop_soon, .arg = &watch};
    struct count_means means = {.watch = &watch, .seed = 1};
    struct count_estimate e;
    assert_int_equal(latent_estimate(&t, NULL, &means, &e), 0);
    assert_true(count_estimate_has(&e, COUNT_WARN_UNFINISHED) && !e.given);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct count_table t = published_deaths();
    struct latent_options options = {.sweeps_max = 1000};
    struct count_means means = {.seed = 1};
    struct count_estimate e;
    uint64_t nth = 1;
    for (;; nth++) {
        mem_fail_from(nth);
        int error = latent_estimate(&t, &options, &means, &e);
        mem_fail_from(0);
        if (error == 0)
            break;
        assert_int_equal(error, E_NOMEM);
        assert_false(e.given);
    }
    assert_true(nth > 10);
    assert_true(e.given);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kosovo),
        cmocka_unit_test(test_prior_comes_back),
        cmocka_unit_test(test_moves_change_nothing_but_speed),
        cmocka_unit_test(test_threads_and_seeds),
        cmocka_unit_test(test_order_of_lists),
        cmocka_unit_test(test_empty_list),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_odd_tables),
        cmocka_unit_test(test_a_long_tail_is_kept),
        cmocka_unit_test(test_more_than_can_be_counted),
        cmocka_unit_test(test_too_few_classes),
        cmocka_unit_test(test_short_chains_are_told),
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
