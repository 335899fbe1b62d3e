/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "seal/roster_sign.h"

#include "base/fields.h"
#include "seal/roster_internal.h"
#include "seal/secret.h"

/* The entry around the fields, signed and added. */
static int sign_and_add(struct roster *roster, enum roster_kind kind, uint32_t day,
                        struct span fields, const struct member_keys *keys, struct problem *problem)
{
    const size_t prefix_bytes = strlen(ROSTER_SIGNED_PREFIX);
    struct hash last = roster_last(roster);
    uint8_t signature[SIGN_BYTES];
    struct buf entry;
    buf_init(&entry, prefix_bytes + ROSTER_ENTRY_MAX);
    buf_text(&entry, ROSTER_SIGNED_PREFIX);
    buf_u8(&entry, ROSTER_VERSION);
    buf_u8(&entry, (uint8_t)kind);
    buf_u32(&entry, (uint32_t)roster_count(roster));
    buf_put(&entry, last.bytes, HASH_BYTES);
    buf_u32(&entry, day);
    buf_u32(&entry, (uint32_t)fields.len);
    buf_span(&entry, fields);
    if (!buf_error(&entry)) {
        sign_make(&keys->sign, buf_bytes(&entry), signature);
        buf_u8(&entry, 1);
        buf_put(&entry, keys->sign.public_key, SIGN_KEY_BYTES);
        buf_put(&entry, signature, sizeof signature);
    }
    int error = buf_error(&entry);
    if (!error)
        error = roster_add(roster, span_slice(buf_bytes(&entry), prefix_bytes, entry.len), problem);
    buf_release(&entry);
    return error;
}

int roster_sign_found(struct roster *roster, const char *organisation, const char *member,
                      const struct member_keys *keys, uint32_t day, struct problem *problem)
{
    struct buf fields;
    buf_init(&fields, ROSTER_ENTRY_MAX);
    fields_put(&fields, ROSTER_FIELD_ORGANISATION, span_text(organisation));
    fields_put(&fields, ROSTER_FIELD_NAME, span_text(member));
    fields_put(&fields, ROSTER_FIELD_ENCRYPT_KEY,
               span_of(keys->encrypt.public_key, SEAL_KEY_BYTES));
    fields_put(&fields, ROSTER_FIELD_SIGN_KEY, span_of(keys->sign.public_key, SIGN_KEY_BYTES));
    fields_put(&fields, ROSTER_FIELD_COSIGN_KEY, span_of(keys->cosign.public_key, SIGN_KEY_BYTES));
    int error = buf_error(&fields);
    if (!error)
        error = sign_and_add(roster, ROSTER_FOUND, day, buf_bytes(&fields), keys, problem);
    buf_release(&fields);
    return error;
}

/* kn of a grant. false when the key is a trap. */
static bool grant_key(const uint8_t own_secret[SEAL_KEY_BYTES],
                      const uint8_t other_key[SEAL_KEY_BYTES],
                      const uint8_t ephemeral[SEAL_KEY_BYTES],
                      const uint8_t encrypt_key[SEAL_KEY_BYTES], uint8_t ret_kn[PRIM_KN_BYTES])
{
    uint8_t shared[SEAL_KEY_BYTES];
    bool agreed = prim_dh(own_secret, other_key, shared);
    if (agreed) {
        const struct span parts[] = {
            span_of(ephemeral, SEAL_KEY_BYTES),
            span_of(encrypt_key, SEAL_KEY_BYTES),
            span_of(shared, SEAL_KEY_BYTES),
        };
        prim_b2b("vouchsafe-grant1", NULL, parts, COUNT_OF(parts), ret_kn, PRIM_KN_BYTES);
    }
    secret_wipe(shared, sizeof shared);
    return agreed;
}

