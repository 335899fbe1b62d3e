/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <time.h>

#include "reading.h"

#define LONG                                                                                       \
    "At least 40 men have been detained in Karsk since Thursday night, the hotline Open Door "     \
    "Karsk said, most of them taken from flats on Mill Street and from two cafés near the depot."

static void a_page_as_newspapers_make_it(void **state)
{
    (void)state;
    struct reading_result r = reading_text(
        "x.html", "<!DOCTYPE html><html><head><title>Forty held | Orlets Herald</title>"
                  "<meta property=\"og:title\" content=\"Forty held &amp; more\">"
                  "<meta property='og:site_name' content='Orlets Herald'>"
                  "<link rel=canonical href=https://orlets-herald.example/forty>"
                  "<meta property=\"article:published_time\" content=\"2031-04-09T23:10:00+03:00\">"
                  "<meta property=\"article:modified_time\" content=\"2031-05-01\">"
                  "<script>var a = '<p>no</p>';</script><style>p{}</style></head><body>"
                  "<header><a href=/>Home</a> of news</header><nav><ul><li><a>World</a></ul></nav>"
                  "<div class='content'><article><header><h1>Forty held</h1></header>"
                  "<p>" LONG "<p>&ldquo;They take  the\n phones&rdquo;,<br>she&nbsp;said.</p>"
                  "<aside>Read also: other things</aside></article>"
                  "<div class=related><p>" LONG "</p></div></div>"
                  "<footer>© 2031</footer></body></html>");
    assert_int_equal(r.error, 0);
    assert_string_equal(r.documents[0].text,
                        "Forty held\n\n" LONG "\n\n“They take the phones”,\nshe said.\n");
    assert_string_equal(r.documents[0].title, "Forty held & more");
    assert_string_equal(r.documents[0].outlet, "Orlets Herald");
    assert_string_equal(r.documents[0].address, "https://orlets-herald.example/forty");
    assert_int_equal(r.documents[0].day, DAY_2031_04_09);
    reading_release(&r);
}

static void old_pages_without_any_order(void **state)
{
    (void)state;
    assert_read("x.htm",
                "<HTML><TITLE>News</TITLE><BODY><TABLE><TR><TD><A HREF=1>One</A><BR><A "
                "HREF=2>Two</A><TD><B>Forty held</B><P>" LONG "<P>Second.</TABLE>",
                "Forty held\n\n" LONG "\n\nSecond.\n");
}

/* Such pages exist: all of it is one form, or one list of links. */
static void when_nothing_would_be_left_more_is_taken(void **state)
{
    (void)state;
    assert_read("x.html", "<form id=aspnet><div><p>" LONG "</div></form>", LONG "\n");
    assert_read("x.html", "<nav><p>" LONG "<p>More.", LONG "\n\nMore.\n");
}

static void a_teaser_is_not_the_article(void **state)
{
    (void)state;
    assert_read("x.html",
                "<article><a href=1>A teaser</a></article><div><p>" LONG "<p>" LONG
                "</div><article>An"
                "other</article>",
                LONG "\n\n" LONG "\n\nAnother\n");
    assert_read("x.html",
                "<div itemprop=\"articleBody\"><p>" LONG "</div><div><p>Comments: nonsense</div>",
                LONG "\n");
}

static void what_is_hidden_is_not_read(void **state)
{
    (void)state;
    assert_read("x.html",
                "<p>Seen.<div hidden><p>not</div><div style='display: none'>not</div>"
                "<noscript>not</noscript><template><p>not</template><svg><title>not</title></svg>"
                "<!-- not --><select><option>not</select><p>Seen too.",
                "Seen.\n\nSeen too.\n");
}

static void references_are_decoded(void **state)
{
    (void)state;
    assert_read(
        "x.html",
        "<p>&Eacute;t&eacute &amp; &#1050;&#x430;&#x80; &copy2 &bogus; & &;&#; &nbsp;a&shy;b",
        "Été & Ка€ ©2 &bogus; & &;&#; ab\n");
}

