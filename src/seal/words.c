/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is typed here is a codename or a sheet of a recovery kit, so a word is looked up by
 * comparing it with all 2,048: which one it is shows neither in the time nor in the cache. */
#include "seal/words.h"

#include "seal/hash.h"
#include "seal/secret.h"
#include "seal/words_internal.h"
#include "text/fold.h"
#include "text/utf8.h"
#include "text/word.h"

#define TEXT_MAX 1024
#define CHECKSUM_BITS 4
#define SIX 6

/* A word that was typed. */
struct typed {
    struct span spelled;
    char folded[WORDS_FAULT_WORD_MAX + 1]; /* empty when it is longer than any word */
    uint64_t key;
};
struct typed_words {
    struct typed at[WORDS_SECRET_COUNT];
    unsigned count; /* may be over WORDS_SECRET_COUNT; then at holds the first ones */
};

const struct words_list *words_of_language(const char *language)
{
    for (size_t i = 0; i < words_lists_count; i++) {
        if (strcmp(words_lists[i]->language, language) == 0)
            return words_lists[i];
    }
    return words_lists[0];
}

const char *words_language(const struct words_list *list)
{
    return list->language;
}

const char *words_at(const struct words_list *list, unsigned index)
{
    ASSERT(index < WORDS_LIST_COUNT);
    return list->words[index];
}

/* The nth code of 11 bits. bytes has at least one byte more than the code's first. */
static unsigned code_at(const uint8_t *bytes, unsigned n)
{
    unsigned bit = n * WORDS_CODE_BITS, byte = bit / 8;
    unsigned window = (unsigned)bytes[byte] << 16 | (unsigned)bytes[byte + 1] << 8;
    if (bit % 8 + WORDS_CODE_BITS > 16)
        window |= bytes[byte + 2];
    return window >> (24 - WORDS_CODE_BITS - bit % 8) & (WORDS_LIST_COUNT - 1);
}

/* The last four bits, in the upper half of a byte. */
static uint8_t checksum(const uint8_t secret[WORDS_SECRET_BYTES])
{
    struct hash hash = hash_sha256(span_of(secret, WORDS_SECRET_BYTES));
    uint8_t first = hash.bytes[0] & 0xf0;
    secret_wipe(&hash, sizeof hash);
    return first;
}

void words_of_secret(const struct words_list *list, const uint8_t secret[WORDS_SECRET_BYTES],
                     const char *ret_words[WORDS_SECRET_COUNT])
{
    uint8_t bytes[WORDS_SECRET_BYTES + 1];
    memcpy(bytes, secret, WORDS_SECRET_BYTES);
    bytes[WORDS_SECRET_BYTES] = checksum(secret);
    for (unsigned i = 0; i < WORDS_SECRET_COUNT; i++)
        ret_words[i] = list->words[code_at(bytes, i)];
    secret_wipe(bytes, sizeof bytes);
}

static void put_six(const uint8_t hash[32], unsigned from, struct buf *out)
{
    for (unsigned i = 0; i < SIX; i++) {
        buf_text(out, i ? " " : "");
        buf_text(out, words_lists[0]->words[code_at(hash, from + i)]);
    }
}

void words_six(const uint8_t hash[32], struct buf *out)
{
    put_six(hash, 0, out);
}

void words_six_more(const uint8_t hash[32], struct buf *out)
{
    put_six(hash, SIX, out);
}

/* The next letter, й as и: some keyboards and some hands leave its mark out, and no list has two
 * words that differ in it. 0 at the end. */
static uint32_t next_letter(struct span *rest)
{
    uint32_t letter = rest->len ? utf8_next(rest) : 0;
    return letter == 0x439 ? 0x438 : letter;
}

static bool same_word(const char *a, const char *b)
{
    struct span rest_a = span_text(a), rest_b = span_text(b);
    uint32_t letter;
    do {
        letter = next_letter(&rest_a);
        if (letter != next_letter(&rest_b))
            return false;
    } while (letter);
    return true;
}

static uint64_t key_of(struct span folded)
{
    uint64_t key = 0;
    for (int i = 0; i < WORDS_KEY_LETTERS; i++) {
        uint32_t letter = next_letter(&folded);
        /* U+FFFF, which is no letter, stands for all that do not fit. */
        key = key << WORDS_KEY_LETTER_BITS | (letter < 0xffff ? letter : 0xffff);
    }
    return key;
}

