/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The one way to write a page: templates of pages/, parsed and checked by tools/embed.py while
 * building, filled with values. Nothing is parsed and no file is read at run time. The syntax and
 * the values of each page: pages/README.md and the top of each template. */
#ifndef DRAW_TEMPLATE_H
#define DRAW_TEMPLATE_H

#include "draw/language.h"
#include "draw/values.h"

struct template;

/* Appends the page to out. E_NOMEM, or out's error. Values that do not follow the template's
 * declaration are our mistake and stop the process. */
int template_render(const struct template *t, const struct language *language,
                    const struct values *values, struct buf *out) MUST_USE;

#endif
