/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "prop.h"
#include "sealing.h"

static struct craft craft; /* large */

static void texts_equal(const char *a, const char *b)
{
    if (a && b)
        assert_string_equal(a, b);
    else
        assert_ptr_equal(a, b);
}

static void keys_equal(const uint8_t *a, const uint8_t *b)
{
    if (a && b)
        assert_memory_equal(a, b, SEAL_KEY_BYTES);
    else
        assert_ptr_equal(a, b);
}

static void assert_envelope(const struct envelope *a, const struct envelope *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->kind_version, b->kind_version);
    assert_int_equal(a->minute, b->minute);
    assert_int_equal(a->minute_order, b->minute_order);
    assert_int_equal(a->order, b->order);
    texts_equal(a->language, b->language);
    texts_equal(a->channel, b->channel);
    texts_equal(a->wording, b->wording);
    keys_equal(a->mailbox, b->mailbox);
    keys_equal(a->reply_key, b->reply_key);
}

static struct envelope random_envelope(struct prop *prop, const uint8_t keys[64])
{
    uint64_t which = prop_u64(prop);
    return (struct envelope){
        .kind = (uint32_t)prop_below(prop, 9),
        .kind_version = (uint32_t)prop_u64(prop),
        .minute = (uint32_t)prop_u64(prop),
        .minute_order = which & 1 ? 0 : (uint32_t)prop_u64(prop),
        .order = which & 2 ? 0 : prop_u64(prop),
        .language = which & 4 ? NULL : "ru",
        .channel = which & 8 ? NULL : "telephone",
        .wording = which & 16 ? NULL : "fifteen letters",
        .mailbox = which & 32 ? NULL : keys,
        .reply_key = which & 64 ? NULL : keys + 32,
    };
}

static void what_was_sealed_opens(void **state)
{
    (void)state;
    static uint8_t content[300000];
    struct prop prop = prop_start("payload_roundtrip");
    static const size_t sizes[] = {0,     1,     16383,  16384,  16385,  65535,
                                   65536, 65537, 131072, 262144, 262145, 300000};
    for (int i = 0; i < 100; i++) {
        struct dh_pair recipient;
        struct sign_pair signer;
        struct sealed s;
        struct opened opened;
        uint8_t keys[64], seed[32];
        size_t len = i < (int)COUNT_OF(sizes) ? sizes[i] : prop_below(&prop, 70000);
        prop_bytes(&prop, keys, sizeof keys);
        prop_bytes(&prop, seed, sizeof seed);
        prop_bytes(&prop, content, len);
        bool is_signed = prop_below(&prop, 2);
        struct envelope envelope = random_envelope(&prop, keys);
        dh_pair_random(&recipient);
        sign_pair_of_seed(seed, &signer);
        sealing_seal(&s, &recipient, &envelope, span_of(content, len), is_signed ? &signer : NULL);
        assert_int_equal(s.sealed.len, entry_sealed_bytes((uint8_t)entry_bucket_for(len)));
        assert_ok(sealing_open(&s, &recipient, &opened, NULL));
        assert_envelope(&envelope, &opened.envelope);
        assert_int_equal(opened.content.len, len);
        assert_memory_equal(opened.content.data, content, len);
        assert_int_equal(opened.has_signer, is_signed);
        if (is_signed)
            assert_memory_equal(opened.signer, signer.public_key, SIGN_KEY_BYTES);
        struct hash hash = hash_sha256(opened.content);
        struct hash commitment = entry_commitment(opened.k_com, s.header + 1, &hash);
        assert_memory_equal(commitment.bytes, s.leaf + 81, HASH_BYTES);
        opened_release(&opened);
        sealed_release(&s);
    }
}

static void sealing_appends_and_draws_anew(void **state)
{
    (void)state;
    struct dh_pair recipient;
    struct envelope envelope = sealing_envelope();
    struct entry_header header = sealing_header(3);
    struct entry_leaf leaf[2];
    struct buf out;
    dh_pair_random(&recipient);
    buf_init(&out, SEALING_CAP_BYTES);
    buf_text(&out, "before");
    for (int i = 0; i < 2; i++)
        assert_ok(payload_seal(recipient.public_key, &header, &envelope, span_text("abc"), NULL,
                               NULL, &out, &leaf[i]));
    assert_int_equal(out.len, 6 + 2 * 18570);
    assert_memory_equal(out.data, "before", 6);
    const uint8_t *one = out.data + 6, *two = one + 18570;
    for (size_t at = 1; at + 16 <= 18570; at += 16)
        assert_memory_not_equal(one + at, two + at, 16);
    assert_memory_not_equal(leaf[0].commitment.bytes, leaf[1].commitment.bytes, HASH_BYTES);
    assert_memory_equal(leaf[0].header.bytes, leaf[1].header.bytes, HASH_BYTES);
    buf_release(&out);
}

