/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Patterns drawn from a known m, u and share of matches: the estimate must come near them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "link/em.h"
#include "prop.h"

#define FIELDS 5

struct world {
    unsigned fields, levels;
    double m[LINK_FIELDS_MAX][LINK_LEVELS_MAX], u[LINK_FIELDS_MAX][LINK_LEVELS_MAX];
    double missing;
    /* Share of pairs of a class in which field 1 copies the level of field 0. */
    double copied[LINK_CLASSES];
    uint64_t matches, others;
    bool others_known; /* besides, a list's own pairs */
};

static struct world usual_world(void)
{
    struct world w = {.fields = FIELDS, .levels = 4, .missing = 0.1};
    for (unsigned f = 0; f < FIELDS; f++) {
        double m[] = {0, 0.04 + 0.02 * f, 0.1, 0.86 - 0.02 * f};
        double u[] = {0, 0.97 - 0.01 * f, 0.02, 0.01 + 0.01 * f};
        memcpy(w.m[f], m, sizeof m);
        memcpy(w.u[f], u, sizeof u);
    }
    w.matches = 20000;
    w.others = 2000000;
    return w;
}

static unsigned draw_level(const double *shares, unsigned levels, struct rng *rng)
{
    double chance = rng_unit(rng), sum = 0;
    for (unsigned level = 1; level < levels; level++) {
        sum += shares[level];
        if (chance < sum)
            return level;
    }
    return levels - 1;
}

static void draw_pairs(const struct world *w, enum link_class class, struct rng *rng,
                       struct link_patterns *t)
{
    uint64_t pairs = class == LINK_M ? w->matches : w->others;
    for (uint64_t i = 0; i < pairs; i++) {
        struct link_pattern p = {.passes = 0};
        for (unsigned f = 0; f < w->fields; f++)
            p.code[f] = (uint8_t)draw_level(class == LINK_M ? w->m[f] : w->u[f], w->levels, rng);
        if (rng_unit(rng) < w->copied[class])
            p.code[1] = p.code[0];
        for (unsigned f = 0; f < w->fields; f++)
            p.code[f] = rng_unit(rng) < w->missing ? 0 : p.code[f];
        assert_int_equal(link_patterns_add(t, &p, 1), 0);
    }
}

static void start_model(const struct world *w, struct link_model *model)
{
    *model = (struct link_model){.fields = w->fields, .coverage = 1};
    for (unsigned f = 0; f < w->fields; f++) {
        model->field[f].kind = LINK_OTHER;
        model->field[f].levels = w->levels;
        model->field[f].of[LINK_U].parent = model->field[f].of[LINK_M].parent = -1;
        link_model_prior_m(LINK_OTHER, w->levels, model->field[f].of[LINK_M].share);
        for (unsigned level = 1; level < w->levels; level++)
            model->field[f].of[LINK_U].share[level] = 1.0 / (w->levels - 1);
    }
    assert_true(link_model_set_order(model));
}

/* All pairs are there, each once. */
static int estimate(const struct world *w, const struct link_patterns *t, struct workers *workers,
                    struct link_model *model, struct link_em_result *result)
{
    struct link_em_input *in = test_calloc(1, sizeof *in);
    uint32_t *free_fields = test_calloc(t->count + 1, sizeof *free_fields);
    for (size_t i = 0; i < t->count; i++)
        free_fields[i] = UINT32_MAX;
    *in = (struct link_em_input){.patterns = t->slots,
                                 .count = t->count,
                                 .free_fields = free_fields,
                                 .found_weight = 1,
                                 .pairs_possible = (double)(w->matches + w->others),
                                 .records = sqrt(2.0 * (double)(w->matches + w->others)),
                                 .coverage = 1};
    double others[LINK_FIELDS_MAX][LINK_LEVELS_MAX] = {{0}};
    for (unsigned f = 0; f < w->fields && w->others_known; f++) {
        for (unsigned level = 1; level < w->levels; level++)
            others[f][level] = 100000 * w->u[f][level];
        in->others = others;
    }
    if (w->matches > 4 * (uint64_t)in->records)
        in->records = (double)w->matches;
    start_model(w, model);
    int error = link_em_run(in, workers, NULL, model, result);
    test_free(free_fields);
    test_free(in);
    return error;
}

