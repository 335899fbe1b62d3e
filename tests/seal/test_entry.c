/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "prop.h"
#include "sealing.h"

static void buckets_are_those_of_the_page(void **state)
{
    (void)state;
    static const uint64_t kib[] = {16,   64,   256,  1024, 1280, 1536, 1792,
                                   2048, 2560, 3072, 3584, 4096, 5120};
    for (uint8_t i = 0; i < COUNT_OF(kib); i++)
        assert_int_equal(entry_bucket_bytes(i), kib[i] * 1024);
    assert_int_equal(entry_bucket_bytes(ENTRY_BUCKET_MAX), 1u << 30);
    assert_int_equal(entry_sealed_bytes(0), 18570);
    /* 2,169 before the chunks, 16 chunks of 17 bytes more. */
    assert_int_equal(entry_sealed_bytes(3), 2169 + (1u << 20) + 16 * 17);
    assert_int_equal(entry_sealed_bytes(4), 2169 + 1310720 + 20 * 17);
}

static void smallest_bucket_is_chosen_at_every_edge(void **state)
{
    (void)state;
    assert_int_equal(entry_bucket_for(0), 0);
    for (uint8_t i = 0; i < ENTRY_BUCKET_MAX; i++) {
        assert_true(entry_bucket_bytes(i) < entry_bucket_bytes((uint8_t)(i + 1)));
        assert_int_equal(entry_bucket_for(entry_bucket_bytes(i)), i);
        assert_int_equal(entry_bucket_for(entry_bucket_bytes(i) + 1), i + 1);
    }
    assert_int_equal(entry_bucket_for(entry_bucket_bytes(ENTRY_BUCKET_MAX)), ENTRY_BUCKET_MAX);
    assert_int_equal(entry_bucket_for(entry_bucket_bytes(ENTRY_BUCKET_MAX) + 1), -1);
    assert_int_equal(entry_bucket_for(UINT64_MAX), -1);
}

static void headers_and_leaves_come_back(void **state)
{
    (void)state;
    struct prop prop = prop_start("entry_roundtrip");
    for (int i = 0; i < 2000; i++) {
        struct entry_header header, header_back;
        struct entry_leaf leaf, leaf_back;
        uint8_t bytes[ENTRY_LEAF_BYTES], again[ENTRY_LEAF_BYTES];
        prop_bytes(&prop, header.id, sizeof header.id);
        prop_bytes(&prop, header.tag, sizeof header.tag);
        prop_bytes(&prop, header.erase_tag, sizeof header.erase_tag);
        header.day = (uint32_t)prop_u64(&prop);
        header.bucket = (uint8_t)prop_below(&prop, ENTRY_BUCKET_MAX + 1);
        entry_header_write(&header, bytes);
        assert_ok(entry_header_read(span_of(bytes, ENTRY_HEADER_BYTES), &header_back));
        assert_int_equal(header.day, header_back.day);
        entry_header_write(&header_back, again);
        assert_memory_equal(bytes, again, ENTRY_HEADER_BYTES);
        prop_bytes(&prop, &leaf, sizeof leaf);
        entry_leaf_write(&leaf, bytes);
        assert_ok(entry_leaf_read(span_of(bytes, ENTRY_LEAF_BYTES), &leaf_back));
        assert_memory_equal(&leaf, &leaf_back, sizeof leaf);
    }
}

static void headers_of_another_shape_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[ENTRY_HEADER_BYTES + 1] = {1};
    struct entry_header header;
    for (size_t len = 0; len <= sizeof bytes; len++) {
        int error = entry_header_read(span_of(bytes, len), &header);
        assert_error(error, len == ENTRY_HEADER_BYTES ? 0 : E_FORMAT);
    }
    bytes[0] = 2;
    assert_error(entry_header_read(span_of(bytes, ENTRY_HEADER_BYTES), &header), E_VERSION);
    bytes[0] = 1;
    bytes[53] = ENTRY_BUCKET_MAX + 1;
    assert_error(entry_header_read(span_of(bytes, ENTRY_HEADER_BYTES), &header), E_FORMAT);
}

static void leaves_of_another_shape_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[ENTRY_LEAF_BYTES + 1] = {1};
    struct entry_leaf leaf;
    for (size_t len = 0; len <= sizeof bytes; len++) {
        int error = entry_leaf_read(span_of(bytes, len), &leaf);
        assert_error(error, len == ENTRY_LEAF_BYTES ? 0 : E_FORMAT);
    }
    bytes[0] = 0;
    assert_error(entry_leaf_read(span_of(bytes, ENTRY_LEAF_BYTES), &leaf), E_VERSION);
}

