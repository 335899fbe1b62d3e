/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A run that is interrupted after any of its parts, and goes on: as if it had not been. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "invented.h"
#include "prop.h"

#define PARTS_MAX 512

/* Parts in memory. */
struct memory_parts {
    struct parts base;
    struct buf part[PARTS_MAX];
    size_t count, at;
    size_t allowed; /* how many more may be added */
    bool full;      /* then: it fails as a full disk does; else the watch says stop */
    struct watch watch;
};

static int next(struct parts *parts, struct buf *out, bool *ret_got)
{
    struct memory_parts *m = (struct memory_parts *)parts;
    *ret_got = m->at < m->count;
    if (*ret_got)
        buf_span(out, buf_bytes(&m->part[m->at++]));
    return buf_error(out);
}

static int add(struct parts *parts, struct span part)
{
    struct memory_parts *m = (struct memory_parts *)parts;
    if (m->allowed == 0 && m->full)
        return problem_set(&parts->problem, E_IO, "the disk is full");
    while (m->count > m->at)
        buf_release(&m->part[--m->count]);
    assert_true(m->count < PARTS_MAX);
    buf_init(&m->part[m->count], PARTS_PART_MAX_BYTES);
    buf_span(&m->part[m->count], part);
    TRY(buf_error(&m->part[m->count]));
    m->at = ++m->count;
    m->allowed -= m->allowed > 0;
    if (m->allowed == 0 && !m->full)
        atomic_store(&m->watch.stop, true);
    return 0;
}

static struct memory_parts *parts_new(void)
{
    static const struct parts_calls calls = {next, add};
    struct memory_parts *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->base.calls = &calls;
    return m;
}

static void parts_free(struct memory_parts *m)
{
    while (m->count > 0)
        buf_release(&m->part[--m->count]);
    free(m);
}

static int run_parts(const struct link_options *options, struct memory_parts *m, unsigned threads,
                     size_t allowed, bool full, struct link_result **ret_result)
{
    struct problem problem;
    struct link_means means = {
        .workers = workers_new(threads), .watch = &m->watch, .parts = &m->base};
    assert_non_null(means.workers);
    m->at = 0;
    m->allowed = allowed;
    m->full = full;
    atomic_store(&m->watch.stop, false);
    problem_clear(&problem);
    problem_clear(&m->base.problem);
    int error = link_run(options, &means, ret_result, &problem);
    workers_free(means.workers);
    if (error == E_IO)
        assert_string_equal(problem.text, "the disk is full");
    return error;
}

/* All that there is to say of a result. */
static struct buf told(const struct link_result *result, const struct invented *all)
{
    struct caught c;
    caught_init(&c);
    struct link_sink sink = caught_sink(&c);
    const struct link_output o = output_of(result, all);
    assert_int_equal(link_output_records(&o, &sink, NULL), 0);
    assert_int_equal(link_output_queue(&o, &sink, NULL), 0);
    assert_int_equal(link_output_draws(&o, 3, 1, &sink), 0);
    link_model_write(&result->model, &c.text);
    buf_put(&c.text, result->edges, result->edge_count * sizeof *result->edges);
    buf_put(&c.text, &result->found, sizeof result->found);
    for (unsigned p = 0; p < result->plan.passes; p++) {
        const struct link_pass *pass = &result->plan.pass[p];
        buf_printf(&c.text, "%u %u %u %g %g %llu\n", pass->keys, pass->cuts, pass->slots,
                   pass->found, pass->added, (unsigned long long)pass->pairs);
    }
    assert_int_equal(buf_error(&c.text), 0);
    return c.text;
}

static void assert_same(struct link_result *result, const struct invented *all,
                        const struct buf *expected)
{
    struct buf text = told(result, all);
    assert_true(span_equal(buf_bytes(&text), buf_bytes(expected)));
    buf_release(&text);
    link_result_free(result);
}

static struct buf told_at_once(const struct link_options *options, const struct invented *all)
{
    struct link_result *result = run_link(options, 2, NULL);
    struct buf text = told(result, all);
    link_result_free(result);
    return text;
}

/* So many possible pairs that there are passes; so little memory that they have parts. */
static const struct link_simulation large = {
    .seed = 9, .persons = 2800, .lists = 2, .captured = 0.6, .duplicated = 0.1, .mistakes = 0.5};

static void interrupted_again_and_again_it_is_the_same(void **state)
{
    (void)state;
    struct invented all;
    struct link_result *result = NULL;
    invented_init(&all, &large);
    struct link_options options = invented_options(&all);
    struct buf expected = told_at_once(&options, &all);
    struct memory_parts *m = parts_new();
    int error = E_STOPPED;
    size_t runs = 0, before = 0;
    for (; error < 0; runs++) {
        /* Threads and memory may be others when it goes on. */
        options.memory_bytes = runs % 3 == 0 ? 1u << 16 : 0;
        error = run_parts(&options, m, 1 + runs % 3, 1 + runs % 2, runs % 2, &result);
        if (error < 0 && error != (runs % 2 ? E_IO : E_STOPPED))
            fail_msg("run %zu: %d", runs, error);
        assert_true(error == 0 || m->count > before);
        before = m->count;
    }
    assert_true(runs > 8);
    assert_same(result, &all, &expected);
    /* And once more from all that was kept. */
    before = m->count;
    assert_int_equal(run_parts(&options, m, 2, PARTS_MAX, false, &result), 0);
    assert_int_equal(m->count, before);
    assert_same(result, &all, &expected);
    parts_free(m);
    buf_release(&expected);
    invented_release(&all);
}

