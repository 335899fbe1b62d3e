/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Names in all the ways in which they are written: script.h, sound.h, words.h and name.h at
 * once. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "link/name.h"
#include "prop.h"

#define NONE LINK_LIKENESS_NONE
#define REMOTE LINK_LIKENESS_REMOTE
#define ALIKE LINK_LIKENESS_ALIKE
#define PART LINK_LIKENESS_PART
#define SLIP LINK_LIKENESS_SLIP
#define FORM LINK_LIKENESS_FORM
#define SAME LINK_LIKENESS_SAME

struct names {
    struct link_words dictionary;
    struct link_speller *speller;
    struct link_relations *relations;
};

static struct names names_new(void)
{
    struct names n;
    assert_int_equal(link_words_init(&n.dictionary), 0);
    n.speller = link_speller_new();
    n.relations = calloc(1, sizeof *n.relations);
    assert_non_null(n.speller);
    assert_non_null(n.relations);
    return n;
}

static void names_free(struct names *n)
{
    link_words_release(&n->dictionary);
    link_speller_free(n->speller);
    free(n->relations);
}

struct words {
    uint32_t ids[LINK_NAME_WORDS_MAX];
    size_t count;
};

static struct words read_name(struct names *n, enum link_kind kind, const char *text)
{
    struct words words;
    assert_int_equal(
        link_name_read(&n->dictionary, n->speller, kind, span_text(text), words.ids, &words.count),
        0);
    for (size_t i = 0; i < words.count; i++)
        n->dictionary.words[words.ids[i]].frequency++;
    return words;
}

/* Of a thousand records; both ways must say the same. */
static enum link_likeness likeness(enum link_kind kind, const char *one, const char *other)
{
    struct names n = names_new();
    struct words a = read_name(&n, kind, one), b = read_name(&n, kind, other);
    link_words_weigh(&n.dictionary, 1000);
    enum link_likeness there =
        link_name_compare(&n.dictionary, kind, a.ids, a.count, b.ids, b.count, n.relations);
    enum link_likeness back =
        link_name_compare(&n.dictionary, kind, b.ids, b.count, a.ids, a.count, n.relations);
    names_free(&n);
    if (there != back)
        fail_msg("\"%s\" and \"%s\": %d one way, %d the other", one, other, (int)there, (int)back);
    return there;
}

struct pair {
    const char *a, *b;
    enum link_likeness least, most;
};

