/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "seal/member.h"

#include <sodium.h>

#include "base/random.h"
#include "seal/prim_internal.h"
#include "seal/secret.h"

#define MAGIC "VSKF"
#define KEYFILE_VERSION 1
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define SEALED_SEED_BYTES (MEMBER_SEED_BYTES + PRIM_TAG_BYTES)
#define NONCE_AT (KEYFILE_BYTES - SEALED_SEED_BYTES - NONCE_BYTES)

_Static_assert(NONCE_AT == 4 + 1 + 8 + 8 + crypto_pwhash_argon2id_SALTBYTES + 32 + SIGN_KEY_BYTES,
               "the key file's parts");

struct member_keys *member_keys_of_seed(const uint8_t seed[MEMBER_SEED_BYTES])
{
    struct member_keys *keys = secret_alloc(sizeof *keys);
    if (!keys)
        return NULL;
    uint8_t root[SEAL_KEY_BYTES], secret[SEAL_KEY_BYTES];
    const struct span part = span_of(seed, MEMBER_SEED_BYTES);
    memcpy(keys->seed, seed, MEMBER_SEED_BYTES);
    prim_b2b("vouchsafe-member", NULL, &part, 1, root, sizeof root);
    prim_kdf("VsMember", root, 1, secret, sizeof secret);
    dh_pair_of_secret(secret, &keys->encrypt);
    prim_kdf("VsMember", root, 2, secret, sizeof secret);
    sign_pair_of_seed(secret, &keys->sign);
    prim_kdf("VsMember", root, 3, secret, sizeof secret);
    sign_pair_of_seed(secret, &keys->cosign);
    secret_wipe(root, sizeof root);
    secret_wipe(secret, sizeof secret);
    return keys;
}

struct member_keys *member_keys_random(void)
{
    uint8_t seed[MEMBER_SEED_BYTES];
    random_bytes(seed, sizeof seed);
    struct member_keys *keys = member_keys_of_seed(seed);
    secret_wipe(seed, sizeof seed);
    return keys;
}

void member_keys_free(struct member_keys *keys)
{
    secret_free(keys);
}

/* What a key file says in the clear. */
struct keyfile {
    uint64_t opslimit, memlimit;
    struct span salt, organisation, sign_key, clear, nonce, sealed;
};

static int keyfile_read(struct span file, struct keyfile *ret_file)
{
    struct cursor c;
    cursor_init(&c, file);
    struct span magic = cursor_bytes(&c, strlen(MAGIC));
    uint8_t version = cursor_u8(&c);
    REJECT_IF(c.failed || !span_equal(magic, span_text(MAGIC)), E_KEYFILE);
    REJECT_IF(version != KEYFILE_VERSION, E_VERSION);
    ret_file->opslimit = cursor_u64(&c);
    ret_file->memlimit = cursor_u64(&c);
    ret_file->salt = cursor_bytes(&c, crypto_pwhash_argon2id_SALTBYTES);
    ret_file->organisation = cursor_bytes(&c, 32);
    ret_file->sign_key = cursor_bytes(&c, SIGN_KEY_BYTES);
    ret_file->clear = span_slice(file, 0, NONCE_AT);
    ret_file->nonce = cursor_bytes(&c, NONCE_BYTES);
    ret_file->sealed = cursor_bytes(&c, SEALED_SEED_BYTES);
    REJECT_IF(cursor_end(&c) < 0, E_KEYFILE);
    return 0;
}

/* Argon2id with the nonce put behind, as the primitive takes them. */
static int stretch(struct span passphrase, const uint8_t *salt, uint64_t opslimit,
                   uint64_t memlimit, const uint8_t *nonce, uint8_t ret_kn[PRIM_KN_BYTES])
{
    REJECT_IF(crypto_pwhash(ret_kn, SEAL_KEY_BYTES, (const char *)passphrase.data, passphrase.len,
                            salt, opslimit, (size_t)memlimit, crypto_pwhash_ALG_ARGON2ID13) != 0,
              E_NOMEM);
    memcpy(ret_kn + SEAL_KEY_BYTES, nonce, NONCE_BYTES);
    return 0;
}

