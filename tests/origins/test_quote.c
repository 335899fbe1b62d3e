/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "origins/quote.h"
#include "prop.h"
#include "text/utf8.h"

static struct languages *languages;

static void put_stretch(struct buf *b, const char *before, struct span text, struct stretch s,
                        const char *after)
{
    buf_text(b, before);
    buf_span(b, span_slice(text, s.from, s.to - s.from));
    buf_text(b, after);
}

/* statement [words] speaker = fullest name {role}; + goes on from the one before, / not closed */
static void describe(struct span text, const struct quotes *quotes, struct buf *b)
{
    static const char *const kinds[] = {"", "scare ", "title "};
    for (size_t i = 0; i < quotes->count; i++) {
        const struct quote *q = &quotes->quotes[i];
        bool named = q->named.to > q->named.from &&
                     (q->named.from != q->speaker.from || q->named.to != q->speaker.to);
        buf_printf(b, "%s%s%s%s", i ? "; " : "", kinds[q->kind], q->continues != i ? "+" : "",
                   q->headline ? "head " : "");
        put_stretch(b, "[", text, q->words, q->closed ? "]" : "/");
        put_stretch(b, q->known ? " " : "", text, q->speaker, "");
        if (named)
            put_stretch(b, " = ", text, q->named, "");
        if (q->role.to > q->role.from)
            put_stretch(b, " {", text, q->role, "}");
    }
}

static void assert_quotes(const char *language, const char *text, const char *expected)
{
    struct arena arena;
    struct quotes quotes;
    struct buf b;
    buf_init(&b, 1 << 16);
    arena_init(&arena, 1 << 24);
    assert_int_equal(
        quotes_find(span_text(text), languages_find(languages, language), &arena, &quotes), 0);
    describe(span_text(text), &quotes, &b);
    assert_string_equal(buf_cstr(&b), expected);
    arena_release(&arena);
    buf_release(&b);
}

struct example {
    const char *text, *expected;
};

static void assert_examples(const char *language, const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_quotes(language, examples[i].text, examples[i].expected);
}

static void marks_of_every_kind(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"“One two three four.”", "[One two three four.]"},
        {"\"One two three four.\"", "[One two three four.]"},
        {"„One two three four.“", "[One two three four.]"},
        {"„One two three four.”", "[One two three four.]"},
        {"«One two three four.»", "[One two three four.]"},
        {"»One two three four.«", "[One two three four.]"},
        {"‹One two three four.›", "[One two three four.]"},
        {"‘One two three four.’", "[One two three four.]"},
        {"'One two three four.'", "[One two three four.]"},
        {"``One two three four.''", "[One two three four.]"},
        {"「One two three four.」", "[One two three four.]"},
        {"“One ‘two three four five’ six seven.”",
         "[One ‘two three four five’ six seven.]; [two three four five]"},
        {"«One «two three four five» six.»",
         "[One «two three four five» six.]; [two three four five]"},
        /* One closing mark for both. */
        {"The club «Friends of «the river in Karsk» has closed.",
         "title [Friends of «the river in Karsk»]; [the river in Karsk]"},
        {"“”", ""},
        {"\"\"", ""},
        {"", ""},
    };
    assert_examples("en", examples, COUNT_OF(examples));
}

static void apostrophes_and_inches_are_none(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"The lawyers' office didn't open, and the guards’ post wasn’t manned.", ""},
        {"He is 5' 10\" tall and the door is 6'.", ""},
        {"The '90s were hard; rock 'n' roll was not.", ""},
        {"“The fence is 6' 2\" high and new.”", "[The fence is 6' 2\" high and new.]"},
        {"\"The fence is 12\" high and new.\"", "[The fence is 12\" high and new.]"},
        {"‘The guards’ post wasn’t manned then.’", "[The guards’ post wasn’t manned then.]"},
    };
    assert_examples("en", examples, COUNT_OF(examples));
}

static void paragraphs(void **state)
{
    (void)state;
    static const struct example examples[] = {
        /* Each opens again, and one speaker says all. */
        {"“We saw the vans in the night.\n\n“They took my brother,” said Anna Petrova.",
         "[We saw the vans in the night./ Anna Petrova; +[They took my brother,] Anna Petrova"},
        {"“We saw the vans,” said Anna Petrova. “They came at two.\n\n“They took my brother.”",
         "[We saw the vans,] Anna Petrova; +[They came at two./ Anna Petrova; "
         "+[They took my brother.] Anna Petrova"},
        /* Never closed. */
        {"Anna Petrova said: “We saw the vans.\n\nThe office did not answer.",
         "[We saw the vans./ Anna Petrova"},
        {"\"We saw the vans, she said.\n\nThe office did not answer.",
         "head [We saw the vans, she said./"},
        /* Lines of a paper are no paragraphs. */
        {"The office of Karsk did\nnot answer for many\ndays. “We saw the\nvans,” said Petrova.\n\n"
         "The office\nwas closed.\n",
         "[We saw the\nvans,] Petrova"},
    };
    assert_examples("en", examples, COUNT_OF(examples));
}

