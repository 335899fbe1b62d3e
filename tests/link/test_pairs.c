/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Every pair of a plan comes out once, whatever the threads, the parts and the order of the rows;
 * and the plan itself keeps to its budget. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fake.h"
#include "link/block_choose.h"
#include "link/pairs.h"
#include "prop.h"

struct seen {
    const struct link_records *records;
    uint64_t *pairs; /* origin numbers, smaller first, or SIZE_MAX: only counted */
    size_t count[4], capacity;
};

static int take(void *arg, unsigned worker, unsigned pass, const struct link_pair *pairs,
                size_t count)
{
    struct seen *s = arg;
    (void)pass;
    for (size_t i = 0; s->pairs && i < count; i++) {
        uint64_t a = fake_origin(s->records, pairs[i].a), b = fake_origin(s->records, pairs[i].b);
        size_t at = worker * (s->capacity / 4) + s->count[worker] + i;
        if (s->count[worker] + i >= s->capacity / 4)
            return E_TOO_LARGE;
        s->pairs[at] = a < b ? a << 32 | b : b << 32 | a;
    }
    s->count[worker] += count;
    return 0;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static struct seen new_seen(const struct link_records *r, size_t capacity)
{
    struct seen s = {.records = r, .capacity = capacity * 4};
    if (capacity)
        s.pairs = test_calloc(capacity * 4, sizeof *s.pairs);
    return s;
}

/* All workers' together, sorted. */
static size_t gather(struct seen *s)
{
    size_t count = s->count[0];
    for (unsigned i = 1; i < 4; i++) {
        memmove(s->pairs + count, s->pairs + i * (s->capacity / 4), s->count[i] * 8);
        count += s->count[i];
    }
    qsort(s->pairs, count, sizeof *s->pairs, by_number);
    return count;
}

static void run(const struct link_universe *u, const struct link_plan *plan, unsigned threads,
                uint32_t every, struct seen *s)
{
    struct link_pairs job = {
        .universe = u, .plan = plan, .every = every, .take = take, .arg = s, .what = "pairs"};
    struct workers *w = workers_new(threads);
    assert_non_null(w);
    assert_int_equal(link_pairs_run(&job, w, NULL), 0);
    workers_free(w);
}

static void add_pass(struct link_plan *plan, const struct link_universe *u, struct link_pass pass)
{
    bool added = false;
    assert_int_equal(link_plan_add(plan, u, &pass, UINT64_MAX, NULL, &added), 0);
    assert_true(added);
}

static struct fake_options random_options(struct prop *prop)
{
    struct fake_options o = {.seed = prop_u64(prop), .persons = 300, .duplicated = 0.5, .more = 2};
    fake_usual(&o);
    o.field[0].classes = 1 + (unsigned)prop_below(prop, 60);
    o.field[1].classes = 1 + (unsigned)prop_below(prop, 300);
    o.field[1].words = prop_below(prop, 2);
    o.field[2].classes = 1 + (unsigned)prop_below(prop, 40);
    o.lists = 1 + (unsigned)prop_below(prop, 3);
    o.unique = prop_below(prop, 2);
    return o;
}

static void plan_some(struct link_plan *plan, const struct link_universe *u, uint32_t block_max)
{
    struct link_pass one = {.key = {{1, 1}}, .keys = 1, .block_max = block_max},
                     two = {.key = {{0, 0}, {2, 1}}, .keys = 2, .block_max = block_max},
                     three = {.key = {{1, 1}, {3, 1}}, .keys = 2, .block_max = block_max};
    one.cut[one.cuts++] = (struct link_atom){2, 0};
    two.cut[two.cuts++] = (struct link_atom){3, 1};
    link_plan_init(plan);
    add_pass(plan, u, one);
    add_pass(plan, u, two);
    add_pass(plan, u, three);
}

/* What the stream gives is what comparing the blocks of all pairs gives. */
static void each_pair_comes_once(void **state)
{
    (void)state;
    struct prop prop = prop_start("each_pair_comes_once");
    for (int round = 0; round < 12; round++) {
        struct fake_options o = random_options(&prop);
        struct link_records *r = fake_new(&o);
        struct link_universe u;
        struct link_plan plan;
        unsigned scope = 1 + (unsigned)prop_below(&prop, 3);
        assert_int_equal(link_universe_init(&u, r, scope), 0);
        plan_some(&plan, &u, 1000000);
        struct seen s = new_seen(r, 400000);
        run(&u, &plan, 1 + (unsigned)prop_below(&prop, 3), 1, &s);
        size_t count = gather(&s), expected = 0, possible = 0;
        for (size_t i = 1; i < count; i++)
            assert_true(s.pairs[i] != s.pairs[i - 1]);
        for (uint32_t a = 0; a < u.count; a++) {
            for (uint32_t b = a + 1; b < u.count; b++) {
                possible += link_universe_has(&u, a, b);
                if (!link_universe_has(&u, a, b) || !link_plan_passes_of(&plan, &u, a, b))
                    continue;
                uint64_t key = (uint64_t)a << 32 | b;
                assert_non_null(bsearch(&key, s.pairs, count, sizeof key, by_number));
                expected++;
            }
        }
        assert_int_equal(count, expected);
        assert_int_equal(u.pairs, possible);
        test_free(s.pairs);
        link_plan_release(&plan);
        link_universe_release(&u);
        fake_free(r);
    }
}

static void all_pairs_are_all(void **state)
{
    (void)state;
    struct prop prop = prop_start("all_pairs_are_all");
    struct fake_options o = random_options(&prop);
    struct link_records *r = fake_new(&o);
    struct link_universe u;
    assert_int_equal(link_universe_init(&u, r, LINK_WITHIN | LINK_BETWEEN), 0);
    struct link_plan plan = {.all = true, .pairs = u.pairs};
    struct seen s = new_seen(r, 400000);
    run(&u, &plan, 2, 1, &s);
    size_t count = gather(&s);
    assert_int_equal(count, u.pairs);
    for (size_t i = 1; i < count; i++)
        assert_true(s.pairs[i] != s.pairs[i - 1]);
    test_free(s.pairs);
    link_universe_release(&u);
    fake_free(r);
}

/* What a record says, and of which list it is. */
static uint64_t content_of(const struct link_records *r, uint32_t record)
{
    uint64_t content = link_records_list_of(r, record);
    for (unsigned f = 0; f < link_records_fields(r); f++) {
        uint32_t value = link_record_values(r, record)[f];
        content = link_mix(content * 31 + (value ? link_value_hash(r, f, value) : 0));
    }
    return content;
}

/* Records that hold the same may stand for each other: so pairs become what they hold. */
static void forget_who(struct seen *s, size_t count)
{
    size_t records = link_records_count(s->records);
    uint64_t *content = test_calloc(records, sizeof *content);
    for (uint32_t i = 0; i < records; i++)
        content[fake_origin(s->records, i)] = content_of(s->records, i);
    for (size_t k = 0; k < count; k++) {
        uint64_t a = content[s->pairs[k] >> 32], b = content[(uint32_t)s->pairs[k]];
        s->pairs[k] = a < b ? link_mix(a * 31 + b) : link_mix(b * 31 + a);
    }
    qsort(s->pairs, count, sizeof *s->pairs, by_number);
    test_free(content);
}

static void order_and_threads_change_nothing(void **state)
{
    (void)state;
    struct prop prop = prop_start("order_and_threads_change_nothing");
    struct fake_options o = random_options(&prop);
    struct seen first = {.pairs = NULL};
    size_t first_count = 0;
    for (unsigned i = 0; i < 5; i++) {
        o.shuffle = i;
        struct link_records *r = fake_new(&o);
        struct link_universe u;
        struct link_plan plan;
        assert_int_equal(link_universe_init(&u, r, LINK_WITHIN | LINK_BETWEEN), 0);
        plan_some(&plan, &u, 7); /* so that blocks are cut, and windows used */
        struct seen s = new_seen(r, 400000);
        run(&u, &plan, 1 + i % 4, 1, &s);
        size_t count = gather(&s);
        forget_who(&s, count);
        if (i == 0) {
            first = s;
            first_count = count;
        } else {
            assert_int_equal(count, first_count);
            assert_memory_equal(s.pairs, first.pairs, count * sizeof *s.pairs);
            test_free(s.pairs);
        }
        link_plan_release(&plan);
        link_universe_release(&u);
        fake_free(r);
    }
    test_free(first.pairs);
}

static void one_in_so_many(void **state)
{
    (void)state;
    struct prop prop = prop_start("one_in_so_many");
    struct fake_options o = {.seed = prop_u64(&prop), .persons = 20000};
    fake_usual(&o);
    o.field[2].classes = 200;
    struct link_records *r = fake_new(&o);
    struct link_universe u;
    struct link_plan plan;
    assert_int_equal(link_universe_init(&u, r, LINK_WITHIN), 0);
    link_plan_init(&plan);
    add_pass(&plan, &u, (struct link_pass){.key = {{2, 0}}, .keys = 1, .block_max = 1000});
    struct seen s = new_seen(r, 0);
    run(&u, &plan, 1, 10, &s);
    double share = (double)s.count[0] / (double)plan.pairs;
    assert_true(share > 0.08 && share < 0.12);
    link_plan_release(&plan);
    link_universe_release(&u);
    fake_free(r);
}

/* A hundred thousand records with one name, and nothing else to tell them apart. */
static void one_huge_block_is_not_quadratic(void **state)
{
    (void)state;
    struct fake_options o = {.seed = 7, .persons = 100000};
    fake_usual(&o);
    o.fields = 2;
    o.field[0].classes = o.field[1].classes = 1;
    struct link_records *r = fake_new(&o);
    struct link_universe u;
    struct link_plan plan;
    assert_int_equal(link_universe_init(&u, r, LINK_WITHIN), 0);
    link_plan_init(&plan);
    struct link_pass pass = {.key = {{1, 0}}, .keys = 1, .block_max = 1000};
    pass.cut[pass.cuts++] = (struct link_atom){0, 0};
    add_pass(&plan, &u, pass);
    struct seen s = new_seen(r, 0);
    run(&u, &plan, 2, 1, &s);
    size_t count = s.count[0] + s.count[1];
    assert_true(count > 100000 && count <= 100000u * LINK_NEIGHBOURS);
    link_plan_release(&plan);
    link_universe_release(&u);
    fake_free(r);
}

static int fail_later(void *arg, unsigned worker, unsigned pass, const struct link_pair *pairs,
                      size_t count)
{
    (void)worker;
    (void)pass;
    (void)pairs;
    size_t *left = arg;
    if (*left < count)
        return E_IO;
    *left -= count;
    return 0;
}

static void errors_come_through(void **state)
{
    (void)state;
    struct fake_options o = {.seed = 3, .persons = 500};
    fake_usual(&o);
    o.field[2].classes = 10;
    struct link_records *r = fake_new(&o);
    struct link_universe u;
    struct link_plan plan;
    assert_int_equal(link_universe_init(&u, r, LINK_WITHIN), 0);
    link_plan_init(&plan);
    add_pass(&plan, &u, (struct link_pass){.key = {{2, 0}}, .keys = 1, .block_max = 1000});
    size_t left = 2000;
    struct link_pairs job = {
        .universe = &u, .plan = &plan, .every = 1, .take = fail_later, .arg = &left, .what = ""};
    assert_int_equal(link_pairs_run(&job, NULL, NULL), E_IO);
    struct watch watch = {.progress = NULL};
    atomic_store(&watch.stop, true);
    left = SIZE_MAX;
    assert_int_equal(link_pairs_run(&job, NULL, &watch), E_STOPPED);
    int error = E_NOMEM;
    for (uint64_t nth = 1; error == E_NOMEM && nth < 200; nth++) {
        mem_fail_from(nth);
        error = link_pairs_run(&job, NULL, NULL);
        mem_fail_from(0);
    }
    assert_int_equal(error, 0);
    link_plan_release(&plan);
    link_universe_release(&u);
    fake_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pair_comes_once),
        cmocka_unit_test(all_pairs_are_all),
        cmocka_unit_test(order_and_threads_change_nothing),
        cmocka_unit_test(one_in_so_many),
        cmocka_unit_test(one_huge_block_is_not_quadratic),
        cmocka_unit_test(errors_come_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
