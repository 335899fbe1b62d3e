/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "invented.h"
#include "table/csv.h"

/* A file that came out, as rows of fields. */
struct sheet {
    struct csv_reader *csv;
    size_t row;
};

static struct sheet sheet_of(const struct caught *c)
{
    return (struct sheet){.csv = csv_reader_new(buf_bytes(&c->text), NULL)};
}

static bool next_row(struct sheet *s)
{
    bool got;
    assert_non_null(s->csv);
    assert_int_equal(csv_reader_next(s->csv, &got, NULL), 0);
    s->row += got;
    return got;
}

static void assert_row(struct sheet *s, const char *const *fields, size_t count)
{
    assert_true(next_row(s));
    assert_int_equal(csv_reader_count(s->csv), count);
    for (size_t i = 0; i < count; i++) {
        struct span field = csv_reader_field(s->csv, i);
        if (fields[i] && !span_equal(field, span_text(fields[i])))
            fail_msg("row %zu, field %zu: \"%.*s\", not \"%s\"", s->row, i, (int)field.len,
                     (const char *)field.data, fields[i]);
    }
}
#define ASSERT_ROW(sheet, ...)                                                                     \
    assert_row(sheet, (const char *const[]){__VA_ARGS__},                                          \
               COUNT_OF(((const char *const[]){__VA_ARGS__})))

static const char tolma[] = "case,family name,given name,born,cluster\n"
                            "T-1,Petrova,Anna,1980-05-03,a\n"
                            "T-2,\"Orlov, sr\",  Boris ,1955-11-30,b\n"
                            "T-3,Chern,Vera,1971-01-09\n";
static const char karsk[] = "given name;family name;born;note;note\n"
                            "Anna;Petrova;1980-05-03;first;second\n"
                            "Zakhar;Ilin;1990-07-21;\"two\nlines\";\n";

struct scene {
    struct invented all;
    struct link_result *result;
    struct link_output output;
};

static void set_up(struct scene *s)
{
    s->all = (struct invented){0};
    invented_add(&s->all, "tolma.csv", tolma);
    invented_add(&s->all, "karsk.csv", karsk);
    struct link_options options = {.sources = s->all.sources, .source_count = 2, .seed = 1};
    s->result = run_link(&options, 1, NULL);
    s->output = output_of(s->result, &s->all);
}

static void tear_down(struct scene *s)
{
    link_result_free(s->result);
    invented_release(&s->all);
}

static void every_record_keeps_its_columns(void **state)
{
    (void)state;
    struct scene s;
    struct caught c;
    set_up(&s);
    caught_init(&c);
    struct link_sink sink = caught_sink(&c);
    assert_int_equal(link_output_records(&s.output, &sink, NULL), 0);
    struct sheet sheet = sheet_of(&c);
    char clusters[5][12];
    for (size_t i = 0; i < 5; i++)
        snprintf(clusters[i], sizeof clusters[i], "%u", s.result->cluster[i]);
    assert_int_equal(s.result->cluster[0], 1);
    ASSERT_ROW(&sheet, "case", "family name", "given name", "born", "cluster", "note", "note",
               "list", "link_cluster", "confidence");
    ASSERT_ROW(&sheet, "T-1", "Petrova", "Anna", "1980-05-03", "a", "", "", "tolma.csv",
               clusters[0], NULL);
    ASSERT_ROW(&sheet, "T-2", "Orlov, sr", "  Boris ", "1955-11-30", "b", "", "", "tolma.csv",
               clusters[1], NULL);
    ASSERT_ROW(&sheet, "T-3", "Chern", "Vera", "1971-01-09", "", "", "", "tolma.csv", clusters[2],
               NULL);
    ASSERT_ROW(&sheet, "", "Petrova", "Anna", "1980-05-03", "", "first", "second", "karsk.csv",
               clusters[3], NULL);
    ASSERT_ROW(&sheet, "", "Ilin", "Zakhar", "1990-07-21", "", "two\nlines", "", "karsk.csv",
               clusters[4], NULL);
    assert_false(next_row(&sheet));
    csv_reader_free(sheet.csv);
    buf_release(&c.text);
    tear_down(&s);
}

