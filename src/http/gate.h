/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The gate: is this the head of a request that we let in? A pure function over bytes.
 *
 * It follows RFC 9112 to the letter and takes less than the RFC lets a server take, so that no two
 * readers of the same bytes can disagree about where a request ends:
 *
 *   request line   GET or POST, one space, origin-form (a path and perhaps a query, of the
 *                  characters of RFC 3986 only), one space, HTTP/1.0 or HTTP/1.1
 *   line ends      CRLF only, everywhere; nothing before the request line
 *   headers        a token, at once a colon, a value without control characters and without space
 *                  behind it; no folding; no name twice but those in gate.c, lists by nature
 *   Host           once, required in HTTP/1.1
 *   the body       Content-Length, decimal without sign or leading zeros, with POST and only with
 *                  POST; Transfer-Encoding never, Expect never
 *
 * The verdict never changes when more bytes come: what was refused or passed stays so. */
#ifndef HTTP_GATE_H
#define HTTP_GATE_H

#include "base/span.h"

#define GATE_LINE_BYTES_MAX 2048 /* the request line with its CRLF; longer is 414 */
#define GATE_HEADERS_MAX 64
#define GATE_QUERY_FIELDS_MAX 32
#define GATE_COOKIES_MAX 16

enum gate_verdict {
    GATE_MORE,  /* no end of the head yet */
    GATE_PASS,  /* all of gate_head is set */
    GATE_REFUSE /* only status is set */
};

struct gate_limits {
    size_t head_bytes_max; /* of the request line, the headers and the empty line */
    size_t body_bytes_max; /* more is 413, from the head alone */
};

struct gate_head {
    int status;         /* 400, 405, 411, 413, 414, 417, 431, 501 or 505 */
    size_t head_bytes;  /* where the body begins */
    size_t body_bytes;  /* 0 for GET */
    struct span target; /* path and query, a view of the bytes */
    bool post;
};

/* No errors, no allocation, no state. ret_head may be written to whatever the verdict. */
enum gate_verdict gate_check(struct span bytes, const struct gate_limits *limits,
                             struct gate_head *ret_head) MUST_USE;

#endif
