/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Lists as people have them: what is wrong is said with its line, the rest is read. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "link/read.h"
#include "prop.h"

static int read_text(struct span text, bool linked, struct link_lists *lists,
                     struct problem *problem)
{
    const struct link_source source = {
        .name = "list.csv", .fd = -1, .text = text, .linked = linked};
    *lists = (struct link_lists){0};
    *problem = (struct problem){0};
    return link_read(&source, 1, NULL, lists, problem);
}

static void refuses(const char *text, bool linked, int error, const char *says)
{
    struct link_lists lists;
    struct problem problem;
    assert_int_equal(read_text(span_text(text), linked, &lists, &problem), error);
    if (!strstr(problem.text, says) || !strstr(problem.text, "list.csv"))
        fail_msg("\"%s\" does not say \"%s\"", problem.text, says);
    link_lists_release(&lists);
}

static struct link_lists reads(struct span text)
{
    struct link_lists lists;
    struct problem problem;
    if (read_text(text, false, &lists, &problem) != 0)
        fail_msg("%s", problem.text);
    return lists;
}

static void assert_value(const struct link_lists *lists, unsigned column, uint32_t row,
                         const char *expected)
{
    const struct link_raw_column *c = &lists->lists[0].columns[column];
    struct span value = link_pool_text(&c->values, c->ids[row]);
    if (!span_equal(value, span_text(expected)))
        fail_msg("column %u, row %u: \"%.*s\", not \"%s\"", column, row, (int)value.len,
                 (const char *)value.data, expected);
}

static void what_is_refused(void **state)
{
    (void)state;
    refuses("", false, E_FORMAT, "it is empty");
    refuses("\n\n\r\n", false, E_FORMAT, "it is empty");
    refuses("a,b\n1,2\n1,2,3\n", false, E_FORMAT, "line 3: the row has 3 fields, the header has 2");
    refuses("a,b\n1,\"2\n", false, E_FORMAT, "line 2");
    refuses("name,town\nVera,Karsk\nBoris,Tolm\xe1\n", false, E_UTF8, "line 3");
    refuses("\xff\xfe"
            "a,b\n",
            false, E_UTF8, "line 1");
    refuses("a,b\n1,2\n", true, E_FORMAT, "did not write this");
    refuses("a,list,cluster,confidence\n1,x,1,1.0\n1,y,1,1.0\n1,x,1,1.0\n", true, E_FORMAT,
            "line 4: the rows of the list \"x\" do not stand together");
    refuses("a,list,cluster,confidence\n1\n", true, E_FORMAT, "line 2");
}

static void ragged_rows_and_white_space(void **state)
{
    (void)state;
    struct link_lists lists = reads(span_text("\xef\xbb\xbf name ; town;\xc2\xa0\r\n"
                                              "  Vera\t;Karsk\r\n"
                                              "\r\n"
                                              "\"Chern; Boris\";\xc2\xa0Tolma ;;;\r\n"
                                              ";;\r\n"
                                              "Zakhar"));
    const struct link_list *list = &lists.lists[0];
    assert_int_equal(list->columns_count, 3);
    assert_string_equal(list->columns[0].name, "name");
    assert_string_equal(list->columns[2].name, "column 3");
    assert_int_equal(list->rows, 4);
    assert_value(&lists, 0, 0, "Vera");
    assert_value(&lists, 0, 1, "Chern; Boris");
    assert_value(&lists, 1, 1, "Tolma");
    assert_value(&lists, 1, 2, "");
    assert_value(&lists, 1, 3, "");
    assert_int_equal(list->lines[1], 4);
    assert_int_equal(list->short_rows, 2);
    assert_int_equal(list->first_short_line, 2);
    assert_int_equal(list->columns[0].counts[list->columns[0].ids[0]], 1);
    link_lists_release(&lists);
}

static void lists_of_little(void **state)
{
    (void)state;
    struct link_lists lists = reads(span_text("name\n"));
    assert_int_equal(lists.lists[0].rows, 0);
    link_lists_release(&lists);
    lists = reads(span_text("name\nVera\nVera\n"));
    assert_int_equal(lists.lists[0].rows, 2);
    assert_int_equal(lists.lists[0].columns_count, 1);
    assert_int_equal(link_pool_count(&lists.lists[0].columns[0].values), 2);
    assert_int_equal(lists.lists[0].columns[0].counts[1], 2);
    link_lists_release(&lists);
}