static void added_columns_find_free_names(void **state)
{
    (void)state;
    struct invented all = {0};
    struct caught c;
    invented_add(&all, "tolma.csv",
                 "name,cluster,link_cluster,link_cluster_2,confidence\nAnna,1,1,1,1\n"
                 "Boris,1,2,1,2\nAnna,2,1,2,1\n");
    struct link_options options = {.sources = all.sources, .source_count = 1};
    struct link_result *result = run_link(&options, 1, NULL);
    struct link_output output = output_of(result, &all);
    caught_init(&c);
    struct link_sink sink = caught_sink(&c);
    assert_int_equal(link_output_records(&output, &sink, NULL), 0);
    struct sheet sheet = sheet_of(&c);
    ASSERT_ROW(&sheet, "name", "cluster", "link_cluster", "link_cluster_2", "confidence",
               "link_cluster_3", "link_confidence");
    csv_reader_free(sheet.csv);
    buf_release(&c.text);
    link_result_free(result);
    invented_release(&all);
}

static double number_in(const struct csv_reader *csv, size_t field)
{
    char text[64];
    struct span s = csv_reader_field(csv, field);
    assert_true(s.len > 0 && s.len < sizeof text);
    memcpy(text, s.data, s.len);
    text[s.len] = '\0';
    return strtod(text, NULL);
}

static const struct link_simulation doubtful = {
    .seed = 3, .persons = 400, .lists = 2, .captured = 0.6, .duplicated = 0.1, .mistakes = 2};

static void the_queue_shows_pairs_side_by_side(void **state)
{
    (void)state;
    struct invented all;
    struct caught c;
    invented_init(&all, &doubtful);
    struct link_options options = invented_options(&all);
    struct link_result *result = run_link(&options, 2, NULL);
    struct link_output output = output_of(result, &all);
    caught_init(&c);
    struct link_sink sink = caught_sink(&c);
    assert_int_equal(link_output_queue(&output, &sink, NULL), 0);
    size_t count;
    const struct link_doubt *doubts = link_clustering_doubts(result->clustering, &count);
    assert_true(count > 3);
    struct sheet sheet = sheet_of(&c);
    assert_true(next_row(&sheet));
    /* What is compared comes first. */
    const char *field = link_field_name(result->records, 0);
    for (size_t side = 0; side < 2; side++) {
        struct span title = csv_reader_field(sheet.csv, 4 + side);
        assert_int_equal(title.len, strlen(field) + 2);
        assert_memory_equal(title.data, field, strlen(field));
        assert_memory_equal(title.data + strlen(field), side ? " b" : " a", 2);
    }
    double hardness = 0;
    for (size_t i = 0; i < count; i++) {
        assert_true(next_row(&sheet));
        double chance = number_in(sheet.csv, 0);
        assert_true(chance >= 0.049 && chance <= 0.951);
        assert_true(chance - 0.5 >= hardness - 0.001 || 0.5 - chance >= hardness - 0.001);
        hardness = chance > 0.5 ? chance - 0.5 : 0.5 - chance;
        bool yes = span_equal(csv_reader_field(sheet.csv, 1), span_text("yes"));
        assert_int_equal(yes, result->cluster[doubts[i].a] == result->cluster[doubts[i].b]);
        for (size_t side = 0; side < 2; side++) {
            struct span name = csv_reader_field(sheet.csv, 2 + side);
            assert_int_equal(link_idents_find(&result->idents, name),
                             side ? doubts[i].b : doubts[i].a);
        }
    }
    assert_false(next_row(&sheet));
    csv_reader_free(sheet.csv);
    buf_release(&c.text);
    link_result_free(result);
    invented_release(&all);
}

#define DRAWS 20

