/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "count/report_words.h"

#include <inttypes.h>
#include <string.h>

#include "draw/chart_part.h"

#define LABEL_BYTES_MAX (16u << 10)

/* By the beginning of an estimator's id; what is not here is a model. */
static const struct {
    const char *begins;
    enum report_group group;
} families[] = {
    {"chao", REPORT_BOUNDS}, {"pair-", REPORT_PAIRS}, {"m0", REPORT_SIMPLE},
    {"mt", REPORT_SIMPLE},   {"mb", REPORT_SIMPLE},   {"mh", REPORT_SIMPLE},
};

enum report_group report_group_of(const struct count_estimate *e)
{
    for (size_t i = 0; i < COUNT_OF(families); i++) {
        if (strncmp(e->id, families[i].begins, strlen(families[i].begins)) == 0)
            return families[i].group;
    }
    return REPORT_MODELS;
}

bool report_is_direct(const struct count_estimate *e)
{
    enum report_group group = report_group_of(e);
    return group == REPORT_BOUNDS || group == REPORT_PAIRS;
}

static const struct {
    const char *name, *about;
} groups[REPORT_GROUPS] = {
    {"Lower limit", "The least that the overlaps allow. It is not an estimate of the whole."},
    {"Models",
     "They let lists depend on each other, or persons differ in how likely they are to be listed. "
     "Lists are called by their numbers: in [12,3] the first and the second depend on each other, "
     "and the third on neither."},
    {"Simple models, for comparison",
     "Each allows one departure from the plainest case, or two. They show how much that matters; "
     "lists of abuses seldom fit them."},
    {"Lists compared two at a time, as a check",
     "From each pair alone (Lincoln-Petersen, in Chapman's form), assuming that being on one list "
     "says nothing about being on the other. Where pairs disagree, lists depend on each other or "
     "persons differ, and a model is needed that says how."},
};

const char *report_group_name(enum report_group group)
{
    return groups[group].name;
}

const char *report_group_about(enum report_group group)
{
    return groups[group].about;
}

void report_put_name(struct buf *b, const struct count_data *data, const struct count_estimate *e)
{
    if (report_group_of(e) != REPORT_PAIRS) {
        buf_text(b, e->name);
        return;
    }
    size_t digits = strlen(e->id) - 2;
    size_t one = (size_t)(e->id[digits] - '1'), other = (size_t)(e->id[digits + 1] - '1');
    ASSERT(one < data->list_count && other < data->list_count);
    buf_printf(b, "%s + %s", data->lists[one], data->lists[other]);
}

const struct report_need report_needs[REPORT_NEEDS] = {
    {"Lower limit, and pairs", "two lists or more that have persons in common"},
    {"Log-linear models",
     "three to eight lists; to four lists every model is tried, above that step by step"},
    {"M0, Mt, Mb, Mh, Mth",
     "three lists or more; for Mb, lists in the order in which they were made"},
    {"Decomposable models, averaged", "three to seven lists, and two numbers chosen beforehand: "
                                      "the prior on the total, and delta"},
    {"Sparse overlaps", "three to eight lists; made for overlaps that are small or empty"},
    {"Latent classes", "three to eight lists, and persons who fall into kinds that are listed "
                       "alike; time, since it is drawn at random until the runs agree"},
};

const char report_draws[] = "Over the drawn linkages";
const char report_delta[] = "How much delta says";
const char report_total[] = "All strata added";
const char report_about_acts[] =
    "One person may stand under several acts, so these do not add up to the persons above.";
const char report_about_merged[] =
    "Merged: the persons if every doubtful pair is one and the same person.";
const char report_how_to_read[] =
    "None of these numbers is the answer by itself. Each says how many there were if what it "
    "assumes is true. Its interval says how far off chance alone may have put it (95%), and "
    "nothing "
    "about an assumption that is wrong. Choose by what is known of how the lists were made, not by "
    "the size of a number, and report the documented minimum, the interval and the assumption "
    "with it.";
const char report_about_linkage[] =
    "Lists are joined by deciding which records are the same person. Here are the same estimates "
    "as they would be if a part of these decisions were wrong. Each is taken over several random "
    "repetitions.";
const char report_about_draws[] =
    "Several possible linkages were given. These intervals hold what the linkage leaves open as "
    "well.";
const char report_about_delta[] =
    "The averaged models need a number chosen beforehand, delta: how strongly it is believed that "
    "every history is possible. If the answer moves much with it, the data do not decide.";
