/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/error.h"
#include "base/mem.h"
#include "fake.h"
#include "link/learn.h"
#include "link/score.h"
#include "prop.h"

struct bench {
    struct link_records *records;
    struct link_universe universe;
    struct link_plan plan;
    struct link_model model;
    struct link_scorer *scorer;
    struct link_scoring *scoring;
};

static void set_up(struct bench *b, uint64_t seed)
{
    struct fake_options o = {.seed = seed, .persons = 700, .duplicated = 0.4};
    fake_usual(&o);
    o.field[4] = (struct fake_field){
        LINK_PLACE, 3, 40, .m = {0, 0.2, 0.8}, .follows = 4, .follows_share = 0.9, .moves = 0.1};
    b->records = fake_new(&o);
    assert_int_equal(link_universe_init(&b->universe, b->records, LINK_WITHIN), 0);
    link_plan_init(&b->plan);
    struct link_settings settings = {.seed = seed};
    assert_int_equal(link_learn(&b->universe, &settings, NULL, NULL, &b->plan, &b->model), 0);
    assert_int_equal(link_scorer_new(&b->model, b->records, &b->scorer), 0);
    b->scoring = link_scoring_new(b->scorer);
    assert_non_null(b->scoring);
}

static void tear_down(struct bench *b)
{
    link_scoring_free(b->scoring);
    link_scorer_free(b->scorer);
    link_plan_release(&b->plan);
    link_universe_release(&b->universe);
    fake_free(b->records);
}

static void all_ways_agree(void **state)
{
    (void)state;
    struct prop prop = prop_start("all_ways_agree");
    struct bench b;
    set_up(&b, prop_u64(&prop));
    unsigned likely = 0;
    for (int i = 0; i < 60000; i++) {
        uint32_t x = (uint32_t)prop_below(&prop, b.universe.count);
        uint32_t y = i % 2 ? x + 1 : (uint32_t)prop_below(&prop, b.universe.count);
        if (x == y || y >= b.universe.count)
            continue;
        float bits = link_score_pair(b.scoring, x, y);
        assert_true(link_score_pair(b.scoring, y, x) == bits);
        float least = link_score_least(b.scoring, x, y, LINK_EDGE_BITS_MIN);
        assert_true(bits >= LINK_EDGE_BITS_MIN ? least == bits : least < LINK_EDGE_BITS_MIN);
        likely += bits > 0;
        struct link_explanation e;
        link_score_explain(b.scoring, x, y, &e);
        double sum = e.prior_bits;
        for (unsigned f = 0; f < e.fields; f++) {
            sum += e.term[f].bits;
            if (e.term[f].level == LINK_LEVEL_MISSING)
                assert_true(e.term[f].bits == 0 && e.term[f].depends_on == -1);
        }
        assert_true(fabs(sum - e.bits) < 1e-9);
        assert_true(fabs(e.bits - bits) < 1e-3);
        assert_true(fabs(e.probability - 1 / (1 + exp2(-e.bits))) < 1e-9);
    }
    assert_true(likely > 100);
    tear_down(&b);
}

/* Both records' places agree, and their second places with them: that is one agreement. */
static void what_hangs_together_counts_once(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b, 11);
    assert_true(b.model.field[3].of[LINK_U].parent == 4 || b.model.field[4].of[LINK_U].parent == 3);
    unsigned seen = 0;
    for (uint32_t x = 0; x < b.universe.count; x++) {
        for (uint32_t y = x + 1; y < b.universe.count; y++) {
            struct link_explanation e;
            link_score_explain(b.scoring, x, y, &e);
            if (e.term[3].level != 2 || e.term[4].level != 2)
                continue;
            double both = e.term[3].bits + e.term[4].bits;
            double more = fmax(e.term[3].bits, e.term[4].bits);
            assert_true(both < more + 1);
            seen++;
        }
    }
    assert_true(seen > 100);
    tear_down(&b);
}

static void memory_may_end(void **state)
{
    (void)state;
    struct bench b;
    set_up(&b, 12);
    int error = E_NOMEM;
    for (uint64_t nth = 1; error == E_NOMEM; nth++) {
        struct link_scorer *scorer = NULL;
        struct link_scoring *scoring = NULL;
        mem_fail_from(nth);
        error = link_scorer_new(&b.model, b.records, &scorer);
        if (error == 0) {
            scoring = link_scoring_new(scorer);
            error = scoring ? 0 : E_NOMEM;
        }
        mem_fail_from(0);
        link_scoring_free(scoring);
        link_scorer_free(scorer);
        assert_true(nth < 100);
    }
    assert_int_equal(error, 0);
    tear_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ways_agree),
        cmocka_unit_test(what_hangs_together_counts_once),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
