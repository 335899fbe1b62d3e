/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reuse that is made here, out of an invented language, so that what should be found is known to
 * the byte; and what must not change or break a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "origins/passage.h"
#include "prop.h"

/* The invented language */

#define VOCABULARY 20000
#define DOCUMENTS 150
#define BORROWED_MAX 400

struct borrowed {
    uint32_t by, from; /* documents */
    uint32_t by_from, by_to, from_from, from_to;
};

struct texts {
    struct prop prop;
    struct buf texts[DOCUMENTS];
    struct borrowed borrowed[BORROWED_MAX];
    size_t borrowed_count;
    bool cyrillic;
};

/* Zipf: half of all words are among the first hundred or so. */
static uint32_t draw_word(struct prop *p)
{
    uint32_t limit = 1u << prop_below(p, 15);
    return (uint32_t)prop_below(p, limit * 2) % VOCABULARY;
}

static void put_word(struct texts *t, struct buf *out, uint32_t word)
{
    static const char *const latin[] = {"ka", "ve", "shni", "or", "le", "tol", "ma", "zhe"};
    static const char *const cyrillic[] = {"ка", "ве", "шни", "ор", "ле", "тол", "ма", "же"};
    for (uint32_t rest = word + 1; rest > 0; rest /= 8)
        buf_text(out, (t->cyrillic ? cyrillic : latin)[rest % 8]);
}

static void put_sentence(struct texts *t, struct buf *out)
{
    for (uint64_t words = 6 + prop_below(&t->prop, 20); words > 0; words--) {
        put_word(t, out, draw_word(&t->prop));
        buf_text(out, words == 1 ? ". " : " ");
    }
}

/* Some whole sentences of from; each word that is not frequent is another one in changed of 100. */
static void borrow(struct texts *t, uint32_t by, uint32_t from, uint64_t changed)
{
    struct buf *out = &t->texts[by], *source = &t->texts[from];
    size_t at = prop_below(&t->prop, source->len / 2), end;
    while (at > 0 && source->data[at - 1] != '.')
        at--;
    at += at > 0;
    for (end = at + 250; end < source->len && source->data[end - 1] != '.';)
        end++;
    struct borrowed *b = &t->borrowed[t->borrowed_count++];
    *b = (struct borrowed){.by = by, .from = from, .by_from = (uint32_t)out->len};
    b->from_from = (uint32_t)at;
    b->from_to = (uint32_t)end;
    while (at < end) {
        size_t begun = at;
        while (at < end && source->data[at] != ' ' && source->data[at] != '.')
            at++;
        if (at - begun > (t->cyrillic ? 12 : 6) && prop_below(&t->prop, 100) < changed)
            put_word(t, out, 100 + draw_word(&t->prop));
        else
            buf_put(out, source->data + begun, at - begun);
        if (at < end)
            buf_put(out, source->data + at++, 1);
    }
    b->by_to = (uint32_t)out->len;
    buf_text(out, " ");
}

static void write_texts(struct texts *t, bool cyrillic, uint64_t changed)
{
    *t = (struct texts){.prop = prop_start("passages"), .cyrillic = cyrillic};
    for (uint32_t d = 0; d < DOCUMENTS; d++) {
        buf_init(&t->texts[d], 1u << 20);
        for (uint64_t parts = 6; parts > 0; parts--) {
            put_sentence(t, &t->texts[d]);
            put_sentence(t, &t->texts[d]);
            if (d > 50 && parts == 3)
                borrow(t, d, (uint32_t)prop_below(&t->prop, 50), changed);
        }
        assert_int_equal(buf_error(&t->texts[d]), 0);
    }
}

static void texts_release(struct texts *t)
{
    for (uint32_t d = 0; d < DOCUMENTS; d++)
        buf_release(&t->texts[d]);
}

/* Runs */

struct memory_spill {
    struct spill spill;
    struct buf bytes;
    bool full;
};

static int put(struct spill *s, const void *data, size_t len)
{
    struct memory_spill *m = (struct memory_spill *)s;
    if (m->full)
        return problem_set(&s->problem, E_IO, "the disk is full");
    buf_put(&m->bytes, data, len);
    return buf_error(&m->bytes);
}

static int get(struct spill *s, uint64_t from, void *out, size_t len)
{
    struct memory_spill *m = (struct memory_spill *)s;
    assert_true(from + len <= m->bytes.len);
    memcpy(out, m->bytes.data + from, len);
    return 0;
}