const char report_about_total[] =
    "The strata were estimated apart and added, with their uncertainty. An estimator that has no "
    "answer in some stratum has no sum.";
const char report_stopped[] =
    "It was stopped before all was done. What is here is complete in itself; what is missing was "
    "not reached.";

void report_put_number(struct buf *b, double n)
{
    chart_put_number(b, n);
}

static void put_counted(struct buf *b, uint64_t n, const char *one, const char *more)
{
    chart_put_number(b, (double)n);
    buf_printf(b, " %s", n == 1 ? one : more);
}

void report_put_persons(struct buf *b, uint64_t n)
{
    put_counted(b, n, "person", "persons");
}

void report_put_interval(struct buf *b, const struct count_estimate *e)
{
    if (e->has_interval) {
        chart_put_number(b, e->low);
        buf_text(b, " to ");
        chart_put_number(b, e->high);
    } else {
        buf_text(b, count_estimate_has(e, COUNT_WARN_NO_UPPER_LIMIT) ? "no upper limit"
                                                                     : "no interval");
    }
}

void report_put_warnings(struct buf *b, uint32_t warnings, const char *detail)
{
    const char *before = "";
    for (unsigned w = 0; w < COUNT_WARNING_COUNT; w++) {
        if (!(warnings >> w & 1))
            continue;
        buf_printf(b, "%s%s", before, count_warning_sentence((enum count_warning)w));
        before = " ";
    }
    if (detail[0])
        buf_printf(b, "%s%s", before, detail);
}

void report_put_label(struct buf *b, const struct count_estimate *e)
{
    if (!e->given) {
        buf_text(b, "no estimate: ");
        report_put_warnings(b, e->warnings, e->detail);
        return;
    }
    if (count_estimate_has(e, COUNT_WARN_LOWER_BOUND))
        buf_text(b, "at least ");
    chart_put_number(b, e->n);
    buf_text(b, " (");
    report_put_interval(b, e);
    buf_text(b, ")");
}

void report_put_documented(struct buf *b, const struct count_documented *d)
{
    buf_text(b, "At least ");
    report_put_persons(b, d->persons);
    buf_text(b, d->persons == 1 ? " is documented" : " are documented");
    if (d->has_reports) {
        buf_text(b, ", in ");
        put_counted(b, d->reports, "report", "reports");
    }
    buf_text(b, ".");
}

void report_put_merged(struct buf *b, const struct count_documented *d)
{
    if (!d->has_merged)
        return;
    buf_text(b, "At least ");
    report_put_persons(b, d->persons_merged);
    buf_text(b, " if every doubtful pair is one and the same person: the number that survives "
                "every doubt about the linkage.");
}

void report_put_taken_for(struct buf *b, const struct count_data *data)
{
    buf_printf(b, "Taken for: %s", data->took_for);
}

void report_put_rows(struct buf *b, const struct count_data *data)
{
    put_counted(b, data->rows, "row was", "rows were");
    buf_text(b, " read");
    if (data->used == data->rows) {
        buf_text(b, "; none was left out.");
        return;
    }
    buf_text(b, "; ");
    put_counted(b, data->used, "is", "are");
    buf_text(b, " used. Left out:");
}

void report_put_left_out(struct buf *b, const struct count_left_out *left_out)
{
    put_counted(b, left_out->rows, "row: ", "rows: ");
    buf_printf(b, "%s (%s line ", left_out->why, left_out->rows == 1 ? "on" : "the first on");
    chart_put_number(b, (double)left_out->first_line);
    buf_text(b, ")");
}

void report_put_repeat(struct buf *b, const struct count_result *result)
{
    buf_printf(b,
               "Made by vouchsafe %s with seed %" PRIu64 ". The same file, options and seed give "
               "the same numbers again, on any number of processors.",
               VOUCHSAFE_VERSION, result->seed);
}

void report_put_shift(struct buf *b, const struct count_shift *shift)
{
    buf_printf(b, "%u%% of links %s", shift->percent,
               shift->wrong == COUNT_WRONG_MISSED ? "missed" : "false");
}

/* "5, 10 and 20" of those of one kind: the persons, or the percents. */
static void put_row_of_shifts(struct buf *b, const struct count_stratum *s, enum count_wrong wrong,
                              bool persons)
{
    size_t left = 0;
    for (size_t i = 0; i < s->shift_count; i++)
        left += s->shifts[i].wrong == wrong;
    for (size_t i = 0; i < s->shift_count; i++) {
        if (s->shifts[i].wrong != wrong)
            continue;
        chart_put_number(b, persons ? s->shifts[i].documented : s->shifts[i].percent);
        left--;
        buf_text(b, left > 1 ? ", " : left == 1 ? " and " : "");
    }
}

