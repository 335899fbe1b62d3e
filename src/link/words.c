/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Relating two words asks the cheap questions first: nearly all pairs that blocking proposes have
 * different words in most fields, and these must be told apart in some tens of instructions. */
#include "link/words.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

#define SEPARATOR 0x1F /* between Latin letters and code in the pool's text */
#define WEIGHT_STEPS 8
#define REMOTE_LEAST 0.8
#define ALIKE_LEAST 0.88
#define SLIP_LEAST 0.7     /* a slip leaves at least so much of short words */
#define SLIP_LETTERS_MIN 4 /* in shorter words one letter makes another word */
#define LONG_LETTERS_MIN 7 /* in which two slips leave the word to be recognised */
#define FORM_DISTANCE_MOST 45
#define SHORT_FORM_DISTANCE_MOST 15 /* of words of few consonants */
#define SOUND_DISTANCE_MOST 90
#define BARE_FORM_MIN 3 /* letters, consonants or not, of a word whose vowels are not written */

int link_words_init(struct link_words *w)
{
    *w = (struct link_words){.count = 1, .capacity = 1024};
    link_sounds_near_init(&w->near);
    w->words = mem_calloc(w->capacity, sizeof *w->words);
    return w->words ? 0 : E_NOMEM;
}

void link_words_release(struct link_words *w)
{
    link_pool_release(&w->pool);
    mem_free(w->words);
    mem_free(w->sounds);
    *w = (struct link_words){0};
}

static int compare_word(const char *word, struct span latin)
{
    size_t len = strlen(word);
    int order = memcmp(word, latin.data, len < latin.len ? len : latin.len);
    return order ? order : (len > latin.len) - (len < latin.len);
}

static uint16_t find_group(const struct link_data_group *groups, size_t count, struct span latin)
{
    size_t from = 0, to = count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = compare_word(groups[middle].word, latin);
        if (order == 0)
            return (uint16_t)(middle + 1);
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return 0;
}

static int make_room(struct link_words *w)
{
    if (w->count == w->capacity) {
        uint32_t capacity = w->capacity + w->capacity / 2;
        REJECT_IF(capacity < w->capacity, E_TOO_LARGE);
        struct link_word *words = mem_realloc(w->words, capacity * sizeof *words);
        REJECT_IF(!words, E_NOMEM);
        w->words = words;
        w->capacity = capacity;
    }
    if (w->sounds_count + LINK_SOUNDS_MAX > w->sounds_capacity) {
        size_t capacity = w->sounds_capacity + w->sounds_capacity / 2 + 16 * LINK_SOUNDS_MAX;
        REJECT_IF(capacity > UINT32_MAX, E_TOO_LARGE);
        uint32_t *sounds = mem_realloc(w->sounds, capacity * sizeof *sounds);
        REJECT_IF(!sounds, E_NOMEM);
        w->sounds = sounds;
        w->sounds_capacity = capacity;
    }
    return 0;
}

static bool has_digit(struct span latin)
{
    for (size_t i = 0; i < latin.len; i++)
        if (latin.data[i] >= '0' && latin.data[i] <= '9')
            return true;
    return false;
}

static void describe(struct link_words *w, const struct link_spelling *spelling)
{
    struct link_word *word = &w->words[w->count];
    struct link_sounds sounds = {.count = 0};
    bool bare = spelling->script == LINK_SCRIPT_ARABIC || spelling->script == LINK_SCRIPT_HEBREW;
    *word = (struct link_word){.bare = bare, .digits = has_digit(spelling->latin)};
    link_pack(spelling->latin, &word->latin);
    if (!word->digits)
        link_sounds_read(spelling->code, bare, &sounds);
    word->class = link_sounds_class(&sounds);
    if (!word->class)
        word->class = link_hash(spelling->latin, 5) | 1;
    word->first = (uint16_t)link_sounds_first(&sounds);
    word->glance = link_sounds_glance(&sounds, &w->near);
    word->sounds = (uint32_t)w->sounds_count;
    word->sounds_count = (uint8_t)sounds.count;
    memcpy(w->sounds + w->sounds_count, sounds.sets, sounds.count * sizeof *w->sounds);
    w->sounds_count += sounds.count;
    word->nickname = find_group(link_data_nicknames, link_data_nicknames_count, spelling->latin);
    word->abbreviation =
        find_group(link_data_abbreviations, link_data_abbreviations_count, spelling->latin);
}

