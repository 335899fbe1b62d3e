/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/workers.h"

#define TASKS 5000

struct sums {
    struct workers *w;
    uint32_t done[TASKS];
    atomic_uint busy[WORKERS_MAX];
    bool nested;
    size_t fail_from;
    atomic_size_t ran;
};

static int add_one(void *arg, size_t index, unsigned worker)
{
    (void)worker;
    ((struct sums *)arg)->done[index]++;
    return 0;
}

static int task(void *arg, size_t index, unsigned worker)
{
    struct sums *s = arg;
    if (worker >= workers_count(s->w) || atomic_fetch_add(&s->busy[worker], 1) != 0)
        return E_DAMAGED;
    atomic_fetch_add(&s->ran, 1);
    int error = index >= s->fail_from ? E_ARGUMENT : 0;
    if (s->nested && index == 7)
        error = workers_run(s->w, TASKS, add_one, s);
    else if (!s->nested)
        s->done[index]++;
    atomic_fetch_sub(&s->busy[worker], 1);
    return error;
}

static void each_once(struct workers *w, bool nested)
{
    static struct sums s;
    s = (struct sums){.w = w, .nested = nested, .fail_from = SIZE_MAX};
    assert_int_equal(workers_run(w, nested ? 20 : TASKS, task, &s), 0);
    for (size_t i = 0; i < TASKS; i++)
        assert_int_equal(s.done[i], 1);
}

static void test_each_task_once(void **state)
{
    (void)state;
    each_once(NULL, false);
    for (unsigned threads = 1; threads < 6; threads++) {
        struct workers *w = workers_new(threads);
        assert_non_null(w);
        assert_int_equal(workers_count(w), threads);
        for (int again = 0; again < 50; again++)
            each_once(w, false);
        each_once(w, true);
        workers_free(w);
    }
}

static void test_an_error_ends_it(void **state)
{
    (void)state;
    static struct sums s;
    struct workers *w = workers_new(3);
    assert_non_null(w);
    s = (struct sums){.w = w, .fail_from = 10};
    assert_int_equal(workers_run(w, TASKS, task, &s), E_ARGUMENT);
    assert_true(s.ran < 20);
    assert_int_equal(workers_run(w, 0, task, &s), 0);
    workers_free(w);
    workers_free(NULL);
}

static void test_as_many_as_processors(void **state)
{
    (void)state;
    struct workers *w = workers_new(0);
    assert_non_null(w);
    assert_in_range(workers_count(w), 1, WORKERS_MAX);
    workers_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_task_once),
        cmocka_unit_test(test_an_error_ends_it),
        cmocka_unit_test(test_as_many_as_processors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