/* Seals with one thing wrong: nothing is left in out. */
static void seal_fails(const uint8_t *recipient, const struct entry_header *header,
                       const struct envelope *envelope, const struct sign_pair *signer,
                       size_t cap_bytes, int error)
{
    struct entry_leaf leaf;
    struct buf out;
    buf_init(&out, cap_bytes);
    buf_text(&out, "before");
    assert_error(payload_seal(recipient, header, envelope, span_text("abc"), signer,
                              sealing_organisation, &out, &leaf),
                 error);
    assert_int_equal(out.len, 6);
    buf_release(&out);
}

static void what_cannot_be_sealed_is_refused(void **state)
{
    (void)state;
    static char language[2000];
    static const uint8_t trap[32] = {1}; /* a point of small order */
    struct dh_pair recipient;
    struct sign_pair signer;
    struct entry_header header = sealing_header(3);
    struct envelope envelope = sealing_envelope();
    dh_pair_random(&recipient);
    sign_pair_of_seed(recipient.secret_key, &signer);
    seal_fails(recipient.public_key, &header, &envelope, NULL, 18570 + 5, E_TOO_LARGE);
    seal_fails(trap, &header, &envelope, NULL, SEALING_CAP_BYTES, E_ARGUMENT);
    header.bucket = 1;
    seal_fails(recipient.public_key, &header, &envelope, NULL, SEALING_CAP_BYTES, E_TOO_LARGE);
    header.bucket = 0;
    /* 3 times 10 bytes, 14 for the length, 6 before the text: 1,996 is the longest. */
    memset(language, 'x', sizeof language);
    envelope.language = language;
    language[1997] = '\0';
    seal_fails(recipient.public_key, &header, &envelope, NULL, SEALING_CAP_BYTES, E_TOO_LARGE);
    /* A signature takes 38 and 70 of them. */
    language[1996 - 107] = '\0';
    seal_fails(recipient.public_key, &header, &envelope, &signer, SEALING_CAP_BYTES, E_TOO_LARGE);
}

static void the_fullest_envelope_opens_but_for_its_text(void **state)
{
    (void)state;
    static char language[2000];
    struct dh_pair recipient;
    struct envelope envelope = sealing_envelope();
    struct sealed s;
    struct opened opened;
    memset(language, 'x', 1996);
    envelope.language = language;
    dh_pair_random(&recipient);
    sealing_seal(&s, &recipient, &envelope, span_text("abc"), NULL);
    assert_error(sealing_open(&s, &recipient, &opened, NULL), E_DAMAGED);
    sealed_release(&s);
}

static void another_key_opens_nothing(void **state)
{
    (void)state;
    struct dh_pair recipient, other;
    struct envelope envelope = sealing_envelope();
    struct sealed s;
    struct opened opened = {0}, untouched = {0};
    dh_pair_random(&recipient);
    dh_pair_random(&other);
    sealing_seal(&s, &recipient, &envelope, span_text("abc"), NULL);
    assert_error(sealing_open(&s, &other, &opened, NULL), E_CANNOT_OPEN);
    assert_memory_equal(&opened, &untouched, sizeof opened);
    memset(s.sealed.data + 1, 0, 32);
    sealing_mend_leaf(&s);
    assert_error(sealing_open(&s, &recipient, &opened, NULL), E_CANNOT_OPEN);
    sealed_release(&s);
}

/* Changes bits of a payload of two chunks; the leaf agrees with what was changed but for the
 * commitment, which nobody without the key can make. */
