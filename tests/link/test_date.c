/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdarg.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "link/date.h"
#include "link/script.h"
#include "prop.h"

static char in_latin[256]; /* what was read last */

static link_date read_date(const char *text, bool month_leads)
{
    struct link_speller *speller = link_speller_new();
    struct span plain;
    assert_non_null(speller);
    assert_int_equal(link_speller_plain(speller, span_text(text), &plain), 0);
    snprintf(in_latin, sizeof in_latin, "%.*s", (int)plain.len, (const char *)plain.data);
    link_date date = link_date_read(&(struct link_date_order){.month_leads = month_leads}, plain);
    link_speller_free(speller);
    return date;
}

static link_date day_first(const char *text)
{
    return read_date(text, false);
}

static link_date month_first(const char *text)
{
    return read_date(text, true);
}

static void check(const char *text, link_date got, unsigned year, unsigned month, unsigned day)
{
    if (got != link_date_of(year, month, day))
        fail_msg("\"%s\": %u-%u-%u", text, link_date_year(got), link_date_month(got),
                 link_date_day(got));
}

static void dates_in_all_forms(void **state)
{
    (void)state;
    static const char *const third_of_may[] = {
        "1980-05-03",   "1980/5/3",         "1980.05.03",          "19800503",
        "3.5.1980",     "03.05.1980",       "03/05/1980",          "3-5-80",
        "03051980",     "3 May 1980",       "3. Mai 1980",         "May 3, 1980",
        "3rd May 1980", "MAY 3 1980",       "3 mayo 1980",         "3 mai 1980",
        "03-May-80",    "1980 May 3",       "3 maggio 1980",       "1980-05-03T12:30:00Z",
        "3 мая 1980",   "3 Μαΐου 1980",     "1980-05-03 00:00:00", "٣/٥/١٩٨٠",
        "۱۹۸۰-۰۵-۰۳",   "３．５．１９８０",
    };
    for (size_t i = 0; i < COUNT_OF(third_of_may); i++)
        check(third_of_may[i], day_first(third_of_may[i]), 1980, 5, 3);
    check("05/03/1980", month_first("05/03/1980"), 1980, 5, 3);
    check("25/03/1980", month_first("25/03/1980"), 1980, 3, 25);
    check("03/25/1980", day_first("03/25/1980"), 1980, 3, 25);
    check("1980", day_first("1980"), 1980, 0, 0);
    check("1980-05", day_first("1980-05"), 1980, 5, 0);
    check("198005", day_first("198005"), 1980, 5, 0);
    check("05/1980", day_first("05/1980"), 1980, 5, 0);
    check("May 1980", day_first("May 1980"), 1980, 5, 0);
    check("1980-00-00", day_first("1980-00-00"), 1980, 0, 0);
    check("99.99.1980", day_first("99.99.1980"), 1980, 0, 0);
    check("1/1/29", day_first("1/1/29"), 2029, 1, 1);
    check("1/1/30", day_first("1/1/30"), 1930, 1, 1);
}

