/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "link/queue.h"

#define HEADER "chance,together,a,b,family (a),family (b),born (a),born (b),note (a),note (b)\r\n"
#define ROW "0.48,no,tolma.csv:3,orlets.csv:9,Petrov,Petov,1980-02-03,1980-02-03,,\r\n"

static void read_and_show(const char *text, size_t width, struct buf *out)
{
    struct arena arena;
    struct link_queue queue;
    struct problem problem = {0};
    arena_init(&arena, 1 << 20);
    assert_int_equal(link_queue_read(span_text(text), &arena, &queue, &problem), 0);
    assert_int_equal(queue.count, 1);
    link_queue_show(&queue, &queue.items[0], width, out);
    assert_int_equal(buf_error(out), 0);
    arena_release(&arena);
}

static void test_a_pair_is_shown_with_its_differences(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1 << 16);
    read_and_show(HEADER ROW, 80, &out);
    assert_non_null(strstr(buf_cstr(&out), "tolma.csv:3"));
    assert_non_null(strstr(buf_cstr(&out), "≠  family  Pet[r]ov"));
    assert_non_null(strstr(buf_cstr(&out), "Pet[]ov"));
    assert_non_null(strstr(buf_cstr(&out), "=  born    1980-02-03"));
    assert_null(strstr(buf_cstr(&out), "note"));
    buf_release(&out);
}

static void test_letters_of_several_bytes_stay_whole(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1 << 16);
    /* Both letters begin with the same byte. */
    read_and_show(HEADER "0.5,yes,a:1,b:2,Петров,Перров,,,,\r\n", 80, &out);
    assert_non_null(strstr(buf_cstr(&out), "Пе[т]ров"));
    assert_non_null(strstr(buf_cstr(&out), "Пе[р]ров"));
    buf_reset(&out);
    read_and_show(HEADER "0.5,yes,a:1,b:2,\x1b[2Jx,y\u202e,,,,\r\n", 80, &out);
    assert_null(strchr(buf_cstr(&out), 0x1b));
    assert_null(strstr(buf_cstr(&out), "\u202e"));
    buf_release(&out);
}

#define SEEN_HEADER                                                                                \
    "chance,together,a,b,name a,name b,name seen,born a,born b,born seen,note a,note b\r\n"

static void test_what_the_engine_saw_is_shown(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1 << 16);
    read_and_show(SEEN_HEADER "0.5,yes,a:1,b:2,Желан,Zhelan,another form of it,"
                              "1962-02-18,1962-02-08,one digit off,x,y\r\n",
                  80, &out);
    assert_non_null(strstr(buf_cstr(&out), "≈  name  Желан         Zhelan\n"));
    assert_non_null(strstr(buf_cstr(&out), "≠  born  1962-02-[1]8  1962-02-[0]8  one digit off\n"));
    assert_non_null(strstr(buf_cstr(&out), "≠  note  x             y\n"));
    buf_release(&out);
}

/* Nothing is cut: what is cut cannot be compared. */
static void test_where_it_is_narrow_they_stand_beneath_each_other(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1 << 16);
    read_and_show(SEEN_HEADER "0.5,yes,tolma.csv:112,karsk.csv:9,Chernov Timur Rustamovich,"
                              "Chernova Tamar Rustamovna,a part,,1962-02-08,,,\r\n",
                  40, &out);
    assert_string_equal(buf_cstr(&out), "a: tolma.csv:112\n"
                                        "b: karsk.csv:9\n"
                                        "≠ name: a part\n"
                                        "    a: Chernov[] T[imu]r Rustamov[ich]\n"
                                        "    b: Chernov[a] T[ama]r Rustamov[na]\n"
                                        "born\n"
                                        "    a: -\n"
                                        "    b: 1962-02-08\n");
    buf_reset(&out);
    read_and_show(SEEN_HEADER "0.5,yes,a:1,b:2,غيارنتيا,نيف,different,,,,,\r\n", 80, &out);
    assert_non_null(strstr(buf_cstr(&out), "    a: غيارنتيا\n    b: نيف\n"));
    buf_release(&out);
}

static void test_wrong_files_are_refused_with_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {{"", "empty"},
                 {"a,b\n", "line 1"},
                 {"chance,together,a,b,odd\n", "line 1"},
                 {"chance,together,a,b,name a,name b,name seen,odd\n", "line 1"},
                 {SEEN_HEADER "0.5,no,a:1,b:2,,,,,,,\r\n", "line 2"},
                 {HEADER "0.5,no,a:1\r\n", "line 2"},
                 {HEADER ROW "0.5,perhaps,a:1,b:2,,,,,,\r\n", "line 3"},
                 {HEADER "0.5,no,,b:2,,,,,,\r\n", "line 2"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena arena;
        struct link_queue queue;
        struct problem problem = {0};
        arena_init(&arena, 1 << 20);
        assert_int_equal(link_queue_read(span_text(cases[i].text), &arena, &queue, &problem),
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
        struct buf out;
        struct link_queue queue;
        arena_init(&arena, 1 << 20);
        buf_init(&out, 1 << 16);
        mem_fail_from(nth);
        int error = link_queue_read(span_text(HEADER ROW), &arena, &queue, NULL);
        if (error == 0) {
            link_queue_show(&queue, &queue.items[0], 80, &out);
            error = buf_error(&out);
        }
        bool failed = mem_asked() >= nth;
        mem_fail_from(0);
        assert_int_equal(error, failed ? E_NOMEM : 0);
        arena_release(&arena);
        buf_release(&out);
        if (!failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pair_is_shown_with_its_differences),
        cmocka_unit_test(test_letters_of_several_bytes_stay_whole),
        cmocka_unit_test(test_what_the_engine_saw_is_shown),
        cmocka_unit_test(test_where_it_is_narrow_they_stand_beneath_each_other),
        cmocka_unit_test(test_wrong_files_are_refused_with_the_line),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
