/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A page's blocks, and which of them are taken. */
#ifndef ORIGINS_READ_HTML_INTERNAL_H
#define ORIGINS_READ_HTML_INTERNAL_H

#include "base/buf.h"

/* Where a block stands. */
enum read_region {
    READ_ARTICLE = 1,  /* <article> */
    READ_MAIN = 2,     /* <main> */
    READ_BODY = 4,     /* itemprop="articleBody" */
    READ_BESIDE = 8,   /* menus, footers, asides and the like */
    READ_FORM = 16,    /* a form, which may be all of the page */
    READ_NEVER = 32,   /* hidden, or no text */
    READ_HEADLINE = 64 /* the first <h1> */
};

struct read_block {
    size_t from, to; /* of the blocks' text */
    size_t link_bytes;
    uint32_t article; /* which one, from 1; 0: none */
    uint8_t region;
};

struct read_blocks {
    struct buf text;   /* block after block */
    struct buf blocks; /* struct read_block */
};

static inline const struct read_block *read_blocks_all(const struct read_blocks *b,
                                                       size_t *ret_count)
{
    *ret_count = b->blocks.len / sizeof(struct read_block);
    return (const void *)b->blocks.data;
}

static inline struct span read_block_text(const struct read_blocks *b, const struct read_block *one)
{
    return span_slice(buf_bytes(&b->text), one->from, one->to - one->from);
}

/* Appends the paragraphs that are taken, a blank line between. */
void read_blocks_choose(const struct read_blocks *b, struct buf *out);
/* Of the lines from the headline on, or of the first ones: where a date would be. */
void read_blocks_top(const struct read_blocks *b, struct buf *out);

#endif