/* As they stand in letters and on forms: of some months the form that follows a day, too. */
static void months_in_many_languages(void **state)
{
    (void)state;
    static const char *const languages[][12] = {
        {"January", "February", "March", "April", "May", "June", "July", "August", "September",
         "October", "November", "December"},
        {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
        {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
         "Oktober", "November", "Dezember"},
        {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
         "octobre", "novembre", "décembre"},
        {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
         "octubre", "noviembre", "diciembre"},
        {"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto",
         "settembre", "ottobre", "novembre", "dicembre"},
        {"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro",
         "outubro", "novembro", "dezembro"},
        {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября",
         "октября", "ноября", "декабря"},
        {"ЯНВАРЬ", "ФЕВРАЛЬ", "МАРТ", "АПРЕЛЬ", "МАЙ", "ИЮНЬ", "ИЮЛЬ", "АВГУСТ", "СЕНТЯБРЬ",
         "ОКТЯБРЬ", "НОЯБРЬ", "ДЕКАБРЬ"},
        {"січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня",
         "жовтня", "листопада", "грудня"},
        {"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia",
         "września", "października", "listopada", "grudnia"},
        {"ledna", "února", "března", "dubna", "května", "června", "července", "srpna", "září",
         "října", "listopadu", "prosince"},
        {"ocak", "şubat", "mart", "nisan", "mayıs", "haziran", "temmuz", "ağustos", "eylül", "ekim",
         "kasım", "aralık"},
        {"Ιανουαρίου", "Φεβρουαρίου", "Μαρτίου", "Απριλίου", "Μαΐου", "Ιουνίου", "Ιουλίου",
         "Αυγούστου", "Σεπτεμβρίου", "Οκτωβρίου", "Νοεμβρίου", "Δεκεμβρίου"},
        {"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر",
         "نوفمبر", "ديسمبر"},
        {"ינואר", "פברואר", "מרץ", "אפריל", "מאי", "יוני", "יולי", "אוגוסט", "ספטמבר", "אוקטובר",
         "נובמבר", "דצמבר"},
        {"იანვარი", "თებერვალი", "მარტი", "აპრილი", "მაისი", "ივნისი", "ივლისი", "აგვისტო",
         "სექტემბერი", "ოქტომბერი", "ნოემბერი", "დეკემბერი"},
        {"հունվար", "փետրվար", "մարտ", "ապրիլ", "մայիս", "հունիս", "հուլիս", "օգոստոս", "սեպտեմբեր",
         "հոկտեմբեր", "նոյեմբեր", "դեկտեմբեր"},
    };
    unsigned wrong = 0;
    for (size_t i = 0; i < COUNT_OF(languages); i++)
        for (unsigned month = 1; month <= 12; month++) {
            char text[64];
            snprintf(text, sizeof text, "7 %s 1980", languages[i][month - 1]);
            link_date got = day_first(text);
            if (got != link_date_of(1980, month, 7)) {
                print_message("# %s, %s: month %u\n", text, in_latin, link_date_month(got));
                wrong++;
            }
        }
    assert_int_equal(wrong, 0);
}

/* Slips of the pen, kept to be compared, but no column is taken for dates because of them. */
static void impossible_dates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned year, month, day;
    } cases[] = {{"1980-13-14", 1980, 13, 14}, {"1980-05-32", 1980, 5, 32},
                 {"0500-01-01", 500, 1, 1},    {"4993-12-07", 4993, 12, 7},
                 {"19080742", 1908, 7, 42},    {"42.07.1908", 1908, 7, 42}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        link_date got = day_first(cases[i].text);
        check(cases[i].text, got, cases[i].year, cases[i].month, cases[i].day);
        assert_false(link_date_possible(got));
    }
    assert_true(link_date_possible(day_first("1980-02-31")));
    assert_false(link_date_possible(0));
    assert_int_equal(link_date_compare(day_first("19080742"), day_first("19080724")),
                     LINK_DATE_SLIP);
    assert_int_equal(link_date_compare(day_first("4993-12-07"), day_first("1993-12-07")),
                     LINK_DATE_SLIP);
    /* Parts beyond all bounds are not known; the others stay. */
    check("parts", link_date_of(49930, 12, 7), 0, 12, 7);
    check("parts", link_date_of(1993, 120, 7), 1993, 0, 7);
    check("parts", link_date_of(9999, 99, 99), 0, 0, 0);
}

static void what_is_no_date(void **state)
{
    (void)state;
    static const char *const others[] = {
        "",           "x",
        "0",          "12",
        "May",        "3 Karsk 1980",
        "1.2.3.4",    "1980-05-03-1",
        "123456789",  "310/246-1501",
        "+7 495 123", "a1980",
        "1980x05x03",
    };
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (link_date_possible(day_first(others[i])))
            fail_msg("\"%s\"", others[i]);
}

static void the_column_says_which_part_leads(void **state)
{
    (void)state;
    struct link_date_order order = {.month_leads = false};
    link_date_learn(&order, span_text("01/02/1980"), 90);
    link_date_learn(&order, span_text("nonsense"), 90);
    link_date_learn(&order, span_text("1980-25-12"), 90);
    link_date_learn(&order, span_text("12/25/1980"), 2);
    link_date_learn(&order, span_text("25/12/1980"), 1);
    link_date_decide(&order);
    assert_true(order.month_leads);
    check("01/02/1980", link_date_read(&order, span_text("01/02/1980")), 1980, 1, 2);
    link_date_learn(&order, span_text("25/12/1980"), 1);
    link_date_decide(&order);
    assert_false(order.month_leads);
}

