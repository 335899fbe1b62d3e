/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sample_result.h"

#include <stdio.h>
#include <string.h>

#define GIVEN(id_, name_, assumes_, model_, n_, low_, high_)                                       \
    {                                                                                              \
        .id = id_, .name = name_, .assumes = assumes_, .model = model_, .given = true,             \
        .has_interval = true, .n = n_, .low = low_, .high = high_                                  \
    }
#define NONE(id_, name_, assumes_, warning_, detail_)                                              \
    {                                                                                              \
        .id = id_, .name = name_, .assumes = assumes_, .warnings = UINT32_C(1) << (warning_),      \
        .detail = detail_                                                                          \
    }
#define BIT(name) (UINT32_C(1) << COUNT_WARN_##name)

static const struct count_estimate busy_estimates[] = {
    {.id = "chao",
     .name = "Chao's lower bound",
     .assumes =
         "All lists reach equally far; persons may differ in any way. The truth is this or more.",
     .given = true,
     .has_interval = true,
     .n = 8787.2,
     .low = 8401.6,
     .high = 9204.4,
     .warnings = BIT(LOWER_BOUND)},
    GIVEN("loglinear-bic", "Log-linear, best by BIC",
          "Lists depend on each other as the model says, and in no other way.", "[123,14,34]",
          10356.5, 8994.3, 12110.4),
    GIVEN("loglinear-aic", "Log-linear, best by AIC",
          "Lists depend on each other as the model says, and in no other way.", "[123,134]",
          12741.0, 10184.3, 16703.4),
    {.id = "decomposable",
     .name = "Decomposable models, averaged",
     .assumes = "Within groups alike in the other lists, lists are independent.",
     .model = "{124}{234} 0.99",
     .given = true,
     .has_interval = true,
     .n = 12595,
     .low = 9827,
     .high = 16544,
     .mean = 12749.34929,
     .mode = 12267},
    {.id = "latent",
     .name = "Latent classes",
     .assumes = "Persons fall into kinds; within a kind the lists are independent.",
     .given = true,
     .has_interval = true,
     .n = 10448.25,
     .low = 9084,
     .high = 13824.5,
     .mean = 10703.5,
     .mode = 10120,
     .warnings = BIT(CHAINS_APART),
     .detail = "R-hat is 1.034."},
    {.id = "sparse",
     .name = "Sparse overlaps",
     .assumes = "Only pairs of lists depend on each other.",
     .model = "[1,2,3,4,12,14,34]",
     .given = true,
     .n = 16941.9,
     .warnings = BIT(NO_UPPER_LIMIT) | BIT(ONE_CELL),
     .detail = "Without the 3 persons on Tolma Lawyers and Parents of Orlets it would be 24,010."},
    GIVEN("m0", "M0", "Everybody has the same chance of being on any list.", "", 7608.4, 7301.2,
          7941.1),
    GIVEN("mt", "Mt", "Lists differ in reach; everybody has the same chances.", "", 7394.6, 7102.7,
          7710.9),
    NONE("mb", "Mb", "Being on one list changes the chance of being on the later ones.",
         COUNT_WARN_IMPOSSIBLE, "It gave -2,311."),
    GIVEN("mh-darroch", "Mh, Darroch", "Persons differ as by a normal curve of log odds.", "",
          12797.3, 11010.5, 15011.4),
    GIVEN("pair-12", "Two lists", "Being on one says nothing about the other.",
          "1,545 and 1,850, 344 on both", 8295, 7688, 8998),
    NONE("pair-34", "Two lists", "Being on one says nothing about the other.", COUNT_WARN_APART,
         ""),
};

static const struct count_estimate busy_shifted[][2] = {
    {GIVEN("loglinear-bic", "Log-linear, best by BIC", "", "", 9980, 8700, 11700),
     GIVEN("decomposable", "Decomposable models, averaged", "", "", 12001, 9400, 15800)},
    {GIVEN("loglinear-bic", "Log-linear, best by BIC", "", "", 11200, 9500, 13300),
     NONE("decomposable", "Decomposable models, averaged", "", COUNT_WARN_NOT_IDENTIFIABLE, "")},
};

static const struct count_estimate busy_pooled[] = {
    GIVEN("loglinear-bic", "Log-linear, best by BIC", "", "", 10401, 8800, 12600),
};

static const struct count_estimate busy_deltas[] = {
    GIVEN("decomposable-delta-0.0625", "Decomposable", "", "delta 1/16: {124}{234} 0.99", 12595,
          9827, 16544),
    {.id = "decomposable-delta-1",
     .name = "Decomposable",
     .assumes = "",
     .model = "delta 1: {1234} 0.98",
     .given = true,
     .has_interval = true,
     .n = 4617,
     .low = 4408,
     .high = 6860,
     .warnings = BIT(SATURATED)},
};

