/* exchange.h - what passes over a connection for one call?
 *
 * Outwards a rope, inwards a head and a body, each a stretch at a time, in
 * whatever stretches the transport likes. Knows the ceilings; knows nothing of
 * the transport.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "rope.h"

enum exchange_refusal {
    EXCHANGE_FINE,
    EXCHANGE_TOO_LARGE,         /* the answer exceeds max, or the allowance */
    EXCHANGE_HEAD_TOO_LARGE,    /* or its head does */
    EXCHANGE_NO_MEMORY,
    EXCHANGE_MAYBE_CHARGED,     /* the request will not be sent again */
};

/* Zero-initialise, set body, max and head.max. */
struct exchange {
    const struct rope *body;    /* borrowed; NULL for none */
    size_t max;                 /* of the answer's body */
    size_t *allowance;          /* what this body and others may still take together, borrowed; NULL: as much as they like */
    enum exchange_refusal refused;

    struct rope_walk walk;      /* where sending has come to */
    size_t sent;
    double last_sent;           /* seconds of CLOCK_MONOTONIC */
    char spare[4];              /* bytes of the body that did not fit the last stretch */
    size_t spare_len;

    struct buf head;            /* as head.h has it; owned */
    bool in_head;
    char *data;                 /* the answer's body: owned, from malloc */
    size_t len, cap;
};

/* The next up to n bytes to send; 0 at the end. */
size_t exchange_send(struct exchange *x, char *out, size_t n);

/* Starts the body over, for a transport whose kept connection turned out to be
 * closed. False: *refused says why not. */
bool exchange_rewind(struct exchange *x);

/* A line of a head, with its line end: status, header or blank. False: *refused. */
bool exchange_head(struct exchange *x, const char *line, size_t len);

/* A stretch of the answer's body. announced: its whole length, or -1. False: *refused. */
bool exchange_body(struct exchange *x, const void *bytes, size_t n, long long announced);

/* Gives away the answer's body, without spare room; NULL when it is empty. */
char *exchange_take_body(struct exchange *x, size_t *len);

/* Frees what was not taken. */
void exchange_free(struct exchange *x);
