/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/sound.h"

#include <string.h>

#include "link/pool.h"

#define CODE_SETS 0x80
#define CONSONANT_COST LINK_SOUNDS_APART
#define GLIDES (LINK_SET_Y | LINK_SET_VOWELS)

enum group {
    GROUP_NONE,
    GROUP_P,
    GROUP_T,
    GROUP_S,
    GROUP_K,
    GROUP_H,
    GROUP_M,
    GROUP_N,
    GROUP_L,
    GROUP_R
};

static const uint32_t group_sets[] = {
    [GROUP_P] = LINK_SET_P | LINK_SET_B | LINK_SET_F | LINK_SET_V,
    [GROUP_T] = LINK_SET_T | LINK_SET_D,
    [GROUP_S] = LINK_SET_S | LINK_SET_Z | LINK_SET_SH | LINK_SET_ZH | LINK_SET_TS | LINK_SET_DZ |
                LINK_SET_CH | LINK_SET_J,
    [GROUP_K] = LINK_SET_K | LINK_SET_G | LINK_SET_X,
    [GROUP_H] = LINK_SET_KH | LINK_SET_H | LINK_SET_GH,
    [GROUP_M] = LINK_SET_M,
    [GROUP_N] = LINK_SET_N,
    [GROUP_L] = LINK_SET_L,
    [GROUP_R] = LINK_SET_R,
};

static void add_set(struct link_sounds *s, uint32_t set)
{
    bool doubled = s->count && s->sets[s->count - 1] == set && !(set & LINK_SET_VOWELS) && !s->bare;
    if (set && !doubled && s->count < LINK_SOUNDS_MAX)
        s->sets[s->count++] = set;
}

static void add_sets(struct link_sounds *s, const struct link_data_sounds *sounds)
{
    for (unsigned i = 0; i < sounds->count; i++)
        add_set(s, sounds->sets[i]);
}

/* Where vowels are not written, two letters have one between them. */
static bool is_doubled(const char *letters)
{
    return letters[0] == letters[1];
}

static bool rule_fits(const struct link_data_rule *rule, struct span code, size_t at, size_t len)
{
    size_t end = at + len;
    if (end > code.len || memcmp(rule->letters, code.data + at, len) != 0)
        return false;
    if ((rule->at_start && at > 0) || (rule->at_end && end < code.len))
        return false;
    return !rule->followed ||
           (end < code.len && code.data[end] < CODE_SETS && strchr(rule->followed, code.data[end]));
}

/* Every letter alone has a rule, so one fits. */
static size_t read_letter(struct link_sounds *s, struct span code, size_t at)
{
    unsigned letter = code.data[at] - 'a';
    for (unsigned i = link_data_rules_of[letter]; i < link_data_rules_of[letter + 1]; i++) {
        size_t len = strlen(link_data_rules[i].letters);
        if (s->bare && len == 2 && is_doubled(link_data_rules[i].letters))
            continue;
        if (rule_fits(&link_data_rules[i], code, at, len)) {
            add_sets(s, &link_data_rules[i].sounds);
            return len;
        }
    }
    return 1;
}

void link_sounds_read(struct span code, bool bare, struct link_sounds *ret_sounds)
{
    struct link_sounds s = {.bare = bare};
    for (size_t at = 0; at < code.len;) {
        uint8_t c = code.data[at];
        size_t len = 1;
        if (c >= CODE_SETS)
            add_sets(&s, &link_data_sets[c - CODE_SETS]);
        else if (c >= 'a' && c <= 'z')
            len = read_letter(&s, code, at);
        at += len;
    }
    *ret_sounds = s;
}

static bool may_be_vowel(uint32_t set)
{
    return (set & LINK_SET_VOWELS) != 0;
}

static bool may_be_consonant(uint32_t set)
{
    return (set & ~(uint32_t)(LINK_SET_VOWELS | LINK_SET_SILENT | LINK_SET_Y)) != 0;
}

static bool is_vowel(uint32_t set)
{
    return may_be_vowel(set) && !may_be_consonant(set);
}

/* Only a vowel, or a y that stands beside one and may be heard or not. */
static bool is_glide(uint32_t set)
{
    return (set & ~(GLIDES | LINK_SET_SILENT)) == 0;
}

/* Sounds that languages exchange, and at what cost. */
struct exchange {
    uint32_t one, other;
    unsigned cost;
};

static unsigned cheapest(const struct exchange *near, size_t count, uint32_t a, uint32_t b,
                         unsigned best)
{
    for (size_t i = 0; i < count; i++) {
        bool fits =
            (a & near[i].one && b & near[i].other) || (a & near[i].other && b & near[i].one);
        best = fits && near[i].cost < best ? near[i].cost : best;
    }
    return best;
}

