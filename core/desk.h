/* desk.h - whose is a job just now, its owner's or the clerk's?
 *
 * Many threads hand jobs to one clerk, the upstream client's thread, and may want
 * one back early. A job lies on one of three piles: handed in, being worked on,
 * wanted back. Knows nothing of what the work is.
 *
 * The owner keeps a slot for each job, NULL while the desk does not have it. Once
 * the clerk has told the owner that the job is over, the owner may free the slot
 * and all around it; from there on the clerk knows it as an address only.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* A pile's head, or a job's place in it. */
struct desk_place {
    struct desk_place *prev, *next;
};

struct desk_waiter;

/* Zero-initialised, part of what the clerk keeps for a job. */
struct desk_job {
    struct desk_place place;
    void **slot;                    /* the owner's: holds this job */
    struct desk_waiter *waiter;     /* asleep until the job is over; or NULL */
};

struct desk {
    pthread_mutex_t lock;           /* guards all of this, slots and jobs too */
    struct desk_place handed_in, at_work, wanted_back;
    void **returning;               /* slot of the job whose owner is being told */
    pthread_cond_t returned;
    bool closed;
    _Atomic size_t jobs;            /* on all piles; read without the lock */
    int wake;                       /* an eventfd: becomes readable when there is something to do */
};

/* False when out of file descriptors. desk_free() also after false. */
bool desk_init(struct desk *desk);
void desk_free(struct desk *desk);

/* For owners, on any thread but the clerk's. */
bool desk_hand_in(struct desk *desk, struct desk_job *job, void **slot);   /* false: the desk is closed */
void desk_want_back(struct desk *desk, void **slot);    /* returns when the job is over and its owner was told */
void desk_close(struct desk *desk);                     /* the clerk returns all jobs and goes home */

/* For the clerk. The first job of a pile, put to those at work; NULL: the pile is empty. */
struct desk_job *desk_take(struct desk *desk, struct desk_place *pile);
bool desk_closed(struct desk *desk);
void desk_woken(struct desk *desk);                     /* wake was readable */

/* Around telling the owner: before it, and after. */
void desk_return(struct desk *desk, struct desk_job *job);
void desk_returned(struct desk *desk, struct desk_job *job);
