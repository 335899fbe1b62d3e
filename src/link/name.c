/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/name.h"

#include <string.h>

#define ABD_REST_MIN 3
#define ARTICLE_REST_MIN 3
#define JOINED_BYTES LINK_SIMILARITY_BYTES_MAX
/* Shares of what the words say, in hundredths. */
#define MOSTLY_SHORT 75
#define MOSTLY_LONG 55
#define SOMETHING 25
#define JOINED_ALIKE 0.92
#define MANY_WORDS 3
#define JOINED_SLIP_LETTERS_MIN 5

bool link_name_is_name(enum link_kind kind)
{
    return kind <= LINK_FULL_NAME;
}

static bool is_particle(struct span latin)
{
    size_t from = 0, to = link_data_particles_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        const char *particle = link_data_particles[middle];
        size_t len = strlen(particle);
        int order = memcmp(particle, latin.data, len < latin.len ? len : latin.len);
        if (order == 0 && len == latin.len)
            return true;
        if (order < 0 || (order == 0 && len < latin.len))
            from = middle + 1;
        else
            to = middle;
    }
    return false;
}

static bool begins(struct span text, const char *with)
{
    size_t len = strlen(with);
    return text.len >= len && memcmp(text.data, with, len) == 0;
}

/* abdul, abdel, abd al: what is left of a word that begins so; all of it when it does not. */
static struct span after_abd(struct span latin)
{
    size_t at = 3;
    if (!begins(latin, "abd"))
        return latin;
    while (at < latin.len && strchr("aeou", latin.data[at]))
        at++;
    if (at == 3)
        return latin;
    bool doubled = at + 1 < latin.len && latin.data[at] == latin.data[at + 1];
    if (at < latin.len && (latin.data[at] == 'l' || doubled))
        at++;
    return span_slice(latin, at, latin.len);
}

static struct span behind_abd(struct span letters, uint8_t text[LINK_SPELLED_BYTES_MAX])
{
    size_t len =
        letters.len < LINK_SPELLED_BYTES_MAX - 3 ? letters.len : LINK_SPELLED_BYTES_MAX - 3;
    memcpy(text, "abd", 3);
    memcpy(text + 3, letters.data, len);
    return span_of(text, len + 3);
}

/* Two words, or the parts of one, become one word that begins with abd. */
static int add_abd(struct link_words *dictionary, const struct link_spelling *rest,
                   uint32_t *ret_word)
{
    uint8_t latin[LINK_SPELLED_BYTES_MAX], code[LINK_SPELLED_BYTES_MAX];
    struct link_spelling spelling = {rest->script, behind_abd(rest->latin, latin),
                                     behind_abd(rest->code, code)};
    return link_words_add(dictionary, &spelling, ret_word);
}

/* The article that Arabic writes together with its word. */
static struct link_spelling without_article(struct link_spelling word)
{
    if (word.script == LINK_SCRIPT_ARABIC && begins(word.latin, "al") &&
        word.latin.len >= 2 + ARTICLE_REST_MIN && word.code.len >= 2 + ARTICLE_REST_MIN) {
        word.latin = span_slice(word.latin, 2, word.latin.len);
        word.code = span_slice(word.code, 2, word.code.len);
    }
    return word;
}

static bool is_abd(struct span latin)
{
    return begins(latin, "abd") && latin.len <= 6 &&
           after_abd(latin).len == (latin.len == 3 ? 3 : 0);
}

/* Takes one or two of the spelled words; returns how many. */
static int add_name(struct link_words *dictionary, const struct link_spelling *words, size_t count,
                    uint32_t *ret_word, size_t *ret_taken)
{
    size_t next = 1;
    struct link_spelling word = without_article(words[0]);
    size_t rest = after_abd(word.latin).len;
    *ret_taken = 1;
    while (next < count && is_particle(words[next].latin))
        next++;
    if (is_abd(word.latin) && next < count) {
        *ret_taken = next + 1;
        word = without_article(words[next]);
        return add_abd(dictionary, &word, ret_word);
    }
    if (rest < word.latin.len && rest >= ABD_REST_MIN) {
        size_t before = word.latin.len - rest; /* letters, each of which is one of code too */
        word.latin = span_slice(word.latin, before, word.latin.len);
        word.code = span_slice(word.code, before, word.code.len);
        return add_abd(dictionary, &word, ret_word);
    }
    return link_words_add(dictionary, &word, ret_word);
}

