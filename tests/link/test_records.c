/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* From lists to records that can be compared: fields, levels, keys. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "link/records.h"
#include "prop.h"

struct world {
    struct link_lists lists;
    struct link_columns columns;
    struct link_records *records;
    struct link_scratch *scratch;
};

static int build(const struct link_source *sources, size_t count, struct world *w)
{
    *w = (struct world){.records = NULL};
    int error = link_read(sources, count, NULL, &w->lists, NULL);
    if (error == 0)
        error = link_columns_guess(&w->lists, NULL, &w->columns, NULL);
    if (error == 0)
        error = link_records_new(&w->lists, &w->columns, &w->records, NULL);
    if (error == 0) {
        w->scratch = link_scratch_new(w->records);
        error = w->scratch ? 0 : E_NOMEM;
    }
    return error;
}

static void release(struct world *w)
{
    link_scratch_free(w->scratch);
    link_records_free(w->records);
    link_columns_release(&w->columns);
    link_lists_release(&w->lists);
}

static struct world world_of(const char *text)
{
    const struct link_source source = {.name = "list.csv", .fd = -1, .text = span_text(text)};
    struct world w;
    assert_int_equal(build(&source, 1, &w), 0);
    return w;
}

static unsigned field_called(const struct link_records *r, const char *name)
{
    for (unsigned f = 0; f < link_records_fields(r); f++)
        if (strcmp(link_field_name(r, f), name) == 0)
            return f;
    fail_msg("no field %s", name);
    return 0;
}

static unsigned level_in(const struct world *w, unsigned field, uint32_t a, uint32_t b)
{
    uint8_t there[LINK_FIELDS_MAX], back[LINK_FIELDS_MAX];
    link_compare_all(w->records, a, b, there, w->scratch);
    link_compare_all(w->records, b, a, back, w->scratch);
    assert_int_equal(there[field], back[field]);
    return there[field];
}

static const char *level_of(const struct world *w, const char *field, uint32_t a, uint32_t b)
{
    unsigned f = field_called(w->records, field);
    return link_level_name(w->records, f, level_in(w, f, a, b));
}

static void columns_become_fields(void **state)
{
    (void)state;
    const struct link_source sources[] = {
        {.name = "a",
         .fd = -1,
         .unique = true,
         .text = span_text("first,last,by,bm,bd\nVera,Orlova,1980,5,3\nBoris,Chern,1971,,\n"
                           "NA,?,,,\n")},
        {.name = "b",
         .fd = -1,
         .text = span_text("фамилия,имя,дата рождения\nОрлова,Вера,3 мая 1980\n"
                           "Черн,Борис,1971\n")}};
    struct world w;
    assert_int_equal(build(sources, 2, &w), 0);
    const struct link_records *r = w.records;
    assert_int_equal(link_records_count(r), 5);
    assert_int_equal(link_records_fields(r), 3);
    assert_int_equal(link_records_lists(r), 2);
    assert_int_equal(link_records_list_of(r, 2), 0);
    assert_int_equal(link_records_list_of(r, 3), 1);
    assert_int_equal(link_records_line(r, 4), 3);
    assert_true(link_records_list_is_unique(r, 0));
    assert_false(link_records_list_is_unique(r, 1));
    assert_string_equal(level_of(&w, "given name", 0, 3), "another form of it");
    assert_string_equal(level_of(&w, "family name", 1, 4), "another form of it");
    assert_string_equal(level_of(&w, "given name", 0, 1), "different");
    assert_string_equal(level_of(&w, "given name", 0, 2), "missing");
    unsigned date = 3 - field_called(r, "given name") - field_called(r, "family name");
    assert_int_equal(link_field_kind(r, date), LINK_DATE);
    assert_int_equal(level_in(&w, date, 0, 3), link_field_levels(r, date) - 1);
    assert_int_equal(level_in(&w, date, 1, 4), link_field_levels(r, date) - 1);
    uint32_t value = link_record_values(r, 3)[date];
    assert_int_equal(link_value_frequency(r, date, value), 2);
    release(&w);
}