static void check_pairs(enum link_kind kind, const struct pair *pairs, size_t count)
{
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        enum link_likeness got = likeness(kind, pairs[i].a, pairs[i].b);
        if (got < pairs[i].least || got > pairs[i].most) {
            print_message("# \"%s\" and \"%s\": %d, not %d to %d\n", pairs[i].a, pairs[i].b,
                          (int)got, (int)pairs[i].least, (int)pairs[i].most);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void one_name_in_several_romanisations(void **state)
{
    (void)state;
    static const struct pair given[] = {
        {"Khalid", "Haled", FORM, FORM},     {"Khalid", "Chalid", FORM, FORM},
        {"Yevgeniy", "Evgeny", FORM, FORM},  {"Yevgeniy", "Jewgenij", FORM, FORM},
        {"Muhammad", "Mohamed", FORM, FORM}, {"Muhammad", "Mehmed", FORM, FORM},
        {"Mohammed", "Muhamed", FORM, FORM}, {"Sergey", "Sergei", FORM, FORM},
        {"Sergey", "Serguei", FORM, FORM},   {"Yuri", "Juri", FORM, FORM},
        {"Yuliya", "Julia", FORM, FORM},     {"Hussein", "Husayn", FORM, FORM},
        {"Fatima", "Fatimah", FORM, FORM},   {"Zulfiya", "Zulfija", FORM, FORM},
        {"Dzhokhar", "Djohar", FORM, FORM},  {"Aslan", "Aslan", SAME, SAME},
        {"MÜLLER", "Mueller", FORM, FORM},   {"Jörg", "Joerg", FORM, FORM},
        {"Strauß", "Strauss", FORM, FORM},   {"Anna", "Ana", ALIKE, FORM},
        {"Philipp", "Filip", FORM, FORM},
    };
    static const struct pair family[] = {
        {"Tsarnaev", "Carnaev", FORM, FORM},
        {"Tsarnaev", "Zarnajew", FORM, FORM},
        {"Carnaev", "Zarnajew", FORM, FORM},
        {"Ivanov", "Iwanow", FORM, FORM},
        {"Aliev", "Aliew", FORM, FORM},
        {"Shcherbakov", "Schtscherbakow", FORM, FORM},
        {"Khrushchev", "Chruschtschow", ALIKE, FORM},
        {"Zhukov", "Schukow", FORM, FORM},
        {"Kadyrov", "Kadirow", FORM, FORM},
        {"Gaidarov", "Gajdarow", FORM, FORM},
        {"Chekhov", "Tschechow", FORM, FORM},
        {"Hernández", "Hernandez", SAME, SAME},
        {"Čapek", "Capek", FORM, FORM},
        {"Wałęsa", "Walesa", FORM, FORM},
        {"Schmidt", "Schmitt", FORM, FORM},
        {"al-Masri", "Masri", FORM, SAME},
        {"El Masri", "al-Masry", FORM, FORM},
    };
    check_pairs(LINK_GIVEN_NAME, given, COUNT_OF(given));
    check_pairs(LINK_FAMILY_NAME, family, COUNT_OF(family));
}

static void one_name_in_several_scripts(void **state)
{
    (void)state;
    static const struct pair given[] = {
        {"Евгений", "Yevgeniy", FORM, FORM},
        {"Евгений", "Evgeny", FORM, FORM},
        {"محمد", "Muhammad", FORM, FORM},
        {"محمد", "Mehmed", FORM, FORM},
        {"Мухаммад", "محمد", FORM, FORM},
        {"خالد", "Khalid", FORM, FORM},
        {"Халид", "خالد", FORM, FORM},
        {"Γεώργιος", "Georgios", FORM, FORM},
        {"დავით", "Davit", FORM, FORM},
        {"Դավիթ", "Davit", FORM, FORM},
        {"משה", "Moshe", FORM, FORM},
        {"יוסף", "Yosef", FORM, FORM},
        {"فاطمة", "Fatima", FORM, FORM},
        {"Фатима", "فاطمة", FORM, FORM},
        {"Хусейн", "حسين", FORM, FORM},
        {"Ахмад", "Ahmad", FORM, FORM},
        {"Юлия", "Julia", FORM, FORM},
        {"Ольга", "Olga", FORM, FORM},
        {"Фёдор", "Федор", FORM, SAME},
        {"Фёдор", "Fyodor", FORM, FORM},
        {"Александр", "Aleksandr", FORM, FORM},
        {"Александр", "Oleksandr", ALIKE, FORM},
        {"Александр", "Alexandr", FORM, FORM},
        {"Алексей", "Alexej", FORM, FORM},
        {"Ксения", "Xenia", FORM, FORM},
        {"صالح", "Saleh", FORM, FORM},
        {"خديجة", "Khadija", FORM, FORM},
        {"هدى", "Huda", FORM, FORM},
        {"יהודה", "Yehuda", FORM, FORM},
        {"טל", "Tal", FORM, FORM},
        {"طه", "Huda", NONE, NONE},
        {"هدى", "Noor", NONE, NONE},
        {"Ιωάννης", "Giannis", FORM, FORM},
        {"Σπυρίδων", "Spiros", FORM, FORM},
        {"Հովհաննես", "Ovanes", FORM, FORM},
        {"Ольга", "Елена", NONE, NONE},
    };
    static const struct pair family[] = {
        {"Царнаев", "Tsarnaev", FORM, FORM},
        {"Царнаев", "Zarnajew", FORM, FORM},
        {"Папандреу", "Παπανδρέου", FORM, FORM},
        {"Саакашвили", "სააკაშვილი", FORM, FORM},
        {"Saakashvili", "სააკაშვილი", FORM, FORM},
        {"Սարգսյան", "Sargsyan", FORM, FORM},
        {"Саркисян", "Sarkisian", FORM, FORM},
        {"المصري", "al-Masri", FORM, FORM},
        {"Горбачёв", "Gorbachev", FORM, FORM},
        {"Горбачёв", "Gorbatschow", FORM, FORM},
        {"Щербаков", "Shcherbakov", FORM, FORM},
        {"כהן", "Cohen", FORM, FORM},
        {"Юсупов", "Iusupov", FORM, FORM},
        {"Шевченко", "Szewczenko", FORM, FORM},
        {"Гаджиев", "Gadjiev", FORM, FORM},
        {"Дьяков", "Djakow", FORM, FORM},
        {"Соловьёв", "Solowjow", FORM, FORM},
        {"חדד", "Hadad", FORM, FORM},
        {"הררי", "Harari", FORM, FORM},
        {"Νικολαΐδης", "Nikolaidis", FORM, FORM},
        {"בן דוד", "Ben David", FORM, FORM},
        {"Սարգսյան", "Sarkissian", FORM, FORM},
        {"Волков", "Козлов", NONE, REMOTE},
        {"חדד", "Haddou", NONE, ALIKE},
    };
    check_pairs(LINK_GIVEN_NAME, given, COUNT_OF(given));
    check_pairs(LINK_FAMILY_NAME, family, COUNT_OF(family));
}

static void letters_that_only_look_right(void **state)
{
    (void)state;
    static const struct pair family[] = {
        {"Cмирнов", "Смирнов", FORM, SAME}, /* Latin C */
        {"Иванoв", "Иванов", FORM, SAME},   /* Latin o */
        {"Pоров", "Роров", FORM, SAME},     /* Latin P */
    };
    check_pairs(LINK_FAMILY_NAME, family, COUNT_OF(family));
}

static void slips_nicknames_and_initials(void **state)
{
    (void)state;
    static const struct pair given[] = {
        {"William", "Bill", FORM, FORM},
        {"Elizabeth", "Betty", FORM, FORM},
        {"Александр", "Саша", FORM, FORM},
        {"Margaret", "Peggy", FORM, FORM},
        {"Stephen", "Stehpen", SLIP, FORM},
        {"Katherine", "Katerine", SLIP, FORM},
        {"Boris", "B.", REMOTE, REMOTE},
        {"Boris", "V.", NONE, NONE},
        {"Anna-Maria", "Maria", PART, PART},
        {"Anna Maria", "Maria Anna", FORM, FORM},
        {"AnnaMaria", "Anna Maria", FORM, FORM},
        {"Boris", "Larisa", NONE, REMOTE},
        {"Ivan", "Jan", NONE, FORM},
        {"Vera", "Zakhar", NONE, NONE},
        {"Anna", "Olga", NONE, NONE},
        {"Иван", "Борис", NONE, NONE},
        {"محمد", "خالد", NONE, NONE},
        {"Khalid", "Walid", NONE, ALIKE},
    };
    static const struct pair family[] = {
        {"Petrova", "Petrov", SLIP, FORM},     {"Chern", "Bely", NONE, NONE},
        {"Orlov", "Ilin", NONE, NONE},         {"von Karsk", "Karsk", FORM, SAME},
        {"Orlova-Ilin", "Orlova", PART, PART}, {"MacDonald", "Mac Donald", FORM, FORM},
        {"Smith", "Jones", NONE, NONE},
    };
    check_pairs(LINK_GIVEN_NAME, given, COUNT_OF(given));
    check_pairs(LINK_FAMILY_NAME, family, COUNT_OF(family));
}

static void whole_names_in_any_order(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {"Boris Orlov", "Orlov, Boris", FORM, FORM},
        {"Orlov Boris Ivanovich", "Boris Orlov", PART, PART},
        {"Dr. Boris Orlov", "Boris Orlov", FORM, SAME},
        {"B. Orlov", "Boris Orlov", ALIKE, ALIKE},
        {"Abd al-Rahman Khalid", "Abdulrahman Khalid", FORM, SAME},
        {"Abdurrahman Khalid", "Abd el Rahman Khaled", FORM, FORM},
        {"عبد الرحمن خالد", "Abdulrahman Khalid", FORM, FORM},
        {"عبدالرحمن", "Abd al-Rahman", FORM, FORM},
        {"Ahmad bin Khalid", "Ahmad Khalid", FORM, SAME},
        {"Царнаев Руслан", "Ruslan Carnaev", FORM, FORM},
        {"Boris Orlov", "Anna Chern", NONE, NONE},
        {"Boris Orlov", "Boris Chern", REMOTE, ALIKE},
        {"Anna Chern", "Vera Chern", REMOTE, ALIKE},
    };
    check_pairs(LINK_FULL_NAME, pairs, COUNT_OF(pairs));
}

static void addresses_and_other_words(void **state)
{
    (void)state;
    static const struct pair addresses[] = {
        {"12 Mill Street", "12 Mill St.", FORM, FORM},
        {"12 Mill Street", "13 Mill Street", NONE, ALIKE},
        {"Mill Street 12", "12 Mill Street", FORM, FORM},
        {"12 Mill Street, Karsk", "12 Mill Street", PART, PART},
        {"12 Mill Street", "7 Harbour Road", NONE, NONE},
        {"12 MIll Stret", "12 Mill Street", ALIKE, FORM},
    };
    static const struct pair titles[] = {
        {"On the counting of absent persons", "On the counting of absent persons.", SAME, SAME},
        {"On the counting of absent persons", "On counting absent persons", ALIKE, PART},
        {"On the counting of absent persons", "A history of the port of Zhelan", NONE, REMOTE},
    };
    check_pairs(LINK_ADDRESS, addresses, COUNT_OF(addresses));
    check_pairs(LINK_TEXT, titles, COUNT_OF(titles));
}

static size_t count_words(enum link_kind kind, const char *text)
{
    struct names n = names_new();
    struct words words = read_name(&n, kind, text);
    names_free(&n);
    return words.count;
}

static void what_is_left_of_a_text(void **state)
{
    (void)state;
    assert_int_equal(count_words(LINK_FULL_NAME, ""), 0);
    assert_int_equal(count_words(LINK_FULL_NAME, " -- . ?! "), 0);
    assert_int_equal(count_words(LINK_FULL_NAME, "Dr. Anna von Karsk"), 2);
    assert_int_equal(count_words(LINK_FULL_NAME, "Abd al-Rahman ibn Khalid"), 2);
    assert_int_equal(count_words(LINK_FAMILY_NAME, "von"), 1); /* it is all that there is */
    assert_int_equal(count_words(LINK_TEXT, "von Karsk"), 2);
    assert_int_equal(count_words(LINK_FULL_NAME, "山田 太郎"), 2);
    char many[400] = "";
    for (int i = 0; i < 60; i++)
        memcpy(many + 4 * i, i % 2 ? "abc " : "xyz ", 5);
    assert_int_equal(count_words(LINK_TEXT, many), LINK_NAME_WORDS_MAX);
}

static struct span spelled(struct link_speller *s, const char *text, size_t word)
{
    const struct link_spelling *words;
    size_t count;
    assert_int_equal(link_speller_spell(s, span_text(text), &words, &count), 0);
    assert_true(word < count);
    return words[word].latin;
}

static void every_script_in_latin_letters(void **state)
{
    (void)state;
    static const struct {
        const char *text, *latin;
    } cases[] = {
        {"Щербаков", "shcherbakov"},
        {"Müller", "muller"},
        {"Æsop", "aesop"},
        {"Ελένη", "eleni"},
        {"თბილისი", "tbilisi"},
        {"Երևան", "erevan"},
        {"O’Brien", "obrien"},
        {"X Æ A-12", "x"},
        {"العرب", "alarb"},
        {"１２", "12"},
        {"ÅÄÖ", "aao"},
        {"Łódź", "lodz"},
    };
    struct link_speller *s = link_speller_new();
    assert_non_null(s);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct span got = spelled(s, cases[i].text, 0);
        if (!span_equal(got, span_text(cases[i].latin)))
            fail_msg("%s: %.*s, not %s", cases[i].text, (int)got.len, (const char *)got.data,
                     cases[i].latin);
    }
    for (size_t i = 0; i < spelled(s, "山田", 0).len; i++)
        assert_true(spelled(s, "山田", 0).data[i] >= 'a' && spelled(s, "山田", 0).data[i] <= 'z');
    const struct link_spelling *words;
    size_t count;
    assert_int_equal(link_speller_spell(s, span_text("a\xff"), &words, &count), E_UTF8);
    assert_int_equal(link_speller_spell(s, span_text("a b"), &words, &count), 0);
    assert_int_equal(count, 2);
    link_speller_free(s);
}

