/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A note's text may hold empty lines, so the signatures are found from the end. A line by an
 * unknown key is kept and ignored, as the specification asks; a known key's line that does not fit
 * makes the whole note refused. */
#include "ledger/note.h"

#include "base/encode.h"

#define SIGNATURE_LINE_MAX 8192
#define COSIGNATURE_BYTES (8 + SIGN_BYTES)
#define COSIGNATURE_HEAD_MAX 64

static const char dash[] = "\xe2\x80\x94 ";

/* The next code point, or -1 when the bytes are not UTF-8. */
static int32_t take_code_point(struct cursor *c)
{
    uint8_t first = cursor_u8(c);
    if (first < 0x80)
        return first;
    unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4)
        return -1;
    int32_t point = first & (0x3f >> more);
    for (unsigned i = 0; i < more; i++) {
        uint8_t next = cursor_u8(c);
        if (c->failed || (next & 0xc0) != 0x80)
            return -1;
        point = point << 6 | (next & 0x3f);
    }
    static const int32_t least[4] = {0, 0x80, 0x800, 0x10000};
    bool wrong = point < least[more] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000);
    return wrong ? -1 : point;
}

static bool is_space(int32_t point)
{
    return point == ' ' || (point >= 0x09 && point <= 0x0d) || point == 0x85 || point == 0xa0 ||
           point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 ||
           point == 0x2029 || point == 0x202f || point == 0x205f || point == 0x3000;
}

static bool text_allowed(struct span bytes)
{
    struct cursor c;
    cursor_init(&c, bytes);
    while (cursor_left(&c)) {
        int32_t point = take_code_point(&c);
        if (point < 0 || (point < 0x20 && point != '\n'))
            return false;
    }
    return true;
}

static bool name_allowed(struct span name)
{
    struct cursor c;
    cursor_init(&c, name);
    while (cursor_left(&c)) {
        int32_t point = take_code_point(&c);
        if (point < 0x20 || point == '+' || is_space(point))
            return false;
    }
    return name.len > 0 && name.len <= NOTE_NAME_MAX;
}

static void key_id(const struct note_key *key, uint8_t ret_id[4])
{
    uint8_t middle[2] = {'\n', key->type};
    struct span parts[3] = {span_text(key->name), {middle, 2}, {key->public_key, SIGN_KEY_BYTES}};
    struct hash hash = hash_sha256_parts(parts, 3);
    memcpy(ret_id, hash.bytes, 4);
}

static bool type_known(uint8_t type)
{
    return type == NOTE_TYPE_ED25519 || type == NOTE_TYPE_COSIGNATURE;
}

int note_key_make(const char *name, uint8_t type, const uint8_t public_key[SIGN_KEY_BYTES],
                  struct note_key *ret_key)
{
    struct span text = span_text(name);
    REJECT_IF(!type_known(type), E_ARGUMENT);
    REJECT_IF(!name_allowed(text), E_FORMAT);
    struct note_key key = {.type = type};
    memcpy(key.name, text.data, text.len);
    memcpy(key.public_key, public_key, SIGN_KEY_BYTES);
    key_id(&key, key.id);
    *ret_key = key;
    return 0;
}

/* Cuts text at its first plus: the part before it, and the rest after it. */
static bool cut_at_plus(struct span *text, struct span *ret_before)
{
    const uint8_t *plus = text->len ? memchr(text->data, '+', text->len) : NULL;
    if (!plus)
        return false;
    size_t before = (size_t)(plus - text->data);
    *ret_before = span_slice(*text, 0, before);
    *text = span_slice(*text, before + 1, text->len);
    return true;
}

static int read_key_parts(struct span text, struct buf *material, struct note_key *ret_key)
{
    struct span name, id;
    REJECT_IF(!cut_at_plus(&text, &name) || !cut_at_plus(&text, &id), E_FORMAT);
    REJECT_IF(!name_allowed(name), E_FORMAT);
    struct note_key key = {.type = 0};
    memcpy(key.name, name.data, name.len);
    TRY(hex_read(id, key.id, sizeof key.id));
    TRY(base64_read(text, material));
    REJECT_IF(material->len == 0, E_FORMAT);
    key.type = material->data[0];
    REJECT_IF(!type_known(key.type), E_VERSION);
    REJECT_IF(material->len != 1 + SIGN_KEY_BYTES, E_FORMAT);
    memcpy(key.public_key, material->data + 1, SIGN_KEY_BYTES);
    uint8_t right_id[4];
    key_id(&key, right_id);
    REJECT_IF(memcmp(right_id, key.id, sizeof right_id) != 0, E_FORMAT);
    *ret_key = key;
    return 0;
}

