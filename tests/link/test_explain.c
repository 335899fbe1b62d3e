/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "invented.h"
#include "link/explain.h"
#include "link/report.h"
#include "link/rows.h"
#include "table/json.h"
#include "text/width.h"

#define OUT_BYTES_MAX (16u << 20)

static struct invented all;
static struct link_options options;
static struct link_result *result;
static struct link_output output;
static struct arena arena;
static struct buf out;

/* Two lists that write differently, and a third with what nobody should write. */
static int set_up(void **state)
{
    (void)state;
    const struct link_simulation simulation = {.seed = 5,
                                               .persons = 150,
                                               .lists = 4,
                                               .captured = 0.7,
                                               .duplicated = 0.1,
                                               .mistakes = 0.8,
                                               .scripts = true};
    invented_init(&all, &simulation);
    invented_add(
        &all, "evil <b>\x1b[2J\u202e.csv",
        "id,family_name,given_name,date_of_birth,phone,re\u202emarks\n"
        "x1,<script>alert(1)</script>,Vera\u202eareV,1971-01-09,0600000001,\x1b[31mred\n"
        "x2,<script>alert(1)</script>,Vera\u202eareV,1971-01-09,,\"a \"\"quoted\"\" & b\"\n"
        "x3,Orlov,\x1b]0;x\x07,1955-11-30,0600000002,\n");
    options = invented_options(&all);
    result = run_link(&options, 1, NULL);
    output = output_of(result, &all);
    arena_init(&arena, 64 << 20);
    buf_init(&out, OUT_BYTES_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    link_result_free(result);
    invented_release(&all);
    arena_release(&arena);
    buf_release(&out);
    return 0;
}

static struct link_view view_of(uint32_t a, uint32_t b)
{
    const struct link_pair pair = {a, b};
    struct link_view view;
    assert_int_equal(link_views(&output, &pair, 1, &arena, &view, NULL), 0);
    return view;
}

static const char *text_of(const struct link_view *view, size_t width)
{
    buf_reset(&out);
    assert_int_equal(link_explain_text(view, width, &out), 0);
    return buf_cstr(&out);
}

/* What a program does with the numbers: they add up. */
static void bits_add_up_and_follow_from_m_and_u(void **state)
{
    (void)state;
    size_t looked = 0;
    for (size_t i = 0; i < result->edge_count; i += 7, looked++) {
        const struct link_edge *edge = &result->edges[i];
        struct link_view view = view_of(edge->a, edge->b);
        double sum = view.why.prior_bits;
        for (unsigned f = 0; f < view.rows; f++) {
            const struct link_view_row *row = &view.row[f];
            sum += row->bits;
            assert_int_equal(row->m > 0, row->u > 0);
            if (row->m > 0)
                assert_true(fabs(log2(row->m / row->u) + row->rarity_bits - row->bits) < 1e-6);
            else
                assert_true(fabs(row->bits) < 1e-9);
        }
        assert_true(fabs(sum - view.why.bits) < 1e-6);
        assert_true(fabs(view.why.bits - (double)edge->bits) < 1e-3);
        assert_true(fabs(view.why.probability - 1 / (1 + exp2(-view.why.bits))) < 1e-9);
        assert_int_equal(view.together, result->cluster[edge->a] == result->cluster[edge->b]);
    }
    assert_true(looked > 10);
}

/* The rows are the lists' own words, whatever a column is called there. */
static void values_are_those_of_the_lists(void **state)
{
    (void)state;
    uint32_t x1 = record_called(result, "evil <b>\x1b[2J\u202e.csv:x1");
    uint32_t x2 = record_called(result, "evil <b>\x1b[2J\u202e.csv:x2");
    struct link_rows *rows;
    const uint32_t records[] = {x1, x2, 0, x1};
    assert_int_equal(link_rows_new(&output, records, COUNT_OF(records), &rows, NULL), 0);
    bool name = false, remarks = false;
    for (unsigned i = 0; i < link_rows_columns(rows); i++) {
        const char *value = link_rows_value(rows, x1, i);
        name |= strstr(value, "<script>alert(1)</script>") != NULL;
        remarks |= strcmp(value, "\x1b[31mred") == 0;
        if (i < link_records_fields(result->records))
            assert_string_equal(link_rows_name(rows, i), link_field_name(result->records, i));
    }
    assert_true(name && remarks);
    link_rows_free(rows);
    /* A Cyrillic list's names stand in the same field as a Latin one's. */
    struct link_view view = view_of(0, all.count > 1 ? result->lists.lists[0].rows : 1);
    size_t both = 0;
    for (unsigned f = 0; f < view.rows; f++)
        both += view.row[f].of_a[0] && view.row[f].of_b[0];
    assert_true(both >= 3);
}

static bool has_sentence(const char *part)
{
    for (size_t i = 0; i < result->edge_count; i++) {
        struct link_view view = view_of(result->edges[i].a, result->edges[i].b);
        for (unsigned f = 0; f < view.rows; f++) {
            const char *sentence = view.row[f].sentence;
            assert_int_equal(sentence[strlen(sentence) - 1], '.');
            assert_null(strstr(sentence, "nan"));
            if (strstr(sentence, part))
                return true;
        }
        arena_release(&arena);
        arena_init(&arena, 64 << 20);
    }
    return false;
}

static void a_layman_is_told(void **state)
{
    (void)state;
    assert_true(has_sentence(": the same; "));
    assert_true(has_sentence(" times as common among records of one person as among others"));
    assert_true(has_sentence(" times rarer among records of one person than among others"));
    assert_true(has_sentence("missing in one of the two, which says nothing."));
    assert_true(has_sentence("the more so since few hold such a value"));
}

static void the_state_of_a_pair_is_said(void **state)
{
    (void)state;
    struct link_view view = {.together = true, .why = {.bits = 5, .probability = 0.97}};
    static const struct {
        bool together, one_list;
        enum link_decided decided;
        double bits;
        const char *says;
    } cases[] = {
        {true, false, LINK_DECIDED_NOT, 5, "At present they are in one cluster."},
        {true, false, LINK_DECIDED_NOT, -5, "though this pair alone would not be"},
        {false, false, LINK_DECIDED_NOT, 5, "though this pair alone would be in one"},
        {false, true, LINK_DECIDED_NOT, 5, "since their list is said to hold each person once."},
        {true, false, LINK_DECIDED_SAME, -5, "; people decided that they are the same person."},
        {false, false, LINK_DECIDED_DIFFERENT, 5, "that they are different persons."},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        view.together = cases[i].together;
        view.one_list = cases[i].one_list;
        view.decided = cases[i].decided;
        view.why.bits = cases[i].bits;
        buf_reset(&out);
        link_view_put_state(&view, &out);
        assert_non_null(strstr(buf_cstr(&out), cases[i].says));
    }
}

static void chances_are_said_in_words(void **state)
{
    (void)state;
    static const struct {
        double probability;
        const char *says;
    } cases[] = {{0.5, "is 0.500: of 100 such pairs, 50 are."},
                 {0.9875, "is 0.988: of such pairs, 79 in 80 are."},
                 {0.609, "is 0.609: of 100 such pairs, 61 are."},
                 {0.05, "is 0.050: of such pairs, 1 in 20 is."},
                 {0.0004, "is under 0.001: of such pairs, 1 in 2,500 is."},
                 {0.99999999, "is over 0.999: of such pairs, 999,999 or more in 1,000,000 are."},
                 {1, "is over 0.999: of such pairs, 999,999 or more in 1,000,000 are."},
                 {0, "is under 0.001: of such pairs, 1 or fewer in 1,000,000 are."}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct link_view view = {.why = {.probability = cases[i].probability}};
        buf_reset(&out);
        link_view_put_chance(&view, &out);
        if (!strstr(buf_cstr(&out), cases[i].says))
            fail_msg("%s, and not %s", buf_cstr(&out), cases[i].says);
    }
}

static struct link_view evil_view(void)
{
    return view_of(record_called(result, "evil <b>\x1b[2J\u202e.csv:x1"),
                   record_called(result, "evil <b>\x1b[2J\u202e.csv:x2"));
}

static void hostile_values_do_no_harm(void **state)
{
    (void)state;
    struct link_view view = evil_view();
    for (size_t width = 20; width <= 200; width += 20) {
        const char *text = text_of(&view, width);
        assert_null(strchr(text, '\x1b'));
        assert_null(strstr(text, "\u202e"));
        assert_non_null(strstr(text, "[U+202E]"));
    }
    buf_reset(&out);
    assert_int_equal(link_explain_html(&view, &out), 0);
    assert_null(strstr(buf_cstr(&out), "<script"));
    assert_null(strchr(buf_cstr(&out), '\x1b'));
    assert_null(strstr(buf_cstr(&out), "\u202e"));
    assert_non_null(strstr(buf_cstr(&out), "&lt;script&gt;alert(1)&lt;/script&gt;"));
    buf_reset(&out);
    assert_int_equal(link_explain_svg(&view, &out), 0);
    assert_null(strchr(buf_cstr(&out), '\x1b'));
    assert_null(strstr(buf_cstr(&out), "\u202e"));
}

static void the_terminals_width_is_kept(void **state)
{
    (void)state;
    struct link_view view = evil_view();
    for (size_t width = 32; width <= 160; width++) {
        const char *text = text_of(&view, width);
        for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
            if (width_columns(span_of(text, (size_t)(end - text))) > width)
                fail_msg("%zu: %.*s", width, (int)(end - text), text);
        }
    }
}

