/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "prop.h"
#include "seal/member.h"
#include "seal/secret.h"
#include "sealing.h"

static const char passphrase[] = "seven calm herons by the lake";

static struct buf written(const struct member_keys *keys)
{
    struct buf file;
    buf_init(&file, KEYFILE_BYTES);
    assert_ok(keyfile_write(keys, sealing_organisation, span_text(passphrase),
                            KEYFILE_COST_MINIMUM_FOR_TESTS, &file));
    assert_int_equal(file.len, KEYFILE_BYTES);
    return file;
}

static void open_fails(struct span file, const char *phrase, const uint8_t *organisation, int error)
{
    struct member_keys *keys = NULL;
    assert_error(keyfile_open(file, span_text(phrase), organisation, &keys, NULL), error);
    assert_null(keys);
}

static void assert_same(const struct member_keys *a, const struct member_keys *b)
{
    assert_memory_equal(a, b, sizeof *a);
}

static void one_seed_is_one_member(void **state)
{
    (void)state;
    struct member_keys *one = member_keys_random(), *two = member_keys_of_seed(one->seed);
    struct member_keys *other = member_keys_random();
    assert_same(one, two);
    assert_memory_not_equal(one->seed, other->seed, MEMBER_SEED_BYTES);
    assert_memory_not_equal(one->sign.public_key, one->cosign.public_key, SIGN_KEY_BYTES);
    assert_memory_not_equal(one->sign.public_key, other->sign.public_key, SIGN_KEY_BYTES);
    member_keys_free(one);
    member_keys_free(two);
    member_keys_free(other);
    member_keys_free(NULL);
}

static void key_files_come_back(void **state)
{
    (void)state;
    struct member_keys *keys = member_keys_random(), *back;
    struct buf file = written(keys), again = written(keys);
    uint8_t organisation[32], sign_key[SIGN_KEY_BYTES];
    assert_ok(keyfile_open(buf_bytes(&file), span_text(passphrase), NULL, &back, NULL));
    assert_same(keys, back);
    member_keys_free(back);
    assert_ok(
        keyfile_open(buf_bytes(&file), span_text(passphrase), sealing_organisation, &back, NULL));
    member_keys_free(back);
    assert_ok(keyfile_peek(buf_bytes(&file), organisation, sign_key));
    assert_memory_equal(organisation, sealing_organisation, sizeof organisation);
    assert_memory_equal(sign_key, keys->sign.public_key, sizeof sign_key);
    /* Salt, nonce and what they make are drawn anew. */
    assert_memory_not_equal(file.data + 21, again.data + 21, 16);
    assert_memory_not_equal(file.data + 101, again.data + 101, 56);
    buf_release(&file);
    buf_release(&again);
    member_keys_free(keys);
}

static void a_wrong_passphrase_opens_nothing(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "seven calm herons by the lak",
                                        "seven calm herons by the lake ",
                                        "Seven calm herons by the lake"};
    struct member_keys *keys = member_keys_random();
    struct buf file = written(keys);
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        open_fails(buf_bytes(&file), wrong[i], sealing_organisation, E_PASSPHRASE);
    buf_release(&file);
    member_keys_free(keys);
}

/* One bit of each byte. What is in the clear is told from the passphrase where it can be. */
static void every_changed_byte_is_noticed(void **state)
{
    (void)state;
    struct prop prop = prop_start("keyfile_bits");
    struct member_keys *keys = member_keys_random();
    struct buf file = written(keys);
    for (size_t at = 0; at < file.len; at++) {
        uint8_t bit = (uint8_t)(1 << prop_below(&prop, 8));
        if (at >= 5 && at < 21)
            continue; /* the limits: below */
        file.data[at] ^= bit;
        open_fails(buf_bytes(&file), passphrase, sealing_organisation,
                   at < 4                ? E_KEYFILE
                   : at == 4             ? E_VERSION
                   : at >= 37 && at < 69 ? E_OTHER_ORG
                                         : E_PASSPHRASE);
        open_fails(buf_bytes(&file), passphrase, NULL,
                   at < 4    ? E_KEYFILE
                   : at == 4 ? E_VERSION
                             : E_PASSPHRASE);
        file.data[at] ^= bit;
    }
    for (size_t len = 0; len < file.len; len++)
        open_fails(span_of(file.data, len), passphrase, NULL, E_KEYFILE);
    buf_release(&file);
    member_keys_free(keys);
}