static unsigned vowel_distance(uint32_t a, uint32_t b)
{
    static const struct exchange near[] = {
        {LINK_SET_E, LINK_SET_I, 10}, {LINK_SET_O, LINK_SET_U, 10}, {LINK_SET_A, LINK_SET_E, 15},
        {LINK_SET_A, LINK_SET_O, 20}, {LINK_SET_U, LINK_SET_I, 30},
    };
    return cheapest(near, COUNT_OF(near), a, b, 40);
}

static unsigned consonant_distance(uint32_t a, uint32_t b)
{
    static const struct exchange near[] = {
        {LINK_SET_KH, LINK_SET_H | LINK_SET_GH, 10},
        {LINK_SET_G, LINK_SET_GH | LINK_SET_H, 30},
        {LINK_SET_K, LINK_SET_KH | LINK_SET_G, 40},
        {LINK_SET_P, LINK_SET_B | LINK_SET_F, 40},
        {LINK_SET_B, LINK_SET_V, 40},
        {LINK_SET_V, LINK_SET_F, 20},
        {LINK_SET_T, LINK_SET_D, 40},
        {LINK_SET_S, LINK_SET_Z | LINK_SET_SH | LINK_SET_TS, 40},
        {LINK_SET_Z, LINK_SET_ZH | LINK_SET_DZ, 40},
        {LINK_SET_SH, LINK_SET_ZH | LINK_SET_CH, 40},
        {LINK_SET_J, LINK_SET_ZH | LINK_SET_CH | LINK_SET_DZ, 40},
        {LINK_SET_TS, LINK_SET_CH | LINK_SET_DZ, 40},
        {LINK_SET_X, LINK_SET_K, 60},
        {LINK_SET_M, LINK_SET_N, 70},
    };
    return cheapest(near, COUNT_OF(near), a, b, CONSONANT_COST);
}

static unsigned change_cost(uint32_t a, uint32_t b)
{
    unsigned best = 2 * CONSONANT_COST;
    if (a & b & ~(uint32_t)LINK_SET_SILENT)
        return 0;
    if ((a & LINK_SET_Y && b & LINK_SET_I) || (a & LINK_SET_I && b & LINK_SET_Y))
        return 5;
    if (may_be_vowel(a) && may_be_vowel(b))
        best = vowel_distance(a, b);
    if (may_be_consonant(a) && may_be_consonant(b)) {
        unsigned cost = consonant_distance(a, b);
        best = cost < best ? cost : best;
    }
    return best;
}

/* For leaving out each sound; what stands beside it decides. */
static void gap_costs(const struct link_sounds *s, bool other_bare, unsigned costs[LINK_SOUNDS_MAX])
{
    for (unsigned i = 0; i < s->count; i++) {
        uint32_t set = s->sets[i];
        bool beside =
            (i > 0 && is_vowel(s->sets[i - 1])) || (i + 1 < s->count && is_vowel(s->sets[i + 1]));
        bool last = i + 1 == s->count, first = i == 0;
        if (set & LINK_SET_SILENT || (is_vowel(set) && (other_bare || s->bare) && !first))
            costs[i] = 0;
        else if (is_glide(set) && set & LINK_SET_Y)
            costs[i] = beside ? 5 : 30;
        else if (is_vowel(set))
            costs[i] = last || first ? 60 : beside ? 25 : 40;
        else if (set & LINK_SET_Y)
            costs[i] = beside ? (first ? 30 : 10) : 60;
        else
            costs[i] = set & LINK_SET_H ? 25 : CONSONANT_COST;
    }
}

unsigned link_sounds_distance(const struct link_sounds *a, const struct link_sounds *b,
                              unsigned most)
{
    unsigned gaps_a[LINK_SOUNDS_MAX], gaps_b[LINK_SOUNDS_MAX], row[LINK_SOUNDS_MAX + 1];
    gap_costs(a, b->bare, gaps_a);
    gap_costs(b, a->bare, gaps_b);
    row[0] = 0;
    for (unsigned j = 0; j < b->count; j++)
        row[j + 1] = row[j] + gaps_b[j];
    for (unsigned i = 0; i < a->count; i++) {
        unsigned diagonal = row[0], least = row[0] += gaps_a[i];
        for (unsigned j = 0; j < b->count; j++) {
            unsigned best = diagonal + change_cost(a->sets[i], b->sets[j]);
            diagonal = row[j + 1];
            best = diagonal + gaps_a[i] < best ? diagonal + gaps_a[i] : best;
            best = row[j] + gaps_b[j] < best ? row[j] + gaps_b[j] : best;
            row[j + 1] = best;
            least = best < least ? best : least;
        }
        if (least > most)
            return most + 1;
    }
    return row[b->count] <= most ? row[b->count] : most + 1;
}

/* The lowest bit: sounds.txt and letters.txt are read into sets, so this is a matter of the order
 * of LINK_SOUNDS, where the commoner sound of a letter comes first by and large. */
static uint32_t usual_sound(uint32_t set)
{
    set &= ~(uint32_t)(LINK_SET_SILENT | LINK_SET_VOWELS);
    if (set & (LINK_SET_KH | LINK_SET_GH) && !(set & LINK_SET_K))
        return LINK_SET_H;
    return set & -set;
}