static bool only_digits(struct span folded)
{
    for (size_t i = 0; i < folded.len; i++) {
        if (folded.data[i] < '0' || folded.data[i] > '9')
            return false;
    }
    return true;
}

/* Takes one word, or leaves out a list's number. folded is room to work in. */
static int take_word(struct span spelled, struct buf *folded, struct typed_words *words)
{
    buf_reset(folded);
    TRY(fold_search(spelled, folded));
    struct span f = buf_bytes(folded);
    if (only_digits(f))
        return 0;
    if (words->count < WORDS_SECRET_COUNT) {
        struct typed *word = &words->at[words->count];
        word->spelled = spelled;
        if (f.len <= WORDS_FAULT_WORD_MAX) {
            memcpy(word->folded, f.data, f.len);
            word->folded[f.len] = '\0';
            word->key = key_of(f);
        }
    }
    words->count++;
    return 0;
}

static int take_words(struct span text, struct typed_words *words)
{
    struct buf folded;
    struct span spelled;
    buf_init(&folded, TEXT_MAX * 4);
    int error = 0;
    while (!error && word_next(&text, &spelled))
        error = take_word(spelled, &folded, words);
    buf_wipe_release(&folded);
    return error;
}

/* WORDS_LIST_COUNT when there is none. */
static unsigned place_of_key(const struct words_list *list, uint64_t key)
{
    unsigned place = WORDS_LIST_COUNT;
    for (unsigned i = 0; i < WORDS_LIST_COUNT; i++)
        place = list->keys[i] == key ? i : place;
    return place;
}

/* Four letters or the whole word. A word whose end is another one is ret_meant. */
static bool find_word(const struct words_list *list, const struct typed *word, unsigned *ret_place,
                      const char **ret_meant)
{
    unsigned place = place_of_key(list, word->key);
    if (place == WORDS_LIST_COUNT)
        return false;
    struct span rest = span_text(word->folded);
    for (int i = 0; i < WORDS_KEY_LETTERS && rest.len; i++)
        utf8_next(&rest);
    if (rest.len && !same_word(word->folded, list->words[place])) {
        *ret_meant = list->words[place];
        return false;
    }
    *ret_place = place;
    return true;
}

enum alphabet { ALPHABET_OTHER, ALPHABET_LATIN, ALPHABET_CYRILLIC };

static enum alphabet alphabet_of(uint32_t letter)
{
    if (letter >= 0x400 && letter < 0x530)
        return ALPHABET_CYRILLIC;
    return letter < 0x250 ? ALPHABET_LATIN : ALPHABET_OTHER;
}

static bool has_other_alphabet(const struct words_list *list, const struct typed *word)
{
    struct span own = span_text(list->words[0]), typed = span_text(word->folded);
    enum alphabet wanted = alphabet_of(utf8_next(&own));
    while (typed.len) {
        uint32_t letter = utf8_next(&typed);
        if ((letter < '0' || letter > '9') && alphabet_of(letter) != wanted)
            return true;
    }
    return false;
}

static void set_fault(const struct words_list *list, const struct typed *word, unsigned place,
                      const char *meant, struct words_fault *ret_fault)
{
    struct span shown = word->spelled;
    if (shown.len > WORDS_FAULT_WORD_MAX) {
        shown.len = WORDS_FAULT_WORD_MAX;
        while (shown.len && (shown.data[shown.len] & 0xc0) == 0x80)
            shown.len--;
    }
    memset(ret_fault, 0, sizeof *ret_fault);
    memcpy(ret_fault->word, shown.data, shown.len);
    ret_fault->place = place;
    ret_fault->meant = meant;
    ret_fault->other_alphabet = has_other_alphabet(list, word);
}

/* Puts 11 bits into bytes, which start as zeros. */
static void put_code(uint8_t *bytes, unsigned n, unsigned code)
{
    unsigned bit = n * WORDS_CODE_BITS, byte = bit / 8;
    unsigned window = code << (24 - WORDS_CODE_BITS - bit % 8);
    bytes[byte] |= (uint8_t)(window >> 16);
    bytes[byte + 1] |= (uint8_t)(window >> 8);
    if (bit % 8 + WORDS_CODE_BITS > 16)
        bytes[byte + 2] |= (uint8_t)window;
}

