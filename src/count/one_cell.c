/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>

#include "count/number.h"
#include "count/one_cell.h"

/* First-order guesses below this are not looked at closer. */
#define MOVED_GUESS 0.05

struct worst {
    double change, n;
    unsigned cell;
    int more;
};

static bool worth_a_look(const struct one_cell *o, unsigned h, int more)
{
    uint64_t here = o->table->cells[h];
    if (here >= ONE_CELL_SMALL || (more < 0 && here == 0))
        return false;
    bool edge = o->fitted[h] == 0 || (more < 0 && here == 1);
    double guess = o->fitted[0] * expm1(more * o->influence[h]);
    return edge || !(fabs(guess) < MOVED_GUESS * o->n);
}

static void look(const struct one_cell *o, unsigned h, int more, struct worst *worst)
{
    double n = o->refit(o->arg, h, more);
    double change = n > 0 ? fabs(n - o->n) : INFINITY;
    if (change > ONE_CELL_MOVED * o->n && change > worst->change)
        *worst = (struct worst){.change = change, .n = n, .cell = h, .more = more};
}

static void tell(const struct one_cell *o, const struct worst *worst, struct count_estimate *e)
{
    char lists[2 * COUNT_LISTS_MAX] = "";
    size_t len = 0;
    for (unsigned i = 0; worst->cell >> i != 0; i++) {
        if ((worst->cell >> i & 1) == 0)
            continue;
        if (len > 0)
            lists[len++] = '+';
        lists[len++] = (char)('0' + (o->numbers ? o->numbers[i] : i + 1));
    }
    count_estimate_warn(e, COUNT_WARN_ONE_CELL);
    count_estimate_detail(e, "With one person %s on %s %s alone (now %llu) it would be",
                          worst->more > 0 ? "more" : "fewer", len > 1 ? "lists" : "list", lists,
                          (unsigned long long)o->table->cells[worst->cell]);
    if (worst->n > 0 && worst->n <= COUNT_ABSURD * o->n)
        count_estimate_detail(e, "%s.", NUMBER(worst->n));
    else
        count_estimate_detail(e, "beyond any number.");
}

void one_cell_warn(const struct one_cell *o, struct count_estimate *e)
{
    struct worst worst = {0};
    unsigned cells = 1u << o->table->lists;
    bool look_at[COUNT_CELLS_MAX][2];
    for (unsigned h = 1; h < cells; h++) {
        look_at[h][0] = worth_a_look(o, h, 1);
        look_at[h][1] = worth_a_look(o, h, -1);
    }
    for (unsigned h = 1; h < cells; h++) {
        if (look_at[h][0])
            look(o, h, 1, &worst);
        if (look_at[h][1])
            look(o, h, -1, &worst);
    }
    if (worst.change > 0)
        tell(o, &worst, e);
}
