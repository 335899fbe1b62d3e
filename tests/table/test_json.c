/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "death.h"
#include "prop.h"
#include "table/json.h"

#include <math.h>
#include <string.h>

static void a_document_is_written(void **state)
{
    (void)state;
    struct buf out;
    struct json_writer w;
    buf_init(&out, 1000);
    json_writer_init(&w, &out);
    json_open_object(&w, NULL);
    json_put_cstr(&w, "place", "Орлец");
    json_put_int(&w, "least", INT64_MIN);
    json_put_bool(&w, "urgent", true);
    json_put_null(&w, "due");
    json_open_array(&w, "list");
    json_put_int(&w, NULL, 1);
    json_put_bool(&w, NULL, false);
    json_open_object(&w, NULL);
    json_close_object(&w);
    json_open_array(&w, NULL);
    json_close_array(&w);
    json_close_array(&w);
    json_put_text(&w, "last", span_of(NULL, 0));
    json_close_object(&w);
    json_writer_end(&w);
    assert_string_equal(buf_cstr(&out),
                        "{\"place\":\"Орлец\",\"least\":-9223372036854775808,\"urgent\":true,"
                        "\"due\":null,\"list\":[1,false,{},[]],\"last\":\"\"}\n");
    buf_release(&out);
}

static void hostile_text_is_escaped(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a\"b\\c/", "\"a\\\"b\\\\c/\"\n"},
        {"\n\r\t\x01", "\"\\n\\u000d\\u0009\\u0001\"\n"},
        {"\x7F\xC2\x9B", "\"\\u007f\\u009b\"\n"},
        {"\xE2\x80\xAE\xE2\x80\xA8\xEF\xBB\xBF", "\"\\u202e\\u2028\\ufeff\"\n"},
        {"\xF3\xA0\x81\x81", "\"\\udb40\\udc41\"\n"},
        {"a\xFF\xED\xA0\x80", "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"\n"},
        {"👩 ё", "\"👩 ё\"\n"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out;
        struct json_writer w;
        buf_init(&out, 1000);
        json_writer_init(&w, &out);
        json_put_cstr(&w, NULL, cases[i][0]);
        json_writer_end(&w);
        assert_string_equal(buf_cstr(&out), cases[i][1]);
        buf_release(&out);
    }
}

static const char *real_text(double v)
{
    static char text[100];
    struct buf out;
    struct json_writer w;
    buf_init(&out, sizeof text - 1);
    json_writer_init(&w, &out);
    json_put_real(&w, NULL, v);
    json_writer_end(&w);
    assert_int_equal(buf_error(&out), 0);
    snprintf(text, sizeof text, "%s", buf_cstr(&out));
    buf_release(&out);
    text[strlen(text) - 1] = '\0';
    return text;
}

static void reals_are_short_and_plain(void **state)
{
    (void)state;
    assert_string_equal(real_text(0), "0");
    assert_string_equal(real_text(-0.0), "0");
    assert_string_equal(real_text(100000), "100000");
    assert_string_equal(real_text(-12), "-12");
    assert_string_equal(real_text(0x1p53), "9007199254740992");
    assert_string_equal(real_text(0.1), "0.1");
    assert_string_equal(real_text(12749.34929), "12749.34929");
    assert_string_equal(real_text(1.0 / 3), "0.3333333333333333");
    assert_string_equal(real_text(0.1 + 0.2), "0.30000000000000004");
    assert_string_equal(real_text(1e300), "1e+300");
    assert_string_equal(real_text(0x1p-1074), "5e-324");
}

static void any_real_is_read_again(void **state)
{
    (void)state;
    struct prop prop = prop_start("any_real_is_read_again");
    for (int round = 0; round < 20000; round++) {
        uint64_t bits = prop_u64(&prop);
        double v;
        memcpy(&v, &bits, sizeof v);
        if (isfinite(v))
            assert_true(strtod(real_text(v), NULL) == v);
    }
}

static struct buf death_buf;
static struct json_writer death;

static void start_death(void)
{
    buf_init(&death_buf, 1000);
    json_writer_init(&death, &death_buf);
}

static void close_what_is_not_open(void)
{
    start_death();
    json_open_array(&death, NULL);
    json_close_object(&death);
}

static void close_too_often(void)
{
    start_death();
    json_close_array(&death);
}

static void end_inside(void)
{
    start_death();
    json_open_array(&death, NULL);
    json_writer_end(&death);
}

static void end_with_nothing(void)
{
    start_death();
    json_writer_end(&death);
}

static void two_values_at_the_top(void)
{
    start_death();
    json_put_int(&death, NULL, 1);
    json_put_int(&death, NULL, 2);
}

static void key_in_an_array(void)
{
    start_death();
    json_open_array(&death, NULL);
    json_put_null(&death, "key");
}

static void not_a_number(void)
{
    start_death();
    json_put_real(&death, NULL, NAN);
}

static void infinite(void)
{
    start_death();
    json_put_real(&death, NULL, -INFINITY);
}

