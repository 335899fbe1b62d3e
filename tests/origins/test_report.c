/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The reports: whatever documents hold, they stay readable, safe and of bounded size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "origins/report.h"
#include "table/json.h"
#include "text/width.h"

#define REPORT_MAX_BYTES ((size_t)64 << 20)
#define HOSTILE "\x1b[2J<script>\"'&\xe2\x80\xae\x07"

struct made {
    struct corpus *corpus;
    struct languages *languages;
    struct known_names *names;
    struct gather *gather;
    struct origins *origins;
    struct origins_report report;
};

static int read_once(void *arg, uint8_t *out, size_t room, size_t *ret_got)
{
    struct span *rest = arg;
    size_t got = rest->len < room ? rest->len : room;
    memcpy(out, rest->data, got);
    *rest = span_slice(*rest, got, rest->len);
    *ret_got = got;
    return 0;
}

static void begin(struct made *m)
{
    *m = (struct made){.corpus = NULL};
    assert_int_equal(languages_new(&m->languages), 0);
    assert_int_equal(known_names_new(m->languages, &m->names), 0);
    assert_int_equal(corpus_new(64 << 20, NULL, &m->corpus), 0);
    const struct gather_setup setup = {
        .corpus = m->corpus, .languages = m->languages, .today = ABOUT_DAY_NONE};
    assert_int_equal(gather_new(&setup, &m->gather), 0);
}

static void add(struct made *m, const char *name, const char *text)
{
    struct span rest = span_text(text);
    const struct read_input input = {.name = name, .more = read_once, .arg = &rest};
    assert_int_equal(gather_file(m->gather, span_text(name), span_of(NULL, 0), &input, NULL), 0);
}

static void end(struct made *m)
{
    const struct origins_means means = {.workers = NULL};
    assert_int_equal(gather_close(m->gather, NULL), 0);
    assert_int_equal(origins_run(m->corpus, m->languages, m->names, &means, &m->origins, NULL), 0);
    m->report = (struct origins_report){.origins = m->origins, .gather = m->gather};
}

static void release(struct made *m)
{
    origins_free(m->origins);
    gather_free(m->gather);
    corpus_free(m->corpus);
    known_names_free(m->names);
    languages_free(m->languages);
}

#define STORY                                                                                      \
    "At least 40 men have been detained in Karsk since Thursday night, the hotline Open Door "     \
    "Karsk said, most of them taken from flats on Mill Street and from two cafés near the tram "  \
    "depot.\n\n“They take the phones first" HOSTILE                                                \
    ", and then everyone whose name is in them,” said Ilva Marsen.\n"

static void add_story(struct made *m, unsigned documents)
{
    char name[64];
    char text[2048];
    for (unsigned i = 0; i < documents; i++) {
        snprintf(name, sizeof name, "paper-%u_2031-04-%02u_karsk.txt", i, 1 + i % 28);
        snprintf(text, sizeof text,
                 "Men " HOSTILE " taken in Karsk %u\n\n%s\nThat is all for %u.\n", i, STORY, i);
        add(m, name, text);
    }
}

static void assert_harmless(const struct buf *out, bool newlines)
{
    for (size_t i = 0; i < out->len; i++)
        assert_true(out->data[i] >= 0x20 || (newlines && out->data[i] == '\n'));
    assert_null(strstr(buf_cstr(out), "\xe2\x80\xae"));
}

static void a_terminal_is_safe_and_lines_fit(void **state)
{
    (void)state;
    static const size_t widths[] = {40, 80, 200};
    struct made m;
    begin(&m);
    add_story(&m, 4);
    add(&m, "empty.txt", "");
    end(&m);
    for (size_t w = 0; w < COUNT_OF(widths); w++) {
        struct buf out;
        buf_init(&out, REPORT_MAX_BYTES);
        assert_int_equal(origins_report_text(&m.report, widths[w], &out), 0);
        assert_harmless(&out, true);
        assert_non_null(strstr(buf_cstr(&out), "Nothing here says what is true."));
        assert_non_null(strstr(buf_cstr(&out), "at least 40 detained: 4 documents,"));
        assert_non_null(strstr(buf_cstr(&out), "empty.txt: it is empty"));
        const char *line = buf_cstr(&out);
        for (const char *stop; (stop = strchr(line, '\n')); line = stop + 1) {
            bool table = strstr(line, "paper-") && stop > strstr(line, "paper-");
            assert_true(table || width_columns(span_of(line, (size_t)(stop - line))) <= widths[w]);
        }
        buf_release(&out);
    }
    release(&m);
}

