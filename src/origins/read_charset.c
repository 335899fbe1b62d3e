/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* ICU converts and guesses; which of its guesses is believed is decided here. Conversion goes
 * through UTF-16 in pieces, so that memory is that of the result. */
#include "origins/read_charset.h"

#include <string.h>
#include <strings.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#include "text/utf8.h"

#define LABEL_MAX 40
#define GUESS_BYTES 16384
#define GUESS_SURE 50
#define GUESS_LEAST 5
#define PIECE_UNITS 4096

struct place {
    size_t at;
    uint64_t valid, invalid; /* sequences of several bytes; bytes that are in none */
};

/* Where the first byte is that is not UTF-8; text.len when there is none. */
static struct place look_at_utf8(struct span text)
{
    struct place p = {.at = text.len};
    struct span rest = text;
    while (rest.len > 0) {
        if (rest.data[0] < 0x80) {
            rest = span_slice(rest, 1, rest.len);
            continue;
        }
        size_t before = rest.len;
        if (utf8_next(&rest) != UTF8_INVALID) {
            p.valid++;
            continue;
        }
        if (p.invalid++ == 0)
            p.at = text.len - before;
    }
    return p;
}

/* Declared labels by which everybody means more than they say. */
static const char *meant_by(const char *label)
{
    static const char *const latin[] = {"iso-8859-1", "iso8859-1", "iso_8859-1",
                                        "latin1",     "latin-1",   "us-ascii",
                                        "ascii",      "cp1252",    "ansi"};
    for (size_t i = 0; i < COUNT_OF(latin); i++) {
        if (strcasecmp(label, latin[i]) == 0)
            return "windows-1252";
    }
    if (strcasecmp(label, "cp1251") == 0 || strcasecmp(label, "win-1251") == 0)
        return "windows-1251";
    if (strcasecmp(label, "cp866") == 0)
        return "IBM866";
    return label;
}

/* NULL when there is no such encoding. */
static UConverter *converter_of(struct span label)
{
    char name[LABEL_MAX + 1] = {0};
    UErrorCode code = U_ZERO_ERROR;
    if (label.len == 0 || label.len > LABEL_MAX || memchr(label.data, ',', label.len))
        return NULL;
    memcpy(name, label.data, label.len);
    UConverter *converter = ucnv_open(meant_by(name), &code);
    return U_SUCCESS(code) ? converter : NULL;
}

static void put_units(struct buf *out, const UChar *units, size_t count, UChar *high,
                      uint64_t *replaced)
{
    for (size_t i = 0; i < count; i++) {
        UChar unit = units[i];
        if (U16_IS_LEAD(unit)) {
            *high = unit;
            continue;
        }
        uint32_t c =
            U16_IS_TRAIL(unit) && *high ? (uint32_t)U16_GET_SUPPLEMENTARY(*high, unit) : unit;
        *high = 0;
        if (U16_IS_SURROGATE(c))
            c = 0xFFFD;
        *replaced += c == 0xFFFD;
        utf8_put(out, c);
    }
}

/* E_UTF8 when something becomes U+FFFD and that is not to be. */
static int convert(UConverter *converter, struct span bytes, bool tolerant, struct buf *out,
                   uint64_t *ret_replaced)
{
    UChar units[PIECE_UNITS], high = 0;
    const char *from = (const char *)bytes.data, *end = from + bytes.len;
    uint64_t replaced = 0;
    UErrorCode code;
    size_t len = out->len;
    do {
        UChar *to = units;
        code = U_ZERO_ERROR;
        ucnv_toUnicode(converter, &to, units + PIECE_UNITS, &from, end, NULL, true, &code);
        put_units(out, units, (size_t)(to - units), &high, &replaced);
        TRY(buf_error(out));
        if (replaced > 0 && !tolerant) {
            buf_cut(out, len);
            return E_UTF8;
        }
    } while (code == U_BUFFER_OVERFLOW_ERROR);
    REJECT_IF(code == U_MEMORY_ALLOCATION_ERROR, E_NOMEM);
    *ret_replaced = replaced;
    return 0;
}

