/* work.c - pictures of a task, and turns.
 * SPDX-License-Identifier: MIT */
#include "work.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include "arguments.h"

static sem_t turns;

static void make_turns(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    sem_init(&turns, 0, processors > 0 ? (unsigned)processors : 1);
}

static void wait_for_turn(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_turns);
    while (sem_wait(&turns) != 0 && errno == EINTR)
        continue;
}

bool work_begin(struct work *work, struct pictor_task *task)
{
    const char *reason;

    *work = (struct work){ .task = task };
    if (!arguments_integer(task, "max_pixels", 1, LONG_MAX, ARGUMENTS_PIXELS, &work->max_pixels))
        return false;
    if ((reason = library_start()) != NULL) {
        pictor_fail(task, "libvips: %s", reason);
        return false;
    }
    wait_for_turn();
    return true;
}

void work_end(struct work *work)
{
    while (work->image_count > 0) {
        VipsImage *image = work->images[--work->image_count];
        if (image)
            vips.g_object_unref(image);
    }
    while (work->memory_count > 0)
        vips.g_free(work->memory[--work->memory_count]);
    vips.error_clear();         /* it collects what went wrong, for ever */
    sem_post(&turns);
}

VipsImage **work_room(struct work *work) { return &work->images[work->image_count++]; }

void *work_keep(struct work *work, void *memory) { return work->memory[work->memory_count++] = memory; }
