/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is said of a run: by the text, the page and the JSON alike, at every width, whatever the
 * lists hold. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "invented.h"
#include "link/report.h"
#include "link/say.h"
#include "text/width.h"

#define TEXT_MAX_BYTES (64u << 20)

static const struct link_simulation some = {
    .seed = 4, .persons = 150, .lists = 3, .captured = 0.5, .duplicated = 0.1, .mistakes = 1.5};

/* Everything that a report can say: the truth, and decisions that contradict each other and the
 * model and speak of who is not there. */
static const char decided[] = "time,reviewer,answer,a,b,reason\n"
                              "t,Leyla,same,Open Door Karsk:2,Open Door Karsk:3,\n"
                              "t,Leyla,same,Open Door Karsk:3,Open Door Karsk:4,\n"
                              "t,Leyla,different,Open Door Karsk:2,Open Door Karsk:4,\n"
                              "t,Leyla,same,Open Door Karsk:5,Open Door Karsk:6,\n"
                              "t,Timur,different,Open Door Karsk:5,Open Door Karsk:6,\n"
                              "t,Timur,unsure,Open Door Karsk:7,Open Door Karsk:8,\n"
                              "t,Timur,same,nobody,Open Door Karsk:8,\n";

struct told {
    struct invented all;
    struct link_result *result;
    struct buf text, html, json;
};

static void tell(struct told *t, const struct link_options *options)
{
    struct link_output o;
    t->result = run_link(options, 1, NULL);
    o = output_of(t->result, &t->all);
    buf_init(&t->text, TEXT_MAX_BYTES);
    buf_init(&t->html, TEXT_MAX_BYTES);
    buf_init(&t->json, TEXT_MAX_BYTES);
    assert_int_equal(link_report_text(t->result, 80, &t->text), 0);
    assert_int_equal(link_report_html(&o, &t->html, NULL), 0);
    assert_int_equal(link_report_json(t->result, &t->json), 0);
}

static void release(struct told *t)
{
    buf_release(&t->text);
    buf_release(&t->html);
    buf_release(&t->json);
    link_result_free(t->result);
    invented_release(&t->all);
}

/* Records are called by their rows: the ids are left out. */
static struct link_options options_of(const struct told *t)
{
    struct link_options options = invented_options(&t->all);
    options.columns.said = span_text("record,ignore\n");
    return options;
}

/* As one line of words, whatever way it was broken. */
static void flatten(struct buf *b)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->len; i++) {
        uint8_t c = b->data[i] == '\n' ? ' ' : b->data[i];
        if (c != ' ' || (kept > 0 && b->data[kept - 1] != ' '))
            b->data[kept++] = c;
    }
    buf_cut(b, kept);
}

static void assert_says(const struct buf *b, const char *words)
{
    if (!strstr(buf_cstr(b), words))
        fail_msg("\"%s\" is not said in:\n%s", words, buf_cstr(b));
}

/* A sentence that say.h makes stands in the text and on the page. */
static void assert_said_in_both(const struct told *t, const struct buf *words)
{
    assert_int_equal(buf_error(words), 0);
    assert_says(&t->text, buf_cstr(words));
    assert_says(&t->html, buf_cstr(words));
}

