/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* An entry is read and judged whole before anything of the roster changes, and the space that it
 * needs is made before that: after the first change nothing can fail. */
#include "seal/roster.h"

#include "base/fields.h"
#include "base/mem.h"
#include "seal/roster_internal.h"
#include "text/utf8.h"

struct stored_entry {
    uint8_t *bytes;
    size_t len;
    struct hash hash;
};

struct roster {
    struct stored_entry *entries;
    struct roster_intake *intakes;
    size_t count, intake_count, capacity; /* capacity: of both */
    char name[ROSTER_NAME_MAX + 1];
    struct roster_member founder; /* the only member that the kinds of today can make */
};

struct roster *roster_new(void)
{
    return mem_calloc(1, sizeof(struct roster));
}

void roster_free(struct roster *roster)
{
    if (!roster)
        return;
    for (size_t i = 0; i < roster->count; i++)
        mem_free(roster->entries[i].bytes);
    mem_free(roster->entries);
    mem_free(roster->intakes);
    mem_free(roster);
}

size_t roster_count(const struct roster *roster)
{
    return roster->count;
}

struct span roster_entry(const struct roster *roster, size_t index)
{
    ASSERT(index < roster->count);
    return span_of(roster->entries[index].bytes, roster->entries[index].len);
}

const uint8_t *roster_organisation(const struct roster *roster)
{
    ASSERT(roster->count > 0);
    return roster->entries[0].hash.bytes;
}

const char *roster_name(const struct roster *roster)
{
    return roster->name;
}

size_t roster_members(const struct roster *roster)
{
    return roster->count > 0;
}

const struct roster_member *roster_member_at(const struct roster *roster, size_t index)
{
    ASSERT(index < roster_members(roster));
    return &roster->founder;
}

const struct roster_member *roster_member_find(const struct roster *roster,
                                               const uint8_t sign_key[SIGN_KEY_BYTES])
{
    for (size_t i = 0; i < roster_members(roster); i++) {
        const struct roster_member *member = roster_member_at(roster, i);
        if (memcmp(member->sign_key, sign_key, SIGN_KEY_BYTES) == 0)
            return member;
    }
    return NULL;
}

size_t roster_intakes(const struct roster *roster)
{
    return roster->intake_count;
}

const struct roster_intake *roster_intake_at(const struct roster *roster, size_t index)
{
    ASSERT(index < roster->intake_count);
    return &roster->intakes[index];
}

const struct roster_intake *roster_intake_of_day(const struct roster *roster, uint32_t day)
{
    if (roster->intake_count == 0)
        return NULL;
    const struct roster_intake *newest = &roster->intakes[roster->intake_count - 1];
    return day >= newest->first_day && day <= newest->last_day ? newest : NULL;
}

struct hash roster_last(const struct roster *roster)
{
    return roster->count ? roster->entries[roster->count - 1].hash : (struct hash){0};
}

int roster_parts_read(struct span entry, struct roster_parts *ret_parts)
{
    struct cursor c;
    REJECT_IF(entry.len > ROSTER_ENTRY_MAX, E_FORMAT);
    cursor_init(&c, entry);
    uint8_t version = cursor_u8(&c);
    REJECT_IF(!c.failed && version != ROSTER_VERSION, E_VERSION);
    ret_parts->kind = cursor_u8(&c);
    REJECT_IF(!c.failed && ret_parts->kind != ROSTER_FOUND && ret_parts->kind != ROSTER_INTAKE,
              E_VERSION);
    ret_parts->sequence = cursor_u32(&c);
    cursor_copy(&c, ret_parts->previous.bytes, HASH_BYTES);
    ret_parts->day = cursor_u32(&c);
    ret_parts->fields = cursor_block32(&c, ROSTER_ENTRY_MAX);
    ret_parts->body = span_slice(entry, 0, entry.len - cursor_left(&c));
    uint8_t signatures = cursor_u8(&c);
    REJECT_IF(!c.failed && signatures != 1, E_ROSTER);
    ret_parts->signer = cursor_bytes(&c, SIGN_KEY_BYTES);
    ret_parts->signature = cursor_bytes(&c, SIGN_BYTES);
    TRY(cursor_end(&c));
    return fields_check(ret_parts->fields);
}

static int check_signature(const struct roster_parts *parts)
{
    struct buf message;
    buf_init(&message, sizeof ROSTER_SIGNED_PREFIX + ROSTER_ENTRY_MAX);
    buf_text(&message, ROSTER_SIGNED_PREFIX);
    buf_span(&message, parts->body);
    int error = buf_error(&message);
    if (!error && !sign_verify(parts->signer.data, buf_bytes(&message), parts->signature.data))
        error = E_SIGNATURE;
    buf_release(&message);
    return error;
}

