/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the readers of single files and of WARC files share. */
#ifndef ORIGINS_READ_INTERNAL_H
#define ORIGINS_READ_INTERNAL_H

#include "base/arena.h"
#include "origins/read.h"

struct reading {
    const struct languages *languages;
    const struct read_sink *sink;
    struct watch *watch;
    struct problem *problem;
    struct arena arena; /* of one document */
};

enum read_kind { READ_BY_LOOK, READ_PLAIN, READ_HTML };

/* One document's bytes. */
struct read_piece {
    struct span bytes;
    enum read_kind kind;
    struct span charset; /* declared outside of it, or empty */
    struct span stem;    /* of the file's name, or empty */
    struct span record;  /* see struct read_document */
    struct span address; /* where it was fetched, or empty */
    int32_t fetched_day; /* or ABOUT_DAY_NONE */
};

/* Hands it to the sink. E_FORMAT, E_UTF8, E_TOO_LARGE with the problem; and what the sink has. */
int read_piece(struct reading *r, const struct read_piece *piece) MUST_USE;
/* All records of a file, whose first one begins here. */
int read_warc(struct reading *r, struct read_stream *s) MUST_USE;
/* A remark that is put together. */
int read_remark(struct reading *r, const char *format, ...) PRINTF_LIKE(2, 3) MUST_USE;

/* What an HTTP server answered. */
struct read_http {
    unsigned status;
    struct span type; /* the Content-Type */
    struct span body; /* a view into response, or into decoded */
};
/* response: head and body. Takes chunks together and unpacks gzip and deflate, into decoded where
 * that is needed; a body that is not as its head says is taken as it is. *ret_cut: it was packed,
 * and ends too early. E_FORMAT, E_TOO_LARGE, E_NOMEM. */
int read_http_response(struct span response, struct buf *decoded, struct read_http *ret_http,
                       bool *ret_cut, struct problem *problem) MUST_USE;
/* The value of a header in lines of "name: value", without spaces around; or empty. */
struct span read_header(struct span lines, const char *name);
/* How long the lines of a head are with the empty one that ends them; 0 when none does. */
size_t read_head_len(struct span bytes);

#endif