static void all_say_the_same(void **state)
{
    (void)state;
    struct told t;
    struct buf words;
    invented_init(&t.all, &some);
    struct link_options options = options_of(&t);
    options.truth = "person";
    tell(&t, &options);
    flatten(&t.text);
    buf_init(&words, 1u << 16);
    void (*const says[])(struct buf *, const struct link_result *) = {
        say_pairs, say_model, say_persons, say_bounds, say_review, say_decisions, say_repeat};
    for (size_t i = 0; i < COUNT_OF(says); i++) {
        buf_reset(&words);
        says[i](&words, t.result);
        if (says[i] != say_decisions) /* of none the text says nothing */
            assert_said_in_both(&t, &words);
        else
            assert_says(&t.html, buf_cstr(&words));
    }
    assert_says(&t.text, say_about_truth);
    assert_says(&t.html, say_about_truth);
    json_t *json = json_loads(buf_cstr(&t.json), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    const json_t *persons = json_object_get(json, "persons");
    assert_int_equal(json_integer_value(json_object_get(persons, "count")),
                     t.result->cluster_count);
    assert_int_equal(json_integer_value(json_object_get(persons, "least")),
                     t.result->clusters_merged);
    assert_int_equal(json_integer_value(json_object_get(persons, "most")),
                     t.result->clusters_apart);
    assert_int_equal(json_array_size(json_object_get(json, "columns")), t.result->columns.count);
    assert_true(json_is_object(json_object_get(json, "evaluation")));
    json_decref(json);
    buf_release(&words);
    release(&t);
}

static void troubles_are_said_by_all(void **state)
{
    (void)state;
    struct told t;
    struct buf words;
    invented_init(&t.all, &some);
    struct link_options options = options_of(&t);
    options.decisions = span_text(decided);
    options.decisions_name = "decisions.csv";
    tell(&t, &options);
    flatten(&t.text);
    size_t troubles = say_troubles(t.result);
    assert_true(troubles >= 2);
    buf_init(&words, 1u << 16);
    for (size_t i = 0; i < troubles; i++) {
        buf_reset(&words);
        say_trouble(&words, t.result, i);
        assert_said_in_both(&t, &words);
    }
    assert_says(&t.text, "A contradiction: Open Door Karsk:2 and Open Door Karsk:4");
    assert_says(&t.text, "are the same to Leyla (line 5) and different to Timur (line 6).");
    assert_says(&t.text, "Of 1 pair nobody could tell.");
    assert_says(&t.text, "1 decision is about records that are not in these lists");
    assert_says(&t.json, "\"contradictions\":[{");
    assert_says(&t.json, "\"disputes\":[{\"a\":\"Open Door Karsk:5\"");
    buf_release(&words);
    release(&t);
}

static void the_terminals_width_is_kept(void **state)
{
    (void)state;
    struct told t;
    struct buf out;
    invented_init(&t.all, &some);
    struct link_options options = options_of(&t);
    options.truth = "person";
    tell(&t, &options);
    buf_init(&out, TEXT_MAX_BYTES);
    for (size_t width = 0; width < 200; width += 13) {
        buf_reset(&out);
        assert_int_equal(link_report_text(t.result, width, &out), 0);
        size_t most = width < 64 ? 64 : width; /* tables of numbers do not give way */
        for (const char *line = buf_cstr(&out), *end; (end = strchr(line, '\n')); line = end + 1) {
            if (width_columns(span_of(line, (size_t)(end - line))) > most)
                fail_msg("at %zu: %.*s", width, (int)(end - line), line);
            assert_true(end == line || end[-1] != ' ');
        }
    }
    buf_release(&out);
    release(&t);
}

static void whatever_lists_hold_is_only_text(void **state)
{
    (void)state;
    struct told t = {0};
    struct buf list;
    buf_init(&list, 1u << 20);
    buf_text(&list, "\"family name <script>x</script>\x1b[2J\",born\xe2\x80\xae,note\n");
    for (int i = 0; i < 40; i++)
        buf_printf(&list, "\"Petrova%d %s\",1980-05-%02d,%s\n", i % 9,
                   "<script>x</script>\x1b[2J\xc2\x9b\xe2\x80\xae", 1 + i % 20,
                   i % 3 ? "<b>" : "x");
    invented_add(&t.all, "a<b>\x1b\xe2\x80\xae.csv", buf_cstr(&list));
    struct link_options options = invented_options(&t.all);
    options.columns.ignore_count = 0;
    tell(&t, &options);
    for (const struct buf *const *b = (const struct buf *const[]){&t.text, &t.html, NULL}; *b;
         b++) {
        assert_null(strchr(buf_cstr(*b), 0x1b));
        assert_null(strstr(buf_cstr(*b), "\xc2\x9b"));
        assert_null(strstr(buf_cstr(*b), "\xe2\x80\xae"));
        assert_says(*b, "[U+202E]");
    }
    assert_null(strstr(buf_cstr(&t.html), "<script"));
    assert_null(strstr(buf_cstr(&t.html), "<b>"));
    buf_release(&list);
    release(&t);
}

static int report(const struct told *t, int which, struct buf *out)
{
    const struct link_output o = output_of(t->result, &t->all);
    if (which == 0)
        return link_report_text(t->result, 80, out);
    return which == 1 ? link_report_html(&o, out, NULL) : link_report_json(t->result, out);
}

/* Each of the first allocations fails, then one in so many. */
static void no_memory(void **state)
{
    (void)state;
    struct told t;
    invented_init(&t.all,
                  &(struct link_simulation){
                      .seed = 1, .persons = 20, .lists = 2, .captured = 0.8, .mistakes = 2});
    struct link_options options = options_of(&t);
    options.truth = "person";
    tell(&t, &options);
    for (int which = 0; which < 3; which++) {
        bool failed = true;
        for (uint64_t nth = 1; failed; nth += nth < 100 ? 1 : nth / 16) {
            struct buf out;
            buf_init(&out, TEXT_MAX_BYTES);
            mem_fail_from(nth);
            int error = report(&t, which, &out);
            failed = mem_asked() >= nth;
            mem_fail_from(0);
            assert_int_equal(error, failed ? E_NOMEM : 0);
            buf_release(&out);
        }
    }
    release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_say_the_same),
        cmocka_unit_test(troubles_are_said_by_all),
        cmocka_unit_test(the_terminals_width_is_kept),
        cmocka_unit_test(whatever_lists_hold_is_only_text),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