static void every_changed_byte_is_noticed(void **state)
{
    (void)state;
    static uint8_t content[65537];
    struct prop prop = prop_start("payload_bits");
    struct dh_pair recipient;
    struct envelope envelope = sealing_envelope();
    struct sealed s;
    struct opened opened;
    dh_pair_random(&recipient);
    sealing_seal(&s, &recipient, &envelope, span_of(content, 300), NULL);
    for (size_t at = 0; at < s.sealed.len; at += at < 2200 ? 1 : 1 + prop_below(&prop, 30)) {
        uint8_t bit = (uint8_t)(1 << prop_below(&prop, 8));
        s.sealed.data[at] ^= bit;
        assert_error(sealing_open(&s, &recipient, &opened, NULL), E_PROOF);
        sealing_mend_leaf(&s);
        int error = sealing_open(&s, &recipient, &opened, NULL);
        /* The highest bit of X25519's keys is not read there, but hashed here. */
        assert_error(error, at == 0 ? E_VERSION : at < 81 ? E_CANNOT_OPEN : E_DAMAGED);
        s.sealed.data[at] ^= bit;
        sealing_mend_leaf(&s);
    }
    for (size_t bit = 0; bit < 8 * ENTRY_HEADER_BYTES; bit++) {
        s.header[bit / 8] ^= (uint8_t)(1 << bit % 8);
        sealing_mend_leaf(&s);
        int error = sealing_open(&s, &recipient, &opened, NULL);
        assert_error(error, bit < 8                           ? E_VERSION
                            : bit < 8 * 53                    ? E_CANNOT_OPEN
                            : s.header[53] > ENTRY_BUCKET_MAX ? E_FORMAT
                                                              : E_PROOF);
        s.header[bit / 8] ^= (uint8_t)(1 << bit % 8);
        sealing_mend_leaf(&s);
    }
    assert_ok(sealing_open(&s, &recipient, &opened, NULL));
    opened_release(&opened);
    sealed_release(&s);
}

static void a_changed_commitment_is_noticed(void **state)
{
    (void)state;
    struct dh_pair recipient;
    struct envelope envelope = sealing_envelope();
    struct sealed s;
    struct opened opened;
    dh_pair_random(&recipient);
    sealing_seal(&s, &recipient, &envelope, span_text("abc"), NULL);
    for (size_t at = 81; at < ENTRY_LEAF_BYTES; at++) {
        s.leaf[at] ^= 4;
        assert_error(sealing_open(&s, &recipient, &opened, NULL), E_PROOF);
        s.leaf[at] ^= 4;
    }
    sealed_release(&s);
}

/* The payload of craft opens as told; ret says what was wrong. */
static void crafted(int error, const char *what)
{
    struct sealed s;
    struct opened opened;
    struct problem problem = {0};
    craft_seal(&craft, &s);
    int got = sealing_open(&s, &craft.recipient, &opened, &problem);
    assert_error(got, error);
    if (what && !strstr(problem.text, what))
        fail_msg("\"%s\" does not say \"%s\"", problem.text, what);
    if (got == 0)
        opened_release(&opened);
    sealed_release(&s);
}

static void crafting_is_right_to_begin_with(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 16384, 16385, 65536};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        craft_start(&craft, sizes[i]);
        crafted(0, NULL);
    }
}

static void the_header_is_under_every_part(void **state)
{
    (void)state;
    craft_start(&craft, 10);
    craft.rewrapped = true;
    crafted(E_CANNOT_OPEN, NULL);
    craft_start(&craft, 10);
    craft.wrong_ad = 1;
    crafted(E_DAMAGED, "content was changed");
}

static void padding_must_be_zeros(void **state)
{
    (void)state;
    craft_start(&craft, 10);
    craft.content[16383] = 1;
    crafted(E_DAMAGED, "padding");
    craft_start(&craft, 10);
    craft.content[10] = 1;
    crafted(E_DAMAGED, "padding");
    craft_start(&craft, 10);
    craft.envelope_rest = 1;
    crafted(E_DAMAGED, "rest of its envelope");
    craft_start(&craft, 10);
    craft.claimed_len = 2047;
    crafted(E_DAMAGED, "longer than an envelope");
}

static void tags_of_chunks_must_be_right(void **state)
{
    (void)state;
    craft_start(&craft, 10);
    craft.last_tag = crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    crafted(E_DAMAGED, "content was changed");
    craft.last_tag = crypto_secretstream_xchacha20poly1305_TAG_PUSH;
    crafted(E_DAMAGED, "content was changed");
}

static void the_first_chunk_must_not_be_the_last(void **state)
{
    (void)state;
    static const uint8_t wrong[] = {crypto_secretstream_xchacha20poly1305_TAG_FINAL,
                                    crypto_secretstream_xchacha20poly1305_TAG_PUSH,
                                    crypto_secretstream_xchacha20poly1305_TAG_REKEY};
    craft_start(&craft, 65537);
    crafted(0, NULL);
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        craft.first_tag = wrong[i];
        crafted(E_DAMAGED, "content was changed");
    }
}

