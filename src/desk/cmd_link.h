/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The parts of vouchsafe link that have words of their own; argv[0] is "link review" and so on. */
#ifndef DESK_CMD_LINK_H
#define DESK_CMD_LINK_H

int cmd_link_review(int argc, char **argv);
int cmd_link_simulate(int argc, char **argv);

#endif
