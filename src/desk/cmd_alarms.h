/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How alarms are shown: for `alarms` and `status`. */
#ifndef DESK_CMD_ALARMS_H
#define DESK_CMD_ALARMS_H

#include "desk/cli.h"

void cmd_alarms_put(struct cli *cli, const struct alarm *alarms, size_t count);
void cmd_alarms_json(struct json_writer *w, const struct alarm *alarms, size_t count);

#endif