static const struct count_estimate stratum_estimates[] = {
    GIVEN("loglinear-bic", "Log-linear, best by BIC", "", "[12,3,4]", 5120.75, 4300, 6200),
    NONE("decomposable", "Decomposable models, averaged", "", COUNT_WARN_UNFINISHED, ""),
};

static const struct count_estimate busy_totals[] = {
    GIVEN("loglinear-bic", "Log-linear, best by BIC", "", "", 10800, 9100, 12900),
    NONE("decomposable", "Decomposable models, averaged", "", COUNT_WARN_PARTIAL,
         "No answer in 2032."),
};

/* Karsk, Tolma, Orlets, Zhelan. */
static const uint64_t busy_cells[16] = {0,   845, 1131, 217, 936, 148, 103, 27,
                                        306, 177, 228,  82,  106, 31,  44,  18};

static struct {
    struct count_result result;
    struct count_data data;
    struct count_act acts[3];
    struct count_stratum_data strata_data[3];
    struct count_stratum strata[3];
    struct count_estimate estimates[COUNT_OF(busy_estimates)];
    struct count_estimate shifted[2][2], pooled[1], deltas[2], totals[2], stratum[2];
    struct count_shift shifts[2];
} s;

static void set_table(struct count_stratum_data *d, unsigned lists, const uint64_t *cells)
{
    d->has_table = true;
    d->table.lists = lists;
    memcpy(d->table.cells, cells, (1u << lists) * sizeof *cells);
    d->documented.persons = count_table_n(&d->table);
    for (unsigned i = 0; i < lists; i++)
        d->sizes[i] = count_table_on(&d->table, i);
}

static void begin(const char *source)
{
    memset(&s, 0, sizeof s);
    s.data.source = source;
    s.data.stratum_count = 1;
    s.data.strata = s.strata_data;
    s.result.data = &s.data;
    s.result.whole.data = &s.data.whole;
    s.result.whole.finished = s.result.finished = true;
    s.result.seed = UINT64_C(18446744073709551615);
}

static void add_file(void)
{
    s.data.form = COUNT_FORM_RECORDS;
    snprintf(s.data.took_for, sizeof s.data.took_for, "%s",
             "A row is a linked record: the person is in the column \"id\", the list in \"list\".");
    s.data.rows = 9826;
    s.data.used = 9812;
    s.data.left_out[s.data.left_out_count++] =
        (struct count_left_out){"the row names no list", 13, 9};
    s.data.left_out[s.data.left_out_count++] =
        (struct count_left_out){"the row is cut short", 1, 9827};
    s.data.notes[s.data.note_count++] =
        "Everybody on Zhelan Hospital in 2032 is on Tolma Lawyers too.";
}

static void add_acts(void)
{
    static const char *const names[] = {"killed", "disappeared", "detained"};
    for (size_t i = 0; i < 3; i++)
        s.acts[i] = (struct count_act){
            names[i], {true, 4200 - 1500 * i, 2100 - 700 * i, true, 2050 - 700 * i}};
    s.data.acts = s.acts;
    s.data.act_count = 3;
}

static void add_strata(void)
{
    static const char *const names[] = {"2031", "2032", "2033"};
    uint64_t part[16];
    s.data.by = "year";
    s.data.stratum_count = 3;
    for (size_t k = 0; k < 3; k++) {
        for (unsigned h = 0; h < 16; h++)
            part[h] = busy_cells[h] / 3 + (k < busy_cells[h] % 3);
        set_table(&s.strata_data[k], 4, part);
        s.strata_data[k].name = names[k];
        s.strata[k] = (struct count_stratum){.data = &s.strata_data[k],
                                             .estimates = s.stratum,
                                             .estimate_count = 2,
                                             .finished = k != 1};
    }
    s.strata[2].estimate_count = 0;
    s.strata[2].no_estimate =
        "The lists have nobody in common, so nothing says how many were missed.";
    s.result.strata = s.strata;
    s.result.stratum_count = 3;
}

