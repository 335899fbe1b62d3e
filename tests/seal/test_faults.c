/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Each allocation fails in turn, the guarded ones and Argon2's too: the error is E_NOMEM, nothing
 * of the result is set, and nothing leaks (the sanitizers see the heap; the guarded memory, which
 * they do not see, is counted here). The linker puts the wraps below before libsodium's own. */
#include "base/mem.h"
#include "chain.h"
#include "seal/answer.h"
#include "seal/member.h"
#include "seal/ticket.h"

void *__real_sodium_malloc(size_t bytes);
void *__wrap_sodium_malloc(size_t bytes);
void __real_sodium_free(void *p);
void __wrap_sodium_free(void *p);
int __real_crypto_pwhash(unsigned char *out, unsigned long long outlen, const char *passwd,
                         unsigned long long passwdlen, const unsigned char *salt,
                         unsigned long long opslimit, size_t memlimit, int alg);
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long outlen, const char *passwd,
                         unsigned long long passwdlen, const unsigned char *salt,
                         unsigned long long opslimit, size_t memlimit, int alg);

static int guarded;

/* Takes part in the count of base/mem.h. */
static bool may_allocate(void)
{
    void *p = mem_alloc(1);
    mem_free(p);
    return p;
}

void *__wrap_sodium_malloc(size_t bytes)
{
    void *p = may_allocate() ? __real_sodium_malloc(bytes) : NULL;
    guarded += p != NULL;
    return p;
}

void __wrap_sodium_free(void *p)
{
    guarded -= p != NULL;
    __real_sodium_free(p);
}

int __wrap_crypto_pwhash(unsigned char *out, unsigned long long outlen, const char *passwd,
                         unsigned long long passwdlen, const unsigned char *salt,
                         unsigned long long opslimit, size_t memlimit, int alg)
{
    return may_allocate()
               ? __real_crypto_pwhash(out, outlen, passwd, passwdlen, salt, opslimit, memlimit, alg)
               : -1;
}

struct world {
    struct dh_pair recipient, mailbox;
    struct sealed payload, answer;
    struct buf pack, chain_bytes, keyfile, ticket;
    struct chain chain;
    struct ticket_keys ticket_keys;
    struct roster *roster;
    size_t roster_have;
};

static void make_ticket(struct world *w)
{
    struct ticket ticket = {.minute = 33776640};
    ticket_keys_random(33776640, &w->ticket_keys);
    buf_init(&w->ticket, TICKET_TEXT_MAX);
    ticket_seal(&w->ticket_keys, &ticket, &w->ticket);
}

static void make_answer(struct world *w)
{
    struct entry_header header = sealing_header(0);
    struct entry_leaf leaf;
    buf_init(&w->answer.sealed, SEALING_CAP_BYTES);
    assert_ok(answer_seal(&w->recipient, w->mailbox.public_key, &header, span_text("soon"),
                          &w->answer.sealed, &leaf));
    entry_header_write(&header, w->answer.header);
    entry_leaf_write(&leaf, w->answer.leaf);
}

static void make(struct world *w)
{
    struct envelope envelope = sealing_envelope();
    dh_pair_random(&w->recipient);
    dh_pair_random(&w->mailbox);
    sealing_seal(&w->payload, &w->recipient, &envelope, span_text("what happened"), NULL);
    make_answer(w);
    make_ticket(w);
    chain_found(&w->chain, "Karsk Helpline");
    for (int i = 0; i < 5; i++)
        chain_intake(&w->chain);
    buf_init(&w->pack, PACK_TEXT_MAX);
    pack_write(w->chain.roster, &w->pack);
    buf_init(&w->chain_bytes, PACK_TEXT_MAX);
    roster_chain_write(w->chain.roster, &w->chain_bytes);
    buf_init(&w->keyfile, KEYFILE_BYTES);
    assert_ok(keyfile_write(w->chain.founder, sealing_organisation, span_text("herons"),
                            KEYFILE_COST_MINIMUM_FOR_TESTS, &w->keyfile));
}

static void unmake(struct world *w)
{
    sealed_release(&w->payload);
    sealed_release(&w->answer);
    buf_release(&w->pack);
    buf_release(&w->chain_bytes);
    buf_release(&w->keyfile);
    buf_release(&w->ticket);
    chain_release(&w->chain);
}

/* What is tried. Each returns what it got and keeps nothing. */
static int try_open(struct world *w)
{
    struct opened opened = {0}, untouched = {0};
    int error = sealing_open(&w->payload, &w->recipient, &opened, NULL);
    if (error)
        assert_memory_equal(&opened, &untouched, sizeof opened);
    else
        opened_release(&opened);
    return error;
}

static int try_seal(struct world *w)
{
    struct envelope envelope = sealing_envelope();
    struct entry_header header = sealing_header(3);
    struct entry_leaf leaf;
    struct buf out;
    buf_init(&out, SEALING_CAP_BYTES);
    int error = payload_seal(w->recipient.public_key, &header, &envelope, span_text("abc"),
                             &w->chain.founder->sign, sealing_organisation, &out, &leaf);
    if (error)
        assert_int_equal(out.len, 0);
    buf_release(&out);
    return error;
}