/* Reads the words as those of one list. ret_known: how many it has. */
static int read_in_list(const struct words_list *list, const struct typed_words *words,
                        uint8_t ret_secret[WORDS_SECRET_BYTES], unsigned *ret_known,
                        struct words_fault *ret_fault)
{
    uint8_t bytes[WORDS_SECRET_BYTES + 1] = {0};
    *ret_known = 0;
    for (unsigned i = 0; i < WORDS_SECRET_COUNT; i++) {
        unsigned place;
        const char *meant = NULL;
        if (find_word(list, &words->at[i], &place, &meant)) {
            ++*ret_known;
            put_code(bytes, i, place);
        } else if (*ret_known == i) {
            set_fault(list, &words->at[i], i + 1, meant, ret_fault);
        }
    }
    int error = *ret_known < WORDS_SECRET_COUNT                ? E_BAD_WORD
                : checksum(bytes) != bytes[WORDS_SECRET_BYTES] ? E_CHECKSUM
                                                               : 0;
    if (!error)
        memcpy(ret_secret, bytes, WORDS_SECRET_BYTES);
    secret_wipe(bytes, sizeof bytes);
    return error;
}

/* In the list that was asked for, then in the others. What is wrong is told as of the list that
 * knows the most of the words. */
static int read_in_lists(const struct words_list *first, const struct typed_words *words,
                         uint8_t ret_secret[WORDS_SECRET_BYTES], const struct words_list **ret_list,
                         struct words_fault *ret_fault)
{
    unsigned best_known = 0;
    int best_error = read_in_list(first, words, ret_secret, &best_known, ret_fault);
    const struct words_list *best = first;
    for (size_t i = 0; best_error && i < words_lists_count; i++) {
        unsigned known;
        struct words_fault fault = {0};
        if (words_lists[i] == first)
            continue;
        int error = read_in_list(words_lists[i], words, ret_secret, &known, &fault);
        if (!error || known > best_known) {
            best = words_lists[i];
            best_error = error;
            best_known = known;
            *ret_fault = fault;
        }
        secret_wipe(&fault, sizeof fault);
    }
    *ret_list = best;
    return best_error;
}

int words_read_fault(const struct words_list *first, struct span text,
                     uint8_t ret_secret[WORDS_SECRET_BYTES], const struct words_list **ret_list,
                     struct words_fault *ret_fault)
{
    struct words_fault fault = {0};
    struct typed_words words = {0};
    const struct words_list *list = first;
    int error = text.len > TEXT_MAX ? E_TOO_LARGE : utf8_check(text, TEXT_MAX);
    if (!error)
        error = take_words(text, &words);
    if (!error && words.count != WORDS_SECRET_COUNT)
        error = E_ARGUMENT;
    if (!error)
        error = read_in_lists(first, &words, ret_secret, &list, &fault);
    fault.count = words.count;
    secret_wipe(&words, sizeof words);
    if (error)
        *ret_fault = fault;
    else
        *ret_list = list;
    secret_wipe(&fault, sizeof fault);
    return error;
}

int words_read_secret(const struct words_list *first, struct span text,
                      uint8_t ret_secret[WORDS_SECRET_BYTES], const struct words_list **ret_list,
                      struct problem *problem)
{
    struct words_fault fault;
    int error = words_read_fault(first, text, ret_secret, ret_list, &fault);
    if (error == E_ARGUMENT)
        problem_set(problem, error, "there must be %d words, not %u", WORDS_SECRET_COUNT,
                    fault.count);
    else if (error == E_BAD_WORD && fault.other_alphabet)
        problem_set(problem, error, "word %u, \"%s\", has letters of another alphabet", fault.place,
                    fault.word);
    else if (error == E_BAD_WORD && fault.meant)
        problem_set(problem, error, "word %u, \"%s\", is not in the list; perhaps it is \"%s\"",
                    fault.place, fault.word, fault.meant);
    else if (error == E_BAD_WORD)
        problem_set(problem, error, "word %u, \"%s\", is not in the list", fault.place, fault.word);
    if (error)
        secret_wipe(&fault, sizeof fault);
    return error;
}