static int read_names(struct link_words *dictionary, const struct link_spelling *spelled,
                      size_t count, uint32_t *words, size_t *ret_count)
{
    size_t kept = 0;
    for (size_t i = 0, taken = 1; i < count && kept < LINK_NAME_WORDS_MAX; i += taken) {
        taken = 1;
        if (is_particle(spelled[i].latin))
            continue;
        TRY(add_name(dictionary, spelled + i, count - i, &words[kept], &taken));
        kept++;
    }
    *ret_count = kept;
    return 0;
}

int link_name_read(struct link_words *dictionary, struct link_speller *speller, enum link_kind kind,
                   struct span text, uint32_t *words, size_t *ret_count)
{
    const struct link_spelling *spelled;
    size_t count, kept = 0;
    TRY(link_speller_spell(speller, text, &spelled, &count));
    if (link_name_is_name(kind))
        TRY(read_names(dictionary, spelled, count, words, &kept));
    if (kept == 0) /* not of names, or of names that are particles and nothing else */
        for (; kept < count && kept < LINK_NAME_WORDS_MAX; kept++)
            TRY(link_words_add(dictionary, &spelled[kept], &words[kept]));
    *ret_count = kept;
    return 0;
}

/* Two rows of words and which belong together. */
struct match {
    const struct link_words *dictionary;
    const uint32_t *a, *b; /* a is the shorter */
    size_t a_count, b_count;
    uint8_t relations[LINK_NAME_WORDS_MAX];
    uint32_t used; /* of b */
    unsigned weight_a, weight_b, matched;
    enum link_relation worst, best;
    bool numbers_a, numbers_b, number_same;
};

static unsigned weight_of(const struct match *m, uint32_t word)
{
    return m->dictionary->words[word].weight;
}

static void pair_up(struct match *m, size_t i, size_t j, enum link_relation relation)
{
    static const uint8_t percent[] = {
        [LINK_RELATION_INITIAL] = 30, [LINK_RELATION_REMOTE] = 40, [LINK_RELATION_ALIKE] = 70,
        [LINK_RELATION_SLIP] = 90,    [LINK_RELATION_FORM] = 100,  [LINK_RELATION_SAME] = 100};
    unsigned a = weight_of(m, m->a[i]), b = weight_of(m, m->b[j]);
    m->relations[i] = (uint8_t)relation;
    m->used |= 1u << j;
    m->matched += (a < b ? a : b) * percent[relation];
    if (relation >= LINK_RELATION_FORM && m->dictionary->words[m->a[i]].digits)
        m->number_same = true;
}

static void pair_equal(struct match *m)
{
    for (size_t i = 0; i < m->a_count; i++)
        for (size_t j = 0; j < m->b_count; j++)
            if (m->a[i] == m->b[j] && !(m->used & 1u << j)) {
                pair_up(m, i, j, LINK_RELATION_SAME);
                break;
            }
}

/* Those of a that have no word yet against those of b that are free; returns the relations that
 * occur, as bits. */
static unsigned relate_all(const struct match *m, bool names, struct link_relations *relations,
                           uint8_t related[LINK_NAME_WORDS_MAX][LINK_NAME_WORDS_MAX])
{
    unsigned occur = 0;
    uint8_t unused[LINK_NAME_WORDS_MAX];
    size_t count = 0;
    for (size_t j = 0; j < m->b_count; j++)
        if (!(m->used & 1u << j))
            unused[count++] = (uint8_t)j;
    for (size_t i = 0; i < m->a_count; i++)
        for (size_t k = 0; k < count && !m->relations[i]; k++) {
            enum link_relation relation =
                link_words_relate(m->dictionary, m->a[i], m->b[unused[k]], names, relations);
            related[i][unused[k]] = (uint8_t)relation;
            occur |= 1u << relation;
        }
    return occur;
}

