/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A word of ASCII letters, which most are, needs none of the machinery and takes a loop of its
 * own. ICU's transliterator takes a hundredth of a second to open and microseconds a word, so it
 * is opened only for a script that needs it; the dictionary (words.h) asks once a word. */
#include "link/script.h"

#include <string.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "base/mem.h"
#include "link/lookalike.h"
#include "text/fold.h"
#include "text/utf8.h"
#include "text/word.h"

#define SPELL_BYTES_MAX 65536
#define CODE_SETS 0x80
#define LETTERS_BYTES_MAX 8 /* of an entry of letters.txt */
#define UNITS_MAX 256       /* UTF-16, of what ICU is given and gives */

struct link_speller {
    struct buf composed, folded, latin, code;
    struct link_spelling words[LINK_SPELLED_WORDS_MAX];
    struct {
        uint32_t latin, code;
    } starts[LINK_SPELLED_WORDS_MAX + 1];
    enum link_script scripts[LINK_SPELLED_WORDS_MAX];
    size_t count;
    UTransliterator *icu;
    bool icu_failed;
};

struct link_speller *link_speller_new(void)
{
    struct link_speller *s = mem_calloc(1, sizeof *s);
    if (!s)
        return NULL;
    buf_init(&s->composed, SPELL_BYTES_MAX);
    buf_init(&s->folded, SPELL_BYTES_MAX);
    buf_init(&s->latin, SPELL_BYTES_MAX);
    buf_init(&s->code, SPELL_BYTES_MAX);
    return s;
}

void link_speller_free(struct link_speller *s)
{
    if (!s)
        return;
    buf_release(&s->composed);
    buf_release(&s->folded);
    buf_release(&s->latin);
    buf_release(&s->code);
    if (s->icu)
        utrans_close(s->icu);
    mem_free(s);
}