static void a_byte_more_is_noticed(void **state)
{
    (void)state;
    struct member_keys *keys = member_keys_random();
    struct buf file = written(keys);
    uint8_t longer[KEYFILE_BYTES + 1] = {0}, organisation[32], sign_key[SIGN_KEY_BYTES];
    memcpy(longer, file.data, file.len);
    open_fails(span_of(longer, sizeof longer), passphrase, NULL, E_KEYFILE);
    assert_error(keyfile_peek(span_of(longer, sizeof longer), organisation, sign_key), E_KEYFILE);
    longer[4] = 2;
    assert_error(keyfile_peek(span_of(longer, KEYFILE_BYTES), organisation, sign_key), E_VERSION);
    buf_release(&file);
    member_keys_free(keys);
}

static void put_u64(uint8_t *at, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)(value >> (56 - 8 * i));
}

/* Nobody's file makes a desk work for hours or ask for all memory. */
static void absurd_limits_are_refused_before_any_work(void **state)
{
    (void)state;
    static const uint64_t ops[] = {0, 5, UINT32_MAX, UINT64_MAX, 1ull << 63};
    static const uint64_t mem[] = {0, 8191, (1ull << 30) + 1, UINT64_MAX, 1ull << 40};
    struct member_keys *keys = member_keys_random();
    struct buf file = written(keys);
    for (size_t i = 0; i < COUNT_OF(ops); i++) {
        put_u64(file.data + 5, ops[i]);
        put_u64(file.data + 13, 8192);
        open_fails(buf_bytes(&file), passphrase, NULL, E_KEYFILE);
        put_u64(file.data + 5, 1);
        put_u64(file.data + 13, mem[i]);
        open_fails(buf_bytes(&file), passphrase, NULL, E_KEYFILE);
    }
    /* Allowed, but not those that the file was made with. */
    put_u64(file.data + 5, 2);
    put_u64(file.data + 13, 8192);
    open_fails(buf_bytes(&file), passphrase, NULL, E_PASSPHRASE);
    put_u64(file.data + 5, 1);
    put_u64(file.data + 13, 16384);
    open_fails(buf_bytes(&file), passphrase, NULL, E_PASSPHRASE);
    buf_release(&file);
    member_keys_free(keys);
}

static void the_moderate_limits_stand_in_the_file(void **state)
{
    (void)state;
    struct member_keys *keys = member_keys_random(), *back;
    struct buf file;
    uint8_t limits[16];
    buf_init(&file, KEYFILE_BYTES);
    assert_ok(keyfile_write(keys, sealing_organisation, span_text(passphrase),
                            KEYFILE_COST_MODERATE, &file));
    put_u64(limits, 3);
    put_u64(limits + 8, 256u << 20);
    assert_memory_equal(file.data + 5, limits, sizeof limits);
    assert_ok(keyfile_open(buf_bytes(&file), span_text(passphrase), NULL, &back, NULL));
    assert_same(keys, back);
    member_keys_free(back);
    buf_release(&file);
    member_keys_free(keys);
}

/* A file that somebody who knows the passphrase wrote with another one's signing key. */
static void the_signing_key_must_be_the_seeds(void **state)
{
    (void)state;
    struct member_keys *keys = member_keys_random();
    keys->sign.public_key[0] ^= 1;
    struct buf file = written(keys);
    open_fails(buf_bytes(&file), passphrase, sealing_organisation, E_KEYFILE);
    buf_release(&file);
    member_keys_free(keys);
}

static void another_organisations_file_is_told(void **state)
{
    (void)state;
    uint8_t other[32] = {1};
    struct member_keys *keys = member_keys_random();
    struct buf file = written(keys);
    open_fails(buf_bytes(&file), passphrase, other, E_OTHER_ORG);
    open_fails(buf_bytes(&file), "wrong", other, E_OTHER_ORG);
    buf_release(&file);
    member_keys_free(keys);
}