static void put_grant(const struct roster_member *member, const struct dh_pair *epoch,
                      struct buf *fields)
{
    uint8_t kn[PRIM_KN_BYTES], grant[ROSTER_GRANT_BYTES], *at = grant;
    struct dh_pair ephemeral;
    dh_pair_random(&ephemeral);
    bool agreed = grant_key(ephemeral.secret_key, member->encrypt_key, ephemeral.public_key,
                            member->encrypt_key, kn);
    ASSERT(agreed); /* roster_add let no other key in */
    memcpy(at, member->sign_key, ROSTER_GRANT_MEMBER_BYTES);
    at += ROSTER_GRANT_MEMBER_BYTES;
    memcpy(at, ephemeral.public_key, SEAL_KEY_BYTES);
    at += SEAL_KEY_BYTES;
    prim_aead_seal(kn, span_of(epoch->public_key, SEAL_KEY_BYTES),
                   span_of(epoch->secret_key, SEAL_KEY_BYTES), at);
    fields_put(fields, ROSTER_FIELD_GRANT, span_of(grant, sizeof grant));
    secret_wipe(kn, sizeof kn);
    secret_wipe(&ephemeral, sizeof ephemeral);
}

int roster_sign_intake(struct roster *roster, const struct member_keys *keys, uint32_t first_day,
                       uint32_t last_day, struct problem *problem)
{
    size_t intakes = roster_intakes(roster);
    uint32_t last_epoch = intakes ? roster_intake_at(roster, intakes - 1)->epoch : 0;
    struct dh_pair epoch;
    struct buf fields;
    dh_pair_random(&epoch);
    buf_init(&fields, ROSTER_ENTRY_MAX);
    fields_put_u32(&fields, ROSTER_FIELD_EPOCH, last_epoch + 1);
    fields_put(&fields, ROSTER_FIELD_PUBLIC_KEY, span_of(epoch.public_key, SEAL_KEY_BYTES));
    fields_put_u32(&fields, ROSTER_FIELD_FIRST_DAY, first_day);
    fields_put_u32(&fields, ROSTER_FIELD_LAST_DAY, last_day);
    for (size_t i = 0; i < roster_members(roster); i++)
        put_grant(roster_member_at(roster, i), &epoch, &fields);
    secret_wipe(&epoch, sizeof epoch);
    int error = buf_error(&fields);
    if (!error)
        error = sign_and_add(roster, ROSTER_INTAKE, first_day, buf_bytes(&fields), keys, problem);
    buf_release(&fields);
    return error;
}

/* The grant to a member in the entry that brought the intake. */
static int find_grant(const struct roster *roster, const struct roster_intake *intake,
                      const uint8_t sign_key[SIGN_KEY_BYTES], struct span *ret_grant)
{
    struct roster_parts parts;
    for (size_t i = 0; i < roster_count(roster); i++) {
        struct span entry = roster_entry(roster, i);
        struct hash hash = hash_sha256(entry);
        if (!hash_equal(&hash, &intake->entry))
            continue;
        TRY(roster_parts_read(entry, &parts));
        for (size_t n = 0; fields_nth(parts.fields, ROSTER_FIELD_GRANT, n, ret_grant); n++) {
            if (memcmp(ret_grant->data, sign_key, SIGN_KEY_BYTES) == 0)
                return 0;
        }
    }
    return E_NOT_FOUND;
}

int roster_sign_open_grant(const struct roster *roster, const struct roster_intake *intake,
                           const struct member_keys *keys, struct dh_pair *ret_pair)
{
    struct span grant;
    TRY(find_grant(roster, intake, keys->sign.public_key, &grant));
    const uint8_t *ephemeral = grant.data + ROSTER_GRANT_MEMBER_BYTES;
    struct span sealed = span_of(ephemeral + SEAL_KEY_BYTES, ROSTER_GRANT_SEALED_BYTES);
    uint8_t kn[PRIM_KN_BYTES], secret[SEAL_KEY_BYTES];
    bool opens =
        grant_key(keys->encrypt.secret_key, ephemeral, ephemeral, keys->encrypt.public_key, kn) &&
        prim_aead_open(kn, span_of(intake->public_key, SEAL_KEY_BYTES), sealed, secret);
    int error = E_CANNOT_OPEN;
    if (opens) {
        struct dh_pair pair;
        dh_pair_of_secret(secret, &pair);
        bool yields = memcmp(pair.public_key, intake->public_key, SEAL_KEY_BYTES) == 0;
        error = yields ? 0 : E_ROSTER;
        if (yields)
            *ret_pair = pair;
        secret_wipe(&pair, sizeof pair);
    }
    secret_wipe(kn, sizeof kn);
    secret_wipe(secret, sizeof secret);
    return error;
}