/* Names of letters of several alphabets, none longer than what sounds hold. */
static void put_random_name(struct prop *prop, struct buf *out)
{
    static const char *const letters[] = {
        "a", "b", "ch", "d", "e",  "y", "kh", "ä", "ü", "ё",   "ц",    "х",  "я", "م",    "ع",
        "ا", "و", "ш",  "γ", "ου", "ღ", "ժ",  "-", " ", "al ", "abd ", "o'", "j", "ibn ", "7"};
    size_t count = 1 + prop_below(prop, 14);
    for (size_t i = 0; i < count; i++)
        buf_text(out, letters[prop_below(prop, COUNT_OF(letters))]);
}

static void comparing_is_symmetric_and_equal_names_are_the_same(void **state)
{
    (void)state;
    struct prop prop = prop_start("names");
    static const enum link_kind kinds[] = {LINK_GIVEN_NAME, LINK_FULL_NAME, LINK_ADDRESS,
                                           LINK_TEXT};
    struct buf one, other;
    buf_init(&one, 4096);
    buf_init(&other, 4096);
    for (int i = 0; i < 3000; i++) {
        buf_reset(&one);
        buf_reset(&other);
        put_random_name(&prop, &one);
        put_random_name(&prop, &other);
        enum link_kind kind = kinds[prop_below(&prop, COUNT_OF(kinds))];
        (void)likeness(kind, buf_cstr(&one), buf_cstr(&other));
        if (count_words(kind, buf_cstr(&one)) > 0)
            assert_in_range(likeness(kind, buf_cstr(&one), buf_cstr(&one)), FORM, SAME);
    }
    buf_release(&one);
    buf_release(&other);
}

