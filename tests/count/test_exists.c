/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Two criteria that share nothing with exists.c: for three lists every pattern of zeros and every
 * model is searched for a direction of small whole numbers in which the likelihood rises for ever;
 * and for up to five lists iterative proportional fitting is watched, whether its smallest cell
 * settles or keeps falling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "count/exists.h"
#include "prop.h"

struct model {
    uint16_t sets[COUNT_CELLS_MAX];
    size_t count;
};

static bool in_model(const struct model *m, unsigned set)
{
    for (size_t i = 0; i < m->count; i++) {
        if (m->sets[i] == set)
            return true;
    }
    return false;
}

/* All subsets of the set join the model. */
static void add(struct model *m, unsigned set)
{
    for (unsigned s = 0; s <= set; s++) {
        if ((s & set) == s && !in_model(m, s))
            m->sets[m->count++] = (uint16_t)s;
    }
}

static struct model main_effects(unsigned lists)
{
    struct model m = {.count = 0};
    for (unsigned i = 0; i < lists; i++)
        add(&m, 1u << i);
    return m;
}

/* Main effects, and the pairs whose bit is set: 01, 02, 12, 03, ... */
static struct model with_pairs(unsigned lists, uint32_t pairs)
{
    struct model m = main_effects(lists);
    for (unsigned j = 1, bit = 0; j < lists; j++) {
        for (unsigned i = 0; i < j; i++, bit++) {
            if (pairs >> bit & 1)
                add(&m, 1u << i | 1u << j);
        }
    }
    return m;
}

static unsigned check(const struct count_table *t, const struct model *m)
{
    struct count_exists *e = count_exists_new(t->lists);
    assert_non_null(e);
    unsigned verdict = count_exists_check(e, t, m->sets, m->count);
    assert_int_equal(count_exists_check(e, t, m->sets, m->count), verdict);
    count_exists_free(e);
    return verdict;
}

/* The extended model and table, by definition: terms with nobody above them, and their cells. */
struct extended {
    struct model model;
    bool gone[COUNT_CELLS_MAX];
};

static uint64_t above(const struct count_table *t, unsigned set)
{
    uint64_t n = 0;
    for (unsigned h = 1; h < 1u << t->lists; h++)
        n += (h & set) == set ? t->cells[h] : 0;
    return n;
}

static struct extended extend(const struct count_table *t, const struct model *m)
{
    struct extended x = {.model.count = 0};
    for (size_t i = 0; i < m->count; i++) {
        if (above(t, m->sets[i]) > 0) {
            x.model.sets[x.model.count++] = m->sets[i];
            continue;
        }
        for (unsigned h = 0; h < 1u << t->lists; h++)
            x.gone[h] |= (h & m->sets[i]) == m->sets[i];
    }
    return x;
}

/* What all b of small whole numbers say. */
static unsigned by_search(const struct count_table *t, const struct model *m)
{
    struct extended x = extend(t, m);
    size_t p = x.model.count;
    if (p == 0)
        return COUNT_EXISTS_NOT_FINITE;
    unsigned verdict = 0;
    int b[8];
    for (size_t j = 0; j < p; j++)
        b[j] = -2;
    for (bool more = true; more;) {
        bool any = false, zero_on_positive = true, rises = false, falls = false;
        for (size_t j = 0; j < p; j++)
            any |= b[j] != 0;
        for (unsigned h = 1; h < 8; h++) {
            int value = 0;
            for (size_t j = 0; j < p; j++)
                value += (x.model.sets[j] & h) == x.model.sets[j] ? b[j] : 0;
            if (t->cells[h] > 0)
                zero_on_positive &= value == 0;
            else if (!x.gone[h]) {
                rises |= value > 0;
                falls |= value < 0;
            }
        }
        if (zero_on_positive && rises && !falls)
            verdict |= COUNT_EXISTS_NOT_FINITE;
        if (any && zero_on_positive && !rises && !falls)
            verdict |= COUNT_EXISTS_NOT_IDENTIFIABLE;
        size_t j = 0;
        while (j < p && ++b[j] > 2)
            b[j++] = -2;
        more = j < p;
    }
    return verdict;
}

/* The smallest cell after so many rounds of fitting the margins of all maximal terms. */
static double smallest_fitted(const struct count_table *t, const struct extended *x, int rounds)
{
    unsigned cells = 1u << t->lists;
    double fitted[COUNT_CELLS_MAX], seen[COUNT_CELLS_MAX], now[COUNT_CELLS_MAX];
    for (unsigned h = 1; h < cells; h++)
        fitted[h] = x->gone[h] ? 0 : 1;
    for (int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < x->model.count; i++) {
            unsigned set = x->model.sets[i];
            memset(seen, 0, sizeof seen);
            memset(now, 0, sizeof now);
            for (unsigned h = 1; h < cells; h++) {
                seen[h & set] += (double)t->cells[h];
                now[h & set] += fitted[h];
            }
            for (unsigned h = 1; h < cells; h++)
                fitted[h] *= now[h & set] > 0 ? seen[h & set] / now[h & set] : 0;
        }
    }
    double smallest = 1e300;
    for (unsigned h = 1; h < cells; h++) {
        if (!x->gone[h] && fitted[h] < smallest)
            smallest = fitted[h];
    }
    return smallest;
}

