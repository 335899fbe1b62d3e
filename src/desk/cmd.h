/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The commands of `vouchsafe`, each in src/desk/cmd_NAME.c. argv[0] is the command's name; the
 * return value is the exit status: 0 done, 1 refused or an alarm, 2 wrong usage. */
#ifndef DESK_CMD_H
#define DESK_CMD_H

int cmd_alarms(int argc, char **argv);
int cmd_answer(int argc, char **argv);
int cmd_count(int argc, char **argv);
int cmd_desk(int argc, char **argv);
int cmd_details(int argc, char **argv);
int cmd_erase(int argc, char **argv);
int cmd_erasures(int argc, char **argv);
int cmd_fsck(int argc, char **argv);
int cmd_inbox(int argc, char **argv);
int cmd_init(int argc, char **argv);
int cmd_intake(int argc, char **argv);
int cmd_line(int argc, char **argv);
int cmd_link(int argc, char **argv);
int cmd_origins(int argc, char **argv);
int cmd_prove(int argc, char **argv);
int cmd_pull(int argc, char **argv);
int cmd_recover(int argc, char **argv);
int cmd_search(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_take(int argc, char **argv);
int cmd_verify(int argc, char **argv);

#endif
