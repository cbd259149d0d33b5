/* work.h - what does a task hold while it works on pixels?
 *
 * Every picture that libvips makes for a task hangs on its struct work and goes
 * with work_end(): one owner, one place where all is freed. What the functions of
 * this module return is therefore borrowed, and NULL means that it failed.
 *
 * As many tasks work at a time as there are processors; the others wait here, so
 * that a thousand requests at once do not hold a thousand decoded pictures.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <pictor.h>

#include "library.h"

enum { WORK_IMAGES = 64, WORK_MEMORY = 4 };

struct work {
    struct pictor_task *task;
    long max_pixels;                    /* of any picture, read or made */
    VipsImage *images[WORK_IMAGES];     /* owned */
    int image_count;
    void *memory[WORK_MEMORY];          /* owned, from g_malloc() or malloc(); freed behind the images */
    int memory_count;
};

/* Reads max_pixels, starts the library, waits for a turn. False: the task has
 * failed, and there is nothing to end. */
bool work_begin(struct work *work, struct pictor_task *task);
void work_end(struct work *work);

/* Where an operation may put the picture that it gives. No task has loops that
 * call it, so there is always room. */
VipsImage **work_room(struct work *work);

/* Keeps memory that a picture lies in. NULL is fine. */
void *work_keep(struct work *work, void *memory);

/* What an operation gave, by what it returned. */
static inline VipsImage *work_done(int result, VipsImage *const *out) { return result == 0 ? *out : NULL; }