static void simulate(const struct world *w, uint64_t seed, struct link_model *model,
                     struct link_em_result *result)
{
    struct link_patterns t;
    struct rng rng;
    rng_init(&rng, seed, 0);
    link_patterns_init(&t);
    draw_pairs(w, LINK_M, &rng, &t);
    draw_pairs(w, LINK_U, &rng, &t);
    link_patterns_settle(&t);
    assert_int_equal(estimate(w, &t, NULL, model, result), 0);
    link_patterns_release(&t);
}

static void assert_near(double found, double truth, double slack)
{
    if (fabs(found - truth) > slack)
        fail_msg("%g is not within %g of %g", found, slack, truth);
}

static void finds_m_u_and_the_share(void **state)
{
    (void)state;
    struct prop prop = prop_start("finds_m_u_and_the_share");
    struct world w = usual_world();
    struct link_model model;
    struct link_em_result result;
    simulate(&w, prop_u64(&prop), &model, &result);
    double truth = (double)w.matches / (double)(w.matches + w.others);
    assert_near(model.match_share / truth, 1, 0.03);
    assert_near(result.matches / (double)w.matches, 1, 0.03);
    for (unsigned f = 0; f < FIELDS; f++) {
        for (unsigned level = 1; level < w.levels; level++) {
            assert_near(model.field[f].of[LINK_M].share[level], w.m[f][level], 0.02);
            assert_near(model.field[f].of[LINK_U].share[level], w.u[f][level], 0.002);
        }
    }
}

static void finds_few_among_many(void **state)
{
    (void)state;
    struct prop prop = prop_start("finds_few_among_many");
    struct world w = usual_world();
    struct link_model model;
    struct link_em_result result;
    w.matches = 50;
    w.others = 120000;
    simulate(&w, prop_u64(&prop), &model, &result);
    assert_near(result.matches, 50, 15);
}

/* Where there is one field, and so nothing that tells the two kinds of pairs apart. */
static void finds_matches_by_one_field(void **state)
{
    (void)state;
    struct prop prop = prop_start("finds_matches_by_one_field");
    struct world w = usual_world();
    struct link_model model;
    struct link_em_result result;
    w.fields = 1;
    w.missing = 0;
    w.u[0][3] = 1e-5;
    w.u[0][2] = 1e-4;
    w.u[0][1] = 1 - 1.1e-4;
    w.matches = 1500;
    w.others = 2000000;
    w.others_known = true; /* without which none is found */
    simulate(&w, prop_u64(&prop), &model, &result);
    assert_near(result.matches / (double)w.matches, 0.95, 0.15);
}

static void finds_half_of_all(void **state)
{
    (void)state;
    struct prop prop = prop_start("finds_half_of_all");
    struct world w = usual_world();
    struct link_model model;
    struct link_em_result result;
    w.matches = 40000;
    w.others = 60000;
    simulate(&w, prop_u64(&prop), &model, &result);
    assert_near(model.match_share, 0.4, 0.01);
}

static void finds_nothing_where_nothing_is(void **state)
{
    (void)state;
    struct prop prop = prop_start("finds_nothing_where_nothing_is");
    struct world w = usual_world();
    struct link_model model;
    struct link_em_result result;
    w.matches = 0;
    w.others = 500000; /* a thousand records */
    for (unsigned f = 0; f < FIELDS; f++) {
        double same = 0.02 / (1 << 2 * f);
        w.u[f][3] = same;
        w.u[f][1] = 0.98 - same;
    }
    simulate(&w, prop_u64(&prop), &model, &result);
    assert_true(result.matches < 100);
    w.copied[LINK_U] = 0.3; /* also when fields of strangers hang together */
    simulate(&w, prop_u64(&prop), &model, &result);
    assert_true(result.matches < 150);
}

static bool are_joined(const struct link_model *model, enum link_class class)
{
    return model->field[0].of[class].parent == 1 || model->field[1].of[class].parent == 0;
}

static unsigned count_edges(const struct link_model *model, enum link_class class)
{
    unsigned edges = 0;
    for (unsigned f = 0; f < model->fields; f++)
        edges += model->field[f].of[class].parent >= 0;
    return edges;
}

static void sees_what_hangs_together(void **state)
{
    (void)state;
    struct prop prop = prop_start("sees_what_hangs_together");
    struct world w = usual_world();
    struct link_model model;
    struct link_em_result result;
    simulate(&w, prop_u64(&prop), &model, &result);
    assert_true(count_edges(&model, LINK_U) + count_edges(&model, LINK_M) <= 1);
    w.copied[LINK_U] = 0.2;
    simulate(&w, prop_u64(&prop), &model, &result);
    assert_true(are_joined(&model, LINK_U));
    assert_false(are_joined(&model, LINK_M));
    assert_near(result.matches / (double)w.matches, 1, 0.05);
    w.copied[LINK_U] = 0;
    w.copied[LINK_M] = 0.5;
    simulate(&w, prop_u64(&prop), &model, &result);
    assert_true(are_joined(&model, LINK_M));
    assert_near(result.matches / (double)w.matches, 1, 0.05);
}

