/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "link/decisions.h"

#define HEADER "time,reviewer,answer,a,b,reason\r\n"

/* Records have one letter: a is 0. */
static uint32_t find(void *arg, struct span key)
{
    (void)arg;
    return key.len == 1 && key.data[0] >= 'a' && key.data[0] <= 'h' ? key.data[0] - UINT32_C(97)
                                                                    : UINT32_MAX;
}

static struct link_settled settle(struct arena *arena, const char *text, bool two)
{
    struct link_decision *decisions;
    struct link_settled settled;
    struct problem problem = {0};
    size_t count;
    assert_int_equal(link_decisions_read(span_text(text), arena, &decisions, &count, &problem), 0);
    assert_int_equal(link_decisions_settle(decisions, count, two, find, NULL, arena, &settled), 0);
    return settled;
}

static void test_what_was_put_is_read(void **state)
{
    (void)state;
    struct arena arena;
    struct buf out;
    struct problem problem = {0};
    struct link_decision *decisions;
    size_t count;
    struct link_decision put = {.time = span_text("2031-04-09T14:05Z"),
                                .reviewer = span_text("Leyla, \"the second\""),
                                .a = span_text("tolma.csv:1"),
                                .b = span_text("orlets.csv:2"),
                                .reason = span_text("two\nlines"),
                                .answer = LINK_ANSWER_UNSURE};
    arena_init(&arena, 1 << 20);
    buf_init(&out, 1 << 20);
    link_decisions_begin(&out);
    link_decision_put(&out, &put);
    put.answer = LINK_ANSWER_DIFFERENT;
    link_decision_put(&out, &put);
    assert_int_equal(link_decisions_read(buf_bytes(&out), &arena, &decisions, &count, &problem), 0);
    assert_int_equal(count, 2);
    assert_true(span_equal(decisions[0].reviewer, put.reviewer));
    assert_true(span_equal(decisions[0].reason, put.reason));
    assert_true(span_equal(decisions[1].b, put.b));
    assert_int_equal(decisions[0].answer, LINK_ANSWER_UNSURE);
    assert_int_equal(decisions[1].line, 4);
    buf_release(&out);
    arena_release(&arena);
}

static void test_the_last_word_of_each_counts(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct link_settled s = settle(&arena,
                                   HEADER "t,Leyla,same,a,b,\nt,Leyla,different,b,a,\n"
                                          "t,Anton,same,c,d,\nt,Leyla,same,d,c,\n"
                                          "t,Anton,same,e,f,\nt,Leyla,different,e,f,\n"
                                          "t,Anton,unsure,g,h,\n"
                                          "t,Anton,same,a,zz,\nt,Anton,same,a,a,\n",
                                   false);
    assert_true(s.cannot_count == 1 && s.cannot[0].a == 0 && s.cannot[0].b == 1);
    assert_true(s.must_count == 1 && s.must[0].a == 2 && s.must[0].b == 3);
    assert_int_equal(s.dispute_count, 1);
    assert_int_equal(s.disputes[0].one->line, 6);
    assert_int_equal(s.disputes[0].other->line, 7);
    assert_true(s.unsure == 1 && s.waiting == 0);
    assert_true(s.unknown == 2 && s.unknown_line == 9);
    arena_release(&arena);
}

static void test_two_reviewers(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct link_settled s = settle(&arena,
                                   HEADER "t,Leyla,same,a,b,\nt,Leyla,same,a,b,\n"
                                          "t,Anton,different,c,d,\nt,Leyla,different,c,d,\n",
                                   true);
    assert_true(s.must_count == 0 && s.waiting == 1 && s.cannot_count == 1);
    arena_release(&arena);
}

static void test_wrong_files_are_refused_with_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"a,b\n", "line 1"},
        {HEADER "t,Leyla,same,a\n", "line 2"},
        {HEADER "t,Leyla,same,a,b,\nt,Leyla,perhaps,a,b,\n", "line 3"},
        {HEADER "t,,same,a,b,\n", "line 2"},
        {HEADER "t,Leyla,same,a,b,\nt,Leyla,same,a,\"b", "line 3"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena arena;
        struct problem problem = {0};
        struct link_decision *decisions;
        size_t count;
        arena_init(&arena, 1 << 20);
        assert_int_equal(
            link_decisions_read(span_text(cases[i].text), &arena, &decisions, &count, &problem),
            E_FORMAT);
        assert_non_null(strstr(problem.text, cases[i].says));
        arena_release(&arena);
    }
}

static void test_no_memory(void **state)
{
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        struct arena arena;
        struct link_decision *decisions = NULL;
        struct link_settled settled;
        size_t count = 0;
        arena_init(&arena, 1 << 20);
        mem_fail_from(nth);
        int error = link_decisions_read(span_text(HEADER "t,Leyla,same,a,b,\n"), &arena, &decisions,
                                        &count, NULL);
        if (error == 0)
            error = link_decisions_settle(decisions, count, false, find, NULL, &arena, &settled);
        bool failed = mem_asked() >= nth;
        mem_fail_from(0);
        assert_int_equal(error, failed ? E_NOMEM : 0);
        arena_release(&arena);
        if (!failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_put_is_read),
        cmocka_unit_test(test_the_last_word_of_each_counts),
        cmocka_unit_test(test_two_reviewers),
        cmocka_unit_test(test_wrong_files_are_refused_with_the_line),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
