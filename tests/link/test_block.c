/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Passes are chosen within the budget, and find what they are expected to find. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "fake.h"
#include "link/block_choose.h"
#include "prop.h"

static void choose(const struct link_universe *u, uint64_t pairs_max, struct workers *w,
                   struct link_plan *plan)
{
    struct link_matches *matches = link_matches_invent(u, 1);
    assert_non_null(matches);
    link_plan_init(plan);
    assert_int_equal(link_plan_choose(plan, u, matches, pairs_max, w, NULL), 0);
    link_matches_free(matches);
}

static double count_found(const struct link_plan *plan, const struct link_universe *u)
{
    const struct link_records *r = u->records;
    uint32_t count = u->count;
    uint32_t *first = test_calloc(count, sizeof *first);
    double found = 0, all = 0;
    for (uint32_t i = 0; i < count; i++)
        first[i] = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t person = fake_person(r, i);
        if (first[person] == UINT32_MAX) {
            first[person] = i;
            continue;
        }
        all++;
        found += link_plan_passes_of(plan, u, first[person], i) != 0;
    }
    test_free(first);
    return found / all;
}

static void the_budget_is_kept(void **state)
{
    (void)state;
    struct prop prop = prop_start("the_budget_is_kept");
    struct fake_options o = {.seed = prop_u64(&prop), .persons = 30000, .duplicated = 0.3};
    fake_usual(&o);
    struct link_records *r = fake_new(&o);
    struct link_universe u;
    assert_int_equal(link_universe_init(&u, r, LINK_WITHIN), 0);
    double coverage = 0;
    for (uint64_t each = 1; each <= 64; each *= 8) {
        struct link_plan plan;
        choose(&u, each * u.count, NULL, &plan);
        uint64_t pairs = 0;
        for (unsigned p = 0; p < plan.passes; p++)
            pairs += plan.pass[p].pairs;
        assert_int_equal(pairs, plan.pairs);
        assert_true(pairs <= each * u.count);
        double found = count_found(&plan, &u);
        assert_true(found > coverage - 0.02);
        coverage = found;
        link_plan_release(&plan);
    }
    assert_true(coverage > 0.97);
    link_universe_release(&u);
    fake_free(r);
}

/* Most records are as many others are: their blocks are cut, and they are not left alone. */
static void what_many_agree_on_is_looked_at_too(void **state)
{
    (void)state;
    struct fake_options o = {.seed = 7, .persons = 20000, .duplicated = 0.3, .fields = 2};
    for (unsigned f = 0; f < o.fields; f++)
        o.field[f] = (struct fake_field){.classes = 4, .levels = 3, .m = {0, 0.02, 0.98}};
    struct link_records *r = fake_new(&o);
    struct link_universe u;
    struct link_plan plan;
    assert_int_equal(link_universe_init(&u, r, LINK_WITHIN), 0);
    choose(&u, 64 * u.count, NULL, &plan);
    assert_true(plan.passes > 0 && plan.pairs > 0 && plan.pairs <= 64 * u.count);
    link_plan_release(&plan);
    link_universe_release(&u);
    fake_free(r);
}

/* Matches drawn from true ones: what is expected is found. */
static void what_is_expected_is_found(void **state)
{
    (void)state;
    struct prop prop = prop_start("what_is_expected_is_found");
    struct fake_options o = {.seed = prop_u64(&prop), .persons = 20000, .duplicated = 0.5};
    fake_usual(&o);
    for (unsigned f = 0; f < o.fields; f++) { /* matches that are hard to find */
        o.field[f].m[1] += 0.2;
        o.field[f].m[o.field[f].levels - 1] -= 0.2;
    }
    struct link_records *r = fake_new(&o);
    struct link_universe u;
    struct link_plan plan, all = {.all = true};
    assert_int_equal(link_universe_init(&u, r, LINK_WITHIN), 0);
    struct link_pair *pairs = test_calloc(u.count, sizeof *pairs);
    size_t count = 0;
    for (uint32_t i = 0; i + 1 < u.count; i++) {
        if (fake_person(r, i) == fake_person(r, i + 1))
            pairs[count++] = (struct link_pair){i, i + 1};
    }
    struct link_matches *matches = link_matches_draw(&u, &all, pairs, count, 5);
    assert_non_null(matches);
    link_plan_init(&plan);
    assert_int_equal(link_plan_choose(&plan, &u, matches, 20 * u.count, NULL, NULL), 0);
    double found = count_found(&plan, &u);
    assert_true(fabs(found - plan.coverage) < 0.02);
    double first = 0;
    for (size_t i = 0; i < count; i++)
        first += link_plan_passes_of(&plan, &u, pairs[i].a, pairs[i].b) & 1;
    assert_true(fabs(first / (double)count - plan.pass[0].found) < 0.03);
    test_free(pairs);
    link_matches_free(matches);
    link_plan_release(&plan);
    link_universe_release(&u);
    fake_free(r);
}

