/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the pages of a run and of a pair share. Inside of the room. */
#ifndef LINK_PAGE_H
#define LINK_PAGE_H

#include "draw/values.h"
#include "link/explain.h"
#include "pages/link.h"

#define LINK_PAGE_POLICY "default-src 'none'; style-src " PAGES_LINK_STYLE_HASH "; base-uri 'none'"

struct link_page {
    struct arena arena;
    struct buf words; /* what is being put together; reset after each use */
    const struct link_result *result;
    struct values *v;
    int error;
};

/* result may be NULL. Release in any case. */
void link_page_init(struct link_page *p, const struct link_result *result);
void link_page_release(struct link_page *p);

/* The first error stays; 0 is none. */
void link_page_note(struct link_page *p, int error);
/* What stands in p->words, made visible. It lives in the arena, as all that follows. */
const char *link_page_keep(struct link_page *p);
/* Names of others, cut. */
const char *link_page_name(struct link_page *p, const char *name);
const char *link_page_number(struct link_page *p, double n);
const char *link_page_bits(struct link_page *p, double bits);
/* What pages/link/_pair.html shows, and what is said of the pair. */
void link_page_put_view(struct link_page *p, struct values *v, const struct link_view *view);

#endif