struct count_result *sample_busy(void)
{
    static const char *const lists[] = {"Open Door Karsk", "Tolma Lawyers", "Parents of Orlets",
                                        "Zhelan Hospital"};
    begin("veshnia.csv");
    memcpy(s.estimates, busy_estimates, sizeof s.estimates);
    memcpy(s.shifted, busy_shifted, sizeof s.shifted);
    memcpy(s.pooled, busy_pooled, sizeof s.pooled);
    memcpy(s.deltas, busy_deltas, sizeof s.deltas);
    memcpy(s.totals, busy_totals, sizeof s.totals);
    memcpy(s.stratum, stratum_estimates, sizeof s.stratum);
    s.data.list_count = 4;
    memcpy(s.data.lists, lists, sizeof lists);
    set_table(&s.data.whole, 4, busy_cells);
    s.data.whole.documented.has_reports = s.data.whole.documented.has_merged = true;
    s.data.whole.documented.reports = 9812;
    s.data.whole.documented.persons_merged = 4187;
    s.data.whole.draw_count = 20;
    add_file();
    add_acts();
    add_strata();
    for (size_t i = 0; i < 2; i++)
        s.shifts[i] = (struct count_shift){.wrong = (enum count_wrong)i,
                                           .percent = 5,
                                           .repetitions = 20,
                                           .documented = 4310.5 + 180 * (double)i,
                                           .estimates = s.shifted[i],
                                           .estimate_count = 2};
    struct count_stratum *w = &s.result.whole;
    w->estimates = s.estimates;
    w->estimate_count = COUNT_OF(busy_estimates);
    w->shifts = s.shifts;
    w->shift_count = 2;
    w->pooled = s.pooled;
    w->pooled_count = 1;
    w->deltas = s.deltas;
    w->delta_count = 2;
    w->warnings = BIT(LIST_INSIDE);
    snprintf(w->detail, sizeof w->detail, "Zhelan Hospital is inside Tolma Lawyers.");
    s.result.totals = s.totals;
    s.result.total_count = 2;
    s.result.finished = false;
    return &s.result;
}

struct count_result *sample_two_lists(void)
{
    static const uint64_t cells[4] = {0, 61, 1, 14};
    begin("two.csv");
    s.data.form = COUNT_FORM_FREQUENCIES;
    snprintf(s.data.took_for, sizeof s.data.took_for, "A row is a capture history.");
    s.data.rows = s.data.used = 3;
    s.data.list_count = 2;
    s.data.lists[0] = "Open Door Karsk";
    s.data.lists[1] = "Tolma Lawyers";
    set_table(&s.data.whole, 2, cells);
    s.result.whole.no_estimate =
        "There are two lists, and from two nobody can see whether being on "
        "one makes it likelier to be on the other.";
    return &s.result;
}

struct count_result *sample_many_lists(void)
{
    static char names[12][16];
    begin("many.csv");
    s.data.list_count = 12;
    for (unsigned i = 0; i < 12; i++) {
        snprintf(names[i], sizeof names[i], "Village %u", i + 1);
        s.data.lists[i] = names[i];
        s.data.whole.sizes[i] = 1000 * (i + 1);
    }
    s.data.whole.documented.persons = 31002;
    s.result.whole.no_estimate = "There are 12 lists; estimates are made for up to 8.";
    return &s.result;
}

struct count_result *sample_hostile(void)
{
    static const char *const names[] = {"<script>alert(1)</script>",
                                        "=HYPERLINK(\"http://example.org\")",
                                        "\u202Etxt.exe",
                                        "\x1B[2J\x1B[31mred\x07",
                                        "\"quoted\", and a\r\nnewline",
                                        "\xFF\xFE not UTF-8",
                                        "&amp;<!--"};
    static char longest[201];
    uint64_t cells[256];
    sample_busy();
    memset(longest, 'W', 200);
    s.data.list_count = 8;
    memcpy(s.data.lists, names, sizeof names);
    s.data.lists[7] = longest;
    for (unsigned h = 0; h < 256; h++)
        cells[h] = h == 0 ? 0 : (UINT64_C(1) << 53) / 256 / h;
    set_table(&s.data.whole, 8, cells);
    s.data.source = names[0];
    s.data.by = names[2];
    for (size_t k = 0; k < 3; k++) {
        set_table(&s.strata_data[k], 8, cells);
        s.strata_data[k].name = s.acts[k].name = names[k];
    }
    s.data.notes[0] = names[3];
    s.data.left_out[0].why = names[4];
    snprintf(s.result.whole.detail, sizeof s.result.whole.detail, "%s and %s", names[0], names[3]);
    for (size_t i = 0; i < s.result.whole.estimate_count; i++) {
        struct count_estimate *e = &s.estimates[i];
        snprintf(e->detail, sizeof e->detail, "%s", names[i % 7]);
        snprintf(e->model, sizeof e->model, "%s", names[(i + 1) % 7]);
        e->n = e->given ? 9007199254740992.0 * (1 + (double)i) : 0;
        e->low = e->has_interval ? e->n : 0;
        e->high = e->has_interval ? e->n * 1e4 : 0;
    }
    return &s.result;
}