static void json_is_read_again(void **state)
{
    (void)state;
    struct link_view view = evil_view();
    struct json_node root, fields, one;
    struct span text;
    double bits, prior, sum = 0;
    int64_t schema;
    bool together;
    buf_reset(&out);
    assert_int_equal(link_explain_json(&view, &out), 0);
    assert_null(strchr(buf_cstr(&out), '\x1b'));
    assert_int_equal(json_read(buf_bytes(&out), OUT_BYTES_MAX, &root, NULL), 0);
    assert_int_equal(json_get_int(&root, "schema", 1, 1, &schema, NULL), 0);
    assert_int_equal(json_get_text(&root, "a", &text, NULL), 0);
    assert_true(span_equal(text, span_text("evil <b>\x1b[2J\u202e.csv:x1")));
    assert_int_equal(json_get_bool(&root, "together", &together, NULL), 0);
    assert_int_equal(json_get_real(&root, "bits", -1e9, 1e9, &bits, NULL), 0);
    assert_int_equal(json_get_real(&root, "prior_bits", -1e9, 1e9, &prior, NULL), 0);
    assert_int_equal(json_get_array(&root, "fields", &fields, NULL), 0);
    assert_int_equal(json_count(&fields), view.rows);
    for (size_t i = 0; i < json_count(&fields); i++) {
        double field_bits;
        assert_int_equal(json_item_object(&fields, i, &one, NULL), 0);
        assert_int_equal(json_get_real(&one, "bits", -1e9, 1e9, &field_bits, NULL), 0);
        sum += field_bits;
    }
    assert_true(fabs(prior + sum - bits) < 1e-6);
    json_release(&root);
}