static void no_key_in_an_object(void)
{
    start_death();
    json_open_object(&death, NULL);
    json_put_null(&death, NULL);
}

static void too_deep(void)
{
    start_death();
    for (int i = 0; i <= JSON_DEPTH_MAX; i++)
        json_open_array(&death, NULL);
}

static void as_deep_as_allowed(void)
{
    start_death();
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        json_open_array(&death, NULL);
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        json_close_array(&death);
    json_writer_end(&death);
}

static void nesting_wrongly_stops_the_process(void **state)
{
    (void)state;
    void (*const wrongs[])(void) = {
        close_what_is_not_open, close_too_often, end_inside,          end_with_nothing,
        two_values_at_the_top,  key_in_an_array, no_key_in_an_object, too_deep,
        not_a_number,           infinite};
    for (size_t i = 0; i < COUNT_OF(wrongs); i++)
        if (!dies(wrongs[i]))
            fail_msg("%zu", i);
    assert_false(dies(as_deep_as_allowed));
}

static int read_text(const char *text, struct json_node *root, struct problem *problem)
{
    problem_clear(problem);
    return json_read(span_text(text), 10000, root, problem);
}

static void members_are_read_by_type(void **state)
{
    (void)state;
    struct json_node root, inner, list, item;
    struct problem problem;
    struct span text;
    int64_t number = 0;
    bool flag = false;
    assert_int_equal(read_text("{\"name\":\"Ёж\",\"n\":-5,\"r\":2.5e-1,\"yes\":true,\"no\":false,"
                               "\"in\":{\"deep\":\"x\"},\"list\":[\"a\",{\"b\":1}]}",
                               &root, &problem),
                     0);
    assert_int_equal(json_get_text(&root, "name", &text, &problem), 0);
    assert_true(span_equal(text, span_text("Ёж")));
    assert_int_equal(json_get_int(&root, "n", -5, -5, &number, &problem), 0);
    assert_int_equal(number, -5);
    double real = 0;
    assert_int_equal(json_get_real(&root, "n", -5, -5, &real, &problem), 0);
    assert_true(real == -5);
    assert_int_equal(json_get_real(&root, "r", 0.25, 1, &real, &problem), 0);
    assert_true(real == 0.25);
    assert_int_equal(json_get_bool(&root, "yes", &flag, &problem), 0);
    assert_true(flag);
    assert_int_equal(json_get_bool(&root, "no", &flag, &problem), 0);
    assert_false(flag);
    assert_int_equal(json_get_object(&root, "in", &inner, &problem), 0);
    assert_int_equal(json_get_text(&inner, "deep", &text, &problem), 0);
    assert_int_equal(json_get_array(&root, "list", &list, &problem), 0);
    assert_int_equal(json_count(&list), 2);
    assert_int_equal(json_item_text(&list, 0, &text, &problem), 0);
    assert_true(span_equal(text, span_text("a")));
    assert_int_equal(json_item_object(&list, 1, &item, &problem), 0);
    assert_true(json_has(&item, "b"));
    assert_false(json_has(&item, "c"));
    assert_string_equal(problem.text, "");
    json_release(&root);
}

static void what_is_not_as_expected_is_named_by_its_path(void **state)
{
    (void)state;
    struct json_node root, members, member, other;
    struct problem problem;
    struct span text = span_text("kept");
    int64_t number = 7;
    bool flag;
    assert_int_equal(
        read_text("{\"org\":{\"members\":[{\"name\":3,\"age\":300}]}}", &root, &problem), 0);
    assert_int_equal(json_get_object(&root, "org", &other, &problem), 0);
    assert_int_equal(json_get_array(&other, "members", &members, &problem), 0);
    assert_int_equal(json_item_object(&members, 0, &member, &problem), 0);
    assert_int_equal(json_get_text(&member, "name", &text, &problem), E_FORMAT);
    assert_string_equal(problem.text, "org.members[0].name: expected text");
    assert_true(span_equal(text, span_text("kept")));
    problem_clear(&problem);
    assert_int_equal(json_get_text(&member, "none", &text, &problem), E_MISSING);
    assert_string_equal(problem.text, "org.members[0].none: expected text");
    problem_clear(&problem);
    assert_int_equal(json_get_int(&member, "age", 0, 120, &number, &problem), E_FORMAT);
    assert_string_equal(problem.text, "org.members[0].age: expected a whole number from 0 to 120");
    assert_int_equal(number, 7);
    problem_clear(&problem);
    double real = 7;
    assert_int_equal(json_get_real(&member, "age", 0, 1.5, &real, &problem), E_FORMAT);
    assert_string_equal(problem.text, "org.members[0].age: expected a number from 0 to 1.5");
    problem_clear(&problem);
    assert_int_equal(json_get_real(&member, "none", 0, 1, &real, &problem), E_MISSING);
    assert_string_equal(problem.text, "org.members[0].none: expected a number");
    assert_true(real == 7);
    problem_clear(&problem);
    assert_int_equal(json_get_bool(&member, "age", &flag, &problem), E_FORMAT);
    assert_string_equal(problem.text, "org.members[0].age: expected true or false");
    problem_clear(&problem);
    assert_int_equal(json_item_text(&members, 0, &text, &problem), E_FORMAT);
    assert_string_equal(problem.text, "org.members[0]: expected text");
    assert_int_equal(json_get_object(&root, "none", &other, NULL), E_MISSING);
    assert_int_equal(json_get_array(&root, "org", &other, NULL), E_FORMAT);
    json_release(&root);
    assert_int_equal(read_text("[1]", &root, &problem), 0);
    assert_int_equal(json_get_int(&root, "x", 0, 1, &number, &problem), E_FORMAT);
    assert_string_equal(problem.text, "the document: expected an object");
    assert_int_equal(json_item_object(&root, 0, &other, NULL), E_FORMAT);
    json_release(&root);
}

