/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "chain.h"
#include "prop.h"

/* What an intake's entry says; link_intake writes it. */
struct intake {
    uint32_t epoch, first_day, last_day;
    uint8_t key[SEAL_KEY_BYTES];
    const uint8_t *granted[3]; /* signing keys */
    size_t grant_bytes;
    uint16_t left_out, doubled;
};

static struct intake good_intake(const struct chain *chain)
{
    struct dh_pair pair;
    struct intake intake = {
        .epoch = (uint32_t)roster_intakes(chain->roster) + 1,
        .first_day = CHAIN_FIRST_DAY,
        .last_day = CHAIN_FIRST_DAY + 99,
        .granted = {chain->founder->sign.public_key},
        .grant_bytes = 112,
    };
    dh_pair_random(&pair);
    memcpy(intake.key, pair.public_key, sizeof intake.key);
    return intake;
}

static void put_intake(const struct intake *intake, struct buf *fields)
{
    for (uint16_t number = 10; number <= 13; number++) {
        uint32_t value = number == 10   ? intake->epoch
                         : number == 12 ? intake->first_day
                                        : intake->last_day;
        for (int i = intake->doubled == number ? 0 : 1; i < 2 && intake->left_out != number; i++) {
            if (number == 11)
                fields_put(fields, number, span_of(intake->key, sizeof intake->key));
            else
                fields_put_u32(fields, number, value);
        }
    }
    for (size_t i = 0; i < COUNT_OF(intake->granted) && intake->granted[i]; i++) {
        uint8_t grant[200] = {0};
        memcpy(grant, intake->granted[i], SIGN_KEY_BYTES);
        fields_put(fields, 14, span_of(grant, intake->grant_bytes));
    }
}

static void add_intake(struct chain *chain, const struct intake *intake, int error,
                       const char *what)
{
    struct link link;
    link_follow(&link, chain, ROSTER_INTAKE);
    put_intake(intake, &link.fields);
    link_add(&link, chain, error, what);
}

static void a_founded_organisation(void **state)
{
    (void)state;
    struct chain chain;
    chain_found(&chain, "Karsk Helpline");
    const struct roster *r = chain.roster;
    assert_int_equal(roster_count(r), 1);
    assert_string_equal(roster_name(r), "Karsk Helpline");
    assert_int_equal(roster_members(r), 1);
    const struct roster_member *member = roster_member_at(r, 0);
    assert_string_equal(member->name, "Mira Dolan");
    assert_memory_equal(member->encrypt_key, chain.founder->encrypt.public_key, 32);
    assert_memory_equal(member->sign_key, chain.founder->sign.public_key, 32);
    assert_memory_equal(member->cosign_key, chain.founder->cosign.public_key, 32);
    assert_ptr_equal(roster_member_find(r, chain.founder->sign.public_key), member);
    assert_null(roster_member_find(r, chain.founder->cosign.public_key));
    struct hash id = hash_sha256(roster_entry(r, 0));
    assert_memory_equal(roster_organisation(r), id.bytes, HASH_BYTES);
    assert_int_equal(roster_intakes(r), 0);
    assert_null(roster_intake_of_day(r, CHAIN_FIRST_DAY));
    chain_release(&chain);
}

static void intakes_follow_each_other(void **state)
{
    (void)state;
    struct chain chain;
    struct dh_pair pair[9];
    chain_found(&chain, "Karsk Helpline");
    for (uint32_t i = 0; i < 9; i++) {
        chain_intake(&chain);
        const struct roster_intake *intake = roster_intake_at(chain.roster, i);
        assert_int_equal(intake->epoch, i + 1);
        assert_int_equal(intake->first_day, CHAIN_FIRST_DAY + 100 * i);
        struct hash hash = hash_sha256(roster_entry(chain.roster, i + 1));
        assert_true(hash_equal(&hash, &intake->entry));
        assert_ok(roster_sign_open_grant(chain.roster, intake, chain.founder, &pair[i]));
        assert_memory_equal(pair[i].public_key, intake->public_key, SEAL_KEY_BYTES);
        dh_pair_of_secret(pair[i].secret_key, &pair[i]);
        assert_memory_equal(pair[i].public_key, intake->public_key, SEAL_KEY_BYTES);
    }
    /* Old ones still open; only the newest is for new reports, in its days. */
    struct dh_pair again;
    assert_ok(roster_sign_open_grant(chain.roster, roster_intake_at(chain.roster, 0), chain.founder,
                                     &again));
    assert_memory_equal(&again, &pair[0], sizeof again);
    const struct roster_intake *newest = roster_intake_at(chain.roster, 8);
    assert_ptr_equal(roster_intake_of_day(chain.roster, newest->first_day), newest);
    assert_ptr_equal(roster_intake_of_day(chain.roster, newest->last_day), newest);
    assert_null(roster_intake_of_day(chain.roster, newest->first_day - 1));
    assert_null(roster_intake_of_day(chain.roster, newest->last_day + 1));
    chain_release(&chain);
}

