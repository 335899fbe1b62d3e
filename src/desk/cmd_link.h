/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The parts of vouchsafe link: those that have words of their own, where argv[0] is "link review"
 * and so on, and what an interrupted run is known by. */
#ifndef DESK_CMD_LINK_H
#define DESK_CMD_LINK_H

#include "link/link.h"
#include "seal/hash.h"

int cmd_link_review(int argc, char **argv);
int cmd_link_simulate(int argc, char **argv);

/* A hash of all that what is found depends on: the lists, which are open files, and the options.
 * docs/crypto.md, "Parts to resume from". E_IO, E_STOPPED, E_NOMEM. */
int cmd_link_work(const struct link_options *options, struct watch *watch, struct hash *ret_work,
                  struct problem *problem) MUST_USE;

#endif