/* The closest first; of equally close ones the first, in an order that is the same whichever side
 * came first. */
static void pair_alike(struct match *m, bool names, struct link_relations *relations)
{
    uint8_t related[LINK_NAME_WORDS_MAX][LINK_NAME_WORDS_MAX];
    unsigned occur = relate_all(m, names, relations, related);
    for (unsigned want = LINK_RELATION_FORM; want > LINK_RELATION_NONE; want--)
        for (size_t i = 0; i < m->a_count && occur & 1u << want; i++)
            for (size_t j = 0; j < m->b_count && !m->relations[i]; j++)
                if (!(m->used & 1u << j) && related[i][j] == want)
                    pair_up(m, i, j, (enum link_relation)want);
}

static void sum_up(struct match *m)
{
    m->worst = LINK_RELATION_SAME;
    for (size_t i = 0; i < m->a_count; i++) {
        enum link_relation relation = m->relations[i];
        m->worst = relation < m->worst ? relation : m->worst;
        m->best = relation > m->best ? relation : m->best;
        m->weight_a += weight_of(m, m->a[i]);
        m->numbers_a |= m->dictionary->words[m->a[i]].digits;
    }
    for (size_t j = 0; j < m->b_count; j++) {
        m->weight_b += weight_of(m, m->b[j]);
        m->numbers_b |= m->dictionary->words[m->b[j]].digits;
    }
}

static struct span joined(const struct link_words *dictionary, const uint32_t *words, size_t count,
                          uint8_t text[JOINED_BYTES])
{
    size_t len = 0;
    for (size_t i = 0; i < count && len < JOINED_BYTES; i++) {
        struct span latin =
            span_slice(link_words_latin(dictionary, words[i]), 0, JOINED_BYTES - len);
        memcpy(text + len, latin.data, latin.len);
        len += latin.len;
    }
    return span_of(text, len);
}

/* All letters in a row: words that were parted or run together by mistake. */
static enum link_likeness compare_joined(const struct match *m)
{
    uint8_t text_a[JOINED_BYTES], text_b[JOINED_BYTES];
    struct span a = joined(m->dictionary, m->a, m->a_count, text_a);
    struct span b = joined(m->dictionary, m->b, m->b_count, text_b);
    size_t longer = a.len > b.len ? a.len : b.len, shorter = a.len + b.len - longer;
    if (span_equal(a, b))
        return LINK_LIKENESS_FORM;
    if (shorter * 4 < longer * 3)
        return LINK_LIKENESS_NONE;
    if (longer >= JOINED_SLIP_LETTERS_MIN && link_damerau_levenshtein(a, b, 1) == 1)
        return LINK_LIKENESS_SLIP;
    return link_jaro_winkler(a, b) >= JOINED_ALIKE ? LINK_LIKENESS_ALIKE : LINK_LIKENESS_NONE;
}