static void only_maximal(struct model *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->count; i++) {
        bool maximal = true;
        for (size_t j = 0; j < m->count; j++)
            maximal &= j == i || (m->sets[i] & m->sets[j]) != m->sets[i];
        if (maximal)
            m->sets[kept++] = m->sets[i];
    }
    m->count = kept;
}

static bool settles(const struct count_table *t, const struct model *m, int rounds)
{
    struct extended x = extend(t, m);
    if (x.model.count == 0)
        return false;
    for (size_t i = 0; i < x.model.count; i++) {
        for (size_t j = i + 1; j < x.model.count; j++)
            assert_int_not_equal(x.model.sets[i], x.model.sets[j]);
    }
    only_maximal(&x.model);
    return smallest_fitted(t, &x, 4 * rounds) > 0.75 * smallest_fitted(t, &x, rounds);
}

/* Table 2 of Chan, Silverman and Vincent, and what its table 3 says of it. */
static void test_the_papers_example(void **state)
{
    (void)state;
    struct count_table t = {.lists = 3, .cells = {[1] = 40, [2] = 30, [4] = 20, [3] = 6}};
    const unsigned expected[8] = {
        0,                             /* main effects */
        COUNT_EXISTS_NOT_FINITE,       /* 12 */
        0,                             /* 13 */
        COUNT_EXISTS_NOT_FINITE,       /* 12 13 */
        0,                             /* 23 */
        COUNT_EXISTS_NOT_FINITE,       /* 12 23 */
        0,                             /* 13 23 */
        COUNT_EXISTS_NOT_IDENTIFIABLE, /* 12 13 23 */
    };
    for (uint32_t pairs = 0; pairs < 8; pairs++) {
        struct model m = with_pairs(3, pairs);
        assert_int_equal(check(&t, &m), expected[pairs]);
    }
}

static void test_three_lists_every_pattern(void **state)
{
    (void)state;
    for (unsigned positive = 0; positive < 256; positive += 2) {
        struct count_table t = {.lists = 3};
        for (unsigned h = 1; h < 8; h++)
            t.cells[h] = positive >> h & 1;
        for (uint32_t pairs = 0; pairs < 8; pairs++) {
            struct model m = with_pairs(3, pairs);
            assert_int_equal(check(&t, &m), by_search(&t, &m));
        }
    }
}

/* All 2,187 tables of three lists with up to two persons a cell, each under one of the models:
 * the counts themselves must not matter, and fitting must do what was said. */
static void test_three_lists_every_small_table(void **state)
{
    (void)state;
    struct count_exists *e = count_exists_new(3);
    assert_non_null(e);
    for (unsigned code = 1; code < 2187; code++) {
        struct count_table t = {.lists = 3};
        unsigned rest = code;
        for (unsigned h = 1; h < 8; h++, rest /= 3)
            t.cells[h] = rest % 3;
        struct model m = with_pairs(3, code % 8);
        bool finite = !(count_exists_check(e, &t, m.sets, m.count) & COUNT_EXISTS_NOT_FINITE);
        assert_int_equal(finite, settles(&t, &m, 200));
    }
    count_exists_free(e);
}

static struct count_table sparse_table(struct prop *prop, unsigned lists, unsigned of_ten)
{
    struct count_table t = {.lists = lists};
    for (unsigned h = 1; h < 1u << lists; h++)
        t.cells[h] = prop_below(prop, 10) < of_ten ? 1 + prop_below(prop, 3) : 0;
    return t;
}

static struct model any_model(struct prop *prop, unsigned lists)
{
    struct model m = main_effects(lists);
    unsigned terms = (unsigned)prop_below(prop, 2 * lists);
    for (unsigned i = 0; i < terms; i++) {
        unsigned set = (unsigned)prop_u64(prop) & (unsigned)prop_u64(prop) & ((1u << lists) - 1);
        if (set != (1u << lists) - 1)
            add(&m, set);
    }
    return m;
}

static void test_four_and_five_lists_by_fitting(void **state)
{
    (void)state;
    struct prop prop = prop_start("exists_fitting");
    unsigned finite_count = 0;
    for (int i = 0; i < 400; i++) {
        unsigned lists = 4 + i % 8 / 7;
        struct count_table t = sparse_table(&prop, lists, 2 + (unsigned)prop_below(&prop, 7));
        struct model m = any_model(&prop, lists);
        bool finite = !(check(&t, &m) & COUNT_EXISTS_NOT_FINITE);
        finite_count += finite;
        assert_int_equal(finite, settles(&t, &m, 300));
    }
    assert_in_range(finite_count, 40, 360);
}

