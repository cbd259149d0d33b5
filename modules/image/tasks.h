/* tasks.h - the tasks that image.c announces, each in the file of its name.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <pictor.h>

int convert_run(struct pictor_task *task);
int mask_run(struct pictor_task *task);
int composite_run(struct pictor_task *task);
int strip_run(struct pictor_task *task);
