/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A page of HTML as a document: what a reader of the article reads, and what is known of it.
 *
 * Text: blocks become paragraphs with a blank line between; scripts, styles, what is hidden, menus,
 * page headers and footers, asides, forms and blocks that are links are left out; of pages that
 * mark their article (<article>, itemprop="articleBody", <main>) only that is taken, with its
 * headline. Where that would leave next to nothing (a page that is one form) more is taken. White
 * space is one space, a <br> a new line.
 *
 * Title: og:title, <h1>, <title>. Outlet: og:site_name, or the host. Address: canonical, og:url.
 * Day: article:published_time, the other ways to say it in <meta>, itemprop and JSON-LD, <time
 * datetime> in the text, a date in a short line below the headline or at the top.
 *
 * Nothing is fetched. Memory is a few times the page's length, time is linear in it. */
#ifndef ORIGINS_READ_HTML_H
#define ORIGINS_READ_HTML_H

#include "base/arena.h"
#include "origins/about.h"

/* The encoding that a page declares in its first bytes: a view into it, or empty. */
struct span read_html_charset(struct span page);

/* page is UTF-8. Fills what is empty in about, from the arena; appends the text to out. E_NOMEM,
 * out's error. */
int read_html(struct span page, const struct languages *languages, struct arena *arena,
              struct about *about, struct buf *out) MUST_USE;

#endif
