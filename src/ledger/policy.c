/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Nodes are kept in the order of their lines and refer upwards only, so one pass from the first to
 * the last finds every group's time. */
#include "ledger/policy.h"

#include "base/encode.h"
#include "base/mem.h"

#define WORDS_MAX (POLICY_NODES_MAX + 3)

struct words {
    size_t count;
    struct span at[WORDS_MAX];
};

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

static int split_words(struct span line, struct words *ret_words)
{
    ret_words->count = 0;
    size_t i = 0;
    while (i < line.len) {
        if (is_blank(line.data[i])) {
            i++;
            continue;
        }
        size_t from = i;
        while (i < line.len && !is_blank(line.data[i]))
            i++;
        REJECT_IF(ret_words->count == WORDS_MAX, E_TOO_LARGE);
        ret_words->at[ret_words->count++] = span_slice(line, from, i - from);
    }
    return 0;
}

static bool is_word(struct span word, const char *text)
{
    return span_equal(word, span_text(text));
}

static int find_node(const struct policy *policy, struct span name)
{
    for (size_t i = 0; i < policy->node_count; i++) {
        if (is_word(name, policy->nodes[i].name))
            return (int)i;
    }
    return POLICY_NONE;
}

static bool same_key(const struct note_key *a, const struct note_key *b)
{
    return memcmp(a->public_key, b->public_key, SIGN_KEY_BYTES) == 0;
}

static int read_log(struct policy *policy, const struct words *words)
{
    REJECT_IF(words->count < 2 || words->count > 3, E_FORMAT);
    REJECT_IF(policy->log_count == POLICY_LOGS_MAX, E_TOO_LARGE);
    struct note_key *key = &policy->logs[policy->log_count];
    TRY(note_key_read(words->at[1], key));
    REJECT_IF(key->type != NOTE_TYPE_ED25519, E_FORMAT);
    for (size_t i = 0; i < policy->log_count; i++)
        REJECT_IF(same_key(&policy->logs[i], key), E_FORMAT);
    policy->log_count++;
    return 0;
}

/* A new node of that name, not counted yet. */
static int new_node(struct policy *policy, struct span name, struct policy_node **ret_node)
{
    REJECT_IF(policy->node_count == POLICY_NODES_MAX, E_TOO_LARGE);
    REJECT_IF(name.len > POLICY_NAME_MAX, E_TOO_LARGE);
    REJECT_IF(is_word(name, "none") || find_node(policy, name) != POLICY_NONE, E_FORMAT);
    struct policy_node *node = &policy->nodes[policy->node_count];
    memcpy(node->name, name.data, name.len);
    *ret_node = node;
    return 0;
}

static int read_witness(struct policy *policy, const struct words *words)
{
    struct policy_node *node;
    REJECT_IF(words->count < 3 || words->count > 4, E_FORMAT);
    TRY(new_node(policy, words->at[1], &node));
    TRY(note_key_read(words->at[2], &node->key));
    REJECT_IF(node->key.type != NOTE_TYPE_COSIGNATURE, E_FORMAT);
    for (size_t i = 0; i < policy->node_count; i++) {
        const struct policy_node *other = &policy->nodes[i];
        REJECT_IF(!other->is_group && same_key(&other->key, &node->key), E_FORMAT);
    }
    policy->node_count++;
    return 0;
}

static uint64_t all_members(const struct policy *policy)
{
    uint64_t taken = 0;
    for (size_t i = 0; i < policy->node_count; i++)
        taken |= policy->nodes[i].members;
    return taken;
}

static int read_needed(struct span word, size_t member_count, unsigned *ret_needed)
{
    uint64_t needed = 1;
    if (is_word(word, "all"))
        needed = member_count;
    else if (!is_word(word, "any"))
        TRY(decimal_read(word, member_count, &needed));
    REJECT_IF(needed == 0, E_FORMAT);
    *ret_needed = (unsigned)needed;
    return 0;
}

static int read_group(struct policy *policy, const struct words *words)
{
    struct policy_node *node;
    REJECT_IF(words->count < 4, E_FORMAT);
    TRY(new_node(policy, words->at[1], &node));
    TRY(read_needed(words->at[2], words->count - 3, &node->needed));
    uint64_t taken = all_members(policy);
    for (size_t i = 3; i < words->count; i++) {
        int member = find_node(policy, words->at[i]);
        REJECT_IF(member == POLICY_NONE, E_FORMAT);
        uint64_t bit = (uint64_t)1 << member;
        REJECT_IF(taken & bit, E_FORMAT);
        taken |= bit;
        node->members |= bit;
    }
    node->is_group = true;
    policy->node_count++;
    return 0;
}

