/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "death.h"
#include "prop.h"
#include "table/csv.h"

#include <string.h>
#include <unistd.h>

/* All rows as <field><field>/ and then E:NAME after an error. */
static void read_all(struct csv_reader *r, struct buf *out, struct problem *problem)
{
    bool got = true;
    int error = 0;
    assert_non_null(r);
    while (error == 0 && got) {
        error = csv_reader_next(r, &got, problem);
        for (size_t i = 0; i < csv_reader_count(r); i++) {
            struct span field = csv_reader_field(r, i);
            buf_printf(out, "<%.*s>", (int)field.len, (const char *)field.data);
        }
        if (error == 0 && got)
            buf_text(out, "/");
    }
    if (error < 0)
        buf_printf(out, "E:%s", error_name(error));
    csv_reader_free(r);
}

static void assert_reads(const char *text, const char *expected, const char *said)
{
    struct buf out;
    struct problem problem;
    buf_init(&out, 10000);
    problem_clear(&problem);
    read_all(csv_reader_new(span_text(text), NULL), &out, &problem);
    assert_string_equal(buf_cstr(&out), expected);
    assert_string_equal(problem.text, said);
    buf_release(&out);
}

static void rows_and_fields(void **state)
{
    (void)state;
    assert_reads("a,b\r\nc,d\r\n", "<a><b>/<c><d>/", "");
    assert_reads("a,b\nc,d", "<a><b>/<c><d>/", "");
    assert_reads("a,b\rc,d\r", "<a><b>/<c><d>/", "");
    assert_reads("a,,b,\n,\n", "<a><><b><>/<><>/", "");
    assert_reads("\n\r\n\na\n\n\nb\n\n", "<a>/<b>/", "");
    assert_reads("", "", "");
    assert_reads("\n", "", "");
    assert_reads("\"\"", "<>/", "");
    assert_reads("\xEF\xBB\xBF"
                 "a,b",
                 "<a><b>/", "");
    assert_reads(" a , b ", "< a >< b >/", "");
}

static void quoted_fields(void **state)
{
    (void)state;
    assert_reads("\"a,b\",\"c\"\"d\"\n", "<a,b><c\"d>/", "");
    assert_reads("\"a\r\nb\",c\nd", "<a\r\nb><c>/<d>/", "");
    assert_reads("\"\",\"\"\"\"", "<><\">/", "");
    assert_reads("\"a\"\r\n\"b\"", "<a>/<b>/", "");
    assert_reads("\xEF\xBB\xBF\"a\",b", "<a><b>/", "");
}

static void what_breaks_a_rule_is_named_by_its_place(void **state)
{
    (void)state;
    assert_reads("a,b\nc,d\"e\n", "<a><b>/E:FORMAT",
                 "line 2, column 4: a quote in a field that does not begin with one");
    assert_reads("a\n\"b\"c\n", "<a>/E:FORMAT",
                 "line 2, column 4: after a closing quote the field must end");
    assert_reads("ёё,\"b\nc\n", "E:FORMAT",
                 "line 1, column 4: the quote that opens here is never closed");
    assert_reads("a,\"b\nc\"d\n", "E:FORMAT",
                 "line 2, column 3: after a closing quote the field must end");
    assert_reads("a,b\r\n\r\nx\xFF,c", "<a><b>/E:UTF8",
                 "line 3, column 1: the field that begins here is not valid UTF-8");
    assert_reads("a\n\"b\n\n\xFF\"", "<a>/E:UTF8",
                 "line 2, column 1: the field that begins here is not valid UTF-8");
    struct buf out;
    struct problem problem;
    buf_init(&out, 100);
    problem_clear(&problem);
    read_all(csv_reader_new(span_of("a,b\0c", 5), NULL), &out, &problem);
    assert_string_equal(buf_cstr(&out), "E:FORMAT");
    assert_string_equal(problem.text,
                        "line 1, column 4: a NUL byte; UTF-16 must be saved as UTF-8 first");
    buf_release(&out);
}

