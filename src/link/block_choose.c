/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a candidate costs is counted on a sample of the records and scaled; what is chosen is then
 * counted exactly. */
#include <math.h>

#include "base/mem.h"
#include "link/block_choose.h"

#define SAMPLE_MAX 32768
#define CANDIDATES_MAX 4096
#define BLOCK_MAX 1000     /* records of a block, before it is cut */
#define CUT_BLOCK_PAIRS 50 /* that a record of a block to be cut is guessed to have then */
#define CUT_KEEPS 0.7      /* share of its matches that a cut block is guessed to keep */
#define PASS_COST 3        /* pairs a record that a pass itself is worth */
#define CUT_SHARE_MAX                                                                              \
    0.3 /* of the records, in blocks to be cut: more, and what it finds is a guess */
#define SECOND_VALUE 0.1 /* of finding a match that one pass finds already */
#define VALUE_MIN 0.001  /* share of the matches; a pass that is worth less is not taken */

struct candidate {
    uint16_t atom[LINK_PASS_KEYS_MAX];
    uint8_t keys;
    bool out;     /* taken, or too expensive */
    bool guessed; /* most that it finds is in blocks to be cut */
    double pairs; /* expected */
    double keeps; /* of the matches that agree on its keys */
};

struct choosing {
    const struct link_universe *u;
    const struct link_matches *matches;
    uint32_t *sample; /* records */
    uint32_t sample_count;
    double scale;                   /* records that a sampled one stands for */
    uint64_t *keys[LINK_ATOMS_MAX]; /* per sampled record, slots[atom] each */
    uint8_t slots[LINK_ATOMS_MAX];
    struct candidate *candidates;
    size_t candidates_count;
    double share[LINK_ATOMS_MAX];      /* of the random pairs that agree */
    double agrees[LINK_ATOMS_MAX];     /* of the matches */
    uint8_t found[LINK_MATCHES_DRAWN]; /* by how many passes */
};

/* The sample */

static int draw_sample(struct choosing *c)
{
    uint32_t count = c->u->count, every = count / SAMPLE_MAX + 1;
    c->sample = mem_calloc(count / every * 2 + 1024, sizeof *c->sample);
    REJECT_IF(!c->sample, E_NOMEM);
    for (uint32_t i = 0; i < count && c->sample_count < count / every * 2 + 1024; i++) {
        if (every == 1 || link_mix(i + UINT64_C(0x51ed)) % every == 0)
            c->sample[c->sample_count++] = c->u->order[i];
    }
    c->scale = (double)count / c->sample_count;
    return 0;
}

static int keys_task(void *arg, size_t atom, unsigned worker)
{
    (void)worker;
    struct choosing *c = arg;
    struct link_atom a = c->matches->atom[atom];
    const struct link_records *r = c->u->records;
    uint64_t keys[LINK_KEY_VALUES_MAX];
    unsigned slots = 1;
    for (uint32_t i = 0; i < c->sample_count; i++) {
        unsigned count = link_keys(r, a.field, a.key, c->sample[i], keys);
        slots = count > slots ? count : slots;
    }
    c->slots[atom] = (uint8_t)slots;
    c->keys[atom] = mem_calloc((size_t)c->sample_count * slots, sizeof *c->keys[atom]);
    REJECT_IF(!c->keys[atom], E_NOMEM);
    for (uint32_t i = 0; i < c->sample_count; i++) {
        unsigned count = link_keys(r, a.field, a.key, c->sample[i], keys);
        memcpy(c->keys[atom] + (size_t)i * slots, keys, count * sizeof *keys);
    }
    return 0;
}

/* Candidates */

static unsigned blocks_of(const struct choosing *c, const struct candidate *candidate, uint32_t i,
                          uint64_t *blocks)
{
    unsigned first = candidate->atom[0], second = candidate->atom[1], count = 0;
    for (unsigned j = 0; j < c->slots[first]; j++) {
        uint64_t a = c->keys[first][(size_t)i * c->slots[first] + j];
        if (a == 0)
            break;
        if (candidate->keys == 1) {
            blocks[count++] = link_mix(a);
            continue;
        }
        for (unsigned k = 0; k < c->slots[second] && count < LINK_BLOCKS_MAX; k++) {
            uint64_t b = c->keys[second][(size_t)i * c->slots[second] + k];
            if (b == 0)
                break;
            blocks[count++] = link_mix(link_mix(a) * 31 + b);
        }
    }
    return count;
}