static void who_said_it(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"“They were beaten for days,” Petrova said.", "[They were beaten for days,] Petrova"},
        {"“They were beaten for days,” said Petrova, who met them.",
         "[They were beaten for days,] Petrova"},
        {"“They were beaten for days,” Petrova, who met them in Tolma, told the paper.",
         "[They were beaten for days,] Petrova"},
        {"“They were beaten for days,” Petrova, 42, a teacher from Karsk, said.",
         "[They were beaten for days,] Petrova {a teacher from Karsk}"},
        {"“They were beaten for days,” according to Tolma Lawyers.",
         "[They were beaten for days,] Tolma Lawyers"},
        {"According to Tolma Lawyers, “they were beaten for days.”",
         "[they were beaten for days.] Tolma Lawyers"},
        {"Petrova told Orlov that “they were beaten for days.”",
         "[they were beaten for days.] Petrova"},
        {"Petrova told Orlov: “They were beaten for days.”",
         "[They were beaten for days.] Petrova"},
        {"Petrova: “They were beaten for days”", "[They were beaten for days] Petrova"},
        {"Petrova: “They were beaten”\n\nThe office of the prosecutor did not answer.",
         "[They were beaten] Petrova"},
        {"“They were beaten for days,” he shot back.", "[They were beaten for days,] he"},
        {"“They were beaten for days.” – Anna Petrova",
         "[They were beaten for days.] Anna Petrova"},
        {"The prosecutor’s office said that “there is no case of that kind.”",
         "[there is no case of that kind.] The prosecutor’s office {The prosecutor’s office}"},
        /* The second half. */
        {"“They were beaten,” said Petrova, “for days and nights.”",
         "[They were beaten,] Petrova; +[for days and nights.] Petrova"},
        {"“They were beaten,” said Petrova. “It went on for days.”",
         "[They were beaten,] Petrova; +[It went on for days.] Petrova"},
        {"“They were beaten,” Petrova wrote to the court, adding, “It went on for days.”",
         "[They were beaten,] Petrova; [It went on for days.] Petrova"},
        /* What somebody says that somebody thinks. */
        {"Petrova said that the minister called the report “a pack of lies about us.”",
         "[a pack of lies about us.] Petrova"},
        /* Told to, not by. */
        {"Petrova was told “to leave the town at once.”", "[to leave the town at once.]"},
        /* Nobody is near. */
        {"The office was closed for a week. “There is no case of that kind at all.”",
         "[There is no case of that kind at all.] The office {The office}"},
        {"“There is no case of that kind at all.”", "[There is no case of that kind at all.]"},
    };
    assert_examples("en", examples, COUNT_OF(examples));
}

static void names_and_roles(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"Anna Petrova came. “They were beaten for days,” Petrova said.",
         "[They were beaten for days,] Petrova = Anna Petrova"},
        {"Interior Minister Boris Gromov came. “There is no case,” Gromov said.",
         "[There is no case,] Gromov = Boris Gromov {Interior Minister}"},
        {"“There is no case,” said Boris Gromov, the interior minister. He left. "
         "“We checked it,” he said.",
         "[There is no case,] Boris Gromov {the interior minister}; "
         "[We checked it,] he = Boris Gromov {the interior minister}"},
        {"Interior Minister Boris Gromov came. The minister said: “There is no case.”",
         "[There is no case.] The minister = Boris Gromov {The minister}"},
        /* Two are called so. */
        {"Anna Petrova met Olga Petrova. “They were beaten for days,” Petrova said.",
         "[They were beaten for days,] Petrova"},
        {"Mr. Orlov met Mrs. Petrova. “They were beaten for days,” she said.",
         "[They were beaten for days,] she = Petrova"},
        {"Ivan Orlov met Pavel Lis. “They were beaten for days,” he said.",
         "[They were beaten for days,] he"},
        {"The mayor put the number at two, and said that they “acted within the law, always”.",
         "[acted within the law, always] The mayor {The mayor}"},
        {"In a written statement the ministry said: “The men are safe.”",
         "[The men are safe.] the ministry {the ministry}"},
        {"KARSK - Anna Petrova has not slept. She talks to nobody, she says, “but I was there”.",
         "[but I was there] she = Anna Petrova"},
        {"Boris Gromov, a spokesman for the Interior Ministry, said it was over. He added: “It was "
         "never so bad.”",
         "[It was never so bad.] He = Boris Gromov {a spokesman for the Interior Ministry}"},
        {"“We were there when it began,” said Anna Petrova.\n\n“Nobody came to help us then.”",
         "[We were there when it began,] Anna Petrova; [Nobody came to help us then.] Anna "
         "Petrova"},
    };
    assert_examples("en", examples, COUNT_OF(examples));
}