static void seal_some(struct sealed *s)
{
    struct dh_pair recipient;
    struct envelope envelope = sealing_envelope();
    dh_pair_random(&recipient);
    sealing_seal(s, &recipient, &envelope, span_text("what happened"), NULL);
}

static int check(const struct sealed *s)
{
    struct problem problem = {0};
    int error = entry_check(sealed_header(s), sealed_leaf(s), buf_bytes(&s->sealed), &problem);
    assert_int_equal(error != 0, problem.text[0] != 0);
    return error;
}

static void what_was_sealed_checks(void **state)
{
    (void)state;
    struct sealed s;
    seal_some(&s);
    assert_ok(check(&s));
    assert_error(entry_check(span_of(s.header, 10), sealed_leaf(&s), buf_bytes(&s.sealed), NULL),
                 E_FORMAT);
    assert_error(entry_check(sealed_header(&s), span_of(s.leaf, 10), buf_bytes(&s.sealed), NULL),
                 E_FORMAT);
    sealed_release(&s);
}

static void every_changed_bit_of_header_and_leaf_is_noticed(void **state)
{
    (void)state;
    struct sealed s;
    seal_some(&s);
    for (size_t bit = 0; bit < 8 * ENTRY_HEADER_BYTES; bit++) {
        s.header[bit / 8] ^= (uint8_t)(1 << bit % 8);
        int error = check(&s);
        assert_true(error == E_PROOF || error == (bit < 8 ? E_VERSION : E_FORMAT));
        s.header[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    /* The commitment is for those who open. */
    for (size_t bit = 0; bit < 8 * (ENTRY_LEAF_BYTES - HASH_BYTES); bit++) {
        s.leaf[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_error(check(&s), bit < 8 ? E_VERSION : E_PROOF);
        s.leaf[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_ok(check(&s));
    sealed_release(&s);
}

static void a_leaf_of_another_id_is_refused(void **state)
{
    (void)state;
    struct sealed s;
    seal_some(&s);
    s.leaf[1] ^= 1;
    assert_error(check(&s), E_PROOF);
    sealed_release(&s);
}

static void changed_sealed_bytes_are_refused(void **state)
{
    (void)state;
    struct sealed s;
    seal_some(&s);
    s.sealed.data[s.sealed.len - 1] ^= 1;
    assert_error(check(&s), E_PROOF);
    sealed_release(&s);
}

static void sizes_that_are_not_the_buckets_are_refused(void **state)
{
    (void)state;
    struct sealed s;
    seal_some(&s);
    s.sealed.len--;
    sealing_mend_leaf(&s);
    assert_error(check(&s), E_PROOF);
    s.sealed.len++;
    buf_u8(&s.sealed, 0);
    sealing_mend_leaf(&s);
    assert_error(check(&s), E_PROOF);
    s.sealed.len--;
    s.header[53] = 1;
    sealing_mend_leaf(&s);
    assert_error(check(&s), E_PROOF);
    sealed_release(&s);
}

static void another_suite_is_refused(void **state)
{
    (void)state;
    struct sealed s;
    seal_some(&s);
    s.sealed.data[0] = 2;
    sealing_mend_leaf(&s);
    assert_error(check(&s), E_VERSION);
    s.sealed.len = 0;
    sealing_mend_leaf(&s);
    assert_error(check(&s), E_VERSION);
    sealed_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_are_those_of_the_page),
        cmocka_unit_test(smallest_bucket_is_chosen_at_every_edge),
        cmocka_unit_test(headers_and_leaves_come_back),
        cmocka_unit_test(headers_of_another_shape_are_refused),
        cmocka_unit_test(leaves_of_another_shape_are_refused),
        cmocka_unit_test(what_was_sealed_checks),
        cmocka_unit_test(every_changed_bit_of_header_and_leaf_is_noticed),
        cmocka_unit_test(a_leaf_of_another_id_is_refused),
        cmocka_unit_test(changed_sealed_bytes_are_refused),
        cmocka_unit_test(sizes_that_are_not_the_buckets_are_refused),
        cmocka_unit_test(another_suite_is_refused),
    };
    if (seal_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("seal_entry", tests, NULL, NULL);
}