static void sounds_of_a_name_and_of_itself(void **state)
{
    (void)state;
    struct prop prop = prop_start("sounds");
    for (int i = 0; i < 20000; i++) {
        uint8_t text[2][16];
        struct link_sounds sounds[2];
        for (int k = 0; k < 2; k++) {
            size_t len = 1 + prop_below(&prop, sizeof text[k]);
            for (size_t j = 0; j < len; j++)
                text[k][j] = (uint8_t)('a' + prop_below(&prop, 26));
            link_sounds_read(span_of(text[k], len), prop_below(&prop, 4) == 0, &sounds[k]);
        }
        uint64_t keys[LINK_SOUND_KEYS_MAX];
        assert_int_equal(link_sounds_distance(&sounds[0], &sounds[0], 1000), 0);
        unsigned distance = link_sounds_distance(&sounds[0], &sounds[1], 500);
        assert_int_equal(distance, link_sounds_distance(&sounds[1], &sounds[0], 500));
        unsigned most = (unsigned)prop_below(&prop, 500);
        assert_int_equal(link_sounds_distance(&sounds[0], &sounds[1], most),
                         distance <= most ? distance : most + 1);
        assert_true(link_sounds_keys(&sounds[0], keys) <= LINK_SOUND_KEYS_MAX);
    }
}

