/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How many reports one core seals, as the line does, and opens, as a desk does, in a second. */
#include <stdio.h>

#include "base/clock.h"
#include "base/random.h"
#include "seal/payload_open.h"

#define CONTENT_BYTES 4096
#define RUN_MS 2000

struct bench {
    struct dh_pair epoch;
    uint8_t mailbox[SEAL_KEY_BYTES], reply_key[SEAL_KEY_BYTES], organisation[32];
    uint8_t content[CONTENT_BYTES], header_bytes[ENTRY_HEADER_BYTES], leaf_bytes[ENTRY_LEAF_BYTES];
    struct buf sealed;
};

static int seal_one(struct bench *b)
{
    const struct envelope envelope = {
        .kind = KIND_REPORT,
        .kind_version = 1,
        .minute = 32000000,
        .minute_order = 1,
        .language = "en",
        .mailbox = b->mailbox,
        .reply_key = b->reply_key,
    };
    struct entry_header header = {.day = 22222};
    struct entry_leaf leaf;
    random_bytes(header.id, sizeof header.id);
    random_bytes(header.tag, sizeof header.tag);
    random_bytes(header.erase_tag, sizeof header.erase_tag);
    buf_reset(&b->sealed);
    TRY(payload_seal(b->epoch.public_key, &header, &envelope,
                     span_of(b->content, sizeof b->content), NULL, NULL, &b->sealed, &leaf));
    entry_header_write(&header, b->header_bytes);
    entry_leaf_write(&leaf, b->leaf_bytes);
    return 0;
}

static int open_one(struct bench *b)
{
    struct opened opened;
    TRY(payload_open(&b->epoch, span_of(b->header_bytes, sizeof b->header_bytes),
                     span_of(b->leaf_bytes, sizeof b->leaf_bytes), buf_bytes(&b->sealed),
                     b->organisation, &opened, NULL));
    opened_release(&opened);
    return 0;
}

static int measure(struct bench *b, const char *name, int (*one)(struct bench *))
{
    int64_t start = clock_monotonic_ms(), now = start;
    uint64_t count = 0;
    while (now - start < RUN_MS) {
        for (int i = 0; i < 64; i++)
            TRY(one(b));
        count += 64;
        now = clock_monotonic_ms();
    }
    printf("{\"what\": \"%s\", \"content_bytes\": %d, \"sealed_bytes\": %zu, \"per_s\": %.0f}\n",
           name, CONTENT_BYTES, b->sealed.len, (double)count * 1000 / (double)(now - start));
    return 0;
}

int main(void)
{
    static struct bench b;
    if (seal_init() < 0)
        return 1;
    dh_pair_random(&b.epoch);
    random_bytes(b.mailbox, sizeof b.mailbox);
    random_bytes(b.reply_key, sizeof b.reply_key);
    random_bytes(b.content, sizeof b.content);
    buf_init(&b.sealed, (size_t)entry_sealed_bytes(0));
    int error = measure(&b, "seal", seal_one);
    if (!error)
        error = measure(&b, "open", open_one);
    buf_release(&b.sealed);
    return error ? 1 : 0;
}
