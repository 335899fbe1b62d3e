/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/html.h"
#include "prop.h"
#include "text/utf8.h"

typedef void escaper(struct buf *b, struct span text);

static void assert_written(escaper *escape, struct span text, const char *expected)
{
    struct buf b CLEANUP(buf_release);
    buf_init(&b, 4096);
    escape(&b, text);
    assert_int_equal(buf_error(&b), 0);
    assert_string_equal(buf_cstr(&b), expected);
}

static void text_is_escaped(void **state)
{
    (void)state;
    assert_written(html_text, span_text(""), "");
    assert_written(html_text, span_text("plain"), "plain");
    assert_written(html_text, span_text("<a href=\"x\" id='y'>&amp;"),
                   "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;");
    assert_written(html_text, span_text("Ёжик 山 \t\n"), "Ёжик 山 \t\n");
    assert_written(html_text, span_of("a\0b\x1b[2J\x7f\r", 9), "a\uFFFDb\uFFFD[2J\uFFFD\uFFFD");
    assert_written(html_text, span_text("\xc2\x9b"), "\uFFFD");
    assert_written(html_text, span_text("\xc3"), "\uFFFD");
    assert_written(html_text, span_text("\xc3\"x"), "\uFFFD&quot;x");
    assert_written(html_text, span_text("\xff<"), "\uFFFD&lt;");
}

static void lines_are_broken(void **state)
{
    (void)state;
    assert_written(html_lines, span_text(""), "");
    assert_written(html_lines, span_text("a\n\n<b\n"), "a<br><br>&lt;b<br>");
}

static void queries_are_percent_encoded(void **state)
{
    (void)state;
    assert_written(html_query, span_text("aZ09-._~"), "aZ09-._~");
    assert_written(html_query, span_text("a b&c=d/\"<%"), "a%20b%26c%3Dd%2F%22%3C%25");
    assert_written(html_query, span_of("\0ё", 3), "%00%D1%91");
}

static void urls_stay_on_this_host(void **state)
{
    (void)state;
    assert_written(html_url, span_text("/"), "/");
    assert_written(html_url, span_text("/report/5f?a=b&c=\"d\""),
                   "/report/5f?a=b&amp;c=&quot;d&quot;");
    static const char *const refused[] = {
        "",
        "report",
        "//other.example/",
        "/\\other.example/",
        "/\t/other.example/",
        "\t//other.example/",
        "javascript:alert(1)",
        " javascript:alert(1)",
        "https://other.example/",
        "mailto:someone@other.example",
        "data:text/html,x",
        "?q=x",
        "/a b",
        "/\x7f",
    };
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        assert_written(html_url, span_text(refused[i]), "/");
}

/* Undoes html_text the way a browser would. */
static void unescape(struct span html, struct buf *out)
{
    static const char *const entities[][2] = {
        {"&quot;", "\""}, {"&amp;", "&"}, {"&#39;", "'"}, {"&lt;", "<"}, {"&gt;", ">"}};
    while (html.len > 0) {
        size_t i = 0;
        while (i < COUNT_OF(entities) &&
               !span_equal(span_slice(html, 0, strlen(entities[i][0])), span_text(entities[i][0])))
            i++;
        bool found = i < COUNT_OF(entities);
        if (found)
            buf_text(out, entities[i][1]);
        else
            buf_u8(out, html.data[0]);
        html = span_slice(html, found ? strlen(entities[i][0]) : 1, html.len);
    }
}

static void valid_text_comes_back(void **state)
{
    (void)state;
    struct prop prop = prop_start("html_text");
    struct buf text CLEANUP(buf_release), html CLEANUP(buf_release), back CLEANUP(buf_release);
    buf_init(&text, 4096);
    buf_init(&html, 65536);
    buf_init(&back, 4096);
    for (int i = 0; i < 2000; i++) {
        buf_reset(&text), buf_reset(&html), buf_reset(&back);
        for (size_t n = prop_below(&prop, 60); n > 0; n--)
            utf8_put(&text, (uint32_t)(prop_below(&prop, 3) ? 0x20 + prop_below(&prop, 0x5F)
                                                            : 0xA0 + prop_below(&prop, 0xD000)));
        html_text(&html, buf_bytes(&text));
        unescape(buf_bytes(&html), &back);
        assert_true(span_equal(buf_bytes(&text), buf_bytes(&back)));
    }
}

static void any_bytes_become_safe_utf8(void **state)
{
    (void)state;
    struct prop prop = prop_start("html_bytes");
    struct buf html CLEANUP(buf_release);
    buf_init(&html, 65536);
    for (int i = 0; i < 5000; i++) {
        uint8_t bytes[64];
        size_t len = prop_below(&prop, sizeof(bytes) + 1);
        prop_bytes(&prop, bytes, len);
        buf_reset(&html);
        html_text(&html, span_of(bytes, len));
        assert_int_equal(utf8_check(buf_bytes(&html), 65536), 0);
        for (size_t j = 0; j < html.len; j++) {
            uint8_t c = html.data[j];
            assert_true(c != '<' && c != '>' && c != '"' && c != '\'' && c != 0x7F);
            assert_true(c >= 0x20 || c == '\n' || c == '\t');
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(lines_are_broken),
        cmocka_unit_test(queries_are_percent_encoded),
        cmocka_unit_test(urls_stay_on_this_host),
        cmocka_unit_test(valid_text_comes_back),
        cmocka_unit_test(any_bytes_become_safe_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