static void estimate(struct choosing *c, struct candidate *candidate,
                     const struct link_entry *entries, size_t count)
{
    double cut_records = 0, few = 0;
    size_t next;
    for (size_t i = 0; i < count; i = next) {
        uint32_t counts[LINK_LISTS_MAX] = {0};
        for (next = i; next < count && entries[next].hash == entries[i].hash; next++)
            counts[c->u->list[entries[next].what]]++;
        if (next - i == 1)
            continue;
        if ((double)(next - i) * c->scale > BLOCK_MAX)
            cut_records += (double)(next - i) * c->scale;
        else
            few += (double)link_universe_pairs_of(c->u, counts) * c->scale * c->scale;
    }
    candidate->pairs = few + cut_records * CUT_BLOCK_PAIRS;
    double cut_share = count ? cut_records / ((double)count * c->scale) : 0;
    candidate->keeps = 1 - cut_share * (1 - CUT_KEEPS);
    candidate->guessed = cut_share > CUT_SHARE_MAX;
}

/* The chance that two random records agree. */
static double share_of(const struct choosing *c, const struct link_entry *entries, size_t count)
{
    double pairs = 0, all = (double)c->sample_count * (c->sample_count - 1.0) / 2;
    size_t next;
    for (size_t i = 0; i < count; i = next) {
        for (next = i + 1; next < count && entries[next].hash == entries[i].hash;)
            next++;
        pairs += (double)(next - i) * (double)(next - i - 1) / 2;
    }
    return (pairs + 0.5) / (all + 1);
}

static int candidate_task(void *arg, size_t index, unsigned worker)
{
    (void)worker;
    struct choosing *c = arg;
    struct candidate *candidate = &c->candidates[index];
    uint64_t blocks[LINK_BLOCKS_MAX];
    size_t count = 0, slots = c->slots[candidate->atom[0]];
    if (candidate->keys == 2)
        slots *= c->slots[candidate->atom[1]];
    if (slots > LINK_BLOCKS_MAX)
        slots = LINK_BLOCKS_MAX;
    struct link_entry *entries = mem_alloc((c->sample_count * slots + 1) * sizeof *entries);
    REJECT_IF(!entries, E_NOMEM);
    for (uint32_t i = 0; i < c->sample_count; i++) {
        unsigned n = blocks_of(c, candidate, i, blocks);
        for (unsigned k = 0; k < n; k++)
            entries[count++] = (struct link_entry){blocks[k], i, c->sample[i]};
    }
    int error = link_sort(entries, count, NULL);
    if (error == 0) {
        estimate(c, candidate, entries, count);
        if (candidate->keys == 1)
            c->share[candidate->atom[0]] = share_of(c, entries, count);
    }
    mem_free(entries);
    return error;
}

static int list_candidates(struct choosing *c)
{
    const struct link_matches *m = c->matches;
    c->candidates = mem_calloc(CANDIDATES_MAX, sizeof *c->candidates);
    REJECT_IF(!c->candidates, E_NOMEM);
    for (unsigned a = 0; a < m->atoms; a++)
        c->candidates[c->candidates_count++] = (struct candidate){.atom = {(uint16_t)a}, .keys = 1};
    for (unsigned b = 1; b < m->atoms; b++) {
        for (unsigned a = 0; a < b && c->candidates_count < CANDIDATES_MAX; a++) {
            if (m->atom[a].field != m->atom[b].field)
                c->candidates[c->candidates_count++] =
                    (struct candidate){.atom = {(uint16_t)a, (uint16_t)b}, .keys = 2};
        }
    }
    return 0;
}

/* Choosing */

static bool finds(const struct candidate *candidate, const struct link_key_set *match)
{
    for (unsigned k = 0; k < candidate->keys; k++) {
        unsigned atom = candidate->atom[k];
        if (!(match->bits[atom / 64] >> atom % 64 & 1))
            return false;
    }
    return true;
}

/* The share of the matches that it finds; of these that no pass finds yet, and that one does. */
static double count_found(const struct choosing *c, const struct candidate *candidate,
                          double *ret_added, double *ret_seconded)
{
    size_t found = 0, added = 0, seconded = 0;
    for (size_t i = 0; i < LINK_MATCHES_DRAWN; i++) {
        bool is_found = finds(candidate, &c->matches->match[i]);
        found += is_found;
        added += is_found && c->found[i] == 0;
        seconded += is_found && c->found[i] == 1;
    }
    *ret_added = candidate->keeps * (double)added / LINK_MATCHES_DRAWN;
    *ret_seconded = candidate->keeps * (double)seconded / LINK_MATCHES_DRAWN;
    return candidate->keeps * (double)found / LINK_MATCHES_DRAWN;
}

