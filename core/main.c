/* main.c - where the process begins and ends.
 * SPDX-License-Identifier: MIT */
#include "command.h"

int main(int argc, char **argv)
{
    return command_run(argc, argv);
}
