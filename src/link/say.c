/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/say.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "draw/chart_part.h"
#include "link/output.h"
#include "text/show.h"

#define NAME_CHARACTERS_MAX 60 /* of a column, among others */

const char say_about_weights[] =
    "Every pair that was looked at has a weight, in bits: each bit doubles the odds that the two "
    "are one person, and at 0 the odds are even. Good lists show two hills, different persons on "
    "the left and the same ones on the right, with little between them.";
const char say_about_model[] =
    "m: how often two records of one person agree so far. u: how often two records of different "
    "persons do. Their ratio is the evidence; in bits, each of which doubles the odds. Rare values "
    "count for more, common ones for less, and what goes together is not counted twice.";
const char say_about_chances[] =
    "The truth is not known here: these are the chances that the model gives to the pairs it "
    "kept. Whether a chance of nine in ten comes true nine times in ten is known only by checking "
    "some of them by other means.";
const char say_about_truth[] =
    "Chances that are right come true as often as they say: of the pairs called 0.9, nine in ten.";

void say_number(struct buf *b, double n)
{
    chart_put_number(b, n);
}

void say_counted(struct buf *b, double n, const char *one, const char *several)
{
    say_number(b, n);
    buf_printf(b, " %s", n == 1 ? one : several);
}

/* Lists and columns */

void say_use(struct buf *b, const struct link_column *column)
{
    static const char *const parts[] = {[LINK_PART_WHOLE] = "",
                                        [LINK_PART_YEAR] = ", its year",
                                        [LINK_PART_MONTH] = ", its month",
                                        [LINK_PART_DAY] = ", its day"};
    static const char *const roles[] = {
        [LINK_ROLE_IGNORED] = "left out, as was asked",
        [LINK_ROLE_ID] = "not compared: another in every row",
        [LINK_ROLE_CONSTANT] = "not compared: the same in every row",
        [LINK_ROLE_EMPTY] = "not compared: empty",
    };
    if (column->role == LINK_ROLE_FIELD)
        buf_printf(b, "%s%s", link_kind_name(column->kind), parts[column->part]);
    else
        buf_text(b, roles[column->role]);
}

void say_list(struct buf *b, const struct link_list *list)
{
    if (list->unique)
        buf_text(b, "each person once");
    if (list->short_rows > 0) {
        buf_text(b, list->unique ? "; " : "");
        say_counted(b, list->short_rows, "row is", "rows are");
        buf_printf(b, " shorter than the header, the first in line %u", list->first_short_line);
    }
}

/* Pairs */

double say_missed(const struct link_result *result)
{
    double coverage = result->plan.coverage;
    return result->plan.all || coverage <= 0 ? 0 : result->found.matches * (1 / coverage - 1);
}

static void say_no_pairs(struct buf *b, const struct link_result *result)
{
    buf_text(b, "None of ");
    say_number(b, (double)result->universe.pairs);
    buf_text(b,
             " possible pairs was looked at: nothing that records agree on finds enough pairs of "
             "one person for what it costs. So nothing was linked, and the number of persons "
             "below says nothing. It needs columns that tell people apart.");
}

void say_pairs(struct buf *b, const struct link_result *result)
{
    double missed = say_missed(result);
    if (!result->plan.all && result->plan.passes == 0) {
        say_no_pairs(b, result);
        return;
    }
    if (result->plan.all) {
        buf_text(b, "All ");
        say_counted(b, (double)result->universe.pairs, "possible pair was", "possible pairs were");
        buf_text(b, " looked at, so none was missed here.");
        return;
    }
    say_number(b, (double)result->found.pairs);
    buf_text(b, " of ");
    say_number(b, (double)result->universe.pairs);
    buf_text(b, " possible pairs were looked at: those that agree on one of the keys below. ");
    buf_printf(b, "Of 100 pairs of one person about %.1f are expected to be among them",
               100 * result->plan.coverage);
    if (missed >= 0.5) {
        buf_text(b, "; some ");
        say_counted(b, ceil(missed), "is", "are");
        buf_text(b, " not");
    }
    buf_text(b, ". What is not looked at no later step can find: this is the ceiling.");
}

void say_pass(struct buf *b, const struct link_result *result, unsigned pass)
{
    const struct link_pass *p = &result->plan.pass[pass];
    for (unsigned i = 0; i < p->keys; i++)
        buf_printf(b, "%s%s: %s", i > 0 ? ", " : "",
                   link_field_name(result->records, p->key[i].field),
                   link_key_name(result->records, p->key[i].field, p->key[i].key));
}

/* The model */

void say_model(struct buf *b, const struct link_result *result)
{
    double share = result->model.match_share;
    buf_text(b, "Before anything is compared, of all possible pairs one in ");
    say_number(b, share > 0 ? round(1 / share) : 0);
    buf_text(b, " is held to be of one person. ");
    buf_text(b, result->learnt ? "The model was learnt from these records, without examples."
                               : "The model was given, and not learnt from these records.");
}

