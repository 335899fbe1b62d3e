/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* From bytes of files to the tables, through gathering and the run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "origins/gather.h"
#include "origins/tsv.h"

#define SAID "“They take the phones first, \U0001F4F1” said Ilva Marsen."
#define SHARED                                                                                     \
    "At least 40 men have been detained in Karsk since Thursday night, the hotline Open Door "     \
    "Karsk said, most of them taken from flats on Mill Street and from two cafés near the depot."

struct fixture {
    struct languages *languages;
    struct known_names *names;
    struct corpus *corpus;
    struct gather *gather;
    struct origins *origins;
};

static int more(void *arg, uint8_t *out, size_t room, size_t *ret_got)
{
    struct span *rest = arg, part = span_slice(*rest, 0, room);
    if (part.len)
        memcpy(out, part.data, part.len);
    *rest = span_slice(*rest, part.len, rest->len);
    *ret_got = part.len;
    return 0;
}

static int gather_text(struct gather *g, const char *path, const char *text)
{
    struct span rest = span_text(text);
    const struct read_input input = {.name = strrchr(path, '/') + 1, .more = more, .arg = &rest};
    return gather_file(g, span_text(path), span_text("1"), &input, NULL);
}

static int make(struct fixture *f)
{
    static const struct origins_means means = {0};
    *f = (struct fixture){0};
    TRY(languages_new(&f->languages));
    TRY(known_names_new(f->languages, &f->names));
    TRY(corpus_new(SIZE_MAX, NULL, &f->corpus));
    const struct gather_setup setup = {
        .corpus = f->corpus, .languages = f->languages, .today = 20000};
    TRY(gather_new(&setup, &f->gather));
    TRY(gather_text(f->gather, "/in/z\tearly_2024-01-02_x.txt",
                    "Начало. " SHARED "\n\n" SAID "\n"));
    TRY(gather_text(f->gather, "/in/nothing.txt", ""));
    TRY(gather_text(f->gather, "/in/a-late_2024-01-03_y.txt",
                    SHARED "\n\n“Nobody is told why.”\n"));
    TRY(gather_text(f->gather, "/in/later_2031-01-03_y.txt", "Spring fair opens in Tolma.\n"));
    TRY(gather_close(f->gather, NULL));
    return origins_run(f->corpus, f->languages, f->names, &means, &f->origins, NULL);
}

static void release(struct fixture *f)
{
    origins_free(f->origins);
    gather_free(f->gather);
    corpus_free(f->corpus);
    known_names_free(f->names);
    languages_free(f->languages);
}

static int put(void *arg, struct span bytes)
{
    buf_span(arg, bytes);
    return buf_error(arg);
}

static void assert_table(const struct fixture *f,
                         int (*table)(const struct origins *o, const struct tsv_sink *sink),
                         const char *expected)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    const struct tsv_sink sink = {.put = put, .arg = &out};
    assert_int_equal(table(f->origins, &sink), 0);
    assert_string_equal(buf_cstr(&out), expected);
    buf_release(&out);
}

static void places_are_in_characters(void **state)
{
    (void)state;
    struct fixture f;
    assert_int_equal(make(&f), 0);
    assert_table(&f, tsv_passages, "a-late_2024-01-03_y\t0\t178\tz early_2024-01-02_x\t8\t178\n");
    assert_table(&f, tsv_quotes,
                 "a-late_2024-01-03_y\t181\t202\t-1\t-1\n"
                 "z early_2024-01-02_x\t189\t220\t226\t237\n");
    release(&f);
}

static void what_is_remarked_on(void **state)
{
    (void)state;
    struct fixture f;
    uint64_t count;
    assert_int_equal(make(&f), 0);
    const struct gather_remark *remarks = gather_remarks(f.gather, &count);
    assert_int_equal(count, 2);
    assert_true(span_equal(remarks[0].path, span_text("/in/nothing.txt")));
    assert_true(span_equal(remarks[0].sentence, span_text("it is empty")));
    assert_true(span_equal(remarks[1].path, span_text("later_2031-01-03_y")));
    release(&f);
}

static int full(void *arg, struct span bytes)
{
    (void)arg;
    (void)bytes;
    return E_IO;
}

static void an_error_of_the_sink_is_passed_on(void **state)
{
    (void)state;
    struct fixture f;
    const struct tsv_sink sink = {.put = full};
    assert_int_equal(make(&f), 0);
    assert_int_equal(tsv_passages(f.origins, &sink), E_IO);
    assert_int_equal(tsv_quotes(f.origins, &sink), E_IO);
    release(&f);
}

/* Each hundredth place, to keep it short. */
static void any_allocation_may_fail(void **state)
{
    (void)state;
    struct fixture f;
    int error;
    uint64_t nth = 1;
    do {
        mem_fail_from(nth);
        error = make(&f);
        mem_fail_from(0);
        assert_true(error == 0 || error == E_NOMEM);
        release(&f);
        nth += nth < 60 ? 1 : 37;
    } while (error < 0);
    assert_true(nth > 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_in_characters),
        cmocka_unit_test(what_is_remarked_on),
        cmocka_unit_test(an_error_of_the_sink_is_passed_on),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