static void an_error_is_said_again(void **state)
{
    (void)state;
    struct csv_reader *r = csv_reader_new(span_text("a\"\nb\n"), NULL);
    for (int i = 0; i < 3; i++) {
        bool got = true;
        struct problem problem;
        problem_clear(&problem);
        assert_int_equal(csv_reader_next(r, &got, &problem), E_FORMAT);
        assert_non_null(strstr(problem.text, "line 1, column 2"));
        assert_int_equal(csv_reader_count(r), 0);
    }
    csv_reader_free(r);
}

static void the_line_of_a_row_counts_embedded_newlines(void **state)
{
    (void)state;
    static const uint64_t lines[] = {1, 2, 6, 7};
    struct csv_reader *r = csv_reader_new(span_text("a\r\n\"b\r\nc\nd\re\"\r\nf\ng"), NULL);
    bool got;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        assert_int_equal(csv_reader_next(r, &got, NULL), 0);
        assert_true(got);
        assert_int_equal(csv_reader_line(r), lines[i]);
    }
    assert_int_equal(csv_reader_next(r, &got, NULL), 0);
    assert_false(got);
    csv_reader_free(r);
}

static void the_delimiter_is_detected(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        char delimiter;
    } cases[] = {
        {"a;b;c\n1,5;2,5;3\n", ';'},
        {"a\tb\n", '\t'},
        {"a|b|c,d\n", '|'},
        {"alone\n", ','},
        {"\"a,b,c\";d\n", ';'},
        {"\n\n\"x\ny,\";z;\n", ';'},
        {"a,b;c\n", ','},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct csv_reader *r = csv_reader_new(span_text(cases[i].text), NULL);
        bool got;
        assert_int_equal(csv_reader_next(r, &got, NULL), 0);
        assert_int_equal(csv_reader_delimiter(r), cases[i].delimiter);
        csv_reader_free(r);
    }
    const struct csv_options given = {.delimiter = ';'};
    struct buf out;
    buf_init(&out, 100);
    read_all(csv_reader_new(span_text("a,b;c"), &given), &out, NULL);
    assert_string_equal(buf_cstr(&out), "<a,b><c>/");
    buf_release(&out);
}