static const struct spill_calls calls = {put, get};

static struct languages *languages;

static void add(struct corpus *c, uint32_t number, struct span text)
{
    char name[16];
    size_t len = (size_t)snprintf(name, sizeof name, "%07u", number);
    struct document d = {.name = span_of(name, len), .day = CORPUS_DAY_NONE, .text = text};
    assert_int_equal(corpus_add(c, &d, NULL), 0);
}

/* backwards: documents are added from the last to the first. */
static struct corpus *corpus_of(const struct texts *t, bool backwards)
{
    struct corpus *c;
    assert_int_equal(corpus_new(SIZE_MAX, NULL, &c), 0);
    for (uint32_t i = 0; i < DOCUMENTS; i++) {
        uint32_t d = backwards ? DOCUMENTS - 1 - i : i;
        add(c, d, buf_bytes(&t->texts[d]));
    }
    assert_int_equal(corpus_close(c, NULL), 0);
    return c;
}

static struct passages *find(struct corpus *c, unsigned threads, size_t memory, struct spill *spill)
{
    struct origins_means means = {.memory_bytes = memory, .spill = spill};
    struct passages *p;
    means.workers = threads > 1 ? workers_new(threads) : NULL;
    assert_int_equal(passages_find(c, languages, &means, &p, NULL), 0);
    workers_free(means.workers);
    return p;
}

static void assert_same(const struct passages *x, const struct passages *y, uint32_t documents)
{
    assert_int_equal(x->count, y->count);
    assert_int_equal(x->pair_count, y->pair_count);
    assert_int_equal(x->seeds_left_out, y->seeds_left_out);
    if (x->count > 0)
        assert_memory_equal(x->passages, y->passages, x->count * sizeof *x->passages);
    for (size_t i = 0; i < x->pair_count; i++) {
        assert_int_equal(x->pairs[i].a, y->pairs[i].a);
        assert_int_equal(x->pairs[i].b, y->pairs[i].b);
        assert_int_equal(x->pairs[i].relation, y->pairs[i].relation);
        assert_true(x->pairs[i].a_shared == y->pairs[i].a_shared);
        assert_true(x->pairs[i].b_shared == y->pairs[i].b_shared);
    }
    assert_memory_equal(x->copy_group, y->copy_group, documents * sizeof *x->copy_group);
}

/* What the header promises of any answer. */
static void assert_sound(struct corpus *c, const struct passages *p)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct passage *x = &p->passages[i];
        assert_true(x->a < x->b && x->b < corpus_count(c));
        assert_true(x->a_from < x->a_to && x->a_to <= corpus_text_len(c, x->a));
        assert_true(x->b_from < x->b_to && x->b_to <= corpus_text_len(c, x->b));
        assert_true(x->same_words <= x->words);
        for (size_t k = i; k-- > 0;) {
            const struct passage *y = &p->passages[k];
            if (y->a != x->a || y->b != x->b)
                break;
            assert_true(y->a_to <= x->a_from);
            assert_true(y->b_to <= x->b_from || x->b_to <= y->b_from);
        }
    }
    for (uint32_t d = 0; d < corpus_count(c); d++)
        assert_true(p->copy_group[d] <= d && p->copy_group[p->copy_group[d]] == p->copy_group[d]);
}

static uint32_t common(uint32_t a_from, uint32_t a_to, uint32_t b_from, uint32_t b_to)
{
    uint32_t from = a_from > b_from ? a_from : b_from, to = a_to < b_to ? a_to : b_to;
    return to > from ? to - from : 0;
}

/* Bytes of what was borrowed that were found; and of what was found, that were borrowed. */
static void assert_recovered(const struct texts *t, const struct passages *p, double recall_min,
                             double precision_min)
{
    uint64_t found = 0, hit = 0, made = 0;
    for (size_t i = 0; i < t->borrowed_count; i++)
        made += t->borrowed[i].by_to - t->borrowed[i].by_from;
    for (size_t k = 0; k < p->count; k++) {
        const struct passage *x = &p->passages[k];
        if (x->a >= 50) /* two that borrowed the same */
            continue;
        found += x->b_to - x->b_from;
        for (size_t i = 0; i < t->borrowed_count; i++) {
            const struct borrowed *b = &t->borrowed[i];
            if (b->by == x->b && b->from == x->a &&
                common(x->a_from, x->a_to, b->from_from, b->from_to) > 0)
                hit += common(x->b_from, x->b_to, b->by_from, b->by_to);
        }
    }
    double recall = (double)hit / (double)made, precision = (double)hit / (double)found;
    printf("# recall %.4f precision %.4f\n", recall, precision);
    assert_true(recall >= recall_min);
    assert_true(precision >= precision_min);
}

