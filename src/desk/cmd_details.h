/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Details of a report as options of a command: for `take` and `details`. */
#ifndef DESK_CMD_DETAILS_H
#define DESK_CMD_DETAILS_H

#include "desk/act.h"
#include "desk/cli.h"

struct cmd_details {
    const char *danger, *due, *safe_ways, *safe_hours, *to_others, *interpreter, *note;
    struct cli_list consents, refusals;
};
#define CMD_DETAILS_OPTIONS(d)                                                                     \
    {.name = "danger", .text = &(d).danger}, {.name = "due", .text = &(d).due},                    \
        {.name = "safe-ways", .text = &(d).safe_ways},                                             \
        {.name = "safe-hours", .text = &(d).safe_hours},                                           \
        {.name = "to-others", .text = &(d).to_others},                                             \
        {.name = "interpreter", .text = &(d).interpreter}, {.name = "note", .text = &(d).note},    \
        {.name = "consent", .list = &(d).consents},                                                \
    {                                                                                              \
        .name = "refused", .list = &(d).refusals                                                   \
    }
#define CMD_DETAILS_HELP                                                                           \
    "  --danger now|risk|none\n"                                                                   \
    "  --due \"2031-04-09 14:05\"  by when something must happen, local time; or none\n"           \
    "  --safe-ways TEXT         how to reach the caller safely\n"                                  \
    "  --safe-hours TEXT        and when\n"                                                        \
    "  --to-others TEXT         what to say if somebody else answers\n"                            \
    "  --interpreter TEXT       who, or between which languages\n"                                 \
    "  --note TEXT              for the other members\n"                                           \
    "  --consent PURPOSE[=RECIPIENT]   given; may be repeated\n"                                   \
    "  --refused PURPOSE[=RECIPIENT]   refused; may be repeated\n"                                 \
    "An empty text takes back what was said.\n"

/* Fills in a report's details and consents. E_ARGUMENT with a sentence. The spans point into the
 * options' texts. */
int cmd_details_read(const struct cmd_details *options, struct record_details *ret_details,
                     struct record_consent ret_consents[ACT_CONSENTS_MAX], size_t *ret_count,
                     struct problem *problem) MUST_USE;

#endif