uint64_t link_sounds_class(const struct link_sounds *sounds)
{
    uint8_t consonants[LINK_SOUNDS_MAX], all[LINK_SOUNDS_MAX];
    size_t consonants_count = 0, all_count = 0;
    for (unsigned i = 0; i < sounds->count; i++) {
        uint32_t set = sounds->sets[i];
        bool quiet = set & LINK_SET_SILENT || set & LINK_SET_Y;
        uint8_t sound =
            is_vowel(set) ? 'a' : (uint8_t)('b' + __builtin_ctz(usual_sound(set) | 1u << 31));
        if (quiet)
            continue;
        if (sound != 'a')
            consonants[consonants_count++] = sound;
        if (sound != 'a' || all_count == 0 || all[all_count - 1] != 'a')
            all[all_count++] = sound;
    }
    if (sounds->count == 0)
        return 0;
    return (consonants_count >= 3 ? link_hash(span_of(consonants, consonants_count), 3)
                                  : link_hash(span_of(all, all_count), 4)) |
           1;
}

/* The groups as which it can be read; none, for silence, last. */
static unsigned groups_of(uint32_t set, enum group groups[4])
{
    unsigned count = 0;
    if (is_vowel(set) || set & LINK_SET_SILENT)
        return 0;
    for (unsigned g = GROUP_P; g < COUNT_OF(group_sets) && count < 3; g++)
        if (set & group_sets[g] && (g != GROUP_H || !(set & LINK_SET_Y)))
            groups[count++] = (enum group)g;
    if (set & (LINK_SET_Y | LINK_SET_VOWELS) || (set & LINK_SET_KH && count == 1))
        groups[count++] = GROUP_NONE;
    return (set & ~(uint32_t)LINK_SET_Y) == LINK_SET_H ? 0 : count;
}

unsigned link_sounds_keys(const struct link_sounds *sounds, uint64_t keys[LINK_SOUND_KEYS_MAX])
{
    uint64_t made[LINK_SOUND_KEYS_MAX] = {0};
    enum group last[LINK_SOUND_KEYS_MAX] = {GROUP_NONE};
    unsigned count = 1;
    for (unsigned i = 0; i < sounds->count; i++) {
        enum group groups[4];
        unsigned ways = groups_of(sounds->sets[i], groups), before = count;
        for (unsigned way = 1; way < ways; way++)
            for (unsigned k = 0; k < before && count < LINK_SOUND_KEYS_MAX; k++, count++) {
                made[count] =
                    groups[way] && groups[way] != last[k] ? made[k] * 16 + groups[way] : made[k];
                last[count] = groups[way] ? groups[way] : last[k];
            }
        for (unsigned k = 0; k < before && ways && groups[0]; k++) {
            if (groups[0] != last[k])
                made[k] = made[k] * 16 + groups[0];
            last[k] = groups[0];
        }
    }
    unsigned kept = 0;
    for (unsigned k = 0; k < count; k++) {
        bool twice = made[k] == 0;
        for (unsigned j = 0; j < kept; j++)
            twice = twice || keys[j] == made[k];
        if (!twice)
            keys[kept++] = made[k];
    }
    return kept;
}

uint32_t link_sounds_first(const struct link_sounds *sounds)
{
    uint32_t may = 0;
    for (unsigned i = 0; i < sounds->count; i++) {
        uint32_t set = sounds->sets[i];
        for (unsigned g = GROUP_P; g < COUNT_OF(group_sets); g++)
            may |= set & group_sets[g] ? 1u << g : 0;
        if (may_be_consonant(set) && !may_be_vowel(set) &&
            !(set & (LINK_SET_SILENT | LINK_SET_Y | LINK_SET_H)))
            return may;
    }
    return may | 1;
}

void link_sounds_near_init(struct link_sounds_near *near)
{
    *near = (struct link_sounds_near){.of = {0}};
    for (unsigned i = 0; i < COUNT_OF(near->of); i++) {
        for (unsigned j = 0; j < COUNT_OF(near->of); j++) {
            if (change_cost(UINT32_C(1) << i, UINT32_C(1) << j) < LINK_SOUNDS_APART)
                near->of[i] |= UINT32_C(1) << j;
        }
    }
}

/* gap_costs and change_cost say why: leaving such a consonant out costs as much. */
struct link_sounds_glance link_sounds_glance(const struct link_sounds *sounds,
                                             const struct link_sounds_near *near)
{
    struct link_sounds_glance glance = {0, 0};
    for (unsigned i = 0; i < sounds->count; i++) {
        uint32_t set = sounds->sets[i];
        bool one = (set & (set - 1)) == 0;
        if (one && may_be_consonant(set) && set != LINK_SET_H)
            glance.clear |= set;
        for (; set != 0; set &= set - 1)
            glance.near |= near->of[__builtin_ctz(set)];
    }
    return glance;
}
