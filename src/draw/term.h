/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Tables for a terminal. Widths are columns of the terminal (text/width.h). Cells are made visible
 * by text/show.h on the way, so a report cannot move the cursor or forge a row. */
#ifndef DRAW_TERM_H
#define DRAW_TERM_H

#include "base/buf.h"

struct term_column {
    const char *title;
    bool right; /* numbers */
    bool cut;   /* gives way, ending in …, when the table is wider than the terminal */
};

#define TERM_COLUMNS_MAX 16
/* cells is rows * count texts, row after row; NULL is empty. The last column is not padded. No
 * line is wider than width as long as the columns that may be cut can give way, but one that may
 * be cut keeps at least TERM_CUT_MIN. Errors stand in the buffer. */
#define TERM_CUT_MIN 8
void term_table(struct buf *b, const struct term_column *columns, size_t count,
                const char *const *cells, size_t rows, size_t width);

/* How wide a text is when it is shown. */
size_t term_columns_of(const char *text);
/* One text: shown, and cut to width, ending in …; then padded to width on the right or left, or
 * not at all. */
enum term_fill { TERM_CUT, TERM_LEFT, TERM_RIGHT };
void term_cell(struct buf *b, const char *text, size_t width, enum term_fill fill);
/* A text in lines of at most width columns, broken between words where that is possible, each
 * after indent spaces. Keeps at least TERM_CUT_MIN columns for it. */
void term_paragraph(struct buf *b, const char *text, size_t indent, size_t width);

#endif