static void limits_are_exact(void **state)
{
    (void)state;
    const struct csv_options options = {.delimiter = ',', .field_max_bytes = 3, .row_max_bytes = 5};
    static const char *const cases[][2] = {
        {"abc,de\nabc,de", "<abc><de>/<abc><de>/"},
        {"abcd", "E:TOO_LARGE"},
        {"abc,def", "E:TOO_LARGE"},
        {"\"a\"\"b\"", "<a\"b>/"},
        {"\"a\"\"bc\"", "E:TOO_LARGE"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out;
        buf_init(&out, 100);
        read_all(csv_reader_new(span_text(cases[i][0]), &options), &out, NULL);
        assert_string_equal(buf_cstr(&out), cases[i][1]);
        buf_release(&out);
    }
    struct buf many;
    bool got;
    buf_init(&many, 2 * CSV_FIELDS_MAX);
    for (int i = 1; i < CSV_FIELDS_MAX; i++)
        buf_u8(&many, ',');
    struct csv_reader *r = csv_reader_new(buf_bytes(&many), NULL);
    assert_int_equal(csv_reader_next(r, &got, NULL), 0);
    assert_int_equal(csv_reader_count(r), CSV_FIELDS_MAX);
    csv_reader_free(r);
    buf_u8(&many, ',');
    r = csv_reader_new(buf_bytes(&many), NULL);
    assert_int_equal(csv_reader_next(r, &got, NULL), E_TOO_LARGE);
    csv_reader_free(r);
    buf_release(&many);
}

static void write_row(struct csv_writer *w, const char *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        csv_write_field(w, span_text(fields[i]));
    csv_write_row_end(w);
}

static void what_must_be_quoted_is(void **state)
{
    (void)state;
    struct buf out;
    struct csv_writer w;
    buf_init(&out, 1000);
    csv_writer_init(&w, &out, ';', false);
    write_row(&w, (const char *const[]){"a", "b;c", "d,e", "say \"x\"", "two\nlines", "=1+1", " y"},
              7);
    write_row(&w, (const char *const[]){""}, 1);
    write_row(&w, (const char *const[]){"", ""}, 2);
    assert_string_equal(buf_cstr(&out),
                        "a;\"b;c\";d,e;\"say \"\"x\"\"\";\"two\nlines\";=1+1;\" y\"\r\n"
                        "\"\"\r\n;\r\n");
    buf_release(&out);
}

static void formulas_are_made_harmless(void **state)
{
    (void)state;
    struct buf out;
    struct csv_writer w;
    buf_init(&out, 1000);
    csv_writer_init(&w, &out, ',', true);
    write_row(&w,
              (const char *const[]){"=cmd|' /C calc'!A0", "+1+2", "-12", "+3.5", "-", "@SUM(1)",
                                    "＝1", "a=b"},
              8);
    write_row(&w, (const char *const[]){"-1.2.3", "-.5", "=\"x\"", "\tx", "-2+3"}, 5);
    assert_string_equal(buf_cstr(&out),
                        "'=cmd|' /C calc'!A0,'+1+2,-12,+3.5,'-,'@SUM(1),'＝1,a=b\r\n"
                        "'-1.2.3,'-.5,\"'=\"\"x\"\"\",'\tx,'-2+3\r\n");
    buf_release(&out);
}

static void write_with_a_quote_as_delimiter(void)
{
    struct buf out;
    struct csv_writer w;
    buf_init(&out, 10);
    csv_writer_init(&w, &out, '"', false);
}

static void a_delimiter_that_cannot_be_stops_the_process(void **state)
{
    (void)state;
    assert_true(dies(write_with_a_quote_as_delimiter));
}

#define ROWS_MAX 6
#define COLUMNS 4
struct table {
    size_t rows, counts[ROWS_MAX];
    char fields[ROWS_MAX][COLUMNS][40];
};

static void random_table(struct prop *prop, struct table *t)
{
    static const char *const pieces[] = {"a", ",", "\"", "\n", "\r",           ";",
                                         " ", "ё", "=",  "\t", "\xEF\xBB\xBF", "\r\n"};
    memset(t, 0, sizeof *t);
    t->rows = prop_below(prop, ROWS_MAX + 1);
    for (size_t i = 0; i < t->rows; i++) {
        t->counts[i] = 1 + prop_below(prop, COLUMNS);
        for (size_t j = 0; j < t->counts[i]; j++)
            for (uint64_t k = prop_below(prop, 8); k > 0; k--) {
                const char *piece = pieces[prop_below(prop, COUNT_OF(pieces))];
                memcpy(t->fields[i][j] + strlen(t->fields[i][j]), piece, strlen(piece) + 1);
            }
    }
}

static void assert_table(struct csv_reader *r, const struct table *t)
{
    bool got;
    assert_non_null(r);
    for (size_t i = 0; i < t->rows; i++) {
        assert_int_equal(csv_reader_next(r, &got, NULL), 0);
        assert_true(got);
        assert_int_equal(csv_reader_count(r), t->counts[i]);
        for (size_t j = 0; j < t->counts[i]; j++)
            assert_true(span_equal(csv_reader_field(r, j), span_text(t->fields[i][j])));
    }
    assert_int_equal(csv_reader_next(r, &got, NULL), 0);
    assert_false(got);
    csv_reader_free(r);
}

static void write_to(int fd, struct span bytes)
{
    assert_int_equal(write(fd, bytes.data, bytes.len), (ssize_t)bytes.len);
}

static void any_table_is_read_again(void **state)
{
    (void)state;
    struct prop prop = prop_start("any_table_is_read_again");
    struct buf out;
    buf_init(&out, 100000);
    for (int round = 0; round < 3000; round++) {
        struct table t;
        struct csv_writer w;
        struct csv_options options = {.delimiter = ",;\t|"[prop_below(&prop, 4)]};
        random_table(&prop, &t);
        buf_reset(&out);
        csv_writer_init(&w, &out, options.delimiter, false);
        for (size_t i = 0; i < t.rows; i++) {
            for (size_t j = 0; j < t.counts[i]; j++)
                csv_write_field(&w, span_text(t.fields[i][j]));
            csv_write_row_end(&w);
        }
        assert_table(csv_reader_new(buf_bytes(&out), &options), &t);
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        write_to(ends[1], buf_bytes(&out));
        close(ends[1]);
        assert_table(csv_reader_new_fd(ends[0], &options), &t);
        close(ends[0]);
    }
    buf_release(&out);
}

/* Longer than a chunk, with rows, quotes and characters across its ends. */
static void a_stream_is_read_as_its_bytes_are(void **state)
{
    (void)state;
    struct buf text, whole, streamed;
    buf_init(&text, 1 << 20);
    buf_init(&whole, 1 << 21);
    buf_init(&streamed, 1 << 21);
    for (int i = 0; i < 20000; i++)
        buf_printf(&text, "%d,\"ё\"\"\r\n%d\",жук\r\n", i, i * 7);
    read_all(csv_reader_new(buf_bytes(&text), NULL), &whole, NULL);
    char name[] = "/tmp/vouchsafe-csv-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    unlink(name);
    write_to(fd, buf_bytes(&text));
    lseek(fd, 0, SEEK_SET);
    read_all(csv_reader_new_fd(fd, NULL), &streamed, NULL);
    close(fd);
    assert_true(whole.len > 400000 && span_equal(buf_bytes(&whole), buf_bytes(&streamed)));
    buf_reset(&streamed);
    read_all(csv_reader_new_fd(fd, NULL), &streamed, NULL);
    assert_string_equal(buf_cstr(&streamed), "E:IO");
    buf_release(&text);
    buf_release(&whole);
    buf_release(&streamed);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        int error = E_NOMEM;
        bool got = true;
        mem_fail_from(nth);
        struct csv_reader *r =
            csv_reader_new(span_text("a,b\n\"c\nd\",eeeeeeeeeeeeeeeeeeeeeeeeeeee"
                                     "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\n"),
                           NULL);
        while (r && got && (error = csv_reader_next(r, &got, NULL)) == 0)
            continue;
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
        csv_reader_free(r);
        assert_true(nth < 100);
    }
    mem_fail_from(2);
    assert_null(csv_reader_new_fd(0, NULL));
    mem_fail_from(0);
}

static void numbers_are_written_plainly(void **state)
{
    (void)state;
    static const double numbers[] = {0, -2.5, 12749.34929, 4400, 1e300};
    struct buf out;
    struct csv_writer w;
    buf_init(&out, 1000);
    csv_writer_init(&w, &out, ',', true);
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        csv_write_real(&w, numbers[i]);
    csv_write_row_end(&w);
    assert_string_equal(buf_cstr(&out), "0,-2.5,12749.34929,4400,1e+300\r\n");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_fields),
        cmocka_unit_test(quoted_fields),
        cmocka_unit_test(what_breaks_a_rule_is_named_by_its_place),
        cmocka_unit_test(an_error_is_said_again),
        cmocka_unit_test(the_line_of_a_row_counts_embedded_newlines),
        cmocka_unit_test(the_delimiter_is_detected),
        cmocka_unit_test(limits_are_exact),
        cmocka_unit_test(what_must_be_quoted_is),
        cmocka_unit_test(formulas_are_made_harmless),
        cmocka_unit_test(a_delimiter_that_cannot_be_stops_the_process),
        cmocka_unit_test(any_table_is_read_again),
        cmocka_unit_test(a_stream_is_read_as_its_bytes_are),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(numbers_are_written_plainly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
