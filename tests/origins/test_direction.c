/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who has a passage from whom, on documents made for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "origins/direction.h"
#include "origins/report_words.h"

#define DAY 20000

/* Forty words, so that it is a passage by itself. */
#define STORY                                                                                      \
    "The grey vans came to Harbour Road before the morning, neighbours counted nine men who were " \
    "led out of the old tannery with their hands bound, and nobody in the yard was told where "    \
    "they were being taken or when their families might see them."
#define OTHER                                                                                      \
    " Rain is expected along the coast until Sunday, while the ferry to Tolma stays in port, the " \
    "harbour master wrote in a notice."

struct made {
    struct corpus *corpus;
    struct languages *languages;
    struct known_names *names;
    struct origins *origins;
    struct directions *directions;
};

static void make(struct made *m, const struct document *documents, size_t count)
{
    *m = (struct made){.corpus = NULL};
    const struct origins_means means = {.workers = NULL};
    assert_int_equal(languages_new(&m->languages), 0);
    assert_int_equal(known_names_new(m->languages, &m->names), 0);
    assert_int_equal(corpus_new(64 << 20, NULL, &m->corpus), 0);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(corpus_add(m->corpus, &documents[i], NULL), 0);
    assert_int_equal(corpus_close(m->corpus, NULL), 0);
    assert_int_equal(origins_run(m->corpus, m->languages, m->names, &means, &m->origins, NULL), 0);
    assert_int_equal(directions_new(m->origins, &m->directions), 0);
}

static void release(struct made *m)
{
    directions_free(m->directions);
    origins_free(m->origins);
    corpus_free(m->corpus);
    known_names_free(m->names);
    languages_free(m->languages);
}

static struct document document(const char *name, const char *outlet, int32_t day, const char *text)
{
    return (struct document){
        .name = span_text(name), .outlet = span_text(outlet), .day = day, .text = span_text(text)};
}

/* Of the one passage of two documents. */
static struct direction between(struct document a, struct document b, const char *said)
{
    struct made m;
    struct direction direction;
    struct buf words;
    make(&m, (const struct document[]){a, b}, 2);
    assert_int_equal(m.origins->passages->count, 1);
    assert_int_equal(directions_of(m.directions, 0, &direction), 0);
    buf_init(&words, 1 << 16);
    report_words_direction(&words, m.origins, &m.origins->passages->passages[0], &direction);
    assert_string_equal(buf_cstr(&words), said);
    buf_release(&words);
    release(&m);
    return direction;
}

static void the_later_has_it_from_the_earlier(void **state)
{
    (void)state;
    struct direction d =
        between(document("a", "Karsk Evening", DAY + 1, STORY OTHER),
                document("b", "Zhelan Post", DAY, STORY), "a likely has it from b: it is later.");
    assert_int_equal(d.way, DIRECTION_A_FROM_B);
    assert_int_equal(d.a_from_b, DIRECTION_DATE);
    assert_int_equal(d.b_from_a, 0);
    assert_int_equal(d.between, UINT32_MAX);
}

static void without_days_it_cannot_be_told(void **state)
{
    (void)state;
    struct direction d = between(document("a", "Karsk Evening", CORPUS_DAY_NONE, STORY OTHER),
                                 document("b", "Zhelan Post", DAY, STORY),
                                 "Which has it from which cannot be told.");
    assert_int_equal(d.way, DIRECTION_UNTOLD);
    assert_int_equal(d.a_from_b | d.b_from_a, 0);
}

static void who_names_the_outlet_has_it_from_there(void **state)
{
    (void)state;
    struct direction d =
        between(document("a", "Karsk Evening", DAY, STORY),
                document("b", "Zhelan Post", DAY, STORY " So the KARSK EVENING wrote." OTHER),
                "b likely has it from a: it names the other's outlet.");
    assert_int_equal(d.b_from_a, DIRECTION_NAMED);
    /* One and the same outlet names itself. */
    d = between(document("a", "Karsk Evening", DAY, STORY),
                document("b", "Karsk Evening", DAY, STORY " So the Karsk Evening wrote." OTHER),
                "Which has it from which cannot be told.");
    assert_int_equal(d.way, DIRECTION_UNTOLD);
}

