/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The linear program is never set up over the cells. With A the design of the cells that are left,
 * the estimate is not finite if and only if there is a b with A b = 0 on the positive cells, and
 * A b >= 0, not all 0, on the zero cells (a direction in which the likelihood rises for ever).
 * So the positive cells are eliminated first; what they leave free is mostly nothing at all, and
 * then the estimate exists; else it is a space of very few dimensions, in which a small simplex
 * looks for positive weights under which the zero cells' rows cancel (Stiemke's lemma: there are
 * such weights, or there is such a b).
 *
 * Every row is kept in whole numbers without a common divisor; multiplying a row by a positive
 * number changes no sign that matters. The simplex is Edmonds' with whole numbers: all entries are
 * minors of the first tableau over one denominator, and every division is without remainder. Its
 * pivots follow Bland's rule, so it ends. */
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "count/exists.h"

#define WORDS (COUNT_CELLS_MAX / 64)
/* One answer a slot, the newest stays. 4 lists have 32,767 patterns of zeros and 113 models, but
 * what is asked close together is much alike. */
#define MEMO_SLOTS 1024u

__extension__ typedef __int128 wide;

struct key {
    uint64_t positive[WORDS], model[WORDS], cells;
};

struct answer {
    struct key key;
    bool known;
    uint8_t verdict;
};

struct count_exists {
    unsigned lists;
    size_t cells; /* 1 << lists */
    uint64_t above[COUNT_CELLS_MAX];
    /* What is left of model and table. */
    size_t columns, pivots;
    uint16_t sets[COUNT_CELLS_MAX];
    bool gone[COUNT_CELLS_MAX]; /* cells that can hold nobody */
    size_t pivot_of[COUNT_CELLS_MAX];
    bool overflow;
    /* [cells][cells] each: the rows by which is eliminated; what the zero cells leave. */
    int64_t *basis, *left;
    size_t left_count;
    size_t basic[COUNT_CELLS_MAX + 1], nonbasic[COUNT_CELLS_MAX + 1];
    struct answer memo[MEMO_SLOTS];
};

struct count_exists *count_exists_new(unsigned lists)
{
    ASSERT(lists >= 1 && lists <= COUNT_LISTS_MAX);
    size_t cells = (size_t)1 << lists;
    size_t entries = (cells + 1) * (cells + 1);
    struct count_exists *e = mem_calloc(1, sizeof *e + 2 * entries * sizeof(int64_t));
    if (!e)
        return NULL;
    e->lists = lists;
    e->basis = (int64_t *)(e + 1);
    e->left = e->basis + entries;
    return e;
}

void count_exists_free(struct count_exists *e)
{
    mem_free(e);
}