void say_from(struct buf *b, const struct link_result *result, unsigned field)
{
    const struct link_columns *all = &result->columns;
    const char *name = link_field_name(result->records, field), *before = "";
    for (unsigned list = 0; list < result->lists.count; list++) {
        const char *between = before;
        for (unsigned i = 0; i < all->count; i++) {
            const struct link_column *c = &all->columns[i];
            if (c->list != list || c->role != LINK_ROLE_FIELD || strcmp(c->field, name) != 0)
                continue;
            buf_text(b, between);
            show_line(b, span_text(c->name), NAME_CHARACTERS_MAX);
            between = ", ";
        }
        if (between != before) {
            buf_printf(b, " (%s)", result->lists.lists[list].name);
            before = "; ";
        }
    }
}

void say_beside(struct buf *b, const struct link_result *result, unsigned field)
{
    int before = -1;
    for (int class = LINK_U; class < LINK_CLASSES; class ++) {
        int parent = result->model.field[field].of[class].parent;
        if (parent < 0 || parent == before)
            continue;
        buf_printf(b, "%s%s", before >= 0 ? " and " : "", result->model.field[parent].name);
        before = parent;
    }
}

double say_level_bits(const struct link_result *result, unsigned field, unsigned level)
{
    const struct link_branch *of = result->model.field[field].of;
    return log2(fmax(of[LINK_M].share[level], LINK_SHARE_MIN) /
                fmax(of[LINK_U].share[level], LINK_SHARE_MIN));
}

/* Persons */

void say_persons(struct buf *b, const struct link_result *result)
{
    say_counted(b, result->universe.count, "record is", "records are");
    buf_u8(b, ' ');
    say_counted(b, result->cluster_count, "person", "persons");
    buf_text(b, ", as linked.");
}

void say_bounds(struct buf *b, const struct link_result *result)
{
    if (result->clusters_merged == result->clusters_apart) {
        buf_text(b, "Nothing that is in doubt changes this number.");
        return;
    }
    buf_text(b, "At least ");
    say_number(b, result->clusters_merged);
    buf_text(b, " if every doubtful pair is one and the same person, at most ");
    say_number(b, result->clusters_apart);
    buf_text(b, " if none is.");
}

void say_review(struct buf *b, const struct link_result *result)
{
    size_t doubts;
    link_clustering_doubts(result->clustering, &doubts);
    if (doubts == 0) {
        buf_text(b, "No pair is in doubt: none has a chance between 1 in 20 and 19 in 20.");
        return;
    }
    say_counted(b, (double)doubts, "pair is", "pairs are");
    buf_text(b, " in doubt, with a chance between 1 in 20 and 19 in 20, and should be looked at by "
                "a person.");
    if (doubts > LINK_QUEUE_MAX) {
        buf_text(b, " The queue holds the ");
        say_number(b, LINK_QUEUE_MAX);
        buf_text(b, " hardest.");
    }
}

void say_sizes(struct buf *b, const struct link_result *result)
{
    uint32_t sizes[LINK_SIZES_MAX];
    const char *between = "";
    link_result_sizes(result, sizes);
    for (unsigned i = 1; i <= LINK_SIZES_MAX; i++) {
        uint32_t count = sizes[i % LINK_SIZES_MAX];
        if (count == 0)
            continue;
        buf_text(b, between);
        say_number(b, count);
        if (i == 1)
            buf_text(b, " with one record");
        else
            buf_printf(b, " with %u%s", i, i == LINK_SIZES_MAX ? " and more" : "");
        between = ", ";
    }
    buf_text(b, between[0] ? "." : "No records.");
}

/* Decisions */

void say_decisions(struct buf *b, const struct link_result *result)
{
    const struct link_settled *settled = &result->settled;
    if (result->decision_count == 0) {
        buf_text(b, "No person has decided about any pair.");
        return;
    }
    say_counted(b, (double)settled->must_count, "pair was", "pairs were");
    buf_text(b, " decided to be one person, ");
    say_number(b, (double)settled->cannot_count);
    buf_text(b, " to be two; these are obeyed.");
    if (settled->unsure > 0) {
        buf_text(b, " Of ");
        say_counted(b, (double)settled->unsure, "pair", "pairs");
        buf_text(b, " nobody could tell.");
    }
    if (settled->waiting > 0) {
        buf_u8(b, ' ');
        say_counted(b, (double)settled->waiting, "pair waits", "pairs wait");
        buf_text(b, " for a second reviewer.");
    }
    if (settled->unknown > 0) {
        buf_u8(b, ' ');
        say_counted(b, (double)settled->unknown, "decision is", "decisions are");
        buf_printf(b, " about records that are not in these lists, the first in line %" PRIu64 ".",
                   settled->unknown_line);
    }
}

