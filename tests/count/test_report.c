/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "count/report.h"
#include "count/report_words.h"
#include "prop.h"
#include "sample_result.h"
#include "table/csv.h"
#include "table/json.h"
#include "text/width.h"

#define OUT_BYTES_MAX (16u << 20)

static struct buf out;

static int set_up(void **state)
{
    (void)state;
    buf_init(&out, OUT_BYTES_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_release(&out);
    return 0;
}

static const char *text_of(const struct count_result *result, size_t width)
{
    buf_reset(&out);
    assert_int_equal(count_report_text(result, width, &out), 0);
    return buf_cstr(&out);
}

static const char *html_of(const struct count_result *result)
{
    buf_reset(&out);
    assert_int_equal(count_report_html(result, &out), 0);
    return buf_cstr(&out);
}

static const char *json_of(const struct count_result *result)
{
    buf_reset(&out);
    assert_int_equal(count_report_json(result, &out), 0);
    return buf_cstr(&out);
}

static const char *csv_of(const struct count_result *result)
{
    buf_reset(&out);
    assert_int_equal(count_report_csv(result, &out), 0);
    return buf_cstr(&out);
}

/* Each is there, and behind the one before. */
static void assert_in_order(const char *text, const char *const *parts, size_t count)
{
    const char *at = text;
    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(at, parts[i]);
        if (!found)
            fail_msg("not there, or too early: %s", parts[i]);
        at = found + strlen(parts[i]);
    }
}

static void a_terminal_is_told_all_in_order(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "How many: veshnia.csv\n",
        "It was stopped before all was done.",
        "\nDocumented\n----------\n",
        "At least 4,399 persons are documented, in 9,812 reports.\n",
        "At least 4,187 persons if every doubtful pair",
        "disappeared    2,700    1,400   1,350\n",
        "\nThe file\n",
        "9,826 rows were read; 9,812 are used. Left out:\n",
        "  13 rows: the row names no list (the first on line 9)\n",
        "  1 row: the row is cut short (on line 9,827)\n",
        "\nThe lists\n",
        "  2  Tolma Lawyers      1,850 █",
        "  · ● · ·  1,131 █",
        "  ● ● ● ●     18 ▊\n",
        "Warning: Everybody on one list is on another too.",
        "\nHow many there may be\n",
        "None of these numbers is the answer by itself.",
        "┊ 4,399 documented\n",
        "Lower limit\n",
        "▶",
        "Models\n",
        "●",
        "Simple models, for comparison\n",
        "no estimate: The result is negative",
        "Log-linear, best by BIC                         10,356  8,994 to 12,110\n",
        "      Model: [123,14,34]\n",
        "      Assumes: Lists depend on each other",
        "Warning: The repeated runs have not come to the same answer. R-hat is\n      1.034.\n",
        "16,942  no upper limit\n",
        "no estimate\n      Assumes: Being on one list changes",
        "Why: The result is negative, or fewer than are documented. It gave -2,311.\n",
        "\nLists compared two at a time, as a check\n",
        "Open Door Karsk + Tolma Lawyers                  8,295  7,688 to 8,998\n",
        "Parents of Orlets + Zhelan Hospital        no estimate\n      Why: The lists, or",
        "\nIf the linkage was wrong\n",
        "About 4,310 persons would be documented if 5% of the links had been missed.",
        "as linked",
        "5% of links false",
        "\nOver the drawn linkages\n",
        "10,401  8,800 to 12,600\n",
        "\nHow much delta says\n",
        "4,617  4,408 to 6,860\n      More than 5% of the weight",
        "\nAll strata added\n",
        "No answer in 2032.",
        "\nyear: 2031\n",
        "\nyear: 2032 (partial)\n",
        "\nyear: 2033\n",
        "The lists have nobody in common",
        "\nWhat each estimator needs\n",
        "\nTo repeat it\n",
        "with seed 18446744073709551615.",
    };
    assert_in_order(text_of(sample_busy(), 80), parts, COUNT_OF(parts));
}

