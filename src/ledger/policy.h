/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Trust policies (c2sp.org/tlog-policy): which logs and which cosigners a reader believes, and how
 * many of them are enough. The format's word for a cosigner is witness.
 *
 *   log <vkey> [<url>]
 *   witness <name> <vkey> [<url>]
 *   group <name> <k>|all|any <member>...
 *   quorum <name>|none
 *
 * Names refer to lines above. Each witness or group is a member at most once, so nobody counts
 * twice. URLs are read and dropped. */
#ifndef LEDGER_POLICY_H
#define LEDGER_POLICY_H

#include "ledger/note.h"

#define POLICY_LOGS_MAX 32
#define POLICY_NODES_MAX 64 /* witnesses and groups */
#define POLICY_NAME_MAX 255
#define POLICY_BYTES_MAX 65536
#define POLICY_NONE (-1)
#define POLICY_UNMET UINT64_MAX

struct policy_node {
    char name[POLICY_NAME_MAX + 1];
    bool is_group;
    struct note_key key; /* of a witness */
    unsigned needed;     /* of a group: how many of its members */
    uint64_t members;    /* of a group: bit i is node i */
};

struct policy {
    size_t log_count, node_count;
    struct note_key logs[POLICY_LOGS_MAX];
    struct policy_node nodes[POLICY_NODES_MAX];
    int quorum; /* a node, or POLICY_NONE */
};

/* A large struct: the owner frees. E_FORMAT with the line's number in problem, E_TOO_LARGE,
 * E_NOMEM. */
int policy_read(struct span text, struct policy **ret_policy, struct problem *problem) MUST_USE;
void policy_free(struct policy *policy);

/* Appends the policy of one log and its cosigners, of which needed must have signed (0: none).
 * Cosigners are named w1, w2, ... E_ARGUMENT unless needed <= count <= POLICY_NODES_MAX - 1. */
int policy_write(const struct note_key *log, const struct note_key *cosigners, size_t count,
                 size_t needed, struct buf *out) MUST_USE;

/* The earliest time by which the quorum had signed, given each node's time (POLICY_UNMET for
 * those that did not sign; groups' times are filled in here); POLICY_UNMET when it is not met. A
 * quorum of none is met at 0. */
uint64_t policy_quorum_time(const struct policy *policy, uint64_t times[POLICY_NODES_MAX]);

#endif
