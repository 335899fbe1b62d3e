/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What passes has the shape that was promised; no beginning is judged otherwise than the whole. */
#include "http/gate.h"

#include <string.h>

#include "fuzz.h"

static const struct gate_limits limits = {.head_bytes_max = 3000, .body_bytes_max = 100000};

static void check_passed(struct span bytes, const struct gate_head *head)
{
    ASSERT(head->status == 0 && head->head_bytes <= bytes.len);
    ASSERT(head->head_bytes <= limits.head_bytes_max && head->body_bytes <= limits.body_bytes_max);
    ASSERT(head->post || head->body_bytes == 0);
    ASSERT(memcmp(bytes.data, head->post ? "POST /" : "GET /", head->post ? 6 : 5) == 0);
    ASSERT(memcmp(bytes.data + head->head_bytes - 4, "\r\n\r\n", 4) == 0);
    ASSERT(head->target.data == bytes.data + (head->post ? 5 : 4));
    for (size_t i = 0; i < head->head_bytes; i++) {
        uint8_t c = bytes.data[i];
        ASSERT(c >= 0x20 || c == '\t' || c == '\r' || c == '\n');
        ASSERT(c != '\n' || (i > 0 && bytes.data[i - 1] == '\r'));
        ASSERT(c != '\r' || bytes.data[i + 1] == '\n');
    }
    for (size_t i = 0; i < head->target.len; i++)
        ASSERT(head->target.data[i] > 0x20 && head->target.data[i] < 0x7f);
}

static void check_beginnings(struct span bytes, enum gate_verdict last,
                             const struct gate_head *whole)
{
    size_t step = 1 + bytes.len / 64;
    bool decided = false;
    for (size_t len = 0; len < bytes.len; len += step) {
        struct gate_head part;
        enum gate_verdict verdict = gate_check(span_slice(bytes, 0, len), &limits, &part);
        ASSERT(!decided || verdict != GATE_MORE);
        decided = verdict != GATE_MORE;
        ASSERT(!decided ||
               (verdict == last && part.status == whole->status &&
                part.head_bytes == whole->head_bytes && part.body_bytes == whole->body_bytes));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_of(data, size);
    struct gate_head head;
    enum gate_verdict verdict = gate_check(bytes, &limits, &head);
    if (verdict == GATE_PASS)
        check_passed(bytes, &head);
    else if (verdict == GATE_REFUSE)
        ASSERT(head.status >= 400 && head.status <= 505);
    else
        ASSERT(size < limits.head_bytes_max);
    check_beginnings(bytes, verdict, &head);
    return 0;
}