/* Exactly one of that number. */
static bool get_one(struct span fields, uint16_t number, struct span *ret_value)
{
    struct span second;
    return fields_get(fields, number, ret_value) && !fields_nth(fields, number, 1, &second);
}

static bool get_key(struct span fields, uint16_t number, uint8_t ret_key[32])
{
    struct span value;
    return get_one(fields, number, &value) && fields_get_exact(fields, number, ret_key, 32);
}

static bool get_u32(struct span fields, uint16_t number, uint32_t *ret_value)
{
    struct span value;
    return get_one(fields, number, &value) && fields_get_u32(fields, number, ret_value);
}

/* A name stands on a line of its own in a pack, and on pages. */
static bool get_name(struct span fields, uint16_t number, char ret_name[ROSTER_NAME_MAX + 1])
{
    struct span value;
    if (!get_one(fields, number, &value) || value.len == 0 || value.len > ROSTER_NAME_MAX ||
        utf8_check(value, ROSTER_NAME_MAX) < 0)
        return false;
    for (struct span rest = value; rest.len;) {
        uint32_t c = utf8_next(&rest);
        if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029)
            return false;
    }
    memcpy(ret_name, value.data, value.len);
    ret_name[value.len] = '\0';
    return true;
}

/* What an entry says, once it is judged. */
struct judged {
    char name[ROSTER_NAME_MAX + 1];
    struct roster_member founder;
    struct roster_intake intake;
};

static int judge_found(const struct roster_parts *parts, struct judged *ret_judged,
                       struct problem *problem)
{
    struct roster_member *founder = &ret_judged->founder;
    struct span fields = parts->fields;
    if (!get_name(fields, ROSTER_FIELD_ORGANISATION, ret_judged->name) ||
        !get_name(fields, ROSTER_FIELD_NAME, founder->name))
        return problem_set(problem, E_FORMAT, "a name must be 1 to %d bytes on one line",
                           ROSTER_NAME_MAX);
    REJECT_IF(!get_key(fields, ROSTER_FIELD_ENCRYPT_KEY, founder->encrypt_key) ||
                  !get_key(fields, ROSTER_FIELD_SIGN_KEY, founder->sign_key) ||
                  !get_key(fields, ROSTER_FIELD_COSIGN_KEY, founder->cosign_key),
              E_FORMAT);
    if (memcmp(parts->signer.data, founder->sign_key, SIGN_KEY_BYTES) != 0)
        return problem_set(problem, E_ROSTER, "the first entry is not signed by its founder");
    if (!prim_public_key_ok(founder->encrypt_key))
        return problem_set(problem, E_ROSTER, "the founder's encryption key is no key");
    return 0;
}

/* Each grant to another member. */
static int judge_grants(const struct roster *roster, struct span fields, struct problem *problem)
{
    struct span grant, other;
    for (size_t i = 0; fields_nth(fields, ROSTER_FIELD_GRANT, i, &grant); i++) {
        REJECT_IF(grant.len != ROSTER_GRANT_BYTES, E_FORMAT);
        if (!roster_member_find(roster, grant.data))
            return problem_set(problem, E_ROSTER, "a grant is to somebody who is no member");
        for (size_t j = 0; j < i && fields_nth(fields, ROSTER_FIELD_GRANT, j, &other); j++) {
            if (memcmp(grant.data, other.data, ROSTER_GRANT_MEMBER_BYTES) == 0)
                return problem_set(problem, E_ROSTER, "two grants are to one member");
        }
    }
    return 0;
}

static int judge_epoch(const struct roster *roster, const struct roster_intake *intake,
                       struct problem *problem)
{
    const struct roster_intake *known = roster->intakes;
    uint32_t last = roster->intake_count ? known[roster->intake_count - 1].epoch : 0;
    if (intake->epoch != last + 1)
        return problem_set(problem, E_ROSTER, "intake epoch %u cannot follow epoch %u",
                           intake->epoch, last);
    for (size_t i = 0; i < roster->intake_count; i++) {
        if (memcmp(known[i].public_key, intake->public_key, SEAL_KEY_BYTES) == 0)
            return problem_set(problem, E_ROSTER, "intake epoch %u has the key of epoch %u",
                               intake->epoch, known[i].epoch);
    }
    if (!prim_public_key_ok(intake->public_key))
        return problem_set(problem, E_ROSTER, "the key of intake epoch %u is no key",
                           intake->epoch);
    if (intake->last_day < intake->first_day ||
        intake->last_day - intake->first_day > ROSTER_INTAKE_DAYS_MAX)
        return problem_set(problem, E_ROSTER, "an intake epoch lasts up to %d days",
                           ROSTER_INTAKE_DAYS_MAX);
    return 0;
}