static void length_and_bucket_must_agree(void **state)
{
    (void)state;
    struct buf fields;
    craft_start(&craft, 10);
    craft.header.bucket = 1;
    crafted(E_DAMAGED, "size bucket");
    static const uint64_t lengths[] = {16385, 65537, UINT64_MAX};
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        craft_start(&craft, 10);
        craft_least(&fields, lengths[i]);
        craft_fields(&craft, &fields);
        buf_release(&fields);
        crafted(E_DAMAGED, "size bucket");
    }
}

static void the_leaf_must_be_of_the_content(void **state)
{
    (void)state;
    craft_start(&craft, 10);
    craft.content[9] = 0;
    craft.content_len = 9; /* the leaf's; the envelope says 10 */
    crafted(E_PROOF, "another content");
}

static void with_fields(void (*put)(struct buf *fields), int error, const char *what)
{
    struct buf fields;
    craft_start(&craft, 10);
    buf_init(&fields, 4096);
    put(&fields);
    craft_fields(&craft, &fields);
    buf_release(&fields);
    crafted(error, what);
}

/* The four that must be there, but for one; and one twice. */
static uint16_t left_out, doubled;
static void put_some(struct buf *fields)
{
    for (uint16_t number = 1; number <= 6; number++) {
        for (int i = number == doubled ? 0 : 1; i < 2; i++) {
            if (number == left_out || number == ENVELOPE_MINUTE_ORDER || number == ENVELOPE_ORDER)
                continue;
            if (number == ENVELOPE_LENGTH)
                fields_put_u64(fields, number, 10);
            else
                fields_put_u32(fields, number, 1);
        }
    }
}

static void what_must_be_there_once_is(void **state)
{
    (void)state;
    static const uint16_t numbers[] = {1, 2, 3, 6};
    with_fields(put_some, 0, NULL);
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        left_out = numbers[i];
        with_fields(put_some, E_DAMAGED, "lacks");
        left_out = 0;
        doubled = numbers[i];
        with_fields(put_some, E_DAMAGED, "twice");
        doubled = 0;
    }
}

/* The least, and one field of that number and length more, as often as told. */
static uint16_t more_number;
static size_t more_len, more_times;
static uint8_t more_byte;
static void put_more(struct buf *fields)
{
    uint8_t value[64];
    memset(value, more_byte, sizeof value);
    struct buf least;
    craft_least(&least, 10);
    bool before = more_number < ENVELOPE_LENGTH;
    size_t first = before ? least.len - 14 : least.len;
    buf_put(fields, least.data, first);
    for (size_t i = 0; i < more_times; i++)
        fields_put(fields, more_number, span_of(value, more_len));
    buf_put(fields, least.data + first, least.len - first);
    buf_release(&least);
}

static void with_more(uint16_t number, size_t len, uint8_t byte, size_t times, int error,
                      const char *what)
{
    more_number = number;
    more_len = len;
    more_byte = byte;
    more_times = times;
    with_fields(put_more, error, what);
}

static void fields_have_their_shape(void **state)
{
    (void)state;
    static const struct {
        uint16_t number;
        size_t good, bad1, bad2;
    } shapes[] = {
        {ENVELOPE_MINUTE_ORDER, 4, 3, 8}, {ENVELOPE_ORDER, 8, 4, 9},
        {ENVELOPE_LANGUAGE, 15, 0, 16},   {ENVELOPE_CHANNEL, 15, 0, 16},
        {ENVELOPE_WORDING, 15, 0, 16},    {ENVELOPE_MAILBOX, 32, 31, 33},
        {ENVELOPE_REPLY_KEY, 32, 0, 33},
    };
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        with_more(shapes[i].number, shapes[i].good, 'a', 1, 0, NULL);
        with_more(shapes[i].number, shapes[i].bad1, 'a', 1, E_DAMAGED, "as it must be");
        with_more(shapes[i].number, shapes[i].bad2, 'a', 1, E_DAMAGED, "as it must be");
        with_more(shapes[i].number, shapes[i].good, 'a', 2, E_DAMAGED, "twice");
    }
    with_more(ENVELOPE_LANGUAGE, 5, 0, 1, E_DAMAGED, "as it must be");
    with_more(ENVELOPE_CHANNEL, 5, 0, 1, E_DAMAGED, "as it must be");
    with_more(ENVELOPE_WORDING, 5, 0, 1, E_DAMAGED, "as it must be");
    with_more(ENVELOPE_MINUTE_ORDER, 4, 0, 1, E_DAMAGED, "as it must be");
    with_more(ENVELOPE_ORDER, 8, 0, 1, E_DAMAGED, "as it must be");
    with_more(40, 20, 'a', 2, 0, NULL);
    with_more(62, 20, 'a', 1, 0, NULL);
}

