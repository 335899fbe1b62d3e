/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What derives from a codename; the values themselves stand in test_vectors.c. */
#include "seal/codename.h"
#include "sealing.h"

static const uint8_t codename[WORDS_SECRET_BYTES] = "sixteen bytes...";

static void the_same_codename_gives_the_same_keys(void **state)
{
    (void)state;
    struct caller_keys one, two, other;
    uint8_t changed[WORDS_SECRET_BYTES];
    codename_keys(codename, &one);
    codename_keys(codename, &two);
    assert_memory_equal(&one.mailbox, &two.mailbox, sizeof one.mailbox);
    assert_memory_equal(one.send_key, two.send_key, SEAL_KEY_BYTES);
    for (unsigned bit = 0; bit < 128; bit++) {
        memcpy(changed, codename, sizeof changed);
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        codename_keys(changed, &other);
        assert_memory_not_equal(one.mailbox.public_key, other.mailbox.public_key, SEAL_KEY_BYTES);
        assert_memory_not_equal(one.reply_key, other.reply_key, SEAL_KEY_BYTES);
        assert_memory_not_equal(one.erase_key, other.erase_key, SEAL_KEY_BYTES);
        assert_memory_not_equal(one.send_key, other.send_key, SEAL_KEY_BYTES);
        assert_true(other.greeting[0] < WORDS_LIST_COUNT && other.greeting[1] < WORDS_LIST_COUNT);
    }
}

/* All that is derived for all slots is different from all else. */
static void slots_share_nothing(void **state)
{
    (void)state;
    static uint8_t seen[5 * CODENAME_SLOTS][16];
    struct caller_keys keys;
    size_t count = 0;
    codename_keys(codename, &keys);
    for (unsigned slot = 0; slot < CODENAME_SLOTS; slot++) {
        uint8_t own[CODENAME_ERASE_SECRET_BYTES], answers[CODENAME_ERASE_SECRET_BYTES];
        codename_erase_secret(keys.erase_key, slot, own);
        codename_answer_erase_secret(keys.reply_key, slot, answers);
        codename_reply_tag(keys.reply_key, slot, seen[count++]);
        memcpy(seen[count++], own, 16);
        memcpy(seen[count++], answers, 16);
        codename_erase_tag(own, seen[count++]);
        codename_erase_tag(answers, seen[count++]);
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(seen[i], seen[j], 16);
    }
}

static void an_entrys_id_depends_on_all_it_should(void **state)
{
    (void)state;
    uint8_t key[SEAL_KEY_BYTES] = {1}, nonce[16] = {2}, id[16], again[16];
    struct hash content = hash_sha256(span_text("what happened"));
    codename_entry_id(key, nonce, &content, id);
    codename_entry_id(key, nonce, &content, again);
    assert_memory_equal(id, again, sizeof id);
    nonce[15] ^= 1;
    codename_entry_id(key, nonce, &content, again);
    assert_memory_not_equal(id, again, sizeof id);
    nonce[15] ^= 1;
    key[31] ^= 1;
    codename_entry_id(key, nonce, &content, again);
    assert_memory_not_equal(id, again, sizeof id);
    key[31] ^= 1;
    content.bytes[31] ^= 1;
    codename_entry_id(key, nonce, &content, again);
    assert_memory_not_equal(id, again, sizeof id);
}

static void codenames_are_drawn_anew(void **state)
{
    (void)state;
    uint8_t one[WORDS_SECRET_BYTES], two[WORDS_SECRET_BYTES];
    codename_random(one);
    codename_random(two);
    assert_memory_not_equal(one, two, sizeof one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_codename_gives_the_same_keys),
        cmocka_unit_test(slots_share_nothing),
        cmocka_unit_test(an_entrys_id_depends_on_all_it_should),
        cmocka_unit_test(codenames_are_drawn_anew),
    };
    if (seal_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("seal_codename", tests, NULL, NULL);
}