static void two_lists_have_a_minimum_and_a_reason(void **state)
{
    (void)state;
    static const char *const parts[] = {"At least 76 persons are documented.\n",
                                        "3 rows were read; none was left out.\n",
                                        "How many there may be\n", "There are two lists, and"};
    const char *text = text_of(sample_two_lists(), 80);
    assert_in_order(text, parts, COUNT_OF(parts));
    assert_null(strstr(text, "estimator"));
    assert_null(strstr(text, "report"));
    const char *html = html_of(sample_two_lists());
    assert_non_null(strstr(html, "There are two lists, and"));
    assert_null(strstr(html, "class=\"estimates\""));
    assert_non_null(
        strstr(csv_of(sample_two_lists()), "whole,,as given,,76,,yes,,,,,,,,,,\"There"));
}

static void many_lists_are_a_table(void **state)
{
    (void)state;
    const char *text = text_of(sample_many_lists(), 80);
    assert_non_null(strstr(text, "Village 12   12,000\n"));
    assert_non_null(strstr(text, "There are 12 lists; estimates are made for up to 8.\n"));
    const char *html = html_of(sample_many_lists());
    assert_non_null(
        strstr(html, "<th scope=\"row\"><b>12</b> Village 12</th><td class=\"n\">12,000</td>"));
    assert_null(strstr(html, "<svg"));
}

static size_t widest_line(const char *text)
{
    size_t widest = 0;
    for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
        size_t columns = width_columns(span_of(text, (size_t)(end - text)));
        widest = columns > widest ? columns : widest;
    }
    return widest;
}

static void every_width_is_kept(void **state)
{
    (void)state;
    for (size_t width = 40; width <= 240; width++) {
        size_t widest = widest_line(text_of(sample_busy(), width));
        if (widest > width)
            fail_msg("%zu columns of %zu", widest, width);
    }
    assert_string_equal(text_of(sample_two_lists(), 0) ? "" : NULL, "");
}

static void hostile_names_do_no_harm_to_a_terminal(void **state)
{
    (void)state;
    static const size_t widths[] = {40, 80, 200};
    for (size_t i = 0; i < COUNT_OF(widths); i++) {
        const char *text = text_of(sample_hostile(), widths[i]);
        assert_null(strchr(text, '\x1B'));
        assert_null(strchr(text, '\x07'));
        assert_null(strstr(text, "\xE2\x80\xAE"));
        assert_null(strchr(text, '\r'));
        assert_non_null(strstr(text, "[U+202E]txt"));
        assert_non_null(strstr(text, "90,071,992,547,409,920  90,071,992,547,409,920 to 900,"));
    }
    const char *csv = csv_of(sample_hostile());
    assert_null(strchr(csv, '\x1B'));
    assert_null(strstr(csv, "\xE2\x80\xAE"));
    assert_null(strstr(csv, ",=HYPERLINK"));
    assert_null(strstr(csv, ",\"=HYPERLINK"));
    assert_non_null(strstr(csv, ",\"'=HYPERLINK"));
}

