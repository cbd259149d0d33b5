/* desk.c - jobs between their owners' threads and the one that works on them.
 * SPDX-License-Identifier: MIT */
#include "desk.h"

#include <sys/eventfd.h>
#include <unistd.h>

struct desk_waiter {
    pthread_cond_t over_changed;
    bool over;
};

static void leave(struct desk_place *place)
{
    place->prev->next = place->next;
    place->next->prev = place->prev;
}

static void lay(struct desk_place *place, struct desk_place *pile)
{
    place->prev = pile->prev;
    place->next = pile;
    pile->prev->next = place;
    pile->prev = place;
}

static bool empty(const struct desk_place *pile) { return pile->next == pile; }

static void wake_clerk(struct desk *desk) { eventfd_write(desk->wake, 1); }

bool desk_init(struct desk *desk)
{
    struct desk_place *piles[] = { &desk->handed_in, &desk->at_work, &desk->wanted_back };

    *desk = (struct desk){ .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
    for (size_t i = 0; i < sizeof piles / sizeof piles[0]; i++)
        piles[i]->prev = piles[i]->next = piles[i];
    pthread_mutex_init(&desk->lock, NULL);
    pthread_cond_init(&desk->returned, NULL);
    return desk->wake >= 0;
}

void desk_free(struct desk *desk)
{
    if (desk->wake >= 0)
        close(desk->wake);
    pthread_cond_destroy(&desk->returned);
    pthread_mutex_destroy(&desk->lock);
}

bool desk_hand_in(struct desk *desk, struct desk_job *job, void **slot)
{
    pthread_mutex_lock(&desk->lock);
    bool open = !desk->closed;
    bool first = open && empty(&desk->handed_in);   /* else the clerk was woken for those before */
    if (open) {
        job->slot = slot;
        *slot = job;
        lay(&job->place, &desk->handed_in);
        desk->jobs++;
    }
    pthread_mutex_unlock(&desk->lock);
    if (first)
        wake_clerk(desk);
    return open;
}

void desk_want_back(struct desk *desk, void **slot)
{
    struct desk_waiter waiter = { .over = false };

    pthread_cond_init(&waiter.over_changed, NULL);
    pthread_mutex_lock(&desk->lock);
    struct desk_job *job = *slot;
    if (job) {
        job->waiter = &waiter;
        leave(&job->place);
        lay(&job->place, &desk->wanted_back);
        wake_clerk(desk);
        while (!waiter.over)
            pthread_cond_wait(&waiter.over_changed, &desk->lock);
    }
    while (desk->returning == slot)
        pthread_cond_wait(&desk->returned, &desk->lock);
    pthread_mutex_unlock(&desk->lock);
    pthread_cond_destroy(&waiter.over_changed);
}

void desk_close(struct desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    desk->closed = true;
    pthread_mutex_unlock(&desk->lock);
    wake_clerk(desk);
}

struct desk_job *desk_take(struct desk *desk, struct desk_place *pile)
{
    struct desk_place *place = NULL;

    pthread_mutex_lock(&desk->lock);
    if (!empty(pile)) {
        place = pile->next;
        leave(place);
        lay(place, &desk->at_work);
    }
    pthread_mutex_unlock(&desk->lock);
    return (struct desk_job *)place;
}

bool desk_closed(struct desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    bool closed = desk->closed;
    pthread_mutex_unlock(&desk->lock);
    return closed;
}

void desk_woken(struct desk *desk)
{
    eventfd_t times;

    eventfd_read(desk->wake, &times);
}

void desk_return(struct desk *desk, struct desk_job *job)
{
    pthread_mutex_lock(&desk->lock);
    leave(&job->place);
    *job->slot = NULL;
    desk->returning = job->slot;
    desk->jobs--;
    pthread_mutex_unlock(&desk->lock);
}

void desk_returned(struct desk *desk, struct desk_job *job)
{
    pthread_mutex_lock(&desk->lock);
    desk->returning = NULL;
    if (job->waiter) {
        job->waiter->over = true;
        pthread_cond_signal(&job->waiter->over_changed);
    }
    pthread_cond_broadcast(&desk->returned);
    pthread_mutex_unlock(&desk->lock);
}
