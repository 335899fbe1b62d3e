/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* vouchsafe: the table of subcommands, nothing else. */
#include "base/log.h"
#include "desk/cmd.h"
#include "desk/guard.h"
#include "desk/sql.h"
#include "seal/seal.h"

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"init", "make an organisation and this desk", cmd_init},
    {"recover", "make this desk again from the recovery kit", cmd_recover},
    {"line", "say which line this desk works with", cmd_line},
    {"intake", "the intake key: show it, renew it", cmd_intake},
    {"desk", "the pages: inbox, reports, answers, search", cmd_desk},
    {"pull", "get what is new from the line, send what was made here", cmd_pull},
    {"inbox", "who wrote, most urgent first", cmd_inbox},
    {"show", "one report and its conversation", cmd_show},
    {"answer", "answer a caller", cmd_answer},
    {"take", "write down a telephone call, a message or a paper", cmd_take},
    {"details", "danger, due time, safe ways, consent, handled", cmd_details},
    {"search", "find words in all that was opened", cmd_search},
    {"status", "the state of this desk, and its alarms", cmd_status},
    {"alarms", "list the alarms; say that one was seen", cmd_alarms},
    {"erasures", "what callers had erased", cmd_erasures},
    {"erase", "keep or delete what a caller had erased", cmd_erase},
    {"prove", "make the proof of one report", cmd_prove},
    {"verify", "check a proof; needs no desk and no key", cmd_verify},
    {"link", "which records are the same person", cmd_link},
    {"origins", "who said what, copied from whom", cmd_origins},
    {"count", "how many are documented, and how many there may be", cmd_count},
    {"fsck", "check all that this desk has stored", cmd_fsck},
};

static void put_usage(FILE *to)
{
    fputs("vouchsafe COMMAND [OPTIONS]\n\n", to);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fputs("\nvouchsafe COMMAND --help says more about each. The desk is the folder named by\n"
          "--dir, else by VOUCHSAFE_DIR, else ~/.local/share/vouchsafe. Exit status: 0 done,\n"
          "1 refused or an alarm, 2 wrong usage.\n",
          to);
}

int main(int argc, char **argv)
{
    log_name("vouchsafe");
    guard_process();
    if (seal_init() < 0 || sql_use_wiping_memory() < 0) {
        log_line("There is not enough memory.");
        return 1;
    }
    if (argc < 2) {
        put_usage(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        put_usage(stdout);
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    }
    log_line("there is no command \"%.40s\"", argv[1]);
    put_usage(stderr);
    return 2;
}
