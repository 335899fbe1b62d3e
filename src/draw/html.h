/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Escapers, one a place in a page. What they write is safe in that place whatever the text is; what
 * should be made visible to a reader (bidirectional controls and the like) is text/show.h's part.
 * Errors stand in the buffer. */
#ifndef DRAW_HTML_H
#define DRAW_HTML_H

#include "base/buf.h"

/* Ready HTML. Made only by the writers of this room, so that no text becomes HTML by accident. */
struct html {
    struct span bytes;
};

/* In text and in double-quoted attributes. Controls but tab and newline, and bytes that are no
 * UTF-8, become U+FFFD. */
void html_text(struct buf *b, struct span text);
/* In text only: as html_text, each newline a line break, so that paragraphs are seen without
 * style. */
void html_lines(struct buf *b, struct span text);
/* One value of a query, or one part of a path: all but letters, digits, - . _ ~ percent-encoded. */
void html_query(struct buf *b, struct span text);
/* A whole href: a path on this host ("/..." but not "//..." or "/\..."), escaped; / for anything
 * else, so that no javascript: or other host can come from a value. */
void html_url(struct buf *b, struct span url);

#endif
