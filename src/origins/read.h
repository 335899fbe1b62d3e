/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Documents come in: plain text, HTML, and WARC (1.0, 1.1: ISO 28500), each also packed with gzip.
 * What a file is is seen from its first bytes, then from its ending.
 *
 * Plain text that is UTF-8 is the document's text byte for byte, but for a mark (U+FEFF) at the
 * front; of a page it is what read_html.h says. Of a WARC file every response, resource and
 * conversion that is a page or plain text is a document, and called by its address. Nothing is
 * fetched.
 *
 * What is known of a document comes from the document, then from the file's name (about.h), then
 * for a WARC record from its date. */
#ifndef ORIGINS_READ_H
#define ORIGINS_READ_H

#include "base/watch.h"
#include "origins/about.h"
#include "origins/read_stream.h"

#define READ_DOCUMENT_MAX_BYTES                                                                    \
    ((size_t)64 << 20) /* a longer one is refused; unpacked, with markup */

struct read_input {
    const char *name; /* the file's, without folders: karsk-times_2031-04-09_detained.html */
    read_more *more;
    void *arg;
};

struct read_document {
    struct about about;
    struct span record; /* of a WARC file: the record's address and date; else empty */
    struct span text;   /* UTF-8; never empty */
};

/* Views into what is handed over live until the function returns. Both may fail; then reading ends
 * with their error. */
struct read_sink {
    int (*document)(void *arg, const struct read_document *d);
    /* What was left out or put right, a sentence about this file without its name. */
    int (*remark)(void *arg, const char *sentence);
    void *arg;
};

/* E_FORMAT, E_UTF8, E_TOO_LARGE: there is no document in this file, and the problem says why; after
 * E_NOMEM, E_IO, E_STOPPED and errors of the sink there may be more. */
int read_documents(const struct read_input *input, const struct languages *languages,
                   const struct read_sink *sink, struct watch *watch,
                   struct problem *problem) MUST_USE;

#endif