static void a_full_buffer_is_told(void **state)
{
    (void)state;
    struct member_keys *keys = member_keys_random();
    struct buf file;
    buf_init(&file, KEYFILE_BYTES - 1);
    assert_error(keyfile_write(keys, sealing_organisation, span_text(passphrase),
                               KEYFILE_COST_MINIMUM_FOR_TESTS, &file),
                 E_TOO_LARGE);
    buf_release(&file);
    member_keys_free(keys);
}

static void two_sheets_are_the_seed_and_one_is_nothing(void **state)
{
    (void)state;
    struct prop prop = prop_start("kit");
    for (int i = 0; i < 200; i++) {
        uint8_t seed[MEMBER_SEED_BYTES], back[MEMBER_SEED_BYTES], sheet[4][WORDS_SECRET_BYTES];
        prop_bytes(&prop, seed, sizeof seed);
        kit_split(seed, sheet[0], sheet[1]);
        kit_split(seed, sheet[2], sheet[3]);
        kit_join(sheet[0], sheet[1], back);
        assert_memory_equal(seed, back, sizeof seed);
        kit_join(sheet[1], sheet[0], back);
        assert_memory_equal(seed, back, sizeof seed);
        /* Sheets of two kits, though of one member, are no seed. */
        kit_join(sheet[0], sheet[3], back);
        assert_memory_not_equal(seed, back, sizeof seed);
        for (int n = 0; n < 4; n++)
            assert_memory_not_equal(sheet[n], seed, sizeof seed);
        assert_memory_not_equal(sheet[0], sheet[2], sizeof seed);
    }
}

static void sheets_travel_as_words(void **state)
{
    (void)state;
    struct member_keys *keys = member_keys_random(), *back;
    uint8_t sheet[2][WORDS_SECRET_BYTES], read[2][WORDS_SECRET_BYTES], seed[MEMBER_SEED_BYTES];
    kit_split(keys->seed, sheet[0], sheet[1]);
    for (int i = 0; i < 2; i++) {
        const char *words[WORDS_SECRET_COUNT];
        const struct words_list *list;
        struct buf text;
        words_of_secret(words_of_language("ru"), sheet[i], words);
        buf_init(&text, 1024);
        for (size_t n = 0; n < WORDS_SECRET_COUNT; n++)
            buf_printf(&text, "%zu. %s\n", n + 1, words[n]);
        assert_ok(
            words_read_secret(words_of_language("en"), buf_bytes(&text), read[i], &list, NULL));
        buf_release(&text);
    }
    kit_join(read[0], read[1], seed);
    back = member_keys_of_seed(seed);
    assert_same(keys, back);
    member_keys_free(back);
    member_keys_free(keys);
}

static void secret_memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    static const uint8_t zeros[4096];
    for (size_t bytes = 0; bytes < 100; bytes++) {
        uint8_t *p = secret_alloc(bytes);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        assert_memory_equal(p, zeros, bytes);
        memset(p, 7, bytes);
        secret_free(p);
    }
    assert_null(secret_alloc(SIZE_MAX));
    secret_free(NULL);
    uint8_t some[8] = {1, 2, 3};
    assert_false(secret_equal(some, zeros, sizeof some));
    secret_wipe(some, sizeof some);
    assert_true(secret_equal(some, zeros, sizeof some));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_seed_is_one_member),
        cmocka_unit_test(key_files_come_back),
        cmocka_unit_test(a_wrong_passphrase_opens_nothing),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(a_byte_more_is_noticed),
        cmocka_unit_test(absurd_limits_are_refused_before_any_work),
        cmocka_unit_test(the_moderate_limits_stand_in_the_file),
        cmocka_unit_test(the_signing_key_must_be_the_seeds),
        cmocka_unit_test(another_organisations_file_is_told),
        cmocka_unit_test(a_full_buffer_is_told),
        cmocka_unit_test(two_sheets_are_the_seed_and_one_is_nothing),
        cmocka_unit_test(sheets_travel_as_words),
        cmocka_unit_test(secret_memory_is_zeroed_and_aligned),
    };
    if (seal_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("seal_member", tests, NULL, NULL);
}