static struct candidate *best_candidate(struct choosing *c, bool guessed, double pairs_left)
{
    struct candidate *best = NULL;
    double best_value = 0;
    for (size_t i = 0; i < c->candidates_count; i++) {
        struct candidate *candidate = &c->candidates[i];
        double added, seconded;
        if (candidate->out || candidate->guessed != guessed || candidate->pairs > pairs_left)
            continue;
        count_found(c, candidate, &added, &seconded);
        double worth = added + SECOND_VALUE * seconded;
        double value = worth / (candidate->pairs + PASS_COST * (double)c->u->count);
        if (worth >= VALUE_MIN && value > best_value) {
            best = candidate;
            best_value = value;
        }
    }
    return best;
}

static bool uses_field(const struct link_pass *pass, unsigned field)
{
    for (unsigned k = 0; k < pass->keys; k++) {
        if (pass->key[k].field == field)
            return true;
    }
    for (unsigned k = 0; k < pass->cuts; k++) {
        if (pass->cut[k].field == field)
            return true;
    }
    return false;
}

/* Further keys, those first that split most for the matches they lose. */
static void set_cuts(const struct choosing *c, struct link_pass *pass)
{
    while (pass->cuts < LINK_PASS_CUTS_MAX) {
        int best = -1;
        double best_value = 0;
        for (unsigned a = 0; a < c->matches->atoms; a++) {
            if (uses_field(pass, c->matches->atom[a].field))
                continue;
            double value = -log2(c->share[a]) / (0.1 - log2(c->agrees[a] + 0.001));
            if (value > best_value) {
                best = (int)a;
                best_value = value;
            }
        }
        if (best < 0)
            return;
        pass->cut[pass->cuts++] = c->matches->atom[best];
    }
}

static int add_pass(struct choosing *c, struct candidate *candidate, struct link_plan *plan,
                    uint64_t pairs_left, struct workers *w)
{
    struct link_pass pass = {.keys = candidate->keys, .block_max = BLOCK_MAX};
    for (unsigned k = 0; k < candidate->keys; k++)
        pass.key[k] = c->matches->atom[candidate->atom[k]];
    set_cuts(c, &pass);
    candidate->out = true;
    double seconded;
    bool added;
    pass.found = count_found(c, candidate, &pass.added, &seconded);
    TRY(link_plan_add(plan, c->u, &pass, pairs_left, w, &added));
    if (!added)
        return 0;
    for (size_t i = 0; i < LINK_MATCHES_DRAWN; i++)
        c->found[i] += c->found[i] < 2 && finds(candidate, &c->matches->match[i]);
    plan->coverage += pass.added;
    return 0;
}

static int choose(struct choosing *c, struct link_plan *plan, uint64_t pairs_max, struct workers *w,
                  struct watch *watch)
{
    TRY(draw_sample(c));
    TRY(workers_run(w, c->matches->atoms, keys_task, c));
    TRY(list_candidates(c));
    TRY(workers_run(w, c->candidates_count, candidate_task, c));
    for (unsigned a = 0; a < c->matches->atoms; a++) {
        double added, seconded;
        c->agrees[a] =
            count_found(c, &c->candidates[a], &added, &seconded) / c->candidates[a].keeps;
    }
    while (plan->passes < LINK_PASSES_MAX) {
        uint64_t left = pairs_max - plan->pairs;
        struct candidate *best = best_candidate(c, false, (double)left);
        if (!best && plan->passes == 0) /* a guess is better than nothing */
            best = best_candidate(c, true, (double)left);
        if (!best)
            break;
        REJECT_IF(watch_stopped(watch), E_STOPPED);
        TRY(add_pass(c, best, plan, left, w));
    }
    return 0;
}

int link_plan_choose(struct link_plan *plan, const struct link_universe *u,
                     const struct link_matches *matches, uint64_t pairs_max, struct workers *w,
                     struct watch *watch)
{
    if (u->pairs <= pairs_max) {
        plan->all = true;
        plan->pairs = u->pairs;
        plan->coverage = 1;
        return 0;
    }
    struct choosing *c = mem_calloc(1, sizeof *c);
    REJECT_IF(!c, E_NOMEM);
    c->u = u;
    c->matches = matches;
    int error = choose(c, plan, pairs_max, w, watch);
    for (unsigned a = 0; a < LINK_ATOMS_MAX; a++)
        mem_free(c->keys[a]);
    mem_free(c->sample);
    mem_free(c->candidates);
    mem_free(c);
    return error;
}
