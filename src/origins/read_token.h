/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A page of HTML as tokens: tags and what stands between them. Any bytes give tokens; where the
 * standard would let one fault swallow the rest (a quote that is never closed, a comment without
 * end) the tag ends at the next >. Linear in the length of the page, in constant memory. */
#ifndef ORIGINS_READ_TOKEN_H
#define ORIGINS_READ_TOKEN_H

#include "base/span.h"

enum read_token_kind {
    READ_TOKEN_TEXT,
    READ_TOKEN_OPEN,  /* <p class="lead"> */
    READ_TOKEN_CLOSE, /* </p> */
};
struct read_token {
    enum read_token_kind kind;
    struct span text;       /* of TEXT, as it is in the page */
    bool raw;               /* of TEXT: in a script, style and the like: no references in it */
    struct span name;       /* of a tag, as it is in the page */
    struct span attributes; /* of OPEN */
    bool closed;            /* of OPEN: ends in /> */
};

struct read_tokens {
    struct span page;
    size_t at;
    struct span raw_name; /* of the element whose content is text until it is closed */
    /* Where the next of a character stands, at or behind where it was last looked for; page.len
     * when there is none. */
    size_t next_quote[2], next_end, next_comment_end;
    bool title_open; /* a title was not closed: none is looked for any more */
};

void read_tokens_init(struct read_tokens *t, struct span page);
bool read_tokens_next(struct read_tokens *t, struct read_token *ret_token);
/* Takes an attribute off the front; its value is as it is in the page, without quotes. */
bool read_token_attribute(struct span *rest, struct span *ret_name, struct span *ret_value);
/* Of ASCII letters; lower is in lower case. */
bool read_token_is(struct span name, const char *lower);

#endif