static void what_is_no_statement(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"They live in what some see as a “free” town.", "scare [free]"},
        {"The film “Nights of Karsk” was shown at the school.", "title [Nights of Karsk]"},
        {"She watched “Nights of Karsk” at the school.", "title [Nights of Karsk]"},
        {"“No,” said Petrova.", "[No,] Petrova"},
        {"Minister: ‘We never detained anyone’ in Karsk\n\nThe minister spoke on Monday.",
         "[We never detained anyone] Minister {Minister}"},
        {"‘Nobody was ever detained’ in Karsk\n\nThe minister spoke on Monday.",
         "head [Nobody was ever detained]"},
    };
    assert_examples("en", examples, COUNT_OF(examples));
}

static void in_russian(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"«Мы не знаем, где наши сыновья», — сказала Анна Петрова.",
         "[Мы не знаем, где наши сыновья] Анна Петрова"},
        {"Анна Петрова пришла в суд. По словам Петровой, «никто не отвечает на звонки».",
         "[никто не отвечает на звонки] Петровой = Анна Петрова"},
        {"Как сообщил министр Борис Громов, «проверка давно закончена».",
         "[проверка давно закончена] министр Борис Громов = Борис Громов {министр}"},
        {"«Это неправда, — возразила Петрова. — Мы видели документы».",
         "[Это неправда,] Петрова; +[Мы видели документы] Петрова"},
        {"— Их увезли ночью, — рассказал Иван Ковров. — Никто не представился.\n\n— А кто увез?",
         "[Их увезли ночью,] Иван Ковров; +[Никто не представился.] Иван Ковров; [А кто увез?]"},
        {"— список дел\n\n— второй список", ""},
        {"«К нам привезли троих, — сказала Петрова агентству. — Крови больше нет».",
         "[К нам привезли троих,] Петрова; +[Крови больше нет] Петрова"},
        {"Представитель МВД Антон Реве назвал это ложью: «Погибли двое, и мы сожалеем».",
         "[Погибли двое, и мы сожалеем] Представитель МВД Антон Реве = Антон Реве {Представитель "
         "МВД}"},
        {"Газета «Голос Желана» пишет: «Списки составляли заранее».",
         "title [Голос Желана]; [Списки составляли заранее] Газета «Голос Желана» {Газета «Голос "
         "Желана»}"},
        {"Правозащитники называют это «чисткой».", "scare [чисткой] Правозащитники"},
        {"В Карске прошел суд. Глава Карска Олег Синицын заявил, что «таких людей нет в городе».",
         "[таких людей нет в городе] Глава Карска Олег Синицын = Олег Синицын {Глава}"},
    };
    assert_examples("ru", examples, COUNT_OF(examples));
}

static bool at_point(struct span text, uint32_t at)
{
    return at == text.len || (text.data[at] & 0xc0) != 0x80;
}

static void assert_within(struct span text, struct stretch s)
{
    assert_true(s.from <= s.to && s.to <= text.len);
    assert_true(at_point(text, s.from) && at_point(text, s.to));
}

/* Sorted; within the text; each stands in the one before, or behind it. */
static void assert_properties(struct span text, const struct quotes *quotes, bool valid)
{
    for (size_t i = 0; i < quotes->count; i++) {
        const struct quote *q = &quotes->quotes[i];
        const struct stretch all[] = {q->whole, q->words, q->speaker, q->named, q->role, q->cue};
        for (size_t k = 0; valid && k < COUNT_OF(all); k++)
            assert_within(text, all[k]);
        assert_true(q->whole.from <= q->words.from && q->words.from < q->words.to &&
                    q->words.to <= q->whole.to && q->whole.to <= text.len);
        assert_true(q->continues <= i);
        assert_int_equal(quotes->quotes[q->continues].continues, q->continues);
        for (size_t k = i; k-- > 0;) {
            const struct stretch before = quotes->quotes[k].whole;
            assert_true(before.from < q->whole.from);
            assert_true(before.to <= q->whole.from || before.to >= q->whole.to);
        }
    }
}