static void every_changed_bit_of_an_entry_is_noticed(void **state)
{
    (void)state;
    struct chain chain;
    chain_found(&chain, "Karsk Helpline");
    chain_intake(&chain);
    for (size_t index = 0; index < 2; index++) {
        struct span entry = roster_entry(chain.roster, index);
        struct roster *copy = roster_new();
        struct buf changed;
        assert_non_null(copy);
        if (index)
            assert_ok(roster_add(copy, roster_entry(chain.roster, 0), NULL));
        buf_init(&changed, 4096);
        buf_span(&changed, entry);
        for (size_t bit = 0; bit < 8 * changed.len; bit++) {
            changed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_true(roster_add(copy, buf_bytes(&changed), NULL) < 0);
            assert_int_equal(roster_count(copy), index);
            changed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        for (size_t len = 0; len < changed.len; len++)
            assert_error(roster_add(copy, span_of(changed.data, len), NULL), E_FORMAT);
        buf_u8(&changed, 0);
        assert_error(roster_add(copy, buf_bytes(&changed), NULL), E_FORMAT);
        assert_ok(roster_add(copy, entry, NULL));
        buf_release(&changed);
        roster_free(copy);
    }
    chain_release(&chain);
}

static void what_we_have_is_not_added_again(void **state)
{
    (void)state;
    struct chain chain;
    chain_found(&chain, "Karsk Helpline");
    for (int i = 0; i < 3; i++)
        chain_intake(&chain);
    for (size_t i = 0; i < 4; i++)
        assert_error(roster_add(chain.roster, roster_entry(chain.roster, i), NULL), E_EXISTS);
    assert_int_equal(roster_count(chain.roster), 4);
    chain_release(&chain);
}

static void versions_and_kinds_of_later_are_refused(void **state)
{
    (void)state;
    struct chain chain;
    struct link link;
    struct intake intake;
    chain_found(&chain, "Karsk Helpline");
    intake = good_intake(&chain);
    for (int i = 0; i < 3; i++) {
        link_follow(&link, &chain, ROSTER_INTAKE);
        put_intake(&intake, &link.fields);
        link.version = i == 0 ? 2 : 1;
        link.kind = i == 1 ? 3 : i == 2 ? 0 : ROSTER_INTAKE;
        link_add(&link, &chain, E_VERSION, NULL);
    }
    chain_release(&chain);
}

static void one_signature_and_of_a_member(void **state)
{
    (void)state;
    struct chain chain, other;
    struct link link;
    struct intake intake;
    chain_found(&chain, "Karsk Helpline");
    chain_found(&other, "Tolma Helpline");
    intake = good_intake(&chain);
    for (uint8_t count = 0; count < 3; count += 2) {
        link_follow(&link, &chain, ROSTER_INTAKE);
        put_intake(&intake, &link.fields);
        link.count = count;
        link_add(&link, &chain, E_ROSTER, NULL);
    }
    link_follow(&link, &chain, ROSTER_INTAKE);
    put_intake(&intake, &link.fields);
    link.signer = other.founder;
    link_add(&link, &chain, E_ROSTER, "no member");
    link_follow(&link, &chain, ROSTER_INTAKE);
    put_intake(&intake, &link.fields);
    link.prefix = "vouchsafe/record/1\n";
    link_add(&link, &chain, E_SIGNATURE, "signature of roster entry 1");
    chain_release(&chain);
    chain_release(&other);
}

/* Two entries of one member for one place; and one that follows neither. */
static void forks_are_told_from_noise(void **state)
{
    (void)state;
    struct chain chain;
    struct link link;
    struct intake intake;
    chain_found(&chain, "Karsk Helpline");
    chain_intake(&chain);
    intake = good_intake(&chain);
    link_follow(&link, &chain, ROSTER_INTAKE);
    put_intake(&intake, &link.fields);
    link.sequence = 1;
    link.previous = hash_sha256(roster_entry(chain.roster, 0));
    link_add(&link, &chain, E_FORK, "two roster entries for place 1");
    link_follow(&link, &chain, ROSTER_INTAKE);
    put_intake(&intake, &link.fields);
    link.sequence = 1; /* though it follows the last one */
    link_add(&link, &chain, E_FORK, "two roster entries for place 1");
    link_follow(&link, &chain, ROSTER_INTAKE);
    put_intake(&intake, &link.fields);
    link.previous.bytes[0] ^= 1;
    link_add(&link, &chain, E_FORK, "two roster entries for place 2");
    link_follow(&link, &chain, ROSTER_INTAKE);
    put_intake(&intake, &link.fields);
    link.previous.bytes[0] ^= 1;
    link.prefix = "somebody/else/1\n";
    link_add(&link, &chain, E_SIGNATURE, NULL);
    link_follow(&link, &chain, ROSTER_INTAKE);
    put_intake(&intake, &link.fields);
    link.sequence = 3;
    link_add(&link, &chain, E_MISSING, "entry 2 is missing");
    chain_release(&chain);
}

static void another_organisations_entries_are_refused(void **state)
{
    (void)state;
    struct chain chain, other;
    chain_found(&chain, "Karsk Helpline");
    chain_found(&other, "Karsk Helpline");
    chain_intake(&other);
    assert_error(roster_add(chain.roster, roster_entry(other.roster, 0), NULL), E_OTHER_ORG);
    assert_error(roster_add(chain.roster, roster_entry(other.roster, 1), NULL), E_ROSTER);
    chain_release(&chain);
    chain_release(&other);
}

static void an_organisation_is_founded_once_and_first(void **state)
{
    (void)state;
    struct chain chain;
    struct link link;
    struct intake intake;
    chain_found(&chain, "Karsk Helpline");
    intake = good_intake(&chain);
    link_follow(&link, &chain, ROSTER_FOUND);
    link_add(&link, &chain, E_ROSTER, "founded once");
    roster_free(chain.roster);
    chain.roster = roster_new();
    link_follow(&link, &chain, ROSTER_INTAKE);
    put_intake(&intake, &link.fields);
    link_add(&link, &chain, E_ROSTER, "founded once");
    link_follow(&link, &chain, ROSTER_INTAKE);
    put_intake(&intake, &link.fields);
    link.sequence = 1;
    link_add(&link, &chain, E_MISSING, NULL);
    chain_release(&chain);
}

/* A first entry by hand. number is put otherwise than it must be: left out, twice, or with
 * those bytes. */
static void found(uint16_t number, const char *instead, size_t len, int times, int error,
                  const char *what)
{
    struct chain chain = {.roster = roster_new(), .founder = member_keys_random()};
    struct link link;
    link_follow(&link, &chain, ROSTER_FOUND);
    const struct span values[] = {
        span_text("Karsk Helpline"),
        span_text("Mira Dolan"),
        span_of(chain.founder->encrypt.public_key, 32),
        span_of(chain.founder->sign.public_key, 32),
        span_of(chain.founder->cosign.public_key, 32),
    };
    for (uint16_t n = 1; n <= 5; n++) {
        for (int i = 0; i < (n == number ? times : 1); i++)
            fields_put(&link.fields, n,
                       n == number && instead ? span_of(instead, len) : values[n - 1]);
    }
    link_add(&link, &chain, error, what);
    chain_release(&chain);
}

static void a_first_entry_says_what_it_must(void **state)
{
    (void)state;
    static const char longest[121] = "a", trap[33] = {1};
    char name[121];
    found(0, NULL, 0, 1, 0, NULL);
    for (uint16_t n = 1; n <= 5; n++) {
        found(n, NULL, 0, 0, E_FORMAT, NULL);
        found(n, NULL, 0, 2, E_FORMAT, NULL);
        found(n, "", 0, 1, E_FORMAT, NULL);
    }
    memset(name, 'a', sizeof name);
    for (uint16_t n = 1; n <= 2; n++) {
        found(n, name, 120, 1, 0, NULL);
        found(n, name, 121, 1, E_FORMAT, "1 to 120 bytes");
        found(n, "two\nlines", 9, 1, E_FORMAT, "on one line");
        found(n, "nul\0", 4, 1, E_FORMAT, "on one line");
        found(n, "\x7f", 1, 1, E_FORMAT, "on one line");
        found(n, "\xc2\x85", 2, 1, E_FORMAT, "on one line");
        found(n, "\xe2\x80\xa8", 3, 1, E_FORMAT, "on one line");
        found(n, "\xe2\x80\xa9", 3, 1, E_FORMAT, "on one line");
        found(n, "\xff", 1, 1, E_FORMAT, "on one line");
        found(n, "Телефон доверия", 29, 1, 0, NULL);
        found(n, "ТелефонТелефонТелефонТелефонТелефонТелефонТелефонТелефонТелеф", 122, 1, E_FORMAT,
              "1 to 120 bytes");
    }
    for (uint16_t n = 3; n <= 5; n++) {
        found(n, longest, 31, 1, E_FORMAT, NULL);
        found(n, longest, 33, 1, E_FORMAT, NULL);
    }
    found(3, trap, 32, 1, E_ROSTER, "encryption key");
    found(4, longest, 32, 1, E_ROSTER, "not signed by its founder");
}

static void a_first_entry_follows_nothing(void **state)
{
    (void)state;
    struct chain chain, empty = {.roster = roster_new()};
    struct link link;
    chain_found(&chain, "Karsk Helpline");
    empty.founder = chain.founder;
    link_follow(&link, &empty, ROSTER_FOUND);
    link.previous.bytes[31] = 1;
    link_add(&link, &empty, E_FORMAT, NULL);
    roster_free(empty.roster);
    chain_release(&chain);
}

static void an_intake_says_what_it_must(void **state)
{
    (void)state;
    struct chain chain;
    struct intake intake;
    chain_found(&chain, "Karsk Helpline");
    chain_intake(&chain);
    for (uint16_t n = 10; n <= 13; n++) {
        intake = good_intake(&chain);
        intake.left_out = n;
        add_intake(&chain, &intake, E_FORMAT, NULL);
        intake = good_intake(&chain);
        intake.doubled = n;
        add_intake(&chain, &intake, E_FORMAT, NULL);
    }
    struct link link;
    link_follow(&link, &chain, ROSTER_INTAKE);
    fields_put_u32(&link.fields, 12, 1);
    fields_put_u32(&link.fields, 10, 2);
    link_add(&link, &chain, E_FORMAT, NULL);
    intake = good_intake(&chain);
    add_intake(&chain, &intake, 0, NULL);
    chain_release(&chain);
}

static void an_intake_must_be_newer(void **state)
{
    (void)state;
    static const uint32_t epochs[] = {0, 1, 2, 4, UINT32_MAX};
    struct chain chain;
    struct intake intake;
    chain_found(&chain, "Karsk Helpline");
    intake = good_intake(&chain);
    intake.epoch = 0;
    add_intake(&chain, &intake, E_ROSTER, "cannot follow epoch 0");
    chain_intake(&chain);
    chain_intake(&chain);
    for (size_t i = 0; i < COUNT_OF(epochs); i++) {
        intake = good_intake(&chain);
        intake.epoch = epochs[i];
        add_intake(&chain, &intake, E_ROSTER, "cannot follow epoch 2");
    }
    for (size_t i = 0; i < 2; i++) {
        intake = good_intake(&chain);
        memcpy(intake.key, roster_intake_at(chain.roster, i)->public_key, SEAL_KEY_BYTES);
        add_intake(&chain, &intake, E_ROSTER, "has the key of epoch");
    }
    intake = good_intake(&chain);
    memset(intake.key, 0, SEAL_KEY_BYTES);
    add_intake(&chain, &intake, E_ROSTER, "is no key");
    chain_release(&chain);
}

static void an_intake_lasts_400_days_at_most(void **state)
{
    (void)state;
    static const struct {
        uint32_t first, last;
        int error;
    } days[] = {
        {1000, 1000, 0},        {1000, 999, E_ROSTER},     {1000, 1400, 0},
        {1000, 1401, E_ROSTER}, {0, UINT32_MAX, E_ROSTER}, {UINT32_MAX, 0, E_ROSTER},
    };
    struct chain chain;
    chain_found(&chain, "Karsk Helpline");
    for (size_t i = 0; i < COUNT_OF(days); i++) {
        struct intake intake = good_intake(&chain);
        intake.first_day = days[i].first;
        intake.last_day = days[i].last;
        add_intake(&chain, &intake, days[i].error, days[i].error ? "400 days" : NULL);
    }
    assert_error(roster_sign_intake(chain.roster, chain.founder, 1000, 1401, NULL), E_ROSTER);
    chain_release(&chain);
}

static void grants_are_to_members_once(void **state)
{
    (void)state;
    struct chain chain;
    struct intake intake;
    chain_found(&chain, "Karsk Helpline");
    const uint8_t *founder = chain.founder->sign.public_key;
    intake = good_intake(&chain);
    intake.granted[1] = chain.founder->cosign.public_key;
    add_intake(&chain, &intake, E_ROSTER, "no member");
    intake = good_intake(&chain);
    intake.granted[1] = founder;
    add_intake(&chain, &intake, E_ROSTER, "two grants");
    intake = good_intake(&chain);
    intake.grant_bytes = 111;
    add_intake(&chain, &intake, E_FORMAT, NULL);
    intake.grant_bytes = 113;
    add_intake(&chain, &intake, E_FORMAT, NULL);
    intake.grant_bytes = 0;
    add_intake(&chain, &intake, E_FORMAT, NULL);
    chain_release(&chain);
}

/* Adds an intake whose grant holds that secret, sealed for that member under that key's name. */
static void add_grant(struct chain *chain, const uint8_t secret[32], const uint8_t named[32],
                      const uint8_t published[32], const uint8_t ephemeral_instead[32])
{
    struct link link;
    struct intake intake = good_intake(chain);
    uint8_t grant[112], joined[96], kn[56], own[32];
    intake.granted[0] = NULL;
    memcpy(intake.key, published, 32);
    randombytes_buf(own, 32);
    crypto_scalarmult_base(joined, own);
    memcpy(joined + 32, chain->founder->encrypt.public_key, 32);
    assert_ok(crypto_scalarmult(joined + 64, own, chain->founder->encrypt.public_key));
    crypto_generichash_blake2b_salt_personal(kn, 56, joined, 96, NULL, 0, NULL,
                                             (const uint8_t *)"vouchsafe-grant1");
    memcpy(grant, chain->founder->sign.public_key, 32);
    memcpy(grant + 32, ephemeral_instead ? ephemeral_instead : joined, 32);
    crypto_aead_xchacha20poly1305_ietf_encrypt(grant + 64, NULL, secret, 32, named, 32, NULL,
                                               kn + 32, kn);
    link_follow(&link, chain, ROSTER_INTAKE);
    put_intake(&intake, &link.fields);
    fields_put(&link.fields, 14, span_of(grant, sizeof grant));
    link_add(&link, chain, 0, NULL);
}

static int open_last_grant(const struct chain *chain, const struct member_keys *keys,
                           struct dh_pair *ret_pair)
{
    size_t intakes = roster_intakes(chain->roster);
    return roster_sign_open_grant(chain->roster, roster_intake_at(chain->roster, intakes - 1), keys,
                                  ret_pair);
}

static void a_grant_yields_the_published_key_or_nothing(void **state)
{
    (void)state;
    static const uint8_t zeros[32];
    struct chain chain;
    struct dh_pair epoch, other, got, untouched = {{7}, {7}};
    chain_found(&chain, "Karsk Helpline");
    dh_pair_random(&epoch);
    add_grant(&chain, epoch.secret_key, epoch.public_key, epoch.public_key, NULL);
    assert_ok(open_last_grant(&chain, chain.founder, &got));
    assert_memory_equal(&got, &epoch, sizeof got);
    got = untouched;
    dh_pair_random(&epoch);
    dh_pair_random(&other);
    add_grant(&chain, other.secret_key, epoch.public_key, epoch.public_key, NULL);
    assert_error(open_last_grant(&chain, chain.founder, &got), E_ROSTER);
    dh_pair_random(&epoch);
    add_grant(&chain, epoch.secret_key, other.public_key, epoch.public_key, NULL);
    assert_error(open_last_grant(&chain, chain.founder, &got), E_CANNOT_OPEN);
    dh_pair_random(&epoch);
    add_grant(&chain, epoch.secret_key, epoch.public_key, epoch.public_key, other.public_key);
    assert_error(open_last_grant(&chain, chain.founder, &got), E_CANNOT_OPEN);
    dh_pair_random(&epoch);
    add_grant(&chain, epoch.secret_key, epoch.public_key, epoch.public_key, zeros);
    assert_error(open_last_grant(&chain, chain.founder, &got), E_CANNOT_OPEN);
    assert_memory_equal(&got, &untouched, sizeof got);
    chain_release(&chain);
}

static void a_grant_opens_for_its_member_only(void **state)
{
    (void)state;
    struct chain chain;
    struct member_keys *other = member_keys_random(), *mixed = member_keys_random();
    struct dh_pair got;
    struct intake intake;
    chain_found(&chain, "Karsk Helpline");
    chain_intake(&chain);
    assert_error(open_last_grant(&chain, other, &got), E_NOT_FOUND);
    mixed->sign = chain.founder->sign;
    assert_error(open_last_grant(&chain, mixed, &got), E_CANNOT_OPEN);
    assert_ok(open_last_grant(&chain, chain.founder, &got));
    intake = good_intake(&chain);
    intake.granted[0] = NULL;
    add_intake(&chain, &intake, 0, NULL);
    assert_error(open_last_grant(&chain, chain.founder, &got), E_NOT_FOUND);
    member_keys_free(other);
    member_keys_free(mixed);
    chain_release(&chain);
}

static void entries_have_a_limit(void **state)
{
    (void)state;
    static uint8_t filler[ROSTER_ENTRY_MAX];
    struct chain chain;
    struct link link;
    struct intake intake;
    chain_found(&chain, "Karsk Helpline");
    /* Besides its filler an entry with one grant has 328 bytes: unknown fields may stand in it. */
    for (int more = 1; more >= 0; more--) {
        intake = good_intake(&chain);
        link_follow(&link, &chain, ROSTER_INTAKE);
        put_intake(&intake, &link.fields);
        size_t rest = ROSTER_ENTRY_MAX - 46 - link.fields.len - 97 - 6;
        fields_put(&link.fields, 99, span_of(filler, rest + (size_t)more));
        link_add(&link, &chain, more ? E_FORMAT : 0, NULL);
    }
    chain_release(&chain);
}

static void a_roster_has_a_limit(void **state)
{
    (void)state;
    struct chain chain;
    chain_found(&chain, "Karsk Helpline");
    for (int i = 1; i < ROSTER_ENTRIES_MAX; i++)
        assert_ok(roster_sign_intake(chain.roster, chain.founder, 1000, 1000, NULL));
    assert_error(roster_sign_intake(chain.roster, chain.founder, 1000, 1000, NULL), E_TOO_LARGE);
    assert_int_equal(roster_count(chain.roster), ROSTER_ENTRIES_MAX);
    chain_release(&chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_founded_organisation),
        cmocka_unit_test(intakes_follow_each_other),
        cmocka_unit_test(every_changed_bit_of_an_entry_is_noticed),
        cmocka_unit_test(what_we_have_is_not_added_again),
        cmocka_unit_test(versions_and_kinds_of_later_are_refused),
        cmocka_unit_test(one_signature_and_of_a_member),
        cmocka_unit_test(forks_are_told_from_noise),
        cmocka_unit_test(another_organisations_entries_are_refused),
        cmocka_unit_test(an_organisation_is_founded_once_and_first),
        cmocka_unit_test(a_first_entry_says_what_it_must),
        cmocka_unit_test(a_first_entry_follows_nothing),
        cmocka_unit_test(an_intake_says_what_it_must),
        cmocka_unit_test(an_intake_must_be_newer),
        cmocka_unit_test(an_intake_lasts_400_days_at_most),
        cmocka_unit_test(grants_are_to_members_once),
        cmocka_unit_test(a_grant_yields_the_published_key_or_nothing),
        cmocka_unit_test(a_grant_opens_for_its_member_only),
        cmocka_unit_test(entries_have_a_limit),
        cmocka_unit_test(a_roster_has_a_limit),
    };
    if (seal_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("seal_roster", tests, NULL, NULL);
}