static int judge_intake(const struct roster *roster, const struct roster_parts *parts,
                        struct judged *ret_judged, struct problem *problem)
{
    struct roster_intake *intake = &ret_judged->intake;
    struct span fields = parts->fields;
    REJECT_IF(!get_u32(fields, ROSTER_FIELD_EPOCH, &intake->epoch) ||
                  !get_key(fields, ROSTER_FIELD_PUBLIC_KEY, intake->public_key) ||
                  !get_u32(fields, ROSTER_FIELD_FIRST_DAY, &intake->first_day) ||
                  !get_u32(fields, ROSTER_FIELD_LAST_DAY, &intake->last_day),
              E_FORMAT);
    TRY(judge_epoch(roster, intake, problem));
    return judge_grants(roster, fields, problem);
}

/* Whether it stands where the chain can take it. Only a member's word makes a fork: what anybody
 * could have written is refused by its signature before. */
static int judge_place(const struct roster *roster, const struct roster_parts *parts,
                       struct problem *problem)
{
    if (parts->sequence > roster->count)
        return problem_set(problem, E_MISSING, "roster entry %u came, but entry %zu is missing",
                           parts->sequence, roster->count);
    struct hash last = roster_last(roster);
    REJECT_IF(roster->count == 0 && !hash_equal(&parts->previous, &last), E_FORMAT);
    if (parts->sequence < roster->count || !hash_equal(&parts->previous, &last))
        return problem_set(problem, E_FORK, "there are two roster entries for place %u",
                           parts->sequence);
    return 0;
}

static int judge(const struct roster *roster, const struct roster_parts *parts,
                 struct judged *ret_judged, struct problem *problem)
{
    bool first = parts->sequence == 0;
    if ((parts->kind == ROSTER_FOUND) != first)
        return problem_set(problem, E_ROSTER, "an organisation is founded once, and first");
    if (first && roster->count)
        return problem_set(problem, E_OTHER_ORG, "the roster is of another organisation");
    if (!first && !roster_member_find(roster, parts->signer.data))
        return problem_set(problem, roster->count ? E_ROSTER : E_MISSING,
                           "roster entry %u is signed by somebody who is no member",
                           parts->sequence);
    int error = check_signature(parts);
    if (error == E_SIGNATURE)
        problem_set(problem, error, "the signature of roster entry %u does not fit",
                    parts->sequence);
    TRY(error);
    TRY(judge_place(roster, parts, problem));
    return first ? judge_found(parts, ret_judged, problem)
                 : judge_intake(roster, parts, ret_judged, problem);
}

/* Space for one entry and one intake more. */
static int make_space(struct roster *roster)
{
    REJECT_IF(roster->count >= ROSTER_ENTRIES_MAX, E_TOO_LARGE);
    if (roster->count < roster->capacity)
        return 0;
    size_t capacity = roster->capacity ? roster->capacity * 2 : 4;
    struct stored_entry *entries = mem_realloc(roster->entries, capacity * sizeof *entries);
    REJECT_IF(!entries, E_NOMEM);
    roster->entries = entries;
    struct roster_intake *intakes = mem_realloc(roster->intakes, capacity * sizeof *intakes);
    REJECT_IF(!intakes, E_NOMEM);
    roster->intakes = intakes;
    roster->capacity = capacity;
    return 0;
}

static int store(struct roster *roster, struct span entry, const struct roster_parts *parts,
                 const struct judged *judged)
{
    TRY(make_space(roster));
    uint8_t *bytes = mem_alloc(entry.len);
    REJECT_IF(!bytes, E_NOMEM);
    memcpy(bytes, entry.data, entry.len);
    struct stored_entry *stored = &roster->entries[roster->count++];
    *stored = (struct stored_entry){bytes, entry.len, hash_sha256(entry)};
    if (parts->kind == ROSTER_FOUND) {
        memcpy(roster->name, judged->name, sizeof roster->name);
        roster->founder = judged->founder;
    } else {
        struct roster_intake *intake = &roster->intakes[roster->intake_count++];
        *intake = judged->intake;
        intake->entry = stored->hash;
    }
    return 0;
}

int roster_add(struct roster *roster, struct span entry, struct problem *problem)
{
    struct roster_parts parts;
    struct judged judged = {0};
    TRY(roster_parts_read(entry, &parts));
    REJECT_IF(parts.sequence < roster->count &&
                  span_equal(entry, roster_entry(roster, parts.sequence)),
              E_EXISTS);
    TRY(judge(roster, &parts, &judged, problem));
    return store(roster, entry, &parts, &judged);
}
