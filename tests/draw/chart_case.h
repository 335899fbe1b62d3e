/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tests of charts share. Included by one test program each. */
#ifndef TESTS_DRAW_CHART_CASE_H
#define TESTS_DRAW_CHART_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/mem.h"
#include "draw/html.h"
#include "prop.h"
#include "text/width.h"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text++)
        count++;
    return count;
}

/* What holds of every picture: it is read aloud, follows the page, and has no number gone wrong. */
static void assert_is_picture(const char *svg)
{
    static const char *const wrong[] = {"nan",       "inf",        "style", "#",
                                        "width=\"-", "height=\"-", "\x1b"};
    assert_memory_equal(svg, "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 ", 42);
    assert_non_null(strstr(svg, "<title>"));
    assert_non_null(strstr(svg, "<desc>"));
    assert_string_equal(svg + strlen(svg) - 6, "</svg>");
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        if (strstr(svg, wrong[i]))
            fail_msg("%s in %s", wrong[i], svg);
    }
}

/* draw gives the chart again, with the nth allocation failing. */
static void assert_memory_is_reported(int (*draw)(struct arena *arena, struct html *ret_html))
{
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        struct html html = {span_text("untouched")};
        arena_release(&arena);
        arena_init(&arena, 16 << 20);
        mem_fail_from(nth);
        int error = draw(&arena, &html);
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
        assert_true(done || span_equal(html.bytes, span_text("untouched")));
    }
}

#endif