int note_key_of_desk(const uint8_t public_key[SIGN_KEY_BYTES], struct note_key *ret_key)
{
    CLEANUP(buf_release) struct buf name;
    buf_init(&name, 64);
    buf_text(&name, "desk/");
    hex_put(&name, span_of(public_key, 8));
    TRY(buf_error(&name));
    return note_key_make(buf_cstr(&name), NOTE_TYPE_COSIGNATURE, public_key, ret_key);
}

int note_key_read(struct span text, struct note_key *ret_key)
{
    CLEANUP(buf_release) struct buf material;
    buf_init(&material, 4096);
    return read_key_parts(text, &material, ret_key);
}

void note_key_write(const struct note_key *key, struct buf *out)
{
    uint8_t material[1 + SIGN_KEY_BYTES] = {key->type};
    memcpy(material + 1, key->public_key, SIGN_KEY_BYTES);
    buf_text(out, key->name);
    buf_text(out, "+");
    hex_put(out, span_of(key->id, sizeof key->id));
    buf_text(out, "+");
    base64_put(out, span_of(material, sizeof material));
}

/* A key's text has a bound, and a buffer that has not got its memory would give the hash of less:
 * that must not pass for a fingerprint. */
struct hash note_key_fingerprint(const struct note_key *key)
{
    CLEANUP(buf_release) struct buf text;
    buf_init(&text, 2 * NOTE_NAME_MAX);
    note_key_write(key, &text);
    ASSERT(buf_error(&text) == 0);
    return hash_sha256(buf_bytes(&text));
}

/* Where the last empty line is: the length of the text before it; 0 when there is none. */
static size_t text_length(struct span bytes)
{
    for (size_t i = bytes.len; i >= 2; i--) {
        if (bytes.data[i - 1] == '\n' && bytes.data[i - 2] == '\n')
            return i - 1;
    }
    return 0;
}

static int read_signature_line(struct span line, struct note_signature *ret_signature,
                               struct buf *decoded)
{
    size_t dash_len = sizeof dash - 1;
    REJECT_IF(!span_equal(span_slice(line, 0, dash_len), span_text(dash)), E_FORMAT);
    line = span_slice(line, dash_len, line.len);
    const uint8_t *space = line.len ? memchr(line.data, ' ', line.len) : NULL;
    REJECT_IF(!space, E_FORMAT);
    size_t name_len = (size_t)(space - line.data), from = decoded->len;
    ret_signature->name = span_slice(line, 0, name_len);
    REJECT_IF(!name_allowed(ret_signature->name), E_FORMAT);
    TRY(base64_read(span_slice(line, name_len + 1, line.len), decoded));
    REJECT_IF(decoded->len - from <= sizeof ret_signature->id, E_FORMAT);
    ret_signature->bytes.len = decoded->len - from;
    return 0;
}

static int read_signatures(struct span lines, struct note *note)
{
    struct cursor c;
    cursor_init(&c, lines);
    REJECT_IF(lines.len == 0, E_FORMAT);
    while (cursor_left(&c)) {
        REJECT_IF(note->count == NOTE_SIGNATURES_MAX, E_TOO_LARGE);
        struct span line = cursor_line(&c, SIGNATURE_LINE_MAX);
        REJECT_IF(c.failed, E_FORMAT);
        TRY(read_signature_line(line, &note->signatures[note->count++], &note->decoded));
    }
    /* Only now does decoded stay where it is. */
    const uint8_t *at = note->decoded.data;
    for (size_t i = 0; i < note->count; i++) {
        struct note_signature *signature = &note->signatures[i];
        size_t len = signature->bytes.len;
        memcpy(signature->id, at, sizeof signature->id);
        signature->bytes = span_of(at + sizeof signature->id, len - sizeof signature->id);
        at += len;
    }
    return 0;
}

int note_read(struct span bytes, struct note *ret_note, struct problem *problem)
{
    if (bytes.len > NOTE_BYTES_MAX)
        return problem_set(problem, E_TOO_LARGE, "the signed note is too long");
    if (!text_allowed(bytes))
        return problem_set(problem, E_FORMAT, "the signed note is not plain text");
    struct note note = {.count = 0};
    size_t text_len = text_length(bytes);
    if (text_len == 0)
        return problem_set(problem, E_FORMAT, "the signed note has no signatures");
    note.text = span_slice(bytes, 0, text_len);
    buf_init(&note.decoded, NOTE_BYTES_MAX);
    int error = read_signatures(span_slice(bytes, text_len + 1, bytes.len), &note);
    if (error) {
        note_release(&note);
        return problem_set(problem, error, "a line of the note's signatures cannot be read");
    }
    *ret_note = note;
    return 0;
}