static void put_going_down(struct buf *fields)
{
    fields_put_u32(fields, ENVELOPE_MINUTE, 1);
    fields_put_u32(fields, ENVELOPE_KIND, 1);
}

static void an_envelope_is_a_list_of_fields(void **state)
{
    (void)state;
    with_fields(put_going_down, E_DAMAGED, "list of fields");
    craft_start(&craft, 10);
    craft.claimed_len++; /* takes in a byte of the zeros after it */
    crafted(E_DAMAGED, "list of fields");
}

static void half_a_signature_is_refused(void **state)
{
    (void)state;
    with_more(ENVELOPE_SIGNER, 32, 'a', 1, E_SIGNATURE, "signature");
    with_more(ENVELOPE_SIGNATURE, 64, 'a', 1, E_SIGNATURE, "signature");
    with_more(ENVELOPE_SIGNER, 32, 'a', 2, E_DAMAGED, "twice");
    with_more(ENVELOPE_SIGNATURE, 64, 'a', 2, E_DAMAGED, "twice");
}

/* Signs what is in craft under other things than it has. NULL: under its own. */
struct under {
    const uint8_t *organisation, *header, *recipient, *content_hash;
    const char *prefix;
    size_t fields_short, after_bytes, signer_bytes, signature_bytes;
    bool signer_changed;
};

static void craft_signature(const struct under *u, int error)
{
    struct buf fields, message;
    struct sign_pair signer;
    uint8_t seed[32] = {9}, header[ENTRY_HEADER_BYTES], signature[SIGN_BYTES + 1];
    craft_start(&craft, 10);
    sign_pair_of_seed(seed, &signer);
    entry_header_write(&craft.header, header);
    struct hash hash = hash_sha256(span_of(craft.content, 10));
    craft_least(&fields, 10);
    fields_put(&fields, ENVELOPE_SIGNER,
               span_of(signer.public_key, u->signer_bytes ? u->signer_bytes : 32));
    buf_init(&message, 4096);
    buf_text(&message, u->prefix ? u->prefix : "vouchsafe/record/1\n");
    buf_u8(&message, 1);
    buf_put(&message, u->organisation ? u->organisation : sealing_organisation, 32);
    buf_put(&message, u->header ? u->header : header, ENTRY_HEADER_BYTES);
    buf_put(&message, u->recipient ? u->recipient : craft.recipient.public_key, 32);
    buf_put(&message, u->content_hash ? u->content_hash : hash.bytes, 32);
    buf_put(&message, fields.data, fields.len - u->fields_short);
    sign_make(&signer, buf_bytes(&message), signature);
    if (u->signer_changed)
        fields.data[fields.len - 1] ^= 1;
    fields_put(&fields, ENVELOPE_SIGNATURE,
               span_of(signature, u->signature_bytes ? u->signature_bytes : SIGN_BYTES));
    if (u->after_bytes)
        fields_put(&fields, 62, span_of(seed, u->after_bytes));
    craft_fields(&craft, &fields);
    crafted(error, error ? "signature" : NULL);
    buf_release(&fields);
    buf_release(&message);
}

static void a_signature_stands_under_all_it_names(void **state)
{
    (void)state;
    uint8_t other[ENTRY_HEADER_BYTES] = {1};
    craft_signature(&(struct under){0}, 0);
    craft_signature(&(struct under){.prefix = "vouchsafe/record/2\n"}, E_SIGNATURE);
    craft_signature(&(struct under){.organisation = other}, E_SIGNATURE);
    craft_signature(&(struct under){.header = other}, E_SIGNATURE);
    craft_signature(&(struct under){.recipient = other}, E_SIGNATURE);
    craft_signature(&(struct under){.content_hash = other}, E_SIGNATURE);
    craft_signature(&(struct under){.fields_short = 38}, E_SIGNATURE);
    craft_signature(&(struct under){.signer_changed = true}, E_SIGNATURE);
    craft_signature(&(struct under){.after_bytes = 5}, E_SIGNATURE);
    craft_signature(&(struct under){.signer_bytes = 31}, E_SIGNATURE);
    craft_signature(&(struct under){.signature_bytes = 63}, E_SIGNATURE);
    craft_signature(&(struct under){.signature_bytes = 65}, E_SIGNATURE);
}