static void draws_stand_beside_the_extremes(void **state)
{
    (void)state;
    struct invented all;
    struct caught c;
    invented_init(&all, &doubtful);
    struct link_options options = invented_options(&all);
    struct link_result *result = run_link(&options, 2, NULL);
    struct link_output output = output_of(result, &all);
    caught_init(&c);
    struct link_sink sink = caught_sink(&c);
    assert_int_equal(link_output_draws(&output, DRAWS, 7, &sink), 0);
    struct sheet sheet = sheet_of(&c);
    assert_true(next_row(&sheet));
    assert_int_equal(csv_reader_count(sheet.csv), 4 + DRAWS);
    uint32_t count = (uint32_t)link_records_count(result->records), moved = 0;
    uint32_t *drawn = calloc((size_t)count * DRAWS, sizeof *drawn);
    assert_non_null(drawn);
    for (uint32_t i = 0; i < count; i++) {
        assert_true(next_row(&sheet));
        assert_true(number_in(sheet.csv, 0) == i + 1);
        assert_true(number_in(sheet.csv, 2) == link_clustering_apart(result->clustering)[i] + 1);
        assert_true(number_in(sheet.csv, 3) == link_clustering_merged(result->clustering)[i] + 1);
        for (uint32_t k = 0; k < DRAWS; k++)
            drawn[(size_t)k * count + i] = (uint32_t)number_in(sheet.csv, 4 + k) - 1;
    }
    assert_false(next_row(&sheet));
    uint32_t *groups = calloc(count, sizeof *groups);
    assert_non_null(groups);
    for (uint32_t k = 0; k < DRAWS; k++) {
        assert_int_equal(link_clustering_draw(result->clustering, 7, k, NULL, groups), 0);
        assert_memory_equal(groups, drawn + (size_t)k * count, count * sizeof *groups);
        for (uint32_t i = 0; i < count; i++)
            moved += groups[i] != link_clustering_groups(result->clustering)[i];
    }
    assert_true(moved > 0);
    assert_int_equal(link_output_draws(&output, 0, 7, &sink), E_ARGUMENT);
    assert_int_equal(link_output_draws(&output, LINK_DRAWS_MAX + 1, 7, &sink), E_ARGUMENT);
    free(groups);
    free(drawn);
    csv_reader_free(sheet.csv);
    buf_release(&c.text);
    link_result_free(result);
    invented_release(&all);
}

static int write_all(const struct link_output *o, struct caught *c, size_t limit)
{
    c->limit = limit;
    buf_reset(&c->text);
    struct link_sink sink = caught_sink(c);
    TRY(link_output_records(o, &sink, NULL));
    TRY(link_output_queue(o, &sink, NULL));
    return link_output_draws(o, 3, 1, &sink);
}

static void a_full_disk_and_no_memory_are_said(void **state)
{
    (void)state;
    struct scene s;
    struct caught c;
    set_up(&s);
    caught_init(&c);
    assert_int_equal(write_all(&s.output, &c, SIZE_MAX), 0);
    size_t all = c.text.len;
    assert_int_equal(write_all(&s.output, &c, 10), E_IO);
    assert_int_equal(write_all(&s.output, &c, all - 1), E_IO);
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        mem_fail_from(nth);
        int error = write_all(&s.output, &c, SIZE_MAX);
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
    }
    buf_release(&c.text);
    tear_down(&s);
}

static void a_list_that_was_changed_is_said(void **state)
{
    (void)state;
    static const char *const changed[] = {
        "case,family name,given name,born,cluster\nT-1,Petrova,Anna,1980-05-03,a\n",
        "case,family name,given name,born,cluster\n\nT-1,Petrova,Anna,1980-05-03,a\n"
        "T-2,Orlov,Boris,1955-11-30,b\nT-3,Chern,Vera,1971-01-09\n",
        "case,family name,given name,born,cluster\nT-1,Petrova,Anna,1980-05-03,a\n"
        "T-2,Orlov,Boris,1955-11-30,b\nT-3,Chern,Vera,1971-01-09\nT-4,Chern,Vera,1971-01-09\n",
    };
    struct scene s;
    struct caught c;
    set_up(&s);
    caught_init(&c);
    struct link_sink sink = caught_sink(&c);
    for (size_t i = 0; i < COUNT_OF(changed); i++) {
        struct problem problem;
        problem_clear(&problem);
        s.all.sources[0].text = span_text(changed[i]);
        assert_int_equal(link_output_records(&s.output, &sink, &problem), E_IO);
        assert_string_equal(problem.text, "tolma.csv: it was changed while it was being linked");
    }
    buf_release(&c.text);
    tear_down(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_keeps_its_columns),
        cmocka_unit_test(added_columns_find_free_names),
        cmocka_unit_test(the_queue_shows_pairs_side_by_side),
        cmocka_unit_test(draws_stand_beside_the_extremes),
        cmocka_unit_test(a_full_disk_and_no_memory_are_said),
        cmocka_unit_test(a_list_that_was_changed_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