static void a_page_is_only_a_page(void **state)
{
    (void)state;
    struct made m;
    struct buf out;
    begin(&m);
    add_story(&m, 4);
    end(&m);
    buf_init(&out, REPORT_MAX_BYTES);
    assert_int_equal(origins_report_html(&m.report, &out), 0);
    assert_harmless(&out, true);
    assert_null(strstr(buf_cstr(&out), "<script"));
    assert_non_null(strstr(buf_cstr(&out), "&lt;script&gt;"));
    assert_non_null(strstr(buf_cstr(&out), "default-src &#39;none&#39;"));
    assert_non_null(
        strstr(buf_cstr(&out), "<title>Where “at least 40 detained” comes from</title>"));
    buf_release(&out);
    release(&m);
}

static void json_is_json(void **state)
{
    (void)state;
    struct made m;
    struct buf out;
    struct json_node root, claims, claim, passages, passage, side;
    struct span text;
    int64_t number;
    begin(&m);
    add_story(&m, 4);
    end(&m);
    buf_init(&out, REPORT_MAX_BYTES);
    assert_int_equal(origins_report_json(&m.report, &out), 0);
    assert_harmless(&out, true);
    assert_int_equal(json_read(buf_bytes(&out), REPORT_MAX_BYTES, &root, NULL), 0);
    assert_int_equal(json_get_array(&root, "claims", &claims, NULL), 0);
    assert_int_equal(json_item_object(&claims, 0, &claim, NULL), 0);
    assert_int_equal(json_get_int(&claim, "strict", 1, 1, &number, NULL), 0);
    assert_int_equal(json_get_array(&root, "passages", &passages, NULL), 0);
    assert_int_equal(json_count(&passages), 6);
    assert_int_equal(json_item_object(&passages, 0, &passage, NULL), 0);
    assert_int_equal(json_get_text(&passage, "direction", &text, NULL), 0);
    assert_true(span_equal(text, span_text("b from a")));
    assert_int_equal(json_get_object(&passage, "a", &side, NULL), 0);
    assert_int_equal(json_get_text(&side, "document", &text, NULL), 0);
    assert_true(span_equal(text, span_text("paper-0_2031-04-01_karsk")));
    json_release(&root);
    buf_release(&out);
    release(&m);
}

/* Of eighty documents some are drawn, and the page and the terminal say how many are not. */
static void of_many_the_first_are_shown(void **state)
{
    (void)state;
    struct made m;
    struct buf page, text;
    begin(&m);
    add_story(&m, 80);
    end(&m);
    buf_init(&page, REPORT_MAX_BYTES);
    buf_init(&text, REPORT_MAX_BYTES);
    assert_int_equal(origins_report_html(&m.report, &page), 0);
    assert_int_equal(origins_report_text(&m.report, 80, &text), 0);
    assert_non_null(strstr(buf_cstr(&page), "Not drawn: 48 later documents."));
    assert_non_null(strstr(buf_cstr(&page), " more: --json has them all."));
    assert_non_null(strstr(buf_cstr(&text), "and 40 more: --json has them all"));
    assert_true(page.len < 400 << 10);
    assert_true(text.len < 40 << 10);
    buf_release(&page);
    buf_release(&text);
    release(&m);
}

static void assert_memory_is_reported(const struct origins_report *report,
                                      int (*write)(const struct origins_report *r, struct buf *out))
{
    bool done = false;
    uint64_t nth = 1;
    while (!done) {
        struct buf out;
        buf_init(&out, REPORT_MAX_BYTES);
        mem_fail_from(nth);
        int error = write(report, &out);
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
        buf_release(&out);
        nth += 1 + nth / 16;
    }
}

static int write_text(const struct origins_report *r, struct buf *out)
{
    return origins_report_text(r, 80, out);
}

static void want_of_memory_is_reported(void **state)
{
    (void)state;
    struct made m;
    begin(&m);
    add_story(&m, 2);
    end(&m);
    assert_memory_is_reported(&m.report, write_text);
    assert_memory_is_reported(&m.report, origins_report_html);
    assert_memory_is_reported(&m.report, origins_report_json);
    release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_is_safe_and_lines_fit),
        cmocka_unit_test(a_page_is_only_a_page),
        cmocka_unit_test(json_is_json),
        cmocka_unit_test(of_many_the_first_are_shown),
        cmocka_unit_test(want_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
