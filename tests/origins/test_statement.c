/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "origins/statement.h"
#include "prop.h"

#define DAY 20000

static struct languages *languages;

struct text {
    const char *name;
    int32_t day;
    const char *text;
};

static struct corpus *corpus_of(const struct text *texts, size_t count)
{
    struct corpus *c;
    assert_int_equal(corpus_new((size_t)1 << 24, NULL, &c), 0);
    for (size_t i = 0; i < count; i++) {
        struct document d = {.name = span_text(texts[i].name),
                             .day = texts[i].day,
                             .text = span_text(texts[i].text)};
        assert_int_equal(corpus_add(c, &d, NULL), 0);
    }
    assert_int_equal(corpus_close(c, NULL), 0);
    return c;
}

/* speaker {role}: document*, document fragment, ...; the star is the complete one, ~ reworded, ?
 * does not say who */
static void describe(struct corpus *c, const struct statements *found, struct buf *b)
{
    for (uint32_t i = 0; i < found->count; i++) {
        const struct statement *s = &found->statements[i];
        buf_printf(b, "%s%s%s", i ? "; " : "", s->speaker, s->disputed ? " disputed" : "");
        for (uint32_t k = 0; k < s->count; k++) {
            const struct wording *w = &s->wordings[k];
            struct document d = corpus_document(c, w->document);
            buf_text(b, k ? " " : ": ");
            buf_span(b, d.name);
            buf_printf(b, "%s%s%s%s", k == s->complete ? "*" : "", w->fragment ? "/" : "",
                       w->reworded ? "~" : "", w->attributed ? "" : "?");
        }
    }
}

static void find(const struct text *texts, size_t count, struct workers *workers,
                 size_t memory_bytes, struct buf *b)
{
    struct corpus *c = corpus_of(texts, count);
    struct origins_means means = {.workers = workers, .memory_bytes = memory_bytes};
    struct statements *found;
    assert_int_equal(statements_find(c, languages, &means, &found, NULL), 0);
    describe(c, found, b);
    statements_free(found);
    corpus_free(c);
}

static void assert_found(const struct text *texts, size_t count, const char *expected)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    find(texts, count, NULL, 0, &b);
    assert_string_equal(buf_cstr(&b), expected);
    buf_release(&b);
}
#define ASSERT_FOUND(expected, ...)                                                                \
    do {                                                                                           \
        const struct text texts_[] = {__VA_ARGS__};                                                \
        assert_found(texts_, COUNT_OF(texts_), expected);                                          \
    } while (0)

static void wordings_of_one(void **state)
{
    (void)state;
    ASSERT_FOUND("Boris Gromov: a* b~",
                 {"a", DAY,
                  "“You cannot detain and persecute people who simply do not exist,” said Boris "
                  "Gromov, the interior minister."},
                 {"b", DAY + 1,
                  "Minister Boris Gromov said: “You can not arrest or repress people who just "
                  "don’t exist.”"});
    /* The same words, told by one who does not say whose. */
    ASSERT_FOUND("Anna Petrova: a* b?",
                 {"a", DAY,
                  "“They took my brother from the market in Karsk at night,” said Anna "
                  "Petrova."},
                 {"b", DAY,
                  "There is talk in the town: “They took my brother from the market in "
                  "Karsk at night.”"});
    /* A part of it, cut out and reworded. */
    ASSERT_FOUND(
        "Anna Petrova: a* b/ c/~",
        {"a", DAY,
         "“They took my brother from the market in Karsk at night, and the guards of the prison "
         "told us that nobody of that name had ever been brought there,” said Anna Petrova."},
        {"b", DAY, "Petrova said that “nobody of that name had ever been brought there.”"},
        {"c", DAY,
         "“The guards of the jail told us that nobody of that name had been brought there,” said "
         "Anna Petrova."});
    /* Split by one paper, whole in the other. */
    ASSERT_FOUND("Anna Petrova: a* b",
                 {"a", DAY,
                  "“They took my brother,” said Anna Petrova, “from the market in the "
                  "middle of Karsk.”"},
                 {"b", DAY,
                  "“They took my brother from the market in the middle of Karsk,” Anna "
                  "Petrova said."});
    ASSERT_FOUND("Борис Громов: a* b~",
                 {"a", DAY,
                  "«Нельзя задерживать и преследовать людей, которых в республике просто "
                  "не существует», — сказал Борис Громов."},
                 {"b", DAY,
                  "Борис Громов заявил: «Нельзя арестовывать и преследовать людей, "
                  "которых в республике вообще не существует»."});
}

