/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Widths are found in one pass over the cells, the cells are written in a second: each is made
 * visible twice, which is cheaper than keeping a copy of the table. */
#include "draw/term.h"

#include "text/show.h"
#include "text/width.h"

#define GAP 2
#define CELL_BYTES_MAX (64u << 10)
#define CELL_CHARACTERS_MAX 2000

/* The cell as it is shown, in scratch. */
static struct span shown(struct buf *scratch, const char *cell)
{
    buf_reset(scratch);
    if (cell)
        show_line(scratch, span_text(cell), CELL_CHARACTERS_MAX);
    return buf_bytes(scratch);
}

static void measure(const struct term_column *columns, size_t count, const char *const *cells,
                    size_t rows, size_t *widths)
{
    struct buf scratch CLEANUP(buf_wipe_release);
    buf_init(&scratch, CELL_BYTES_MAX);
    for (size_t c = 0; c < count; c++)
        widths[c] = width_columns(shown(&scratch, columns[c].title));
    for (size_t i = 0; i < rows * count; i++) {
        size_t width = width_columns(shown(&scratch, cells[i]));
        if (width > widths[i % count])
            widths[i % count] = width;
    }
}

/* Takes from the widest column that may be cut, one at a time, until the line fits. */
static void fit(const struct term_column *columns, size_t count, size_t width, size_t *widths)
{
    size_t total = GAP * (count - 1);
    for (size_t c = 0; c < count; c++)
        total += widths[c];
    while (total > width) {
        size_t widest = count;
        for (size_t c = 0; c < count; c++) {
            if (columns[c].cut && widths[c] > TERM_CUT_MIN &&
                (widest == count || widths[c] > widths[widest]))
                widest = c;
        }
        if (widest == count)
            return;
        widths[widest]--;
        total--;
    }
}

static void pad(struct buf *b, size_t columns)
{
    for (; columns > 0; columns--)
        buf_u8(b, ' ');
}

static void put_cell(struct buf *b, struct span text, size_t width, bool right, bool last)
{
    size_t needed = width_columns(text);
    bool cut = needed > width;
    struct span fitting = cut ? width_cut(text, width - 1) : text;
    size_t used = cut ? width_columns(fitting) + 1 : needed;
    if (right)
        pad(b, width - used);
    buf_span(b, fitting);
    if (cut)
        buf_text(b, "…");
    if (!right && !last)
        pad(b, width - used);
    if (!last)
        pad(b, GAP);
}

void term_table(struct buf *b, const struct term_column *columns, size_t count,
                const char *const *cells, size_t rows, size_t width)
{
    ASSERT(count > 0 && count <= TERM_COLUMNS_MAX);
    size_t widths[TERM_COLUMNS_MAX];
    measure(columns, count, cells, rows, widths);
    fit(columns, count, width, widths);
    struct buf scratch CLEANUP(buf_wipe_release);
    buf_init(&scratch, CELL_BYTES_MAX);
    for (size_t r = 0; r < rows + 1; r++) {
        for (size_t c = 0; c < count; c++) {
            const char *cell = r == 0 ? columns[c].title : cells[(r - 1) * count + c];
            put_cell(b, shown(&scratch, cell), widths[c], columns[c].right, c + 1 == count);
        }
        buf_u8(b, '\n');
    }
    if (buf_error(&scratch))
        buf_fail(b, buf_error(&scratch));
}
