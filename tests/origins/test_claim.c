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
#include "origins/claim.h"
#include "prop.h"

static const char *const bounds[] = {"exactly",    "at least", "about", "more than",
                                     "fewer than", "at most",  "range", "none"};

static void put_stretch(struct buf *b, const char *before, struct span text, struct stretch s)
{
    buf_text(b, before);
    buf_span(b, span_slice(text, s.from, s.to - s.from));
}

/* "at least 40 detained <hotline; ..." */
static void describe(struct span text, const struct claims *claims, struct buf *b)
{
    for (size_t i = 0; i < claims->count; i++) {
        const struct claim *c = &claims->claims[i];
        buf_printf(b, "%s%s %lld", i ? "; " : "", bounds[c->bound], (long long)c->low);
        if (c->high != c->low)
            buf_printf(b, "-%lld", (long long)c->high);
        buf_printf(b, " %s%s%s", c->act_kind ? c->act_kind : "-", c->hedged ? " hedged" : "",
                   c->denied ? " denied" : "");
        for (unsigned k = 0; k < c->chain_count; k++)
            put_stretch(b, " <", text, c->chain[k]);
    }
}

static void assert_claims(const char *text, const char *expected)
{
    struct languages *l;
    struct arena arena;
    struct claims claims;
    struct buf b;
    buf_init(&b, 1 << 16);
    arena_init(&arena, 1 << 24);
    assert_int_equal(languages_new(&l), 0);
    const struct language *language = languages_detect(l, span_text(text));
    assert_non_null(language);
    struct quotes quotes;
    assert_int_equal(quotes_find(span_text(text), language, &arena, &quotes), 0);
    assert_int_equal(claims_find(span_text(text), language, &quotes, &arena, &claims), 0);
    describe(span_text(text), &claims, &b);
    assert_string_equal(buf_cstr(&b), expected);
    languages_free(l);
    arena_release(&arena);
    buf_release(&b);
}

static void numbers(void **state)
{
    (void)state;
    assert_claims("In the town 1,200 men were arrested.", "exactly 1200 detained");
    assert_claims("In the town 1 200 men were arrested.", "exactly 1200 detained");
    assert_claims("Two hundred and twenty-five children died in the camp.", "exactly 225 killed");
    assert_claims("Some 3.5 million people have been displaced.", "about 3500000 displaced");
    assert_claims("About a hundred men were rounded up in the town.", "about 100 detained");
    assert_claims("Between 40 and 50 people were killed there.", "range 40-50 killed");
    assert_claims("40 to 50 men were held for 20 days.", "range 40-50 detained");
    assert_claims("It is said that dozens of men are missing.", "about 24-120 missing");
    assert_claims("Up to 12 detainees are missing from the station.", "at most 12 missing");
    assert_claims("There were 15 or more of them killed in the yard.", "at least 15 killed");
    assert_claims("Fewer than 10 people had been injured by then.", "fewer than 10 injured");
    assert_claims("Three of them had died.", "exactly 3 killed");
    assert_claims("Двести двадцать пять человек были арестованы в городе.", "exactly 225 detained");
    assert_claims("Не менее сорока мужчин пропали без вести, и их не нашли.",
                  "at least 40 missing");
    assert_claims("По меньшей мере 3 тысячи человек были задержаны за день.",
                  "at least 3000 detained");
}

static void what_befell_them(void **state)
{
    (void)state;
    assert_claims("The police shot dead at least three people and wounded dozens more in the town.",
                  "at least 3 killed; about 24-120 injured");
    assert_claims("They fired, killing at least three and injuring about thirty, it was said.",
                  "at least 3 killed; about 30 injured");
    assert_claims("The group confirmed the deaths of four people after the arrests of 12 others.",
                  "exactly 4 killed <group; exactly 12 detained <group");
    assert_claims("We have seen three bodies, two of them women, and it was all.",
                  "exactly 3 killed");
    assert_claims("Between 200 and 300 people had gathered to demand that he be freed.",
                  "range 200-300 present");
    assert_claims("Of 40 people who had gathered in the street, 12 were detained.",
                  "exactly 40 present; exactly 12 detained");
    assert_claims("В городе погибли два человека, еще 14 ранены, и это не все.",
                  "exactly 2 killed; exactly 14 injured");
    assert_claims("На площади задержали от 100 до 150 человек, которых не было в списках.",
                  "range 100-150 detained");
}

static void what_counts_no_people(void **state)
{
    (void)state;
    assert_claims("She was a girl of sixteen, died in the town, and it was all.", "");
    assert_claims("In 2016 people were detained in the town.", "");
    assert_claims("On 12 March the police were in the town.", "");
    assert_claims("He was held for 20 days and paid 300 dollars to be free.", "");
    assert_claims("A 40-year-old man was killed in the street.", "");
    assert_claims("The fair opened with 120 stalls, about 30 more than last year.", "");
    assert_claims("It was 20 percent of the men who were beaten.", "");
    assert_claims("Two men tell what they saw there.", "");
}