/* As translators have it: other words for the same, in another order. */
static void wordings_of_translators(void **state)
{
    (void)state;
    ASSERT_FOUND("Boris Gromov: a~ b~? c*?",
                 {"a", DAY,
                  "“You cannot detain and persecute people who simply do not exist,” said Boris "
                  "Gromov."},
                 {"b", DAY + 20,
                  "“You can not arrest or repress people who just don’t exist.” This is what was "
                  "said of it in the town."},
                 {"c", DAY + 90,
                  "“You cannot arrest or harass somebody who does not exist.” This is what was "
                  "said of it in the town."});
    ASSERT_FOUND(
        "Olga Lis: a~ b*",
        {"a", DAY, "“A man must see a judge within two days of his arrest,” said Olga Lis."},
        {"b", DAY, "“Within two days of being arrested a man has to see a judge,” said Olga Lis."});
    ASSERT_FOUND("Борис Громов: a~ b*",
                 {"a", DAY,
                  "«Никаких тайных тюрем в республике нет и никогда не было», — сказал Борис "
                  "Громов. Больше он ничего не сказал."},
                 {"b", DAY,
                  "«В нашей республике секретных тюрем нет и никогда не было», — сказал Борис "
                  "Громов. Больше он ничего не сказал."});
    ASSERT_FOUND(
        "Olga Lis: a* b/?",
        {"a", DAY,
         "“We were never asked, and we will not be silent,” said Olga Lis. “Not now; not "
         "ever, whatever they offer to the town.”"},
        {"b", DAY, "There is talk in the town: “We were never asked, and we will not be silent.”"});
    /* Few words of it, and the rest told around them. */
    ASSERT_FOUND("Boris Gromov: a* b/",
                 {"a", DAY,
                  "“You cannot detain and persecute people who simply do not exist in our town,” "
                  "said Boris Gromov."},
                 {"b", DAY + 3,
                  "Boris Gromov answered that people who “simply do not exist” cannot be "
                  "detained."});
}

