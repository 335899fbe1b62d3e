/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "pages/desk.h"
#include "pages/line.h"
#include "samples.h"

#define HOSTILE "\"><script>alert('x')</script>{{org}}{{_:Send}}"

/* Renders a page that fill fills, into out. */
static int render(const struct template *page,
                  void (*fill)(struct values *, const struct language *),
                  const struct language *language, size_t arena_cap, struct buf *out)
{
    struct arena arena CLEANUP(arena_release);
    arena_init(&arena, arena_cap);
    struct values *v = values_new(&arena);
    fill(v, language);
    return template_render(page, language, v, out);
}

static bool holds(const struct buf *page, const char *part)
{
    return strstr(buf_cstr(page), part) != NULL;
}

static void every_page_renders_in_every_language(void **state)
{
    (void)state;
    const struct language *language;
    for (size_t i = 0; (language = language_at(i)); i++) {
        for (size_t j = 0; j < sample_count; j++) {
            struct buf page CLEANUP(buf_release);
            buf_init(&page, 1 << 20);
            assert_int_equal(render(samples[j].page, samples[j].fill, language, 1 << 20, &page), 0);
            char tag[64];
            snprintf(tag, sizeof(tag), "<html lang=\"%s\" dir=\"%s\">", language->code,
                     strcmp(language->code, "ar") == 0 ? "rtl" : "ltr");
            assert_true(holds(&page, tag));
            assert_false(holds(&page, "{{"));
            assert_true(holds(&page, "</html>"));
        }
    }
}

static void fill_hostile(struct values *v, const struct language *language)
{
    (void)language;
    values_text(v, "org", HOSTILE);
    values_text(v, "greeting", HOSTILE);
    values_text(v, "ticket", HOSTILE);
    struct values *answer = values_add(v, "answers");
    values_text(answer, "day", HOSTILE);
    values_text(answer, "text", "a\n" HOSTILE);
}

static void fill_hostile_late(struct values *v, const struct language *language)
{
    (void)language;
    values_text(v, "org", HOSTILE);
    values_text(v, "text", "\n" HOSTILE);
    struct values *problem = values_add(v, "problem");
    values_text(problem, "word", HOSTILE);
    values_text(problem, "number", HOSTILE);
}

#define ESCAPED "&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;{{org}}{{_:Send}}"

static void values_are_escaped_where_they_stand(void **state)
{
    (void)state;
    struct buf page CLEANUP(buf_release);
    buf_init(&page, 1 << 20);
    assert_int_equal(render(&page_line_mailbox, fill_hostile, language_at(0), 1 << 20, &page), 0);
    assert_false(holds(&page, "<script"));
    assert_true(holds(&page, "<p class=\"org\">" ESCAPED "</p>"));
    assert_true(holds(&page, "name=\"ticket\" value=\"" ESCAPED "\">"));
    assert_true(holds(&page, "<time datetime=\"" ESCAPED "\">" ESCAPED "</time>"));
    assert_true(holds(&page, "dir=\"auto\">a<br>" ESCAPED "</p>"));
    buf_reset(&page);
    assert_int_equal(render(&page_line_late, fill_hostile_late, language_at(0), 1 << 20, &page), 0);
    assert_false(holds(&page, "<script"));
    assert_true(holds(&page, "Word " ESCAPED ", “" ESCAPED "”, is not in the list"));
    /* The newline behind the tag is the browser's; the second is the caller's. */
    assert_true(holds(&page, "required>\n\n" ESCAPED "</textarea>"));
}

static void fill_search(struct values *v, const struct language *language)
{
    (void)language;
    values_text(v, "org", "a");
    values_text(v, "member", "b");
    values_text(v, "csrf", "c");
    values_flag(v, "asked", true);
    values_number(v, "count", 1);
    struct values *result = values_add(v, "results");
    values_text(result, "id", HOSTILE);
    values_text(result, "label", "d");
    values_text(result, "day", "e");
    struct values *part = values_add(result, "parts");
    values_text(part, "text", "one ");
    part = values_add(result, "parts");
    values_text(part, "text", "two");
    values_flag(part, "hit", true);
}

static void lists_nest_and_paths_are_encoded(void **state)
{
    (void)state;
    struct buf page CLEANUP(buf_release);
    buf_init(&page, 1 << 20);
    assert_int_equal(render(&page_desk_search, fill_search, language_at(0), 1 << 20, &page), 0);
    assert_true(holds(&page, "href=\"/report/%22%3E%3Cscript%3E"));
    assert_true(holds(&page, "dir=\"auto\">one <mark>two</mark></span>"));
    assert_true(holds(&page, "Found: 1"));
    assert_false(holds(&page, "Nothing was found"));
    assert_false(holds(&page, "aria-current=\"page\""));
}