static void whatever_stands_in_the_text(void **state)
{
    (void)state;
    static const char *const bits[] = {
        "“",    "”",         "\"",  "«",     "»",    "‘",   "’",       "'",        "„",
        " — ",  "\n\n",      "\n",  ". ",    ", ",   "? ",  ": ",      "Petrova ", "said ",
        "the ", "minister ", "he ", "Anna ", "who ", "а ",  "сказал ", "Громов ",  "по словам ",
        "(",    ")",         "5",   "x",     "-",    "\xa0"};
    struct prop prop = prop_start("whatever_stands_in_the_text");
    for (int round = 0; round < 3000; round++) {
        struct arena arena;
        struct quotes quotes;
        struct buf b;
        buf_init(&b, 1 << 16);
        arena_init(&arena, 1 << 26);
        bool valid = prop_below(&prop, 4) > 0;
        size_t count = prop_below(&prop, 80);
        for (size_t i = 0; i < count; i++)
            buf_text(&b, bits[prop_below(&prop, COUNT_OF(bits) - valid)]);
        const char *name = prop_below(&prop, 2) ? "en" : "ru";
        assert_int_equal(
            quotes_find(buf_bytes(&b), languages_find(languages, name), &arena, &quotes), 0);
        assert_properties(buf_bytes(&b), &quotes, valid);
        arena_release(&arena);
        buf_release(&b);
    }
}

/* Longer than a window: nothing is lost at its end, and places are those of the whole text. */
static void long_texts(void **state)
{
    (void)state;
    static const char line[] = "“They were beaten for days,” said Anna Petrova of Karsk.\n\n";
    struct buf b;
    struct arena arena;
    struct quotes quotes;
    buf_init(&b, 8 << 20);
    arena_init(&arena, 1 << 26);
    size_t count = (5u << 20) / (sizeof line - 1);
    for (size_t i = 0; i < count; i++)
        buf_text(&b, line);
    assert_int_equal(quotes_find(buf_bytes(&b), languages_find(languages, "en"), &arena, &quotes),
                     0);
    assert_int_equal(quotes.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(quotes.quotes[i].whole.from, i * (sizeof line - 1));
        assert_true(quotes.quotes[i].known);
    }
    arena_release(&arena);
    buf_release(&b);
}

/* One sentence of a megabyte takes no longer than its length asks for: minutes, when it does. */
static void a_sentence_without_end(void **state)
{
    (void)state;
    struct buf b;
    struct arena arena;
    struct quotes quotes;
    enum { TIMES = 30000 };
    buf_init(&b, 8 << 20);
    arena_init(&arena, 1 << 26);
    for (size_t i = 0; i < TIMES; i++)
        buf_text(&b, "in the town he said “we saw it there,” ");
    assert_int_equal(quotes_find(buf_bytes(&b), languages_find(languages, "en"), &arena, &quotes),
                     0);
    assert_int_equal(quotes.count, TIMES);
    arena_release(&arena);
    buf_release(&b);
}

static void without_memory(void **state)
{
    (void)state;
    static const char text[] = "“A ‘b’ c,” said Anna Petrova, a lawyer.\n\n— Нет, — сказал он.";
    int error = E_NOMEM;
    for (uint64_t nth = 1; error == E_NOMEM; nth++) {
        struct arena arena;
        struct quotes quotes;
        arena_init(&arena, 1 << 24);
        mem_fail_from(nth);
        error = quotes_find(span_text(text), languages_find(languages, "en"), &arena, &quotes);
        mem_fail_from(0);
        arena_release(&arena);
        assert_true(error == 0 || error == E_NOMEM);
        assert_true(nth < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_of_every_kind), cmocka_unit_test(apostrophes_and_inches_are_none),
        cmocka_unit_test(paragraphs),          cmocka_unit_test(who_said_it),
        cmocka_unit_test(names_and_roles),     cmocka_unit_test(what_is_no_statement),
        cmocka_unit_test(in_russian),          cmocka_unit_test(whatever_stands_in_the_text),
        cmocka_unit_test(long_texts),          cmocka_unit_test(a_sentence_without_end),
        cmocka_unit_test(without_memory),
    };
    if (languages_new(&languages) < 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    languages_free(languages);
    return failed;
}