/* Another organisation's desk does not take a record that was signed for this one. */
static void a_signature_is_for_one_organisation(void **state)
{
    (void)state;
    struct dh_pair recipient;
    struct sign_pair signer;
    struct envelope envelope = {.kind = KIND_DETAILS, .kind_version = 1, .minute = 1, .order = 7};
    struct sealed s;
    struct opened opened;
    uint8_t other[32] = {1};
    dh_pair_random(&recipient);
    sign_pair_of_seed(recipient.secret_key, &signer);
    sealing_seal(&s, &recipient, &envelope, span_text("abc"), &signer);
    assert_error(payload_open(&recipient, sealed_header(&s), sealed_leaf(&s), buf_bytes(&s.sealed),
                              other, &opened, NULL),
                 E_SIGNATURE);
    assert_ok(sealing_open(&s, &recipient, &opened, NULL));
    opened_release(&opened);
    sealed_release(&s);
}

/* Cuts and lengthens at and around the edges of all parts and chunks. */
static void cut_and_lengthened_payloads_are_refused(void **state)
{
    (void)state;
    static uint8_t content[140000];
    static const size_t edges[] = {0,    1,     33,    81,    2145,   2169,
                                   2186, 67705, 67722, 67739, 133275, 133292};
    struct dh_pair recipient;
    struct envelope envelope = sealing_envelope();
    struct sealed s;
    struct opened opened;
    dh_pair_random(&recipient);
    sealing_seal(&s, &recipient, &envelope, span_of(content, sizeof content), NULL);
    size_t whole = s.sealed.len;
    assert_int_equal(whole, 2169 + 4 * (65536 + 17));
    for (size_t i = 0; i < COUNT_OF(edges); i++) {
        s.sealed.len = edges[i];
        sealing_mend_leaf(&s);
        assert_error(sealing_open(&s, &recipient, &opened, NULL), edges[i] ? E_PROOF : E_VERSION);
    }
    s.sealed.len = whole;
    for (int i = 0; i < 40; i++) {
        buf_u8(&s.sealed, 0);
        sealing_mend_leaf(&s);
        assert_error(sealing_open(&s, &recipient, &opened, NULL), E_PROOF);
    }
    sealed_release(&s);
}

/* Chunks of one payload in another order. */
static void swapped_chunks_are_refused(void **state)
{
    (void)state;
    static uint8_t content[140000], kept[65536 + 17];
    struct dh_pair recipient;
    struct envelope envelope = sealing_envelope();
    struct sealed s;
    struct opened opened;
    dh_pair_random(&recipient);
    sealing_seal(&s, &recipient, &envelope, span_of(content, sizeof content), NULL);
    uint8_t *first = s.sealed.data + 2169, *second = first + sizeof kept;
    memcpy(kept, first, sizeof kept);
    memcpy(first, second, sizeof kept);
    memcpy(second, kept, sizeof kept);
    sealing_mend_leaf(&s);
    assert_error(sealing_open(&s, &recipient, &opened, NULL), E_DAMAGED);
    sealed_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_opens),
        cmocka_unit_test(sealing_appends_and_draws_anew),
        cmocka_unit_test(what_cannot_be_sealed_is_refused),
        cmocka_unit_test(the_fullest_envelope_opens_but_for_its_text),
        cmocka_unit_test(another_key_opens_nothing),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(a_changed_commitment_is_noticed),
        cmocka_unit_test(crafting_is_right_to_begin_with),
        cmocka_unit_test(the_header_is_under_every_part),
        cmocka_unit_test(padding_must_be_zeros),
        cmocka_unit_test(tags_of_chunks_must_be_right),
        cmocka_unit_test(the_first_chunk_must_not_be_the_last),
        cmocka_unit_test(length_and_bucket_must_agree),
        cmocka_unit_test(the_leaf_must_be_of_the_content),
        cmocka_unit_test(what_must_be_there_once_is),
        cmocka_unit_test(fields_have_their_shape),
        cmocka_unit_test(an_envelope_is_a_list_of_fields),
        cmocka_unit_test(half_a_signature_is_refused),
        cmocka_unit_test(a_signature_stands_under_all_it_names),
        cmocka_unit_test(a_signature_is_for_one_organisation),
        cmocka_unit_test(cut_and_lengthened_payloads_are_refused),
        cmocka_unit_test(swapped_chunks_are_refused),
    };
    if (seal_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("seal_payload", tests, NULL, NULL);
}