static void put_shifted(struct buf *b, const struct count_stratum *s, enum count_wrong wrong,
                        const char *how)
{
    buf_text(b, "About ");
    put_row_of_shifts(b, s, wrong, true);
    buf_text(b, " persons would be documented if ");
    put_row_of_shifts(b, s, wrong, false);
    buf_printf(b, "%% of the links %s.", how);
}

void report_put_shifted_persons(struct buf *b, const struct count_stratum *s)
{
    put_shifted(b, s, COUNT_WRONG_MISSED, "had been missed");
    buf_u8(b, ' ');
    put_shifted(b, s, COUNT_WRONG_FALSE, "were false");
}

bool report_is_warned(const struct count_estimate *e)
{
    return (e->warnings & ~(UINT32_C(1) << COUNT_WARN_LOWER_BOUND)) != 0;
}

const char *report_kind(const struct count_estimate *e)
{
    return !e->given ? "Why" : report_is_warned(e) ? "Warning" : "Note";
}

const struct count_estimate *report_find(const struct count_estimate *estimates, size_t count,
                                         const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(estimates[i].id, id) == 0)
            return &estimates[i];
    }
    return NULL;
}

static const char *kept(struct buf *words, struct arena *arena)
{
    const char *copy = buf_error(words) ? NULL : arena_copy_text(arena, buf_bytes(words));
    buf_reset(words);
    return copy;
}

static int fill_row(const struct count_data *data, const struct count_estimate *e,
                    struct arena *arena, struct chart_interval *row)
{
    struct buf words CLEANUP(buf_release);
    buf_init(&words, LABEL_BYTES_MAX);
    report_put_label(&words, e);
    const char *label = kept(&words, arena);
    report_put_name(&words, data, e);
    *row = (struct chart_interval){
        .name = kept(&words, arena),
        .label = label,
        .given = e->given,
        .has_interval = e->given && e->has_interval,
        .open_above =
            e->given && !e->has_interval && count_estimate_has(e, COUNT_WARN_NO_UPPER_LIMIT),
        .lower_bound = count_estimate_has(e, COUNT_WARN_LOWER_BOUND),
        .warned = report_is_warned(e),
        .n = e->n,
        .low = e->low,
        .high = e->high,
    };
    REJECT_IF(!row->label || !row->name, E_NOMEM);
    return 0;
}

static size_t count_in(const struct count_stratum *s, enum report_group group)
{
    size_t count = 0;
    for (size_t i = 0; i < s->estimate_count; i++)
        count += report_group_of(&s->estimates[i]) == group;
    return count;
}

int report_intervals(const struct count_data *data, const struct count_stratum *stratum,
                     struct arena *arena, struct chart_intervals *ret_chart)
{
    const struct count_estimate *estimates = stratum->estimates;
    struct chart_interval *rows = arena_alloc(arena, (stratum->estimate_count + 1) * sizeof *rows);
    REJECT_IF(!rows, E_NOMEM);
    size_t placed = 0;
    bool given = false;
    for (enum report_group group = 0; group < REPORT_GROUPS; group++) {
        size_t first = placed;
        if (group == REPORT_PAIRS && count_in(stratum, group) > REPORT_PAIRS_DRAWN)
            continue;
        for (size_t i = 0; i < stratum->estimate_count; i++) {
            if (report_group_of(&estimates[i]) != group)
                continue;
            TRY(fill_row(data, &estimates[i], arena, &rows[placed]));
            rows[placed].group = placed == first ? report_group_name(group) : NULL;
            given |= rows[placed++].given;
        }
    }
    double documented = (double)stratum->data->documented.persons;
    ASSERT(placed <= CHART_INTERVALS_MAX);
    *ret_chart = (struct chart_intervals){.title = "Estimates and their 95% intervals",
                                          .documented = documented,
                                          .count = given && documented > 0 ? placed : 0,
                                          .rows = rows};
    return 0;
}

struct chart_upset report_upset(const struct count_data *data,
                                const struct count_stratum_data *stratum)
{
    return (struct chart_upset){.title = "Persons on exactly these lists",
                                .lists = stratum->table.lists,
                                .names = data->lists,
                                .sizes = stratum->sizes,
                                .cells = stratum->table.cells};
}
