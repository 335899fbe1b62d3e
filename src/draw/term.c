/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Widths are found in one pass over the cells, the cells are written in a second: each is made
 * visible twice, which is cheaper than keeping a copy of the table. */
#include "draw/term.h"

#include "base/error.h"
#include "text/show.h"
#include "text/width.h"

#define GAP 2
#define CELL_BYTES_MAX (64u << 10)
#define CELL_CHARACTERS_MAX 2000
#define PARAGRAPH_BYTES_MAX (256u << 10)
#define PARAGRAPH_CHARACTERS_MAX 8000

/* The cell as it is shown, in scratch. What is too long was cut; only want of memory is b's own
 * error. */
static struct span shown(struct buf *b, struct buf *scratch, const char *cell)
{
    buf_reset(scratch);
    if (cell)
        show_line(scratch, span_text(cell), CELL_CHARACTERS_MAX);
    if (buf_error(scratch) == E_NOMEM)
        buf_fail(b, E_NOMEM);
    return buf_bytes(scratch);
}

static void measure(struct buf *b, const struct term_column *columns, size_t count,
                    const char *const *cells, size_t rows, size_t *widths)
{
    struct buf scratch CLEANUP(buf_wipe_release);
    buf_init(&scratch, CELL_BYTES_MAX);
    for (size_t c = 0; c < count; c++)
        widths[c] = width_columns(shown(b, &scratch, columns[c].title));
    for (size_t i = 0; i < rows * count; i++) {
        size_t width = width_columns(shown(b, &scratch, cells[i]));
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

/* No blanks at the end of a line. */
static void trim(struct buf *b)
{
    size_t len = b->len;
    while (len > 0 && b->data[len - 1] == ' ')
        len--;
    buf_cut(b, len);
}

static void put_shown(struct buf *b, struct span text, size_t width, enum term_fill fill)
{
    size_t needed = width_columns(text);
    bool cut = needed > width;
    struct span fitting = cut ? width_cut(text, width - 1) : text;
    size_t used = cut ? width_columns(fitting) + 1 : needed;
    if (fill == TERM_RIGHT)
        pad(b, width - used);
    buf_span(b, fitting);
    if (cut)
        buf_text(b, "…");
    if (fill == TERM_LEFT)
        pad(b, width - used);
}

void term_table(struct buf *b, const struct term_column *columns, size_t count,
                const char *const *cells, size_t rows, size_t width)
{
    ASSERT(count > 0 && count <= TERM_COLUMNS_MAX);
    size_t widths[TERM_COLUMNS_MAX];
    measure(b, columns, count, cells, rows, widths);
    fit(columns, count, width, widths);
    struct buf scratch CLEANUP(buf_wipe_release);
    buf_init(&scratch, CELL_BYTES_MAX);
    for (size_t r = 0; r < rows + 1; r++) {
        for (size_t c = 0; c < count; c++) {
            const char *cell = r == 0 ? columns[c].title : cells[(r - 1) * count + c];
            bool last = c + 1 == count;
            put_shown(b, shown(b, &scratch, cell), widths[c],
                      columns[c].right ? TERM_RIGHT
                      : last           ? TERM_CUT
                                       : TERM_LEFT);
            pad(b, last ? 0 : GAP);
        }
        trim(b);
        buf_u8(b, '\n');
    }
}

size_t term_columns_of(const char *text)
{
    struct buf scratch CLEANUP(buf_wipe_release);
    buf_init(&scratch, CELL_BYTES_MAX);
    return width_columns(shown(&scratch, &scratch, text));
}

void term_cell(struct buf *b, const char *text, size_t width, enum term_fill fill)
{
    struct buf scratch CLEANUP(buf_wipe_release);
    buf_init(&scratch, CELL_BYTES_MAX);
    put_shown(b, shown(b, &scratch, text), width, fill);
}

/* The bytes that go on a line of width columns: up to the last space that fits, or a piece of a
 * word that is too long. */
static struct span line_of(struct span text, size_t width)
{
    struct span line = width_cut(text, width);
    if (line.len == text.len || text.data[line.len] == ' ')
        return line;
    size_t end = line.len;
    while (end > 0 && line.data[end - 1] != ' ')
        end--;
    return end > 0 ? span_slice(line, 0, end - 1) : line;
}

void term_paragraph(struct buf *b, const char *text, size_t indent, size_t width)
{
    struct buf scratch CLEANUP(buf_wipe_release);
    buf_init(&scratch, PARAGRAPH_BYTES_MAX);
    show_line(&scratch, span_text(text), PARAGRAPH_CHARACTERS_MAX);
    size_t room = width > indent + TERM_CUT_MIN ? width - indent : TERM_CUT_MIN;
    for (struct span rest = buf_bytes(&scratch); rest.len > 0;) {
        struct span line = line_of(rest, room);
        pad(b, indent);
        buf_span(b, line);
        buf_u8(b, '\n');
        rest = span_slice(rest, line.len, rest.len);
        if (rest.len > 0 && rest.data[0] == ' ')
            rest = span_slice(rest, 1, rest.len);
    }
    if (buf_error(&scratch) == E_NOMEM)
        buf_fail(b, E_NOMEM);
}