void note_release(struct note *note)
{
    buf_release(&note->decoded);
}

static bool by_key(const struct note_signature *signature, const struct note_key *key)
{
    return memcmp(signature->id, key->id, sizeof key->id) == 0 &&
           span_equal(signature->name, span_text(key->name));
}

/* What a cosigner signs: two lines, then the note's text. */
static int cosigned_message(struct span text, uint64_t time_s, struct buf *out)
{
    buf_printf(out, "cosignature/v1\ntime %llu\n", (unsigned long long)time_s);
    buf_span(out, text);
    return buf_error(out);
}

static int check_cosignature(struct span text, const struct note_key *key, struct span signature,
                             uint64_t *ret_time_s)
{
    struct cursor c;
    cursor_init(&c, signature);
    uint64_t time_s = cursor_u64(&c);
    struct span bytes = cursor_bytes(&c, SIGN_BYTES);
    REJECT_IF(cursor_end(&c) < 0 || time_s > INT64_MAX, E_SIGNATURE);
    CLEANUP(buf_release) struct buf message;
    buf_init(&message, NOTE_BYTES_MAX + COSIGNATURE_HEAD_MAX);
    TRY(cosigned_message(text, time_s, &message));
    REJECT_IF(!sign_verify(key->public_key, buf_bytes(&message), bytes.data), E_SIGNATURE);
    *ret_time_s = time_s;
    return 0;
}

/* One key may have cosigned twice: all its lines must fit, and the earliest counts. */
int note_check(const struct note *note, const struct note_key *key, uint64_t *ret_time_s)
{
    bool found = false;
    uint64_t earliest_s = UINT64_MAX, time_s = 0;
    for (size_t i = 0; i < note->count; i++) {
        const struct note_signature *signature = &note->signatures[i];
        if (!by_key(signature, key))
            continue;
        found = true;
        if (key->type == NOTE_TYPE_COSIGNATURE) {
            TRY(check_cosignature(note->text, key, signature->bytes, &time_s));
            earliest_s = time_s < earliest_s ? time_s : earliest_s;
        } else {
            REJECT_IF(signature->bytes.len != SIGN_BYTES, E_SIGNATURE);
            REJECT_IF(!sign_verify(key->public_key, note->text, signature->bytes.data),
                      E_SIGNATURE);
        }
    }
    REJECT_IF(!found, E_NOT_FOUND);
    if (ret_time_s && key->type == NOTE_TYPE_COSIGNATURE)
        *ret_time_s = earliest_s;
    return 0;
}

static void put_signature_line(const struct note_key *key, struct span signature, struct buf *out)
{
    uint8_t bytes[sizeof key->id + COSIGNATURE_BYTES];
    ASSERT(signature.len <= COSIGNATURE_BYTES);
    memcpy(bytes, key->id, sizeof key->id);
    memcpy(bytes + sizeof key->id, signature.data, signature.len);
    buf_text(out, dash);
    buf_text(out, key->name);
    buf_text(out, " ");
    base64_put(out, span_of(bytes, sizeof key->id + signature.len));
    buf_text(out, "\n");
}

void note_put_lines(const struct note *note, const struct note_key *key, struct buf *out)
{
    for (size_t i = 0; i < note->count; i++) {
        if (by_key(&note->signatures[i], key))
            put_signature_line(key, note->signatures[i].bytes, out);
    }
}

void note_sign_line(const struct note_key *key, const struct sign_pair *pair, struct span text,
                    struct buf *out)
{
    ASSERT(key->type == NOTE_TYPE_ED25519);
    uint8_t signature[SIGN_BYTES];
    sign_make(pair, text, signature);
    put_signature_line(key, span_of(signature, sizeof signature), out);
}

void note_cosign_line(const struct note_key *key, const struct sign_pair *pair, struct span text,
                      uint64_t time_s, struct buf *out)
{
    ASSERT(key->type == NOTE_TYPE_COSIGNATURE && time_s <= INT64_MAX);
    CLEANUP(buf_release) struct buf message;
    buf_init(&message, NOTE_BYTES_MAX + COSIGNATURE_HEAD_MAX);
    int error = cosigned_message(text, time_s, &message);
    if (error) {
        buf_fail(out, error);
        return;
    }
    uint8_t signature[COSIGNATURE_BYTES];
    for (unsigned i = 0; i < 8; i++)
        signature[i] = (uint8_t)(time_s >> (56 - 8 * i));
    sign_make(pair, buf_bytes(&message), signature + 8);
    put_signature_line(key, span_of(signature, sizeof signature), out);
}