size_t say_troubles(const struct link_result *result)
{
    size_t contradictions;
    link_clustering_contradictions(result->clustering, &contradictions);
    return result->settled.dispute_count + contradictions + result->against_count;
}

static void put_dispute(struct buf *b, const struct link_dispute *dispute)
{
    const struct link_decision *one = dispute->one, *other = dispute->other;
    static const char *const answers[] = {[LINK_ANSWER_SAME] = "the same",
                                          [LINK_ANSWER_DIFFERENT] = "different",
                                          [LINK_ANSWER_UNSURE] = "unsure"};
    buf_text(b, "Reviewers differ, so nothing is decided: ");
    buf_span(b, one->a);
    buf_text(b, " and ");
    buf_span(b, one->b);
    buf_text(b, " are ");
    buf_printf(b, "%s to ", answers[one->answer]);
    buf_span(b, one->reviewer);
    buf_printf(b, " (line %" PRIu64 ") and %s to ", one->line, answers[other->answer]);
    buf_span(b, other->reviewer);
    buf_printf(b, " (line %" PRIu64 ").", other->line);
}

static void put_contradiction(struct buf *b, const struct link_result *result,
                              const struct link_contradiction *c)
{
    buf_text(b, c->what == LINK_CONTRA_CANNOT ? "A contradiction: "
                                              : "A contradiction: decisions make ");
    link_idents_put(&result->idents, c->a, b);
    buf_text(b, " and ");
    link_idents_put(&result->idents, c->b, b);
    buf_text(b, c->what == LINK_CONTRA_CANNOT
                    ? " were decided to be different, but other decisions make them the same. They "
                      "are the same now."
                    : " the same, but their list is said to hold each person once. They are the "
                      "same now.");
}

static void put_against(struct buf *b, const struct link_result *result,
                        const struct link_against *against)
{
    link_idents_put(&result->idents, against->a, b);
    buf_text(b, " and ");
    link_idents_put(&result->idents, against->b, b);
    buf_printf(b,
               " were decided to be %s, though what they say makes the opposite over 1,000 times "
               "likelier (%+.1f bits). The decision is obeyed; is it a slip?",
               against->same ? "the same" : "different", (double)against->bits);
}

void say_trouble(struct buf *b, const struct link_result *result, size_t index)
{
    size_t contradictions;
    const struct link_contradiction *all =
        link_clustering_contradictions(result->clustering, &contradictions);
    if (index < result->settled.dispute_count) {
        put_dispute(b, &result->settled.disputes[index]);
        return;
    }
    index -= result->settled.dispute_count;
    if (index < contradictions)
        put_contradiction(b, result, &all[index]);
    else
        put_against(b, result, &result->against[index - contradictions]);
}

/* Chances */

void say_chances(const struct link_result *result, struct say_chances *ret_chances)
{
    *ret_chances = (struct say_chances){.observed = result->evaluated};
    for (size_t i = 0; i < LINK_CALIBRATION_BINS && result->evaluated; i++) {
        ret_chances->bin[i].pairs = result->evaluation.calibration[i].pairs;
        ret_chances->bin[i].right = result->evaluation.calibration[i].right;
        ret_chances->bin[i].expected = result->evaluation.calibration[i].expected;
    }
    if (result->evaluated)
        return;
    for (size_t i = 0; i < result->edge_count; i++) {
        double chance = link_bits_to_probability((double)result->edges[i].bits);
        size_t bin = (size_t)(chance * LINK_CALIBRATION_BINS);
        bin = bin < LINK_CALIBRATION_BINS ? bin : LINK_CALIBRATION_BINS - 1;
        ret_chances->bin[bin].pairs++;
        ret_chances->bin[bin].expected += chance;
    }
    for (size_t i = 0; i < LINK_CALIBRATION_BINS; i++) {
        if (ret_chances->bin[i].pairs > 0)
            ret_chances->bin[i].expected /= (double)ret_chances->bin[i].pairs;
    }
}

void say_bin(struct buf *b, size_t bin)
{
    buf_printf(b, "%.1f to %.1f", (double)bin / LINK_CALIBRATION_BINS,
               (double)(bin + 1) / LINK_CALIBRATION_BINS);
}

void say_repeat(struct buf *b, const struct link_result *result)
{
    buf_printf(b, "vouchsafe %s, seed %" PRIu64 ", ", VOUCHSAFE_VERSION, result->seed);
    buf_text(b, result->learnt ? "the model learnt from these lists" : "a given model");
    if (result->decision_count > 0) {
        buf_text(b, ", and ");
        say_counted(b, (double)result->decision_count, "decision", "decisions");
    }
    buf_text(b, ". The same lists, options and decisions give the same result, whatever the "
                "machine, the order of the rows or the number of threads.");
}
