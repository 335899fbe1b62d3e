/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Two documents at a time: what counts as a passage, and how they relate as wholes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "origins/pair_kind.h"

#define ARTICLE                                                                                    \
    "More than a hundred men have been held in the old prison of Karsk since the end of winter. "  \
    "Two of them died there in March, and a third could not walk when his brothers came for him. " \
    "Nobody was told what they were accused of, said Milan Horak of Open Door Karsk on Monday. "
#define OTHER                                                                                      \
    "The choir of Zhelan will not sing this year because the roof of its hall has fallen in. "     \
    "Money was promised by three mayors one after the other, and none of it ever arrived. "

static struct languages *languages;

static struct passages *find(const char *a, const char *b)
{
    const char *const texts[] = {a, b, "A bridge was built over the river at Tolma.",
                                 "Farmers expect little of the harvest."};
    static const char *const names[] = {"a", "b", "c", "d"};
    struct corpus *c;
    struct passages *p;
    assert_int_equal(corpus_new(SIZE_MAX, NULL, &c), 0);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct document d = {
            .name = span_text(names[i]), .day = CORPUS_DAY_NONE, .text = span_text(texts[i])};
        assert_int_equal(corpus_add(c, &d, NULL), 0);
    }
    assert_int_equal(corpus_close(c, NULL), 0);
    assert_int_equal(passages_find(c, languages, NULL, &p, NULL), 0);
    corpus_free(c);
    return p;
}

static void assert_related(const char *a, const char *b, enum relation relation)
{
    struct passages *p = find(a, b);
    assert_int_equal(p->pair_count, 1);
    assert_int_equal(p->pairs[0].relation, relation);
    passages_free(p);
}

static void assert_nothing(const char *a, const char *b)
{
    struct passages *p = find(a, b);
    assert_int_equal(p->count, 0);
    assert_int_equal(p->pair_count, 0);
    passages_free(p);
}

static void assert_one(const char *a, const char *b)
{
    struct passages *p = find(a, b);
    assert_int_equal(p->count, 1);
    assert_true(p->passages[0].same_words >= 12);
    passages_free(p);
}

static void documents_relate_by_what_they_share(void **state)
{
    (void)state;
    assert_related(ARTICLE, ARTICLE, RELATION_COPY);
    assert_related(ARTICLE, "From Orlets: " ARTICLE, RELATION_COPY);
    assert_related(ARTICLE,
                   "Over one hundred men were held in the former prison of Karsk since the end of "
                   "winter. Two of these died there in March, and another could not move when his "
                   "brothers came for him. No one was told what they were charged with, said Milan "
                   "Horak of Open Door Karsk on Monday.",
                   RELATION_REWRITTEN);
    assert_related(OTHER ARTICLE OTHER,
                   "The mayor opened a station where nobody gets off, and left by car at once. "
                   "Later he ate with those who had paid for it, in a house by the lake. It rained "
                   "on the band, which went on playing to the end as it had been told to do. " OTHER
                   "Those who live near it have not been asked, and hear the trains all night.",
                   RELATION_PASSAGES);
    assert_nothing(ARTICLE, OTHER);
}

/* Where one text has a passage twice, the other's one stands for one of them. */
static void nothing_is_counted_twice(void **state)
{
    (void)state;
    struct passages *p = find(ARTICLE, ARTICLE OTHER ARTICLE);
    assert_int_equal(p->count, 1);
    assert_int_equal(p->passages[0].same_words, p->passages[0].words);
    assert_true(p->pairs[0].a_shared > 0.99 && p->pairs[0].b_shared < 0.5);
    passages_free(p);
}

/* What stands at the other end is a passage of its own. */
static void moved_sentences_are_found(void **state)
{
    (void)state;
    struct passages *p = find(ARTICLE OTHER, OTHER ARTICLE);
    assert_int_equal(p->count, 2);
    assert_true(p->passages[0].b_from > p->passages[1].b_from);
    assert_true(p->pairs[0].a_shared > 0.99 && p->pairs[0].b_shared > 0.99);
    passages_free(p);
}

static void a_short_one_needs_a_reason(void **state)
{
    (void)state;
    assert_nothing(
        "Rain fell. Nobody could have known that the water would rise so fast here. Yes.",
        "Well, nobody could have known that the water would rise so fast here, he added.");
    assert_one("Rain. \"Nobody could have known that the water would rise so fast here.\" Yes.",
               "He added: «nobody could have known that the water would rise so fast here».");
    assert_one("Rain fell. Nobody in Karsk could have known that the water would rise so. Yes.",
               "Well, nobody in Karsk could have known that the water would rise so, he added.");
}

static void marks_are_found_at_the_edges(void **state)
{
    (void)state;
    struct span text = span_text("«так» and then “no”");
    assert_true(pair_quotation_mark(text, 2, 8));
    assert_false(pair_quotation_mark(text, 15, 16));
    assert_true(pair_quotation_mark(text, text.len - 3, text.len));
    assert_false(pair_quotation_mark(span_text(""), 0, 0));
}

static int set_up(void **state)
{
    (void)state;
    return languages_new(&languages);
}

static int tear_down(void **state)
{
    (void)state;
    languages_free(languages);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_relate_by_what_they_share),
        cmocka_unit_test(nothing_is_counted_twice),
        cmocka_unit_test(moved_sentences_are_found),
        cmocka_unit_test(a_short_one_needs_a_reason),
        cmocka_unit_test(marks_are_found_at_the_edges),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