static void names_in_each_others_place(void **state)
{
    (void)state;
    struct world w = world_of("given,family,patronymic\nVera,Orlova,Ivanovna\n"
                              "Orlova,Vera,Ivanovna\nVera,Ivanovna,Orlova\nAnna,Chern,Petrovna\n");
    assert_string_equal(level_of(&w, "given name", 0, 1), "in each other's place");
    assert_string_equal(level_of(&w, "family name", 0, 1), "missing"); /* said once */
    assert_string_equal(level_of(&w, "family name", 0, 2), "in each other's place");
    assert_string_equal(level_of(&w, "given name", 0, 2), "the same");
    assert_string_equal(level_of(&w, "given name", 0, 3), "different");
    release(&w);
}

static void put_record(struct prop *prop, struct buf *out)
{
    static const char *const given[] = {"Vera", "Вера",   "V.",        "Boris", "Zakhar", "فاطمة",
                                        "",     "Fatima", "Alexander", "Sasha", "NA"};
    static const char *const family[] = {"Orlova", "Orlov",    "Орлова",  "Chern", "Ilin-Orlov",
                                         "Vera",   "Tsarnaev", "Carnaev", "",      "von Karsk"};
    static const char *const towns[] = {"Karsk", "Tolma", "St. Orlets", "Saint Orlets", ""};
    buf_printf(out, "%s,%s,", given[prop_below(prop, COUNT_OF(given))],
               family[prop_below(prop, COUNT_OF(family))]);
    if (prop_below(prop, 5))
        buf_printf(out, "%04d-%02d-%02d", (int)prop_below(prop, 12) + 1970,
                   (int)(1 + prop_below(prop, 13)), (int)(1 + prop_below(prop, 31)));
    buf_printf(out, ",%s,%05d,%s@x.example,%c\n", towns[prop_below(prop, COUNT_OF(towns))],
               (int)prop_below(prop, 100000), given[prop_below(prop, 4)],
               prop_below(prop, 2) ? 'f' : 'm');
}

/* Comparing is symmetric; what is equal is at the highest level, what is missing at none. */
static void comparing_holds_its_promises(void **state)
{
    (void)state;
    struct prop prop = prop_start("records");
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_text(&text, "given,family,born,town,phone,mail,sex\n");
    for (int i = 0; i < 120; i++)
        put_record(&prop, &text);
    struct world w = world_of(buf_cstr(&text));
    const struct link_records *r = w.records;
    assert_int_equal(link_records_fields(r), 7);
    for (uint32_t a = 0; a < 120; a++) {
        for (uint32_t b = 0; b < 120; b++) {
            uint8_t there[LINK_FIELDS_MAX], back[LINK_FIELDS_MAX];
            link_compare_all(r, a, b, there, w.scratch);
            link_compare_all(r, b, a, back, w.scratch);
            for (unsigned f = 0; f < 7; f++) {
                uint32_t va = link_record_values(r, a)[f], vb = link_record_values(r, b)[f];
                assert_int_equal(there[f], back[f]);
                assert_true(there[f] < link_field_levels(r, f));
                if (!va || !vb)
                    assert_int_equal(there[f], LINK_LEVEL_MISSING);
                else if (va == vb)
                    assert_int_equal(there[f], link_field_levels(r, f) - 1);
            }
        }
    }
    release(&w);
    buf_release(&text);
}

static void frequencies_and_classes(void **state)
{
    (void)state;
    struct world w = world_of("given,town\nKhalid,Karsk\nHaled,Karsk\nKhalid,Tolma\nVera,Tolma\n");
    const struct link_records *r = w.records;
    unsigned f = field_called(r, "given name");
    const uint32_t column[] = {link_record_values(r, 0)[f], link_record_values(r, 1)[f],
                               link_record_values(r, 2)[f], link_record_values(r, 3)[f]};
    assert_int_equal(link_value_frequency(r, f, column[0]), 2);
    assert_int_equal(link_value_frequency(r, f, column[1]), 1);
    assert_int_equal(link_value_writings(r, f, column[0]), 3);
    assert_int_equal(link_value_writings(r, f, column[1]), 3);
    assert_int_equal(link_value_writings(r, f, column[3]), 1);
    release(&w);
}

/* A column of one value, of nothing, of ids, of a long text: an answer all the same. */
static void lists_that_say_little(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a\n",
        "a\nx\n",
        "name\nVera\nVera\nVera\n",
        "name,town\nNA,\n?,\n",
        "id\n1\n2\n3\n",
        "id,name\n7,Vera Orlova\n7,Vera Orlova\n7,Boris Chern\n",
        "name,name\nVera,Vera\nBoris,Boris\n",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct world w = world_of(texts[i]);
        uint32_t count = (uint32_t)link_records_count(w.records);
        for (unsigned f = 0; f < link_records_fields(w.records); f++)
            for (uint32_t a = 1; a < count; a++)
                assert_true(level_in(&w, f, 0, a) < link_field_levels(w.records, f));
        release(&w);
    }
}