static int explain_all(struct arena *where, struct buf *to)
{
    const struct link_pair pair = {0, 1};
    struct link_view view;
    TRY(link_views(&output, &pair, 1, where, &view, NULL));
    TRY(link_explain_text(&view, 80, to));
    TRY(link_explain_json(&view, to));
    TRY(link_explain_svg(&view, to));
    return link_explain_html(&view, to);
}

static void want_of_memory_is_reported(void **state)
{
    (void)state;
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        struct arena where;
        struct buf to;
        arena_init(&where, 64 << 20);
        buf_init(&to, OUT_BYTES_MAX);
        mem_fail_from(nth);
        int error = explain_all(&where, &to);
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
        arena_release(&where);
        buf_release(&to);
    }
}

/* Somebody changes a list between the linking and the looking. */
static void a_list_that_changed_is_noticed(void **state)
{
    (void)state;
    struct invented shorter = all;
    struct problem problem = {0};
    struct link_view view;
    const struct link_pair pair = {0, 1};
    shorter.sources[0].text.len = 40;
    struct link_output changed = output_of(result, &shorter);
    assert_int_not_equal(link_views(&changed, &pair, 1, &arena, &view, &problem), 0);
    assert_true(problem.text[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_add_up_and_follow_from_m_and_u),
        cmocka_unit_test(values_are_those_of_the_lists),
        cmocka_unit_test(a_layman_is_told),
        cmocka_unit_test(the_state_of_a_pair_is_said),
        cmocka_unit_test(chances_are_said_in_words),
        cmocka_unit_test(hostile_values_do_no_harm),
        cmocka_unit_test(the_terminals_width_is_kept),
        cmocka_unit_test(json_is_read_again),
        cmocka_unit_test(want_of_memory_is_reported),
        cmocka_unit_test(a_list_that_changed_is_noticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