int link_words_add(struct link_words *w, const struct link_spelling *spelling, uint32_t *ret_word)
{
    uint8_t text[2 * LINK_SPELLED_BYTES_MAX + 2];
    size_t latin = spelling->latin.len, code = spelling->code.len, len = 1 + latin;
    ASSERT(latin <= LINK_SPELLED_BYTES_MAX && code <= LINK_SPELLED_BYTES_MAX);
    text[0] = (uint8_t)('A' + spelling->script);
    memcpy(text + 1, spelling->latin.data, latin);
    if (!span_equal(spelling->latin, spelling->code)) {
        text[len++] = SEPARATOR;
        memcpy(text + len, spelling->code.data, code);
        len += code;
    }
    uint32_t id;
    TRY(make_room(w));
    TRY(link_pool_add(&w->pool, span_of(text, len), &id));
    if (id == w->count) {
        describe(w, spelling);
        w->count++;
    }
    *ret_word = id;
    return 0;
}

void link_words_weigh(struct link_words *w, uint64_t records)
{
    for (uint32_t i = 1; i < w->count; i++) {
        struct link_word *word = &w->words[i];
        double bits = log2((double)(records + 1) / (word->frequency + 0.5));
        double steps = bits < 1 ? WEIGHT_STEPS : bits * WEIGHT_STEPS;
        word->weight = steps > 255 ? 255 : (uint8_t)steps;
    }
}

struct span link_words_latin(const struct link_words *w, uint32_t word)
{
    struct span text = link_pool_text(&w->pool, word);
    const uint8_t *end = text.len ? memchr(text.data, SEPARATOR, text.len) : NULL;
    size_t len = end ? (size_t)(end - text.data) : text.len;
    return len ? span_slice(text, 1, len - 1) : text;
}

void link_words_sounds(const struct link_words *w, uint32_t word, struct link_sounds *ret_sounds)
{
    const struct link_word *of = &w->words[word];
    ret_sounds->count = of->sounds_count;
    ret_sounds->bare = of->bare;
    if (of->sounds_count)
        memcpy(ret_sounds->sets, w->sounds + of->sounds, of->sounds_count * sizeof *w->sounds);
}

static bool share_group(const struct link_data_group *a, const struct link_data_group *b)
{
    for (unsigned i = 0, j = 0; i < a->count && j < b->count;) {
        if (a->groups[i] == b->groups[j])
            return true;
        if (a->groups[i] < b->groups[j])
            i++;
        else
            j++;
    }
    return false;
}

static bool one_group(const struct link_word *a, const struct link_word *b, bool names)
{
    if (names)
        return a->nickname && b->nickname &&
               share_group(&link_data_nicknames[a->nickname - 1],
                           &link_data_nicknames[b->nickname - 1]);
    return a->abbreviation && b->abbreviation &&
           share_group(&link_data_abbreviations[a->abbreviation - 1],
                       &link_data_abbreviations[b->abbreviation - 1]);
}

static unsigned consonants(const struct link_sounds *s)
{
    unsigned count = 0;
    for (unsigned i = 0; i < s->count; i++)
        count += (s->sets[i] & (LINK_SET_VOWELS | LINK_SET_SILENT | LINK_SET_Y)) == 0;
    return count;
}

static enum link_relation relate_sounds(const struct link_words *w, uint32_t a, uint32_t b)
{
    struct link_sounds x, y;
    link_words_sounds(w, a, &x);
    link_words_sounds(w, b, &y);
    if (x.count < 2 || y.count < 2)
        return LINK_RELATION_NONE;
    unsigned distance = link_sounds_distance(&x, &y, SOUND_DISTANCE_MOST);
    unsigned of_a = consonants(&x), of_b = consonants(&y), least = of_a < of_b ? of_a : of_b;
    if (least < 2 && (x.bare || y.bare)) {
        unsigned written = x.bare && (!y.bare || x.count < y.count) ? x.count : y.count;
        if (distance == 0 && written >= BARE_FORM_MIN)
            return LINK_RELATION_FORM;
        return distance <= SHORT_FORM_DISTANCE_MOST ? LINK_RELATION_ALIKE : LINK_RELATION_NONE;
    }
    if (distance <= (least >= 3 ? FORM_DISTANCE_MOST : SHORT_FORM_DISTANCE_MOST))
        return LINK_RELATION_FORM;
    return distance <= (least >= 3 ? SOUND_DISTANCE_MOST : FORM_DISTANCE_MOST) ? LINK_RELATION_ALIKE
                                                                               : LINK_RELATION_NONE;
}

