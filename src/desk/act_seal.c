/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/act_seal.h"

#include "base/clock.h"
#include "base/random.h"

int act_seal_header(size_t content_bytes, struct entry_header *ret_header)
{
    struct entry_header header;
    int bucket = entry_bucket_for(content_bytes);
    REJECT_IF(bucket < 0, E_TOO_LARGE);
    random_bytes(header.id, sizeof header.id);
    random_bytes(header.tag, sizeof header.tag);
    random_bytes(header.erase_tag, sizeof header.erase_tag);
    header.day = clock_day(clock_now_s());
    header.bucket = (uint8_t)bucket;
    *ret_header = header;
    return 0;
}

int act_seal_epoch(struct desk *desk, const struct desk_epoch **ret_epoch, struct problem *problem)
{
    const struct desk_epoch *epoch = desk_epoch_now(desk);
    if (!epoch)
        return problem_set(problem, E_EXPIRED,
                           "No intake key is good today. Make a new one with: vouchsafe intake "
                           "renew");
    *ret_epoch = epoch;
    return 0;
}

int act_seal_put(struct desk *desk, const struct entry_header *header,
                 const struct entry_leaf *leaf, struct span sealed)
{
    uint8_t header_bytes[ENTRY_HEADER_BYTES], leaf_bytes[ENTRY_LEAF_BYTES];
    entry_header_write(header, header_bytes);
    entry_leaf_write(leaf, leaf_bytes);
    const struct store_entry entry = {.header = span_of(header_bytes, sizeof header_bytes),
                                      .leaf = span_of(leaf_bytes, sizeof leaf_bytes),
                                      .sealed = sealed,
                                      .source = STORE_OUTBOX};
    return store_put_pending(desk_store(desk), &entry);
}

int act_seal_record(struct desk *desk, const struct envelope *envelope, struct span content,
                    uint8_t *ret_id, struct problem *problem)
{
    const struct desk_epoch *epoch;
    struct envelope e = *envelope;
    struct entry_header header;
    struct entry_leaf leaf;
    struct buf sealed;
    TRY(act_seal_epoch(desk, &epoch, problem));
    TRY(act_seal_header(content.len, &header));
    e.kind_version = 1;
    if (e.minute == 0)
        e.minute = clock_minute(clock_now_s());
    buf_init(&sealed, entry_sealed_bytes(header.bucket));
    int error = payload_seal(epoch->pair.public_key, &header, &e, content, &desk_keys(desk)->sign,
                             desk_organisation(desk), &sealed, &leaf);
    if (error == 0)
        error = act_seal_put(desk, &header, &leaf, buf_bytes(&sealed));
    buf_release(&sealed);
    if (error == 0 && ret_id)
        memcpy(ret_id, header.id, ENTRY_ID_BYTES);
    return error;
}