static void recover(bool cyrillic, uint64_t changed)
{
    struct texts t;
    write_texts(&t, cyrillic, changed);
    struct corpus *c = corpus_of(&t, false);
    struct passages *p = find(c, 1, 0, NULL);
    assert_sound(c, p);
    assert_recovered(&t, p, 0.97, 0.97);
    passages_free(p);
    corpus_free(c);
    texts_release(&t);
}

static void what_was_borrowed_is_found(void **state)
{
    (void)state;
    recover(false, 0);
    recover(false, 35);
    recover(false, 65);
    recover(true, 35);
}

static void order_threads_and_memory_change_nothing(void **state)
{
    (void)state;
    struct texts t;
    write_texts(&t, false, 30);
    buf_reset(&t.texts[77]); /* one that is the same as another, and one that is empty */
    buf_span(&t.texts[77], buf_bytes(&t.texts[60]));
    buf_reset(&t.texts[78]);
    struct corpus *c = corpus_of(&t, false), *other = corpus_of(&t, true);
    struct passages *expected = find(c, 1, 0, NULL);
    assert_int_equal(expected->copy_group[77], 60);
    for (unsigned threads = 1; threads <= 3; threads++) {
        static const size_t memory[] = {1, (size_t)1 << 20, 0};
        for (size_t i = 0; i < COUNT_OF(memory); i++) {
            struct memory_spill m = {.spill.calls = &calls};
            buf_init(&m.bytes, 1u << 30);
            struct passages *p = find(threads == 2 ? other : c, threads, memory[i], &m.spill);
            assert_same(expected, p, DOCUMENTS);
            assert_true(memory[i] == 0 || m.bytes.len > 0);
            passages_free(p);
            buf_release(&m.bytes);
        }
    }
    passages_free(expected);
    corpus_free(c);
    corpus_free(other);
    texts_release(&t);
}

static void what_fails_is_said(void **state)
{
    (void)state;
    struct texts t;
    struct passages *p = NULL;
    struct problem problem = {.text = ""};
    struct memory_spill m = {.spill.calls = &calls, .full = true};
    struct watch watch = {.progress = NULL};
    struct origins_means means = {.memory_bytes = 1, .spill = &m.spill};
    write_texts(&t, false, 0);
    struct corpus *c = corpus_of(&t, false);
    assert_int_equal(passages_find(c, languages, &means, &p, &problem), E_IO);
    assert_string_equal(problem.text, "the disk is full");
    means = (struct origins_means){.watch = &watch};
    atomic_store(&watch.stop, true);
    assert_int_equal(passages_find(c, languages, &means, &p, NULL), E_STOPPED);
    mem_fail_from(0);
    means.watch = NULL;
    assert_int_equal(passages_find(c, languages, &means, &p, NULL), 0);
    passages_free(p);
    uint64_t asked = mem_asked();
    for (uint64_t nth = 1; nth <= asked; nth += 1 + asked / 100) {
        mem_fail_from(nth);
        p = NULL;
        int error = passages_find(c, languages, &means, &p, NULL);
        mem_fail_from(0);
        assert_true(error == E_NOMEM || error == 0); /* what is only kept for speed may fail */
        passages_free(p);
    }
    corpus_free(c);
    texts_release(&t);
}

static struct passages *find_in(const char *const *texts, size_t count)
{
    struct corpus *c;
    assert_int_equal(corpus_new(SIZE_MAX, NULL, &c), 0);
    for (size_t i = 0; i < count; i++)
        add(c, (uint32_t)i, span_text(texts[i]));
    assert_int_equal(corpus_close(c, NULL), 0);
    struct passages *p = find(c, 1, 0, NULL);
    assert_sound(c, p);
    corpus_free(c);
    return p;
}

