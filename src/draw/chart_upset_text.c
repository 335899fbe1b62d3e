/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "draw/chart_part.h"
#include "draw/chart_upset.h"
#include "draw/term.h"

#define INDENT 2
#define BAR_MAX 50
#define NAME_MAX 40
#define NUMBER_BYTES 40
#define WORDS_BYTES 160

static void pad(struct buf *b, size_t columns)
{
    for (; columns > 0; columns--)
        buf_u8(b, ' ');
}

/* Eighths of a column, so that small groups are still seen to differ. */
static void put_bar(struct buf *b, uint64_t value, uint64_t most, size_t columns)
{
    static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    size_t eighths = (size_t)((double)value / (double)most * 8 * (double)columns + 0.5);
    eighths = eighths == 0 && value > 0 ? 1 : eighths;
    for (size_t i = 0; i < eighths / 8; i++)
        buf_text(b, "█");
    buf_text(b, parts[eighths % 8]);
}

static void put_number(struct buf *b, uint64_t number, size_t columns)
{
    struct buf text CLEANUP(buf_release);
    buf_init(&text, NUMBER_BYTES);
    chart_put_number(&text, (double)number);
    term_cell(b, buf_cstr(&text), columns, TERM_RIGHT);
}

static void put_bar_in(struct buf *b, uint64_t value, uint64_t most, size_t used, size_t width)
{
    size_t room = width > used ? width - used : 0;
    if (room > 4) {
        pad(b, 1);
        put_bar(b, value, most, room - 1 < BAR_MAX ? room - 1 : BAR_MAX);
    }
    buf_u8(b, '\n');
}

static void put_lists(const struct chart_upset *chart, size_t width, struct buf *b)
{
    uint64_t most = 1;
    size_t name = 0;
    for (unsigned i = 0; i < chart->lists; i++) {
        size_t columns = term_columns_of(chart->names[i]);
        name = columns > name ? columns : name;
        most = chart->sizes[i] > most ? chart->sizes[i] : most;
    }
    size_t digits = chart_number_columns((double)most),
           limit = width / 2 < NAME_MAX ? width / 2 : NAME_MAX;
    name = name < limit ? name : limit;
    for (unsigned i = 0; i < chart->lists; i++) {
        buf_printf(b, "%*s%c  ", INDENT, "", '1' + i);
        term_cell(b, chart->names[i], name, TERM_LEFT);
        pad(b, 2);
        put_number(b, chart->sizes[i], digits);
        put_bar_in(b, chart->sizes[i], most, INDENT + 3 + name + 2 + digits, width);
    }
}

static void put_history(const struct chart_upset *chart, unsigned history, struct buf *b)
{
    pad(b, INDENT);
    for (unsigned i = 0; i < chart->lists; i++)
        buf_text(b, history >> i & 1 ? "● " : "· ");
}

static void put_left_out(size_t groups, uint64_t persons, size_t width, struct buf *b)
{
    struct buf words CLEANUP(buf_release);
    buf_init(&words, WORDS_BYTES);
    buf_printf(&words, "and %zu smaller %s: ", groups, groups == 1 ? "group" : "groups");
    chart_put_number(&words, (double)persons);
    buf_text(&words, persons == 1 ? " person" : " persons");
    term_paragraph(b, buf_cstr(&words), INDENT, width);
    if (buf_error(&words))
        buf_fail(b, buf_error(&words));
}

void chart_upset_text(const struct chart_upset *chart, size_t rows, size_t width, struct buf *b)
{
    unsigned order[1 << CHART_UPSET_LISTS_MAX];
    size_t count = chart_upset_order(chart, order);
    put_lists(chart, width, b);
    buf_printf(b, "\n%*s", INDENT, "");
    for (unsigned i = 0; i < chart->lists; i++)
        buf_printf(b, "%c ", '1' + i);
    pad(b, 1);
    size_t used = INDENT + 2 * chart->lists + 1;
    term_cell(b, "persons on exactly these lists", width > used ? width - used : 1, TERM_CUT);
    buf_u8(b, '\n');
    uint64_t most = count > 0 ? chart->cells[order[0]] : 1, left_out = 0;
    size_t digits = chart_number_columns((double)most);
    for (size_t i = 0; i < count; i++) {
        left_out += i < rows ? 0 : chart->cells[order[i]];
        if (i >= rows)
            continue;
        put_history(chart, order[i], b);
        pad(b, 1);
        put_number(b, chart->cells[order[i]], digits);
        put_bar_in(b, chart->cells[order[i]], most, used + digits, width);
    }
    if (count > rows)
        put_left_out(count - rows, left_out, width, b);
}