static void hostile_names_do_no_harm_to_a_page(void **state)
{
    (void)state;
    const char *html = html_of(sample_hostile());
    assert_null(strstr(html, "<script"));
    assert_non_null(strstr(html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_null(strstr(html, "\xE2\x80\xAE"));
    assert_null(strchr(html, '\x1B'));
    assert_null(strstr(html, "<!-"));
    assert_non_null(strstr(html, "&amp;amp;"));
}

/* Neither as a word nor as a part of one. */
static void assert_no_number_gone_wrong(const char *text)
{
    static const char *const wrong[] = {"nan",  "NaN",  "NAN",      "inf,",
                                        "inf<", "-inf", "Infinity", "1.#"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        if (strstr(text, wrong[i]))
            fail_msg("%s", wrong[i]);
    }
}

static void no_number_is_infinite(void **state)
{
    (void)state;
    struct count_result *(*const samples[])(void) = {sample_busy, sample_two_lists,
                                                     sample_many_lists, sample_hostile};
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        assert_no_number_gone_wrong(text_of(samples[i](), 100));
        assert_no_number_gone_wrong(json_of(samples[i]()));
        assert_no_number_gone_wrong(csv_of(samples[i]()));
        assert_no_number_gone_wrong(html_of(samples[i]()));
    }
}

static void nothing_is_on_nobodys_list(void **state)
{
    (void)state;
    struct count_result *result = sample_two_lists();
    struct count_data *data = (struct count_data *)(uintptr_t)result->data;
    memset(data->whole.table.cells, 0, sizeof data->whole.table.cells);
    memset(data->whole.sizes, 0, sizeof data->whole.sizes);
    data->whole.documented.persons = 0;
    assert_non_null(strstr(text_of(result, 80), "At least 0 persons are documented.\n"));
    assert_non_null(strstr(html_of(result), "At least 0 persons are documented."));
    assert_no_number_gone_wrong(json_of(result));
}

static void json_is_read_again(void **state)
{
    (void)state;
    struct json_node root, whole, list, one, file;
    struct span text;
    int64_t number = 0;
    assert_int_equal(json_read(span_text(json_of(sample_busy())), OUT_BYTES_MAX, &root, NULL), 0);
    assert_int_equal(json_get_int(&root, "schema", 1, 1, &number, NULL), 0);
    assert_int_equal(json_get_text(&root, "seed", &text, NULL), 0);
    assert_true(span_equal(text, span_text("18446744073709551615")));
    assert_int_equal(json_get_object(&root, "file", &file, NULL), 0);
    assert_int_equal(json_get_text(&file, "form", &text, NULL), 0);
    assert_true(span_equal(text, span_text("records")));
    assert_int_equal(json_get_object(&root, "whole", &whole, NULL), 0);
    assert_int_equal(json_get_int(&whole, "persons_merged", 4187, 4187, &number, NULL), 0);
    assert_int_equal(json_get_array(&whole, "overlaps", &list, NULL), 0);
    assert_int_equal(json_count(&list), 15);
    assert_int_equal(json_get_array(&whole, "estimates", &list, NULL), 0);
    assert_int_equal(json_count(&list), 12);
    assert_int_equal(json_item_object(&list, 3, &one, NULL), 0);
    assert_int_equal(json_get_int(&one, "n", 12595, 12595, &number, NULL), 0);
    assert_int_equal(json_get_array(&root, "strata", &list, NULL), 0);
    assert_int_equal(json_count(&list), 3);
    json_release(&root);
    const char *json = json_of(sample_busy());
    assert_non_null(strstr(json, "\"mean\":12749.34929,\"mode\":12267,"));
    assert_non_null(strstr(json, "\"n\":16941.9,\"low\":null,\"high\":null,\"mean\":null,"));
    assert_non_null(strstr(json, "\"warnings\":[\"one-cell\",\"no-upper-limit\"]"));
    assert_non_null(strstr(json, "\"links\":\"missed\",\"percent\":5,\"repetitions\":20,"));
    assert_int_equal(json_read(span_text(json_of(sample_hostile())), OUT_BYTES_MAX, &root, NULL),
                     0);
    json_release(&root);
}

static void csv_is_read_again(void **state)
{
    (void)state;
    struct count_result *(*const samples[])(void) = {sample_busy, sample_hostile};
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct csv_options options = {.delimiter = ','};
        struct csv_reader *r = csv_reader_new(span_text(csv_of(samples[i]())), &options);
        size_t rows = 0;
        bool got = true;
        while (got) {
            assert_int_equal(csv_reader_next(r, &got, NULL), 0);
            if (got && csv_reader_count(r) != 17)
                fail_msg("row %zu has %zu fields", rows, csv_reader_count(r));
            rows += got;
        }
        /* Titles; 12 estimates, 2 deltas, 1 pooled, 4 shifted; 2 + 2 + 1 of strata; 2 totals. */
        assert_int_equal(rows, 1 + 19 + 5 + 2);
        csv_reader_free(r);
    }
}

static void a_page_shows_charts_and_tables(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "default-src &#39;none&#39;; style-src &#39;sha256-",
        "<title>How many: veshnia.csv</title>",
        "At least 4,399 persons are documented, in 9,812 reports.",
        "<th scope=\"row\">detained</th><td class=\"n\">1,200</td><td class=\"n\">700</td>",
        "<h2>The lists</h2>",
        "<figure class=\"chart-wide\"><svg",
        "<figure class=\"chart-narrow\"><svg",
        "<details>",
        "<th scope=\"row\">Tolma Lawyers + Zhelan Hospital</th><td class=\"n\">228</td>",
        "<h2>How many there may be</h2>",
        "<title>Estimates and their 95% intervals</title><desc>4,399 documented.",
        "<h3>Lower limit</h3>",
        "at least</span> 8,787</td><td class=\"n\">8,402 to 9,204</td>",
        "<h3>Models</h3>",
        "Model:</span> [123,14,34]<",
        "<h3>Simple models, for comparison</h3>",
        "<td colspan=\"2\">no estimate</td>",
        "<b>Why:</b> The result is negative",
        "<th scope=\"rowgroup\">Open Door Karsk + Tolma Lawyers</th>",
        "<h2>If the linkage was wrong</h2>",
        "About 4,310 persons would be documented",
        "<h2>Over the drawn linkages</h2>",
        "<h2>How much delta says</h2>",
        "<h2>All strata added</h2>",
        "<h2>By year</h2>",
        "<h3>2032 (partial)</h3>",
        "seed 18446744073709551615",
    };
    assert_in_order(html_of(sample_busy()), parts, COUNT_OF(parts));
    /* Few histories are shown without being asked for. */
    assert_non_null(strstr(html_of(sample_two_lists()), "<details open>"));
}

