/* command.h - what can a person ask of the program `pictor`?
 *
 * serve, check, explain, keys, version, help. Each ends with the process's exit
 * code: 0 good, 1 failed, 2 used wrongly.
 * SPDX-License-Identifier: MIT */
#pragma once

/* Finds the command that the arguments name and runs it. */
int command_run(int argc, char **argv);