static void two_utterances(void **state)
{
    (void)state;
    /* A set phrase. */
    ASSERT_FOUND("Olga Lis: a*; Olga Lis: b*",
                 {"a", DAY,
                  "“Officers acted within the law and only after they had been attacked with "
                  "stones,” said Olga Lis."},
                 {"b", DAY,
                  "“The police acted within the law. Reports of further victims do not correspond "
                  "to reality,” said Olga Lis."});
    /* One frame, filled twice. */
    ASSERT_FOUND(
        "Olga Lis: a*; Olga Lis: b*; Olga Lis: c*; Olga Lis: d*",
        {"a", DAY, "“The police have not told us where our sons are,” said Olga Lis."},
        {"b", DAY, "“The police have not told us why our sons were taken,” said Olga Lis."},
        {"c", DAY, "“They came at night and took my brother,” said Olga Lis."},
        {"d", DAY, "“They came in the morning and took my father,” said Olga Lis."});
    ASSERT_FOUND("Ольга Лис: a*; Ольга Лис: b*",
                 {"a", DAY,
                  "«Мы не знаем, сколько людей задержано в четверг», — сказала Ольга Лис. Больше "
                  "она ничего не сказала."},
                 {"b", DAY,
                  "«Мы не знаем, где находятся задержанные люди», — сказала Ольга Лис. Больше "
                  "она ничего не сказала."});
    /* One denies what the other says; another number; another name. */
    ASSERT_FOUND(
        "Boris Gromov: a*; Boris Gromov: b*",
        {"a", DAY, "“The men of the third unit were in Karsk in March,” said Boris Gromov."},
        {"b", DAY, "“The men of the third unit were not in Karsk in March,” said Boris Gromov."});
    ASSERT_FOUND("Boris Gromov: a*; Boris Gromov: b*",
                 {"a", DAY,
                  "“We have opened 20 cases against guards of the prison,” said Boris "
                  "Gromov."},
                 {"b", DAY,
                  "“We have opened 35 cases against guards of the prison,” said Boris "
                  "Gromov."});
    ASSERT_FOUND("Boris Gromov: a*; Boris Gromov: b*",
                 {"a", DAY,
                  "“We will open a new prison near Tolma in the spring,” said Boris "
                  "Gromov."},
                 {"b", DAY,
                  "“We will open a new prison near Zhelan in the spring,” said Boris "
                  "Gromov."});
    /* One person on one matter. */
    ASSERT_FOUND("Boris Gromov: a*; Boris Gromov: b*",
                 {"a", DAY,
                  "“The people of Karsk deserve safe streets and honest police,” said "
                  "Boris Gromov."},
                 {"b", DAY,
                  "“The police of this country will protect the people in every street,” "
                  "said Boris Gromov."});
    /* So short that anybody may say it. */
    ASSERT_FOUND("Boris Gromov: a*; Anna Petrova: b*",
                 {"a", DAY, "“This is not true,” said Boris Gromov."},
                 {"b", DAY, "“This is not true,” said Anna Petrova."});
    ASSERT_FOUND("Boris Gromov: a*; Boris Gromov: b*",
                 {"a", DAY, "“This is not true,” said Boris Gromov."},
                 {"b", DAY + 60, "“This is not true,” said Boris Gromov."});
}

static void what_is_none(void **state)
{
    (void)state;
    ASSERT_FOUND("", {"a", DAY, "They live in what some see as a “free” town."},
                 {"b", DAY, "They live in what some see as a “free” town."},
                 {"c", DAY, "The film “Nights of Karsk” was shown."},
                 {"d", DAY, "The film “Nights of Karsk” was shown."}, {"e", DAY, ""});
}

static void who_is_disputed(void **state)
{
    (void)state;
    ASSERT_FOUND(
        "Anna Petrova disputed: a* b c",
        {"a", DAY, "“They took my brother from the market in Karsk at night,” said Anna Petrova."},
        {"b", DAY, "“They took my brother from the market in Karsk at night,” said Anna Petrova."},
        {"c", DAY, "“They took my brother from the market in Karsk at night,” said Olga Lis."});
}

/* A chain of wordings, each like the next, is not one statement. */
static void nothing_is_joined_by_way_of_a_third(void **state)
{
    (void)state;
#define AND_MORE "There was no more to it than that, and they were not there."
    ASSERT_FOUND("Anna Petrova: a* b~; Anna Petrova: c*",
                 {"a", DAY,
                  "“Red green blue white black brown violet orange stones lay there,” "
                  "said Anna Petrova. " AND_MORE},
                 {"b", DAY,
                  "“Red green blue white black brown window garden stones lay there,” "
                  "said Anna Petrova. " AND_MORE},
                 {"c", DAY,
                  "“Iron copper silver golden black brown window garden stones stood,” "
                  "said Anna Petrova. " AND_MORE});
}

static const char *const words[] = {"prison", "guards", "market", "brother", "night",  "village",
                                    "water",  "letter", "court",  "judge",   "winter", "road",
                                    "the",    "of",     "and",    "not",     "they",   "in"};

