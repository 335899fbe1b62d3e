/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Chances are promises: of the pairs called 0.9, nine in ten are one person. On invented lists,
 * badly written ones, so that much is in doubt; the engine is not shown their truth. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "invented.h"
#include "link/score.h"

#define SEEDS 3
#define BINS 5

static const double from[BINS + 1] = {0, 0.05, 0.4, 0.8, 0.95, 1.01};
/* In the middle are few, and they come in kinds that are right or wrong together. */
static const double slack[BINS] = {0.02, 0.1, 0.12, 0.1, 0.02};

struct tally {
    double pairs[BINS], given[BINS], right[BINS];
};

/* The last column of every row, list after list. */
static uint64_t *read_truth(const struct invented *all, uint32_t records)
{
    uint64_t *truth = mem_calloc(records, sizeof *truth);
    uint32_t at = 0;
    assert_non_null(truth);
    for (size_t i = 0; i < all->count; i++) {
        const char *line = strchr(buf_cstr(&all->texts[i]), '\n') + 1;
        for (; *line; line = strchr(line, '\n') + 1) {
            const char *end = strchr(line, '\n'), *field = end;
            while (field[-1] != ',')
                field--;
            assert_true(at < records);
            truth[at++] = strtoull(field, NULL, 10);
        }
    }
    assert_int_equal(at, records);
    return truth;
}

static void add_run(const struct link_simulation *s, struct tally *tally)
{
    struct invented all;
    invented_init(&all, s);
    struct link_options options = invented_options(&all);
    options.truth = "person";
    struct link_result *result = run_link(&options, 2, NULL);
    uint64_t *truth = read_truth(&all, link_records_count(result->records));
    for (size_t i = 0; i < result->edge_count; i++) {
        const struct link_edge *edge = &result->edges[i];
        double chance = link_bits_to_probability((double)edge->bits);
        unsigned bin = 0;
        while (chance >= from[bin + 1])
            bin++;
        tally->pairs[bin]++;
        tally->given[bin] += chance;
        tally->right[bin] += truth[edge->a] == truth[edge->b];
    }
    mem_free(truth);
    link_result_free(result);
    invented_release(&all);
}

static void check(struct link_simulation s)
{
    struct tally tally = {0};
    for (s.seed = 1; s.seed <= SEEDS; s.seed++)
        add_run(&s, &tally);
    for (unsigned i = 0; i < BINS; i++) {
        double given = tally.given[i] / tally.pairs[i], right = tally.right[i] / tally.pairs[i];
        print_message("# of %g pairs called %.3f, %.3f\n", tally.pairs[i], given, right);
        assert_true(tally.pairs[i] >= 30);
        if (fabs(given - right) > slack[i])
            fail_msg("of %g pairs called %.3f, %.3f", tally.pairs[i], given, right);
    }
}

static void in_one_alphabet(void **state)
{
    (void)state;
    check((struct link_simulation){
        .persons = 650, .lists = 3, .captured = 0.5, .duplicated = 0.05, .mistakes = 2.5});
}

static void in_several_alphabets(void **state)
{
    (void)state;
    check((struct link_simulation){.persons = 600,
                                   .lists = 3,
                                   .captured = 0.5,
                                   .duplicated = 0.05,
                                   .mistakes = 1.5,
                                   .scripts = true});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_one_alphabet),
        cmocka_unit_test(in_several_alphabets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