static void too_many_fields(void **state)
{
    (void)state;
    struct buf text;
    struct link_lists lists = {0};
    struct link_columns columns = {0};
    struct link_records *records = NULL;
    struct problem problem = {0};
    buf_init(&text, 1 << 16);
    for (int row = 0; row < 3; row++)
        for (int c = 0; c < 26; c++) {
            if (row == 0)
                buf_printf(&text, "q%cq", 'a' + c);
            else
                buf_printf(&text, "%c%s", 'a' + c, row == 1 ? "bc" : "xyz");
            buf_u8(&text, c < 25 ? ',' : '\n');
        }
    const struct link_source source = {.name = "x", .fd = -1, .text = buf_bytes(&text)};
    assert_int_equal(link_read(&source, 1, NULL, &lists, NULL), 0);
    assert_int_equal(link_columns_guess(&lists, NULL, &columns, NULL), 0);
    assert_int_equal(link_records_new(&lists, &columns, &records, &problem), E_TOO_LARGE);
    assert_non_null(strstr(problem.text, "--ignore"));
    link_columns_release(&columns);
    link_lists_release(&lists);
    buf_release(&text);
}

static int build_under_pressure(void)
{
    static const char pressed[] = "имя,year,month,day,phone\nВера,1980,5,3,5551234\n"
                                  "Bo,1971,1,2,5554321\n";
    static const struct link_source source = {
        .name = "x", .fd = -1, .text = {(const uint8_t *)pressed, sizeof pressed - 1}};
    struct world w;
    int error = build(&source, 1, &w);
    release(&w);
    return error;
}

static void memory_that_runs_out(void **state)
{
    (void)state;
    mem_fail_from(0);
    assert_int_equal(build_under_pressure(), 0);
    uint64_t asked = mem_asked();
    for (uint64_t n = 1; n <= asked; n++) {
        mem_fail_from(n);
        assert_int_equal(build_under_pressure(), E_NOMEM);
    }
    mem_fail_from(0);
}

static uint64_t hash_of(const struct world *w, uint32_t record)
{
    unsigned field = field_called(w->records, "family name");
    return link_value_hash(w->records, field, link_record_values(w->records, record)[field]);
}

/* Blocks hold both writings of a name alike; the order of all work must not. */
static void values_are_told_apart_whatever_the_order(void **state)
{
    (void)state;
    struct world w = world_of("family name\nShishkina\nChichkina\nŠiškina\nShishkina\n");
    struct world turned = world_of("family name\nŠiškina\nShishkina\nChichkina\nShishkina\n");
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(hash_of(&w, i), hash_of(&turned, (i + 1) % 3));
        for (uint32_t j = 0; j < i; j++)
            assert_int_not_equal(hash_of(&w, i), hash_of(&w, j));
    }
    unsigned field = field_called(w.records, "family name");
    assert_int_equal(link_value_writings(w.records, field, 1), 4);
    release(&w);
    release(&turned);
}

/* Two lists write dates in two ways, and one has a mark of ours in it. */
static void what_values_are_marked_with_may_be_in_them(void **state)
{
    (void)state;
    const struct link_source sources[] = {
        {.name = "a.csv",
         .fd = -1,
         .text = span_text("name,born\nA,13/02/1980\nB,01/02/1980\nC,01/02/1980\x1f"
                           "4\n")},
        {.name = "b.csv",
         .fd = -1,
         .text = span_text("name,born\nA,02/13/1980\nB,01/02/1980\nC,01/02/1980\x1f"
                           "4\n")}};
    struct world w;
    assert_int_equal(build(sources, 2, &w), 0);
    assert_int_equal(link_records_count(w.records), 6);
    release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_told_apart_whatever_the_order),
        cmocka_unit_test(what_values_are_marked_with_may_be_in_them),
        cmocka_unit_test(columns_become_fields),
        cmocka_unit_test(names_in_each_others_place),
        cmocka_unit_test(comparing_holds_its_promises),
        cmocka_unit_test(frequencies_and_classes),
        cmocka_unit_test(lists_that_say_little),
        cmocka_unit_test(too_many_fields),
        cmocka_unit_test(memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