static enum link_likeness likeness_of(const struct match *m)
{
    static const uint8_t all[] = {[LINK_RELATION_NONE] = LINK_LIKENESS_NONE,
                                  [LINK_RELATION_INITIAL] = LINK_LIKENESS_REMOTE,
                                  [LINK_RELATION_REMOTE] = LINK_LIKENESS_REMOTE,
                                  [LINK_RELATION_ALIKE] = LINK_LIKENESS_ALIKE,
                                  [LINK_RELATION_SLIP] = LINK_LIKENESS_SLIP,
                                  [LINK_RELATION_FORM] = LINK_LIKENESS_FORM,
                                  [LINK_RELATION_SAME] = LINK_LIKENESS_FORM};
    enum link_likeness likeness = LINK_LIKENESS_NONE;
    if (m->a_count == m->b_count)
        likeness = (enum link_likeness)all[m->worst];
    else if (m->worst >= LINK_RELATION_SLIP)
        likeness = LINK_LIKENESS_PART;
    else if (m->worst == LINK_RELATION_INITIAL && m->best >= LINK_RELATION_SLIP)
        likeness = LINK_LIKENESS_PART;
    if (likeness < LINK_LIKENESS_ALIKE && m->a_count > 1 && m->worst >= LINK_RELATION_INITIAL &&
        m->best >= LINK_RELATION_SLIP)
        likeness = LINK_LIKENESS_ALIKE;
    if (likeness < LINK_LIKENESS_ALIKE &&
        (m->matched >= m->weight_b * MOSTLY_LONG || m->matched >= m->weight_a * MOSTLY_SHORT))
        likeness = LINK_LIKENESS_ALIKE;
    if (likeness < LINK_LIKENESS_REMOTE && m->matched >= m->weight_b * SOMETHING)
        likeness = LINK_LIKENESS_REMOTE;
    return likeness;
}

static enum link_likeness compare_many(struct match *m, bool names,
                                       struct link_relations *relations)
{
    if (m->a_count == m->b_count && memcmp(m->a, m->b, m->a_count * sizeof *m->a) == 0)
        return LINK_LIKENESS_SAME;
    pair_equal(m);
    pair_alike(m, names, relations);
    sum_up(m);
    enum link_likeness likeness = likeness_of(m);
    bool many = m->a_count >= MANY_WORDS && m->best < LINK_RELATION_SLIP; /* that all differ */
    if (likeness < LINK_LIKENESS_FORM && !many) {
        enum link_likeness whole = compare_joined(m);
        likeness = whole > likeness ? whole : likeness;
    }
    /* Another number of a house, of a flat, of a volume is another one. */
    if (m->numbers_a && m->numbers_b && !m->number_same && likeness > LINK_LIKENESS_ALIKE)
        likeness = LINK_LIKENESS_ALIKE;
    return likeness;
}

/* By the words themselves, not by their numbers, which depend on the order of the records. */
static bool comes_later(const struct link_words *dictionary, const uint32_t *a, const uint32_t *b,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t x = dictionary->words[a[i]].class, y = dictionary->words[b[i]].class;
        if (x != y)
            return x > y;
    }
    return false;
}

enum link_likeness link_name_compare(const struct link_words *dictionary, enum link_kind kind,
                                     const uint32_t *a, size_t a_count, const uint32_t *b,
                                     size_t b_count, struct link_relations *relations)
{
    static const uint8_t single[] = {[LINK_RELATION_NONE] = LINK_LIKENESS_NONE,
                                     [LINK_RELATION_INITIAL] = LINK_LIKENESS_REMOTE,
                                     [LINK_RELATION_REMOTE] = LINK_LIKENESS_REMOTE,
                                     [LINK_RELATION_ALIKE] = LINK_LIKENESS_ALIKE,
                                     [LINK_RELATION_SLIP] = LINK_LIKENESS_SLIP,
                                     [LINK_RELATION_FORM] = LINK_LIKENESS_FORM,
                                     [LINK_RELATION_SAME] = LINK_LIKENESS_SAME};
    bool names = link_name_is_name(kind);
    if (a_count == 1 && b_count == 1)
        return (
            enum link_likeness)single[link_words_relate(dictionary, a[0], b[0], names, relations)];
    bool swap = a_count > b_count || (a_count == b_count && comes_later(dictionary, a, b, a_count));
    struct match m = {.dictionary = dictionary,
                      .a = swap ? b : a,
                      .b = swap ? a : b,
                      .a_count = swap ? b_count : a_count,
                      .b_count = swap ? a_count : b_count};
    return compare_many(&m, names, relations);
}