static void what_is_no_json_is_named_by_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place;
    } bad[] = {
        {"", "line 1, column 0"},
        {"{", "line 1"},
        {"{\"a\":1,\n \"b\" 2}", "line 2, column 6"},
        {"[1,]", "line 1, column 4"},
        {"{\"a\":1,\"a\":2}", "line 1"},
        {"[1] 2", "line 1"},
        {"\"\\u0000\"", "line 1"},
        {"\"\xFF\"", "line 1"},
        {"nul", "line 1"},
        {"[99999999999999999999]", "line 1"},
        {"{a:1}", "line 1"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct json_node root = {.index = 77};
        struct problem problem;
        assert_int_equal(read_text(bad[i].text, &root, &problem), E_FORMAT);
        if (strncmp(problem.text, bad[i].place, strlen(bad[i].place)) != 0)
            fail_msg("%zu: %s", i, problem.text);
        assert_int_equal(root.index, 77);
    }
    struct json_node root;
    struct problem problem;
    assert_int_equal(read_text("[\x1B[31mx]", &root, &problem), E_FORMAT);
    assert_null(strchr(problem.text, '\x1B'));
}

static void limits_are_kept(void **state)
{
    (void)state;
    struct json_node root;
    struct problem problem;
    char text[400];
    for (int depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[2 * depth] = '\0';
        int error = read_text(text, &root, &problem);
        assert_int_equal(error, depth > JSON_DEPTH_MAX ? E_TOO_LARGE : 0);
        if (error == 0)
            json_release(&root);
    }
    assert_int_equal(
        read_text("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"]", &root, &problem), 0);
    json_release(&root);
    assert_int_equal(json_read(span_text("[1]"), 2, &root, NULL), E_TOO_LARGE);
    assert_int_equal(json_read(span_text("[1]"), 3, &root, NULL), 0);
    json_release(&root);
}

static void any_text_is_read_again(void **state)
{
    (void)state;
    struct prop prop = prop_start("any_text_is_read_again");
    static const char *const pieces[] = {
        "a",    "\"", "\\",    "\n",          "\x01", "ё", "\xE2\x80\xAE", "👩", "\xF3\xA0\x81\x81",
        "\x7F", "/",  "u0041", "\xEF\xBF\xBD"};
    struct buf text, out;
    buf_init(&text, 1000);
    buf_init(&out, 10000);
    for (int round = 0; round < 5000; round++) {
        struct json_writer w;
        struct json_node root;
        struct span back;
        buf_reset(&text);
        buf_reset(&out);
        for (uint64_t i = prop_below(&prop, 12); i > 0; i--)
            buf_text(&text, pieces[prop_below(&prop, COUNT_OF(pieces))]);
        int64_t number = (int64_t)prop_u64(&prop), number_back = 0;
        json_writer_init(&w, &out);
        json_open_object(&w, NULL);
        json_put_text(&w, "text", buf_bytes(&text));
        json_put_int(&w, "number", number);
        json_close_object(&w);
        json_writer_end(&w);
        assert_int_equal(json_read(buf_bytes(&out), 10000, &root, NULL), 0);
        assert_int_equal(json_get_text(&root, "text", &back, NULL), 0);
        assert_true(span_equal(back, buf_bytes(&text)));
        assert_int_equal(json_get_int(&root, "number", INT64_MIN, INT64_MAX, &number_back, NULL),
                         0);
        assert_true(number == number_back);
        json_release(&root);
    }
    buf_release(&text);
    buf_release(&out);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        struct json_node root;
        mem_fail_from(nth);
        int error =
            json_read(span_text("{\"a\":[1,\"two\",{\"b\":null}],\"c\":true}"), 1000, &root, NULL);
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
        if (error == 0)
            json_release(&root);
        assert_true(nth < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_written),
        cmocka_unit_test(hostile_text_is_escaped),
        cmocka_unit_test(reals_are_short_and_plain),
        cmocka_unit_test(any_real_is_read_again),
        cmocka_unit_test(nesting_wrongly_stops_the_process),
        cmocka_unit_test(members_are_read_by_type),
        cmocka_unit_test(what_is_not_as_expected_is_named_by_its_path),
        cmocka_unit_test(what_is_no_json_is_named_by_its_place),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(any_text_is_read_again),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