static int convert_by_name(const char *name, struct span bytes, bool tolerant, struct buf *out,
                           uint64_t *ret_replaced, struct problem *problem)
{
    UConverter *converter = converter_of(span_text(name));
    REJECT_IF(!converter, E_NOMEM);
    int error = convert(converter, bytes, tolerant, out, ret_replaced);
    ucnv_close(converter);
    if (error == E_UTF8)
        return problem_set(problem, E_UTF8, "it says that it is %s, and has bytes that are not",
                           name);
    return error;
}

static int put_replaced(struct span text, struct buf *out, uint64_t *ret_replaced)
{
    uint64_t replaced = 0;
    while (text.len > 0) {
        struct span before = text;
        uint32_t c = utf8_next(&text);
        if (c == UTF8_INVALID) {
            replaced++;
            utf8_put(out, 0xFFFD);
        } else {
            buf_put(out, before.data, before.len - text.len);
        }
    }
    *ret_replaced = replaced;
    return buf_error(out);
}

/* Whether the words of a known language come out of the first bytes. */
static bool makes_words(const struct read_charset *charset, UConverter *converter,
                        struct span bytes)
{
    struct buf words;
    uint64_t replaced;
    buf_init(&words, 4 * GUESS_BYTES);
    bool good = convert(converter, bytes, false, &words, &replaced) == 0 &&
                languages_detect(charset->languages, buf_bytes(&words)) != NULL;
    buf_release(&words);
    ucnv_reset(converter);
    return good;
}

/* The converter of a guess that is to be believed, or NULL. */
static UConverter *believe(const struct read_charset *charset, const UCharsetMatch *match,
                           struct span bytes)
{
    UErrorCode code = U_ZERO_ERROR;
    const char *name = ucsdet_getName(match, &code);
    int32_t confidence = ucsdet_getConfidence(match, &code);
    if (U_FAILURE(code) || confidence < GUESS_LEAST || strncmp(name, "UTF", 3) == 0)
        return NULL;
    UConverter *converter = converter_of(span_text(name));
    if (converter && confidence < GUESS_SURE && !makes_words(charset, converter, bytes)) {
        ucnv_close(converter);
        return NULL;
    }
    return converter;
}

static UConverter *guess(const struct read_charset *charset, struct span bytes)
{
    UErrorCode code = U_ZERO_ERROR;
    int32_t count = 0;
    UConverter *converter = NULL;
    struct span first = span_slice(bytes, 0, GUESS_BYTES);
    UCharsetDetector *detector = ucsdet_open(&code);
    ucsdet_setText(detector, (const char *)first.data, (int32_t)first.len, &code);
    const UCharsetMatch **matches = ucsdet_detectAll(detector, &count, &code);
    for (int32_t i = 0; U_SUCCESS(code) && i < count && !converter; i++)
        converter = believe(charset, matches[i], first);
    ucsdet_close(detector);
    return converter;
}

static int decode_other(const struct read_charset *charset, struct span bytes,
                        const struct place *place, struct buf *out, uint64_t *ret_replaced,
                        struct problem *problem)
{
    bool mostly_utf8 = place->valid > place->invalid;
    if (charset->tolerant && mostly_utf8)
        return put_replaced(bytes, out, ret_replaced);
    UConverter *converter = converter_of(charset->declared);
    if (!converter && !mostly_utf8)
        converter = guess(charset, bytes);
    if (!converter)
        return problem_set(problem, E_UTF8,
                           "byte %zu (0x%02X) is not UTF-8, and which other encoding it is cannot "
                           "be told for sure",
                           place->at, bytes.data[place->at]);
    int error = convert(converter, bytes, charset->tolerant, out, ret_replaced);
    ucnv_close(converter);
    if (error == E_UTF8)
        return problem_set(problem, E_UTF8,
                           "byte %zu (0x%02X) is not UTF-8, and it is not what was declared",
                           place->at, bytes.data[place->at]);
    return error;
}