static void how_firmly(void **state)
{
    (void)state;
    assert_claims("Reportedly 15 men were killed in the yard.", "exactly 15 killed hedged");
    assert_claims("The mayor denied that 300 men were tortured.",
                  "exactly 300 tortured denied <mayor");
    assert_claims("Nobody was detained in the town, it is said.", "none 0 detained");
    assert_claims("В городе никого не задерживали, и это все.", "none 0 detained");
}

static void who_says_so(void **state)
{
    (void)state;
    assert_claims("At least 40 men were detained, the hotline Open Door Karsk said on Sunday.",
                  "at least 40 detained <the hotline Open Door Karsk");
    assert_claims("Tolma Lawyers, a group that helps those who left, said that 40 men had died.",
                  "exactly 40 killed <Tolma Lawyers");
    assert_claims("According to Parents of Orlets, 40 young men are missing.",
                  "exactly 40 missing <Parents of Orlets");
    assert_claims("The Herald reported that Tolma Lawyers said that 40 men were detained.",
                  "exactly 40 detained <Herald <Tolma Lawyers");
    assert_claims("40 men were detained, Tolma Lawyers said, as the Northern Observer reported.",
                  "exactly 40 detained <the Northern Observer <Tolma Lawyers");
    assert_claims("“In this town 40 men were killed,” said Rodan Keel.",
                  "exactly 40 killed <Rodan Keel");
    assert_claims("Не менее 40 мужчин задержаны, сообщила горячая линия «Открытая дверь».",
                  "at least 40 detained <горячая линия «Открытая дверь");
    assert_claims("40 men were detained in the town.", "exactly 40 detained");
    assert_claims("“We had three bodies in the house,” the doctor, Maren Holt, told the Wire.",
                  "exactly 3 killed <Maren Holt");
    assert_claims("Tolma Lawyers has confirmed that four people were killed in it.",
                  "exactly 4 killed <Tolma Lawyers");
    assert_claims("40 men were detained, the Wire said, citing Maren Holt.",
                  "exactly 40 detained <the Wire <Maren Holt");
    assert_claims(
        "В городе задержаны 40 человек, сообщает агентство ВИА со ссылкой на врача Хольт.",
        "exactly 40 detained <агентство ВИА <врача Хольт");
    assert_claims("Погибли 14 человек, говорится в заявлении организации «Адвокаты Толмы».",
                  "exactly 14 killed <организации «Адвокаты Толмы");
    assert_claims("But Maren Holt said that four people were killed in it.",
                  "exactly 4 killed <Maren Holt");
    assert_claims("Asked about the eleven men who were detained, Reve said: “It is not so.”",
                  "exactly 11 detained");
    assert_claims(
        "“This is not the town that I know,” said Rodan Keel, a lawyer. Keel said that 40 "
        "men were dead. He added that 12 were missing.",
        "exactly 40 killed <Rodan Keel; exactly 12 missing <Rodan Keel");
}

/* Whatever the bytes, what is found lies within them. */
static void any_bytes(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "40",   " ", "men", " were killed", ",",    ".",       "\n\n", "at least",
        "said", "«", "»",   "\"",           "\xff", "hundred", "-",    "more than"};
    struct languages *l;
    assert_int_equal(languages_new(&l), 0);
    struct prop rng = prop_start("any_bytes");
    for (int round = 0; round < 2000; round++) {
        struct arena arena;
        struct claims claims;
        struct quotes quotes;
        struct buf b;
        arena_init(&arena, 1 << 24);
        buf_init(&b, 1 << 16);
        for (unsigned i = prop_below(&rng, 60); i > 0; i--)
            buf_text(&b, pieces[prop_below(&rng, 16)]);
        struct span text = buf_bytes(&b);
        const struct language *language = languages_find(l, "en");
        assert_int_equal(quotes_find(text, language, &arena, &quotes), 0);
        assert_int_equal(claims_find(text, language, &quotes, &arena, &claims), 0);
        for (size_t i = 0; i < claims.count; i++) {
            const struct claim *c = &claims.claims[i];
            assert_true(c->sentence.from <= c->number.from && c->number.from < c->number.to);
            assert_true(c->number.to <= c->sentence.to && c->sentence.to <= text.len);
            assert_true(c->low <= c->high && c->low >= 0);
            assert_true(c->chain_count <= CLAIM_CHAIN_MAX);
        }
        arena_release(&arena);
        buf_release(&b);
    }
    languages_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(what_befell_them),
        cmocka_unit_test(what_counts_no_people),
        cmocka_unit_test(how_firmly),
        cmocka_unit_test(who_says_so),
        cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