static void faults_do_not_swallow_the_rest(void **state)
{
    (void)state;
    assert_read("x.html", "<p>One<a href=\"x>two</a> three</p><p>four</p>",
                "Onetwo three\n\nfour\n");
    assert_read("x.html", "<p>One<!-- two<p>three", "Onethree\n");
    assert_read("x.html", "<title>T<p>One</p><p>two", "One\n\ntwo\n");
    assert_read("x.html", "<p>1 < 2 and 3 > 2 </ p> <3", "1 < 2 and 3 > 2 <3\n");
    assert_read("x.html", "<div><nav><p>menu</div><p>" LONG, LONG "\n");
}

static void days_in_other_places(void **state)
{
    (void)state;
    static const char *const pages[] = {
        "<p>x<script type='application/ld+json'>[{\"datePublished\" : \"2031-04-09\"}]</script>",
        "<meta name=pubdate content='9 April 2031'><p>x",
        "<meta itemprop=datePublished content=2031-04-09><time datetime=2030-01-01></time><p>x",
        "<p>x <time datetime='2031-04-09 10:00'>yesterday</time>",
        "<p>today is 1 May 2031</p><h1>Forty held</h1><p>By A. Marsen</p><p>09.04.2031 10:15</p>",
        "<h1>Сорок</h1><div>9 апреля 2031, 10:15</div><p>x",
    };
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        struct reading_result r = reading_text("x.html", pages[i]);
        assert_int_equal(r.error, 0);
        assert_int_equal(r.documents[0].day, DAY_2031_04_09);
        reading_release(&r);
    }
}

static void declared_encodings(void **state)
{
    (void)state;
    assert_read("x.html", "<meta charset=windows-1251><p>\xCA\xE0\xF0\xF1\xEA", "Карск\n");
    assert_read("x.html",
                "<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>"
                "<p>\xEB\xC1\xD2\xD3\xCB",
                "Карск\n");
    assert_read("x.html",
                "<meta charset=iso-8859-1><p>\x93"
                "caf\xE9\x94",
                "“café”\n");
    /* It says so and is not. */
    assert_read("x.html", "<meta charset=windows-1251><p>Карск", "Карск\n");
    struct reading_result r = reading_text("x.html", "<p>Карск Карск \xD0, and more");
    assert_string_equal(r.documents[0].text, "Карск Карск \uFFFD, and more\n");
    assert_int_equal(r.remark_count, 1);
    assert_non_null(strstr(r.remarks[0], "1 characters did not fit"));
    reading_release(&r);
}

static void pages_are_known_by_their_front(void **state)
{
    (void)state;
    assert_read("page", " \n<!doctype html><p>One", "One\n");
    assert_read("page.txt", "<html><p>One", "One\n");
    assert_read("page.txt", "<p>One", "<p>One");
    assert_refused("x.html", span_text("<script>only</script>"), E_FORMAT, "no text");
}

/* Nothing here may take longer than its length asks for. */
static void repeated_faults_take_no_longer(void **state)
{
    (void)state;
    static const char *const faults[] = {"<div>",      "<a \"",     "<a b='", "<!--",  "<title>",
                                         "<script>",   "</div>",    "<p>a",   "&amp",  "<a b=\"\"",
                                         "<article>a", "<nav>a <b", "<br>",   "<h1>a", "<meta a"};
    const size_t size = (size_t)1 << 20;
    char *page = malloc(size + 32);
    assert_non_null(page);
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        size_t len = strlen(faults[i]), at = 0;
        for (; at + len <= size; at += len)
            memcpy(page + at, faults[i], len);
        memcpy(page + at, "<p>x", 4);
        clock_t from = clock();
        struct reading_result r = reading("x.html", span_of(page, at + 4));
        assert_true(r.error == 0 || r.error == E_FORMAT);
        assert_true((double)(clock() - from) / CLOCKS_PER_SEC < 4);
        reading_release(&r);
    }
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_as_newspapers_make_it),
        cmocka_unit_test(old_pages_without_any_order),
        cmocka_unit_test(when_nothing_would_be_left_more_is_taken),
        cmocka_unit_test(a_teaser_is_not_the_article),
        cmocka_unit_test(what_is_hidden_is_not_read),
        cmocka_unit_test(references_are_decoded),
        cmocka_unit_test(faults_do_not_swallow_the_rest),
        cmocka_unit_test(days_in_other_places),
        cmocka_unit_test(declared_encodings),
        cmocka_unit_test(pages_are_known_by_their_front),
        cmocka_unit_test(repeated_faults_take_no_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
