/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Seals one of everything under the keys of the vectors, drawn anew each time, for vectors.py to
 * open: blocks of u32 length and bytes on standard output. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "seal/answer.h"
#include "seal/codename.h"
#include "seal/payload.h"
#include "seal/resume.h"
#include "seal/roster_sign.h"
#include "seal/ticket.h"
#include "vectors.h"

#define OUT_CAP_BYTES (1u << 20)
#define MINUTE 33776645
#define DAY 23456

static uint8_t codename[WORDS_SECRET_BYTES], seed[MEMBER_SEED_BYTES], organisation[32];
static uint8_t epoch_secret[SEAL_KEY_BYTES], content[256], text[256];

static void write_block(struct span block)
{
    struct buf out;
    buf_init(&out, OUT_CAP_BYTES);
    buf_u32(&out, (uint32_t)block.len);
    buf_span(&out, block);
    ASSERT(!buf_error(&out) && fwrite(out.data, 1, out.len, stdout) == out.len);
    buf_release(&out);
}

static void write_entry(const struct entry_header *header, const struct entry_leaf *leaf,
                        const struct buf *sealed)
{
    uint8_t header_bytes[ENTRY_HEADER_BYTES], leaf_bytes[ENTRY_LEAF_BYTES];
    struct buf out;
    entry_header_write(header, header_bytes);
    entry_leaf_write(leaf, leaf_bytes);
    buf_init(&out, OUT_CAP_BYTES);
    buf_put(&out, header_bytes, sizeof header_bytes);
    buf_put(&out, leaf_bytes, sizeof leaf_bytes);
    buf_span(&out, buf_bytes(sealed));
    write_block(buf_bytes(&out));
    buf_release(&out);
}

static int write_payload(const struct dh_pair *epoch, struct span what,
                         const struct sign_pair *signer)
{
    const struct envelope envelope = {
        .kind = KIND_REPORT, .kind_version = 1, .minute = MINUTE, .language = "ru"};
    struct entry_header header = {.id = {1}, .day = DAY};
    struct entry_leaf leaf;
    struct buf sealed;
    header.bucket = (uint8_t)entry_bucket_for(what.len);
    buf_init(&sealed, OUT_CAP_BYTES);
    TRY(payload_seal(epoch->public_key, &header, &envelope, what, signer, organisation, &sealed,
                     &leaf));
    write_entry(&header, &leaf, &sealed);
    buf_release(&sealed);
    return 0;
}

static int write_answer(const struct dh_pair *epoch)
{
    struct entry_header header = {.id = {2}, .day = DAY};
    struct entry_leaf leaf;
    struct buf sealed;
    struct caller_keys keys;
    codename_keys(codename, &keys);
    buf_init(&sealed, OUT_CAP_BYTES);
    TRY(answer_seal(epoch, keys.mailbox.public_key, &header,
                    span_of(text, sizeof VECTOR_ANSWER_TEXT / 2), &sealed, &leaf));
    write_entry(&header, &leaf, &sealed);
    buf_release(&sealed);
    return 0;
}

static int write_ticket(void)
{
    struct ticket_keys keys = {.period = MINUTE / TICKET_LIFE_MINUTES};
    struct ticket ticket = {.minute = MINUTE, .language = 1};
    struct buf out;
    TRY(hex_read(span_text(VECTOR_TICKET_KEY), keys.current, sizeof keys.current));
    TRY(hex_read(span_text(VECTOR_FORM_NONCE), ticket.form_nonce, sizeof ticket.form_nonce));
    memcpy(ticket.codename, codename, sizeof codename);
    buf_init(&out, TICKET_TEXT_MAX);
    ticket_seal(&keys, &ticket, &out);
    write_block(buf_bytes(&out));
    buf_release(&out);
    return 0;
}

static int write_members_files(const struct member_keys *keys)
{
    uint8_t passphrase[64];
    size_t len = sizeof VECTOR_PASSPHRASE / 2;
    struct buf out;
    struct roster *roster = roster_new();
    REJECT_IF(!roster, E_NOMEM);
    buf_init(&out, KEYFILE_BYTES);
    TRY(hex_read(span_text(VECTOR_PASSPHRASE), passphrase, len));
    TRY(keyfile_write(keys, organisation, span_of(passphrase, len), KEYFILE_COST_MINIMUM_FOR_TESTS,
                      &out));
    write_block(buf_bytes(&out));
    buf_release(&out);
    TRY(roster_sign_found(roster, "Karsk Helpline", "Mira Dolan", keys, DAY, NULL));
    TRY(roster_sign_intake(roster, keys, DAY, DAY + 90, NULL));
    write_block(roster_entry(roster, 0));
    write_block(roster_entry(roster, 1));
    roster_free(roster);
    return 0;
}

static int write_resume(void)
{
    char folder[] = "/tmp/make_sealed-XXXXXX", path[64];
    struct hash work;
    struct parts *parts;
    struct buf file;
    REJECT_IF(!mkdtemp(folder), E_IO);
    snprintf(path, sizeof path, "%s/parts", folder);
    TRY(hex_read(span_text(VECTOR_RESUME_WORK), work.bytes, sizeof work.bytes));
    TRY(resume_open(path, &work, &parts, NULL));
    TRY(parts_add(parts, span_of(content, sizeof VECTOR_CONTENT / 2)));
    TRY(parts_add(parts, span_of(NULL, 0)));
    buf_init(&file, OUT_CAP_BYTES);
    TRY(file_read(path, OUT_CAP_BYTES, &file, NULL));
    write_block(buf_bytes(&file));
    buf_release(&file);
    TRY(resume_remove(parts, NULL));
    resume_free(parts);
    return rmdir(folder) == 0 ? 0 : E_IO;
}

static int write_all(void)
{
    static const uint8_t zeros[140000];
    struct dh_pair epoch;
    TRY(hex_read(span_text(VECTOR_CODENAME), codename, sizeof codename));
    TRY(hex_read(span_text(VECTOR_SEED), seed, sizeof seed));
    TRY(hex_read(span_text(VECTOR_ORGANISATION), organisation, sizeof organisation));
    TRY(hex_read(span_text(VECTOR_EPOCH_SECRET), epoch_secret, sizeof epoch_secret));
    TRY(hex_read(span_text(VECTOR_CONTENT), content, sizeof VECTOR_CONTENT / 2));
    TRY(hex_read(span_text(VECTOR_ANSWER_TEXT), text, sizeof VECTOR_ANSWER_TEXT / 2));
    struct member_keys *keys = member_keys_of_seed(seed);
    REJECT_IF(!keys, E_NOMEM);
    dh_pair_of_secret(epoch_secret, &epoch);
    TRY(write_payload(&epoch, span_of(content, sizeof VECTOR_CONTENT / 2), NULL));
    TRY(write_payload(&epoch, span_of(zeros, sizeof zeros), &keys->sign));
    TRY(write_answer(&epoch));
    TRY(write_ticket());
    TRY(write_members_files(keys));
    member_keys_free(keys);
    return write_resume();
}

int main(void)
{
    return seal_init() < 0 || write_all() < 0 || fflush(stdout) != 0;
}
