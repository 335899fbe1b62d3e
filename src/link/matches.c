/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/mem.h"
#include "base/rng.h"
#include "link/block_choose.h"
#include "link/model.h"

#define ALIKE_AGREES 0.6     /* a key other than the whole, when the values are only alike */
#define DIFFERENT_AGREES 0.1 /* and when they differ */

static void set_bit(struct link_key_set *set, unsigned atom)
{
    set->bits[atom / 64] |= UINT64_C(1) << atom % 64;
}

static bool has_bit(const struct link_key_set *set, unsigned atom)
{
    return set->bits[atom / 64] >> atom % 64 & 1;
}

static struct link_matches *new_matches(const struct link_records *r)
{
    struct link_matches *m = mem_calloc(1, sizeof *m);
    if (!m)
        return NULL;
    for (unsigned key = 0; key < LINK_KEYS_PER_FIELD_MAX; key++) {
        for (unsigned f = 0; f < link_records_fields(r); f++) {
            if (key < link_field_keys(r, f) && m->atoms < LINK_ATOMS_MAX)
                m->atom[m->atoms++] = (struct link_atom){(uint8_t)f, (uint8_t)key};
        }
    }
    return m;
}

void link_matches_free(struct link_matches *m)
{
    mem_free(m);
}

static void invent_field(struct link_matches *m, unsigned i, unsigned field, double all_agree,
                         double some_agree, struct rng *rng)
{
    for (unsigned a = 0; a < m->atoms; a++) {
        if (m->atom[a].field != field)
            continue;
        if (rng_unit(rng) < (m->atom[a].key == 0 ? all_agree : some_agree))
            set_bit(&m->match[i], a);
    }
}

struct link_matches *link_matches_invent(const struct link_universe *u, uint64_t seed)
{
    const struct link_records *r = u->records;
    struct link_matches *m = new_matches(r);
    if (!m)
        return NULL;
    for (unsigned f = 0; f < link_records_fields(r); f++) {
        struct rng rng;
        double share[LINK_LEVELS_MAX], missing = link_value_frequency(r, f, 0);
        double present = u->count ? 1 - missing / u->count : 0;
        unsigned levels = link_field_levels(r, f);
        rng_init(&rng, seed, f);
        link_model_prior_m(link_field_kind(r, f), levels, share);
        for (unsigned i = 0; i < LINK_MATCHES_DRAWN; i++) {
            double chance = rng_unit(&rng);
            if (rng_unit(&rng) > present * present)
                continue;
            if (chance < share[levels - 1])
                invent_field(m, i, f, 1, 1, &rng);
            else if (chance < 1 - share[LINK_LEVEL_DIFFERENT])
                invent_field(m, i, f, 0, ALIKE_AGREES, &rng);
            else
                invent_field(m, i, f, 0, DIFFERENT_AGREES, &rng);
        }
    }
    return m;
}

static bool keys_agree(const struct link_records *r, struct link_atom atom, struct link_pair pair)
{
    uint64_t of_a[LINK_KEY_VALUES_MAX], of_b[LINK_KEY_VALUES_MAX];
    unsigned count_a = link_keys(r, atom.field, atom.key, pair.a, of_a);
    unsigned count_b = count_a > 0 ? link_keys(r, atom.field, atom.key, pair.b, of_b) : 0;
    for (unsigned i = 0; i < count_a; i++) {
        for (unsigned j = 0; j < count_b; j++) {
            if (of_a[i] == of_b[j])
                return true;
        }
    }
    return false;
}

/* The pairs, with what each agrees on. */
struct drawing {
    struct link_key_set *sets;
    uint32_t *free_fields;
    uint32_t *free_pairs; /* of one field: those found without it */
};

static void look_at(const struct link_universe *u, const struct link_plan *plan,
                    const struct link_matches *m, const struct link_pair *pairs, size_t count,
                    struct drawing *d)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t passes = link_plan_passes_of(plan, u, pairs[i].a, pairs[i].b);
        d->free_fields[i] = link_plan_free_fields(plan, passes);
        for (unsigned a = 0; a < m->atoms; a++) {
            if (keys_agree(u->records, m->atom[a], pairs[i]))
                set_bit(&d->sets[i], a);
        }
    }
}

static void copy_field(struct link_matches *m, unsigned i, unsigned field,
                       const struct link_key_set *from)
{
    for (unsigned a = 0; a < m->atoms; a++) {
        if (m->atom[a].field == field && has_bit(from, a))
            set_bit(&m->match[i], a);
    }
}

/* Match i is pair bases[i], but for the fields that it was found by. */
static void draw_field(struct link_matches *m, unsigned field, size_t count, struct drawing *d,
                       const struct rng *base, struct rng *rng)
{
    size_t free_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (d->free_fields[i] & 1u << field)
            d->free_pairs[free_count++] = (uint32_t)i;
    }
    struct rng bases = *base;
    for (unsigned i = 0; i < LINK_MATCHES_DRAWN; i++) {
        size_t pair = rng_below(&bases, count);
        if (free_count > 0 && !(d->free_fields[pair] & 1u << field))
            pair = d->free_pairs[rng_below(rng, free_count)];
        copy_field(m, i, field, &d->sets[pair]);
    }
}

struct link_matches *link_matches_draw(const struct link_universe *u, const struct link_plan *plan,
                                       const struct link_pair *pairs, size_t count, uint64_t seed)
{
    struct link_matches *m = new_matches(u->records);
    struct drawing d = {.sets = mem_calloc(count, sizeof *d.sets),
                        .free_fields = mem_calloc(count, sizeof *d.free_fields),
                        .free_pairs = mem_calloc(count, sizeof *d.free_pairs)};
    if (m && d.sets && d.free_fields && d.free_pairs) {
        struct rng base, rng;
        rng_init(&base, seed, LINK_FIELDS_MAX);
        look_at(u, plan, m, pairs, count, &d);
        for (unsigned f = 0; f < link_records_fields(u->records); f++) {
            rng_init(&rng, seed, f);
            draw_field(m, f, count, &d, &base, &rng);
        }
    } else {
        link_matches_free(m);
        m = NULL;
    }
    mem_free(d.sets);
    mem_free(d.free_fields);
    mem_free(d.free_pairs);
    return m;
}