int keyfile_write(const struct member_keys *keys, const uint8_t organisation[32],
                  struct span passphrase, enum keyfile_cost cost, struct buf *out)
{
    bool least = cost == KEYFILE_COST_MINIMUM_FOR_TESTS;
    uint64_t opslimit =
        least ? crypto_pwhash_argon2id_OPSLIMIT_MIN : crypto_pwhash_argon2id_OPSLIMIT_MODERATE;
    uint64_t memlimit =
        least ? crypto_pwhash_argon2id_MEMLIMIT_MIN : crypto_pwhash_argon2id_MEMLIMIT_MODERATE;
    uint8_t salt[crypto_pwhash_argon2id_SALTBYTES], nonce[NONCE_BYTES];
    uint8_t kn[PRIM_KN_BYTES], sealed[SEALED_SEED_BYTES];
    random_bytes(salt, sizeof salt);
    random_bytes(nonce, sizeof nonce);
    TRY(stretch(passphrase, salt, opslimit, memlimit, nonce, kn));
    size_t start = out->len;
    buf_text(out, MAGIC);
    buf_u8(out, KEYFILE_VERSION);
    buf_u64(out, opslimit);
    buf_u64(out, memlimit);
    buf_put(out, salt, sizeof salt);
    buf_put(out, organisation, 32);
    buf_put(out, keys->sign.public_key, SIGN_KEY_BYTES);
    if (!buf_error(out)) {
        struct span clear = span_slice(buf_bytes(out), start, NONCE_AT);
        prim_aead_seal(kn, clear, span_of(keys->seed, MEMBER_SEED_BYTES), sealed);
    }
    buf_put(out, nonce, sizeof nonce);
    buf_put(out, sealed, sizeof sealed);
    secret_wipe(kn, sizeof kn);
    return buf_error(out);
}

/* The limits are read before anything is known to be genuine. */
static bool limits_ok(const struct keyfile *f)
{
    return f->opslimit >= crypto_pwhash_argon2id_OPSLIMIT_MIN &&
           f->opslimit <= crypto_pwhash_argon2id_OPSLIMIT_SENSITIVE &&
           f->memlimit >= crypto_pwhash_argon2id_MEMLIMIT_MIN &&
           f->memlimit <= crypto_pwhash_argon2id_MEMLIMIT_SENSITIVE;
}

static int open_seed(const struct keyfile *f, struct span passphrase,
                     uint8_t ret_seed[MEMBER_SEED_BYTES])
{
    uint8_t kn[PRIM_KN_BYTES];
    TRY(stretch(passphrase, f->salt.data, f->opslimit, f->memlimit, f->nonce.data, kn));
    bool opens = prim_aead_open(kn, f->clear, f->sealed, ret_seed);
    secret_wipe(kn, sizeof kn);
    return opens ? 0 : E_PASSPHRASE;
}

int keyfile_open(struct span file, struct span passphrase, const uint8_t *organisation,
                 struct member_keys **ret_keys, struct problem *problem)
{
    struct keyfile f;
    uint8_t seed[MEMBER_SEED_BYTES];
    TRY(keyfile_read(file, &f));
    if (!limits_ok(&f))
        return problem_set(problem, E_KEYFILE, "the key file asks for more work than any does");
    if (organisation && !span_equal(f.organisation, span_of(organisation, 32)))
        return problem_set(problem, E_OTHER_ORG, "the key file is of another organisation");
    TRY(open_seed(&f, passphrase, seed));
    struct member_keys *keys = member_keys_of_seed(seed);
    secret_wipe(seed, sizeof seed);
    REJECT_IF(!keys, E_NOMEM);
    if (!span_equal(f.sign_key, span_of(keys->sign.public_key, SIGN_KEY_BYTES))) {
        member_keys_free(keys);
        return problem_set(problem, E_KEYFILE, "the key file names another member's key");
    }
    *ret_keys = keys;
    return 0;
}

int keyfile_peek(struct span file, uint8_t ret_organisation[32],
                 uint8_t ret_signing_key[SIGN_KEY_BYTES])
{
    struct keyfile f;
    TRY(keyfile_read(file, &f));
    memcpy(ret_organisation, f.organisation.data, 32);
    memcpy(ret_signing_key, f.sign_key.data, SIGN_KEY_BYTES);
    return 0;
}

static void exclusive_or(const uint8_t a[WORDS_SECRET_BYTES], const uint8_t b[WORDS_SECRET_BYTES],
                         uint8_t ret[WORDS_SECRET_BYTES])
{
    for (size_t i = 0; i < WORDS_SECRET_BYTES; i++)
        ret[i] = a[i] ^ b[i];
}

void kit_split(const uint8_t seed[MEMBER_SEED_BYTES], uint8_t ret_sheet1[WORDS_SECRET_BYTES],
               uint8_t ret_sheet2[WORDS_SECRET_BYTES])
{
    random_bytes(ret_sheet1, WORDS_SECRET_BYTES);
    exclusive_or(ret_sheet1, seed, ret_sheet2);
}

void kit_join(const uint8_t sheet1[WORDS_SECRET_BYTES], const uint8_t sheet2[WORDS_SECRET_BYTES],
              uint8_t ret_seed[MEMBER_SEED_BYTES])
{
    exclusive_or(sheet1, sheet2, ret_seed);
}
