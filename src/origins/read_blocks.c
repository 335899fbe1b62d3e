/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which blocks are the article: the part of the page that says so, when it holds enough of the text
 * for that to be likely (an <article> may be a teaser); else all that is not beside. */
#include "origins/read_html_internal.h"

#include <string.h>

#define ENOUGH_BYTES 200    /* less is hardly an article */
#define LINKS_PERCENT 60    /* a block of so many links is a list of links */
#define LINKS_BYTES_MAX 400 /* and no longer than this */
#define TOP_BLOCKS 12

static bool is_links(const struct read_block *b)
{
    size_t len = b->to - b->from;
    return len <= LINKS_BYTES_MAX && b->link_bytes * 100 > len * LINKS_PERCENT &&
           !(b->region & READ_HEADLINE);
}

/* What is asked of a block. */
struct choice {
    uint8_t needs, refuses;
    uint32_t article; /* or 0 */
    bool links;       /* lists of links too */
};

static bool fits(const struct choice *c, const struct read_block *b)
{
    return (b->region & c->needs) == c->needs && !(b->region & c->refuses) &&
           (c->article == 0 || b->article == c->article) && (c->links || !is_links(b));
}

static size_t amount(const struct read_blocks *blocks, const struct choice *c)
{
    size_t count, bytes = 0;
    const struct read_block *all = read_blocks_all(blocks, &count);
    for (size_t i = 0; i < count; i++)
        bytes += fits(c, &all[i]) ? all[i].to - all[i].from : 0;
    return bytes;
}

/* The article with the most text; *ret_bytes is how much that is, of *ret_all in all articles. */
static uint32_t largest_article(const struct read_blocks *blocks, const struct choice *c,
                                size_t *ret_bytes, size_t *ret_all)
{
    size_t count, bytes = 0;
    uint32_t largest = 0;
    const struct read_block *all = read_blocks_all(blocks, &count);
    *ret_bytes = *ret_all = 0;
    /* Blocks of one article stand together. */
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || all[i].article != all[i - 1].article)
            bytes = 0;
        if (all[i].article == 0 || !fits(c, &all[i]))
            continue;
        bytes += all[i].to - all[i].from;
        *ret_all += all[i].to - all[i].from;
        if (bytes > *ret_bytes) {
            *ret_bytes = bytes;
            largest = all[i].article;
        }
    }
    return largest;
}

static struct choice choose(const struct read_blocks *blocks)
{
    struct choice best = {.refuses = READ_NEVER | READ_BESIDE | READ_FORM};
    struct choice lenient = {.refuses = READ_NEVER, .links = true};
    size_t bytes = amount(blocks, &best), article_bytes, articles_bytes;
    if (bytes < ENOUGH_BYTES && amount(blocks, &lenient) >= 3 * bytes)
        return lenient;
    struct choice in_main = best, in_body = best;
    in_main.needs = READ_MAIN;
    if (amount(blocks, &in_main) * 4 >= bytes)
        best = in_main;
    uint32_t article = largest_article(blocks, &best, &article_bytes, &articles_bytes);
    if (article && article_bytes * 4 >= bytes && article_bytes * 2 >= articles_bytes)
        best.article = article;
    in_body.needs = READ_BODY;
    return amount(blocks, &in_body) * 4 >= bytes && amount(blocks, &in_body) > 0 ? in_body : best;
}

void read_blocks_choose(const struct read_blocks *blocks, struct buf *out)
{
    size_t count, from = out->len;
    const struct choice c = choose(blocks);
    const struct read_block *all = read_blocks_all(blocks, &count);
    for (size_t i = 0; i < count; i++) {
        bool headline = (all[i].region & READ_HEADLINE) && !(all[i].region & READ_NEVER);
        if (!headline && !fits(&c, &all[i]))
            continue;
        struct span text = read_block_text(blocks, &all[i]);
        while (text.len > 0 && text.data[text.len - 1] == '\n')
            text.len--;
        if (out->len > from && text.len > 0)
            buf_text(out, "\n\n");
        buf_span(out, text);
    }
    if (out->len > from)
        buf_u8(out, '\n');
}

void read_blocks_top(const struct read_blocks *blocks, struct buf *out)
{
    size_t count, first = 0;
    const struct read_block *all = read_blocks_all(blocks, &count);
    for (size_t i = 0; i < count && first == 0; i++)
        first = all[i].region & READ_HEADLINE ? i : 0;
    size_t taken = 0;
    for (size_t i = first; i < count && taken < TOP_BLOCKS; i++) {
        if (all[i].region & READ_NEVER || (first == 0 && all[i].region & READ_BESIDE))
            continue;
        buf_span(out, span_slice(read_block_text(blocks, &all[i]), 0, ENOUGH_BYTES));
        buf_u8(out, '\n');
        taken++;
    }
}