static unsigned permute(unsigned set, const unsigned *order, unsigned lists)
{
    unsigned out = 0;
    for (unsigned i = 0; i < lists; i++)
        out |= (set >> i & 1) << order[i];
    return out;
}

static void test_the_order_of_lists_and_terms_is_nothing(void **state)
{
    (void)state;
    struct prop prop = prop_start("exists_order");
    for (int round = 0; round < 300; round++) {
        unsigned lists = 3 + (unsigned)prop_below(&prop, 6);
        struct count_table t = sparse_table(&prop, lists, 1 + (unsigned)prop_below(&prop, 4));
        struct count_table u = {.lists = lists};
        struct model m = any_model(&prop, lists), n = {.count = m.count};
        unsigned order[COUNT_LISTS_MAX];
        for (unsigned i = 0; i < lists; i++) {
            unsigned j = (unsigned)prop_below(&prop, i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        for (unsigned h = 1; h < 1u << lists; h++)
            u.cells[permute(h, order, lists)] = 7 * t.cells[h];
        for (size_t i = 0; i < m.count; i++)
            n.sets[m.count - 1 - i] = (uint16_t)permute(m.sets[i], order, lists);
        assert_int_equal(check(&t, &m), check(&u, &n));
    }
}

/* Chan, Silverman and Vincent, section 2.7: where the estimate is finite, it stays so without one
 * of the pairs that overlap. One object answers all, so that what it remembers is tried as well. */
static void test_fewer_pairs_never_harm(void **state)
{
    (void)state;
    struct prop prop = prop_start("exists_fewer");
    struct count_exists *e = count_exists_new(COUNT_LISTS_MAX);
    assert_non_null(e);
    for (int round = 0; round < 500; round++) {
        unsigned lists = 3 + (unsigned)prop_below(&prop, 6);
        struct count_table t = sparse_table(&prop, lists, 1 + (unsigned)prop_below(&prop, 3));
        uint32_t pairs = (uint32_t)prop_u64(&prop) & ((1u << (lists * (lists - 1) / 2)) - 1);
        struct model m = with_pairs(lists, pairs);
        unsigned verdict = count_exists_check(e, &t, m.sets, m.count);
        assert_int_equal(verdict, check(&t, &m));
        if (verdict & COUNT_EXISTS_NOT_FINITE)
            continue;
        for (unsigned j = 1, bit = 0; j < lists; j++) {
            for (unsigned i = 0; i < j; i++, bit++) {
                if (!(pairs >> bit & 1) || count_table_both(&t, i, j) == 0)
                    continue;
                struct model less = with_pairs(lists, pairs & ~(1u << bit));
                assert_false(count_exists_check(e, &t, less.sets, less.count) &
                             COUNT_EXISTS_NOT_FINITE);
            }
        }
    }
    count_exists_free(e);
}

static void test_edges(void **state)
{
    (void)state;
    struct count_table t = {.lists = 4};
    struct model m = main_effects(4);
    assert_int_equal(check(&t, &m), COUNT_EXISTS_NOT_FINITE); /* nobody */
    for (unsigned i = 0; i < 4; i++)
        t.cells[1u << i] = 10;
    assert_int_equal(check(&t, &m), COUNT_EXISTS_NOT_FINITE); /* all apart */
    t.cells[1 | 2] = 1;
    assert_int_equal(check(&t, &m), 0); /* one overlap is enough for main effects */
    for (unsigned h = 1; h < 16; h++)
        t.cells[h] = UINT64_C(1) << 40;
    add(&m, 1 | 2 | 4);
    add(&m, 1 | 2 | 8);
    add(&m, 1 | 4 | 8);
    add(&m, 2 | 4 | 8);
    assert_int_equal(check(&t, &m), 0); /* all terms but the last */
    add(&m, 15);
    assert_int_equal(check(&t, &m), COUNT_EXISTS_NOT_IDENTIFIABLE); /* saturated */
    /* A list with nobody is as if it were not there. */
    struct count_table one_empty = {.lists = 4, .cells = {[1] = 9, [2] = 9, [4] = 9, [3] = 1}};
    m = with_pairs(4, 1u << 1 | 1u << 3);
    assert_int_equal(check(&one_empty, &m), 0);
}

static void test_no_memory(void **state)
{
    (void)state;
    mem_fail_from(1);
    assert_null(count_exists_new(6));
    mem_fail_from(0);
    count_exists_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_papers_example),
        cmocka_unit_test(test_three_lists_every_pattern),
        cmocka_unit_test(test_three_lists_every_small_table),
        cmocka_unit_test(test_four_and_five_lists_by_fitting),
        cmocka_unit_test(test_the_order_of_lists_and_terms_is_nothing),
        cmocka_unit_test(test_fewer_pairs_never_harm),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
