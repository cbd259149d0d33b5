/* patience.h - how long may a client keep a thread waiting for it?
 *
 * civetweb's reads and writes end when nothing moves for a while. A client that
 * sends or takes a byte now and then would keep its thread for ever, and with it
 * a place: so each such time has an end, and whoever is late is cut off. A thread
 * of its own watches. It finds a connection's socket by the addresses of its two
 * ends, since civetweb does not tell it.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <pthread.h>
#include <stdbool.h>

enum patience_for { PATIENCE_BODY, PATIENCE_ALL };  /* it then can still be told why, or not */

/* Zero-initialise, set the first half, and keep it in place from patience_begin()
 * to patience_end(), during which the connection stays open. */
struct patience_client {
    const char *address;        /* of the client, in numbers; borrowed */
    int port;                   /* the client's */
    int own_port;               /* the one it came to */

    enum patience_for what;     /* the rest is patience's own */
    double deadline;
    struct patience_client **at, *next;
};

struct patience {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct patience_client *clients;    /* being waited for */
    bool stopped;
};

/* Starts the thread. False when that fails. */
bool patience_init(struct patience *patience);
void patience_free(struct patience *patience);

/* In so many seconds the client is cut off, unless patience_end() comes before. Any
 * thread; a client is waited for once at a time. */
void patience_begin(struct patience *patience, struct patience_client *client, enum patience_for what, double seconds);
void patience_end(struct patience *patience, struct patience_client *client);

/* Now: whatever reads from the connection, or with PATIENCE_ALL also writes to it,
 * ends at once. */
void patience_cut(const struct patience_client *client, enum patience_for what);