static void months_by_number_and_name(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned month;
    } cases[] = {{"1", 1},   {"12", 12},      {"13", 13},        {"0", 0},    {"05", 5},
                 {"May", 5}, {"january", 1},  {"DEZ", 12},       {"mars", 3}, {"x", 0},
                 {"", 0},    {"octubre", 10}, {"4294967297", 0}, {"99", 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (link_date_month_read(span_text(cases[i].text)) != cases[i].month)
            fail_msg("%s", cases[i].text);
}

static void how_alike_dates_are(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        enum link_date_level level;
    } cases[] = {
        {"1980-05-03", "1980-05-03", LINK_DATE_SAME},
        {"1980-05-03", "1980-03-05", LINK_DATE_SWAPPED},
        {"1980-05-03", "1980-05-08", LINK_DATE_SLIP},
        {"1980-05-03", "1908-05-03", LINK_DATE_SLIP},
        {"1980-05-13", "1980-05-31", LINK_DATE_SLIP},
        {"1980-05-03", "1880-05-03", LINK_DATE_SLIP},
        {"1980-05-03", "1980-05-27", LINK_DATE_TWO_PARTS},
        {"1980-05-03", "1962-05-03", LINK_DATE_TWO_PARTS},
        {"1980-05-03", "1980-11-27", LINK_DATE_YEAR},
        {"1980-05-03", "1971-11-27", LINK_DATE_DIFFERENT},
        {"1980-05-03", "1980", LINK_DATE_KNOWN},
        {"1980-05-03", "1980-05", LINK_DATE_KNOWN},
        {"1980-05-03", "1980-06", LINK_DATE_YEAR},
        {"1980-05-03", "1981", LINK_DATE_DIFFERENT},
        {"1980", "1980", LINK_DATE_SAME},
        {"1980-05-03", "", LINK_DATE_NONE},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        link_date a = day_first(cases[i].a), b = day_first(cases[i].b);
        if (link_date_compare(a, b) != cases[i].level || link_date_compare(b, a) != cases[i].level)
            fail_msg("%s and %s: %d", cases[i].a, cases[i].b, (int)link_date_compare(a, b));
    }
}

static link_date any_date(struct prop *prop)
{
    bool whole = prop_below(prop, 3) > 0;
    unsigned year = (unsigned)prop_below(prop, 100) + 1920, month = (unsigned)prop_below(prop, 13);
    unsigned day = (unsigned)prop_below(prop, 32);
    return link_date_of(whole || prop_below(prop, 2) ? year : 0, whole && !month ? 1 : month,
                        whole && !day ? 1 : day);
}

/* Of three dates of one year or another, the one that shares more is never further away. */
static void comparing_is_symmetric_and_grows(void **state)
{
    (void)state;
    struct prop prop = prop_start("dates");
    for (int i = 0; i < 200000; i++) {
        link_date a = any_date(&prop), b = any_date(&prop);
        enum link_date_level level = link_date_compare(a, b);
        assert_int_equal(level, link_date_compare(b, a));
        assert_true(level < LINK_DATE_LEVEL_COUNT);
        assert_int_equal(level == LINK_DATE_SAME, a == b && a != 0);
        if (!link_date_year(b) || !link_date_month(b) || !link_date_day(b))
            continue;
        link_date nearer = link_date_of(link_date_year(a), link_date_month(b), link_date_day(b));
        if (link_date_year(a) && link_date_month(a) && link_date_day(a))
            assert_true(link_date_compare(nearer, b) >= LINK_DATE_TWO_PARTS);
    }
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    struct prop prop = prop_start("written dates");
    struct buf text;
    buf_init(&text, 64);
    for (int i = 0; i < 100000; i++) {
        link_date d = any_date(&prop);
        buf_reset(&text);
        link_date_write(&text, d);
        if (link_date_parse(buf_bytes(&text)) != d)
            fail_msg("%s", buf_cstr(&text));
    }
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_in_all_forms),
        cmocka_unit_test(months_in_many_languages),
        cmocka_unit_test(impossible_dates),
        cmocka_unit_test(what_is_no_date),
        cmocka_unit_test(the_column_says_which_part_leads),
        cmocka_unit_test(months_by_number_and_name),
        cmocka_unit_test(how_alike_dates_are),
        cmocka_unit_test(comparing_is_symmetric_and_grows),
        cmocka_unit_test(what_is_written_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