static void a_day_against_a_name_decides_nothing(void **state)
{
    (void)state;
    struct direction d =
        between(document("a", "Karsk Evening", DAY + 3, STORY),
                document("b", "Zhelan Post", DAY, STORY " So Karsk Evening wrote." OTHER),
                "Which has it from which cannot be told: there are reasons for both.");
    assert_int_equal(d.a_from_b, DIRECTION_DATE);
    assert_int_equal(d.b_from_a, DIRECTION_NAMED);
}

static void who_lost_a_name_has_it_from_who_has_it(void **state)
{
    (void)state;
#define QUOTED                                                                                     \
    "“They were led out of the tannery with their hands bound, and nobody in the yard was told " \
    "where they were being taken that morning,” said "
    struct direction d =
        between(document("a", "", CORPUS_DAY_NONE, QUOTED "a neighbour on Friday." OTHER),
                document("b", "", CORPUS_DAY_NONE, QUOTED "Ilva Marsen on Friday."),
                "a likely has it from b: it leaves out a name that the other has.");
    assert_int_equal(d.a_from_b, DIRECTION_LOST);
}

static void who_dropped_a_dateline_has_it_from_who_has_it(void **state)
{
    (void)state;
    struct direction d =
        between(document("a", "Zhelan Post", DAY, STORY OTHER),
                document("b", "Veshnia Wire", DAY, "KARSK (Veshnia Wire) - " STORY),
                "a likely has it from b: the other carries its own outlet's name there.");
    assert_int_equal(d.a_from_b, DIRECTION_SIGNED);
}

/* The second has half of the first reworded, the third the other half too. */
static void a_wording_stands_between(void **state)
{
    (void)state;
    const struct document documents[] = {
        document("a", "", DAY, STORY),
        document("b", "", DAY + 1,
                 "The grey cars came to Harbour Road before the morning, neighbours counted nine "
                 "persons who were led out of the old mill with their hands bound, and nobody in "
                 "the yard was told where they were being taken or when their families might see "
                 "them."),
        document("c", "", DAY + 2,
                 "The grey cars came to Harbour Road before the dawn, residents counted nine "
                 "persons who were led out of the old mill with their arms bound, and nobody in "
                 "the court was told where they were being driven or when their families might "
                 "see them."),
    };
    struct made m;
    struct direction d = {.between = UINT32_MAX};
    bool found = false;
    make(&m, documents, 3);
    for (size_t i = 0; i < m.origins->passages->count; i++) {
        const struct passage *p = &m.origins->passages->passages[i];
        assert_int_equal(directions_of(m.directions, i, &d), 0);
        assert_int_equal(d.way, DIRECTION_B_FROM_A);
        assert_int_equal(d.between, p->a == 0 && p->b == 2 ? 1 : UINT32_MAX);
        found |= p->a == 0 && p->b == 2;
    }
    assert_true(found);
    release(&m);
}

static void want_of_memory_is_reported(void **state)
{
    (void)state;
    struct made m;
    struct direction d;
    make(&m,
         (const struct document[]){document("a", "Karsk Evening", DAY, STORY OTHER),
                                   document("b", "Zhelan Post", DAY + 1, STORY)},
         2);
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        directions_free(m.directions);
        m.directions = NULL;
        mem_fail_from(nth);
        int error = directions_new(m.origins, &m.directions);
        if (error == 0)
            error = directions_of(m.directions, 0, &d);
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
    }
    release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_later_has_it_from_the_earlier),
        cmocka_unit_test(without_days_it_cannot_be_told),
        cmocka_unit_test(who_names_the_outlet_has_it_from_there),
        cmocka_unit_test(a_day_against_a_name_decides_nothing),
        cmocka_unit_test(who_lost_a_name_has_it_from_who_has_it),
        cmocka_unit_test(who_dropped_a_dateline_has_it_from_who_has_it),
        cmocka_unit_test(a_wording_stands_between),
        cmocka_unit_test(want_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