static void fill_later_value(struct values *v, const struct language *language)
{
    (void)language;
    values_text(v, "problem", "first");
    values_text(v, "problem", "second");
    values_text(v, "back", NULL);
}

static void the_later_value_stays_and_null_is_none(void **state)
{
    (void)state;
    struct buf page CLEANUP(buf_release);
    buf_init(&page, 1 << 20);
    assert_int_equal(render(&page_desk_problem, fill_later_value, language_at(0), 1 << 20, &page),
                     0);
    assert_true(holds(&page, "<p>second</p>"));
    assert_false(holds(&page, "Go back"));
}

static void fill_needed_missing(struct values *v, const struct language *language)
{
    (void)language;
    values_flag(v, "locked", true);
}

static void fill_unknown(struct values *v, const struct language *language)
{
    (void)language;
    values_text(v, "problem", "a");
    values_text(v, "porblem", "a");
}

static void fill_wrong_type(struct values *v, const struct language *language)
{
    (void)language;
    values_flag(v, "problem", true);
}

/* Whether rendering stops the process. */
static bool stops(void (*fill)(struct values *, const struct language *))
{
    pid_t child = fork();
    if (child == 0) {
        struct rlimit no_core = {0};
        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGABRT, SIG_DFL);
        int quiet = open("/dev/null", O_WRONLY);
        dup2(quiet, 2);
        struct buf page;
        buf_init(&page, 1 << 20);
        _exit(render(&page_desk_problem, fill, language_at(0), 1 << 20, &page) < 0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void values_that_are_not_declared_stop_it(void **state)
{
    (void)state;
    assert_false(stops(fill_later_value));
    assert_true(stops(fill_needed_missing));
    assert_true(stops(fill_unknown));
    assert_true(stops(fill_wrong_type));
}

static void fill_null(struct values *v, const struct language *language)
{
    (void)language;
    values_text(v, "problem", NULL);
}

static void want_of_memory_is_reported(void **state)
{
    (void)state;
    struct buf nothing CLEANUP(buf_release);
    buf_init(&nothing, 1 << 20);
    assert_int_equal(render(&page_desk_problem, fill_null, language_at(0), 1 << 20, &nothing),
                     E_NOMEM);
    for (size_t j = 0; j < sample_count; j++) {
        struct buf page CLEANUP(buf_release);
        buf_init(&page, 1 << 20);
        for (size_t cap = 0; cap < 8192; cap += 64) {
            buf_reset(&page);
            int error = render(samples[j].page, samples[j].fill, language_at(0), cap, &page);
            assert_true(error == 0 || (error == E_NOMEM && page.len == 0));
        }
    }
}

/* Where the Nth allocation fails, for all N, nothing is rendered wrongly as if all were well. */
static void failing_allocations_are_reported(void **state)
{
    (void)state;
    struct buf whole CLEANUP(buf_release);
    buf_init(&whole, 1 << 20);
    assert_int_equal(render(&page_line_write, samples[2].fill, language_at(1), 1 << 20, &whole), 0);
    int error = E_NOMEM;
    uint64_t nth = 1;
    for (; error != 0; nth++) {
        assert_true(nth < 1000);
        struct buf page CLEANUP(buf_release);
        buf_init(&page, 1 << 20);
        mem_fail_from(nth);
        error = render(&page_line_write, samples[2].fill, language_at(1), 1 << 20, &page);
        mem_fail_from(0);
        assert_true(error == E_NOMEM || span_equal(buf_bytes(&page), buf_bytes(&whole)));
    }
    assert_true(nth > 3);
}

static void a_page_over_the_cap_is_an_error(void **state)
{
    (void)state;
    struct buf page CLEANUP(buf_release);
    buf_init(&page, 1000);
    assert_int_equal(render(&page_line_home, samples[0].fill, language_at(0), 1 << 20, &page),
                     E_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_renders_in_every_language),
        cmocka_unit_test(values_are_escaped_where_they_stand),
        cmocka_unit_test(lists_nest_and_paths_are_encoded),
        cmocka_unit_test(the_later_value_stays_and_null_is_none),
        cmocka_unit_test(values_that_are_not_declared_stop_it),
        cmocka_unit_test(want_of_memory_is_reported),
        cmocka_unit_test(failing_allocations_are_reported),
        cmocka_unit_test(a_page_over_the_cap_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
