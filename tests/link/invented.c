/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "invented.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"

#define TEXT_MAX_BYTES ((size_t)256 << 20)

static const char *const names[INVENTED_LISTS_MAX] = {
    "Open Door Karsk", "Tolma Lawyers", "Parents of Orlets", "Zhelan Hospital",
    "Karsk Courts",    "Orlets Press",  "Tolma Doctors",     "Zhelan Teachers"};

static struct buf *new_text(struct invented *all, const char *name)
{
    assert_true(all->count < INVENTED_LISTS_MAX);
    struct buf *text = &all->texts[all->count];
    buf_init(text, TEXT_MAX_BYTES);
    all->sources[all->count++] = (struct link_source){.name = name, .fd = -1};
    return text;
}

static void settle_texts(struct invented *all)
{
    for (size_t i = 0; i < all->count; i++)
        all->sources[i].text = buf_bytes(&all->texts[i]);
}

void invented_init(struct invented *all, const struct link_simulation *s)
{
    all->count = 0;
    for (unsigned i = 0; i < s->lists; i++) {
        struct buf *text = new_text(all, names[i]);
        for (uint64_t at = 0; at != UINT64_MAX;)
            assert_int_equal(link_simulate(s, i, &at, SIZE_MAX, text), 0);
    }
    settle_texts(all);
}

void invented_add(struct invented *all, const char *name, const char *text)
{
    buf_text(new_text(all, name), text);
    settle_texts(all);
}

void invented_release(struct invented *all)
{
    for (size_t i = 0; i < all->count; i++)
        buf_release(&all->texts[i]);
}

/* Simulated rows have no newline within. */
static void shuffle_text(struct buf *text, struct rng *rng)
{
    struct cursor c;
    struct buf out;
    size_t count = 0;
    struct span *rows = calloc(text->len + 1, sizeof *rows);
    assert_non_null(rows);
    buf_init(&out, TEXT_MAX_BYTES);
    cursor_init(&c, buf_bytes(text));
    while (cursor_left(&c))
        rows[count++] = cursor_line(&c, SIZE_MAX - 1);
    for (size_t i = count - 1; i > 1; i--) {
        size_t other = 1 + (size_t)rng_below(rng, i);
        struct span row = rows[i];
        rows[i] = rows[other];
        rows[other] = row;
    }
    for (size_t i = 0; i < count; i++) {
        buf_span(&out, rows[i]);
        buf_u8(&out, '\n');
    }
    assert_int_equal(buf_error(&out), 0);
    buf_release(text);
    *text = out;
    free(rows);
}

void invented_shuffle(struct invented *all, uint64_t seed)
{
    struct rng rng;
    rng_init(&rng, seed, 0);
    for (size_t i = 0; i < all->count; i++)
        shuffle_text(&all->texts[i], &rng);
    settle_texts(all);
}

struct link_options invented_options(const struct invented *all)
{
    static const char *const truth[] = {"person"};
    return (struct link_options){.sources = all->sources,
                                 .source_count = all->count,
                                 .columns = {.ignore = truth, .ignore_count = 1},
                                 .seed = 1};
}

struct link_result *run_link(const struct link_options *options, unsigned threads,
                             struct spill *spill)
{
    struct link_result *result;
    struct problem problem;
    problem_clear(&problem);
    struct link_means means = {.workers = workers_new(threads), .spill = spill};
    assert_non_null(means.workers);
    int error = link_run(options, &means, &result, &problem);
    if (error < 0)
        print_error("%s\n", problem_text(&problem, error));
    assert_int_equal(error, 0);
    workers_free(means.workers);
    return result;
}

uint32_t record_called(const struct link_result *result, const char *name)
{
    uint32_t record = link_idents_find(&result->idents, span_text(name));
    assert_int_not_equal(record, LINK_IDENT_NONE);
    return record;
}

/* Sinks */

static int put_caught(void *arg, struct span bytes)
{
    struct caught *c = arg;
    if (bytes.len > c->limit - c->text.len)
        return E_IO;
    buf_span(&c->text, bytes);
    return buf_error(&c->text);
}

void caught_init(struct caught *c)
{
    buf_init(&c->text, TEXT_MAX_BYTES);
    c->limit = SIZE_MAX;
}

struct link_sink caught_sink(struct caught *c)
{
    return (struct link_sink){.put = put_caught, .arg = c};
}

struct link_output output_of(const struct link_result *result, const struct invented *all)
{
    return (struct link_output){
        .result = result, .sources = all->sources, .source_count = all->count};
}

/* Spill space */

struct memory_spill {
    struct spill base;
    struct buf bytes;
};

static int append(struct spill *s, const void *data, size_t len)
{
    struct memory_spill *m = (struct memory_spill *)s;
    buf_put(&m->bytes, data, len);
    return buf_error(&m->bytes);
}

static int read_back(struct spill *s, uint64_t from, void *out, size_t len)
{
    struct memory_spill *m = (struct memory_spill *)s;
    assert_true(from + len <= m->bytes.len);
    memcpy(out, m->bytes.data + from, len);
    return 0;
}

struct spill *memory_spill_new(void)
{
    static const struct spill_calls calls = {append, read_back};
    struct memory_spill *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->base.calls = &calls;
    buf_init(&m->bytes, TEXT_MAX_BYTES);
    return &m->base;
}

size_t memory_spill_used(const struct spill *spill)
{
    return ((const struct memory_spill *)spill)->bytes.len;
}

void memory_spill_free(struct spill *spill)
{
    buf_release(&((struct memory_spill *)spill)->bytes);
    free(spill);
}