static enum link_relation relate_digits(const struct link_words *w, uint32_t a, uint32_t b)
{
    struct span x = link_words_latin(w, a), y = link_words_latin(w, b);
    return x.len >= SLIP_LETTERS_MIN && y.len >= SLIP_LETTERS_MIN &&
                   link_damerau_levenshtein(x, y, 1) == 1
               ? LINK_RELATION_SLIP
               : LINK_RELATION_NONE;
}

static enum link_relation relate_letters(const struct link_words *w, uint32_t a, uint32_t b)
{
    const struct link_word *x = &w->words[a], *y = &w->words[b];
    bool packed = x->latin.len < LINK_PACKED_BYTES && y->latin.len < LINK_PACKED_BYTES;
    struct span p = link_words_latin(w, a), q = link_words_latin(w, b);
    double jw = packed ? link_packed_jaro_winkler(&x->latin, &y->latin) : link_jaro_winkler(p, q);
    size_t longer = p.len > q.len ? p.len : q.len;
    if (jw < SLIP_LEAST)
        return LINK_RELATION_NONE;
    unsigned edits = link_damerau_levenshtein(p, q, 2);
    if (edits == 1 && longer >= SLIP_LETTERS_MIN)
        return LINK_RELATION_SLIP;
    if (jw >= ALIKE_LEAST || (edits == 2 && longer >= LONG_LETTERS_MIN))
        return LINK_RELATION_ALIKE;
    return jw >= REMOTE_LEAST || edits <= 2 ? LINK_RELATION_REMOTE : LINK_RELATION_NONE;
}

static bool may_sound_alike(const struct link_word *a, const struct link_word *b)
{
    return (a->first & b->first) && !link_sounds_apart(a->glance, b->glance);
}
_Static_assert(SOUND_DISTANCE_MOST < LINK_SOUNDS_APART, "words apart do not sound alike");

/* What takes some hundred instructions and more. */
static enum link_relation relate_slowly(const struct link_words *w, uint32_t a, uint32_t b)
{
    const struct link_word *x = &w->words[a], *y = &w->words[b];
    if (x->digits || y->digits)
        return relate_digits(w, a, b);
    enum link_relation sound = may_sound_alike(x, y) ? relate_sounds(w, a, b) : LINK_RELATION_NONE;
    if (sound == LINK_RELATION_FORM)
        return sound;
    enum link_relation letters = relate_letters(w, a, b);
    return letters > sound ? letters : sound;
}

#define KEPT_ID_BITS 30
static enum link_relation relate_kept(const struct link_words *w, uint32_t a, uint32_t b,
                                      struct link_relations *relations)
{
    uint32_t low = a < b ? a : b, high = a < b ? b : a;
    if (high >> KEPT_ID_BITS)
        return relate_slowly(w, a, b);
    uint64_t pair = (uint64_t)low << KEPT_ID_BITS | high;
    uint64_t *kept = &relations->kept[(pair * 0x9e3779b97f4a7c15u) >> 51];
    if (*kept >> 4 != pair)
        *kept = pair << 4 | (uint64_t)relate_slowly(w, low, high);
    return (enum link_relation)(*kept & 15);
}
_Static_assert(LINK_RELATIONS_KEPT == 1 << (64 - 51), "the shift takes the upper bits");

static bool same_latin(const struct link_words *w, uint32_t a, uint32_t b)
{
    const struct link_packed *x = &w->words[a].latin, *y = &w->words[b].latin;
    if (x->letters != y->letters || x->len != y->len ||
        memcmp(x->bytes, y->bytes, LINK_PACKED_BYTES) != 0)
        return false;
    return x->len < LINK_PACKED_BYTES || span_equal(link_words_latin(w, a), link_words_latin(w, b));
}

enum link_relation link_words_relate(const struct link_words *w, uint32_t a, uint32_t b, bool names,
                                     struct link_relations *relations)
{
    const struct link_word *x = &w->words[a], *y = &w->words[b];
    if (a == b)
        return LINK_RELATION_SAME;
    if (same_latin(w, a, b) || one_group(x, y, names))
        return LINK_RELATION_FORM;
    if (x->latin.len == 1 || y->latin.len == 1)
        return names && x->latin.bytes[0] == y->latin.bytes[0] ? LINK_RELATION_INITIAL
                                                               : LINK_RELATION_NONE;
    if (!may_sound_alike(x, y) && !link_packed_may_reach(&x->latin, &y->latin, SLIP_LEAST))
        return LINK_RELATION_NONE;
    return relate_kept(w, a, b, relations);
}