/* Evidence that is counted twice would give odds of their square. */
static void does_not_count_twice(void **state)
{
    (void)state;
    struct prop prop = prop_start("does_not_count_twice");
    struct world w = usual_world();
    struct link_model model;
    struct link_em_result result;
    w.missing = 0;
    w.copied[LINK_U] = w.copied[LINK_M] = 1;
    simulate(&w, prop_u64(&prop), &model, &result);
    uint8_t levels[LINK_FIELDS_MAX] = {3, 3, 0, 0, 0};
    double u[LINK_FIELDS_MAX], m[LINK_FIELDS_MAX];
    link_model_terms(&model, LINK_U, levels, u);
    link_model_terms(&model, LINK_M, levels, m);
    double bits = log2(m[0] * m[1] / (u[0] * u[1]));
    assert_near(bits, log2(w.m[0][3] / w.u[0][3]), 0.15);
}

static void levels_are_monotone(void **state)
{
    (void)state;
    struct prop prop = prop_start("levels_are_monotone");
    struct world w = usual_world();
    struct link_model model;
    struct link_em_result result;
    w.matches = 30;
    w.others = 20000;
    w.levels = 7;
    for (unsigned f = 0; f < FIELDS; f++) {
        double m[] = {0, 0.05, 0.05, 0.05, 0.05, 0.1, 0.7};
        double u[] = {0, 0.9, 0.02, 0.02, 0.02, 0.02, 0.02};
        memcpy(w.m[f], m, sizeof m);
        memcpy(w.u[f], u, sizeof u);
    }
    for (int i = 0; i < 20; i++) {
        simulate(&w, prop_u64(&prop), &model, &result);
        for (unsigned f = 0; f < FIELDS; f++) {
            const struct link_model_field *field = &model.field[f];
            for (unsigned level = 2; level < w.levels; level++)
                assert_true(field->of[LINK_M].share[level] * field->of[LINK_U].share[level - 1] >=
                            field->of[LINK_M].share[level - 1] * field->of[LINK_U].share[level] *
                                0.999);
        }
    }
}

static void bears_what_says_nothing(void **state)
{
    (void)state;
    struct prop prop = prop_start("bears_what_says_nothing");
    struct world w = usual_world();
    struct link_model model;
    struct link_em_result result;
    /* A field that is the same everywhere. */
    memset(w.m[2], 0, sizeof w.m[2]);
    memset(w.u[2], 0, sizeof w.u[2]);
    w.m[2][3] = w.u[2][3] = 1;
    simulate(&w, prop_u64(&prop), &model, &result);
    assert_near(result.matches / (double)w.matches, 1, 0.05);
    assert_near(log2(model.field[2].of[LINK_M].share[3] / model.field[2].of[LINK_U].share[3]), 0,
                0.05);
    /* And one that nobody has, and nothing at all. */
    w.missing = 1;
    w.matches = 100;
    w.others = 10000;
    simulate(&w, prop_u64(&prop), &model, &result);
    assert_true(model.match_share > 0 && model.match_share < 0.5);
    w.matches = w.others = 0;
    simulate(&w, prop_u64(&prop), &model, &result);
    assert_true(result.matches == 0);
}