static void little_or_nothing_is_no_matter(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "Karsk", "", "karsk!", "...", "one two"};
    struct passages *p = find_in(texts, 0);
    assert_int_equal(p->count, 0);
    passages_free(p);
    p = find_in(texts, COUNT_OF(texts));
    assert_int_equal(p->count, 1); /* Karsk */
    assert_int_equal(p->copy_group[3], 1);
    passages_free(p);
}

/* Five articles are enough of a collection. */
static void a_few_articles_are_enough(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "More than a hundred men were detained in Karsk since the end of winter, Open Door Karsk "
        "said on Monday. Two of them have died, and the others were let go after a week.",
        "The mayor of Tolma opened a bridge over the river on Friday. It took eleven years to "
        "build "
        "and cost twice what had been planned.",
        "The ministry in Orlets denied it. Over one hundred men had been held in Karsk since "
        "winter "
        "ended, Open Door Karsk said on Monday; two of them died, and the others were freed after "
        "one week.",
        "Farmers in Zhelan expect a poor harvest, since there was little rain in spring.",
        "A choir of forty children from Orlets sang in the old station on Sunday."};
    struct passages *p = find_in(texts, COUNT_OF(texts));
    assert_int_equal(p->pair_count, 1);
    assert_int_equal(p->pairs[0].a, 0);
    assert_int_equal(p->pairs[0].b, 2);
    passages_free(p);
}

static void repeat(struct buf *out, const char *text, size_t times)
{
    buf_init(out, (size_t)1 << 30);
    for (size_t i = 0; i < times; i++)
        buf_text(out, text);
    assert_int_equal(buf_error(out), 0);
}

static void one_sentence_over_and_over_is_bounded(void **state)
{
    (void)state;
    struct buf texts[4];
    struct corpus *c;
    repeat(&texts[0], "Nobody was detained in Karsk, and nobody asked why that was so. ", 100000);
    repeat(&texts[1], "Nobody was detained in Karsk, and nobody asked why that was so. ", 90000);
    repeat(&texts[2], "Nobody asked in Tolma why it was so, and there was no one to ask. ", 50000);
    repeat(&texts[3], "karsk", 2000000);
    assert_int_equal(corpus_new(SIZE_MAX, NULL, &c), 0);
    for (uint32_t i = 0; i < 4; i++)
        add(c, i, buf_bytes(&texts[i]));
    assert_int_equal(corpus_close(c, NULL), 0);
    struct passages *p = find(c, 1, 0, NULL);
    assert_sound(c, p);
    assert_true(p->pair_count >= 1);
    assert_true(p->pairs[0].a == 0 && p->pairs[0].b == 1 && p->pairs[0].b_shared > 0.99);
    passages_free(p);
    corpus_free(c);
    for (int i = 0; i < 4; i++)
        buf_release(&texts[i]);
}

/* Some of them changed a little: they hold together too, and cost no more than there are. */
static void a_crowd_of_copies_is_one_group(void **state)
{
    (void)state;
    struct texts t;
    struct corpus *c;
    struct buf changed;
    write_texts(&t, false, 0);
    buf_init(&changed, 1u << 20);
    assert_int_equal(corpus_new(SIZE_MAX, NULL, &c), 0);
    for (uint32_t i = 0; i < 50000; i++) {
        buf_reset(&changed);
        buf_span(&changed, buf_bytes(&t.texts[3]));
        if (i % 10 == 9)
            buf_printf(&changed, "Karsk, the %u of May.", i);
        add(c, i, buf_bytes(&changed));
    }
    assert_int_equal(corpus_close(c, NULL), 0);
    struct passages *p = find(c, 2, 0, NULL);
    for (uint32_t i = 0; i < 50000; i++)
        assert_int_equal(p->copy_group[i], 0);
    assert_in_range(p->pair_count, 49999, 4 * 50000);
    passages_free(p);
    corpus_free(c);
    buf_release(&changed);
    texts_release(&t);
}

static int set_up(void **state)
{
    (void)state;
    return languages_new(&languages);
}

static int tear_down(void **state)
{
    (void)state;
    languages_free(languages);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_borrowed_is_found),
        cmocka_unit_test(order_threads_and_memory_change_nothing),
        cmocka_unit_test(what_fails_is_said),
        cmocka_unit_test(little_or_nothing_is_no_matter),
        cmocka_unit_test(a_few_articles_are_enough),
        cmocka_unit_test(one_sentence_over_and_over_is_bounded),
        cmocka_unit_test(a_crowd_of_copies_is_one_group),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