static int read_quorum(struct policy *policy, const struct words *words, bool *has_quorum)
{
    REJECT_IF(words->count != 2 || *has_quorum, E_FORMAT);
    policy->quorum = find_node(policy, words->at[1]);
    REJECT_IF(policy->quorum == POLICY_NONE && !is_word(words->at[1], "none"), E_FORMAT);
    *has_quorum = true;
    return 0;
}

static int read_line(struct policy *policy, struct span line, bool *has_quorum)
{
    struct words words;
    for (size_t i = 0; i < line.len; i++)
        REJECT_IF((line.data[i] < 0x20 && line.data[i] != '\t') || line.data[i] == 0x7f, E_FORMAT);
    TRY(split_words(line, &words));
    if (words.count == 0 || words.at[0].data[0] == '#')
        return 0;
    if (is_word(words.at[0], "log"))
        return read_log(policy, &words);
    if (is_word(words.at[0], "witness"))
        return read_witness(policy, &words);
    if (is_word(words.at[0], "group"))
        return read_group(policy, &words);
    if (is_word(words.at[0], "quorum"))
        return read_quorum(policy, &words, has_quorum);
    return E_FORMAT;
}

static int read_lines(struct policy *policy, struct span text, struct problem *problem)
{
    bool has_quorum = false;
    struct cursor c;
    cursor_init(&c, text);
    for (unsigned number = 1; cursor_left(&c); number++) {
        struct span line = cursor_line(&c, POLICY_BYTES_MAX);
        int error = c.failed ? E_FORMAT : read_line(policy, line, &has_quorum);
        if (error)
            return problem_set(problem, error, "line %u of the policy cannot be used", number);
    }
    if (!has_quorum)
        return problem_set(problem, E_FORMAT, "the policy has no quorum line");
    return 0;
}

int policy_read(struct span text, struct policy **ret_policy, struct problem *problem)
{
    if (text.len > POLICY_BYTES_MAX)
        return problem_set(problem, E_TOO_LARGE, "the policy is too long");
    struct policy *policy = mem_calloc(1, sizeof *policy);
    REJECT_IF(!policy, E_NOMEM);
    int error = read_lines(policy, text, problem);
    if (error) {
        policy_free(policy);
        return error;
    }
    *ret_policy = policy;
    return 0;
}

void policy_free(struct policy *policy)
{
    mem_free(policy);
}

int policy_write(const struct note_key *log, const struct note_key *cosigners, size_t count,
                 size_t needed, struct buf *out)
{
    REJECT_IF(needed > count || count > POLICY_NODES_MAX - 1, E_ARGUMENT);
    buf_text(out, "log ");
    note_key_write(log, out);
    buf_text(out, "\n");
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "witness w%zu ", i + 1);
        note_key_write(&cosigners[i], out);
        buf_text(out, "\n");
    }
    if (needed > 0) {
        buf_printf(out, "group cosigners %zu", needed);
        for (size_t i = 0; i < count; i++)
            buf_printf(out, " w%zu", i + 1);
        buf_text(out, "\n");
    }
    buf_printf(out, "quorum %s\n", needed > 0 ? "cosigners" : "none");
    return buf_error(out);
}

/* The time when so many of the members had signed: the needed-th smallest of their times. */
static uint64_t group_time(const struct policy_node *group, const uint64_t *times)
{
    uint64_t sorted[POLICY_NODES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < POLICY_NODES_MAX; i++) {
        if (!(group->members >> i & 1))
            continue;
        size_t at = count++;
        while (at > 0 && sorted[at - 1] > times[i]) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = times[i];
    }
    ASSERT(group->needed >= 1 && group->needed <= count);
    return sorted[group->needed - 1];
}

uint64_t policy_quorum_time(const struct policy *policy, uint64_t times[POLICY_NODES_MAX])
{
    for (size_t i = 0; i < policy->node_count; i++) {
        if (policy->nodes[i].is_group)
            times[i] = group_time(&policy->nodes[i], times);
    }
    return policy->quorum == POLICY_NONE ? 0 : times[policy->quorum];
}