/* Only pairs that agree on field 0 or on field 1 are looked at, and random ones of the rest. */
static void is_not_bent_by_blocking(void **state)
{
    (void)state;
    struct prop prop = prop_start("is_not_bent_by_blocking");
    struct world w = usual_world();
    struct link_patterns all, seen;
    struct link_model model;
    struct link_em_result result;
    struct rng rng;
    w.missing = 0;
    rng_init(&rng, prop_u64(&prop), 0);
    link_patterns_init(&all);
    link_patterns_init(&seen);
    draw_pairs(&w, LINK_M, &rng, &all);
    draw_pairs(&w, LINK_U, &rng, &all);
    link_patterns_settle(&all);
    uint64_t outside = 0, sampled = 0;
    for (size_t i = 0; i < all.count; i++) {
        struct link_pattern p = all.slots[i].pattern;
        uint64_t pairs = all.slots[i].pairs;
        p.passes = (p.code[0] == 3) | (p.code[1] == 3) << 1;
        p.outside = p.passes == 0;
        outside += p.outside ? pairs : 0;
        uint64_t taken = 0;
        for (uint64_t k = 0; p.outside && k < pairs; k++)
            taken += rng_below(&rng, 20) == 0;
        sampled += taken;
        assert_int_equal(link_patterns_add(&seen, &p, p.outside ? taken : pairs), 0);
    }
    link_patterns_settle(&seen);
    uint32_t *free_fields = test_calloc(seen.count, sizeof *free_fields);
    for (size_t i = 0; i < seen.count; i++) {
        uint32_t passes = seen.slots[i].pattern.passes;
        free_fields[i] = (passes & 1 ? ~1u : 0) | (passes & 2 ? ~2u : 0);
    }
    struct link_em_input in = {.patterns = seen.slots,
                               .count = seen.count,
                               .free_fields = free_fields,
                               .found_weight = 1,
                               .outside_weight = (double)outside / (double)sampled,
                               .pairs_possible = (double)(w.matches + w.others),
                               .records = (double)w.matches,
                               .coverage = 1 - (1 - w.m[0][3]) * (1 - w.m[1][3])};
    start_model(&w, &model);
    assert_int_equal(link_em_run(&in, NULL, NULL, &model, &result), 0);
    double truth = (double)w.matches / (double)(w.matches + w.others);
    assert_near(model.match_share / truth, 1, 0.05);
    for (unsigned f = 0; f < FIELDS; f++) {
        assert_near(model.field[f].of[LINK_M].share[3], w.m[f][3], 0.02);
        assert_near(model.field[f].of[LINK_U].share[3], w.u[f][3], 0.002);
    }
    test_free(free_fields);
    link_patterns_release(&all);
    link_patterns_release(&seen);
}

static void threads_change_nothing(void **state)
{
    (void)state;
    struct world w = usual_world();
    struct link_patterns t;
    struct link_model one, three;
    struct link_em_result result;
    struct rng rng;
    rng_init(&rng, 5, 0);
    w.levels = 6;
    w.others = 300000;
    link_patterns_init(&t);
    draw_pairs(&w, LINK_M, &rng, &t);
    draw_pairs(&w, LINK_U, &rng, &t);
    link_patterns_settle(&t);
    struct workers *workers = workers_new(3);
    assert_non_null(workers);
    assert_int_equal(estimate(&w, &t, NULL, &one, &result), 0);
    assert_int_equal(estimate(&w, &t, workers, &three, &result), 0);
    assert_memory_equal(&one, &three, sizeof one);
    workers_free(workers);
    link_patterns_release(&t);
}

static void memory_may_end(void **state)
{
    (void)state;
    struct world w = usual_world();
    struct link_patterns t;
    struct link_model model;
    struct link_em_result result;
    struct rng rng;
    rng_init(&rng, 6, 0);
    w.others = 2000;
    w.matches = 100;
    link_patterns_init(&t);
    draw_pairs(&w, LINK_M, &rng, &t);
    draw_pairs(&w, LINK_U, &rng, &t);
    link_patterns_settle(&t);
    int error = E_NOMEM;
    for (uint64_t nth = 1; error == E_NOMEM && nth < 1000; nth++) {
        mem_fail_from(nth);
        error = estimate(&w, &t, NULL, &model, &result);
        mem_fail_from(0);
        assert_true(error == 0 || (error == E_NOMEM && nth < 999));
    }
    struct watch watch = {.progress = NULL};
    atomic_store(&watch.stop, true);
    struct link_em_input in = {.patterns = t.slots, .pairs_possible = 1, .records = 1};
    start_model(&w, &model);
    assert_int_equal(link_em_run(&in, NULL, &watch, &model, &result), E_STOPPED);
    link_patterns_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_m_u_and_the_share),
        cmocka_unit_test(finds_few_among_many),
        cmocka_unit_test(finds_matches_by_one_field),
        cmocka_unit_test(finds_half_of_all),
        cmocka_unit_test(finds_nothing_where_nothing_is),
        cmocka_unit_test(sees_what_hangs_together),
        cmocka_unit_test(does_not_count_twice),
        cmocka_unit_test(levels_are_monotone),
        cmocka_unit_test(bears_what_says_nothing),
        cmocka_unit_test(is_not_bent_by_blocking),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