static int try_answer_open(struct world *w)
{
    struct buf out;
    buf_init(&out, SEALING_CAP_BYTES);
    int error = answer_open(&w->mailbox, w->recipient.public_key, sealed_header(&w->answer),
                            sealed_leaf(&w->answer), buf_bytes(&w->answer.sealed), &out);
    buf_release(&out);
    return error;
}

static int try_answer_seal(struct world *w)
{
    struct entry_header header = sealing_header(0);
    struct entry_leaf leaf;
    struct buf out;
    buf_init(&out, SEALING_CAP_BYTES);
    int error =
        answer_seal(&w->recipient, w->mailbox.public_key, &header, span_text("soon"), &out, &leaf);
    buf_release(&out);
    return error;
}

static int try_pack_read(struct world *w)
{
    struct roster *roster = NULL;
    int error = pack_read(buf_bytes(&w->pack), &roster, NULL);
    assert_int_equal(error != 0, roster == NULL);
    roster_free(roster);
    return error;
}

static int try_chain_read(struct world *w)
{
    struct roster *roster = NULL;
    int error = roster_chain_read(buf_bytes(&w->chain_bytes), &roster, NULL);
    assert_int_equal(error != 0, roster == NULL);
    roster_free(roster);
    return error;
}

static int try_pack_write(struct world *w)
{
    struct buf out;
    buf_init(&out, PACK_TEXT_MAX);
    pack_write(w->chain.roster, &out);
    int error = buf_error(&out);
    buf_release(&out);
    return error;
}

/* All entries one after another; what failed can be added when there is memory again. */
static int try_roster_add(struct world *w)
{
    w->roster = roster_new();
    int error = w->roster ? 0 : E_NOMEM;
    for (size_t i = 0; i < roster_count(w->chain.roster) && !error; i++)
        error = roster_add(w->roster, roster_entry(w->chain.roster, i), NULL);
    w->roster_have = w->roster ? roster_count(w->roster) : 0;
    mem_fail_from(0);
    for (size_t i = w->roster_have; w->roster && i < roster_count(w->chain.roster); i++)
        assert_ok(roster_add(w->roster, roster_entry(w->chain.roster, i), NULL));
    if (w->roster)
        assert_int_equal(roster_intakes(w->roster), roster_intakes(w->chain.roster));
    roster_free(w->roster);
    return error;
}

static int try_sign(struct world *w)
{
    struct roster *roster = roster_new();
    int error = roster ? 0 : E_NOMEM;
    if (!error)
        error =
            roster_sign_found(roster, "Tolma Helpline", "Ada Rell", w->chain.founder, 23000, NULL);
    if (!error)
        error = roster_sign_intake(roster, w->chain.founder, 23000, 23099, NULL);
    roster_free(roster);
    return error;
}

static int try_keyfile_open(struct world *w)
{
    struct member_keys *keys = NULL;
    int error = keyfile_open(buf_bytes(&w->keyfile), span_text("herons"), NULL, &keys, NULL);
    assert_int_equal(error != 0, keys == NULL);
    member_keys_free(keys);
    return error;
}

static int try_keyfile_write(struct world *w)
{
    struct buf out;
    buf_init(&out, KEYFILE_BYTES);
    int error = keyfile_write(w->chain.founder, sealing_organisation, span_text("herons"),
                              KEYFILE_COST_MINIMUM_FOR_TESTS, &out);
    buf_release(&out);
    return error;
}

static int try_member(struct world *w)
{
    (void)w;
    struct member_keys *keys = member_keys_random();
    member_keys_free(keys);
    return keys ? 0 : E_NOMEM;
}

static int try_words(struct world *w)
{
    (void)w;
    const char *words[WORDS_SECRET_COUNT];
    const uint8_t secret[WORDS_SECRET_BYTES] = {5};
    uint8_t back[WORDS_SECRET_BYTES];
    const struct words_list *list;
    char text[1024] = "";
    size_t len = 0;
    words_of_secret(words_of_language("ru"), secret, words);
    for (size_t i = 0; i < WORDS_SECRET_COUNT; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s ", words[i]);
    return words_read_secret(words_of_language("ru"), span_text(text), back, &list, NULL);
}

static int try_ticket(struct world *w)
{
    struct ticket ticket;
    return ticket_open(&w->ticket_keys, 33776640, buf_bytes(&w->ticket), &ticket);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static const struct {
        int (*one)(struct world *w);
        uint64_t least; /* allocations that it is known to make */
    } tries[] = {
        {try_open, 1},       {try_seal, 1},         {try_answer_open, 1},   {try_answer_seal, 1},
        {try_pack_read, 10}, {try_chain_read, 10},  {try_pack_write, 3},    {try_roster_add, 10},
        {try_sign, 5},       {try_keyfile_open, 2}, {try_keyfile_write, 2}, {try_member, 1},
        {try_words, 1},      {try_ticket, 1},
    };
    static struct world w;
    make(&w);
    int guarded_before = guarded;
    for (size_t i = 0; i < COUNT_OF(tries); i++) {
        uint64_t nth = 0;
        int error;
        do {
            mem_fail_from(++nth);
            error = tries[i].one(&w);
            mem_fail_from(0);
            assert_true(error == 0 || error == E_NOMEM);
            assert_int_equal(guarded, guarded_before);
        } while (error);
        assert_true(nth > tries[i].least);
    }
    unmake(&w);
    assert_int_equal(guarded, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_may_fail),
    };
    if (seal_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("seal_faults", tests, NULL, NULL);
}