static bool is_alnum(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static void put_both(struct link_speller *s, uint8_t c)
{
    buf_u8(&s->latin, c);
    buf_u8(&s->code, c);
}

static bool spell_ascii(struct link_speller *s, struct span word)
{
    uint8_t lower[64];
    if (word.len > sizeof lower)
        return false;
    for (size_t i = 0; i < word.len; i++) {
        lower[i] = word.data[i] >= 'A' && word.data[i] <= 'Z' ? word.data[i] | 0x20 : word.data[i];
        if (!is_alnum(lower[i]))
            return false;
    }
    buf_put(&s->latin, lower, word.len);
    buf_put(&s->code, lower, word.len);
    return true;
}

static int compare_letters(const char *letters, struct span text)
{
    size_t len = strlen(letters);
    int order = memcmp(letters, text.data, len < text.len ? len : text.len);
    return order ? order : (len > text.len) - (len < text.len);
}

static const struct link_data_letter *find_letter(struct span letters)
{
    size_t from = 0, to = link_data_letters_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = compare_letters(link_data_letters[middle].letters, letters);
        if (order == 0)
            return &link_data_letters[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

/* The longest entry at the front: of two characters, else of one. */
static const struct link_data_letter *letter_at(struct span text, size_t *ret_len)
{
    struct span rest = text;
    size_t lens[2] = {0};
    for (size_t i = 0; i < 2 && rest.len; i++) {
        utf8_next(&rest);
        lens[i] = text.len - rest.len;
    }
    const struct link_data_letter *found = NULL;
    for (size_t i = 2; i > 0 && !found; i--) {
        *ret_len = lens[i - 1];
        if (lens[i - 1] && lens[i - 1] <= LETTERS_BYTES_MAX)
            found = find_letter(span_slice(text, 0, lens[i - 1]));
    }
    return found;
}

static void put_letter(struct link_speller *s, const struct link_data_letter *letter)
{
    buf_text(&s->latin, letter->latin);
    if (letter->sounds == 0xFF)
        buf_text(&s->code, letter->latin);
    else
        buf_u8(&s->code, (uint8_t)(CODE_SETS + letter->sounds));
}

static UTransliterator *icu_of(struct link_speller *s)
{
    static const char name[] = "Any-Latin; Latin-ASCII";
    UChar id[sizeof name];
    UErrorCode status = U_ZERO_ERROR;
    u_charsToUChars(name, id, (int32_t)sizeof name);
    if (!s->icu && !s->icu_failed)
        s->icu = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    s->icu_failed = !s->icu;
    return s->icu;
}

/* False when ICU cannot, or leaves nothing. */
static bool spell_by_icu(struct link_speller *s, struct span text)
{
    UChar units[UNITS_MAX];
    int32_t len = 0, limit;
    UErrorCode status = U_ZERO_ERROR;
    UTransliterator *icu = icu_of(s);
    if (!icu)
        return false;
    u_strFromUTF8(units, UNITS_MAX / 2, &len, (const char *)text.data, (int32_t)text.len, &status);
    limit = len;
    if (U_SUCCESS(status))
        utrans_transUChars(icu, units, &len, UNITS_MAX, 0, &limit, &status);
    if (U_FAILURE(status))
        return false;
    size_t before = s->latin.len;
    for (int32_t i = 0; i < len && i < UNITS_MAX; i++) {
        UChar c = units[i] >= 'A' && units[i] <= 'Z' ? units[i] | 0x20 : units[i];
        if (c < 0x80 && is_alnum((uint8_t)c))
            put_both(s, (uint8_t)c);
    }
    return s->latin.len > before;
}

/* Letters that nobody knows still tell words apart. */
static void spell_by_number(struct link_speller *s, struct span text)
{
    while (text.len) {
        char number[16];
        int len = snprintf(number, sizeof number, "u%x", (unsigned)utf8_next(&text));
        for (int i = 0; i < len; i++)
            put_both(s, (uint8_t)number[i]);
    }
}

static void spell_unknown(struct link_speller *s, struct span text)
{
    if (text.len && !spell_by_icu(s, text))
        spell_by_number(s, text);
}

/* Letters after folding; returns the script of the first that has one, or before. */
static enum link_script spell_folded(struct link_speller *s, struct span text,
                                     enum link_script script)
{
    struct span unknown = span_of(NULL, 0);
    while (text.len) {
        size_t len = 1;
        bool ascii = text.data[0] < 0x80;
        const struct link_data_letter *letter = ascii ? NULL : letter_at(text, &len);
        if (!ascii && !letter) {
            struct span rest = text;
            utf8_next(&rest);
            len = text.len - rest.len;
            unknown = span_of(unknown.len ? unknown.data : text.data, unknown.len + len);
            script = script == LINK_SCRIPT_LATIN ? LINK_SCRIPT_OTHER : script;
        } else {
            spell_unknown(s, unknown);
            unknown = span_of(NULL, 0);
            if (letter)
                put_letter(s, letter);
            else if (is_alnum(text.data[0]))
                put_both(s, text.data[0]);
            if (letter && script == LINK_SCRIPT_LATIN)
                script = letter->script;
        }
        text = span_slice(text, len, text.len);
    }
    spell_unknown(s, unknown);
    return script;
}

/* Letters between those of [latin], whose marks say how they sound. */
static int spell_segment(struct link_speller *s, struct span segment, enum link_script *script)
{
    buf_reset(&s->folded);
    TRY(fold_search(segment, &s->folded));
    TRY(link_lookalike_mend(&s->folded));
    *script = spell_folded(s, buf_bytes(&s->folded), *script);
    return buf_error(&s->folded);
}

static int spell_letters(struct link_speller *s, struct span word, enum link_script *script)
{
    struct span segment = span_of(word.data, 0);
    while (word.len) {
        struct span rest = word;
        bool ascii = utf8_next(&rest) < 0x80;
        size_t len = word.len - rest.len;
        const struct link_data_letter *letter =
            ascii || len > LETTERS_BYTES_MAX ? NULL : find_letter(span_slice(word, 0, len));
        if (letter && letter->script == LINK_SCRIPT_LATIN) {
            TRY(spell_segment(s, segment, script));
            put_letter(s, letter);
            segment = rest;
            segment.len = 0;
        } else {
            segment.len += len;
        }
        word = rest;
    }
    return spell_segment(s, segment, script);
}

static int spell_word(struct link_speller *s, struct span word)
{
    enum link_script script = LINK_SCRIPT_LATIN;
    size_t latin = s->latin.len, code = s->code.len;
    if (!spell_ascii(s, word))
        TRY(spell_letters(s, word, &script));
    TRY(buf_error(&s->latin));
    TRY(buf_error(&s->code));
    if (s->latin.len == latin) {
        buf_cut(&s->code, code);
        return 0;
    }
    s->scripts[s->count++] = script;
    s->starts[s->count].latin = (uint32_t)s->latin.len;
    s->starts[s->count].code = (uint32_t)s->code.len;
    return 0;
}

static struct span word_of(const struct buf *b, size_t from, size_t to)
{
    size_t len = to - from;
    return span_slice(buf_bytes(b), from,
                      len < LINK_SPELLED_BYTES_MAX ? len : LINK_SPELLED_BYTES_MAX);
}

int link_speller_spell(struct link_speller *s, struct span text,
                       const struct link_spelling **ret_words, size_t *ret_count)
{
    buf_reset(&s->composed);
    buf_reset(&s->latin);
    buf_reset(&s->code);
    s->count = 0;
    TRY(fold_nfc(text, &s->composed));
    struct span rest = buf_bytes(&s->composed), word;
    while (s->count < LINK_SPELLED_WORDS_MAX && word_next(&rest, &word))
        TRY(spell_word(s, word));
    for (size_t i = 0; i < s->count; i++)
        s->words[i] = (struct link_spelling){
            s->scripts[i], word_of(&s->latin, s->starts[i].latin, s->starts[i + 1].latin),
            word_of(&s->code, s->starts[i].code, s->starts[i + 1].code)};
    *ret_words = s->words;
    *ret_count = s->count;
    return 0;
}

int link_speller_plain(struct link_speller *s, struct span text, struct span *ret_plain)
{
    const struct link_spelling *words;
    size_t count, ascii = 0;
    while (ascii < text.len && text.data[ascii] < 0x80)
        ascii++;
    if (ascii == text.len) {
        *ret_plain = text;
        return 0;
    }
    TRY(link_speller_spell(s, text, &words, &count));
    buf_reset(&s->folded);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_u8(&s->folded, ' ');
        buf_span(&s->folded, words[i].latin);
    }
    *ret_plain = buf_bytes(&s->folded);
    return buf_error(&s->folded);
}