static void every_warning_is_said(void **state)
{
    (void)state;
    struct count_result *result = sample_busy();
    struct count_estimate *e = &result->whole.estimates[1];
    for (unsigned w = 0; w < COUNT_WARNING_COUNT; w++) {
        e->warnings = UINT32_C(1) << w;
        e->given = e->has_interval = w > COUNT_WARNING_STOPS;
        assert_non_null(strstr(html_of(result), count_warning_sentence((enum count_warning)w)));
        assert_non_null(strstr(json_of(result), count_warning_id((enum count_warning)w)));
        assert_non_null(strstr(csv_of(result), count_warning_id((enum count_warning)w)));
    }
}

static void numbers_are_grouped_and_whole(void **state)
{
    (void)state;
    static const struct {
        double n;
        const char *text;
    } cases[] = {{0, "0"},
                 {999.4, "999"},
                 {999.6, "1,000"},
                 {12749.34929, "12,749"},
                 {1234567, "1,234,567"},
                 {9007199254740992e4, "90,071,992,547,409,920,000"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        buf_reset(&out);
        report_put_number(&out, cases[i].n);
        assert_string_equal(buf_cstr(&out), cases[i].text);
    }
}

static int make_all(const struct count_result *result)
{
    buf_reset(&out);
    TRY(count_report_text(result, 80, &out));
    buf_reset(&out);
    TRY(count_report_json(result, &out));
    buf_reset(&out);
    TRY(count_report_csv(result, &out));
    buf_reset(&out);
    return count_report_html(result, &out);
}

/* Every allocation at first, then some of them, since a page makes thousands. */
static void any_allocation_may_fail(void **state)
{
    (void)state;
    struct prop prop = prop_start("any_allocation_may_fail");
    struct count_result *result = sample_busy();
    bool done = false;
    size_t failures = 0;
    for (uint64_t nth = 1; !done; nth += nth < 300 ? 1 : 1 + prop_below(&prop, 40)) {
        buf_release(&out);
        buf_init(&out, OUT_BYTES_MAX);
        mem_fail_from(nth);
        int error = make_all(result);
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
        failures += !done;
    }
    assert_true(failures > 300);
}

static void a_full_buffer_is_an_error(void **state)
{
    (void)state;
    for (size_t cap = 0; cap < 5000; cap += 777) {
        buf_release(&out);
        buf_init(&out, cap);
        assert_int_equal(count_report_text(sample_busy(), 80, &out), E_TOO_LARGE);
        buf_reset(&out);
        assert_int_equal(count_report_html(sample_busy(), &out), E_TOO_LARGE);
    }
    buf_release(&out);
    buf_init(&out, OUT_BYTES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_is_told_all_in_order),
        cmocka_unit_test(two_lists_have_a_minimum_and_a_reason),
        cmocka_unit_test(many_lists_are_a_table),
        cmocka_unit_test(every_width_is_kept),
        cmocka_unit_test(hostile_names_do_no_harm_to_a_terminal),
        cmocka_unit_test(hostile_names_do_no_harm_to_a_page),
        cmocka_unit_test(no_number_is_infinite),
        cmocka_unit_test(nothing_is_on_nobodys_list),
        cmocka_unit_test(json_is_read_again),
        cmocka_unit_test(csv_is_read_again),
        cmocka_unit_test(a_page_shows_charts_and_tables),
        cmocka_unit_test(every_warning_is_said),
        cmocka_unit_test(numbers_are_grouped_and_whole),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(a_full_buffer_is_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