static int read_under_pressure(void)
{
    struct link_words dictionary = {0};
    uint32_t ids[LINK_NAME_WORDS_MAX];
    size_t count;
    struct link_speller *speller = link_speller_new();
    int error = link_words_init(&dictionary);
    if (error == 0)
        error = speller ? link_name_read(&dictionary, speller, LINK_FULL_NAME,
                                         span_text("Cмирнов Мюллер عبد الرحمن Müller-Orlov"), ids,
                                         &count)
                        : E_NOMEM;
    link_words_release(&dictionary);
    link_speller_free(speller);
    return error;
}

static void memory_that_runs_out(void **state)
{
    (void)state;
    mem_fail_from(0);
    assert_int_equal(read_under_pressure(), 0);
    uint64_t asked = mem_asked();
    for (uint64_t n = 1; n <= asked; n++) {
        mem_fail_from(n);
        assert_int_equal(read_under_pressure(), E_NOMEM);
    }
    mem_fail_from(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_name_in_several_romanisations),
        cmocka_unit_test(one_name_in_several_scripts),
        cmocka_unit_test(letters_that_only_look_right),
        cmocka_unit_test(slips_nicknames_and_initials),
        cmocka_unit_test(whole_names_in_any_order),
        cmocka_unit_test(addresses_and_other_words),
        cmocka_unit_test(what_is_left_of_a_text),
        cmocka_unit_test(every_script_in_latin_letters),
        cmocka_unit_test(comparing_is_symmetric_and_equal_names_are_the_same),
        cmocka_unit_test(sounds_of_a_name_and_of_itself),
        cmocka_unit_test(memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