/* Cut, and what was different stays different; never within a letter. */
static void long_values(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 4u << 20);
    buf_text(&text, "name,note\n");
    for (int row = 0; row < 3; row++) {
        buf_text(&text, "Vera,");
        for (int i = 0; i < (1 << 18) - 8; i++)
            buf_text(&text, "я");
        buf_text(&text, row < 2 ? "x\n" : "y\n");
    }
    struct link_lists lists = reads(buf_bytes(&text));
    const struct link_raw_column *note = &lists.lists[0].columns[1];
    struct span value = link_pool_text(&note->values, note->ids[0]);
    assert_in_range(value.len, LINK_VALUE_BYTES_MAX - 3, LINK_VALUE_BYTES_MAX + 32);
    assert_int_equal(note->ids[0], note->ids[1]);
    assert_int_not_equal(note->ids[0], note->ids[2]);
    const uint8_t *mark = memchr(value.data, ' ', value.len);
    assert_non_null(mark);
    assert_int_equal((mark - value.data) % 2, 0);
    link_lists_release(&lists);
    buf_reset(&text);
    buf_text(&text, "name\nVera\n");
    for (int i = 0; i < (1 << 20) + 1; i++)
        buf_u8(&text, 'x');
    struct problem problem;
    assert_int_equal(read_text(buf_bytes(&text), false, &lists, &problem), E_TOO_LARGE);
    assert_non_null(strstr(problem.text, "line 3"));
    link_lists_release(&lists);
    buf_release(&text);
}

static void too_many_columns(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 1u << 16);
    for (int i = 0; i <= LINK_COLUMNS_MAX; i++)
        buf_printf(&text, "%sc%d", i ? "," : "", i);
    refuses(buf_cstr(&text), false, E_TOO_LARGE, "513 columns; 512 are accepted");
    buf_release(&text);
}

static void two_lists_of_one_name(void **state)
{
    (void)state;
    const struct link_source sources[] = {
        {.name = "a.csv", .fd = -1, .text = span_text("name\nVera\n")},
        {.name = "a.csv", .fd = -1, .text = span_text("name\nBoris\n")}};
    struct link_lists lists = {0};
    struct problem problem = {0};
    assert_int_equal(link_read(sources, 2, NULL, &lists, &problem), E_ARGUMENT);
    assert_non_null(strstr(problem.text, "another list called \"a.csv\""));
    link_lists_release(&lists);
}

static void what_link_wrote_is_its_lists_again(void **state)
{
    (void)state;
    struct link_lists lists;
    struct problem problem;
    struct span text = span_text("name,list,cluster,confidence\nVera,a,1,1.0\nBoris,a,2,0.5\n"
                                 "Vera,b,1,1.0\n");
    assert_int_equal(read_text(text, true, &lists, &problem), 0);
    assert_int_equal(lists.count, 2);
    assert_string_equal(lists.lists[1].name, "b");
    assert_int_equal(lists.lists[0].rows, 2);
    assert_int_equal(lists.lists[0].columns_count, 1);
    assert_int_equal(lists.lists[1].lines[0], 4);
    link_lists_release(&lists);
}

static void pool_keeps_each_text_once(void **state)
{
    (void)state;
    struct prop prop = prop_start("pool");
    struct link_pool pool = {0};
    char texts[500][24];
    uint32_t ids[500];
    for (int i = 0; i < 500; i++) {
        snprintf(texts[i], sizeof texts[i], "%llx",
                 (unsigned long long)(prop_u64(&prop) >> prop_below(&prop, 60)));
        assert_int_equal(link_pool_add(&pool, span_text(texts[i]), &ids[i]), 0);
    }
    for (int i = 0; i < 500; i++) {
        uint32_t again;
        assert_true(span_equal(link_pool_text(&pool, ids[i]), span_text(texts[i])));
        assert_int_equal(link_pool_add(&pool, span_text(texts[i]), &again), 0);
        assert_int_equal(again, ids[i]);
    }
    link_pool_release(&pool);
}

static int read_under_pressure(void)
{
    struct link_lists lists;
    struct problem problem;
    int error =
        read_text(span_text("name,town\nVera,Karsk\nBoris,Tolma\n"), false, &lists, &problem);
    link_lists_release(&lists);
    return error;
}

static void memory_that_runs_out(void **state)
{
    (void)state;
    mem_fail_from(0);
    assert_int_equal(read_under_pressure(), 0);
    uint64_t asked = mem_asked();
    for (uint64_t n = 1; n <= asked; n++) {
        mem_fail_from(n);
        assert_int_equal(read_under_pressure(), E_NOMEM);
    }
    mem_fail_from(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(ragged_rows_and_white_space),
        cmocka_unit_test(lists_of_little),
        cmocka_unit_test(long_values),
        cmocka_unit_test(too_many_columns),
        cmocka_unit_test(two_lists_of_one_name),
        cmocka_unit_test(what_link_wrote_is_its_lists_again),
        cmocka_unit_test(pool_keeps_each_text_once),
        cmocka_unit_test(memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