static void set_bit(uint64_t *words, size_t bit)
{
    words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

/* Takes out the terms that nobody is on, and their cells. */
static void extend(struct count_exists *e, const struct count_table *t, const uint16_t *sets,
                   size_t set_count)
{
    memcpy(e->above, t->cells, e->cells * sizeof *e->above);
    e->above[0] = 0;
    for (size_t bit = 1; bit < e->cells; bit *= 2) {
        for (size_t h = 0; h < e->cells; h++) {
            if (!(h & bit))
                e->above[h] += e->above[h | bit];
        }
    }
    memset(e->gone, 0, e->cells * sizeof *e->gone);
    e->gone[0] = true;
    e->columns = 0;
    for (size_t j = 0; j < set_count; j++) {
        if (e->above[sets[j]] > 0) {
            e->sets[e->columns++] = sets[j];
            continue;
        }
        for (size_t h = sets[j]; h < e->cells; h = (h + 1) | sets[j])
            e->gone[h] = true;
    }
}

/* Where the cell of every term is positive, all parameters follow from the intercept: with it at
 * b, those of sets of k lists are (-1)^k b, so that the terms' own cells are at 0. One more
 * positive cell at which they do not cancel makes b 0 as well, and nothing is free. */
static bool plainly_exists(const struct count_exists *e, const struct count_table *t)
{
    for (size_t j = 0; j < e->columns; j++) {
        if (e->sets[j] != 0 && t->cells[e->sets[j]] == 0)
            return false;
    }
    for (size_t h = 1; h < e->cells; h++) {
        int sum = 0;
        for (size_t j = 0; t->cells[h] > 0 && j < e->columns; j++) {
            if ((e->sets[j] & h) == e->sets[j])
                sum += __builtin_popcount(e->sets[j]) % 2 ? -1 : 1;
        }
        if (sum != 0)
            return true;
    }
    return false;
}

static int64_t narrow(struct count_exists *e, wide x)
{
    if (x > INT64_MAX || x < -INT64_MAX) {
        e->overflow = true;
        return 0;
    }
    return (int64_t)x;
}

static int64_t divisor(int64_t a, int64_t b)
{
    a = a < 0 ? -a : a;
    b = b < 0 ? -b : b;
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static void reduce_to_lowest(int64_t *row, size_t columns)
{
    int64_t common = 0;
    for (size_t j = 0; j < columns && common != 1; j++)
        common = divisor(common, row[j]);
    for (size_t j = 0; common > 1 && j < columns; j++)
        row[j] /= common;
}

/* Takes what the basis says out of the row, which is multiplied by positive numbers only. */
static void eliminate(struct count_exists *e, int64_t *row)
{
    size_t n = e->columns;
    for (size_t i = 0; i < e->pivots; i++) {
        const int64_t *by = e->basis + i * n;
        size_t c = e->pivot_of[i];
        if (row[c] == 0)
            continue;
        int64_t common = divisor(row[c], by[c]);
        int64_t keep = by[c] / common, take = row[c] / common;
        if (keep < 0) {
            keep = -keep;
            take = -take;
        }
        for (size_t j = 0; j < n; j++)
            row[j] = narrow(e, (wide)row[j] * keep - (wide)by[j] * take);
        if (keep != 1)
            reduce_to_lowest(row, n);
    }
}

/* The row joins the basis if it says something new. */
static void join(struct count_exists *e, const int64_t *row)
{
    int64_t *new = e->basis + e->pivots * e->columns;
    if (row != new)
        memcpy(new, row, e->columns * sizeof *new);
    for (size_t j = 0; j < e->columns; j++) {
        if (new[j] != 0) {
            e->pivot_of[e->pivots++] = j;
            return;
        }
    }
}

static void cell_row(const struct count_exists *e, size_t h, int64_t *row)
{
    for (size_t j = 0; j < e->columns; j++)
        row[j] = (e->sets[j] & h) == e->sets[j];
}

static bool is_zero(const int64_t *row, size_t columns)
{
    for (size_t j = 0; j < columns; j++) {
        if (row[j] != 0)
            return false;
    }
    return true;
}

/* The basis from the positive cells; into left[] what each zero cell says beyond it. */
static void eliminate_positive(struct count_exists *e, const struct count_table *t)
{
    e->pivots = 0;
    e->left_count = 0;
    for (size_t h = 1; h < e->cells && e->pivots < e->columns; h++) {
        if (t->cells[h] == 0)
            continue;
        int64_t *row = e->basis + e->pivots * e->columns;
        cell_row(e, h, row);
        eliminate(e, row);
        join(e, row);
    }
    for (size_t h = 1; h < e->cells && e->pivots < e->columns; h++) {
        if (t->cells[h] > 0 || e->gone[h])
            continue;
        int64_t *row = e->left + e->left_count * e->columns;
        cell_row(e, h, row);
        eliminate(e, row);
        reduce_to_lowest(row, e->columns);
        e->left_count += !is_zero(row, e->columns);
    }
}

static bool all_columns_told(struct count_exists *e)
{
    int64_t row[COUNT_CELLS_MAX];
    for (size_t i = 0; i < e->left_count && e->pivots < e->columns; i++) {
        memcpy(row, e->left + i * e->columns, e->columns * sizeof *row);
        eliminate(e, row);
        join(e, row);
    }
    return e->pivots == e->columns;
}

/* The tableau of: find x >= 0 with sum over the rows left of (1 + x) row = 0. A line for each free
 * column, of right side >= 0, with an artificial variable as its basic one; the last line is their
 * sum, which is to become 0. The last column is the right side. It lies where the basis was. */
struct tableau {
    int64_t *at;
    size_t lines, columns; /* without the last */
    int64_t denominator;
};

static bool tableau_line(struct count_exists *e, struct tableau *s, size_t c)
{
    int64_t *line = e->basis + s->lines * (s->columns + 1);
    int64_t sum = 0;
    for (size_t i = 0; i < s->columns; i++) {
        line[i] = e->left[i * e->columns + c];
        sum = narrow(e, (wide)sum - line[i]);
    }
    line[s->columns] = sum;
    for (size_t i = 0; sum < 0 && i <= s->columns; i++)
        line[i] = -line[i];
    return !is_zero(line, s->columns);
}

static void tableau_begin(struct count_exists *e, struct tableau *s)
{
    *s = (struct tableau){.at = e->basis, .columns = e->left_count, .denominator = 1};
    for (size_t c = 0; c < e->columns; c++)
        s->lines += tableau_line(e, s, c);
    size_t width = s->columns + 1;
    int64_t *last = s->at + s->lines * width;
    memset(last, 0, width * sizeof *last);
    for (size_t i = 0; i < s->lines; i++) {
        for (size_t j = 0; j < width; j++)
            last[j] = narrow(e, (wide)last[j] + s->at[i * width + j]);
        e->basic[i] = s->columns + i;
    }
    for (size_t j = 0; j < s->columns; j++)
        e->nonbasic[j] = j;
}

static void pivot(struct count_exists *e, struct tableau *s, size_t line, size_t column)
{
    size_t width = s->columns + 1;
    const int64_t *by = s->at + line * width;
    int64_t p = by[column];
    for (size_t i = 0; i <= s->lines; i++) {
        int64_t *row = s->at + i * width;
        int64_t q = row[column];
        if (i == line)
            continue;
        for (size_t j = 0; j < width; j++)
            row[j] = narrow(e, ((wide)p * row[j] - (wide)q * by[j]) / s->denominator);
        row[column] = -q;
    }
    s->at[line * width + column] = s->denominator;
    s->denominator = p;
    size_t leaves = e->basic[line];
    e->basic[line] = e->nonbasic[column];
    e->nonbasic[column] = leaves;
}

/* The variable of the lowest number that makes the sum smaller; an artificial one that has left
 * does not come back. */
static bool choose_column(const struct count_exists *e, const struct tableau *s, size_t *ret_column)
{
    const int64_t *last = s->at + s->lines * (s->columns + 1);
    size_t best = SIZE_MAX;
    for (size_t j = 0; j < s->columns; j++) {
        if (last[j] > 0 && e->nonbasic[j] < s->columns && e->nonbasic[j] < best) {
            best = e->nonbasic[j];
            *ret_column = j;
        }
    }
    return best != SIZE_MAX;
}

/* The line that allows the least; of several the variable of the lowest number. */
static size_t choose_line(const struct count_exists *e, const struct tableau *s, size_t column)
{
    size_t width = s->columns + 1, best = SIZE_MAX;
    for (size_t i = 0; i < s->lines; i++) {
        const int64_t *row = s->at + i * width;
        if (row[column] <= 0)
            continue;
        if (best == SIZE_MAX) {
            best = i;
            continue;
        }
        const int64_t *than = s->at + best * width;
        wide a = (wide)row[s->columns] * than[column], b = (wide)than[s->columns] * row[column];
        if (a < b || (a == b && e->basic[i] < e->basic[best]))
            best = i;
    }
    return best;
}

/* Are there positive weights under which the rows left cancel? */
static bool rows_cancel(struct count_exists *e)
{
    struct tableau s;
    tableau_begin(e, &s);
    size_t column = 0;
    const int64_t *sum = s.at + s.lines * (s.columns + 1) + s.columns;
    while (*sum > 0 && !e->overflow && choose_column(e, &s, &column))
        pivot(e, &s, choose_line(e, &s, column), column);
    return *sum == 0 && !e->overflow;
}

static unsigned decide(struct count_exists *e, const struct count_table *t)
{
    if (e->columns == 0)
        return COUNT_EXISTS_NOT_FINITE;
    if (plainly_exists(e, t))
        return 0;
    e->overflow = false;
    eliminate_positive(e, t);
    if (e->pivots == e->columns && !e->overflow)
        return 0;
    unsigned verdict = all_columns_told(e) ? 0 : COUNT_EXISTS_NOT_IDENTIFIABLE;
    return rows_cancel(e) ? verdict : verdict | COUNT_EXISTS_NOT_FINITE;
}

static struct answer *memo_slot(struct count_exists *e, const struct key *key)
{
    uint64_t hash = key->cells;
    for (size_t i = 0; i < WORDS; i++) {
        hash = (hash ^ key->positive[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash = (hash ^ (hash >> 29) ^ key->model[i]) * UINT64_C(0xbf58476d1ce4e5b9);
    }
    return &e->memo[(hash >> 40) % MEMO_SLOTS];
}

unsigned count_exists_check(struct count_exists *e, const struct count_table *t,
                            const uint16_t *sets, size_t set_count)
{
    ASSERT(t->lists <= e->lists && set_count <= (size_t)1 << t->lists);
    e->cells = (size_t)1 << t->lists;
    struct key key = {.cells = e->cells};
    for (size_t h = 1; h < e->cells; h++) {
        if (t->cells[h] > 0)
            set_bit(key.positive, h);
    }
    for (size_t j = 0; j < set_count; j++)
        set_bit(key.model, sets[j]);
    struct answer *slot = memo_slot(e, &key);
    if (!slot->known || memcmp(&slot->key, &key, sizeof key) != 0) {
        extend(e, t, sets, set_count);
        *slot = (struct answer){.key = key, .known = true, .verdict = (uint8_t)decide(e, t)};
    }
    return slot->verdict;
}