int read_charset_decode(const struct read_charset *charset, struct span bytes, struct buf *out,
                        uint64_t *ret_replaced, struct problem *problem)
{
    *ret_replaced = 0;
    if (bytes.len >= 2 && bytes.data[0] == 0xFF && bytes.data[1] == 0xFE)
        return convert_by_name("UTF-16LE", span_slice(bytes, 2, bytes.len), charset->tolerant, out,
                               ret_replaced, problem);
    if (bytes.len >= 2 && bytes.data[0] == 0xFE && bytes.data[1] == 0xFF)
        return convert_by_name("UTF-16BE", span_slice(bytes, 2, bytes.len), charset->tolerant, out,
                               ret_replaced, problem);
    if (bytes.len >= 3 && memcmp(bytes.data, "\xEF\xBB\xBF", 3) == 0)
        bytes = span_slice(bytes, 3, bytes.len);
    const struct place place = look_at_utf8(bytes);
    if (place.invalid > 0)
        return decode_other(charset, bytes, &place, out, ret_replaced, problem);
    buf_span(out, bytes);
    return buf_error(out);
}

static const char *kind_by_front(struct span bytes)
{
    static const struct {
        const char *front;
        size_t len;
        const char *what;
    } kinds[] = {
        {"%PDF-", 5, "a PDF: make text of it first, for instance with pdftotext"},
        {"PK\3\4", 4, "an archive or an office document: save it as text or HTML first"},
        {"\xD0\xCF\x11\xE0", 4, "an office document: save it as text or HTML first"},
        {"{\\rtf", 5, "an RTF document: save it as text or HTML first"},
        {"\x89PNG", 4, "a picture"},
        {"\xFF\xD8\xFF", 3, "a picture"},
        {"GIF8", 4, "a picture"},
        {"\x7F"
         "ELF",
         4, "a program"},
        {"SQLite format 3", 16, "a database"},
        {"BZh", 3, "packed with bzip2: unpack it first"},
        {"\xFD"
         "7zXZ",
         5, "packed with xz: unpack it first"},
        {"\x28\xB5\x2F\xFD", 4, "packed with zstd: unpack it first"},
        {"7z\xBC\xAF", 4, "an archive: unpack it first"},
    };
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (bytes.len >= kinds[i].len && memcmp(bytes.data, kinds[i].front, kinds[i].len) == 0)
            return kinds[i].what;
    }
    return NULL;
}

int read_charset_refuse_binary(struct span bytes, struct problem *problem)
{
    const char *what = kind_by_front(bytes);
    if (what)
        return problem_set(problem, E_FORMAT, "it is %s", what);
    bool units = bytes.len >= 2 && ((bytes.data[0] == 0xFF && bytes.data[1] == 0xFE) ||
                                    (bytes.data[0] == 0xFE && bytes.data[1] == 0xFF));
    const uint8_t *nul = bytes.len && !units ? memchr(bytes.data, 0, bytes.len) : NULL;
    if (nul)
        return problem_set(problem, E_FORMAT, "byte %zu is 0x00, which no text has: it is binary",
                           (size_t)(nul - bytes.data));
    return 0;
}

struct span read_charset_of_type(struct span type)
{
    static const char key[] = "charset=";
    const size_t len = sizeof key - 1;
    for (size_t at = 0; at + len <= type.len; at++) {
        if (strncasecmp((const char *)type.data + at, key, len) != 0)
            continue;
        size_t from = at + len, to;
        if (from < type.len && (type.data[from] == '"' || type.data[from] == '\''))
            from++;
        for (to = from; to < type.len && !memchr(" ;,\"'\t\r\n", type.data[to], 9);)
            to++;
        return span_slice(type, from, to - from);
    }
    return span_of(NULL, 0);
}