static void make_text(struct prop *prop, struct buf *b)
{
    static const char *const speakers[] = {"Anna Petrova", "Boris Gromov", "Olga Lis"};
    for (size_t i = prop_below(prop, 4); i-- > 0;) {
        buf_text(b, "“We say");
        for (size_t k = 3 + prop_below(prop, 12); k-- > 0;)
            buf_printf(b, " %s", words[prop_below(prop, COUNT_OF(words))]);
        buf_printf(b, ",” said %s.\n\n", speakers[prop_below(prop, COUNT_OF(speakers))]);
    }
}

/* The order in which documents are added, the threads and the memory change nothing. */
static void nothing_else_changes_it(void **state)
{
    (void)state;
    enum { TEXTS = 200 };
    struct prop prop = prop_start("nothing_else_changes_it");
    static struct buf made[TEXTS];
    static char names[TEXTS][8];
    struct text texts[TEXTS];
    for (size_t i = 0; i < TEXTS; i++) {
        buf_init(&made[i], 1 << 16);
        if (i % 3 == 2)
            buf_span(&made[i], buf_bytes(&made[prop_below(&prop, i)]));
        else
            make_text(&prop, &made[i]);
        snprintf(names[i], sizeof names[i], "d%03zu", i);
        texts[i] =
            (struct text){names[i], DAY + (int32_t)prop_below(&prop, 20), buf_cstr(&made[i])};
    }
    struct buf first, second;
    buf_init(&first, 1 << 22);
    buf_init(&second, 1 << 22);
    find(texts, TEXTS, NULL, 0, &first);
    for (size_t i = TEXTS; i > 1; i--) {
        size_t k = prop_below(&prop, i);
        struct text other = texts[k];
        texts[k] = texts[i - 1];
        texts[i - 1] = other;
    }
    struct workers *workers = workers_new(3);
    assert_non_null(workers);
    find(texts, TEXTS, workers, 4096, &second);
    assert_true(first.len > 0);
    assert_string_equal(buf_cstr(&first), buf_cstr(&second));
    workers_free(workers);
    buf_release(&first);
    buf_release(&second);
    for (size_t i = 0; i < TEXTS; i++)
        buf_release(&made[i]);
}

static void without_memory(void **state)
{
    (void)state;
    static const struct text texts[] = {
        {"a", DAY, "“They took my brother from the market in Karsk,” said Anna Petrova."},
        {"b", DAY, "“They took my brother from the shop in Karsk,” said Anna Petrova."}};
    struct corpus *c = corpus_of(texts, COUNT_OF(texts));
    struct origins_means means = {.workers = NULL};
    int error = E_NOMEM;
    for (uint64_t nth = 1; error != 0; nth++) {
        struct statements *found = NULL;
        struct problem problem = {.text = ""};
        mem_fail_from(nth);
        error = statements_find(c, languages, &means, &found, &problem);
        mem_fail_from(0);
        assert_true(error == 0 || error == E_NOMEM);
        assert_true(error == 0 || found == NULL);
        statements_free(found);
        assert_true(nth < 2000);
    }
    corpus_free(c);
}

static void when_it_is_stopped(void **state)
{
    (void)state;
    static const struct text texts[] = {{"a", DAY, "“They took my brother,” said Petrova."}};
    struct corpus *c = corpus_of(texts, COUNT_OF(texts));
    struct watch watch = {.stop = true};
    struct origins_means means = {.watch = &watch};
    struct statements *found;
    assert_int_equal(statements_find(c, languages, &means, &found, NULL), E_STOPPED);
    corpus_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wordings_of_one),
        cmocka_unit_test(wordings_of_translators),
        cmocka_unit_test(two_utterances),
        cmocka_unit_test(what_is_none),
        cmocka_unit_test(who_is_disputed),
        cmocka_unit_test(nothing_is_joined_by_way_of_a_third),
        cmocka_unit_test(nothing_else_changes_it),
        cmocka_unit_test(without_memory),
        cmocka_unit_test(when_it_is_stopped),
    };
    if (languages_new(&languages) < 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    languages_free(languages);
    return failed;
}