static void what_says_nothing_is_not_used(void **state)
{
    (void)state;
    struct fake_options o = {.seed = 4, .persons = 20000, .duplicated = 0.3};
    fake_usual(&o);
    o.field[0].classes = 1;
    o.field[1].missing = 1;
    struct link_records *r = fake_new(&o);
    struct link_universe u;
    struct link_plan plan;
    assert_int_equal(link_universe_init(&u, r, LINK_WITHIN), 0);
    choose(&u, 50 * u.count, NULL, &plan);
    assert_true(plan.passes > 0);
    for (unsigned p = 0; p < plan.passes; p++) {
        const struct link_pass *pass = &plan.pass[p];
        assert_true(pass->key[0].field > 1 || pass->keys > 1);
        for (unsigned k = 0; k < pass->keys; k++)
            assert_int_not_equal(pass->key[k].field, 1);
    }
    link_plan_release(&plan);
    link_universe_release(&u);
    fake_free(r);
}

/* Whatever the threads and the rows' order. */
static void the_choice_is_one(void **state)
{
    (void)state;
    struct fake_options o = {.seed = 9, .persons = 20000, .duplicated = 0.3};
    fake_usual(&o);
    struct link_plan first;
    struct workers *w = workers_new(3);
    assert_non_null(w);
    for (unsigned i = 0; i < 3; i++) {
        o.shuffle = i;
        struct link_records *r = fake_new(&o);
        struct link_universe u;
        struct link_plan plan;
        assert_int_equal(link_universe_init(&u, r, LINK_WITHIN), 0);
        choose(&u, 50 * u.count, i % 2 ? w : NULL, &plan);
        if (i == 0) {
            first = plan;
        } else {
            assert_int_equal(plan.passes, first.passes);
            for (unsigned p = 0; p < plan.passes; p++) {
                assert_memory_equal(plan.pass[p].key, first.pass[p].key, sizeof plan.pass[p].key);
                assert_int_equal(plan.pass[p].pairs, first.pass[p].pairs);
                assert_true(plan.pass[p].added == first.pass[p].added);
            }
            link_plan_release(&plan);
        }
        link_universe_release(&u);
        fake_free(r);
    }
    link_plan_release(&first);
    workers_free(w);
}

static void small_sets_need_no_passes(void **state)
{
    (void)state;
    for (uint32_t persons = 0; persons < 4; persons++) {
        struct fake_options o = {.seed = 9, .persons = persons};
        fake_usual(&o);
        struct link_records *r = fake_new(&o);
        struct link_universe u;
        struct link_plan plan;
        assert_int_equal(link_universe_init(&u, r, LINK_WITHIN | LINK_BETWEEN), 0);
        assert_int_equal(u.pairs, persons * (persons ? persons - 1 : 0) / 2);
        choose(&u, 100, NULL, &plan);
        assert_true(plan.all);
        assert_true(plan.coverage == 1);
        link_plan_release(&plan);
        link_universe_release(&u);
        fake_free(r);
    }
}

/* The universe counts what its lists allow. */
static void lists_bound_the_pairs(void **state)
{
    (void)state;
    struct prop prop = prop_start("lists_bound_the_pairs");
    for (int i = 0; i < 40; i++) {
        struct fake_options o = {.seed = prop_u64(&prop),
                                 .persons = (uint32_t)prop_below(&prop, 80),
                                 .duplicated = 0.8,
                                 .more = (unsigned)prop_below(&prop, 4),
                                 .lists = (unsigned)prop_below(&prop, 5),
                                 .unique = prop_below(&prop, 2)};
        fake_usual(&o);
        struct link_records *r = fake_new(&o);
        struct link_universe u;
        unsigned scope = 1 + (unsigned)prop_below(&prop, 3);
        assert_int_equal(link_universe_init(&u, r, scope), 0);
        uint64_t possible = 0;
        for (uint32_t a = 0; a < u.count; a++) {
            assert_int_equal(u.order[u.rank[a]], a);
            for (uint32_t b = a + 1; b < u.count; b++) {
                bool inner = link_records_list_of(r, a) == link_records_list_of(r, b);
                bool has = inner ? (scope & LINK_WITHIN) && !o.unique : scope & LINK_BETWEEN;
                assert_int_equal(link_universe_has(&u, a, b), has);
                possible += has;
            }
        }
        assert_int_equal(u.pairs, possible);
        link_universe_release(&u);
        fake_free(r);
    }
}

static void memory_may_end(void **state)
{
    (void)state;
    struct fake_options o = {.seed = 1, .persons = 400, .duplicated = 0.3};
    fake_usual(&o);
    struct link_records *r = fake_new(&o);
    int error = E_NOMEM;
    for (uint64_t nth = 1; error == E_NOMEM; nth++) {
        struct link_universe u;
        struct link_plan plan;
        struct link_matches *matches = NULL;
        link_plan_init(&plan);
        mem_fail_from(nth);
        error = link_universe_init(&u, r, LINK_WITHIN);
        if (error == 0) {
            matches = link_matches_invent(&u, 1);
            error = matches ? link_plan_choose(&plan, &u, matches, 500, NULL, NULL) : E_NOMEM;
            mem_fail_from(0);
            link_matches_free(matches);
            link_plan_release(&plan);
            link_universe_release(&u);
        }
        mem_fail_from(0);
        assert_true(nth < 5000);
    }
    assert_int_equal(error, 0);
    fake_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_budget_is_kept),
        cmocka_unit_test(what_many_agree_on_is_looked_at_too),
        cmocka_unit_test(what_is_expected_is_found),
        cmocka_unit_test(what_says_nothing_is_not_used),
        cmocka_unit_test(the_choice_is_one),
        cmocka_unit_test(small_sets_need_no_passes),
        cmocka_unit_test(lists_bound_the_pairs),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