static void *stop_soon(void *arg)
{
    struct watch *watch = arg;
    usleep(20000);
    atomic_store(&watch->stop, true);
    return NULL;
}

static pthread_t stopper;
static atomic_int stoppers;

static void when_pairs_are_compared(void *arg, const char *what, uint64_t done, uint64_t total)
{
    (void)done;
    (void)total;
    if (strcmp(what, "comparing pairs") == 0 && atomic_fetch_add(&stoppers, 1) == 0)
        assert_int_equal(pthread_create(&stopper, NULL, stop_soon, arg), 0);
}

/* So few that all pairs are looked at, in many tasks. */
static const struct link_simulation all_pairs = {
    .seed = 9, .persons = 1700, .lists = 2, .captured = 0.7, .duplicated = 0.1, .mistakes = 0.5};

/* At any moment, as Ctrl-C does: what is not finished of a task is not kept. */
static void stopped_in_the_middle_of_tasks_it_is_the_same(void **state)
{
    (void)state;
    struct invented all;
    struct link_result *result;
    invented_init(&all, &all_pairs);
    struct link_options options = invented_options(&all);
    struct buf expected = told_at_once(&options, &all);
    for (int round = 0; round < 2; round++) {
        struct memory_parts *m = parts_new();
        int error;
        do {
            m->watch.progress = when_pairs_are_compared;
            m->watch.arg = &m->watch;
            atomic_store(&stoppers, 0);
            size_t before = m->count;
            error = run_parts(&options, m, 2, PARTS_MAX, false, &result);
            if (atomic_load(&stoppers) > 0)
                pthread_join(stopper, NULL);
            assert_true(error == 0 || (error == E_STOPPED && m->count > before));
        } while (error < 0);
        assert_same(result, &all, &expected);
        parts_free(m);
    }
    buf_release(&expected);
    invented_release(&all);
}

/* All pairs, and a model that is given. */
static void with_few_records_and_a_model_too(void **state)
{
    (void)state;
    const struct link_simulation small = {
        .seed = 4, .persons = 300, .lists = 2, .captured = 0.7, .duplicated = 0.1, .mistakes = 1};
    struct invented all;
    struct link_result *result;
    invented_init(&all, &small);
    struct link_options options = invented_options(&all);
    struct link_result *learnt = run_link(&options, 2, NULL);
    for (int given = 0; given < 2; given++) {
        options.model = given ? &learnt->model : NULL;
        struct buf expected = told_at_once(&options, &all);
        for (size_t stop = 1; stop < 4; stop++) {
            struct memory_parts *m = parts_new();
            int error = run_parts(&options, m, 2, stop, true, &result);
            while (error < 0)
                error = run_parts(&options, m, 2, stop, true, &result);
            assert_same(result, &all, &expected);
            parts_free(m);
        }
        buf_release(&expected);
    }
    link_result_free(learnt);
    invented_release(&all);
}

/* They come from a sealed file, but whoever has the lists can seal. */
static void parts_of_anything_do_no_harm(void **state)
{
    (void)state;
    struct prop prop = prop_start("keep");
    const struct link_simulation tiny = {
        .seed = 4, .persons = 40, .lists = 2, .captured = 0.7, .duplicated = 0.1, .mistakes = 1};
    struct invented all;
    struct link_result *result;
    invented_init(&all, &tiny);
    struct link_options options = invented_options(&all);
    struct memory_parts *m = parts_new();
    assert_int_equal(run_parts(&options, m, 1, PARTS_MAX, false, &result), 0);
    link_result_free(result);
    size_t refused = 0;
    for (int i = 0; i < 400; i++) {
        struct memory_parts *wrong = parts_new();
        for (size_t p = 0; p < m->count; p++) {
            struct buf *part = &wrong->part[wrong->count++];
            buf_init(part, PARTS_PART_MAX_BYTES);
            buf_span(part, buf_bytes(&m->part[p]));
        }
        struct buf *part = &wrong->part[prop_below(&prop, wrong->count)];
        if (i % 4 == 0)
            buf_cut(part, prop_below(&prop, part->len));
        else
            part->data[prop_below(&prop, i % 2 ? part->len : 20)] ^=
                (uint8_t)(1u << prop_below(&prop, 8));
        int error = run_parts(&options, wrong, 1, PARTS_MAX, false, &result);
        assert_true(error == 0 || error == E_FORMAT);
        refused += error < 0;
        if (error == 0)
            link_result_free(result);
        parts_free(wrong);
    }
    assert_true(refused > 50);
    parts_free(m);
    invented_release(&all);
}

static void want_of_memory_is_said(void **state)
{
    (void)state;
    const struct link_simulation tiny = {
        .seed = 4, .persons = 30, .lists = 2, .captured = 0.7, .duplicated = 0.1, .mistakes = 1};
    struct invented all;
    struct link_result *result;
    invented_init(&all, &tiny);
    struct link_options options = invented_options(&all);
    bool done = false;
    for (uint64_t nth = 1; !done; nth += 1 + nth / 16) {
        struct memory_parts *m = parts_new();
        mem_fail_from(nth);
        m->allowed = PARTS_MAX;
        int error = link_run(&options, &(struct link_means){.parts = &m->base}, &result, NULL);
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
        if (error == 0)
            link_result_free(result);
        parts_free(m);
    }
    invented_release(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interrupted_again_and_again_it_is_the_same),
        cmocka_unit_test(stopped_in_the_middle_of_tasks_it_is_the_same),
        cmocka_unit_test(with_few_records_and_a_model_too),
        cmocka_unit_test(parts_of_anything_do_no_harm),
        cmocka_unit_test(want_of_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
